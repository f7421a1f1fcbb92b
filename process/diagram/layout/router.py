"""Lines between boxes on a raster: rectangular, apart from each other, clear of every box and every text.

Each line is the cheapest way that is left, and has its text beside it. Lines and texts may be in each other's way at first,
which costs; then each is laid again in sight of all the others, and being in the way costs more from round to round, until
nothing is.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from process.diagram.layout.raster import PITCH, Point, Rect, beside_line, between, borders, head, run
from process.diagram.layout.route import BEND, CROSSING, OFF_CENTRE, End, Raster

ROUNDS, MOVES, STRESS = 8, 60, 4.0
"""How often all lines are laid anew at most, how often two of them, and how dear it is then to be in the way."""

CLEAR = 10.5
"""How far a text should stay from the lines of others, in points: twice as far as from its own."""

TOUCH, NEAR = 90.0, 25.0
"""What it costs at first, in points, that a text lies on something of another arrow, or is too near to it."""

POOR = 40.0
"""What the place of a text costs from which on another way for its line is looked for."""

CORNER = 14.0  # points from the corner of a frame within which no line goes through its border
LONG = 5  # so many ends on a third of a side at least, to look at each third by itself
SIDES = "RBLT"
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


class EdgeRequest(NamedTuple):
    """A line that is asked for. ``shapes`` are the sizes that its text can have, in points, the best first."""

    key: str
    source: str
    target: str
    shapes: tuple[tuple[float, float], ...]
    is_main: bool = False
    leaves: str = ""
    """The sides by which the line may leave: some of ``R``, ``B``, ``L`` and ``T``; any, where there are none."""
    enters: str = ""
    """The sides by which it may reach its target, likewise."""


class Line(NamedTuple):
    """A line that was laid: its corners in raster coordinates, and where its text stands."""

    corners: tuple[Point, ...]
    text: Rect | None
    justified: str
    """Which edge of the text is next to the line: ``l``, ``r`` or ``c``."""
    shape: int
    """Which of the text's shapes was taken."""
    cost: float = 0.0
    is_main: bool = False
    own: float = 0.0
    """What it would cost if nobody were in its way."""

    @property
    def runs(self) -> list[Rect]:
        return [*(run(a, b) for a, b in itertools.pairwise(self.corners)), head(*self.corners[-2:], heavy=self.is_main)]


