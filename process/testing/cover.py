"""The smallest set of trips, from opening to an end, that takes every transition; and how near to the smallest it is.

How few trips are enough
    An end takes no event, so every trip takes exactly one transition into an end: there are at least as many trips as
    transitions into ends.

How few events are enough
    Give every transition a price, such that no trip whatever costs less in events than the prices of what it takes, each
    time it takes it. As every transition is taken at least once, all trips together have at least as many events as the
    prices add up to. The prices are raised one after the other as far as they go; the sum is a bound that the trips found
    are held against. Where both are equal, nothing smaller exists.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from process.exploration.explorer import Edge, Exploration
from process.testing.scenarios import Scenario, trip_of

EdgeRequest = Callable[[Edge], Hashable | None]
"""What an edge counts for; None: for nothing."""

FAR = 10**6  # more events than any trip has


class Cover(NamedTuple):
    """Trips that together take all that was wanted.

    Attributes:
        trips: each from the opening of a case to an end.
        wanted: how many things were to be taken.
        fewest_trips: no cover has fewer trips.
        fewest_events: no cover has fewer events in all.
    """

    trips: tuple[Scenario, ...]
    wanted: int
    fewest_trips: int
    fewest_events: int

    @property
    def events(self) -> int:
        return sum(len(trip.deliveries) for trip in self.trips)


def transitions(exploration: Exploration) -> EdgeRequest:
    """Every row for every of its sources."""
    return lambda edge: (exploration.configurations[edge.source].state, edge.row)


def rows(exploration: Exploration) -> EdgeRequest:  # noqa: ARG001  # like its siblings
    """Every row of the table."""
    return lambda edge: edge.row


def ends(exploration: Exploration) -> EdgeRequest:
    """Every end."""
    return lambda edge: exploration.configurations[edge.target].state if edge.target in exploration.ends else None


def cover(exploration: Exploration, wanted: EdgeRequest) -> Cover:
    """Trips that take all that is wanted at least once."""
    graph = _Graph(exploration, wanted)
    found = _walks(graph)
    trips = tuple(
        trip_of(exploration, walk, exploration.configurations[walk[0].source].facts.goal) for walk in found.values()
    )
    kinds = set(graph.kinds) - {None}
    return Cover(trips, len(kinds), len(graph.last), sum(_prices(graph).values()))


class _Graph:
    """The explored graph with one edge for all that count alike."""

    def __init__(self, exploration: Exploration, wanted: EdgeRequest) -> None:
        self.exploration, self.wanted = exploration, wanted
        self.size = len(exploration.configurations)
        self.kinds: dict[Hashable | None, list[Edge]] = {}
        self.out: list[list[tuple[Edge, Hashable | None]]] = [[] for _ in range(self.size)]
        self.into: list[list[tuple[Edge, Hashable | None]]] = [[] for _ in range(self.size)]
        seen: set[tuple[int, int, Hashable | None]] = set()
        for edge in exploration.edges:
            kind = wanted(edge)
            if (edge.source, edge.target, kind) not in seen:
                seen.add((edge.source, edge.target, kind))
                self.kinds.setdefault(kind, []).append(edge)
                self.out[edge.source].append((edge, kind))
                self.into[edge.target].append((edge, kind))
        self.begins = [place for place, edge in enumerate(exploration.predecessor) if edge is None]
        self.last = [kind for kind, edges in self.kinds.items() if kind is not None and edges[0].target in exploration.ends]
        """What only the last event of a trip can count for."""

    def count(self, walk: tuple[Edge, ...]) -> set[Hashable | None]:
        """What the walk takes."""
        return {self.wanted(edge) for edge in walk}

    def steps_back(self, end: Hashable) -> list[int]:
        """For each place how many events at least it takes from there to end a trip in that way; 0 at an end."""
        steps = [0 if place in self.exploration.ends else FAR for place in range(self.size)]
        waiting: deque[int] = deque()
        for edge in self.kinds[end]:
            if steps[edge.source] == FAR:
                steps[edge.source] = 1
                waiting.append(edge.source)
        while waiting:
            place = waiting.popleft()
            for edge, _ in self.into[place]:
                if steps[edge.source] == FAR:
                    steps[edge.source] = steps[place] + 1
                    waiting.append(edge.source)
        return steps

    def onward(self, place: int, steps: list[int], end: Hashable) -> Edge:
        """The first event of a shortest way on, by what ``steps_back`` told."""
        if steps[place] == 1:
            return next(edge for edge, kind in self.out[place] if kind == end)
        return next(edge for edge, _ in self.out[place] if steps[edge.target] == steps[place] - 1)

    def distances(self, prices: dict[Hashable | None, int], starts: list[int], *, onward: bool) -> list[int] | None:
        """The least cost, events less prices, of a way to (or from) each place; None if a circle costs less than 0."""
        cost = [FAR] * self.size
        visits = [0] * self.size
        waiting, is_waiting = deque(starts), [False] * self.size
        for place in starts:
            cost[place] = 0
        while waiting:
            place = waiting.popleft()
            is_waiting[place] = False
            visits[place] += 1
            if visits[place] > self.size:
                return None
            for edge, kind in self.out[place] if onward else self.into[place]:
                there, new = edge.target if onward else edge.source, cost[place] + 1 - prices[kind]
                if new < cost[there]:
                    cost[there] = new
                    if not is_waiting[there]:
                        is_waiting[there] = True
                        waiting.append(there)
        return cost


# ------------------------------------------------------------------------------------------------------------ the trips


def _walks(graph: _Graph) -> dict[Hashable, tuple[Edge, ...]]:
    """A trip for each thing that ends one; of the other things the dearest are put in first, where they cost least."""
    exploration, depths = graph.exploration, graph.exploration.depths
    back = {end: graph.steps_back(end) for end in graph.last}
    direct = {end: min(depths[edge.source] + 1 for edge in graph.kinds[end]) for end in graph.last}

    def shortest(kind: Hashable, end: Hashable) -> tuple[int, Edge]:
        """How much longer a trip to that end gets by taking the thing on its way, and where it does so."""
        lengths = ((depths[edge.source] + 1 + back[end][edge.target], edge) for edge in graph.kinds[kind])
        length, edge = min(lengths)
        return length - direct[end], edge

    def walk(edge: Edge, end: Hashable) -> tuple[Edge, ...]:
        way = [*exploration.path_to(edge.source), edge]
        while back[end][way[-1].target]:
            way.append(graph.onward(way[-1].target, back[end], end))
        return tuple(way)

    detours = {kind: {end: shortest(kind, end) for end in graph.last} for kind in graph.kinds if kind not in back}
    dear = {kind: min(longer for longer, _ in ends.values()) for kind, ends in detours.items() if kind is not None}
    choices = {kind: sum(longer == dear[kind] for longer, _ in detours[kind].values()) for kind in dear}

    def assigned(order: Iterable[Hashable]) -> dict[Hashable, tuple[Edge, ...]]:
        walks: dict[Hashable, tuple[Edge, ...]] = {}
        taken: set[Hashable | None] = set()

        def put_in(kind: Hashable, ends: list[Hashable], key: Hashable) -> None:
            end = min(ends, key=lambda end: detours[kind][end][0])
            walks[key if key is not None else end] = made = walk(detours[kind][end][1], end)
            taken.update(graph.count(made))

        for kind in order:
            free = [end for end in graph.last if end not in walks]
            if kind not in taken and dear[kind] and free:
                put_in(kind, free, None)
        for end in graph.last:
            if end not in walks:
                first = min(graph.kinds[end], key=lambda edge: depths[edge.source])
                walks[end] = (*exploration.path_to(first.source), first)
                taken.update(graph.count(walks[end]))
        for kind in dear:  # what the direct trips happen not to take, and what found no trip of its own
            if kind not in taken:
                put_in(kind, graph.last, ("further", kind))
        return walks

    orders = (lambda kind: (-dear[kind], choices[kind]), lambda kind: (choices[kind], -dear[kind]))
    made = [assigned(sorted(dear, key=order)) for order in orders]
    return min(made, key=lambda walks: (len(walks), sum(map(len, walks.values()))))


# ------------------------------------------------------------------------------------------------------------ the bound


def _prices(graph: _Graph) -> dict[Hashable | None, int]:
    """A price for each thing, so that no trip costs less than what it takes; what ends trips is priced first."""
    prices: dict[Hashable | None, int] = dict.fromkeys(graph.kinds, 0)
    depths = graph.exploration.depths
    others = [kind for kind in graph.kinds if kind is not None and kind not in graph.last]
    for kind in (*graph.last, *sorted(others, key=lambda kind: -min(depths[edge.source] for edge in graph.kinds[kind]))):
        forward = graph.distances(prices, graph.begins, onward=True)
        backward = graph.distances(prices, sorted(graph.exploration.ends), onward=False)
        if forward is None or backward is None:
            raise RuntimeError("the prices are too high, though each was raised only as far as it may be")
        slack = min(forward[edge.source] + 1 - prices[kind] + backward[edge.target] for edge in graph.kinds[kind])
        prices[kind] += slack
        if slack and graph.distances(prices, graph.begins, onward=True) is None:  # it can be taken again and again for less
            prices[kind] -= slack
    return prices
