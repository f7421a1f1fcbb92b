"""Pictures in every format: DOT, SVG, PNG and Mermaid, of the model alone or with a case marked.

In every picture the group of a state has the id ``state-<value>``; the group of an arrow has an id that begins with
``arrow-``, and as classes the values of its events and ``row-<n>`` for each row of the model's table that it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from process.default_language import reader_language
from process.diagram.case_marks import marks_of
from process.diagram.drawing import Drawing, draw_shapes, on_slide
from process.diagram.errors import TIME_LIMIT, took_too_long
from process.diagram.layout.placed_picture import place
from process.diagram.overwrite_guard import check_overwrites
from process.diagram.svg_writer import write_svg
from process.diagram.traffic import Traffic, with_traffic
from process.diagram.view_options import View
from process.diagram.views import Picture, build_picture
from process.model import MODEL, Model

if TYPE_CHECKING:
    from process.case import Case

LANGUAGES: Final = ("zh", "en", "both")
FORMATS: Final = {"svg": "svg", "png": "png", "dot": "dot", "mermaid": "mmd"}
"""The formats, each with the end of its files' names."""


def svg(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    traffic: Traffic | None = None,
    slide: bool = False,
    time_limit: float = TIME_LIMIT,
) -> str:
    """Draw a view as SVG. The layout of the released model's pictures is known; that of another model is searched.

    Args:
        view: ``overview``, ``self-service``, ``face-verification``, ``support`` or ``ends``.
        lang: ``zh``, ``en``, or ``both`` for both languages in one picture.
        case: whose state and path to mark.
        traffic: how often each transition was taken, and the waits; for a picture without a case.
        slide: on a page of the proportions of a slide, 16 to 9.
        time_limit: seconds after which the search for a layout is given up.

    Raises:
        ValueError: there is no such view or language, or both a case and traffic are given.
        CannotDraw: it took too long.
    """
    return write_svg(_drawing(view, lang, model, case, traffic, time_limit, slide=slide))


def dot(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    traffic: Traffic | None = None,
    slide: bool = False,
    time_limit: float = TIME_LIMIT,
) -> str:
    """Draw a view as DOT, of which Graphviz makes the same picture; parameters as of ``svg``."""
    return _dot(_drawing(view, lang, model, case, traffic, time_limit, slide=slide))


def png(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    traffic: Traffic | None = None,
    slide: bool = False,
    time_limit: float = TIME_LIMIT,
) -> bytes:
    """Draw a view as PNG, 1684 pixels wide, or 1920 for a slide; parameters as of ``svg``.

    Raises:
        ValueError: there is no such view or language.
        CannotDraw: it took too long, or ``resvg-py`` or a font is missing.
    """
    drawn = svg(view, lang, model=model, case=case, traffic=traffic, slide=slide, time_limit=time_limit)
    return _png(drawn, slide=slide)


def mermaid(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    traffic: Traffic | None = None,
    slide: bool = False,  # noqa: ARG001  # the same arguments as of the other formats; Mermaid lays out by itself
    time_limit: float = TIME_LIMIT,  # noqa: ARG001  # the same
) -> str:
    """Draw a view as a Mermaid flowchart; parameters as of ``svg``."""
    from process.diagram.mermaid_writer import write_mermaid

    return write_mermaid(_picture(view, lang, model, case, traffic), _language(lang), marks_of(case))


def draw(
    out: str | Path = "diagrams",
    *,
    views: Iterable[str] = tuple(View),
    langs: Iterable[str] = LANGUAGES,
    formats: Iterable[str] = ("svg", "dot", "mermaid"),
    model: Model = MODEL,
    case: Case | None = None,
    traffic: Traffic | None = None,
    slide: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float = TIME_LIMIT,
) -> list[Path]:
    """Write pictures to the folder *out*, as ``<view>.<lang>.<svg, png, dot or mmd>``.

    Args:
        slide: on pages of the proportions of a slide, 16 to 9; then ``slide`` stands before the end of each name.
        force: replace also files that this program did not write.
        progress: called with the number of pictures that are written, and of all, as each is done.
        time_limit: seconds to search for the layout of one picture.

    Returns:
        The files that were written.

    Raises:
        ValueError: there is no such view, language or format.
        WouldOverwrite: a file of that name stands there that this program did not write.
        CannotDraw: PNG can't be made here, and all other files have been written; or a layout took too long.
    """
    wanted = [(_view(view), _language(lang)) for view in views for lang in langs]
    asked = {_format(name) for name in formats}
    ends = {name: f"slide.{end}" if slide and name != "mermaid" else end for name, end in FORMATS.items()}
    folder = Path(out)
    if not force:
        check_overwrites(folder, [f"{view}.{lang}.{ends[name]}" for view, lang in wanted for name in asked])
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def write(view: View, lang: str, name: str, content: str | bytes) -> None:
        path = folder / f"{view}.{lang}.{ends[name]}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        written.append(path)

    if "mermaid" in asked:
        for view, lang in wanted:
            write(view, lang, "mermaid", mermaid(view, lang, model=model, case=case, traffic=traffic))
    pictures: list[str] = []
    for view, lang in wanted if asked - {"mermaid"} else ():
        drawing = _drawing(view, lang, model, case, traffic, time_limit, slide=slide)
        if "dot" in asked:
            write(view, lang, "dot", _dot(drawing))
        pictures.append(write_svg(drawing))
        if "svg" in asked:
            write(view, lang, "svg", pictures[-1])
        if progress is not None:
            progress(len(pictures), len(wanted))
    if "png" in asked:  # last, since it may fail
        for (view, lang), picture in zip(wanted, pictures, strict=True):
            write(view, lang, "png", _png(picture, slide=slide))
    return written


def notebook_svg(case: Case) -> str:
    """Draw the overview with a case marked, for a notebook: as wide as the page, and in the reader's language."""
    picture = svg("overview", reader_language(), model=case.machine.definition, case=case)
    _, start, rest = picture.partition("<svg ")
    width, height = re.findall(r'(?:width|height)="(\d+)pt"', rest[:100])
    rest = rest.replace(f'width="{width}pt" height="{height}pt"', f'width="100%" style="max-width: {width}pt"', 1)
    return start + rest


def _picture(view: str, lang: str, model: Model, case: Case | None, traffic: Traffic | None) -> Picture:
    picture = build_picture(_view(view), model)
    if traffic is None:
        return picture
    if case is not None:
        raise ValueError("a picture shows a case or traffic, not both")
    return with_traffic(picture, traffic, _language(lang))


def _drawing(
    view: str,
    lang: str,
    model: Model,
    case: Case | None,
    traffic: Traffic | None,
    time_limit: float,
    *,
    slide: bool,
) -> Drawing:
    picture, marks = _picture(view, lang, model, case, traffic), marks_of(case)
    try:
        drawing = draw_shapes(place(picture, _language(lang), marks, time_limit=time_limit))
    except TimeoutError:
        raise took_too_long(time_limit) from None
    return on_slide(drawing) if slide else drawing


def _dot(drawing: Drawing) -> str:
    from process.diagram.dot_writer import write_dot

    return write_dot(drawing)


def _png(picture: str, *, slide: bool) -> bytes:
    from process.diagram.png_renderer import render_png

    return render_png(picture, width=1920 if slide else 1684)


def _view(name: str) -> View:
    try:
        return View(name)
    except ValueError:
        raise ValueError(f"unknown view {name!r}; there are {', '.join(View)}") from None


def _language(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"unknown language {name!r}; there are {', '.join(LANGUAGES)}")
    return name


def _format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; there are {', '.join(FORMATS)}")
    return name
