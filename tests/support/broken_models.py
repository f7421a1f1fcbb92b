"""Models that differ from MODEL in what a test says: their rows, guards, effects, states and payloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from process.model import ELSE, MODEL, Actor, Effect, Event, Facts, Goal, Guard, Model, Row, State, Words

FOR_A_TEST = Words("测试用", "for a test")
Predicate = Callable[[Facts, Any], bool]
Changes = Callable[[Facts, Any], Mapping[str, object]]


# ----------------------------------------------------------------------------------------------------------------- rows


def change_rows(
    change: Callable[[Row], Row | Iterable[Row] | None],
    *,
    event: Event | None = None,
    source: State | None = None,
    target: State | None = None,
    model: Model = MODEL,
) -> Model:
    """Replace each row of the event, source and target by what *change* gives: a row, several, or None for no row."""

    def changed(row: Row) -> tuple[Row, ...]:
        if event not in (None, row.event) or target not in (None, row.target) or source not in (None, *row.sources):
            return (row,)
        made = change(row)
        if made == row:
            return (row,)  # the very one, of which all is known already
        return () if made is None else (made,) if isinstance(made, Row) else tuple(made)

    return replace(model, table=tuple(row for old in model.table for row in changed(old)))


def with_rows(*rows: Row, model: Model = MODEL) -> Model:
    """Add rows at the end of the table."""
    return replace(model, table=(*model.table, *rows))


def with_first_row(**changes: object) -> Model:
    """Change the first row of the table."""
    first, *others = MODEL.table
    return replace(MODEL, table=(replace(first, **changes), *others))  # type: ignore[arg-type]  # also wrong ones


def without_event(event: Event) -> Model:
    return change_rows(lambda _row: None, event=event)


def without_source(event: Event, source: State) -> Model:
    def change(row: Row) -> Row | None:
        sources = tuple(state for state in row.sources if state is not source)
        return replace(row, sources=sources) if sources else None

    return change_rows(change, event=event)


def with_source(event: Event, source: State) -> Model:
    """The event also happens in another state, as its first row does, and there without a guard."""
    first = next(row for row in MODEL.table if row.event is event)
    return with_rows(replace(first, sources=(source,), guards=()))


def with_actor(event: Event, actor: Actor) -> Model:
    return change_rows(lambda row: replace(row, by=tuple(dict.fromkeys((*row.by, actor)))), event=event)


def with_target_for(event: Event, goal: Goal, target: State) -> Model:
    """For one goal the event leads elsewhere."""
    only = Guard("only_this_goal", "only_this_goal", lambda facts, _: facts.goal is goal, (), FOR_A_TEST, FOR_A_TEST, ())

    def split(row: Row) -> tuple[Row, Row]:
        others = tuple(guard for guard in row.guards if guard is not ELSE)
        return replace(row, guards=(only, *others), target=target), replace(row, guards=(ELSE, *others))

    return change_rows(split, event=event)


# --------------------------------------------------------------------------------------------------- guards and effects


def with_predicate(guard: Guard, predicate: Predicate, **changes: Any) -> Model:
    """The guard decides something else, wherever it stands."""
    other = replace(guard, predicate=predicate, **changes)
    return with_guards({guard: other})


def with_guards(others: Mapping[Guard, Guard], model: Model = MODEL) -> Model:
    """Replace guards wherever they stand."""
    return change_rows(
        lambda row: replace(row, guards=tuple(others.get(guard, guard) for guard in row.guards)), model=model
    )


def without_guard(event: Event, guard: Guard, target: State | None = None) -> Model:
    def change(row: Row) -> Row:
        return replace(row, guards=tuple(one for one in row.guards if one is not guard))

    return change_rows(change, event=event, target=target)


def with_condition(event: Event, predicate: Predicate, payload_fields: tuple[str, ...] = ()) -> Model:
    """One more guard for the event."""
    odd = Guard("odd", "odd", predicate, payload_fields, FOR_A_TEST, FOR_A_TEST, ())
    return change_rows(lambda row: replace(row, guards=(*row.guards, odd)), event=event)


def with_effect(
    event: Event,
    effect: Effect | Changes,
    payload_fields: tuple[str, ...] = (),
    *,
    source: State | None = None,
    target: State | None = None,
) -> Model:
    """One more effect of the event."""
    added = _effect(effect, payload_fields)
    return change_rows(lambda row: replace(row, effects=(*row.effects, added)), event=event, source=source, target=target)


def with_effect_instead(
    event: Event, effect: Effect | Changes, payload_fields: tuple[str, ...] = (), *, source: State | None = None
) -> Model:
    """One effect in place of the event's own."""
    only = _effect(effect, payload_fields)
    return change_rows(lambda row: replace(row, effects=(only,)), event=event, source=source)


def without_effect(event: Event, effect: Effect) -> Model:
    def change(row: Row) -> Row:
        return replace(row, effects=tuple(one for one in row.effects if one is not effect))

    return change_rows(change, event=event)


def _effect(effect: Effect | Changes, payload_fields: tuple[str, ...]) -> Effect:
    return effect if isinstance(effect, Effect) else Effect("changed", effect, False, payload_fields, FOR_A_TEST)


# --------------------------------------------------------------------------------------------------- states and payloads


def with_state(state: State, *, model: Model = MODEL, **changes: object) -> Model:
    info = replace(model.states[state], **changes)  # type: ignore[arg-type]  # also wrong ones
    return replace(model, states={**model.states, state: info})


def with_request(state: State, **changes: Any) -> Model:
    """The first responsibility in the state is another."""
    first, *others = MODEL.states[state].responsibilities
    return with_state(state, responsibilities=(replace(first, **changes), *others))


def with_payload(event: Event, **fields: Any) -> Model:
    """The event carries these fields."""
    return replace(MODEL, events={**MODEL.events, event: fields})
