"""What is stored, for workers and people: histories, and lists of the cases that wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.model import MODEL_VERSION, Actor, Goal, State
from process.snapshot import encode_step
from process.step import Step
from process.store import rows, sql
from process.store.errors import CaseNotFound


class Summary(NamedTuple):
    """A case as a list shows it, from the columns of its row alone."""

    case_id: str
    account: str
    order: str
    goal: Goal
    version: int
    state: State
    awaits: Actor | None
    due_at: datetime | None
    ended: bool

    @classmethod
    def of(cls, case: Case) -> Summary:
        facts = case.facts
        about = case.case_id, facts.account, facts.order, facts.goal, case.version
        return cls(*about, case.state, case.awaits, case.due_at, case.is_done)


def history(conn: sql.Connection, case_id: str) -> tuple[Step, ...]:
    """All steps of a case, oldest first. Those of an older model are as today's would have written them.

    Raises:
        CaseNotFound: no case has the id.
        SnapshotInvalid: what is stored is no step; ``where`` names which.
        NewerModel: a newer model took a step of it.
        NoTransaction: the connection is in no transaction.
    """
    sql.demand_transaction(conn)
    found = sql.history_rows(conn, case_id)
    if not found and sql.load_row(conn, case_id)[0] is None:
        raise CaseNotFound(case_id)
    return tuple(map(rows.step_of, found))


def whole(conn: sql.Connection, case_id: str) -> Case:
    """The case with its whole history, for people to look at. Raises as ``history`` and ``load`` do."""
    steps = history(conn, case_id)
    row, _ = sql.load_row(conn, case_id)
    if row is None:
        raise CaseNotFound(case_id)
    case = rows.case_of(row)
    try:
        return Case.from_dict({**case.to_dict(steps=1), "history": [encode_step(step) for step in steps]})
    except SnapshotInvalid:  # too long for a snapshot, or it disagrees with itself, which ``verify`` tells
        return case


def awaiting(conn: sql.Connection, actor: Actor, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases in which it is the actor's move, the most urgent first; ``case.request`` says what each one asks.

    A request has the same key however often it is listed, so asking again can be told from asking anew.

    Args:
        conn: the host's connection, in a transaction.
        actor: whose move it is.
        limit: how many at most.
        after: the last case of the list before; so all of them are seen, part by part.
    """
    return _listed(conn, sql.waiting(limit, MODEL_VERSION, awaits=Actor(actor).value, after=_place(after)))


def overdue(conn: sql.Connection, now: datetime, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases whose deadline has passed, the longest overdue first. Arguments as for ``awaiting``.

    A case that this program can't read, because a newer model wrote it or it was spoilt, is in neither list: one such case
    must not keep all the others waiting. ``verify`` tells what is wrong with it.
    """
    return _listed(conn, sql.waiting(limit, MODEL_VERSION, due_by=now, after=_place(after)))


def find(conn: sql.Connection, limit: int = 100, **filters: object) -> list[Summary]:
    """Cases by ``account``, ``order``, ``goal``, ``state``, ``awaits``, ``ended``, ``case_id``, what is due first."""
    sql.demand_transaction(conn)
    columns = {("order_ref" if name == "order" else name): value for name, value in filters.items()}
    return [
        Summary(
            row.case_id,
            row.account,
            row.order_ref,
            Goal(row.goal),
            row.version,
            State(row.state),
            row.awaits and Actor(row.awaits),
            row.due_at,
            row.ended,
        )
        for row in conn.execute(sql.summaries(columns, limit))
    ]


def _listed(conn: sql.Connection, wanted: Any) -> list[Case]:
    sql.demand_transaction(conn)
    return list(readable(conn.execute(wanted)))


def readable(found: Iterable[sql.Row[Any]]) -> Iterable[Case]:
    for row in found:
        try:
            yield rows.case_of(row)
        except SnapshotInvalid:
            continue


def _place(case: Case | None) -> tuple[datetime, str] | None:
    return None if case is None or case.due_at is None else (case.due_at, case.case_id)
