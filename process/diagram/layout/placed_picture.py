"""Lays out a whole picture: boxes on a grid, frames around them, routes and texts between them, then the marks of a case.

All in points, with y growing downward. Nothing here depends on the machine, on fonts that are installed or on the hash
seed: the same picture gets the same layout everywhere.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from process.diagram.case_marks import CaseMarks, Tag, place_strip, place_tags
from process.diagram.layout.all_routes import NoRoom, route_all
from process.diagram.layout.box_rectangles import Grid, cells_of, place_grid
from process.diagram.layout.frames import Title, place_frames
from process.diagram.layout.geometry import PITCH, Rect, whole_steps
from process.diagram.layout.labels import TEXT, Label, label_shapes, texts, with_signs, without_effects
from process.diagram.layout.legend import LegendEntry, place_legend
from process.diagram.layout.one_route import RoutingGrid
from process.diagram.layout.precomputed_routes import look_up_routes, routing_key
from process.diagram.layout.route_records import EdgeRequest, Route
from process.diagram.layout.typeface import LINE, block, width
from process.diagram.view_grids import VIEW_LAYOUTS
from process.diagram.view_options import ViewLayout
from process.diagram.views import Picture
from process.model import State

TITLE = 15.0  # type size in points
START = 12  # the start mark's diameter
ROOMS = tuple(
    (room, room, clear)
    for room, clear in ((0, 10.5), (20, 10.5), (0, 3.0), (20, 3.0), (40, 3.0), (60, 3.0), (80, 3.0), (100, 3.0))
)
"""Tried one after the other: room beyond the layout's gaps, across and down, and from texts to others' lines, in points."""
TRAFFIC_ROOMS = (
    *((50, 20, 10.5), (70, 30, 10.5)),
    *((50, 20, 3.0), (80, 40, 3.0), (110, 60, 3.0), (140, 80, 3.0), (200, 100, 3.0)),
)
"""The same where each arrow also has its traffic to show."""


@dataclass(frozen=True)
class PlacedPicture:
    """A picture with its layout and, of a case, its marks.

    Attributes:
        names: of each box, in lines.
        labels: of each arrow, in the shape that was chosen.
        start: the mark before the initial state.
        state: where the marked case stands.
        visited: the arrows on its path.
        tags: the times of its steps along them.
        routing_key: the key under which the routes may be known.
    """

    picture: Picture
    lang: str
    size: tuple[int, int]
    boxes: Mapping[str, Rect]
    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, Rect]
    titles: Mapping[str, Title]
    routes: Mapping[str, Route]
    labels: Mapping[str, Label]
    legend: tuple[LegendEntry, ...]
    start: Rect | None
    heading: tuple[str, Rect]
    state: State | None
    visited: frozenset[str]
    tags: Mapping[str, Tag]
    routing_key: str


def place(
    picture: Picture, lang: str, marks: CaseMarks | None = None, *, time_limit: float = math.inf, search: bool = False
) -> PlacedPicture:
    """Lay out *picture* with its texts in *lang*, and with the *marks* of a case.

    Where something finds no room the columns and rows are moved apart.

    Args:
        search: search for the routes, also where they are known.

    Raises:
        TimeoutError: it took more than *time_limit* seconds.
    """
    until = time.monotonic() + time_limit
    layout = VIEW_LAYOUTS[picture.view]
    if layout.signs_from:
        picture = with_signs(picture, layout.signs_from)
    if lang in layout.brief:
        picture = without_effects(picture)
    usual = float(layout.text.get(lang, layout.text["zh"]))
    shapes = {arrow.key: label_shapes(arrow, lang, usual) for arrow in picture.arrows}
    rooms = TRAFFIC_ROOMS if any(arrow.traffic for arrow in picture.arrows) else ROOMS
    for across, down, clear in rooms:
        with contextlib.suppress(NoRoom):
            return _place(picture, lang, shapes, marks, (across, down), clear, until, search=search)
    across, down, clear = rooms[0]
    return _place(picture, lang, shapes, marks, (across, down), clear, until, search=search, force=True)


def _place(
    picture: Picture,
    lang: str,
    shapes: Mapping[str, tuple[Label, ...]],
    marks: CaseMarks | None,
    room: tuple[int, int],
    clear: float,
    until: float,
    *,
    search: bool,
    force: bool = False,
) -> PlacedPicture:
    layout = VIEW_LAYOUTS[picture.view]
    grid = place_grid(picture, layout, lang, room)
    frames, titles = place_frames(picture, layout, lang, grid.boxes, grid.cells)
    furthest = max((frame.right for frame in frames.values()), default=0.0)
    page = (max(grid.size[0], whole_steps(furthest + 5)), grid.size[1])
    legend, head_left, page = _legend(picture, layout, lang, grid, page)
    heading = " · ".join(texts(picture.view.words, lang))
    head = Rect(head_left, 12, head_left + width(heading, TITLE), 12 + TITLE * LINE)
    start = _start(picture, grid.boxes)
    groups = [frame for frame in picture.frames if frame.is_group]
    members = {frame.key: frozenset((*frame.members, frame.key)) for frame in groups}
    ports = {frame.key: frames[frame.key] for frame in groups if frame.key in frames}
    taken = [*(rect for _, rect in titles.values()), head]
    taken += [rect for entry in legend for rect in (entry.text_at, entry.at)]
    if start:
        taken.append(start._replace(right=start.right + 12))
    raster = (page[0] // PITCH, page[1] // PITCH)
    routing = RoutingGrid(raster, grid.boxes, ports, list(frames.values()), taken, members, clear, until)
    requests = _requests(picture, layout, shapes, grid, ports)
    key = routing_key(routing, requests)
    routes = (not search and look_up_routes(key, requests)) or route_all(routing, requests, force=force)
    labels = {key: shapes[key][route.shape] for key, route in routes.items()}
    visited: frozenset[str] = frozenset()
    tags: dict[str, Tag] = {}
    if marks:
        visited = frozenset(arrow.key for arrow in picture.arrows if marks.on(arrow))
        occupied = [*taken, *grid.boxes.values()]
        tags, remaining = place_tags(picture, marks, routes, occupied, list(frames.values()), Rect(0, 0, *page))
        low = page[1] if cells_of("legend", layout) else max(entry.text_at.bottom for entry in legend) + 6
        strip = place_strip(picture, lang, marks, remaining, Rect(20, low, page[0] - 20, low))
        page = (page[0], whole_steps(max(entry.text_at.bottom for entry in strip)) + PITCH)
        legend += strip
    return PlacedPicture(
        picture,
        lang,
        page,
        grid.boxes,
        grid.names,
        frames,
        titles,
        routes,
        labels,
        legend,
        start,
        (heading, head),
        marks.state if marks else None,
        visited,
        tags,
        key,
    )


def _requests(
    picture: Picture,
    layout: ViewLayout,
    shapes: Mapping[str, tuple[Label, ...]],
    grid: Grid,
    ports: Mapping[str, Rect],
) -> list[EdgeRequest]:
    """The arrows in the order in which they are routed."""
    requests = [
        EdgeRequest(
            arrow.key,
            arrow.source,
            arrow.signpost or arrow.target,
            tuple(map(_measure, shapes[arrow.key])),
            arrow.is_main,
            *layout.sides_of(arrow.key),
        )
        for arrow in picture.arrows
    ]
    rank = {f"arrow-{name}": number for number, name in enumerate(layout.sides)}
    return sorted(requests, key=lambda one: (rank.get(one.key, len(rank)), _length(one, grid.boxes, ports)))


def _legend(
    picture: Picture, layout: ViewLayout, lang: str, grid: Grid, page: tuple[int, int]
) -> tuple[tuple[LegendEntry, ...], float, tuple[int, int]]:
    """The legend, where the heading begins, and the page with room for them: in the grid's own cells, or below it all."""
    cells = cells_of("legend", layout)
    if cells:
        left, top = grid.starts[0][cells[0]] - layout.legend_shift.get(lang, 0), grid.starts[1][cells[1]] - 6
        return place_legend(picture, lang, Rect(left, top, page[0] - 20, top)), left, page
    legend = place_legend(picture, lang, Rect(20, page[1], page[0] - 20, page[1]))
    return legend, 20.0, (page[0], whole_steps(max(entry.text_at.bottom for entry in legend)) + PITCH)


def _measure(label: Label) -> tuple[float, float]:
    return block([line.text for line in label], TEXT)


def _length(one: EdgeRequest, boxes: Mapping[str, Rect], ports: Mapping[str, Rect]) -> float:
    if one.source == one.target:
        return math.inf
    (ax, ay), (bx, by) = ((ports.get(key) or boxes[key]).middle for key in (one.source, one.target))
    return abs(ax - bx) + abs(ay - by)


def _start(picture: Picture, boxes: Mapping[str, Rect]) -> Rect | None:
    for box in picture.boxes:
        if box.is_initial:
            rect = boxes[box.key]
            middle = rect.middle[1]
            return Rect(rect.left - 18 - START, middle - START / 2, rect.left - 18, middle + START / 2)
    return None
