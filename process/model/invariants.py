"""Conditions on the facts that hold in every state, or in single ones. Together they admit exactly what a case can reach."""

from __future__ import annotations

from process.model.facts import Facts
from process.model.part_types import Payload, invariant
from process.model.vocabulary import Goal, Identity, QuoteStatus, Settlement

ASKED = (QuoteStatus.SUBMITTED, QuoteStatus.ANSWERED)


@invariant("金额以报价为准，有则俱全", "quote, fee, currency and status are all present or all absent")
def the_quote_is_whole(facts: Facts, data: Payload) -> bool:
    parts = (facts.quote, facts.fee, facts.currency, facts.quote_status)
    return all(part is None for part in parts) or all(part is not None for part in parts)


@invariant("被拒的报价不会再次使用", "a rejected quote is not used again")
def the_quote_is_not_the_rejected_one(facts: Facts, data: Payload) -> bool:
    return facts.quote is None or facts.quote != facts.rejected_quote


@invariant("次数不超过上限，序号不少于次数", "attempts stay within their limits, and each has a number")
def attempts_are_within_limits(facts: Facts, data: Payload) -> bool:
    counted = facts.face_attempts + facts.other_attempts
    return (
        facts.face_attempts <= facts.face_limit and facts.other_attempts <= facts.other_limit and counted <= facts.attempt
    )


@invariant("只办理目标之内的事项", "only what the goal includes is touched")
def the_goal_is_kept_to(facts: Facts, data: Payload) -> bool:
    if facts.goal is Goal.FACE_VERIFICATION:
        return (facts.quote, facts.rejected_quote, facts.settled, facts.attempt) == (None, None, None, 0)
    return facts.goal is Goal.BOTH or not facts.face_removed


@invariant("未核实身份者未办理任何事项", "nothing is done for a customer who is not identified")
def identified_before_anything(facts: Facts, data: Payload) -> bool:
    if facts.identity is None:
        return facts.quote is None and facts.rejected_quote is None and not support_acted(facts) and facts.attempt == 0
    return facts.identity is Identity.SIGNED_IN or (facts.attempt == 0 and (facts.quote is None or support_acted(facts)))


@invariant(
    "提交须先有核验结论，待核验则尚无",
    "a submitted quote is verified or exempt, and one that awaits verification is not",
)
def settled_before_submitted(facts: Facts, data: Payload) -> bool:
    if facts.quote_status is QuoteStatus.ACCEPTED:
        return facts.settled is None and not facts.face_removed
    return facts.settled is not None or facts.face_removed or facts.quote_status not in ASKED


@invariant("系统跳过或核验通过后即已提交", "what was skipped or passed was submitted with it")
def submitted_when_skipped_or_passed(facts: Facts, data: Payload) -> bool:
    if facts.settled in (None, Settlement.WAIVED):
        return True
    return facts.quote_status in ASKED and facts.identity is Identity.SIGNED_IN and not facts.face_removed


@invariant("核验通过的方式确已计次", "an attempt is counted for the method that passed")
def passed_means_tried(facts: Facts, data: Payload) -> bool:
    if facts.settled is Settlement.FACE:
        return facts.face_attempts > 0
    return facts.settled is not Settlement.OTHER or facts.other_attempts > 0


def support_acted(facts: Facts) -> bool:
    """Return True if support has waived the verification or removed the face verification."""
    return facts.settled is Settlement.WAIVED or facts.face_removed


@invariant("未登录且没有报价", "not signed in, and no quote")
def not_signed_in_yet(facts: Facts, data: Payload) -> bool:
    return facts.identity is not Identity.SIGNED_IN and facts.quote is None


@invariant("已登录，尚未尝试核验，没有报价", "signed in, no attempt at verification, no quote")
def nothing_tried_yet(facts: Facts, data: Payload) -> bool:
    return facts.identity is Identity.SIGNED_IN and facts.quote is None and facts.attempt == 0


@invariant("已登录且没有报价", "signed in, and no quote")
def signed_in_without_quote(facts: Facts, data: Payload) -> bool:
    return facts.identity is Identity.SIGNED_IN and facts.quote is None


@invariant(
    "报价未接受；客户已登录，或客服已豁免、取消核验", "no quote is accepted; signed in, or waived or removed by support"
)
def the_offer_may_be_quoted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status in (None, QuoteStatus.OPEN) and (facts.identity is Identity.SIGNED_IN or support_acted(facts))


@invariant("目标尚未达成", "the goal is not met yet")
def the_goal_is_not_met(facts: Facts, data: Payload) -> bool:
    removed = facts.face_removed and facts.goal is Goal.FACE_VERIFICATION
    return not removed and facts.quote_status is not QuoteStatus.ANSWERED


@invariant("报价已接受", "the quote is accepted")
def the_quote_is_accepted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is QuoteStatus.ACCEPTED


@invariant("资方已取消：答复了提交的报价，或更正了拒绝", "the lender cancelled: the submitted quote, or after a rejection")
def the_lender_cancelled(facts: Facts, data: Payload) -> bool:
    corrected = facts.quote is None and facts.settled is None and facts.rejected_quote is not None
    return corrected or facts.quote_status is QuoteStatus.ANSWERED


@invariant("没有提交过未了结的请求", "nothing was submitted")
def nothing_is_submitted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status not in ASKED


@invariant("人脸核验已计次", "an attempt at face verification is counted")
def a_face_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts > 0


@invariant("其他方式核验已计次", "an attempt by another method is counted")
def an_other_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.other_attempts > 0


GLOBAL_INVARIANTS = (
    the_quote_is_whole,
    the_quote_is_not_the_rejected_one,
    attempts_are_within_limits,
    the_goal_is_kept_to,
    identified_before_anything,
    settled_before_submitted,
    submitted_when_skipped_or_passed,
    passed_means_tried,
)
"""The conditions that hold in every state."""

OPEN_INVARIANTS = (the_goal_is_not_met,)
"""The conditions that hold in every state that is not an end."""
