"""All SQL statements of the store.

They rest on what SQLite, PostgreSQL, MariaDB and MySQL have in common: unique indexes that pass over nulls, and row counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Label,
    Row,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from process.store.host_transaction import error_number, is_mysql
from process.store.tables import JsonText, TextOfJson, Unindexed, cases, refusals, steps

__all__ = ["Connection", "Engine", "Row"]

_OF_CASE = cases.c.case_id == bindparam("key")
_AS_READ = and_(_OF_CASE, cases.c.version == bindparam("expected"), cases.c.refusals == bindparam("expected_refusals"))

# ------------------------------------------------------------------------------------------------------------- reading

_ISOLATION: Final[Label[Any]] = func.current_setting("transaction_isolation", type_=String).label("isolation")
A_REFUSAL: Final = -1
"""In the column ``known``, where the version of the step stands that the event led to."""


@cache
def _load(dialect: str) -> Select[Any]:
    """One statement, and so one moment: the case, and whether its sender's event is known as a step or as a refusal."""
    known_step = and_(
        steps.c.case_id == cases.c.case_id, steps.c.by == bindparam("sender"), steps.c.event_id == bindparam("event_id")
    )
    known_refusal = and_(
        refusals.c.case_id == cases.c.case_id,
        refusals.c.by == bindparam("sender"),
        refusals.c.event_id == bindparam("event_id"),
    )
    columns = [cases.c[name] for name in ("version", "refusals", "digest", "snapshot")]  # few: PyMySQL is slow at each
    known = func.coalesce(steps.c.version, case((refusals.c.version.is_not(None), literal_column(str(A_REFUSAL))))).label(
        "known"
    )
    isolation = [_ISOLATION] if dialect == "postgresql" else []
    joined = cases.outerjoin(steps, known_step).outerjoin(refusals, known_refusal)
    return select(*columns, known, *isolation).select_from(joined).where(_OF_CASE)


_KNOWN_STEP = select(steps).where(steps.c.case_id == bindparam("key"), steps.c.version == bindparam("known"))
_REFUSAL_KEYS = (("case_id", "key"), ("by", "sender"), ("event_id", "event_id"))
_KNOWN_REFUSAL = select(refusals).where(*(refusals.c[name] == bindparam(key) for name, key in _REFUSAL_KEYS))
_CASE = select(cases).where(_OF_CASE)
_CURRENT_VERSION = select(cases.c.version, cases.c.refusals).where(_OF_CASE)
_HISTORY = select(steps).where(steps.c.case_id == bindparam("key")).order_by(steps.c.version)
_REFUSALS = select(refusals).where(refusals.c.case_id == bindparam("key")).order_by(refusals.c.event_id, refusals.c.by)
_QUEUE = select(cases.c.version).where(_OF_CASE).with_for_update(key_share=True)


def load(conn: Connection, case_id: str, sender: str = "", event_id: str = "") -> Row[Any] | None:
    """The columns that the next write needs, and the version of the step that the sender's event led to, or A_REFUSAL."""
    keys = {"key": case_id, "sender": sender, "event_id": event_id}
    return conn.execute(_load(conn.dialect.name), keys).first()


def known_step(conn: Connection, case_id: str, version: int) -> Row[Any] | None:
    return conn.execute(_KNOWN_STEP, {"key": case_id, "known": version}).first()


def known_refusal(conn: Connection, case_id: str, sender: str, event_id: str) -> Row[Any] | None:
    return conn.execute(_KNOWN_REFUSAL, {"key": case_id, "sender": sender, "event_id": event_id}).first()


def case_row(conn: Connection, case_id: str) -> Row[Any] | None:
    return conn.execute(_CASE, {"key": case_id}).first()


