"""Mutants of events and states: their payloads, ends, owners, requests, deadlines and steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from process.model import (
    ELSE,
    Actor,
    EndKind,
    Event,
    Facts,
    Field,
    Kind,
    Model,
    Payload,
    Phase,
    RequestKind,
    Responsibility,
    State,
)
from process.mutation.guard_operators import Change


def declaration_mutants(model: Model) -> Iterator[Change]:
    """Yield every mutant of what an event carries and of what a state says."""
    yield from _fields(model)
    for state, info in model.states.items():
        yield from _ends_swapped(model, state) if info.end else _open_states(model, state)


# --------------------------------------------------------------------------------------------- events, states and ends


def _fields(model: Model) -> Iterator[Change]:
    def carrying(event: Event, fields: Mapping[str, Field]) -> Model:
        return replace(model, events={**model.events, event: fields})

    for event, fields in model.events.items():
        for name, field in fields.items():
            rest = {other: kind for other, kind in fields.items() if other != name}
            yield "field lost", f"{event}: {name} lost", carrying(event, rest)
            for kind in Kind:
                if kind is not field:
                    yield "field retyped", f"{event}: {name} is {kind}", carrying(event, {**fields, name: kind})


def _ends_swapped(model: Model, state: State) -> Iterator[Change]:
    for kind in EndKind:
        if kind is not model.states[state].end:
            yield "end swapped", f"{state}: is {kind}", _with_state(model, state, end=kind)


def _open_states(model: Model, state: State) -> Iterator[Change]:
    info = model.states[state]
    yield "owner lost", f"{state}: nobody's move", _with_state(model, state, responsibilities=())
    for index, responsibility in enumerate(info.responsibilities):
        before, behind = info.responsibilities[:index], info.responsibilities[index + 1 :]
        if before or behind:
            yield (
                "owner lost",
                f"{state}: {responsibility.owner}'s move dropped",
                _with_state(model, state, responsibilities=(*before, *behind)),
            )
        for kind, what, changed in _responsibilities(responsibility):
            yield kind, f"{state}: {what}", _with_state(model, state, responsibilities=(*before, changed, *behind))
    yield "deadline lost", f"{state}: no deadline", _with_state(model, state, deadline=None)
    yield "deadline lost", f"{state}: a deadline of nothing", _with_state(model, state, deadline=timedelta(0))
    for phase in Phase:
        if phase is not info.phase:
            yield "phase swapped", f"{state}: in {phase}", _with_state(model, state, phase=phase)


def _responsibilities(responsibility: Responsibility) -> Iterator[tuple[str, str, Responsibility]]:
    for other in Actor:
        if other is not responsibility.owner:
            yield "owner swapped", f"{responsibility.owner}'s move given to {other}", replace(responsibility, owner=other)
    for asks in RequestKind:
        if asks is not responsibility.request:
            yield "request swapped", f"{responsibility.owner} asked to {asks}", replace(responsibility, request=asks)
    for name in responsibility.payload_fields:
        rest = tuple(one for one in responsibility.payload_fields if one != name)
        yield "request field lost", f"{responsibility.owner} not told {name}", replace(responsibility, payload_fields=rest)
        yield (
            "request field swapped",
            f"{responsibility.owner} told face_removed, not {name}",
            replace(responsibility, payload_fields=(*rest, "face_removed")),
        )
    if responsibility.when is not None:
        when = responsibility.when

        def negated(facts: Facts, data: Payload) -> bool:
            return not when.predicate(facts, data)

        yield (
            "owner swapped",
            f"{responsibility.owner}'s move when it is not",
            replace(responsibility, when=replace(when, predicate=negated)),
        )
        yield (
            "owner swapped",
            f"{responsibility.owner}'s move always",
            replace(responsibility, when=replace(when, predicate=ELSE.predicate)),
        )


def _with_state(model: Model, state: State, **changes: object) -> Model:
    changed = replace(model.states[state], **changes)  # type: ignore[arg-type]
    return replace(model, states={**model.states, state: changed})
