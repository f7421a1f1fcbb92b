"""The reasons why a mutant behaves like MODEL in every configuration. Each is a predicate over the explored graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import combinations

from process.compiled_rows import changes_of
from process.exploration.explorer import explored_model
from process.exploration.inputs import payload_variants
from process.model import ELSE, MODEL, Event, Facts, Guard, Payload, Row, State, Words
from process.mutation.incremental import last_rows
from process.mutation.mutant_catalogue import Mutant
from process.requirements.renamings import OTHER_NAMES

NAMES = OTHER_NAMES[-1]
EFFECTS = ("effect dropped", "effect replaced", "effect added", "effects reversed", "fact forged")


def _changed_row(mutant: Mutant) -> tuple[int, Row, Row] | None:
    """The index of the only row that differs, as it is in MODEL and in the mutant; None where more than that differs."""
    if len(mutant.model.table) != len(MODEL.table):
        return None
    pairs = enumerate(zip(MODEL.table, mutant.model.table, strict=True))
    found = [(index, old, new) for index, (old, new) in pairs if old is not new]
    return found[0] if len(found) == 1 else None


@cache
def _taken() -> Mapping[int, list[tuple[Facts, Payload]]]:
    """For each row the facts and payloads with which it is taken, also under other names and with a fee."""
    exploration = explored_model(MODEL.limits)
    taken: dict[int, list[tuple[Facts, Payload]]] = {}
    for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
        facts, data = exploration.configurations[edge.source].facts, successor.data
        taken.setdefault(edge.row, []).extend([(facts, data), (NAMES.of(facts), NAMES.payload(data))])
    return taken


def _changes_the_same(index: int, new: Row) -> bool:
    """True if both rows make the same facts of those with which the row is taken."""
    taken = zip(_taken().get(index, ()), _changed_by_model(index), strict=True)
    return all(before == _changed(new, facts, data) for (facts, data), before in taken)


@cache
def _changed_by_model(index: int) -> list[Facts]:
    """The facts that MODEL's row makes of those with which it is taken."""
    return [_changed(MODEL.table[index], facts, data) for facts, data in _taken().get(index, ())]


def _changed(row: Row, facts: Facts, data: Payload) -> Facts:
    changes = {name: value for effect in row.effects for name, value in changes_of(effect)(facts, data).items()}
    return facts._replace(**changes)  # type: ignore[arg-type]  # values of the facts' types


def _sets_nothing_new(mutant: Mutant) -> bool:
    """The effect that is added or dropped sets facts to the values that they have there already."""
    changed = _changed_row(mutant)
    if changed is None or mutant.kind not in ("effect added", "effect dropped", "fact forged"):
        return False
    index, old, new = changed
    (effect,) = {*old.effects} ^ {*new.effects}
    sets_what_is_there = all(
        facts._replace(**changes_of(effect)(facts, data)) == facts  # type: ignore[arg-type]  # values of the facts' types
        for facts, data in _taken().get(index, ())
    )
    return sets_what_is_there and _changes_the_same(index, new)


def _sets_other_facts(mutant: Mutant) -> bool:
    """The effects set different facts, so their order does not matter."""
    changed = _changed_row(mutant)
    if changed is None or mutant.kind != "effects reversed":
        return False
    index, old, _ = changed
    return all(
        changes_of(one)(facts, data).keys().isdisjoint(changes_of(other)(facts, data))
        for facts, data in _taken().get(index, ())
        for one, other in combinations(old.effects, 2)
    )


def _is_overridden(mutant: Mutant) -> bool:
    """The other effects of the row set the same facts."""
    changed = _changed_row(mutant)
    return changed is not None and mutant.kind in EFFECTS and _changes_the_same(changed[0], changed[2])


def _decides_the_same(mutant: Mutant) -> bool:
    """Together with the row's other guards it is true for the same inputs that no row above takes.

    A row below gives the reasons for a refusal, or nothing is refused.
    """
    changed = _changed_row(mutant)
    if changed is None or mutant.kind not in ("guard dropped", "guard replaced"):
        return False
    index, old, new = changed
    below = [row for row in MODEL.table[index + 1 :] if row.event is old.event and {*row.sources} >= {*old.sources}]
    above = [row for row in MODEL.table[:index] if row.event is old.event and {*row.by} & {*old.by}]
    for state, facts, data in _inputs(old.sources, old.event):
        left_over = not any(state in row.sources and _hold(row.guards, facts, data) for row in above)
        if left_over and _hold(old.guards, facts, data) is not _hold(new.guards, facts, data):
            return False
        if left_over and not below and not _hold(old.guards, facts, data):
            return False  # it is the last row, which gives the reasons
        if not left_over and ELSE not in new.guards and _hold(new.guards, facts, data):
            return False  # R15: two rows fit, and the lower one is no ELSE
    return True


def _never_fit_together(mutant: Mutant) -> bool:
    """No two rows that change their order can be taken in the same configuration with the same payload."""
    if mutant.kind != "rows swapped":
        return False
    old, new = list(MODEL.table), list(mutant.model.table)
    if last_rows(MODEL) != last_rows(mutant.model):
        return False  # the last row gives the reasons for a refusal
    inverted = [(one, other) for one, other in combinations(old, 2) if new.index(one) > new.index(other)]
    for one, other in inverted:
        if one.event is not other.event or not {*one.by} & {*other.by}:
            continue
        shared = tuple(state for state in one.sources if state in other.sources)
        if any(
            _hold(one.guards, facts, data) and _hold(other.guards, facts, data)
            for _, facts, data in _inputs(shared, one.event)
        ):
            return False
    return True


@cache
def _inputs(states: tuple[State, ...], event: Event) -> tuple[tuple[State, Facts, Payload], ...]:
    """Every payload of the event in every configuration of the states."""
    return tuple(
        (state, facts, data)
        for state, facts in explored_model(MODEL.limits).configurations
        if state in states
        for _variant, data in payload_variants(MODEL, event, facts)
    )


def _hold(guards: tuple[Guard, ...], facts: Facts, data: Payload) -> bool:
    return all(guard is ELSE or guard.predicate(facts, data) for guard in guards)


EQUIVALENCES: Mapping[Words, Callable[[Mutant], bool]] = {
    Words("该效果所写的，正是那里已有的值", "the effect sets facts to the values that they have there already"): (
        _sets_nothing_new
    ),
    Words("各效果写的是不同的事实，先后无关", "the effects set different facts, so their order does not matter"): (
        _sets_other_facts
    ),
    Words("同一行的其他效果写的是同样的事实", "the other effects of the row set the same facts"): _is_overridden,
    Words(
        "与同一行的其他条件合起来，判定处处相同；拒绝的原因由下一行说明，或从不拒绝",
        "with the row's other guards it decides the same everywhere; a row below gives reasons, or nothing is refused",
    ): _decides_the_same,
    Words(
        "两行从不同时可用，先后无关",
        "the two rows can never be taken at the same time, so their order does not matter",
    ): _never_fit_together,
}
"""Each reason with its predicate; the first that is true counts."""


def equivalent_reason(mutant: Mutant) -> Words | None:
    """The reason why the mutant is equivalent to MODEL; None if there is none, as for nearly all."""
    return next((reason for reason, applies in EQUIVALENCES.items() if applies(mutant)), None)
