"""The raster on which lines are routed, and what lies where on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

PITCH = 10
"""The step of the raster, in points: the least distance between lines."""

GAP, HEAVY_GAP = 5.0, 7.0  # points between a line and its text

Point = tuple[int, int]
"""Raster coordinates; y grows downward."""


def whole_steps(length: float) -> int:
    """Return the length in points, rounded up to whole steps of the raster."""
    return int(-(-length // PITCH)) * PITCH


class Rect(NamedTuple):
    """A rectangle in points; y grows downward."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Rect, apart: float = 0.0) -> bool:
        return (
            self.left < other.right + apart
            and other.left < self.right + apart
            and self.top < other.bottom + apart
            and other.top < self.bottom + apart
        )

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def points(rect: Rect) -> Iterator[Point]:
    """The points of the raster in a rectangle, its borders among them."""
    left, top = -int(-rect.left // PITCH), -int(-rect.top // PITCH)
    for x in range(left, int(rect.right // PITCH) + 1):
        for y in range(top, int(rect.bottom // PITCH) + 1):
            yield x, y


def between(a: Point, b: Point) -> Iterator[Point]:
    """The points strictly between two on one line."""
    dx, dy = (b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])
    x, y = a[0] + dx, a[1] + dy
    while (x, y) != b:
        yield x, y
        x, y = x + dx, y + dy


def grown(rect: Rect, by: float) -> Rect:
    """The rectangle with so much more on each side."""
    return Rect(rect.left - by, rect.top - by, rect.right + by, rect.bottom + by)


def segment(a: Point, b: Point) -> Rect:
    """A piece of a line as a rectangle."""
    return Rect(
        min(a[0], b[0]) * PITCH - 1, min(a[1], b[1]) * PITCH - 1, max(a[0], b[0]) * PITCH + 1, max(a[1], b[1]) * PITCH + 1
    )


def head(a: Point, b: Point, *, heavy: bool) -> Rect:
    """The head of an arrow that comes from *a* and ends at *b*, as a rectangle."""
    (ax, ay), (bx, by) = (a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)
    half = 5.0 if heavy else 3.5
    back_x, back_y = 10 * ((ax > bx) - (ax < bx)), 10 * ((ay > by) - (ay < by))
    return Rect(
        min(bx, bx + back_x) - (0 if back_x else half),
        min(by, by + back_y) - (0 if back_y else half),
        max(bx, bx + back_x) + (0 if back_x else half),
        max(by, by + back_y) + (0 if back_y else half),
    )


def borders(frame: Rect) -> tuple[Rect, ...]:
    """The four sides, each as a rectangle without width."""
    left, top, right, bottom = frame
    across = (Rect(left, top, right, top), Rect(left, bottom, right, bottom))
    return (*across, Rect(left, top, left, bottom), Rect(right, top, right, bottom))


def beside_line(
    ax: int, ay: int, bx: int, by: int, text: tuple[float, float], *, heavy: bool
) -> Iterator[tuple[float, Rect, str]]:
    """Places beside a piece of a line, each with what it costs beyond its distance from the source, in points."""
    width, height = text
    gap = HEAVY_GAP if heavy else GAP
    if ay == by:
        low, high = min(ax, bx), max(ax, bx)
        for step in range(0, max(int(high - low - width), 0) + 1, 3):
            left = low + step if bx > ax else high - width - step
            inset = max((high - low - width) / 2, 0.0)
            cost = abs(step - min(inset, 12)) * 0.3
            if high - low < width:
                left = (low + high - width) / 2
            yield cost, Rect(left, ay - gap - height, left + width, ay - gap), "c"
            yield cost + 3, Rect(left, ay + gap, left + width, ay + gap + height), "c"
        return
    low, high = min(ay, by), max(ay, by)
    for step in range(0, max(int(high - low - height), 0) + 1, 5):
        top = low + step if by > ay else high - height - step
        inset = max((high - low - height) / 2, 0.0)
        cost = 1 + abs(step - min(inset, 12)) * 0.3
        if high - low < height:
            top = (low + high - height) / 2
        yield cost, Rect(ax + gap, top, ax + gap + width, top + height), "l"
        yield cost + 3, Rect(ax - gap - width, top, ax - gap, top + height), "r"
