"""The exceptions that the package raises on purpose.

::

    ProcessError
    ├── UnknownEvent            there is no event of that name
    ├── InvalidPayload          a field is missing, unknown or of the wrong type; also for what a case is opened with
    ├── Refused                 the event is known and well formed, and the case does not take it
    │   ├── EndReached          the case has ended
    │   ├── WrongState          the event is not possible in this state
    │   ├── WrongActor          it is, but not by this actor
    │   └── GuardNotMet         it is, by this actor, but not under these facts
    ├── SnapshotInvalid         the snapshot is malformed, or describes a case that can't be
    │   └── NewerModel          it was written by a newer model than this program's
    └── LineInvalid             a line of a file of cases and events is not valid

Fields come first and the text is made of them; all of them survive pickling. ``blockers`` holds every unmet reason, so
where a payload is wrong and the state as well, an InvalidPayload names both, and also the guards that the fields which are
right do not meet. Whatever was raised, the case is as it was.
"""

from __future__ import annotations

from typing import Any, Protocol, Self

from process.model import Actor, Blocker, Event, State, Words
from process.value_checks import short_repr


class ProcessError(Exception):
    """Base of the family. ``args`` are the fields, in the order of the constructor's parameters."""


class UnknownEvent(ProcessError):
    """There is no such event; ``event`` is the text that was given, or a short literal of what else was."""

    is_final = True
    """Always: no later event makes the name known."""

    def __init__(self, event: object) -> None:
        self.event = str.__str__(event) if issubclass(type(event), str) else short_repr(event)
        super().__init__(self.event)

    def __str__(self) -> str:
        return f"unknown event {short_repr(self.event)}; known events: {', '.join(Event)}"


class Reasons(Protocol):
    """The circumstances of a refusal, of which its reasons are built when they are read."""

    def blockers(self) -> tuple[Blocker, ...]: ...
    def is_final(self) -> bool: ...


