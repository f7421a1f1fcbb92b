"""Between cases and rows: what a row holds of a case, a step or a refusal, and what is made of a row again.

Every step's row has a digest over its own values and the digest of the step before it; the first one is over the opening of
the case. So a value that was edited shows, also one that no later step depends on, such as the text of a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from process import snapshot
from process.case import Case
from process.exceptions import EndReached, GuardNotMet, NewerModel, Refused, SnapshotInvalid, WrongActor, WrongState
from process.machine import MACHINE
from process.migrations import migrate_step
from process.model import MODEL_VERSION, Actor, Blocker, Event, State
from process.payload import brief
from process.step import Step
from process.store.sql import Row
from process.store.tables import utc

KINDS: Mapping[str, type[Refused]] = {kind.__name__: kind for kind in (EndReached, WrongState, WrongActor, GuardNotMet)}


MAX_REFUSALS = 2**31 - 1  # what PostgreSQL's column holds


def plain(value: object) -> Any:
    """The value as JSON has it; a member of an enum is a str, so its JSON is its value already."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value


def canonical(data: Mapping[str, Any]) -> str:
    """The one text for equal data: for digests, and to compare payloads. ValueError or TypeError if JSON can't hold it."""
    return snapshot.dumps({name: plain(data[name]) for name in sorted(data)})


def _digest(before: str, values: Mapping[str, Any]) -> str:
    shown = {name: _shown(value) for name, value in values.items()}
    return sha256(f"{before}{canonical(shown)}".encode()).hexdigest()


def _shown(value: Any) -> Any:
    """What JSON can hold of a value, which where a row was edited may be anything that SQLite keeps."""
    if isinstance(value, datetime):
        return _instant(value)
    return brief(value) if isinstance(value, (bytes, float)) else value


def _instant(moment: datetime) -> str:
    return utc(moment).replace(tzinfo=None).isoformat(timespec="microseconds")


# ---------------------------------------------------------------------------------------------------------------- cases


def case_values(case: Case) -> dict[str, Any]:
    """What changes in the row of a case with a step. The row has nothing that does not follow from the snapshot."""
    return {
        "version": case.version,
        "model_version": MODEL_VERSION,
        "state": case.state.value,
        "awaits": case.awaits and case.awaits.value,
        "due_at": case.due_at,
        "ended": case.is_done,
        "snapshot": case.to_json(steps=1),
    }


def identity_values(case: Case) -> dict[str, Any]:
    """What never changes in it."""
    facts = case.facts
    return {"case_id": case.case_id, "account": facts.account, "order_ref": facts.order, "goal": facts.goal.value}


def opening(case: Case) -> dict[str, Any]:
    """What the case was opened with, but for the time: opening it again with the same is no other case."""
    data = case.to_dict(steps=1)
    given = {name: data["facts"][name] for name in ("goal", "account", "order", "face_limit", "other_limit")}
    return {"case_id": case.case_id, **given, "deadlines": dict(sorted(data["deadlines"].items()))}


def opened_at(case: Case) -> datetime | None:
    text = case.to_dict(steps=1)["opened_at"]
    return None if text is None else datetime.fromisoformat(text)


def deadlines(case: Case) -> dict[State, timedelta]:
    return {State(name): timedelta(seconds=given) for name, given in case.to_dict(steps=1)["deadlines"].items()}


def opening_digest(case: Case) -> str:
    at = opened_at(case)
    return _digest("", {**opening(case), "opened_at": at and _instant(at)})


def case_of(row: Row[Any]) -> Case:
    """The case of a row.

    Raises:
        SnapshotInvalid: its snapshot is not one, or is of another case or version than the row.
        NewerModel: a newer model wrote it.
    """
    case = Case.from_json(row.snapshot)
    if case.case_id != row.case_id:
        its, other = brief(case.case_id), brief(row.case_id)
        raise SnapshotInvalid("case_id", f"is {its}, but the row's is {other}", f"是 {its}，但该行的是 {other}")
    if case.version != row.version:
        its, other = brief(case.version), brief(row.version)
        raise SnapshotInvalid("version", f"is {its}, but the row's is {other}", f"是 {its}，但该行的是 {other}")
    if type(row.refusals) is not int or not 0 <= row.refusals < MAX_REFUSALS:
        given = brief(row.refusals)
        raise SnapshotInvalid("refusals", f"of the row must be how many, not {given}", f"该行的应为次数，不能是 {given}")
    return case


def written_by(row: Row[Any]) -> int:
    """The model that wrote a snapshot that can be read."""
    version: int = snapshot.loads(row.snapshot)["model_version"]
    return version


# ---------------------------------------------------------------------------------------------------------------- steps

STEP_VALUES = ("case_id", "version", "event_id", "event", "by", "data", "source", "target", "at", "model_version")


def step_values(case_id: str, step: Step, event_id: str, before: str) -> dict[str, Any]:
    """The row of a step; *before* is the digest of the one before it."""
    values = {
        "case_id": case_id,
        "version": step.version,
        "event_id": event_id,
        "event": step.event.value,
        "by": step.by.value,
        "data": canonical(step.data),
        "source": step.source.value,
        "target": step.target.value,
        "at": step.at,
        "model_version": MODEL_VERSION,
    }
    return {**values, "digest": _digest(before, values)}


