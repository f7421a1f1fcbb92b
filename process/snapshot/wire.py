"""Steps, requests and refusals as data that JSON can hold, for whoever stores or sends them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from process.exceptions import EndReached, GuardNotMet, InvalidPayload, Refused, WrongActor, WrongState
from process.model import Actor, Blocker, Event, State
from process.records import Request
from process.snapshot.codec import decode_step, encode_step

__all__ = ["decode_step", "encode_step", "refusal_from_dict", "refusal_to_dict", "request_to_dict"]

REFUSALS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (EndReached, WrongState, WrongActor, GuardNotMet)}


def request_to_dict(request: Request) -> dict[str, Any]:
    return {"kind": request.kind, "to": request.to, "key": request.key, "payload": dict(request.payload)}


def refusal_to_dict(error: Refused | InvalidPayload) -> dict[str, Any]:
    """The refusal with its reasons in both languages."""
    return {
        "kind": type(error).__name__,
        "event": error.event,
        "state": error.state,
        "by": error.by,
        "blockers": [{"code": b.code, "parameters": _plain(b.parameters), "zh": b.zh, "en": b.en} for b in error.blockers],
    }


def refusal_from_dict(data: Mapping[str, Any]) -> Refused:
    """The refusal of such data; where a parameter held a member of an enum, it holds the value.

    Raises:
        LookupError, ValueError, TypeError, AttributeError: the data is of no refusal.
    """
    blockers = tuple(
        Blocker(told["code"], MappingProxyType(_tuples(told["parameters"])), told["zh"], told["en"])
        for told in data["blockers"]
    )
    return REFUSALS[data["kind"]](Event(data["event"]), State(data["state"]), _actor(data["by"]), blockers)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value


def _tuples(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _actor(by: object) -> Actor | None:
    try:
        return Actor(by)  # type: ignore[arg-type]  # a text that the host gave and that is no actor is a ValueError
    except ValueError:
        return None
