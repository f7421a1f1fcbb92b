"""Async hosts: the same promises on every async driver, through an engine and through a sessionmaker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Connection, func, literal, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from process import Event, Goal, Refused, State, store
from process.store import aio
from tests.support.asynchronous import run as run_async
from tests.support.storing import ISOLATIONS, LEDGER, START, Database, agree, opened
from tests.support.thorough import counts

pytest_plugins = ["tests.support.store_fixtures"]

DRIVERS = {"sqlite": ["aiosqlite"], "postgresql": ["psycopg", "asyncpg"], "mariadb": ["asyncmy", "aiomysql"]}
QUOTE = {"quote": "Q1", "fee": 0, "currency": "CNY"}
DELIVERIES = 8


def settings() -> list[Any]:
    """Each driver at each isolation level; by default the others of a database run at one of them."""
    found = [pytest.param(("sqlite", "aiosqlite", None), id="aiosqlite")]
    for name in ("postgresql", "mariadb"):
        for number, driver in enumerate(DRIVERS[name]):
            for level in ISOLATIONS:
                seldom = level != ISOLATIONS[number]
                marks = [pytest.mark.thorough] if seldom else []
                found.append(pytest.param((name, driver, level), id=f"{driver} {level}", marks=marks))
    return found


@pytest.fixture(params=settings())
def setting(request: pytest.FixtureRequest) -> tuple[Database, str]:
    """A database, and the address of it for an async driver."""
    name, driver, level = request.param
    base: Database = request.getfixturevalue(name)
    url = make_url(base.url).set(drivername=f"{name}+{driver}")
    if driver == "asyncpg":
        url = url.set(query={"host": str(url.query["host"])})
    return base._replace(isolation=level), url.render_as_string(hide_password=False)


@asynccontextmanager
async def an_engine(database: Database, url: str, connections: int = DELIVERIES) -> AsyncIterator[AsyncEngine]:
    options = {} if database.isolation is None else {"isolation_level": database.isolation}
    engine = create_async_engine(url, pool_size=connections, max_overflow=0, **options)
    if database.is_sqlite:
        store.prepare_sqlite(engine.sync_engine)
    elif not database.is_postgres:
        store.prepare_mysql(engine.sync_engine)
    yield engine
    await engine.dispose()


def note(conn: Connection, handled: store.Handled) -> None:
    conn.execute(LEDGER.insert(), {"case_id": "case", "version": handled.step.version})


async def deliver_at_once(database: Database, url: str, rounds: int) -> list[list[bool]]:
    """For each round, which of the deliveries of one event were duplicates."""
    told = []
    async with an_engine(database, url) as engine:
        hosts = (engine, async_sessionmaker(engine))
        for round_ in range(rounds):
            about: dict[str, Any] = {"event_id": f"q{round_}", "then": note}
            data = {**QUOTE, "quote": f"Q{round_}"}
            deliveries = [
                aio.deliver(hosts[number % 2], "case", Event.QUOTE_CONSEQUENCES, data, **about)
                for number in range(DELIVERIES)
            ]
            told.append([done.is_duplicate for done in await asyncio.gather(*deliveries)])
    return told


@counts("rounds", 3, 20)
def test_of_8_concurrent_deliveries_one_is_new_and_the_others_are_duplicates(
    setting: tuple[Database, str], rounds: int
) -> None:
    database, url = setting
    opened(database.engine(), "case", steps=5)
    told = run_async(deliver_at_once(database, url, rounds))
    assert [sorted(one) for one in told] == [[False] + [True] * (DELIVERIES - 1)] * rounds
    engine = database.engine()
    with engine.begin() as conn:
        assert conn.scalar(select(func.count()).select_from(LEDGER)) == rounds
    agree(engine, 1)


def be_cancelled(conn: Connection, handled: store.Handled) -> None:
    """End as a task does that is cancelled after the event was written."""
    note(conn, handled)
    raise asyncio.CancelledError


async def what_a_host_does(database: Database, url: str) -> None:
    async with an_engine(database, url) as engine:
        given: dict[str, Any] = {"goal": Goal.PLAN, "account": "acct", "order": "order", "case_id": "case", "at": START}
        await aio.transact(engine, lambda conn: store.open(conn, **given))
        with pytest.raises(Refused):
            await aio.deliver(engine, "case", Event.SIGN_IN, {"account": "another", "channel": "app"}, event_id="1")
        with pytest.raises(store.NestedDelivery):
            await aio.deliver(
                engine,
                "case",
                Event.ABANDON,
                event_id="2",
                then=lambda conn, _: store.transact(conn.engine, lambda _conn: None),
            )
        async with engine.connect() as conn:
            with pytest.raises(store.NoTransaction):
                await conn.run_sync(lambda sync: store.load(sync, "case"))
        with pytest.raises(asyncio.CancelledError):
            await aio.deliver(engine, "case", Event.ABANDON, event_id="3", then=be_cancelled)
        assert (await aio.transact(engine, lambda conn: store.load(conn, "case"))).state is State.SIGNED_OUT


def test_refusals_are_kept_and_a_cancelled_task_leaves_nothing(setting: tuple[Database, str]) -> None:
    database, url = setting
    run_async(what_a_host_does(database, url))
    engine = database.engine()
    with engine.begin() as conn:
        (kept,) = store.refusals(conn, "case")
        assert kept.event_id == "1"
    agree(engine, 1)


# ---------------------------------------------------------------------------------------------------- cancelled for real


def a_quote(number: int) -> dict[str, Any]:
    return {"event_id": f"q{number}", "data": {**QUOTE, "quote": f"Q{number}"}, "then": note}


async def cancel_at_many_moments(database: Database, url: str, times: int) -> list[bool]:
    """Cancel deliveries later and later, each on the one connection of the pool, and deliver each again.

    Whether each had been committed nevertheless, as where the commit was under way.
    """
    told = []
    async with an_engine(database, url, connections=1) as engine:
        await aio.transact(engine, lambda conn: store.load(conn, "case"))  # SQLAlchemy leaks a half-made connection
        for number in range(times):
            task = asyncio.create_task(aio.deliver(engine, "case", Event.QUOTE_CONSEQUENCES, **a_quote(number)))
            await asyncio.sleep(number * LONGEST / times)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            again = await aio.deliver(engine, "case", Event.QUOTE_CONSEQUENCES, **a_quote(number))
            told.append(again.is_duplicate)
    return told


LONGEST = 0.03
"""Seconds after which the last task is cancelled; a delivery takes less."""


@counts("times", 12, 30)
def test_a_task_that_is_cancelled_at_any_moment_leaves_all_or_nothing_and_a_clean_connection(
    setting: tuple[Database, str], times: int
) -> None:
    database, url = setting
    engine = database.engine()
    opened(engine, "case", steps=5)
    told = run_async(cancel_at_many_moments(database, url, times))
    assert not told[0], "cancelled before it began"
    with engine.begin() as conn:
        assert [step.data["quote"] for step in store.history(conn, "case")[5:]] == [f"Q{number}" for number in range(times)]
        assert conn.scalar(select(func.count()).select_from(LEDGER)) == times, (
            "a row of the host's without its step, or twice"
        )
    agree(engine, 1)


async def cancel_while_it_waits(database: Database, url: str) -> None:
    """Cancel a delivery that waits for another writer; then that one ends, and the pool's one connection is used again."""
    engine = database.engine()
    async with an_engine(database, url, connections=1) as host:
        with engine.connect() as conn, conn.begin() as begun:
            store.handle(conn, "case", Event.QUOTE_CONSEQUENCES, {**QUOTE, "quote": "other"}, event_id="other")
            task = asyncio.create_task(aio.deliver(host, "case", Event.QUOTE_CONSEQUENCES, **a_quote(0)))
            await asyncio.sleep(0.1)
            assert not task.done()
            task.cancel()
            if database.is_sqlite:  # whose thread goes on waiting
                begun.commit()
            with pytest.raises(asyncio.CancelledError):
                await task
            if begun.is_active:
                begun.commit()
        async with host.connect() as conn_:
            assert (await conn_.execute(select(literal(42)))).scalar() == 42
        loaded = await aio.transact(host, lambda conn: store.load(conn, "case"))
        assert loaded.facts.quote == "other"
        assert not (await aio.deliver(host, "case", Event.QUOTE_CONSEQUENCES, **a_quote(0))).is_duplicate


def test_a_task_that_is_cancelled_while_it_waits_for_another_writer_writes_nothing(setting: tuple[Database, str]) -> None:
    database, url = setting
    engine = database.engine()
    opened(engine, "case", steps=5)
    run_async(cancel_while_it_waits(database, url))
    with engine.begin() as conn:
        assert conn.scalar(select(func.count()).select_from(LEDGER)) == 1
        assert [step.data["quote"] for step in store.history(conn, "case")[5:]] == ["other", "Q0"]
    agree(engine, 1)
