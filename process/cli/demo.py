"""``demo``: what a newcomer runs first. Three cases, told step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from process.case import Case
from process.cli import view
from process.cli.common import LangOption, console, lang_of
from process.exceptions import Refused
from process.model import Actor, Channel, Event, Goal, Option, SupportChannel, Words
from process.records import Step

Told = Iterator[Step | Refused]
"""What happens on a trip, in its order; what is refused as well."""


class Scenario(NamedTuple):
    """One trip, what it is about, and what its end means."""

    title: Words
    goal: Goal
    tell: Callable[[Case], Told]
    moral: Words


def _to_the_options(case: Case) -> Told:
    yield case.sign_in(account="acct-1", channel=Channel.APP)
    yield case.open_orders()
    yield case.open_order(order="order-9")
    yield case.find_option(option=Option.CANCEL)


def _skipped(case: Case) -> Told:
    yield from _to_the_options(case)
    yield case.choose_cancellation()
    yield case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    yield case.confirm_cancellation(by=Actor.CUSTOMER, quote="quote-1")
    yield case.skip_face_verification(reason="low risk")
    yield case.complete_cancellation(by=Actor.LENDER, quote="quote-1")


def _verified(case: Case) -> Told:
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


def _removed(case: Case) -> Told:
    yield from _to_the_options(case)
    yield case.request_face_verification_removal()
    yield case.contact_support(channel=SupportChannel.IN_APP_CHAT)
    yield case.remove_face_verification(agent="agent-7", ticket="ticket-1")
    yield case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    yield case.confirm_cancellation(by=Actor.CUSTOMER, quote="quote-1")
    yield case.complete_cancellation(by=Actor.LENDER, quote="quote-1")


TRIPS = (
    Scenario(
        Words("一、系统自动跳过人脸验证", "1. The system skips the face verification"),
        Goal.PLAN,
        _skipped,
        Words(
            "系统判定无需核验，资方办结：分期已取消，客户没有刷脸。",
            "The system saw no need to verify, and the lender cancelled: the plan is gone, and no face was looked at.",
        ),
    ),
    Scenario(
        Words("二、人脸识别第一次未通过，第二次通过", "2. The face passes after a failure"),
        Goal.PLAN,
        _verified,
        Words(
            "客户不能自己跳过核验；第二次人脸识别通过后，资方办结：分期已取消。",
            "The customer could not skip the verification, passed it at the second attempt, and the plan is gone.",
        ),
    ),
    Scenario(
        Words("三、客服取消人脸验证", "3. Support removes the face verification"),
        Goal.BOTH,
        _removed,
        Words(
            "人脸验证只能由客服取消；取消之后，客户确认报价，资方办结：两者均已取消。",
            "Only support can remove the face verification; it did, the customer confirmed the quote, and both are gone.",
        ),
    ),
)

NEXT = (
    ("walk", Words("亲自走一遍，每一步都由您选择", "be the customer, the lender and support yourself, step by step")),
    ("show", Words("查看全部状态、事件和流转", "see every state, event and transition")),
    ("draw", Words("画出流程图", "draw the flow")),
    ("check", Words("验证二十条要求在所有可达情形中成立", "prove the twenty requirements over everything that can happen")),
    ("run FILE", Words("按文件中的事件办理", "run a file of events")),
)


def demo(lang: LangOption = None) -> None:
    """三次真实办理，逐步讲述 · Three real trips, told step by step: what to run first."""
    language = lang_of(lang)
    screen = console()
    for trip in TRIPS:
        case = Case(goal=trip.goal, account="acct-1", order="order-9")
        wish = Words("客户的目标：{}", "The customer wants to {}").of(language)
        screen.print(Text(trip.title.of(language), view.STRONG))
        screen.print(Padding(Text(wish.format(trip.goal.words.of(language)), view.DIM), (0, 0, 0, 2)))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style=view.DIM, justify="right")
        for _ in range(3):
            table.add_column(overflow="fold")
        for told in trip.tell(case):
            table.add_row(*_row(told, language))
        screen.print(Padding(table, (0, 0, 0, 2)))
        screen.print(Padding(Text.assemble("■ ", view.state_text(case.state, language)), (0, 0, 0, 2)))
        screen.print(Padding(trip.moral.of(language), (0, 0, 1, 2)))
    screen.print(Text(Words("接下来可以试试", "What to try next").of(language), view.STRONG))
    commands = Table.grid(padding=(0, 2, 0, 0))
    for name, what in NEXT:
        commands.add_row(f"python -m process {name}", what.of(language))
    screen.print(Padding(commands, (0, 0, 0, 2)))


def _row(told: Step | Refused, lang: str) -> tuple[str | Text, ...]:
    if isinstance(told, Step):
        arrow = Text.assemble("→ ", view.state_text(told.target, lang))
        return str(told.version), told.by.words.of(lang), told.event.words.of(lang), arrow
    who, what = (term.words.of(lang) if term else "" for term in (told.by, told.event))
    return "✗", who, what, Text(told.text(lang), "red")
