"""Cases as JSON: written in one format, read back strictly. What no case can be is refused, with the entry named.

A snapshot that holds the whole history is replayed, so state and facts can't differ from what the steps make of them. One
that was cut short (``steps=``, or over 64 KiB) is held against what the model says must hold in the state, and against
what the steps that are left put into the facts. A snapshot of an older model is migrated and its history believed: what
was allowed then is not judged again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn

from process.exceptions import NewerModel, SnapshotInvalid
from process.machine import LeanMachine, changes_of
from process.migrations import migrate_snapshot
from process.model import (
    MODEL_VERSION,
    Actor,
    Event,
    Facts,
    Field,
    Goal,
    Kind,
    Limits,
    QuoteStatus,
    Settlement,
    State,
    Term,
)
from process.payload import (
    MAX_DEADLINE,
    MAX_INTEGER,
    WRONG,
    brief,
    check_of,
    deadline_of,
    expected,
    key_given_twice,
    members,
    moment,
    problems,
)
from process.step import Step

FORMAT: Final = "installment-cancellation/1"
MAX_SIZE: Final = 64 * 1024  # characters of JSON
MAX_DEPTH: Final = 8

_FACTS: Mapping[str, tuple[Field | type[bool] | type[int], bool]] = {  # type, and whether null will do
    "goal": (Goal, False),
    "account": (Kind.REFERENCE, False),
    "order": (Kind.REFERENCE, False),
    "face_limit": (int, False),
    "other_limit": (int, False),
    "quote": (Kind.REFERENCE, True),
    "fee": (Kind.MONEY, True),
    "currency": (Kind.CURRENCY, True),
    "quote_status": (QuoteStatus, True),
    "settled": (Settlement, True),
    "face_removed": (bool, False),
    "face_attempts": (int, False),
    "other_attempts": (int, False),
    "attempt": (int, False),
}
_KEYS = ("format", "model_version", "case_id", "version", "state", "facts", "opened_at", "deadlines", "history")
_STEP_KEYS = ("event", "by", "data", "source", "target", "at", "version")


class Parts(NamedTuple):
    """All that a case is made of."""

    case_id: str
    version: int
    state: State
    facts: Facts
    opened_at: datetime | None
    deadlines: Mapping[State, timedelta] | None
    history: tuple[Step, ...]


# -------------------------------------------------------------------------------------------------------------- writing


def encode(parts: Parts, steps: int | None = None) -> dict[str, Any]:
    """The snapshot of a case, with its newest *steps*; without a number, with as many as fit into MAX_SIZE."""
    history = parts.history if steps is None else parts.history[-max(steps, 1) :]
    written = [encode_step(step) for step in history]
    data: dict[str, Any] = {
        "format": FORMAT,
        "model_version": MODEL_VERSION,
        "case_id": parts.case_id,
        "version": parts.version,
        "state": parts.state.value,
        "facts": {name: _plain(value) for name, value in parts.facts._asdict().items()},
        "opened_at": parts.opened_at and parts.opened_at.isoformat(),
        "deadlines": {state.value: deadline.total_seconds() for state, deadline in (parts.deadlines or {}).items()},
        "history": [],
    }
    room = MAX_SIZE - len(json.dumps(data))
    for count, step in enumerate(reversed(written)):
        room -= len(json.dumps(step)) + 2  # and the comma and space before it
        if room < 0:
            written = written[-count:]
            break
    data["history"] = written
    return data


def dumps(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode_step(step: Step) -> dict[str, Any]:
    """The step as an entry of a snapshot's history."""
    return {
        "event": step.event.value,
        "by": step.by.value,
        "data": {name: _plain(value) for name, value in step.data.items()},
        "source": step.source.value,
        "target": step.target.value,
        "at": step.at and step.at.isoformat(),
        "version": step.version,
    }


def _plain(value: object) -> object:
    return value.value if isinstance(value, Term) else value


# -------------------------------------------------------------------------------------------------------------- reading


