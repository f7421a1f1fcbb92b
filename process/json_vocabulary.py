"""Texts, reasons, errors, requests and steps as data that JSON can hold: each has one form, made by one function.

The store, Temporal, snapshots and every ``--json`` use these. Names of the model are written by their values, times as ISO
8601 with their offset. A step is read by ``process.snapshot.codec``, which names the entry that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from process.exceptions import (
    EndReached,
    GuardNotMet,
    InvalidPayload,
    NewerModel,
    ProcessError,
    Refused,
    SnapshotInvalid,
    UnknownEvent,
    WrongActor,
    WrongState,
)
from process.model import Actor, Blocker, Event, Goal, Limits, OtherMethod, RequestKind, State, Words
from process.persistence_errors import CaseNotFound, Conflict, EventIdReused
from process.records import Request, Step
from process.value_checks import aware_datetime, short_repr

STEP_KEYS: Final = ("event", "by", "who", "data", "source", "target", "at", "version")
"""The keys of a step."""

_REFUSALS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (EndReached, WrongState, WrongActor, GuardNotMet)}
_MEMBERS: Mapping[str, type[Goal | OtherMethod]] = {"goal": Goal, "method": OtherMethod}
"""The fields of a request that hold members of enums."""


def plain(value: object) -> Any:
    """The value as JSON has it: objects, lists, and the values of members of enums. What JSON can't hold stays as it is."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value


def time_to_text(moment: datetime | None) -> str | None:
    """The time in ISO 8601; None where there is none."""
    return None if moment is None else moment.isoformat()


def time_from_text(value: object) -> datetime:
    """The time of such a text. Raises ValueError for anything else, and for a time without its offset."""
    if type(value) is not str:
        raise ValueError
    return aware_datetime(datetime.fromisoformat(value))


def words_to_dict(words: Words) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": words.zh, "en": words.en}


def limits_to_dict(limits: Limits) -> dict[str, int]:
    """The number of attempts that a case has."""
    return {"face": limits.face, "other": limits.other}


def event_to_dict(event: Event, by: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it is raised: by whom, with which payload."""
    return {"event": event.value, "by": by.value, "data": plain(data)}


def step_to_dict(step: Step) -> dict[str, Any]:
    """One step of a history, in a snapshot and elsewhere."""
    event, by, data, source, target, at, version, who = step
    values = (event.value, by.value, who, plain(data), source.value, target.value, time_to_text(at), version)
    return dict(zip(STEP_KEYS, values, strict=True))


def request_to_dict(request: Request) -> dict[str, Any]:
    """The request: what it is, to whom, under which key."""
    return {"kind": request.kind.value, "to": request.to.value, "key": request.key, "payload": plain(request.payload)}


def request_from_dict(data: Mapping[str, Any]) -> Request:
    """The request of such data; keys beyond those of a request are left alone.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no request.
    """
    payload = {name: _MEMBERS[name](value) if name in _MEMBERS else value for name, value in data["payload"].items()}
    return Request(RequestKind(data["kind"]), Actor(data["to"]), data["key"], MappingProxyType(payload))


def blocker_to_dict(blocker: Blocker) -> dict[str, Any]:
    """One reason of a refusal."""
    return {"code": blocker.code, "parameters": plain(blocker.parameters), "zh": blocker.zh, "en": blocker.en}


def refusal_to_dict(error: Refused | InvalidPayload) -> dict[str, Any]:
    """The refusal with its reasons in both languages."""
    return {
        "kind": type(error).__name__,
        "event": plain(error.event),
        "state": plain(error.state),
        "by": plain(error.by),
        "blockers": [blocker_to_dict(blocker) for blocker in error.blockers],
        "is_final": error.is_final,
    }


def refusal_from_dict(data: Mapping[str, Any]) -> Refused:
    """The refusal of such data; where a parameter held a member of an enum, it holds the value.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no refusal.
    """
    return _REFUSALS[data["kind"]](*_refusal_fields(data), bool(data.get("is_final")))


def invalid_payload_from_dict(data: Mapping[str, Any]) -> InvalidPayload:
    """The InvalidPayload of such data. Raises as ``refusal_from_dict``."""
    return InvalidPayload(*_refusal_fields(data))


def _refusal_fields(data: Mapping[str, Any]) -> tuple[Event | None, State | None, Actor | None, tuple[Blocker, ...]]:
    blockers = tuple(
        Blocker(each["code"], _with_tuples(each["parameters"]), each["zh"], each["en"]) for each in data["blockers"]
    )
    event, state = data["event"], data["state"]
    return event and Event(event), state and State(state), _actor(data["by"]), blockers


def _with_tuples(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _actor(by: object) -> Actor | None:
    try:
        return Actor(by)  # type: ignore[arg-type]  # a text that the host gave and that is no actor is a ValueError
    except ValueError:
        return None


# -------------------------------------------------------------------------------------------------------------- errors

_BY_NAME: Mapping[str, type[ProcessError]] = {
    kind.__name__: kind for kind in (UnknownEvent, SnapshotInvalid, NewerModel, CaseNotFound, EventIdReused, Conflict)
}


def error_to_dict(error: ProcessError) -> dict[str, Any]:
    """The error as data that JSON can hold."""
    if isinstance(error, (Refused, InvalidPayload)):
        return refusal_to_dict(error)
    return {
        "kind": type(error).__name__,
        "args": [short_repr(each) if not _is_plain(each) else each for each in error.args],
    }


def error_from_dict(data: Mapping[str, Any]) -> ProcessError:
    """The error of such data.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no error.
    """
    if "args" in data:
        return _BY_NAME[data["kind"]](*data["args"])
    if data["kind"] == InvalidPayload.__name__:
        return invalid_payload_from_dict(data)
    return refusal_from_dict(data)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, bool))
