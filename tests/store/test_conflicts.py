"""A conflict says what it found, and one that has undone the transaction can't be committed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.orm import Session

from process import Event, store
from process.store import statements, tables
from tests.support.storing import LEDGER, START, Database, agree, call, opened
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]


def test_a_conflict_says_at_which_version_the_case_stands(engine: Engine) -> None:
    opened(engine, "case")
    with engine.begin() as conn, pytest.raises(store.Conflict) as lost:
        store.handle(conn, "case", Event.ABANDON, event_id="1", version=5)
    assert (lost.value.version, lost.value.found) == (5, 0)
    assert "is at version 0, not 5" in lost.value.text("en")
    assert "处于版本 0，而非 5" in lost.value.text("zh")


@pytest.mark.parametrize(
    ("name", "level", "found"),
    [
        ("postgresql", "READ COMMITTED", 2),
        ("postgresql", "REPEATABLE READ", None),  # an error of the database, which says no version
        ("mariadb", "READ COMMITTED", 2),
        ("mariadb", "REPEATABLE READ", 2),
    ],
)
def test_the_conflict_of_a_lost_race_says_at_which_version_the_case_stands_by_now(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, name: str, level: str, found: int | None
) -> None:
    database: Database = request.getfixturevalue(name)
    engine = database._replace(isolation=level).engine()
    opened(engine, "case")
    read = statements.load

    def read_before_others_write(conn: Any, *args: Any) -> Any:
        row = read(conn, *args)
        monkeypatch.setattr(statements, "load", read)
        for index in range(2):
            event, keywords = call(index, "case")
            store.deliver(engine, "case", event, **keywords)
        return row

    monkeypatch.setattr(statements, "load", read_before_others_write)
    with engine.begin() as conn:
        conn.execute(LEDGER.insert(), {"case_id": "host", "version": 0})
        with pytest.raises(store.Conflict) as lost:
            store.handle(conn, "case", Event.ABANDON, event_id="mine")
        assert (lost.value.version, lost.value.found, lost.value.aborted) == (0, found, False)
    with engine.begin() as conn:
        assert conn.scalar(select(LEDGER.c.case_id)) == "host"
    agree(engine, 1)


# ------------------------------------------------------------------------------------------------- an aborted transaction


def by_hand(engine: Engine, work: Callable[[Any], None]) -> None:
    with engine.connect() as conn:
        begun = conn.begin()
        work(conn)
        begun.commit()


def as_you_go(engine: Engine, work: Callable[[Any], None]) -> None:
    with engine.connect() as conn:
        work(conn)
        conn.commit()


def in_a_block(engine: Engine, work: Callable[[Any], None]) -> None:
    with engine.begin() as conn:
        work(conn)


def in_a_session(engine: Engine, work: Callable[[Any], None]) -> None:
    with Session(engine) as session, session.begin():
        work(session.connection())


WAYS = (by_hand, as_you_go, in_a_block, in_a_session)


def check_commit_is_refused(engine: Engine) -> None:
    for way in WAYS:
        opened(engine, "case")
        with pytest.raises((store.Conflict, PendingRollbackError)):
            way(engine, lambda conn: abort(conn, engine))
        with engine.begin() as conn:
            assert conn.execute(select(LEDGER)).all() == []
            conn.execute(tables.cases.delete())


def abort(conn: Any, engine: Engine) -> None:
    """Write a row, then lose the transaction to another one that holds the case."""
    conn.execute(LEDGER.insert(), {"case_id": "host", "version": 0})
    conn.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
    with engine.connect() as other, other.begin() as begun:
        store.handle(other, "case", Event.ABANDON, event_id="other", at=START)
        with pytest.raises(store.Conflict) as lost:
            store.handle(conn, "case", Event.ABANDON, event_id="mine", at=START)
        begun.rollback()
    assert lost.value.aborted


def test_a_conflict_that_undid_the_transaction_is_not_committed_over_in_any_way(postgresql: Database) -> None:
    check_commit_is_refused(postgresql.engine())


def test_a_store_that_lets_a_host_commit_then_is_found_out(postgresql: Database) -> None:
    with pytest.raises(AssertionError, match="DID NOT RAISE"):
        in_parallel(check_commit_is_refused, postgresql._replace(broken="commit_after_abort"), [()])


def test_a_savepoint_around_it_saves_the_rest(postgresql: Database) -> None:
    engine = postgresql.engine()
    opened(engine, "case")
    with engine.begin() as conn:
        conn.execute(LEDGER.insert(), {"case_id": "kept", "version": 0})
        with conn.begin_nested() as inner:
            abort(conn, engine)
            inner.rollback()
    with engine.begin() as conn:
        assert conn.execute(select(LEDGER)).all() == [("kept", 0)]
    agree(engine, 1)


def test_the_connection_can_be_used_again_after_a_rollback(postgresql: Database) -> None:
    engine = postgresql.engine()
    opened(engine, "case")
    with engine.connect() as conn:
        begun = conn.begin()
        abort(conn, engine)
        begun.rollback()
        with conn.begin():
            assert store.handle(conn, "case", Event.ABANDON, event_id="mine").case.is_done
    agree(engine, 1)
