"""Shared by the tests of the store: databases, processes that work on one of them at once, and cases to work on.

By default the counts are small; ``--thorough`` runs each test with the full count as well (``tests.support.thorough``).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from threading import Thread
from traceback import format_exc
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Column, Engine, Integer, String, Table, event

from process import Event, Goal, store
from process.model import MODEL_VERSION
from process.snapshot.migrations import MIGRATIONS, Migration
from tests.support import broken_stores

WORKERS = 8
TIME_LIMIT = 3600
"""Seconds after which a process that says nothing has failed."""
START = datetime(2026, 11, 22, 9, tzinfo=UTC)

LEDGER = Table(
    "host_ledger",
    store.metadata,  # so that one call makes all tables
    Column("case_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
)
"""A table of the host's own: a row for each step that it heard of."""


class Database(NamedTuple):
    """Where a test's cases are; it can be sent to another process."""

    url: str
    isolation: str | None = None
    broken: str | None = None
    """The way in which the store is broken on purpose, one of ``broken_stores.WAYS``."""
    durable: bool = False
    """True if commits to SQLite outlast a power cut, as a host's do; tests go without, benchmarks don't."""

    def engine(self) -> Engine:
        engine = store.create_engine(
            self.url, busy_timeout=timedelta(seconds=TIME_LIMIT)
        )  # as long as a busy machine takes
        if self.is_sqlite and not self.durable:
            event.listen(engine, "connect", _keep_in_memory)
        ENGINES.append(engine)
        return engine if self.isolation is None else engine.execution_options(isolation_level=self.isolation)

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgresql")

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")


def _keep_in_memory(connection: Any, _record: object) -> None:
    """Leave out what makes up most of the time of a small transaction."""
    connection.execute("PRAGMA synchronous=OFF")


ENGINES: list[Engine] = []
"""Engines that the test has opened, to be closed after it."""

ISOLATIONS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


def made(url: str, isolation: str | None = None) -> Database:
    """A database with the tables."""
    database = Database(url, isolation)
    engine = database.engine()
    store.metadata.create_all(engine)
    engine.dispose()
    return database


def emptied(url: str) -> Database:
    """A database with the tables and nothing in them. To empty tables is faster than to make them anew."""
    database = made(url)
    engine = database.engine()
    with engine.begin() as conn:
        for table in reversed(store.metadata.sorted_tables):
            conn.execute(table.delete())
    engine.dispose()
    return database


# ----------------------------------------------------------------------------------------------------------- processes

_CONTEXT = multiprocessing.get_context("forkserver")
# What the processes import is imported once; the folder of the tests is not known yet where that is done.
_CONTEXT.set_forkserver_preload(
    [
        "process.store",
        "psycopg",
        "pymysql",
        "pytest",
        "sqlalchemy.dialects.mysql.pymysql",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.ext.asyncio",
        "sqlalchemy.orm",
    ]
)

Work = Callable[..., Any]


def spawn(work: Work, database: Database, *args: Any, together: Any = None) -> tuple[Any, Pipe]:
    """A process that calls *work* with an engine of its own, *together* with others, and sends back what it gives."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_called, args=(theirs, work, database, args, together), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def in_parallel(work: Work, database: Database, arguments: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the results of *work* in one process for each of the arguments, all at once.

    AssertionError as soon as one of them fails, or says nothing for too long; the others, which may wait for it, are ended.
    """
    together = _CONTEXT.Barrier(len(arguments))
    started = [spawn(work, database, *args, together=together) for args in arguments]
    results: dict[int, Any] = {}
    try:
        while len(results) < len(started):
            talking = wait([pipe for place, (_, pipe) in enumerate(started) if place not in results], TIME_LIMIT)
            assert talking, f"nothing said for {TIME_LIMIT} seconds"
            for place, (_, pipe) in enumerate(started):
                if pipe in talking:
                    done, results[place] = pipe.recv()
                    assert done, results[place]
    finally:
        for process, pipe in started:
            process.kill()
            process.join()
            pipe.close()
    return [results[place] for place in range(len(started))]


