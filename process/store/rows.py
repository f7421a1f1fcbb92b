"""Between cases and rows: the values of the row of a case or step, and the case or step of a row.

Every step's row has a digest over its own values and the digest of the step before it; the first is over the opening of the
case. So an edited value shows, also one that no later step depends on, such as the text of a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from process import json_vocabulary
from process.case import Case
from process.exceptions import NewerModel, SnapshotInvalid
from process.kept_cases import opening
from process.machine import MACHINE
from process.model import MODEL_VERSION, Limits, State
from process.records import Step
from process.snapshot import codec
from process.snapshot.migrations import migrate_step, state_names
from process.store.statements import Row
from process.store.tables import stored_time
from process.value_checks import model_1_check_of, short_repr

MAX_REFUSALS: Final = 2**31 - 1  # the largest that the column holds


def canonical_json(data: Mapping[str, Any]) -> str:
    """The one text for equal data: for digests, and to compare payloads. ValueError or TypeError if JSON can't hold it."""
    return codec.dumps({name: json_vocabulary.plain(data[name]) for name in sorted(data)})


def digest_of(before: str, values: Mapping[str, Any]) -> str:
    """The digest of a row's values, over the one of the row before it."""
    shown = {name: _for_digest(value) for name, value in values.items()}
    return sha256(f"{before}{canonical_json(shown)}".encode()).hexdigest()


def _for_digest(value: Any) -> Any:
    """The value for JSON; in a row that was edited it may be anything that SQLite keeps."""
    if isinstance(value, datetime):
        return _instant(value)
    return short_repr(value) if isinstance(value, (bytes, float)) else value


def _instant(moment: datetime) -> str:
    return stored_time(moment).replace(tzinfo=None).isoformat(timespec="microseconds")


# ---------------------------------------------------------------------------------------------------------------- cases


def case_values(case: Case) -> dict[str, Any]:
    """The values that a step changes in the row of a case. All of them follow from the snapshot."""
    return {
        "version": case.version,
        "model_version": MODEL_VERSION,
        "state": case.state.value,
        "awaits": case.awaits and case.awaits.value,
        "due_at": case.due_at,
        "ended": case.is_done,
        "snapshot": case.to_json(steps=1),
        "moved_at": case.history[-1].at if case.history else opened_at(case),
        "quote": case.facts.quote,
    }


def identity_values(case: Case) -> dict[str, Any]:
    """The values that never change in it."""
    facts = case.facts
    known = {"case_id": case.case_id, "account": facts.account, "order_ref": facts.order, "goal": facts.goal.value}
    return {**known, "opened_at": opened_at(case)}


def opened_at(case: Case) -> datetime | None:
    text = case.to_dict(steps=1)["opened_at"]
    return None if text is None else datetime.fromisoformat(text)


def opened_with(case: Case) -> dict[str, Any]:
    """The keyword arguments that open the same case again, for ``Case`` and ``store.open``."""
    facts = case.facts
    given = case.to_dict(steps=1)["deadlines"]
    return {
        "goal": facts.goal,
        "account": facts.account,
        "order": facts.order,
        "case_id": case.case_id,
        "limits": Limits(facts.face_limit, facts.other_limit),
        "deadlines": {State(name): timedelta(seconds=seconds) for name, seconds in given.items()},
        "at": opened_at(case),
    }


def opening_digest(case: Case, model_version: int = MODEL_VERSION) -> str:
    """The digest of the opening, as that model wrote it, which may have had other names for states."""
    at, given = opened_at(case), opening(case)
    names = state_names(given["deadlines"], model_version, MODEL_VERSION)
    deadlines = {names[name]: seconds for name, seconds in given["deadlines"].items()}
    return digest_of("", {**given, "deadlines": deadlines, "opened_at": at and _instant(at)})


