"""The legend: the meaning of the colours, borders, lines and brackets that a picture has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from process.diagram.layout.geometry import Rect
from process.diagram.layout.typeface import LINE, width
from process.diagram.palette import MAIN, MOVE
from process.diagram.views import Picture
from process.model import Actor, Words

SIZE = 10.0  # points
_SAMPLE, _GAP, _BETWEEN = 18.0, 5.0, 16.0  # points


class LegendEntry(NamedTuple):
    """A sample and its meaning.

    ``sample``: ``owner``, ``start``, ``end``, ``line``, ``here``, ``signpost``, or empty for words alone.
    """

    sample: str
    colour: str
    text: str
    at: Rect
    text_at: Rect


def place_legend(picture: Picture, lang: str, area: Rect) -> tuple[LegendEntry, ...]:
    """The legend's entries in rows from the left top of *area*, no wider than it."""
    return place_in_rows(_owner_entries(picture), lang, area)


def place_in_rows(entries: Iterable[tuple[str, str, Words]], lang: str, area: Rect) -> tuple[LegendEntry, ...]:
    """Entries of sample, colour and words, in rows from the left top of *area*, no wider than it."""
    placed: list[LegendEntry] = []
    ends: list[float] = [area.left]  # where each row ends
    height = SIZE * LINE
    for sample, colour, words in entries:
        text = " ".join(dict.fromkeys(words)) if lang == "both" else words.of(lang)
        wide = _SAMPLE if sample else 0.0
        whole = wide + (_GAP if wide else 0) + width(text, SIZE)
        open_rows = range(len(ends) - 1 if sample else 0, len(ends))
        fits = (row for row in open_rows if ends[row] == area.left or ends[row] + whole <= area.right)
        row = next(fits, len(ends))
        if row == len(ends):
            ends.append(area.left)
        x, y = ends[row], area.top + row * (height + 6)
        text_left = x + wide + (_GAP if wide else 0)
        at = Rect(x, y + 1, x + wide, y + height - 1)
        placed.append(LegendEntry(sample, colour, text, at, Rect(text_left, y, text_left + width(text, SIZE), y + height)))
        ends[row] = x + whole + _BETWEEN
    return tuple(placed)


def _owner_entries(picture: Picture) -> Iterator[tuple[str, str, Words]]:
    owners = {owner for box in picture.boxes for owner in box.owners}
    yield "", "", Words("颜色＝由谁行动：", "Colour = whose move:")
    for actor in Actor:
        if actor in owners:
            yield "owner", MOVE[actor], actor.words
    if any(box.is_initial for box in picture.boxes):
        yield "start", "", Words("开始", "start")
    if any(box.end for box in picture.boxes):
        yield "end", "", Words("结局", "end")
    if any(arrow.is_main for arrow in picture.arrows):
        yield "line", MAIN, Words("主路径", "main path")
    if any(box.leads_to for box in picture.boxes):
        yield "signpost", "", Words("接到所写的状态", "continues there")
    notes = [note for arrow in picture.arrows for note in arrow.notes]
    if any(note.conditions for note in notes):
        yield "", "", Words("[条件]", "[only if]")
    if any(note.effects for note in notes):
        yield "", "", Words("→ 随后", "→ and then")
    for footnote in picture.footnotes:
        yield "", "", footnote
