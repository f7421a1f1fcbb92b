"""Rectangular lines as smooth ones: Bézier points with round corners, and points between two others."""

from __future__ import annotations

from collections.abc import Sequence

PagePoint = tuple[float, float]

_ROUND = 6.0  # the radius of a corner, in points
_GAP = 6.5  # points between the end of a line and the tip of its head


def curve(corners: Sequence[PagePoint]) -> list[PagePoint]:
    """A rectangular line as Bézier points, with round corners and room for its head."""
    bends = [*corners[:-1], _towards(corners[-1], corners[-2], _GAP)]
    points = [bends[0]]
    for before, corner, after in zip(bends, bends[1:], bends[2:], strict=False):
        radius = min(_ROUND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        points += [point_between(points[-1], begin, 1 / 3), point_between(points[-1], begin, 2 / 3), begin]
        points += [point_between(begin, corner, 0.55), point_between(end, corner, 0.55), end]
    return [*points, point_between(points[-1], bends[-1], 1 / 3), point_between(points[-1], bends[-1], 2 / 3), bends[-1]]


def _distance(a: PagePoint, b: PagePoint) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: PagePoint, b: PagePoint, far: float) -> PagePoint:
    whole = _distance(a, b)
    return point_between(a, b, far / whole) if whole else a


def point_between(a: PagePoint, b: PagePoint, share: float) -> PagePoint:
    """The point so much of the way from one to the other."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
