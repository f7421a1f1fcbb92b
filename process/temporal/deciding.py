"""The local activity that decides: the model applied to a case and an event, both as plain data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio import activity

from process import json_vocabulary
from process.case import Case
from process.exceptions import ProcessError, Refused
from process.json_vocabulary import error_to_dict
from process.model import MODEL_VERSION, Actor, QuoteStatus, RequestKind
from process.records import Step
from process.temporal import messages
from process.temporal.messages import DecideInput, Decision, EventMessage, Position, RequestMessage


@dataclass(frozen=True)
class Deciding:
    """Decides by today's model, for a worker that has functions for some kinds of request."""

    kinds: Collection[RequestKind]

    @activity.defn(name=messages.DECIDE)
    async def decide(self, given: DecideInput) -> Decision:
        """The decision on an event. Whatever the model raises is in it; nothing is raised."""
        try:
            case = Case.from_dict(given.snapshot)
            if given.event is None:
                return Decision(position_of(case, self.kinds))
            step = raise_event(case, given.event)
        except ProcessError as error:
            return Decision(error=error_to_dict(error), is_final=isinstance(error, Refused) and error.is_final)
        return Decision(position_of(case, self.kinds), step_message(step))


def step_message(step: Step) -> dict[str, Any]:
    """The step as data, with the model that took it, so that a later one can read it."""
    return {**json_vocabulary.step_to_dict(step), "model_version": MODEL_VERSION}


def raise_event(case: Case, event: EventMessage) -> Step:
    """Raise the event of a message on the case. Raises as ``Case.trigger``."""
    at = None if event.at is None else _moment_or_text(event.at)
    return case.trigger(event.event, event.data, by=event.by, who=event.who, at=at)  # type: ignore[arg-type]  # by their names


def position_of(case: Case, kinds: Collection[RequestKind] = ()) -> Position:
    """The case as the workflow keeps it; *kinds* are those for which there is a function to be called."""
    request = case.request
    called = request is not None and request.kind in kinds
    return Position(
        snapshot=case.to_dict(steps=1),
        version=case.version,
        state=case.state.value,
        awaits=case.awaits and case.awaits.value,
        due_at=json_vocabulary.time_to_text(case.due_at),
        is_done=case.is_done,
        request=_request_message(case) if called else None,
    )


def _request_message(case: Case) -> RequestMessage | None:
    request = case.request
    if request is None:
        return None
    data = json_vocabulary.request_to_dict(request)
    # What was submitted to the lender stands until the case ends: its answer counts wherever it finds the case (R13).
    binding = request.to is Actor.LENDER and case.facts.quote_status is QuoteStatus.SUBMITTED
    return RequestMessage(data["kind"], data["to"], data["key"], data["payload"], case.version, binding)


def _moment_or_text(text: str) -> datetime | str:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text  # for the case to refuse
