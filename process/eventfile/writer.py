"""Writes cases as files of events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from process.case import Case
from process.json_forms import limits_to_dict, time_to_text
from process.model import Limits
from process.records import Step


def dump(case: Case, key: str | None = None) -> Iterator[str]:
    """The lines from which ``read`` makes this case again: the one that opens it, then one for each step.

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
        opened["limits"] = limits_to_dict(limits)
    if parts["deadlines"]:
        opened["deadlines"] = parts["deadlines"]
    if parts["opened_at"]:
        opened["at"] = parts["opened_at"]
    yield _line({"case": opened}, key)
    for step in case.history:
        yield dump_step(step, key)


def dump_step(step: Step, key: str | None = None) -> str:
    """The line of one step."""
    data: dict[str, Any] = {"event": step.event, "by": step.by}
    if step.who is not None:
        data["who"] = step.who
    if step.data:
        data["data"] = dict(step.data)
    if step.at is not None:
        data["at"] = time_to_text(step.at)
    return _line(data, key)


def _line(data: dict[str, Any], key: str | None) -> str:
    named = data if key is None else {"case_id": key, **data}
    return json.dumps(named, ensure_ascii=False, allow_nan=False) + "\n"
