"""XES, the exchange format of process mining, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from process.audit.sources.files import GZIP_ERRORS, broken_gzip, opened
from process.audit.sources.raw_table import SourceUnusable
from process.model import Words

XES_ROLES: Final = {"case": "case:concept:name", "event": "concept:name", "at": "time:timestamp", "by": "org:resource"}
"""The columns of a XES file by role, where the mapping names no others."""


def xes_rows(file: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a XES file, read as a stream; DOCTYPE and entities are refused."""
    rows: list[dict[str, Any]] = []
    trace: dict[str, Any] = {}
    event: dict[str, Any] | None = None
    in_trace, depth = False, 0
    parser = expat.ParserCreate()

    def refuse(*_arguments: Any) -> None:
        raise SourceUnusable(file, Words("XML 不得含 DOCTYPE 或实体", "XML with a DOCTYPE or entities is refused"))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal event, in_trace, trace, depth
        if tag == "trace":
            in_trace, trace = True, {}
        elif tag == "event":
            event = {}
        elif "key" in attributes:
            depth += 1
            if depth == 1 and "value" in attributes:
                if event is not None:
                    event[attributes["key"]] = attributes["value"]
                elif in_trace:
                    trace[f"case:{attributes['key']}"] = attributes["value"]

    def end(tag: str) -> None:
        nonlocal event, in_trace, depth
        if tag == "event" and event is not None:
            rows.append({**trace, **event})
            event = None
        elif tag == "trace":
            in_trace = False
        elif depth and tag in ("string", "date", "int", "float", "boolean", "id", "list", "container"):
            depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        with opened(file) as source:
            while chunk := source.read(1 << 20):
                _parse(parser, chunk, file)
                yield from rows
                rows.clear()
    except GZIP_ERRORS:
        raise broken_gzip(file) from None
    _parse(parser, b"", file, last=True)
    yield from rows


def _parse(parser: Any, chunk: bytes, file: str, *, last: bool = False) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError as error:
        where = f"line {error.lineno}, column {error.offset + 1}"
        zh = f"不是有效的 XML：第 {error.lineno} 行第 {error.offset + 1} 列"
        raise SourceUnusable(file, Words(zh, f"not valid XML: {where}: {expat.ErrorString(error.code)}")) from None
