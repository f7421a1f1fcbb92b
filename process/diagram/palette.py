"""Colours: whose move it is, and how an end is meant. Told apart without colour vision, and in grey by their lightness."""

from __future__ import annotations

from collections.abc import Mapping

from process.model import Actor, EndKind

MOVE: Mapping[Actor, str] = {
    Actor.CUSTOMER: "#FBF2B6",
    Actor.SYSTEM: "#B9DDF5",
    Actor.LENDER: "#F0B44A",
    Actor.VERIFIER: "#D58CB5",
    Actor.SUPPORT: "#45A884",
    Actor.CLOCK: "#E4E4E4",
}
"""The colour of each actor's states, after Okabe and Ito, lightened so that dark text is legible on it."""

END: Mapping[EndKind, tuple[str, str]] = {
    EndKind.GOOD: ("#E6F4EC", "#00614A"),
    EndKind.NEUTRAL: ("#F2F2F2", "#4A4A4A"),
    EndKind.BAD: ("#FBEAE1", "#9A3412"),
}
"""The background of a group of ends, and the border of the ends in it."""

INK, QUIET, FRAME, GROUND, PAGE = "#1A1A1A", "#4F5B66", "#B8C4CE", "#F4F7FA", "#FFFFFF"
MAIN, LINE, VISITED = "#0B4F8A", "#5A6672", "#C2185B"

DARK: Mapping[str, str] = {
    INK: "#F1F4F8",
    "black": "#F1F4F8",  # Graphviz' own, where a shape is given no line
    QUIET: "#B4BFCA",
    FRAME: "#3C4754",
    GROUND: "#1B222B",
    PAGE: "#12171D",
    MAIN: "#6CB2F5",
    LINE: "#8C99A7",
    VISITED: "#FF6FA8",
    MOVE[Actor.CUSTOMER]: "#5F5C12",
    MOVE[Actor.SYSTEM]: "#1D4468",
    MOVE[Actor.LENDER]: "#A24E0E",
    MOVE[Actor.VERIFIER]: "#7A3562",
    MOVE[Actor.SUPPORT]: "#0C3F2E",
    MOVE[Actor.CLOCK]: "#3A424B",
    **dict(zip(END[EndKind.GOOD], ("#13291F", "#4CC493"), strict=True)),
    **dict(zip(END[EndKind.NEUTRAL], ("#23272C", "#B9BFC6"), strict=True)),
    **dict(zip(END[EndKind.BAD], ("#33201A", "#F0916B"), strict=True)),
}
"""The colour that replaces each on a dark page: of the same hue, with light text on it, and told apart in grey as well."""
