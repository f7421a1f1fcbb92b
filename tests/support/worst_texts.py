"""The worst snapshots to read that we could construct, each of about 64 KiB, by what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from process import Actor, Case, Channel, Event, Goal, OtherMethod, SupportChannel
from process.value_checks import CURRENCIES
from tests.support.begun_cases import at_choice, at_options


def quoted(times: int) -> Case:
    """Quotes, all in other currencies, and then one step that voids them all."""
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
    """Attempts, each given back: what was counted before the oldest step is not known."""
    case = at_choice()
    for _ in range(times):
        case.start_other_verification(method=OtherMethod.SMS_CODE)
        case.verification_unavailable(attempt=case.facts.attempt)
    return case


def rejected(times: int) -> Case:
    """Rejections by the lender, each of a quote of its own."""
    case = Case(goal=Goal.BOTH, account="acct-1", order="order-9", case_id="case-1")
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
    """A lender that stays silent over many deadlines: the same step again and again."""
    case = rejected(1)
    case.waive_verification(agent="a", ticket="t")
    case.quote_consequences(quote="last", fee=1, currency="CNY")
    case.confirm_cancellation(quote="last", by=Actor.CUSTOMER)
    for _ in range(times):
        case.trigger(Event.TIME_OUT)
    return case


HONEST: Mapping[str, Callable[[int], Case]] = {
    "quotes that one step voids": quoted,
    "attempts given back": given_back,
    "rejections": rejected,
    "silence of the lender": silent,
}

SMALL = quoted(40).to_json(steps=45)
HOSTILE: Mapping[str, str] = {
    "brackets": "[" * 65_000,
    "empty objects": "[" + "{}," * 21_000 + "1]",
    "objects of one key": "[" + '{"":0},' * 9_300 + "1]",
    "objects in objects": '{"a":[' + ",".join(['{"a":{"b":{}}}'] * 4_300) + "]}",
    "integers as long as can be read": '{"a":[' + ",".join(["9" * 4_299] * 15) + "]}",
    "escapes": '{"format":"' + "\\u00e9" * 10_800 + '"}',
    "a reference of combining marks": SMALL.replace('"order-9"', '"' + "\u0301" * 32_000 + '"'),
    "unknown keys": SMALL[:-1] + "," + ",".join(f'"k{number}":0' for number in range(5_000)) + "}",
    "keys": "{" + ",".join(f'"{number}":1' for number in range(6_000)) + "}",
    "a key again and again": "{" + '"a":1,' * 9_000 + '"a":1}',
    "digits": "9" * 65_000,
    "fields of a step": SMALL.replace('"data":{', '"data":{' + "".join(f'"{number}":1,' for number in range(5_000)), 1),
    "deadlines": SMALL.replace('"deadlines":{}', '"deadlines":{' + ",".join(f'"{n}":1' for n in range(5_000)) + "}"),
    "steps that are empty": json.dumps({**json.loads(SMALL), "version": 9_000, "history": [{}] * 9_000}),
    "a long text in every place": SMALL.replace('"q20"', '"' + "x" * 25_000 + '"'),
}


def texts() -> dict[str, str]:
    """Return all of them: cases whole and cut, with one wrong fact and one wrong step, and what no program wrote."""
    found: dict[str, str] = {}
    for name, make in HONEST.items():
        case = make(20)
        cut = case.to_json(steps=case.version - 1)
        per_time = len(make(21).to_json(steps=case.version)) - len(cut)
        case = make(20 + (61_000 - len(cut)) // max(per_time, 100))
        found[f"{name}, whole or as much as fits"] = case.to_json()
        cut = case.to_json(steps=min(case.version - 1, len(json.loads(case.to_json())["history"])))
        found[f"{name}, cut"] = cut
        found[f"{name}, a wrong fact"] = cut.replace('"attempt":0', '"attempt":1', 1)
    return found | HOSTILE
