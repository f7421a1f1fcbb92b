"""Everything the package raises on purpose.

::

    ProcessError
    ├── UnknownEvent            there is no event of that name
    ├── InvalidPayload          a field is missing, unknown or of the wrong type; also for what a case is opened with
    ├── Refused                 the event is known and well formed, and the case does not take it
    │   ├── EndReached          the case has ended
    │   ├── WrongState          the event does not happen in this state
    │   ├── WrongActor          it does, but not by this actor
    │   └── GuardNotMet         it does, by this actor, but not under these facts
    ├── SnapshotInvalid         the snapshot is not one, or describes what no case can be
    │   └── NewerModel          it was written by a newer model than this program's
    └── LineInvalid             a line of a file of cases and events is no such line

Fields come first and the text is made of them; all of them survive pickling. ``blockers`` holds every unmet reason, so
where a payload is wrong and the state as well, an InvalidPayload names both, and also the guards that the fields which are
right do not meet. Whatever was raised, the case is as it was.
"""

from __future__ import annotations

from process.model import Actor, Blocker, Event, State, Words
from process.payload import short_repr


class ProcessError(Exception):
    """Base of the family. ``args`` are the fields, in the order of the constructor's parameters."""


class UnknownEvent(ProcessError):
    """There is no such event; ``event`` is what was given."""

    def __init__(self, event: object) -> None:
        super().__init__(event)
        self.event = event

    def __str__(self) -> str:
        return f"unknown event {short_repr(self.event)}; known are {', '.join(Event)}"


class _Blocked(ProcessError):
    """What the refusals share: the event, where the case stood, who raised it, and every unmet reason."""

    def __init__(self, event: Event | None, state: State | None, by: Actor | None, blockers: tuple[Blocker, ...]) -> None:
        super().__init__(event, state, by, blockers)
        self.event, self.state, self.by, self.blockers = event, state, by, blockers

    def text(self, lang: str = "en") -> str:
        """The reasons as one text in *lang*, ``"zh"`` or ``"en"``."""
        return (" " if lang == "en" else "").join(getattr(blocker, lang) for blocker in self.blockers)

    def __str__(self) -> str:
        what = self.event or "case"
        return f"{what} refused{f' in {self.state}' if self.state else ''}: {self.text()}"


class InvalidPayload(_Blocked):
    """A field is missing, unknown or wrong; ``fields`` names them. ``event`` is None when a case was being opened."""

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(str(blocker.parameters["field"]) for blocker in self.blockers if "field" in blocker.parameters)


class Refused(_Blocked):
    """The event is known and well formed, and the case does not take it."""


class EndReached(Refused):
    """The case has ended; an end takes no event (R3)."""


class WrongState(Refused):
    """The event does not happen in this state."""


class WrongActor(Refused):
    """The event happens in this state, but this actor may not raise it there. ``by`` is None where none was named."""


class GuardNotMet(Refused):
    """The event happens in this state by this actor, but not under these facts or with this payload."""


class SnapshotInvalid(ProcessError):
    """The snapshot is refused; ``where`` is the path of the wrong entry, ``problem`` what is wrong and what would do.

    ``zh`` says the same in Chinese; where it is empty, the path alone is told in that language.
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
    """A line of a file of cases and events is no such line; ``problem`` says what is wrong, ``expected`` what is right."""

    def __init__(self, line: int, problem: Words, expected: Words) -> None:
        super().__init__(line, problem, expected)
        self.line, self.problem, self.expected = line, problem, expected

    def text(self, lang: str = "en") -> str:
        """The whole message in *lang*, ``"zh"`` or ``"en"``."""
        if lang == "zh":
            return f"第 {self.line} 行：{self.problem.zh}。应为：{self.expected.zh}"
        return f"line {self.line}: {self.problem.en}. Expected: {self.expected.en}"

    def __str__(self) -> str:
        return self.text()
