"""Every configuration that a case can be in, found by breadth-first search. Begin with ``explorer.explore``."""

from process.exploration.explorer import Configuration, Edge, Exploration, explore

__all__ = ["Configuration", "Edge", "Exploration", "explore"]
