"""For hosts and workers: whole transactions with their retries, and the time-outs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

from process.exceptions import Refused
from process.model import MODEL_VERSION, Actor, Event
from process.store import mapping, statements
from process.store.arguments import limit_of, moment_of
from process.store.errors import Conflict
from process.store.handling import Handled, handle, load_for_update, write_step
from process.store.queries import listed

TRIES: Final = 200
PAUSE: Final = 0.005  # seconds, at most

Result = TypeVar("Result")


def transact(engine: statements.Engine, work: Callable[[statements.Connection], Result], *, tries: int = TRIES) -> Result:
    """Run *work* in a transaction of its own and commit; after a conflict, roll back and run it again, all of it.

    A conflict may come as late as the commit (at SERIALIZABLE), so the retry stands around the whole transaction. What
    *work* does outside the database may happen more than once.

    Raises:
        Conflict: *tries* times in a row.
        Exception: whatever *work* raises; then nothing of it was committed.
    """
    lost: str | None = None
    for left in reversed(range(tries)):
        try:
            with statements.raising_conflict(None), engine.begin() as conn:
                if lost is not None:  # who has lost once stands in line, so that a busy case is not a lottery
                    statements.queue_for(conn, lost)
                return work(conn)
        except Conflict as conflict:
            lost = conflict.case_id or lost
            if not left:
                raise
            time.sleep(random.uniform(0, PAUSE))  # noqa: S311  # so that writers part
    raise ValueError(f"tries must be 1 or more, not {tries}")


def deliver(
    engine: statements.Engine,
    case_id: str,
    event: Event,
    /,
    *,
    event_id: str,
    then: Callable[[statements.Connection, Handled], object] | None = None,
    **rest: Any,
) -> Handled:
    """``handle`` in a transaction of its own: retried after conflicts, and a refusal is committed before it is raised.

    Args:
        engine: the database.
        case_id: as for ``handle``, as are *event*, *event_id* and the *rest*: ``by``, ``at``, ``version``, the payload.
        then: writes the host's own rows in the same transaction. Not called for a refusal, nor for an event that was known
            already: its rows were committed with it.
    """

    def work(conn: statements.Connection) -> Handled | Refused | Conflict:
        try:
            handled = handle(conn, case_id, event, event_id=event_id, **rest)
        except Refused as refusal:
            return refusal
        except Conflict as conflict:
            wanted = rest.get("version")
            if conflict.aborted or wanted is None or load_for_update(conn, case_id).case.version == wanted:
                raise
            return conflict  # what it was decided on is gone, and no retry brings it back
        if then is not None and not handled.is_duplicate:
            then(conn, handled)
        return handled

    outcome = transact(engine, work)
    if isinstance(outcome, (Refused, Conflict)):
        raise outcome
    return outcome


def time_out_overdue(conn: statements.Connection, now: datetime, limit: int = 100) -> list[Handled]:
    """Raise ``time_out`` on cases whose deadline has passed; many workers may do so at once, and each case times out once.

    On PostgreSQL a worker passes over the cases that another one has in hand; on SQLite workers take turns. Call it again
    until the list is empty. The event's id is ``time_out:``, the version that was overdue and a random part, so that no
    sender's event can have it.

    Raises:
        InvalidPayload: *now* has no time zone, or *limit* is no number of cases.
        Conflict: at the isolation levels above READ COMMITTED, someone moved one of the cases; run the transaction again.
        NoTransaction: the connection is in no transaction.
        ReadOnly: it may not write.
    """
    statements.demand_transaction(conn)
    now, limit = moment_of("now", now), limit_of(limit)
    done: list[Handled] = []
    with statements.raising_conflict(None):
        for case in listed(conn, limit, MODEL_VERSION, due_by=now, skip_locked=True):
            loaded = load_for_update(conn, case.case_id)
            case = loaded.case.copy()  # noqa: PLW2901  # as it stands now that it is locked
            step = case.trigger(Event.TIME_OUT, by=Actor.CLOCK, at=now)
            event_id = f"{Event.TIME_OUT}:{loaded.case.version}:{uuid4()}"
            write_step(conn, loaded, case, mapping.step_values(case.case_id, step, event_id, loaded.digest))
            done.append(Handled(step, case, is_duplicate=False))
    return done
