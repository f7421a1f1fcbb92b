"""Persistence: cases in tables beside the host's own, written in the host's own transaction.

The functions take the host's connection (a session's, or an async one's through ``run_sync``) and never begin, commit or
roll back. ``transact`` and ``deliver`` run a whole transaction with its retries, ``aio`` has both for async hosts, and
``reading`` opens a transaction that only reads. Engines of the host's own: ``prepare_sqlite``, ``prepare_mysql``. Tables
in a schema of their own: ``execution_options(schema_translate_map={None: "cancellations"})`` on the engine, also for
``metadata.create_all``. Begin reading in ``handling.py``, which says what is promised, then ``duplicates.py`` and
``claims.py``; ``tables.py`` says what Alembic needs, and ``django`` and ``aio`` say what such hosts need.
"""

from process.extras import needed_by
from process.kept_cases import Handled
from process.persistence_errors import (
    AlreadyDone,
    CaseIdReused,
    CaseNotFound,
    Conflict,
    EventIdReused,
    HistoryDiffers,
    OrderHasOpenCase,
    StoreError,
)

with needed_by("process.store", "sqlalchemy", extra="store"):
    import sqlalchemy as _sqlalchemy  # noqa: F401  # so that its absence is one sentence

from process.store.addresses import AddressInvalid, shown_address
from process.store.case_lists import Summary, awaiting, count, find, overdue
from process.store.delivery import deliver, transact
from process.store.engines import (
    create_engine,
    database,
    prepare_mysql,
    prepare_sqlite,
    reading,
    sqlite_engine,
)
from process.store.errors import DatabaseUnusable, NestedDelivery, NoTransaction, ReadOnly
from process.store.handling import handle, load
from process.store.host_transaction import raising_conflict
from process.store.housekeeping import purge, time_out_overdue
from process.store.kept_refusals import KeptRefusal
from process.store.loading import load_events
from process.store.one_case_queries import history, load_with_history, refusals
from process.store.opening_cases import import_case, open  # noqa: A004  # ``store.open``, as ``gzip.open``
from process.store.stored_case_check import Finding, verify
from process.store.tables import metadata
from process.store.upgrades import upgrade

__all__ = [
    "AddressInvalid",
    "AlreadyDone",
    "CaseIdReused",
    "CaseNotFound",
    "Conflict",
    "DatabaseUnusable",
    "EventIdReused",
    "Finding",
    "Handled",
    "HistoryDiffers",
    "KeptRefusal",
    "NestedDelivery",
    "NoTransaction",
    "OrderHasOpenCase",
    "ReadOnly",
    "StoreError",
    "Summary",
    "awaiting",
    "count",
    "create_engine",
    "database",
    "deliver",
    "find",
    "handle",
    "history",
    "import_case",
    "load",
    "load_events",
    "load_with_history",
    "metadata",
    "open",
    "overdue",
    "prepare_mysql",
    "prepare_sqlite",
    "purge",
    "raising_conflict",
    "reading",
    "refusals",
    "shown_address",
    "sqlite_engine",
    "time_out_overdue",
    "transact",
    "upgrade",
    "verify",
]
