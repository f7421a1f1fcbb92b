"""The tables, the engines, and every statement: the one file that knows the database library.

Two databases are known: SQLite and PostgreSQL. Both have what the store rests on: unique indexes over a part of the rows,
``ON CONFLICT DO NOTHING``, and row counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    make_url,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError
from sqlalchemy.types import UserDefinedType

from process.store.errors import Conflict, DatabaseUnusable, NoTransaction

__all__ = ["Connection", "Engine", "Row", "cases", "metadata", "refusals", "steps"]

EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)

# --------------------------------------------------------------------------------------------------------------- types


def utc(moment: datetime) -> datetime:
    """The moment in UTC, kept two days off the ends of the calendar, so that every time zone can show it."""
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


class Moment(TypeDecorator[datetime]):
    """A time: ``timestamptz`` in PostgreSQL, and in SQLite, which has no zones, text in UTC that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value) if dialect.name == "postgresql" else utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class _TextOfJson(UserDefinedType[str]):
    """A JSON column that gives its text: reading it strictly is ours, whatever the host's engine decodes with."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)


JsonText = Text().with_variant(_TextOfJson(), "postgresql")
Reference = String(64)
Name = String(40)
"""For the value of an enum of the model, or of a kind of refusal."""

# -------------------------------------------------------------------------------------------------------------- tables

metadata = MetaData()
"""The tables, for the host's own migration tool, or ``metadata.create_all(engine)``."""

cases = Table(
    "cancellation_case",
    metadata,
    Column("case_id", Reference, primary_key=True),
    Column("account", Reference, nullable=False),
    Column("order_ref", Reference, nullable=False),
    Column("goal", Name, nullable=False),
    Column("version", Integer, nullable=False, comment="how many events the case has taken"),
    Column("refusals", Integer, nullable=False, comment="how many it has refused"),
    Column("model_version", Integer, nullable=False, comment="of the model that wrote the snapshot"),
    Column("state", Name, nullable=False),
    Column("awaits", Name, comment="whose move it is; null at an end"),
    Column("due_at", Moment, comment="when time_out is to be raised; null at an end"),
    Column("ended", Boolean, nullable=False),
    Column("snapshot", JsonText, nullable=False, comment="the case with its last step"),
    Column("digest", String(64), nullable=False, comment="of the opening and of all steps, each over the one before"),
)
_STILL_OPEN: Any = {"sqlite_where": ~cases.c.ended, "postgresql_where": ~cases.c.ended}
Index("cancellation_case_open_order", cases.c.order_ref, unique=True, **_STILL_OPEN)
Index("cancellation_case_awaits", cases.c.awaits, cases.c.due_at, cases.c.case_id, **_STILL_OPEN)
Index("cancellation_case_due", cases.c.due_at, cases.c.case_id, **_STILL_OPEN)

