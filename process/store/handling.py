"""Opening a case, and what an event does to it. One transaction of the host's, and no statement that can spoil it.

The order inside ``handle`` is what makes it right at every isolation level: load the case, look whether the event is known,
take the step, write it where the version is still the one that was loaded. Whatever was committed between the loading and
the look is found by the look; whatever is committed later makes the write miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import Refused, SnapshotInvalid
from process.model import Actor, Event, Goal, Limits, State
from process.records import Step
from process.store import mapping, refusals, statements
from process.store.arguments import reference_of, version_of
from process.store.errors import CaseIdReused, CaseNotFound, Conflict, EventIdReused, HistoryDiffers, OrderHasOpenCase


class Handled(NamedTuple):
    """What an event did."""

    step: Step
    """The step that the event took."""
    case: Case
    """The case as it now is; after an event that was known already it may stand further on."""
    is_duplicate: bool
    """Whether the event was known already. Then nothing was written, and the host's own rows are there too."""


class LoadedCase(NamedTuple):
    """A case as it was read, with what its next write has to know."""

    case: Case
    refused: int
    """How many events it had refused."""
    digest: str
    serial: bool
    """Whether a lost race is an error of the database here."""


# ------------------------------------------------------------------------------------------------------------- opening


def open(  # noqa: A001  # ``store.open``, as ``gzip.open``
    conn: statements.Connection,
    *,
    goal: Goal,
    account: str,
    order: str,
    case_id: str | None = None,
    limits: Limits | None = None,
    deadlines: Mapping[State, timedelta] | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case and store it; the arguments are those of ``Case``, but *at* is now where it is left out.

    With a *case_id* of the host's, opening again with the same arguments gives the case as it is stored by now.

    Raises:
        InvalidPayload: something of this is wrong.
        OrderHasOpenCase: another case about the order has not ended.
        CaseIdReused: the id belongs to a case that was opened otherwise.
        Conflict, NoTransaction, ReadOnly: as for ``handle``.
    """
    at = datetime.now(UTC) if at is None else at
    case = Case(goal=goal, account=account, order=order, case_id=case_id, limits=limits, deadlines=deadlines, at=at)
    return import_case(conn, case)


def import_case(conn: statements.Connection, case: Case) -> Case:
    """Store a case that began elsewhere, with its whole history; its steps get the event ids ``step:1``, ``step:2``, …

    A case that is stored already is given as it stands by now. One whose host did not say when its last step was has no
    deadline: it is never overdue, and ``awaiting`` lists it after those that have one.

    Raises:
        SnapshotInvalid: the case has no longer its whole history.
        HistoryDiffers: the case is stored already, but not with all of these steps.
        OrderHasOpenCase, CaseIdReused, Conflict, NoTransaction, ReadOnly: as for ``open``.
    """
    statements.demand_transaction(conn)
    if len(case.history) != case.version:
        loaded = len(case.history)
        zh = f"只有 {case.version} 步中的 {loaded} 步；要保存须有全部步骤"
        raise SnapshotInvalid("history", f"holds {loaded} steps of {case.version}; to be stored it must hold all", zh)
    digest, written = mapping.opening_digest(case), []
    for step in case.history:
        written.append(mapping.step_values(case.case_id, step, mapping.event_id_of(step.version), digest))
        digest = written[-1]["digest"]
    values = {**mapping.identity_values(case), **mapping.case_values(case), "refusals": 0, "digest": digest}
    with statements.raising_conflict(case.case_id):
        serial = statements.is_serial(conn)
        with statements.raising_conflict(case.case_id, aborted=not serial), statements.sheltered(conn, serial=serial):
            if statements.insert_case(conn, values):
                if written:
                    statements.insert_steps(conn, written)
                return case
        return _there_already(conn, case)


def _there_already(conn: statements.Connection, case: Case) -> Case:
    row, _ = statements.load_row(conn, case.case_id)
    if row is not None:
        there = mapping.case_of(row)
        if mapping.opening(there) != mapping.opening(case):
            raise CaseIdReused(case.case_id)
        stored = tuple(map(mapping.step_of, statements.history_rows(conn, case.case_id))) if case.version else ()
        if stored[: case.version] != case.history:
            raise HistoryDiffers(case.case_id, case.version, there.version)
        return there
    order = case.facts.order
    other = statements.open_case_of(conn, order)
    if other is None:  # it ended, or came, since the insert
        raise Conflict(case.case_id, None)
    raise OrderHasOpenCase(order, other)


# -------------------------------------------------------------------------------------------------------------- events


def load(conn: statements.Connection, case_id: str) -> Case:
    """The case as it is stored, with its last step; ``history`` gives all of them.

    Raises:
        CaseNotFound: no case has the id.
        SnapshotInvalid: what is stored is no case.
        NewerModel: a newer model wrote it.
        NoTransaction: the connection is in no transaction.
    """
    statements.demand_transaction(conn)
    return load_for_update(conn, reference_of("case_id", case_id)).case


def handle(
    conn: statements.Connection,
    case_id: str,
    event: Event,
    /,
    *,
    event_id: str,
    by: Actor | None = None,
    at: datetime | None = None,
    version: int | None = None,
    **data: Any,
) -> Handled:
    """Raise an event on a stored case, once, however often it is delivered.

    A refusal is an outcome like a step: it is written under the event's id, and the same event is refused the same way
    later, wherever the case then stands. As all that the host's transaction writes, it stays only if that is committed:
    catch the refusal inside the transaction to keep it (``deliver`` does). After a rollback the event never was.

    Args:
        conn: the host's connection, in a transaction of the host's.
        case_id: the case.
        event: what happens.
        event_id: the sender's id of this event, 1 to 64 printable characters, unique in the case. A second delivery has
            the same id; a new try has a new one.
        by: who raises it; may be left out where one actor alone may.
        at: when, with a time zone; now, where it is left out. A second delivery may say another time.
        version: the version of the case that the sender decided on; where it is given, no other will do.
        data: the payload, as EVENTS lists it.

    Raises:
        CaseNotFound: no case has the id.
        UnknownEvent, InvalidPayload: the event is none; nothing is written.
        EndReached, WrongState, WrongActor, GuardNotMet: refused.
        EventIdReused: the id belongs to another event of the case.
        Conflict: someone else has moved the case; run the transaction again.
        SnapshotInvalid, NewerModel: as for ``load``.
        NoTransaction: the connection is in no transaction.
        ReadOnly: it may not write.
    """
    return _handle(conn, case_id, event, data, event_id=event_id, by=by, at=at, version=version)


def _handle(
    conn: statements.Connection,
    case_id: str,
    event: Event,
    data: dict[str, Any],
    *,
    event_id: str,
    by: Actor | None,
    at: datetime | None,
    version: int | None = None,
) -> Handled:
    """``handle`` with the payload as a dict, in which a stranger's names can't be taken for parameters."""
    statements.demand_transaction(conn)
    reference_of("case_id", case_id)
    reference_of("event_id", event_id)
    version_of(version)
    at = datetime.now(UTC) if at is None else at
    with statements.raising_conflict(case_id, version):
        loaded = load_for_update(conn, case_id)
        known = statements.known_event(conn, case_id, event_id, refused=loaded.refused)
        if known is not None:
            if "kind" not in known._mapping and known.version > loaded.case.version:
                loaded = load_for_update(conn, case_id)  # the step was committed since: the case is not to be older than it
            return _as_before(loaded, known, event, by, data)
        if version is not None and version != loaded.case.version:
            raise Conflict(case_id, version)
        try:
            case = loaded.case.copy()
            step = case.trigger(event, data, by=by, at=at)
        except Refused as refusal:
            write_refusal(conn, loaded, refusals.refusal_values(loaded.case, refusal, event_id, by, data, at))
            raise
        write_step(conn, loaded, case, mapping.step_values(case_id, step, event_id, loaded.digest))
        return Handled(step, case, is_duplicate=False)


def load_for_update(conn: statements.Connection, case_id: str) -> LoadedCase:
    row, serial = statements.load_row(conn, case_id)
    if row is None:
        raise CaseNotFound(case_id)
    return LoadedCase(mapping.case_of(row), row.refusals, row.digest, serial)


def _as_before(
    loaded: LoadedCase, known: statements.Row[Any], event: Event, by: Actor | None, data: Mapping[str, Any]
) -> Handled:
    if not refusals.is_same_event(known, event, by, data):
        raise EventIdReused(loaded.case.case_id, known.event_id, known.event)
    if "kind" in known._mapping:
        raise refusals.refusal_of(known)
    return Handled(mapping.step_of(known), loaded.case, is_duplicate=True)


def write_step(conn: statements.Connection, loaded: LoadedCase, case: Case, step: Mapping[str, Any]) -> None:
    """Write *case*, which is one step after the one loaded, unless someone else has moved it."""
    values = {**mapping.case_values(case), "digest": step["digest"]}
    _move(conn, loaded, values)
    statements.insert_steps(conn, [step])


def write_refusal(conn: statements.Connection, loaded: LoadedCase, refusal: Mapping[str, Any]) -> None:
    """Write a refusal, unless someone else has moved the case, so that an event can't be both refused and taken."""
    _move(conn, loaded, {"refusals": loaded.refused + 1})
    statements.insert_refusal(conn, refusal)


def _move(conn: statements.Connection, loaded: LoadedCase, values: Mapping[str, Any]) -> None:
    case_id, version = loaded.case.case_id, loaded.case.version
    with (
        statements.raising_conflict(case_id, version, aborted=not loaded.serial),
        statements.sheltered(conn, serial=loaded.serial),
    ):
        moved = statements.move_case(conn, case_id, version, loaded.refused, values)
    if not moved:
        raise Conflict(case_id, version)
