"""The forms that every ``--json`` shares: cases, steps, refusals and rows of lists.

Names of the model are written as in files, times as ISO 8601 with their offset. A key means the same wherever it appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any

from process.case import Case
from process.exceptions import InvalidPayload, LineInvalid, Refused
from process.model import Actor, Blocker, Words
from process.payload import short_repr
from process.records import Step

if TYPE_CHECKING:
    from process.store import KeptRefusal


def case_dict(case: Case) -> dict[str, Any]:
    """A case as it stands: state, facts, what is requested of whom, and the events that are possible, by actor."""
    request = case.request
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.state,
        "is_done": case.is_done,
        "achieved": case.achieved,
        "unmet": case.unmet,
        "awaits": case.awaits,
        "due_at": plain(case.due_at),
        "facts": plain(case.facts._asdict()),
        "request": request
        and {"kind": request.kind, "to": request.to, "key": request.key, "payload": plain(request.payload)},
        "allowed_events": {actor: [] if case.is_done else list(case.allowed_events(by=actor)) for actor in Actor},
    }


def history_dict(case: Case) -> dict[str, Any]:
    """A case and the steps that led to its state."""
    return {**case_dict(case), "history": [step_dict(step) for step in case.history]}


def step_dict(step: Step) -> dict[str, Any]:
    """One step of a history."""
    return {name: plain(value) for name, value in step._asdict().items()}


def refusal_dict(error: Refused | InvalidPayload, **place: Any) -> dict[str, Any]:
    """A refused event; *place* names the line, the case or the time, where the command has one."""
    return {
        **place,
        "event": error.event,
        "by": error.by,
        "kind": type(error).__name__,
        "state": error.state,
        "is_final": error.is_final,
        "blockers": [blocker_dict(blocker) for blocker in error.blockers],
    }


def kept_refusal_dict(kept: KeptRefusal) -> dict[str, Any]:
    """A refusal that is stored, with the event that was refused."""
    form = refusal_dict(kept.error, event_id=kept.event_id, version=kept.version, at=plain(kept.at))
    return {**form, "by": kept.by, "who": kept.who, "data": plain(kept.data)}


def blocker_dict(blocker: Blocker) -> dict[str, Any]:
    """One reason of a refusal."""
    return {"code": blocker.code, "parameters": plain(blocker.parameters), "zh": blocker.zh, "en": blocker.en}


def invalid_line_dict(error: LineInvalid) -> dict[str, Any]:
    """A line that is not valid, at which reading has stopped."""
    return {"line": error.line, "problem": words_dict(error.problem), "expected": words_dict(error.expected)}


def words_dict(words: Words) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": words.zh, "en": words.en}


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (str, int, float, NoneType)):
        return value
    return [plain(inner) for inner in value] if isinstance(value, Iterable) else short_repr(value)
