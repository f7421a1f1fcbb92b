"""``scenarios``: prints a minimal set of scenarios that covers the process, as test scripts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.output.streams import cannot_open, say
from process.model import MODEL, Words

if TYPE_CHECKING:
    from process.testing.minimal_suites import Suite


class What(StrEnum):
    transitions = "transitions"
    ends = "ends"
    guards = "guards"


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    pytest = "pytest"
    markdown = "markdown"


_UNITS = {
    What.transitions: Words("条流转", "transitions"),
    What.ends: Words("个终态", "end states"),
    What.guards: Words("种条件结果", "guard outcomes"),
}


def list_scenarios(
    cover: Annotated[
        What,
        typer.Option(
            "--cover",
            metavar="WHAT",
            help="要走遍的：transitions（流转）、ends（终态）、guards（条件，成立与不成立）。\n\n"
            "What to cover: transitions, ends, or guards (each one both met and not met).",
        ),
    ] = What.transitions,
    format: Annotated[  # noqa: A002  # the option's name
        Format,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="格式：table（表格）、jsonl（命令 run 的输入）、pytest（测试文件）、markdown（清单）。\n\n"
            "The format: table, jsonl (events for the command run), pytest (a test file) or markdown (a checklist).",
        ),
    ] = Format.table,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="写入的文件，缺省为标准输出。\n\nThe file to write; by default standard output.",
            show_default=False,
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """列出覆盖全流程的最少测试路径 · Print a minimal set of scenarios covering the process, as test scripts."""
    from process.testing import suite_formats

    language = lang_of(lang)
    suite = suite_of(cover)
    text = "\n".join(suite_formats.SUITE_FORMATS[format](suite, language))
    if out is None:
        say(text)
    else:
        try:
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            cannot_open(out, error, language)
    say(suite_formats.summary(suite, language, _UNITS[cover]), err=True)


def suite_of(cover: What) -> Suite:
    """The smallest set of scenarios that covers it."""
    from process.exploration.explorer import explored_model
    from process.testing.guard_suites import guard_suite
    from process.testing.minimal_suites import ends, minimal_suite, transitions

    exploration = explored_model(MODEL.limits)
    if cover is What.guards:
        return guard_suite(exploration)
    return minimal_suite(exploration, (ends if cover is What.ends else transitions)(exploration))
