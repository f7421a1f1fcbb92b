"""Checks of what a case is opened with and of what an event is raised with, beside the fields of its payload.

They raise only what they document, whatever an object of the caller's raises when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from process.exceptions import InvalidPayload
from process.machine import MACHINE, CompiledEvent
from process.model import Actor, Event, Kind, Model, State, Term, Words
from process.value_checks import (
    INVALID,
    Check,
    Shown,
    aware_datetime,
    deadline_of,
    expected,
    member_of,
    reference,
    wrong_field,
)

_state = member_of(State)


def actor_of(compiled: CompiledEvent, by: object) -> Actor | None:
    """Return the actor meant: the only one possible where none is named, None where it is nobody."""
    if by is None:
        return compiled.only_actor
    if type(by) is Actor:
        return by
    try:
        return Actor(by)  # type: ignore[arg-type]  # a stranger's value is a ValueError
    except Exception:  # or whatever an object of the caller's raises
        return None


_UNCHANGING = frozenset((str, int, float, bool, type(None), bytes))


def read_once(data: object) -> dict[str, Any] | Shown:
    """Return the payload as a dict of the case's own, or what stands for it where it is no mapping.

    Its keys are texts, and neither they nor its values can change or misbehave: in the place of any other object stands
    what it looked like. So whatever the caller's mapping does when it is read again does not matter.
    """
    if data is None:
        return {}
    given = _as_dict(data)
    if given is None:
        return data if type(data) is Shown else Shown(data)
    own: dict[Any, Any] = {}
    for key, value in given.items():
        name = str.__str__(key) if issubclass(type(key), str) else Shown(key)
        keeps = type(value) in _UNCHANGING or issubclass(type(value), Term) or type(value) is Shown
        own[Shown(key) if name in own else name] = value if keeps else Shown(value)
    return own


def _as_dict(value: object) -> dict[Any, Any] | None:
    """Return a mapping of the caller's, read once; None where it is none, or raises."""
    try:
        return dict(value) if isinstance(value, Mapping) else None
    except Exception:  # whatever an object of the caller's raises
        return None


Wrong = tuple[str, object, str, str]
"""A wrong argument: its name, what was given, and a right value in zh and en."""

MOMENT = Words("带时区的时间，时差为整秒", "a datetime with a time zone, of whole seconds from UTC")


def wrong_arguments(data: object, who: object, at: object) -> tuple[Wrong, ...]:
    """Return what is wrong with the arguments of ``trigger`` beside event and actor; *data* is as ``read_once`` has it."""
    wrong: list[Wrong] = []
    if type(data) is not dict:
        wrong.append(("data", data, "字段名到值的映射", "a mapping of field names to values"))
    if who is not None:
        try:
            reference(who)
        except ValueError:
            wrong.append(("who", who if type(who) is str else Shown(who), *expected(Kind.REFERENCE)))
    if at is not None:
        try:
            aware_datetime(at)
        except ValueError:
            wrong.append(("at", Shown(at), *MOMENT))
    return tuple(wrong)


def own_deadlines(given: Mapping[State, timedelta], model: Model) -> dict[State, timedelta]:
    zh, en = "非终态到时长的映射，时长至多 10 年", "open states with timedeltas, over 0 and up to 10 years"
    read = _as_dict(given)
    if read is None:
        raise wrong_setting("deadlines", given, zh, en)
    own: dict[State, timedelta] = {}
    for name, deadline in read.items():
        try:
            state = _state(name)
            own[state] = deadline_of(state, deadline, model)
        except INVALID:
            raise wrong_setting("deadlines", {name: deadline}, zh, en) from None
    return own


def checked(name: str, value: object, check: Check, right: Words) -> Any:
    """Return what the check returns; raise InvalidPayload, which names the argument and a right value, where it fails."""
    try:
        return check(value)
    except INVALID:
        raise wrong_setting(name, value, *right) from None


def check_version(value: object) -> int | None:
    right = Words("不小于 0 的整数，或不指定", "an integer of 0 or more, or left out")
    found: int | None = checked("version", value, _version_or_none, right)
    return found


def _version_or_none(value: Any) -> Any:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise ValueError


def named_actor(event: object, by: object) -> Actor | None:
    """Return the actor of an event by its name: the only one possible where none is named, None where it is nobody."""
    try:
        return MACHINE.compiled_events[Event(event)].only_actor if by is None else Actor(by)  # type: ignore[arg-type]
    except Exception:  # whatever an object of the caller's raises
        return None


def wrong_setting(name: str, value: object, zh: str, en: str) -> InvalidPayload:
    return InvalidPayload(None, None, None, (wrong_field(name, value, zh, en),))
