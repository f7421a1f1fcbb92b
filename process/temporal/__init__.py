"""Cases on Temporal: one workflow owns one case, and the engine does timers, retries, crashes and clusters.

Begin with ``worker``, which runs cases and calls the host's functions for what they request, and ``Cases``, which opens and
finds them. ``workflow`` holds a case and decides nothing; ``deciding`` applies the model. Needs the extra ``temporal``.
"""

import atexit

from process.extras import needed_by

with needed_by("process.temporal", "temporalio", extra="temporal"):
    import temporalio as _temporalio  # noqa: F401  # so that its absence is one sentence

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
from process.temporal.case_handle import CaseHandle, RefusedAnswer
from process.temporal.client import Cases, Found
from process.temporal.interpreter_exit import wait_for_foreign_threads
from process.temporal.namespace import encrypted, register_search_attributes
from process.temporal.worker_setup import Answer, worker

atexit.register(wait_for_foreign_threads)

__all__ = [
    "AlreadyDone",
    "Answer",
    "CaseHandle",
    "CaseIdReused",
    "CaseNotFound",
    "Cases",
    "Conflict",
    "EventIdReused",
    "Found",
    "Handled",
    "HistoryDiffers",
    "OrderHasOpenCase",
    "RefusedAnswer",
    "StoreError",
    "encrypted",
    "register_search_attributes",
    "worker",
]
