"""The cheapest line from box to box on the raster: A*, in which steps, bends, crossings and borders cost."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from process.diagram.layout.geometry import PITCH, Point, Rect, between

BEND, CROSSING, HEAVY, ALONGSIDE, OFF_CENTRE = 4.0, 14.0, 30.0, 1.0, 0.35  # in steps
BESIDE_FRAME, THROUGH_FRAME = 2.5, 1.0
_ACROSS, _DOWN, _FULL, _MAIN = 1, 2, 4, 8  # what runs through a point: a line across, one down, a corner or an end; heavy
_NEVER = 1e9
_TURNS = tuple((step, (step + 1) % 4, (step + 3) % 4) for step in range(4))
"""For each step those that can follow: straight on, and the two turns."""


class End(NamedTuple):
    """A point at which a line may begin or end, its direction there, and the cost."""

    point: Point
    step: int
    cost: float


class Raster:
    """The raster, with whatever is in the way of a line.

    Steps are numbered: 0 is to the right, 1 down, 2 to the left, 3 up.
    """

    def __init__(self, size: Point, boxes: Iterable[Rect], frames: Iterable[Rect], corner: float) -> None:
        self.width, self.height = size[0] + 1, size[1] + 1
        count = self.width * self.height
        self.blocked = bytearray(count)
        self.used = bytearray(count)
        self.extra = ([0.0] * count, [0.0] * count)  # for a step across, for a step down
        self.barred = bytearray(count)  # which steps away from a point are barred, one bit each
        self.onward = (1, self.width, -1, -self.width)
        for x in range(self.width):
            for y in (0, self.height - 1):
                self.blocked[y * self.width + x] = 1
        for y in range(self.height):
            for x in (0, self.width - 1):
                self.blocked[y * self.width + x] = 1
        for box in boxes:
            self.block(box)
            left, top, right, bottom = (round(edge / PITCH) for edge in box)
            for x in range(left, right + 1):
                for y in (top - 1, bottom + 1):
                    self._add((x, y), ALONGSIDE, ALONGSIDE)
            for y in range(top, bottom + 1):
                for x in (left - 1, right + 1):
                    self._add((x, y), ALONGSIDE, ALONGSIDE)
        for frame in frames:
            self._frame(frame, corner)

    def _add(self, point: Point, across: float, down: float) -> None:
        x, y = point
        if 0 <= x < self.width and 0 <= y < self.height:
            place = y * self.width + x
            self.extra[0][place] += across
            self.extra[1][place] += down

    def _frame(self, frame: Rect, corner: float) -> None:
        """A border between two steps of the raster: expensive to run along, barred near its corners."""
        left, top, right, bottom = (int(edge // PITCH) for edge in frame)  # the steps before each border
        for x in range(left + 1, right + 1):
            near = min(x * PITCH - frame.left, frame.right - x * PITCH) < corner
            for y in (top, bottom):
                self._add((x, y), BESIDE_FRAME, 0)
                self._add((x, y + 1), BESIDE_FRAME, THROUGH_FRAME)
                if near:
                    self._bar((x, y), 1)
                    self._bar((x, y + 1), 3)
        for y in range(top + 1, bottom + 1):
            near = min(y * PITCH - frame.top, frame.bottom - y * PITCH) < corner
            for x in (left, right):
                self._add((x, y), 0, BESIDE_FRAME)
                self._add((x + 1, y), THROUGH_FRAME, BESIDE_FRAME)
                if near:
                    self._bar((x, y), 0)
                    self._bar((x + 1, y), 2)

    def _bar(self, point: Point, step: int) -> None:
        x, y = point
        if 0 <= x < self.width and 0 <= y < self.height:
            self.barred[y * self.width + x] |= 1 << step

    def block(self, rect: Rect) -> None:
        """Let nothing pass through *rect* or along its borders."""
        for place in self._places(rect):
            self.blocked[place] = 1

    def shun(self, rect: Rect, price: float) -> None:
        """Let every step within *rect* cost *price* more."""
        across, down = self.extra
        for place in self._places(rect):
            across[place] += price
            down[place] += price

    def _places(self, rect: Rect) -> Iterator[int]:
        """The places of the raster's points in *rect*, row by row."""
        left, top = max(-int(-rect.left // PITCH), 0), max(-int(-rect.top // PITCH), 0)
        right, bottom = min(int(rect.right // PITCH) + 1, self.width), min(int(rect.bottom // PITCH) + 1, self.height)
        for y in range(top, bottom):
            yield from range(y * self.width + left, y * self.width + right)

    def copy(self) -> Raster:
        """An independent copy."""
        other = copy.copy(self)
        other.blocked, other.used = bytearray(self.blocked), bytearray(self.used)
        other.extra = (self.extra[0].copy(), self.extra[1].copy())
        return other

    def mark(self, point: Point, step: int | None, *, is_main: bool = False) -> None:
        """Note that a line runs through *point*; *step* is None where it bends or ends."""
        kind = _FULL if step is None else _DOWN if step % 2 else _ACROSS
        self.used[point[1] * self.width + point[0]] |= kind | (_MAIN if is_main else 0)

    def is_used(self, point: Point) -> bool:
        return bool(self.used[point[1] * self.width + point[0]])

    def is_clear(self, point: Point) -> bool:
        place = point[1] * self.width + point[0]
        return not self.blocked[place] and not self.used[place]

    def cost(self, corners: Sequence[Point], turn: float) -> float:
        """The cost of a line by itself."""
        whole = turn * (len(corners) - 2)
        for a, b in itertools.pairwise(corners):
            extra = self.extra[0 if a[1] == b[1] else 1]
            whole += 1 + sum(1 + extra[y * self.width + x] for x, y in between(a, b))
        return whole

    def cheapest(self, starts: Sequence[End], goals: Sequence[End], turn: float) -> tuple[float, tuple[Point, ...]] | None:
        """The cost and the corners of the cheapest line; None if there is none."""
        width, blocked, used_at, barred = self.width, self.blocked, self.used, self.barred
        steps, prices = self.onward, (*self.extra, *self.extra)  # by the number of the step
        into = {(end.point[1] * width + end.point[0]) * 4 + end.step: end.cost for end in goals}
        ends = {key // 4 for key in into}
        xs, ys = [end.point[0] for end in goals], [end.point[1] for end in goals]
        if not ends or not starts:
            return None
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        best, came = [_NEVER] * (width * self.height * 4), dict[int, int]()
        queue: list[tuple[float, float, int]] = []
        for point, step, cost in starts:
            key = (point[1] * width + point[0]) * 4 + step
            if cost < best[key]:
                best[key] = cost
                came[key] = -1
                queue.append((cost, cost, key))
        queue.sort()
        while queue:
            _, so_far, key = heappop(queue)
            if so_far > best[key]:
                continue
            place, step = key >> 2, key & 3
            before = came[key]
            if key in into and before >= 0:
                return so_far, self._corners(key, came)
            used = used_at[place] if before >= 0 else 0
            for onward in (step,) if used or before < 0 else _TURNS[step]:
                cost = so_far + 1
                if onward != step:
                    cost += turn
                elif used:
                    if used & (_FULL | (_DOWN if onward % 2 else _ACROSS)):
                        continue
                    cost += HEAVY if used & _MAIN else CROSSING
                if barred[place] >> onward & 1:
                    continue
                there = place + steps[onward]
                onto = there * 4 + onward
                if there in ends:
                    if onto not in into:
                        continue
                    cost += into[onto] + (BEND if onward != step else 0)
                elif blocked[there]:
                    continue
                else:
                    cost += prices[onward][there]
                if cost < best[onto]:
                    best[onto] = cost
                    came[onto] = key
                    y, x = divmod(there, width)
                    across = left - x if x < left else x - right if x > right else 0
                    down = top - y if y < top else y - bottom if y > bottom else 0
                    heappush(queue, (cost + (across + down), cost, onto))
        return None

    def _corners(self, key: int, came: dict[int, int]) -> tuple[Point, ...]:
        """The corners of the line that ends there, from its beginning."""
        keys = [key]
        while came[keys[-1]] >= 0:
            keys.append(came[keys[-1]])
        keys.reverse()
        kept = [keys[0] // 4]
        kept += [here // 4 for here, after in itertools.pairwise(keys) if here % 4 != after % 4]
        kept.append(keys[-1] // 4)
        return tuple((place % self.width, place // self.width) for place in dict.fromkeys(kept))
