"""What a model must not say: refused when the machine is built, so at import, with the row named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from keyword import iskeyword
from typing import Any

from process.model import (
    ELSE,
    GLOBAL_INVARIANTS,
    Actor,
    Effect,
    EndKind,
    Event,
    Facts,
    Guard,
    Kind,
    Limits,
    Model,
    Phase,
    RequestKind,
    Responsibility,
    Row,
    State,
    StateInfo,
    Term,
    Transition,
    Words,
)
from process.model.sample_values import faults, missing


class ModelError(ValueError):
    """The model contradicts itself; says in which row or entry, and how."""


def check(model: Model) -> None:
    """Nothing, if the model is free of contradictions.

    Raises:
        ModelError: names the first entry or row that is wrong, and what is wrong with it.
    """
    for problem in contradictions(model):
        raise ModelError(problem)


def contradictions(model: Model) -> Iterable[str]:
    for kind in Term.__subclasses__():
        yield from _contradictions_of_names(kind)
    yield from _contradictions_of_states(model)
    yield from _contradictions_of_events(model)
    for index, row in enumerate(model.table):
        for problem in _contradictions_of_row(model, row):
            yield f"row {index + 1} ({row}): {problem}"
    yield from _contradictions_between_rows(model)
    yield from _contradictions_between_guards(model)
    for event in model.events:
        if not model.actors[event]:
            yield f"event {event}: no row says which actor may raise it"


# ---------------------------------------------------------------------------------------------------------------- names


def _contradictions_of_names(kind: type[Term]) -> Iterable[str]:
    told: dict[tuple[str, str], str] = {}
    for name, term in kind.__members__.items():
        where = f"{kind.__name__}.{name}"
        if name != term.name:
            yield f"{where}: {term.value!r} is what {kind.__name__}.{term.name} is written as; each needs its own"
            continue
        if missing(term.words):
            yield f"{where}: the words are missing in {' and '.join(missing(term.words))}"
        for words in zip(Words._fields, term.words, strict=True):
            if told.setdefault(words, name) != name:
                yield f"{where}: {kind.__name__}.{told[words]} has the same words, {words[1]!r}"


# --------------------------------------------------------------------------------------------------------------- states


def _contradictions_of_states(model: Model) -> Iterable[str]:
    for state in State:
        info = model.states.get(state)
        if info is None:
            yield f"state {state}: STATES does not say anything of it"
            continue
        for problem in _contradictions_of_end(info) if info.end else _contradictions_of_open(model, state, info):
            yield f"state {state}: {problem}"
        for demand in (*info.invariants, *(turn.when for turn in info.responsibilities if turn.when)):
            for problem in _contradictions_of_demand(demand):
                yield f"state {state}: {problem}"
    for demand in GLOBAL_INVARIANTS:
        for problem in _contradictions_of_demand(demand):
            yield f"GLOBAL_INVARIANTS: {problem}"
    for stranger in model.states:
        if not isinstance(stranger, State):
            yield f"STATES: unknown state {stranger!r}"
    if model.initial not in model.states or model.states[model.initial].end:
        yield f"the initial state {model.initial} must be an open state"
    if not isinstance(model.limits, Limits):
        yield f"the limits must be Limits(face=…, other=…), not {model.limits!r}"


def _contradictions_of_end(info: StateInfo) -> Iterable[str]:
    if not isinstance(info.end, EndKind):
        yield f"unknown kind of end {info.end!r}; it must be one of {_members(EndKind)}"
    if info.responsibilities or info.deadline or info.phase:
        yield "an end has no phase, no owner and no deadline"


def _contradictions_of_open(model: Model, state: State, info: StateInfo) -> Iterable[str]:
    if not isinstance(info.phase, Phase):
        yield f"belongs to no phase; {info.phase!r} is none of {_members(Phase)}"
    if not info.responsibilities or info.responsibilities[-1].when is not None:
        yield "nobody owns it, or only under a condition; the last turn must have none"
    for index, turn in enumerate(info.responsibilities[:-1]):
        if turn.when is None:
            yield f"turn {index + 2} never comes, as turn {index + 1} has no condition"
    if info.deadline is None:
        yield "has no deadline"
    elif not isinstance(info.deadline, timedelta) or info.deadline <= timedelta(0):
        yield f"{info.deadline!r} is no deadline; it must be a timedelta of more than 0"
    ways_in = [row.event for row in model.table if row.target is state]
    carried = [model.events.get(event, {}) for event in ways_in] if state is not model.initial else [{}]
    for turn in info.responsibilities:
        yield from _contradictions_of_turn(turn, carried)


def _contradictions_of_turn(turn: Responsibility, carried: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    if not isinstance(turn.owner, Actor):
        yield f"unknown owner {turn.owner!r}; it must be one of {_members(Actor)}"
    if not isinstance(turn.request, RequestKind):
        yield f"asks {turn.request!r}, which is no request; it must be one of {_members(RequestKind)}"
    for name in turn.payload_fields:
        if name not in Facts._fields and not all(name in fields for fields in carried):
            yield f"{turn.request} tells {name!r}, no fact, and not carried by every event that leads there"


def _contradictions_of_demand(demand: object) -> Iterable[str]:
    if not isinstance(demand, Guard):
        yield f"{demand!r} is no guard, and so nothing that can hold there"
    else:
        yield from faults(demand, (), "a state")


# --------------------------------------------------------------------------------------------------------------- events


def _contradictions_of_events(model: Model) -> Iterable[str]:
    for name, fields in model.events.items():
        if not isinstance(name, Event):
            yield f"EVENTS: unknown event {name!r}"
        elif not _can_be_called(name.value):
            yield f"event {name}: {name.value!r} can't be the name of a method"
        for field, kind in fields.items():
            if not isinstance(field, str) or field in ("by", "at", "self") or not _can_be_called(field):
                yield f"event {name}: field {field!r} can't be the name of a parameter, or is one of trigger's own"
            if not (isinstance(kind, Kind) or (isinstance(kind, type) and issubclass(kind, Term))):
                yield f"event {name}: field {field!r} can't be carried as {kind!r}; it must be a Kind or an enum of terms"
    for event in Event:
        if event not in model.events:
            yield f"event {event}: EVENTS does not say what it carries"


def _can_be_called(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name)


# ----------------------------------------------------------------------------------------------------------------- rows


def _contradictions_of_row(model: Model, row: Row) -> Iterable[str]:
    for state in (*row.sources, row.target):
        if not isinstance(state, State) or state not in model.states:
            yield f"unknown state {state!r}; it must be a member of State"
            return
    if not row.sources:
        yield "starts nowhere"
    if not isinstance(row.event, Event) or row.event not in model.events:
        yield f"unknown event {row.event!r}; it must be a member of Event"
        return
    if not row.by:
        yield "no actor may raise it"
    for actor in row.by:
        if not isinstance(actor, Actor):
            yield f"unknown actor {actor!r}; it must be one of {_members(Actor)}"
    for source in row.sources:
        if model.states[source].end:
            yield f"leaves the end {source}"
    if ELSE in row.guards[1:]:
        yield "ELSE must stand first among the guards"
    kinds = (*((part, Guard) for part in row.guards), *((part, Effect) for part in row.effects))
    strangers = [f"unknown {kind.__name__.lower()} {part!r}" for part, kind in kinds if not isinstance(part, kind)]
    if strangers:
        yield from strangers
        return
    parts: tuple[Guard | Effect, ...] = (*row.guards, *row.effects)
    named = (*map(str, row.by), *(part.name for part in parts))
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield f"{name} stands twice in it"
    for part in parts:
        yield from faults(part, tuple(model.events[row.event].items()), row.event)


def _contradictions_between_rows(model: Model) -> Iterable[str]:
    def name(index: int) -> str:
        return f"row {index + 1} ({model.table[index]})"

    seen: dict[tuple[State, Event], list[Transition]] = {}
    for transition in model.transitions:
        source, event = transition.source, transition.event
        rows_above = seen.setdefault((source, event), [])
        asked = set(transition.guards) - {ELSE}
        for above in rows_above:
            asked_above = set(above.guards) - {ELSE}
            if not set(above.by) & set(transition.by):
                continue
            if asked_above == asked:
                yield f"{name(transition.row)}: {source} has the same row already, {name(above.row)}"
            elif ELSE in model.table[above.row].guards and asked_above <= asked:
                yield f"{name(above.row)}: ELSE is not the last row of {event} in {source}"
            elif not asked_above:
                yield f"{name(transition.row)}: never reached, {name(above.row)} has no guard and takes all in {source}"
            elif asked_above < asked:
                yield (
                    f"{name(transition.row)}: never reached in {source}, {name(above.row)} asks less and comes first;"
                    f" put this row above it, and ELSE first among the guards of that"
                )
        rows_above.append(transition)
    for index, row in enumerate(model.table):
        if ELSE in row.guards and all(seen[source, row.event][0].row == index for source in row.sources):
            yield f"{name(index)}: ELSE, but no row stands above it"


def _contradictions_between_guards(model: Model) -> Iterable[str]:
    told: dict[str, Guard] = {}
    for index, row in enumerate(model.table):
        for guard in row.guards:
            first = told.setdefault(guard.code, guard)
            if first.reason != guard.reason:
                yield f"row {index + 1} ({row}): {guard.name} has the code {guard.code!r} of {first.name}; it needs its own"


def _members(kind: type[Term]) -> str:
    return ", ".join(f"{kind.__name__}.{member.name}" for member in kind)
