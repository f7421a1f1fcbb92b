"""The traffic of a log in a picture: how often each arrow was taken, the median wait before it, and cases in states.

Everything becomes text of the picture before it is laid out, so that it finds room like any other text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from process.diagram.arrows import ANYWHERE, Arrow
from process.diagram.quantities import count_words, duration_words
from process.diagram.view_options import View
from process.diagram.views import Picture, build_picture
from process.model import MODEL, Event, Model, Words

TransitionKey = tuple[str, str, str]
"""The values of source, event and target."""

THIN, THICK = 1.0, 4.0  # points: the widths of a line that nobody took, and of the one that was taken most
UNKNOWN: Final = "—"


@dataclass(frozen=True)
class Traffic:
    """The traffic that a picture shows.

    Attributes:
        counts: how often each transition was taken; one that is missing never was.
        medians: the median wait before an arrow, in seconds, by the transitions that ``transitions_of`` gives; without
            one the arrow shows its count alone.
        states: how many cases stand in each state.
        unrecorded: the events that the log does not record, so that nothing is known of them.
    """

    counts: Mapping[TransitionKey, int]
    medians: Mapping[frozenset[TransitionKey], float] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    unrecorded: frozenset[Event] = frozenset()


def transitions_of(view: str, model: Model = MODEL) -> dict[str, frozenset[TransitionKey]]:
    """Return for each arrow of a view, by its key, the transitions whose traffic it shows."""
    return _counted_at(build_picture(View(view), model))


def arrows_of(picture: Picture) -> dict[TransitionKey, str]:
    """Return for each transition that a picture shows the id of its arrow's group in SVG."""
    return {key: arrow.replace("+", "-") for arrow, keys in _counted_at(picture).items() for key in keys}


def with_traffic(picture: Picture, traffic: Traffic, lang: str) -> Picture:
    """Return the picture with texts for the traffic in *lang*, widths of lines, and footnotes that explain them."""
    most = max(traffic.counts.values(), default=0)
    keys = _counted_at(picture)
    arrows = tuple(_with_texts(arrow, keys[arrow.key], traffic, most, lang) for arrow in picture.arrows)
    boxes = tuple(
        replace(box, count=_count_text(traffic.states[box.state.value], lang))
        if box.state is not None and traffic.states.get(box.state.value)
        else box
        for box in picture.boxes
    )
    notes = [Words("蓝字：次数，等待的中位数", "blue: how often, median wait"), Words("线宽依次数", "width: how often")]
    if any(box.count for box in boxes):
        notes.append(Words("框中数字：停在此处的办理", "number in a box: cases that stand there"))
    if any(UNKNOWN in arrow.traffic for arrow in arrows):
        notes.append(Words(f"{UNKNOWN} 日志未记录", f"{UNKNOWN} not in the log"))
    if any(traffic.counts.get(key) for key in _drawn_twice(picture)):
        notes.append(Words("资方的更正计入其答复", "corrections by the lender count as answers"))
    return replace(picture, arrows=arrows, boxes=boxes, footnotes=(*picture.footnotes, *notes))


def _with_texts(arrow: Arrow, keys: frozenset[TransitionKey], traffic: Traffic, most: int, lang: str) -> Arrow:
    if {*arrow.events} <= traffic.unrecorded:
        return replace(arrow, traffic=(UNKNOWN,), width=THIN)
    count = sum(traffic.counts.get(key, 0) for key in keys)
    share = math.log1p(count) / math.log1p(most) if count else 0.0
    times = count_words(count)
    texts = [f"{times.zh}次" if lang == "zh" else f"{times.en} ×"]
    wait = traffic.medians.get(keys)
    if count and wait is not None:
        length = duration_words(wait)
        median = {"zh": "中位", "en": "median"}.get(lang, "中位 median")
        texts.append(f"{median} {length.of(lang) if lang != 'both' else length.en}")
    return replace(arrow, traffic=tuple(texts), width=round(THIN + (THICK - THIN) * min(share, 1.0), 2))


def _count_text(count: int, lang: str) -> str:
    return count_words(count).of("en" if lang == "both" else lang)


def _counted_at(picture: Picture) -> dict[str, frozenset[TransitionKey]]:
    """The transitions by arrow. One that two arrows have, for other conditions, counts where it is drawn from its state."""
    twice = _drawn_twice(picture)
    return {arrow.key: _keys_of(arrow) - twice if arrow.source == ANYWHERE else _keys_of(arrow) for arrow in picture.arrows}


def _drawn_twice(picture: Picture) -> frozenset[TransitionKey]:
    from_many = [_keys_of(arrow) for arrow in picture.arrows if arrow.source == ANYWHERE]
    others = [_keys_of(arrow) for arrow in picture.arrows if arrow.source != ANYWHERE]
    return frozenset().union(*from_many) & frozenset().union(*others)


def _keys_of(arrow: Arrow) -> frozenset[TransitionKey]:
    return frozenset((each.source.value, each.event.value, each.target.value) for each in arrow.transitions)
