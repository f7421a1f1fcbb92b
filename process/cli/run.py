"""``run``: replays a file of events."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import JsonOption
from process.cli.output.progress import ProgressBar
from process.cli.output.run_report import JsonReport, ScreenReport
from process.cli.output.streams import REFUSED, cannot_open, unusable
from process.eventfile import CaseLine, EventLine, LineInvalid, RefusedLine, Replayed, read, replay, split_lines
from process.model import Words

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="JSON Lines 文件，- 为标准输入。\n\nA file of JSON Lines; - for standard input."),
]

IntoOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="存入数据库，地址如 sqlite:///FILE 或 postgresql://…；缺省则不保存。\n\n"
        "Store the cases in this database, sqlite:///FILE or postgresql://…; by default nothing is stored.",
    ),
]


def run_file(file: FileArgument, db: IntoOption = None, as_json: JsonOption = False, lang: LangOption = None) -> None:
    """按文件逐行办理 · Replay a file of events.

    第一行开启办理，其后每行一个事件；有许多办理时，每行都写 case_id。

    The first line opens a case, each further line is an event; in a file of many cases every line has a case_id.

    \b
        {"case": {"goal": "plan", "account": "acct-1", "order": "order-9"}}
        {"event": "sign_in", "by": "customer", "data": {…}, "at": …}

    加 --db 则存入数据库；再次载入同一文件不会重复；续办请在原文件后追加。

    With --db the cases are stored in a database; loading the same file again duplicates nothing.

    An event is identified by its place in the file: to continue a stored case, append to its file.

    退出码：0 全部接受；1 有事件被拒绝，其余照常；2 不是这样的文件。

    Exit code: 0 if every event was accepted; 1 if some were refused (the others ran); 2 if the file is not valid.
    """
    language = lang_of(lang)
    if str(file) == "-":
        name = Words("标准输入", "standard input").of(language)
        if sys.stdin is None:
            unusable(Words("没有{}", "there is no {}").of(language).format(name))
        _run(sys.stdin.buffer, None, name, as_json, language, db)
        return
    try:
        source = file.open("rb")
    except OSError as error:
        cannot_open(file, error, language)
    with source:
        size = file.stat().st_size if file.is_file() else None
        _run(source, size, str(file), as_json, language, db)


def _run(source: BinaryIO, size: int | None, name: str, as_json: bool, lang: str, db: str | None) -> None:
    bar = ProgressBar(size, of_bytes=True)
    report = JsonReport(lang, bar) if as_json else ScreenReport(lang, bar)
    refused = many = False

    def on_refusal(line: RefusedLine) -> None:
        nonlocal refused
        refused = True
        report.add_refusal(line)

    try:
        with bar:
            entries = read(bar.watch(_input_lines(source, name, lang)))
            for replayed in replay(entries, on_refusal) if db is None else _load_into(db, name, lang, entries, on_refusal):
                many = replayed.key is not None
                report.add_case(replayed)
    except LineInvalid as error:
        report.abort(error)
        unusable(Words("{}：{}", "{}: {}").of(lang).format(name, error.text(lang)))
    report.end(many=many)
    if refused:
        raise typer.Exit(REFUSED)


def _input_lines(source: BinaryIO, name: str, lang: str) -> Iterator[bytes]:
    try:
        yield from split_lines(source)
    except OSError as error:
        cannot_open(name, error, lang)


def _load_into(
    db: str, name: str, lang: str, entries: Iterable[CaseLine | EventLine], on_refusal: Callable[[RefusedLine], None]
) -> Iterator[Replayed]:
    """Load the file into a database; what goes wrong there ends the command and names the line."""
    line = 0

    def on_line(number: int) -> None:
        nonlocal line
        line = number

    def place() -> str:
        return Words("{}：第 {} 行：", "{}: line {}: ").of(lang).format(name, line) if line else ""

    with opened_store(db, lang, create=True, place=place) as (store, engine):
        yield from store.load_events(engine, entries, on_refusal, on_line)
