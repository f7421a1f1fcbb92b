"""Async hosts: the same promises on every async driver, through an engine and through a sessionmaker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, func, make_url, select
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
async def an_engine(database: Database, url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url, pool_size=DELIVERIES)
    if database.is_sqlite:
        store.prepare_sqlite(engine.sync_engine)
    elif not database.is_postgres:
        store.prepare_mysql(engine.sync_engine)
    options = {} if database.isolation is None else {"isolation_level": database.isolation}
    yield engine.execution_options(**options)
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


@counts("rounds", 3, 40)
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
