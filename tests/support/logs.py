"""Event logs for the tests of the audit: cases that follow the model, faults put into them, and files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from process import MODEL, Actor, Case, Event, Goal, ProcessError, State
from process.model import Facts, Kind

SHOP = (
    "case",
    "event",
    "at",
    "by",
    "goal",
    "quote",
    "fee",
    "currency",
    "attempt",
    "account",
    "buyer",
    "order",
    "case_order",
)
"""The columns of a shop's export."""
COLUMNS = (*SHOP, "consent", "channel", "reason", "id")
SELDOM = {
    Event.ABANDON,
    Event.TIME_OUT,
    Event.REPORT_PLAN_ENDED,
    Event.REPORT_PROBLEM,
    Event.REFUSE,
    Event.DECLINE_CANCELLATION,
}
SELDOM |= {Event.REPORT_ORDER_MISSING, Event.REPORT_OPTION_MISSING, Event.REQUEST_FACE_VERIFICATION_REMOVAL}
Row = dict[str, Any]


def legal_case(number: int, chance: Random, longest: int = 25) -> list[Row]:
    """Return the rows of a case that follows the model."""
    goal = chance.choice(list(Goal))
    case = Case(goal=goal, account=f"account-{number}", order=f"order-{number}", case_id=f"case-{number:06}")
    at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 20))
    rows: list[Row] = []
    for _ in range(longest):
        likely = [event for event in case.allowed_events() if event not in SELDOM or chance.random() < 0.08]
        if not likely:
            break
        event = chance.choice(likely)
        by, data = chance.choice(MODEL.actors[event]), payload_of(event, case.facts, len(rows), chance)
        try:
            case.trigger(event, data, by=by)
        except ProcessError:
            continue
        at += timedelta(seconds=chance.randint(1, 40_000))
        rows.append(row_of(case, event, by, data, at, len(rows)))
    return rows


def payload_of(event: Event, facts: Facts, step: int, chance: Random) -> dict[str, Any]:
    """Return a payload that the case may well take."""
    data: dict[str, Any] = {}
    for name, kind in MODEL.events[event].items():
        if not isinstance(kind, Kind):
            data[name] = chance.choice(list(kind))
        elif name == "quote":
            fresh = event is Event.QUOTE_CONSEQUENCES
            data[name] = f"quote-{step}" if fresh else facts.quote or facts.rejected_quote or "no-quote"
        else:
            fitting = {"account": facts.account, "order": facts.order, "fee": chance.choice((0, 100, 2500))}
            fitting |= {"currency": "CNY", "attempt": max(facts.attempt, 1)}
            data[name] = fitting.get(name, f"a {name}")
    return data


def row_of(case: Case, event: Event, by: Actor, data: dict[str, Any], at: datetime, step: int) -> Row:
    facts = case.facts
    return {
        "case": case.case_id,
        "event": event.value,
        "at": at.isoformat(),
        "by": by.value,
        "goal": facts.goal.value,
        "buyer": facts.account,
        "case_order": facts.order,
        "id": f"{case.case_id}-{step}",
        **data,
    }


@cache
def legal_log(cases: int, seed: int = 1) -> list[list[Row]]:
    """Return the rows of so many cases, case by case; each has at least one."""
    chance = Random(seed)  # noqa: S311  # test data
    return [rows for number in range(cases * 2) if (rows := legal_case(number, chance))][:cases]


# ---------------------------------------------------------------------------------------------------------------- faults


def _first(rows: list[Row], *events: Event) -> int | None:
    return next((place for place, row in enumerate(rows) if row["event"] in events), None)


def _later(row: Row) -> str:
    return (datetime.fromisoformat(row["at"]) + timedelta(milliseconds=100)).isoformat()


def missing_step(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.OPEN_ORDERS)
    return None if place is None or place + 1 == len(rows) else rows[:place] + rows[place + 1 :]


def swapped(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.OPEN_ORDER)
    if place is None:
        return None
    before, here = rows[place - 1], rows[place]
    return [*rows[: place - 1], {**here, "at": before["at"]}, {**before, "at": here["at"]}, *rows[place + 1 :]]


def row_twice(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.SIGN_IN)
    return None if place is None else _inserted(rows, place + 1, {**rows[place], "id": "again"})


def another_quote(rows: list[Row]) -> list[Row] | None:
    return _changed(rows, Event.CONFIRM_CANCELLATION, quote="never-quoted")


def unsettled(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.SKIP_FACE_VERIFICATION)
    follows = place is not None and place + 1 < len(rows) and rows[place + 1]["event"] == Event.COMPLETE_CANCELLATION
    return rows[:place] + rows[place + 1 :] if place is not None and follows else None


def cancelled_twice(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.COMPLETE_CANCELLATION)
    return None if place is None else _inserted(rows, place + 1, {**rows[place], "id": "again"})


def customer_skips(rows: list[Row]) -> list[Row] | None:
    return _changed(rows, Event.SKIP_FACE_VERIFICATION, by="customer")


def no_consent(rows: list[Row]) -> list[Row] | None:
    return _changed(rows, Event.START_FACE_VERIFICATION, consent="")


