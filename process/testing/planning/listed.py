"""Scenarios that are listed rather than searched for: attempts under other limits, offers, two cases of one account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from process.exploration.inputs import PAIR
from process.model import Actor, Event, Goal, Limits
from process.testing.field_values import BACKGROUND_CASES, CURRENCIES, FEES, background_account, other_cases_values
from process.testing.scenario import QUOTED, SUBMITTED, Delivery, Scenario

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
_QUOTE = Delivery(Event.QUOTE_CONSEQUENCES, Actor.LENDER)
_DECLINE = Delivery(Event.DECLINE_CANCELLATION, Actor.CUSTOMER)
_MANY = 9  # a limit of two digits is held against the attempts once only


def limit_deliveries(limits: Limits) -> Iterator[tuple[Delivery, ...]]:
    """Yield deliveries that use up the attempts by face and another way, and one attempt more of each."""
    failed_faces, failed_others = (_FACE, _FAIL) * limits.face, (_OTHER, _FAIL) * limits.other
    yield (*_TO_CHOICE, *failed_faces, _FACE, *failed_others[:-2], _OTHER, _PASS, _COMPLETE)
    if max(limits.face, limits.other) > _MANY:
        return
    yield (*_TO_CHOICE, *failed_others, _OTHER, *failed_faces, _FACE)
    counted = min(1, limits.face - 1)  # of each kind, before outages that give no other attempt back
    outages = (*(_FACE, _OUTAGE) * (limits.face + 2), *(_OTHER, _OUTAGE) * (limits.other + 2))
    used_up = (*(_OTHER, _FAIL) * (limits.other - 1), _OTHER, *(_FACE, _FAIL) * (limits.face - counted), _FACE)
    yield (*_TO_CHOICE, *(_FACE, _FAIL) * counted, _OTHER, _FAIL, *outages, *used_up)
    yield (*_TO_CHOICE, *outages, _FACE, _PASS)


def offering() -> Scenario:
    """Every fee and currency in one case, each offered twice in a row, and void references offered again."""
    quotes: list[Delivery] = []
    for fee, currency in zip(FEES, cycle(CURRENCIES), strict=False):
        quotes += [_QUOTE._replace(variant=f"fee: {fee}{PAIR}currency: {currency}")] * 2
    again = (_QUOTE._replace(variant="quote: again"), _QUOTE._replace(variant="quote: offered before"))
    return Scenario(Goal.PLAN, (*QUOTED, *quotes, *again, _DECLINE))


def of_one_account() -> Iterator[Scenario]:
    """Yield scenarios of cases whose account has another case, with that one's order and quote in place of their own."""
    for other in BACKGROUND_CASES:
        deliveries: list[Delivery] = []
        for right in (*SUBMITTED, _COMPLETE):
            deliveries += [right._replace(variant=wrong) for wrong in _OF_OTHERS.get(right.event, ())] + [right]
        yield Scenario(Goal.PLAN, tuple(deliveries), shapes=(background_account(other), "plain"))


_ORDERS = tuple(f"order: {choice}" for choice in other_cases_values("order"))
_QUOTES = tuple(f"quote: {choice}" for choice in other_cases_values("quote"))
_OF_OTHERS = {
    Event.OPEN_ORDER: _ORDERS,
    Event.CONFIRM_CANCELLATION: _QUOTES,
    Event.COMPLETE_CANCELLATION: _QUOTES,
}
