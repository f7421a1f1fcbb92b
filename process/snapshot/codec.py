"""Writes and reads snapshots of cases: which entries there are, and of what type; a wrong one is named.

A snapshot of an older model is migrated first. What no case can be is refused in ``validation``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from process.exceptions import NewerModel
from process.json_vocabulary import STEP_KEYS, plain, step_to_dict, time_to_text
from process.machine import CompiledMachine
from process.model import (
    MODEL_VERSION,
    Actor,
    Event,
    Facts,
    Field,
    Goal,
    Identity,
    Kind,
    Limits,
    QuoteStatus,
    Settlement,
    State,
)
from process.records import Parts, Step
from process.snapshot import strict_json
from process.snapshot.migrations import migrate_snapshot
from process.snapshot.validation import refuse_impossible
from process.snapshot.value_readers import json_size, read_integer, read_keys, read_time, read_value, refuse
from process.value_checks import (
    MAX_DEADLINE,
    FieldCheck,
    check_of,
    deadline_of,
    field_errors,
    model_1_check_of,
    short_repr,
    valid_part,
)

FORMAT: Final = "installment-cancellation/1"
MAX_SIZE: Final = 64 * 1024  # characters of JSON

_FACTS: Mapping[str, tuple[Field | type[bool] | type[int], bool]] = {  # type, and whether null will do
    "goal": (Goal, False),
    "account": (Kind.REFERENCE, False),
    "order": (Kind.REFERENCE, False),
    "face_limit": (int, False),
    "other_limit": (int, False),
    "identity": (Identity, True),
    "quote": (Kind.REFERENCE, True),
    "fee": (Kind.MONEY, True),
    "currency": (Kind.CURRENCY, True),
    "quote_status": (QuoteStatus, True),
    "rejected_quote": (Kind.REFERENCE, True),
    "settled": (Settlement, True),
    "face_removed": (bool, False),
    "face_attempts": (int, False),
    "other_attempts": (int, False),
    "attempt": (int, False),
}
_KEYS = ("format", "model_version", "case_id", "version", "state", "facts", "opened_at", "deadlines", "history")
TRUSTED_UNTIL: Final = "trusted_until"
"""A key that is there only where an older model opened the case: the version up to which it took the steps."""

# -------------------------------------------------------------------------------------------------------------- writing


def encode(parts: Parts, steps: int | None = None) -> dict[str, Any]:
    """Return the snapshot of a case, with its newest *steps*; without a number, with as many as fit into MAX_SIZE."""
    history = parts.history if steps is None else parts.history[-max(steps, 1) :]
    written = [step_to_dict(step) for step in history]
    values: tuple[Any, ...] = (
        FORMAT,
        MODEL_VERSION,
        parts.case_id,
        parts.version,
        parts.state.value,
        plain(parts.facts._asdict()),
        time_to_text(parts.opened_at),
        {state.value: deadline.total_seconds() for state, deadline in (parts.deadlines or {}).items()},
        [],
    )
    data = dict(zip(_KEYS, values, strict=True))
    if parts.trusted_until is not None:
        data[TRUSTED_UNTIL] = parts.trusted_until
    room = MAX_SIZE - len(json.dumps(data)) if len(written) > 1 else 0
    for count, step in enumerate(reversed(written) if len(written) > 1 else ()):  # the last one stays
        room -= len(json.dumps(step)) + 2  # and the comma and space before it
        if room < 0:
            written = written[-count:]
            break
    data["history"] = written
    return data


def dumps(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# -------------------------------------------------------------------------------------------------------------- reading


def loads(text: str | bytes) -> Any:
    """Return the value of JSON text or of its UTF-8, if it is strict JSON and not over MAX_SIZE."""
    if not isinstance(text, str | bytes):
        refuse(
            "",
            f"must be JSON text or its UTF-8 bytes, not {short_repr(text)}",
            f"须是 JSON 文本或其 UTF-8 字节，不能是 {short_repr(text)}",
        )
    if len(text) > MAX_SIZE:
        zh, en = ("字符", "characters") if isinstance(text, str) else ("字节", "bytes")
        refuse("", f"{len(text)} {en}, at most {MAX_SIZE} are read", f"共 {len(text)} {zh}，至多读取 {MAX_SIZE}")
    try:
        return strict_json.parse_json(text)
    except strict_json.NotJSON as error:
        refuse("", f"not JSON: {error.problem.en}", f"不是 JSON：{error.problem.zh}")


def decode(data: object, machine: CompiledMachine, *, parsed: bool = False) -> Parts:
    """Return the parts of the case of a snapshot; of one that is *parsed*, it is known that it was JSON.

    Raises:
        SnapshotInvalid: naming the entry.
        NewerModel: a newer model wrote it.
    """
    if type(data) is not dict:
        refuse("", f"must be an object, not {short_repr(data)}", f"须是对象，不能是 {short_repr(data)}")
    size = json_size(data, parsed=parsed)  # as it was written: what a migration adds counts for nothing
    if data.get("format") != FORMAT:
        given = short_repr(data.get("format"))
        refuse("format", f"must be {FORMAT!r}, not {given}", f"须是 {FORMAT!r}，不能是 {given}")
    model_version = read_integer(data.get("model_version"), "model_version", 1)
    if model_version > MODEL_VERSION:
        zh = f"是 {model_version}，本程序的模型是 {MODEL_VERSION}"
        raise NewerModel("model_version", f"is {model_version}; this program's model is {MODEL_VERSION}", zh)
    if size > MAX_SIZE:
        refuse("", f"{size} characters of JSON, at most {MAX_SIZE} are read", f"共 {size} 字符，至多读取 {MAX_SIZE}")
    data = migrate_snapshot(data, model_version, MODEL_VERSION)
    read_keys(data, (*_KEYS, TRUSTED_UNTIL) if TRUSTED_UNTIL in data and model_version > 1 else _KEYS, "")
    version = read_integer(data["version"], "version", 0)
    trusted_until = _trusted_until(data, version, model_version)
    fields = check_of if trusted_until is None else model_1_check_of
    case_id = read_value(data["case_id"], Kind.REFERENCE, "case_id", fields)
    state: State = read_value(data["state"], State, "state")
    facts = _decode_facts(data["facts"], fields)
    opened_at = read_time(data["opened_at"], "opened_at")
    deadlines = _decode_deadlines(data["deadlines"], machine)
    history = _decode_history(data["history"], machine, fields)
    parts = Parts(case_id, version, state, facts, opened_at, deadlines or None, history, trusted_until)
    refuse_impossible(parts, machine)
    return parts


def _trusted_until(data: Mapping[str, Any], version: int, model_version: int) -> int | None:
    if model_version < MODEL_VERSION:
        return version
    if TRUSTED_UNTIL not in data:
        return None
    return read_integer(data[TRUSTED_UNTIL], TRUSTED_UNTIL, 0)


def _decode_facts(data: object, check_of: FieldCheck) -> Facts:
    facts = read_keys(data, tuple(_FACTS), "facts")
    values: dict[str, Any] = {}
    for name, (field, optional) in _FACTS.items():
        value, where = facts[name], f"facts.{name}"
        if value is None and optional:
            values[name] = None
        elif field is bool:
            if type(value) is not bool:
                given = short_repr(value)
                refuse(where, f"must be true or false, not {given}", f"须是 true 或 false，不能是 {given}")
            values[name] = value
        elif field is int:
            values[name] = read_integer(value, where, 0)
        else:
            values[name] = read_value(value, field, where, check_of, optional)  # type: ignore[arg-type]  # not bool or int
    try:
        Limits(values["face_limit"], values["other_limit"])
    except ValueError as error:
        refuse("facts", str(error), "face_limit 须是 0 至 99，other_limit 须是 1 至 99")
    return Facts(**values)


def _decode_deadlines(data: object, machine: CompiledMachine) -> dict[State, timedelta]:
    if type(data) is not dict:
        refuse("deadlines", f"must be an object, not {short_repr(data)}", f"须是对象，不能是 {short_repr(data)}")
    deadlines: dict[State, timedelta] = {}
    for name, seconds in data.items():
        state: State = read_value(name, State, "deadlines")
        where = f"deadlines.{state}"
        if type(seconds) not in (int, float) or not 0 < seconds <= MAX_DEADLINE.total_seconds():
            given = short_repr(seconds)
            zh = f"须是大于 0、至多 10 年的秒数，不能是 {given}"
            refuse(where, f"must be seconds, more than 0 and at most 10 years, not {given}", zh)
        try:
            deadlines[state] = deadline_of(state, timedelta(seconds=seconds), machine.definition)
        except ValueError as error:
            refuse(where, str(error), f"{state} 是终态，没有期限")
    return deadlines


def _decode_history(data: object, machine: CompiledMachine, check_of: FieldCheck) -> tuple[Step, ...]:
    if type(data) is not list:
        refuse("history", f"must be a list, not {short_repr(data)}", f"须是列表，不能是 {short_repr(data)}")
    return tuple(decode_step(step, f"history[{index}]", machine, check_of) for index, step in enumerate(data))


def decode_step(data: object, where: str, machine: CompiledMachine, check_of: FieldCheck = check_of) -> Step:
    """Return the step of one entry of a history.

    Args:
        data: the entry.
        where: its path, for SnapshotInvalid.
        machine: has the fields of events.
        check_of: returns the check of a field; ``model_1_check_of`` for a step of a case that model 1 opened.
    """
    step = read_keys(data, STEP_KEYS, where)
    event: Event = read_value(step["event"], Event, f"{where}.event")
    payload = step["data"]
    if type(payload) is not dict:
        refuse(f"{where}.data", f"must be an object, not {short_repr(payload)}", f"须是对象，不能是 {short_repr(payload)}")
    fields = machine.compiled_events[event].fields
    wrong = field_errors(fields, payload, check_of, first=True)
    if wrong:
        refuse(f"{where}.data", wrong[0].en, wrong[0].zh.rstrip("。"))
    return Step(
        event,
        read_value(step["by"], Actor, f"{where}.by"),
        MappingProxyType(valid_part(fields, payload, check_of)),
        read_value(step["source"], State, f"{where}.source"),
        read_value(step["target"], State, f"{where}.target"),
        read_time(step["at"], f"{where}.at"),
        read_integer(step["version"], f"{where}.version", 1),
        step["who"] if step["who"] is None else read_value(step["who"], Kind.REFERENCE, f"{where}.who", optional=True),
    )
