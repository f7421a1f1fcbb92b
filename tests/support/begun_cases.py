"""Cases that stand where several tests begin."""

from __future__ import annotations

from typing import Any

from process import Actor, Case, Channel, Goal, Option, OtherMethod


def opened(goal: Goal = Goal.PLAN, **settings: Any) -> Case:
    return Case(goal=goal, account="acct-1", order="order-9", case_id="case-1", **settings)


def at_options(goal: Goal = Goal.PLAN, **settings: Any) -> Case:
    case = opened(goal, **settings)
    case.sign_in(account="acct-1", channel=Channel.APP)
    case.open_orders()
    case.open_order(order="order-9")
    case.find_option(option=Option.CANCEL)
    return case


def at_decision(goal: Goal = Goal.PLAN, **settings: Any) -> Case:
    case = at_options(goal, **settings)
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=1_250, currency="CNY")
    case.confirm_cancellation(quote="quote-1", by=Actor.CUSTOMER)
    return case


def at_choice(goal: Goal = Goal.PLAN, **settings: Any) -> Case:
    case = at_decision(goal, **settings)
    case.require_verification()
    return case


def finished() -> Case:
    case = at_choice(Goal.BOTH)
    case.start_face_verification(consent="consent-1")
    case.fail_verification(attempt=1)
    case.start_other_verification(method=OtherMethod.SMS_CODE)
    case.pass_verification(attempt=2)
    case.complete_cancellation(quote="quote-1", by=Actor.LENDER)
    return case
