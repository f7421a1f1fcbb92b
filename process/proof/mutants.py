"""Every model that differs from MODEL in one place; ``process.proof.fates`` tells what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from process.model import ELSE, MODEL, Actor, Effect, Facts, Guard, Model, Payload, Row, State, Turn, Words

KINDS: Mapping[str, Words] = {
    "row dropped": Words("删去一行", "row dropped"),
    "row retargeted": Words("改变一行的去向", "row retargeted"),
    "guard dropped": Words("去掉一个条件", "guard dropped"),
    "guard negated": Words("条件取反", "guard negated"),
    "guard replaced": Words("换成另一个条件", "guard replaced"),
    "effect dropped": Words("去掉一个效果", "effect dropped"),
    "effect replaced": Words("换成另一个效果", "effect replaced"),
    "effect added": Words("多一个效果", "effect added"),
    "actor added": Words("多一个发起方", "actor added"),
    "actor swapped": Words("换一个发起方", "actor swapped"),
    "actor dropped": Words("少一个发起方", "actor dropped"),
    "rows swapped": Words("对调同一事件的两行", "two rows of an event swapped"),
    "limit off by one": Words("次数上限差一", "limit off by one"),
    "owner lost": Words("没有说明轮到谁", "owner lost"),
    "owner swapped": Words("轮到另一方", "owner swapped"),
    "deadline lost": Words("没有期限", "deadline lost"),
}
"""What is changed, in words."""


class Mutant(NamedTuple):
    """A model with one change."""

    kind: str
    """One of KINDS."""
    name: str
    """What was changed where; no two mutants have the same."""
    model: Model


@cache
def all_mutants() -> tuple[Mutant, ...]:
    """Every mutant of MODEL."""
    return tuple(mutants(MODEL))


def mutants(model: Model) -> Iterator[Mutant]:
    """Every mutant of a model, in the order of its table."""
    for index, row in enumerate(model.table):
        where = f"row {index + 1}, {row.event} from {_short(row.sources)}"
        for kind, what, rows in _changes_of_row(model, row):
            table = (*model.table[:index], *rows, *model.table[index + 1 :])
            yield Mutant(kind, f"{where}: {what}", replace(model, table=table))
    yield from _swapped(model)
    yield from _limits(model)
    yield from _states(model)


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
    for index, effect in enumerate(row.effects):
        before, behind = row.effects[:index], row.effects[index + 1 :]
        yield "effect dropped", f"{effect.name} dropped", (replace(row, effects=(*before, *behind)),)
        for other in _effects(model):
            if other not in row.effects and _readable(model, row, other):
                changed = replace(row, effects=(*before, other, *behind))
                yield "effect replaced", f"{effect.name} replaced by {other.name}", (changed,)
    for effect in _effects(model):
        if effect not in row.effects and _readable(model, row, effect):
            yield "effect added", f"{effect.name} added", (replace(row, effects=(*row.effects, effect)),)
    yield from _changes_of_actors(row)


def _changes_of_guard(model: Model, row: Row, guard: Guard) -> Iterator[tuple[str, str, tuple[Guard, ...]]]:
    yield "guard dropped", "dropped", ()

    def negated(facts: Facts, data: Payload) -> bool:
        return not guard.holds(facts, data)

    yield "guard negated", "negated", (replace(guard, name=f"not {guard.name}", holds=negated),)
    for other in _guards(model):
        if other not in row.guards and _readable(model, row, other):
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


def _swapped(model: Model) -> Iterator[Mutant]:
    for first, row in enumerate(model.table):
        for second in range(first + 1, len(model.table)):
            if model.table[second].event is row.event:
                table = list(model.table)
                table[first], table[second] = table[second], table[first]
                name = f"rows {first + 1} and {second + 1} ({row.event}) swapped"
                yield Mutant("rows swapped", name, replace(model, table=tuple(table)))


def _limits(model: Model) -> Iterator[Mutant]:
    for name in ("face", "other"):
        for step in (-1, 1):
            limits = replace(model.limits, **{name: getattr(model.limits, name) + step})
            yield Mutant("limit off by one", f"Limits.{name} {limits}", replace(model, limits=limits))
    for guard in _guards(model):
        for fact in ("face_limit", "other_limit"):
            for step in (-1, 1) if fact in guard.tells else ():
                shifted = replace(guard, holds=_shifted(guard, fact, step))
                table = tuple(
                    replace(row, guards=tuple(shifted if one is guard else one for one in row.guards))
                    for row in model.table
                )
                yield Mutant("limit off by one", f"{guard.name}: {fact} {step:+d}", replace(model, table=table))


def _shifted(guard: Guard, fact: str, step: int) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        return guard.holds(facts._replace(**{fact: getattr(facts, fact) + step}), data)

    return holds


def _states(model: Model) -> Iterator[Mutant]:
    for state, info in model.states.items():
        if info.end:
            continue

        def changed(state: State = state, **changes: object) -> Model:
            return replace(model, states={**model.states, state: replace(model.states[state], **changes)})  # type: ignore[arg-type]

        yield Mutant("owner lost", f"{state}: nobody's move", changed(turns=()))
        for index, turn in enumerate(info.turns):
            before, behind = info.turns[:index], info.turns[index + 1 :]
            if before or behind:
                yield Mutant("owner lost", f"{state}: {turn.owner}'s move dropped", changed(turns=(*before, *behind)))
            for other in Actor:
                if other is not turn.owner:
                    turns: tuple[Turn, ...] = (*before, replace(turn, owner=other), *behind)
                    yield Mutant("owner swapped", f"{state}: {turn.owner}'s move given to {other}", changed(turns=turns))
        yield Mutant("deadline lost", f"{state}: no deadline", changed(deadline=None))
        yield Mutant("deadline lost", f"{state}: a deadline of nothing", changed(deadline=timedelta(0)))


def _short(sources: tuple[State, ...]) -> str:
    return sources[0].value if len(sources) == 1 else f"{sources[0]} and {len(sources) - 1} more"


def _guards(model: Model) -> Iterable[Guard]:
    return dict.fromkeys(guard for row in model.table for guard in row.guards if guard is not ELSE)


def _effects(model: Model) -> Iterable[Effect]:
    return dict.fromkeys(effect for row in model.table for effect in row.effects)


def _readable(model: Model, row: Row, part: Guard | Effect) -> bool:
    return all(field in model.events[row.event] for field in part.reads)
