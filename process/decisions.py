"""The rows of the table as functions: what an event does to a state and facts, decided in about half a microsecond.

Everything that does not depend on the case is worked out when the machine is built: the checks of the payload, the guards
that rows have in common, and where the values that an effect changes stand among the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from process.model import ELSE, Actor, Effect, Event, Facts, Field, Guard, Payload, State, Transition
from process.payload import INVALID, FieldCheck, check_of

Outcome = tuple[State, Facts]
"""The state and the facts of a case after an event."""

Decide = Callable[[Facts, dict[str, Any]], Outcome | None]
"""Returns the outcome of an event in one state by one actor, for facts and a payload; None where it is refused.

It changes nothing but the payload, in which names of enum members are replaced by the members.
"""
Decision = tuple[Event, Actor, Decide]
"""An event by an actor, decided by a function. A plain tuple: it is unpacked on every event."""
Decisions = Mapping[Event, Mapping[State, Mapping[Actor | None, Decision]]]
"""By event, state and actor, where None stands for the only actor that there is."""

_INDEX = {name: index for index, name in enumerate(Facts._fields)}
_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long

# ------------------------------------------------------------------------------------------------------------- effects

Changes = Mapping[str, object]
Update = Callable[[Facts, Payload], Facts]


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


def _update(effects: tuple[Effect, ...]) -> Update | None:
    """Return the effects of a row as one function that makes the new facts; None where nothing changes."""
    if not effects:
        return None
    if all(effect.is_constant for effect in effects):
        return _constant_update({name: value for effect in effects for name, value in effect.changes().items()})
    changes_by, index_of = combine_effects(effects), _INDEX

    def update(facts: Facts, data: Payload) -> Facts:
        values: list[Any] = [*facts]
        for name, value in changes_by(facts, data).items():
            values[index_of[name]] = value
        return _new(Facts, values)

    return update


def _constant_update(changes: Changes) -> Update | None:
    if not changes:
        return None
    changed = tuple((_INDEX[name], value) for name, value in changes.items())
    only_index, only_value = changed[0]

    def update_one(facts: Facts, _data: Payload) -> Facts:
        values: list[Any] = [*facts]
        values[only_index] = only_value
        return _new(Facts, values)

    def update_all(facts: Facts, _data: Payload) -> Facts:
        values: list[Any] = [*facts]
        for index, value in changed:
            values[index] = value
        return _new(Facts, values)

    return update_one if len(changed) == 1 else update_all


# ---------------------------------------------------------------------------------------------------------------- rows

Predicates = tuple[Callable[[Facts, Payload], bool], ...]
Arm = tuple[Predicates, Update | None, State]
"""A row: its guards, its effects as one, and its target."""


def _groups(rows: Sequence[Transition]) -> tuple[tuple[Predicates, tuple[Arm, ...]], ...]:
    """Return the rows in their order, in groups: the guards that all of one group have, and its rows with the others."""
    groups: list[tuple[list[Guard], list[Transition]]] = []
    for row in rows:
        guards = guards_of(row)
        common = [guard for guard in groups[-1][0] if guard in guards] if groups else []
        if common:
            groups[-1] = common, [*groups[-1][1], row]
        else:
            groups.append((guards, [row]))
    return tuple(
        (
            _predicates(common),
            tuple((_predicates(guards_of(row), common), _update(row.effects), row.target) for row in members),
        )
        for common, members in groups
    )


def _predicates(guards: Sequence[Guard], but: Sequence[Guard] = ()) -> Predicates:
    return tuple(guard.predicate for guard in guards if guard not in but)


def guards_of(row: Transition) -> list[Guard]:
    """Return the row's guards without ELSE, which is always true."""
    return [guard for guard in row.guards if guard is not ELSE]


def compile_rows(fields: Mapping[str, Field], rows: Sequence[Transition], check_of: FieldCheck = check_of) -> Decide:
    """Return the rows of one event in one state by one actor as one function.

    Guards that rows one below the other have in common, as a row and its else do, are evaluated once.
    """
    checks, count = tuple((name, check_of(field)) for name, field in fields.items()), len(fields)
    groups = _groups(rows)
    guards, update, target = _predicates(guards_of(rows[0])), _update(rows[0].effects), rows[0].target

    def decide_unguarded(facts: Facts, data: dict[str, Any]) -> Outcome | None:
        return None if data else (target, facts)

    def decide_one_row(facts: Facts, data: dict[str, Any]) -> Outcome | None:
        try:
            for name, check_value in checks:
                data[name] = check_value(data[name])
        except INVALID:
            return None
        if len(data) != count:
            return None
        for is_true in guards:
            if not is_true(facts, data):
                return None
        return target, update(facts, data) if update else facts

    def decide_first_match(facts: Facts, data: dict[str, Any]) -> Outcome | None:
        try:
            for name, check_value in checks:
                data[name] = check_value(data[name])
        except INVALID:
            return None
        if len(data) != count:
            return None
        for common, arms in groups:
            for is_true in common:
                if not is_true(facts, data):
                    break
            else:
                for others, update, target in arms:
                    for is_true in others:
                        if not is_true(facts, data):
                            break
                    else:
                        return target, update(facts, data) if update else facts
        return None

    # They repeat what they share, as a call of one by another would cost as much as several guards.
    if len(rows) > 1:
        return decide_first_match
    return decide_one_row if fields or guards or update else decide_unguarded
