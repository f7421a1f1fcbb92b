"""Queries about one case: its history, its refusals, and all of its rows as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.kept_cases import with_history
from process.persistence_errors import CaseNotFound
from process.records import Step
from process.store import kept_refusals, rows, statements
from process.store.argument_checks import check_case_id
from process.store.host_transaction import demand_transaction
from process.store.kept_refusals import KeptRefusal
from process.store.statements import Connection, Row

READINGS: Final = 3
"""The number of times that a moving case is read, to see its row, steps and refusals as of one moment."""


def history(conn: Connection, case_id: str) -> tuple[Step, ...]:
    """All steps of a case, oldest first. Those of an older model are as today's would have written them.

    Raises:
        CaseNotFound: no case has the id.
        InvalidPayload: the id is invalid.
        SnapshotInvalid: what is stored is no step; ``where`` names which.
        NewerModel: a newer model took a step of it.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    found = statements.history_rows(conn, check_case_id(conn, case_id))
    if not found:
        _case_row(conn, case_id)
    return tuple(map(rows.step_of, found))


def refusals(conn: Connection, case_id: str) -> tuple[KeptRefusal, ...]:
    """The refusals of a case that are kept, oldest first: which event of whom was refused for good, and why.

    Raises:
        CaseNotFound, InvalidPayload, SnapshotInvalid, NewerModel, NoTransaction: as for ``history``.
    """
    demand_transaction(conn)
    found = statements.refusal_rows(conn, check_case_id(conn, case_id))
    if not found:
        _case_row(conn, case_id)
    return tuple(map(kept_refusals.kept_refusal_of, sorted(found, key=lambda row: row.version)))


def load_with_history(conn: Connection, case_id: str) -> Case:
    """The case with its whole history, for people to look at. Raises as ``history`` and ``load`` do."""
    stored = rows_of_one_moment(conn, case_id)
    steps, case = [rows.step_of(step) for step in stored.steps], rows.case_of(stored.row)
    try:
        return with_history(case, steps)
    except SnapshotInvalid:  # it disagrees with itself, which ``verify`` reports
        return case


class StoredRows(NamedTuple):
    """All rows of a case."""

    row: Row[Any]
    steps: Sequence[Row[Any]]
    refusals: Sequence[Row[Any]]


def rows_of_one_moment(conn: Connection, case_id: str) -> StoredRows:
    """The rows of a case that belong together, though each statement may see what was committed since the one before.

    Raises:
        CaseNotFound, InvalidPayload, NoTransaction: as for ``history``.
    """
    demand_transaction(conn)
    check_case_id(conn, case_id)
    now = _case_row(conn, case_id)
    for _ in range(READINGS):
        row, steps, refused = now, statements.history_rows(conn, case_id), statements.refusal_rows(conn, case_id)
        now = _case_row(conn, case_id)
        if (now.version, now.refusals) == (row.version, row.refusals):
            return StoredRows(row, steps, refused)
    # It moves faster than it can be read; what was there when the row was read never changes, and is less than what came.
    steps = [step for step in steps if step.version <= row.version]
    return StoredRows(row, steps, refused[: row.refusals] if now.refusals > row.refusals else refused)


def _case_row(conn: Connection, case_id: str) -> Row[Any]:
    row = statements.case_row(conn, case_id)
    if row is None:
        raise CaseNotFound(case_id)
    return row