def step_digest(row: Row[Any], before: str) -> str:
    """What the digest of a step's row has to be."""
    return _digest(before, {name: row._mapping[name] for name in STEP_VALUES})


def step_of(row: Row[Any]) -> Step:
    """The step of a row; of an older model's, after its migration. It is checked, but not judged again.

    Raises:
        SnapshotInvalid: it is none, with the name of the value.
    """
    where = f"step {row.version}"
    return snapshot.decode_step(_as_of_today(row, where, row.source, row.target), where, MACHINE)


def _as_of_today(row: Row[Any], where: str, source: str, target: str) -> dict[str, Any]:
    """The event of a step's or refusal's row as today's model would have written it."""
    written_by = row.model_version
    if type(written_by) is not int or written_by < 1:
        zh, en = (
            f"须是不小于 1 的整数，不能是 {brief(written_by)}",
            f"must be an integer of 1 or more, not {brief(written_by)}",
        )
        raise SnapshotInvalid(f"{where}.model_version", en, zh)
    if written_by > MODEL_VERSION:
        zh = f"出自模型 {written_by}，本程序的模型是 {MODEL_VERSION}"
        raise NewerModel(where, f"is of model {written_by}; this program's model is {MODEL_VERSION}", zh)
    if row.at is not None and not isinstance(row.at, datetime):
        zh, en = (
            "须是 UTC 时间（如 2026-11-22 09:00:00.000000）或空",
            "must be a time in UTC as the store writes it, or null",
        )
        raise SnapshotInvalid(f"{where}.at", f"{en}, not {brief(row.at)}", f"{zh}，不能是 {brief(row.at)}")
    data = {
        "event": row.event,
        "by": row.by,
        "data": snapshot.loads(row.data),
        "source": source,
        "target": target,
        "at": row.at and row.at.isoformat(),
        "version": row.version,
    }
    return migrate_step(data, written_by, MODEL_VERSION)


# ------------------------------------------------------------------------------------------------------------- refusals


def refusal_values(
    case: Case, refusal: Refused, event_id: str, by: object, data: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The row of a refusal, with all that makes it again."""
    told = [{"code": b.code, "parameters": plain(b.parameters), "zh": b.zh, "en": b.en} for b in refusal.blockers]
    values = {
        "case_id": case.case_id,
        "event_id": event_id,
        "version": case.version,
        "kind": type(refusal).__name__,
        "event": str(refusal.event),
        "by": _actor_text(refusal.by, by),
        "data": canonical(data),
        "state": case.state.value,
        "blockers": snapshot.dumps({"blockers": told}),
        "at": at,
        "model_version": MODEL_VERSION,
    }
    return {**values, "digest": _digest("", values)}


def refusal_digest(row: Row[Any]) -> str:
    return _digest("", {name: value for name, value in row._mapping.items() if name != "digest"})


def refusal_of(row: Row[Any]) -> Refused:
    """The refusal of a row, as it was raised; what was a member of an enum in a reason is its value.

    That of an older model has its event, state and actor in today's words, and its reasons in those of then.

    Raises:
        SnapshotInvalid: it is none, as one that was edited.
        NewerModel: a newer model refused.
    """
    try:
        today = _as_of_today(row, f"refusal {row.event_id}", row.state, row.state)
        told = snapshot.loads(row.blockers)["blockers"]
        blockers = tuple(Blocker(b["code"], MappingProxyType(_tuples(b["parameters"])), b["zh"], b["en"]) for b in told)
        return KINDS[row.kind](Event(today["event"]), State(today["source"]), _actor(today["by"]), blockers)
    except (LookupError, ValueError, TypeError, AttributeError):
        raise SnapshotInvalid(f"refusal {row.event_id}", "is not what a refusal is stored as", "不是所存的拒绝") from None


def _tuples(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _actor_text(actor: Actor | None, said: object) -> str | None:
    if actor is not None:
        return actor.value
    return None if said is None else brief(said)


# --------------------------------------------------------------------------------------------------------- same content


def is_same_event(row: Row[Any], event: object, by: object, data: Mapping[str, Any]) -> bool:
    """Whether a step's or refusal's row is of this event, by this actor, with this payload. The time may differ.

    An older model's is of the event that it was then, and of the one that it is after its migration.

    Raises:
        NewerModel: a newer model wrote it, in words that are not known here.
    """
    try:
        actor = MACHINE.lean_events[Event(event)].only_actor if by is None else _actor(by)  # type: ignore[arg-type]
        given = canonical(data), str(event), _actor_text(actor, by)
        if given == (row.data, row.event, row.by):
            return True
        if row.model_version == MODEL_VERSION:
            return False
        source, target = (row.state, row.state) if "kind" in row._mapping else (row.source, row.target)
        today = _as_of_today(row, f"event {row.event_id}", source, target)
        return given == (canonical(today["data"]), today["event"], today["by"])
    except (LookupError, ValueError, TypeError):
        return False


def _actor(by: object) -> Actor | None:
    try:
        return Actor(by)  # type: ignore[arg-type]  # a stranger's value is a ValueError
    except ValueError:
        return None
