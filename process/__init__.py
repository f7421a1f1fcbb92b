"""Cancelling an installment plan and its face verification: the process as an executable, proven model.

Import from here::

    from process import Actor, Case, Channel, Event, Goal, State

``process.model`` states the whole process and is where to read first; ``Case`` runs it.

A name is loaded when it is first used, so that a module of the package which needs no case does not load the machine. This
is also where the parts are put together: a case gets its picture for notebooks here.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it by name: to import typing takes longer than all the rest here
if TYPE_CHECKING:
    from process.case import Case
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
        Identity,
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
    from process.model.validation import ModelError
    from process.records import Request, Step

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
    "Identity",
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

_HOMES = ("model", "exceptions", "records", "model.validation", "machine", "case")  # what loads most comes last


def _notebook_svg(case: Case) -> str | None:
    from process.diagram import CannotDraw, notebook_svg

    try:
        return notebook_svg(case)
    except CannotDraw:
        return None


if not TYPE_CHECKING:  # a checker would take any name for right

    def __getattr__(name: str) -> object:
        from importlib import import_module

        for home in _HOMES if name in __all__ else ():
            module = import_module(f"process.{home}")
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                if name == "Case":
                    module.Case.notebook_svg = staticmethod(_notebook_svg)
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
