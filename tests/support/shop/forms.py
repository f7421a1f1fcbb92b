"""What the shop takes as the form of an event, checked by hand."""

from __future__ import annotations

from typing import Any

_FIELDS = {
    "sign_in": ("account", "channel:app website"),
    "open_order": ("order",),
    "find_option": ("option:details management cancel",),
    "quote_consequences": ("quote", "fee", "currency:CNY EUR GBP HKD JPY KWD TWD USD"),
    "confirm_cancellation": ("quote",),
    "skip_face_verification": ("reason",),
    "start_face_verification": ("consent",),
    "start_other_verification": ("method:payment_password sms_code bank_card",),
    "pass_verification": ("attempt",),
    "fail_verification": ("attempt",),
    "verification_unavailable": ("attempt",),
    "complete_cancellation": ("quote",),
    "reject_cancellation": ("quote", "reason"),
    "contact_support": ("channel:in_app_chat hotline website",),
    "report_problem": ("problem",),
    "identify_customer": ("agent", "ticket"),
    "report_plan_ended": ("reason",),
    "waive_verification": ("agent", "ticket"),
    "remove_face_verification": ("agent", "ticket"),
    "refuse": ("reason",),
}


def is_right(event: str, data: dict[str, Any]) -> bool:
    """Whether the form has exactly the event's fields, each of its kind."""
    fields = {name: choices.split() for name, _, choices in (each.partition(":") for each in _FIELDS.get(event, ()))}
    return set(data) == set(fields) and all(_is_kind(name, data[name], fields[name]) for name in fields)


def _is_kind(name: str, value: Any, choices: list[str]) -> bool:
    if choices:
        return isinstance(value, str) and value in choices
    if name in ("fee", "attempt"):
        return isinstance(value, int) and not isinstance(value, bool) and (name == "attempt") <= value < 2**53
    if name == "consent" and value is None:
        return True
    if not isinstance(value, str) or "\0" in value:
        return False
    if name in ("reason", "problem"):
        return 1 <= len(value) <= 256
    return 1 <= len(value) <= 64 and value.isprintable() and value == value.strip()
