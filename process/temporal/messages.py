"""The messages between client, workflow and activities: plain data that JSON holds.

Messages are recorded in histories, so they only ever grow: every field has a default, none is renamed, removed or given
another meaning. Cases travel as snapshots, steps, requests and errors as ``process.json_vocabulary`` makes them; the
workflow passes them on unread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

WORKFLOW = "InstallmentCancellation"
DECIDE = "decide"
"""The local activity that decides; the activities of the host's functions bear the names of their kinds of request."""
UNDECIDED = "Undecided"
"""The error where the worker could not decide, as it was short of time: the event is to be sent again."""
TASK_QUEUE = "installment-cancellation"
TIME_OUT, CLOCK = "time_out", "clock"
"""The one event that the workflow raises by itself, and by whom."""
STATE_ATTRIBUTE, AWAITS_ATTRIBUTE = "CancellationState", "CancellationAwaits"
"""Search attributes, of the type Keyword."""


@dataclass
class EventMessage:
    """An event that is to be raised on a case."""

    case_id: str = ""
    event_id: str = ""
    event: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    by: str | None = None
    who: str | None = None
    at: str | None = None
    """ISO 8601; the workflow's time where it is left out."""
    version: int | None = None
    """The version of the case that the sender saw."""

    @property
    def key(self) -> str:
        """The id, which is unique for each sender: nobody can use up the ids of another."""
        return f"{self.by or ''}:{self.event_id}"

    @property
    def size(self) -> int:
        """Characters of JSON."""
        return len(_sorted_json(vars(self)))


@dataclass
class RequestMessage:
    """A request that the host's function is called with."""

    kind: str = ""
    to: str = ""
    key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    binding: bool = False
    """True for a submission to the lender: the request stands until the case ends, also where the case has moved on."""


@dataclass
class AnswerMessage:
    """The event that a host's function returned."""

    event: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    by: str | None = None
    who: str | None = None


@dataclass
class Position:
    """A case with everything that the workflow needs of it, as the model that decided last saw it."""

    snapshot: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    state: str = ""
    awaits: str | None = None
    due_at: str | None = None
    is_done: bool = False
    request: RequestMessage | None = None
    """The request with which a function of the host's is to be called now; None where there is no such function."""


@dataclass
class DecideInput:
    """The case, and the event to be decided; without an event, the position alone is wanted."""

    snapshot: dict[str, Any] = field(default_factory=dict)
    event: EventMessage | None = None


@dataclass
class Decision:
    """The position after the event and the step that it took; or an error, and whether it is final."""

    position: Position | None = None
    step: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    is_final: bool = False


@dataclass
class EventOutcome:
    """The outcome of an event, kept for its duplicates: a step, or the error of a final refusal."""

    key: str = ""
    event: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    step: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    def is_of(self, event: EventMessage) -> bool:
        """Return True if *event*, which has the same key, is the same event with the same payload."""
        return self.event == event.event and _sorted_json(self.data) == _sorted_json(event.data)

    @property
    def size(self) -> int:
        return len(_sorted_json([self.key, self.event, self.data, self.step, self.error]))


@dataclass
class RefusedAnswerMessage:
    """An answer of a host's function that the case has refused: the request's key, the event, and the error."""

    key: str = ""
    event: str = ""
    error: dict[str, Any] = field(default_factory=dict)


@dataclass
class CaseInput:
    """The input of a run of the workflow: a new case, or one that goes on after another run."""

    snapshot: dict[str, Any] = field(default_factory=dict)
    position: Position | None = None
    outcomes: list[EventOutcome] = field(default_factory=list)
    pending: list[RequestMessage] = field(default_factory=list)
    """Requests whose functions have not returned in the run before: they are called again, under the same key."""
    searchable: bool = False
    refused_answers: list[RefusedAnswerMessage] = field(default_factory=list)


@dataclass
class CaseResult:
    """The result of the workflow: the case at its end, from which everything is answered afterwards."""

    position: Position | None = None
    outcomes: list[EventOutcome] = field(default_factory=list)
    refused_answers: list[RefusedAnswerMessage] = field(default_factory=list)


@dataclass
class HandledMessage:
    """The answer to an event that was taken, now or before."""

    step: dict[str, Any] = field(default_factory=dict)
    snapshot: dict[str, Any] = field(default_factory=dict)
    is_duplicate: bool = False


@dataclass
class LookInput:
    """A question to the workflow: for the outcome of a key, and for the steps."""

    key: str | None = None
    steps: bool = False


@dataclass
class Look:
    """The case as it is."""

    position: Position = field(default_factory=Position)
    outcome: EventOutcome | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    """The steps that are kept, oldest first, where they are wanted."""
    refused_answers: list[RefusedAnswerMessage] = field(default_factory=list)


def error_message(kind: str, *args: object) -> dict[str, Any]:
    """An error by the name of its class, with its arguments; ``process.json_vocabulary`` makes the exception of it."""
    return {"kind": kind, "args": list(args)}


def _sorted_json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
