"""The floor: the scenario's rows as a dict of dicts of plain functions, which change the case in place.

It does for the scenario what the model's rows say, and nothing else: no check of the payload, no actor, no time, no
history, no version, no reasons for a refusal, and it is not safe to read half-way through. Nothing that decides can cost
much less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from process.model import Goal, Identity, QuoteStatus, Settlement

PLAN, FOR_FACE_VERIFICATION = Goal.PLAN, Goal.FACE_VERIFICATION
OPEN, ACCEPTED, SUBMITTED, ANSWERED = QuoteStatus
SKIPPED, SIGNED_IN = Settlement.SKIPPED, Identity.SIGNED_IN


class Bare:
    """A case that is state and facts in one."""

    __slots__ = (
        "account",
        "currency",
        "face_removed",
        "fee",
        "goal",
        "identity",
        "order",
        "quote",
        "quote_status",
        "rejected_quote",
        "settled",
        "state",
    )

    def __init__(self, goal: Goal, account: str, order: str) -> None:
        self.goal = goal
        self.account = account
        self.order = order
        self.state = "signed_out"
        self.identity: Identity | None = None
        self.rejected_quote: object = None
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


def offer_is_unchanged_or_new(case: Bare, data: Data) -> bool:
    same = data["quote"] != case.quote or (data["fee"] == case.fee and data["currency"] == case.currency)
    return same and data["quote"] != case.rejected_quote


def quote_is_open_and_nothing_due(case: Bare, data: Data) -> bool:
    due = case.settled is None and not case.face_removed
    return case.quote_status is OPEN and data["quote"] == case.quote and not due


def quote_is_open(case: Bare, data: Data) -> bool:
    return case.quote_status is OPEN and data["quote"] == case.quote


def rejected_and_face_removed(case: Bare, data: Data) -> bool:
    return data["quote"] == case.rejected_quote and case.face_removed


def quote_is_rejected(case: Bare, data: Data) -> bool:
    return data["quote"] == case.rejected_quote


def submitted_and_face_removed(case: Bare, data: Data) -> bool:
    return case.quote_status is SUBMITTED and data["quote"] == case.quote and case.face_removed


def quote_is_submitted(case: Bare, data: Data) -> bool:
    return case.quote_status is SUBMITTED and data["quote"] == case.quote


def identify(case: Bare, _: Data) -> None:
    case.identity = SIGNED_IN


def void_the_quote(case: Bare, _: Data) -> None:
    case.quote = case.fee = case.currency = case.quote_status = None


def open_the_quote(case: Bare, data: Data) -> None:
    case.quote, case.fee, case.currency, case.quote_status = data["quote"], data["fee"], data["currency"], OPEN


def accept_the_quote(case: Bare, _: Data) -> None:
    case.quote_status = ACCEPTED


def take_the_correction(case: Bare, data: Data) -> None:
    void_the_quote(case, data)
    case.settled = None


def submit(case: Bare, _: Data) -> None:
    case.quote_status = SUBMITTED


def skip_and_submit(case: Bare, _: Data) -> None:
    case.settled, case.quote_status = SKIPPED, SUBMITTED


def take_the_answer(case: Bare, _: Data) -> None:
    case.quote_status = ANSWERED


Row = tuple[Guard | None, Change | None, str]

# fmt: off
TABLE: dict[str, dict[str, tuple[Row, ...]]] = {
    "signed_out":            {"sign_in": ((account_is_the_buyers, identify, "signed_in"),)},
    "signed_in":             {"open_orders": ((None, None, "order_list"),)},
    "order_list":            {"open_order": ((order_is_the_cases, None, "order_details"),)},
    "order_details":         {"find_option": ((None, None, "installment_options"),)},
    "installment_options":   {"choose_cancellation": ((goal_has_plan, void_the_quote, "consequences"),)},
    "consequences":          {"quote_consequences": ((offer_is_unchanged_or_new, open_the_quote, "consequences"),),
                              "confirm_cancellation": ((quote_is_open_and_nothing_due, submit, "cancelling"),
                                                       (quote_is_open, accept_the_quote, "verification_decision"))},
    "verification_decision": {"skip_face_verification": ((None, skip_and_submit, "cancelling"),)},
    "cancelling":            {"complete_cancellation": ((rejected_and_face_removed, take_the_correction, "both_cancelled"),
                                                        (quote_is_rejected, take_the_correction, "plan_cancelled"),
                                                        (submitted_and_face_removed, take_the_answer, "both_cancelled"),
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


def scenario(case: Bare) -> None:
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
