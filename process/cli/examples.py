"""The worked examples: three cases from their beginning to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from process.case import Case
from process.exceptions import Refused
from process.model import Actor, Channel, Event, Goal, Option, SupportChannel, Words
from process.records import Step

Happenings = Iterator[Step | Refused]
"""The steps of an example in their order, and what is refused between them."""


class Example(NamedTuple):
    """One case from its beginning to its end."""

    title: Words
    goal: Goal
    play: Callable[[Case], Happenings]
    summary: Words


def _to_the_options(case: Case) -> Happenings:
    yield case.sign_in(account="acct-1", channel=Channel.APP)
    yield case.open_orders()
    yield case.open_order(order="order-9")
    yield case.find_option(option=Option.CANCEL)


def _skipped(case: Case) -> Happenings:
    yield from _to_the_options(case)
    yield case.choose_cancellation()
    yield case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    yield case.confirm_cancellation(by=Actor.CUSTOMER, quote="quote-1")
    yield case.skip_face_verification(reason="low risk")
    yield case.complete_cancellation(by=Actor.LENDER, quote="quote-1")


def _verified(case: Case) -> Happenings:
    yield from _to_the_options(case)
    yield case.choose_cancellation()
    yield case.quote_consequences(quote="quote-1", fee=1250, currency="CNY")
    yield case.confirm_cancellation(by=Actor.CUSTOMER, quote="quote-1")
    try:
        case.trigger(Event.SKIP_FACE_VERIFICATION, {"reason": "in a hurry"}, by=Actor.CUSTOMER)
    except Refused as refused:
        yield refused
    yield case.require_verification()
    yield case.start_face_verification(consent="consent-1")
    yield case.fail_verification(attempt=1)
    yield case.start_face_verification(consent="consent-1")
    yield case.pass_verification(attempt=2)
    yield case.complete_cancellation(by=Actor.LENDER, quote="quote-1")


def _removed(case: Case) -> Happenings:
    yield case.report_problem(by=Actor.CUSTOMER, problem="the sign-in code never arrives")
    yield case.contact_support(channel=SupportChannel.HOTLINE)
    try:
        case.remove_face_verification(agent="agent-7", ticket="ticket-1")
    except Refused as refused:
        yield refused
    yield case.identify_customer(agent="agent-7", ticket="ticket-1")
    yield case.remove_face_verification(agent="agent-7", ticket="ticket-1")
    yield case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    yield case.confirm_cancellation(by=Actor.CUSTOMER, quote="quote-1")
    yield case.complete_cancellation(by=Actor.LENDER, quote="quote-1")


EXAMPLES = (
    Example(
        Words("一、系统自动跳过人脸验证", "1. The system skips the face verification"),
        Goal.PLAN,
        _skipped,
        Words(
            "系统判定无需核验，资方办结：分期已取消，客户没有刷脸。",
            "The system required no verification, and the lender cancelled the plan: no face was scanned.",
        ),
    ),
    Example(
        Words("二、人脸识别第一次未通过，第二次通过", "2. Face verification passes on the second attempt"),
        Goal.PLAN,
        _verified,
        Words(
            "客户不能自己跳过核验；第二次人脸识别通过后，资方办结：分期已取消。",
            "The customer could not skip the verification, passed it on the second attempt, and the plan is cancelled.",
        ),
    ),
    Example(
        Words(
            "三、登录不了，由客服取消人脸验证", "3. The customer cannot sign in, and support removes the face verification"
        ),
        Goal.BOTH,
        _removed,
        Words(
            "客户登录不了，客服核实身份后才能取消人脸验证；之后客户确认报价，资方办结：两者均已取消。",
            "Support removes the face verification only for a customer it has identified; then the plan is cancelled.",
        ),
    ),
)
