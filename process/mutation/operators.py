"""Every model that differs from MODEL in one place; ``process.mutation.score`` tells what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from process.model import MODEL, Actor, Effect, Facts, Guard, Model, Payload, Row, State, Words
from process.mutation.changes import changes, guards_of

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
    "effects reversed": Words("颠倒效果的先后", "effects of a row in reverse order"),
    "row added": Words("事件也能发生在别处", "row added: an event elsewhere too"),
    "fact forged": Words("篡改一项事实", "fact forged by an effect"),
    "comparison loosened": Words("比较不严", "comparison loosened"),
    "limit off by one": Words("次数上限差一", "limit off by one"),
    "reason changed": Words("拒绝的原因说错", "reason of a refusal changed"),
    "field lost": Words("事件少带一项", "field of an event lost"),
    "field retyped": Words("事件所带项换了类型", "field of an event of another type"),
    "end swapped": Words("终态的性质不同", "end counted as another kind"),
    "owner lost": Words("没有说明轮到谁", "owner lost"),
    "owner swapped": Words("轮到另一方", "owner swapped"),
    "request swapped": Words("请其做另一件事", "something else asked"),
    "told less": Words("少告知一项", "something not told"),
    "told something else": Words("告知了另一项", "something else told"),
    "deadline lost": Words("没有期限", "deadline lost"),
    "phase swapped": Words("属于另一步", "state in another step"),
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
    for kind, what, changed in changes(model):
        yield Mutant(kind, what, changed)


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
        return not guard.predicate(facts, data)

    yield "guard negated", "negated", (replace(guard, name=f"not {guard.name}", predicate=negated),)
    for other in guards_of(model):
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


def _short(sources: tuple[State, ...]) -> str:
    return sources[0].value if len(sources) == 1 else f"{sources[0]} and {len(sources) - 1} more"


def _effects(model: Model) -> Iterable[Effect]:
    return dict.fromkeys(effect for row in model.table for effect in row.effects)


def _readable(model: Model, row: Row, part: Guard | Effect) -> bool:
    return all(field in model.events[row.event] for field in part.payload_fields)