def wrong_attempt(rows: list[Row]) -> list[Row] | None:
    return _changed(rows, Event.PASS_VERIFICATION, attempt=17)


def another_account(rows: list[Row]) -> list[Row] | None:
    return _changed(rows, Event.SIGN_IN, account="somebody else")


def event_after_the_end(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.REFUSE)
    return (
        None
        if place is None
        else [*rows, {**rows[0], "event": "open_orders", "by": "customer", "at": _later(rows[-1]), "id": "late"}]
    )


def left_while_outstanding(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.SKIP_FACE_VERIFICATION)
    if place is None:
        return None
    return _inserted(rows, place + 1, {**rows[place], "event": "abandon", "by": "customer", "id": "left"})


def removed_outside_support(rows: list[Row]) -> list[Row] | None:
    place = _first(rows, Event.OPEN_ORDER)
    if place is None or any(row["event"] == Event.CONTACT_SUPPORT for row in rows[:place]):
        return None
    return _inserted(
        rows, place + 1, {**rows[place], "event": "remove_face_verification", "by": "support", "id": "removed"}
    )


def cancelled_after_a_rejection(rows: list[Row]) -> list[Row] | None:
    """The lender rejects, and cancels another quote with no new verification."""
    place = _first(rows, Event.SKIP_FACE_VERIFICATION)
    if place is None:
        return None
    rejected = {
        **rows[place],
        "event": "reject_cancellation",
        "by": "lender",
        "quote": _quote_before(rows, place),
        "id": "rejected",
    }
    completed = {**rejected, "event": "complete_cancellation", "quote": "another", "id": "completed"}
    return _inserted(_inserted(rows[: place + 1], place + 1, rejected), place + 2, completed)


def _quote_before(rows: list[Row], place: int) -> Any:
    return next(row["quote"] for row in reversed(rows[:place]) if row.get("quote"))


def _changed(rows: list[Row], event: Event, **changes: Any) -> list[Row] | None:
    place = _first(rows, event)
    return None if place is None else [*rows[:place], {**rows[place], **changes}, *rows[place + 1 :]]


def _inserted(rows: list[Row], place: int, row: Row) -> list[Row]:
    return [*rows[:place], {**row, "at": _later(rows[place - 1])}, *rows[place:]]


FAULTS: dict[str, tuple[Callable[[list[Row]], list[Row] | None], str | None]] = {
    # kind: (puts it into a case's rows; None where it does not fit), the requirement that it breaks if it breaks one)
    "missing step": (missing_step, None),
    "swapped": (swapped, None),
    "row twice": (row_twice, None),
    "another quote": (another_quote, "R4"),
    "unsettled": (unsettled, "R5"),
    "cancelled twice": (cancelled_twice, "R14"),
    "customer skips": (customer_skips, "R6"),
    "no consent": (no_consent, "R11"),
    "wrong attempt": (wrong_attempt, "R9"),
    "another account": (another_account, "R8"),
    "event after the end": (event_after_the_end, "R3"),
    "left while the answer was outstanding": (left_while_outstanding, "R13"),
    "cancelled after a rejection": (cancelled_after_a_rejection, "R17"),
    "removed outside support": (removed_outside_support, "R7"),
}


def with_faults(log: list[list[Row]], every: int = 7) -> tuple[list[list[Row]], dict[str, str]]:
    """Return the log with a fault in about every so many cases, and the kind of fault by case."""
    faulty: dict[str, str] = {}
    changed: list[list[Row]] = []
    kinds = list(FAULTS)
    used = dict.fromkeys(kinds, 0)
    for number, given in enumerate(log):
        rows = given
        if number % every == 0:
            for kind in sorted(kinds, key=lambda each: used[each]):  # the kind that came least so far
                found = FAULTS[kind][0](given)
                if found is not None:
                    rows = found
                    used[kind] += 1
                    faulty[given[0]["case"]] = kind
                    break
        changed.append(rows)
    return changed, faulty


# ----------------------------------------------------------------------------------------------------------------- files


def write_csv(path: Path, rows: Iterable[Row], columns: Iterable[str] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(columns), extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def plain_verdict(rows: list[Row]) -> tuple[int, tuple[str, ...]] | None:
    """Replay a case's rows with ``Case.trigger`` alone; the place and codes of the first refusal, None if there is none."""
    first = rows[0]
    case = Case(goal=Goal(first["goal"]), account=first["buyer"], order=first["case_order"], case_id=first["case"])
    for place, row in enumerate(sorted(rows, key=lambda row: datetime.fromisoformat(row["at"])), 1):
        event = Event(row["event"])
        data = {name: row.get(name) for name in MODEL.events[event]}
        data = {name: value if value != "" else None for name, value in data.items()}
        for name, kind in MODEL.events[event].items():
            if data[name] is None and name != "consent":
                data[name] = next(iter(kind)) if not isinstance(kind, Kind) else f"a {name}"
        try:
            case.trigger(event, data, by=Actor(row["by"]))
        except ProcessError as refused:
            return place, tuple(blocker.code for blocker in getattr(refused, "blockers", ()))
    assert case.state in State
    return None
