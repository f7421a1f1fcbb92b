"""Lines between boxes on a raster: rectangular, apart from each other, clear of every box and every text.

Each line is the cheapest way that is left (A*): steps, bends and crossings cost. Its text is then put beside it where
nothing else is, and keeps later lines away. A line or a text that finds no room is put first and all is done again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import NamedTuple

from process.drawing.raster import PITCH, Point, Rect, beside_line, between, borders, points, run
from process.drawing.raster import corners as corners_of

BEND, CROSSING, ALONGSIDE, OFF_CENTRE = 5.0, 4.0, 1.0, 0.35  # in steps
TRIES, ENOUGH = 40, 6
"""How often all lines are laid anew at most, and how many ways without a gap are enough to take the best of."""
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
_TURNS = tuple((step, (step + 1) % 4, (step + 3) % 4) for step in range(4))


class Wanted(NamedTuple):
    """A line that is asked for. ``shapes`` are the sizes that its text can have, in points, the best first."""

    key: str
    source: str
    target: str
    shapes: tuple[tuple[float, float], ...]
    is_main: bool = False


class Line(NamedTuple):
    """A line that was laid: its corners in raster coordinates, and where its text stands."""

    corners: tuple[Point, ...]
    text: Rect | None
    justified: str
    """Which edge of the text is next to the line: ``l``, ``r`` or ``c``."""
    shape: int
    """Which of the text's shapes was taken."""


