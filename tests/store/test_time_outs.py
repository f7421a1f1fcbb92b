"""Time-outs, and the lists that they are taken from: each overdue case once, whatever else is in the lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from process import Actor, Case, Event, Goal, Refused, store
from tests.support.storing import START, WORKERS, Database, agree, opened
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]

CASES = store.metadata.tables["cancellation_case"]
LATER = START + timedelta(days=9)
SIGNED_IN: dict[str, Any] = {"account": "acct", "channel": "app"}


def test_lists_give_the_most_urgent_first_and_go_on_after_the_last(engine: Engine) -> None:
    for number in range(7):
        opened(engine, f"case-{number}", at=START - timedelta(hours=number))
    opened(engine, "ordered", steps=5)
    with engine.begin() as conn:
        first = store.awaiting(conn, Actor.CUSTOMER, limit=4)
        rest = store.awaiting(conn, Actor.CUSTOMER, limit=4, after=first[-1])
        assert [case.case_id for case in (*first, *rest)] == [f"case-{number}" for number in reversed(range(7))]
        (asked,) = store.awaiting(conn, Actor.LENDER)
        assert asked.request is not None
        assert (asked.request.kind, asked.request.key) == ("quote_consequences", "ordered:5")
        late = store.overdue(conn, START + timedelta(hours=21), limit=2)
        assert [case.case_id for case in late] == ["case-6", "case-5"]
        assert [case.case_id for case in store.overdue(conn, START + timedelta(hours=21), after=late[-1])] == [
            "case-4",
            "case-3",
        ]
        assert store.awaiting(conn, Actor.SUPPORT) == []


def test_a_case_that_is_spoilt_does_not_keep_the_others_waiting(engine: Engine) -> None:
    for name in ("bad", "good"):
        opened(engine, name)
    with engine.begin() as conn:
        conn.execute(update(CASES).where(CASES.c.case_id == "bad").values(snapshot="[1]"))
        assert [case.case_id for case in store.awaiting(conn, Actor.CUSTOMER)] == ["good"]
        assert [done.case.case_id for done in store.time_out_overdue(conn, START + timedelta(days=2))] == ["good"]
        assert [finding.where for finding in store.verify(conn, "bad")] == ["snapshot"]


def time_out_all(engine: Engine, now: datetime) -> list[str]:
    done: list[str] = []
    while True:
        found = store.transact(engine, lambda conn: store.time_out_overdue(conn, now, limit=5))
        if not found:
            return done
        done += [one.case.case_id for one in found]


def check_time_outs(database: Database) -> None:
    engine = database.engine()
    cases = 24
    for number in range(cases):
        opened(engine, f"case-{number}", steps=number % 2 * 6, at=START)
    now = START + timedelta(days=1, minutes=2)
    done = in_parallel(time_out_all, database, [(now,)] * WORKERS)
    late = [f"case-{number}" for number in range(cases) if number % 2 == 0]
    assert sorted(name for one in done for name in one) == sorted(late), "not each was timed out once"
    with engine.begin() as conn:
        assert {found.case_id for found in store.find(conn, state="expired")} == set(late)
        (step,) = store.history(conn, "case-0")
        assert (step.event, step.by, step.at) == (Event.TIME_OUT, Actor.CLOCK, now)
    agree(engine, cases)


def test_many_workers_time_each_overdue_case_out_once(any_isolation: Database) -> None:
    check_time_outs(any_isolation)


def answer_all(engine: Engine, at: datetime, cases: int) -> list[str]:
    """The lender's quotes, late: who is told of a refusal came after the time-out."""
    taken = []
    for number in range(cases):
        try:
            quote = {"quote": "Q1", "fee": 0, "currency": "CNY"}
            store.deliver(engine, f"case-{number}", Event.QUOTE_CONSEQUENCES, quote, event_id="quote", at=at)
            taken.append(f"case-{number}")
        except Refused:
            continue
    return taken


def answer_or_time_out(engine: Engine, answers: bool, now: datetime, cases: int) -> list[str]:
    return answer_all(engine, now, cases) if answers else time_out_all(engine, now)


