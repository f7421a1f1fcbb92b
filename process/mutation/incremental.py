"""The exploration and the evidence of a mutant, which reuse MODEL's wherever no row of an event has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress, count
from typing import NamedTuple

from process.exploration.expansion import Configuration, Expansion, Successor, try_named_actors
from process.exploration.explorer import Exploration, explore, explored_model
from process.machine import MACHINE, CompiledMachine
from process.model import MODEL, Actor, Event, Limits, Model, Row, State
from process.requirements.evidence import Evidence
from process.requirements.observation import Observation
from process.requirements.opaque_values import PartInput, part_inputs

Taken = Sequence[Successor]
"""The successors of a configuration."""


@cache
def _taken_by_model(limits: Limits) -> Mapping[Configuration, Taken]:
    exploration = explored_model(limits)
    found: dict[Configuration, list[Successor]] = {here: [] for here in exploration.configurations}
    for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
        found[exploration.configurations[edge.source]].append(successor)
    return found


@cache
def _by_state(limits: Limits) -> Mapping[State, Sequence[Configuration]]:
    found: dict[State, list[Configuration]] = {}
    for here in explored_model(limits).configurations:
        found.setdefault(here.state, []).append(here)
    return found


_TAKEN_ELSEWHERE: dict[Configuration, Taken] = {}
"""MODEL's successors in configurations that only mutants reach; many mutants reach the same ones."""

ENOUGH_ELSEWHERE = 30_000
"""The number of configurations in it, some 150 MB, from which it is begun anew."""


def _taken_elsewhere(here: Configuration) -> Taken:
    if here not in _TAKEN_ELSEWHERE:
        _tried, _TAKEN_ELSEWHERE[here] = try_named_actors(MACHINE, here)
    return _TAKEN_ELSEWHERE[here]


def changed_events(model: Model) -> tuple[Event, ...]:
    """The events of which a row, or the payload, is not MODEL's own."""
    return tuple(
        event
        for event in Event
        if _rows_of_event(model, event) != _rows_of_event(MODEL, event) or model.events[event] is not MODEL.events[event]
    )


def _rows_of_event(model: Model, event: Event) -> list[int]:
    return [id(row) for row in model.table if row.event is event]


def last_rows(model: Model) -> Mapping[tuple[State, Event, Actor], Row]:
    """The row that gives the reasons for a refusal, by state, event and actor."""
    return {(state, row.event, by): row for row in model.table for state in row.sources for by in row.by}


def refuses_the_same(model: Model) -> bool:
    """True if no guard differs, and at most the order of rows of which those that give the reasons stay the last."""
    if model.events is not MODEL.events:
        return False
    if [row.guards for row in model.table] == [row.guards for row in MODEL.table]:
        return True
    return {*map(id, model.table)} == {*map(id, MODEL.table)} and last_rows(model) == last_rows(MODEL)


class Changes(NamedTuple):
    """The differences between a machine and MODEL's."""

    events: Mapping[State, tuple[Event, ...]]
    """By state the events that have other rows there, or another payload."""
    rows: Mapping[State, Mapping[int, int]]
    """By state the indices in the table of the rows that have moved, by their index in MODEL's."""


def changes_of_machine(machine: CompiledMachine) -> Changes:
    """Compare a machine with MODEL's."""
    events: dict[State, tuple[Event, ...]] = {}
    rows: dict[State, dict[int, int]] = {}
    for event in Event:
        before, now = MACHINE.compiled_events[event].transitions_from, machine.compiled_events[event].transitions_from
        carries_the_same = machine.definition.events[event] is MODEL.events[event]
        for state in dict.fromkeys((*before, *now)):
            old, new = before.get(state, ()), now.get(state, ())
            if carries_the_same and old == new:
                continue
            if not carries_the_same or [row[:-1] for row in old] != [row[:-1] for row in new]:
                events[state] = (*events.get(state, ()), event)
            place = {row[:-1]: row.row for row in reversed(new)}
            moved = {row.row: place.get(row[:-1], row.row) for row in old}
            if moved := {before: after for before, after in moved.items() if before != after}:
                rows.setdefault(state, {}).update(moved)
    return Changes(events, rows)


