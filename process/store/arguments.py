"""What a caller gives, checked before any statement: a database's own error could spoil the host's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from process.exceptions import InvalidPayload
from process.model import Actor
from process.payload import INVALID, aware_datetime, expected, member_of, reference, wrong_field

MAX_LIMIT: Final = 2**31 - 1

COLUMNS: Final[Mapping[str, str]] = {
    **{name: name for name in ("case_id", "account", "goal", "state", "awaits", "ended")},
    "order": "order_ref",
}
"""What ``find`` filters by, with the columns of it."""


def reference_of(name: str, value: object) -> str:
    """The id, if it is one; else InvalidPayload that names it, as all of these raise."""
    found: str = _checked(name, value, reference, "1 至 64 个可打印字符", "text of 1 to 64 printable characters")
    return found


def limit_of(value: object) -> int:
    found: int = _checked("limit", value, _limit, f"0 至 {MAX_LIMIT} 的整数", f"an integer from 0 to {MAX_LIMIT}")
    return found


def version_of(value: object) -> int | None:
    zh, en = "不小于 0 的整数，或不指定", "an integer of 0 or more, or left out"
    found: int | None = _checked("version", value, _version, zh, en)
    return found


def moment_of(name: str, value: object) -> datetime:
    found: datetime = _checked(name, value, aware_datetime, "带时区的时间", "a datetime with its time zone")
    return found


def actor_of(value: object) -> Actor:
    found: Actor = _checked("actor", value, member_of(Actor), *expected(Actor))
    return found


def filters_of(filters: Mapping[str, object]) -> dict[str, object]:
    """The values by their columns."""
    names = ", ".join(COLUMNS)
    for name, value in filters.items():
        _checked(name, name, COLUMNS.__getitem__, f"{names} 之一", f"one of {names}")
        if name == "ended":
            _checked(name, value, _flag, "true 或 false", "true or false")
        elif value is not None:
            _checked(name, value, _storable, "不含 NUL 与不成对代理的文本", "text without NUL and unpaired surrogates")
    return {COLUMNS[name]: value for name, value in filters.items()}


def _limit(value: Any) -> Any:
    if type(value) is int and 0 <= value <= MAX_LIMIT:
        return value
    raise ValueError


def _version(value: Any) -> Any:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise ValueError


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise ValueError


def _storable(value: Any) -> Any:
    if isinstance(value, str) and "\0" not in value:
        value.encode()
        return value
    raise ValueError


def _checked(name: str, value: object, check: Callable[[Any], Any], zh: str, en: str) -> Any:
    try:
        return check(value)
    except INVALID:
        raise InvalidPayload(None, None, None, (wrong_field(name, value, zh, en),)) from None
