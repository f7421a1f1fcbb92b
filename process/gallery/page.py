"""The page `diagrams/index.html`: the overview picture, and a trip through the process that is clicked step by step.

One file, without network. Nothing is decided in the browser: ``walkable`` puts every reachable configuration into the page,
so page and library can't disagree unless the page is stale.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources

from process import diagram
from process.diagram.output import MARK
from process.diagram.palette import END, INK, MOVE, PAGE, WENT
from process.exploration.explorer import explore
from process.gallery import dark_palette
from process.gallery.walkable import walkable

LANGUAGES = ("zh", "en")
SCRIPTS = ("page_words.js", "page_walk.js", "page_picture.js", "page_view.js", "page.js")
"""In the order in which they build on each other; the page holds them as one."""


def html(pictures: Mapping[str, str] | None = None) -> str:
    """The page as text. The same on every machine and in every run.

    Args:
        pictures: the overview as SVG, by language, where it is drawn already; drawn anew where it is left out.

    Raises:
        as ``diagram.svg``, where nothing is there to draw the picture with.
    """
    style = _colours() + _packaged("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(map(_packaged, SCRIPTS)) + "})();\n"
    drawn = pictures or {lang: diagram.svg("overview", lang) for lang in LANGUAGES}
    embedded = "\n".join(_namespaced(drawn[lang], lang) for lang in LANGUAGES)
    data = json.dumps(walkable(explore()), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    styles = (style, *re.findall(r"<style[^>]*>(.*?)</style>", embedded, re.DOTALL))
    sources = f"style-src {_hashes(styles)}; script-src {_hashes([script])}"
    policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
    parts = {"policy": policy, "style": style, "pictures": embedded, "data": data, "script": script}
    parts["mark"] = f"<!-- {MARK} -->"
    return re.sub(r"<!--(\w+)-->", lambda found: parts[found[1]], _packaged("page.html"))


def _packaged(name: str) -> str:
    return resources.files("process.gallery").joinpath(name).read_text(encoding="utf-8")


def _colours() -> str:
    """The colours of the picture, for the rest of the page."""
    rules = [f":root {{ --went: {WENT}; --paper: {PAGE}; --on-colour: {INK}; }}"]
    rules += [f'.chip[data-actor="{actor}"] {{ background: {colour}; }}' for actor, colour in MOVE.items()]
    rules += [f'.now[data-end="{kind}"] {{ border-top-color: {border}; }}' for kind, (_, border) in END.items()]
    return "\n".join([*rules, "@media screen and (prefers-color-scheme: dark) {", *dark_palette.rules(), "}"]) + "\n"


def _hashes(texts: Iterable[str]) -> str:
    """The texts as sources of a content security policy: what else stands in the page does not run and does not style."""
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _namespaced(svg: str, lang: str) -> str:
    """The picture as part of a page that holds the other language's too: without prolog, its ids led by the language."""
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)  # names of the drawing, which would show as tooltips
    svg = re.sub(r'\sstyle="([^"]*)"', _attributes, svg)
    svg = re.sub(r'(\s(?:xlink:)?href="#|\sid="|url\(#)', rf"\g<1>{lang}-", svg)
    return svg.replace(
        "<svg", f'<svg class="picture" data-lang="{lang}" role="img" data-label="picture" hidden=""', 1
    ).strip()


def _attributes(style: re.Match[str]) -> str:
    """An SVG's style as attributes, which the policy lets through."""
    pairs = (part.split(":", 1) for part in style[1].split(";") if part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
