"""The exploration of a mutant, which reuses that of MODEL wherever no row of an event has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from process.exploration.expansion import Configuration, Successor, try_named_actors
from process.exploration.explorer import Edge, Exploration, explore, starts_of
from process.machine import MACHINE, CompiledMachine
from process.model import MODEL, Event, Limits, Model, State


@cache
def explored_model(limits: Limits) -> Exploration:
    """The exploration of MODEL itself."""
    return explore(limits=limits, expand=try_named_actors)


@cache
def _successors(limits: Limits) -> Mapping[Configuration, Sequence[Successor]]:
    exploration = explored_model(limits)
    found: dict[Configuration, list[Successor]] = {here: [] for here in exploration.configurations}
    for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
        found[exploration.configurations[edge.source]].append(successor)
    return found


_ELSEWHERE: dict[Configuration, Sequence[Successor]] = {}
"""MODEL's successors in configurations that only mutants reach: many mutants reach the same."""

ENOUGH_ELSEWHERE = 30_000
"""The number of configurations in it, some 150 MB, from which it is begun anew."""


@cache
def verified_successors(limits: Limits) -> frozenset[int]:
    """MODEL's own successors, by ``id``: the facts are true after each of them, as the requirements hold for MODEL."""
    return frozenset(map(id, explored_model(limits).successors))


def changed_events(model: Model) -> tuple[Event, ...]:
    """The events of which a row, or the payload, is not MODEL's own."""
    return tuple(
        event
        for event in Event
        if _rows(model, event) != _rows(MODEL, event) or model.events[event] is not MODEL.events[event]
    )


def _rows(model: Model, event: Event) -> list[int]:
    return [id(row) for row in model.table if row.event is event]


class Changes(NamedTuple):
    """The differences between a machine and MODEL's."""

    events: Mapping[State, tuple[Event, ...]]
    """By state the events that have other rows there, or another payload."""
    rows: Mapping[tuple[State, int], int]
    """The index in the table of each row that has moved, by state and index in MODEL's."""


def changes_of_machine(machine: CompiledMachine) -> Changes:
    """Compare a machine with MODEL's."""
    events: dict[State, tuple[Event, ...]] = {}
    rows: dict[tuple[State, int], int] = {}
    for event in Event:
        before, now = MACHINE.compiled_events[event].transitions_from, machine.compiled_events[event].transitions_from
        carries_the_same = machine.definition.events[event] is MODEL.events[event]
        for state in dict.fromkeys((*before, *now)):
            old, new = before.get(state, ()), now.get(state, ())
            if carries_the_same and [row[:-1] for row in old] == [row[:-1] for row in new]:
                rows.update(
                    {(state, one.row): other.row for one, other in zip(old, new, strict=True) if one.row != other.row}
                )
            else:
                events[state] = (*events.get(state, ()), event)
    return Changes(events, rows)


def takes_the_same(machine: CompiledMachine, limits: Limits) -> bool:
    """True if in every configuration of MODEL the same events take the same rows to the same states and facts.

    Then no other configuration is reached. Only the events with a changed row need be tried.
    """
    model = machine.definition
    if model.limits != MODEL.limits or model.states is not MODEL.states:
        return False
    changed = changes_of_machine(machine).events
    for here, successors in _successors(limits).items():
        if here.state in changed:
            events = changed[here.state]
            _tried, taken = try_named_actors(machine, here, events)
            if taken != [successor for successor in successors if successor.event in events]:
                return False
    return True


def explore_mutant(machine: CompiledMachine, limits: Limits) -> Exploration:
    """Explore a machine whose model has many rows in common with MODEL: only the other rows are tried again.

    What MODEL takes in a configuration is found once, also where MODEL itself never gets there.
    """
    if len(_ELSEWHERE) > ENOUGH_ELSEWHERE:
        _ELSEWHERE.clear()
    changed, moved = changes_of_machine(machine)
    known = _successors(limits)
    configurations = list(starts_of(machine, limits))
    indices = {start: index for index, start in enumerate(configurations)}
    predecessor: list[Edge | None] = [None] * len(configurations)
    edges, successors, tried = list[Edge](), list[Successor](), 0
    for source, here in enumerate(configurations):
        before = known.get(here) or _ELSEWHERE.get(here)
        if before is None:
            _, before = try_named_actors(MACHINE, here)
            _ELSEWHERE[here] = before
        kept = [(successor, moved.get((here.state, successor.row), successor.row)) for successor in before]
        if here.state in changed:
            events = changed[here.state]
            raised, taken = try_named_actors(machine, here, events)
            tried += raised
            kept = [one for one in kept if one[0].event not in events] + [(successor, successor.row) for successor in taken]
        for successor, row in kept:
            index = indices.setdefault(successor.configuration, len(indices))
            edge = Edge(source, successor.event, successor.by, successor.variant, index, row)
            if index == len(configurations):
                configurations.append(successor.configuration)
                predecessor.append(edge)
            edges.append(edge)
            successors.append(successor)
    return Exploration(machine, tuple(configurations), tuple(edges), tuple(successors), tuple(predecessor), tried, indices)
