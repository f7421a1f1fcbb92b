"""Databases as hosts set them up: engines, sessions, schemas, and transactions that only read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from process import Case, Event, Goal, State, store
from tests.support.storing import LEDGER, PATH, START, Database, agree, call, opened

pytest_plugins = ["tests.support.store_fixtures"]

LATER = START + timedelta(days=9)
ANOTHER: dict[str, Any] = {"account": "another", "channel": "app"}
"""Of a sign-in that is refused for good."""


def test_sqlite_waits_for_its_turn_and_keeps_what_is_committed(tmp_path: Path) -> None:
    engine = store.sqlite_engine(tmp_path / "cases.sqlite", busy_timeout=timedelta(seconds=7))
    with engine.begin() as conn:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        assert [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names] == ["wal", 2, 7000, 1]
        other = store.sqlite_engine(tmp_path / "cases.sqlite", busy_timeout=timedelta(milliseconds=1))
        with pytest.raises(Exception, match="database is locked"), other.begin():
            raise AssertionError("a second writer has begun")
    engine.dispose()
    other.dispose()


@pytest.mark.parametrize("at", [datetime.min, datetime.min + timedelta(days=1), datetime.max, datetime(2026, 1, 1)])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_times_at_the_ends_of_the_calendar_are_kept_verified_and_known_again(
    engine: Engine, at: datetime, hours: int
) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    opened(engine, "case", at=moment)
    event, keywords = call(0, "case")
    elsewhere = Case(goal=Goal.PLAN, account="acct", order="elsewhere", case_id="elsewhere", at=moment)
    elsewhere.sign_in(account="acct", channel="app", at=moment)
    with engine.begin() as conn:
        for _ in range(2):
            assert store.handle(conn, "case", event, **{**keywords, "at": moment}).case.version == 1
            assert store.import_case(conn, elsewhere).version == 1
        before_it_was_opened = {"event_id": "2", "at": START - timedelta(days=99)}
        store.handle(conn, "case", Event.OPEN_ORDERS, None, **before_it_was_opened)
        store.time_out_overdue(conn, datetime.max.replace(tzinfo=UTC))
        assert store.count(conn, ended=True) == len([case for case in store.find(conn) if case.due_at is None])
    agree(engine, 2)


def test_the_path_of_these_tests_cancels_the_plan(engine: Engine) -> None:
    opened(engine, "case", steps=len(PATH))
    with engine.begin() as conn:
        assert store.load(conn, "case").state is State.PLAN_CANCELLED


# ------------------------------------------------------------------------------------------------------- a host's set-up


@pytest.mark.parametrize(
    "write",
    [
        lambda conn: store.handle(conn, "case", Event.ABANDON, event_id="1"),
        lambda conn: store.handle(conn, "case", Event.SIGN_IN, ANOTHER, event_id="1"),
        lambda conn: store.open(conn, goal=Goal.PLAN, account="acct", order="new"),
        lambda conn: store.time_out_overdue(conn, LATER),
    ],
)
def test_a_transaction_that_may_only_read_reads_and_says_so_where_it_should_write(
    engine: Engine, write: Callable[[Any], object]
) -> None:
    opened(engine, "case")
    only_read = {"postgresql": "SET TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only=ON"}
    with engine.connect() as conn:
        begun = conn.begin()
        conn.exec_driver_sql(only_read.get(engine.dialect.name, "SET SESSION TRANSACTION READ ONLY"))
        assert store.load(conn, "case").version == len(store.overdue(conn, START)) == 0
        with pytest.raises(store.ReadOnly):
            write(conn)
        begun.rollback()
        conn.invalidate()  # the setting would stay


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "SERIALIZABLE"])
def test_a_lock_that_is_not_given_in_time_is_a_conflict(postgresql: Database, isolation: str) -> None:
    opened(postgresql.engine(), "case")
    with postgresql.engine().connect() as first, postgresql._replace(isolation=isolation).engine().connect() as second:
        begun = first.begin(), second.begin()
        store.handle(first, "case", Event.ABANDON, event_id="1")
        second.execute(text("SET LOCAL lock_timeout = '10ms'"))
        with pytest.raises(store.Conflict) as lost:
            store.handle(second, "case", Event.ABANDON, event_id="2")
        assert lost.value.aborted == (isolation == "READ COMMITTED")
        for one in begun:
            one.rollback()


def write_what_the_other_reads(engine: Engine, other: Any) -> None:
    begun = other.begin()
    with store.raising_conflict(), Session(engine) as session, session.begin():
        for one, name in ((session, "a"), (other, "b")):
            assert len(one.execute(select(LEDGER)).all()) == 2
            one.execute(update(LEDGER).where(LEDGER.c.case_id == name).values(version=1))
        begun.commit()


def test_what_only_the_commit_tells_is_a_conflict_for_a_hosts_own_loop(postgresql: Database) -> None:
    serial = postgresql._replace(isolation="SERIALIZABLE").engine()
    with serial.begin() as conn:
        conn.execute(LEDGER.insert(), [{"case_id": name, "version": 0} for name in "ab"])
    with serial.connect() as other, pytest.raises(store.Conflict) as lost:
        write_what_the_other_reads(serial, other)
    assert (lost.value.case_id, lost.value.aborted) == (None, True)
    assert "None" not in lost.value.text("en") + lost.value.text("zh") + store.Conflict("c", None).text("zh")


def test_two_stores_stand_in_two_schemas_of_one_database(postgresql: Database) -> None:
    engine = postgresql.engine()
    for name in ("north", "south"):
        with engine.begin() as conn:
            conn.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            conn.execute(text(f"CREATE SCHEMA {name}"))
        own = engine.execution_options(schema_translate_map={None: name})
        store.metadata.create_all(own)
        opened(own, "case", steps=3)
        agree(own, 1)
    agree(engine, 0)


def test_a_session_or_an_engine_is_no_connection(engine: Engine) -> None:
    with Session(engine) as session:
        for given in (session, engine, None):
            with pytest.raises(TypeError, match=r"session\.connection\(\)"):
                store.load(given, "case")  # type: ignore[arg-type]  # on purpose


# -------------------------------------------------------------------------------------------------------------- addresses
