"""The rows of the table as functions: what an event does to a state and facts, decided in about half a microsecond.

Everything that does not depend on the case is worked out when the machine is built: the checks of the payload, the guards
that rows have in common, and where the values that an effect changes stand among the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from process.model import ELSE, Actor, Effect, Event, Facts, Field, Guard, Kind, Payload, State, Transition
from process.value_checks import FieldCheck, check_of

Decided = tuple["CompiledRow", Mapping[str, Any]]
"""The row that is taken, None where none can be, and the event's payload, with members where names of members stood."""

REFUSED: tuple[Any, Any] = (None, None)
"""Stands for Decided where the payload is wrong."""

Decide = Callable[[Facts, Mapping[str, Any]], Decided]
"""Decides an event in one state by one actor, for facts and a payload; it changes neither."""

Decision = tuple[Event, Actor, Decide]
"""An event by an actor, decided by a function. A plain tuple: it is unpacked on every event."""
Decisions = Mapping[Event, Mapping[State, Mapping[Actor | None, Decision]]]
"""By event, state and actor, where None stands for the only actor that there is."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_read_only = MappingProxyType
_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long

# ------------------------------------------------------------------------------------------------------------- effects

Changes = Mapping[str, object]
_INDEX = {name: index for index, name in enumerate(Facts._fields)}


def changes_of(effect: Effect) -> Callable[[Facts, Payload], Changes]:
    """Return the effect as a function of facts and payload, also where it reads neither."""
    if not effect.is_constant:
        return effect.changes

    def fixed(_facts: Facts, _data: Payload) -> Changes:
        return effect.changes()

    return fixed


def combine_effects(effects: Sequence[Effect]) -> Callable[[Facts, Payload], Changes]:
    """Return the effects as one: all see the facts as they were, and of two that change the same fact the later counts."""
    first, others = changes_of(effects[0]), effects[1:]
    if not others:
        return first
    rest = combine_effects(others)

    def combined(facts: Facts, data: Payload) -> Changes:
        return {**first(facts, data), **rest(facts, data)}

    return combined


InPlace = Callable[[Facts, Payload], None]
Copied = Callable[[Facts, Payload], Facts]


def _update_of(effects: tuple[Effect, ...]) -> tuple[InPlace | None, Copied]:
    """Return the effects as one change of MutableFacts, None where nothing changes, and as one that returns Facts."""
    if not all(effect.is_constant for effect in effects):
        return _computed_update(combine_effects(effects))
    constants = {name: value for effect in effects for name, value in effect.changes().items()}
    return _constant_update(constants) if constants else (None, _unchanged)


def _unchanged(facts: Facts, _data: Payload) -> Facts:
    return facts


def _computed_update(changes_by: Callable[[Facts, Payload], Changes]) -> tuple[InPlace, Copied]:
    index_of, are_facts = _INDEX, frozenset(_INDEX).issuperset

    def in_place(facts: Facts, data: Payload) -> None:
        changes = changes_by(facts, data)
        if not are_facts(changes):  # seen before the first is set: an event is taken whole or not at all
            raise KeyError(next(name for name in changes if name not in index_of))
        for name, value in changes.items():
            setattr(facts, name, value)

    def copied(facts: Facts, data: Payload) -> Facts:
        values: list[Any] = [*facts]
        for name, value in changes_by(facts, data).items():
            values[index_of[name]] = value
        return _new(Facts, values)

    return in_place, copied


def _constant_update(constants: Changes) -> tuple[InPlace, Copied]:
    by_name, by_index = (*constants.items(),), tuple((_INDEX[name], value) for name, value in constants.items())
    only_name, only_value = by_name[0]

    def set_one(facts: Facts, _data: Payload) -> None:
        setattr(facts, only_name, only_value)

    def set_all(facts: Facts, _data: Payload) -> None:
        for name, value in by_name:
            setattr(facts, name, value)

    def copied(facts: Facts, _data: Payload) -> Facts:
        values: list[Any] = [*facts]
        for index, value in by_index:
            values[index] = value
        return _new(Facts, values)

    return set_one if len(constants) == 1 else set_all, copied


# ---------------------------------------------------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row of the table, compiled."""

    index: int
    """The row's index in the table."""
    target: State
    in_place: InPlace | None
    """Changes MutableFacts; None where they stay as they are."""
    copied: Copied
    """Returns the Facts after the row; the same object where they stay as they are."""


Node = tuple[Callable[[Facts, Payload], bool] | None, Any, Any]
"""A guard, and the nodes that follow where it is true and where it is false; at an end None twice, and the row or None."""


def guards_of(row: Transition) -> list[Guard]:
    """Return the row's guards without ELSE, which is always true."""
    return [guard for guard in row.guards if guard is not ELSE]


def _tree(rows: Sequence[tuple[Sequence[Guard], Transition]]) -> Node:
    """Return the node that decides between rows, each with those of its guards that are not known to be true."""
    if not rows:
        return None, None, None
    guards, row = rows[0]
    if not guards:
        return None, None, CompiledRow(row.row, row.target, *_update_of(row.effects))
    first = guards[0]
    then = [([guard for guard in others if guard is not first], row) for others, row in rows]
    return first.predicate, _tree(then), _tree([row for row in rows if first not in row[0]])


def compile_rows(fields: Mapping[str, Field], rows: Sequence[Transition], check_of: FieldCheck = check_of) -> Decide:
    """Return the rows of one event in one state by one actor as one function: a tree that evaluates no guard twice."""
    root = _tree([(guards_of(row), row) for row in rows])
    checks, count = tuple((name, check_of(field)) for name, field in fields.items()), len(fields)
    only_name, check_only = checks[0] if checks else ("", check_of(Kind.TEXT))
    is_of_the_case = only_name in Facts._fields and fields[only_name] is Kind.REFERENCE

    # They repeat what they share, as a call of one by another would cost as much as several guards.

    def decide_without_fields(facts: Facts, data: Mapping[str, Any]) -> Decided:
        if data:
            return REFUSED
        is_true, then, otherwise = root
        while is_true is not None:
            is_true, then, otherwise = then if is_true(facts, data) else otherwise
        return otherwise, _NOTHING

    def decide_with_one_field(facts: Facts, data: Mapping[str, Any]) -> Decided:
        try:
            value = data[only_name]
            if not (is_of_the_case and type(value) is str and value == getattr(facts, only_name)):  # which is valid
                value = check_only(value)
            if len(data) != 1:
                return REFUSED
        except Exception:  # whatever the check or objects of the caller's raise
            return REFUSED
        payload = {only_name: value}
        is_true, then, otherwise = root
        while is_true is not None:
            is_true, then, otherwise = then if is_true(facts, payload) else otherwise
        return otherwise, _read_only(payload)

    def decide_with_fields(facts: Facts, data: Mapping[str, Any]) -> Decided:
        payload = {}
        try:
            for name, check_value in checks:
                payload[name] = check_value(data[name])
            if len(data) != count:
                return REFUSED
        except Exception:  # whatever a check or objects of the caller's raise
            return REFUSED
        is_true, then, otherwise = root
        while is_true is not None:
            is_true, then, otherwise = then if is_true(facts, payload) else otherwise
        return otherwise, _read_only(payload)

    if not fields:
        return decide_without_fields
    return decide_with_one_field if count == 1 else decide_with_fields
