"""The cost of keeping cases: ``python -m tests.benchmarks.store [events] [stored cases]``. A benchmark, not a test.

It prints what a stored event costs beside a bare UPDATE and INSERT of the same columns, in turns, on SQLite, PostgreSQL
(also over a network of 1 ms) and MariaDB, all started here, with fsync; then, for each of them, the time of one commit and
events per second with 1, 2, 4 and 8 processes; and for the first two what one call costs among 10³ to 10⁶ stored cases,
with the plan of each statement that reads at the largest number. 0 events or 0 cases leave the second or third part out.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url, text

from process import Actor, Case, Event, Goal, store
from process.store import claims, rows
from tests.benchmarks.network import late
from tests.support.mariadb import MariaDB
from tests.support.postgres import Postgres
from tests.support.storing import START, Database, made, opened
from tests.support.worker_processes import in_parallel

WORKERS = (1, 2, 4, 8)
TURNS = 400
TABLES = store.metadata.tables


def quote_of(number: int) -> dict[str, Any]:
    return {"quote": f"Q{number}", "fee": 1200, "currency": "CNY"}


def quote_many(engine: Engine, worker: str, base: int, events: int) -> float:
    """Quote again and again on a case of the worker's own; seconds."""
    began = time.perf_counter()
    for number in range(base, base + events):
        with engine.begin() as conn:
            store.handle(conn, f"case-{worker}", Event.QUOTE_CONSEQUENCES, quote_of(number), event_id=f"q{number}")
    return time.perf_counter() - began


