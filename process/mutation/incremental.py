"""The exploration of a mutant, which reuses that of MODEL wherever no row of an event has changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from process.exploration.expansion import Configuration, Expansion, Successor, try_named_actors
from process.exploration.explorer import Exploration, explore
from process.machine import MACHINE, CompiledMachine
from process.model import MODEL, Event, Limits, Model, State


@cache
def explored_model(limits: Limits) -> Exploration:
    """The exploration of MODEL itself."""
    return explore(limits=limits, expand=try_named_actors)


@cache
def _successors(limits: Limits) -> Mapping[Configuration, list[Successor]]:
    exploration = explored_model(limits)
    found: dict[Configuration, list[Successor]] = {here: [] for here in exploration.configurations}
    for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
        found[exploration.configurations[edge.source]].append(successor)
    return found


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


def _touched(machine: CompiledMachine, events: tuple[Event, ...]) -> set[State]:
    """The states in which one of the events happens, in MODEL or in the mutant."""
    machines = MACHINE, machine
    return {state for each in machines for event in events for state in each.compiled_events[event].transitions_from}


def takes_the_same(machine: CompiledMachine, limits: Limits) -> bool:
    """True if in every configuration of MODEL the same events take the same rows to the same states and facts.

    Then no other configuration is reached. Only the events with a changed row need be tried.
    """
    model = machine.definition
    if model.limits != MODEL.limits or model.states is not MODEL.states:
        return False
    changed = changed_events(model)
    touched = _touched(machine, changed)
    for here, successors in _successors(limits).items():
        if here.state in touched:
            _tried, taken = try_named_actors(machine, here, changed)
            if taken != [successor for successor in successors if successor.event in changed]:
                return False
    return True


def explore_mutant(machine: CompiledMachine, limits: Limits) -> Exploration:
    """Explore a machine whose model has many rows in common with MODEL: only the other rows are tried again."""
    model = machine.definition
    changed = changed_events(model)
    indices = {id(row): index for index, row in enumerate(model.table)}
    moved = {index: indices[id(row)] for index, row in enumerate(MODEL.table) if indices.get(id(row), index) != index}
    known, touched = _successors(limits), _touched(machine, changed)

    def expand(machine: CompiledMachine, here: Configuration) -> Expansion:
        before = known.get(here)
        if before is None:
            return try_named_actors(machine, here)
        if here.state not in touched and not moved:
            return 0, before
        tried, taken = try_named_actors(machine, here, changed)
        kept = [successor for successor in before if successor.event not in changed]
        if moved:
            kept = [successor._replace(row=moved.get(successor.row, successor.row)) for successor in kept]
        return tried, kept + taken

    return explore(machine, limits=limits, expand=expand)
