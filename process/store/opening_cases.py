"""Opening cases: a new one, or one that began elsewhere and is imported with its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.kept_cases import opening
from process.model import Goal, Limits, State
from process.persistence_errors import CaseIdReused, HistoryDiffers
from process.store import claims, rows, statements
from process.store.host_transaction import demand_writing, raising_conflict, sheltered
from process.store.statements import Connection


def open(  # noqa: A001  # ``store.open``, as ``gzip.open``
    conn: Connection,
    *,
    goal: Goal,
    account: str,
    order: str,
    case_id: str | None = None,
    limits: Limits | None = None,
    deadlines: Mapping[State, timedelta] | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case and store it; the arguments are those of ``Case``, and *at* is now where it is left out.

    With a *case_id* of the host's, opening again with the same arguments gives the case as it is stored by now.

    Raises:
        InvalidPayload: an argument is invalid.
        OrderHasOpenCase: another case about the order has not ended.
        AlreadyDone: another case has cancelled the plan, or removed the face verification, that this one asks for.
        CaseIdReused: the id belongs to a case that was opened with other arguments.
        Conflict, NoTransaction, ReadOnly: as for ``handle``.
    """
    at = datetime.now(UTC) if at is None else at
    case = Case(goal=goal, account=account, order=order, case_id=case_id, limits=limits, deadlines=deadlines, at=at)
    return import_case(conn, case)


def import_case(conn: Connection, case: Case) -> Case:
    """Store a case that began elsewhere, with its whole history; its steps get the event ids ``step:1``, ``step:2``, …

    A case that is already stored is given as it is stored by now. One whose last step has no time has no deadline: it is
    never overdue, and ``awaiting`` lists it after those that have one.

    Raises:
        SnapshotInvalid: the case does not hold its whole history.
        HistoryDiffers: the case is already stored, but without all of these steps.
        OrderHasOpenCase, AlreadyDone, CaseIdReused, Conflict, NoTransaction, ReadOnly: as for ``open``.
    """
    demand_writing(conn)
    if len(case.history) != case.version:
        held = len(case.history)
        zh = f"只有 {case.version} 步中的 {held} 步；要保存须有全部步骤"
        raise SnapshotInvalid("history", f"holds {held} of {case.version} steps; to be stored it must hold all", zh)
    digest, written = rows.opening_digest(case), []
    for step in case.history:
        written.append(rows.step_values(case.case_id, step, rows.imported_event_id(step.version), digest))
        digest = written[-1]["digest"]
    values = {**rows.identity_values(case), **rows.case_values(case), **claims.held_claims(case)}
    with raising_conflict(case.case_id, conn=conn):
        serial = statements.is_serial(conn)
        with raising_conflict(case.case_id, aborted=not serial, conn=conn), sheltered(conn, serial=serial):
            if statements.insert_case(conn, {**values, "refusals": 0, "digest": digest}):
                if written:
                    statements.insert_steps(conn, written)
                return case
        return _already_stored(conn, case)


def _already_stored(conn: Connection, case: Case) -> Case:
    """The stored case, where it is the same; else the error that says what stands in the way."""
    row = statements.case_row(conn, case.case_id)
    if row is None:
        raise claims.claim_error(conn, case)
    stored = rows.case_of(row)
    if opening(stored) != opening(case):
        raise CaseIdReused(case.case_id)
    if case.version:
        history = tuple(map(rows.step_of, statements.history_rows(conn, case.case_id)))
        if history[: case.version] != tuple(map(rows.as_stored, case.history)):
            raise HistoryDiffers(case.case_id, case.version, stored.version)
    return stored
