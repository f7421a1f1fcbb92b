"""What is stored, for workers and people: histories, and lists of the cases that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.model import MODEL_VERSION, Actor, Goal, State
from process.records import Step
from process.snapshot.codec import encode_step
from process.store import mapping, statements
from process.store.arguments import actor_of, filters_of, limit_of, moment_of, reference_of
from process.store.errors import CaseNotFound

FEW: Final = ("case_id", "account", "order_ref")
"""Columns of which a value has so few cases that an index finds them all; else the order of the list is read from one."""

READINGS: Final = 3
"""How often a case that moves is read again, to see its row, steps and refusals as of one moment."""


class Summary(NamedTuple):
    """A case as a list shows it, from the columns of its row alone.

    What this program's model has no name for, because another one wrote it, is the text that is stored; so is what somebody
    wrote into SQLite's column for a time and is none.
    """

    case_id: str
    account: str
    order: str
    goal: Goal | str
    version: int
    state: State | str
    awaits: Actor | str | None
    due_at: datetime | str | None
    ended: bool

    @classmethod
    def of(cls, case: Case) -> Summary:
        facts = case.facts
        about = case.case_id, facts.account, facts.order, facts.goal, case.version
        return cls(*about, case.state, case.awaits, case.due_at, case.is_done)


def history(conn: statements.Connection, case_id: str) -> tuple[Step, ...]:
    """All steps of a case, oldest first. Those of an older model are as today's would have written them.

    Raises:
        CaseNotFound: no case has the id.
        InvalidPayload: nothing can have it, as it is no id.
        SnapshotInvalid: what is stored is no step; ``where`` names which.
        NewerModel: a newer model took a step of it.
        NoTransaction: the connection is in no transaction.
    """
    statements.demand_transaction(conn)
    found = statements.history_rows(conn, reference_of("case_id", case_id))
    if not found and statements.load_row(conn, case_id)[0] is None:
        raise CaseNotFound(case_id)
    return tuple(map(mapping.step_of, found))


def load_with_history(conn: statements.Connection, case_id: str) -> Case:
    """The case with its whole history, for people to look at. Raises as ``history`` and ``load`` do."""
    stored = as_of_one_moment(conn, case_id)
    steps, case = [mapping.step_of(step) for step in stored.steps], mapping.case_of(stored.row)
    try:
        return Case.from_dict({**case.to_dict(steps=1), "history": [encode_step(step) for step in steps]})
    except SnapshotInvalid:  # too long for a snapshot, or it disagrees with itself, which ``verify`` tells
        return case


def awaiting(conn: statements.Connection, actor: Actor, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases in which it is the actor's move, the most urgent first; ``case.request`` says what each one asks.

    A request has the same key however often it is listed, so asking again can be told from asking anew.

    Args:
        conn: the host's connection, in a transaction.
        actor: whose move it is.
        limit: how many at most.
        after: the last case of the list before; so all of them are seen, part by part.

    Raises:
        InvalidPayload: *actor* is none, or *limit* is no number of cases.
        NoTransaction: the connection is in no transaction.
    """
    statements.demand_transaction(conn)
    return listed(conn, limit_of(limit), MODEL_VERSION, after=after, awaits=actor_of(actor).value)


def overdue(conn: statements.Connection, now: datetime, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases whose deadline has passed, the longest overdue first. Arguments as for ``awaiting``.

    A case that this program can't read, because a newer model wrote it or it was spoilt, is in neither list: one such case
    must not keep all the others waiting. ``verify`` tells what is wrong with it.

    Raises:
        InvalidPayload: *now* has no time zone, or *limit* is no number of cases.
        NoTransaction: the connection is in no transaction.
    """
    statements.demand_transaction(conn)
    return listed(conn, limit_of(limit), MODEL_VERSION, after=after, due_by=moment_of("now", now))


def find(conn: statements.Connection, limit: int = 100, **filters: object) -> list[Summary]:
    """Cases by ``account``, ``order``, ``goal``, ``state``, ``awaits``, ``ended``, ``case_id``, what is due first.

    Raises:
        InvalidPayload: a filter is none of these, or its value is nothing that could be stored.
        NoTransaction: the connection is in no transaction.
    """
    statements.demand_transaction(conn)
    columns, limit = filters_of(filters), limit_of(limit)
    if any(name in columns for name in FEW):
        found = list(conn.execute(statements.summaries(columns, limit)))
    else:
        found = list(conn.execute(statements.summaries(columns, limit, undated=False)))
        found += conn.execute(statements.summaries(columns, limit - len(found), undated=True))
    return [
        Summary(
            row.case_id,
            row.account,
            row.order_ref,
            _named(Goal, row.goal),
            row.version,
            _named(State, row.state),
            row.awaits and _named(Actor, row.awaits),
            row.due_at,
            row.ended,
        )
        for row in found
    ]


class Stored(NamedTuple):
    """All that is stored of a case."""

    row: statements.Row[Any]
    steps: Sequence[statements.Row[Any]]
    refusals: Sequence[statements.Row[Any]]


def as_of_one_moment(conn: statements.Connection, case_id: str) -> Stored:
    """The rows of a case that belong together, though each statement may see what was committed since the one before.

    Raises:
        CaseNotFound, InvalidPayload, NoTransaction: as for ``history``.
    """
    statements.demand_transaction(conn)
    reference_of("case_id", case_id)
    now = _row(conn, case_id)
    for _ in range(READINGS):
        row, steps, refused = now, statements.history_rows(conn, case_id), statements.refusal_rows(conn, case_id)
        now = _row(conn, case_id)
        if (now.version, now.refusals) == (row.version, row.refusals):
            return Stored(row, steps, refused)
    # It moves faster than it can be read; what was there when the row was read never changes, and is less than what came.
    steps = [step for step in steps if step.version <= row.version]
    return Stored(row, steps, refused[: row.refusals] if now.refusals > row.refusals else refused)


def _row(conn: statements.Connection, case_id: str) -> statements.Row[Any]:
    row, _ = statements.load_row(conn, case_id)
    if row is None:
        raise CaseNotFound(case_id)
    return row


def listed(
    conn: statements.Connection, limit: int, model_version: int, *, after: Case | None = None, **wanted: Any
) -> list[Case]:
    """The first *limit* cases that can be read, past all those that can't; without a due time come last."""
    found: list[Case] = []
    place = None if after is None else (after.due_at, after.case_id)
    for undated in (False,) if "due_by" in wanted else (False, True):
        if place is not None and undated != (place[0] is None):
            if not undated:
                continue  # all that have a due time came before
            place = None
        while (missing := limit - len(found)) > 0:
            page = conn.execute(statements.waiting(missing, model_version, after=place, undated=undated, **wanted)).all()
            found += readable(page)
            if len(page) < missing:
                break
            place = (page[-1].due_at, page[-1].case_id)
    return found


def readable(found: Sequence[statements.Row[Any]]) -> list[Case]:
    cases = []
    for row in found:
        try:
            cases.append(mapping.case_of(row))
        except SnapshotInvalid:
            continue
    return cases


Named = TypeVar("Named", bound=StrEnum)


def _named(kind: type[Named], value: str) -> Named | str:
    try:
        return kind(value)
    except ValueError:
        return value
