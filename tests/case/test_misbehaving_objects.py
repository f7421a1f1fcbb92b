"""Objects that misbehave when they are looked at lead to a ProcessError with reasons, and leave the case as it was."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from process import (
    Actor,
    Case,
    Event,
    Goal,
    InvalidPayload,
    ProcessError,
    Refused,
    SnapshotInvalid,
    State,
    UnknownEvent,
    json_vocabulary,
)
from tests.support.begun_cases import at_options, opened
from tests.support.second_read import SecondRead


class Boom(RuntimeError):
    pass


def _boom(*_given: object) -> Any:
    raise Boom


class Hostile:
    """Raises whatever is done with it."""

    __eq__ = __ne__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __format__ = __lt__ = __int__ = _boom
    __hash__ = object.__hash__
    __class__ = property(_boom)  # type: ignore[assignment]
    __getattr__ = _boom

    def __reduce__(self) -> Any:
        raise Boom


class UnhashableHostile(Hostile):
    __hash__ = _boom  # type: ignore[assignment]


class Text(str):
    """A text whose every method raises."""

    __slots__ = ()
    __len__ = __iter__ = __str__ = __repr__ = __contains__ = __format__ = __eq__ = encode = isprintable = strip = _boom  # type: ignore[assignment]
    __hash__ = str.__hash__


class SameHash:
    """A key with the hash of a field's name that raises, or lies, when it is compared."""

    def __init__(self, name: str, answer: Any = None) -> None:
        self.name, self.answer = name, answer

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> Any:
        return _boom() if self.answer is None else self.answer


class Metaclassed(type):
    __name__ = property(_boom)  # type: ignore[assignment]


class ReprIsHostileText(metaclass=Metaclassed):
    def __repr__(self) -> str:
        return Text("looks fine")


class HostileZone(tzinfo):
    def utcoffset(self, _moment: datetime | None) -> timedelta:
        raise Boom

    def __repr__(self) -> str:
        raise Boom


class WeekZone(tzinfo):
    def utcoffset(self, _moment: datetime | None) -> timedelta:
        return timedelta(days=7)


class HostileDelta(timedelta):
    __eq__ = __lt__ = __le__ = __gt__ = __add__ = __radd__ = __neg__ = total_seconds = _boom  # type: ignore[assignment]
    __hash__ = timedelta.__hash__


class OffsetZone(tzinfo):
    def utcoffset(self, _moment: datetime | None) -> timedelta:
        return HostileDelta(hours=8)


class HostileTime(datetime):
    date = time = utcoffset = isoformat = __eq__ = __lt__ = _boom  # type: ignore[assignment]
    __hash__ = datetime.__hash__


HUGE = 10**5000
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]
STRANGERS: dict[str, Any] = {
    "raises in everything": Hostile(),
    "raises in its hash": UnhashableHostile(),
    "a text that raises": Text("plan"),
    "a repr that is a text that raises": ReprIsHostileText(),
    "an integer too long to print": HUGE,
    "nested too deep to print": DEEP,
    "a lone surrogate": "\ud800",
    "not a number": float("nan"),
    "a class": Hostile,
}
RIGHT = {"account": "acct-1", "channel": "app"}


def refused(attempt: Callable[[], object]) -> ProcessError:
    """Return the refusal, after a look at everything that a host does with one."""
    with pytest.raises(ProcessError) as raised:
        attempt()
    error = raised.value
    for twin in (error, pickle.loads(pickle.dumps(error))):  # noqa: S301  # our own bytes
        assert str(twin).encode()
        assert repr(twin).encode()
        assert type(twin) is type(error)
    if isinstance(error, Refused | InvalidPayload):
        assert error.blockers
        assert error.text("zh").encode()
        json.dumps(json_vocabulary.refusal_to_dict(error), ensure_ascii=False, allow_nan=False).encode()
        str(type(error)(*json.loads(json.dumps(error.args))))
    return error


