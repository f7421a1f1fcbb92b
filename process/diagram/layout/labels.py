"""What an arrow says, in lines: events, what they demand, and what follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from process.diagram.layout.typeface import width, wrap
from process.diagram.views import Arrow, Note, Picture
from process.model import Words

TEXT = 10.0  # type size in points
MARKS = "‡§¶"
SHORT = 60.0  # points: what is narrower is not worth a sign


class Told(NamedTuple):
    """A line of an arrow's text. ``kind``: ``event``, ``demand`` or ``follows``."""

    text: str
    kind: str


def texts(words: Words, lang: str) -> tuple[str, ...]:
    """The words in one language, or in both."""
    return (words.zh, words.en) if lang == "both" else (words.of(lang),)


def marked(picture: Picture, least: int) -> Picture:
    """The same picture, with a sign for each long demand that *least* notes or more make, and the legend to explain it."""
    notes = [note for arrow in picture.arrows for note in arrow.notes]
    said = Counter(words for note in notes for words in note.demands)
    often = [words for words, count in said.items() if count >= least and width(words.en, TEXT) > SHORT]
    marks = dict(zip(often, MARKS, strict=False))

    def short(note: Note) -> Note:
        signs = "".join(marks[words] for words in note.demands if words in marks)
        demands = tuple(words for words in note.demands if words not in marks)
        return replace(note, demands=demands, marks=note.marks + signs)

    arrows = tuple(replace(arrow, notes=tuple(map(short, arrow.notes))) for arrow in picture.arrows)
    keys = tuple(Words(f"{sign} 须{words.zh}", f"{sign} only if {words.en}") for words, sign in marks.items())
    return replace(picture, arrows=arrows, footnotes=(*picture.footnotes, *keys))


def brief(picture: Picture) -> Picture:
    """The same picture without what follows from events."""

    def short(arrow: Arrow) -> Arrow:
        return replace(arrow, notes=tuple(replace(note, follows=()) for note in arrow.notes))

    return replace(picture, arrows=tuple(map(short, picture.arrows)))


def shapes(arrow: Arrow, lang: str, usual: float) -> tuple[tuple[Told, ...], ...]:
    """The arrow's text in the shapes that it may have: as it should be, wide, narrow.

    Args:
        usual: how wide it should be, in points.
    """
    kinds = ((1.0, False), (2.2, True), (0.65, False), (1.4, True), (1.4, False), (0.8, False))
    found = [_told(arrow, lang, usual * share, joined) for share, joined in kinds]
    return tuple(dict.fromkeys(found))


def _told(arrow: Arrow, lang: str, room: float, joined: bool) -> tuple[Told, ...]:
    lines: list[Told] = []
    for note in arrow.notes:
        parts = _parts(note, lang)
        whole = " ".join(text for text, _ in parts)
        if joined and width(whole, TEXT) <= room:
            lines.append(Told(whole, "event"))
            continue
        for text, kind in parts:
            lines += [Told(line, kind) for line in wrap(text, TEXT, room)]
    return tuple(lines)


def _parts(note: Note, lang: str) -> list[tuple[str, str]]:
    if lang != "both":
        return [(text, kind) for text, kind in zip(_note(note, lang), ("event", "demand", "follows"), strict=True) if text]
    zh, en = _note(note, "zh"), _note(note, "en")
    both = f"{zh[0]} {en[0]}"
    parts = [(both, "event")] if width(both, TEXT) < 2 * SHORT else [(zh[0], "event"), (en[0], "event")]
    for place, kind in ((1, "demand"), (2, "follows")):
        if zh[place] == en[place]:
            if zh[place]:
                parts[-1] = (f"{parts[-1][0]} {zh[place]}", parts[-1][1])
        elif width(zh[place] + en[place], TEXT) < 2 * SHORT and kind == "demand":
            parts.append((f"{zh[place][:-1]} {en[place][1:]}", kind))
        else:
            parts += [(zh[place], kind), (en[place], kind)]
    return parts


def _note(note: Note, language: str) -> tuple[str, str, str]:
    comma = "；" if language == "zh" else "; "
    demands = comma.join(words.of(language) for words in note.demands)
    follows = comma.join(words.of(language) for words in note.follows)
    events = ("、" if language == "zh" else ", ").join(words.of(language) for words in note.events)
    return events + note.marks, f"[{demands}]" if demands else "", f"→ {follows}" if follows else ""
