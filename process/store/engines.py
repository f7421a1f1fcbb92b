"""Engines, and errors of a database before any case is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any, Final

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError

from process.store.addresses import AddressInvalid, parse_address, shown_address, without_secrets
from process.store.errors import DatabaseUnusable
from process.store.host_transaction import READ_ONLY, ends_transaction
from process.store.tables import metadata
from process.store.upgrades import is_of_earlier_release, upgrade

TIME_OUT: Final = timedelta(seconds=30)
"""The time for which a writer waits for another one, by default."""
NOTICE_AFTER: Final = 2.0
"""Seconds of waiting after which a program says so."""

_EXTRAS: Final = {"pymysql": "mysql", "MySQLdb": "mysql", "mariadb": "mysql"}

# ------------------------------------------------------------------------------------------------------------ by address


def create_engine(url: str, *, busy_timeout: timedelta = TIME_OUT) -> Engine:
    """An engine for ``sqlite:///path``, ``postgresql://…``, ``mysql+pymysql://…`` or ``mariadb+pymysql://…``.

    A writer waits for another one for *busy_timeout* at most.

    Raises:
        ValueError: the address is of another kind, or its driver is missing. The message holds no part of a password.
    """
    parsed = parse_address(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return sqlite_engine(parsed.database or ":memory:", busy_timeout=busy_timeout)
    parsed, secrets = without_secrets(parsed)
    options: dict[str, Any] = {"pool_pre_ping": True, "connect_args": secrets}
    try:
        if backend == "postgresql":
            if parsed.drivername == backend:  # else SQLAlchemy 2.0 takes psycopg2, which no extra brings
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = sqlalchemy.create_engine(parsed, **options)
            _on_connect(engine, f"SET lock_timeout = {busy_timeout // timedelta(milliseconds=1)}")
            return engine
        engine = sqlalchemy.create_engine(parsed, isolation_level="READ COMMITTED", **options)
        _on_connect(engine, f"SET SESSION innodb_lock_wait_timeout = {max(1, round(busy_timeout.total_seconds()))}")
        prepare_mysql(engine)
        return engine
    except ModuleNotFoundError as error:
        install = f'pip install "installment-cancellation[{_EXTRAS.get(error.name or "", "postgres")}]"'
        raise AddressInvalid(f"缺少驱动 {error.name}：{install}", f"needs the driver {error.name}: {install}") from None
    except (ArgumentError, NoSuchModuleError):
        raise AddressInvalid from None


def _on_connect(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "connect")
    def _execute(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()


@contextmanager
def database(
    url: str, *, create: bool = False, on_wait: Callable[[], object] | None = None, busy_timeout: timedelta = TIME_OUT
) -> Iterator[Engine]:
    """An engine for as long as a program needs one.

    Args:
        url: the address.
        create: make the file and the tables that are missing, and bring those of an earlier release up to date.
        on_wait: called when a statement has waited for two seconds, as for another writer.
        busy_timeout: as for ``create_engine``.

    Raises:
        DatabaseUnusable: it can't be used; ``problem`` is the database's message.
    """
    shown = shown_address(url)
    try:
        engine = create_engine(url, busy_timeout=busy_timeout)
    except AddressInvalid as error:
        raise DatabaseUnusable(shown, error.words.en, error.words.zh) from None
    if on_wait is not None:
        call_when_waiting(engine, on_wait)
    try:
        if create:
            metadata.create_all(engine)
            with engine.begin() as conn:
                upgrade(conn)
        elif engine.dialect.name == "sqlite" and not _is_there(engine.url.database):
            raise DatabaseUnusable(shown, "no such file; opening a case creates it", "没有这个文件；开启办理时会建立")
        yield engine
    except DatabaseError as error:
        problem, zh = str(error.orig).strip().splitlines()[0], _in_chinese(str(error.orig))
        if _is_outdated(engine):
            problem = "its tables are of an earlier release; bring them up to date with store.upgrade(conn)"
            zh = "表是旧版本的，请用 store.upgrade(conn) 升级"
        raise DatabaseUnusable(shown, problem, zh) from error
    finally:
        engine.dispose()


_PROBLEMS: Final = (
    (r"refused|could not connect|can't connect|timed? ?out|unreachable", "连不上服务器"),
    (r"resolve|translate host|name or service", "找不到主机"),
    (r"authentication|access denied|password", "用户名或密码不对，或没有权限"),
    (r"database .* does not exist|unknown database", "服务器上没有这个数据库"),
    (r"no such table|relation .* does not exist|table .* doesn't exist", "没有所需的表；开启办理时会建立"),
    (r"not a database", "这不是 SQLite 的数据库文件"),
    (r"unable to open", "打不开文件"),
    (r"locked|lock wait|deadlock", "正被占用"),
    (r"full|no space", "磁盘已满"),
    (r"read-?only", "只能读取，不能写入"),
    (r"malformed|corrupt", "文件已损坏"),
)
"""Messages of drivers, and the same in Chinese."""


def _in_chinese(problem: str) -> str:
    """The kind of a driver's message, in Chinese; "" for one of another kind."""
    return next((zh for pattern, zh in _PROBLEMS if re.search(pattern, problem, re.IGNORECASE)), "")


