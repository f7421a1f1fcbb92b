"""``draw``: writes the pictures; without options the whole gallery."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Annotated

import typer

from process.case import Case
from process.cli.call_language import lang_among
from process.cli.options import FORCE_HINT, choice_help, known_names
from process.cli.output.progress import ProgressBar
from process.cli.output.run_report import refusal_text
from process.cli.output.streams import REFUSED, cannot_open, say, unusable
from process.diagram.view_options import View
from process.eventfile import LineInvalid, RefusedLine, read, replay, split_lines
from process.exceptions import SnapshotInvalid
from process.model import Words

_WROTE = Words("已写入 {count} 个文件到 {out}", "wrote {count} files to {out}")
_NO_CASE = Words("{name} 里没有办理", "{name}: no case in it")
_MANY = Words("{name} 里有多个办理，请给出只含一个的文件", "{name}: several cases in it; give a file with one")


def draw_flow(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="写入的文件夹。\n\nThe folder to write to.")] = Path(
        "diagrams"
    ),
    pictured: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh,en,both",
            autocompletion=lambda: ["zh", "en", "both"],
            help="图中的语言，缺省为全部。\n\nThe languages of the pictures; all by default.",
        ),
    ] = None,
    view: Annotated[
        list[str] | None,
        typer.Option(
            "--view",
            metavar="VIEW,…",
            autocompletion=lambda: list(View),
            help=choice_help("哪些图，缺省为全部", "The views to draw, all by default", View),
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT,…",
            autocompletion=lambda: ["svg", "png", "dot", "mermaid"],
            help="格式：svg、png、dot、mermaid；缺省为 png 以外的全部。\n\n"
            "The formats: svg, png, dot, mermaid; all but png by default.",
        ),
    ] = None,
    case: Annotated[
        Path | None,
        typer.Option(
            "--case",
            metavar="FILE",
            help="标出一次办理的现状与路径：快照文件，或命令 run 的文件。\n\n"
            "Mark the state and the path of a case: a file with its snapshot, or with its events as for run.",
        ),
    ] = None,
    slide: Annotated[
        bool,
        typer.Option("--slide", help="按 16:9 幻灯片的比例。\n\nDraw for 16:9 slides."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="也覆盖并非由本程序写入的文件。\n\nAlso replace files that this program did not write."
        ),
    ] = False,
) -> None:
    """画出流程图；不带参数时重新生成整个图集。不覆盖并非由本程序写入的文件。

    Draw the flow; without options, the whole gallery. A file that this program did not write is not replaced.

    退出码：1 --case 中有事件被拒绝；2 无法写入。

    Exit code: 1 if an event of --case was refused; 2 if nothing was written.
    """
    from process import diagram
    from process.diagram.refresh_precomputed import refresh_results
    from process.gallery import files

    asked = None if pictured is None else pictured.split(",")
    language = lang_among(asked or ())
    langs = known_names("--lang", asked, diagram.LANGUAGES, language)
    views = known_names("--view", None if view is None else ",".join(view).split(","), tuple(View), language)
    wanted = known_names("--format", None if formats is None else formats.split(","), tuple(diagram.FORMATS), language)
    refused: list[RefusedLine] = []
    try:
        marked = None if case is None else _case_of_file(case, language, refused)
        with ProgressBar(None, Words("画图", "drawing").of(language)) as bar:
            if pictured is None and view is None and formats is None and case is None and not slide:
                refresh_results()
                written = files.write(out, force=force, progress=bar.reach)
            else:
                written = diagram.draw(
                    out,
                    views=views,
                    langs=langs,
                    formats=("svg", "dot", "mermaid") if formats is None else wanted,
                    case=marked,
                    slide=slide,
                    force=force,
                    progress=bar.reach,
                )
    except diagram.WouldOverwrite as error:
        unusable(error.text(language) + FORCE_HINT.of(language))
    except diagram.CannotDraw as error:
        unusable(error.text(language))
    except OSError as error:
        cannot_open(str(error.filename or out), error, language)
    say(_WROTE.of(language).format(count=len(written), out=out))
    if refused:
        raise typer.Exit(REFUSED)


def _case_of_file(path: Path, lang: str, refused: list[RefusedLine]) -> Case:
    """The case of a snapshot, or of a file of events; refused events are reported and appended to *refused*."""
    name, content = path.name, path.read_bytes()
    if _is_snapshot(content):
        try:
            return Case.from_json(content)
        except SnapshotInvalid as error:
            unusable(f"{name}: {error.text(lang)}")

    def on_refusal(line: RefusedLine) -> None:
        refused.append(line)
        say(refusal_text(line, lang), err=True)

    try:
        cases = [replayed.case for replayed in replay(read(split_lines(io.BytesIO(content))), on_refusal)]
    except LineInvalid as error:
        unusable(f"{name}: {error.text(lang)}")
    if len(cases) != 1:
        unusable((_MANY if cases else _NO_CASE).of(lang).format(name=name))
    return cases[0]


def _is_snapshot(content: bytes) -> bool:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "format" in data
