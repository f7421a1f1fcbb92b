"""The options that several commands share; ``--lang`` is in ``call_language``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import typer

from process.cli.output.streams import unusable
from process.model import Words
from process.value_checks import short_repr

PROGRAM: Final = "installment-cancellation"
"""The name of the console script, as every hint writes it."""


def choice_help(zh: str, en: str, members: Iterable[str]) -> str:
    """The help text of an option with a few values."""
    names = ", ".join(members)
    return f"{zh}：{names}。\n\n{en}: {names}."


CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV，首行为列名。\n\nPrint CSV with a header line.")]
HeaderOption = Annotated[
    bool,
    typer.Option("--no-header", help="CSV 与管道中的表格不带首行。\n\nNo header line in CSV and in the output to a pipe."),
]
WhoOption = Annotated[
    str | None,
    typer.Option(
        "--who",
        metavar="NAME",
        help="具体的人或系统。\n\nA reference to the person or system that acts.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="输出一个 JSON 对象，供程序读取。\n\nPrint one JSON object, for programs.")
]
DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        envvar="PROCESS_DB",
        help="数据库的地址：sqlite:///FILE 或 postgresql://…；缺省为您数据目录中的文件，见 case where。\n\n"
        "The database: sqlite:///FILE or postgresql://…; by default a file in your data directory, see case where.",
        show_default=False,
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="带时区的 ISO 8601 时间，缺省为现在。\n\nAn ISO 8601 time with its zone; now by default.",
    ),
]


CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="办理编号。\n\nThe id of the case.")]
LimitOption = Annotated[
    int, typer.Option("--limit", metavar="COUNT", min=0, help="最多几个，0 为全部。\n\nThe most cases to print; 0 for all.")
]
PAGE: Final = 500  # cases read at once, so that no page is too long for a database

_UNKNOWN = Words("{option} 不能是 {name}，可用：{known}", "{option} can't be {name}; use {known}")
FORCE_HINT: Final = Words("；要覆盖请加 --force", "; to replace it, add --force")

Found = TypeVar("Found")


def moment_of(option: str, text: str | None, lang: str) -> datetime | None:
    """The time that *option* was given; without a zone it ends the command."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        wrong = Words("{} 应为带时区的 ISO 8601 时间，不能是 {}", "{} must be an ISO 8601 time with a zone, not {}").of(
            lang
        )
        unusable(wrong.format(option, short_repr(text)))
    return moment


def all_pages(page: Callable[[int, Any], list[Found]], limit: int, start: Found | None) -> list[Found]:
    """The first *limit* of a list that is read in pages; all of it for 0."""
    found: list[Found] = []
    last = start
    while True:
        size = PAGE if limit == 0 else min(PAGE, limit - len(found))
        read = page(size, last)
        found += read
        if len(read) < size or len(found) == limit:
            return found
        last = read[-1]


def known_names(option: str, given: Sequence[str] | None, known: Sequence[str], lang: str) -> Sequence[str]:
    """The names that an option was given, each once; all where it was left out. An unknown one ends the command."""
    names = known if given is None else tuple(dict.fromkeys(name.strip() for name in given))
    for name in names:
        if name not in known:
            unusable(_UNKNOWN.of(lang).format(option=option, name=short_repr(name), known=", ".join(known)))
    return names