@dataclass
class RoutingGrid:
    """What lies where.

    Attributes:
        size: width and height, in raster steps.
        boxes: by key, snapped to the raster; lines end at their borders.
        frames: borders that may be crossed, but along which no line runs and no text stands.
        ports: frames at whose borders lines may end; snapped to the raster.
        members: for each of them the boxes inside, whose lines alone may pass through it.
        taken: other places that belong to texts.
        clear: how far a text stays from the lines of others, in points.
        until: when laying lines is given up, on the clock of ``time.monotonic``.
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
            self._empty.block(_grown(text, 3))
        for rect in self.ports.values():
            left, top, right, bottom = (round(edge / PITCH) for edge in rect)
            for x in range(left, right + 1):
                for y in (top, bottom):
                    self._empty.mark((x, y), None if x in (left, right) else 0)
            for y in range(top + 1, bottom):
                for x in (left, right):
                    self._empty.mark((x, y), 1)
        self._shut = [_grown(rect, 3) for rect in (*self.boxes.values(), *self.taken)]
        self._shut += [_grown(border, 1.5) for frame in self.frames for border in borders(frame)]

    def lay_anyhow(self, wanted: EdgeRequest) -> Line:
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

    # -------------------------------------------------------------------------------------------------------- lines

    def lay(self, wanted: EdgeRequest, laid: Mapping[str, Line], stress: float = 1.0) -> Line | None:
        """The best line beside those that are laid; None if there is no way or no room for its text.

        Args:
            stress: how dear it is to be in the way of another.

        Raises:
            TimeoutError: it is later than ``until``.
        """
        if time.monotonic() > self.until:
            raise TimeoutError
        others = [line for key, line in laid.items() if key != wanted.key]
        raster = self._raster(wanted, others, stress)
        found: list[Line] = []
        for cost, corners in self._ways(wanted, raster):
            own = self._empty.cost(corners, BEND)
            line = Line(corners, None, "c", 0, cost, wanted.is_main, own)
            if not wanted.shapes:
                return line
            place = self._place(line, wanted, others, stress)
            if place is not None:
                extra, alone, rect, justified, shape = place
                found.append(
                    Line(corners, rect, justified, shape, cost + extra / PITCH, wanted.is_main, own + alone / PITCH)
                )
                if extra < POOR or (len(found) > 5 and wanted.source != wanted.target):
                    break
        return min(found, key=lambda line: line.cost) if found else None

    def clashes(self, laid: Mapping[str, Line]) -> list[tuple[str, str, bool]]:
        """The pairs of which one crosses the other or has its text too near to it, and whether it even touches."""
        found: dict[tuple[str, str], bool] = {}
        runs = {key: line.runs for key, line in laid.items()}
        across: dict[Point, str] = {}
        for key, line in laid.items():
            for begin, end in itertools.pairwise(line.corners):
                for point in between(begin, end):
                    other = across.setdefault(point, key)
                    if other != key:
                        found.setdefault((other, key), False)
        for (a, ours), (b, theirs) in itertools.permutations(laid.items(), 2):
            if not ours.text:
                continue
            if (theirs.text and ours.text.overlaps(theirs.text, 3)) or any(ours.text.overlaps(one, 2) for one in runs[b]):
                found[a, b] = True
            elif any(ours.text.overlaps(one, self.clear - 1) for one in runs[b]):
                found.setdefault((a, b), False)
        return [(a, b, touches) for (a, b), touches in found.items()]

    def worth(self, laid: Mapping[str, Line]) -> float:
        """What all lines cost together: the less, the better."""
        heavy = {key for key, line in laid.items() if line.is_main}
        whole = sum(line.own for line in laid.values())
        for a, b, touches in self.clashes(laid):
            whole += 10 * CROSSING if touches else CROSSING * (2 if heavy & {a, b} else 1)
        return whole

    def _raster(self, wanted: EdgeRequest, others: Sequence[Line], stress: float) -> Raster:
        raster = self._empty.copy()
        for line in others:
            for a, b in itertools.pairwise(line.corners):
                for point in between(a, b):
                    raster.mark(point, 0 if a[1] == b[1] else 1, is_main=line.is_main)
            for point in line.corners:
                raster.mark(point, None)
            if line.text and not wanted.is_main:  # which stays straight: texts make room for it
                raster.shun(_grown(line.text, 3), TOUCH / PITCH * stress)
                raster.shun(_grown(line.text, self.clear - 0.5), NEAR / PITCH * stress)
        for rect in self._closed(wanted):
            raster.block(rect)
        return raster

    def _ways(self, wanted: EdgeRequest, raster: Raster) -> Iterator[tuple[float, tuple[Point, ...]]]:
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
        first = raster.way(starts, goals, turn)
        if first is None:
            return
        yield first
        seen.add(first[1])
        begin, end = first[1][0], first[1][-1]
        choices = [
            ([each for each in starts if each.point != begin], goals),
            (starts, [each for each in goals if each.point != end]),
        ]
        choices += [(part, goals) for part in _parts(starts)]
        for some, others in choices:
            way = raster.way(some, others, turn)
            if way is not None and way[1] not in seen:
                seen.add(way[1])
                yield way

    def _loops(self, wanted: EdgeRequest, raster: Raster) -> Iterator[tuple[float, tuple[Point, ...]]]:
        left, top, right, bottom = self._edges(wanted.source)
        ways = []
        for y in range(top + 1, bottom - 1):
            ways += [((right, y), (right + 2, y), (right + 2, y + 1), (right, y + 1))]
            ways += [((left, y), (left - 2, y), (left - 2, y + 1), (left, y + 1))]
        for x in range(right - 2, left, -1):
            ways += [((x, bottom), (x, bottom + 2), (x + 1, bottom + 2), (x + 1, bottom))]
            ways += [((x, top), (x, top - 2), (x + 1, top - 2), (x + 1, top))]
        for number, way in enumerate(ways):
            a, b = way[:2]
            if (
                wanted.leaves
                and SIDES[_STEPS.index(((b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])))] not in wanted.leaves
            ):
                continue
            touched = {p for a, b in itertools.pairwise(way) for p in between(a, b)} | set(way)
            outer = touched - {way[0], way[-1]}
            if not any(raster.is_used(p) for p in touched) and all(raster.is_clear(p) for p in outer):
                yield 8 + number * 0.1, way

    def _closed(self, wanted: EdgeRequest) -> list[Rect]:
        """The frames that are none of this line's business."""
        ends = {wanted.source, wanted.target}
        return [rect for key, rect in self.ports.items() if not ends & self.members.get(key, frozenset())]

    def _edges(self, key: str) -> tuple[int, int, int, int]:
        left, top, right, bottom = self.ports.get(key) or self.boxes[key]
        return round(left / PITCH), round(top / PITCH), round(right / PITCH), round(bottom / PITCH)

    def _ends(self, wanted: EdgeRequest, key: str, raster: Raster, *, inward: bool) -> Iterator[End]:
        """Where a line may begin or end on the border."""
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

    # -------------------------------------------------------------------------------------------------------- texts

    def _place(
        self, line: Line, wanted: EdgeRequest, others: Sequence[Line], stress: float
    ) -> tuple[float, float, Rect, str, int] | None:
        found: list[tuple[float, Rect, str, int]] = []
        along = 0.0
        for a, b in itertools.pairwise(line.corners):
            (ax, ay), (bx, by) = (a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)
            length = abs(bx - ax) + abs(by - ay)
            for shape, text in enumerate(wanted.shapes):
                for where, rect, justified in beside_line(
                    ax, ay, bx, by, text, heavy=wanted.is_main and wanted.source != wanted.target
                ):
                    penalty = 0.0 if length >= (text[0] if ay == by else text[1]) else 30.0
                    found.append((along * 0.3 + where + penalty + shape * 8, rect, justified, shape))
            along += length
        found.sort(key=lambda candidate: candidate[0])
        shut = [
            *self._shut,
            *(_grown(piece, 2) for piece in line.runs),
            *(_grown(frame, 2) for frame in self._closed(wanted)),
        ]
        dear = [(_grown(other.text, 3), TOUCH) for other in others if other.text]
        for other in others:
            for piece in other.runs:
                dear += [(_grown(piece, 2), TOUCH), (_grown(piece, self.clear - 1), NEAR)]
        right, bottom = self.size[0] * PITCH - 12, self.size[1] * PITCH - 6
        best: tuple[float, float, Rect, str, int] | None = None
        for cost, rect, justified, shape in found:
            if best is not None and cost >= best[0]:
                break
            x, y, far, deep = rect
            if x < 12 or y < 6 or far > right or deep > bottom:
                continue
            if any(x < r and left < far and y < low and top < deep for left, top, r, low in shut):
                continue
            whole = cost + stress * sum(
                price for (left, top, r, low), price in dear if x < r and left < far and y < low and top < deep
            )
            if best is None or whole < best[0]:
                best = (whole, cost, rect, justified, shape)
        return best


