"""Engines, and what goes wrong with a database before any case is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from process.store.errors import DatabaseUnusable
from process.store.tables import metadata


def create_engine(url: str) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql://…``; ValueError if it is neither, or its driver is missing."""
    try:
        url.encode()
        parsed = make_url(url)
        if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
            return sqlite_engine(parsed.database or ":memory:")
        if parsed.get_backend_name() == "postgresql":
            return sqlalchemy.create_engine(parsed, pool_pre_ping=True)
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
        engine = create_engine(url)
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
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": busy_timeout.total_seconds()})
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
