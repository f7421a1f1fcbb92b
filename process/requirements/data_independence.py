"""References, sums and numbers never decide (R15). Only a reference or number that equals the fact is accepted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from process.exploration.inputs import variants_of
from process.model import ELSE, Event, Facts, Kind, Words
from process.requirements.counterexample import CONFIGURATIONS, EVENTS_TAKEN, EVENTS_TRIED, CheckResult, all_of
from process.requirements.evidence import Evidence, parts_are_general
from process.requirements.renamings import LONG_NAMES, OTHER_NAMES, RENAMED_FACTS
from process.value_checks import INVALID, MAX_INTEGER, check_of


def r15_one_outcome(evidence: Evidence) -> CheckResult:
    """Of two rows that fit, the lower one is an explicit else; and the outcome does not depend on names, sums or numbers.

    That is proved by ``opaque_values``: guards and effects are pure and can tell values apart by equality alone.
    """
    return all_of(
        _one_row_fits(evidence), same_under_other_names(evidence, None), parts_are_general(evidence, of_limits=False)
    )


def _one_row_fits(evidence: Evidence) -> CheckResult:
    coverage = ((len(evidence.configurations), CONFIGURATIONS),)
    for index, here in enumerate(evidence.configurations):
        for event in evidence.retested_in(index):
            rows = evidence.machine.compiled_events[event].transitions_from.get(here.state, ())
            for _variant, data in variants_of(evidence.model, event, here.facts)[0] if len(rows) > 1 else ():
                fitting = [
                    row for row in rows if all(guard is ELSE or guard.predicate(here.facts, data) for guard in row.guards)
                ]
                for number, row in enumerate(fitting):
                    if any(set(row.by) & set(above.by) for above in fitting[:number]) and ELSE not in row.guards:
                        zh, en = f"「{event.words.zh}」同时符合两行", f'two rows of "{event.words.en}" fit'
                        return CheckResult(coverage, evidence.at(index, Words(zh, en)))
    return CheckResult(coverage)


def same_under_other_names(evidence: Evidence, *facts: str | None) -> CheckResult:
    """Check that these facts are as they should be under all names; None among them: also the outcome itself."""
    coverage = ((len(evidence.exploration.edges) * len(OTHER_NAMES), EVENTS_TAKEN),)
    for seen, names, fact in evidence.differences:
        if fact in facts:
            renamed = names.of(seen.before)
            shown = ", ".join(f"{name}={getattr(renamed, name)}" for name in RENAMED_FACTS)
            zh, en = (f"事实 {fact}", f"the fact {fact}") if fact else ("结果", "the outcome")
            problem = Words(f"换成 {shown}，{zh}就不同", f"with {shown}, {en} is not the same")
            return CheckResult(coverage, evidence.by(seen, problem))
    return CheckResult(coverage)


# --------------------------------------------------------------------------------------------------------- near misses


def _is_valid_reference(value: str) -> bool:
    try:
        check_of(Kind.REFERENCE)(value)
    except INVALID:
        return False
    return True


def references(right: str, facts: Facts) -> tuple[str, ...]:
    """Other references than *right*: of the case itself, or those that a careless comparison takes for it."""
    return _references(right, (facts.account, facts.order, facts.quote or "", facts.goal.value))


@lru_cache(maxsize=1024)
def _references(right: str, of_the_case: tuple[str, ...]) -> tuple[str, ...]:
    middle = len(right) // 2
    turned = right[:-1] + chr(ord(right[-1]) + 1)
    nearly = (
        *(right.upper(), right.lower(), right.swapcase(), right.title(), right.capitalize(), right.casefold()),
        *(right.replace(" ", ""), f"{right[:middle]} {right[middle:]}"),
        *(right[:-1], right[1:], right[:8], right[-4:], right[:32], right[-32:], f"{right}x", f"x{right}", right * 2),
        *(turned, f"x{right[1:]}", right[:middle] + "x" + right[middle + 1 :], right[::-1]),
        *(unicodedata.normalize(form, right) for form in ("NFC", "NFD", "NFKC", "NFKD")),
        *(right.replace("-", ""), right.replace("-", "_"), right.replace("0", ""), right.replace("1", "１"), f"0{right}"),
        *(right.replace("1", "01"), "*", "%", ".*", "0", "null"),
        *of_the_case,
    )
    return tuple(value for value in dict.fromkeys(nearly) if value != right and _is_valid_reference(value))


def numbers(right: int, facts: Facts) -> Iterator[int]:
    """Yield other numbers than *right*: earlier attempts, later ones, and numbers of no attempt."""
    older = range(right) if right < 50 else (*range(20), *range(right - 20, right))
    counts = facts.face_attempts, facts.other_attempts, facts.face_attempts + facts.other_attempts
    far = right * 10, right + 10, right + 100, right + 1000, 99, 2**31, 2**32 + right, MAX_INTEGER
    nearly = dict.fromkeys((*older, -right, -1, *range(right + 1, right + 10), *counts, *far))
    return (value for value in nearly if value != right)


def near_misses_are_refused(
    evidence: Evidence, event: Event, name: str, near: Callable[[Any, Facts], Iterable[Any]]
) -> CheckResult:
    """Check that wherever the event is taken with the fact *name*, it is refused with each value near that."""
    tried, compiled = 0, evidence.machine.compiled_events[event]
    for index, by in evidence.where_taken(event) if event in evidence.events_retested else ():
        state, here = evidence.configurations[index]
        for facts in (here, LONG_NAMES.of(here)):
            right = variants_of(evidence.model, event, facts)[0][0][1]
            for value in near(right[name], facts):
                tried += 1
                data = {**right, name: value}
                if compiled.decide(state, facts, by, dict(data)) is not None:
                    expected = repr(right[name])
                    problem = Words(
                        f"{name} 应为 {expected}，{value!r} 却被接受", f"{name} is {expected}, and {value!r} is taken"
                    )
                    return CheckResult(
                        ((tried, EVENTS_TRIED),), evidence.at(index, problem)._replace(attempt=(event, by, data))
                    )
    return CheckResult(((tried, EVENTS_TRIED),))
