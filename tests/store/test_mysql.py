"""Peculiarities of MariaDB and MySQL: a deadlock ends the whole transaction, and a collation compares texts."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import Session

from process import Actor, Event, Goal, InvalidPayload, store
from process.store.host_transaction import ends_transaction
from tests.store.test_conflicts import WAYS
from tests.support.mariadb import MariaDB
from tests.support.storing import LEDGER, START, Database, agree, emptied, opened

pytest_plugins = ["tests.support.store_fixtures"]


def deadlock(conn: Connection, engine: Engine, mine: Callable[[], object]) -> None:
    """Lose a deadlock: the other transaction has written more, so that the server gives this one up."""
    conn.execute(LEDGER.insert(), {"case_id": "host", "version": 0})
    conn.execute(text("UPDATE cancellation_case SET account = 'x' WHERE case_id = 'a'"))
    with engine.connect() as other, other.begin() as begun, ThreadPoolExecutor(1) as thread:
        rows = [{"case_id": f"heavy-{number}", "version": 0} for number in range(200)]
        other.execute(LEDGER.insert(), rows)
        other.execute(text("UPDATE cancellation_case SET account = 'y' WHERE case_id = 'b'"))
        waiting = thread.submit(other.execute, text("UPDATE cancellation_case SET account = 'y' WHERE case_id = 'a'"))
        with engine.connect() as third:
            while not third.scalar(text("SELECT count(*) FROM information_schema.innodb_lock_waits")):
                time.sleep(0.15)  # the server looks anew ten times a second
        try:
            mine()
        finally:
            waiting.result()
            begun.rollback()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_deadlock_in_the_store_can_not_be_committed_over(mariadb: Database, way: Any) -> None:
    engine = create_engine(mariadb.url, isolation_level="READ COMMITTED")  # a host's own, and not prepared
    for name in "ab":
        opened(engine, name)

    def work(conn: Connection) -> None:
        def lose() -> None:
            with pytest.raises(store.Conflict) as lost:
                store.handle(conn, "b", Event.ABANDON, event_id="1")
            assert lost.value.aborted

        deadlock(conn, engine, lose)
        with pytest.raises(PendingRollbackError):
            conn.execute(LEDGER.insert(), {"case_id": "after", "version": 0})

    with pytest.raises(PendingRollbackError):
        way(engine, work)
    with engine.begin() as conn:
        assert conn.execute(select(LEDGER)).all() == []
    agree(engine, 2)
    engine.dispose()


def test_a_deadlock_in_a_hosts_own_statement_ends_the_transaction_for_sqlalchemy_too(mariadb: Database) -> None:
    engine = mariadb.engine()
    for name in "ab":
        opened(engine, name)
    with engine.connect() as conn:
        begun = conn.begin()

        def lose() -> None:
            with pytest.raises(DBAPIError, match="Deadlock"):
                conn.execute(text("UPDATE cancellation_case SET account = 'x' WHERE case_id = 'b'"))

        deadlock(conn, engine, lose)
        with pytest.raises(PendingRollbackError):
            conn.execute(LEDGER.insert(), {"case_id": "after", "version": 0})
        begun.rollback()
    with Session(engine) as session:
        assert session.execute(select(LEDGER)).all() == []


def test_a_conflict_comes_through_a_savepoint_that_is_gone(mariadb: Database) -> None:
    engine = mariadb.engine()
    for name in "ab":
        opened(engine, name)
    with engine.connect() as conn:
        begun = conn.begin()

        def lose() -> None:
            with pytest.raises(store.Conflict), conn.begin_nested():
                store.handle(conn, "b", Event.ABANDON, event_id="1")

        deadlock(conn, engine, lose)
        begun.rollback()


class WithNumberFirst(Exception):
    """As PyMySQL, mysqlclient, asyncmy and aiomysql raise it."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "as the server says it")


