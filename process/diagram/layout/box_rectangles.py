"""Finds the rectangle of each box: the cells that ``view_grids`` gives it, in points on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from process.diagram.layout.geometry import PITCH, Rect, whole_steps
from process.diagram.layout.labels import TEXT, texts
from process.diagram.layout.typeface import block, width, wrap
from process.diagram.view_options import ViewLayout
from process.diagram.views import Box, Picture

NAME = 11.0  # type size in points
TIP = 10.0  # points: what a signpost needs beside its text and its tip, which is half as wide as it is high
_LONG, _UPRIGHT, _SIGN = 400, 38, 84
"""The greatest width of a name, in points: of a box that lies across, of one that stands upright, and on a signpost."""

_TRAFFIC = 30  # points above the first row for the traffic of its arrows

Cells = tuple[int, int, int, int]
"""The first column and row, and the last ones."""


@dataclass(frozen=True)
class Grid:
    """Boxes in their places.

    Attributes:
        cells: of each box, in the layout's grid.
        names: of each box, in lines.
        starts: where each column begins, and each row, in points.
        size: of the whole, in points.
    """

    cells: Mapping[str, Cells]
    names: Mapping[str, tuple[str, ...]]
    boxes: Mapping[str, Rect]
    starts: tuple[list[int], list[int]]
    size: tuple[int, int]


def cells_of(name: str, layout: ViewLayout) -> Cells | None:
    """The cells of *name* in the layout's grid; None if it has none."""
    found = [(column, row) for row, names in enumerate(layout.cells) for column, each in enumerate(names) if each == name]
    if not found:
        return None
    columns, rows = {column for column, _ in found}, {row for _, row in found}
    return min(columns), min(rows), max(columns), max(rows)


def place_grid(picture: Picture, layout: ViewLayout, lang: str, room: tuple[int, int]) -> Grid:
    """The boxes of *picture* on the layout's grid, with *room* points more between columns, and rows, than it says."""
    cells, columns, rows = _cells(picture, layout)
    names = {box.key: _name_lines(box, lang, _room(cells[box.key], layout.names[lang])) for box in picture.boxes}
    main = set(_met_in_the_middle(picture, layout))
    sizes = {box.key: _box_size(box, names[box.key], layout, centred=box.key in main) for box in picture.boxes}
    wide, high = [0] * columns, [0] * rows
    for box in picture.boxes:
        left, top, right, bottom = cells[box.key]
        if left == right and box.leads_to is None:
            wide[left] = max(wide[left], sizes[box.key][0])
        if top == bottom:
            high[top] = max(high[top], sizes[box.key][1])
    gaps_x, gaps_y = _gaps(layout.columns, lang, columns, room[0]), _gaps(layout.rows, lang, rows, room[1])
    if any(arrow.traffic for arrow in picture.arrows):
        gaps_y[0] += _TRAFFIC
    xs, ys = _starts(wide, gaps_x), _starts(high, gaps_y)
    boxes: dict[str, Rect] = {}
    for box in picture.boxes:
        left, top, right, bottom = cells[box.key]
        area = Rect(xs[left], ys[top], xs[right] + wide[right], ys[bottom] + high[bottom])
        boxes[box.key] = rect = _in_cell(area, sizes[box.key], left < right, top < bottom)
        if box.leads_to is not None:
            boxes[box.key] = _nearest(rect, area, left - cells[box.key.partition(">")[0]][0])
    return Grid(cells, names, boxes, (xs, ys), (xs[-1] + wide[-1] + gaps_x[-1], ys[-1] + high[-1] + gaps_y[-1]))


def _met_in_the_middle(picture: Picture, layout: ViewLayout) -> Iterator[str]:
    """The boxes that the main path meets at their top or bottom."""
    for arrow in picture.arrows:
        if arrow.is_main:
            leaves, enters = layout.sides_of(arrow.key)
            if not {*leaves} <= {*"LR"} or not leaves:
                yield arrow.source
            if not {*enters} <= {*"LR"} or not enters:
                yield arrow.target


def _cells(picture: Picture, layout: ViewLayout) -> tuple[dict[str, Cells], int, int]:
    """For each box its cells; and how many columns and rows there are."""
    grid = layout.cells
    cells = {box.key: where for box in picture.boxes if (where := cells_of(box.key, layout))}
    columns, rows = max(map(len, grid)), len(grid)
    strangers = [box.key for box in picture.boxes if box.key not in cells]
    for place, key in enumerate(strangers):
        cells[key] = (place % columns, rows + place // columns, place % columns, rows + place // columns)
    return cells, columns, rows + -(-len(strangers) // columns)


def _name_lines(box: Box, lang: str, room: int) -> tuple[str, ...]:
    if box.leads_to is not None:
        return tuple(line for text in texts(box.words, lang) for line in wrap(text, TEXT, min(room * TEXT / NAME, _SIGN)))
    names = texts(box.words, lang)
    if room == _LONG:
        names = (" ".join(dict.fromkeys(names)),)
    lines = tuple(line for text in names for line in wrap(text, NAME, room))
    return (*lines, box.count) if box.count else lines


def _room(cell: Cells, usual: int) -> int:
    """The greatest width of a name: long in a box that lies across, narrow in one that stands upright."""
    return _LONG if cell[0] < cell[2] else _UPRIGHT if cell[1] < cell[3] else usual


def _box_size(box: Box, lines: Sequence[str], layout: ViewLayout, *, centred: bool) -> tuple[int, int]:
    """The size that a name needs, in whole steps; an even number of them where the main path meets the middle."""
    if box.leads_to is not None:
        high = whole_steps(block(lines, TEXT)[1] + 4)
        return whole_steps(max(width(line, TEXT) for line in lines) + high / 2 + TIP), high
    measured = block(lines, NAME)
    across, down = measured[0] + (11 if box.end else 7), measured[1] + (12 if box.end else 8)
    return (_even if centred else whole_steps)(across), (_even if layout.runs_across else whole_steps)(down)


def _even(length: float) -> int:
    return int(-(-length // (2 * PITCH))) * 2 * PITCH


def _gaps(gaps: Mapping[str, tuple[int, ...]], lang: str, count: int, room: int) -> list[int]:
    given = list(gaps.get(lang) or gaps["zh"])
    while len(given) <= count:
        given.insert(-1, 60)
    return [given[0], *(gap + room for gap in given[1:count]), given[-1]]


def _starts(lengths: Sequence[int], gaps: Sequence[int]) -> list[int]:
    starts, at = [], 0
    for gap, length in zip(gaps, lengths, strict=False):
        starts.append(at + gap)
        at += gap + length
    return starts


def _nearest(rect: Rect, area: Rect, columns: int) -> Rect:
    """The signpost moved to that side of its cell which is nearer to its arrow's source, so many columns to the left."""
    off = area.left - rect.left if columns > 0 else area.right - rect.right if columns < 0 else 0
    return rect._replace(left=rect.left + off, right=rect.right + off)


def _in_cell(area: Rect, size: tuple[int, int], fills_across: bool, fills_down: bool) -> Rect:
    left, top, right, bottom = area
    if not fills_across:
        left += (right - left - size[0]) // (2 * PITCH) * PITCH
        right = left + size[0]
    if not fills_down:
        top += (bottom - top - size[1]) // (2 * PITCH) * PITCH
        bottom = top + size[1]
    return Rect(left, top, right, bottom)