def _taken_by(machine: CompiledMachine, here: Configuration, before: Taken, changes: Changes) -> tuple[Taken, bool]:
    """The successors by a machine in a configuration where MODEL has those of *before*; and True if they are the same."""
    if moved := changes.rows.get(here.state):
        before = [each._replace(row=moved[each.row]) if each.row in moved else each for each in before]
    events = changes.events.get(here.state)
    if events is None:
        return before, True
    _tried, now = try_named_actors(machine, here, events)
    if [each for each in before if each.event in events] == now:
        return before, True
    return [*(each for each in before if each.event not in events), *now], False


def takes_the_same(machine: CompiledMachine, limits: Limits) -> bool:
    """True if in every configuration of MODEL the same events take the same rows to the same states and facts.

    Then no other configuration is reached. Only the events with a changed row need be tried.
    """
    return _takes_the_same(machine, limits, changes_of_machine(machine))


def _takes_the_same(machine: CompiledMachine, limits: Limits, changes: Changes) -> bool:
    taken, standing = _taken_by_model(limits), _by_state(limits)
    return all(
        _taken_by(machine, here, taken[here], changes)[1] for state in changes.events for here in standing.get(state, ())
    )


class MutantExploration(NamedTuple):
    """The exploration of a mutant, compared with that of MODEL."""

    exploration: Exploration
    same: frozenset[int]
    """The configurations, by index, that MODEL has, too, in which the same inputs take the same rows to the same ends."""

    @property
    def is_same(self) -> bool:
        """True if they do so in all configurations."""
        return len(self.same) == len(self.exploration.configurations)


def explore_mutant(machine: CompiledMachine, limits: Limits) -> MutantExploration:
    """Explore a machine whose model has many rows in common with MODEL: only the other rows are tried again.

    What MODEL takes in a configuration is found once, also where MODEL itself never gets there. Where no row has moved and
    all of MODEL's configurations take the same, the graph is MODEL's own.
    """
    if len(_TAKEN_ELSEWHERE) > ENOUGH_ELSEWHERE:
        _TAKEN_ELSEWHERE.clear()
    changes, known, same = changes_of_machine(machine), _taken_by_model(limits), list[bool]()
    starts_the_same = machine.definition.initial is MODEL.initial
    if starts_the_same and not changes.rows and _takes_the_same(machine, limits, changes):
        graph = explored_model(limits)
        return MutantExploration(replace(graph, machine=machine), frozenset(range(len(graph.configurations))))

    def expand(machine: CompiledMachine, here: Configuration) -> Expansion:
        before = known.get(here)
        taken, is_same = _taken_by(machine, here, _taken_elsewhere(here) if before is None else before, changes)
        same.append(is_same and before is not None)
        return len(taken), taken

    exploration = explore(machine, limits=limits, expand=expand)  # which expands each configuration once, in its order
    return MutantExploration(exploration, frozenset(compress(count(), same)))


@cache
def _part_inputs_of_model(limits: Limits) -> frozenset[PartInput]:
    """The inputs with which MODEL's own guards and effects are tried, for which R15 holds."""
    return part_inputs(MACHINE, explored_model(limits).configurations)


_OBSERVED: dict[Limits, dict[int, tuple[Observation, ...]]] = {}
"""By limits what the evidence of all mutants with MODEL's own graph has found in it."""


def compare_with_model(machine: CompiledMachine, limits: Limits) -> tuple[Evidence, bool]:
    """The evidence of a mutant; and True if it takes the same as MODEL everywhere, and says the same of its states.

    What concerns single events and configurations is looked at only where the mutant differs from MODEL, for which all
    requirements hold.
    """
    model, found = machine.definition, explore_mutant(machine, limits)
    same_states = model.states is MODEL.states
    evidence = Evidence(
        found.exploration,
        changed_events(model),
        found.same,
        same_states=same_states,
        known_inputs=_part_inputs_of_model(limits),
        observed=_OBSERVED.setdefault(limits, {}) if found.exploration.edges is explored_model(limits).edges else None,
    )
    return evidence, found.is_same and same_states
