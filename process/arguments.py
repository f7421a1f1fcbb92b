"""Checks of what a case is opened with and of what an event is raised with, beside the fields of its payload.

Whatever an object of the caller's does when it is looked at, these raise nothing but what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from process.exceptions import InvalidPayload
from process.machine import CompiledEvent
from process.model import Actor, Blocker, Kind, Model, State
from process.payload import INVALID, aware_datetime, deadline_of, expected, member_of, reference, wrong_field

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


def payload_of(data: object) -> dict[str, Any]:
    """Return the payload as a dict of the case's own; raise ValueError where it is no mapping."""
    if data is None:
        return {}
    try:
        own = dict(data) if isinstance(data, Mapping) else None
    except Exception:  # whatever an object of the caller's raises
        own = None
    if own is None:
        raise ValueError
    return own


def wrong_arguments(data: object, who: object, at: object) -> tuple[Blocker, ...]:
    """Return what is wrong with the arguments of ``trigger`` beside event and actor."""
    wrong: list[Blocker] = []
    try:
        payload_of(data)
    except INVALID:
        wrong.append(wrong_field("data", data, "字段名到值的映射", "a mapping of field names to values"))
    if who is not None:
        try:
            reference(who)
        except INVALID:
            wrong.append(wrong_field("who", who, *expected(Kind.REFERENCE)))
    return (*wrong, *wrong_moment(at))


def wrong_moment(at: object) -> tuple[Blocker, ...]:
    try:
        if at is not None:
            aware_datetime(at)
    except INVALID:
        return (wrong_field("at", at, "带时区的时间", "a datetime with a time zone"),)
    return ()


def own_deadlines(given: Mapping[State, timedelta], model: Model) -> dict[State, timedelta]:
    zh, en = "非终态到时长的映射，时长至多 10 年", "open states with timedeltas, over 0 and up to 10 years"
    if not isinstance(given, Mapping):
        raise wrong_setting("deadlines", given, zh, en)
    own: dict[State, timedelta] = {}
    for name, deadline in given.items():
        try:
            state = _state(name)
            own[state] = deadline_of(state, deadline, model)
        except INVALID:
            raise wrong_setting("deadlines", {name: deadline}, zh, en) from None
    return own


def wrong_setting(name: str, value: object, zh: str, en: str) -> InvalidPayload:
    return InvalidPayload(None, None, None, (wrong_field(name, value, zh, en),))
