"""What an event that comes again is answered with: rows of refusals, and whether a row is of this event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from process.case import Case
from process.exceptions import EndReached, GuardNotMet, Refused, SnapshotInvalid, WrongActor, WrongState
from process.machine import MACHINE
from process.model import MODEL_VERSION, Actor, Blocker, Event, State
from process.payload import short_repr
from process.snapshot import codec
from process.store import mapping
from process.store.statements import Row

KINDS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (EndReached, WrongState, WrongActor, GuardNotMet)}


def refusal_values(
    case: Case, refusal: Refused, event_id: str, by: object, data: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The row of a refusal, with all that makes it again."""
    told = [{"code": b.code, "parameters": mapping.plain(b.parameters), "zh": b.zh, "en": b.en} for b in refusal.blockers]
    values = {
        "case_id": case.case_id,
        "event_id": event_id,
        "version": case.version,
        "kind": type(refusal).__name__,
        "event": str(refusal.event),
        "by": _actor_text(refusal.by, by),
        "data": mapping.canonical(data),
        "state": case.state.value,
        "blockers": codec.dumps({"blockers": told}),
        "at": at,
        "model_version": MODEL_VERSION,
    }
    return {**values, "digest": mapping.digest_of("", values)}


def refusal_digest(row: Row[Any]) -> str:
    return mapping.digest_of("", {name: value for name, value in row._mapping.items() if name != "digest"})


def refusal_of(row: Row[Any]) -> Refused:
    """The refusal of a row, as it was raised; what was a member of an enum in a reason is its value.

    That of an older model has its event, state and actor in today's words, and its reasons in those of then.

    Raises:
        SnapshotInvalid: it is none, as one that was edited.
        NewerModel: a newer model refused.
    """
    try:
        today = mapping.as_of_today(row, f"refusal {row.event_id}", row.state, row.state)
        told = codec.loads(row.blockers)["blockers"]
        blockers = tuple(Blocker(b["code"], MappingProxyType(_tuples(b["parameters"])), b["zh"], b["en"]) for b in told)
        return KINDS[row.kind](Event(today["event"]), State(today["source"]), _actor(today["by"]), blockers)
    except (LookupError, ValueError, TypeError, AttributeError):
        raise SnapshotInvalid(f"refusal {row.event_id}", "is not what a refusal is stored as", "不是所存的拒绝") from None


def _tuples(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _actor_text(actor: Actor | None, said: object) -> str | None:
    if actor is not None:
        return actor.value
    return None if said is None else short_repr(said)


# --------------------------------------------------------------------------------------------------------- same content


def is_same_event(row: Row[Any], event: object, by: object, data: Mapping[str, Any]) -> bool:
    """Whether a step's or refusal's row is of this event, by this actor, with this payload. The time may differ.

    An older model's is of the event that it was then, and of the one that it is after its migration.

    Raises:
        NewerModel: a newer model wrote it, in words that are not known here.
    """
    try:
        actor = MACHINE.compiled_events[Event(event)].only_actor if by is None else _actor(by)  # type: ignore[arg-type]
        given = mapping.canonical(data), str(event), _actor_text(actor, by)
        if given == (row.data, row.event, row.by):
            return True
        if row.model_version == MODEL_VERSION:
            return False
        source, target = (row.state, row.state) if "kind" in row._mapping else (row.source, row.target)
        today = mapping.as_of_today(row, f"event {row.event_id}", source, target)
        return given == (mapping.canonical(today["data"]), today["event"], today["by"])
    except (LookupError, ValueError, TypeError):
        return False


def _actor(by: object) -> Actor | None:
    try:
        return Actor(by)  # type: ignore[arg-type]  # a stranger's value is a ValueError
    except ValueError:
        return None
