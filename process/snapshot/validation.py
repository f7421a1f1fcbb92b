"""Refuses a snapshot that describes what no case can be: its facts in its state, and its steps on the way there.

A whole history is replayed. Of one that was cut short (``steps=``, or over 64 KiB) the facts before its first step are not
known. So it is followed from where the case stands back to the oldest step that is left, with what is known of the facts
before each; that a case can be in the source of the first step after so many events is looked up beside that. The work
grows with the number of steps only.

The steps that an older model took are trusted: what was allowed then is not validated again, now or when the case is saved
and read once more; ``trusted_until`` says up to which version.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NoReturn

from process.compiled_rows import Decisions
from process.machine import CompiledMachine
from process.model import Facts, State, Term
from process.mutable_facts import MutableFacts, immutable
from process.records import Parts, Step
from process.snapshot.backward_step import Known, can_complete, step_back
from process.snapshot.migrations import may_be_moved
from process.snapshot.row_analysis import Analysis, analyses
from process.snapshot.value_readers import refuse
from process.value_checks import short_repr

LONGEST_PATH: Final = 2 * len(State)  # events; after more of them a case can be wherever a loop has led it


def refuse_impossible(parts: Parts, machine: CompiledMachine) -> None:
    """Raise SnapshotInvalid, naming the entry, unless a case of the machine can have come to be as its parts say.

    ``parts.trusted_until`` is the version up to which an older model took the steps; 0: that model opened the case; None:
    it did not.
    """
    _check_counts(parts)
    broken = machine.definition.violated_invariant(parts.state, parts.facts)
    if broken is not None:
        zh, en = broken.condition
        refuse("facts", f"impossible in {parts.state}: {en} does not hold", f"在 {parts.state} 不可能如此：须{zh}")
    _check_history(parts, machine)


def _check_counts(parts: Parts) -> None:
    """Check that the case has taken as many events as there are trusted ones, steps and attempts."""
    version, trusted_until, held, attempt = parts.version, parts.trusted_until, len(parts.history), parts.facts.attempt
    if trusted_until is not None and trusted_until > version:
        zh = f"是 {trusted_until}，但只有 {version} 个事件"
        refuse("trusted_until", f"is {trusted_until}, but the case has taken {version} events", zh)
    if not min(version, 1) <= held <= version:
        en = f"holds {held} steps; at version {version} it must hold the last step, and at most {version} steps"
        refuse("history", en, f"有 {held} 步；第 {version} 版至少含最后一步，至多 {version} 步")
    if attempt > version:
        zh = f"是 {attempt}，但第 {version} 版容不下这么多次"
        refuse("facts.attempt", f"is {attempt}, but a case at version {version} can't have had so many attempts", zh)


def _check_history(parts: Parts, machine: CompiledMachine) -> None:
    """Check that the steps can have led the case to its state and its facts."""
    _, version, state, facts, _, _, history, trusted_until = parts
    trusted = trusted_until or 0
    _check_chain(history, trusted, version, state, machine)
    if trusted == 0 and len(history) == version:
        _check_replay(history, facts, machine.decisions if trusted_until is None else machine.model_1_decisions)
        return
    skipped = sum(step.version <= trusted for step in history)
    if trusted == 0:
        _check_length(history[0].source, version - len(history), version, machine)
    _check_effects_present(history[skipped:], facts, machine)
    _check_backwards(history[skipped:], skipped, facts, machine)


def _refuse_step(index: int, step: Step) -> NoReturn:
    en = f"{step.event} does not lead from {step.source} to {step.target} with these facts"
    refuse(f"history[{index}]", en, f"以这些事实，{step.event} 不会从 {step.source} 到 {step.target}")


def _refuse_fact(name: str, given: object, made: object) -> NoReturn:
    given, made = (short_repr(value.value if isinstance(value, Term) else value) for value in (given, made))
    refuse(f"facts.{name}", f"is {given}, but the history makes it {made}", f"是 {given}，但按历史应为 {made}")


def _fitting(step: Step, machine: CompiledMachine) -> tuple[Analysis, ...]:
    """Return the rows of the model by which the step can have been taken."""
    return analyses(machine).get((step.event, step.source, step.target, step.by), ())


# ------------------------------------------------------------------------------------------------------------- step by step


def _check_chain(history: Sequence[Step], trusted: int, version: int, state: State, machine: CompiledMachine) -> None:
    """Check that each step starts where the one before it ended, by a row of the model, and the last ends in the state.

    Between the last trusted step and what follows, a migration may have moved the case.
    """
    first = version - len(history) + 1
    reached = history[0].source if first > 1 else machine.definition.initial
    for index, step in enumerate(history):
        where, right = f"history[{index}]", first + index
        if step.version != right:
            refuse(f"{where}.version", f"must be {right}, not {step.version}", f"须是 {right}，不能是 {step.version}")
        moved = index > 0 and step.version == trusted + 1 and may_be_moved(reached, step.source)
        if step.source is not reached and not moved:
            what = ("where the step before it ended", "上一步到达的") if index else ("where a case begins", "起始的")
            en = f"must be {reached}, {what[0]}, not {step.source}"
            refuse(f"{where}.source", en, f"须是{what[1]} {reached}，不能是 {step.source}")
        if step.version > trusted and not _fitting(step, machine):
            en = f"no transition: {step.event} by {step.by} from {step.source} to {step.target}"
            refuse(where, en, f"没有这样的流转：{step.by} 的 {step.event}，从 {step.source} 到 {step.target}")
        reached = step.target
    if reached is not state and not (version == trusted and may_be_moved(reached, state)):
        refuse("state", f"is {state}, but the history ends in {reached}", f"是 {state}，但历史止于 {reached}")


def _check_replay(history: Sequence[Step], facts: Facts, decisions: Decisions) -> None:
    known = MutableFacts(facts.goal, facts.account, facts.order, facts.face_limit, facts.other_limit)
    for index, step in enumerate(history):
        _, _, decide = decisions[step.event][step.source][step.by]
        row, data = decide(known, step.data)
        if row is None or row.target is not step.target:
            _refuse_step(index, step)
        if row.in_place:
            row.in_place(known, data)
    for name, replayed, given in zip(Facts._fields, immutable(known), facts, strict=True):
        if replayed != given:
            _refuse_fact(name, given, replayed)


# --------------------------------------------------------------------------------------------------------- number of events


def _check_length(source: State, events: int, version: int, machine: CompiledMachine) -> None:
    if source not in _reached_after(machine)[min(events, LONGEST_PATH)]:
        en = f"is {version}, but the {events} events before the history lead no case to {source}"
        refuse("version", en, f"是 {version}，但历史之前的 {events} 个事件不会到达 {source}")


@lru_cache(maxsize=8)
def _reached_after(machine: CompiledMachine) -> tuple[frozenset[State], ...]:
    """Return, by number of events, the states in which a case can be after so many; the last is for that many and more."""
    targets: dict[State, set[State]] = {}
    for row in machine.definition.transitions:
        targets.setdefault(row.source, set()).add(row.target)
    reached = [frozenset({machine.definition.initial})]
    for _ in range(2 * LONGEST_PATH):
        reached.append(frozenset(target for state in reached[-1] for target in targets.get(state, ())))
    return (*reached[:LONGEST_PATH], frozenset().union(*reached[LONGEST_PATH:]))


# ---------------------------------------------------------------------------------------------- back from where it stands


def _check_effects_present(history: Sequence[Step], facts: Facts, machine: CompiledMachine) -> None:
    """Check that what the steps wrote into the facts is there, unless a later one of them changed it."""
    written: Known = {}
    for index, step in enumerate(history):
        rows = _fitting(step, machine)
        if index == len(history) - 1 and len(rows) > 1:
            rows = tuple(row for row in rows if row.can_have_written(facts, step.data)) or rows
        if len(rows) > 1:  # by which of them the step was taken is not known
            for row in rows:
                written = {name: value for name, value in written.items() if name not in row.writes}
            continue
        for name, write in rows[0].writes.items():
            written.pop(name, None)
            if write.value:
                written[name] = write.value[0]
            elif write.field:
                written[name] = step.data[write.field]
    for name, value in written.items():
        if getattr(facts, name) != value:
            _refuse_fact(name, getattr(facts, name), value)


def _check_backwards(history: Sequence[Step], skipped: int, facts: Facts, machine: CompiledMachine) -> None:
    """Check that each step, from the newest back, can have led to what is known of the facts after it."""
    newest = len(history) - 1
    after: Known = facts._asdict()
    for index in range(newest, -1, -1):
        step = history[index]
        check = index < newest
        before = [
            (row, known)
            for row in _fitting(step, machine)
            if (known := step_back(row, after, step.data, check=check)) is not None
        ]
        if index == newest:  # all is known after it, so what is not known before it can be tried
            before = [(row, known) for row, known in before if can_complete(row, known, after, step.data)]
        if not before:
            _refuse_step(skipped + index, step)
        (_, after), *others = before
        for _, known in others:
            after = {name: value for name, value in after.items() if name in known and known[name] == value}
