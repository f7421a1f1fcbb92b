"""The unmodified ``transitions`` library on the scenario: a machine for each case, as its README does, and one shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import transitions

from process import MODEL, Actor, Channel, Goal, Option, State
from process.compiled_rows import changes_of
from process.machine import build_stock
from process.model import ELSE, Facts, Transition

PLAN, APP, CANCEL = Goal.PLAN, Channel.APP, Option.CANCEL
CUSTOMER, LENDER, SYSTEM = Actor.CUSTOMER, Actor.LENDER, Actor.SYSTEM


def _first_facts() -> Facts:
    return Facts(PLAN, "acct-1", "order-9", MODEL.limits.face, MODEL.limits.other)


def _machine_error(attempt: Callable[..., bool], *args: object, **kwargs: object) -> object:
    try:
        return attempt(*args, **kwargs)
    except transitions.MachineError as error:
        return error


# ------------------------------------------------------------------------------------------------- a machine for each case


class Order:
    """A model as the library's README has it: guards and changes are its methods, and it makes a machine of its own."""

    state: State

    def __init__(self) -> None:
        self.facts = _first_facts()
        # Without auto transitions, which the library makes by default: with those 400 it is slower still.
        self.machine = transitions.Machine(
            model=self,
            states=State,
            transitions=README_TRANSITIONS,
            initial=MODEL.initial,
            auto_transitions=False,
            send_event=True,
        )


def _asking(holds: Callable[[Facts, Any], bool]) -> Callable[[Order, transitions.EventData], bool]:
    return lambda order, event: holds(order.facts, event.kwargs)


def _asking_who(actors: tuple[Actor, ...]) -> Callable[[Order, transitions.EventData], bool]:
    return lambda _order, event: event.kwargs["by"] in actors


def _changing(declared: Transition) -> Callable[[Order, transitions.EventData], None]:
    effects = tuple(changes_of(effect) for effect in declared.effects)

    def change(order: Order, event: transitions.EventData) -> None:
        changes: dict[str, Any] = {}
        for effect in effects:
            changes.update(effect(order.facts, event.kwargs))
        order.facts = order.facts._replace(**changes)

    return change


def _readme_transition(declared: Transition) -> dict[str, object]:
    """The row by the names of Order's methods, which are made here."""
    methods: dict[str, Callable[..., object]] = {"by_" + "_or_".join(declared.by): _asking_who(declared.by)}
    methods |= {guard.name: _asking(guard.predicate) for guard in declared.guards if guard is not ELSE}
    conditions = list(methods)
    change = "_and_".join(effect.name for effect in declared.effects)
    if change:
        methods[change] = _changing(declared)
    for name, method in methods.items():
        setattr(Order, name, method)
    return {
        "trigger": declared.event.value,
        "source": declared.source,
        "dest": declared.target,
        "conditions": conditions,
        "before": [change] if change else [],
    }


README_TRANSITIONS = [_readme_transition(declared) for declared in MODEL.transitions]


def scenario_of_order(order: Any) -> None:
    order.sign_in(by=CUSTOMER, account="acct-1", channel=APP)
    order.open_orders(by=CUSTOMER)
    order.open_order(by=CUSTOMER, order="order-9")
    order.find_option(by=CUSTOMER, option=CANCEL)
    order.choose_cancellation(by=CUSTOMER)
    order.quote_consequences(by=LENDER, quote="q-1", fee=1200, currency="CNY")
    order.confirm_cancellation(by=CUSTOMER, quote="q-1")
    order.skip_face_verification(by=SYSTEM, reason="low risk")
    order.complete_cancellation(by=LENDER, quote="q-1")


def order_to_order_list(order: Any) -> None:
    order.sign_in(by=CUSTOMER, account="acct-1", channel=APP)
    order.open_orders(by=CUSTOMER)


CALLS_OF_ORDER: dict[str, Callable[[Any], object]] = {
    "guard not met": lambda order: order.open_order(by=CUSTOMER, order="another"),
    "wrong state": lambda order: _machine_error(order.choose_cancellation, by=CUSTOMER),
    "may it: yes": lambda order: order.may_open_order(by=CUSTOMER, order="order-9"),
    "may it: no": lambda order: order.may_open_order(by=CUSTOMER, order="another"),
}


# ----------------------------------------------------------------------------------------------------- one shared machine

SHARED = build_stock(MODEL)
EVENTS = SHARED.events


class Plain:
    """What the shared machine moves: an object with state and facts, and nothing of the library's."""

    __slots__ = ("facts", "state")

    def __init__(self) -> None:
        self.facts = _first_facts()
        self.state = MODEL.initial


def scenario_of_plain(plain: Plain) -> None:
    EVENTS["sign_in"].trigger(plain, by=CUSTOMER, account="acct-1", channel=APP)
    EVENTS["open_orders"].trigger(plain, by=CUSTOMER)
    EVENTS["open_order"].trigger(plain, by=CUSTOMER, order="order-9")
    EVENTS["find_option"].trigger(plain, by=CUSTOMER, option=CANCEL)
    EVENTS["choose_cancellation"].trigger(plain, by=CUSTOMER)
    EVENTS["quote_consequences"].trigger(plain, by=LENDER, quote="q-1", fee=1200, currency="CNY")
    EVENTS["confirm_cancellation"].trigger(plain, by=CUSTOMER, quote="q-1")
    EVENTS["skip_face_verification"].trigger(plain, by=SYSTEM, reason="low risk")
    EVENTS["complete_cancellation"].trigger(plain, by=LENDER, quote="q-1")


def plain_to_order_list(plain: Plain) -> None:
    EVENTS["sign_in"].trigger(plain, by=CUSTOMER, account="acct-1", channel=APP)
    EVENTS["open_orders"].trigger(plain, by=CUSTOMER)


CALLS_OF_PLAIN: dict[str, Callable[[Any], object]] = {
    "guard not met": lambda plain: EVENTS["open_order"].trigger(plain, by=CUSTOMER, order="another"),
    "wrong state": lambda plain: _machine_error(EVENTS["choose_cancellation"].trigger, plain, by=CUSTOMER),
    # The library gives the question to registered models only; this is what it calls for them.
    "may it: yes": lambda plain: SHARED._can_trigger(plain, "open_order", by=CUSTOMER, order="order-9"),
    "may it: no": lambda plain: SHARED._can_trigger(plain, "open_order", by=CUSTOMER, order="another"),
}
