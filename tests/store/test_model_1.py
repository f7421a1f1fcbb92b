"""Databases that model 1 wrote: brought up to date, they are listed, verified, time out and go on.

The files in ``model_1/`` were written by model 1's own code and never change: an SQLite file and the same cases from
PostgreSQL as SQL; ``expected.json`` says where each case stood.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text, update

from process import Actor, Case, Event, Goal, Refused, State, store
from process.model import MODEL_VERSION
from process.snapshot.migrations import MIGRATIONS
from process.store import tables
from tests.support.postgres import Postgres
from tests.support.storing import START

pytest_plugins = ["tests.support.store_fixtures"]

FILES = Path(__file__).parent / "model_1"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
LATER = START + timedelta(days=60)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database as the first release left it."""
    engine = as_left(request, tmp_path_factory.mktemp("old"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def untouched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Likewise, for one test alone."""
    engine = as_left(request, tmp_path)
    yield engine
    engine.dispose()


def as_left(request: pytest.FixtureRequest, folder: Path) -> Engine:
    if request.param == "sqlite":
        path = folder / "old.sqlite"
        shutil.copy(FILES / "cases.sqlite", path)
        return store.create_engine(f"sqlite:///{path}")
    server: Postgres = request.getfixturevalue("postgres")
    engine = store.create_engine(server.new_database())
    with engine.begin() as conn:
        conn.connection.driver_connection.execute((FILES / "cases.sql").read_text(encoding="utf-8"))  # type: ignore[union-attr]
    return engine


@pytest.fixture(scope="module")
def up_to_date(old: Engine) -> Engine:
    """The same database, brought up to date once for the tests that leave no trace in it."""
    return upgraded(old)


@pytest.fixture
def conn(up_to_date: Engine) -> Iterator[Connection]:
    with up_to_date.connect() as conn, conn.begin() as begun:
        yield conn
        begun.rollback()


def upgraded(engine: Engine) -> Engine:
    with engine.begin() as conn:
        assert store.upgrade(conn)
    return engine


def test_the_files_hold_each_state_and_end_of_model_1_with_refusals_and_own_deadlines(conn: Connection) -> None:
    states = {case["state"] for case in EXPECTED.values()}
    assert states == set(State) - {State.PLAN_ENDED_OTHERWISE}
    assert {kind for case in EXPECTED.values() for kind in case["refusals"]} == {
        "EndReached",
        "WrongState",
        "WrongActor",
        "GuardNotMet",
    }
    assert any(store.load(conn, case_id).to_dict()["deadlines"] for case_id in EXPECTED)
    assert len({store.load(conn, case_id).facts.face_limit for case_id in EXPECTED}) > 1


def test_every_case_of_model_1_loads_is_listed_and_verifies(conn: Connection) -> None:
    assert not store.upgrade(conn), "twice"
    listed = {found.case_id: (found.state, found.awaits, found.due_at) for found in store.find(conn, 1000)}
    loaded = {case_id: store.load(conn, case_id) for case_id in EXPECTED}
    assert listed == {case_id: (case.state, case.awaits, case.due_at) for case_id, case in loaded.items()}
    for case_id, expected in EXPECTED.items():
        case = store.load(conn, case_id)
        assert case.version == expected["version"]
        if expected["face_removed"] and expected["state"] in VERIFYING:  # no verification is asked for any more
            assert case.state is State.CONSEQUENCES
        else:
            assert case.state == expected["state"]
            assert (case.due_at and case.due_at.isoformat()) == expected["due_at"]
        assert len(store.history(conn, case_id)) == case.version == len(store.load_with_history(conn, case_id).history)
        assert len(store.refusals(conn, case_id)) == len(expected["refusals"])
        assert store.verify(conn, case_id) == (), case_id
    waiting = [case for actor in Actor for case in store.awaiting(conn, actor, 1000)]
    assert {case.case_id for case in waiting} == {
        case_id for case_id, case in EXPECTED.items() if State(case["state"]) not in ENDS
    }


VERIFYING = ("verification_decision", "verification_choice", "face_verification", "other_verification")
ENDS = {State(case["state"]) for case in EXPECTED.values() if case["due_at"] is None and case["state"] != "signed_out"} - {
    State.SIGNED_IN
}


def test_cases_of_model_1_time_out_and_go_on(conn: Connection) -> None:
    moved = 0
    while done := store.time_out_overdue(conn, LATER):
        moved += len(done)
        for handled in done:
            assert store.verify(conn, handled.case.case_id) == ()
        if moved > 500:
            break
    for case_id in EXPECTED:
        if not store.load(conn, case_id).is_done:
            store.handle(conn, case_id, Event.REPORT_PLAN_ENDED, {"reason": "refunded"}, event_id="n", by=Actor.LENDER)
            assert store.load(conn, case_id).is_done
        assert store.verify(conn, case_id) == (), case_id
    assert moved > 20


def test_known_events_and_refusals_of_model_1_keep_their_outcomes(conn: Connection) -> None:
    for case_id, expected in EXPECTED.items():
        for step in store.history(conn, case_id)[:1] if case_id != "spaces" else ():  # whose ids are no ids any more
            first = tables.steps.c.case_id == case_id, tables.steps.c.version == 1
            event_id = conn.scalar(tables.steps.select().with_only_columns(tables.steps.c.event_id).where(*first))
            again = store.handle(conn, case_id, step.event, step.data, event_id=str(event_id), by=step.by)
            assert (again.is_duplicate, again.step.version) == (True, 1)
        for kept in store.refusals(conn, case_id):
            told: Any = {"event_id": kept.event_id, "by": "robot" if kept.by == "'robot'" else kept.by}
            with pytest.raises(Refused) as refused:
                store.handle(conn, case_id, kept.error.event, kept.data, **told)  # type: ignore[arg-type]
            assert type(refused.value).__name__ in expected["refusals"]
            assert refused.value.text("zh") == kept.error.text("zh")


def test_claims_are_filled_in_and_two_cancellations_of_model_1_share_none(conn: Connection) -> None:
    claim = tables.cases.c.plan_claim
    held = conn.scalars(tables.cases.select().with_only_columns(claim).where(claim == "order-t")).all()
    assert held == ["order-t"]
    with pytest.raises(store.AlreadyDone):
        store.open(conn, goal=Goal.PLAN, account="acct-t", order="order-t")
    for name in ("twice-1", "twice-2"):
        assert store.verify(conn, name) == ()
    open_case = next(case_id for case_id, case in EXPECTED.items() if case["state"] == "cancelling")
    with pytest.raises(store.OrderHasOpenCase):
        store.open(conn, goal=Goal.PLAN, account="a", order=store.load(conn, open_case).facts.order)


def test_an_open_case_of_model_1_whose_plan_another_one_had_cancelled_does_not_cancel_it_again(untouched: Engine) -> None:
    done = next(case_id for case_id, case in EXPECTED.items() if case["state"] == "plan_cancelled")
    open_case = next(case_id for case_id, case in EXPECTED.items() if case["state"] == "cancelling")
    replaced = "REPLACE(CAST(snapshot AS text), :own, :other)"
    if untouched.dialect.name == "postgresql":
        replaced = f"CAST({replaced} AS json)"
    with untouched.begin() as conn:  # both are about one order
        own, order = (
            conn.scalar(text("SELECT order_ref FROM cancellation_case WHERE case_id = :case_id"), {"case_id": case_id})
            for case_id in (done, open_case)
        )
        conn.execute(
            text(f"UPDATE cancellation_case SET order_ref = :order, snapshot = {replaced} WHERE case_id = :case_id"),
            {"order": order, "case_id": done, "own": f'"order":"{own}"', "other": f'"order":"{order}"'},
        )
    upgraded(untouched)
    with untouched.begin() as conn:
        case = store.load(conn, open_case)
        answer: dict[str, Any] = {"event_id": "answer", "by": Actor.LENDER}
        with pytest.raises(store.AlreadyDone) as refused:
            store.handle(conn, open_case, Event.COMPLETE_CANCELLATION, {"quote": case.facts.quote}, **answer)
        assert (refused.value.order, refused.value.case_id, refused.value.done) == (order, done, Goal.PLAN)
        ended = store.handle(conn, open_case, Event.REPORT_PLAN_ENDED, {"reason": "done before"}, **answer)
        assert ended.case.is_done
        assert store.verify(conn, open_case) == ()
        with pytest.raises(store.AlreadyDone):
            store.open(conn, goal=Goal.PLAN, account="a", order=str(order))


def test_upgraded_tables_are_as_new_ones(up_to_date: Engine) -> None:
    found = inspect(up_to_date)
    for table in (tables.cases, tables.steps, tables.refusals):
        assert {column["name"] for column in found.get_columns(table.name)} == set(table.c.keys())
        assert set(found.get_pk_constraint(table.name)["constrained_columns"]) == set(table.primary_key.columns.keys())
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        unique = {constraint["name"] for constraint in found.get_unique_constraints(table.name)}
        assert indexes | unique >= {index.name for index in table.indexes}
    assert {constraint["name"] for constraint in found.get_unique_constraints("cancellation_step")} == {
        "cancellation_step_of_sender"
    }


def test_a_program_is_told_that_the_tables_are_of_an_earlier_release(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    shutil.copy(FILES / "cases.sqlite", path)
    url = f"sqlite:///{path}"
    with (
        pytest.raises(store.DatabaseUnusable, match=r"store\.upgrade"),
        store.database(url) as engine,
        store.reading(engine) as conn,
    ):
        store.load_with_history(conn, "case-000")
    with store.database(url, create=True) as engine, store.reading(engine) as conn:
        assert store.count(conn) == len(EXPECTED)


def test_a_spoilt_row_of_model_1_stops_no_list(untouched: Engine) -> None:
    with untouched.begin() as conn:
        open_cases = [case_id for case_id, case in EXPECTED.items() if State(case["state"]) not in ENDS]
        conn.execute(
            text("UPDATE cancellation_case SET snapshot = :text WHERE case_id = :case_id"),
            {"text": '{"format":"installment-cancellation/1","model_version":1}', "case_id": open_cases[0]},
        )
    upgraded(untouched)
    assert min(MIGRATIONS) < MODEL_VERSION
    with untouched.begin() as conn:
        assert len(store.find(conn, 1000)) == len(EXPECTED)
        listed = {case.case_id for actor in Actor for case in store.awaiting(conn, actor, 1000)}
        assert listed == set(open_cases[1:])
        assert [finding.where for finding in store.verify(conn, open_cases[0])] == ["snapshot"]
        conn.execute(update(tables.cases).where(tables.cases.c.case_id == open_cases[1]).values(snapshot="[]"))
        assert len(store.overdue(conn, LATER, 1000)) == len(
            [case_id for case_id in open_cases[2:] if EXPECTED[case_id]["due_at"] is not None]
        )


def test_a_case_of_model_1_that_a_migration_moved_verifies_after_it_was_imported(tmp_path: Path) -> None:
    whole = Path(__file__).parents[1] / "snapshot" / "model_1" / "whole.jsonl"
    cases = [Case.from_json(line) for line in whole.read_text(encoding="utf-8").splitlines()]
    moved = [case for case in cases if case.history and case.state is not case.history[-1].target]
    assert moved
    for number, case in enumerate(moved):
        engine = store.sqlite_engine(tmp_path / f"{number}.db")
        store.metadata.create_all(engine)
        with engine.begin() as conn:
            store.import_case(conn, case)
            assert store.verify(conn, case.case_id) == ()
        engine.dispose()
