"""What keeping cases costs: ``python tests/benchmarks/store.py [events] [stored cases]``. A benchmark, not a test.

It prints, for SQLite and for PostgreSQL (started here, with fsync): events per second with 1, 2, 4 and 8 processes and the
time of one commit; what a stored event costs beside a bare UPDATE and INSERT in the same kind of transaction; and what one
call costs among 10³ to 10⁶ stored cases, with the index that each list is read from.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from postgres import Postgres
from sqlalchemy import Connection, Engine, text
from storing import START, Database, in_parallel, made, opened

from process import Actor, Case, Event, Goal, store
from process.store import rows

WORKERS = (1, 2, 4, 8)
TABLES = store.metadata.tables


def quote_of(number: int) -> dict[str, Any]:
    return {"quote": f"Q{number}", "fee": 1200, "currency": "CNY"}


def quote_many(engine: Engine, worker: str, base: int, events: int) -> float:
    """Quote again and again on a case of the worker's own; seconds."""
    began = time.perf_counter()
    for number in range(base, base + events):
        with engine.begin() as conn:
            store.handle(conn, f"case-{worker}", Event.QUOTE_CONSEQUENCES, event_id=f"q{number}", **quote_of(number))
    return time.perf_counter() - began


def bare_many(engine: Engine, worker: str, events: int) -> float:
    """The same rows written without a store: one UPDATE and one INSERT."""
    cases, steps = TABLES["cancellation_case"], TABLES["cancellation_step"]
    with engine.begin() as conn:
        snapshot = conn.scalar(
            cases.select().with_only_columns(cases.c.snapshot).where(cases.c.case_id == f"case-{worker}")
        )
    step = {"event": "quote_consequences", "by": "lender", "data": "{}", "source": "consequences", "target": "consequences"}
    began = time.perf_counter()
    for number in range(events):
        version = 100_000 + number
        with engine.begin() as conn:
            conn.execute(cases.update().where(cases.c.case_id == f"case-{worker}"), {"snapshot": snapshot, "due_at": START})
            conn.execute(
                steps.insert(),
                {**step, "case_id": f"case-{worker}", "version": version, "event_id": f"bare-{number}", "at": START}
                | {"model_version": 1, "digest": "0" * 64},
            )
    return time.perf_counter() - began


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
    opened(engine, "case-one", steps=5)
    ours, bare = quote_many(engine, "one", base, events), bare_many(engine, "one", events)
    say(f"  one process: {ours / events * 1000:.2f} ms an event, {events / ours:.0f} events/s")
    say(f"  bare UPDATE + INSERT: {bare / events * 1000:.2f} ms; ratio {ours / bare:.2f}")
    engine.dispose()


def stored_cases(first: int, last: int) -> Iterator[dict[str, Any]]:
    """The rows of cases that wait, one in a hundred of them for the lender."""
    for number in range(first, last):
        at = START + timedelta(seconds=number)
        case = Case(goal=Goal.PLAN, account="acct", order=f"order-{number}", case_id=f"case-{number}", at=at)
        digest = rows.opening_digest(case)
        values = {**rows.identity_values(case), **rows.case_values(case), "refusals": 0, "digest": digest}
        yield values | ({"awaits": "lender"} if number % 100 == 0 else {})


def load_one(conn: Connection, number: int, size: int) -> None:
    store.load(conn, f"case-{number * 7 % size}")


def sign_in_one(conn: Connection, number: int, size: int) -> None:
    """On the newest cases, which no smaller size has touched."""
    keywords: Any = {"event_id": "in", "account": "acct", "channel": "app"}
    store.handle(conn, f"case-{size - 1 - number}", Event.SIGN_IN, **keywords)


def growth(database: Database, sizes: list[int]) -> None:
    engine = database.engine()
    stored = 0
    for size in sizes:
        while stored < size:
            upto = min(stored + 10_000, size)
            with engine.begin() as conn:
                conn.execute(TABLES["cancellation_case"].insert(), list(stored_cases(stored, upto)))
            stored = upto
        with engine.begin() as conn:
            conn.execute(text("ANALYZE"))
        measured = {
            "load": partial(load_one, size=size),
            "handle": partial(sign_in_one, size=size),
            "awaiting": lambda conn, _: store.awaiting(conn, Actor.LENDER, 10),
            "overdue": lambda conn, _: store.overdue(conn, START + timedelta(days=30), 10),
        }
        told = ", ".join(f"{name} {_median(engine, call):.2f} ms" for name, call in measured.items())
        say(f"  {size:>9,} stored cases: {told}")
    with engine.begin() as conn:
        explain = "EXPLAIN" if database.is_postgres else "EXPLAIN QUERY PLAN"
        for name, query in (
            ("awaiting", store.sql.waiting(10, 1, awaits="lender")),
            ("overdue", store.sql.waiting(10, 1, due_by=START + timedelta(days=30))),
        ):
            compiled = query.compile(engine, compile_kwargs={"literal_binds": True})
            plan = conn.exec_driver_sql(f"{explain} {compiled}".replace("%", "%%")).all()
            used = next((line for line in map(str, plan) if "cancellation_case_" in line), "NO INDEX")
            say(f"  {name}: {used}")
    engine.dispose()


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


def main(events: int, most: int) -> None:
    sizes = [size for size in (10**3, 10**4, 10**5, 10**6) if size <= most]
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, url in (("SQLite", "sqlite:///{}/{}.sqlite"), ("PostgreSQL", "")):
                say(name)
                throughput(made(url.format(folder, "events") or server.new_database()), events)
                growth(made(url.format(folder, "growth") or server.new_database()), sizes)
    finally:
        server.remove()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [800, 10**6][len(given) :]))
