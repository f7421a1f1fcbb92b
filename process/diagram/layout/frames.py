"""Frames around boxes, and their titles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from process.diagram.layout.box_rectangles import Cells
from process.diagram.layout.geometry import PITCH, Rect
from process.diagram.layout.labels import TEXT, texts
from process.diagram.layout.typeface import block, width, wrap
from process.diagram.view_options import ViewLayout
from process.diagram.views import Frame, Picture
from process.model import Words

Title = tuple[tuple[str, ...], Rect]
_PAD = 10
_START = 30  # points for the start mark
_TRAFFIC = 24  # points above the first box, for the traffic of its arrow
_LEFT = 30  # points at the left for the traffic of arrows whose texts stand there
_TITLE, _NARROW, _ANY = 74, 90, 400  # points: how wide a title may get at the left, over ends at least, and over a phase
_BESIDE = 70  # points between a title at the left and its boxes, which it fills


def place_frames(
    picture: Picture, layout: ViewLayout, lang: str, boxes: Mapping[str, Rect], cells: Mapping[str, Cells]
) -> tuple[dict[str, Rect], dict[str, Title]]:
    """The frames of *picture* by key, and the titles of those that have one."""
    frames: dict[str, Rect] = {}
    titles: dict[str, Title] = {}
    for frame in sorted(picture.frames, key=lambda frame: not frame.is_group):
        inner = [boxes[key] for key in frame.members if key in boxes]
        groups = [other for other in picture.frames if other.is_group and {*other.members} <= {*frame.members}]
        inner += [frames[other.key] for other in groups if other.key in frames]
        if not inner:
            continue
        inner += _signposts_within(picture, frame, boxes, cells)
        around = _around(inner)
        if frame.is_group:
            frames[frame.key] = Rect(around.left - _PAD, around.top - _PAD, around.right + _PAD, around.bottom + _PAD)
            continue
        name = frame.phase.value if frame.phase else frame.end.value if frame.end else ""
        place = layout.titles.get(name, "above")
        is_narrow = place == "left" or (frame.phase and place == "between")
        room = _TITLE if is_narrow else max(around.right - around.left, _NARROW) if frame.end else _ANY
        lines = _title(frame.words, lang, room, _TITLE if is_narrow else max(around.right - around.left + 30, _TITLE))
        size = block(lines, TEXT)
        if any(box.is_initial for box in picture.boxes if box.key in frame.members):
            around = around._replace(left=around.left - _START, top=around.top - _room_above(picture))
        more_left, more_below, more_right = _room_around(picture, layout, name, lang)
        around = around._replace(
            left=around.left - more_left, bottom=around.bottom + more_below, right=around.right + more_right
        )
        if place == "between":
            first, second = sorted(inner)[:2]
            is_tall = first.bottom - first.top > first.right - first.left
            left = first.right + 9 if is_tall else (first.right + second.left - size[0]) / 2
            top = first.top + 2 if is_tall else first.middle[1] - size[1] / 2
            titles[frame.key] = lines, Rect(left, top, left + size[0], top + size[1])
            frames[frame.key] = _half(Rect(around.left - 5, around.top - 5, around.right + 5, around.bottom + 5))
            continue
        if place == "left":
            first = min(inner, key=lambda rect: (rect.top, rect.left))
            top = first.middle[1] - size[1] / 2
            left = around.left - 12 - _BESIDE
            titles[frame.key] = lines, Rect(left, top, left + size[0], top + size[1])
            frames[frame.key] = _half(Rect(left - 7, around.top - 5, around.right + 5, around.bottom + 5))
            continue
        if place == "low":
            frames[frame.key] = low = _half(Rect(around.left - 5, around.top - 5, around.right + 5, around.bottom + 5))
            lines = _title(frame.words, lang, _TITLE, _TITLE)
            size = block(lines, TEXT)
            titles[frame.key] = lines, Rect(low.left + 7, low.bottom - 7 - size[1], low.left + 7 + size[0], low.bottom - 7)
            continue
        lacking = max(size[0] + 4 - (around.right - around.left), 0)
        around = around._replace(left=around.left - lacking / 2, right=around.right + lacking / 2)
        top = around.top - 8 - size[1]
        left = around.right - size[0] if place == "right" else around.left + 2
        titles[frame.key] = lines, Rect(left, top, left + size[0], top + size[1])
        frames[frame.key] = _half(Rect(around.left - 5, top - 5, around.right + 5, around.bottom + 5))
    return frames, titles


def _room_around(picture: Picture, layout: ViewLayout, name: str, lang: str) -> tuple[int, int, int]:
    """The room at the left, below and at the right; at the left also for traffic, where texts stand there."""
    left, below, right = layout.room.get(f"{name}.{lang}", layout.room.get(name, (0, 0, 0)))
    return left + (_LEFT if left and _room_above(picture) else 0), below, right


def _room_above(picture: Picture) -> int:
    return _TRAFFIC if any(arrow.traffic for arrow in picture.arrows) else 0


def _title(words: Words, lang: str, room: float, across: float) -> tuple[str, ...]:
    """A frame's title in lines no wider than *room*; both languages in one, if that is no wider than *across*."""
    given = texts(words, lang)
    joined = " ".join([given[0], *(text.lstrip("0123456789 ") for text in given[1:])])
    if lang == "both" and width(joined, TEXT) <= across:
        return (joined,)
    return tuple(line for text in given for line in wrap(text, TEXT, room))


def _signposts_within(
    picture: Picture, frame: Frame, boxes: Mapping[str, Rect], cells: Mapping[str, Cells]
) -> Iterable[Rect]:
    """The signposts that stand among the frame's boxes."""
    left, top, right, bottom = (
        choose(cells[key][side] for key in frame.members) for side, choose in enumerate((min, min, max, max))
    )
    for box in picture.boxes:
        if box.leads_to is not None:
            a, b, c, d = cells[box.key]
            if left <= a and top <= b and c <= right and d <= bottom:
                yield boxes[box.key]


def _around(rects: Iterable[Rect]) -> Rect:
    listed = list(rects)
    return Rect(
        min(rect.left for rect in listed),
        min(rect.top for rect in listed),
        max(rect.right for rect in listed),
        max(rect.bottom for rect in listed),
    )


def _half(rect: Rect) -> Rect:
    """The rectangle extended to half steps of the raster, where no line runs."""
    half = PITCH / 2
    left, top = ((edge - half) // PITCH * PITCH + half for edge in rect[:2])
    right, bottom = (-(-(edge - half) // PITCH) * PITCH + half for edge in rect[2:])
    return Rect(left, top, right, bottom)
