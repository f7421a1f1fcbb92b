"""Routes one arrow among those that have a route: where its line may begin and end, and the best line with its text.

A line keeps clear of every box. Other lines and texts may be in its way, which costs.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from process.diagram.layout.geometry import PITCH, Point, Rect, between, borders, grown
from process.diagram.layout.line_search import BEND, CROSSING, OFF_CENTRE, End, Raster
from process.diagram.layout.route_records import EdgeRequest, Route
from process.diagram.layout.text_place import NEAR, TOUCH, place_text

CLEAR = 10.5
"""The distance that a text should keep from the lines of others, in points: twice that from its own."""

POOR = 40.0
"""The cost of a text's place from which on another route is looked for."""

CORNER = 14.0  # points from the corner of a frame within which no line goes through its border
LONG = 5  # so many ends on a third of a side at least, to look at each third by itself
SIDES = "RBLT"
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass
class RoutingGrid:
    """The boxes, borders and texts among which arrows are routed.

    Attributes:
        size: width and height, in raster steps.
        boxes: by key, snapped to the raster; lines end at their borders.
        frames: borders that may be crossed, but along which no line runs and no text stands.
        ports: frames at whose borders lines may end; snapped to the raster.
        members: for each of them the boxes inside, whose lines alone may pass through it.
        taken: other places that belong to texts.
        clear: how far a text stays from the lines of others, in points.
        until: when routing is given up, on the clock of ``time.monotonic``.
    """

    size: Point
    boxes: Mapping[str, Rect]
    ports: Mapping[str, Rect]
    frames: Sequence[Rect]
    taken: Sequence[Rect]
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clear: float = CLEAR
    until: float = math.inf

    def __post_init__(self) -> None:
        ports = set(self.ports.values())
        self._empty = Raster(self.size, self.boxes.values(), [rect for rect in self.frames if rect not in ports], CORNER)
        for text in self.taken:
            self._empty.block(grown(text, 3))
        for rect in self.ports.values():
            left, top, right, bottom = (round(edge / PITCH) for edge in rect)
            for x in range(left, right + 1):
                for y in (top, bottom):
                    self._empty.mark((x, y), None if x in (left, right) else 0)
            for y in range(top + 1, bottom):
                for x in (left, right):
                    self._empty.mark((x, y), 1)
        self._shut = [grown(rect, 3) for rect in (*self.boxes.values(), *self.taken)]
        self._shut += [grown(border, 1.5) for frame in self.frames for border in borders(frame)]

    def route_straight(self, wanted: EdgeRequest) -> Route:
        """Route the arrow straight from middle to middle, with its text over whatever is there."""
        (ax, ay), (bx, by) = (self._middle(wanted.source), self._middle(wanted.target))
        corners = ((ax, ay), (bx, ay), (bx, by)) if ax != bx and ay != by else ((ax, ay), (bx, by or ay + 1))
        if not wanted.shapes:
            return Route(corners, None, "c", 0)
        (width, height), (x, y) = wanted.shapes[0], ((ax + bx) / 2 * PITCH, ay * PITCH)
        return Route(corners, Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2), "c", 0)

    def _middle(self, key: str) -> Point:
        left, top, right, bottom = self._edges(key)
        return (left + right) // 2, (top + bottom) // 2

    # -------------------------------------------------------------------------------------------------------- lines

    def route(self, wanted: EdgeRequest, routed: Mapping[str, Route], stress: float = 1.0) -> Route | None:
        """Find the best route given those of the others; None if there is none, or no room for its text.

        Args:
            stress: how much it costs to be in the way of another.

        Raises:
            TimeoutError: it is later than ``until``.
        """
        if time.monotonic() > self.until:
            raise TimeoutError
        others = [line for key, line in routed.items() if key != wanted.key]
        raster = self._raster(wanted, others, stress)
        found: list[Route] = []
        for cost, corners in self._candidates(wanted, raster):
            own_cost = self._empty.cost(corners, BEND)
            line = Route(corners, None, "c", 0, wanted.is_main, cost, own_cost)
            if not wanted.shapes:
                return line
            shut = (*self._shut, *(grown(frame, 2) for frame in self._closed(wanted)))
            place = place_text(line, wanted, others, shut, self.size, clear=self.clear, stress=stress)
            if place is not None:
                whole, alone = cost + place.cost / PITCH, own_cost + place.own_cost / PITCH
                found.append(Route(corners, place.at, place.justified, place.shape, wanted.is_main, whole, alone))
                if place.cost < POOR or (len(found) > 5 and wanted.source != wanted.target):
                    break
        return min(found, key=lambda line: line.cost) if found else None

    def conflicts(self, routed: Mapping[str, Route]) -> list[tuple[str, str, bool]]:
        """The pairs of which one crosses the other or has its text too near to it, and True if it even touches."""
        found: dict[tuple[str, str], bool] = {}
        runs = {key: line.runs for key, line in routed.items()}
        across: dict[Point, str] = {}
        for key, line in routed.items():
            for begin, end in itertools.pairwise(line.corners):
                for point in between(begin, end):
                    other = across.setdefault(point, key)
                    if other != key:
                        found.setdefault((other, key), False)
        for (a, ours), (b, theirs) in itertools.permutations(routed.items(), 2):
            if not ours.text:
                continue
            if (theirs.text and ours.text.overlaps(theirs.text, 3)) or any(ours.text.overlaps(one, 2) for one in runs[b]):
                found[a, b] = True
            elif any(ours.text.overlaps(one, self.clear - 1) for one in runs[b]):
                found.setdefault((a, b), False)
        return [(a, b, touches) for (a, b), touches in found.items()]

    def total_cost(self, routed: Mapping[str, Route]) -> float:
        """The cost of all routes together."""
        heavy = {key for key, line in routed.items() if line.is_main}
        whole = sum(line.own_cost for line in routed.values())
        for a, b, touches in self.conflicts(routed):
            whole += 10 * CROSSING if touches else CROSSING * (2 if heavy & {a, b} else 1)
        return whole

    def _raster(self, wanted: EdgeRequest, others: Sequence[Route], stress: float) -> Raster:
        raster = self._empty.copy()
        for line in others:
            for a, b in itertools.pairwise(line.corners):
                for point in between(a, b):
                    raster.mark(point, 0 if a[1] == b[1] else 1, is_main=line.is_main)
            for point in line.corners:
                raster.mark(point, None)
            if line.text and not wanted.is_main:  # which stays straight: texts make room for it
                raster.shun(grown(line.text, 3), TOUCH / PITCH * stress)
                raster.shun(grown(line.text, self.clear - 0.5), NEAR / PITCH * stress)
        for rect in self._closed(wanted):
            raster.block(rect)
        return raster

    def _candidates(self, wanted: EdgeRequest, raster: Raster) -> Iterator[tuple[float, tuple[Point, ...]]]:
        if wanted.source == wanted.target:
            yield from self._loops(wanted, raster)
            return
        turn = BEND * (3 if wanted.is_main else 1)
        goals = [
            end
            for end in self._ends(wanted, wanted.target, raster, inward=True)
            if not wanted.enters or SIDES[(end.step + 2) % 4] in wanted.enters
        ]
        starts = [
            end
            for end in self._ends(wanted, wanted.source, raster, inward=False)
            if not wanted.leaves or SIDES[end.step] in wanted.leaves
        ]
        seen = set()
        first = raster.cheapest(starts, goals, turn)
        if first is None:
            return
        yield first
        seen.add(first[1])
        begin, end = first[1][0], first[1][-1]
        choices = [
            ([each for each in starts if each.point != begin], goals),
            (starts, [each for each in goals if each.point != end]),
        ]
        choices += [(part, goals) for part in _ends_by_side(starts)]
        for some, others in choices:
            found = raster.cheapest(some, others, turn)
            if found is not None and found[1] not in seen:
                seen.add(found[1])
                yield found

    def _loops(self, wanted: EdgeRequest, raster: Raster) -> Iterator[tuple[float, tuple[Point, ...]]]:
        left, top, right, bottom = self._edges(wanted.source)
        loops = []
        for y in range(top + 1, bottom - 1):
            loops += [((right, y), (right + 2, y), (right + 2, y + 1), (right, y + 1))]
            loops += [((left, y), (left - 2, y), (left - 2, y + 1), (left, y + 1))]
        for x in range(right - 2, left, -1):
            loops += [((x, bottom), (x, bottom + 2), (x + 1, bottom + 2), (x + 1, bottom))]
            loops += [((x, top), (x, top - 2), (x + 1, top - 2), (x + 1, top))]
        for number, loop in enumerate(loops):
            a, b = loop[:2]
            if (
                wanted.leaves
                and SIDES[_STEPS.index(((b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])))] not in wanted.leaves
            ):
                continue
            touched = {p for a, b in itertools.pairwise(loop) for p in between(a, b)} | set(loop)
            outer = touched - {loop[0], loop[-1]}
            if not any(raster.is_used(p) for p in touched) and all(raster.is_clear(p) for p in outer):
                yield 8 + number * 0.1, loop

    def _closed(self, wanted: EdgeRequest) -> list[Rect]:
        """The frames through which this arrow may not pass."""
        ends = {wanted.source, wanted.target}
        return [rect for key, rect in self.ports.items() if not ends & self.members.get(key, frozenset())]

    def _edges(self, key: str) -> tuple[int, int, int, int]:
        left, top, right, bottom = self.ports.get(key) or self.boxes[key]
        return round(left / PITCH), round(top / PITCH), round(right / PITCH), round(bottom / PITCH)

    def _ends(self, wanted: EdgeRequest, key: str, raster: Raster, *, inward: bool) -> Iterator[End]:
        """The points of the border at which a line may begin or end."""
        left, top, right, bottom = self._edges(key)
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        tall, wide = bottom - top > 6, right - left > 24
        off_centre = 1e6 if wanted.is_main and wanted.leaves else OFF_CENTRE
        is_port = key in self.ports
        inset = 2 if is_port else 1
        for y in range(top + inset, bottom - inset + 1):
            cost = 0.0 if tall else off_centre * abs(y - middle_y)
            for x, step in ((right, 0), (left, 2)):
                if is_port or not raster.is_used((x, y)):
                    yield End((x, y), (step + 2) % 4 if inward else step, cost)
        for x in range(left + inset, right - inset + 1):
            cost = 0.0 if wide else off_centre * abs(x - middle_x)
            for y, step in ((bottom, 1), (top, 3)):
                if is_port or not raster.is_used((x, y)):
                    yield End((x, y), (step + 2) % 4 if inward else step, cost)


def _ends_by_side(ends: Sequence[End]) -> Iterator[list[End]]:
    """The ends on each side; those on a long side in three parts."""
    sides: dict[int, list[End]] = {}
    for end in ends:
        sides.setdefault(end.step, []).append(end)
    for side in sides.values():
        size = -(-len(side) // 3) if len(side) > 2 * LONG else len(side)
        yield from (side[place : place + size] for place in range(0, len(side), size))
