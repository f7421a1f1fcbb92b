"""Raising events on stored cases, inside the host's transaction and without a statement that could spoil it.

::

    with engine.begin() as conn:                                     # the host's transaction
        case = store.open(conn, goal=Goal.PLAN, account="acct-1", order="order-9")
        conn.execute(my_orders.update()...)                          # committed together, or not at all

    with engine.begin() as conn:
        try:
            payload = {"account": "acct-1", "channel": "app"}
            handled = store.handle(conn, case.case_id, Event.SIGN_IN, payload, event_id="msg-1")
        except Refused as refusal:                                   # caught inside, so that a final refusal is kept
            answer = refusal.text("zh")

Guaranteed, once the host's commit has succeeded: each event counts once, however often it is delivered; its step, the case
and the host's own rows are there together; no other writer's step is lost or overwritten; an order has one open case, and
its plan is cancelled once.
At least once: requests. A request has a key that stays the same while the same is requested, and its receiver must use it.
The host owes: authentication and authorization (never take ``by``, ``who``, ``at`` or an event's id from a client
unchecked; whoever opens a case for a stranger's order blocks it), rate limits, the verifier, the money, and the time after
which personal data is purged.

The order inside ``handle`` makes it right at every isolation level: one statement reads the case and looks for the event's
id, then the case decides, and the outcome is written where the version is still the one that was read. So an event that is
committed meanwhile makes the write miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError

from process.case import Case
from process.case_arguments import check_version, read_once
from process.exceptions import Refused
from process.kept_cases import Handled
from process.model import Actor, Event
from process.persistence_errors import CaseNotFound, Conflict
from process.store import claims, duplicates, kept_refusals, rows, statements
from process.store.argument_checks import check_case_id, check_reference
from process.store.host_transaction import demand_transaction, demand_writing, raising_conflict, sheltered
from process.store.statements import Connection, Row


class LoadedCase(NamedTuple):
    """A case as it was read, with what its next write needs."""

    case: Case
    refusals: int
    """The number of its refusals that are kept."""
    digest: str
    serial: bool
    """True if a lost race is an error of the database here."""

    @property
    def key(self) -> tuple[str, int, int]:
        return self.case.case_id, self.case.version, self.refusals


def load(conn: Connection, case_id: str) -> Case:
    """The case as it is stored, with its last step; ``load_with_history`` gives all of them.

    Raises:
        CaseNotFound: no case has the id.
        SnapshotInvalid: what is stored is no case.
        NewerModel: a newer model wrote it.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    return load_for_update(conn, check_case_id(conn, case_id)).case


def handle(
    conn: Connection,
    case_id: str,
    event: Event,
    data: Mapping[str, Any] | None = None,
    *,
    event_id: str,
    by: Actor | None = None,
    who: str | None = None,
    at: datetime | None = None,
    version: int | None = None,
) -> Handled:
    """Raise an event on a stored case, once, however often it is delivered.

    An event that the case can never take as it came is refused for good: that refusal is kept under the event's id, and the
    same event is refused the same way later. A refusal of an event that came too early is raised and not kept, so that the
    sender's next try under the same id is decided again. Like everything that the host's transaction writes, a refusal
    stays only if that is committed: catch it inside the transaction to keep it (``deliver`` does).

    Args:
        conn: the host's connection, in a transaction of the host's.
        case_id: the case.
        event: what happens.
        data: the payload, as ``process.model.EVENTS`` lists it.
        event_id: the id that the sender (*by*) gave this event, 1 to 64 printable characters, unique among its events in
            the case. A redelivery has the same id; a new attempt has a new one. Never take it from a client unchecked.
        by: who raises it; may be left out where one actor alone may.
        who: the host's reference to the person or system behind *by*; it is stored and decides nothing.
        at: when, with a time zone; now, where it is left out. A redelivery may give another time.
        version: the version of the case that the sender decided on; any other is a Conflict.

    Raises:
        CaseNotFound: no case has the id.
        UnknownEvent, InvalidPayload: the event is invalid; nothing is written.
        EndReached, WrongState, WrongActor, GuardNotMet: refused.
        EventIdReused: the sender has used the id for another event of the case.
        AlreadyDone: the step would do, or request of the lender, what another case of the order has done. It is an open
            case of an earlier release (``upgrade``), and can end in another way, as by ``report_plan_ended``.
        Conflict: a concurrent transaction has moved the case; run the transaction again.
        SnapshotInvalid, NewerModel: as for ``load``.
        NoTransaction: the connection is in no transaction.
        ReadOnly: it may not write.
    """
    return _handle(conn, case_id, event, data, event_id=event_id, by=by, who=who, at=at, version=version)


