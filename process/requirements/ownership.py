"""The requirement on turns (R18): whose move it is, what they are told, what may happen meanwhile, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from process.exploration.explorer import Configuration
from process.model import Actor, Event, RequestKind, State, Words
from process.payload import MAX_DEADLINE
from process.requirements.counterexample import Finding, all_of
from process.requirements.evidence import Evidence, each_event, each_place
from process.requirements.observation import Observation

A, E, S, K = Actor, Event, State, RequestKind
_ATTEMPT_ANSWERED = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)
_LENDER_ANSWERED = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)

ANSWERED_BY: Mapping[RequestKind, tuple[Event, ...]] = {
    K.SIGN_IN: (E.SIGN_IN,),
    K.OPEN_ORDERS: (E.OPEN_ORDERS,),
    K.OPEN_ORDER: (E.OPEN_ORDER,),
    K.FIND_OPTION: (E.FIND_OPTION,),
    K.CHOOSE_OPTION: (E.CHOOSE_CANCELLATION, E.REQUEST_FACE_VERIFICATION_REMOVAL),
    K.QUOTE_CONSEQUENCES: (E.QUOTE_CONSEQUENCES,),
    K.CONFIRM_OR_DECLINE: (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION),
    K.DECIDE_VERIFICATION: (E.SKIP_FACE_VERIFICATION, E.REQUIRE_VERIFICATION),
    K.CHOOSE_VERIFICATION: (E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION),
    K.VERIFY_FACE: _ATTEMPT_ANSWERED,
    K.VERIFY_OTHER_WAY: _ATTEMPT_ANSWERED,
    K.CANCEL_PLAN: _LENDER_ANSWERED,
    K.CONTACT_SUPPORT: (E.CONTACT_SUPPORT,),
    K.HANDLE_CASE: (E.GUIDE_BACK, E.REFUSE, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION, *_LENDER_ANSWERED),
}
"""What whoever is asked can do about it."""

MEANWHILE: Mapping[RequestKind, tuple[Event, ...]] = {
    K.OPEN_ORDER: (E.REPORT_ORDER_MISSING,),
    K.FIND_OPTION: (E.REPORT_OPTION_MISSING,),
    K.CHOOSE_OPTION: (E.REPORT_OPTION_MISSING,),
    K.CONFIRM_OR_DECLINE: (E.QUOTE_CONSEQUENCES,),  # the lender may change its mind until then
    K.CHOOSE_VERIFICATION: (E.REQUEST_FACE_VERIFICATION_REMOVAL,),  # who wants it removed meets it here
    K.VERIFY_FACE: (E.WITHDRAW_FACE_CONSENT,),
    K.CONTACT_SUPPORT: _LENDER_ANSWERED,  # late
}
"""What else the description lets happen while that is asked, beside leaving, a problem, and a deadline that passes."""

OFFER = ("quote", "fee", "currency")
TOLD: Mapping[RequestKind, tuple[str, ...]] = {
    K.CONFIRM_OR_DECLINE: OFFER,  # the consequences are shown, and that very quote is confirmed
    K.DECIDE_VERIFICATION: OFFER,  # what is at stake
    K.CHOOSE_VERIFICATION: ("face_attempts", "face_limit", "other_attempts", "other_limit"),  # which ways are left
    K.VERIFY_FACE: ("attempt", "consent"),  # the answer names the attempt; no face is looked at without the consent
    K.VERIFY_OTHER_WAY: ("attempt", "method"),
    K.CANCEL_PLAN: OFFER,  # what was accepted; the answer names the quote
}
"""What the request must name, so that whoever is asked can do it, and answer."""


OUTSIDE = (A.VERIFIER, A.LENDER)
"""Who is not of the shop, and so is told of the customer what the answer takes and no more."""


def _at_any_time(asked: RequestKind) -> tuple[Event, ...]:
    """Leaving and a problem, but where the lender is asked; a problem only on the way, where support is not yet due."""
    leaving = () if asked is K.CANCEL_PLAN else (E.ABANDON,)
    problem = () if asked in (K.SIGN_IN, K.CANCEL_PLAN, K.CONTACT_SUPPORT, K.HANDLE_CASE) else (E.REPORT_PROBLEM,)
    return (E.TIME_OUT, *leaving, *problem)


HAPPENS: Mapping[RequestKind, frozenset[Event]] = {
    asked: frozenset((*answers, *MEANWHILE.get(asked, ()), *_at_any_time(asked))) for asked, answers in ANSWERED_BY.items()
}
"""All that may happen while that is asked; who may raise it is for R6 to say."""


def r18_owner_and_deadline(evidence: Evidence) -> Finding:
    """Whoever's move it is can do what is asked and is told what it takes; else nothing happens till a deadline passes."""
    model = evidence.model

    def is_open(found: Configuration) -> bool:
        return not evidence.is_end(found.state)

    def wrong(place: int, found: Configuration) -> Words | None:
        info, facts, turn = model.states[found.state], found.facts, model.responsibility(*found)
        if turn is None or not isinstance(turn.owner, Actor):
            return Words("没有说明轮到谁", "nobody's move it is")
        if not info.deadline or not timedelta(0) < info.deadline <= MAX_DEADLINE:
            return Words("没有期限", "there is no deadline")
        used_up = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
        if turn.owner is A.SUPPORT and found.state is not S.IN_SUPPORT:
            return Words("轮到客服，客户却没有联系客服", "it is support's move though the customer did not contact it")
        if (turn.request is K.HANDLE_CASE) != (turn.owner is A.SUPPORT):
            return Words("办理由客服以外的人处理", "a case is for support to handle, and for nobody else")
        untold = [name for name in TOLD.get(turn.request, ()) if name not in turn.payload_fields]
        zh, en = turn.request.words
        if untold:
            by, names = turn.owner.words, ", ".join(untold)
            return Words(f"请{by.zh}「{zh}」，却没有告知 {names}", f'the {by.en} is asked to "{en}" and not told {names}')
        surplus = [name for name in turn.payload_fields if name not in TOLD.get(turn.request, ())]
        if surplus and turn.owner in OUTSIDE:
            by, names = turn.owner.words, ", ".join(surplus)
            return Words(f"{by.zh}被多告知了 {names}", f"the {by.en} is told {names}, which the answer does not need")
        answers = ANSWERED_BY[turn.request]
        if turn.request is K.CHOOSE_VERIFICATION and used_up:
            answers = (E.REPORT_PROBLEM,)  # after a withdrawal from the last attempt only support is left
        if not any(evidence.takes(place, event, turn.owner) for event in answers):
            return Words(
                f"轮到{turn.owner.words.zh}「{zh}」，却做不到", f'the {turn.owner.words.en} is asked to "{en}" and can\'t'
            )
        if turn.request is K.QUOTE_CONSEQUENCES and facts.quote is not None:
            return Words("已有报价，轮到的却仍是资方", "a quote stands, and the lender is asked for it")
        there = evidence.takes(place, E.TIME_OUT, A.CLOCK)
        if there is None and found.state is not S.CANCELLING:
            return Words("期限已过也没有下文", "a passed deadline has no consequence")
        return None

    def late(seen: Observation) -> Words | None:
        if seen.event is not E.TIME_OUT or evidence.is_end(seen.target):
            return None
        if seen.target is S.SUPPORT_NEEDED and seen.source in (S.CANCELLING, S.IN_SUPPORT, S.SUPPORT_NEEDED):
            return None
        return Words("期限一过，办理却自行继续", "after the deadline the case goes on by itself")

    def unasked(seen: Observation) -> Words | None:
        turn = model.responsibility(seen.source, seen.before)
        if turn is None or seen.event in HAPPENS[turn.request]:
            return None
        event = seen.event.words
        zh, en = turn.request.words
        return Words(f"待办的是「{zh}」，却发生「{event.zh}」", f'"{event.en}" happens while what is asked is to {en}')

    return all_of(each_place(evidence, is_open, wrong), each_event(evidence, late), each_event(evidence, unasked))
