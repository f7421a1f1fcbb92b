"""Pages that are one file and need no network: style, script, data and pictures inside, and a policy that lets in no more.

The gallery's page and others are made with it. ``assets/base.css`` and ``assets/dom.js`` are what such pages share.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

from process.diagram.overwrite_guard import MARK
from process.diagram.palette import DARK, END, INK, MOVE, PAGE, VISITED


def assemble(template: str, *, style: str, script: str, pictures: Iterable[str], data: Mapping[str, Any]) -> str:
    """Return the page of a template, in which ``<!--name-->`` stands for each part.

    Args:
        style: style sheets, after which come those of the pictures' colours.
        script: the script, which runs in a scope of its own.
        pictures: as ``embedded`` returns them.
        data: the content of the element ``data``, from which nothing can break out.
    """
    style = "\n".join(_colours()) + "\n" + style
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    drawn = "\n".join(pictures)
    styles = (style, *re.findall(r"<style[^>]*>(.*?)</style>", drawn, re.DOTALL))
    sources = f"style-src {_hashes(styles)}; script-src {_hashes([script])}; img-src blob:"
    parts = {
        "policy": f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'",
        "style": style,
        "pictures": drawn,
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": script,
        "mark": f"<!-- {MARK} -->",
    }
    return re.sub(r"<!--(\w+)-->", lambda found: parts[found[1]], template)


def asset(package: str, name: str) -> str:
    """Return the text of a file in a package's folder ``assets``."""
    return resources.files(package).joinpath("assets", name).read_text(encoding="utf-8")


def embedded(svg: str, prefix: str, **attributes: str) -> str:
    """Return a picture as part of a page, hidden: without prolog, its ids prefixed, with attributes as ``data-…``."""
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)  # Graphviz' names, which would show as tooltips
    svg = re.sub(r'\sstyle="([^"]*)"', _style_attributes, svg)
    svg = re.sub(r'(\s(?:xlink:)?href="#|\sid="|url\(#)', rf"\g<1>{prefix}-", svg)
    named = "".join(f' data-{name}="{value}"' for name, value in attributes.items())
    return svg.replace("<svg", f'<svg class="picture"{named} role="img" data-label="picture" hidden=""', 1).strip()


def _style_attributes(style: re.Match[str]) -> str:
    """Return an SVG's style as attributes, which the policy lets through."""
    pairs = (part.split(":", 1) for part in style[1].split(";") if part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def _colours() -> Iterator[str]:
    """Yield the style rules for the colours that a page shares with its pictures, then those of the dark page."""
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
