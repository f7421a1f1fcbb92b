"""Writes cases as files of events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from process.case import Case
from process.json_vocabulary import limits_to_dict, time_to_text
from process.model import Actor, Event, Limits
from process.records import Step


def dump(case: Case, key: str | None = None) -> Iterator[str]:
    """The lines from which ``read`` makes this case again: the one that opens it, then one for each step.

    Args:
        case: what to write. If it has no longer its whole history, it is one line with a snapshot.
        key: the case_id to put on every line, where the file is to hold many cases; it must be the case's own.
    """
    if len(case.history) < case.version:
        yield _line({"case": case.to_dict()}, key)
        return
    yield opening_line(case, key)
    for step in case.history:
        yield dump_step(step, key)


def opening_line(case: Case, key: str | None = None) -> str:
    """The line that opens such a case."""
    parts, facts = case.to_dict(steps=0), case.facts
    limits = Limits(facts.face_limit, facts.other_limit)
    opened: dict[str, Any] = {"goal": facts.goal, "account": facts.account, "order": facts.order, "case_id": case.case_id}
    if limits != Limits():
        opened["limits"] = limits_to_dict(limits)
    if parts["deadlines"]:
        opened["deadlines"] = parts["deadlines"]
    if parts["opened_at"]:
        opened["at"] = parts["opened_at"]
    return _line({"case": opened}, key)


def dump_step(step: Step, key: str | None = None) -> str:
    """The line of one step."""
    return event_line(step.event, step.by, step.data, who=step.who, at=step.at, key=key)


def event_line(
    event: Event,
    by: Actor,
    data: Mapping[str, Any],
    *,
    who: str | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> str:
    """The line of one event."""
    line: dict[str, Any] = {"event": event, "by": by}
    if who is not None:
        line["who"] = who
    if data:
        line["data"] = dict(data)
    if at is not None:
        line["at"] = time_to_text(at)
    return _line(line, key)


def _line(data: dict[str, Any], key: str | None) -> str:
    named = data if key is None else {"case_id": key, **data}
    return json.dumps(named, ensure_ascii=False, allow_nan=False) + "\n"
