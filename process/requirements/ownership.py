"""Ownership: who may raise which event (R6); whose move it is, what they are told, and until when (R18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from process.exploration.expansion import Configuration
from process.model import Actor, Event, Goal, RequestKind, State, Words
from process.requirements.counterexample import CheckResult, all_of
from process.requirements.evidence import Evidence, each_configuration, each_event
from process.requirements.observation import Observation, is_outstanding
from process.value_checks import MAX_DEADLINE

A, E, S, K = Actor, Event, State, RequestKind
SETTLES: Mapping[Event, Actor] = {
    E.SKIP_FACE_VERIFICATION: A.SYSTEM,
    E.PASS_VERIFICATION: A.VERIFIER,
    E.WAIVE_VERIFICATION: A.SUPPORT,
    E.REMOVE_FACE_VERIFICATION: A.SUPPORT,
}
"""The events that settle a verification, each with the only actor who may raise it."""

ACTS: Mapping[Actor, tuple[Event, ...]] = {
    A.CLOCK: (E.TIME_OUT,),
    A.LENDER: (E.QUOTE_CONSEQUENCES, E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION, E.REPORT_PLAN_ENDED),
    A.VERIFIER: (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE),
    A.SYSTEM: (E.SKIP_FACE_VERIFICATION, E.REQUIRE_VERIFICATION, E.REPORT_PROBLEM, E.REPORT_PLAN_ENDED),
}
"""The events of the actors beside the customer and support."""

FOR_THE_CUSTOMER = (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION)
"""Events that an agent may raise for the customer on the line."""

AGENTS_OWN = (E.IDENTIFY_CUSTOMER, E.GUIDE_BACK, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION, E.REFUSE)
LEARNT_BY_AN_AGENT = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)
ACCOUNTABLE: Mapping[Event, tuple[str, ...]] = {
    E.IDENTIFY_CUSTOMER: ("agent", "ticket"),
    E.WAIVE_VERIFICATION: ("agent", "ticket"),
    E.REMOVE_FACE_VERIFICATION: ("agent", "ticket"),
    E.SKIP_FACE_VERIFICATION: ("reason",),
    E.REJECT_CANCELLATION: ("reason",),
    E.REFUSE: ("reason",),
    E.REPORT_PLAN_ENDED: ("reason",),
}
"""Fields that a decision made for the customer must carry: who made it and where it is noted, or why."""

NOT_THE_CUSTOMERS = {event for acts in ACTS.values() for event in acts if event is not E.REPORT_PROBLEM} | {*AGENTS_OWN}


def r6_nobody_acts_for_another(evidence: Evidence) -> CheckResult:
    """Every event that is taken is its actor's own, with the fields that make it accountable; support can do its part."""

    def violation(seen: Observation) -> Words | None:
        event, by = seen.event, seen.by
        if by is A.CUSTOMER:
            mine = event not in NOT_THE_CUSTOMERS
        elif by is A.SUPPORT:
            own = (*AGENTS_OWN, *LEARNT_BY_AN_AGENT) if seen.source is S.IN_SUPPORT else FOR_THE_CUSTOMER
            mine = event in own
        else:
            mine = event in ACTS[by]
        if mine and SETTLES.get(event, by) is by:
            unsaid = [name for name in ACCOUNTABLE.get(event, ()) if name not in seen.data]
            zh, en = event.words
            return Words(f"「{zh}」没有写明 {unsaid}", f'"{en}" does not say {", ".join(unsaid)}') if unsaid else None
        return Words(
            f"「{event.words.zh}」不该由{by.words.zh}发起", f'"{event.words.en}" is not for the {by.words.en} to raise'
        )

    def agent_can(index: int, found: Configuration) -> Words | None:
        facts = found.facts
        wished = facts.goal is not Goal.PLAN and not facts.face_removed
        identified, free = facts.identity is not None, not is_outstanding(found)
        may = {
            E.WAIVE_VERIFICATION: identified and facts.goal is not Goal.FACE_VERIFICATION and free,
            E.REMOVE_FACE_VERIFICATION: identified and wished and free,
            E.IDENTIFY_CUSTOMER: not identified,
        }
        for event, possible in may.items():
            can = evidence.takes(index, event, A.SUPPORT) is not None
            if can != possible:
                zh, en = ("却能", "can") if can else ("却不能", "can't")
                return Words(f"客服{zh}「{event.words.zh}」", f'support {en} "{event.words.en}"')
        return None

    return all_of(
        each_event(evidence, violation), each_configuration(evidence, lambda found: found.state is S.IN_SUPPORT, agent_can)
    )


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
    K.HANDLE_CASE: (*AGENTS_OWN, *_LENDER_ANSWERED),
}
"""The events by which each request is answered."""

MEANWHILE: Mapping[RequestKind, tuple[Event, ...]] = {
    K.OPEN_ORDER: (E.REPORT_ORDER_MISSING,),
    K.FIND_OPTION: (E.REPORT_OPTION_MISSING,),
    K.CHOOSE_OPTION: (E.REPORT_OPTION_MISSING,),
    K.CONFIRM_OR_DECLINE: (E.QUOTE_CONSEQUENCES,),  # the lender may change its mind until then
    K.CHOOSE_VERIFICATION: (E.REQUEST_FACE_VERIFICATION_REMOVAL,),  # who wants it removed meets it here
    K.VERIFY_FACE: (E.WITHDRAW_FACE_CONSENT, E.CHOOSE_ANOTHER_WAY),
    K.VERIFY_OTHER_WAY: (E.CHOOSE_ANOTHER_WAY,),
    K.CONTACT_SUPPORT: _LENDER_ANSWERED,  # late
}
"""Events that may also happen during a request, beside abandoning, a problem, and a deadline that passes."""

