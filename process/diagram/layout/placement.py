"""Places for everything in a picture: boxes on a grid, frames around them, lines and texts between them.

All in points, with y growing downward, so that Graphviz only has to draw. Nothing here depends on the machine, on fonts
that are installed or on the hash seed: the same picture gets the same places everywhere.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from process.diagram.case_marks import CaseMarks, Tag, lay_strip, lay_tags
from process.diagram.layout.frames import Title, lay_frames
from process.diagram.layout.grid import Grid, cells_of, lay_grid
from process.diagram.layout.labels import TEXT, Told, brief, marked, shapes, texts
from process.diagram.layout.legend import LegendEntry, lay_legend
from process.diagram.layout.raster import PITCH, Rect
from process.diagram.layout.router import EdgeRequest, Line, NoRoom, RoutingGrid, lay_all
from process.diagram.layout.typeface import LINE, block, width
from process.diagram.view_layouts import VIEW_LAYOUTS, ViewLayout
from process.diagram.views import Picture
from process.model import State

TITLE = 15.0  # type size in points
START = 12  # the start mark's diameter
ROOMS = ((0, 10.5), (20, 10.5), (0, 3.0), (20, 3.0), (40, 3.0), (60, 3.0), (80, 3.0), (100, 3.0))
"""What is tried, one after the other: room beyond the hint's gaps, and from texts to others' lines, in points."""


@dataclass(frozen=True)
class PlacedPicture:
    """A picture with its places."""

    picture: Picture
    lang: str
    size: tuple[int, int]
    boxes: Mapping[str, Rect]
    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, Rect]
    titles: Mapping[str, Title]
    lines: Mapping[str, Line]
    told: Mapping[str, tuple[Told, ...]]
    legend: tuple[LegendEntry, ...]
    start: Rect | None
    heading: tuple[str, Rect]
    stands: State | None
    went: frozenset[str]
    """The arrows on the path of the case that is marked."""
    tags: Mapping[str, Tag]
    """When the case went along them."""


def place(picture: Picture, lang: str, trail: CaseMarks | None = None, *, time_limit: float = math.inf) -> PlacedPicture:
    """Places for *picture* with its texts in *lang*, and with the *trail* of a case marked.

    Where something finds no room the columns and rows are moved apart.

    Raises:
        TimeoutError: it took more than *time_limit* seconds.
    """
    until = time.monotonic() + time_limit
    hint = VIEW_LAYOUTS[picture.view]
    if hint.marks_from:
        picture = marked(picture, hint.marks_from)
    if lang in hint.brief:
        picture = brief(picture)
    usual = float(hint.text.get(lang, hint.text["zh"]))
    told = {arrow.key: shapes(arrow, lang, usual) for arrow in picture.arrows}
    for room, clear in ROOMS:
        with contextlib.suppress(NoRoom):
            return _place(picture, lang, told, trail, room, clear, until)
    return _place(picture, lang, told, trail, *ROOMS[0], until, anyhow=True)


def _place(
    picture: Picture,
    lang: str,
    told: Mapping[str, tuple[tuple[Told, ...], ...]],
    trail: CaseMarks | None,
    room: int,
    clear: float,
    until: float,
    *,
    anyhow: bool = False,
) -> PlacedPicture:
    hint = VIEW_LAYOUTS[picture.view]
    grid = lay_grid(picture, hint, lang, room)
    frames, titles = lay_frames(picture, hint, lang, grid.boxes, grid.cells)
    furthest = max((frame.right for frame in frames.values()), default=0.0)
    page = (max(grid.size[0], _whole(furthest + 5)), grid.size[1])
    legend, head_left, page = _legend(picture, hint, lang, grid, page)
    heading = " · ".join(texts(picture.view.words, lang))
    head = Rect(head_left, 12, head_left + width(heading, TITLE), 12 + TITLE * LINE)
    start = _start(picture, grid.boxes)
    members = {frame.key: frozenset((*frame.members, frame.key)) for frame in picture.frames if "+" in frame.key}
    ports = {key: frame for key, frame in frames.items() if "+" in key}
    taken = [*(rect for _, rect in titles.values()), head]
    taken += [rect for chip in legend for rect in (chip.text_at, chip.at)]
    if start:
        taken.append(start._replace(right=start.right + 12))
    board = RoutingGrid(
        (page[0] // PITCH, page[1] // PITCH), grid.boxes, ports, list(frames.values()), taken, members, clear, until
    )
    wanted = [
        EdgeRequest(
            arrow.key,
            arrow.source,
            arrow.signpost or arrow.target,
            tuple(map(_measure, told[arrow.key])),
            arrow.is_main,
            *hint.sides_of(arrow.key),
        )
        for arrow in picture.arrows
    ]
    rank = {f"arrow-{name}": number for number, name in enumerate(hint.sides)}
    wanted.sort(key=lambda one: (rank.get(one.key, len(rank)), _length(one, grid.boxes, ports)))
    lines = lay_all(board, wanted, anyhow=anyhow)
    stands = trail.stands if trail else None
    went = frozenset(arrow.key for arrow in picture.arrows if trail and trail.on(arrow))
    chosen = {key: told[key][line.shape] for key, line in lines.items()}
    tags: dict[str, Tag] = {}
    if trail:
        occupied = [*taken, *grid.boxes.values()]
        tags, untold = lay_tags(picture, trail, lines, occupied, list(frames.values()), Rect(0, 0, *page))
        low = page[1] if cells_of("legend", hint) else max(chip.text_at.bottom for chip in legend) + 6
        strip = lay_strip(picture, lang, trail, untold, Rect(20, low, page[0] - 20, low))
        page = (page[0], _whole(max(chip.text_at.bottom for chip in strip)) + PITCH)
        legend += strip
    return PlacedPicture(
        picture,
        lang,
        page,
        grid.boxes,
        grid.names,
        frames,
        titles,
        lines,
        chosen,
        legend,
        start,
        (heading, head),
        stands,
        went,
        tags,
    )


def _legend(
    picture: Picture, hint: ViewLayout, lang: str, grid: Grid, page: tuple[int, int]
) -> tuple[tuple[LegendEntry, ...], float, tuple[int, int]]:
    """The legend, where the heading begins, and the page with room for them: in the grid's own cells, or below it all."""
    cells = cells_of("legend", hint)
    if cells:
        left, top = grid.starts[0][cells[0]] - hint.legend_shift.get(lang, 0), grid.starts[1][cells[1]] - 6
        return lay_legend(picture, lang, Rect(left, top, page[0] - 20, top)), left, page
    legend = lay_legend(picture, lang, Rect(20, page[1], page[0] - 20, page[1]))
    return legend, 20.0, (page[0], _whole(max(chip.text_at.bottom for chip in legend)) + PITCH)


def _whole(length: float) -> int:
    return int(-(-length // PITCH)) * PITCH


def _measure(shape: tuple[Told, ...]) -> tuple[float, float]:
    return block([line.text for line in shape], TEXT)


def _length(one: EdgeRequest, boxes: Mapping[str, Rect], ports: Mapping[str, Rect]) -> float:
    if one.source == one.target:
        return float("inf")
    (ax, ay), (bx, by) = ((ports.get(key) or boxes[key]).middle for key in (one.source, one.target))
    return abs(ax - bx) + abs(ay - by)


def _start(picture: Picture, boxes: Mapping[str, Rect]) -> Rect | None:
    for box in picture.boxes:
        if box.is_initial:
            rect = boxes[box.key]
            middle = rect.middle[1]
            return Rect(rect.left - 18 - START, middle - START / 2, rect.left - 18, middle + START / 2)
    return None
