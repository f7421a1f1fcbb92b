"""Files of cases and their events, as JSON Lines: what ``run`` reads, and what ``walk`` and others write.

The first line opens a case, each further line is an event::

    {"case": {"goal": "plan", "account": "acct-1", "order": "order-9"}}
    {"event": "sign_in", "by": "customer", "data": {"account": "acct-1", "channel": "app"}, "at": "2026-11-22T09:00+08:00"}

A case may also have ``case_id``, ``limits`` (``{"face": 3, "other": 3}``), ``deadlines`` (seconds by state) and ``at``, or
be a snapshot. In an event ``by`` may be left out where one actor alone may raise it, ``data`` where the event carries
nothing, and ``at`` always. A file holds many cases if a ``case_id`` stands on every line; on the line that opens a case it
may stand inside the case.

Reading streams: it keeps one line and the ids of the cases, nothing else. It says of a line only whether it is one; whether
the case takes the event, and whether the payload is right, is for the case to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO

from process.case import Case
from process.eventfile.parser import A_LINE, MAX_LINE, Opened, Raised, parse
from process.exceptions import LineInvalid
from process.model import Limits, Words
from process.payload import short_repr
from process.records import Step

__all__ = ["MAX_LINE", "LineInvalid", "Opened", "Raised", "dump", "line", "lines", "read"]

_ON_EVERY_LINE = Words("每一行都有 case_id，或都没有", "a case_id on every line, or on none")


# -------------------------------------------------------------------------------------------------------------- reading

Entries = Iterator[tuple[Opened | Raised, bool]]
"""What ``parse`` gives of the lines that are not blank."""


def lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, never holding more of an endless one than ``read`` needs to refuse it."""
    while line := file.readline(MAX_LINE + 1):
        yield line


def read(lines: Iterable[str | bytes]) -> Iterator[Opened | Raised]:
    """What the lines say, one by one. Blank lines, CRLF and a byte order mark are passed over.

    Raises:
        LineInvalid: a line is not one of such a file, or there is none at all.
    """
    parsed = (parse(number, raw) for number, raw in enumerate(lines, 1))
    entries: Entries = (entry for entry in parsed if entry is not None)
    first, names_itself = next(entries, (None, False))
    if first is None:
        raise LineInvalid(1, Words("没有任何内容", "there is nothing in it"), A_LINE)
    if isinstance(first, Raised):
        raise LineInvalid(first.line, Words("事件之前没有开启办理", "an event stands before its case"), A_LINE)
    many = first.key is not None
    if names_itself and not many:  # the case_id may tell cases apart, or just be the case's own: the next line shows it
        second = next(entries, None)
        if second is not None:
            many = isinstance(second[0], Opened) or second[0].key is not None
            entries = chain([second], entries)
    yield from _many(chain([(first, names_itself)], entries)) if many else _one(first, entries)


def _one(first: Opened, rest: Entries) -> Iterator[Opened | Raised]:
    yield first
    for entry, _ in rest:
        if entry.key is not None:
            problem = Words("此行有 case_id，前面的行却没有", "a case_id stands here, but not on the lines before")
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        if isinstance(entry, Opened):
            problem = Words(
                "开启了第二个办理，却没有 case_id", "a second case, without a case_id to tell it from the first"
            )
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        yield entry


def _many(entries: Entries) -> Iterator[Opened | Raised]:
    seen: set[str] = set()
    for given, names_itself in entries:
        entry: Opened | Raised = given
        if isinstance(entry, Opened) and entry.key is None and names_itself:
            entry = entry._replace(key=entry.case.case_id)
        key = entry.key
        if key is None:
            problem = Words("此行没有 case_id，前面的行却有", "no case_id stands here, but on the lines before")
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        if isinstance(entry, Raised) and key not in seen:
            problem = Words(
                f"事件之前没有开启办理 {short_repr(key)}", f"an event of case {short_repr(key)} stands before its case"
            )
            raise LineInvalid(entry.line, problem, Words("先有一行开启该办理", "a line before it that opens the case"))
        if isinstance(entry, Opened):
            if key in seen:
                problem = Words(f"办理 {short_repr(key)} 已经开启过", f"the case {short_repr(key)} was opened before")
                raise LineInvalid(entry.line, problem, Words("每个 case_id 只开启一次", "each case_id opened once"))
            seen.add(key)
        yield entry


# -------------------------------------------------------------------------------------------------------------- writing


def dump(case: Case, key: str | None = None) -> Iterator[str]:
    """The lines that ``read`` makes this case of again: the one that opens it, then one for each step.

    Args:
        case: what to write. If it has no longer its whole history, it is one line with a snapshot.
        key: the case_id to put on every line, where the file is to hold many cases; it must be the case's own.
    """
    parts = case.to_dict(steps=0)
    if len(case.history) < case.version:
        yield _line({"case": case.to_dict()}, key)
        return
    facts = case.facts
    limits = Limits(facts.face_limit, facts.other_limit)
    opened: dict[str, Any] = {"goal": facts.goal, "account": facts.account, "order": facts.order, "case_id": case.case_id}
    if limits != Limits():
        opened["limits"] = {"face": limits.face, "other": limits.other}
    if parts["deadlines"]:
        opened["deadlines"] = parts["deadlines"]
    if parts["opened_at"]:
        opened["at"] = parts["opened_at"]
    yield _line({"case": opened}, key)
    for step in case.history:
        yield line(step, key)


def line(step: Step, key: str | None = None) -> str:
    """The line of one step."""
    data: dict[str, Any] = {"event": step.event, "by": step.by}
    if step.data:
        data["data"] = dict(step.data)
    if step.at is not None:
        data["at"] = step.at.isoformat()
    return _line(data, key)


def _line(data: dict[str, Any], key: str | None) -> str:
    named = data if key is None else {"case_id": key, **data}
    return json.dumps(named, ensure_ascii=False, allow_nan=False) + "\n"
