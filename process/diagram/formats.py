"""Pictures of the process, drawn from the model alone: DOT, SVG, PNG and Mermaid, in Chinese, in English, or in both.

In every picture the group of a state has the id ``state-<value>``; the group of an arrow has an id that begins with
``arrow-``, and as classes the values of its events and ``row-<n>`` for each row of the model's table that it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from process.diagram.case_marks import CaseMarks, Visit
from process.diagram.dot import dot
from process.diagram.layout.placement import PlacedPicture, place
from process.diagram.output import check_overwrites
from process.diagram.render import TIME_LIMIT, CannotDraw, to_png, to_svg, took_longer
from process.diagram.view_layouts import View
from process.diagram.views import picture
from process.model import MODEL, Model

if TYPE_CHECKING:
    from process.case import Case

LANGUAGES: Final = ("zh", "en", "both")
FORMATS: Final = {"svg": "svg", "png": "png", "dot": "dot", "mermaid": "mmd"}
"""The formats, each with the end of its files' names."""


def source(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    time_limit: float = TIME_LIMIT,
) -> str:
    """The picture of a view as DOT.

    Args:
        view: ``overview``, ``self-service``, ``face-verification``, ``support`` or ``ends``.
        lang: ``zh``, ``en``, or ``both`` for both languages in one picture.
        case: whose state and path to mark.
        time_limit: seconds after which looking for a place for everything is given up.

    Raises:
        ValueError: there is no such view or language.
        CannotDraw: it took too long.
    """
    return dot(_placed(view, lang, model, case, time_limit))


def svg(
    view: str = "overview",
    lang: str = "zh",
    *,
    model: Model = MODEL,
    case: Case | None = None,
    time_limit: float = TIME_LIMIT,
) -> str:
    """The picture of a view as SVG; parameters as of ``source``; Graphviz has as many seconds again.

    Raises:
        ValueError: there is no such view or language.
        CannotDraw: there is nothing here to draw with, or it took too long.
    """
    return to_svg([source(view, lang, model=model, case=case, time_limit=time_limit)], time_limit=time_limit)[0]


def mermaid(view: str = "overview", lang: str = "zh", *, model: Model = MODEL, case: Case | None = None) -> str:
    """The picture of a view as a Mermaid flowchart; parameters as of ``source``."""
    from process.diagram.mermaid import flowchart

    return flowchart(picture(_view(view), model), _language(lang), marks_of(case))


def draw(
    out: str | Path = "diagrams",
    *,
    views: Iterable[str] = tuple(View),
    langs: Iterable[str] = LANGUAGES,
    formats: Iterable[str] = ("svg", "dot", "mermaid"),
    model: Model = MODEL,
    case: Case | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float = TIME_LIMIT,
) -> list[Path]:
    """Write pictures to the folder *out*, as ``<view>.<lang>.<svg, png, dot or mmd>``.

    Args:
        force: replace also files that this program did not write.
        progress: called with the number of pictures that are laid out, and of all, as each is done.
        time_limit: seconds to find a place for everything in one picture, and for Graphviz to draw all of them.

    Returns:
        The files that were written.

    Raises:
        ValueError: there is no such view, language or format.
        WouldOverwrite: a file of that name stands there that this program did not write.
        CannotDraw: SVG or PNG can't be made here, and DOT and Mermaid have been written all the same; or it took too long.
    """
    wanted = [(_view(view), _language(lang)) for view in views for lang in langs]
    formats = [_format(name) for name in formats]
    folder = Path(out)
    if not force:
        check_overwrites(folder, [f"{view}.{lang}.{FORMATS[name]}" for view, lang in wanted for name in formats])
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def write(name: str, content: str | bytes) -> None:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        written.append(path)

    if "mermaid" in formats:  # first: it needs no places, which take most of the time
        for view, lang in wanted:
            write(f"{view}.{lang}.mmd", mermaid(view, lang, model=model, case=case))
    sources: list[str] = []
    for view, lang in wanted if {*formats} - {"mermaid"} else ():
        sources.append(source(view, lang, model=model, case=case, time_limit=time_limit))
        if progress is not None:
            progress(len(sources), len(wanted))
    if "dot" in formats:
        for (view, lang), text in zip(wanted, sources, strict=True):
            write(f"{view}.{lang}.dot", text)
    if {"svg", "png"} & {*formats}:
        for (view, lang), text in zip(wanted, to_svg(sources, time_limit=time_limit), strict=True):
            if "svg" in formats:
                write(f"{view}.{lang}.svg", text)
            if "png" in formats:
                write(f"{view}.{lang}.png", to_png(text))
    return written


def of_case(case: Case, lang: str = "zh") -> str | None:
    """The overview with the case's state and path marked, as SVG, for a notebook; None where nothing can draw it."""
    try:
        return svg("overview", lang, model=case.machine.definition, case=case)
    except CannotDraw:
        return None


def marks_of(case: Case | None) -> CaseMarks | None:
    """What a picture marks of a case."""
    if case is None:
        return None
    steps: dict[tuple[str, str, str], list[Visit]] = {}
    for step in case.history:
        passage = Visit(step.version, f"{step.at:%m-%d %H:%M}" if step.at else "")
        steps.setdefault((step.event, step.source, step.target), []).append(passage)
    return CaseMarks(case.case_id, case.state, {move: tuple(passages) for move, passages in steps.items()})


def _placed(view: str, lang: str, model: Model, case: Case | None, time_limit: float) -> PlacedPicture:
    try:
        return place(picture(_view(view), model), _language(lang), marks_of(case), time_limit=time_limit)
    except TimeoutError:
        raise took_longer(time_limit) from None


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
