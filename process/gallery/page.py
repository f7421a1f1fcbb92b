"""The page ``diagrams/index.html``: the overview, and a path through the process that is clicked step by step.

One file that needs no network. The browser decides nothing: the page holds every reachable configuration
(``process.gallery.configurations``), so page and library can only disagree where the page is stale.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

from process import diagram
from process.diagram.output import MARK
from process.diagram.palette import DARK, END, INK, MOVE, PAGE, VISITED
from process.exploration.explorer import Exploration, explore
from process.gallery.configurations import page_data

LANGUAGES = ("zh", "en")
SCRIPTS = ("words.js", "paths.js", "snapshots.js", "picture.js", "saving.js", "view.js", "controls.js")
"""In the order in which they depend on each other; the page holds them as one script."""


def html(pictures: Mapping[str, str] | None = None, exploration: Exploration | None = None) -> str:
    """Return the page, the same on every machine and in every run.

    Args:
        pictures: the overview as SVG, by language; drawn where they are left out.
        exploration: of the released model; made where it is left out.

    Raises:
        CannotDraw: as ``diagram.svg``.
    """
    style = "\n".join(_colours()) + "\n" + _asset("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(map(_asset, SCRIPTS)) + "})();\n"
    pictures = pictures or {lang: diagram.svg("overview", lang) for lang in LANGUAGES}
    embedded = "\n".join(_embedded(pictures[lang], lang) for lang in LANGUAGES)
    data = json.dumps(page_data(exploration or explore()), ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    styles = (style, *re.findall(r"<style[^>]*>(.*?)</style>", embedded, re.DOTALL))
    sources = f"style-src {_hashes(styles)}; script-src {_hashes([script])}; img-src blob:"
    policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
    parts = {"policy": policy, "style": style, "pictures": embedded, "data": data, "script": script}
    parts["mark"] = f"<!-- {MARK} -->"
    return re.sub(r"<!--(\w+)-->", lambda found: parts[found[1]], _asset("page.html"))


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _colours() -> Iterator[str]:
    """Yield the style rules for the colours that the page shares with the picture, then those of the dark page."""
    light = {colour: colour for colour in DARK}
    yield from _shared_colours(light)
    yield "@media screen and (prefers-color-scheme: dark) {"
    for colour, dark in DARK.items():
        for name in ("fill", "stroke", "stop-color"):
            yield f'.picture [{name}="{colour.lower()}" i] {{ {name}: {dark}; }}'
    yield from _shared_colours(DARK)
    yield "}"


def _shared_colours(shown: Mapping[str, str]) -> Iterator[str]:
    yield f":root {{ --went: {shown[VISITED]}; --paper: {shown[PAGE]}; --on-colour: {shown[INK]}; }}"
    for actor, colour in MOVE.items():
        yield f'.chip[data-actor="{actor}"] {{ background: {shown[colour]}; }}'
    for kind, (_, border) in END.items():
        yield f'.now[data-end="{kind}"] {{ border-top-color: {shown[border]}; }}'


def _hashes(texts: Iterable[str]) -> str:
    """Return the texts as sources of a content security policy, under which nothing else in the page runs or styles."""
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _embedded(svg: str, lang: str) -> str:
    """Return the picture as part of a page that holds those of other languages, too: without prolog, its ids prefixed."""
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)  # Graphviz' names, which would show as tooltips
    svg = re.sub(r'\sstyle="([^"]*)"', _attributes, svg)
    svg = re.sub(r'(\s(?:xlink:)?href="#|\sid="|url\(#)', rf"\g<1>{lang}-", svg)
    return svg.replace(
        "<svg", f'<svg class="picture" data-lang="{lang}" role="img" data-label="picture" hidden=""', 1
    ).strip()


def _attributes(style: re.Match[str]) -> str:
    """Return an SVG's style as attributes, which the policy lets through."""
    pairs = (part.split(":", 1) for part in style[1].split(";") if part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
