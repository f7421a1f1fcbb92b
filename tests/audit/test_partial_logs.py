"""Logs that record a part only: whatever is left out of a legal case, the rest of it conforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from process import Actor, Event, Goal
from process.audit import Mapping, audit
from process.audit.partial_log_simulation import Simulation
from process.audit.repair import COSTS, OTHER_ACTOR, OTHER_DATA, repair
from process.audit.trace import Entry, Trace
from tests.support.logs import COLUMNS, Row, legal_log, write_csv

PAYLOAD = {"quote", "fee", "currency", "attempt", "account", "buyer", "order", "case_order", "consent"}
CUSTOMERS = {Event(name) for name in ("sign_in", "open_orders", "open_order", "find_option", "choose_cancellation")}
CUSTOMERS |= {Event.REPORT_ORDER_MISSING, Event.REPORT_OPTION_MISSING, Event.CONTACT_SUPPORT, Event.REPORT_PROBLEM}
KEY = {Event(name) for name in ("sign_in", "quote_consequences", "confirm_cancellation", "skip_face_verification")}
KEY |= {Event.PASS_VERIFICATION, Event.COMPLETE_CANCELLATION, Event.REJECT_CANCELLATION}
LEVELS = {
    # what is recorded: (events, columns that are left out)
    "all events without payload": (set(Event), PAYLOAD),
    "all events without actors": (set(Event), {"by"}),
    "all events without goals": (set(Event), {"goal"}),
    "what the server sees": (set(Event) - CUSTOMERS, set()),
    "seven key events": (KEY, {"attempt", "consent"}),
    "seven key events by name alone": (KEY, PAYLOAD | {"by", "goal"}),
}


@pytest.mark.parametrize("level", LEVELS)
def test_every_projection_of_a_legal_case_conforms(level: str, tmp_path: Path) -> None:
    recorded, left_out = LEVELS[level]
    rows = [row for case in legal_log(100, seed=11) for row in case if row["event"] in recorded]
    file = write_csv(tmp_path / "log.csv", rows, [name for name in COLUMNS if name not in left_out])
    report = audit(file, Mapping(records=frozenset(recorded)))
    assert (report.deviating, report.unknown) == (0, 0), report.deviations[:2]
    assert report.conforming == len({row["case"] for row in rows})


def test_a_deviation_that_no_unrecorded_event_explains_is_found(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"case": "c", "goal": "plan", "event": "complete_cancellation", "at": time, "quote": "q"}
        for time in ("2026-06-01T00:00:00+00:00", "2026-06-01T00:00:01+00:00")
    ]
    recorded = frozenset({Event.COMPLETE_CANCELLATION, Event.REJECT_CANCELLATION})
    report = audit(
        write_csv(tmp_path / "log.csv", rows, ("case", "goal", "event", "at", "quote")), Mapping(records=recorded)
    )
    (found,) = report.deviations
    assert (found.position, found.codes) == (2, ("end_reached",))
    assert "R14" in found.requirements


def test_a_case_that_was_open_when_the_log_began_may_begin_anywhere(tmp_path: Path) -> None:
    event: Row = {"event": "complete_cancellation", "by": "lender", "quote": "q", "at": "2026-06-02T00:00:00+08:00"}
    rows = [{"case": "c", "goal": "plan", **event}]
    file = write_csv(tmp_path / "log.csv", rows, ("case", "goal", "event", "at", "by", "quote"))
    every = frozenset(Event)
    assert audit(file, Mapping(records=every)).deviating == 1
    from datetime import datetime

    began = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
    assert audit(file, Mapping(records=every, began=began)).conforming == 1


def test_events_of_one_time_conform_if_some_order_of_them_does(tmp_path: Path) -> None:
    (case,) = [rows for rows in legal_log(60, seed=2) if len(rows) >= 6][:1]
    tied = [{**row, "at": case[0]["at"]} for row in case[:6]]
    free, rows = Mapping(), Mapping(ties="rows")
    file = write_csv(tmp_path / "log.csv", reversed(tied))
    assert audit(file, free).conforming == 1
    assert audit(file, rows).deviating == 1


def brute_force_cost(simulation: Simulation, trace: Trace, highest: int) -> int | None:
    """The least cost of edits by trying every kind of edit at every single place, without sets and without an order."""
    best: dict[tuple[int, object], int] = {}
    waiting = [(0, 0, place) for place in simulation.beginnings(trace.goal)]
    least = None
    while waiting:
        cost, position, place = waiting.pop()
        if cost > highest or best.get((position, place), highest + 1) <= cost:
            continue
        best[position, place] = cost
        if position == len(trace.entries):
            least = cost if least is None else min(least, cost)
            continue
        entry = trace.entries[position]
        waiting.append((cost + COSTS.get(entry.event, 1), position + 1, place))
        for price, other in (
            (0, entry),
            (OTHER_ACTOR, entry._replace(by=None)),
            (OTHER_DATA, Entry(entry.event, entry.by)),
        ):
            waiting += [(cost + price, position + 1, target) for *_, target in simulation.outcomes(place, other)]
        for event in Event:
            price = 0 if event in simulation.silent else COSTS.get(event, 1)
            waiting += [(cost + price, position, target) for *_, target in simulation.outcomes(place, Entry(event))]
    return least


@pytest.mark.parametrize("seed", range(12))
def test_a_repair_costs_least_and_makes_the_trace_legal(seed: int) -> None:
    from random import Random

    chance = Random(seed)  # noqa: S311  # test data
    simulation = Simulation({Event.OPEN_ORDERS} if seed % 2 else ())
    events = [Event.SIGN_IN, Event.OPEN_ORDERS, Event.OPEN_ORDER, Event.REPORT_ORDER_MISSING, Event.ABANDON]
    actors = [None, Actor.CUSTOMER, Actor.SUPPORT]
    entries = tuple(
        Entry(event, chance.choice(actors), account=False if event is Event.SIGN_IN and chance.random() < 0.3 else None)
        for event in chance.choices([event for event in events if event not in simulation.silent], k=4)
    )
    trace = Trace(None, entries)
    edits = repair(simulation, simulation.beginnings(None), entries, highest=3)
    expected = brute_force_cost(simulation, trace, 3)
    assert (None if edits is None else sum(edit.cost for edit in edits)) == expected


def test_the_closure_of_a_place_is_all_that_silent_events_reach() -> None:
    silent = frozenset(Event) - {Event.CONFIRM_CANCELLATION, Event.COMPLETE_CANCELLATION}
    simulation = Simulation(silent, attempts=False)
    (begin,) = Simulation().beginnings(Goal.BOTH)
    found, waiting = {begin}, [begin]
    while waiting:
        place = waiting.pop()
        for event in silent:
            for *_, target in simulation.outcomes(place, Entry(event)):
                if target not in found:
                    found.add(target)
                    waiting.append(target)
    assert simulation.beginnings(Goal.BOTH) == found
    assert len(found) > 100
