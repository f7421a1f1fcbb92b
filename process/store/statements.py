"""Every statement, and what a transaction has to be like for them.

Two databases are known: SQLite and PostgreSQL. Both have what the store rests on: unique indexes over a part of the rows,
``ON CONFLICT DO NOTHING``, and row counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, String, Update, and_, bindparam, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from process.store.errors import Conflict, DatabaseUnusable, NoTransaction, ReadOnly
from process.store.tables import cases, refusals, steps

__all__ = ["Connection", "Engine", "Row"]

# -------------------------------------------------------------------------------------------------------- transactions


def demand_transaction(conn: Connection) -> None:
    """Raise NoTransaction where *conn* is in none, or where each statement would be one of its own."""
    if not isinstance(conn, Connection):
        right = "session.connection() of a Session, engine.begin() of an Engine, run_sync of an AsyncConnection"
        raise TypeError(f"needs a Connection, not {type(conn).__name__}; get one by {right}")
    if conn.dialect.name not in _LOAD:
        raise DatabaseUnusable(conn.dialect.name, "cases are kept in SQLite or PostgreSQL")
    if not conn.in_transaction():
        raise NoTransaction
    driver: Any = conn.connection.driver_connection
    if conn.dialect.name == "sqlite":
        by_itself = driver.isolation_level is None or getattr(driver, "autocommit", None) is True
        autocommit = by_itself and not driver.in_transaction
    else:
        autocommit = conn.dialect.detect_autocommit_setting(conn.connection.dbapi_connection)  # type: ignore[arg-type]
    if autocommit:
        raise NoTransaction


@contextmanager
def raising_conflict(case_id: str | None = None, version: int | None = None, *, aborted: bool = True) -> Iterator[None]:
    """Turn what the database says of concurrent writers into a Conflict, for a host's own loop of retries.

    Put it around the whole transaction, as ``with store.raising_conflict(), Session(engine) as session, session.begin():``,
    because above READ COMMITTED, PostgreSQL may refuse any statement of the transaction, the commit too. What else the
    database raises, such as that it is gone or that a statement took too long, passes as it is.
    """
    try:
        yield
    except DBAPIError as error:
        if is_read_only(error):
            raise ReadOnly from error
        if not is_conflict(error):
            raise
        raise Conflict(case_id, version, aborted or _is_doomed(error)) from error


def is_conflict(error: DBAPIError) -> bool:
    """Whether another transaction was in the way: a failure to serialize, a deadlock, a lock not given, or a busy file."""
    return _sqlstate(error) in ("40001", "40P01", "55P03") or _sqlite_name(error).startswith("SQLITE_BUSY")


def is_read_only(error: DBAPIError) -> bool:
    return _sqlstate(error) == "25006" or _sqlite_name(error).startswith("SQLITE_READONLY")


def _sqlstate(error: DBAPIError) -> str | None:
    """The code of PostgreSQL's error, which psycopg2 and pg8000 keep where the others don't."""
    told = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if told is None and error.orig is not None and error.orig.args and isinstance(error.orig.args[0], dict):
        told = error.orig.args[0].get("C")
    return told


def _sqlite_name(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlite_errorname", ""))


def _is_doomed(error: DBAPIError) -> bool:
    """Whether no savepoint saves the transaction: SERIALIZABLE has refused it for what it has read, which stays read."""
    if _sqlstate(error) != "40001":
        return False
    source = getattr(getattr(error.orig, "diag", None), "source_file", None)
    return source is None or source == "predicate.c"  # a driver that does not say leaves it open, so it counts as lost


def sheltered(conn: Connection, *, serial: bool) -> AbstractContextManager[object]:
    """A savepoint where a lost race is an error of the database, which would abort the host's transaction."""
    return conn.begin_nested() if serial else nullcontext()


# ---------------------------------------------------------------------------------------------------------- statements

_ISOLATION = func.current_setting("transaction_isolation", type_=String).label("isolation")
_OF_CASE = cases.c.case_id == bindparam("key")
_WITHOUT = bindparam("nothing", None, type_=String).label("isolation")
_LOAD = {
    name: select(cases, isolation).where(_OF_CASE) for name, isolation in (("postgresql", _ISOLATION), ("sqlite", _WITHOUT))
}
_KNOWN_STEP = select(steps).where(steps.c.case_id == bindparam("key"), steps.c.event_id == bindparam("known"))
_KNOWN_REFUSAL = select(refusals).where(refusals.c.case_id == bindparam("key"), refusals.c.event_id == bindparam("known"))
_HISTORY = select(steps).where(steps.c.case_id == bindparam("key")).order_by(steps.c.version)
_REFUSALS = select(refusals).where(refusals.c.case_id == bindparam("key")).order_by(refusals.c.event_id)
_OPEN_CASE = select(cases.c.case_id).where(cases.c.order_ref == bindparam("order"), ~cases.c.ended)
_QUEUE = select(cases.c.version).where(_OF_CASE).with_for_update(key_share=True)
_AS_READ = and_(_OF_CASE, cases.c.version == bindparam("expected"), cases.c.refusals == bindparam("expected_refusals"))
_NEW_STEP, _NEW_REFUSAL = steps.insert(), refusals.insert()