class WithNumberAsAttribute(Exception):
    """As MariaDB Connector/Python raises it."""

    def __init__(self, number: int) -> None:
        super().__init__("as the server says it")
        self.errno = number


@pytest.mark.parametrize("kind", [WithNumberFirst, WithNumberAsAttribute])
@pytest.mark.parametrize(
    ("number", "expected"),
    [(1213, "aborted"), (1020, "aborted"), (1205, "timed out"), (1792, "read only"), (1064, "other")],
)
def test_an_error_is_known_by_its_number_wherever_the_driver_has_it(
    kind: type[Exception], number: int, expected: str
) -> None:
    error = DBAPIError("UPDATE …", {}, kind(number))
    with (
        pytest.raises((store.Conflict, store.ReadOnly, DBAPIError)) as raised,
        store.raising_conflict("case", 1, aborted=False),
    ):
        raise error
    found = raised.value
    if isinstance(found, store.Conflict):
        assert (found.aborted, found.timed_out) == (True, expected == "timed out")
    told = {store.Conflict: ("aborted", "timed out"), store.ReadOnly: ("read only",), DBAPIError: ("other",)}
    assert expected in told[type(found)]
    assert ends_transaction(error.orig) == (expected == "aborted")  # type: ignore[arg-type]  # it is not None


def test_texts_that_look_alike_are_different_and_those_that_end_in_a_space_are_refused(mariadb: Database) -> None:
    engine = mariadb.engine()
    orders = ["order", "ORDER", "örder", "order-😀", "order-😁"]
    with engine.begin() as conn:
        for number, order in enumerate(orders):
            store.open(conn, goal=Goal.PLAN, account="acct", order=order, case_id=f"case-{number}", at=START)
        assert [store.find(conn, order=order)[0].case_id for order in orders] == [f"case-{n}" for n in range(5)]
        for ask in (
            lambda: store.open(conn, goal=Goal.PLAN, account="acct", order="order "),
            lambda: store.load(conn, "case-0 "),
            lambda: store.history(conn, "case-0 "),
            lambda: store.load_with_history(conn, "case-0 "),
            lambda: store.verify(conn, "case-0 "),
            lambda: store.refusals(conn, "case-0 "),
            lambda: store.handle(conn, "case-0 ", Event.ABANDON, event_id="1"),
            lambda: store.handle(conn, "case-0", Event.ABANDON, event_id="1 "),
            lambda: store.find(conn, order="order "),
            lambda: store.find(conn, state=("signed_out ",)),
            lambda: store.count(conn, account="acct "),
        ):
            with pytest.raises(InvalidPayload):
                ask()


@pytest.mark.parametrize("settings", ["SET SESSION sql_mode = ''", "SET NAMES latin1"])
def test_what_is_stored_is_whole_in_a_careless_session(mariadb: Database, settings: str) -> None:
    engine = mariadb.engine()
    opened(engine, "case")
    with engine.begin() as conn:
        if "latin1" not in settings:  # with which PyMySQL itself could not send the text
            conn.exec_driver_sql(settings)
        problem = {"problem": "取消失败😀" * 30}
        store.handle(conn, "case", Event.REPORT_PROBLEM, problem, event_id="1", by=Actor.CUSTOMER, at=START)
    with engine.begin() as conn:
        assert store.history(conn, "case")[0].data == problem
    agree(engine, 1)


@pytest.mark.thorough
def test_a_server_that_is_killed_loses_nothing_that_was_committed() -> None:
    server = MariaDB()
    try:
        database = emptied(server.new_database())
        engine = database.engine()
        for crash in range(4):
            opened(engine, f"case-{crash}", steps=11)
            server.stop()
            server.start()
            engine.dispose()
            agree(engine, crash + 1)
            with engine.begin() as conn:
                assert store.load(conn, f"case-{crash}").version == 11
                conn.execute(text("SELECT 1"))
    finally:
        server.remove()
