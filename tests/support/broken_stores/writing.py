"""Broken ways to write cases, steps and refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from process import Case, Event, Refused, store
from process.kept_cases import Handled
from process.model import MODEL_VERSION
from process.store import (
    case_lists,
    claims,
    delivery,
    duplicates,
    handling,
    host_transaction,
    kept_refusals,
    rows,
    statements,
    tables,
)
from process.store.handling import LoadedCase


def state_as_token() -> None:
    """Compare the state instead of the version, so that a step that comes back to the same state is not noticed."""

    def write_step(conn: Connection, loaded: LoadedCase, case: Case, step: Any) -> None:
        values = {**rows.case_values(case), **claims.released_claims(case), "digest": step["digest"]}
        cases = tables.cases
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
    """Look for the event id first: what is committed before the case is loaded is then decided as if it were new."""

    def handle(conn: Connection, case_id: str, event: Event, data: Any = None, *, event_id: str, **rest: Any) -> Handled:
        sender = duplicates.sender_of(event, rest.get("by"))
        row = statements.load(conn, case_id, sender, event_id)
        known = duplicates.known_event(conn, row, case_id, sender, event_id)
        loaded = handling.load_for_update(conn, case_id)
        if known is not None:
            return duplicates.first_outcome(loaded.case, known, event, sender, data)
        return _decide(conn, loaded, event, event_id, data, rest)

    handling.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    delivery.handle = handle  # type: ignore[assignment]  # the same


def never_look() -> None:
    """Don't look for the event id, and let no unique key stand in for it: each delivery is another event."""

    def handle(conn: Connection, case_id: str, event: Event, data: Any = None, *, event_id: str, **rest: Any) -> Handled:
        loaded = handling.load_for_update(conn, case_id)
        return _decide(conn, loaded, event, f"{event_id}@{uuid4()}"[:64], data, rest)

    handling.handle = handle  # type: ignore[assignment]  # fewer parameters than it replaces
    delivery.handle = handle  # type: ignore[assignment]  # the same


def _decide(conn: Connection, loaded: LoadedCase, event: Event, event_id: str, data: Any, rest: dict[str, Any]) -> Handled:
    case, by, at = loaded.case.copy(), rest.get("by"), rest.get("at") or datetime.now(UTC)
    sender = duplicates.sender_of(event, by)
    try:
        step = case.trigger(event, data, by=by, at=at)
    except Refused as refusal:
        if kept_refusals.is_kept(refusal):
            kept = kept_refusals.refusal_values(loaded.case, refusal, event_id, sender, data or {}, None, at)
            handling.write_refusal(conn, loaded, kept)
        raise
    handling.write_step(conn, loaded, case, rows.step_values(case.case_id, step, event_id, loaded.digest))
    return Handled(step, case, is_duplicate=False)


def ids_of_everyone() -> None:
    """Let all senders share one namespace of event ids, whoever used an id first."""
    duplicates.sender_of = lambda _event, _by: ""
    handling.rows.step_values = _with(rows.step_values, by="")


def _with(make: Callable[..., dict[str, Any]], **other: Any) -> Callable[..., dict[str, Any]]:
    return lambda *args: {**make(*args), **other}


def early_refusals_kept() -> None:
    """Keep every refusal, also of an event that came before the one that it follows."""
    kept_refusals.is_kept = lambda _refusal: True


def no_unique_key() -> None:
    """Ask whether an order has an open case before the insert, with no index behind the answer."""

    def insert_case(conn: Connection, values: Any) -> bool:
        if statements.claiming_case(conn, "open_order", values["order_ref"]) is not None:
            return False
        conn.execute(tables.cases.insert(), {**dict(values), "open_order": None, "plan_claim": None, "face_claim": None})
        return True

    def claiming_case(conn: Connection, _claim: str, order: str) -> Any:
        cases = tables.cases
        open_ = cases.select().with_only_columns(cases.c.case_id).where(cases.c.order_ref == order, ~cases.c.ended)
        return conn.scalar(open_)

    statements.insert_case = insert_case
    statements.claiming_case = claiming_case


def no_claims() -> None:
    """Forget with each end what a case has achieved."""
    claims.released_claims = lambda case: dict.fromkeys(claims.CLAIMS) if case.is_done else {}


def need_no_claim() -> None:
    """Let an open case cancel a plan whose claim another one holds."""
    claims.needed_claims = lambda _before, _after: {}


def log_outside_the_transaction() -> None:
    """Write the history on a connection of its own, and commit it there."""

    def move_case(conn: Connection, loaded: Any, values: Any, outcome: Any, *, refused: bool, **_: Any) -> bool:
        keys = dict(zip(("key", "expected", "expected_refusals"), loaded, strict=True))
        moved = conn.execute(statements._move(tuple(values)), {**values, **keys}).rowcount == 1
        engine: Engine = conn.engine
        with engine.connect() as other:
            other.execute((tables.refusals if refused else tables.steps).insert(), dict(outcome))
            other.commit()
        return moved

    statements.move_case = move_case


def blind_write() -> None:
    """Write the row whatever its version is."""

    def move_case(conn: Connection, loaded: Any, values: Any, outcome: Any, *, refused: bool, **_: Any) -> bool:
        moved = conn.execute(tables.cases.update().where(tables.cases.c.case_id == loaded[0]).values(**values)).rowcount
        conn.execute((tables.refusals if refused else tables.steps).insert(), dict(outcome))
        return bool(moved)

    statements.move_case = move_case


def time_out_as_listed() -> None:
    """Time cases out as they were listed: nothing locks them, and the versions of now are not compared."""

    def time_out_overdue(conn: Connection, now: datetime, limit: int = 100) -> list[Handled]:
        done = []
        for case in case_lists.list_readable(conn, limit, MODEL_VERSION, due_by=now):
            loaded, late = handling.load_for_update(conn, case.case_id), case.copy()
            late.trigger(Event.TIME_OUT, at=now)
            step = late.history[-1]._replace(version=_free_version(conn, case.case_id))
            values = {**rows.case_values(late), **claims.released_claims(late)}
            conn.execute(tables.cases.update().where(tables.cases.c.case_id == case.case_id).values(**values))
            statements.insert_steps(conn, [rows.step_values(case.case_id, step, f"{uuid4()}", loaded.digest)])
            done.append(Handled(step, late, is_duplicate=False))
        return done

    store.time_out_overdue = time_out_overdue


def acknowledge_early() -> None:
    """Report an event as taken before the database has put it where it outlasts a crash."""

    def transact(engine: Engine, work: Callable[[Connection], Any], **rest: Any) -> Any:
        def hurried(conn: Connection) -> Any:
            conn.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            return work(conn)

        return careful(engine, hurried, **rest)

    careful = delivery.transact
    delivery.transact = transact
    store.transact = transact


def no_digest() -> None:
    """Leave nothing in the history that an edit would disagree with but what later steps need."""
    rows.step_digest = lambda row, _before: row.digest
    kept_refusals.refusal_digest = lambda row: row.digest


def commit_after_abort() -> None:
    """Let a host commit after a conflict that has undone its transaction."""
    host_transaction.refuse_commit = lambda _conn, _cause: None
