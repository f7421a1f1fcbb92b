"""Refusals in rows: the row of a refusal, and the refusal of a row.

A final refusal is kept under its sender and event id, so that the same event is refused the same way for good. An early
one, of an event that the case may yet take, is raised and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from process import json_vocabulary
from process.case import Case
from process.exceptions import Refused, SnapshotInvalid
from process.model import MODEL_VERSION
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


def refusal_values(
    case: Case, refusal: Refused, event_id: str, sender: str, data: Mapping[str, Any], who: str | None, at: datetime
) -> dict[str, Any]:
    """The row of a refusal."""
    told = json_vocabulary.refusal_to_dict(refusal)
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
        return json_vocabulary.refusal_from_dict({**told, **event})
    except (LookupError, ValueError, TypeError, AttributeError):
        raise SnapshotInvalid(f"refusal {row.event_id}", "is not what a refusal is stored as", "不是所存的拒绝") from None


def kept_refusal_of(row: Row[Any]) -> KeptRefusal:
    """The refusal of a row, with its event. Raises as ``refusal_of``."""
    error = refusal_of(row)
    today = rows.migrated(row, f"refusal {row.event_id}", row.state, row.state)
    return KeptRefusal(row.event_id, today["by"], row.who, today["data"], row.at, row.version, error)
