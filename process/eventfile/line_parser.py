"""Parses one line of a file of events, strictly; what is wrong is named in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, NamedTuple, NoReturn

from process.case import Case
from process.exceptions import InvalidPayload, LineInvalid, SnapshotInvalid
from process.json_vocabulary import time_from_text
from process.model import MODEL, Actor, Event, Goal, Limits, State, Term, Words
from process.snapshot import strict_json
from process.value_checks import MAX_DEADLINE, deadline_of, reference, short_repr

MAX_LINE: Final = 1024 * 1024
"""The longest line that is read, in bytes (in characters, for lines that come as text)."""

_OPENING: Final = ("case_id", "case")
_EVENT: Final = ("case_id", "event", "by", "who", "data", "at")
_CASE: Final = ("goal", "account", "order", "case_id", "limits", "deadlines", "at")
_NEEDED: Final = _CASE[:3]

A_LINE = Words(
    '{"case": {"goal": …, "account": …, "order": …}} 或 {"event": …, "by": …, "data": {…}, "at": …}',
    '{"case": {"goal": …, "account": …, "order": …}} or {"event": …, "by": …, "data": {…}, "at": …}',
)
_A_CASE = Words(
    "含 goal、account、order 的对象（可另含 case_id、limits、deadlines、at），或一份快照",
    "an object with goal, account and order (optionally case_id, limits, deadlines, at), or a snapshot",
)
_A_TIME = Words(
    '带时区的 ISO 8601 时间，如 "2026-11-22T09:00:00+08:00"',
    'an ISO 8601 time with its zone, such as "2026-11-22T09:00:00+08:00"',
)
_UTF_8 = Words("UTF-8 文本", "text in UTF-8")
_COMPRESSED: Mapping[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""The first bytes of compressed files."""
_AN_ID = Words("1 至 64 个可打印字符", "1 to 64 printable characters")


class CaseLine(NamedTuple):
    """A line that opens a case."""

    line: int
    key: str | None
    """The case_id that tells the file's cases apart; None in a file of one case without it."""
    case: Case
    has_id: bool
    """Whether the file names the case: the case_id stands on the line or inside the case."""


class EventLine(NamedTuple):
    """A line that raises an event; not yet checked by the case."""

    line: int
    key: str | None
    event: Event
    by: Actor | None
    data: dict[str, Any]
    """The payload, as the file has it."""
    at: datetime | None
    who: str | None = None
    """The person or system behind *by*."""


def parse(number: int, raw: str | bytes) -> CaseLine | EventLine | None:
    """The entry on line *number*; None for a blank line. Raises LineInvalid."""
    try:
        data = _json(raw, first=number == 1)
        return None if data is None else _entry_of(number, data)
    except _Wrong as wrong:
        raise LineInvalid(number, *wrong.args) from None


class _Wrong(Exception):
    """A problem and what is expected instead; ``parse`` adds the line."""


def _wrong(zh: str, en: str, expected: Words) -> NoReturn:
    raise _Wrong(Words(zh, en), expected)


def _json(raw: str | bytes, *, first: bool) -> dict[str, Any] | None:
    """The object on the line; None for a blank one."""
    if len(raw) > MAX_LINE:
        _wrong(f"此行超过 {MAX_LINE} 字节", f"the line is longer than {MAX_LINE} bytes", A_LINE)
    if isinstance(raw, bytes) and first:
        _other_kind(raw)
    try:
        text = raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError as error:
        _wrong(f"第 {error.start + 1} 字节不是 UTF-8", f"byte {error.start + 1} is not UTF-8", _UTF_8)
    if "\0" in text:
        place = text.index("\0") + 1
        _wrong(f"第 {place} 列是 NUL 字符", f"column {place} is a NUL character", _UTF_8)
    text = text.removeprefix("\ufeff") if first else text
    if not text.strip():
        return None
    try:
        data = strict_json.parse_json(text.rstrip("\r\n"))
    except strict_json.NotJSON as error:
        column = error.column
        if column is None:
            _wrong(*error.problem, A_LINE)
        if error.is_extra:
            zh, en = f"对象之后从第 {column} 列起还有内容", f"unexpected text after the object, from column {column}"
            _wrong(zh, en, Words("一行一个对象", "one object per line"))
        _invisible(text, column - 1)
        _wrong(f"不是 JSON，从第 {column} 列起无法解析", f"not JSON from column {column} on", A_LINE)
    if type(data) is not dict:
        _wrong(f"不是 JSON 对象：{short_repr(data)}", f"not a JSON object: {short_repr(data)}", A_LINE)
    return data


def _invisible(text: str, place: int) -> None:
    """Refuse the line, naming the character at which it stops being JSON, if that is invisible."""
    letter = text[place : place + 1]
    if letter and not letter.isprintable() and letter not in "\r\n":
        name = unicodedata.name(letter, _CONTROLS.get(letter, "")).strip()
        shown = f"U+{ord(letter):04X}" + (f" ({name})" if name else "")
        zh, en = f"第 {place + 1} 列是不可见字符 {shown}", f"column {place + 1} is the invisible character {shown}"
        _wrong(zh, en, Words("没有该字符的一行", "the line without it"))


_CONTROLS: Mapping[str, str] = {"\x1a": "Ctrl-Z", "\t": "TAB", "\x1b": "ESC", "\x7f": "DEL"}


def _other_kind(start: bytes) -> None:
    """Refuse a file whose first bytes are those of another kind of file."""
    for sign, name in _COMPRESSED.items():
        if start.startswith(sign):
            _wrong(
                f"这是 {name} 压缩文件",
                f"the file is compressed with {name}",
                Words("解压后的文本", "the uncompressed text"),
            )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:4]:
        _wrong("这不是 UTF-8，像是 UTF-16 或 UTF-32", "not UTF-8; it looks like UTF-16 or UTF-32", _UTF_8)