def stays(attempt: Callable[[Case], object]) -> ProcessError:
    case = opened()
    before = case.to_json()
    error = refused(lambda: attempt(case))
    assert case.to_json() == before
    assert case == opened()
    case.sign_in(account="acct-1", channel="app")  # type: ignore[arg-type]  # its name will do
    return error


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_in_any_argument_is_refused_with_reasons(kind: str) -> None:
    stranger = STRANGERS[kind]
    attempts: dict[str, Callable[[Case], object]] = {
        "data": lambda case: case.trigger(Event.SIGN_IN, stranger),
        "data of an event without fields": lambda case: case.trigger(Event.OPEN_ORDERS, stranger),
        "account": lambda case: case.trigger(Event.SIGN_IN, {**RIGHT, "account": stranger}),
        "channel": lambda case: case.trigger(Event.SIGN_IN, {**RIGHT, "channel": stranger}),
        "unknown field": lambda case: case.trigger(Event.SIGN_IN, {**RIGHT, "more": stranger}),
        "by": lambda case: case.trigger(Event.SIGN_IN, RIGHT, by=stranger),
        "who": lambda case: case.trigger(Event.SIGN_IN, RIGHT, who=stranger),
        "at": lambda case: case.trigger(Event.SIGN_IN, RIGHT, at=stranger),
        "method": lambda case: case.sign_in(account=stranger, channel=stranger, by=stranger, who=stranger, at=stranger),
        "wrong state": lambda case: case.trigger(Event.ABANDON, {"x": stranger}, by=stranger, who=stranger, at=stranger),
    }
    for name, attempt in attempts.items():
        error = stays(attempt)
        assert isinstance(error, Refused | InvalidPayload), name
        if name in ("account", "channel", "who", "at", "data"):
            assert isinstance(error, InvalidPayload)
            assert error.fields == (name,) or name == "data"
    assert isinstance(stays(lambda case: case.trigger(stranger, RIGHT)), UnknownEvent)
    case = opened()
    assert not case.may_trigger(Event.SIGN_IN, {**RIGHT, "account": stranger}, by=stranger)
    assert not case.may_trigger(Event.SIGN_IN, RIGHT, who=stranger)
    assert not case.may_trigger(Event.SIGN_IN, RIGHT, at=stranger)
    assert case.blockers(Event.SIGN_IN, stranger, by=stranger, who=stranger, at=stranger)
    assert case.allowed_events(by=stranger) == ()
    for ask in (case.may_trigger, case.blockers):
        refused(lambda ask=ask: ask(stranger))  # type: ignore[misc]


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_case_is_not_opened_with_a_stranger(kind: str) -> None:
    stranger = STRANGERS[kind]
    right: dict[str, Any] = {"goal": Goal.PLAN, "account": "a", "order": "o", "case_id": "c"}
    for name in (*right, "limits", "deadlines", "at"):
        error = refused(lambda name=name: Case(**{**right, name: stranger}))  # type: ignore[misc]
        assert isinstance(error, InvalidPayload)
        assert error.fields == (name,)
    refused(lambda: Case(**right, deadlines={State.SIGNED_OUT: stranger}))
    if kind not in ("raises in its hash", "nested too deep to print"):
        refused(lambda: Case(**right, deadlines={stranger: timedelta(1)}))


KEYS: tuple[Any, ...] = (HUGE, 5, None, float("nan"), ("account",), b"account", "\ud800", "a\ufe0fb", Text("account "))


@pytest.mark.parametrize("index", range(len(KEYS) + 2))
def test_a_key_that_is_no_name_is_an_unknown_field(index: int) -> None:
    key = (*KEYS, Hostile(), SameHash("account"))[index]
    for data in ({"channel": "app", key: "acct-1"}, {"channel": "app", key: "acct-1", "more": 1}):
        error = stays(lambda case, data=data: case.trigger(Event.SIGN_IN, data))  # type: ignore[misc]
        assert isinstance(error, InvalidPayload)
        assert "unknown_field" in [blocker.code for blocker in error.blockers]
    assert stays(lambda case: case.trigger(Event.OPEN_ORDERS, {key: 1}))


@pytest.mark.parametrize("answer", [True, False])
def test_a_key_that_claims_to_be_a_field_s_name_never_stays_in_the_history(answer: bool) -> None:
    case = opened()
    data: dict[Any, Any] = {"channel": "app", SameHash("account", answer): "acct-1"}
    if answer:
        case.trigger(Event.SIGN_IN, data)
        assert {type(name) for name in case.history[0].data} == {str}
        assert Case.from_json(case.to_json()) == case
    else:
        assert isinstance(refused(lambda: case.trigger(Event.SIGN_IN, data)), InvalidPayload)


def test_a_text_of_another_class_is_a_name_but_no_value() -> None:
    case = opened()
    step = case.trigger(Event.SIGN_IN, {Text("account"): "acct-1", Text("channel"): "app"})
    assert [type(name) for name in step.data] == [str, str]
    assert isinstance(refused(lambda: case.trigger(Event.OPEN_ORDER, {"order": Text("order-9")})), InvalidPayload)


