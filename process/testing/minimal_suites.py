"""Minimal suites: as few scenarios as possible, from opening to an end, that together take every transition.

A lower bound on the scenarios
    An end takes no event, so every scenario takes exactly one transition into an end: there are at least as many scenarios
    as transitions into ends.

A lower bound on the events
    Give every transition a price, such that no scenario has fewer events than the prices of what it takes add up to. As
    every transition is taken at least once, all scenarios together have at least as many events as all prices add up to.
    The prices are raised one after the other as far as they go; where the bound equals what was found, nothing smaller
    exists.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from process.exploration.explorer import Edge, Exploration
from process.exploration.graph import distances
from process.testing.scenario import Scenario, scenario_of

Criterion = Callable[[Edge], Hashable | None]
"""The item that an edge covers; None if it covers none."""

FAR = 10**6  # more events than any scenario has


class Suite(NamedTuple):
    """Scenarios that together cover every item of a criterion.

    Attributes:
        scenarios: each from the opening of a case to an end.
        items: the number of items to cover.
        covered: the number of items that are covered.
        fewest_scenarios: no suite has fewer scenarios.
        fewest_events: no suite has fewer events in all.
    """

    scenarios: tuple[Scenario, ...]
    items: int
    covered: int
    fewest_scenarios: int
    fewest_events: int

    @property
    def events(self) -> int:
        return sum(len(each.deliveries) for each in self.scenarios)


def transitions(exploration: Exploration) -> Criterion:
    """Cover every row for every one of its sources."""
    return lambda edge: (exploration.configurations[edge.source].state, edge.row)


def rows(exploration: Exploration) -> Criterion:  # noqa: ARG001  # like its siblings
    """Cover every row of the table."""
    return lambda edge: edge.row


def ends(exploration: Exploration) -> Criterion:
    """Cover every end."""
    return lambda edge: exploration.configurations[edge.target].state if edge.target in exploration.ends else None


def minimal_suite(exploration: Exploration, criterion: Criterion) -> Suite:
    """Find a suite that covers every item at least once."""
    graph = _CoverageGraph(exploration, criterion)
    paths = _paths(graph).values()
    goals = (exploration.configurations[path[0].source].facts.goal for path in paths)
    scenarios = tuple(scenario_of(exploration, path, goal) for path, goal in zip(paths, goals, strict=True))
    items = len(set(graph.edges) - {None})
    return Suite(scenarios, items, items, len(graph.last), sum(_prices(graph).values()))


class _CoverageGraph:
    """The explored graph with one edge for all that cover the same item between the same configurations."""

    def __init__(self, exploration: Exploration, criterion: Criterion) -> None:
        self.exploration, self.criterion = exploration, criterion
        self.size = len(exploration.configurations)
        self.edges: dict[Hashable | None, list[Edge]] = {}
        self.out: list[list[tuple[Edge, Hashable | None]]] = [[] for _ in range(self.size)]
        self.into: list[list[tuple[Edge, Hashable | None]]] = [[] for _ in range(self.size)]
        seen: set[tuple[int, int, Hashable | None]] = set()
        for edge in exploration.edges:
            item = criterion(edge)
            if (edge.source, edge.target, item) not in seen:
                seen.add((edge.source, edge.target, item))
                self.edges.setdefault(item, []).append(edge)
                self.out[edge.source].append((edge, item))
                self.into[edge.target].append((edge, item))
        self.begins = [index for index, edge in enumerate(exploration.predecessor) if edge is None]
        self.last = [item for item, edges in self.edges.items() if item is not None and edges[0].target in exploration.ends]
        """The items that only the last event of a scenario can cover."""

    def covered(self, path: tuple[Edge, ...]) -> set[Hashable | None]:
        """The items that the path covers."""
        return {self.criterion(edge) for edge in path}

    def steps_back(self, end: Hashable) -> list[int]:
        """For each configuration the least number of events that end a scenario with this item; 0 at an end."""
        sources = dict.fromkeys(edge.source for edge in self.edges[end])
        back = distances(sources, lambda index: ((edge, edge.source) for edge, _ in self.into[index]))
        steps = {index: number + 1 for index, number in back.items()}
        return [0 if index in self.exploration.ends else steps.get(index, FAR) for index in range(self.size)]

    def onward(self, index: int, steps: list[int], end: Hashable) -> Edge:
        """The first edge of a shortest path to the end, by the result of ``steps_back``."""
        if steps[index] == 1:
            return next(edge for edge, item in self.out[index] if item == end)
        return next(edge for edge, _ in self.out[index] if steps[edge.target] == steps[index] - 1)

    def costs(self, prices: dict[Hashable | None, int], starts: list[int], *, onward: bool) -> list[int] | None:
        """The least cost, events less prices, of a path to (or from) each index; None if a cycle costs less than 0."""
        cost = [FAR] * self.size
        visits = [0] * self.size
        waiting, is_waiting = deque(starts), [False] * self.size
        for index in starts:
            cost[index] = 0
        while waiting:
            index = waiting.popleft()
            is_waiting[index] = False
            visits[index] += 1
            if visits[index] > self.size:
                return None
            for edge, item in self.out[index] if onward else self.into[index]:
                there, new = edge.target if onward else edge.source, cost[index] + 1 - prices[item]
                if new < cost[there]:
                    cost[there] = new
                    if not is_waiting[there]:
                        is_waiting[there] = True
                        waiting.append(there)
        return cost


# ------------------------------------------------------------------------------------------------------------ the paths


def _paths(graph: _CoverageGraph) -> dict[Hashable, tuple[Edge, ...]]:
    """A path for each item that ends one; of the other items the dearest are put in first, where they cost least."""
    exploration, depths = graph.exploration, graph.exploration.depths
    back = {end: graph.steps_back(end) for end in graph.last}
    direct = {end: min(depths[edge.source] + 1 for edge in graph.edges[end]) for end in graph.last}

    def shortest(item: Hashable, end: Hashable) -> tuple[int, Edge]:
        """The number of events by which a path to that end is longer if it covers the item, and the edge that covers it."""
        lengths = ((depths[edge.source] + 1 + back[end][edge.target], edge) for edge in graph.edges[item])
        length, edge = min(lengths)
        return length - direct[end], edge

    def path_through(edge: Edge, end: Hashable) -> tuple[Edge, ...]:
        path = [*exploration.path_to(edge.source), edge]
        while back[end][path[-1].target]:
            path.append(graph.onward(path[-1].target, back[end], end))
        return tuple(path)

    detours = {item: {end: shortest(item, end) for end in graph.last} for item in graph.edges if item not in back}
    dear = {item: min(longer for longer, _ in ends.values()) for item, ends in detours.items() if item is not None}
    choices = {item: sum(longer == dear[item] for longer, _ in detours[item].values()) for item in dear}

    def assigned(order: Iterable[Hashable]) -> dict[Hashable, tuple[Edge, ...]]:
        paths: dict[Hashable, tuple[Edge, ...]] = {}
        taken: set[Hashable | None] = set()

        def put_in(item: Hashable, ends: list[Hashable], key: Hashable) -> None:
            end = min(ends, key=lambda end: detours[item][end][0])
            paths[key if key is not None else end] = made = path_through(detours[item][end][1], end)
            taken.update(graph.covered(made))

        for item in order:
            free = [end for end in graph.last if end not in paths]
            if item not in taken and dear[item] and free:
                put_in(item, free, None)
        for end in graph.last:
            if end not in paths:
                first = min(graph.edges[end], key=lambda edge: depths[edge.source])
                paths[end] = (*exploration.path_to(first.source), first)
                taken.update(graph.covered(paths[end]))
        for item in dear:  # what the direct paths happen not to cover, and what found no path of its own
            if item not in taken:
                put_in(item, graph.last, ("further", item))
        return paths

    orders = (lambda item: (-dear[item], choices[item]), lambda item: (choices[item], -dear[item]))
    made = [assigned(sorted(dear, key=order)) for order in orders]
    return min(made, key=lambda paths: (len(paths), sum(map(len, paths.values()))))


# ------------------------------------------------------------------------------------------------------------ the bound


def _prices(graph: _CoverageGraph) -> dict[Hashable | None, int]:
    """A price for each item, so that no path costs less than what it covers; the items that end paths are priced first."""
    prices: dict[Hashable | None, int] = dict.fromkeys(graph.edges, 0)
    depths, ends = graph.exploration.depths, sorted(graph.exploration.ends)
    forward, backward = graph.costs(prices, graph.begins, onward=True), graph.costs(prices, ends, onward=False)
    others = [item for item in graph.edges if item is not None and item not in graph.last]
    for item in (*graph.last, *sorted(others, key=lambda item: -min(depths[edge.source] for edge in graph.edges[item]))):
        if forward is None or backward is None:
            raise RuntimeError("the prices are too high, though each was raised only as far as it may be")
        slack = min(forward[edge.source] + 1 - prices[item] + backward[edge.target] for edge in graph.edges[item])
        if not slack:
            continue
        prices[item] += slack
        raised = graph.costs(prices, graph.begins, onward=True)
        if raised is None:  # it can be taken again and again for less
            prices[item] -= slack
        else:
            forward, backward = raised, graph.costs(prices, ends, onward=False)
    return prices