@dataclass
class Board:
    """What lies where.

    Attributes:
        size: width and height, in raster steps.
        boxes: by key, snapped to the raster; lines end at their borders.
        frames: borders that may be crossed, but along which no line runs and no text stands.
        ports: frames at whose borders lines may end; snapped to the raster.
        members: for each of them the boxes inside, whose lines alone may pass through it.
        taken: other places that belong to texts.
    """

    size: Point
    boxes: Mapping[str, Rect]
    ports: Mapping[str, Rect]
    frames: Sequence[Rect]
    taken: Sequence[Rect]
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _blocked: set[Point] = field(default_factory=set)
    _rims: dict[Point, int] = field(default_factory=dict)
    _beside: set[Point] = field(default_factory=set)
    _used: dict[Point, int] = field(default_factory=dict)  # 1: a line runs across, 2: one runs down, 4: a corner or an end
    _texts: list[Rect] = field(default_factory=list)
    _runs: list[Rect] = field(default_factory=list)
    cost: float = 0.0

    def __post_init__(self) -> None:
        for box in self.boxes.values():
            inside = set(points(box))
            self._blocked |= inside
            self._beside |= {(x + dx, y + dy) for x, y in inside for dx, dy in _STEPS}
        self._beside -= self._blocked
        for text in self.taken:
            self._take(text)
        for rect in self.ports.values():
            left, top, right, bottom = (round(edge / PITCH) for edge in rect)
            self._rims.update({(x, y): 1 for x in range(left, right + 1) for y in (top, bottom)})
            self._rims.update(
                {(x, y): 4 if y in (top, bottom) else 2 for x in (left, right) for y in range(top, bottom + 1)}
            )

    def _closed(self, wanted: Wanted) -> list[Rect]:
        """The frames that are none of this line's business."""
        ends = {wanted.source, wanted.target}
        return [rect for key, rect in self.ports.items() if not ends & self.members.get(key, frozenset())]

    def _take(self, text: Rect) -> None:
        self._texts.append(text)
        self._blocked.update(points(Rect(text.left - 3, text.top - 3, text.right + 3, text.bottom + 3)))

    # -------------------------------------------------------------------------------------------------------- lines

    def lay_anyhow(self, wanted: Wanted) -> Line:
        """Lay the line straight from middle to middle, with its text over whatever is there."""
        (ax, ay), (bx, by) = (self._middle(wanted.source), self._middle(wanted.target))
        corners = ((ax, ay), (bx, ay), (bx, by)) if ax != bx and ay != by else ((ax, ay), (bx, by or ay + 1))
        if not wanted.shapes:
            return Line(corners, None, "c", 0)
        (width, height), (x, y) = wanted.shapes[0], ((ax + bx) / 2 * PITCH, ay * PITCH)
        return Line(corners, Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2), "c", 0)

    def _middle(self, key: str) -> Point:
        left, top, right, bottom = self._edges(key)
        return (left + right) // 2, (top + bottom) // 2

    def lay(self, wanted: Wanted) -> Line | None:
        """Lay the line; None if there is no way or no room for its text."""
        corners = self._loop(wanted) if wanted.source == wanted.target else self._way(wanted)
        if corners is None:
            return None
        runs = [run(a, b) for a, b in itertools.pairwise(corners)]
        place = self._place(corners, wanted, runs) if wanted.shapes else None
        if wanted.shapes and place is None:
            return None
        self._runs.extend(runs)
        for a, b in itertools.pairwise(corners):
            for point in between(a, b):
                self._used[point] = self._used.get(point, 0) | (1 if a[1] == b[1] else 2)
        for point in corners:
            self._used[point] = 4
        if place is None:
            return Line(corners, None, "c", 0)
        self._take(place[0])
        return Line(corners, *place)

    def _loop(self, wanted: Wanted) -> tuple[Point, ...] | None:
        left, top, right, bottom = (round(edge / PITCH) for edge in self.boxes[wanted.source])
        ways = []
        for y in range(top + 1, bottom - 1):
            ways += [((right, y), (right + 2, y), (right + 2, y + 1), (right, y + 1))]
            ways += [((left, y), (left - 2, y), (left - 2, y + 1), (left, y + 1))]
        for x in range(right - 2, left, -1):
            ways += [((x, bottom), (x, bottom + 2), (x + 1, bottom + 2), (x + 1, bottom))]
            ways += [((x, top), (x, top - 2), (x + 1, top - 2), (x + 1, top))]
        for way in ways:
            touched = {p for a, b in itertools.pairwise(way) for p in between(a, b)} | set(way)
            outer = touched - {way[0], way[-1]}
            if any(self._used.get(p) for p in touched) or outer & self._blocked:
                continue
            runs = [run(a, b) for a, b in itertools.pairwise(way)]
            if not wanted.shapes or self._place(way, wanted, runs):
                return way
        return None

    def _way(self, wanted: Wanted) -> tuple[Point, ...] | None:
        goals = dict(self._ends(wanted.target, inward=True))
        ends = {point for point, _ in goals}
        left, top, right, bottom = self._edges(wanted.target)
        best: dict[tuple[Point, int], float] = {}
        came: dict[tuple[Point, int], tuple[Point, int] | None] = {}
        queue: list[tuple[float, float, tuple[Point, int]]] = []
        for key, cost in self._ends(wanted.source, inward=False):
            best[key], came[key] = cost, None
            heappush(queue, (cost, cost, key))
        width, height = self.size
        turn = BEND * (3 if wanted.is_main else 1)
        used_at, rim_at, beside = self._used.get, self._rims.get, self._beside
        blocked = self._blocked.union(*(points(rect) for rect in self._closed(wanted)))
        while queue:
            _, so_far, key = heappop(queue)
            if so_far > best[key]:
                continue
            point, step = key
            if key in goals and came[key] is not None:
                self.cost += so_far
                return corners_of(key, came)
            used = used_at(point, 0) or (rim_at(point, 0) if came[key] is not None else 0)
            for onward in (step,) if used or came[key] is None else _TURNS[step]:
                dx, dy = _STEPS[onward]
                cost = so_far + 1
                if onward != step:
                    cost += turn
                elif used:
                    if used & (5 if dx else 6):
                        continue
                    cost += CROSSING
                there = (point[0] + dx, point[1] + dy)
                if there in ends:
                    into = (there, onward)
                    if into not in goals:
                        continue
                    cost += goals[into] + (BEND if onward != step else 0)
                elif there in blocked or not (0 < there[0] < width and 0 < there[1] < height):
                    continue
                elif there in beside:
                    cost += ALONGSIDE
                onto = (there, onward)
                if cost < best.get(onto, 1e9):
                    best[onto], came[onto] = cost, key
                    x, y = there
                    rest = (left - x if x < left else x - right if x > right else 0) + (
                        top - y if y < top else y - bottom if y > bottom else 0
                    )
                    heappush(queue, (cost + rest, cost, onto))
        return None

    def _edges(self, key: str) -> tuple[int, int, int, int]:
        left, top, right, bottom = self.ports.get(key) or self.boxes[key]
        return round(left / PITCH), round(top / PITCH), round(right / PITCH), round(bottom / PITCH)

    def _ends(self, key: str, *, inward: bool) -> Iterator[tuple[tuple[Point, int], float]]:
        """Where a line may begin or end on the border, heading which way, and what that costs."""
        left, top, right, bottom = self._edges(key)
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        tall, wide = bottom - top > 6, right - left > 24
        for y in range(top + 1, bottom):
            cost = 0.0 if tall else OFF_CENTRE * abs(y - middle_y)
            for x, step in ((right, 0), (left, 2)):
                if not self._used.get((x, y)):
                    yield ((x, y), (step + 2) % 4 if inward else step), cost
        for x in range(left + 1, right):
            cost = 0.0 if wide else OFF_CENTRE * abs(x - middle_x)
            for y, step in ((bottom, 1), (top, 3)):
                if not self._used.get((x, y)):
                    yield ((x, y), (step + 2) % 4 if inward else step), cost

    # -------------------------------------------------------------------------------------------------------- texts

    def _place(self, corners: Sequence[Point], wanted: Wanted, runs: list[Rect]) -> tuple[Rect, str, int] | None:
        found: list[tuple[float, Rect, str, int]] = []
        along = 0.0
        for a, b in itertools.pairwise(corners):
            (ax, ay), (bx, by) = (a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)
            length = abs(bx - ax) + abs(by - ay)
            for shape, text in enumerate(wanted.shapes):
                for where, rect, justified in beside_line(ax, ay, bx, by, text):
                    penalty = 0.0 if length >= (text[0] if ay == by else text[1]) else 30.0
                    found.append((along * 0.3 + where + penalty + shape * 12, rect, justified, shape))
            along += length
        closed = self._closed(wanted)
        for _, rect, justified, shape in sorted(found, key=lambda candidate: candidate[0]):
            if self._is_free(rect, runs) and not any(rect.overlaps(frame, 2) for frame in closed):
                return rect, justified, shape
        return None

    def _is_free(self, rect: Rect, runs: list[Rect]) -> bool:
        if (
            rect.left < 12
            or rect.top < 6
            or rect.right > self.size[0] * PITCH - 12
            or rect.bottom > self.size[1] * PITCH - 6
        ):
            return False
        if any(rect.overlaps(box, 3) for box in self.boxes.values()) or any(
            rect.overlaps(other, 3) for other in self._texts
        ):
            return False
        if any(rect.overlaps(run, 2) for run in self._runs) or any(rect.overlaps(run, 2) for run in runs):
            return False
        return not any(rect.overlaps(border, 1.5) for frame in self.frames for border in borders(frame))


