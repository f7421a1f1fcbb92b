"""Lists of cases, for workers and people: what is awaited of whom, what is overdue, and what filters find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.model import MODEL_VERSION, Actor, Goal, State
from process.store import rows, statements
from process.store.argument_checks import check_actor, check_filters, check_limit, check_moment
from process.store.host_transaction import demand_transaction
from process.store.statements import Connection, Place, Row

LARGEST_PAGE: Final = 1000
FEW: Final = 200
SELECTIVE: Final = frozenset(("case_id", "account", "order", "quote", "who"))
"""Filters that few cases meet."""
RANGES: Final = ("opened_after", "opened_before", "moved_after", "moved_before")


class Summary(NamedTuple):
    """A case as a list shows it, from the columns of its row alone.

    A state, goal or actor that only another model has is given as the text that is stored; so is a text in SQLite's column
    for a time that is none.
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


def awaiting(conn: Connection, actor: Actor, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases in which it is the actor's move, the most urgent first; ``case.request`` says what is requested.

    A request has the same key however often it is listed: use it as an idempotency key.

    Args:
        conn: the host's connection, in a transaction.
        actor: whose move it is.
        limit: how many at most.
        after: the last case of the list before, to go through all of them in parts.

    Raises:
        InvalidPayload: *actor* is none, or *limit* is out of range.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    return list_readable(conn, check_limit(limit), MODEL_VERSION, after=after, awaits=check_actor(actor).value)


def overdue(conn: Connection, now: datetime, limit: int = 100, *, after: Case | None = None) -> list[Case]:
    """Open cases whose deadline has passed, the longest overdue first. Arguments as for ``awaiting``.

    A case that this program can't read, because a newer model wrote it or its row was spoilt, is in neither list: it must
    not keep all the others waiting. ``verify`` says what is wrong with it.

    Raises:
        InvalidPayload: *now* has no time zone, or *limit* is out of range.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    return list_readable(conn, check_limit(limit), MODEL_VERSION, after=after, due_by=check_moment("now", now))


def find(
    conn: Connection,
    limit: int = 100,
    *,
    after: Summary | Case | None = None,
    case_id: str | None = None,
    account: str | None = None,
    order: str | None = None,
    goal: Goal | str | None = None,
    state: State | str | Iterable[State | str] | None = None,
    awaits: Actor | str | None = None,
    ended: bool | None = None,
    quote: str | None = None,
    who: str | None = None,
    due_after: datetime | None = None,
    due_before: datetime | None = None,
    opened_after: datetime | None = None,
    opened_before: datetime | None = None,
    moved_after: datetime | None = None,
    moved_before: datetime | None = None,
) -> list[Summary]:
    """Cases that meet all the filters given, by due time; those without one come last, by their ids.

    Args:
        conn: the host's connection, in a transaction.
        limit: how many at most.
        after: the last one of the list before, to go through all of them in parts.
        case_id: the case of this id.
        account: cases of this account.
        order: cases about this order.
        goal: cases with this goal.
        state: cases in this state, or in one of several.
        awaits: cases in which it is this actor's move.
        ended: only cases that have ended, or only open ones.
        quote: cases whose last quote has this reference.
        who: cases with a step by this person or system.
        due_after, due_before: cases whose deadline is in between.
        opened_after, opened_before: cases that were opened in between.
        moved_after, moved_before: cases whose last step was in between.

    Raises:
        InvalidPayload: a filter's value is one that could not be stored.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    filters = check_filters(
        conn, {name: value for name, value in locals().items() if name not in ("conn", "limit", "after")}
    )
    place = None if after is None else (after.due_at, after.case_id)
    return list(map(_summary, _found(conn, filters, check_limit(limit), place)))


def count(conn: Connection, **filters: Any) -> int:
    """The number of cases that ``find`` would list, given the same filters.

    Raises:
        InvalidPayload: a filter is unknown, or its value could not be stored.
        NoTransaction: the connection is in no transaction.
    """
    demand_transaction(conn)
    found: int | None = conn.scalar(statements.number_of_cases(check_filters(conn, filters)))
    return found or 0


def _found(conn: Connection, filters: Mapping[str, Any], limit: int, after: Place) -> Iterator[Row[Any]]:
    """The rows in order: of each part that one index holds in this order, the first *limit*, and these merged."""
    by_part = [(part, _are_few(conn, part)) for part in _parts(filters)]
    for undated in (False, True):
        if after is not None and undated != (after[0] is None):
            if not undated:
                continue  # all that have a due time came before
            after = None
        parts = [
            conn.execute(statements.summaries(part, limit, few=few, undated=undated, after=after)).all()
            for part, few in by_part
        ]
        found = list(islice(merge(*parts, key=_position), limit))
        yield from found
        limit -= len(found)
        if not limit:
            return


def _position(row: Row[Any]) -> tuple[bool, Any, str]:
    """The sort key of a row in the list; a spoilt text in the place of a time comes last."""
    is_time = isinstance(row.due_at, datetime)
    return not is_time, row.due_at if is_time else str(row.due_at), row.case_id


def _are_few(conn: Connection, filters: Mapping[str, Any]) -> bool:
    """Return True where to sort the cases is faster than to read all in the order of the list."""
    if SELECTIVE & filters.keys():
        return True
    if conn.dialect.name != "sqlite" or not filters.keys() & {*RANGES}:  # the others estimate how many are in a range
        return False
    return len(conn.scalars(statements.any_ids(filters, FEW)).all()) < FEW


def _parts(filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The filters, cut into such as fix the first column of an index whose next ones are due time and id."""
    if SELECTIVE & filters.keys():
        return [dict(filters)]
    if "state" in filters:
        return [{**filters, "state": (state,)} for state in filters["state"]]
    if any(name in filters for name in ("awaits", "goal", "ended")):
        return [dict(filters)]
    return [{**filters, "ended": ended} for ended in (False, True)]


def _summary(row: Row[Any]) -> Summary:
    awaits = row.awaits and _member(Actor, row.awaits)
    about = row.case_id, row.account, row.order_ref, _member(Goal, row.goal), row.version
    return Summary(*about, _member(State, row.state), awaits, row.due_at, row.ended)


def list_readable(
    conn: Connection, limit: int, model_version: int, *, after: Case | None = None, **wanted: Any
) -> list[Case]:
    """The first *limit* cases that can be read, past all that can't; those without a due time come last."""
    found: list[Case] = []
    place: Place = None if after is None else (after.due_at, after.case_id)
    for undated in (False,) if "due_by" in wanted else (False, True):
        if place is not None and undated != (place[0] is None):
            if not undated:
                continue  # all that have a due time came before
            place = None
        size = limit
        while missing := limit - len(found):
            size = max(min(size, LARGEST_PAGE), missing)
            page = conn.execute(statements.waiting(size, model_version, after=place, undated=undated, **wanted)).all()
            found += islice(_readable(page), missing)
            if len(page) < size:
                break
            place = (page[-1].due_at, page[-1].case_id)
            size *= 4  # so that many that can't be read are passed over in few statements
    return found


def _readable(page: Sequence[Row[Any]]) -> Iterator[Case]:
    for row in page:
        try:
            yield rows.case_of(row)
        except SnapshotInvalid:
            continue


Member = TypeVar("Member", bound=StrEnum)


def _member(kind: type[Member], value: str) -> Member | str:
    try:
        return kind(value)
    except ValueError:
        return value