def _entry_of(number: int, data: dict[str, Any]) -> CaseLine | EventLine:
    if "case" not in data and "event" not in data:
        _wrong("既没有 case 也没有 event", "neither a case nor an event", A_LINE)
    _known(data, _OPENING if "case" in data else _EVENT)
    key = data.get("case_id")
    if "case_id" in data and not _is_reference(key):
        _wrong(f"case_id 不能是 {short_repr(key)}", f"case_id can't be {short_repr(key)}", _AN_ID)
    if "case" in data:
        case = data["case"]
        if type(case) is not dict:
            _wrong(f"case 不能是 {short_repr(case)}", f"case can't be {short_repr(case)}", _A_CASE)
        return CaseLine(number, key, _opened_case(case, key), has_id=key is not None or "case_id" in case)
    event = _named_member(Event, data["event"], "event")
    by = None if data.get("by") is None else _named_member(Actor, data["by"], "by")
    payload = data.get("data", {})
    if type(payload) is not dict:
        _wrong(f"data 不能是 {short_repr(payload)}", f"data can't be {short_repr(payload)}", Words("对象", "an object"))
    who = data.get("who")
    if who is not None and not _is_reference(who):
        _wrong(f"who 不能是 {short_repr(who)}", f"who can't be {short_repr(who)}", _AN_ID)
    return EventLine(number, key, event, by, payload, _moment_of(data.get("at")), who)


def _known(data: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in data:
        if key not in keys:
            _wrong(f"没有键 {short_repr(key)}", f"unknown key {short_repr(key)}", Words("、".join(keys), ", ".join(keys)))


def _is_reference(value: object) -> bool:
    try:
        return bool(reference(value))
    except ValueError:
        return False


def _named_member(enum: type[Term], value: object, name: str) -> Any:
    near: list[Term] = []
    if type(value) is str:
        try:
            return enum(value)
        except ValueError:
            near = nearest(value, enum)
    zh, en = f"{name} 不能是 {short_repr(value)}", f"{name} can't be {short_repr(value)}"
    if near:
        zh, en = f"{zh}（您是想写 {'、'.join(near)} 吗？）", f"{en} (did you mean {' or '.join(near)}?)"
    if len(enum) > _FEW:
        _wrong(zh, en, Words(f"{name} 的名称，见命令 show", f"the name of an {name}; the command show lists them"))
    _wrong(zh, en, Words(f"{'、'.join(enum)} 之一", f"one of {', '.join(enum)}"))


_FEW: Final = 10  # of more names only the nearest are shown


def nearest(value: str, enum: type[Term]) -> list[Term]:
    """The members, three at most, whose name or whose words in either language *value* is similar to."""
    names = {name.lower(): member for member in enum for name in (member.value, *member.words)}
    found = get_close_matches(value.strip().lower().replace("-", "_"), names, n=9)
    return list(dict.fromkeys(names[name] for name in found))[:3]


def _moment_of(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return time_from_text(value)
    except ValueError:
        pass
    _wrong(f"at 不能是 {short_repr(value)}", f"at can't be {short_repr(value)}", _A_TIME)


def _opened_case(data: dict[str, Any], key: str | None) -> Case:
    inside = data.get("case_id", key)
    if key is not None and inside != key:
        same = Words("同一个 case_id", "the same case_id in both places")
        _wrong(
            f"此行是 {short_repr(key)}，case 内却是 {short_repr(inside)}",
            f"the line says {short_repr(key)}, the case {short_repr(inside)}",
            same,
        )
    if "format" in data or "facts" in data:
        try:
            return Case.from_dict(data)
        except SnapshotInvalid as error:
            _wrong(error.text("zh"), str(error), _A_CASE)
    _known(data, _CASE)
    for name in _NEEDED:
        if name not in data:
            _wrong(f"case 缺少 {name}", f"{name} is missing from the case", _A_CASE)
    if "case_id" in data and data["case_id"] is None:
        _wrong("case_id 不能是 null", "case_id can't be null", _AN_ID)
    try:
        return Case(
            goal=_named_member(Goal, data["goal"], "goal"),
            account=data["account"],
            order=data["order"],
            case_id=inside,
            limits=_case_limits(data.get("limits", {})),
            deadlines=_deadlines(data.get("deadlines", {})),
            at=_moment_of(data.get("at")),
        )
    except InvalidPayload as error:
        _wrong(error.text("zh").rstrip("。"), error.text("en").rstrip("."), _A_CASE)


def _case_limits(data: object) -> Limits:
    expected = Words('{"face": 0 至 99, "other": 1 至 99}', '{"face": 0 to 99, "other": 1 to 99}')
    if type(data) is dict:
        _known(data, Limits.__slots__)
        try:
            return Limits(**data)
        except ValueError:
            pass
    _wrong(f"limits 不能是 {short_repr(data)}", f"limits can't be {short_repr(data)}", expected)


def _deadlines(data: object) -> dict[State, timedelta]:
    expected = Words(
        "非终态到秒数的对象，秒数大于 0 且至多 10 年", "open states with seconds, more than 0 and at most 10 years"
    )
    if type(data) is dict:
        try:
            return {State(name): _open_state_deadline(State(name), seconds) for name, seconds in data.items()}
        except ValueError:
            pass
    _wrong(f"deadlines 不能是 {short_repr(data)}", f"deadlines can't be {short_repr(data)}", expected)


def _open_state_deadline(state: State, seconds: Any) -> timedelta:
    if type(seconds) not in (int, float) or not 0 < seconds <= MAX_DEADLINE.total_seconds():
        raise ValueError
    return deadline_of(state, timedelta(seconds=seconds), MODEL)
