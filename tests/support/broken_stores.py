"""The store, broken on purpose: each way is a mistake that a store could have been built with.

A group of tests that passes on one of them would not have noticed the mistake. The breaking replaces functions of the store
in the process that calls ``break_it``; so it is called in processes that end with the test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from process import Case, Event, Refused, store
from process.model import MODEL_VERSION
from process.store import handling as writing
from process.store import mapping as rows
from process.store import outcomes, tables
from process.store import queries as reading
from process.store import statements as sql
from process.store import workers as working
from process.store.handling import Handled, Held


def state_as_token() -> None:
    """The state is compared instead of the version, so a step that comes back to the same state is not noticed."""

    def keep_step(conn: Connection, held: Held, case: Case, step: Any) -> None:
        values = {**rows.case_values(case), "digest": step["digest"]}
        _, cases = held, tables.cases
        moved = conn.execute(
            cases.update().where(cases.c.case_id == case.case_id, cases.c.state == held.case.state.value).values(**values)
        )
        if not moved.rowcount:
            raise writing.Conflict(case.case_id, held.case.version)
        sql.insert_steps(conn, [{**step, "version": _free_version(conn, case.case_id)}])

    writing.keep_step = keep_step


def _free_version(conn: Connection, case_id: str) -> int:
    return len(sql.history_rows(conn, case_id)) + 1


def look_before_load() -> None:
    """The event id is looked for first; what is committed before the loading is then judged as if it were new."""

    def handle(conn: Connection, case_id: str, event: Event, /, *, event_id: str, **rest: Any) -> Handled:
        by, at, data = rest.pop("by", None), rest.pop("at", None) or datetime.now(UTC), rest
        known = sql.known_event(conn, case_id, event_id, refused=1)
        held = writing.hold(conn, case_id)
        if known is not None:
            return writing._as_before(held, known, event, by, data)
        return _judge(conn, held, event, event_id, by, at, data)

    writing.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    working.handle = handle  # type: ignore[assignment]  # the same


def never_look() -> None:
    """The event id is not looked for, and no unique key stands in for it: each delivery is another event."""

    def handle(conn: Connection, case_id: str, event: Event, /, *, event_id: str, **rest: Any) -> Handled:
        by, at, data = rest.pop("by", None), rest.pop("at", None) or datetime.now(UTC), rest
        held = writing.hold(conn, case_id)
        return _judge(conn, held, event, f"{event_id}@{uuid4()}"[:64], by, at, data)

    writing.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    working.handle = handle  # type: ignore[assignment]  # the same


def _judge(conn: Connection, held: Held, event: Event, event_id: str, by: Any, at: datetime, data: Any) -> Handled:
    case = held.case.copy()
    try:
        step = case.trigger(event, by=by, at=at, **data)
    except Refused as refusal:
        writing.keep_refusal(conn, held, outcomes.refusal_values(held.case, refusal, event_id, by, data, at))
        raise
    writing.keep_step(conn, held, case, rows.step_values(case.case_id, step, event_id, held.digest))
    return Handled(step, case, again=False)


def no_unique_key() -> None:
    """Whether an order has an open case is asked before the insert, and no index stands behind the answer."""

    def insert_case(conn: Connection, values: Any) -> bool:
        conn.exec_driver_sql("DROP INDEX IF EXISTS cancellation_case_open_order")
        if sql.open_case_of(conn, values["order_ref"]) is not None:
            return False
        conn.execute(tables.cases.insert(), dict(values))
        return True

    sql.insert_case = insert_case


def log_outside_the_transaction() -> None:
    """The history is written on a connection of its own, and committed there."""

    def insert_steps(conn: Connection, values: Any) -> None:
        engine: Engine = conn.engine
        with engine.connect() as other:
            other.execute(tables.steps.insert(), list(values))
            other.commit()

    sql.insert_steps = insert_steps


def blind_write() -> None:
    """The row is written whatever its version is."""

    def move_case(conn: Connection, case_id: str, version: int, refused: int, values: Any) -> bool:
        return bool(conn.execute(tables.cases.update().where(tables.cases.c.case_id == case_id).values(**values)).rowcount)

    sql.move_case = move_case


def time_out_as_listed() -> None:
    """Cases are timed out as they were listed: nobody locks them, and whoever has moved them since is not asked."""

    def time_out_overdue(conn: Connection, now: datetime, limit: int = 100) -> list[Handled]:
        done = []
        for case in reading.listed(conn, limit, MODEL_VERSION, due_by=now):
            held, late = writing.hold(conn, case.case_id), case.copy()
            late.trigger(Event.TIME_OUT, at=now)
            step = late.history[-1]._replace(version=_free_version(conn, case.case_id))
            values = rows.case_values(late)
            conn.execute(tables.cases.update().where(tables.cases.c.case_id == case.case_id).values(**values))
            sql.insert_steps(conn, [rows.step_values(case.case_id, step, f"{uuid4()}", held.digest)])
            done.append(Handled(step, late, again=False))
        return done

    store.time_out_overdue = time_out_overdue


def acknowledge_early() -> None:
    """Who raised an event hears that it was taken before the database has put it where it outlasts a crash."""

    def transact(engine: Engine, work: Callable[[Connection], Any], **rest: Any) -> Any:
        def hurried(conn: Connection) -> Any:
            conn.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            return work(conn)

        return careful(engine, hurried, **rest)

    careful = working.transact
    working.transact = transact
    store.transact = transact


def no_digest() -> None:
    """The history has nothing that an edit of it would disagree with but what later steps need."""
    rows.step_digest = lambda row, _before: row.digest
    outcomes.refusal_digest = lambda row: row.digest


WAYS: dict[str, Callable[[], None]] = {
    way.__name__: way
    for way in (
        state_as_token,
        look_before_load,
        never_look,
        no_unique_key,
        log_outside_the_transaction,
        blind_write,
        time_out_as_listed,
        acknowledge_early,
        no_digest,
    )
}


def break_it(way: str | None) -> None:
    if way is not None:
        WAYS[way]()