def _is_outdated(engine: Engine) -> bool:
    try:
        with reading(engine) as conn:
            return is_of_earlier_release(conn)
    except DBAPIError:
        return False


def _is_there(path: str | None) -> bool:
    return path in (None, "", ":memory:") or Path(str(path)).exists()


# ------------------------------------------------------------------------------------------------------------- readers


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: in SQLite it neither waits for a writer nor keeps one waiting.

    The store's functions that write raise ReadOnly on it.
    """
    with engine.execution_options(**{READ_ONLY: True}).begin() as conn:
        yield conn


def call_when_waiting(engine: Engine, on_wait: Callable[[], object], after: float = NOTICE_AFTER) -> None:
    """Call *on_wait* whenever a statement of the engine has not come back after so many seconds."""

    @event.listens_for(engine, "before_cursor_execute")
    def _start(conn: Connection, *_: object) -> None:
        timer = Timer(after, on_wait)
        timer.daemon = True
        conn.info["cancellation_timer"] = timer
        timer.start()

    def _stop(conn: Connection | None) -> None:
        timer = None if conn is None else conn.info.pop("cancellation_timer", None)
        if timer is not None:
            timer.cancel()

    @event.listens_for(engine, "after_cursor_execute")
    def _end(conn: Connection, *_: object) -> None:
        _stop(conn)

    @event.listens_for(engine, "handle_error")
    def _failed(context: Any) -> None:
        _stop(context.connection)


# ------------------------------------------------------------------------------------------------------- set-up by kind


def sqlite_engine(path: str | Path, *, busy_timeout: timedelta = TIME_OUT) -> Engine:
    """An engine for an SQLite file that many processes share; a writer waits for another one for *busy_timeout* at most."""
    url = URL.create("sqlite", database=str(path))  # a path may hold characters that an address gives a meaning
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": busy_timeout.total_seconds()})
    prepare_sqlite(engine)
    return engine


def prepare_sqlite(engine: Engine) -> None:
    """Make an engine of the host's own (of an AsyncEngine, its ``sync_engine``) as safe as that of ``sqlite_engine``.

    What is committed outlasts a power cut, and readers don't wait for writers. A transaction takes the right to write when
    it begins: one that took it later, at its first write, could have read what another has changed since. A transaction of
    ``reading`` never takes it.
    """

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        try:
            connection.isolation_level = None  # the driver would begin late, and by itself
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:  # as where an async task is cancelled: nobody else knows of the connection yet
            connection.close()
            raise

    @event.listens_for(engine, "invalidate")
    def _roll_back(connection: Any, _record: object, _error: object) -> None:
        with suppress(BaseException):  # closed alone, it would hold its lock for as long as a traceback holds its cursor
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":  # as for VACUUM; the store refuses it
            return
        driver: Any = connection.connection.dbapi_connection
        if driver.isolation_level is not None:  # as SQLAlchemy leaves it after a use with AUTOCOMMIT
            driver.isolation_level = None
        read_only = options.get(READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def prepare_mysql(engine: Engine) -> None:
    """Let a deadlock end the transaction for SQLAlchemy as it does for MySQL, also one of the host's own statements.

    MySQL and MariaDB roll the whole transaction back, and the next statement silently begins another one.
    """

    @event.listens_for(engine, "handle_error")
    def _invalidate(context: Any) -> None:
        if ends_transaction(context.original_exception):
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False
