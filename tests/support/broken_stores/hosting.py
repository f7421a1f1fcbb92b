"""Broken ways to wait, to list, to keep times and texts, and to serve Django and async hosts."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import UTC
from typing import Any

from sqlalchemy import Connection

from process import Case, store
from process.store import case_lists, delivery, host_transaction, statements, tables


def _everywhere(name: str, value: Any) -> None:
    """Put *value* in the place of a function, in each module of the store that has imported it."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("process.store") and hasattr(module, name):
            setattr(module, name, value)


def let_deliveries_nest() -> None:
    """Let a delivery inside another one wait for its own caller."""
    _everywhere("not_nested", lambda _engine: nullcontext())


def trust_any_sqlite() -> None:
    """Take any SQLite engine, also one whose savepoints commit."""
    careful = host_transaction.demand_transaction

    def demand_transaction(conn: Connection) -> None:
        with suppress(store.DatabaseUnusable):
            careful(conn)

    _everywhere("demand_transaction", demand_transaction)


def wait_again() -> None:
    """Try again after a wait that lasted as long as one may."""
    careful = delivery.Retries.pause_after

    def pause_after(retries: delivery.Retries, conflict: store.Conflict) -> float:
        conflict.timed_out, retries._left = False, min(retries._left, 3)
        return careful(retries, conflict)

    delivery.Retries.pause_after = pause_after  # type: ignore[method-assign]  # on purpose


def read_as_a_writer() -> None:
    """Take the right to write also for a transaction that only reads."""
    _everywhere("reading", lambda engine: engine.begin())


def page_by_time_alone() -> None:
    """Go on after a due time, whichever cases had the same one."""

    def _by_due_time(wanted: Any, limit: int, undated: bool, after: Any, _due: Any = None) -> Any:
        due_at, case_id = tables.cases.c.due_at, tables.cases.c.case_id
        wanted = wanted.where(due_at.is_(None) if undated else due_at.is_not(None))
        if after is not None:
            wanted = wanted.where(case_id > after[1] if undated else due_at > after[0])
        return wanted.order_by(due_at, case_id).limit(limit)

    statements._by_due_time = _by_due_time


def one_page_alone() -> None:
    """Let cases that can't be read keep their places in a list."""

    def list_readable(conn: Connection, limit: int, model: int, *, after: Case | None = None, **wanted: Any) -> list[Case]:
        place = None if after is None else (after.due_at, after.case_id)
        page = conn.execute(statements.waiting(limit, model, after=place, **wanted)).all()
        return list(case_lists._readable(page))

    _everywhere("list_readable", list_readable)


def times_as_given() -> None:
    """Store times as they are, also where a time zone of another program's can't show them."""
    _everywhere("stored_time", lambda moment: moment.astimezone(UTC))


def ids_as_given() -> None:
    """Trust MySQL to tell texts apart that differ by spaces at their ends."""
    _everywhere("is_mysql", lambda _conn: False)


def leave_mysql_unprepared() -> None:
    """Let SQLAlchemy believe in a transaction that MySQL has ended."""
    _everywhere("prepare_mysql", lambda _engine: None)


def end_what_was_lent() -> None:
    """Commit with the block that borrowed Django's connection."""
    from process.store import django

    django._Lent.do_commit = lambda _dialect, connection: connection.commit()  # type: ignore[method-assign]  # on purpose


def forget_what_django_lost() -> None:
    """Don't tell Django that the database has given its transaction up."""
    from process.store import django

    @contextmanager
    def borrowed(using: str = "default") -> Iterator[Connection]:
        lender = django.connections[using]
        if not lender.in_atomic_block:
            raise store.NoTransaction
        with django._lending_engine(using, django._drivername(lender)).connect() as conn, conn.begin():
            yield conn

    django.borrowed = borrowed


def retry_nothing_async() -> None:
    """Let an async caller see each conflict."""

    def pause_after(_retries: delivery.Retries, conflict: store.Conflict) -> float:
        raise conflict

    delivery.Retries.pause_after = pause_after  # type: ignore[method-assign]  # on purpose


def commit_what_was_cancelled() -> None:
    """Commit an async transaction though its task was cancelled."""
    from process.store import aio

    @asynccontextmanager
    async def _transaction(host: Any) -> AsyncIterator[Any]:
        async with host.connect() as conn:
            begun = await conn.begin()
            try:
                yield conn
            except Exception:
                await begun.rollback()
                raise
            finally:
                await conn.commit()

    aio._transaction = _transaction