def case_of(row: Row[Any], case_id: str | None = None) -> Case:
    """The case of a row; *case_id* is the id by which it was found, where the row was read without its own.

    Raises:
        SnapshotInvalid: its snapshot is invalid, or is of another case or version than the row.
        NewerModel: a newer model wrote it.
    """
    case = Case.from_json(row.snapshot)
    expected = row.case_id if case_id is None else case_id
    if case.case_id != expected:
        its, other = short_repr(case.case_id), short_repr(expected)
        raise SnapshotInvalid("case_id", f"is {its}, but the row's is {other}", f"是 {its}，但该行的是 {other}")
    if case.version != row.version:
        its, other = short_repr(case.version), short_repr(row.version)
        raise SnapshotInvalid("version", f"is {its}, but the row's is {other}", f"是 {its}，但该行的是 {other}")
    if type(row.refusals) is not int or not 0 <= row.refusals < MAX_REFUSALS:
        given = short_repr(row.refusals)
        en = f"of the row must be a count, not {given}"
        raise SnapshotInvalid("refusals", en, f"该行的应为次数，不能是 {given}")
    return case


def written_by(row: Row[Any]) -> int:
    """The model that wrote a snapshot that can be read."""
    version: int = codec.loads(row.snapshot)["model_version"]
    return version


def state_as_written(row: Row[Any]) -> object:
    """The state in the snapshot, by the name that it had in the model that wrote it."""
    return codec.loads(row.snapshot).get("state")


# ---------------------------------------------------------------------------------------------------------------- steps

STEP_VALUES: Final = ("case_id", "version", "event_id", "event", "by", "data", "source", "target", "at", "model_version")
"""The columns that a step's digest is over, beside ``who`` where one is given: so digests of older rows stay right."""


def imported_event_id(version: int) -> str:
    """The event id of a step that was taken elsewhere and was imported with its case."""
    return f"step:{version}"


def step_values(case_id: str, step: Step, event_id: str, before: str) -> dict[str, Any]:
    """The row of a step; *before* is the digest of the one before it."""
    values = {
        "case_id": case_id,
        "version": step.version,
        "event_id": event_id,
        "event": step.event.value,
        "by": step.by.value,
        "data": canonical_json(step.data),
        "source": step.source.value,
        "target": step.target.value,
        "at": step.at,
        "model_version": MODEL_VERSION,
    }
    return {**values, "who": step.who, "digest": digest_of(before, with_who(values, step.who))}


def step_digest(row: Row[Any], before: str) -> str:
    """The digest that a step's row should have."""
    return digest_of(before, with_who({name: row._mapping[name] for name in STEP_VALUES}, row.who))


def with_who(values: Mapping[str, Any], who: str | None) -> dict[str, Any]:
    """The values that a digest is over."""
    return {**values, **({} if who is None else {"who": who})}


def step_of(row: Row[Any]) -> Step:
    """The step of a row; of an older model's, after its migration. Its fields are checked, not whether it was possible.

    References are checked as model 1 did: which of them today's model would take was decided when the step was.

    Raises:
        SnapshotInvalid: it is none, with the name of the value.
    """
    where = f"step {row.version}"
    return codec.decode_step(migrated(row, where, row.source, row.target), where, MACHINE, model_1_check_of)


def as_stored(step: Step) -> Step:
    """The step as its row gives it again: with its time in UTC, and kept off the ends of the calendar."""
    return step._replace(at=step.at and stored_time(step.at))


def migrated(row: Row[Any], where: str, source: str, target: str) -> dict[str, Any]:
    """The event of a step's or refusal's row as today's model would have written it."""
    model = row.model_version
    if type(model) is not int or model < 1:
        given = short_repr(model)
        en = f"must be an integer of 1 or more, not {given}"
        raise SnapshotInvalid(f"{where}.model_version", en, f"须是不小于 1 的整数，不能是 {given}")
    if model > MODEL_VERSION:
        zh = f"出自模型 {model}，本程序的模型是 {MODEL_VERSION}"
        raise NewerModel(where, f"is of model {model}; this program's model is {MODEL_VERSION}", zh)
    if row.at is not None and not isinstance(row.at, datetime):
        given = short_repr(row.at)
        en = f"must be a time in UTC as the store writes it, or null, not {given}"
        raise SnapshotInvalid(f"{where}.at", en, f"须是 UTC 时间（如 2026-11-22 09:00:00.000000）或空，不能是 {given}")
    data = {
        "event": row.event,
        "by": row.by or None,
        "who": row.who,
        "data": codec.loads(row.data),
        "source": source,
        "target": target,
        "at": row.at and row.at.isoformat(),
        "version": row.version,
    }
    return migrate_step(data, model, MODEL_VERSION, where)
