"""For Django hosts: the store on Django's own connection, in Django's own transaction.

::

    from django.db import transaction
    from process import store
    from process.store.django import borrowed

    with transaction.atomic(), borrowed() as conn:
        handled = store.handle(conn, "case-9", Event.SIGN_IN, payload, event_id="msg-1")

What the store writes is committed and rolled back with the host's own rows, also in nested atomic blocks, with
ATOMIC_REQUESTS, and in a TestCase; ``transaction.on_commit`` runs after it. Tables: a migration::

    def create(apps, schema_editor):
        create_tables(schema_editor.connection.alias)

    class Migration(migrations.Migration):
        atomic = False  # on MySQL, DDL commits
        operations = [migrations.RunPython(create, migrations.RunPython.noop)]

- Catch a refusal inside the atomic block, or the refusal itself is rolled back.
- Errors of the database are SQLAlchemy's here (``store.raising_conflict`` makes a Conflict of them), not ``django.db``'s.
- A Conflict that is ``aborted`` marks the block for rollback; a nested block saves the rest on PostgreSQL, not on MySQL.
- SQLite: set ``OPTIONS = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA
  synchronous=FULL;"}``, or concurrent writers get Conflicts.
- Inside a TestCase everything is in a transaction: that a call outside one raises NoTransaction shows in a
  TransactionTestCase only, which empties Django's tables and leaves the store's: delete those in its ``tearDown``, ``for
  table in reversed(store.metadata.sorted_tables): conn.execute(table.delete())``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.mysql.mysqldb import MySQLDialect_mysqldb
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import NullPool

from process.extras import needed_by
from process.store.engines import prepare_mysql
from process.store.errors import DatabaseUnusable, NoTransaction
from process.store.tables import metadata

with needed_by("process.store.django", "django", extra="django"):
    from django.db import connections  # type: ignore[import-untyped]  # Django has no types


@contextmanager
def borrowed(using: str = "default") -> Iterator[Connection]:
    """Lend Django's connection as one of SQLAlchemy's, for as long as the block lasts.

    Args:
        using: the alias of the database in ``DATABASES``.

    Raises:
        NoTransaction: Django's connection is in no ``transaction.atomic`` block.
    """
    django = connections[using]
    if not django.in_atomic_block:
        raise NoTransaction
    with _lending_engine(using, _drivername(django)).connect() as conn, conn.begin():
        try:
            yield conn
        finally:
            if conn.invalidated or _has_failed(django):
                django.set_rollback(True)


def create_tables(using: str = "default") -> None:
    """Create the store's tables that are missing, for a migration's ``RunPython``."""
    django = connections[using]
    django.ensure_connection()
    with _lending_engine(using, _drivername(django)).connect() as conn:
        metadata.create_all(conn)


def _has_failed(django: Any) -> bool:
    """Return True if PostgreSQL has given the transaction up."""
    status = getattr(getattr(django.connection, "info", None), "transaction_status", None)
    return django.vendor == "postgresql" and getattr(status, "name", "") == "INERROR"


# ------------------------------------------------------------------------------------------------------------- dialects


class _Lent:
    """Part of a dialect that leaves the connection as Django has it, and never begins, ends or closes anything."""

    def on_connect(self) -> None:
        return None

    def on_connect_url(self, _url: object) -> None:
        return None

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...

    def do_close(self, dbapi_connection: Any) -> None: ...

    def do_terminate(self, dbapi_connection: Any) -> None: ...


class _SQLite(_Lent, SQLiteDialect_pysqlite):  # type: ignore[misc]  # on_connect is to give nothing
    supports_statement_cache = True


class _PostgreSQL(_Lent, PGDialect_psycopg):
    supports_statement_cache = True


class _PyMySQL(_Lent, MySQLDialect_pymysql):  # type: ignore[misc]  # the same
    supports_statement_cache = True


class _MySQLClient(_Lent, MySQLDialect_mysqldb):  # type: ignore[misc]  # the same
    supports_statement_cache = True


for _name, _dialect in (
    ("sqlite.django", _SQLite),
    ("postgresql.django", _PostgreSQL),
    ("mysql.django_pymysql", _PyMySQL),
    ("mysql.django_mysqldb", _MySQLClient),
):
    registry.register(_name, __name__, _dialect.__name__)


@cache
def _lending_engine(using: str, drivername: str) -> Engine:
    engine = sqlalchemy.create_engine(f"{drivername}://", poolclass=NullPool, creator=lambda: connections[using].connection)
    if engine.dialect.name == "mysql":
        prepare_mysql(engine)
    return engine


def _drivername(django: Any) -> str:
    """The name of the dialect for Django's connection, as registered above."""
    if django.vendor == "mysql":
        return (
            "mysql+django_pymysql" if type(django.connection).__module__.startswith("pymysql") else "mysql+django_mysqldb"
        )
    if django.vendor not in ("sqlite", "postgresql"):
        raise DatabaseUnusable(django.vendor, "cases are kept in SQLite, PostgreSQL, MariaDB or MySQL")
    return f"{django.vendor}+django"