def history_rows(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    return conn.execute(_HISTORY, {"key": case_id}).all()


def refusal_rows(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    return conn.execute(_REFUSALS, {"key": case_id}).all()


def is_serial(conn: Connection) -> bool:
    """Return True where a lost race is an error: at PostgreSQL's isolation levels above READ COMMITTED."""
    return conn.dialect.name == "postgresql" and is_serial_level(conn.scalar(select(_ISOLATION)))


def is_serial_level(isolation: str | None) -> bool:
    return isolation in ("repeatable read", "serializable")


def queue_for(conn: Connection, case_id: str) -> None:
    """Wait until no other transaction is writing the case; those of SQLite have waited when they began."""
    conn.execute(_QUEUE, {"key": case_id})


def current_version(conn: Connection, case_id: str, read: tuple[int, int]) -> tuple[int, int] | None:
    """The current version and number of refusals of a case that was read before; None where it is gone."""
    found = conn.execute(_CURRENT_VERSION, {"key": case_id}).first()
    if found == read and is_mysql(conn):  # a snapshot may hide what was committed since; the row is locked already
        found = conn.execute(_CURRENT_VERSION.with_for_update(), {"key": case_id}).first()
    return found and (found.version, found.refusals)


def claiming_case(conn: Connection, claim: str, order: str) -> str | None:
    """The case that holds the order in the column *claim*."""
    return conn.scalar(select(cases.c.case_id).where(cases.c[claim] == order))


# ------------------------------------------------------------------------------------------------------------- writing


def insert_case(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Insert a case; return False where a case has this id or claims this order."""
    if conn.dialect.name in ("postgresql", "sqlite"):
        into = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        new = into(cases).on_conflict_do_nothing().returning(cases.c.case_id)  # not every driver counts inserted rows
        return conn.execute(new, dict(values)).first() is not None
    try:  # MySQL undoes the statement alone; its INSERT IGNORE would pass over any other mistake as well
        conn.execute(_INSERT_CASE, dict(values))
    except IntegrityError as error:
        if error_number(error.orig) == DUPLICATE_ENTRY:
            return False
        raise
    return True


DUPLICATE_ENTRY: Final = 1062
NO_CLAIMS: Final[Mapping[str, str]] = {}
_INSERT_CASE, _INSERT_STEP, _INSERT_REFUSAL = insert(cases), insert(steps), insert(refusals)


def insert_steps(conn: Connection, values: Sequence[Mapping[str, Any]]) -> None:
    conn.execute(_INSERT_STEP, list(values))


def move_case(
    conn: Connection,
    loaded: tuple[str, int, int],
    values: Mapping[str, Any],
    outcome: Mapping[str, Any],
    *,
    refused: bool,
    claims: Mapping[str, str] = NO_CLAIMS,
) -> bool:
    """Write a case and its new step or refusal; return False where it took or refused an event since, or lacks a claim.

    Args:
        loaded: the case's id, version and number of refusals as they were read.
        values: what changes in the row of the case.
        outcome: the row of the step or refusal.
        refused: which of the two it is.
        claims: the order, by the columns in which the case has to hold it.
    """
    keys = dict(zip(("key", "expected", "expected_refusals"), loaded, strict=True))
    given = {**values, **keys, **{f"held_{name}": order for name, order in claims.items()}}
    if conn.dialect.name == "postgresql":
        both = _move_and_insert(tuple(values), tuple(claims), refused)
        return conn.execute(both, {**given, **{f"new_{name}": outcome[name] for name in outcome}}).first() is not None
    if conn.execute(_move(tuple(values), tuple(claims)), given).rowcount != 1:
        return False
    conn.execute(_INSERT_REFUSAL if refused else _INSERT_STEP, dict(outcome))
    return True


@cache  # to make a statement takes as long as to execute it
def _move(columns: tuple[str, ...], claims: tuple[str, ...] = ()) -> Update:
    held = [cases.c[name] == bindparam(f"held_{name}") for name in claims]
    changed = {name: bindparam(name, type_=cases.c[name].type) for name in columns}
    return update(cases).where(_AS_READ, *held).values(changed)


@cache
def _move_and_insert(columns: tuple[str, ...], claims: tuple[str, ...], refused: bool) -> Executable:
    """The two writes in one round trip."""
    moved = _move(columns, claims).returning(cases.c.case_id).cte("moved")
    into = refusals if refused else steps
    rest = [column for column in into.c if column.name != "case_id"]
    names = ["case_id", *(column.name for column in rest)]
    return insert(into).from_select(names, select(moved.c.case_id, *map(_value_of, rest))).returning(into.c.version)


def _value_of(column: Any) -> ColumnElement[Any]:
    value = bindparam(f"new_{column.name}", type_=column.type)
    return cast(bindparam(f"new_{column.name}", type_=String), TextOfJson) if column.type is JsonText else value


# --------------------------------------------------------------------------------------------------------------- lists

Place = tuple[Any, str] | None  # due time and id of a case, after which a list goes on


def waiting(
    limit: int,
    model_version: int,
    *,
    awaits: str | None = None,
    due_by: datetime | None = None,
    after: Place = None,
    undated: bool = False,
    skip_locked: bool = False,
) -> Select[Any]:
    """Open cases that this program's model can read, the most urgent first: with a due time, or *undated*, by their ids."""
    wanted = select(cases).where(cases.c.ended == literal(False), cases.c.model_version <= model_version)
    if awaits is not None:
        wanted = wanted.where(cases.c.awaits == awaits)
    if due_by is not None:
        wanted = wanted.where(cases.c.due_at <= due_by)
    if skip_locked:
        wanted = wanted.with_for_update(skip_locked=True, key_share=True)
    return _by_due_time(wanted, limit, undated, after)


def _by_due_time(wanted: Select[Any], limit: int, undated: bool, after: Place, due: Any = cases.c.due_at) -> Select[Any]:
    wanted = wanted.where(due.is_(None) if undated else due.is_not(None))
    if after is not None:
        due_at, case_id = after
        later = cases.c.case_id > case_id
        if not undated:  # not a comparison of pairs, for which MySQL reads no index
            later = and_(due >= due_at, or_(due > due_at, later))
        wanted = wanted.where(later)
    return wanted.order_by(due, cases.c.case_id).limit(limit)


SUMMARY: Final = [
    cases.c[name] for name in ("case_id", "account", "order_ref", "goal", "version", "state", "awaits", "due_at", "ended")
]
_FILTERS: Final[Mapping[str, Any]] = {
    "case_id": cases.c.case_id.__eq__,
    "account": cases.c.account.__eq__,
    "order": cases.c.order_ref.__eq__,
    "quote": cases.c.quote.__eq__,
    "goal": cases.c.goal.__eq__,
    "awaits": cases.c.awaits.__eq__,
    "ended": cases.c.ended.__eq__,  # not IS, for which MySQL reads no index
    "state": lambda states: cases.c.state == states[0] if len(states) == 1 else cases.c.state.in_(states),
    "who": lambda who: cases.c.case_id.in_(select(steps.c.case_id).where(steps.c.who == who)),
    "due_after": cases.c.due_at.__gt__,
    "due_before": cases.c.due_at.__lt__,
    "opened_after": cases.c.opened_at.__gt__,
    "opened_before": cases.c.opened_at.__lt__,
    "moved_after": cases.c.moved_at.__gt__,
    "moved_before": cases.c.moved_at.__lt__,
}


def _conditions(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [_FILTERS[name](value) for name, value in filters.items()]


def summaries(filters: Mapping[str, Any], limit: int, *, few: bool, undated: bool, after: Place = None) -> Select[Any]:
    """Cases by filters that *few* or many meet, without their snapshots: those with a due time, or those without."""
    due = Unindexed(cases.c.due_at) if few else cases.c.due_at
    return _by_due_time(select(*SUMMARY).where(*_conditions(filters)), limit, undated, after, due)


def number_of_cases(filters: Mapping[str, Any]) -> Select[Any]:
    return select(func.count()).select_from(cases).where(*_conditions(filters))


def any_ids(filters: Mapping[str, Any], limit: int) -> Select[Any]:
    """The ids of cases that meet the filters, in no order, and so by the index that suits them best."""
    return select(cases.c.case_id).where(*_conditions(filters)).limit(limit)


def ended_before(moment: datetime, limit: int) -> Select[Any]:
    """The ids of cases whose last step was before the moment and ended them, the oldest first."""
    return any_ids({"ended": True, "moved_before": moment}, limit).order_by(cases.c.moved_at)


def delete_cases(conn: Connection, case_ids: Sequence[str]) -> None:
    for table in (refusals, steps, cases):
        conn.execute(delete(table).where(table.c.case_id.in_(case_ids)))
