"""The output of ``run``, written while the file is read: tables for people, one JSON object for programs."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from rich.text import Text

from process.cli.output import case_text
from process.cli.output.case_json import history_dict, invalid_line_dict
from process.cli.output.progress import ProgressBar
from process.cli.output.streams import as_json, console, say
from process.cli.output.text_tables import STRONG, TextTable, printable, titled
from process.eventfile import RefusedLine, Replayed
from process.exceptions import LineInvalid
from process.json_vocabulary import refusal_to_dict
from process.model import State, Words

SHOWN_WHOLE: Final = 10
"""So many cases of a file are shown whole; of further ones, a line each."""
_LINES_NAMED: Final = 10  # in the last sentence; every refusal was printed by then
_SPOOL: Final = 1024 * 1024  # bytes of refusals that wait in memory for their place in the JSON; more wait on disk


class ScreenReport:
    """Tables on standard output, refusals on the error stream."""

    def __init__(self, lang: str, bar: ProgressBar) -> None:
        self._lang, self._bar, self._console = lang, bar, console()
        self._refused: list[int] = []
        self._states: Counter[State] = Counter()
        self._taken, self._refusals = 0, 0

    def add_refusal(self, refused: RefusedLine) -> None:
        self._refusals += 1
        if len(self._refused) < _LINES_NAMED:
            self._refused.append(refused.entry.line)
        self._bar.hide()
        say(refusal_text(refused, self._lang), err=True)

    def add_case(self, replayed: Replayed) -> None:
        shown = sum(self._states.values())
        self._states[replayed.case.state] += 1
        self._taken += len(replayed.lines)
        self._bar.hide()
        if replayed.key is None:
            self._console.print(case_text.render_case(replayed.case, self._lang, replayed.lines))
        elif shown < SHOWN_WHOLE:
            self._console.print(Text(f"── {printable(replayed.key)} ──", STRONG))
            self._console.print(case_text.render_case(replayed.case, self._lang, replayed.lines))
        else:
            if shown == SHOWN_WHOLE:
                say(Words("── 其余每个办理一行 ──", "── the other cases, one line each ──").of(self._lang))
            line, steps = Words("{}  {}（{}）", "{}  {} ({})"), case_text.step_count(replayed.case.version, self._lang)
            say(line.of(self._lang).format(printable(replayed.key), replayed.case.state.words.of(self._lang), steps))

    def end(self, *, many: bool) -> None:
        if many:
            table = TextTable(case_text.STATE.of(self._lang), Words("办理数", "Cases").of(self._lang))
            for state in State:
                if self._states[state]:
                    table.add_row(case_text.label(state, self._lang), str(self._states[state]))
            self._console.print(titled(Words("小结", "All cases").of(self._lang), table))
        events = "{} event accepted, {} refused" if self._taken == 1 else "{} events accepted, {} refused"
        text = Words("接受 {} 个事件，拒绝 {} 个", events).of(self._lang).format(self._taken, self._refusals)
        if self._refused:
            more = ["…"] if self._refusals > len(self._refused) else []
            lines = Words("、", ", ").of(self._lang).join([*map(str, self._refused), *more])
            text += (
                Words("（第 {} 行）", " (line {})" if self._refusals == 1 else " (lines {})").of(self._lang).format(lines)
            )
        self._console.print(Text(text + ("。" if self._lang == "zh" else "."), "red" if self._refusals else "green"))

    def abort(self, error: LineInvalid) -> None:
        """Print nothing more: no table is half done, and the command names the line."""


class JsonReport:
    """One JSON object. Nothing is printed before the first case can be, so that a bad file prints nothing."""

    def __init__(self, lang: str, bar: ProgressBar) -> None:
        self._lang, self._bar = lang, bar
        self._spool = SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8")  # noqa: SIM115  # closed in end
        self._spooled, self._begun = False, False

    def add_refusal(self, refused: RefusedLine) -> None:
        entry, error = refused
        place: dict[str, Any] = {"line": entry.line, **({} if entry.key is None else {"case_id": entry.key})}
        self._spool.write((",\n" if self._spooled else "") + as_json({**place, **refusal_to_dict(error)}))
        self._spooled = True
        self._bar.hide()
        say(refusal_text(refused, self._lang), err=True)

    def add_case(self, replayed: Replayed) -> None:
        text = as_json({**history_dict(replayed.case), "snapshot": replayed.case.to_dict()})
        self._bar.hide()
        if replayed.key is None:
            say(text[:-1], newline=False)
        else:
            say((",\n" if self._begun else '{"cases": [\n') + text, newline=False)
        self._begun = True

    def end(self, *, many: bool, error: LineInvalid | None = None) -> None:
        say("\n]" if many else "", newline=False)
        say(', "refusals": [', newline=False)
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, sys.stdout)
        self._spool.close()
        say("]", newline=False)
        if error is not None:
            say(f', "error": {as_json(invalid_line_dict(error))}', newline=False)
        say("}")

    def abort(self, error: LineInvalid) -> None:
        """Complete the object, if it was begun; it then says that the file was not read to its end."""
        if self._begun:
            self.end(many=True, error=error)
        self._spool.close()


def refusal_text(refused: RefusedLine, lang: str) -> str:
    """The line, the event and the reasons in one line."""
    entry, error = refused
    place = Words("第 {} 行", "line {}").of(lang).format(entry.line)
    if entry.key is not None:
        place += Words("，办理 {}", ", case {}").of(lang).format(printable(entry.key))
    words = Words("{}：「{}」({}) 被拒绝：{}", "{}: {} ({}) refused: {}").of(lang)
    return words.format(place, entry.event.words.of(lang), entry.event.value, case_text.reasons(error.blockers, lang))
