"""Files of cases and their events, as JSON Lines.

The first line opens a case, each further line is an event::

    {"case": {"goal": "plan", "account": "acct-1", "order": "order-9"}}
    {"event": "sign_in", "by": "customer", "data": {"account": "acct-1", "channel": "app"}, "at": "2026-11-22T09:00+08:00"}

A case may also have ``case_id``, ``limits`` (``{"face": 3, "other": 3}``), ``deadlines`` (seconds by state) and ``at``, or
be a snapshot. In an event ``by`` may be left out where one actor alone may raise it, ``data`` where the event has no
payload, ``at`` and ``who`` (the person or system behind ``by``) always. A file holds many cases if a ``case_id`` stands on
every line; on the line that opens a case it may stand inside the case.

Reading streams: one line and the ids of the cases are kept, nothing else. The reader checks the form of a line only;
whether the event is possible and its payload right is checked by the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from process.eventfile.line_parser import A_LINE, MAX_LINE, CaseLine, EventLine, parse
from process.exceptions import LineInvalid
from process.model import Words
from process.value_checks import short_repr

_ON_EVERY_LINE = Words("每一行都有 case_id，或都没有", "a case_id on every line, or on none")


def split_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of an endless one no more than ``read`` needs to refuse it."""
    while line := file.readline(MAX_LINE + 1):
        yield line


def read(lines: Iterable[str | bytes]) -> Iterator[CaseLine | EventLine]:
    """The entries of the lines, one by one. Blank lines, CRLF and a byte order mark at the beginning are skipped.

    Raises:
        LineInvalid: a line is not valid, or there is none at all.
    """
    parsed = (parse(number, raw) for number, raw in enumerate(lines, 1))
    entries = (entry for entry in parsed if entry is not None)
    first = next(entries, None)
    if first is None:
        raise LineInvalid(1, Words("没有任何内容", "the file is empty"), A_LINE)
    if isinstance(first, EventLine):
        raise LineInvalid(first.line, Words("事件之前没有开启办理", "an event comes before its case is opened"), A_LINE)
    many = first.key is not None
    if first.has_id and not many:  # the case_id may tell cases apart, or just be the case's own: the next line shows it
        second = next(entries, None)
        if second is not None:
            many = isinstance(second, CaseLine) or second.key is not None
            entries = chain([second], entries)  # type: ignore[assignment]  # an iterator, as it was
    yield from _many(chain([first], entries)) if many else _one(first, entries)


def _one(first: CaseLine, rest: Iterable[CaseLine | EventLine]) -> Iterator[CaseLine | EventLine]:
    yield first
    for entry in rest:
        if entry.key is not None:
            problem = Words("此行有 case_id，前面的行却没有", "this line has a case_id, the lines before it have none")
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        if isinstance(entry, CaseLine):
            problem = Words(
                "开启了第二个办理，却没有 case_id", "a second case is opened without a case_id to tell it from the first"
            )
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        yield entry


def _many(entries: Iterable[CaseLine | EventLine]) -> Iterator[CaseLine | EventLine]:
    seen: set[str] = set()
    for given in entries:
        entry = given
        if isinstance(entry, CaseLine) and entry.key is None and entry.has_id:
            entry = entry._replace(key=entry.case.case_id)
        key = entry.key
        if key is None:
            problem = Words("此行没有 case_id，前面的行却有", "this line has no case_id, the lines before it have one")
            raise LineInvalid(entry.line, problem, _ON_EVERY_LINE)
        if isinstance(entry, EventLine) and key not in seen:
            problem = Words(
                f"事件之前没有开启办理 {short_repr(key)}", f"an event of case {short_repr(key)} comes before it is opened"
            )
            raise LineInvalid(entry.line, problem, Words("先有一行开启该办理", "a line before it that opens the case"))
        if isinstance(entry, CaseLine):
            if key in seen:
                problem = Words(f"办理 {short_repr(key)} 已经开启过", f"case {short_repr(key)} is opened a second time")
                raise LineInvalid(entry.line, problem, Words("每个 case_id 只开启一次", "each case_id opened once"))
            seen.add(key)
        yield entry