def test_a_mapping_is_read_once() -> None:
    for readings in ([RIGHT, {}], [RIGHT, {"by": 1}], [RIGHT, {**RIGHT, "account": 7}]):
        case = opened()
        case.trigger(Event.SIGN_IN, SecondRead(*readings))
        assert dict(case.history[0].data) == RIGHT
    for first in ({}, {"account": 7, "channel": "app"}, {**RIGHT, "account": "another"}, {**RIGHT, "by": "system"}):
        error = stays(lambda case, first=first: case.trigger(Event.SIGN_IN, SecondRead(first, RIGHT)))  # type: ignore[misc]
        assert isinstance(error, Refused | InvalidPayload)
        assert not opened().may_trigger(Event.SIGN_IN, SecondRead(first, RIGHT))
        assert opened().blockers(Event.SIGN_IN, SecondRead(first, RIGHT)) == error.blockers
    error = stays(lambda case: case.trigger(Event.SIGN_IN, SecondRead(RIGHT, {}), who=" "))
    assert isinstance(error, InvalidPayload)
    assert error.fields[0] == "who"


def test_what_is_changed_after_a_refusal_does_not_change_its_reasons() -> None:
    nested: dict[str, Any] = {"x": ["y"]}
    data: dict[str, Any] = {"account": nested, "channel": "app"}
    with pytest.raises(InvalidPayload) as late:
        opened().trigger(Event.SIGN_IN, data)
    nested["x"].append("z")
    data["more"] = 1
    assert late.value.fields == ("account",)
    assert "not {'x': ['y']}" in late.value.text()


ZONES: tuple[tzinfo, ...] = (
    HostileZone(),
    WeekZone(),
    timezone(timedelta(microseconds=500_000)),
    timezone(timedelta(hours=8, microseconds=1)),
    timezone(-timedelta(microseconds=1)),
)


@pytest.mark.parametrize("index", range(len(ZONES)))
def test_a_time_zone_that_gives_no_offset_in_whole_seconds_is_refused(index: int) -> None:
    at = datetime(2026, 11, 22, tzinfo=ZONES[index])
    error = stays(lambda case: case.trigger(Event.SIGN_IN, RIGHT, at=at))
    assert isinstance(error, InvalidPayload)
    assert error.fields == ("at",)
    with pytest.raises(InvalidPayload):
        Case(goal=Goal.PLAN, account="a", order="o", at=at)


TIMES: tuple[datetime, ...] = (
    HostileTime(2026, 11, 22, tzinfo=UTC),
    datetime(2026, 11, 22, tzinfo=OffsetZone()),
    datetime(2026, 11, 22, fold=1, tzinfo=timezone(timedelta(hours=8), "\ud800")),
    datetime(1900, 1, 1, tzinfo=timezone(timedelta(hours=8, minutes=5, seconds=43))),
    datetime(1900, 1, 1, tzinfo=timezone(-timedelta(seconds=1))),
)


@pytest.mark.parametrize("index", range(len(TIMES)))
def test_the_time_that_stays_is_a_plain_one_and_is_read_back_as_it_is(index: int) -> None:
    at = TIMES[index]
    case = Case(goal=Goal.PLAN, account="acct-1", order="o", at=at)
    step = case.trigger(Event.SIGN_IN, RIGHT, at=at)
    assert step.at is not None
    assert (type(step.at), type(step.at.tzinfo), type(step.at.utcoffset()), step.at.fold) == (
        datetime,
        timezone,
        timedelta,
        0,
    )
    twin = Case.from_json(case.to_json())
    assert twin == case
    assert twin.history[0].at is not None
    assert twin.history[0].at.isoformat() == step.at.isoformat()


def test_a_deadline_that_stays_is_a_plain_timedelta() -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o", deadlines={State.SIGNED_OUT: HostileDelta(hours=1)})
    assert Case.from_json(case.to_json()).to_dict()["deadlines"] == {"signed_out": 3600.0}


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_snapshot_with_a_stranger_in_it_is_an_invalid_one(kind: str) -> None:
    stranger = STRANGERS[kind]
    data = at_options().to_dict()
    for path in ((), ("format",), ("state",), ("case_id",), ("facts", "quote"), ("history", 0), ("history", 0, "data")):
        twin = json.loads(json.dumps(data))
        if not path:
            twin = stranger
        else:
            inner: Any = twin
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = stranger
        with pytest.raises(SnapshotInvalid) as invalid:
            Case.from_dict(twin)
        assert str(invalid.value).encode()
        assert pickle.loads(pickle.dumps(invalid.value)).args == invalid.value.args  # noqa: S301  # our own bytes
    for key in (Hostile(), SameHash("by"), HUGE, Text("by")):
        with pytest.raises(SnapshotInvalid):
            Case.from_dict({key: 1, **data})  # type: ignore[dict-item]


@pytest.mark.parametrize("kind", STRANGERS)
def test_an_unknown_event_keeps_no_stranger(kind: str) -> None:
    error = refused(lambda: opened().trigger(STRANGERS[kind], by=Actor.CUSTOMER))
    assert isinstance(error, UnknownEvent)
    assert type(error.event) is str
    assert type(error)(*json.loads(json.dumps(error.args))).args == error.args
