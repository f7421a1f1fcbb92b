"""The requirement on the history of real cases (R20): replayed, or written out and read back, it gives the same case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from process.case import Case
from process.exceptions import ProcessError
from process.exploration.explorer import Edge
from process.exploration.inputs import payload_for
from process.model import Limits, Words
from process.requirements.counterexample import Finding
from process.requirements.evidence import Evidence, at

CASES = Words("个办理", "cases")


def cases(evidence: Evidence) -> Iterator[tuple[int, Case]]:
    """A real case in every configuration, each brought there by a shortest trip."""
    exploration = evidence.exploration
    made: dict[int, Case] = {}
    for place, edge in enumerate(exploration.predecessor):
        facts = evidence.places[place].facts
        if edge is None:
            limits = Limits(facts.face_limit, facts.other_limit)
            made[place] = evidence.new_case(facts.goal, limits=limits)
        else:
            made[place] = case = made[edge.source].copy()
            case.trigger(edge.event, _carried(evidence, edge, case), by=edge.by)
        yield place, made[place]


def _carried(evidence: Evidence, edge: Edge, case: Case) -> dict[str, Any]:
    return payload_for(evidence.model, edge.event, edge.variant, case.facts, f"quote-{case.version + 1}")


UNPLAYABLE = (ProcessError, KeyError)
"""What is raised where a real case can't take the trip that the search found: refused, or no such payload for its facts."""


def not_played(error: Exception) -> Words:
    return Words(f"真实办理走不到这之后：{error}", f"a real case can't go on from here as the search did: {error}")


def r20_replay(evidence: Evidence) -> Finding:
    """Every case is the same after its history is replayed, and after it was written out and read back."""
    count, place = 0, 0
    try:
        for place, case in cases(evidence):
            count += 1
            what = _differs(evidence, case)
            if what is not None:
                return Finding(((count, CASES),), at(evidence, place, what))
    except UNPLAYABLE as error:
        return Finding(((count, CASES),), at(evidence, place, not_played(error)))
    return Finding(((count, CASES),))


def _differs(evidence: Evidence, case: Case) -> Words | None:
    facts = case.facts
    limits = Limits(facts.face_limit, facts.other_limit)
    again = evidence.new_case(facts.goal, limits=limits)
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
