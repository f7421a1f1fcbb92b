"""``walk``: steps through a case by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.table import Table
from rich.text import Text

from process.case import Case
from process.cli import view
from process.cli.common import LangOption, cannot_open, console, lang_of, say, why
from process.eventfile import reader
from process.eventfile.parser import nearest
from process.exceptions import InvalidPayload, Refused
from process.exploration import inputs
from process.model import MODEL, Actor, Event, Field, Goal, Kind, Term, Words
from process.payload import INVALID, check_of, wrong_field

GoalOption = Annotated[
    Goal | None,
    typer.Option("--goal", help="客户的目标，缺省时询问\n\nWhat the customer wants; asked by default.", show_default=False),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save", metavar="FILE", help="结束时存为 run 可读的文件\n\nSave the trip at the end, as a file for run."
    ),
]

_KEYS = Words(
    "输入编号或事件名 · b 退一步 · s 保存 · ? 其余为何不可 · q 退出",
    "a number or an event's name · b back a step · s save · ? why the rest may not · q quit",
)
_ENDED_KEYS = Words("b 退一步 · s 保存 · q 退出", "b back a step · s save · q quit")


class _Ended(Exception):
    """The input has come to its end, or the person wants to stop."""


class Choice(NamedTuple):
    """One numbered line: an event, and who raises it."""

    event: Event
    by: Actor


def walk(goal: GoalOption = None, save: SaveOption = None, lang: LangOption = None) -> None:
    """逐步办理一次 · Step through a case.

    显示当前状态、轮到谁、可以发生的事件；可退一步，可存为 run 的输入文件。

    Shows the state, whose move it is and what may happen; goes back a step, and saves the trip as a file for run.
    """
    language = lang_of(lang)
    trip = _Trip(language)
    try:
        trip.open(goal)
        trip.go_on(save)
    except (_Ended, KeyboardInterrupt):
        say()
    if save is not None and trip.cases:
        try:
            trip.write(save)
        except OSError as error:
            cannot_open(save, error, language)


class _Trip:
    """The case at every step so far, the present one last, and the talk about it."""

    def __init__(self, lang: str) -> None:
        self.cases: list[Case] = []
        self._lang, self._console = lang, console()

    def open(self, goal: Goal | None) -> None:
        if goal is None:
            say(self._t("客户想要什么？", "What does the customer want?"))
            goal = self._pick(self._t("目标", "goal"), Goal, Goal.PLAN)
        self.cases = [Case(goal=goal, account="acct-1", order="order-9", at=_now())]

    def go_on(self, save: Path | None) -> None:
        while True:
            case = self.cases[-1]
            choices = [Choice(event, by) for event, actors in view.may_raise(case).items() for by in actors]
            self._show(case, choices)
            while not self._answer(self._ask("> "), case, choices, save):
                pass

    def write(self, path: Path) -> None:
        """Save the trip."""
        case = self.cases[-1]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(reader.dump(case))
        steps = view.count_of_steps(case.version, self._lang)
        say(self._t("已存到 {}（{}）。", "Saved to {} ({}).").format(path, steps))

    # ------------------------------------------------------------------------------------------------------- inside

    def _t(self, zh: str, en: str) -> str:
        return Words(zh, en).of(self._lang)

    def _show(self, case: Case, choices: list[Choice]) -> None:
        self._console.print()
        self._console.rule(style=view.DIM)
        self._console.print(view.standing(case, self._lang))
        self._console.print()
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", style=view.STRONG)
        table.add_column(overflow="fold")
        table.add_column(overflow="fold")
        for number, (event, by) in enumerate(choices, 1):
            table.add_row(str(number), view.label(event, self._lang), by.words.of(self._lang))
        if choices:
            self._console.print(table)
            self._console.print()
        self._console.print(Text((_KEYS if choices else _ENDED_KEYS).of(self._lang), view.DIM))

    def _answer(self, text: str, case: Case, choices: list[Choice], save: Path | None) -> bool:
        """Do what was typed; whether the screen is to be shown anew."""
        match text.lower():
            case "":
                return False
            case "q":
                raise _Ended
            case "b":
                if len(self.cases) > 1:
                    self.cases.pop()
                    return True
                say(self._t("这是第一步，不能再退。", "This is the beginning; there is no step to go back."))
                return False
            case "s":
                self._save(save)
                return False
            case "?":
                self._console.print(view.blocked(case, self._lang))
                return False
        choice = _choice(text, choices)
        if choice is None:
            self._no_such_choice(text, len(choices))
            return False
        return self._raise(case, choice, asks=choice in choices)

    def _no_such_choice(self, text: str, count: int) -> None:
        near = nearest(text, Event) if count else None
        if near is not None:
            say(
                self._t("没有选项 {}。您是想输入 {} 吗？", "There is no choice {}. Did you mean {}?").format(
                    view.shown(text), near
                )
            )
            return
        if count:
            right = self._t("应为 1 到 {} 的编号、事件名", "Type a number from 1 to {}, an event's name").format(count)
        else:
            right = self._t("本次办理已结束。可输入", "The case has ended. Type")
        zh, en = "没有选项 {}。{}、b、s、? 或 q。", "There is no choice {}. {}, b, s, ? or q."
        say(self._t(zh, en).format(view.shown(text), right))

    def _raise(self, case: Case, choice: Choice, *, asks: bool) -> bool:
        """Raise the event; what will be refused anyway needs nobody to be asked for its payload."""
        event, by = choice
        data = inputs.payload_for(MODEL, event, inputs.RIGHT, case.facts, fresh=f"quote-{case.version + 1}")
        if asks:
            data = {name: self._value(name, field, data[name]) for name, field in MODEL.events[event].items()}
        after = case.copy()
        try:
            step = after.trigger(event, data, by=by, at=_now())
        except (Refused, InvalidPayload) as error:
            refused = self._t("被拒绝：", "Refused: ") + error.text(self._lang)
            self._console.print(Text(refused, "red"))
            return False
        self.cases.append(after)
        happened, source, target = (term.words.of(self._lang) for term in (step.event, step.source, step.target))
        arrow = self._t("✓ {}：{} → {}", "✓ {}: {} → {}").format(happened, source, target)
        self._console.print(Text(arrow, "green"))
        return True

    def _value(self, name: str, field: Field, right: Any) -> Any:
        if not isinstance(field, Kind):
            return self._pick(name, field, right)
        if field is Kind.TEXT:
            right = self._t("示例", "an example")
        none = self._t("，- 表示没有", ", - for none") if field is Kind.CONSENT else ""
        while True:
            text = self._ask(f"  {name} ({field.words.of(self._lang)}{none}) [{right}]: ")
            if not text:
                return right
            if field is Kind.CONSENT and text == "-":
                return None
            is_number = field in (Kind.MONEY, Kind.ATTEMPT) and text.removeprefix("-").isdecimal() and len(text) < 20
            value = int(text) if is_number else text
            try:
                return check_of(field)(value)
            except INVALID:  # told at once, before anything else is asked
                blocker = wrong_field(name, value, *field.words)
                self._console.print(Text(getattr(blocker, self._lang), "red"))

    def _pick(self, name: str, enum: type[Term], usual: Any) -> Any:
        members = list(enum)
        for number, member in enumerate(members, 1):
            self._console.print(Text.assemble(f"    {number} ", view.label(member, self._lang)))
        while True:
            text = self._ask(f"  {name} (1-{len(members)}) [{members.index(usual) + 1}]: ")
            if not text:
                return usual
            for number, member in enumerate(members, 1):
                if text in (str(number), member.value):
                    return member
            zh, en = "{} 不在其中，请输入 1 到 {}。", "{} is none of them; type a number from 1 to {}."
            say(self._t(zh, en).format(view.shown(text), len(members)))

    def _save(self, save: Path | None) -> None:
        usual = save or next(path for path in _free_names() if not path.exists())
        text = self._ask(self._t("  存到 [{}]：", "  save to [{}]: ").format(usual))
        path = Path(text) if text else usual
        try:
            self.write(path)
        except OSError as error:
            say(self._t("没有保存，{}：{}", "Not saved, {}: {}").format(path, why(error, self._lang)))

    def _ask(self, prompt: str) -> str:
        try:
            text = input(prompt).strip()
        except (EOFError, RuntimeError):  # the end of the input, or none at all
            raise _Ended from None
        if not sys.stdin.isatty():
            say(text)
        return text


def _choice(text: str, choices: list[Choice]) -> Choice | None:
    """The numbered choice, or the event of that name, also where it is not among them: it shall be refused with reasons."""
    if text.isdecimal() and len(text) < 4:
        return choices[int(text) - 1] if 1 <= int(text) <= len(choices) else None
    for choice in choices:
        if choice.event == text:
            return choice
    return next((Choice(event, MODEL.actors[event][0]) for event in Event if event == text), None) if choices else None


def _free_names() -> Iterator[Path]:
    yield Path("trip.jsonl")
    for number in range(2, 10_000):
        yield Path(f"trip-{number}.jsonl")


def _now() -> datetime:
    return datetime.now().astimezone().replace(microsecond=0)
