"""Breadth-first search of a graph: reachable nodes, distances and shortest paths.

A graph is given by a function from a node to what leaves it, as pairs of an edge and the node that it leads to. To search
backward, give a function to what enters it. Where *starts* has an order, paths prefer its earlier nodes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
E = TypeVar("E")


def breadth_first(starts: Iterable[N], edges: Callable[[N], Iterable[tuple[E, N]]]) -> Iterator[tuple[N, E, N]]:
    """Yield every edge that can be reached, once, as (source, edge, target); those nearest to *starts* first."""
    queue = deque(dict.fromkeys(starts))
    found = set(queue)
    while queue:
        source = queue.popleft()
        for edge, target in edges(source):
            yield source, edge, target
            if target not in found:
                found.add(target)
                queue.append(target)


def distances(starts: Iterable[N], edges: Callable[[N], Iterable[tuple[E, N]]]) -> dict[N, int]:
    """For each node that can be reached the number of edges on the shortest path to it, nearest nodes first."""
    found = dict.fromkeys(starts, 0)
    for source, _edge, target in breadth_first(tuple(found), edges):
        if target not in found:
            found[target] = found[source] + 1
    return found


def shortest_path(
    starts: Iterable[N], edges: Callable[[N], Iterable[tuple[E, N]]], wanted: Callable[[E], bool]
) -> tuple[E, ...] | None:
    """A shortest path whose last edge is *wanted*; None if there is none."""
    predecessor: dict[N, tuple[N, E] | None] = dict.fromkeys(starts)
    for source, edge, target in breadth_first(tuple(predecessor), edges):
        if wanted(edge):
            return (*path_back(predecessor, source), edge)
        predecessor.setdefault(target, (source, edge))
    return None


def path_back(predecessor: Mapping[N, tuple[N, E] | None], node: N) -> tuple[E, ...]:
    """The path to *node* from a start, by the source and edge through which each node was found (None for a start)."""
    path: list[E] = []
    while (step := predecessor[node]) is not None:
        node, edge = step
        path.append(edge)
    return tuple(reversed(path))


def components(nodes: Iterable[N], targets: Callable[[N], Iterable[N]]) -> dict[N, int]:
    """For each of the nodes, and all that they lead to, the number of its strongly connected component.

    Edges between components lead from a lower number to a higher one.
    """
    finished: list[N] = []
    sources: dict[N, list[N]] = {}
    seen: set[N] = set()
    for node in nodes:
        stack = [(node, iter(targets(node)))] if node not in seen else []
        seen.add(node)
        while stack:
            here, further = stack[-1]
            target = next(further, None)
            if target is None:
                finished.append(here)
                stack.pop()
                continue
            sources.setdefault(target, []).append(here)
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(targets(target))))
    found: dict[N, int] = {}
    for number, node in enumerate(reversed(finished)):
        for reached in distances(
            [node] if node not in found else [], lambda each: ((None, s) for s in sources.get(each, ()) if s not in found)
        ):
            found[reached] = number
    return found
