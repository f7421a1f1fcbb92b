"""``draw``: writes the pictures, or with nothing asked for the whole gallery."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from process.case import Case
from process.cli.common import REFUSED, Lang, cannot_open, lang_of, say, unusable
from process.cli.tell import Refusal
from process.diagram.view_layouts import View
from process.exceptions import SnapshotInvalid
from process.model import Words
from process.payload import short_repr

_WROTE = Words("已写入 {count} 个文件到 {out}", "wrote {count} files to {out}")
_UNKNOWN = Words("{option} 不能是 {name}，可用：{known}", "{option} can't be {name}; there are {known}")
_WRONG_FILE = Words("{name}：{why}", "{name}: {why}")
_NO_CASE = Words("{name} 里没有办理", "{name} holds no case")
_MANY = Words("{name} 里有多个办理，请给出只含一个的文件", "{name} holds several cases; give a file with one")
_REFUSED = Words("第 {line} 行的事件被拒绝：{why}", "line {line}: the event is refused: {why}")


def draw(
    out: Annotated[Path, typer.Option("--out", help="写入的文件夹\n\nThe folder to write to.")] = Path("diagrams"),
    pictured: Annotated[
        str | None,
        typer.Option("--lang", metavar="zh,en,both", help="图中的语言，缺省为全部\n\nIn which language; all by default."),
    ] = None,
    view: Annotated[
        list[str] | None,
        typer.Option("--view", metavar=",".join(View), help="哪些图，缺省为全部\n\nWhich; all by default."),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="svg,png,dot,mermaid",
            help="格式，缺省为 svg,dot,mermaid\n\nAll but png by default.",
        ),
    ] = None,
    case: Annotated[
        Path | None,
        typer.Option(
            "--case",
            metavar="FILE",
            help="标出办理的现状与路径\n\nMark a case: a snapshot, or a file for run.",
        ),
    ] = None,
) -> None:
    """画出流程图；不带参数时重新生成整个图集 · Draw the flow; without options the whole gallery is made anew."""
    from process import diagram
    from process.diagram.render import CannotDraw
    from process.gallery import files

    asked = None if pictured is None else pictured.split(",")
    language = lang_of(next((lang for lang in Lang if lang in (asked or ())), None))
    langs = _known("--lang", asked, diagram.LANGUAGES, language)
    views = _known("--view", None if view is None else ",".join(view).split(","), tuple(View), language)
    ends = _known("--format", None if formats is None else formats.split(","), tuple(diagram.FORMATS), language)
    refusals: list[Refusal] = []
    try:
        drawn = None if case is None else _case(case, language, refusals)
        if pictured is None and view is None and formats is None and case is None:
            written = files.write(out)
        else:
            written = diagram.draw(
                out,
                views=views,
                langs=langs,
                formats=("svg", "dot", "mermaid") if formats is None else ends,
                case=drawn,
            )
    except CannotDraw as error:
        unusable(error.text(language))
    except OSError as error:
        cannot_open(str(error.filename or out), error, language)
    say(_WROTE.of(language).format(count=len(written), out=out))
    if refusals:
        raise typer.Exit(REFUSED)


def _known(option: str, given: Sequence[str] | None, known: Sequence[str], lang: str) -> Sequence[str]:
    """What an option was given, each once; all that there is where it was left out. What is unknown ends the command."""
    names = known if given is None else tuple(dict.fromkeys(name.strip() for name in given))
    for name in names:
        if name not in known:
            unusable(_UNKNOWN.of(lang).format(option=option, name=short_repr(name), known=", ".join(known)))
    return names


def _case(path: Path, lang: str, refusals: list[Refusal]) -> Case:
    """The case of a snapshot, or of a file for ``run``; what it refused is told, and goes to *refusals*."""
    from process.cli.run import carry_out
    from process.eventfile import reader

    name, content = path.name, path.read_bytes()
    if _is_snapshot(content):
        try:
            return Case.from_json(content)
        except SnapshotInvalid as error:
            unusable(_WRONG_FILE.of(lang).format(name=name, why=error.text(lang)))

    def refuse(refusal: Refusal) -> None:
        refusals.append(refusal)
        typer.echo(_REFUSED.of(lang).format(line=refusal.raised.line, why=refusal.error.text(lang)), err=True)

    try:
        cases = [ran.case for ran in carry_out(reader.read(reader.lines(io.BytesIO(content))), refuse)]
    except reader.LineInvalid as error:
        unusable(_WRONG_FILE.of(lang).format(name=name, why=error.text(lang)))
    if len(cases) != 1:
        unusable((_MANY if cases else _NO_CASE).of(lang).format(name=name))
    return cases[0]


def _is_snapshot(content: bytes) -> bool:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "format" in data
