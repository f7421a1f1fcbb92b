"""Finds the place of an arrow's text: beside its line, clear of boxes, borders and the lines and texts of others."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from process.diagram.layout.geometry import PITCH, Point, Rect, beside_line, grown
from process.diagram.layout.route_records import EdgeRequest, Route

TOUCH, NEAR = 90.0, 25.0
"""The cost at first, in points, of a text on something of another arrow, or too near to it."""


class TextPlace(NamedTuple):
    """A place of a text.

    Attributes:
        cost: among the others, in points.
        own_cost: the same if nothing of another were in the way.
        shape: the index of the text's shape in the request.
    """

    cost: float
    own_cost: float
    at: Rect
    justified: str
    shape: int


def place_text(
    line: Route,
    wanted: EdgeRequest,
    others: Sequence[Route],
    shut: Iterable[Rect],
    size: Point,
    *,
    clear: float,
    stress: float,
) -> TextPlace | None:
    """Find the cheapest place; None if there is none.

    Args:
        shut: where no text may stand.
        size: of the page, in raster steps.
        clear: how far a text stays from the lines of others, in points.
        stress: how much it costs to be in the way of another.
    """
    closed = [*shut, *(grown(piece, 2) for piece in line.runs)]
    dear = [(grown(other.text, 3), TOUCH) for other in others if other.text]
    for other in others:
        for piece in other.runs:
            dear += [(grown(piece, 2), TOUCH), (grown(piece, clear - 1), NEAR)]
    right, bottom = size[0] * PITCH - 12, size[1] * PITCH - 6
    best: TextPlace | None = None
    for cost, rect, justified, shape in _ranked_places(line, wanted):
        if best is not None and cost >= best.cost:
            break
        x, y, far, deep = rect
        if x < 12 or y < 6 or far > right or deep > bottom:
            continue
        if any(x < r and left < far and y < low and top < deep for left, top, r, low in closed):
            continue
        whole = cost + stress * sum(
            price for (left, top, r, low), price in dear if x < r and left < far and y < low and top < deep
        )
        if best is None or whole < best.cost:
            best = TextPlace(whole, cost, rect, justified, shape)
    return best


def _ranked_places(line: Route, wanted: EdgeRequest) -> list[tuple[float, Rect, str, int]]:
    """The places beside the line, with the cost of each by itself, its edge at the line, and the text's shape there."""
    found: list[tuple[float, Rect, str, int]] = []
    along = 0.0
    for a, b in itertools.pairwise(line.corners):
        (ax, ay), (bx, by) = (a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)
        length = abs(bx - ax) + abs(by - ay)
        for shape, text in enumerate(wanted.shapes):
            heavy = wanted.is_main and wanted.source != wanted.target
            for where, rect, justified in beside_line(ax, ay, bx, by, text, heavy=heavy):
                penalty = 0.0 if length >= (text[0] if ay == by else text[1]) else 30.0
                found.append((along * 0.3 + where + penalty + shape * 8, rect, justified, shape))
        along += length
    return sorted(found, key=lambda place: place[0])
