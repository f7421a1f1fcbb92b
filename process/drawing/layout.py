"""Places for everything in a picture: boxes on a grid, frames around them, lines and texts between them.

All in points, with y growing downward, so that Graphviz only has to draw. Nothing here depends on the machine, on fonts
that are installed or on the hash seed: the same picture gets the same places everywhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from process.drawing.hints import HINTS, Hint
from process.drawing.legend import Chip, lay_legend
from process.drawing.raster import PITCH, Rect
from process.drawing.router import Board, Line, NoRoom, Wanted, lay_all
from process.drawing.typeface import LINE, block, width, wrap
from process.drawing.views import Arrow, Box, Note, Picture
from process.model import State, Words

NAME, TEXT, TITLE = 11.0, 10.0, 15.0  # type sizes in points
START = 12  # the start mark's diameter
_PAD = 10


class Told(NamedTuple):
    """A line of an arrow's text. ``kind``: ``event``, ``demand``, ``follows`` or ``time``."""

    text: str
    kind: str


@dataclass(frozen=True)
class Placed:
    """A picture with its places."""

    picture: Picture
    lang: str
    size: tuple[int, int]
    boxes: Mapping[str, Rect]
    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, Rect]
    titles: Mapping[str, tuple[tuple[str, ...], Rect]]
    lines: Mapping[str, Line]
    told: Mapping[str, tuple[Told, ...]]
    legend: tuple[Chip, ...]
    start: Rect | None
    heading: tuple[str, Rect]
    stands: State | None
    went: frozenset[str]
    """The arrows on the path of the case that is marked."""


class Trail(NamedTuple):
    """What is marked of a case: its id, where it stands, and for each event from state to state when it was taken."""

    case_id: str
    stands: State
    times: Mapping[tuple[str, str, str], tuple[str, ...]]

    def on(self, arrow: Arrow) -> list[str]:
        """The times at which the case went along the arrow."""
        ways = dict.fromkeys((move.event, move.source, move.target) for move in arrow.moves)
        return [time for way in ways for time in self.times.get(way, ())]


def place(picture: Picture, lang: str, trail: Trail | None = None) -> Placed:
    """Places for *picture* with its texts in *lang*, and with the *trail* of a case marked.

    Where something finds no room the columns and rows are moved apart.
    """
    hint = HINTS[picture.view]
    told = {arrow.key: _shapes(arrow, lang, hint, trail.on(arrow) if trail else ()) for arrow in picture.arrows}
    for room in range(0, 120, 20):
        with contextlib.suppress(NoRoom):
            return _place(picture, lang, told, trail, room)
    return _place(picture, lang, told, trail, 0, anyhow=True)


def texts(words: Words, lang: str) -> tuple[str, ...]:
    """The words in one language, or in both."""
    return (words.zh, words.en) if lang == "both" else (words.of(lang),)


def _shapes(arrow: Arrow, lang: str, hint: Hint, times: Sequence[str]) -> tuple[tuple[Told, ...], ...]:
    """The arrow's text in the shapes that it may have: as it should be, wide, narrow."""
    usual = float(hint.text.get(lang, hint.text["zh"]))
    kinds = ((1.0, False), (2.2, True), (0.65, False), (1.4, False), (0.8, False))
    shapes = [_told(arrow, lang, times, usual * share, joined) for share, joined in kinds]
    return tuple(dict.fromkeys(shapes))


def _told(arrow: Arrow, lang: str, times: Sequence[str], room: float, joined: bool) -> tuple[Told, ...]:
    lines: list[Told] = [Told(time, "time") for time in times]
    languages = ("zh", "en") if lang == "both" else (lang,)
    for note in arrow.notes:
        parts = [_note(note, language) for language in languages]
        wholes = [" ".join(text for text in part if text) for part in parts]
        if joined and width(" ".join(wholes), TEXT) <= room:
            lines.append(Told(" ".join(wholes), "event"))
            continue
        for part, whole in zip(parts, wholes, strict=True):
            if joined and width(whole, TEXT) <= room:
                lines.append(Told(whole, "event"))
                continue
            for text, kind in zip(part, ("event", "demand", "follows"), strict=True):
                lines += [Told(line, kind) for line in wrap(text, TEXT, room) if text]
    return tuple(lines)


def _note(note: Note, language: str) -> tuple[str, str, str]:
    comma = "；" if language == "zh" else "; "
    demands = comma.join(words.of(language) for words in note.demands)
    follows = comma.join(words.of(language) for words in note.follows)
    events = ("、" if language == "zh" else ", ").join(words.of(language) for words in note.events)
    return events + note.marks, f"[{demands}]" if demands else "", f"→ {follows}" if follows else ""


