"""Every configuration that a case can be in, found by breadth-first search. Begin with ``explorer.explore``.

``explorer`` holds the search and its result, ``expansion`` its step and the configurations, ``graph`` the search of any
graph (paths, distances), ``inputs`` the events and payloads that are tried, and ``replay`` takes a path with a real case.
"""

from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, Exploration, explore

__all__ = ["Configuration", "Edge", "Exploration", "explore"]
