"""The requirement on refusals (R16): they change nothing, and tell every unmet reason in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from process.case import Case
from process.exceptions import InvalidPayload, ProcessError, Refused
from process.explore import payloads
from process.model import Actor, Blocker, Event, Facts, Goal, QuoteStatus, Words
from process.proof.evidence import Evidence, at
from process.proof.finding import ATTEMPTS, Counterexample, Finding
from process.proof.histories import UNPLAYABLE, cases, not_played

A, E = Actor, Event
Reason = Callable[[Event, Facts, Mapping[str, Any]], bool]


def _if(events: tuple[Event, ...], unmet: Callable[[Facts], bool]) -> Reason:
    return lambda event, facts, _data: event in events and unmet(facts)


def _off(events: tuple[Event, ...], field: str, right: Callable[[Facts], object]) -> Reason:
    return lambda event, facts, data: event in events and data[field] != right(facts)


_VERIFIERS = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)
_LENDERS = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)
_CONFIRM, _DECLINE = E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION
_ASK, _REMOVE = E.REQUEST_FACE_VERIFICATION_REMOVAL, E.REMOVE_FACE_VERIFICATION
_FACE, _OTHER = E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION
_PAST_THE_ANSWER = (E.ABANDON, E.REFUSE, E.GUIDE_BACK, E.WAIVE_VERIFICATION, _REMOVE)

REASONS: Mapping[str, Reason] = {
    "wrong_account": _off((E.SIGN_IN,), "account", lambda facts: facts.account),
    "wrong_order": _off((E.OPEN_ORDER,), "order", lambda facts: facts.order),
    "goal_without_plan": _if(
        (E.CHOOSE_CANCELLATION, E.WAIVE_VERIFICATION), lambda facts: facts.goal is Goal.FACE_VERIFICATION
    ),
    "goal_without_face_verification": _if((_ASK,), lambda facts: facts.goal is Goal.PLAN),
    "goal_not_both": _if((_REMOVE,), lambda facts: facts.goal is Goal.PLAN),
    "face_verification_already_removed": _if((_ASK, _REMOVE), lambda facts: facts.face_removed),
    "no_open_quote": _if((_CONFIRM, _DECLINE), lambda facts: facts.quote is None),
    "quote_not_current": _off((_CONFIRM,), "quote", lambda facts: facts.quote),
    "no_separate_consent": lambda event, _facts, data: event is _FACE and data["consent"] is None,
    "no_face_attempts_left": _if((_FACE,), lambda facts: facts.face_attempts >= facts.face_limit),
    "no_other_attempts_left": _if((_OTHER,), lambda facts: facts.other_attempts >= facts.other_limit),
    "attempt_not_open": _off(_VERIFIERS, "attempt", lambda facts: facts.attempt),
    "nothing_outstanding": _if(_LENDERS, lambda facts: facts.quote_status is not QuoteStatus.SUBMITTED),
    "quote_not_submitted": _off(_LENDERS, "quote", lambda facts: facts.quote),
    "answer_outstanding": _if(_PAST_THE_ANSWER, lambda facts: facts.quote_status is QuoteStatus.SUBMITTED),
}
"""When each reason is one, and so must be told: by what was asked for and how the case stands."""


def r16_refusals_tell_why(evidence: Evidence) -> Finding:
    """In every kind of configuration what is refused leaves the case as it was, and tells each reason and no other."""
    try:
        return _refusals(evidence)
    except UNPLAYABLE as error:
        return Finding(((0, ATTEMPTS),), at(evidence, 0, not_played(error)))


def _refusals(evidence: Evidence) -> Finding:
    places, tried = evidence.places, 0
    taken = {(places[edge.source].state, edge.event, edge.by) for edge in evidence.exploration.edges}
    happens, raises = {(state, event) for state, event, _ in taken}, {(event, by) for _, event, by in taken}
    for place, case in _one_of_each_kind(evidence):
        state, facts, version = case.state, case.facts, case.version
        for event, by, data in _raised(evidence, facts):
            refused = _refusal(case, event, by, data)
            tried += 1
            if refused is None:
                continue
            due: set[str] = set()
            if evidence.is_end(state):
                due.add("end_reached")
            elif (state, event) not in happens:
                due.add("wrong_state")
            if (state, event, by) not in taken if (state, event) in happens else (event, by) not in raises:
                due.add("wrong_actor")
            malformed = isinstance(refused, InvalidPayload)
            if (state, event) in happens and not malformed:  # also where the actor is wrong
                due |= {code for code, unmet in REASONS.items() if unmet(event, facts, data)}
            what = _unclear(refused.blockers) or (None if malformed else _untold(refused.blockers, due))
            if (case.state, case.facts, case.version, len(case.history)) != (state, facts, version, version):
                what = Words("被拒的事件改变了办理", "a refused event has changed the case")
            if what is not None:
                trip = evidence.exploration.trip_to(place)
                return Finding(((tried, ATTEMPTS),), Counterexample(facts.goal, trip, what, (event, by, data)))
    return Finding(((tried, ATTEMPTS),))


def _one_of_each_kind(evidence: Evidence) -> Iterator[tuple[int, Case]]:
    """A case for each kind of configuration: how often a way was tried does not matter, only whether it may be again."""
    kinds: set[object] = set()
    for place, case in cases(evidence):
        facts = case.facts
        left = facts.face_attempts < facts.face_limit, facts.other_attempts < facts.other_limit, facts.attempt > 1
        kind = (case.state, facts.goal, facts.quote_status, facts.settled is None, facts.face_removed, left)
        if kind not in kinds:
            kinds.add(kind)
            yield place, case


def _raised(evidence: Evidence, facts: Facts) -> Iterator[tuple[Event, Actor, dict[str, Any]]]:
    for event in evidence.refusable:
        variants = [dict(data) for _label, data in payloads(evidence.model, event, facts)]
        right = variants[0]
        for by in Actor:
            if by not in evidence.model.actors[event]:
                yield event, by, right
                continue
            for data in variants:
                yield event, by, data
            yield event, by, {**right, "unheard_of": 1}
            for name in right:
                yield event, by, {**right, name: object()}


def _refusal(case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> InvalidPayload | Refused | None:
    """What the case raises; None where it takes the event, which is tried on a copy."""
    try:
        if case.may_trigger(event, by=by, **data):
            return None
        case.trigger(event, by=by, **data)
    except (InvalidPayload, Refused) as refused:
        return refused
    raise ProcessError(f"{event} may not be raised, yet it is taken")


def _unclear(blockers: tuple[Blocker, ...]) -> Words | None:
    if not blockers:
        return Words("被拒却没有说明原因", "it is refused without any reason")
    for blocker in blockers:
        if not (blocker.code and blocker.zh.strip() and blocker.en.strip() and isinstance(blocker.parameters, Mapping)):
            return Words(f"原因 {blocker.code} 缺少文字", f"the reason {blocker.code} lacks its text")
        if blocker.zh.isascii() or "{" in blocker.zh or "{" in blocker.en:
            return Words(f"原因 {blocker.code} 的文字不完整", f"the text of the reason {blocker.code} is not whole")
    return None


def _untold(blockers: tuple[Blocker, ...], due: set[str]) -> Words | None:
    told = {blocker.code for blocker in blockers}
    if told == due and len(blockers) == len(told):
        return None
    missing, wrong = ", ".join(sorted(due - told)) or "-", ", ".join(sorted(told - due)) or "-"
    return Words(
        f"未说明的原因：{missing}；不成立的原因：{wrong}", f"reasons not told: {missing}; told but not true: {wrong}"
    )
