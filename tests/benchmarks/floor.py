"""The floor: the trip's rows as a dict of dicts of plain functions, which change the case in place.

It does for the trip what the model's rows say, and nothing else: no check of the payload, no actor, no time, no history, no
version, no reasons for a refusal, and it is not safe to read half-way through. Nothing that decides can cost much less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from process.model import Goal, QuoteStatus, Settlement

PLAN, FOR_FACE_VERIFICATION = Goal.PLAN, Goal.FACE_VERIFICATION
OPEN, ACCEPTED, SUBMITTED, ANSWERED = QuoteStatus
SKIPPED = Settlement.SKIPPED


class Bare:
    """A case that is state and facts in one."""

    __slots__ = ("account", "currency", "face_removed", "fee", "goal", "order", "quote", "quote_status", "settled", "state")

    def __init__(self, goal: Goal, account: str, order: str) -> None:
        self.goal = goal
        self.account = account
        self.order = order
        self.state = "signed_out"
        self.quote: object = None
        self.fee: object = None
        self.currency: object = None
        self.quote_status: QuoteStatus | None = None
        self.settled: Settlement | None = None
        self.face_removed = False


Data = Mapping[str, object]
Guard = Callable[[Bare, Data], bool]
Change = Callable[[Bare, Data], None]


def account_is_the_buyers(case: Bare, data: Data) -> bool:
    return data["account"] == case.account


def order_is_the_cases(case: Bare, data: Data) -> bool:
    return data["order"] == case.order


def goal_has_plan(case: Bare, _: Data) -> bool:
    return case.goal is not FOR_FACE_VERIFICATION


def quote_is_open_and_verification_settled(case: Bare, data: Data) -> bool:
    return case.quote_status is OPEN and data["quote"] == case.quote and case.settled is not None


def quote_is_open(case: Bare, data: Data) -> bool:
    return case.quote_status is OPEN and data["quote"] == case.quote


def submitted_and_face_removed(case: Bare, data: Data) -> bool:
    return case.quote_status is SUBMITTED and data["quote"] == case.quote and case.face_removed


def quote_is_submitted(case: Bare, data: Data) -> bool:
    return case.quote_status is SUBMITTED and data["quote"] == case.quote


def void_the_quote(case: Bare, _: Data) -> None:
    case.quote = case.fee = case.currency = case.quote_status = None


def open_the_quote(case: Bare, data: Data) -> None:
    case.quote, case.fee, case.currency, case.quote_status = data["quote"], data["fee"], data["currency"], OPEN


def accept_the_quote(case: Bare, _: Data) -> None:
    case.quote_status = ACCEPTED


def submit(case: Bare, _: Data) -> None:
    case.quote_status = SUBMITTED


def skip_and_submit(case: Bare, _: Data) -> None:
    case.settled, case.quote_status = SKIPPED, SUBMITTED


def take_the_answer(case: Bare, _: Data) -> None:
    case.quote_status = ANSWERED


Row = tuple[Guard | None, Change | None, str]

# fmt: off
TABLE: dict[str, dict[str, tuple[Row, ...]]] = {
    "signed_out":            {"sign_in": ((account_is_the_buyers, None, "signed_in"),)},
    "signed_in":             {"open_orders": ((None, None, "order_list"),)},
    "order_list":            {"open_order": ((order_is_the_cases, None, "order_details"),)},
    "order_details":         {"find_option": ((None, None, "installment_options"),)},
    "installment_options":   {"choose_cancellation": ((goal_has_plan, void_the_quote, "consequences"),)},
    "consequences":          {"quote_consequences": ((None, open_the_quote, "consequences"),),
                              "confirm_cancellation": ((quote_is_open_and_verification_settled, submit, "cancelling"),
                                                       (quote_is_open, accept_the_quote, "verification_decision"))},
    "verification_decision": {"skip_face_verification": ((None, skip_and_submit, "cancelling"),)},
    "cancelling":            {"complete_cancellation": ((submitted_and_face_removed, take_the_answer, "both_cancelled"),
                                                        (quote_is_submitted, take_the_answer, "plan_cancelled"))},
}
# fmt: on


def fire(case: Bare, event: str, **data: Any) -> bool:
    for guard, change, target in TABLE[case.state][event]:
        if guard is None or guard(case, data):
            if change is not None:
                change(case, data)
            case.state = target
            return True
    return False


def may(case: Bare, event: str, **data: Any) -> bool:
    for guard, _, _ in TABLE[case.state].get(event, ()):  # noqa: SIM110  # any() of a generator takes longer
        if guard is None or guard(case, data):
            return True
    return False


def new() -> Bare:
    return Bare(PLAN, "acct-1", "order-9")


def trip(case: Bare) -> None:
    fire(case, "sign_in", account="acct-1", channel="app")
    fire(case, "open_orders")
    fire(case, "open_order", order="order-9")
    fire(case, "find_option", option="cancel")
    fire(case, "choose_cancellation")
    fire(case, "quote_consequences", quote="q-1", fee=1200, currency="CNY")
    fire(case, "confirm_cancellation", quote="q-1")
    fire(case, "skip_face_verification", reason="low risk")
    fire(case, "complete_cancellation", quote="q-1")


def to_order_list(case: Bare) -> None:
    fire(case, "sign_in", account="acct-1", channel="app")
    fire(case, "open_orders")


def _key_error(case: Bare, event: str) -> object:
    try:
        return fire(case, event)
    except KeyError as error:
        return error


CALLS: dict[str, Callable[[Any], object]] = {
    "guard not met": lambda case: fire(case, "open_order", order="another"),
    "wrong state": lambda case: _key_error(case, "choose_cancellation"),
    "may it: yes": lambda case: may(case, "open_order", order="order-9"),
    "may it: no": lambda case: may(case, "open_order", order="another"),
}