# --------------------------------------------------------------------------------------------------------------- boxes


def _cells(picture: Picture, hint: Hint) -> tuple[dict[str, tuple[int, int, int, int]], int, int]:
    """For each box its first and last column and row; and how many columns and rows there are."""
    grid = hint.cells
    cells = {box.key: where for box in picture.boxes if (where := _cells_of(box.key, hint))}
    columns, rows = max(map(len, grid)), len(grid)
    strangers = [box.key for box in picture.boxes if box.key not in cells]
    for place, key in enumerate(strangers):
        cells[key] = (place % columns, rows + place // columns, place % columns, rows + place // columns)
    return cells, columns, rows + -(-len(strangers) // columns)


def _cells_of(name: str, hint: Hint) -> tuple[int, int, int, int] | None:
    found = [(column, row) for row, names in enumerate(hint.cells) for column, each in enumerate(names) if each == name]
    if not found:
        return None
    columns, rows = {column for column, _ in found}, {row for _, row in found}
    return min(columns), min(rows), max(columns), max(rows)


def _place(
    picture: Picture,
    lang: str,
    told: Mapping[str, tuple[tuple[Told, ...], ...]],
    trail: Trail | None,
    room: int,
    *,
    anyhow: bool = False,
) -> Placed:
    hint = HINTS[picture.view]
    cells, columns, rows = _cells(picture, hint)
    names = {box.key: _name(box, lang, _room(cells[box.key], hint)) for box in picture.boxes}
    wide, high = [0] * columns, [0] * rows
    for box in picture.boxes:
        left, top, right, bottom = cells[box.key]
        measured = _size(names[box.key], hint)
        if left == right:
            wide[left] = max(wide[left], measured[0])
        if top == bottom:
            high[top] = max(high[top], measured[1])
    gaps_x, gaps_y = _gaps(hint.columns, lang, columns, room), _gaps(hint.rows, lang, rows, room)
    xs, ys = _starts(wide, gaps_x), _starts(high, gaps_y)
    boxes: dict[str, Rect] = {}
    for box in picture.boxes:
        left, top, right, bottom = cells[box.key]
        area = Rect(xs[left], ys[top], xs[right] + wide[right], ys[bottom] + high[bottom])
        boxes[box.key] = _in_cell(area, _size(names[box.key], hint), left < right, top < bottom)
    page = (xs[-1] + wide[-1] + gaps_x[-1], ys[-1] + high[-1] + gaps_y[-1])
    head_left, legend_cells = 20.0, _cells_of("legend", hint)
    if legend_cells:
        head_left, top = xs[legend_cells[0]], ys[legend_cells[1]]
        legend = lay_legend(picture, lang, Rect(head_left, top, page[0] - 20, top))
    else:
        legend = lay_legend(picture, lang, Rect(20, page[1], page[0] - 20, page[1]))
        page = (page[0], int(-(-max(chip.text_at.bottom for chip in legend) // PITCH)) * PITCH + 2 * PITCH)
    heading = " · ".join((*texts(picture.view.words, lang), *([trail.case_id] if trail else [])))
    head = Rect(head_left, 12, head_left + width(heading, TITLE), 12 + TITLE * LINE)
    frames, titles = _frames(picture, hint, lang, boxes)
    furthest = max((frame.right for frame in frames.values()), default=0.0)
    page = (max(page[0], int(-(-(furthest + 5) // PITCH)) * PITCH), page[1])
    start = _start(picture, boxes)
    members = {frame.key: frozenset((*frame.members, frame.key)) for frame in picture.frames if "+" in frame.key}
    ports = {key: frame for key, frame in frames.items() if "+" in key}
    taken = [
        *(rect for _, rect in titles.values()),
        head,
        *(chip.text_at for chip in legend),
        *(chip.at for chip in legend),
    ]
    if start:
        taken.append(start._replace(right=start.right + 12))
    board = Board((page[0] // PITCH, page[1] // PITCH), boxes, ports, list(frames.values()), taken, members)
    wanted = [
        Wanted(arrow.key, arrow.source, arrow.target, tuple(map(_measure, told[arrow.key])), arrow.is_main)
        for arrow in picture.arrows
    ]
    lines = lay_all(board, sorted(wanted, key=lambda one: _length(one, boxes, ports)), anyhow=anyhow)
    stands = trail.stands if trail else None
    went = frozenset(arrow.key for arrow in picture.arrows if trail and trail.on(arrow))
    chosen = {key: told[key][line.shape] for key, line in lines.items()}
    return Placed(
        picture, lang, page, boxes, names, frames, titles, lines, chosen, legend, start, (heading, head), stands, went
    )


def _measure(shape: tuple[Told, ...]) -> tuple[float, float]:
    return block([line.text for line in shape], TEXT)


def _length(one: Wanted, boxes: Mapping[str, Rect], ports: Mapping[str, Rect]) -> float:
    if one.source == one.target:
        return float("inf")
    (ax, ay), (bx, by) = ((ports.get(key) or boxes[key]).middle for key in (one.source, one.target))
    return abs(ax - bx) + abs(ay - by)


def _name(box: Box, lang: str, room: int) -> tuple[str, ...]:
    return tuple(line for text in texts(box.words[0], lang) for line in wrap(text, NAME, room))


def _room(cell: tuple[int, int, int, int], hint: Hint) -> int:
    """How wide a name may get: what lies across may be long, what stands upright should be narrow."""
    return 400 if cell[0] < cell[2] else 38 if cell[1] < cell[3] else hint.name


def _size(lines: Sequence[str], hint: Hint) -> tuple[int, int]:
    """Room for a name, in whole steps, of which there is one in the middle where the main path meets the box."""
    measured = block(lines, NAME)
    high = measured[1] + 8
    return _even(measured[0] + 12), _even(high) if hint.runs_across else int(-(-high // PITCH)) * PITCH


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


def _in_cell(area: Rect, size: tuple[int, int], fills_across: bool, fills_down: bool) -> Rect:
    left, top, right, bottom = area
    if not fills_across:
        left += (right - left - size[0]) // (2 * PITCH) * PITCH
        right = left + size[0]
    if not fills_down:
        top += (bottom - top - size[1]) // (2 * PITCH) * PITCH
        bottom = top + size[1]
    return Rect(left, top, right, bottom)


def _start(picture: Picture, boxes: Mapping[str, Rect]) -> Rect | None:
    for box in picture.boxes:
        if box.is_initial:
            rect = boxes[box.key]
            middle = rect.middle[1]
            return Rect(rect.left - 18 - START, middle - START / 2, rect.left - 18, middle + START / 2)
    return None


# -------------------------------------------------------------------------------------------------------------- frames


def _frames(
    picture: Picture, hint: Hint, lang: str, boxes: Mapping[str, Rect]
) -> tuple[dict[str, Rect], dict[str, tuple[tuple[str, ...], Rect]]]:
    frames: dict[str, Rect] = {}
    titles: dict[str, tuple[tuple[str, ...], Rect]] = {}
    for frame in sorted(picture.frames, key=lambda frame: "+" not in frame.key):
        inner = [boxes[key] for key in frame.members if key in boxes]
        inner += [frames[key] for key in frames if "+" in key and set(key.split("+")) <= set(frame.members)]
        if not inner:
            continue
        around = _around(inner)
        if "+" in frame.key:
            frames[frame.key] = Rect(around.left - _PAD, around.top - _PAD, around.right + _PAD, around.bottom + _PAD)
            continue
        is_left = frame.phase is not None and frame.phase.value in hint.titles_left
        lines = tuple(line for text in texts(frame.words, lang) for line in wrap(text, TEXT, 74 if is_left else 400))
        size = block(lines, TEXT)
        if any(box.is_initial for box in picture.boxes if box.key in frame.members):
            around = around._replace(left=around.left - 30)
        if is_left:
            first = min(inner, key=lambda rect: (rect.top, rect.left))
            top = first.middle[1] - size[1] / 2
            left = around.left - 12 - hint.title_room
            titles[frame.key] = lines, Rect(left, top, left + size[0], top + size[1])
            frames[frame.key] = _half(Rect(left - 7, around.top - 5, around.right + 5, around.bottom + 5))
        else:
            top = around.top - 9 - size[1]
            right = max(around.right + 5, around.left + size[0] + 6)
            at_right = frame.phase is not None and frame.phase.value in hint.titles_right
            left = around.right - size[0] if at_right else around.left - 2
            titles[frame.key] = lines, Rect(left, top, left + size[0], top + size[1])
            frames[frame.key] = _half(Rect(around.left - 5, top - 5, right, around.bottom + 5))
    return frames, titles


def _around(rects: Iterable[Rect]) -> Rect:
    listed = list(rects)
    return Rect(
        min(rect.left for rect in listed),
        min(rect.top for rect in listed),
        max(rect.right for rect in listed),
        max(rect.bottom for rect in listed),
    )


def _half(rect: Rect) -> Rect:
    """Between two steps of the raster, where no line runs, and no smaller than *rect*."""
    half = PITCH / 2
    left, top = ((edge - half) // PITCH * PITCH + half for edge in rect[:2])
    right, bottom = (-(-(edge - half) // PITCH) * PITCH + half for edge in rect[2:])
    return Rect(left, top, right, bottom)
