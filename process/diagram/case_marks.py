"""The marks of a case in a picture: its state, the path that it took, and the time of each step.

The marks move nothing: the picture of a case has the layout of the picture without one, so it is as wide and as readable.
Times stand beside their arrows where there is room; where there is only room for a step's number, or for nothing, the time
stands in a strip below the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from process.diagram.arrows import Arrow
from process.diagram.layout.geometry import GAP, PITCH, Rect, borders, segment
from process.diagram.layout.legend import LegendEntry, place_in_rows
from process.diagram.layout.route_records import Route
from process.diagram.layout.typeface import block
from process.diagram.palette import VISITED
from process.diagram.views import Picture
from process.model import Event, Facts, State, Words

if TYPE_CHECKING:
    from process.case import Case

TAG = 10.0  # type size in points
_TIMES, _NUMBERS = 3, 8  # the visits beside an arrow with their times, and by number alone
_LISTED = 60  # the visits in the strip; of further ones the newest


class Visit(NamedTuple):
    """One step of the case along an arrow.

    Attributes:
        when: empty where the host gave no time.
        row: of the model's table; None where the history is cut short, so that the facts before the step are unknown.
    """

    number: int
    when: str
    event: Event
    row: int | None = None

    @property
    def text(self) -> str:
        return f"{self.number}. {self.when}" if self.when else f"{self.number}."


class CaseMarks(NamedTuple):
    """A case's id, its state, and its visits for each event from state to state."""

    case_id: str
    state: State
    visits: Mapping[tuple[str, str, str], tuple[Visit, ...]]

    def on(self, arrow: Arrow) -> list[Visit]:
        """The steps that went along the arrow, oldest first."""
        keys = dict.fromkeys((each.event, each.source, each.target) for each in arrow.transitions)
        rows = {*arrow.rows, None}
        visits = (visit for key in keys for visit in self.visits.get(key, ()) if visit.row in rows)
        return sorted(visits, key=lambda visit: visit.number)

    def is_in(self, picture: Picture) -> bool:
        """True if the picture has the state in which the case stands."""
        return any(box.state is self.state for box in picture.boxes)

    def position(self, picture: Picture) -> Words:
        """The case's state, in words that also say if the picture lacks it."""
        zh, en = self.state.words
        if self.is_in(picture):
            return Words(f"现在：{zh}", f"now: {en}")
        return Words(f"现在：{zh}，不在此图中", f"now: {en}, not in this view")


class Tag(NamedTuple):
    """The times of the visits, beside an arrow. ``justified`` as of the arrow's own text."""

    lines: tuple[str, ...]
    at: Rect
    justified: str


class Remaining(NamedTuple):
    """A visit for the strip below the picture, and whether its number stands beside its arrow."""

    visit: Visit
    is_numbered: bool


def times(visits: Sequence[Visit]) -> tuple[str, ...]:
    """The visits with their times, a line each; of many the first, and the number of the others."""
    more = len(visits) - _TIMES
    return (*(visit.text for visit in visits[:_TIMES]), *([f"+{more}"] if more > 0 else []))


def place_tags(
    picture: Picture,
    marks: CaseMarks,
    routes: Mapping[str, Route],
    taken: Sequence[Rect],
    frames: Sequence[Rect],
    size: Rect,
) -> tuple[dict[str, Tag], list[Remaining]]:
    """Place tags beside the arrows on the case's path; return them, and the visits whose times or numbers found no room.

    Args:
        taken: boxes and texts, which no tag may touch.
        frames: borders, which no tag may cross.
        size: the page.
    """
    runs = [segment(a, b) for route in routes.values() for a, b in pairwise(route.corners)]
    edges = [border for frame in frames for border in borders(frame)]
    occupied = [*taken, *(route.text for route in routes.values() if route.text)]
    tags: dict[str, Tag] = {}
    remaining: list[Remaining] = []
    for arrow in picture.arrows:
        visits = marks.on(arrow)
        if not visits:
            continue
        whole, short = times(visits), (_visit_numbers(visits),)
        tag = _tag_beside_line(routes[arrow.key], (whole, short), occupied, runs, edges, size) or _tag_near_line(
            routes[arrow.key], short, occupied, runs, size
        )
        if tag is not None:
            tags[arrow.key] = tag
            occupied.append(tag.at)
        rest = visits[_TIMES:] if tag is not None and tag.lines == whole else visits
        remaining += [Remaining(visit, tag is not None) for visit in rest if visit.when or tag is None]
    return tags, sorted(remaining, key=lambda each: each.visit.number)


