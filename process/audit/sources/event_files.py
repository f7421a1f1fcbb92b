"""The project's own files of events as rows of a log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from process import eventfile
from process.audit.sources.files import GZIP_ERRORS, broken_gzip, opened
from process.audit.sources.raw_table import SourceUnusable
from process.exceptions import LineInvalid
from process.model import Words


def is_event_file(file: str) -> bool:
    """Return True if the file's first line opens a case."""
    try:
        with opened(file) as source:
            first = json.loads(source.readline(1 << 16))
    except GZIP_ERRORS:
        raise broken_gzip(file) from None
    except ValueError:
        return False
    return isinstance(first, dict) and isinstance(first.get("case"), dict)


def event_file_rows(file: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a file of events, those before it in a case's history included."""
    cases: dict[str | None, dict[str, Any]] = {}
    with opened(file) as source:
        try:
            for entry in eventfile.read(eventfile.split_lines(source)):
                if isinstance(entry, eventfile.CaseLine):
                    facts = entry.case.facts
                    cases[entry.key] = {
                        "case": entry.key or entry.case.case_id,
                        "goal": facts.goal.value,
                        "buyer": facts.account,
                        "case_order": facts.order,
                    }
                    for step in entry.case.history:
                        yield {**cases[entry.key], **_step_row(step.event, step.by, step.data, step.at)}
                else:
                    yield {**cases[entry.key], **_step_row(entry.event, entry.by, entry.data, entry.at)}
        except GZIP_ERRORS:
            raise broken_gzip(file) from None
        except LineInvalid as error:
            raise SourceUnusable(file, Words(error.text("zh"), error.text("en"))) from None


def _step_row(event: Any, by: Any, data: Mapping[str, Any], at: Any) -> dict[str, Any]:
    return {"event": str(event), "by": by and str(by), "at": at and at.isoformat(), **data}
