"""``demo``: three worked examples, step by step; the command to run first."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from process.case import Case
from process.cli.call_language import LangOption, lang_of
from process.cli.examples import EXAMPLES
from process.cli.options import PROGRAM
from process.cli.output import case_text
from process.cli.output.streams import console
from process.cli.output.text_tables import DIM, STRONG, Indented, TextTable
from process.exceptions import Refused
from process.model import Words
from process.records import Step

NEXT = (
    ("walk", Words("亲自走一遍，每一步都由您选择", "play customer, lender and support yourself, step by step")),
    ("show", Words("查看全部状态、事件和流转", "see every state, event and transition")),
    ("draw", Words("画出流程图", "draw the flow")),
    ("check", Words("验证各条要求在所有可达情形中成立", "verify the requirements in every reachable configuration")),
    ("run FILE", Words("按文件中的事件办理", "replay a file of events")),
)


TemporalOption = Annotated[
    bool,
    typer.Option(
        "--temporal",
        help="在 Temporal 服务器上办理，中途终止一个进程。\n\nOn a Temporal server, with a worker killed in the middle.",
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="HOST:PORT",
        envvar="TEMPORAL_ADDRESS",
        help="已有的 Temporal 服务器，缺省则启动一个。\n\nA running Temporal server; by default one is started.",
        show_default=False,
    ),
]


def play_demo(lang: LangOption = None, temporal: TemporalOption = False, address: AddressOption = None) -> None:
    """三个示例，逐步讲述 · Three worked examples, step by step: the command to run first."""
    language = lang_of(lang)
    if temporal:
        from process.cli import durable_demo

        durable_demo.play(language, address)
        return
    screen = console()
    for example in EXAMPLES:
        case = Case(goal=example.goal, account="acct-1", order="order-9")
        goal = Words("客户的目标：{}", "The customer wants to {}").of(language)
        table = TextTable(columns=4, styles={0: DIM})
        for happening in example.play(case):
            table.add_row(*_row(happening, language))
        screen.print(Text(example.title.of(language), STRONG))
        screen.print(Text(goal.format(example.goal.words.of(language)), DIM))
        screen.print(table)
        screen.print(Text.assemble("■ ", case_text.state_text(case.state, language)))
        screen.print(Indented(example.summary.of(language)))
    screen.print(Text(Words("接下来可以试试", "What to try next").of(language), STRONG))
    commands = TextTable(columns=2)
    for name, purpose in NEXT:
        commands.add_row(f"{PROGRAM} {name}", purpose.of(language))
    screen.print(commands)


def _row(happening: Step | Refused, lang: str) -> tuple[str | Text, ...]:
    if isinstance(happening, Step):
        arrow = Text.assemble("→ ", case_text.state_text(happening.target, lang))
        return f"{happening.version:>2}", happening.by.words.of(lang), happening.event.words.of(lang), arrow
    by, event = (term.words.of(lang) if term else "" for term in (happening.by, happening.event))
    return " ✗", by, event, Text(happening.text(lang), "red")
