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
from process.store import handling, mapping, queries, statements, tables, workers
from process.store import refusals as stored_refusals
from process.store.handling import Handled, LoadedCase


def state_as_token() -> None:
    """The state is compared instead of the version, so a step that comes back to the same state is not noticed."""

    def write_step(conn: Connection, loaded: LoadedCase, case: Case, step: Any) -> None:
        values = {**mapping.case_values(case), "digest": step["digest"]}
        _, cases = loaded, tables.cases
        moved = conn.execute(
            cases.update().where(cases.c.case_id == case.case_id, cases.c.state == loaded.case.state.value).values(**values)
        )
        if not moved.rowcount:
            raise handling.Conflict(case.case_id, loaded.case.version)
        statements.insert_steps(conn, [{**step, "version": _free_version(conn, case.case_id)}])

    handling.write_step = write_step


def _free_version(conn: Connection, case_id: str) -> int:
    return len(statements.history_rows(conn, case_id)) + 1


def look_before_load() -> None:
    """The event id is looked for first; what is committed before the loading is then judged as if it were new."""

    def handle(conn: Connection, case_id: str, event: Event, /, *, event_id: str, **rest: Any) -> Handled:
        by, at, data = rest.pop("by", None), rest.pop("at", None) or datetime.now(UTC), rest
        known = statements.known_event(conn, case_id, event_id, refused=1)
        loaded = handling.load_for_update(conn, case_id)
        if known is not None:
            return handling._as_before(loaded, known, event, by, data)
        return _judge(conn, loaded, event, event_id, by, at, data)

    handling.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    workers.handle = handle  # type: ignore[assignment]  # the same


def never_look() -> None:
    """The event id is not looked for, and no unique key stands in for it: each delivery is another event."""

    def handle(conn: Connection, case_id: str, event: Event, /, *, event_id: str, **rest: Any) -> Handled:
        by, at, data = rest.pop("by", None), rest.pop("at", None) or datetime.now(UTC), rest
        loaded = handling.load_for_update(conn, case_id)
        return _judge(conn, loaded, event, f"{event_id}@{uuid4()}"[:64], by, at, data)

    handling.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    workers.handle = handle  # type: ignore[assignment]  # the same


def _judge(conn: Connection, loaded: LoadedCase, event: Event, event_id: str, by: Any, at: datetime, data: Any) -> Handled:
    case = loaded.case.copy()
    try:
        step = case.trigger(event, data, by=by, at=at)
    except Refused as refusal:
        handling.write_refusal(conn, loaded, stored_refusals.refusal_values(loaded.case, refusal, event_id, by, data, at))
        raise
    handling.write_step(conn, loaded, case, mapping.step_values(case.case_id, step, event_id, loaded.digest))
    return Handled(step, case, is_duplicate=False)


def no_unique_key() -> None:
    """Whether an order has an open case is asked before the insert, and no index stands behind the answer."""

    def insert_case(conn: Connection, values: Any) -> bool:
        conn.exec_driver_sql("DROP INDEX IF EXISTS cancellation_case_open_order")
        if statements.open_case_of(conn, values["order_ref"]) is not None:
            return False
        conn.execute(tables.cases.insert(), dict(values))
        return True

    statements.insert_case = insert_case


def log_outside_the_transaction() -> None:
    """The history is written on a connection of its own, and committed there."""

    def insert_steps(conn: Connection, values: Any) -> None:
        engine: Engine = conn.engine
        with engine.connect() as other:
            other.execute(tables.steps.insert(), list(values))
            other.commit()

    statements.insert_steps = insert_steps


def blind_write() -> None:
    """The row is written whatever its version is."""

    def move_case(conn: Connection, case_id: str, version: int, refused: int, values: Any) -> bool:
        return bool(conn.execute(tables.cases.update().where(tables.cases.c.case_id == case_id).values(**values)).rowcount)

    statements.move_case = move_case


def time_out_as_listed() -> None:
    """Cases are timed out as they were listed: nobody locks them, and whoever has moved them since is not asked."""

    def time_out_overdue(conn: Connection, now: datetime, limit: int = 100) -> list[Handled]:
        done = []
        for case in queries.listed(conn, limit, MODEL_VERSION, due_by=now):
            loaded, late = handling.load_for_update(conn, case.case_id), case.copy()
            late.trigger(Event.TIME_OUT, at=now)
            step = late.history[-1]._replace(version=_free_version(conn, case.case_id))
            values = mapping.case_values(late)
            conn.execute(tables.cases.update().where(tables.cases.c.case_id == case.case_id).values(**values))
            statements.insert_steps(conn, [mapping.step_values(case.case_id, step, f"{uuid4()}", loaded.digest)])
            done.append(Handled(step, late, is_duplicate=False))
        return done

    store.time_out_overdue = time_out_overdue


def acknowledge_early() -> None:
    """Who raised an event hears that it was taken before the database has put it where it outlasts a crash."""

    def transact(engine: Engine, work: Callable[[Connection], Any], **rest: Any) -> Any:
        def hurried(conn: Connection) -> Any:
            conn.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            return work(conn)

        return careful(engine, hurried, **rest)

    careful = workers.transact
    workers.transact = transact
    store.transact = transact


def no_digest() -> None:
    """The history has nothing that an edit of it would disagree with but what later steps need."""
    mapping.step_digest = lambda row, _before: row.digest
    stored_refusals.refusal_digest = lambda row: row.digest


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