def _handle(
    conn: Connection,
    case_id: str,
    event: Event,
    data: Mapping[str, Any] | None,
    *,
    event_id: str,
    by: Actor | None,
    who: str | None = None,
    at: datetime | None = None,
    version: int | None = None,
    keep_early: bool = False,
) -> Handled:
    """``handle``; with *keep_early*, for events whose order is known, an early refusal is kept as well."""
    demand_writing(conn)
    payload: Any = read_once(data)  # a mapping of the caller's that reads otherwise later must not matter
    check_case_id(conn, case_id)
    check_reference("event_id", event_id)
    check_version(version)
    if who is not None:
        check_reference("who", who)
    at = datetime.now(UTC) if at is None else at
    sender = duplicates.sender_of(event, by)
    with raising_conflict(case_id, version, conn=conn):
        row = statements.load(conn, case_id, sender, event_id)
        loaded = _loaded(row, case_id)
        if (known := duplicates.known_event(conn, row, case_id, sender, event_id)) is not None:
            return duplicates.first_outcome(loaded.case, known, event, sender, payload)
        if version is not None and version != loaded.case.version:
            raise Conflict(case_id, version, found=loaded.case.version)
        case = loaded.case.copy()
        try:
            step = case.trigger(event, payload, by=by, who=who, at=at)
        except Refused as refusal:
            if keep_early or kept_refusals.is_kept(refusal):
                kept = kept_refusals.refusal_values(loaded.case, refusal, event_id, sender, payload, who, at)
                write_refusal(conn, loaded, kept)
            raise
        write_step(conn, loaded, case, rows.step_values(case_id, step, event_id, loaded.digest))
        return Handled(step, case, is_duplicate=False)


def load_for_update(conn: Connection, case_id: str) -> LoadedCase:
    """The case with what its next write needs. It locks nothing: the write compares the version."""
    return _loaded(statements.load(conn, case_id), case_id)


def _loaded(row: Row[Any] | None, case_id: str) -> LoadedCase:
    if row is None:
        raise CaseNotFound(case_id)
    isolation = row._mapping.get("isolation")  # of PostgreSQL alone
    return LoadedCase(rows.case_of(row, case_id), row.refusals, row.digest, statements.is_serial_level(isolation))


def write_step(conn: Connection, loaded: LoadedCase, case: Case, step: Mapping[str, Any]) -> None:
    """Write *case*, which is one step after the loaded one, unless a concurrent transaction has moved it."""
    values = {**rows.case_values(case), **claims.released_claims(case), "digest": step["digest"]}
    _write(conn, loaded, values, step, needed=claims.needed_claims(loaded.case, case))


def write_refusal(conn: Connection, loaded: LoadedCase, refusal: Mapping[str, Any]) -> None:
    """Write a refusal, unless a concurrent transaction has moved the case: no event can be both refused and taken."""
    _write(conn, loaded, {"refusals": loaded.refusals + 1}, refusal, refused=True)


def _write(
    conn: Connection,
    loaded: LoadedCase,
    values: Mapping[str, Any],
    outcome: Mapping[str, Any],
    *,
    refused: bool = False,
    needed: Mapping[str, str] = statements.NO_CLAIMS,
) -> None:
    case_id, version, number = loaded.key
    sound = loaded.serial  # the savepoint undoes what a lost race has aborted
    with raising_conflict(case_id, version, aborted=not sound, conn=conn), sheltered(conn, serial=loaded.serial):
        if statements.move_case(conn, loaded.key, values, outcome, refused=refused, claims=needed):
            return
    found = statements.current_version(conn, case_id, (version, number))
    if found == (version, number) and needed:
        claims.demand_free(conn, case_id, needed)
        with suppress(IntegrityError), raising_conflict(case_id, version, conn=conn), conn.begin_nested():
            if statements.move_case(conn, loaded.key, {**values, **needed}, outcome, refused=refused):
                return
    raise Conflict(case_id, version, found=None if found is None or found[0] == version else found[0])