class _Blocked(ProcessError):
    """Base of the refusals: the event, the state of the case, the actor, and every unmet reason.

    Reasons are built when they are first read, from state, facts and payload as they were when the event was refused.
    """

    event: Event | None
    state: State | None
    by: Actor | None
    _reasons: Reasons | None = None
    _blockers: tuple[Blocker, ...] | None

    def __init__(
        self, event: Event | None, state: State | None, by: Actor | None, blockers: tuple[Blocker, ...] = ()
    ) -> None:
        self.event, self.state, self.by = (
            _known_member(Event, event),
            _known_member(State, state),
            _known_member(Actor, by),
        )
        self._blockers = _blockers(blockers)

    @classmethod
    def because_of(cls, reasons: Reasons, event: Event, state: State, by: Actor | None) -> Self:
        """Make a refusal that builds its reasons when they are read."""
        refused = cls.__new__(cls)
        refused.event, refused.state, refused.by, refused._reasons = event, state, by, reasons
        refused._blockers = None
        return refused

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Every unmet reason."""
        if self._blockers is None:
            self._blockers = self._reasons.blockers() if self._reasons else ()
        return self._blockers

    def text(self, lang: str = "en") -> str:
        """The reasons as one text in *lang*, ``"zh"`` or ``"en"``."""
        return (" " if lang == "en" else "").join(getattr(blocker, lang) for blocker in self.blockers)

    def __str__(self) -> str:
        where = f" in {self.state}" if self.state else ""
        return f"{self.event or 'case'} refused{where}: {self.text()}"

    @property
    def args(self) -> tuple[Any, ...]:  # type: ignore[override]  # the base's is filled when the exception is made
        return self.event, self.state, self.by, self.blockers

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.args!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        added = {name: value for name, value in vars(self).items() if name not in _OWN}
        return type(self), self.args, added or None


_OWN = frozenset(("event", "state", "by", "_blockers", "_is_final", "_reasons"))


class InvalidPayload(_Blocked):
    """A field is missing, unknown or wrong; ``fields`` names them. ``event`` is None when a case was being opened."""

    is_final = True
    """Always: no case takes such a payload, now or later."""

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(str(blocker.parameters["field"]) for blocker in self.blockers if "field" in blocker.parameters)


class Refused(_Blocked):
    """The event is known and well formed, and the case does not take it."""

    _is_final: bool | None = None

    def __init__(
        self,
        event: Event | None,
        state: State | None,
        by: Actor | None,
        blockers: tuple[Blocker, ...] = (),
        is_final: bool = False,
    ) -> None:
        super().__init__(event, state, by, blockers)
        self._is_final = bool(is_final)

    @property
    def is_final(self) -> bool:
        """True if the case will never take the same event by the same actor with the same payload, whatever happens.

        Where it is False the refusal is early: some sequence of events leads from the state and the facts in which the
        event was refused to ones in which it is taken. Where a refusal was made anew of its fields without it, False.
        """
        if self._is_final is None:
            self._is_final = self._reasons.is_final() if self._reasons else False
        return self._is_final

    @property
    def args(self) -> tuple[Any, ...]:  # type: ignore[override]  # as in the base
        return *super().args, self.is_final


class EndReached(Refused):
    """The case has ended; an end takes no event (R3)."""


class WrongState(Refused):
    """The event is not possible in this state."""


class WrongActor(Refused):
    """The event is possible in this state, but not by this actor. ``by`` is None where none was named."""


class GuardNotMet(Refused):
    """The event is possible in this state by this actor, but not under these facts or with this payload."""


class SnapshotInvalid(ProcessError):
    """The snapshot is refused; ``where`` is the path of the wrong entry, ``problem`` says what is wrong and what is right.

    ``zh`` says the same in Chinese; where it is empty, the Chinese text gives the path alone.
    """

    def __init__(self, where: str, problem: str, zh: str = "") -> None:
        super().__init__(where, problem, zh)
        self.where, self.problem, self.zh = where, problem, zh

    def text(self, lang: str = "en") -> str:
        """The whole message in *lang*, ``"zh"`` or ``"en"``."""
        parts = (
            ("快照无效", self.where, self.zh or "内容有误")
            if lang == "zh"
            else ("invalid snapshot", self.where, self.problem)
        )
        return ("：" if lang == "zh" else ": ").join(filter(None, parts))

    def __str__(self) -> str:
        return self.text()


class NewerModel(SnapshotInvalid):
    """A newer model wrote the snapshot; only a program of at least that model version may take the case on."""


class LineInvalid(ProcessError):
    """A line of a file of cases and events is not valid; ``problem`` says what is wrong, ``expected`` what is right."""

    def __init__(self, line: int, problem: Words, expected: Words) -> None:
        super().__init__(line, problem, expected)
        self.line, self.problem, self.expected = line, _words_of(problem), _words_of(expected)

    def text(self, lang: str = "en") -> str:
        """The whole message in *lang*, ``"zh"`` or ``"en"``."""
        if lang == "zh":
            return f"第 {self.line} 行：{self.problem.zh}。应为：{self.expected.zh}"
        return f"line {self.line}: {self.problem.en}. Expected: {self.expected.en}"

    def __str__(self) -> str:
        return self.text()


# ------------------------------------------------------------------------------------ made anew of fields, as from JSON


def _known_member(kind: type[Any], value: Any) -> Any:
    """The member of that name, where a name is given; whatever else is given stays as it is."""
    return next((member for member in kind if member == value), value) if type(value) is str else value


def _words_of(given: Any) -> Words:
    return Words(*given) if isinstance(given, list | tuple) and len(given) == 2 else Words(str(given), str(given))


def _blockers(given: Any) -> tuple[Blocker, ...]:
    """The reasons, also where each is a list of its fields, or where a serialiser has left no more than their text."""
    if isinstance(given, str):
        return (Blocker("unreadable", {}, given, given),)
    return tuple(blocker if isinstance(blocker, Blocker) else _any_blocker(blocker) for blocker in given)


def _any_blocker(given: Any) -> Blocker:
    if isinstance(given, list | tuple) and len(given) == len(Blocker._fields):
        code, parameters, zh, en = given
        if isinstance(parameters, dict):
            return Blocker(str(code), parameters, str(zh), str(en))
    return Blocker("unreadable", {}, short_repr(given), short_repr(given))
