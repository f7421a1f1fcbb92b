"""``run``: takes the cases of a file through the events of the file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from process.case import Case
from process.cli.common import REFUSED, JsonOption, LangOption, cannot_open, lang_of, unusable
from process.cli.load import carry_into
from process.cli.meter import Meter
from process.cli.tell import JsonTeller, Ran, Refusal, ScreenTeller
from process.eventfile import reader
from process.eventfile.reader import LineInvalid, Opened, Raised
from process.exceptions import InvalidPayload, Refused
from process.model import State, Words

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="JSON Lines 文件，- 为标准输入\n\nJSON Lines, - for standard input.")
]

IntoOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="存入数据库：sqlite:///文件 或 postgresql://…；缺省则不保存\n\n"
        "Keep the cases in a database: sqlite:///FILE or postgresql://…; kept nowhere by default.",
    ),
]


def run(file: FileArgument, db: IntoOption = None, as_json: JsonOption = False, lang: LangOption = None) -> None:
    """按文件逐行办理 · Run the cases of a file on its events.

    第一行开启办理，其后每行一个事件；有许多办理时，每行都写 case_id。

    The first line opens a case, each further line is an event; of many cases every line names the case_id.

    \b
        {"case": {"goal": "plan", "account": "acct-1", "order": "order-9"}}
        {"event": "sign_in", "by": "customer", "data": {…}, "at": …}

    加 --db 则存入数据库；再次载入同一文件不会重复；续办请在原文件后追加。

    With --db the cases are kept in a database; loading the same file again doubles nothing.

    An event is known by its place in the file: to go on with a stored case, append to its file.

    退出码：0 全部接受；1 有事件被拒绝，其余照常；2 不是这样的文件。

    Exit code: 0, every event was taken; 1, one was refused, the others ran; 2, it is no such file.
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
    meter = Meter(size)
    teller = JsonTeller(lang, meter) if as_json else ScreenTeller(lang, meter)
    refused = many = False

    def refuse(refusal: Refusal) -> None:
        nonlocal refused
        refused = True
        teller.refusal(refusal)

    try:
        lines = meter.watch(_lines(source, name, lang))
        for ran in carry_out(reader.read(lines), refuse) if db is None else carry_into(db, lang, name, lines, refuse):
            many = ran.key is not None
            teller.ran(ran)
    except LineInvalid as error:
        meter.hide()
        teller.broken(error)
        unusable(Words("{}：{}", "{}: {}").of(lang).format(name, error.text(lang)))
    teller.end(many=many)
    if refused:
        raise typer.Exit(REFUSED)


def _lines(source: BinaryIO, name: str, lang: str) -> Iterator[bytes]:
    try:
        yield from reader.lines(source)
    except OSError as error:
        cannot_open(name, error, lang)


def carry_out(entries: Iterator[Opened | Raised], refuse: Callable[[Refusal], None]) -> Iterator[Ran]:
    """Raise every event on its case, and give out each case as soon as it has ended, the open ones after the last line.

    Only open cases are kept whole. Of one that has ended its id stays, with some case that ended in the same state: an end
    refuses every event, and for the same reasons, whoever came there. The only case of a file without ids is given out
    after the last line.
    """
    running: dict[str | None, Ran] = {}
    ended: dict[str | None, Case] = {}
    stand_ins: dict[State, Case] = {}
    for entry in entries:
        key = entry.key
        if isinstance(entry, Opened):
            running[key] = Ran(key, entry.case, [])
        else:
            case = running[key].case if key in running else ended[key]
            try:
                case.trigger(entry.event, entry.data, by=entry.by, at=entry.at)
            except (Refused, InvalidPayload) as error:
                refuse(Refusal(entry, error))
                continue
            running[key].lines.append(entry.line)
        if key is not None and running[key].case.is_done:
            ran = running.pop(key)
            ended[ran.key] = stand_ins.setdefault(ran.case.state, ran.case)
            yield ran
    yield from running.values()
