"""Refusals in rows: the row of a refusal, the refusal of a row, and the test whether a row is of the same event.

A final refusal is kept under its sender and event id, so that the same event is refused the same way for good. An early
one, of an event that the case may yet take, is raised and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from process import json_forms
from process.arguments import named_actor
from process.case import Case
from process.exceptions import Refused, SnapshotInvalid
from process.model import MODEL_VERSION
from process.payload import short_repr
from process.snapshot import codec
from process.store import rows
from process.store.statements import Row


class KeptRefusal(NamedTuple):
    """A refusal that is stored, with the event that was refused."""

    event_id: str
    by: str | None
    """The actor, as the host gave it; None where none was named."""
    who: str | None
    data: Mapping[str, Any]
    at: datetime | None
    version: int
    """The version of the case when it refused."""
    error: Refused


def is_kept(refusal: Refused) -> bool:
    """Return True for a final refusal."""
    return refusal.is_final


def sender_of(event: object, by: object) -> str:
    """The sender whose event id it is, as the columns ``by`` hold it; where none is named, the only one possible, or ""."""
    if (actor := named_actor(event, by)) is not None:
        return actor.value
    return "" if by is None else short_repr(by)


def refusal_values(
    case: Case, refusal: Refused, event_id: str, sender: str, data: Mapping[str, Any], who: str | None, at: datetime
) -> dict[str, Any]:
    """The row of a refusal."""
    told = json_forms.refusal_to_dict(refusal)
    values = {
        "case_id": case.case_id,
        "event_id": event_id,
        "version": case.version,
        "kind": told["kind"],
        "event": told["event"],
        "by": sender,
        "data": rows.canonical_json(data),
        "state": case.state.value,
        "blockers": codec.dumps({"blockers": told["blockers"], "is_final": told["is_final"]}),
        "at": at,
        "model_version": MODEL_VERSION,
    }
    return {**values, "who": who, "digest": _digest(values, who)}


def refusal_digest(row: Row[Any]) -> str:
    """The digest that a refusal's row should have."""
    values = {name: value for name, value in row._mapping.items() if name not in ("digest", "who")}
    return _digest(values, row.who)


def _digest(values: Mapping[str, Any], who: str | None) -> str:
    return rows.digest_of(
        "", rows.with_who({**{name: values[name] for name in _DIGESTED}, "by": values["by"] or None}, who)
    )


_DIGESTED = ("case_id", "event_id", "version", "kind", "event", "by", "data", "state", "blockers", "at", "model_version")


def refusal_of(row: Row[Any]) -> Refused:
    """The refusal of a row, as it was raised; where a reason held a member of an enum, it holds the value.

    That of an older model has its event, state and actor in today's names, and the text of its reasons as it was.

    Raises:
        SnapshotInvalid: it is none, as one that was edited.
        NewerModel: a newer model refused.
    """
    try:
        today = rows.migrated(row, f"refusal {row.event_id}", row.state, row.state)
        told = {"is_final": True, **codec.loads(row.blockers)}  # model 1 did not say, and kept them all for good
        event = {"kind": row.kind, "event": today["event"], "state": today["source"], "by": today["by"]}
        return json_forms.refusal_from_dict({**told, **event})
    except (LookupError, ValueError, TypeError, AttributeError):
        raise SnapshotInvalid(f"refusal {row.event_id}", "is not what a refusal is stored as", "不是所存的拒绝") from None


def kept_refusal_of(row: Row[Any]) -> KeptRefusal:
    """The refusal of a row, with its event. Raises as ``refusal_of``."""
    error = refusal_of(row)
    today = rows.migrated(row, f"refusal {row.event_id}", row.state, row.state)
    return KeptRefusal(row.event_id, today["by"], row.who, today["data"], row.at, row.version, error)


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
