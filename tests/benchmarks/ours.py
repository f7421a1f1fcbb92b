"""This package on the nine events, at literal call sites as in a user's code, with the constants bound beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from process import Actor, Case, Channel, Event, Goal, Option, ProcessError

PLAN, APP, CANCEL = Goal.PLAN, Channel.APP, Option.CANCEL
CUSTOMER: Final = Actor.CUSTOMER
LENDER: Final = Actor.LENDER
SYSTEM: Final = Actor.SYSTEM
SIGN_IN, OPEN_ORDERS, OPEN_ORDER, FIND_OPTION = Event.SIGN_IN, Event.OPEN_ORDERS, Event.OPEN_ORDER, Event.FIND_OPTION
CHOOSE, QUOTE = Event.CHOOSE_CANCELLATION, Event.QUOTE_CONSEQUENCES
CONFIRM, SKIP, COMPLETE = Event.CONFIRM_CANCELLATION, Event.SKIP_FACE_VERIFICATION, Event.COMPLETE_CANCELLATION


def new() -> Case:
    return Case(goal=PLAN, account="acct-1", order="order-9")


def scenario_through_trigger(case: Case) -> None:
    case.trigger(SIGN_IN, {"account": "acct-1", "channel": APP}, by=CUSTOMER)
    case.trigger(OPEN_ORDERS, by=CUSTOMER)
    case.trigger(OPEN_ORDER, {"order": "order-9"}, by=CUSTOMER)
    case.trigger(FIND_OPTION, {"option": CANCEL}, by=CUSTOMER)
    case.trigger(CHOOSE, by=CUSTOMER)
    case.trigger(QUOTE, {"quote": "q-1", "fee": 1200, "currency": "CNY"}, by=LENDER)
    case.trigger(CONFIRM, {"quote": "q-1"}, by=CUSTOMER)
    case.trigger(SKIP, {"reason": "low risk"}, by=SYSTEM)
    case.trigger(COMPLETE, {"quote": "q-1"}, by=LENDER)


def scenario_through_methods(case: Case) -> None:
    case.sign_in(account="acct-1", channel=APP)
    case.open_orders()
    case.open_order(order="order-9")
    case.find_option(option=CANCEL)
    case.choose_cancellation()
    case.quote_consequences(quote="q-1", fee=1200, currency="CNY")
    case.confirm_cancellation(by=CUSTOMER, quote="q-1")
    case.skip_face_verification(reason="low risk")
    case.complete_cancellation(by=LENDER, quote="q-1")


def to_order_list(case: Case) -> None:
    case.sign_in(account="acct-1", channel=APP)
    case.open_orders()


def _refused(attempt: Callable[..., object], *args: object, **kwargs: object) -> object:
    try:
        return attempt(*args, **kwargs)
    except ProcessError as error:
        return error


CALLS_OF_TRIGGER: dict[str, Callable[[Any], object]] = {
    "guard not met": lambda case: _refused(case.trigger, OPEN_ORDER, {"order": "another"}, by=CUSTOMER),
    "wrong state": lambda case: _refused(case.trigger, CHOOSE, by=CUSTOMER),
    "invalid payload": lambda case: _refused(case.trigger, OPEN_ORDER, {"order": 9}, by=CUSTOMER),
    "may it: yes": lambda case: case.may_trigger(OPEN_ORDER, {"order": "order-9"}, by=CUSTOMER),
    "may it: no": lambda case: case.may_trigger(OPEN_ORDER, {"order": "another"}, by=CUSTOMER),
}
CALLS_OF_METHODS: dict[str, Callable[[Any], object]] = {
    "guard not met": lambda case: _refused(case.open_order, order="another"),
    "wrong state": lambda case: _refused(case.choose_cancellation),
    "invalid payload": lambda case: _refused(case.open_order, order=9),
}
