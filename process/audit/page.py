"""The page of a report: one file that needs no network, on which deviations are read, filtered and opened one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from process import diagram
from process.audit.page_data import MOST_CASES, page_data
from process.audit.report import Report
from process.diagram import View
from process.gallery.self_contained import assemble, asset, embedded

LANGUAGES: Final = ("zh", "en")
SCRIPTS: Final = ("words.js", "list.js", "case.js", "report.js")
"""In the order in which they depend on each other, after those that all pages share."""


def html(
    report: Report, pictures: Mapping[tuple[View, str], str], *, lang: str = "zh", most_cases: int = MOST_CASES
) -> str:
    """Return the page.

    Args:
        pictures: the views with traffic, as ``traffic_pictures`` returns them for LANGUAGES.
        lang: the language in which it opens.
        most_cases: how many cases it lists one by one.
    """
    paths = [embedded(diagram.svg("overview", name), name, lang=name, view="path") for name in LANGUAGES]
    traffic = [
        embedded(pictures[view, name], f"{name}-{view}", lang=name, view=view) for view in View for name in LANGUAGES
    ]
    package = "process.audit"
    return assemble(
        asset(package, "audit.html"),
        style=asset("process.gallery", "base.css") + asset(package, "audit.css"),
        script=asset("process.gallery", "dom.js") + "\n" + "\n".join(asset(package, name) for name in SCRIPTS),
        pictures=[*paths, *traffic],
        data=page_data(report, lang=lang, most_cases=most_cases),
    )
