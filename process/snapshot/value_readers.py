"""Reads single values of a snapshot: each function returns a valid one, or raises SnapshotInvalid with the entry's path."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

from process.exceptions import SnapshotInvalid
from process.json_vocabulary import time_from_text
from process.model import Field, Term
from process.value_checks import INVALID, MAX_INTEGER, FieldCheck, check_of, expected, short_repr


def refuse(where: str, en: str, zh: str) -> NoReturn:
    raise SnapshotInvalid(where, en, zh)


def read_keys(data: object, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    if type(data) is not dict:
        refuse(where, f"must be an object, not {short_repr(data)}", f"须是对象，不能是 {short_repr(data)}")
    for key in keys:
        if key not in data:
            refuse(where, f"the key {key!r} is missing", f"缺少键 {key!r}")
    for key in data:
        if key not in keys:
            known = ", ".join(keys)
            refuse(where, f"unknown key {short_repr(key)}; known keys: {known}", f"没有键 {short_repr(key)}，可用：{known}")
    return data


def json_size(data: dict[str, Any], *, parsed: bool = False) -> int:
    """Return the number of characters of the data as JSON; refuse what JSON can't hold, and strangers' objects.

    What was *parsed* holds no such objects.
    """
    try:
        size = len(json.dumps(data, allow_nan=False))
    except Exception as error:  # whatever objects of the caller's raise
        refuse("", f"JSON can't hold it: {short_repr(error)}", "有 JSON 无法表示的内容")
    inner: list[Any] = [] if parsed else [data]
    for value in inner:  # which grows
        kind = type(value)
        if kind is dict:
            inner += value.values()
        elif kind is list:
            inner += value
        if (kind not in _JSON and not issubclass(kind, Term)) or (kind is dict and {*map(type, value)} - {str}):
            refuse("", f"JSON can't hold it: {short_repr(value)}", "有 JSON 无法表示的内容")
    return size


_JSON = frozenset((dict, list, str, int, float, bool, type(None)))


def read_value(value: object, field: Field, where: str, check_of: FieldCheck = check_of, optional: bool = False) -> Any:
    try:
        return check_of(field)(value)
    except INVALID:
        (zh, en), given = expected(field), short_repr(value)
        either = (" 或 null", " or null") if optional else ("", "")
        refuse(where, f"must be {en}{either[1]}, not {given}", f"须是：{zh}{either[0]}；不能是 {given}")


def read_integer(value: object, where: str, least: int) -> int:
    if type(value) is not int or not least <= value <= MAX_INTEGER:
        given = short_repr(value)
        refuse(where, f"must be an integer of {least} or more, not {given}", f"须是不小于 {least} 的整数，不能是 {given}")
    return value


def read_time(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        return time_from_text(value)
    except ValueError:
        pass
    given = short_repr(value)
    zh = f"须是带时区的 ISO 8601 时间或 null，不能是 {given}"
    refuse(where, f"must be a time in ISO 8601 with its zone, or null, not {given}", zh)