OFFER = ("quote", "fee", "currency")
REQUEST_FIELDS: Mapping[RequestKind, tuple[str, ...]] = {
    K.CONFIRM_OR_DECLINE: OFFER,  # the consequences are shown, and that very quote is confirmed
    K.DECIDE_VERIFICATION: OFFER,  # what is decided about
    K.CHOOSE_VERIFICATION: ("face_attempts", "face_limit", "other_attempts", "other_limit"),  # which ways are left
    K.VERIFY_FACE: ("attempt", "consent"),  # the answer names the attempt; no face is looked at without the consent
    K.VERIFY_OTHER_WAY: ("attempt", "method"),
    K.CANCEL_PLAN: OFFER,  # what was accepted; the answer names the quote
}
"""The fields that each request must carry, so that it can be answered."""


OUTSIDE = (A.VERIFIER, A.LENDER)
"""Actors outside the shop: a request to them carries what the answer takes, and no more."""


def _at_any_time(asked: RequestKind) -> tuple[Event, ...]:
    """The events that may happen at any time; abandoning and a problem are not possible during some requests."""
    leaving = () if asked is K.CANCEL_PLAN else (E.ABANDON,)
    problem = () if asked in (K.CANCEL_PLAN, K.CONTACT_SUPPORT, K.HANDLE_CASE) else (E.REPORT_PROBLEM,)
    return (E.TIME_OUT, E.REPORT_PLAN_ENDED, E.COMPLETE_CANCELLATION, *leaving, *problem)


HAPPENS: Mapping[RequestKind, frozenset[Event]] = {
    asked: frozenset((*answers, *MEANWHILE.get(asked, ()), *_at_any_time(asked))) for asked, answers in ANSWERED_BY.items()
}
"""All events that may happen during a request; R6 checks who raises them."""


def r18_owner_and_deadline(evidence: Evidence) -> CheckResult:
    """Check that a state's owner can do what is requested and gets the data for it; all else waits for the deadline."""
    model = evidence.model

    def unowned(index: int, found: Configuration) -> Words | None:
        info, facts, responsibility = model.states[found.state], found.facts, model.responsibility(*found)
        if responsibility is None or not isinstance(responsibility.owner, Actor):
            return Words("没有说明轮到谁", "nobody's move it is")
        if not info.deadline or not timedelta(0) < info.deadline <= MAX_DEADLINE:
            return Words("没有期限", "there is no deadline")
        used_up = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
        if responsibility.owner is A.SUPPORT and found.state is not S.IN_SUPPORT:
            return Words("轮到客服，客户却没有联系客服", "it is support's move though the customer did not contact it")
        if (responsibility.request is K.HANDLE_CASE) != (responsibility.owner is A.SUPPORT):
            return Words("办理由客服以外的人处理", "a case is for support to handle, and for nobody else")
        untold = [
            name for name in REQUEST_FIELDS.get(responsibility.request, ()) if name not in responsibility.payload_fields
        ]
        zh, en = responsibility.request.words
        if untold:
            by, names = responsibility.owner.words, ", ".join(untold)
            return Words(f"请{by.zh}「{zh}」，却没有告知 {names}", f'the {by.en} is asked to "{en}" and not told {names}')
        surplus = [
            name for name in responsibility.payload_fields if name not in REQUEST_FIELDS.get(responsibility.request, ())
        ]
        if surplus and responsibility.owner in OUTSIDE:
            by, names = responsibility.owner.words, ", ".join(surplus)
            return Words(f"{by.zh}被多告知了 {names}", f"the {by.en} is told {names}, which the answer does not need")
        answers = ANSWERED_BY[responsibility.request]
        if responsibility.request is K.CHOOSE_VERIFICATION and used_up:
            answers = (E.REPORT_PROBLEM,)  # after a withdrawal from the last attempt only support is left
        if not any(evidence.takes(index, event, responsibility.owner) for event in answers):
            return Words(
                f"轮到{responsibility.owner.words.zh}「{zh}」，却做不到",
                f'the {responsibility.owner.words.en} is asked to "{en}" and can\'t',
            )
        if responsibility.request is K.QUOTE_CONSEQUENCES and facts.quote is not None:
            return Words("已有报价，轮到的却仍是资方", "a quote stands, and the lender is asked for it")
        there = evidence.takes(index, E.TIME_OUT, A.CLOCK)
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
        responsibility = model.responsibility(seen.source, seen.before)
        if responsibility is None or seen.event in HAPPENS[responsibility.request]:
            return None
        event = seen.event.words
        zh, en = responsibility.request.words
        return Words(f"待办的是「{zh}」，却发生「{event.zh}」", f'"{event.en}" happens while the request is to {en}')

    return all_of(
        each_configuration(evidence, evidence.is_open, unowned), each_event(evidence, late), each_event(evidence, unasked)
    )