def _called(pipe: Pipe, work: Work, database: Database, args: Sequence[Any], together: Any) -> None:
    Thread(target=_end_with_the_tests, daemon=True).start()
    broken_stores.break_it(database.broken)
    engine = database.engine()
    try:
        if together is not None:
            with engine.connect():  # so that nobody has to when all begin
                together.wait(TIME_LIMIT)
        pipe.send((True, work(engine, *args)))
    except BaseException:
        pipe.send((False, format_exc()))
    engine.dispose()


def _end_with_the_tests() -> None:
    """A worker that tries again for as long as its database is gone would never end by itself."""
    tests = multiprocessing.parent_process()
    if tests is not None:
        tests.join()
        os._exit(1)


# --------------------------------------------------------------------------------------------------------------- models


def next_model(monkeypatch: pytest.MonkeyPatch, migration: Migration) -> None:
    """Make the program one of the model version after today's, to which *migration* leads."""
    monkeypatch.setitem(MIGRATIONS, MODEL_VERSION, migration)
    for name, module in list(sys.modules.items()):
        if name.startswith("process.") and hasattr(module, "MODEL_VERSION"):
            monkeypatch.setattr(module, "MODEL_VERSION", MODEL_VERSION + 1)


# --------------------------------------------------------------------------------------------------------------- cases

PATH: tuple[tuple[Event, Mapping[str, Any]], ...] = (
    (Event.SIGN_IN, {"account": "acct", "channel": "app"}),
    (Event.OPEN_ORDERS, {}),
    (Event.OPEN_ORDER, {"order": ...}),
    (Event.FIND_OPTION, {"option": "details"}),
    (Event.CHOOSE_CANCELLATION, {}),
    (Event.QUOTE_CONSEQUENCES, {"quote": "Q1", "fee": 1200, "currency": "CNY"}),
    (Event.CONFIRM_CANCELLATION, {"by": "customer", "quote": "Q1"}),
    (Event.REQUIRE_VERIFICATION, {}),
    (Event.START_FACE_VERIFICATION, {"consent": "consent-1"}),
    (Event.PASS_VERIFICATION, {"attempt": 1}),
    (Event.COMPLETE_CANCELLATION, {"by": "lender", "quote": "Q1"}),
)
"""The way of a plan that is cancelled after a face verification; each step's event id is its number."""


SHORT_PATH: tuple[tuple[Event, Mapping[str, Any]], ...] = (
    *PATH[:2],
    (Event.REPORT_ORDER_MISSING, {}),
    (Event.CONTACT_SUPPORT, {"channel": "hotline"}),
    (Event.REFUSE, {"reason": "the order is another shop's"}),
)
"""The way of a case that support refuses."""


def call(
    index: int, case_id: str, path: tuple[tuple[Event, Mapping[str, Any]], ...] = PATH
) -> tuple[Event, dict[str, Any]]:
    """Event and keywords for ``handle`` of the path's step *index*, from 0."""
    event, data = path[index]
    filled = {name: f"order-{case_id}" if value is ... else value for name, value in data.items()}
    by = filled.pop("by", None)
    return event, {"data": filled, "event_id": str(index), "by": by, "at": START + timedelta(minutes=index)}


def opened(engine: Engine, case_id: str, steps: int = 0, **options: Any) -> None:
    """A stored case that has gone the first *steps* of the path."""
    with engine.begin() as conn:
        given = {"goal": Goal.PLAN, "account": "acct", "order": f"order-{case_id}", "at": START, **options}
        store.open(conn, case_id=case_id, **given)
        for index in range(steps):
            event, keywords = call(index, case_id)
            store.handle(conn, case_id, event, **keywords)


def agree(engine: Engine, expected_cases: int | None = None) -> None:
    """Every stored case agrees with its history."""
    with engine.begin() as conn:
        found = store.find(conn, limit=100_000)
        assert expected_cases is None or len(found) == expected_cases
        for summary in found:
            found_wrong = store.verify(conn, summary.case_id)
            assert found_wrong == (), f"{summary.case_id} does not agree with its history: {found_wrong}"
