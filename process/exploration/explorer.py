"""Every configuration that a case can be in, found by breadth-first search through the machine that runs in production.

A configuration is a state with facts in canonical form. The references stand for any reference, and attempts are numbered
from the count of those that count, since guards only compare a quote or an attempt with the current one. So the search is
finite, and it is complete: in every configuration each event is raised by each actor, with each payload that matters
(``process.exploration.inputs``). That what is left out never decides is a requirement of its own (R15:
``process.requirements.data_independence``, ``near_misses``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from process.exploration.graph import breadth_first, components, distances, shortest_path
from process.exploration.inputs import (
    ACCOUNT,
    ORDER,
    QUOTE,
    REJECTED_QUOTE,
    all_inputs,
    pair_name,
    payload_pairs,
    payload_variants,
)
from process.machine import MACHINE, CompiledMachine
from process.model import ELSE, Actor, Event, Facts, Goal, Limits, State


class Configuration(NamedTuple):
    """A state, and facts in the form that ``canonical`` gives them."""

    state: State
    facts: Facts


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


def canonical(facts: Facts) -> Facts:
    """The facts without what never decides: references, the fee, and how often an attempt was given back.

    A count stops at one past its limit, or one below 0: a model that gets there is wrong, and its search still ends.
    """
    quote, rejected, fee, currency = facts.quote, facts.rejected_quote, facts.fee, facts.currency
    if rejected is not None:
        rejected = QUOTE if rejected == quote else REJECTED_QUOTE
    if quote is not None:
        quote, fee, currency = QUOTE, 0, "CNY"
    face = min(max(facts.face_attempts, -1), facts.face_limit + 1)
    other = min(max(facts.other_attempts, -1), facts.other_limit + 1)
    return facts._replace(
        account=ACCOUNT,
        order=ORDER,
        quote=quote,
        fee=fee,
        currency=currency,
        rejected_quote=rejected,
        face_attempts=face,
        other_attempts=other,
        attempt=face + other,
    )


class Successor(NamedTuple):
    """The outcome of one event that was taken in one configuration."""

    event: Event
    by: Actor
    variant: str
    data: Mapping[str, Any]
    row: int
    state: State
    facts: Facts
    """The facts as the machine gave them."""
    configuration: Configuration
    """The same in canonical form."""


Expansion = tuple[int, list[Successor]]
"""The number of events that were raised in a configuration, and those that were taken."""


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
        outgoing: list[list[Edge]] = [[] for _ in self.configurations]
        for edge in self.edges:
            outgoing[edge.source].append(edge)
        return tuple(map(tuple, outgoing))

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
    model = machine.definition
    limits = limits or model.limits
    starts = [Configuration(model.initial, Facts(goal, ACCOUNT, ORDER, limits.face, limits.other)) for goal in Goal]
    indices = {start: index for index, start in enumerate(starts)}
    predecessor: list[Edge | None] = [None] * len(starts)
    edges: list[Edge] = []
    successors: list[Successor] = []
    tried = 0

    def leaving(here: Configuration) -> Iterable[tuple[Successor, Configuration]]:
        nonlocal tried
        raised, taken = expand(machine, here)
        tried += raised
        return ((successor, successor.configuration) for successor in taken)

    for source, successor, target in breadth_first(starts, leaving):
        index = indices.setdefault(target, len(indices))
        edge = Edge(indices[source], successor.event, successor.by, successor.variant, index, successor.row)
        if index == len(predecessor):
            predecessor.append(edge)
        edges.append(edge)
        successors.append(successor)
    return Exploration(machine, tuple(indices), tuple(edges), tuple(successors), tuple(predecessor), tried, indices)


def try_all_actors(machine: CompiledMachine, here: Configuration) -> Expansion:
    """Raise every event by every actor, with every payload that matters; only the right one by an actor who never may."""
    tried, taken = 0, []
    for event, by, variant, data in all_inputs(machine.definition, here.facts):
        tried += 1
        if found := _try(machine, here, event, by, variant, data):
            taken.append(found)
    pairs, together = _try_pairs(machine, here, machine.definition.events, taken)
    return tried + pairs, taken + together


def try_named_actors(machine: CompiledMachine, here: Configuration, events: Collection[Event] | None = None) -> Expansion:
    """Find the same successors in less time: raise events only by actors whom a row names there; others are refused.

    Args:
        events: which events to raise; all of them, where it is left out.
    """
    tried, taken = 0, []
    for event in machine.definition.events if events is None else events:
        rows = machine.compiled_events[event].transitions_from.get(here.state, ())
        actors = {by for row in rows for by in row.by}
        for by in Actor if actors else ():
            for variant, data in payload_variants(machine.definition, event, here.facts) if by in actors else ():
                tried += 1
                if found := _try(machine, here, event, by, variant, data):
                    taken.append(found)
    pairs, together = _try_pairs(machine, here, machine.definition.events if events is None else events, taken)
    return tried + pairs, taken + together


def _try_pairs(machine: CompiledMachine, here: Configuration, events: Iterable[Event], taken: list[Successor]) -> Expansion:
    """Raise what differs in two fields at once; it is a successor of its own unless each alone is taken, too."""
    tried, together = 0, []
    alone = {(found.event, found.by, found.variant) for found in taken}
    for event in events:
        if len(machine.definition.events[event]) < 2:
            continue
        rows = machine.compiled_events[event].transitions_from.get(here.state, ())
        actors = dict.fromkeys(by for row in rows for by in row.by)
        for one, other, data in payload_pairs(machine.definition, event, here.facts) if actors else ():
            for by in actors:
                tried += 1
                found = _try(machine, here, event, by, pair_name(one, other), dict(data))
                if found and not {(event, by, one), (event, by, other)} <= alone:
                    together.append(found)
    return tried, together


def _try(
    machine: CompiledMachine, here: Configuration, event: Event, by: Actor, variant: str, data: dict[str, Any]
) -> Successor | None:
    try:
        outcome = machine.compiled_events[event].decide(here.state, here.facts, by, data)
    except Exception:  # R15 reports the guard or effect that raises; the rest is searched all the same
        return None
    if outcome is None:
        return None
    state, facts = outcome
    row = row_taken(machine, here, event, by, data)
    return Successor(event, by, variant, data, row, state, facts, Configuration(state, canonical(facts)))


def row_taken(machine: CompiledMachine, here: Configuration, event: Event, by: Actor, data: Mapping[str, Any]) -> int:
    """The index in the table of the row that the machine takes, for an event that it takes.

    If none fits, a guard is not pure, which R15 reports; then it is the last row.
    """
    rows = [row for row in machine.compiled_events[event].transitions_from[here.state] if by in row.by]
    for row in rows:
        if all(guard is ELSE or guard.predicate(here.facts, data) for guard in row.guards):
            return row.row
    return rows[-1].row
