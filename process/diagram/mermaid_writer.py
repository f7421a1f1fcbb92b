"""A picture as a Mermaid flowchart, for Markdown pages: every label is quoted, what could mean anything is an entity."""

from __future__ import annotations

from collections.abc import Iterator

from process.diagram.arrows import Arrow, Note
from process.diagram.case_marks import CaseMarks, times
from process.diagram.layout.labels import texts
from process.diagram.overwrite_guard import MARK
from process.diagram.palette import END, INK, MAIN, MOVE, PAGE, QUIET, VISITED
from process.diagram.views import Box, Picture
from process.model import Actor, EndKind, Words

NOW = "now"
"""The box that says where a case stands, in a picture that lacks its state."""

KEY = "key"
"""The group that says what the colours and the marks mean."""

_COLOURS = Words("颜色＝由谁行动", "Colour = whose move")

# Neither full stop nor asterisk: Mermaid up to 11.4 takes "1. " at the beginning of a label for a list, and refuses it.
_PLAIN = frozenset(" ,()-–/：；，。、（）「」＝†‡→\u00b7")


def write_mermaid(picture: Picture, lang: str, marks: CaseMarks | None = None) -> str:
    """Write the picture as Mermaid text; its states have their values as ids."""
    return "\n".join(_diagram_lines(picture, lang, marks)) + "\n"


def _diagram_lines(picture: Picture, lang: str, marks: CaseMarks | None) -> Iterator[str]:
    yield f"%% {MARK}"
    yield "flowchart TB"
    framed: set[str] = set()
    boxes = {box.key: box for box in picture.boxes}
    for frame in picture.frames:
        if not frame.is_group:
            framed |= {*frame.members}
            yield f'  subgraph {_id(frame.key)}["{_box_label(frame.words, lang)}"]'
            inner = [other for other in picture.frames if other.is_group and {*other.members} <= {*frame.members}]
            for other in inner:
                yield f'    subgraph {_id(other.key)}[" "]'
                yield from (f"      {_box(boxes[key], lang)}" for key in other.members)
                yield "    end"
            nested = {key for other in inner for key in other.members}
            yield from (f"    {_box(boxes[key], lang)}" for key in frame.members if key not in nested)
            yield "  end"
    yield from (f"  {_box(box, lang)}" for box in picture.boxes if box.key not in framed and not box.leads_to)
    named = {box.leads_to: box for box in picture.boxes if box.leads_to and box.leads_to.value not in boxes}
    yield from (f'  {state.value}("{_box_label(box.words, lang)}")' for state, box in named.items())
    for box in picture.boxes:
        if box.is_initial:
            yield f"  start((( ))) ==> {box.key}"
    for arrow in picture.arrows:
        line = "==>" if arrow.is_main else "-->"
        yield f'  {_id(arrow.source)} {line}|"{_arrow_text(arrow, lang, marks)}"| {arrow.target}'
    if marks and not marks.is_in(picture):
        yield f'  {NOW}["{_box_label(marks.position(picture), lang)}"]'
    yield from _key(picture, lang)
    yield from _classes(picture, marks)


def _box(box: Box, lang: str) -> str:
    label = _box_label(box.words, lang) + (f"<br/>{escaped(box.count)}" if box.count else "")
    return f'{box.key}[["{label}"]]' if box.end else f'{box.key}("{label}")' if box.state else f'{box.key}["{label}"]'


def _key(picture: Picture, lang: str) -> Iterator[str]:
    yield f'  subgraph {KEY}["{_box_label(_COLOURS, lang)}"]'
    yield "    direction TB"
    yield from (f'    {KEY}_{owner}("{_box_label(owner.words, lang)}")' for owner in _owners(picture))
    if picture.footnotes:
        yield f'    {KEY}_marks["{"<br/>".join(_box_label(words, lang) for words in picture.footnotes)}"]'
    yield "  end"


def _owners(picture: Picture) -> list[Actor]:
    """The actors whose colours the picture has."""
    seen = {box.owners[0] for box in picture.boxes if box.owners}
    return [actor for actor in Actor if actor in seen]


def _classes(picture: Picture, marks: CaseMarks | None) -> Iterator[str]:
    for owner in _owners(picture):
        members = [*(box.key for box in picture.boxes if box.owners and box.owners[0] is owner), f"{KEY}_{owner}"]
        yield f"  classDef {owner}_moves fill:{MOVE[owner]},stroke:{QUIET},color:{INK}"
        yield f"  class {','.join(members)} {owner}_moves"
    for kind in EndKind:
        members = [box.key for box in picture.boxes if box.end is kind]
        if members:
            yield f"  classDef {kind}_end fill:{PAGE},stroke:{END[kind][1]},stroke-width:2px,color:{INK}"
            yield f"  class {','.join(members)} {kind}_end"
    if picture.footnotes:
        yield f"  style {KEY}_marks fill:none,stroke:none,text-align:left"
    has_start = any(box.is_initial for box in picture.boxes)
    for place, arrow in enumerate(picture.arrows, 1 if has_start else 0):
        if marks and marks.on(arrow):
            yield f"  linkStyle {place} stroke:{VISITED},stroke-width:4px"
        elif arrow.is_main:
            yield f"  linkStyle {place} stroke:{MAIN},stroke-width:3px"
    if marks:
        marked = marks.state.value if marks.is_in(picture) else NOW
        yield f"  style {marked} stroke:{VISITED},stroke-width:5px"


def _arrow_text(arrow: Arrow, lang: str, marks: CaseMarks | None) -> str:
    lines = list(times(marks.on(arrow))) if marks else []
    for note in arrow.notes:
        lines += [_note(note, language) for language in (("zh", "en") if lang == "both" else (lang,))]
    lines += [" · ".join(arrow.traffic)] if arrow.traffic else []
    return "<br/>".join(map(escaped, lines))


def _note(note: Note, language: str) -> str:
    comma, stop = ("、", "；") if language == "zh" else (", ", "; ")
    text = comma.join(words.of(language) for words in note.events) + note.signs
    if note.conditions:
        text += f" [{stop.join(words.of(language) for words in note.conditions)}]"
    if note.effects:
        text += f" → {stop.join(words.of(language) for words in note.effects)}"
    return text


def _box_label(words: Words, lang: str) -> str:
    return "<br/>".join(map(escaped, texts(words, lang)))


def _id(key: str) -> str:
    return key.replace("+", "_").replace("-", "_")


def escaped(text: str) -> str:
    """*text* so that Mermaid, and the page around it, show it and read nothing into it."""
    return "".join(character if character.isalnum() or character in _PLAIN else _entity(character) for character in text)


def _entity(character: str) -> str:
    return f"#{ord(character)};" if character.isprintable() else " "
