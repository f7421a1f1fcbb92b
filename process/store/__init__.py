"""Cases that last: kept in two tables beside the host's own, written in the host's own transaction.

::

    from process import store

    with engine.begin() as conn:                                     # the host's transaction
        case = store.open(conn, goal=Goal.PLAN, account="acct-1", order="order-9")
        conn.execute(my_orders.update()...)                          # committed together, or not at all

    with engine.begin() as conn:
        try:
            handled = store.handle(conn, case.case_id, Event.SIGN_IN, event_id="msg-1", account="acct-1", channel="app")
        except Refused as refusal:                                   # caught inside, so that the refusal is kept
            answer = refusal.text("zh")

The store takes the host's connection (a session's, or an async one's through ``run_sync``) and never begins, commits or
rolls back. ``transact`` and ``deliver`` run a whole transaction with its retries; ``raising_conflict`` tells a loop of the
host's own when to try again. Tables in a schema of their own: give the engine or the connection
``execution_options(schema_translate_map={None: "cancellations"})``, also for ``metadata.create_all``.

Guaranteed, once the host's commit has succeeded: each event counts once, whoever delivers it how often; its step, the case
and the host's own rows are there together; no other writer's step is lost or overwritten; one open case for an order.
At least once: asking. A request has a key that stays the same while the same is asked, and who is asked must use it.
The host owes: who people are and what they may, the verifier, the money, and how long personal data is kept.
"""

from process.store.engines import create_engine, database, prepare_sqlite, sqlite_engine
from process.store.errors import (
    CaseIdReused,
    CaseNotFound,
    Conflict,
    DatabaseUnusable,
    EventIdReused,
    HistoryDiffers,
    NoTransaction,
    OrderHasOpenCase,
    ReadOnly,
    StoreError,
)
from process.store.handling import Handled, handle, import_case, load, open  # noqa: A004  # ``store.open``, as ``gzip.open``
from process.store.integrity import Finding, verify
from process.store.loading import load_events
from process.store.queries import Summary, awaiting, find, history, load_with_history, overdue
from process.store.statements import raising_conflict
from process.store.tables import metadata
from process.store.workers import deliver, time_out_overdue, transact

__all__ = [
    "CaseIdReused",
    "CaseNotFound",
    "Conflict",
    "DatabaseUnusable",
    "EventIdReused",
    "Finding",
    "Handled",
    "HistoryDiffers",
    "NoTransaction",
    "OrderHasOpenCase",
    "ReadOnly",
    "StoreError",
    "Summary",
    "awaiting",
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
    "prepare_sqlite",
    "raising_conflict",
    "sqlite_engine",
    "time_out_overdue",
    "transact",
    "verify",
]
