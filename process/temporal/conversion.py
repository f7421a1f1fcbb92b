"""Between the host's values and messages: events, steps, errors, and the answers of a case that has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from temporalio.exceptions import ApplicationError

from process import json_vocabulary
from process.case import Case
from process.case_arguments import checked, named_actor, read_once
from process.json_vocabulary import error_from_dict
from process.kept_cases import Handled
from process.machine import MACHINE
from process.model import MODEL_VERSION, Actor, Event, Kind
from process.persistence_errors import EventIdReused
from process.records import Step
from process.snapshot import codec
from process.snapshot.migrations import migrate_step
from process.temporal.deciding import raise_event, step_message
from process.temporal.messages import (
    CaseResult,
    EventMessage,
    EventOutcome,
    HandledMessage,
    Position,
)
from process.value_checks import aware_datetime, field_errors, model_1_check_of, model_1_reference, reference


def message_of(
    case_id: str, event: Any, data: Any, event_id: str, by: Any, who: Any, at: Any, version: int | None
) -> EventMessage | None:
    """The event as a message; None where it is malformed, so that no message can say what was given.

    References are checked as model 1 did: which of them the case takes is decided with the case.
    """
    try:
        compiled = MACHINE.compiled_events[Event(event)]
        payload = read_once(data)
        if type(payload) is not dict or field_errors(compiled.fields, payload, model_1_check_of):
            return None
        actor = compiled.only_actor if by is None else Actor(by)
        if who is not None:
            reference(who)
        moment = None if at is None else aware_datetime(at).isoformat()
    except Exception:  # whatever objects of the caller's raise
        return None
    data = json_vocabulary.plain(payload)
    return EventMessage(case_id, event_id, compiled.event.value, data, actor and actor.value, who, moment, version)


def sender_name(event: Any, by: Any) -> str:
    actor = named_actor(event, by)
    return "" if actor is None else actor.value


def handled_of(answer: HandledMessage) -> Handled:
    return Handled(decoded_step(answer.step), Case.from_dict(answer.snapshot), answer.is_duplicate)


def answer_after_the_end(result: CaseResult, event: EventMessage) -> HandledMessage:
    """The answer to an event by a case that has ended."""
    position = result.position or Position()
    known = next((outcome for outcome in result.outcomes if outcome.key == event.key), None)
    if known is None:
        raise_event(Case.from_dict(position.snapshot), event)
        raise AssertionError("an end takes no event")
    if not known.is_of(event):
        raise EventIdReused(event.case_id, event.event_id, known.event)
    if known.step is None:
        raise error_from_dict(known.error or {})
    return HandledMessage(known.step, position.snapshot, is_duplicate=True)


def error_of(cause: BaseException) -> BaseException:
    """The error that the workflow raised; the engine's own where it is none of ours."""
    if isinstance(cause, ApplicationError) and cause.details and isinstance(cause.details[0], dict):
        try:
            return error_from_dict(cause.details[0])
        except (LookupError, ValueError, TypeError, AttributeError):  # of a newer release
            return cause
    return cause


def decoded_step(written: dict[str, Any]) -> Step:
    """The step of data, which an older model may have written. Its references are checked as model 1 did."""
    data = {name: value for name, value in written.items() if name != "model_version"}
    today = migrate_step(data, written["model_version"], MODEL_VERSION)
    return codec.decode_step(today, f"step {written['version']}", MACHINE, model_1_check_of)


def imported_outcome(step: Step, event_ids: Mapping[int, str]) -> EventOutcome:
    """The outcome of a step that was taken elsewhere, under its event's id there."""
    written = step_message(step)
    event_id = check_older_reference("event_ids", event_ids.get(step.version, f"step:{step.version}"))
    return EventOutcome(f"{step.by.value}:{event_id}", step.event.value, written["data"], written)


def check_reference(name: str, value: str) -> str:
    found: str = checked(name, value, reference, Kind.REFERENCE.words)
    return found


def check_older_reference(name: str, value: str) -> str:
    """Check a reference that a case may have since model 1, which took more of them."""
    found: str = checked(name, value, model_1_reference, Kind.REFERENCE.words)
    return found
