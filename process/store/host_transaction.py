"""The host's transaction: the demands on it, and the errors of a database that become Conflict or ReadOnly in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from process.model import Words
from process.persistence_errors import Conflict
from process.store.errors import DatabaseUnusable, NoTransaction, ReadOnly

DIALECTS: Final = ("sqlite", "postgresql", "mysql", "mariadb")
READ_ONLY: Final = "cancellation_read_only"
"""The execution option of a connection that ``reading`` has opened."""

_UNPREPARED = Words(
    "此 SQLite 引擎未经准备，保存点的释放会提交事务；请先调用 store.prepare_sqlite(engine)。",
    "this SQLite engine is not prepared: releasing a savepoint would commit; call store.prepare_sqlite(engine) first",
)


def is_mysql(conn: Connection) -> bool:
    return conn.dialect.name in ("mysql", "mariadb")


def demand_transaction(conn: Connection) -> None:
    """Raise NoTransaction where *conn* is in none, or where each statement would be a transaction of its own.

    Raises:
        DatabaseUnusable: of an unsupported kind, or an SQLite engine whose transactions can't be relied on.
    """
    if not isinstance(conn, Connection):
        right = "session.connection() of a Session, engine.begin() of an Engine, run_sync of an AsyncConnection"
        raise TypeError(f"needs a Connection, not {type(conn).__name__}; get one by {right}")
    dialect = conn.dialect.name
    if dialect not in DIALECTS:
        raise DatabaseUnusable(dialect, "cases are kept in SQLite, PostgreSQL, MariaDB or MySQL")
    if not conn.in_transaction():
        raise NoTransaction
    driver: Any = conn.connection.driver_connection
    if dialect == "sqlite":
        by_itself = driver.isolation_level is None or getattr(driver, "autocommit", None) is True
        if by_itself and not driver.in_transaction:
            raise NoTransaction
        if not by_itself and getattr(driver, "autocommit", None) is not False:
            raise DatabaseUnusable("sqlite", _UNPREPARED.en)
    elif conn.dialect.detect_autocommit_setting(conn.connection.dbapi_connection):  # type: ignore[arg-type]
        raise NoTransaction


def demand_writing(conn: Connection) -> None:
    """Raise as ``demand_transaction``, or ReadOnly where the connection was opened by ``reading``."""
    demand_transaction(conn)
    if conn.get_execution_options().get(READ_ONLY):
        raise ReadOnly


@contextmanager
def raising_conflict(
    case_id: str | None = None,
    version: int | None = None,
    *,
    aborted: bool = True,
    conn: Connection | None = None,
) -> Iterator[None]:
    """Raise Conflict for what the database says of concurrent writers, for a host's own loop of retries.

    Put it around the whole transaction, as ``with store.raising_conflict(), Session(engine) as session, session.begin():``,
    because above READ COMMITTED, PostgreSQL may refuse any statement of the transaction, the commit too. Other errors of
    the database, such as a lost connection or a statement's time-out, pass as they are.
    """
    try:
        yield
    except DBAPIError as error:
        if is_read_only(error):
            raise ReadOnly from error
        if not is_conflict(error):
            raise
        lost = aborted or _is_doomed(error)
        if lost and conn is not None:
            refuse_commit(conn, error)
        raise Conflict(case_id, version, lost, timed_out=has_timed_out(error)) from error


def refuse_commit(conn: Connection, cause: DBAPIError) -> None:
    """Prevent a host that swallows the Conflict from committing: the database has undone the writes, and would not say so.

    MySQL has ended the whole transaction, and the next statement would begin another. PostgreSQL answers a commit by
    rolling back; a rollback, of the transaction or to a savepoint before the failure, makes it usable again.
    """
    if is_mysql(conn):
        conn.invalidate(cause)
        return
    refused = [True]

    @event.listens_for(conn, "commit")
    def _refuse(_: Connection) -> None:
        if refused[0]:
            conn.dialect.do_rollback(conn.connection)  # for a pool that takes the connection back as committed
            raise Conflict(None, None, True) from cause

    @event.listens_for(conn, "rollback")
    def _rolled_back(_: Connection) -> None:
        refused[0] = False

    @event.listens_for(conn, "rollback_savepoint")
    def _rolled_back_to(_: Connection, _name: str, _context: None) -> None:
        refused[0] = False


# -------------------------------------------------------------------------------------------------------------- errors

_ROLLED_BACK: Final = (1213, 1020, 9007, 8022)
"""MySQL's deadlock, MariaDB's changed record, TiDB's write conflicts: the transaction is gone."""
_WAITED_TOO_LONG: Final = (1205, 3572)
_MAY_NOT_WRITE: Final = (1792, 1290, 1836)


def is_conflict(error: DBAPIError) -> bool:
    """Return True if another transaction was in the way: a failure to serialize, a deadlock, a lock, or a busy file."""
    return (
        _sqlstate(error) in ("40001", "40P01", "55P03")
        or _sqlite_name(error).startswith("SQLITE_BUSY")
        or error_number(error.orig) in (*_ROLLED_BACK, *_WAITED_TOO_LONG)
    )


def has_timed_out(error: DBAPIError) -> bool:
    """Return True if the database waited for as long as it may, so that another try would wait as long once more."""
    return (
        _sqlstate(error) == "55P03" or _sqlite_name(error) == "SQLITE_BUSY" or error_number(error.orig) in _WAITED_TOO_LONG
    )


def ends_transaction(error: BaseException) -> bool:
    """Return True if MySQL has rolled the whole transaction back with this error of the driver's."""
    return error_number(error) in _ROLLED_BACK


def is_read_only(error: DBAPIError) -> bool:
    return (
        _sqlstate(error) == "25006"
        or _sqlite_name(error).startswith("SQLITE_READONLY")
        or error_number(error.orig) in _MAY_NOT_WRITE
    )


def _sqlstate(error: DBAPIError) -> str | None:
    """The code of PostgreSQL's error, which psycopg2 and pg8000 keep in other places than psycopg and asyncpg."""
    told = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if told is None and error.orig is not None and error.orig.args and isinstance(error.orig.args[0], dict):
        told = error.orig.args[0].get("C")
    return told


def _sqlite_name(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlite_errorname", ""))


def error_number(error: BaseException | None) -> int | None:
    """The number of MySQL's error, which its drivers put first, or in an attribute; no other database's error has one."""
    if error is None:
        return None
    number = error.args[0] if error.args and type(error.args[0]) is int else getattr(error, "errno", None)
    return number if type(number) is int else None


def _is_doomed(error: DBAPIError) -> bool:
    """Return True if no savepoint saves the transaction.

    MySQL has ended it; PostgreSQL's SERIALIZABLE has refused it for what it has read, which stays read.
    """
    if error_number(error.orig) is not None:
        return True
    if _sqlstate(error) != "40001":
        return False
    source = getattr(getattr(error.orig, "diag", None), "source_file", None)
    return source is None or source == "predicate.c"  # a driver that does not say leaves it open, so it counts as lost


def sheltered(conn: Connection, *, serial: bool) -> AbstractContextManager[object]:
    """A savepoint where a lost race is an error of the database, which would abort the host's transaction."""
    return conn.begin_nested() if serial else nullcontext()
