"""What a picture marks of a case: where it stands, the way it went, and when.

The marks move nothing: the picture of a case has the places of the picture without one, so it is as wide and as readable.
Times stand beside their arrows where there is room; where there is only room for a step's number, or for nothing, a strip
below the picture tells the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from process.diagram.layout.legend import LegendEntry, lay_in_rows
from process.diagram.layout.raster import GAP, PITCH, Rect, borders, run
from process.diagram.layout.router import Line
from process.diagram.layout.typeface import block
from process.diagram.palette import WENT
from process.diagram.views import Arrow, Picture
from process.model import State, Words

TAG = 10.0  # type size in points
_TIMES, _NUMBERS = 3, 8  # how many passages an arrow tells with their times, and how many by number alone
_LISTED = 60  # how many the strip tells; of further ones the newest


class Visit(NamedTuple):
    """One step of the case along an arrow; ``when`` is empty where the host gave no time."""

    number: int
    when: str

    @property
    def text(self) -> str:
        return f"{self.number}. {self.when}" if self.when else f"{self.number}."


class CaseMarks(NamedTuple):
    """What is marked of a case: its id, where it stands, and its passages for each event from state to state."""

    case_id: str
    stands: State
    passages: Mapping[tuple[str, str, str], tuple[Visit, ...]]

    def on(self, arrow: Arrow) -> list[Visit]:
        """The steps that went along the arrow, oldest first."""
        ways = dict.fromkeys((move.event, move.source, move.target) for move in arrow.moves)
        return sorted(passage for way in ways for passage in self.passages.get(way, ()))

    def is_in(self, picture: Picture) -> bool:
        """Whether the picture has the state in which the case stands."""
        return any(box.state is self.stands for box in picture.boxes)

    def standing(self, picture: Picture) -> Words:
        """Where the case stands, in words, and whether the picture has that state."""
        zh, en = self.stands.words
        if self.is_in(picture):
            return Words(f"现在：{zh}", f"now: {en}")
        return Words(f"现在：{zh}，不在此图中", f"now: {en}, not in this view")


class Tag(NamedTuple):
    """Text beside an arrow that says when the case went along it. ``justified`` as of the arrow's own text."""

    lines: tuple[str, ...]
    at: Rect
    justified: str


def times(passages: Sequence[Visit]) -> tuple[str, ...]:
    """The passages with their times, a line each; of many the first, and how many more there were."""
    more = len(passages) - _TIMES
    return (*(passage.text for passage in passages[:_TIMES]), *([f"+{more}"] if more > 0 else []))


def lay_tags(
    picture: Picture, trail: CaseMarks, lines: Mapping[str, Line], taken: Sequence[Rect], frames: Sequence[Rect], size: Rect
) -> tuple[dict[str, Tag], list[Visit]]:
    """Tags beside the arrows that the case went along, and the passages whose times are still to be told.

    Args:
        taken: boxes and texts, which no tag may touch.
        frames: borders, which no tag may cross.
        size: the page.
    """
    runs = [run(a, b) for line in lines.values() for a, b in pairwise(line.corners)]
    edges = [border for frame in frames for border in borders(frame)]
    occupied = [*taken, *(line.text for line in lines.values() if line.text)]
    tags: dict[str, Tag] = {}
    untold: list[Visit] = []
    for arrow in picture.arrows:
        passages = trail.on(arrow)
        if not passages:
            continue
        whole, short = times(passages), (_numbers(passages),)
        tag = _beside(lines[arrow.key], (whole, short), occupied, runs, edges, size)
        if tag is not None:
            tags[arrow.key] = tag
            occupied.append(tag.at)
        untold += passages[_TIMES:] if tag is not None and tag.lines == whole else passages
    return tags, sorted(passage for passage in untold if passage.when)


def _numbers(passages: Sequence[Visit]) -> str:
    more = "…" if len(passages) > _NUMBERS else "."
    return ", ".join(str(passage.number) for passage in passages[:_NUMBERS]) + more


def _beside(
    line: Line,
    shapes: Sequence[tuple[str, ...]],
    occupied: Sequence[Rect],
    runs: Sequence[Rect],
    edges: Sequence[Rect],
    size: Rect,
) -> Tag | None:
    """The first of the shapes that fits beside the line, at the place nearest to its beginning."""
    for lines in shapes:
        found: list[tuple[float, Rect, str]] = []
        along = 0.0
        for a, b in pairwise(line.corners):
            begin, end = (a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)
            found += [(along + far, rect, side) for far, rect, side in _places(begin, end, block(lines, TAG))]
            along += abs(end[0] - begin[0]) + abs(end[1] - begin[1])
        for _, rect, justified in sorted(found, key=lambda place: place[0]):
            inside = size.left + 6 <= rect.left and rect.right <= size.right - 6 and size.top + 6 <= rect.top
            if (
                inside
                and rect.bottom <= size.bottom - 4
                and not any(rect.overlaps(other, 2) for other in (*occupied, *runs))
                and not any(rect.overlaps(edge, 1.5) for edge in edges)
            ):
                return Tag(lines, rect, justified)
    return None


def _places(begin: tuple[int, int], end: tuple[int, int], text: tuple[float, float]) -> Iterator[tuple[float, Rect, str]]:
    """Where text can stand beside a straight piece of a line: how far from its beginning, where, and which edge is near."""
    (ax, ay), (bx, by), (width, height) = begin, end, text
    across = ay == by
    low, high = (min(ax, bx), max(ax, bx)) if across else (min(ay, by), max(ay, by))
    length = width if across else height
    room = int(high - low - length)
    for step in range(min(8, room // 2), room + 1, 4) if room >= 0 else (room // 2,):
        at = low + step if (bx > ax if across else by > ay) else high - length - step
        if across:
            yield step + 3, Rect(at, ay + GAP, at + width, ay + GAP + height), "c"
            yield step, Rect(at, ay - GAP - height, at + width, ay - GAP), "c"
        else:
            yield step, Rect(ax + GAP, at, ax + GAP + width, at + height), "l"
            yield step + 3, Rect(ax - GAP - width, at, ax - GAP, at + height), "r"


def lay_strip(
    picture: Picture, lang: str, trail: CaseMarks, untold: Sequence[Visit], area: Rect
) -> tuple[LegendEntry, ...]:
    """The case's own legend, in rows from the left top of *area*: its id, where it stands, its path, times left to tell."""
    return lay_in_rows(_entries(picture, trail, untold), lang, area)


def _entries(picture: Picture, trail: CaseMarks, untold: Sequence[Visit]) -> Iterator[tuple[str, str, Words]]:
    yield "", "", Words(trail.case_id, trail.case_id)
    yield "here" if trail.is_in(picture) else "", "", trail.standing(picture)
    if any(trail.on(arrow) for arrow in picture.arrows):
        yield "went", WENT, Words("走过的路径", "the way it went")
    if untold:
        yield "", "", Words("各步时间：", "When:")
    if len(untold) > _LISTED:
        yield "", "", Words("…", "…")
    day = ""
    for passage in untold[-_LISTED:]:  # a day is told once, before the first of its times
        date, _, time = passage.when.partition(" ")
        text = f"{passage.number}. {time}" if date == day else passage.text
        day = date
        yield "", "", Words(text, text)