def lay_all(board: Board, wanted: Sequence[Wanted], *, anyhow: bool = False) -> dict[str, Line]:
    """Lay every line; those that find no room are put first and all is done again.

    Args:
        anyhow: what finds no room in the end is laid all the same, straight and over whatever is there.

    Raises:
        NoRoom: after all tries some still have none.
    """
    order = sorted(wanted, key=lambda one: not one.is_main)
    urgency = dict.fromkeys((one.key for one in order), 0)
    found: list[tuple[float, dict[str, Line]]] = []
    for _ in range(TRIES):
        fresh = _fresh(board)
        laid: dict[str, Line] = {}
        for one in order:
            line = fresh.lay(one)
            if line is None:
                urgency[one.key] += 1
            else:
                laid[one.key] = line
        if len(laid) == len(order):
            found.append((fresh.cost, laid))
            if len(found) == ENOUGH:
                break
            for key in sorted(laid, key=lambda key: -_detour(laid[key]))[:2]:
                urgency[key] += 1
        order.sort(key=lambda one: (not one.is_main, -urgency[one.key]))
    if found:
        return min(found, key=lambda each: each[0])[1]
    if not anyhow:
        raise NoRoom(tuple(one.key for one in order if one.key not in laid))
    return laid | {one.key: fresh.lay_anyhow(one) for one in order if one.key not in laid}


def _fresh(board: Board) -> Board:
    return replace(board, _blocked=set(), _rims={}, _beside=set(), _used={}, _texts=[], _runs=[], cost=0.0)


def _detour(line: Line) -> int:
    """How much longer the line is than it would be with nothing in its way."""
    (ax, ay), (bx, by) = line.corners[0], line.corners[-1]
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(line.corners, line.corners[1:], strict=False))
    return length - abs(ax - bx) - abs(ay - by)


class NoRoom(Exception):
    """Lines or texts that fit nowhere; ``keys`` names them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(keys)
        self.keys = keys
