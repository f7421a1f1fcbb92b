"""Refuse a model that contradicts itself: when its machine is built, so at import, with the row named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from keyword import iskeyword
from typing import Any

from process.model import (
    ELSE,
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
from process.model.part_validation import missing_languages, validate_part


class ModelError(ValueError):
    """The model contradicts itself; the message names the row or entry."""


def validate(model: Model) -> None:
    """Raise ModelError for the first entry or row that contradicts another, or can never apply."""
    for problem in contradictions(model):
        raise ModelError(problem)


def contradictions(model: Model) -> Iterable[str]:
    """Yield every contradiction in the model, each with the place where it stands."""
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
    first_use: dict[tuple[str, str], str] = {}
    for name, term in kind.__members__.items():
        where = f"{kind.__name__}.{name}"
        if name != term.name:
            yield f"{where}: {term.value!r} is already the value of {kind.__name__}.{term.name}; each needs its own"
            continue
        if missing_languages(term.words):
            yield f"{where}: the words are missing in {' and '.join(missing_languages(term.words))}"
        for words in zip(Words._fields, term.words, strict=True):
            if first_use.setdefault(words, name) != name:
                yield f"{where}: {kind.__name__}.{first_use[words]} has the same words, {words[1]!r}"


# --------------------------------------------------------------------------------------------------------------- states


def _contradictions_of_states(model: Model) -> Iterable[str]:
    for state in State:
        info = model.states.get(state)
        if info is None:
            yield f"state {state}: STATES has no entry for it"
            continue
        for problem in _contradictions_of_end(info) if info.end else _contradictions_of_open(model, state, info):
            yield f"state {state}: {problem}"
        for condition in (
            *info.invariants,
            *(responsibility.when for responsibility in info.responsibilities if responsibility.when),
        ):
            for problem in _contradictions_of_condition(condition):
                yield f"state {state}: {problem}"
    for condition in model.invariants:
        for problem in _contradictions_of_condition(condition):
            yield f"model.invariants: {problem}"
    for state in model.states:
        if not isinstance(state, State):
            yield f"STATES: unknown state {state!r}"
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
        yield "has no owner, or only under a condition; the last responsibility must have none"
    for index, responsibility in enumerate(info.responsibilities[:-1]):
        if responsibility.when is None:
            yield f"responsibility {index + 2} never applies, as responsibility {index + 1} has no condition"
    if info.deadline is None:
        yield "has no deadline"
    elif not isinstance(info.deadline, timedelta) or info.deadline <= timedelta(0):
        yield f"{info.deadline!r} is no deadline; it must be a timedelta of more than 0"
    ways_in = [row.event for row in model.table if row.target is state]
    carried = [model.events.get(event, {}) for event in ways_in] if state is not model.initial else [{}]
    for responsibility in info.responsibilities:
        yield from _contradictions_of_responsibility(responsibility, carried)


def _contradictions_of_responsibility(
    responsibility: Responsibility, carried: Iterable[Mapping[str, Any]]
) -> Iterable[str]:
    if not isinstance(responsibility.owner, Actor):
        yield f"unknown owner {responsibility.owner!r}; it must be one of {_members(Actor)}"
    if not isinstance(responsibility.request, RequestKind):
        yield f"unknown request {responsibility.request!r}; it must be one of {_members(RequestKind)}"
    for name in responsibility.payload_fields:
        if name not in Facts._fields and not all(name in fields for fields in carried):
            yield f"{responsibility.request} carries {name!r}, which is no fact and not carried by every event that leads there"


def _contradictions_of_condition(condition: object) -> Iterable[str]:
    if not isinstance(condition, Guard):
        yield f"{condition!r} is no guard, and so nothing that can hold there"
    else:
        yield from validate_part(condition, (), "a state")


# --------------------------------------------------------------------------------------------------------------- events


def _contradictions_of_events(model: Model) -> Iterable[str]:
    for name, fields in model.events.items():
        if not isinstance(name, Event):
            yield f"EVENTS: unknown event {name!r}"
        elif not _can_be_called(name.value):
            yield f"event {name}: {name.value!r} can't be the name of a method"
        for field, kind in fields.items():
            if not isinstance(field, str) or field in ("by", "who", "at", "self") or not _can_be_called(field):
                yield f"event {name}: field {field!r} can't be the name of a parameter, or is one of trigger's own"
            if not (isinstance(kind, Kind) or (isinstance(kind, type) and issubclass(kind, Term))):
                yield f"event {name}: field {field!r} can't be carried as {kind!r}; it must be a Kind or an enum of terms"
    for event in Event:
        if event not in model.events:
            yield f"event {event}: EVENTS has no entry for it"


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
    unknown = [f"unknown {kind.__name__.lower()} {part!r}" for part, kind in kinds if not isinstance(part, kind)]
    if unknown:
        yield from unknown
        return
    parts: tuple[Guard | Effect, ...] = (*row.guards, *row.effects)
    named = (*map(str, row.by), *(part.name for part in parts))
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield f"{name} stands twice in it"
    for part in parts:
        yield from validate_part(part, tuple(model.events[row.event].items()), row.event)


def _contradictions_between_rows(model: Model) -> Iterable[str]:
    def name(index: int) -> str:
        return f"row {index + 1} ({model.table[index]})"

    seen: dict[tuple[State, Event], list[Transition]] = {}
    for transition in model.transitions:
        source, event = transition.source, transition.event
        rows_above = seen.setdefault((source, event), [])
        guards = set(transition.guards) - {ELSE}
        for above in rows_above:
            guards_above = set(above.guards) - {ELSE}
            if not set(above.by) & set(transition.by):
                continue
            if guards_above == guards:
                yield f"{name(transition.row)}: {source} has the same row already, {name(above.row)}"
            elif ELSE in model.table[above.row].guards and guards_above <= guards:
                yield f"{name(above.row)}: ELSE is not the last row of {event} in {source}"
            elif not guards_above:
                yield f"{name(transition.row)}: never reached, {name(above.row)} has no guard and takes all in {source}"
            elif guards_above < guards:
                yield (
                    f"{name(transition.row)}: never reached in {source}, {name(above.row)} has fewer guards and comes first;"
                    f" put this row above it, and ELSE first among the guards of that"
                )
        rows_above.append(transition)
    for index, row in enumerate(model.table):
        if ELSE in row.guards and all(seen[source, row.event][0].row == index for source in row.sources):
            yield f"{name(index)}: ELSE, but no row stands above it"


def _contradictions_between_guards(model: Model) -> Iterable[str]:
    by_code: dict[str, Guard] = {}
    for index, row in enumerate(model.table):
        for guard in row.guards:
            first = by_code.setdefault(guard.code, guard)
            if first.reason != guard.reason:
                yield f"row {index + 1} ({row}): {guard.name} has the code {guard.code!r} of {first.name}; it needs its own"


def _members(kind: type[Term]) -> str:
    return ", ".join(f"{kind.__name__}.{member.name}" for member in kind)
