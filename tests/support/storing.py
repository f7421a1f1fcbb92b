"""Shared by the tests of the store: databases, and cases to work on.

By default the counts are small; ``--thorough`` runs each test with the full count as well (``tests.support.thorough``).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Column, Dialect, Engine, Integer, String, Table, event
from sqlalchemy.exc import DBAPIError

from process import Event, Goal, store
from process.model import MODEL_VERSION
from process.snapshot.migrations import MIGRATIONS, Migration
from tests.support.worker_processes import TIME_LIMIT

WORKERS = 8
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
        """An engine of its own: listeners and options are not those of others, but statements are compiled once for all."""
        engine = _engine(self.url, self.durable)
        ENGINES.append(engine)
        return engine.execution_options(**({} if self.isolation is None else {"isolation_level": self.isolation}))

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgresql")

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")


@cache
def _engine(url: str, durable: bool) -> Engine:
    engine = store.create_engine(url, busy_timeout=timedelta(seconds=TIME_LIMIT))  # as long as a busy machine takes
    if engine.dialect.name == "sqlite" and not durable:
        event.listen(engine, "connect", _keep_in_memory)
    return engine


def _keep_in_memory(connection: Any, _record: object) -> None:
    """Leave out what makes up most of the time of a small transaction."""
    connection.execute("PRAGMA synchronous=OFF")


@event.listens_for(Engine, "do_connect")
def _without_tls(dialect: Dialect, _record: object, _args: object, keywords: dict[str, Any]) -> None:
    """On its socket it is not used, and PyMySQL would read all of the machine's certificates for each connection."""
    if dialect.driver == "pymysql":
        keywords["ssl_disabled"] = True


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
    database = Database(url)
    engine = database.engine()
    try:
        _empty(engine)
    except DBAPIError:  # a test has dropped some
        store.metadata.create_all(engine)
        _empty(engine)
    return database


def _empty(engine: Engine) -> None:
    with engine.begin() as conn:
        for table in reversed(store.metadata.sorted_tables):
            conn.execute(table.delete())


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
