"""Checks of what a caller gives, before any statement: a database's own error could spoil the host's transaction.

All raise InvalidPayload that names the argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from process.case_arguments import checked
from process.model import Actor, Goal, State, Words
from process.store.host_transaction import is_mysql
from process.store.statements import Connection
from process.value_checks import aware_datetime, expected, member_of, model_1_reference, reference

MAX_LIMIT: Final = 2**31 - 1

TEXT_FILTERS: Final = ("case_id", "account", "order", "quote", "who")
TIME_FILTERS: Final = ("due_after", "due_before", "opened_after", "opened_before", "moved_after", "moved_before")
FILTERS: Final = (*TEXT_FILTERS, "goal", "state", "awaits", "ended", *TIME_FILTERS)
"""The filters of ``find`` and ``count``."""


def check_reference(name: str, value: object) -> str:
    found: str = checked(name, value, reference, Words("1 至 64 个可打印字符", "text of 1 to 64 printable characters"))
    return found


def check_case_id(conn: Connection, value: object) -> str:
    """Check an id that a case has by now, also one that only model 1 would have taken.

    MySQL takes texts for equal that differ by spaces at the end, and model 1 kept nothing there.
    """
    check = reference if is_mysql(conn) else model_1_reference
    found: str = checked("case_id", value, check, Words("1 至 64 个可打印字符", "text of 1 to 64 printable characters"))
    return found


def check_limit(value: object) -> int:
    words = Words(f"0 至 {MAX_LIMIT} 的整数", f"an integer from 0 to {MAX_LIMIT}")
    found: int = checked("limit", value, _limit, words)
    return found


def check_moment(name: str, value: object) -> datetime:
    found: datetime = checked(name, value, aware_datetime, Words("带时区的时间", "a datetime with its time zone"))
    return found


def check_actor(value: object) -> Actor:
    found: Actor = checked("actor", value, member_of(Actor), Words(*expected(Actor)))
    return found


def check_filters(conn: Connection, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are given, as plain values; ``state`` becomes a tuple of names."""
    names = ", ".join(FILTERS)
    for name in filters:
        checked(name, name, lambda given: FILTERS[FILTERS.index(given)], Words(f"{names} 之一", f"one of {names}"))
    given = {name: value for name, value in filters.items() if value is not None}
    filters = {name: _filter(name, value) for name, value in given.items()}
    if is_mysql(conn):
        for name, value in filters.items():
            checked(name, value, _without_space, Words("末尾无空格的文本", "text without a space at its end"))
    return filters


def _without_space(value: Any) -> None:
    """Refuse a text, or one of several, that MySQL would take for the same without the spaces at its end."""
    if any(isinstance(text, str) and text.endswith(" ") for text in (value if isinstance(value, tuple) else (value,))):
        raise ValueError


def _filter(name: str, value: Any) -> Any:
    if name in TIME_FILTERS:
        return check_moment(name, value)
    if name == "ended":
        return checked(name, value, _flag, Words("true 或 false", "true or false"))
    if name == "state":
        wanted = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        return tuple(dict.fromkeys(_name(name, one, State) for one in wanted))
    if name in ("goal", "awaits"):
        return _name(name, value, Goal if name == "goal" else Actor)
    return _storable_text(name, value)


def _name(name: str, value: object, kind: type[StrEnum]) -> str:
    """The value of a member; or a text that is none of today's, as a newer model may have stored it."""
    return value.value if isinstance(value, kind) else _storable_text(name, value)


def _storable_text(name: str, value: object) -> str:
    found: str = checked(
        name, value, _storable, Words("不含 NUL 与不成对代理的文本", "text without NUL or lone surrogates")
    )
    return found


def _limit(value: Any) -> Any:
    if type(value) is int and 0 <= value <= MAX_LIMIT:
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