def is_serial(conn: Connection) -> bool:
    """Whether a lost race is an error here: at PostgreSQL's isolation levels above READ COMMITTED."""
    return conn.dialect.name == "postgresql" and conn.scalar(select(_ISOLATION)) in ("repeatable read", "serializable")


def load_row(conn: Connection, case_id: str) -> tuple[Row[Any] | None, bool]:
    """The row of a case, and in the same statement what ``is_serial`` tells."""
    found = conn.execute(_LOAD[conn.dialect.name], {"key": case_id}).first()
    return found, found is not None and found.isolation in ("repeatable read", "serializable")


def known_event(conn: Connection, case_id: str, event_id: str, *, refused: int) -> Row[Any] | None:
    """The step, or the refusal if there are any, that the id belongs to. A refusal has a ``kind``, a step has none."""
    keys = {"key": case_id, "known": event_id}
    step = conn.execute(_KNOWN_STEP, keys).first()
    return conn.execute(_KNOWN_REFUSAL, keys).first() if step is None and refused else step


def insert_case(conn: Connection, values: Mapping[str, Any]) -> bool:
    """False where a case with this id, or an open one about this order, is there."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    new = insert(cases).on_conflict_do_nothing().returning(cases.c.case_id)  # not every driver counts inserted rows
    return conn.execute(new, dict(values)).first() is not None


def insert_steps(conn: Connection, values: Sequence[Mapping[str, Any]]) -> None:
    conn.execute(_NEW_STEP, list(values))


def insert_refusal(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(_NEW_REFUSAL, dict(values))


@cache
def _moving(columns: tuple[str, ...]) -> Update:
    """The statement that writes these columns, made once: to make it takes as long as to execute it."""
    return update(cases).where(_AS_READ).values({name: bindparam(name, type_=cases.c[name].type) for name in columns})


def move_case(conn: Connection, case_id: str, version: int, refused: int, values: Mapping[str, Any]) -> bool:
    """False where the case has taken or refused an event since it was read."""
    keys = {"key": case_id, "expected": version, "expected_refusals": refused}
    return conn.execute(_moving(tuple(values)), {**values, **keys}).rowcount == 1


def queue_for(conn: Connection, case_id: str) -> None:
    """Wait until no other transaction is writing the case; SQLite's have waited when they began."""
    conn.execute(_QUEUE, {"key": case_id})


def open_case_of(conn: Connection, order: str) -> str | None:
    return conn.scalar(_OPEN_CASE, {"order": order})


def history_rows(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    return conn.execute(_HISTORY, {"key": case_id}).all()


def refusal_rows(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    return conn.execute(_REFUSALS, {"key": case_id}).all()


def waiting(
    limit: int,
    model_version: int,
    *,
    awaits: str | None = None,
    due_by: datetime | None = None,
    after: tuple[datetime | None, str] | None = None,
    undated: bool = False,
    skip_locked: bool = False,
) -> Select[Any]:
    """Open cases that this program's model can read, the most urgent first: with a due time, or *undated*, by their ids."""
    wanted = select(cases).where(~cases.c.ended, cases.c.model_version <= model_version)
    if awaits is not None:
        wanted = wanted.where(cases.c.awaits == awaits)
    if due_by is not None:
        wanted = wanted.where(cases.c.due_at <= due_by)
    wanted = wanted.where(cases.c.due_at.is_(None) if undated else cases.c.due_at.is_not(None))
    if after is not None:
        place = cases.c.case_id > after[1] if undated else tuple_(cases.c.due_at, cases.c.case_id) > after
        wanted = wanted.where(place)
    if skip_locked:
        wanted = wanted.with_for_update(skip_locked=True, key_share=True)
    return wanted.order_by(cases.c.due_at, cases.c.case_id).limit(limit)


def summaries(filters: Mapping[str, object], limit: int, *, undated: bool | None = None) -> Select[Any]:
    """Cases by the values of their columns, without their snapshots: those with a due time, or those without, or both."""
    listed = [column for column in cases.c if column.name not in ("snapshot", "digest", "refusals", "model_version")]
    wanted = select(*listed).where(*(cases.c[name] == value for name, value in filters.items()))
    if undated is None:
        return wanted.order_by(cases.c.due_at.is_(None), cases.c.due_at, cases.c.case_id).limit(limit)
    wanted = wanted.where(cases.c.due_at.is_(None) if undated else cases.c.due_at.is_not(None))
    return wanted.order_by(cases.c.due_at, cases.c.case_id).limit(limit)
