"""Histories (R20): replayed, or written out and read back, a real case is the same."""

from __future__ import annotations

from process.case import Case
from process.exceptions import ProcessError
from process.exploration.replay import replay_all
from process.model import Words
from process.requirements.counterexample import CheckResult
from process.requirements.evidence import Evidence

CASES = Words("个办理", "cases")


NOT_REPLAYABLE = (ProcessError, KeyError)
"""Raised where a real case can't take a path of the search: the event is refused, or its facts give no such payload."""


def not_replayed(error: Exception) -> Words:
    return Words(f"真实办理走不到这之后：{error}", f"a real case can't go on from here as the search did: {error}")


def r20_replay(evidence: Evidence) -> CheckResult:
    """Every case is the same after its history is replayed, and after it was written out and read back."""
    count, index = 0, 0
    try:
        for index, case in replay_all(evidence.exploration, evidence.new_case):
            count += 1
            problem = _replay_problem(evidence, case)
            if problem is not None:
                return CheckResult(((count, CASES),), evidence.at(index, problem))
    except NOT_REPLAYABLE as error:
        return CheckResult(((count, CASES),), evidence.at(index, not_replayed(error)))
    return CheckResult(((count, CASES),))


def _replay_problem(evidence: Evidence, case: Case) -> Words | None:
    again = evidence.new_case(case.facts)
    try:
        for step in case.history:
            again.trigger(step.event, step.data, by=step.by)
    except ProcessError as error:
        return Words(f"历史无法重放：{error}", f"the history can't be replayed: {error}")
    if again != case:
        return Words("重放历史得到另一个办理", "replaying the history gives another case")
    try:
        if evidence.case_class.from_json(case.to_json()) != case:
            return Words("存取之后是另一个办理", "written out and read back it is another case")
    except ProcessError as error:
        return Words(f"存取之后读不回来：{error}", f"written out it can't be read back: {error}")
    return None
