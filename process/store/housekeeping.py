"""Regular work on all cases: raising ``time_out`` on those that are overdue, and deleting those that ended long ago."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from process.kept_cases import Handled
from process.model import MODEL_VERSION, Actor, Event
from process.store import rows, statements
from process.store.argument_checks import check_limit, check_moment
from process.store.case_lists import list_readable
from process.store.handling import load_for_update, write_step
from process.store.host_transaction import demand_writing, raising_conflict
from process.store.statements import Connection


def time_out_overdue(conn: Connection, now: datetime, limit: int = 100) -> list[Handled]:
    """Raise ``time_out`` on cases whose deadline has passed; many workers may do so at once, and each case times out once.

    On PostgreSQL and MySQL a worker passes over the cases that another one has locked; on SQLite workers take turns. Call
    it again until the list is empty. The event's id is ``time_out:``, the version that was overdue and a random part.

    Raises:
        InvalidPayload: *now* has no time zone, or *limit* is out of range.
        Conflict: at the isolation levels above READ COMMITTED, a concurrent transaction moved one of the cases; run the
            transaction again.
        NoTransaction: the connection is in no transaction.
        ReadOnly: it may not write.
    """
    demand_writing(conn)
    now, limit = check_moment("now", now), check_limit(limit)
    done: list[Handled] = []
    with raising_conflict(conn=conn):
        for case in list_readable(conn, limit, MODEL_VERSION, due_by=now, skip_locked=True):
            loaded = load_for_update(conn, case.case_id)
            case = loaded.case.copy()  # noqa: PLW2901  # as it stands now that it is locked
            step = case.trigger(Event.TIME_OUT, by=Actor.CLOCK, at=now)
            event_id = f"{Event.TIME_OUT}:{loaded.case.version}:{uuid4()}"
            write_step(conn, loaded, case, rows.step_values(case.case_id, step, event_id, loaded.digest))
            done.append(Handled(step, case, is_duplicate=False))
    return done


def purge(conn: Connection, *, ended_before: datetime, limit: int = 100) -> list[str]:
    """Delete cases that ended before a time, with their steps and refusals, the oldest first; their ids are returned.

    Call it again until the list is empty. With a case goes its claim: the same order can then be opened again, so keep
    cases for as long as that may happen. Rows of the host's that refer to a case have to go first.

    Raises:
        InvalidPayload: *ended_before* has no time zone, or *limit* is out of range.
        Conflict, NoTransaction, ReadOnly: as for ``handle``.
    """
    demand_writing(conn)
    moment, limit = check_moment("ended_before", ended_before), check_limit(limit)
    with raising_conflict(conn=conn):
        found = list(conn.scalars(statements.ended_before(moment, limit)))
        if found:
            statements.delete_cases(conn, found)
    return found