steps = Table(
    "cancellation_step",
    metadata,
    Column("case_id", Reference, ForeignKey(cases.c.case_id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False, comment="of the case after the step"),
    Column("event_id", Reference, nullable=False),
    Column("event", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("source", Name, nullable=False),
    Column("target", Name, nullable=False),
    Column("at", Moment, comment="as the host said it"),
    Column("model_version", Integer, nullable=False, comment="of the model that took the step"),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("case_id", "event_id", name="cancellation_step_event_id"),
)

refusals = Table(
    "cancellation_refusal",
    metadata,
    Column("case_id", Reference, ForeignKey(cases.c.case_id), primary_key=True),
    Column("event_id", Reference, primary_key=True),
    Column("version", Integer, nullable=False, comment="of the case when it refused"),
    Column("kind", Name, nullable=False, comment="the class of the refusal"),
    Column("event", Name, nullable=False),
    Column("by", String(80), comment="as the host said it; null where nobody was named"),
    Column("data", JsonText, nullable=False),
    Column("state", Name, nullable=False),
    Column("blockers", JsonText, nullable=False),
    Column("at", Moment),
    Column("digest", String(64), nullable=False),
)

# ------------------------------------------------------------------------------------------------------------- engines


def engine_of(url: str) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql://…``; ValueError if it is neither, or its driver is missing."""
    try:
        url.encode()
        parsed = make_url(url)
        if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
            return sqlite_engine(parsed.database or ":memory:")
        if parsed.get_backend_name() == "postgresql":
            return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise ValueError(f"no address of a database: {error}") from None
    except UnicodeEncodeError:
        raise ValueError("no address of a database: it is not all text") from None
    except ValueError:
        raise ValueError("no address of a database: its port is no number") from None
    except ModuleNotFoundError as error:
        raise ValueError(f'needs the driver {error.name}: pip install "installment-cancellation[postgres]"') from None
    raise ValueError(f"must begin with sqlite:/// or postgresql://, not {parsed.drivername}:")


@contextmanager
def database(url: str, *, create: bool = False) -> Iterator[Engine]:
    """An engine for as long as a program needs one; *create* makes the file and the tables that are missing.

    Raises:
        DatabaseUnusable: it can't be used; ``problem`` is what the database says.
    """
    try:
        engine = engine_of(url)
    except ValueError as error:
        raise DatabaseUnusable(masked(url), masked(str(error))) from None
    shown = masked(url)
    try:
        if create:
            metadata.create_all(engine)
        elif engine.dialect.name == "sqlite" and not _is_there(engine.url.database):
            raise DatabaseUnusable(shown, "there is no such file; opening a case makes it")
        yield engine
    except DatabaseError as error:
        raise DatabaseUnusable(shown, masked(str(error.orig).strip().splitlines()[0])) from error
    finally:
        engine.dispose()


def masked(text: str) -> str:
    """An address, or a text with one in it, without its passwords."""
    return _IN_QUERY.sub(r"\1***", _IN_ADDRESS.sub(r"\1***", text))


_IN_ADDRESS = re.compile(r"(://(?!\[)[^:/?#\s]*:)(?:.*(?=@)|(?!\d+(?:[/?\s]|$))[^/?\s]*)")
_IN_QUERY = re.compile(r"((?:password|passfile|sslpassword)=)[^&\s]*", re.IGNORECASE)


def _is_there(path: str | None) -> bool:
    return path in (None, "", ":memory:") or Path(str(path)).exists()


def sqlite_engine(path: str | Path, *, busy_timeout: timedelta = timedelta(seconds=30)) -> Engine:
    """An engine for a SQLite file that many processes share; writers wait for each other for *busy_timeout* at most."""
    url = URL.create("sqlite", database=str(path))  # a path may hold what an address would take for its own
    engine = create_engine(url, connect_args={"timeout": busy_timeout.total_seconds()})
    prepare_sqlite(engine)
    return engine


def prepare_sqlite(engine: Engine) -> None:
    """Make an engine of the host's own (of an AsyncEngine, its ``sync_engine``) as safe as that of ``sqlite_engine``.

    What is committed outlasts a power cut, and readers don't wait for writers. A transaction takes the right to write when
    it begins: one that took it later, at its first write, could have read what another has changed since.
    """

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin late, and by itself
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


# -------------------------------------------------------------------------------------------------------- transactions


def demand_transaction(conn: Connection) -> None:
    """Raise NoTransaction where *conn* is in none, or where each statement would be one of its own."""
    if conn.dialect.name not in _LOAD:
        raise DatabaseUnusable(conn.dialect.name, "cases are kept in SQLite or PostgreSQL")
    if not conn.in_transaction():
        raise NoTransaction
    driver: Any = conn.connection.driver_connection
    if conn.dialect.name == "sqlite":
        autocommit = driver.isolation_level is None and not driver.in_transaction
    else:
        autocommit = conn.dialect.detect_autocommit_setting(conn.connection.dbapi_connection)  # type: ignore[arg-type]
    if autocommit:
        raise NoTransaction


@contextmanager
def conflicts(case_id: str | None, version: int | None = None, *, aborted: bool = True) -> Iterator[None]:
    """Turn what the database says of concurrent writers into a Conflict."""
    try:
        yield
    except DBAPIError as error:
        if not is_conflict(error):
            raise
        raise Conflict(case_id, version, aborted or _is_doomed(error)) from error


def is_conflict(error: DBAPIError) -> bool:
    """Whether the database refused because of another transaction: to serialize, a deadlock, or a busy file."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01") or str(getattr(error.orig, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def _is_doomed(error: DBAPIError) -> bool:
    """Whether no savepoint saves the transaction: SERIALIZABLE has refused it for what it has read, which stays read."""
    if getattr(error.orig, "sqlstate", None) != "40001":
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
_MOVE = update(cases).where(
    and_(_OF_CASE, cases.c.version == bindparam("expected"), cases.c.refusals == bindparam("expected_refusals"))
)


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
    conn.execute(steps.insert(), list(values))


def insert_refusal(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(refusals.insert(), dict(values))


def move_case(conn: Connection, case_id: str, version: int, refused: int, values: Mapping[str, Any]) -> bool:
    """False where the case has taken or refused an event since it was read."""
    keys = {"key": case_id, "expected": version, "expected_refusals": refused}
    return conn.execute(_MOVE.values(**values), keys).rowcount == 1


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


def summaries(filters: Mapping[str, object], limit: int) -> Select[Any]:
    """Cases by the values of their columns, without their snapshots."""
    listed = [column for column in cases.c if column.name not in ("snapshot", "digest", "refusals", "model_version")]
    wanted = select(*listed).where(*(cases.c[name] == value for name, value in filters.items()))
    return wanted.order_by(cases.c.due_at.is_(None), cases.c.due_at, cases.c.case_id).limit(limit)
