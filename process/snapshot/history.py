"""Whether a case's steps can have led to where it stands: what a snapshot's history is held against.

A whole history is taken once more, step by step. One that was cut short is followed backwards. Each kept step was taken, so
what it put into the facts is there until a later one changes it; and from facts that can stand in its source it must lead
to those that the next one starts from. Facts before a step differ from those behind it in what its effects change, and in
nothing else: so they are found by trying. How many events the cut took away is known too, and in so many a case must be
able to come to where the first kept step starts.

Steps that an older model took are only followed from state to state: what was allowed then is not judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from math import prod
from typing import Any, Final, NoReturn

from process.exceptions import SnapshotInvalid
from process.machine import CompiledMachine, changes_of
from process.model import Facts, State, Term, Transition
from process.model.part_validation import SAMPLE_COMPLETE, SAMPLE_NEW, TYPES
from process.payload import short_repr
from process.records import Step

MOST_TRIED: Final = 500  # facts before a step, which takes a few milliseconds; further back nothing is looked into
LONGEST_TRIP: Final = 2 * len(State)  # events; a case that has taken more of them can be wherever a loop has led it


def judge(
    history: Sequence[Step], trusted_until: int, version: int, state: State, facts: Facts, machine: CompiledMachine
) -> None:
    """Nothing, if the steps can have led a case to the state and the facts.

    Args:
        history: the newest steps, oldest first.
        trusted_until: the version up to which an older model took them; 0: none.
        version: the case's.
        state: the case's.
        facts: the case's.
        machine: decides for the case.

    Raises:
        SnapshotInvalid: names the fact or the step that can't be.
    """
    _check_chain(history, trusted_until, version, state, machine)
    if trusted_until == 0 and len(history) == version:
        _replay(history, facts, machine)
        return
    skipped = sum(step.version <= trusted_until for step in history)
    judged = history[skipped:]
    if trusted_until == 0:
        _check_length(history[0].source, version - len(history), version, machine)
    _check_effects_present(judged, facts, machine)
    _check_backwards(judged, skipped, facts, machine)


def _refuse(where: str, en: str, zh: str) -> NoReturn:
    raise SnapshotInvalid(where, en, zh)


def _refuse_step(index: int, step: Step) -> NoReturn:
    en = f"{step.event} does not lead from {step.source} to {step.target} with these facts"
    _refuse(f"history[{index}]", en, f"以这些事实，{step.event} 不会从 {step.source} 到 {step.target}")


def _refuse_fact(name: str, given: object, made: object) -> NoReturn:
    given, made = (short_repr(value.value if isinstance(value, Term) else value) for value in (given, made))
    _refuse(f"facts.{name}", f"is {given}, but the history makes it {made}", f"是 {given}，但按历史应为 {made}")


def _fitting(step: Step, machine: CompiledMachine) -> list[Transition]:
    """The rows of the model by which the step can have been taken."""
    rows = machine.compiled_events[step.event].transitions_from.get(step.source, ())
    return [row for row in rows if row.target is step.target and step.by in row.by]


# ------------------------------------------------------------------------------------------------------------- step by step


def _check_chain(history: Sequence[Step], trusted_until: int, version: int, state: State, machine: CompiledMachine) -> None:
    """Each step starts where the one before it ended, by a row of the model, and the last one ends in the state."""
    first = version - len(history) + 1
    reached = history[0].source if first > 1 else machine.definition.initial
    for index, step in enumerate(history):
        where, right = f"history[{index}]", first + index
        if step.version != right:
            _refuse(f"{where}.version", f"must be {right}, not {step.version}", f"须是 {right}，不能是 {step.version}")
        if step.source is not reached:
            what = ("where the step before it ended", "上一步到达的") if index else ("where a case begins", "起始的")
            en = f"must be {reached}, {what[0]}, not {step.source}"
            _refuse(f"{where}.source", en, f"须是{what[1]} {reached}，不能是 {step.source}")
        if step.version > trusted_until and not _fitting(step, machine):
            en = f"no transition: {step.event} by {step.by} from {step.source} to {step.target}"
            _refuse(where, en, f"没有这样的流转：{step.by} 的 {step.event}，从 {step.source} 到 {step.target}")
        reached = step.target
    if reached is not state:
        _refuse("state", f"is {state}, but the history ends in {reached}", f"是 {state}，但历史止于 {reached}")


def _replay(history: Sequence[Step], facts: Facts, machine: CompiledMachine) -> None:
    known = Facts(facts.goal, facts.account, facts.order, facts.face_limit, facts.other_limit)
    for index, step in enumerate(history):
        move = machine.compiled_events[step.event].decide(step.source, known, step.by, dict(step.data))
        if move is None or move[0] is not step.target:
            _refuse_step(index, step)
        known = move[1]
    for name, replayed, given in zip(Facts._fields, known, facts, strict=True):
        if replayed != given:
            _refuse_fact(name, given, replayed)


# ------------------------------------------------------------------------------------------------- how long it has been


def _check_length(source: State, events: int, version: int, machine: CompiledMachine) -> None:
    if source not in _reached_in(machine)[min(events, LONGEST_TRIP)]:
        en = f"is {version}, but {events} events, which went before the history, lead no case to {source}"
        _refuse("version", en, f"是 {version}，但历史之前的 {events} 个事件不会到达 {source}")


@lru_cache(maxsize=8)
def _reached_in(machine: CompiledMachine) -> tuple[frozenset[State], ...]:
    """By number of events, the states in which a case can stand after so many; the last is for that many and more."""
    ways: dict[State, set[State]] = {}
    for row in machine.definition.transitions:
        ways.setdefault(row.source, set()).add(row.target)
    reached = [frozenset({machine.definition.initial})]
    for _ in range(2 * LONGEST_TRIP):
        reached.append(frozenset(target for state in reached[-1] for target in ways.get(state, ())))
    return (*reached[:LONGEST_TRIP], frozenset().union(*reached[LONGEST_TRIP:]))


# ------------------------------------------------------------------------------------------- back from where it stands


def _check_effects_present(history: Sequence[Step], facts: Facts, machine: CompiledMachine) -> None:
    """What the steps put into the facts is there, unless a later one of them changed it."""
    put: dict[str, object] = {}
    for step in history:
        rows = _fitting(step, machine)
        if len(rows) > 1:  # which of them was taken went with the cut
            put.clear()
        for effect in rows[0].effects if len(rows) == 1 else ():
            changes = changes_of(effect)(facts, step.data)
            if effect.is_constant or effect.payload_fields:
                put.update(changes)
            else:  # it counts on from facts that went with the cut
                put = {name: value for name, value in put.items() if name not in changes}
    for name, value in put.items():
        if getattr(facts, name) != value:
            _refuse_fact(name, getattr(facts, name), value)


def _check_backwards(history: Sequence[Step], skipped: int, facts: Facts, machine: CompiledMachine) -> None:
    """From the newest step back, there are facts from which each one leads to those that the next starts from."""
    carried: Values = {name: [step.data[name] for step in history if name in step.data] for name in Facts._fields}
    possible, room = {facts}, MOST_TRIED
    for index in range(len(history) - 1, -1, -1):
        step = history[index]
        ways = [(after, changed) for after in possible for changed in _changed(step, after, carried, machine)]
        room -= sum(prod(map(len, changed.values())) for _, changed in ways)
        if room < 0 and index < len(history) - 1:  # the newest step is always looked into
            return
        before = (found for after, changed in ways for found in _before(step, after, changed, machine))
        possible = set(before if index else islice(before, 1))  # of the first step's, one will do
        if not possible:
            _refuse_step(skipped + index, step)


Values = Mapping[str, Sequence[Any]]
"""By fact, some values of it."""


def _before(step: Step, after: Facts, changed: Values, machine: CompiledMachine) -> Iterator[Facts]:
    """The facts from which the step leads to those *after* it, as far as the model lets them stand in its source."""
    decide, broken = machine.compiled_events[step.event].decide, machine.definition.violated_invariant
    for values in product(*changed.values()):
        before = after._replace(**dict(zip(changed, values, strict=True)))
        if broken(step.source, before) is not None:
            continue
        if decide(step.source, before, step.by, dict(step.data)) == (step.target, after):
            yield before


def _changed(step: Step, after: Facts, carried: Values, machine: CompiledMachine) -> Iterator[dict[str, Sequence[Any]]]:
    """What each fact that the step changed can have been; by set of facts, of the rows that can have led to *after*."""
    seen: list[set[str]] = []
    for row in _fitting(step, machine):
        told = [(effect, changes_of(effect)(after, step.data)) for effect in row.effects]
        put = {
            name: value
            for effect, changes in told
            if effect.is_constant or effect.payload_fields
            for name, value in changes.items()
        }
        names = {name for _, changes in told for name in changes}
        if names not in seen and all(getattr(after, name) == value for name, value in put.items()):
            seen.append(names)
            yield {
                name: _candidate_values(name, getattr(after, name), carried[name])
                for name in Facts._fields
                if name in names
            }


def _candidate_values(name: str, now: Any, carried: Sequence[Any]) -> Sequence[Any]:
    """Any member of an enum; else what it is now, what was carried, and a value that stands for all the others."""
    values: list[Any] = [getattr(SAMPLE_NEW, name), now, *carried, getattr(SAMPLE_COMPLETE, name)]
    for kind in TYPES[name]:
        if issubclass(kind, Term):
            values += kind
        elif kind is bool:
            values += (False, True)
        elif kind is int and type(now) is int:
            values += (max(now - 1, 0), now + 1)
    return tuple(dict.fromkeys(value for value in values if type(value) in TYPES[name]))