def compare(name: str, database: Database, events: int) -> None:
    """Say what an event costs and what the same rows cost without a store, by the median, one after the other in turns."""
    engine = database.engine()
    opened(engine, "case-one", steps=5)
    opened(engine, "case-bare", steps=5)
    with engine.begin() as conn:
        values = rows.case_values(store.load(conn, "case-bare"))
    sides = (partial(quote_many, engine, "one", events=1), partial(write_bare, engine, values))
    taken: tuple[list[float], list[float]] = [], []
    for number in range(events):
        for side in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            sides[side](number)
            taken[side].append(time.perf_counter() - began)
    ours, bare = (statistics.median(times[events // 10 :]) * 1000 for times in taken)
    say(f"{name}: {ours:.2f} ms an event; bare UPDATE + INSERT: {bare:.2f} ms; ratio {ours / bare:.2f}")
    engine.dispose()


def write_bare(engine: Engine, values: dict[str, Any], number: int) -> None:
    """One UPDATE and one INSERT."""
    cases, steps = TABLES["cancellation_case"], TABLES["cancellation_step"]
    version, moment = 100_000 + number, START + timedelta(seconds=number)
    step = {"event": "quote_consequences", "by": "lender", "data": "{}", "source": "consequences", "target": "consequences"}
    new = {**step, "case_id": "case-bare", "version": version, "event_id": f"bare-{number}", "at": moment}
    changed = {**values, "due_at": moment, "moved_at": moment, "quote": f"Q{number}", "version": version}
    with engine.begin() as conn:
        conn.execute(cases.update().where(cases.c.case_id == "case-bare"), changed)
        conn.execute(steps.insert(), {**new, "model_version": 1, "digest": "0" * 64, "who": None})


def commit_time(engine: Engine) -> float:
    """The median time of a transaction with one small write, in milliseconds."""
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE bare (number INTEGER)"))
    taken = []
    for number in range(100):
        began = time.perf_counter()
        with engine.begin() as conn:
            conn.execute(text("INSERT INTO bare VALUES (:number)"), {"number": number})
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def throughput(database: Database, events: int) -> None:
    engine = database.engine()
    for worker in range(max(WORKERS)):
        opened(engine, f"case-{worker}", steps=5)
    say(f"  a transaction with one bare insert: {commit_time(engine):.2f} ms")
    base = 0
    for workers in WORKERS:
        taken = max(
            in_parallel(quote_many, database, [(str(worker), base, events // workers) for worker in range(workers)])
        )
        base += events
        say(f"  {workers} processes: {events / taken:7.0f} events/s, a commit each")
    engine.dispose()


def a_case() -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of a case and of its one step; those that are stored in bulk are copies under other ids."""
    case = Case(goal=Goal.PLAN, account="acct-!", order="order-!", case_id="case-!", at=START)
    step = rows.step_values(
        "case-!",
        case.trigger(Event.SIGN_IN, {"account": "acct-!", "channel": "app"}, at=START),
        "in",
        rows.opening_digest(case),
    )
    values = {**rows.identity_values(case), **rows.case_values(case), **claims.held_claims(case)}
    return {**values, "refusals": 0, "digest": step["digest"]}, step


COPIES = {
    "postgresql": "SELECT generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n < :last) SELECT n FROM s",
}
DUE = {
    "postgresql": "CAST(:due_at AS timestamptz) + n * interval '1 second'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :due_at, '+' || n || ' seconds')",
}


def store_copies(conn: Connection, first: int, last: int) -> None:
    """Cases from *first* to *last*, by the database itself: some wait for the lender, and one in three has ended."""
    case, step = a_case()
    own = {
        "awaits": "CASE WHEN n % 3 = 1 THEN NULL WHEN n % 100 = 0 THEN 'lender' ELSE 'customer' END",
        "due_at": f"CASE WHEN n % 3 = 1 THEN NULL ELSE {DUE[conn.dialect.name]} END",
        "ended": "n % 3 = 1",
        **dict.fromkeys(("open_order", "plan_claim"), "CASE WHEN n % 3 = 1 THEN NULL ELSE 'order-' || CAST(n AS text) END"),
    }
    copy_rows(conn, "cancellation_case", case, own, first, last)
    copy_rows(conn, "cancellation_step", step, {}, first, last)


def copy_rows(conn: Connection, table: str, row: dict[str, Any], own: dict[str, str], first: int, last: int) -> None:
    """The row again and again, with the number of each in its ids; *own* has SQL for what differs otherwise."""
    serial = conn.dialect.name == "postgresql"
    told = {}
    for column in TABLES[table].c:
        name = column.name
        value = row[name]
        told[name] = own.get(name, f":{name}")
        if isinstance(value, str) and "!" in value:
            told[name] = f"replace(replace(:{name}, 'acct-!', 'acct-' || CAST(n / 3 AS text)), '!', CAST(n AS text))"
        if serial and name in ("snapshot", "data"):
            told[name] = f"CAST({told[name]} AS json)"
    values = {
        name: value if serial or not isinstance(value, datetime) else value.strftime("%Y-%m-%d %H:%M:%S.000000")
        for name, value in row.items()
    }
    copies = f"INSERT INTO {table} ({', '.join(TABLES[table].c.keys())}) SELECT {', '.join(told.values())} FROM "
    columns = {name: value for name, value in values.items() if f":{name}" in ", ".join(told.values())}
    conn.execute(text(f"{copies} ({COPIES[conn.dialect.name]}) AS c"), {**columns, "first": first, "last": last})


def load_one(conn: Connection, number: int, size: int) -> None:
    store.load(conn, f"case-{number * 7 % size}")


def open_orders_of_one(conn: Connection, number: int, size: int) -> None:
    """On the newest open cases, which no smaller size has touched."""
    store.handle(conn, f"case-{(size - 1) // 3 * 3 - 3 * number}", Event.OPEN_ORDERS, event_id="orders")


def calls(size: int) -> dict[str, Callable[[Connection, int], object]]:
    late = START + timedelta(days=30)
    return {
        "load": partial(load_one, size=size),
        "handle": partial(open_orders_of_one, size=size),
        "awaiting": lambda conn, _: store.awaiting(conn, Actor.LENDER, 10),
        "overdue": lambda conn, _: store.overdue(conn, late, 10),
        "find all": lambda conn, _: store.find(conn, 50),
        "find by order": lambda conn, number: store.find(conn, 50, order=f"order-{number * 7 % size}"),
        "find by account": lambda conn, number: store.find(conn, 50, account=f"acct-{number * 7 % (size // 3)}"),
    }


def growth(database: Database, sizes: list[int]) -> None:
    engine = database.engine()
    stored = 0
    for size in sizes:
        with engine.begin() as conn:
            store_copies(conn, stored, size - 1)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("VACUUM ANALYZE" if database.is_postgres else "ANALYZE"))
        stored = size
        told = ", ".join(f"{name} {_median(engine, call):.2f} ms" for name, call in calls(size).items())
        say(f"  {size:>9,} stored cases: {told}")
    for name, call in calls(stored).items():
        say(f"  {name}:")
        for line in plans(engine, lambda conn, call=call: call(conn, 40)):
            say(f"    {line}")
    engine.dispose()


def plans(engine: Engine, work: Callable[[Connection], object]) -> Iterator[str]:
    """The plan of each statement that *work* executes, but those that insert."""
    seen: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            seen.append((statement, parameters))

    with engine.connect() as conn, conn.begin() as begun:
        event.listen(engine, "before_cursor_execute", note)
        work(conn)
        event.remove(engine, "before_cursor_execute", note)
        begun.rollback()
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    for statement, parameters in seen:
        with engine.begin() as conn:
            lines = [str(row[-1]) for row in conn.exec_driver_sql(f"{explain} {statement}", parameters)]
        yield f"{statement.split()[0]}: " + " / ".join(line.strip() for line in lines)


def _median(engine: Engine, call: Callable[[Any, int], object], times: int = 30) -> float:
    taken = []
    for number in range(times):
        with engine.begin() as conn:
            began = time.perf_counter()
            call(conn, number)
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def compare_all(folder: str, postgres: Postgres, mariadb: MariaDB) -> None:
    url = make_url(postgres.new_database())
    compare("SQLite", made(f"sqlite:///{folder}/turns.sqlite")._replace(durable=True), TURNS)
    compare("PostgreSQL", made(url.render_as_string()), TURNS)
    with late(str(postgres.folder / ".s.PGSQL.5432")) as port:
        far = url.set(
            host="127.0.0.1", port=port, query={"sslmode": "disable"}, database=make_url(postgres.new_database()).database
        )
        compare("PostgreSQL, 1 ms away", made(far.render_as_string()), TURNS)
    compare("MariaDB", made(mariadb.new_database()), TURNS)


def main(events: int, most: int) -> None:
    sizes = [size for size in (10**3, 10**4, 10**5, 10**6) if size <= most]
    postgres, mariadb = Postgres(), MariaDB()
    try:
        with tempfile.TemporaryDirectory() as folder:
            compare_all(folder, postgres, mariadb)
            for name, url in (("SQLite", "sqlite:///{}/{}.sqlite"), ("PostgreSQL", ""), ("MariaDB", "")):
                new = mariadb.new_database if name == "MariaDB" else postgres.new_database
                say(name)
                if events:
                    throughput(made(url.format(folder, "events") or new())._replace(durable=True), events)
                if sizes and name != "MariaDB":
                    growth(made(url.format(folder, "growth") or new())._replace(durable=True), sizes)
    finally:
        postgres.remove()
        mariadb.remove()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [800, 10**6][len(given) :]))
