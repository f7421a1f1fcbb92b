"""The process read a second time, as one plain function on a dict: no table, no guards, nothing imported from the package.

It is written from the description alone, so that a slip in the table and a slip here would have to agree to go unseen.
"""

from __future__ import annotations

from typing import Any

STEPS_1_TO_5 = {
    "signed_out": 1,
    "signed_in": 1,
    "order_list": 2,
    "order_details": 3,
    "installment_options": 4,
    "consequences": 5,
    "verification_decision": 5,
    "verification_choice": 5,
    "face_verification": 5,
    "other_verification": 5,
    "cancelling": 5,
}
OPEN = {*STEPS_1_TO_5, "support_needed", "in_support"}
VERIFYING = {"face_verification", "other_verification"}


def opened(goal: str, account: str, order: str, face_limit: int, other_limit: int) -> dict[str, Any]:
    """Return a case as it begins."""
    return {
        "state": "signed_out",
        "goal": goal,
        "account": account,
        "order": order,
        "identity": None,
        "offer": None,  # (reference, fee, currency) of the quote that is not void
        "status": None,  # open, accepted, submitted, answered
        "rejected": None,
        "settled": None,
        "removed": False,
        "left": {"face_verification": face_limit, "other_verification": other_limit},
        "attempt": 0,
    }


def after(case: dict[str, Any], event: str, by: str, data: dict[str, Any]) -> dict[str, Any] | None:  # noqa: PLR0915
    """Return the case after the event; None if it is refused. The payload has the right fields and types."""
    state = case["state"]
    if state not in OPEN:
        return None
    unanswered = case["status"] == "submitted"
    wants_plan, wants_removal = case["goal"] != "face_verification", case["goal"] != "plan"
    void = {"offer": None, "status": None}
    attempts_left = any(left > 0 for left in case["left"].values())
    is_offer = case["offer"] is not None and data.get("quote") == case["offer"][0]
    face_end = {"state": "face_verification_removed"}

    def go(target: str, **changes: Any) -> dict[str, Any]:
        return {**case, "state": target, **changes}

    def end(target: str, **changes: Any) -> dict[str, Any]:
        return go("face_verification_removed" if case["removed"] else target, **changes)

    match event, by:
        case "sign_in", "customer" if state == "signed_out" and data["account"] == case["account"]:
            return go("signed_in", identity="signed_in")
        case "open_orders", "customer" if state == "signed_in":
            return go("order_list")
        case "open_order", "customer" if state == "order_list" and data["order"] == case["order"]:
            return go("order_details")
        case "report_order_missing", "customer" if state == "order_list":
            return go("support_needed")
        case "find_option", "customer" if state == "order_details":
            return go("installment_options")
        case "report_option_missing", "customer" if state in {"order_details", "installment_options"}:
            return go("support_needed")
        case "choose_cancellation", "customer" if state == "installment_options" and wants_plan:
            return go("consequences", **void)
        case "request_face_verification_removal", "customer":
            if state in {"installment_options", "verification_choice"} and wants_removal and not case["removed"]:
                return go("support_needed")
        case "quote_consequences", "lender" if state == "consequences" and data["quote"] != case["rejected"]:
            offer = (data["quote"], data["fee"], data["currency"])
            if not is_offer or offer == case["offer"]:
                return go("consequences", offer=offer, status="open")
        case "confirm_cancellation", "customer" | "support":
            if state == "consequences" and case["status"] == "open" and is_offer:
                if case["settled"] or case["removed"]:
                    return go("cancelling", status="submitted")
                return go("verification_decision", status="accepted")
        case "decline_cancellation", "customer" | "support" if state == "consequences" and case["status"] == "open":
            return end("plan_kept")
        case "skip_face_verification", "system" if state == "verification_decision":
            return go("cancelling", settled="skipped", status="submitted")
        case "require_verification", "system" if state == "verification_decision":
            return go("verification_choice")
        case (("start_face_verification" | "start_other_verification"), "customer") if state == "verification_choice":
            method = event.removeprefix("start_")
            if case["left"][method] > 0 and data.get("consent", "not needed") is not None:
                left = {**case["left"], method: case["left"][method] - 1}
                return go(method, left=left, attempt=case["attempt"] + 1)
        case "pass_verification", "verifier" if state in VERIFYING and data["attempt"] == case["attempt"]:
            return go("cancelling", settled=state.removesuffix("_verification"), status="submitted")
        case "fail_verification", "verifier" if state in VERIFYING and data["attempt"] == case["attempt"]:
            return go("verification_choice" if attempts_left else "support_needed")
        case "verification_unavailable", "verifier" if state in VERIFYING and data["attempt"] == case["attempt"]:
            return go("verification_choice", left={**case["left"], state: case["left"][state] + 1})
        case "withdraw_face_consent", "customer" if state == "face_verification":
            return go("verification_choice" if attempts_left else "support_needed")
        case "choose_another_way", "customer" if state in VERIFYING:
            return go("verification_choice" if attempts_left else "support_needed")
        case "complete_cancellation", "lender" | "support" if by == "lender" or state == "in_support":
            cancelled = "both_cancelled" if case["removed"] else "plan_cancelled"
            if unanswered and is_offer and state in {"cancelling", "support_needed", "in_support"}:
                return go(cancelled, status="answered")
            if case["rejected"] is not None and data["quote"] == case["rejected"]:
                return go(cancelled, **void, settled=None)
        case "reject_cancellation", "lender" | "support" if by == "lender" or state == "in_support":
            if unanswered and is_offer and state in {"cancelling", "support_needed", "in_support"}:
                target = "in_support" if state == "in_support" else "support_needed"
                return go(target, **void, settled=None, rejected=data["quote"])
        case "contact_support", "customer" if state == "support_needed":
            return go("in_support")
        case "report_problem", "customer" | "system" if state in STEPS_1_TO_5 and state != "cancelling":
            return go("support_needed")
        case "identify_customer", "support" if state == "in_support" and case["identity"] is None:
            return go("in_support", identity="by_support")
        case "guide_back", "support" if state == "in_support" and not unanswered:
            return go("order_list" if case["identity"] == "signed_in" else "signed_out", **void)
        case "waive_verification", "support" if state == "in_support" and case["identity"] and wants_plan:
            if not unanswered:
                return go("consequences", **void, settled="waived")
        case "remove_face_verification", "support" if state == "in_support" and case["identity"] and wants_removal:
            if not wants_plan:
                return {**case, **face_end, "removed": True}
            if not case["removed"] and not unanswered:
                return go("consequences", **void, removed=True)
        case "report_plan_ended", "lender":
            return end("plan_ended_otherwise", status="answered" if unanswered else case["status"])
        case "report_plan_ended", "system" if state != "cancelling" and not unanswered:
            return end("plan_ended_otherwise")
        case "refuse", "support" if state == "in_support" and not unanswered:
            return end("refused")
        case "abandon", "customer" if state != "cancelling" and not unanswered:
            return end("abandoned")
        case "time_out", "clock":
            if state in {"cancelling", "in_support"} or (state == "support_needed" and unanswered):
                return go("support_needed")
            return end("expired")
    return None
