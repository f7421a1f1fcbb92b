"""The views of the process with a report's traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from process import diagram
from process.audit.report import Report
from process.diagram import Traffic, View
from process.model import Event

TIME_LIMIT = 600.0
"""Seconds for the layout of one picture, which a busy machine may need."""


def traffic_of(report: Report) -> Traffic:
    """Return the report's traffic as pictures show it."""
    return Traffic(
        counts={(each.source, each.event, each.target): each.times for each in report.arrows},
        medians=report.median_waits,
        states=report.states,
        unrecorded=frozenset(Event) - {Event(name) for name in report.recorded},
    )


def traffic_pictures(
    report: Report, langs: Iterable[str], progress: Callable[[int, int], object] | None = None
) -> dict[tuple[View, str], str]:
    """Draw the five views with the report's traffic, as SVG by view and language.

    Args:
        langs: ``zh``, ``en``, or ``both`` for both languages in one picture.
        progress: called with the number of pictures that are drawn, and of all, as each is done.

    Raises:
        CannotDraw: the search for a layout took too long.
    """
    traffic = traffic_of(report)
    wanted = [(view, lang) for lang in dict.fromkeys(langs) for view in View]
    drawn: dict[tuple[View, str], str] = {}
    for view, lang in wanted:
        drawn[view, lang] = diagram.svg(view, lang, traffic=traffic, time_limit=TIME_LIMIT)
        if progress is not None:
            progress(len(drawn), len(wanted))
    return drawn
