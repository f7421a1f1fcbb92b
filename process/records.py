"""Records of a case: the steps it has taken, the request that it is waiting for, and all of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from process.model import Actor, Event, Facts, RequestKind, State


class Step(NamedTuple):
    """One event that a case took. Steps make its history; replaying them gives the case again (R20)."""

    event: Event
    by: Actor
    data: Mapping[str, Any]
    """The payload, read-only."""
    source: State
    target: State
    at: datetime | None
    """When, with its time zone, as the host said it; None if it did not."""
    version: int
    """The case's version after the step; the first step makes 1."""
    who: str | None = None
    """The host's reference to the person or system behind ``by``; None if the host gave none. It decides nothing."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _step, (*self[:2], dict(self.data), *self[3:])


def _step(*fields: Any) -> Step:
    event, by, data, *rest = fields
    return Step(event, by, MappingProxyType(data), *rest)


class Request(NamedTuple):
    """A request to the actor whose move it is."""

    kind: RequestKind
    to: Actor
    key: str
    """``case_id:version``; stays the same until the case takes its next event, so it can be an idempotency key."""
    payload: Mapping[str, Any]
    """The subject of the request: case, account, order, goal, and by kind the quote, fee, attempt, …"""

    def __reduce__(self) -> tuple[Any, ...]:
        return _request, (*self[:3], dict(self.payload))


def _request(kind: RequestKind, to: Actor, key: str, payload: dict[str, Any]) -> Request:
    return Request(kind, to, key, MappingProxyType(payload))


class Parts(NamedTuple):
    """The parts of a case."""

    case_id: str
    version: int
    state: State
    facts: Facts
    opened_at: datetime | None
    deadlines: Mapping[State, timedelta] | None
    history: tuple[Step, ...]
    trusted_until: int | None
    """The version up to which an older model took the steps, which are not validated by today's; None: it took none.

    References of such a case are checked by model 1's rule: it may hold ones that no new case can.
    """
