"""Reading a snapshot takes work in proportion to its length: counted in function calls, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from process import Actor, Case, Channel, Event, Goal, OtherMethod, SnapshotInvalid, SupportChannel
from process.payload import CURRENCIES
from tests.support.trips import at_choice, at_options

CALLS_PER_CHARACTER = 4  # at most; an honest history takes about one


def calls(text: str) -> int:
    """Return how many functions are called to read the text, whether it is taken or refused."""
    counted = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        Case.from_json(text)
    except SnapshotInvalid:
        pass
    finally:
        sys.setprofile(None)
    return counted


def quoted(times: int) -> Case:
    """So many quotes, all in other currencies, and then one step that voids them all."""
    case = at_options()
    case.choose_cancellation()
    currencies = sorted(CURRENCIES)
    for number in range(times):
        currency = currencies[number % len(currencies)]
        case.quote_consequences(quote=f"q{number}", fee=number, currency=currency)
    case.report_problem(by=Actor.CUSTOMER, problem="p")
    case.contact_support(channel=SupportChannel.HOTLINE)
    case.guide_back()
    return case


def given_back(times: int) -> Case:
    """So many attempts, each given back: what was counted before the oldest step is not known."""
    case = at_choice()
    for _ in range(times):
        case.start_other_verification(method=OtherMethod.SMS_CODE)
        case.verification_unavailable(attempt=case.facts.attempt)
    return case


def rejected(times: int) -> Case:
    """So many rejections by the lender, each of a quote of its own."""
    case = Case(goal=Goal.BOTH, account="acct-1", order="order-9")
    case.sign_in(account="acct-1", channel=Channel.APP)
    case.report_problem(by=Actor.SYSTEM, problem="p")
    case.contact_support(channel=SupportChannel.HOTLINE)
    for number in range(times):
        case.waive_verification(agent="a", ticket="t")
        case.quote_consequences(quote=f"q{number}", fee=number, currency="CNY")
        case.confirm_cancellation(quote=f"q{number}", by=Actor.CUSTOMER)
        case.time_out()
        case.contact_support(channel=SupportChannel.HOTLINE)
        case.reject_cancellation(quote=f"q{number}", reason="r", by=Actor.LENDER)
    return case


def silent(times: int) -> Case:
    """A lender that stays silent over so many deadlines: the same step again and again."""
    case = rejected(1)
    case.waive_verification(agent="a", ticket="t")
    case.quote_consequences(quote="last", fee=1, currency="CNY")
    case.confirm_cancellation(quote="last", by=Actor.CUSTOMER)
    for _ in range(times):
        case.trigger(Event.TIME_OUT)
    return case


@pytest.mark.parametrize("make", [quoted, given_back, rejected, silent])
def test_twice_as_many_steps_take_twice_as_many_calls(make: Callable[[int], Case]) -> None:
    for cut in (True, False):
        case, longer = make(25), make(50)
        texts = [one.to_json(steps=one.version - cut) for one in (case, longer)]
        calls(texts[0])  # rows are analysed once
        few, many = map(calls, texts)
        assert few < many < 2.2 * few
        assert many < CALLS_PER_CHARACTER * len(texts[1])


HONEST = quoted(40).to_json(steps=45)
HOSTILE = {
    "brackets": "[" * 65_000,
    "objects": "[" + "{}," * 21_000 + "1]",
    "keys": "{" + ",".join(f'"{number}":1' for number in range(6_000)) + "}",
    "keys twice": "{" + '"a":1,' * 9_000 + '"a":1}',
    "fields of a step": HONEST.replace('"data":{', '"data":{' + "".join(f'"{number}":1,' for number in range(5_000)), 1),
    "deadlines": HONEST.replace('"deadlines":{}', '"deadlines":{' + '"a":1,' * 5_000 + '"b":1}'),
    "one wrong fact": HONEST.replace('"attempt":0', '"attempt":1'),
    "one wrong step": HONEST.replace('"fee":20', '"fee":21'),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_takes_no_more_calls_than_an_honest_one_of_its_length(text: str) -> None:
    assert len(text) <= 64 * 1024
    assert calls(text) < CALLS_PER_CHARACTER * len(text)
