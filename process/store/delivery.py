"""Whole transactions with their retries: ``transact`` for any work, ``deliver`` for one event."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, TypeVar

from process.case_arguments import read_once
from process.exceptions import Refused
from process.kept_cases import Handled
from process.model import Actor, Event
from process.persistence_errors import Conflict
from process.store import statements
from process.store.errors import NestedDelivery
from process.store.handling import handle, load_for_update
from process.store.host_transaction import raising_conflict
from process.store.statements import Connection, Engine

TRIES: Final = 200
PAUSE: Final = 0.005  # seconds, at most

Result = TypeVar("Result")
Outcome = Handled | Refused | Conflict


def transact(engine: Engine, work: Callable[[Connection], Result], *, tries: int = TRIES) -> Result:
    """Run *work* in a transaction of its own and commit; after a conflict, roll back and run it again, all of it.

    A conflict may come as late as the commit (at SERIALIZABLE), so the retry stands around the whole transaction. What
    *work* does outside the database may happen more than once. The wait for a lock ends with the time-out of the database,
    and is not repeated.

    Raises:
        Conflict: *tries* times in a row, or once after waiting for as long as the database lets one wait.
        NestedDelivery: called inside *work* or ``then`` of another one on the same database.
        Exception: whatever *work* raises; then nothing of it was committed.
    """
    retries = Retries(tries)
    with not_nested(engine):
        while True:
            try:
                with raising_conflict(), engine.begin() as conn:
                    retries.queue(conn)
                    return work(conn)
            except Conflict as conflict:
                time.sleep(retries.pause_after(conflict))


class Retries:
    """The tries of a transaction that are left, and the pauses before them."""

    def __init__(self, tries: int) -> None:
        if tries < 1:
            raise ValueError(f"tries must be 1 or more, not {tries}")
        self._left = tries
        self._lost: str | None = None

    def queue(self, conn: Connection) -> None:
        """Wait in line for the case that the last try lost, so that each writer of a busy case gets its turn."""
        if self._lost is not None:
            statements.queue_for(conn, self._lost)

    def pause_after(self, conflict: Conflict) -> float:
        """The seconds to wait before the next try; raises the conflict where there is none."""
        self._lost = conflict.case_id or self._lost
        self._left -= 1
        if not self._left or conflict.timed_out:
            raise conflict
        return random.uniform(0, PAUSE)  # noqa: S311  # so that writers part


@contextmanager
def not_nested(engine: Engine) -> Iterator[None]:
    """Raise NestedDelivery where this thread or task is inside a transaction of ours on the same database.

    It would wait for its own caller: for ever on PostgreSQL, until the time-out on SQLite.
    """
    outer = _ENGINES.get()
    if any(other.pool is engine.pool or _database(other) == _database(engine) for other in outer):
        raise NestedDelivery
    token = _ENGINES.set((*outer, engine))
    try:
        yield
    finally:
        _ENGINES.reset(token)


def _database(engine: Engine) -> tuple[object, ...]:
    url = engine.url
    own = id(engine.pool) if url.database in (None, "", ":memory:") else None  # each pool has a database of its own
    return url.get_backend_name(), url.host, url.port, url.database, url.query.get("unix_socket"), own


_ENGINES: ContextVar[tuple[Engine, ...]] = ContextVar("engines in a transaction", default=())


def deliver(
    engine: Engine,
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
    """``handle`` in a transaction of its own: retried after conflicts, and a refusal is committed before it is raised.

    Args:
        engine: the database.
        case_id: as for ``handle``, as are *event*, *data*, *event_id*, *by*, *who*, *at* and *version*.
        event: see there.
        data: see there.
        event_id: see there.
        by: see there.
        who: see there.
        at: see there.
        version: see there.
        then: writes the host's own rows in the same transaction. Not called for a refusal, nor for a duplicate, whose rows
            were committed with it. It must use the connection that it is given.

    Raises:
        NestedDelivery: called inside another one on the same database.
        Exception: as ``handle``, and whatever *then* raises.
    """

    payload: Any = read_once(data)  # once, however often the transaction is run again

    def work(conn: Connection) -> Outcome:
        about: dict[str, Any] = {"event_id": event_id, "by": by, "who": who, "at": at, "version": version}
        return deliver_once(conn, case_id, event, payload, about, then)

    return result_of(transact(engine, work))


def deliver_once(
    conn: Connection,
    case_id: str,
    event: Event,
    data: Mapping[str, Any] | None,
    about: dict[str, Any],
    then: Callable[[Connection, Handled], object] | None,
) -> Outcome:
    """The outcome of one try, with what is to be committed before it is raised."""
    try:
        handled = handle(conn, case_id, event, data, **about)
    except Refused as refusal:
        return refusal
    except Conflict as conflict:
        wanted = about["version"]
        if conflict.aborted or wanted is None or load_for_update(conn, case_id).case.version == wanted:
            raise
        return conflict  # the version that it was decided on is gone, and no retry brings it back
    if then is not None and not handled.is_duplicate:
        then(conn, handled)
    return handled


def result_of(outcome: Outcome) -> Handled:
    if isinstance(outcome, (Refused, Conflict)):
        raise outcome
    return outcome
