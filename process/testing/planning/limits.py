"""Scenarios for cases with other limits than those of the plan: every way to use the attempts up."""

from __future__ import annotations

from collections.abc import Iterator

from process.model import Actor, Event, Limits
from process.testing.scenario import QUOTED, Delivery

_TO_CHOICE = (
    *QUOTED,
    Delivery(Event.CONFIRM_CANCELLATION, Actor.CUSTOMER),
    Delivery(Event.REQUIRE_VERIFICATION, Actor.SYSTEM),
)
_FACE = Delivery(Event.START_FACE_VERIFICATION, Actor.CUSTOMER)
_OTHER = Delivery(Event.START_OTHER_VERIFICATION, Actor.CUSTOMER)
_PASS = Delivery(Event.PASS_VERIFICATION, Actor.VERIFIER)
_FAIL = Delivery(Event.FAIL_VERIFICATION, Actor.VERIFIER)
_OUTAGE = Delivery(Event.VERIFICATION_UNAVAILABLE, Actor.VERIFIER)
_COMPLETE = Delivery(Event.COMPLETE_CANCELLATION, Actor.LENDER)


def limit_deliveries(limits: Limits) -> Iterator[tuple[Delivery, ...]]:
    """Yield deliveries that use up the attempts by face and another way, and one attempt more of each."""
    failed_faces, failed_others = (_FACE, _FAIL) * limits.face, (_OTHER, _FAIL) * limits.other
    yield (*_TO_CHOICE, *failed_faces, _FACE, *failed_others[:-2], _OTHER, _PASS, _COMPLETE)
    yield (*_TO_CHOICE, *failed_others, _OTHER, *failed_faces, _FACE)
    yield (*_TO_CHOICE, *(_FACE, _OUTAGE) * (limits.face + 2), *(_OTHER, _OUTAGE) * (limits.other + 2), _FACE, _PASS)
