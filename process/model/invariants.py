"""What holds of the facts in every state, and in single ones."""

from __future__ import annotations

from process.model.definition import Payload, invariant
from process.model.facts import Facts
from process.model.vocabulary import Goal, QuoteStatus, Settlement


@invariant("金额以报价为准，有则俱全", "quote, fee, currency and status are there together or not at all")
def the_quote_is_whole(facts: Facts, data: Payload) -> bool:
    parts = (facts.quote, facts.fee, facts.currency, facts.quote_status)
    return all(part is None for part in parts) or all(part is not None for part in parts)


@invariant("次数不超过上限，序号不少于次数", "attempts stay within the limit and none is unnumbered")
def attempts_are_within_limits(facts: Facts, data: Payload) -> bool:
    counted = facts.face_attempts + facts.other_attempts
    return (
        facts.face_attempts <= facts.face_limit and facts.other_attempts <= facts.other_limit and counted <= facts.attempt
    )


@invariant("只办理目标之内的事项", "only what the goal has was touched")
def the_goal_is_kept_to(facts: Facts, data: Payload) -> bool:
    plan_untouched = facts.quote is None and facts.settled is None and facts.attempt == 0
    return plan_untouched if facts.goal is Goal.FACE_VERIFICATION else not (facts.face_removed and facts.goal is Goal.PLAN)


@invariant("提交须先有核验结论，待核验则尚无", "what was submitted was settled first, and what awaits verification is not")
def settled_before_submitted(facts: Facts, data: Payload) -> bool:
    if facts.quote_status is QuoteStatus.ACCEPTED:
        return facts.settled is None
    return facts.settled is not None or facts.quote_status not in (QuoteStatus.SUBMITTED, QuoteStatus.ANSWERED)


@invariant("系统跳过或核验通过后即已提交", "what was skipped or passed was submitted with it")
def submitted_when_skipped_or_passed(facts: Facts, data: Payload) -> bool:
    by_support = (None, Settlement.WAIVED, Settlement.REMOVED)
    return facts.settled in by_support or facts.quote_status in (QuoteStatus.SUBMITTED, QuoteStatus.ANSWERED)


@invariant("核验通过的方式确已计次", "what was passed was tried that way")
def passed_means_tried(facts: Facts, data: Payload) -> bool:
    if facts.settled is Settlement.FACE:
        return facts.face_attempts > 0
    return facts.settled is not Settlement.OTHER or facts.other_attempts > 0


@invariant("以取消结论者，人脸验证确已取消", "what is settled by removal was removed")
def removal_is_real(facts: Facts, data: Payload) -> bool:
    return facts.settled is not Settlement.REMOVED or facts.face_removed


@invariant("尚未办理任何事项", "nothing was done yet")
def nothing_has_begun(facts: Facts, data: Payload) -> bool:
    return facts.quote is None and facts.settled is None and not facts.face_removed and facts.attempt == 0


@invariant("目标尚未达成", "the goal is not met yet")
def the_goal_is_not_met(facts: Facts, data: Payload) -> bool:
    removed = facts.face_removed and facts.goal is Goal.FACE_VERIFICATION
    return not removed and facts.quote_status is not QuoteStatus.ANSWERED


@invariant("没有报价", "there is no quote")
def there_is_no_quote(facts: Facts, data: Payload) -> bool:
    return facts.quote is None


@invariant("没有已接受的报价", "no quote is accepted")
def no_quote_is_accepted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status in (None, QuoteStatus.OPEN)


@invariant("报价已接受", "the quote is accepted")
def the_quote_is_accepted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is QuoteStatus.ACCEPTED


@invariant("报价已答复", "the quote is answered")
def the_quote_is_answered(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is QuoteStatus.ANSWERED


@invariant("没有未了结的提交", "nothing was submitted")
def nothing_is_submitted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status not in (QuoteStatus.SUBMITTED, QuoteStatus.ANSWERED)


@invariant("人脸核验已计次", "a face attempt is counted")
def a_face_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts > 0


@invariant("其他方式核验已计次", "another attempt is counted")
def an_other_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.other_attempts > 0


GLOBAL_INVARIANTS = (
    the_quote_is_whole,
    attempts_are_within_limits,
    the_goal_is_kept_to,
    settled_before_submitted,
    submitted_when_skipped_or_passed,
    passed_means_tried,
    removal_is_real,
)
"""What holds in every state."""
