"""Mutants of the rows: dropped, retargeted, swapped, added; with other guards, effects or actors; facts forged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from process.model import ELSE, Actor, Effect, Facts, Guard, Identity, Model, Payload, Row, State, Words
from process.mutation.guard_operators import Change, mutable_guards


def row_mutants(model: Model) -> Iterator[Change]:
    """Yield every mutant of a row, in the order of the table."""
    for index, row in enumerate(model.table):
        where = f"row {index + 1}, {row.event} from {_short_sources(row.sources)}"
        for kind, what, rows in _changes_of_row(model, row):
            table = (*model.table[:index], *rows, *model.table[index + 1 :])
            yield kind, f"{where}: {what}", replace(model, table=table)
    yield from _swapped(model)
    yield from _added(model)
    yield from _forged(model)


def _changes_of_row(model: Model, row: Row) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    yield "row dropped", "dropped", ()
    apart = row.sources if len(row.sources) > 1 else ()
    for source in apart:
        rest = replace(row, sources=tuple(state for state in row.sources if state is not source))
        yield "row dropped", f"dropped from {source}", (rest,)
        for target in State:
            if target is not row.target:
                yield "row retargeted", f"from {source} to {target}", (rest, replace(row, sources=(source,), target=target))
    for target in State:
        if target is not row.target:
            yield "row retargeted", f"to {target}", (replace(row, target=target),)
    for index, guard in enumerate(row.guards):
        for kind, what, guards in _changes_of_guard(model, row, guard):
            yield (
                kind,
                f"{guard.name} {what}",
                (replace(row, guards=(*row.guards[:index], *guards, *row.guards[index + 1 :])),),
            )
    if len(row.effects) > 1:
        yield "effects reversed", "effects in reverse order", (replace(row, effects=row.effects[::-1]),)
    for index, effect in enumerate(row.effects):
        before, behind = row.effects[:index], row.effects[index + 1 :]
        yield "effect dropped", f"{effect.name} dropped", (replace(row, effects=(*before, *behind)),)
        for other in _effects(model):
            if other not in row.effects and _can_read(model, row, other):
                changed = replace(row, effects=(*before, other, *behind))
                yield "effect replaced", f"{effect.name} replaced by {other.name}", (changed,)
    for effect in _effects(model):
        if effect not in row.effects and _can_read(model, row, effect):
            yield "effect added", f"{effect.name} added", (replace(row, effects=(*row.effects, effect)),)
    yield from _changes_of_actors(row)


def _changes_of_guard(model: Model, row: Row, guard: Guard) -> Iterator[tuple[str, str, tuple[Guard, ...]]]:
    yield "guard dropped", "dropped", ()

    def negated(facts: Facts, data: Payload) -> bool:
        return not guard.predicate(facts, data)

    yield "guard negated", "negated", (replace(guard, name=f"not {guard.name}", predicate=negated),)
    for other in mutable_guards(model):
        if other not in row.guards and _can_read(model, row, other):
            yield "guard replaced", f"replaced by {other.name}", (other,)


def _changes_of_actors(row: Row) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    for other in Actor:
        if other in row.by:
            continue
        yield "actor added", f"{other} added", (replace(row, by=(*row.by, other)),)
        for index, actor in enumerate(row.by):
            swapped = replace(row, by=(*row.by[:index], other, *row.by[index + 1 :]))
            yield "actor swapped", f"{actor} swapped for {other}", (swapped,)
    for actor in row.by if len(row.by) > 1 else ():
        rest = tuple(other for other in row.by if other is not actor)
        yield "actor dropped", f"{actor} dropped", (replace(row, by=rest),)


def _swapped(model: Model) -> Iterator[Change]:
    for first, row in enumerate(model.table):
        for second in range(first + 1, len(model.table)):
            if model.table[second].event is row.event:
                table = list(model.table)
                table[first], table[second] = table[second], table[first]
                name = f"rows {first + 1} and {second + 1} ({row.event}) swapped"
                yield "rows swapped", name, replace(model, table=tuple(table))


def _short_sources(sources: tuple[State, ...]) -> str:
    return sources[0].value if len(sources) == 1 else f"{sources[0]} and {len(sources) - 1} more"


def _effects(model: Model) -> Iterable[Effect]:
    return dict.fromkeys(effect for row in model.table for effect in row.effects)


def _can_read(model: Model, row: Row, part: Guard | Effect) -> bool:
    return all(field in model.events[row.event] for field in part.payload_fields)


def _added(model: Model) -> Iterator[Change]:
    """Yield rows that make an event possible in one more state, as it is in another."""
    made: set[tuple[object, ...]] = set()
    for number, row in enumerate(model.table, 1):
        guards = tuple(guard for guard in row.guards if guard is not ELSE)
        there = {state for other in model.table if other.event is row.event for state in other.sources}
        for state, info in model.states.items():
            one = state, row.event, row.by, row.target, guards, row.effects
            if not info.end and state not in there and one not in made:
                made.add(one)
                added = replace(row, sources=(state,), guards=guards)
                what = f"{row.event} as in row {number}, to {row.target}, also from {state}"
                yield "row added", what, replace(model, table=(*model.table, added))


FORGED: Mapping[str, Callable[[Facts], object]] = {
    "account": lambda _facts: "someone-else",
    "order": lambda _facts: "something-else",
    "fee": lambda facts: facts.fee and facts.fee // 2,
    "currency": lambda facts: facts.currency and "EUR",
    "face_limit": lambda _facts: 2,
    "attempt": lambda facts: facts.attempt + 1,
    "identity": lambda _facts: Identity.SIGNED_IN,
    "rejected_quote": lambda _facts: None,
}
"""Facts that few effects change, each with its forged value."""


def _forged(model: Model) -> Iterator[Change]:
    for index, row in enumerate(model.table):
        for fact, made in FORGED.items():
            forged = replace(row, effects=(*row.effects, _forging(fact, made)))
            table = (*model.table[:index], forged, *model.table[index + 1 :])
            yield "fact forged", f"row {index + 1}, {row.event}: {fact} forged", replace(model, table=table)


def _forging(fact: str, made: Callable[[Facts], object]) -> Effect:
    def changes(facts: Facts, data: Payload) -> Mapping[str, object]:  # noqa: ARG001  # an effect takes both
        return {fact: made(facts)}

    return Effect(f"forge_{fact}", changes, False, (), Words("篡改", "forged"))
