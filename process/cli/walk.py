"""``walk``: steps through a case by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.text import Text

from process.case import Case
from process.cli.call_language import LangOption, lang_of
from process.cli.options import choice_help
from process.cli.output import case_text
from process.cli.output.streams import cannot_open, console, os_error_text, say
from process.cli.output.text_tables import DIM, STRONG, TextTable, printable
from process.cli.prompt import Back, Prompt, Quit
from process.eventfile import dump
from process.eventfile.line_parser import nearest
from process.exceptions import InvalidPayload, Refused
from process.exploration import inputs
from process.model import MODEL, Actor, Event, Goal, Words

GoalOption = Annotated[
    Goal | None,
    typer.Option(
        "--goal",
        metavar="GOAL",
        help=choice_help("客户的目标，缺省时询问", "The customer's goal, asked for by default", Goal),
        show_default=False,
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="结束时存为命令 run 可读的文件。\n\nSave the case at the end, as a file for the command run.",
    ),
]

_KEYS = Words(
    "输入编号或事件名 · b 退一步 · s 保存 · ? 其余为何不可 · q 退出",
    "a number or an event's name · b undo · s save · ? why the rest is not possible · q quit",
)
_ENDED_KEYS = Words("b 退一步 · s 保存 · q 退出", "b undo · s save · q quit")
_FIELD_KEYS = Words("回车取方括号中的值 · b 返回 · q 退出", "Enter for the value in brackets · b back · q quit")


class Choice(NamedTuple):
    """One numbered line: an event and its actor."""

    event: Event
    by: Actor


def walk_case(goal: GoalOption = None, save: SaveOption = None, lang: LangOption = None) -> None:
    """逐步办理一次 · Step through a case.

    显示当前状态、轮到谁、可以发生的事件；可退一步，可存为 run 的输入文件。

    Shows the state, whom the case waits for and the possible events; can undo steps and save the case as a file for run.
    """
    language = lang_of(lang)
    session = _Session(language)
    try:
        session.open(goal)
        session.loop(save)
    except Quit:
        say()
    except KeyboardInterrupt:
        say()
        if save is None:
            session.offer_to_save()
    if save is not None and session.cases:
        try:
            session.write(save)
        except OSError as error:
            cannot_open(save, error, language)


class _Session:
    """The case after every step so far, the present one last, and the dialogue."""

    def __init__(self, lang: str) -> None:
        self.cases: list[Case] = []
        self._lang, self._console = lang, console()
        self._prompt = Prompt(lang, self._console)

    def open(self, goal: Goal | None) -> None:
        """Open the case; ask for the goal where it is not given."""
        if goal is None:
            say(self._t("客户想要什么？", "What does the customer want?"))
            try:
                goal = self._prompt.pick(self._t("目标", "goal"), Goal, Goal.PLAN)
            except Back:
                raise Quit from None
        self.cases = [Case(goal=goal, account="acct-1", order="order-9", at=_now())]

    def loop(self, save: Path | None) -> None:
        """Show the case and do what is typed, until the user quits."""
        while True:
            case = self.cases[-1]
            choices = [
                Choice(event, by)
                for event, actors in case_text.possible_events(case).items()
                for by in actors
                if case.may_trigger(event, _usual_payload(case, event), by=by)
            ]
            self._show(case, choices)
            while not self._answer(self._prompt.ask("> "), case, choices, save):
                pass

    def write(self, path: Path) -> None:
        """Save the case as a file of events."""
        case = self.cases[-1]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(dump(case))
        steps = case_text.step_count(case.version, self._lang)
        say(self._t("已存到 {}（{}）。", "Saved to {} ({}).").format(path, steps))

    def offer_to_save(self) -> None:
        """Ask once whether the steps so far are to be saved."""
        if not self.cases or not self.cases[-1].version:
            return
        usual = next(path for path in _free_names() if not path.exists())
        question = self._t("  保存？回车存到 {}，n 不保存：", "  Save? Enter saves to {}, n does not: ")
        try:
            answer = self._prompt.ask(question.format(usual))
            if answer.lower() not in ("n", "no", "q"):
                self._try_to_write(Path(answer) if answer and answer.lower() not in ("y", "yes") else usual)
        except (Quit, KeyboardInterrupt):
            say()

    # ------------------------------------------------------------------------------------------------------- inside

    def _t(self, zh: str, en: str) -> str:
        return Words(zh, en).of(self._lang)

    def _show(self, case: Case, choices: list[Choice]) -> None:
        say("\n" + "─" * 40)
        self._console.print(case_text.render_status(case, self._lang))
        say()
        if choices:
            table = TextTable(columns=3, styles={0: STRONG})
            for number, (event, by) in enumerate(choices, 1):
                table.add_row(f"{number:>2}", case_text.label(event, self._lang), by.words.of(self._lang))
            self._console.print(table)
            say()
        self._console.print(Text((_KEYS if choices else _ENDED_KEYS).of(self._lang), DIM))

    def _answer(self, text: str, case: Case, choices: list[Choice], save: Path | None) -> bool:
        """Do what was typed; True where the screen is to be shown again."""
        match text.lower():
            case "":
                return False
            case "q":
                raise Quit
            case "b":
                if len(self.cases) > 1:
                    self.cases.pop()
                    return True
                say(self._t("这是第一步，不能再退。", "There is no step to undo."))
                return False
            case "s":
                self._save(save)
                return False
            case "?":
                self._console.print(case_text.render_impossible(case, self._lang))
                return False
        found = _choices_of(text, choices, case.awaits)
        if not found:
            self._no_such_choice(text, len(choices))
            return False
        if len(found) > 1:
            self._several(found, choices)
            return False
        try:
            return self._trigger(case, found[0], is_possible=found[0] in choices)
        except Back:
            return True

    def _several(self, found: list[Choice], choices: list[Choice]) -> None:
        ways = self._t("、", ", ").join(f"{choices.index(one) + 1} ({one.by.words.of(self._lang)})" for one in found)
        example = f"{found[0].event} {found[0].by}"
        zh, en = (
            "{} 可由不同的人发起，请输入编号 {}，或写 {}。",
            "{} can be raised by several actors: type {}, or write {}.",
        )
        say(self._t(zh, en).format(found[0].event, ways, example))

    def _no_such_choice(self, text: str, count: int) -> None:
        near = nearest(text, Event) if count else []
        if near:
            asked = self._t("没有选项 {}。您是想输入 {} 吗？", "There is no choice {}. Did you mean {}?")
            say(asked.format(printable(text), self._t("、", " or ").join(near)))
            return
        if count:
            right = self._t("应为 1 到 {} 的编号、事件名", "Type a number from 1 to {}, an event's name").format(count)
        else:
            right = self._t("本次办理已结束。可输入", "The case has ended. Type")
        zh, en = "没有选项 {}。{}、b、s、? 或 q。", "There is no choice {}. {}, b, s, ? or q."
        say(self._t(zh, en).format(printable(text), right))

    def _trigger(self, case: Case, choice: Choice, *, is_possible: bool) -> bool:
        """Raise the event; for one that will be refused anyway the payload is not asked for."""
        event, by = choice
        data = _usual_payload(case, event)
        if is_possible and data:
            self._console.print(Text(_FIELD_KEYS.of(self._lang), DIM))
            data = {name: self._prompt.value(name, field, data[name]) for name, field in MODEL.events[event].items()}
        after = case.copy()
        try:
            step = after.trigger(event, data, by=by, at=_now())
        except (Refused, InvalidPayload) as error:
            refused = self._t("被拒绝：", "Refused: ") + error.text(self._lang)
            self._console.print(Text(refused, "red"))
            return False
        self.cases.append(after)
        terms = step.by, step.event, step.source, step.target
        arrow = self._t("✓ {}，{}：{} → {}", "✓ {}, {}: {} → {}").format(*(term.words.of(self._lang) for term in terms))
        self._console.print(Text(arrow, "green"))
        return True

    def _save(self, save: Path | None) -> None:
        usual = save or next(path for path in _free_names() if not path.exists())
        text = self._prompt.ask(self._t("  存到 [{}]：", "  save to [{}]: ").format(usual))
        self._try_to_write(Path(text) if text else usual)

    def _try_to_write(self, path: Path) -> None:
        try:
            self.write(path)
        except OSError as error:
            say(self._t("没有保存，{}：{}", "Not saved, {}: {}").format(path, os_error_text(error, self._lang)))


def _usual_payload(case: Case, event: Event) -> dict[str, Any]:
    """The payload that fits the case as it stands."""
    return inputs.payload_for(MODEL, event, inputs.RIGHT, case.facts, fresh=f"quote-{case.version + 1}")


def _choices_of(text: str, choices: list[Choice], awaits: Actor | None) -> list[Choice]:
    """The choice of that number, or those of that event, by the actor behind its name or else the one whose move it is.

    An event that is not among them is a choice, too: it is refused with reasons.
    """
    if text.isdecimal() and len(text) < 4:
        return [choices[int(text) - 1]] if 1 <= int(text) <= len(choices) else []
    name, _, by = text.partition(" ")
    found = [choice for choice in choices if choice.event == name and by.strip() in ("", choice.by)]
    if by:
        awaits = None
    if found or not choices:
        return [choice for choice in found if choice.by == awaits] or found
    named = [actor for actor in Actor if actor == by.strip()]
    return [Choice(event, (*named, *MODEL.actors[event])[0]) for event in Event if event == name]


def _free_names() -> Iterator[Path]:
    yield Path("case.jsonl")
    for number in range(2, 10_000):
        yield Path(f"case-{number}.jsonl")


def _now() -> datetime:
    return datetime.now().astimezone().replace(microsecond=0)
