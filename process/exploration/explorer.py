"""Every configuration that a case can be in, found by breadth-first search through the machine that runs in production.

A step of the search, and why it leaves nothing out, is in ``process.exploration.expansion``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

from process.exploration.expansion import Configuration, Expansion, Successor, canonical, try_all_actors, try_named_actors
from process.exploration.graph import breadth_first, components, distances, shortest_path
from process.exploration.inputs import ACCOUNT, ORDER
from process.machine import MACHINE, CompiledMachine
from process.model import Actor, Event, Facts, Goal, Limits, State


class Edge(NamedTuple):
    """An event that was taken in one configuration and led to another."""

    source: int
    """The configuration's index in ``Exploration.configurations``."""
    event: Event
    by: Actor
    variant: str
    """The variant of the payload, as ``payload_variants`` names it."""
    target: int
    row: int
    """The index in the model's table of the row that was taken."""


@dataclass(frozen=True)
class Exploration:
    """The graph of configurations and events that the search found.

    Attributes:
        machine: the machine that was searched.
        configurations: in the order of their discovery, so by the length of the shortest path to them.
        edges: every event that was taken, in the order of its source.
        successors: for each edge the payload of the event and the facts after it.
        predecessor: for each configuration the last edge of the shortest path to it; None where a case begins.
        tried: the number of events that were raised in all.
    """

    machine: CompiledMachine
    configurations: tuple[Configuration, ...]
    edges: tuple[Edge, ...]
    successors: tuple[Successor, ...] = field(repr=False)
    predecessor: tuple[Edge | None, ...]
    tried: int
    _indices: Mapping[Configuration, int] = field(repr=False)

    @property
    def limits(self) -> Limits:
        """The limits of the cases."""
        facts = self.configurations[0].facts
        return Limits(facts.face_limit, facts.other_limit)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The configurations in which cases begin, one for each goal."""
        return tuple(index for index, edge in enumerate(self.predecessor) if edge is None)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """For each configuration the number of events on the shortest path to it."""
        depths: list[int] = []
        for edge in self.predecessor:
            depths.append(0 if edge is None else depths[edge.source] + 1)
        return tuple(depths)

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """For each configuration the edges that leave it."""
        return tuple(self.edges[self.leaving(index)] for index in range(len(self.configurations)))

    def leaving(self, index: int) -> slice:
        """The places of the edges that leave the configuration: they stand side by side, in the order of their source."""
        return slice(self._first_edges[index], self._first_edges[index + 1])

    @cached_property
    def _first_edges(self) -> list[int]:
        """For each configuration, and one behind the last, the place of the first edge that leaves it or a later one."""
        counts = Counter(edge.source for edge in self.edges)
        return list(accumulate((counts[index] for index in range(len(self.configurations))), initial=0))

    @cached_property
    def incoming(self) -> tuple[tuple[Edge, ...], ...]:
        """For each configuration the edges that enter it."""
        incoming: list[list[Edge]] = [[] for _ in self.configurations]
        for edge in self.edges:
            incoming[edge.target].append(edge)
        return tuple(map(tuple, incoming))

    def index(self, state: State, facts: Facts) -> int:
        """The index of the configuration of these facts; KeyError if no case can be there."""
        return self._indices[Configuration(state, canonical(facts))]

    def path_to(self, index: int) -> tuple[Edge, ...]:
        """A shortest path to the configuration from where a case begins."""
        path: list[Edge] = []
        while (edge := self.predecessor[index]) is not None:
            path.append(edge)
            index = edge.source
        return tuple(reversed(path))

    def path_through(self, wanted: Callable[[Edge], bool]) -> tuple[Edge, ...] | None:
        """A shortest path whose last event is *wanted*; None if there is none."""
        found = [edge for edge in self.edges if wanted(edge)]
        if not found:
            return None
        last = min(found, key=lambda edge: self.depths[edge.source])
        return (*self.path_to(last.source), last)

    def path_between(
        self, start: int, targets: Collection[int], usable: Callable[[Edge], bool] | None = None
    ) -> tuple[Edge, ...] | None:
        """A shortest path from one configuration to any of the *targets*, over *usable* edges (all, if left out)."""
        if start in targets:
            return ()
        return shortest_path((start,), self._leaving(usable), lambda edge: edge.target in targets)

    def reachable_from(self, starts: Iterable[int], usable: Callable[[Edge], bool] | None = None) -> set[int]:
        """The configurations to which *usable* edges (all, if left out) lead from *starts*, which are among them."""
        return set(distances(starts, self._leaving(usable)))

    def distances_to(self, targets: Iterable[int], usable: Callable[[Edge], bool] | None = None) -> dict[int, int]:
        """For each configuration from which *usable* edges lead to one of the *targets* the least number of them."""
        incoming = self.incoming

        def entering(index: int) -> Iterable[tuple[Edge, int]]:
            return ((edge, edge.source) for edge in incoming[index] if usable is None or usable(edge))

        return distances(targets, entering)

    def can_reach(self, targets: Iterable[int], usable: Callable[[Edge], bool] | None = None) -> set[int]:
        """The configurations from which *usable* edges (all, if left out) lead to one of the *targets*."""
        return set(self.distances_to(targets, usable))

    def _leaving(self, usable: Callable[[Edge], bool] | None) -> Callable[[int], Iterable[tuple[Edge, int]]]:
        outgoing = self.outgoing
        return lambda index: ((edge, edge.target) for edge in outgoing[index] if usable is None or usable(edge))

    @cached_property
    def components(self) -> Mapping[int, int]:
        """For each configuration the number of its strongly connected component: edges within one lie on a cycle."""
        return components(range(len(self.configurations)), lambda index: (edge.target for edge in self.outgoing[index]))

    def first(self, wanted: Callable[[Configuration], bool]) -> int | None:
        """The index of the configuration nearest to a start that is *wanted*; None if none is."""
        return next((index for index, found in enumerate(self.configurations) if wanted(found)), None)

    @cached_property
    def ends(self) -> set[int]:
        """The configurations in an end state."""
        return {index for index, found in enumerate(self.configurations) if found.state in self.machine.definition.ends}

    @property
    def traps(self) -> list[int]:
        """The configurations from which no end can be reached."""
        return sorted(set(range(len(self.configurations))) - self.can_reach(self.ends))

    @property
    def unreachable(self) -> tuple[State, ...]:
        """The states that no case ever stands in."""
        reached = {found.state for found in self.configurations}
        return tuple(state for state in self.machine.definition.states if state not in reached)

    def goal_of(self, path: tuple[Edge, ...], index: int) -> Goal:
        """The goal of the case that takes the path, which may be empty and ends in the configuration of *index*."""
        return self.configurations[path[0].source if path else index].facts.goal


def explore(
    machine: CompiledMachine = MACHINE,
    *,
    limits: Limits | None = None,
    expand: Callable[[CompiledMachine, Configuration], Expansion] | None = None,
) -> Exploration:
    """Search every configuration, for every goal.

    Args:
        machine: the machine to search; ``process.machine.build`` makes one of a changed model.
        limits: the limits of the cases; the model's, where they are left out.
        expand: raises every event in a configuration; ``try_all_actors`` where it is left out.
    """
    expand = expand or try_all_actors
    limits = limits or machine.definition.limits
    initial = machine.definition.initial
    configurations = [Configuration(initial, Facts(goal, ACCOUNT, ORDER, limits.face, limits.other)) for goal in Goal]
    indices = {start: index for index, start in enumerate(configurations)}
    predecessor: list[Edge | None] = [None] * len(configurations)
    edges: list[Edge] = []
    successors: list[Successor] = []
    tried = 0

    def leaving(source: int) -> Iterator[tuple[Successor, int]]:
        nonlocal tried
        raised, taken = expand(machine, configurations[source])
        tried += raised
        for successor in taken:
            index = indices.setdefault(successor.configuration, len(configurations))
            if index == len(configurations):
                configurations.append(successor.configuration)
            yield successor, index

    for source, successor, target in breadth_first(range(len(configurations)), leaving):
        edge = Edge(source, successor.event, successor.by, successor.variant, target, successor.row)
        if target == len(predecessor):
            predecessor.append(edge)
        edges.append(edge)
        successors.append(successor)
    return Exploration(machine, tuple(configurations), tuple(edges), tuple(successors), tuple(predecessor), tried, indices)


@cache
def explored_model(limits: Limits) -> Exploration:
    """The exploration of MODEL under these limits, made once a process."""
    return explore(limits=limits, expand=try_named_actors)
