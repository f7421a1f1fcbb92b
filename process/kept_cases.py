"""Cases that are kept, as the store and Temporal share them: the result of an event, the opening, the whole history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.records import Step
from process.snapshot.validation import refuse_impossible


class Handled(NamedTuple):
    """The result of an event."""

    step: Step
    """The step that the event took."""
    case: Case
    """The case as it now is; after a duplicate it may have moved on since."""
    is_duplicate: bool
    """True if the event was taken before. Then nothing was written: the host's own rows were committed with it."""


def opening(case: Case) -> dict[str, Any]:
    """The arguments that the case was opened with, but for the time, as plain values."""
    data = case.to_dict(steps=1)
    given = {name: data["facts"][name] for name in ("goal", "account", "order", "face_limit", "other_limit")}
    return {"case_id": case.case_id, **given, "deadlines": dict(sorted(data["deadlines"].items()))}


def with_history(case: Case, steps: Iterable[Step]) -> Case:
    """The case with its whole history, also one that is longer than a snapshot can be.

    Raises:
        SnapshotInvalid: the steps do not lead to the case, or are not all of its steps.
    """
    parts = case._parts()._replace(history=tuple(steps))
    if len(parts.history) != parts.version:
        held, version = len(parts.history), parts.version
        zh = f"只有 {version} 步中的 {held} 步"
        raise SnapshotInvalid("history", f"holds {held} of {version} steps", zh)
    refuse_impossible(parts, case.machine)
    return case._of(parts)
