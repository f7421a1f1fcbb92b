"""A step taken backwards: from what is known of the facts after it to what is known of them before it.

A fact that the step has overwritten is not known before it, unless the row's guards, the invariants of its source, or an
effect that counts or copies say what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from process.compiled_rows import changes_of
from process.model import Facts, Payload, Transition
from process.model.part_validation import TYPES
from process.snapshot.row_analysis import Analysis, Unknown, changed_by, known_facts, values_of

MOST_TRIED: Final = 5_000  # assignments to the facts before the newest step that are tried before it is let pass

Known = dict[str, Any]
"""Facts by name, as far as they are known."""


def step_back(analysis: Analysis, after: Known, data: Payload, *, check: bool = True) -> Known | None:
    """Return what is known of the facts before a step by the row; None where it can't have been taken.

    Without *check* its guards are not asked: ``can_complete`` asks them.
    """
    before = {name: value for name, value in after.items() if name not in analysis.writes}
    copied: list[tuple[str, Any]] = []
    for name, write in analysis.writes.items():
        if name not in after:
            continue
        value = after[name]
        if write.value:
            if write.value[0] != value:
                return None
        elif write.field:
            if data[write.field] != value:
                return None
        elif write.copied:
            copied.append((write.copied, value))
        elif write.added:
            before[name] = value - write.added
            if before[name] < 0:
                return None
        elif (found := _only_value(analysis, name, value, before, data)) is not None:
            before |= found
    inferred = [*copied, *analysis.constant.items(), *((name, data[field]) for name, field in analysis.named.items())]
    for name, value in inferred:
        if before.setdefault(name, value) != value:
            return None
    return before if not check or _holds(analysis, before, data) is not False else None


def _only_value(analysis: Analysis, name: str, after: Any, before: Known, data: Payload) -> Known | None:
    """Return the value before the step, where it is the only one from which the effects can have made the one after it."""
    domain = values_of(name)
    possible = [value for value in domain if _made(analysis, {**before, name: value}, data).get(name, after) == after]
    return {name: possible[0]} if len(possible) == 1 else None


def _made(analysis: Analysis, before: Known, data: Payload) -> Known:
    """Return the facts after the step, as far as they can be known."""
    facts, made = known_facts(before), {**before}
    for effect in analysis.row.effects:
        try:
            made |= changes_of(effect)(facts, data)
        except Unknown:
            made = {name: value for name, value in made.items() if name not in changed_by(effect)}
    return made


def _holds(analysis: Analysis, before: Known, data: Payload) -> bool | str:
    """Return whether the row can be taken from such facts; the name of a fact where that depends on one not known."""
    facts, unknown = known_facts(before), ""
    for guard in analysis.guards:
        try:
            if not guard.predicate(facts, data):
                return False
        except Unknown as error:
            unknown = unknown or error.name
    for row in analysis.above:
        taken = _is_taken(row, facts, data)
        if taken is True:
            return False
        unknown = unknown or (taken if isinstance(taken, str) else "")
    return unknown or True


def _is_taken(row: Transition, facts: Facts, data: Payload) -> bool | str:
    unknown = ""
    for guard in row.guards:
        try:
            if not guard.predicate(facts, data):
                return False
        except Unknown as error:
            unknown = error.name
    return unknown or True


def can_complete(analysis: Analysis, before: Known, after: Known, data: Payload) -> bool:
    """Return True if facts that are not known before the step can be such that the row leads to those after it."""
    tried = 0
    open_cases = [before, {**after, **before}]  # a fact seldom changes, so what it is after the step is tried first
    while open_cases:
        known = open_cases.pop()
        tried += 1
        if tried > MOST_TRIED:
            return True
        verdict = _holds(analysis, known, data)
        if verdict is True:
            made = _made(analysis, known, data)
            if all(made.get(name, value) == value for name, value in after.items()):
                return True
        elif isinstance(verdict, str):
            open_cases += [{**known, verdict: value} for value in _candidates(verdict, data)]
    return False


def _candidates(name: str, data: Payload) -> Iterator[Any]:
    """Give the values that a fact can have, or ones that stand for all of them."""
    if domain := values_of(name):
        yield from domain
        return
    for kind in TYPES[name]:
        if kind is str:
            yield from dict.fromkeys((*(value for value in data.values() if type(value) is str), f"another {name}"))
        elif kind is int:
            yield from range(3)
        else:
            yield None