def check_answers_beside_time_outs(database: Database) -> None:
    engine, cases = database.engine(), 20
    for number in range(cases):
        opened(engine, f"case-{number}", steps=5)
    now = START + timedelta(days=30)
    answered, _, *timed_out = in_parallel(
        answer_or_time_out, database, [(number < 2, now, cases) for number in range(WORKERS // 2)]
    )
    late = [name for one in timed_out for name in one]
    assert sorted([*answered, *late]) == sorted(f"case-{number}" for number in range(cases)), "an answer and a time-out"
    agree(engine, cases)
    with engine.begin() as conn:
        assert {found.case_id for found in store.find(conn, state="expired")} == set(late)
        assert {found.case_id for found in store.find(conn, state="consequences")} == set(answered)


def test_a_case_is_answered_or_timed_out_but_never_both(any_isolation: Database) -> None:
    check_answers_beside_time_outs(any_isolation)


@pytest.mark.parametrize("check", [check_time_outs, check_answers_beside_time_outs])
def test_time_outs_of_cases_as_they_were_listed_are_found_out(postgresql: Database, check: Any) -> None:
    found_out = "not each was timed out once|an answer and a time-out|does not agree|duplicate key"
    with pytest.raises(AssertionError, match=found_out):
        check(postgresql._replace(broken="time_out_as_listed"))


# ------------------------------------------------------------------------------------------------- what is in the way


def test_no_senders_event_id_stands_in_the_way_of_a_time_out(engine: Engine) -> None:
    for name in ("a", "b"):
        opened(engine, name)
    with engine.begin() as conn:
        store.handle(conn, "a", Event.SIGN_IN, SIGNED_IN, event_id="time_out:1", at=START)
    with engine.begin() as conn:
        assert {done.case.case_id for done in store.time_out_overdue(conn, LATER)} == {"a", "b"}
        assert store.time_out_overdue(conn, LATER) == []
    agree(engine, 2)


def test_cases_that_can_not_be_read_leave_their_places_in_a_list_to_others(engine: Engine) -> None:
    for number in range(5):
        opened(engine, f"case-{number}", at=START + timedelta(minutes=number))
    with engine.begin() as conn:
        conn.execute(update(CASES).where(CASES.c.case_id.in_(["case-0", "case-1", "case-3"])).values(snapshot="[1]"))
        for limit, expected in ((1, ["case-2"]), (2, ["case-2", "case-4"]), (9, ["case-2", "case-4"])):
            assert [case.case_id for case in store.awaiting(conn, Actor.CUSTOMER, limit)] == expected
            assert [case.case_id for case in store.overdue(conn, LATER, limit)] == expected
        assert [done.case.case_id for done in store.time_out_overdue(conn, LATER, 1)] == ["case-2"]


def test_cases_without_a_due_time_come_last_and_paging_ends(engine: Engine) -> None:
    with engine.begin() as conn:
        for name in ("p", "q", "r"):
            store.import_case(conn, Case(goal=Goal.PLAN, account="acct", order=name, case_id=name))
    for name in ("a", "z"):
        opened(engine, name)
    with engine.begin() as conn:
        for limit in (1, 2, 3, 4, 9):
            seen: list[str] = []
            page = store.awaiting(conn, Actor.CUSTOMER, limit)
            while page:
                seen += [case.case_id for case in page]
                page = store.awaiting(conn, Actor.CUSTOMER, limit, after=page[-1])
            assert seen == ["a", "z", "p", "q", "r"]
        assert [found.case_id for found in store.find(conn)] == ["a", "z", "p", "q", "r"]
        assert [case.case_id for case in store.overdue(conn, LATER)] == ["a", "z"]


def test_what_a_newer_model_has_other_names_for_is_listed_as_it_is_stored(engine: Engine) -> None:
    opened(engine, "case")
    with engine.begin() as conn:
        newer = {"state": "newer_state", "goal": "newer_goal", "awaits": "robot", "model_version": 99}
        conn.execute(update(CASES).values(**newer))
        (found,) = store.find(conn)
        assert (found.state, found.goal, found.awaits) == ("newer_state", "newer_goal", "robot")
