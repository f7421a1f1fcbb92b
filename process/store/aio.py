"""For async hosts: whole transactions with their retries, on SQLAlchemy's AsyncEngine or async_sessionmaker.

::

    from process.store import aio

    done = await aio.deliver(engine, "case-9", Event.SIGN_IN, {"account": "acct-1", "channel": "app"}, event_id="msg-1")
    case = await aio.transact(engine, lambda conn: store.load(conn, "case-9"))

The work is that of the sync functions, on the connection that ``run_sync`` lends. Of an SQLite engine prepare the
``sync_engine``: ``store.prepare_sqlite(engine.sync_engine)``; of a MySQL one likewise with ``prepare_mysql``. A cancelled
task has written all of its event or nothing; deliver the event again to know (on SQLite its wait for another writer ends
first, with the time-out). Give ``create_async_engine`` the isolation
level: one of ``execution_options`` is set at each checkout, where a cancelled task leaves a connection to be collected.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from process.case_arguments import read_once
from process.extras import needed_by
from process.kept_cases import Handled
from process.model import Actor, Event
from process.persistence_errors import Conflict
from process.store.delivery import TRIES, Outcome, Retries, deliver_once, not_nested, result_of
from process.store.host_transaction import raising_conflict
from process.store.statements import Connection, Engine

with needed_by("process.store.aio", "greenlet", extra="asyncio"):
    import greenlet as _greenlet  # type: ignore[import-untyped]  # noqa: F401  # without types; SQLAlchemy raises another error
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

Host = AsyncEngine | async_sessionmaker[AsyncSession]
Result = TypeVar("Result")


async def transact(host: Host, work: Callable[[Connection], Result], *, tries: int = TRIES) -> Result:
    """Run the sync *work* in a transaction of its own and commit; after a conflict, roll back and run it again.

    Raises:
        Conflict, NestedDelivery: as ``store.transact``.
        Exception: whatever *work* raises; then nothing of it was committed.
    """
    retries = Retries(tries)

    def once(conn: Connection) -> Result:
        retries.queue(conn)
        return work(conn)

    while True:
        try:
            with not_nested(_sync_engine(host)), raising_conflict():
                async with _transaction(host) as conn:
                    return await conn.run_sync(once)
        except Conflict as conflict:
            pause = retries.pause_after(conflict)
        await asyncio.sleep(pause)


def _sync_engine(host: Host) -> Engine:
    bind = host if isinstance(host, AsyncEngine) else host.kw["bind"]
    engine: Engine = bind.sync_engine
    return engine


@asynccontextmanager
async def _transaction(host: Host) -> AsyncIterator[AsyncConnection]:
    if isinstance(host, AsyncEngine):
        async with host.begin() as conn:
            yield conn
    else:
        async with host.begin() as session:
            yield await session.connection()


async def deliver(
    host: Host,
    case_id: str,
    event: Event,
    data: Mapping[str, Any] | None = None,
    *,
    event_id: str,
    by: Actor | None = None,
    who: str | None = None,
    at: datetime | None = None,
    version: int | None = None,
    then: Callable[[Connection, Handled], object] | None = None,
) -> Handled:
    """``store.deliver`` for an async host; *then* is a sync function of the connection, as there."""
    about: dict[str, Any] = {"event_id": event_id, "by": by, "who": who, "at": at, "version": version}
    payload: Any = read_once(data)  # once, however often the transaction is run again

    def work(conn: Connection) -> Outcome:
        return deliver_once(conn, case_id, event, payload, about, then)

    return result_of(await transact(host, work))
