"""What a model must not say: refused when the machine is built, so at import, with the row named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from string import Formatter

from process.model import (
    ELSE,
    Actor,
    Effect,
    Event,
    Facts,
    Guard,
    Kind,
    Model,
    Phase,
    Row,
    State,
    StateInfo,
    Term,
    Transition,
    Words,
)


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
        for term in kind:
            if _missing(term.words):
                yield f"{kind.__name__}.{term.name}: the words are missing in {' and '.join(_missing(term.words))}"
    yield from _contradictions_of_states(model)
    for index, row in enumerate(model.table):
        for problem in _contradictions_of_row(model, row):
            yield f"row {index + 1} ({row}): {problem}"
    yield from _contradictions_between_rows(model)
    for event in model.events:
        if not model.actors[event]:
            yield f"event {event}: no row says which actor may raise it"


def _missing(words: Words) -> list[str]:
    return [lang for lang in Words._fields if not getattr(words, lang).strip()]


def _contradictions_of_states(model: Model) -> Iterable[str]:
    for state in State:
        info = model.states.get(state)
        if info is None:
            yield f"state {state}: STATES does not say anything of it"
        elif info.end:
            if info.turns or info.deadline or info.phase:
                yield f"state {state}: an end has no phase, no owner and no deadline"
        elif info.phase not in tuple(Phase):
            yield f"state {state}: belongs to no phase"
        elif not info.turns or info.turns[-1].when is not None:
            yield f"state {state}: nobody owns it, or only under a condition"
        elif not info.deadline or info.deadline <= timedelta(0):
            yield f"state {state}: has no deadline"
        else:
            yield from _contradictions_of_turns(model, state, info)
        for demand in () if info is None else (*info.holds, *(turn.when for turn in info.turns if turn.when)):
            if _missing(demand.condition):
                yield f"state {state}: {demand.name}: the words are missing in {' and '.join(_missing(demand.condition))}"
    for stranger in model.states:
        if not isinstance(stranger, State):
            yield f"STATES: unknown state {stranger!r}"
    for name, fields in model.events.items():
        for field, kind in fields.items():
            if field in ("by", "at") or not (isinstance(kind, Kind) or (isinstance(kind, type) and issubclass(kind, Term))):
                yield f"event {name}: field {field!r} can't be carried as {kind!r}"
    for event in Event:
        if event not in model.events:
            yield f"event {event}: EVENTS does not say what it carries"
    if model.initial not in model.states or model.states[model.initial].end:
        yield f"the initial state {model.initial} must be an open state"


def _contradictions_of_turns(model: Model, state: State, info: StateInfo) -> Iterable[str]:
    ways_in = [row.event for row in model.table if row.target is state]
    for turn in info.turns:
        if not isinstance(turn.owner, Actor):
            yield f"state {state}: unknown owner {turn.owner!r}"
        for name in turn.tells:
            if name in Facts._fields:
                continue
            carried = state is not model.initial and all(name in model.events.get(event, ()) for event in ways_in)
            if not carried:
                yield f"state {state}: {turn.asks} tells {name!r}, no fact, and not carried by every event that leads there"


def _contradictions_of_row(model: Model, row: Row) -> Iterable[str]:
    for state in (*row.sources, row.target):
        if not isinstance(state, State) or state not in model.states:
            yield f"unknown state {state!r}"
            return
    if not row.sources:
        yield "starts nowhere"
    if not isinstance(row.event, Event) or row.event not in model.events:
        yield f"unknown event {row.event!r}"
        return
    if not row.by:
        yield "no actor may raise it"
    for actor in row.by:
        if not isinstance(actor, Actor):
            yield f"unknown actor {actor!r}"
    for source in row.sources:
        if model.states[source].end:
            yield f"leaves the end {source}"
    if ELSE in row.guards[1:]:
        yield "ELSE must stand first among the guards"
    parts: tuple[Guard | Effect, ...] = (*row.guards, *row.effects)
    kinds = (*((part, Guard) for part in row.guards), *((part, Effect) for part in row.effects))
    strangers = [f"unknown {kind.__name__.lower()} {part!r}" for part, kind in kinds if not isinstance(part, kind)]
    if strangers:
        yield from strangers
        return
    for part in parts:
        for words in (part.condition, part.reason) if isinstance(part, Guard) else (part.words,):
            if _missing(words):
                yield f"{part.name}: the words are missing in {' and '.join(_missing(words))}"
        for field in part.reads:
            if field not in model.events[row.event]:
                yield f"{part.name} reads {field!r}, which {row.event} does not carry"
        if isinstance(part, Guard):
            yield from _contradictions_of_reason(part)
        elif part.is_fixed:
            for name in part.changes():
                if name not in Facts._fields:
                    yield f"{part.name} changes {name!r}, which is no fact"


def _contradictions_of_reason(guard: Guard) -> Iterable[str]:
    for name in guard.tells:
        if name not in guard.reads and name not in Facts._fields:
            yield f"{guard.name} tells {name!r}, which is neither a fact nor a field that it reads"
    for text in guard.reason:
        for _, placeholder, _, _ in Formatter().parse(text):
            if placeholder is not None and placeholder not in guard.tells:
                yield f"{guard.name}: its reason names {placeholder!r}, which it does not tell"


def _contradictions_between_rows(model: Model) -> Iterable[str]:
    def name(index: int) -> str:
        return f"row {index + 1} ({model.table[index]})"

    seen: dict[tuple[State, Event], list[Transition]] = {}
    for transition in model.transitions:
        source, event = transition.source, transition.event
        rows_above = seen.setdefault((source, event), [])
        for above in rows_above:
            if not set(above.by) & set(transition.by):
                continue
            if set(above.guards) - {ELSE} == set(transition.guards) - {ELSE}:
                yield f"{name(transition.row)}: {source} has the same row already, {name(above.row)}"
            elif ELSE in model.table[above.row].guards:
                yield f"{name(above.row)}: ELSE is not the last row of {event} in {source}"
            elif not above.guards:
                yield f"{name(transition.row)}: never reached, {name(above.row)} has no guard and takes all in {source}"
        rows_above.append(transition)
    for index, row in enumerate(model.table):
        if ELSE in row.guards and all(seen[source, row.event][0].row == index for source in row.sources):
            yield f"{name(index)}: ELSE, but no row stands above it"
