"""Writes the files beside the tables in a report's folder: the five views with traffic, and the page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from process.audit import page
from process.audit.pictures import traffic_pictures
from process.audit.progress import Progress, Stage, silent
from process.audit.report import Report
from process.audit.report_tables import PAGE, picture_names
from process.diagram.overwrite_guard import check_overwrites


def write_views(
    report: Report,
    out: str | Path,
    *,
    lang: str = "zh",
    langs: Iterable[str] = page.LANGUAGES,
    force: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write the views with traffic as ``<view>.<lang>.svg``, and the page ``index.html``; return the files.

    Args:
        out: the folder.
        lang: the language in which the page opens, ``zh`` or ``en``; it has both.
        langs: the languages of the pictures: ``zh``, ``en``, or ``both`` for both in one picture.
        force: replace also files that this program did not write.
        progress: called as pictures are drawn.

    Raises:
        WouldOverwrite: a file of such a name stands there that this program did not write; nothing was written.
        CannotDraw: the search for a layout took too long.
    """
    folder, wanted = Path(out), tuple(dict.fromkeys(langs))
    if not force:
        check_overwrites(folder, [*picture_names(wanted), PAGE])
    drawn = traffic_pictures(report, (*page.LANGUAGES, *wanted), lambda done, total: progress(Stage.DRAWING, done, total))
    content = page.html(report, drawn, lang=lang)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for (view, name), picture in drawn.items():
        if name in wanted:
            written.append(folder / f"{view}.{name}.svg")
            written[-1].write_bytes(picture.encode())
    written.append(folder / PAGE)
    written[-1].write_bytes(content.encode("utf-8", "replace"))
    return written
