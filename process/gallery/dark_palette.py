"""The colours of the picture on a dark page: for each colour that it is drawn in, the one that takes its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from process.diagram.palette import END, FRAME, GROUND, INK, LINE, MAIN, MOVE, PAGE, QUIET, WENT
from process.model import Actor, EndKind

DARK_MOVE: Mapping[Actor, str] = {
    Actor.CUSTOMER: "#5F5C12",
    Actor.SYSTEM: "#1D4468",
    Actor.LENDER: "#A24E0E",
    Actor.VERIFIER: "#7A3562",
    Actor.SUPPORT: "#0C3F2E",
    Actor.CLOCK: "#3A424B",
}
"""Of the same hues as by day; light text stands on them, and their lightness tells them apart in grey."""

DARK_END: Mapping[EndKind, tuple[str, str]] = {
    EndKind.GOOD: ("#13291F", "#4CC493"),
    EndKind.NEUTRAL: ("#23272C", "#B9BFC6"),
    EndKind.BAD: ("#33201A", "#F0916B"),
}
DARK_INK, DARK_PAGE, DARK_WENT = "#F1F4F8", "#12171D", "#FF6FA8"

DARK: Mapping[str, str] = {
    INK: DARK_INK,
    "black": DARK_INK,  # Graphviz' own, where a shape is given no line
    QUIET: "#B4BFCA",
    FRAME: "#3C4754",
    GROUND: "#1B222B",
    PAGE: DARK_PAGE,
    MAIN: "#6CB2F5",
    LINE: "#8C99A7",
    WENT: DARK_WENT,
    **{MOVE[actor]: colour for actor, colour in DARK_MOVE.items()},
    **{day: night for kind in EndKind for day, night in zip(END[kind], DARK_END[kind], strict=True)},
}
"""By the colour of the day. A test holds that no colour of the picture is missing."""


def rules() -> Iterator[str]:
    """The style sheet's rules for a dark page: those of the picture, then those of what shares its colours."""
    for day, night in DARK.items():
        for name in ("fill", "stroke", "stop-color"):
            yield f'.picture [{name}="{day.lower()}" i] {{ {name}: {night}; }}'
    yield f":root {{ --went: {DARK_WENT}; --paper: {DARK_PAGE}; --on-colour: {DARK_INK}; }}"
    for actor, colour in DARK_MOVE.items():
        yield f'.chip[data-actor="{actor}"] {{ background: {colour}; }}'
    for kind, (_, border) in DARK_END.items():
        yield f'.now[data-end="{kind}"] {{ border-top-color: {border}; }}'
