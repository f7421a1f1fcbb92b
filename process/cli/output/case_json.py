"""Cases as every ``--json`` has them, with their refusals; ``process.json_vocabulary`` makes the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from process.case import Case
from process.exceptions import LineInvalid
from process.json_vocabulary import (
    plain,
    refusal_to_dict,
    request_to_dict,
    step_to_dict,
    time_to_text,
    words_to_dict,
)
from process.model import Actor

if TYPE_CHECKING:
    from process.store import KeptRefusal


def case_dict(case: Case) -> dict[str, Any]:
    """A case as it stands: state, facts, what is requested of whom, and the events that are possible, by actor."""
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.state,
        "is_done": case.is_done,
        "achieved": case.achieved,
        "unmet": case.unmet,
        "awaits": case.awaits,
        "due_at": time_to_text(case.due_at),
        "facts": plain(case.facts._asdict()),
        "request": None if case.request is None else request_to_dict(case.request),
        "allowed_events": {actor: [] if case.is_done else list(case.allowed_events(by=actor)) for actor in Actor},
    }


def history_dict(case: Case) -> dict[str, Any]:
    """A case and the steps that led to its state."""
    return {**case_dict(case), "history": [step_to_dict(step) for step in case.history]}


def kept_refusal_dict(kept: KeptRefusal) -> dict[str, Any]:
    """A refusal that is stored, with the event that was refused."""
    place = {"event_id": kept.event_id, "version": kept.version, "at": time_to_text(kept.at)}
    return {**place, **refusal_to_dict(kept.error), "by": kept.by, "who": kept.who, "data": plain(kept.data)}


def invalid_line_dict(error: LineInvalid) -> dict[str, Any]:
    """A line that is not valid, at which reading has stopped."""
    return {"line": error.line, "problem": words_to_dict(error.problem), "expected": words_to_dict(error.expected)}