def loads(text: str | bytes) -> Any:
    """JSON text, or its UTF-8, as data: no duplicate key, NaN or infinity, and not over MAX_SIZE."""
    if not isinstance(text, str | bytes):
        _refuse("", f"must be JSON text or its UTF-8 bytes, not {brief(text)}")
    if len(text) > MAX_SIZE:
        _refuse("", f"{len(text)} {'characters' if isinstance(text, str) else 'bytes'}, at most {MAX_SIZE} are read")
    try:
        text = text if isinstance(text, str) else text.decode()
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        _refuse("", f"nested deeper than {MAX_DEPTH}")
    except ValueError as error:  # of json, of the decoding of bytes, or of an integer of thousands of digits
        _refuse("", f"not JSON: {error}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if (twice := key_given_twice(pairs)) is not None:
        raise ValueError(f"the key {twice} stands twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def decode(data: object, machine: LeanMachine) -> Parts:
    """The parts of a case, from a snapshot.

    Raises:
        SnapshotInvalid: naming the entry.
        NewerModel: a newer model wrote it.
    """
    if type(data) is not dict:
        _refuse("", f"must be an object, not {brief(data)}")
    if data.get("format") != FORMAT:
        _refuse("format", f"must be {FORMAT!r}, not {brief(data.get('format'))}")
    model_version = _integer(data.get("model_version"), "model_version", 1)
    if model_version > MODEL_VERSION:
        raise NewerModel("model_version", f"is {model_version}; this program's model is {MODEL_VERSION}")
    data = migrate_snapshot(data, model_version, MODEL_VERSION)
    _keys(data, _KEYS, "")
    _size(data)
    case_id = _value(data["case_id"], Kind.REFERENCE, "case_id")
    version = _integer(data["version"], "version", 0)
    state: State = _value(data["state"], State, "state")
    facts = _decode_facts(data["facts"])
    opened_at = _moment(data["opened_at"], "opened_at")
    deadlines = _decode_deadlines(data["deadlines"], machine)
    history = _decode_history(data["history"], version, machine)
    broken = machine.definition.broken(state, facts)
    if broken is not None:
        _refuse("facts", f"impossible in {state}: {broken.condition.en} does not hold")
    if facts.attempt > version:
        _refuse("facts.attempt", f"is {facts.attempt}, but version {version} has no room for as many")
    _follow(history, version, state, machine)
    if len(history) == version and model_version == MODEL_VERSION:
        _replay(history, state, facts, machine)
    elif model_version == MODEL_VERSION:
        _recall(history, facts, machine)
        _retrace(history, facts, machine)
    return Parts(case_id, version, state, facts, opened_at, deadlines or None, history)


def _decode_facts(data: object) -> Facts:
    facts = _keys(data, tuple(_FACTS), "facts")
    values: dict[str, Any] = {}
    for name, (field, optional) in _FACTS.items():
        value, where = facts[name], f"facts.{name}"
        if value is None and optional:
            values[name] = None
        elif field is bool:
            values[name] = value if type(value) is bool else _refuse(where, f"must be true or false, not {brief(value)}")
        elif field is int:
            values[name] = _integer(value, where, 0)
        else:
            values[name] = _value(value, field, where, optional)  # type: ignore[arg-type]  # bool and int are dealt with
    try:
        Limits(values["face_limit"], values["other_limit"])
    except ValueError as error:
        _refuse("facts", str(error))
    return Facts(**values)


def _decode_deadlines(data: object, machine: LeanMachine) -> dict[State, timedelta]:
    if type(data) is not dict:
        _refuse("deadlines", f"must be an object, not {brief(data)}")
    deadlines: dict[State, timedelta] = {}
    for name, seconds in data.items():
        state: State = _value(name, State, "deadlines")
        where = f"deadlines.{state}"
        if type(seconds) not in (int, float) or not 0 < seconds <= MAX_DEADLINE.total_seconds():
            _refuse(where, f"must be seconds, more than 0 and at most 10 years, not {brief(seconds)}")
        try:
            deadlines[state] = deadline_of(state, timedelta(seconds=seconds), machine.definition)
        except ValueError as error:
            _refuse(where, str(error))
    return deadlines


def _decode_history(data: object, version: int, machine: LeanMachine) -> tuple[Step, ...]:
    if type(data) is not list:
        _refuse("history", f"must be a list, not {brief(data)}")
    if not min(version, 1) <= len(data) <= version:
        _refuse("history", f"holds {len(data)} steps; version {version} has at least its last step and at most {version}")
    return tuple(decode_step(step, f"history[{index}]", machine) for index, step in enumerate(data))


def decode_step(data: object, where: str, machine: LeanMachine) -> Step:
    """The step of one entry of a history; *where* is its path, for SnapshotInvalid."""
    step = _keys(data, _STEP_KEYS, where)
    event: Event = _value(step["event"], Event, f"{where}.event")
    payload = step["data"]
    if type(payload) is not dict:
        _refuse(f"{where}.data", f"must be an object, not {brief(payload)}")
    fields = machine.lean_events[event].fields
    wrong = problems(fields, payload)
    if wrong:
        _refuse(f"{where}.data", wrong[0].en)
    return Step(
        event,
        _value(step["by"], Actor, f"{where}.by"),
        MappingProxyType(members(fields, payload)),
        _value(step["source"], State, f"{where}.source"),
        _value(step["target"], State, f"{where}.target"),
        _moment(step["at"], f"{where}.at"),
        _integer(step["version"], f"{where}.version", 1),
    )


def _follow(history: tuple[Step, ...], version: int, state: State, machine: LeanMachine) -> None:
    """Each step starts where the one before it ended, by a row of the model, and the last one ends in the state."""
    last_source = history[0].source if history else machine.definition.initial
    first = version - len(history) + 1
    for index, step in enumerate(history):
        where = f"history[{index}]"
        if step.version != first + index:
            _refuse(f"{where}.version", f"must be {first + index}, not {step.version}")
        if step.source is not last_source:
            _refuse(f"{where}.source", f"must be {last_source}, where the step before it ended, not {step.source}")
        rows = machine.lean_events[step.event].declared.get(step.source, ())
        if not any(row.target is step.target and step.by in row.by for row in rows):
            _refuse(where, f"no transition: {step.event} by {step.by} from {step.source} to {step.target}")
        last_source = step.target
    if last_source is not state:
        _refuse("state", f"is {state}, but the history ends in {last_source}")


def _replay(history: tuple[Step, ...], state: State, facts: Facts, machine: LeanMachine) -> None:
    reached = machine.definition.initial
    known = Facts(facts.goal, facts.account, facts.order, facts.face_limit, facts.other_limit)
    for index, step in enumerate(history):
        move = machine.lean_events[step.event].decide(reached, known, step.by, dict(step.data))
        if move is None or move[0] is not step.target:
            _refuse(f"history[{index}]", f"{step.event} does not lead from {step.source} to {step.target} with these facts")
        reached, known = move
    for name, replayed, given in zip(Facts._fields, known, facts, strict=True):
        if replayed != given:
            _refuse(f"facts.{name}", f"is {brief(_plain(given))}, but the history makes it {brief(_plain(replayed))}")
    if reached is not state:
        _refuse("state", f"is {state}, but the history ends in {reached}")


def _recall(history: tuple[Step, ...], facts: Facts, machine: LeanMachine) -> None:
    """What the steps of a cut history put into the facts is still there, unless a later one of them changed it."""
    put: dict[str, object] = {}
    for step in history:
        rows = machine.lean_events[step.event].declared[step.source]
        fitting = [row for row in rows if row.target is step.target and step.by in row.by]
        if len(fitting) > 1:  # which of them was taken went with the cut
            put.clear()
        for effect in fitting[0].effects if len(fitting) == 1 else ():
            changes = changes_of(effect)(facts, step.data)
            if effect.is_fixed or effect.reads:
                put.update(changes)
            else:  # it counts on from facts that went with the cut
                put = {name: value for name, value in put.items() if name not in changes}
    for name, value in put.items():
        if getattr(facts, name) != value:
            given = brief(_plain(getattr(facts, name)))
            _refuse(f"facts.{name}", f"is {given}, but the history makes it {brief(_plain(value))}")


def _retrace(history: tuple[Step, ...], facts: Facts, machine: LeanMachine) -> None:
    """Back from the newest step, for as long as no step changed the facts: each could be taken with them."""
    for index, step in reversed(tuple(enumerate(history))):
        rows = machine.lean_events[step.event].declared[step.source]
        fitting = [row for row in rows if row.target is step.target and step.by in row.by]
        if any(row.effects for row in fitting):
            return
        move = machine.lean_events[step.event].decide(step.source, facts, step.by, dict(step.data))
        if machine.definition.broken(step.source, facts) or move is None or move[0] is not step.target:
            _refuse(f"history[{index}]", f"{step.event} does not lead from {step.source} to {step.target} with these facts")


# --------------------------------------------------------------------------------------------------------------- values


def _refuse(where: str, problem: str) -> NoReturn:
    raise SnapshotInvalid(where, problem)


def _keys(data: object, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    if type(data) is not dict:
        _refuse(where, f"must be an object, not {brief(data)}")
    for key in keys:
        if key not in data:
            _refuse(where, f"the key {key!r} is missing")
    for key in data:
        if key not in keys:
            _refuse(where, f"unknown key {brief(key)}; known are {', '.join(keys)}")
    return data


def _size(data: dict[str, Any]) -> None:
    try:
        size = len(json.dumps(data, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        _refuse("", f"JSON can't hold it: {error}")
    if size > MAX_SIZE:
        _refuse("", f"{size} characters of JSON, at most {MAX_SIZE} are read")


def _value(value: object, field: Field, where: str, optional: bool = False) -> Any:
    try:
        return check_of(field)(value)
    except WRONG:
        _refuse(where, f"must be {expected(field)[1]}{' or null' if optional else ''}, not {brief(value)}")


def _integer(value: object, where: str, least: int) -> int:
    if type(value) is not int or not least <= value <= MAX_INTEGER:
        _refuse(where, f"must be an integer of {least} or more, not {brief(value)}")
    return value


def _moment(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        if type(value) is str:
            return moment(datetime.fromisoformat(value))
    except ValueError:
        pass
    _refuse(where, f"must be a time in ISO 8601 with its zone, or null, not {brief(value)}")
