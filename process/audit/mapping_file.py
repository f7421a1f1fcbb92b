"""The mapping file: how a shop's columns, event names and actors become the model's.

A TOML file with the tables ``columns``, ``time``, ``events``, ``by``, ``goals`` and ``log``; every one may be left out
where the log already uses the model's names. Whatever is wrong is refused with its line and what to write there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from process.exceptions import ProcessError
from process.model import MODEL, Actor, Event, Goal, Limits, Words

ROLES: Final[MappingType[str, Words]] = {
    "case": Words("办理编号", "the case"),
    "event": Words("事件名", "the name of the event"),
    "at": Words("发生时间", "the time of the event"),
    "by": Words("由谁发起", "who raised it"),
    "goal": Words("办理目标", "the goal of the case"),
    "quote": Words("报价编号", "the reference of the quote"),
    "fee": Words("费用（分）", "the fee in minor units"),
    "currency": Words("货币", "the currency"),
    "attempt": Words("核验次序号", "the number of the attempt"),
    "account": Words("登录的账号", "the account that signed in"),
    "buyer": Words("购买的账号", "the account that bought"),
    "order": Words("打开的订单", "the order that was opened"),
    "case_order": Words("本次办理的订单", "the order of the case"),
    "consent": Words("单独同意的记录", "the record of the consent"),
    "id": Words("事件的唯一编号", "the unique id of the event"),
}
"""The roles that a column can have."""
REQUIRED: Final = ("case", "event", "at")
IGNORE: Final = "ignore"
TIES: Final = ("free", "rows")
_KINDS: Final[MappingType[type, Words]] = {
    Event: Words("事件", "an event"),
    Actor: Words("发起方", "an actor"),
    Goal: Words("办理目标", "a goal"),
}


class MappingInvalid(ProcessError):
    """The mapping does not fit; ``line`` counts from 1 (0: all of it), ``problem`` says what is wrong and right."""

    def __init__(self, line: int, problem: Words) -> None:
        super().__init__(line, problem)
        self.line, self.problem = line, Words(*problem)

    def text(self, lang: str = "en") -> str:
        """Return the whole message in *lang*, ``"zh"`` or ``"en"``."""
        where = f"映射文件第 {self.line} 行：" if lang == "zh" else f"mapping, line {self.line}: "
        return (where if self.line else ("映射：" if lang == "zh" else "mapping: ")) + self.problem.of(lang)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class ByColumn:
    """An event name whose meaning depends on another column."""

    column: str
    events: MappingType[str, Event | None]


@dataclass(frozen=True)
class Mapping:
    """The names of a log, and how to read its times and ties.

    Attributes:
        columns: the log's columns by role; several are joined with ``/``.
        zone: the time zone of times without an offset; None: such times are refused.
        ties: ``free`` (any order within one time counts), ``rows`` (the log's order counts), or a column that counts.
        events: the model's event for each name of the log; None: ignored.
        by: the model's actor for each name of the log.
        goals: the model's goal for each name of the log.
        records: the events that the log records; None: all that occur in it.
        began: cases that are open at this time may begin anywhere; None: every case is there from its beginning.
        limits: the limits of attempts of the log's cases.
        ignore_unknown: whether event names that are not mapped are left out instead of refused.
    """

    columns: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str | None = None
    ties: str = "free"
    events: MappingType[str, Event | ByColumn | None] = field(default_factory=dict)
    by: MappingType[str, Actor] = field(default_factory=dict)
    goals: MappingType[str, Goal] = field(default_factory=dict)
    records: frozenset[Event] | None = None
    began: datetime | None = None
    limits: Limits = MODEL.limits
    ignore_unknown: bool = False

    def columns_of(self, role: str) -> tuple[str, ...]:
        """Return the columns of a role; without an entry the column of that name."""
        return self.columns.get(role, (role,))

    def event_names(self) -> dict[str, Event | ByColumn | None]:
        """Return the event for each name of the log, the model's own names included."""
        return {**{event.value: event for event in Event}, **self.events}

    def with_settings(self, zone: str | None, ignore_unknown: bool) -> Mapping:
        """Return the mapping with a zone where one is given, and with unknown events left out where that is asked for."""
        if zone is not None:
            _check_zone(zone)
        return replace(self, zone=zone or self.zone, ignore_unknown=ignore_unknown or self.ignore_unknown)

    def with_defaults(self, columns: MappingType[str, str]) -> Mapping:
        """Return the mapping with the columns that a format itself fixes, by role, where it names no others."""
        fixed = {role: (column,) for role, column in columns.items()}
        return replace(self, columns={**fixed, **self.columns})

    def with_columns(self, **given: str | None) -> Mapping:
        """Return the mapping with other columns for the roles that are given."""
        chosen = {role: (column,) for role, column in given.items() if column}
        return replace(self, columns={**self.columns, **chosen})


def key(name: str) -> str:
    """Return a name as it must stand before ``=`` in a mapping file: in quotes unless it is of letters, digits, _ and -."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_text(name)


def toml_text(value: str) -> str:
    """Return a text as it must stand in a mapping file."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zh = f"没有时区 {name!r}；请写 IANA 名称，如 Asia/Shanghai"
        raise MappingInvalid(0, Words(zh, f"no time zone {name!r}; write an IANA name such as Asia/Shanghai")) from None


def read_mapping(path: str | Path) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingInvalid: naming the line and what to write.
    """
    try:
        text = Path(path).read_bytes().decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MappingInvalid(line, Words("不是 UTF-8 文本", "not UTF-8 text")) from None
    return parse_mapping(text)


def parse_mapping(text: str) -> Mapping:
    """Parse the text of a mapping file. Raises MappingInvalid as ``read_mapping`` does."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise MappingInvalid(line, Words("不是有效的 TOML", f"not valid TOML: {error}")) from None
    return _Reader(text).mapping(data)


class _Reader:
    """Reads the tables, and finds the line of each entry for messages."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def mapping(self, data: dict[str, Any]) -> Mapping:
        tables = ("columns", "time", "events", "by", "goals", "log")
        for name, table in data.items():
            if name not in tables:
                self.refuse_unknown("", name, tables, Words("表", "table"))
            if not isinstance(table, dict):
                self.refuse("", name, Words(f"{name} 须是一个表 [{name}]", f"{name} must be a table, [{name}]"))
        time, log = data.get("time", {}), data.get("log", {})
        self.known_keys("time", time, ("zone", "ties"))
        self.known_keys("log", log, ("records", "from", "limits"))
        records = log.get("records")
        return Mapping(
            columns=self.columns(data.get("columns", {})),
            zone=self.zone(time["zone"]) if "zone" in time else None,
            ties=self.text("time", "ties", time.get("ties", "free")),
            events={name: self.event(name, value) for name, value in data.get("events", {}).items()},
            by={name: self.member("by", name, value, Actor) for name, value in data.get("by", {}).items()},
            goals={name: self.member("goals", name, value, Goal) for name, value in data.get("goals", {}).items()},
            records=None if records is None else self.records(records),
            began=self.began(log["from"]) if "from" in log else None,
            limits=self.limits(log["limits"]) if "limits" in log else MODEL.limits,
        )

    def columns(self, table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        self.known_keys("columns", table, tuple(ROLES))
        columns: dict[str, tuple[str, ...]] = {}
        for role, value in table.items():
            names = value if isinstance(value, list) else [value]
            if not names or not all(isinstance(name, str) and name for name in names):
                en = f'{role} must name a column, as in {role} = "apply_no", or several: {role} = ["a", "b"]'
                zh = f'{role} 须是列名，如 {role} = "apply_no"，或多列：{role} = ["a", "b"]'
                self.refuse("columns", role, Words(zh, en))
            columns[role] = tuple(names)
        return columns

    def zone(self, value: Any) -> str:
        try:
            _check_zone(self.text("time", "zone", value))
        except MappingInvalid as error:
            self.refuse("time", "zone", error.problem)
        return str(value)

    def event(self, name: str, value: Any) -> Event | ByColumn | None:
        if not isinstance(value, dict):
            return None if value == IGNORE else self.member("events", name, value, Event, also=(IGNORE,))
        column = value.get("column")
        if not isinstance(column, str) or len(value) < 2:
            example = f'{name} = {{ column = "result", PASS = "pass_verification" }}'
            zh = f"{name} 须写明看哪一列，以及各值是什么事件：{example}"
            self.refuse("events", name, Words(zh, f"{name} must name a column and the event for each value: {example}"))
        events = {
            key: None if each == IGNORE else self.member("events", name, each, Event, also=(IGNORE,))
            for key, each in value.items()
            if key != "column"
        }
        return ByColumn(column, events)

    def records(self, value: Any) -> frozenset[Event]:
        if not isinstance(value, list):
            zh = 'records 须是事件名的列表，如 ["quote_consequences"]'
            self.refuse("log", "records", Words(zh, 'records must be a list of events, as in ["quote_consequences"]'))
        return frozenset(self.member("log", "records", each, Event) for each in value)

    def began(self, value: Any) -> datetime:
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            found = None
        if found is None or found.utcoffset() is None:
            en = 'from must be a time with its offset, as in "2026-06-01T00:00+08:00"'
            self.refuse("log", "from", Words('from 须是带时区的时间，如 "2026-06-01T00:00+08:00"', en))
        return found

    def limits(self, value: Any) -> Limits:
        try:
            return Limits(**value)
        except (TypeError, ValueError) as error:
            zh = "limits 须写作 { face = 3, other = 3 }"
            self.refuse("log", "limits", Words(zh, f"limits must be written as {{ face = 3, other = 3 }}: {error}"))

    def text(self, table: str, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            self.refuse(table, key, Words(f'{key} 须是文字，如 {key} = "…"', f'{key} must be text, as in {key} = "…"'))
        return value

    def member(self, table: str, name: str, value: Any, kind: type[Any], also: tuple[str, ...] = ()) -> Any:
        try:
            return kind(value)
        except ValueError:
            known = (*(member.value for member in kind), *also)
            near = get_close_matches(str(value), known, n=3, cutoff=0.4) or known[:3]
            written = "、".join(f'"{each}"' for each in near), " or ".join(f'"{each}"' for each in near)
            zh = f"{name} 的 {value!r} 不是{_KINDS[kind].zh}；请写 {written[0]}"
            self.refuse(table, name, Words(zh, f"{name}: {value!r} is not {_KINDS[kind].en}; write {written[1]}"))

    def known_keys(self, table: str, data: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in data:
            if key not in known:
                self.refuse_unknown(table, key, known, Words("键", "key"))

    def refuse_unknown(self, table: str, key: str, known: tuple[str, ...], kind: Words) -> NoReturn:
        near = get_close_matches(key, known, n=3, cutoff=0.4) or known
        zh = f"没有{kind.zh} {key!r}；可用：{'、'.join(near)}"
        self.refuse(table, key, Words(zh, f"unknown {kind.en} {key!r}; write {' or '.join(near)}"))

    def refuse(self, table: str, key: str, problem: Words) -> NoReturn:
        raise MappingInvalid(self.line_of(table, key), problem)

    def line_of(self, table: str, key: str) -> int:
        """Return the line of an entry, or of its table where the entry is not found."""
        here, found = "", 0
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[\s*([\w.\"'-]+)\s*\]", line)
            if header:
                here = header[1].strip("\"'")
                if here in (table, key):
                    found = number
            elif here.partition(".")[0] == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return found
