"""The text of an arrow, in lines: events, their conditions and their effects."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from process.diagram.arrows import Arrow, Note
from process.diagram.layout.typeface import width, wrap
from process.diagram.views import Picture
from process.model import Words

TEXT = 10.0  # type size in points
SIGNS = "‡§¶‖#"
SHORT = 60.0  # points: what is narrower is not worth a sign


class LabelLine(NamedTuple):
    """A line of an arrow's text. ``kind``: ``event``, ``condition``, ``effect`` or ``traffic``."""

    text: str
    kind: str


Label = tuple[LabelLine, ...]


def texts(words: Words, lang: str) -> tuple[str, ...]:
    """The words in one language, or in both."""
    return (words.zh, words.en) if lang == "both" else (words.of(lang),)


def with_signs(picture: Picture, least: int) -> Picture:
    """The same picture, with a sign for each long condition that *least* notes or more have, and a footnote for it."""
    notes = [note for arrow in picture.arrows for note in arrow.notes]
    counts = Counter(words for note in notes for words in note.conditions)
    often = [words for words, count in counts.items() if count >= least and width(words.en, TEXT) > SHORT]
    signs = dict(zip(often, SIGNS, strict=False))

    def short(note: Note) -> Note:
        own = "".join(signs[words] for words in note.conditions if words in signs)
        conditions = tuple(words for words in note.conditions if words not in signs)
        return replace(note, conditions=conditions, signs=note.signs + own)

    arrows = tuple(replace(arrow, notes=tuple(map(short, arrow.notes))) for arrow in picture.arrows)
    footnotes = tuple(Words(f"{sign} 须{words.zh}", f"{sign} only if {words.en}") for words, sign in signs.items())
    return replace(picture, arrows=arrows, footnotes=(*picture.footnotes, *footnotes))


def without_effects(picture: Picture) -> Picture:
    """The same picture, with events and conditions alone."""

    def short(arrow: Arrow) -> Arrow:
        return replace(arrow, notes=tuple(replace(note, effects=()) for note in arrow.notes))

    return replace(picture, arrows=tuple(map(short, picture.arrows)))


def label_shapes(arrow: Arrow, lang: str, usual: float) -> tuple[Label, ...]:
    """The arrow's text in the shapes that it may have: as it should be, wide, narrow.

    Args:
        usual: how wide it should be, in points.
    """
    kinds = ((1.0, False), (2.2, True), (0.65, False), (1.4, True), (1.4, False), (0.8, False))
    found = [_arrow_label(arrow, lang, usual * share, joined) for share, joined in kinds]
    return tuple(dict.fromkeys(found))


def _arrow_label(arrow: Arrow, lang: str, room: float, joined: bool) -> Label:
    lines: list[LabelLine] = []
    for note in arrow.notes:
        parts = _note_parts(note, lang)
        whole = " ".join(text for text, _ in parts)
        if joined and width(whole, TEXT) <= room:
            lines.append(LabelLine(whole, "event"))
            continue
        for text, kind in parts:
            lines += [LabelLine(line, kind) for line in wrap(text, TEXT, room)]
    whole = " · ".join(arrow.traffic)
    widest = max((width(line.text, TEXT) for line in lines), default=0.0)
    traffic = (whole,) if width(whole, TEXT) <= max(room, widest) else arrow.traffic
    return (*lines, *(LabelLine(text, "traffic") for text in traffic if text))


def _note_parts(note: Note, lang: str) -> list[tuple[str, str]]:
    kinds = ("event", "condition", "effect")
    if lang != "both":
        return [(text, kind) for text, kind in zip(_note_texts(note, lang), kinds, strict=True) if text]
    zh, en = _note_texts(note, "zh"), _note_texts(note, "en")
    both = f"{zh[0]} {en[0]}"
    parts = [(both, "event")] if width(both, TEXT) < 2 * SHORT else [(zh[0], "event"), (en[0], "event")]
    for place, kind in enumerate(kinds[1:], 1):
        if zh[place] == en[place]:
            if zh[place]:
                parts[-1] = (f"{parts[-1][0]} {zh[place]}", parts[-1][1])
        elif width(zh[place] + en[place], TEXT) < 2 * SHORT and kind == "condition":
            parts.append((f"{zh[place][:-1]} {en[place][1:]}", kind))
        else:
            parts += [(zh[place], kind), (en[place], kind)]
    return parts


def _note_texts(note: Note, language: str) -> tuple[str, str, str]:
    """Events, conditions in brackets, and effects after an arrow."""
    comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
    events = comma.join(words.of(language) for words in note.events)
    conditions = semicolon.join(words.of(language) for words in note.conditions)
    effects = semicolon.join(words.of(language) for words in note.effects)
    return events + note.signs, f"[{conditions}]" if conditions else "", f"→ {effects}" if effects else ""
