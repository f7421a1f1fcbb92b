"""Logs made without the model: by the second reading of the process, with faults of other kinds, under a bank's names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from process import MODEL, Actor, Event
from process.model import Kind
from tests.support import plain_reading
from tests.support.logs import Row

FACE, OTHER = 3, 3
SELDOM = {Event.ABANDON, Event.TIME_OUT, Event.REPORT_PLAN_ENDED, Event.REPORT_PROBLEM, Event.REFUSE}
SELDOM |= {Event.DECLINE_CANCELLATION, Event.REPORT_OPTION_MISSING, Event.REPORT_ORDER_MISSING}
NAMES = {"case": "申请号", "event": "动作", "at": "时间", "by": "经办", "goal": "事项", "quote": "报价", "fee": "费用"}
NAMES |= {
    "currency": "币种",
    "attempt": "第几次",
    "account": "登录人",
    "buyer": "购买人",
    "order": "订单",
    "case_order": "原订单",
}
NAMES |= {"consent": "同意书", "id": "流水号"}
"""The bank's column by role."""


def data_for(event: str, case: dict[str, Any], step: int, chance: Random) -> dict[str, Any]:
    """Return a payload that mostly fits: now and then another quote, attempt, account or no consent."""
    wrong = chance.random() < 0.04
    data: dict[str, Any] = {}
    for name, kind in MODEL.events[Event(event)].items():
        if not isinstance(kind, Kind):
            data[name] = chance.choice(list(kind)).value
        elif name == "quote":
            offer = case["offer"][0] if case["offer"] else case["rejected"] or "none"
            fresh = f"N{step}" if chance.random() < 0.8 else offer
            data[name] = fresh if event == "quote_consequences" or wrong else offer
        else:
            fitting = {"account": case["account"], "order": case["order"], "attempt": max(case["attempt"], 1)}
            fitting |= {"fee": chance.choice((0, 300)), "currency": "CNY", "consent": "signed"}
            if wrong:
                fitting |= {"account": "a stranger", "order": "another", "attempt": case["attempt"] + 1, "consent": None}
            data[name] = fitting.get(name, "text")
    return data


def made_case(number: int, chance: Random) -> list[Row]:
    """Return the rows of a case that the second reading takes."""
    goal = chance.choice(("plan", "face_verification", "both"))
    case = plain_reading.opened(goal, f"buyer {number}", f"order {number}", FACE, OTHER)
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(40_000))
    rows: list[Row] = []
    for step in range(chance.randint(3, 25)):
        for event in chance.sample(list(Event), len(Event)):
            if event in SELDOM and chance.random() < 0.95:
                continue
            by, data = chance.choice(MODEL.actors[event]).value, data_for(event.value, case, step, chance)
            reached = plain_reading.after(case, event.value, by, data)
            if reached is not None:
                case = reached
                at += timedelta(seconds=chance.randint(1, 9000))
                rows.append(row_of(number, case, event.value, by, data, at, step))
                break
    return rows


def row_of(number: int, case: dict[str, Any], event: str, by: str, data: dict[str, Any], at: datetime, step: int) -> Row:
    fixed = {"case": f"K{number}", "goal": case["goal"], "buyer": case["account"], "case_order": case["order"]}
    return {**fixed, "event": event, "by": by, "at": at.isoformat(), "id": f"{number}.{step}", **data}


def with_a_fault(rows: list[Row], other: list[Row], chance: Random) -> list[Row]:
    """Return the rows with a fault of a random kind and place; it may happen to be legal."""
    place = chance.randrange(len(rows))
    row = {**rows[place], "id": "fault"}
    kinds = {
        "left out": [*rows[:place], *rows[place + 1 :]],
        "again at the end": [*rows, {**row, "at": later(rows[-1])}],
        "by another": [*rows[:place], {**row, "by": chance.choice(list(Actor)).value}, *rows[place + 1 :]],
        "much later": [*rows[:place], *rows[place + 1 :], {**row, "at": later(rows[-1])}],
        "cut at the beginning": rows[place:],
        "tail of another case": [*rows[:place], *moved(other, rows[place])],
        "another quote": [*rows[:place], {**row, **({"quote": "N0"} if "quote" in row else {})}, *rows[place + 1 :]],
        "another fee": [*rows[:place], {**row, **({"fee": 999} if "fee" in row else {})}, *rows[place + 1 :]],
        "another goal": [{**each, "goal": "face_verification"} for each in rows],
    }
    return kinds[chance.choice(list(kinds))]


def later(row: Row) -> str:
    return (datetime.fromisoformat(row["at"]) + timedelta(seconds=7)).isoformat()


def moved(tail: list[Row], to: Row) -> Iterator[Row]:
    """Yield the second half of a case's rows as rows of the case of *to*, after it."""
    at = datetime.fromisoformat(to["at"])
    for number, row in enumerate(tail[len(tail) // 2 :]):
        fixed = {name: to[name] for name in ("case", "goal", "buyer", "case_order")}
        own = {"account": to["buyer"]} if "account" in row else {"order": to["case_order"]} if "order" in row else {}
        at += timedelta(seconds=5)
        yield {**row, **fixed, **own, "at": at.isoformat(), "id": f"moved {number}"}


def other_log(cases: int, seed: int) -> list[list[Row]]:
    """Return the rows of so many cases, about a third with a fault."""
    chance = Random(seed)  # noqa: S311  # test data
    made = [rows for number in range(cases) if (rows := made_case(number, chance))]
    return [
        with_a_fault(rows, made[number - 1], chance) or rows if chance.random() < 0.35 else rows
        for number, rows in enumerate(made)
    ]


def first_refused(rows: list[Row]) -> int | None:
    """Return the place of the first event that the second reading refuses, from 1."""
    first = rows[0]
    case = plain_reading.opened(first["goal"], first["buyer"], first["case_order"], FACE, OTHER)
    for place, row in enumerate(rows, 1):
        data = {name: row.get(name) for name in MODEL.events[Event(row["event"])]}
        reached = plain_reading.after(case, row["event"], row["by"], data)
        if reached is None:
            return place
        case = reached
    return None
