"""Persistence: cases in tables beside the host's own, written in the host's own transaction.

::

    from process import store

    with engine.begin() as conn:                                     # the host's transaction
        case = store.open(conn, goal=Goal.PLAN, account="acct-1", order="order-9")
        conn.execute(my_orders.update()...)                          # committed together, or not at all

    with engine.begin() as conn:
        try:
            payload = {"account": "acct-1", "channel": "app"}
            handled = store.handle(conn, case.case_id, Event.SIGN_IN, payload, event_id="msg-1")
        except Refused as refusal:                                   # caught inside, so that a final refusal is kept
            answer = refusal.text("zh")

The store takes the host's connection (a session's, or an async one's through ``run_sync``) and never begins, commits or
rolls back. ``transact`` and ``deliver`` run a whole transaction with its retries, ``aio`` has both for async hosts;
``raising_conflict`` tells a loop of the host's own when to try again; ``reading`` opens a transaction that only reads.
Tables in a schema of their own: give the engine or the connection ``execution_options(schema_translate_map={None:
"cancellations"})``, also for ``metadata.create_all``. Begin reading in ``handling.py``; the tables are in ``tables.py``.

Guaranteed, once the host's commit has succeeded: each event counts once, however often it is delivered; its step, the case
and the host's own rows are there together; no other writer's step is lost or overwritten; an order has one open case, and
its plan is cancelled once.
At least once: requests. A request has a key that stays the same while the same is requested, and its receiver must use it.
The host owes: authentication and authorization (never take ``by``, ``who``, ``at`` or an event's id from a client
unchecked), rate limits, the verifier, the money, and the time after which personal data is purged.
"""

from process.extras import needed_by
from process.persistence import (
    AlreadyDone,
    CaseIdReused,
    CaseNotFound,
    Conflict,
    EventIdReused,
    Handled,
    HistoryDiffers,
    OrderHasOpenCase,
    StoreError,
)

with needed_by("process.store", "sqlalchemy", extra="store"):
    import sqlalchemy as _sqlalchemy  # noqa: F401  # so that its absence is one sentence

from process.store.engines import (
    AddressInvalid,
    create_engine,
    database,
    prepare_mysql,
    prepare_sqlite,
    reading,
    shown_address,
    sqlite_engine,
)
from process.store.errors import DatabaseUnusable, NestedDelivery, NoTransaction, ReadOnly
from process.store.handling import handle, import_case, load, open  # noqa: A004  # ``store.open``, as ``gzip.open``
from process.store.integrity import Finding, verify
from process.store.kept_refusals import KeptRefusal
from process.store.loading import load_events
from process.store.queries import Summary, awaiting, count, find, history, load_with_history, overdue, refusals
from process.store.tables import metadata
from process.store.transactions import raising_conflict
from process.store.upgrades import upgrade
from process.store.workers import deliver, purge, time_out_overdue, transact

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
