"""Cancelling an installment plan and its face verification: the process as an executable, proven model.

Import from here::

    from process import Actor, Case, Channel, Event, Goal, State

``process.model`` states the whole process and is where to read first; ``Case`` runs it.
"""

from process.case import Case
from process.contradictions import ModelError
from process.exceptions import (
    EndReached,
    GuardNotMet,
    InvalidPayload,
    LineInvalid,
    NewerModel,
    ProcessError,
    Refused,
    SnapshotInvalid,
    UnknownEvent,
    WrongActor,
    WrongState,
)
from process.machine import MACHINE
from process.model import (
    MODEL,
    MODEL_VERSION,
    Actor,
    Blocker,
    Channel,
    Event,
    Facts,
    Goal,
    Limits,
    Option,
    OtherMethod,
    Phase,
    QuoteStatus,
    RequestKind,
    Settlement,
    State,
    SupportChannel,
    Words,
)
from process.step import Request, Step

__all__ = [
    "MACHINE",
    "MODEL",
    "MODEL_VERSION",
    "Actor",
    "Blocker",
    "Case",
    "Channel",
    "EndReached",
    "Event",
    "Facts",
    "Goal",
    "GuardNotMet",
    "InvalidPayload",
    "Limits",
    "LineInvalid",
    "ModelError",
    "NewerModel",
    "Option",
    "OtherMethod",
    "Phase",
    "ProcessError",
    "QuoteStatus",
    "Refused",
    "Request",
    "RequestKind",
    "Settlement",
    "SnapshotInvalid",
    "State",
    "Step",
    "SupportChannel",
    "UnknownEvent",
    "Words",
    "WrongActor",
    "WrongState",
]
