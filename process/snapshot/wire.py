"""Steps, requests and refusals as data that JSON can hold, for whoever stores or sends them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from process.exceptions import EndReached, GuardNotMet, InvalidPayload, Refused, WrongActor, WrongState
from process.model import Actor, Blocker, Event, Goal, OtherMethod, RequestKind, State
from process.records import Request
from process.snapshot.codec import decode_step, encode_step

__all__ = [
    "decode_step",
    "encode_step",
    "invalid_payload_from_dict",
    "plain",
    "refusal_from_dict",
    "refusal_to_dict",
    "request_from_dict",
    "request_to_dict",
]

REFUSALS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (EndReached, WrongState, WrongActor, GuardNotMet)}
_MEMBERS: Mapping[str, type[Goal | OtherMethod]] = {"goal": Goal, "method": OtherMethod}
"""The fields of a request that hold members of enums."""


def request_to_dict(request: Request) -> dict[str, Any]:
    return {"kind": request.kind.value, "to": request.to.value, "key": request.key, "payload": plain(request.payload)}


def request_from_dict(data: Mapping[str, Any]) -> Request:
    """The request of such data; keys beyond those of a request are left alone.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no request.
    """
    payload = {name: _MEMBERS[name](value) if name in _MEMBERS else value for name, value in data["payload"].items()}
    return Request(RequestKind(data["kind"]), Actor(data["to"]), data["key"], MappingProxyType(payload))


def refusal_to_dict(error: Refused | InvalidPayload) -> dict[str, Any]:
    """The refusal with its reasons in both languages."""
    return {
        "kind": type(error).__name__,
        "event": plain(error.event),
        "state": plain(error.state),
        "by": plain(error.by),
        "blockers": [{"code": b.code, "parameters": plain(b.parameters), "zh": b.zh, "en": b.en} for b in error.blockers],
        "is_final": error.is_final,
    }


def refusal_from_dict(data: Mapping[str, Any]) -> Refused:
    """The refusal of such data; where a parameter held a member of an enum, it holds the value.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no refusal.
    """
    return REFUSALS[data["kind"]](*_fields(data), bool(data.get("is_final")))


def invalid_payload_from_dict(data: Mapping[str, Any]) -> InvalidPayload:
    """Likewise, of an InvalidPayload."""
    return InvalidPayload(*_fields(data))


def _fields(data: Mapping[str, Any]) -> tuple[Event | None, State | None, Actor | None, tuple[Blocker, ...]]:
    blockers = tuple(
        Blocker(told["code"], _tuples(told["parameters"]), told["zh"], told["en"]) for told in data["blockers"]
    )
    event, state = data["event"], data["state"]
    return event and Event(event), state and State(state), _actor(data["by"]), blockers


def plain(value: object) -> Any:
    """The value as JSON has it: objects, lists, and the values of members of enums."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    return value.value if isinstance(value, Enum) else value


def _tuples(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _actor(by: object) -> Actor | None:
    try:
        return Actor(by)  # type: ignore[arg-type]  # a text that the host gave and that is no actor is a ValueError
    except ValueError:
        return None
