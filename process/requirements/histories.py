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
    """Every case is the same after its history is replayed, and after it was written out and read back.

    A history is replayed on from where that of the case before its last step was. Written out is one case of each kind (how
    often a way was tried does not matter, only whether it may be again), with its last step; and one for each kind of last
    step, with its whole history.
    """
    count, index = 0, 0
    replayed: list[Case] = []
    kinds: set[object] = set()
    try:
        for index, case in replay_all(evidence.exploration, evidence.new_case):
            count += 1
            edge = evidence.exploration.predecessor[index]
            again = evidence.new_case(case.facts) if edge is None else replayed[edge.source].copy()
            replayed.append(again)
            problem = _replay_problem(case, again)
            for steps, kind in _kinds(case).items():
                if problem is None and (steps, kind) not in kinds:
                    kinds.add((steps, kind))
                    problem = _reading_problem(evidence, case, steps)
            if problem is not None:
                return CheckResult(((count, CASES),), evidence.at(index, problem))
    except NOT_REPLAYABLE as error:
        return CheckResult(((count, CASES),), evidence.at(index, not_replayed(error)))
    return CheckResult(((count, CASES),))


def _kinds(case: Case) -> dict[int | None, object]:
    """The kind of the case written out with so many steps: one, or all (None)."""
    facts, last = case.facts, case.history[-1] if case.history else None
    left = facts.face_attempts < facts.face_limit, facts.other_attempts < facts.other_limit
    alike = facts._replace(quote=facts.quote and "", face_attempts=0, other_attempts=0, attempt=0)
    return {
        1: (case.state, left, alike, last and last.event),
        None: (facts.goal, last and (last.event, last.by, last.source, last.target)),
    }


def _replay_problem(case: Case, again: Case) -> Words | None:
    """A problem with replaying the rest of the case's history, which is where *again* stands; None if there is none."""
    try:
        for step in case.history[again.version :]:
            again.trigger(step.event, step.data, by=step.by)
    except ProcessError as error:
        return Words(f"历史无法重放：{error}", f"the history can't be replayed: {error}")
    return None if again == case else Words("重放历史得到另一个办理", "replaying the history gives another case")


def _reading_problem(evidence: Evidence, case: Case, steps: int | None) -> Words | None:
    """A problem with the case written out with its newest *steps* (all: None) and read back; None if there is none."""
    try:
        read = evidence.case_class.from_json(case.to_json(steps=steps))
    except ProcessError as error:
        return Words(f"存取之后读不回来：{error}", f"written out it can't be read back: {error}")
    kept = case.history if steps is None else case.history[-steps:]
    same = (read.state, read.facts, read.version, read.history) == (case.state, case.facts, case.version, kept)
    if same and (steps is not None or read == case):
        return None
    return Words("存取之后是另一个办理", "written out and read back it is another case")
