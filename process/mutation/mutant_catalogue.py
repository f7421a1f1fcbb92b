"""The mutants: every model that differs from MODEL in one place. ``process.mutation.score`` evaluates each.

The operators stand in ``row_operators`` (the rows of the table), ``guard_operators`` (guards, and the values that effects
store) and ``declaration_operators`` (events and states).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from process.model import MODEL, Model, Words
from process.mutation.declaration_operators import declaration_mutants
from process.mutation.guard_operators import guard_mutants
from process.mutation.row_operators import row_mutants

KINDS: Mapping[str, Words] = {
    # row_operators
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
    # guard_operators: what a guard or an effect computes
    "comparison loosened": Words("比较不严", "comparison loosened"),
    "favourite value": Words("偏爱某一个值", "true for a favourite value"),
    "guard loosened": Words("另一项也能放行", "true by another field of the payload"),
    "guard not pure": Words("条件时真时假", "guard that is not pure"),
    "guard fails": Words("条件出错", "guard that raises an error, or answers otherwise than true or false"),
    "value transformed": Words("存入的值变了样", "value stored otherwise than it came"),
    "limit off by one": Words("次数上限差一", "limit off by one"),
    "limit constant": Words("次数上限写死", "limit replaced by a constant"),
    "reason changed": Words("拒绝的原因说错", "reason of a refusal changed"),
    # declaration_operators
    "field lost": Words("事件少带一项", "field of an event lost"),
    "field retyped": Words("事件所带项换了类型", "field of an event of another type"),
    "end swapped": Words("终态的性质不同", "end counted as another kind"),
    "owner lost": Words("没有说明轮到谁", "owner lost"),
    "owner swapped": Words("轮到另一方", "owner swapped"),
    "request swapped": Words("请其做另一件事", "another request"),
    "request field lost": Words("请求少一项", "field of a request lost"),
    "request field swapped": Words("请求换了一项", "field of a request swapped"),
    "deadline lost": Words("没有期限", "deadline lost"),
    "phase swapped": Words("属于另一步", "state in another step"),
}
"""The kinds of mutants, in words."""


class Mutant(NamedTuple):
    """A model with one change."""

    kind: str
    """One of KINDS."""
    name: str
    """Describes the change; no two mutants have the same."""
    model: Model


@cache
def all_mutants() -> tuple[Mutant, ...]:
    """Every mutant of MODEL."""
    return tuple(mutants_of(MODEL))


def mutants_of(model: Model) -> Iterator[Mutant]:
    """Yield every mutant of a model."""
    for change in (*row_mutants(model), *guard_mutants(model), *declaration_mutants(model)):
        yield Mutant(*change)
