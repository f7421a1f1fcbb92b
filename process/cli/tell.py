"""What ``run`` prints: for people, tables; for programs, one JSON object. Both as the file goes by."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple

from rich.text import Text

from process.case import Case
from process.cli import view
from process.cli.common import as_json, console, say
from process.cli.meter import Meter
from process.eventfile.reader import LineInvalid, Raised
from process.exceptions import InvalidPayload, Refused
from process.model import Actor, State, Words
from process.records import Step

TOLD_WHOLE = 10
"""So many cases of a file are shown whole; of further ones, a line each."""
_LINES_NAMED = 10  # in the last sentence; every refusal has been told by then
_SPOOL = 1024 * 1024  # bytes of refusals that wait in memory for their place in the JSON; more wait on disk


class Ran(NamedTuple):
    """A case that has ended, or that the file has come to its end with."""

    key: str | None
    case: Case
    lines: list[int]
    """Where in the file its steps stand, those before a snapshot not counted."""


class Refusal(NamedTuple):
    """A line whose event the case did not take."""

    raised: Raised
    error: Refused | InvalidPayload


class ScreenTeller:
    """Tells it to a person: steps and standing on standard output, refusals on the error stream."""

    def __init__(self, lang: str, meter: Meter) -> None:
        self._lang, self._meter, self._console = lang, meter, console()
        self._refused: list[int] = []
        self._states: Counter[State] = Counter()
        self._taken, self._refusals = 0, 0

    def refusal(self, refusal: Refusal) -> None:
        self._refusals += 1
        if len(self._refused) < _LINES_NAMED:
            self._refused.append(refusal.raised.line)
        with self._meter.aside():
            say(refusal_text(refusal, self._lang), err=True)

    def ran(self, ran: Ran) -> None:
        told = sum(self._states.values())
        self._states[ran.case.state] += 1
        self._taken += len(ran.lines)
        with self._meter.aside():
            if ran.key is None:
                self._console.print(view.whole(ran.case, self._lang, ran.lines))
            elif told < TOLD_WHOLE:
                self._console.rule(Text(view.shown(ran.key), view.STRONG), align="left", style=view.DIM)
                self._console.print(view.whole(ran.case, self._lang, ran.lines))
            else:
                if told == TOLD_WHOLE:
                    more = Words("── 其余每个办理一行 ──", "── of each further case, one line ──")
                    say(more.of(self._lang))
                line, steps = Words("{}  {}（{}）", "{}  {} ({})"), view.count_of_steps(ran.case.version, self._lang)
                say(line.of(self._lang).format(view.shown(ran.key), ran.case.state.words.of(self._lang), steps))

    def end(self, *, many: bool) -> None:
        if many:
            self._console.print(self._summary())
        events = "{} event taken, {} refused" if self._taken == 1 else "{} events taken, {} refused"
        taken = Words("接受 {} 个事件，拒绝 {} 个", events).of(self._lang)
        text = taken.format(self._taken, self._refusals)
        if self._refused:
            more = ["…"] if self._refusals > len(self._refused) else []
            lines = Words("、", ", ").of(self._lang).join([*map(str, self._refused), *more])
            text += (
                Words("（第 {} 行）", " (line {})" if self._refusals == 1 else " (lines {})").of(self._lang).format(lines)
            )
        self._console.print(Text(text + ("。" if self._lang == "zh" else "."), "red" if self._refusals else "green"))

    def broken(self, error: LineInvalid) -> None:
        """Nothing is half done on the screen: the command says what is wrong."""

    def _summary(self) -> Any:
        table = view.grid(Words("状态", "State").of(self._lang), Words("办理数", "Cases").of(self._lang))
        for state in State:
            if self._states[state]:
                table.add_row(view.label(state, self._lang), str(self._states[state]))
        return view.titled("小结", "All cases", self._lang, table)


class JsonTeller:
    """Tells it to a program. Nothing is printed before the first case can be, so that a bad file prints nothing."""

    def __init__(self, lang: str, meter: Meter) -> None:
        self._lang, self._meter = lang, meter
        self._spool = SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8")  # noqa: SIM115  # closed in end
        self._spooled, self._begun = False, False

    def refusal(self, refusal: Refusal) -> None:
        self._spool.write((",\n" if self._spooled else "") + as_json(refusal_dict(refusal)))
        self._spooled = True
        with self._meter.aside():
            say(refusal_text(refusal, self._lang), err=True)

    def ran(self, ran: Ran) -> None:
        told = as_json(case_dict(ran.case))
        with self._meter.aside():
            if ran.key is None:
                say(told[:-1], newline=False)
            else:
                say(",\n" if self._begun else '{"cases": {\n', newline=False)
                say(f"{as_json(ran.key)}: {told}", newline=False)
        self._begun = True

    def end(self, *, many: bool, error: LineInvalid | None = None) -> None:
        say("\n}" if many else "", newline=False)
        say(', "refusals": [', newline=False)
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, sys.stdout)
        self._spool.close()
        say("]", newline=False)
        if error is not None:
            told = {"line": error.line, "problem": error.problem._asdict(), "expected": error.expected._asdict()}
            say(f', "error": {as_json(told)}', newline=False)
        say("}")

    def broken(self, error: LineInvalid) -> None:
        """What has been begun becomes a whole object, which says that the file was not read to its end."""
        if self._begun:
            self.end(many=True, error=error)
        self._spool.close()


def refusal_text(refusal: Refusal, lang: str) -> str:
    """The line, the event and the reasons in one line."""
    raised, error = refusal
    where = Words("第 {} 行", "line {}").of(lang).format(raised.line)
    if raised.key is not None:
        where += Words("，办理 {}", ", case {}").of(lang).format(view.shown(raised.key))
    words = Words("{}：「{}」({}) 被拒绝：{}", "{}: {} ({}) refused: {}").of(lang)
    return words.format(where, raised.event.words.of(lang), raised.event.value, view.reasons(error.blockers, lang))


def refusal_dict(refusal: Refusal) -> dict[str, Any]:
    raised, error = refusal
    return {
        "line": raised.line,
        **({} if raised.key is None else {"case_id": raised.key}),
        "event": raised.event,
        "by": raised.by,
        "kind": type(error).__name__,
        "blockers": [{"code": b.code, "parameters": dict(b.parameters), "zh": b.zh, "en": b.en} for b in error.blockers],
    }


def case_dict(case: Case) -> dict[str, Any]:
    """A case for a program: where it stands, what may be raised by whom, how it came there, and its snapshot."""
    due = case.due_at
    return {
        "case_id": case.case_id,
        "state": case.state,
        "version": case.version,
        "is_done": case.is_done,
        "awaits": case.awaits,
        "due_at": due and due.isoformat(),
        "allowed_events": {actor: [] if case.is_done else list(case.allowed_events(by=actor)) for actor in Actor},
        "history": [step_dict(step) for step in case.history],
        "snapshot": case.to_dict(),
    }


def step_dict(step: Step) -> dict[str, Any]:
    return {**step._asdict(), "data": dict(step.data), "at": step.at and step.at.isoformat()}
