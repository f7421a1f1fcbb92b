"""``trips``: prints the smallest set of trips that takes everything, as test scripts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from process.cli.common import LangOption, cannot_open, lang_of, say


class What(StrEnum):
    transitions = "transitions"
    ends = "ends"
    guards = "guards"


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    pytest = "pytest"
    markdown = "markdown"


def trips(
    cover: Annotated[
        What, typer.Option("--cover", help="要走遍的：流转、终态、条件\n\nWhat to cover; guards: each both met and unmet.")
    ] = What.transitions,
    format: Annotated[  # noqa: A002  # the option's name
        Format,
        typer.Option(
            "--format",
            help="表格、run 的输入、测试文件、清单\n\nA table, lines for run, a pytest file, a sheet to tick off.",
        ),
    ] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", help="写入的文件\n\nThe file to write.", show_default=False)] = None,
    lang: LangOption = None,
) -> None:
    """列出覆盖全流程的最少测试路径 · Print the fewest trips that cover the process, as test scripts."""
    from process.exploration.explorer import explore
    from process.testing import scripts
    from process.testing.cover import cover as covering
    from process.testing.cover import ends, transitions
    from process.testing.guards import guards

    language = lang_of(lang)
    exploration = explore()
    if cover is What.guards:
        found, _ = guards(exploration)
    else:
        found = covering(exploration, (ends if cover is What.ends else transitions)(exploration))
    text = "\n".join(scripts.FORMATS[format](found, language))
    if out is None:
        say(text)
    else:
        try:
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            cannot_open(out, error, language)
    typer.echo(scripts.summary(found, language), err=True)
