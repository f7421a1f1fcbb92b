"""The true record of a case, derived from the events that it took and not from its facts.

``read`` gives the claims of the facts; ``after`` gives the truth after an event: from who raised it, its payload, where the
case stood and where it then stands. Both agree where a case begins; if they agree after every event that can be taken, the
facts are true wherever a case can be, and a requirement may read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge
from process.model import Actor, Event, Facts, Goal, Identity, QuoteStatus, Settlement, State, Words

S, E = State, Event

PLAN_ENDS = (S.PLAN_CANCELLED, S.BOTH_CANCELLED)
SETTLING = (E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION)
"""The events that settle the verification."""


class Observation(NamedTuple):
    """One event that a case took."""

    edge: Edge
    source: State
    before: Facts
    event: Event
    by: Actor
    variant: str
    data: Mapping[str, Any]
    target: State
    after: Facts

    @property
    def enters(self) -> State | None:
        """The state that the event brought the case into; None where the case stays."""
        return None if self.source is self.target else self.target


class Ledger(NamedTuple):
    """The record of what has happened to a case, as seen from outside."""

    goal: Goal
    account: str
    order: str
    limits: tuple[int, int]  # by face, another way
    identity: Identity | None  # how the customer was identified; a sign-in counts for more than an agent's word
    quoted: tuple[object, ...] | None  # reference, fee and currency that the lender quoted last; None: void since then
    confirmed: bool  # that very quote was
    outstanding: bool  # the lender was asked to cancel and has not answered
    answered: bool  # the request that was submitted last ended by the lender's answer
    cancelled: bool  # the lender did cancel
    rejected: object | None  # the reference of the quote whose cancellation was rejected last
    settled: Settlement | None  # how, since the last rejection
    removed: bool  # support removed the face verification
    face_tries: int  # started, less those that an outage took back
    other_tries: int
    attempt: int  # the number of the one started last


_NO_OFFER = (None, None, None)


def claimed_ledger(state: State, facts: Facts) -> Ledger:
    """The ledger as state and facts claim it."""
    return Ledger(
        facts.goal,
        facts.account,
        facts.order,
        (facts.face_limit, facts.other_limit),
        facts.identity,
        None if (offer := (facts.quote, facts.fee, facts.currency)) == _NO_OFFER else offer,
        facts.quote_status in (QuoteStatus.ACCEPTED, QuoteStatus.SUBMITTED, QuoteStatus.ANSWERED),
        facts.quote_status is QuoteStatus.SUBMITTED,
        facts.quote_status is QuoteStatus.ANSWERED,
        state in (S.PLAN_CANCELLED, S.BOTH_CANCELLED),
        facts.rejected_quote,
        facts.settled,
        facts.face_removed,
        facts.face_attempts,
        facts.other_attempts,
        facts.attempt,
    )


def is_outstanding(found: Configuration) -> bool:
    """True while the lender was asked and has not answered; R13 checks this fact against what has happened."""
    return found.facts.quote_status is QuoteStatus.SUBMITTED


_COUNTED_AS = {S.FACE_VERIFICATION: "face_tries", S.OTHER_VERIFICATION: "other_tries"}
_PASSED = {S.FACE_VERIFICATION: Settlement.FACE, S.OTHER_VERIFICATION: Settlement.OTHER}
_VOID: dict[str, Any] = {"quoted": None, "confirmed": False}


def after(seen: Observation) -> Ledger:
    """The true ledger after the event, if the claims of the facts before it were true."""
    before = claimed_ledger(seen.source, seen.before)
    new = _entries_after(seen, before)
    if seen.enters is S.CANCELLING:
        new["outstanding"] = True  # entering it is asking
    return before._replace(**new) if new else before


def corrects(seen: Observation) -> bool:
    """True for a completion by which the lender corrects its rejection."""
    return seen.before.rejected_quote is not None and seen.data["quote"] == seen.before.rejected_quote


RECORDED = frozenset(
    {
        E.SIGN_IN,
        E.IDENTIFY_CUSTOMER,
        E.QUOTE_CONSEQUENCES,
        E.CONFIRM_CANCELLATION,
        E.CHOOSE_CANCELLATION,
        E.GUIDE_BACK,
        E.SKIP_FACE_VERIFICATION,
        E.PASS_VERIFICATION,
        E.START_FACE_VERIFICATION,
        E.START_OTHER_VERIFICATION,
        E.VERIFICATION_UNAVAILABLE,
        E.WAIVE_VERIFICATION,
        E.REMOVE_FACE_VERIFICATION,
        E.COMPLETE_CANCELLATION,
        E.REJECT_CANCELLATION,
        E.REPORT_PLAN_ENDED,
    }
)
"""The events that change an entry of the ledger."""


def _entries_after(seen: Observation, before: Ledger) -> dict[str, Any]:
    data = seen.data
    match seen.event:
        case E.SIGN_IN:
            return {"identity": Identity.SIGNED_IN}
        case E.IDENTIFY_CUSTOMER:
            return {"identity": before.identity or Identity.BY_SUPPORT}
        case E.QUOTE_CONSEQUENCES:
            return {"quoted": (data["quote"], data["fee"], data["currency"]), "confirmed": False}
        case E.CONFIRM_CANCELLATION:
            return {"confirmed": before.quoted is not None and data["quote"] == before.quoted[0]}
        case E.CHOOSE_CANCELLATION | E.GUIDE_BACK:
            return dict(_VOID)
        case E.SKIP_FACE_VERIFICATION:
            return {"settled": Settlement.SKIPPED}
        case E.PASS_VERIFICATION:
            return {"settled": _PASSED.get(seen.source)}
        case E.START_FACE_VERIFICATION:
            return {"face_tries": before.face_tries + 1, "attempt": before.attempt + 1}
        case E.START_OTHER_VERIFICATION:
            return {"other_tries": before.other_tries + 1, "attempt": before.attempt + 1}
        case E.VERIFICATION_UNAVAILABLE if seen.source in _COUNTED_AS:
            tries = _COUNTED_AS[seen.source]
            return {tries: getattr(before, tries) - 1}
        case E.WAIVE_VERIFICATION:
            return {**_VOID, "settled": Settlement.WAIVED}
        case E.REMOVE_FACE_VERIFICATION:
            return {"removed": True, **(_VOID if before.goal is Goal.BOTH else {})}
        case E.COMPLETE_CANCELLATION if corrects(seen):
            return {**_VOID, "cancelled": True, "outstanding": False, "settled": None}
        case E.COMPLETE_CANCELLATION:
            return {"cancelled": True, "outstanding": False, "answered": True}
        case E.REJECT_CANCELLATION:
            return {**_VOID, "outstanding": False, "settled": None, "rejected": before.quoted and before.quoted[0]}
        case E.REPORT_PLAN_ENDED:
            return {"outstanding": False, "answered": before.outstanding or before.answered}
    return {}


CLAIMS: Mapping[str, Words] = {
    "goal": Words("目标", "the goal"),
    "account": Words("购买的账号", "the account that bought"),
    "order": Words("订单", "the order"),
    "limits": Words("次数上限", "the limits of attempts"),
    "identity": Words("客户身份的核实", "the identification of the customer"),
    "quoted": Words("有效的报价", "the current quote"),
    "confirmed": Words("报价已确认", "the confirmation of the quote"),
    "outstanding": Words("资方尚未答复", "the outstanding answer of the lender"),
    "answered": Words("资方对提交的答复", "the lender's answer to the submission"),
    "cancelled": Words("资方已取消分期", "the cancellation of the plan"),
    "rejected": Words("被拒的报价", "the rejected quote"),
    "settled": Words("核验结论", "the settlement of the verification"),
    "removed": Words("人脸验证已取消", "the removal of the face verification"),
    "face_tries": Words("人脸次数", "the count of face attempts"),
    "other_tries": Words("其他方式次数", "the count of other attempts"),
    "attempt": Words("最近一次核验的序号", "the number of the latest attempt"),
}
