"""Waits end with the time-out as a whole; readers wait for nobody; what would wait for itself is refused at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from threading import Timer
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from process import Actor, Event, Goal, store
from process.store.engines import call_when_waiting
from tests.support.storing import START, Database, agree, call, opened

pytest_plugins = ["tests.support.store_fixtures"]

SHORT = timedelta(milliseconds=60)


@contextmanager
def another_writer(database: Database) -> Iterator[Any]:
    """A transaction of somebody else's that has the case in hand, as a database browser with unsaved edits."""
    with database.engine().connect() as conn, conn.begin() as begun:
        conn.execute(text("UPDATE cancellation_case SET account = account"))
        yield conn
        begun.rollback()


def beginnings(engine: Engine) -> list[None]:
    begun: list[None] = []
    event.listen(engine, "checkout", lambda *_: begun.append(None))
    return begun


def test_a_writer_waits_once_for_a_lock_that_is_not_given(database: Database) -> None:
    opened(database.engine(), "case")
    attempts: list[Callable[[Engine], object]] = [
        lambda engine: store.deliver(engine, "case", Event.ABANDON, event_id="1"),
        lambda engine: store.transact(engine, lambda conn: store.handle(conn, "case", Event.ABANDON, event_id="2")),
    ]

    def check_once(attempt: Callable[[Engine], object]) -> None:
        engine = store.create_engine(database.url, busy_timeout=SHORT)
        begun = beginnings(engine)
        with pytest.raises(store.Conflict) as late:
            attempt(engine)
        engine.dispose()
        assert late.value.timed_out
        assert "locked" in late.value.text("en")
        assert len(begun) == 1, "waited more than once"

    with another_writer(database), ThreadPoolExecutor(len(attempts)) as threads:  # MariaDB waits for a second at least
        list(threads.map(check_once, attempts))
    assert store.deliver(database.engine(), "case", Event.ABANDON, event_id="1").case.is_done


def test_a_wait_is_announced(database: Database) -> None:
    opened(database.engine(), "case")
    told = Signal()
    engine = store.create_engine(database.url)
    call_when_waiting(engine, told.set, after=9)
    with engine.begin() as conn:
        store.load(conn, "case")
    for timer in [thread for thread in enumerate_threads() if isinstance(thread, Timer)]:
        timer.join()  # at once, as it was cancelled
    assert not told.is_set()
    engine.dispose()
    engine = store.create_engine(database.url, busy_timeout=timedelta(milliseconds=500))
    call_when_waiting(engine, told.set, after=0.1)
    with another_writer(database), pytest.raises(store.Conflict):
        store.deliver(engine, "case", Event.ABANDON, event_id="1")
    assert told.is_set()
    engine.dispose()


def test_readers_of_sqlite_neither_wait_for_a_writer_nor_keep_one_waiting(sqlite: Database) -> None:
    opened(sqlite.engine(), "case", steps=2)
    engine = store.create_engine(sqlite.url, busy_timeout=timedelta(0))
    with another_writer(sqlite), store.reading(engine) as conn:
        assert store.load(conn, "case").version == 2
        assert [found.case_id for found in store.find(conn)] == ["case"]
        assert (len(store.awaiting(conn, Actor.CUSTOMER)), len(store.history(conn, "case"))) == (1, 2)
        assert store.verify(conn, "case") == ()
    with store.reading(engine) as conn:
        assert store.load(conn, "case").version == 2
        assert store.deliver(sqlite.engine(), "case", Event.ABANDON, event_id="gone").case.is_done
        assert store.load(conn, "case").version == 2  # as of one moment
    engine.dispose()


def test_what_writes_is_refused_in_a_transaction_that_only_reads(engine: Engine) -> None:
    opened(engine, "case")
    with store.reading(engine) as conn:
        for write in (
            lambda: store.handle(conn, "case", Event.ABANDON, event_id="1"),
            lambda: store.open(conn, goal=Goal.PLAN, account="acct", order="new"),
            lambda: store.time_out_overdue(conn, START + timedelta(days=9)),
            lambda: store.purge(conn, ended_before=START),
        ):
            with pytest.raises(store.ReadOnly):
                write()
    agree(engine, 1)


def test_a_prepared_sqlite_engine_stays_prepared_after_a_use_with_autocommit(sqlite: Database) -> None:
    engine = sqlite.engine()
    opened(engine, "case")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM"))
        with pytest.raises(store.NoTransaction):
            store.load(conn, "case")
    with engine.begin() as conn:
        assert store.handle(conn, "case", Event.ABANDON, event_id="1").case.is_done
    agree(engine, 1)


def test_a_delivery_inside_another_one_is_refused_at_once(database: Database) -> None:
    opened(database.engine(), "case")
    engine = store.create_engine(database.url, busy_timeout=SHORT)
    others = (engine, engine.execution_options(compiled_cache=None), store.create_engine(database.url))
    for other in others:
        for inner in (
            lambda other=other: store.deliver(other, "case", Event.OPEN_ORDERS, event_id="2"),
            lambda other=other: store.transact(other, lambda _conn: None),
        ):
            event_, keywords = call(0, "case")
            with pytest.raises(store.NestedDelivery, match="handle"):
                store.deliver(engine, "case", event_, **keywords, then=lambda _conn, _handled, inner=inner: inner())
            with pytest.raises(store.NestedDelivery):
                store.transact(engine, lambda _conn, inner=inner: inner())
    with engine.begin() as conn:
        assert store.load(conn, "case").version == 0
    event_, keywords = call(0, "case")
    following: dict[str, Any] = {"event_id": "2"}
    store.deliver(
        engine, "case", event_, **keywords, then=lambda conn, _: store.handle(conn, "case", Event.OPEN_ORDERS, **following)
    )
    agree(engine, 1)
    for other in others:
        other.dispose()


def test_two_databases_can_be_written_one_inside_the_other(tmp_path: Path) -> None:
    first, second = (store.sqlite_engine(tmp_path / name) for name in ("a.sqlite", "b.sqlite"))
    for engine in (first, second):
        store.metadata.create_all(engine)
        opened(engine, "case")
    store.deliver(
        first,
        "case",
        Event.ABANDON,
        event_id="1",
        then=lambda *_: store.deliver(second, "case", Event.ABANDON, event_id="1"),
    )
    for engine in (first, second):
        agree(engine, 1)
        engine.dispose()


def test_an_sqlite_engine_that_was_not_prepared_is_refused(sqlite: Database) -> None:
    opened(sqlite.engine(), "case")
    own = create_engine(sqlite.url)
    with own.begin() as conn:
        with pytest.raises(store.DatabaseUnusable, match="prepare_sqlite"):
            store.load(conn, "case")
        with pytest.raises(store.DatabaseUnusable), conn.begin_nested():
            store.handle(conn, "case", Event.ABANDON, event_id="1")
    own.dispose()
    store.prepare_sqlite(own)
    with own.begin() as conn:
        with conn.begin_nested() as inner:
            store.handle(conn, "case", Event.ABANDON, event_id="1")
            inner.rollback()
        assert store.load(conn, "case").version == 0
    own.dispose()