def _parts(ends: Sequence[End]) -> Iterator[list[End]]:
    """The ends on each side; those on a long side in three parts."""
    sides: dict[int, list[End]] = {}
    for end in ends:
        sides.setdefault(end.step, []).append(end)
    for side in sides.values():
        size = -(-len(side) // 3) if len(side) > 2 * LONG else len(side)
        yield from (side[place : place + size] for place in range(0, len(side), size))


def _grown(rect: Rect, by: float) -> Rect:
    return Rect(rect.left - by, rect.top - by, rect.right + by, rect.bottom + by)


def lay_all(board: RoutingGrid, wanted: Sequence[EdgeRequest], *, anyhow: bool = False) -> dict[str, Line]:
    """Lay every line: all of them until none moves any more, then those again by twos that are in each other's way.

    Args:
        anyhow: what finds no room in the end is laid all the same, straight and over whatever is there.

    Raises:
        NoRoom: in the end some still have none.
        TimeoutError: it took longer than the board allows.
    """
    order = {one.key: one for one in sorted(wanted, key=lambda one: not one.is_main)}
    laid: dict[str, Line] = {}
    for number in range(ROUNDS):
        before = dict(laid)
        for one in order.values():
            line = board.lay(one, laid, 1 + number / 2)
            if line is not None:
                laid[one.key] = line
        if before == laid:
            break
    laid = _untangled(board, order, laid)
    missing = [key for key in order if key not in laid]
    if not anyhow and (missing or any(touches for *_, touches in board.clashes(laid))):
        raise NoRoom((*missing, *(key for *keys, touches in board.clashes(laid) if touches for key in keys)))
    return laid | {key: board.lay_anyhow(order[key]) for key in missing}


def _untangled(board: RoutingGrid, order: Mapping[str, EdgeRequest], laid: dict[str, Line]) -> dict[str, Line]:
    """The lines, of which those that clash were laid again, one before the other, wherever that made things better."""
    worth = board.worth(laid)
    tried: set[tuple[str, ...]] = set()
    for _ in range(MOVES):
        pairs = [(a, b) for a, b, _ in board.clashes(laid)]
        alone = [(key,) for key in order if key not in laid]
        move = next((keys for pair in (*alone, *pairs) for keys in (pair, pair[::-1]) if keys not in tried), None)
        if move is None:
            break
        tried.add(move)
        fresh = {key: line for key, line in laid.items() if key not in move}
        for key in move:
            line = board.lay(order[key], fresh, STRESS)
            if line is not None:
                fresh[key] = line
        if len(fresh) >= len(laid):
            for key in (*move, *(other for pair in board.clashes(fresh) for other in pair[:2])):
                line = board.lay(order[key], fresh, STRESS)
                if line is not None:
                    fresh[key] = line
            now = board.worth(fresh)
            if now < worth - 0.01 or len(fresh) > len(laid):
                laid, worth = fresh, now
                tried.clear()
    return laid


class NoRoom(Exception):
    """Lines or texts that fit nowhere; ``keys`` names them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(keys)
        self.keys = keys