def _visit_numbers(visits: Sequence[Visit]) -> str:
    more = "…" if len(visits) > _NUMBERS else "."
    return ", ".join(str(visit.number) for visit in visits[:_NUMBERS]) + more


def _tag_beside_line(
    route: Route,
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
        for a, b in pairwise(route.corners):
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


def _tag_near_line(
    route: Route, lines: tuple[str, ...], occupied: Sequence[Rect], runs: Sequence[Rect], size: Rect
) -> Tag | None:
    """The lines at the first place near the route, or round its corners, where they touch no more than a frame's border."""
    width, height = block(lines, TAG)
    for gap, apart in ((4, 1), (3, 0)):
        for a, b in pairwise(route.corners):
            (x, y), (far_x, far_y) = sorted(((a[0] * PITCH, a[1] * PITCH), (b[0] * PITCH, b[1] * PITCH)))
            for at in range(-PITCH, far_x - x + far_y - y + PITCH + 1, 2):
                corners = (
                    ((x + at, y - gap - height), (x + at, y + gap))
                    if y == far_y
                    else ((x + gap, y + at), (x - gap - width, y + at))
                )
                for left, top in corners:
                    place = Rect(left, top, left + width, top + height)
                    inside = size.left + 4 <= left and place.right <= size.right - 4 and size.top + 4 <= top
                    if inside and not any(place.overlaps(other, apart) for other in (*occupied, *runs)):
                        return Tag(lines, place, "c")
    return None


def _places(begin: tuple[int, int], end: tuple[int, int], text: tuple[float, float]) -> Iterator[tuple[float, Rect, str]]:
    """Places for text beside a straight piece of a line: distance from its beginning, place, and the edge that is near."""
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


def place_strip(
    picture: Picture, lang: str, marks: CaseMarks, remaining: Sequence[Remaining], area: Rect
) -> tuple[LegendEntry, ...]:
    """Place the case's own legend in rows from the left top of *area*: id, state, path, and the *remaining* times."""
    return place_in_rows(_path_entries(picture, marks, remaining), lang, area)


def _path_entries(picture: Picture, marks: CaseMarks, remaining: Sequence[Remaining]) -> Iterator[tuple[str, str, Words]]:
    yield "", "", Words(marks.case_id, marks.case_id)
    yield "here" if marks.is_in(picture) else "", "", marks.position(picture)
    if any(marks.on(arrow) for arrow in picture.arrows):
        yield "line", VISITED, Words("走过的路径", "the path it took")
    if remaining:
        yield "", "", Words("各步：", "Steps:")
    if len(remaining) > _LISTED:
        yield "", "", Words("…", "…")
    day = ""
    for visit, is_numbered in remaining[-_LISTED:]:  # a day stands once, before the first of its times
        date, _, time = visit.when.partition(" ")
        text = f"{visit.number}. {time}" if date == day else visit.text
        day = date
        zh, en = ("", "") if is_numbered else visit.event.words
        yield "", "", Words(f"{text} {zh}".rstrip(), f"{text} {en}".rstrip())


def marks_of(case: Case | None) -> CaseMarks | None:
    """The marks of a case; None for none."""
    if case is None:
        return None
    visits: dict[tuple[str, str, str], list[Visit]] = {}
    for step, row in zip(case.history, _rows_taken(case), strict=True):
        visit = Visit(step.version, f"{step.at:%m-%d %H:%M}" if step.at else "", step.event, row)
        visits.setdefault((step.event, step.source, step.target), []).append(visit)
    return CaseMarks(case.case_id, case.state, {key: tuple(each) for key, each in visits.items()})


def _rows_taken(case: Case) -> Iterator[int | None]:
    """For each step of the case the row of the table that it took; None where the facts before it are unknown."""
    given, events = case.facts, case.machine.compiled_events
    facts: Facts | None = None
    if case.history and case.history[0].version == 1:
        facts = Facts(given.goal, given.account, given.order, given.face_limit, given.other_limit)
    for step in case.history:
        row = None
        if facts is not None:
            event = events[step.event]
            rows = (each for each in event.transitions_from.get(step.source, ()) if step.by in each.by)
            row = next((each.row for each in rows if each.fits(facts, step.data)), None)
            outcome = event.decide(step.source, facts, step.by, dict(step.data))
            facts = outcome and outcome[1]
        yield row
