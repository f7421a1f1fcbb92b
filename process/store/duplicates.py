"""Duplicates: an event is recognized by its case, sender and event id, and its first outcome is repeated."""

from __future__ import annotations

from typing import Any

from process.case import Case
from process.case_arguments import named_actor
from process.kept_cases import Handled
from process.model import MODEL_VERSION, Event
from process.persistence_errors import EventIdReused
from process.store import kept_refusals, rows, statements
from process.store.statements import Connection, Row
from process.value_checks import short_repr


def sender_of(event: object, by: object) -> str:
    """The sender whose event id it is, as the columns ``by`` hold it; where none is named, the only one possible, or ""."""
    if (actor := named_actor(event, by)) is not None:
        return actor.value
    return "" if by is None else short_repr(by)


def known_event(conn: Connection, row: Row[Any] | None, case_id: str, sender: str, event_id: str) -> Row[Any] | None:
    """The step or refusal that the sender's event led to. A refusal has a ``kind``, a step has none."""
    if row is None or row.known is None:
        return None
    if row.known == statements.A_REFUSAL:
        return statements.known_refusal(conn, case_id, sender, event_id)
    return statements.known_step(conn, case_id, row.known)


def first_outcome(case: Case, known: Row[Any], event: Event, sender: str, data: object) -> Handled:
    """Repeat the outcome of a known event: return its step or raise its refusal.

    Raises:
        EventIdReused: the sender has used the id for another event of the case.
    """
    if not is_same_event(known, event, sender, data):
        raise EventIdReused(case.case_id, known.event_id, known.event)
    if "kind" in known._mapping:
        raise kept_refusals.refusal_of(known)
    return Handled(rows.step_of(known), case, is_duplicate=True)


def is_same_event(row: Row[Any], event: object, sender: str, data: object) -> bool:
    """Return True if a step's or refusal's row is of this event, by this sender, with this payload. The time may differ.

    An older model's is of the event that it was then, and of the one that it is after its migration.

    Raises:
        NewerModel: a newer model wrote it, in names that are not known here.
    """
    try:
        name = str.__str__(event) if issubclass(type(event), str) else ""
        given = rows.canonical_json(data), name, sender  # type: ignore[arg-type]  # what is no mapping is a TypeError
        if given == (row.data, row.event, row.by):
            return True
        if row.model_version == MODEL_VERSION:
            return False
        source, target = (row.state, row.state) if "kind" in row._mapping else (row.source, row.target)
        today = rows.migrated(row, f"event {row.event_id}", source, target)
        return given == (rows.canonical_json(today["data"]), today["event"], today["by"] or "")
    except (LookupError, ValueError, TypeError, AttributeError):
        return False
