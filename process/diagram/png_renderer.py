"""PNG of SVG, by resvg. The one file that knows resvg."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from typing import Final

from process.diagram.errors import CannotDraw
from process.diagram.overwrite_guard import marked_png
from process.diagram.svg_writer import CHINESE_FONTS, FONTS
from process.model import Words

INSTALL: Final = 'pip install "installment-cancellation[diagrams]"'

_CHINESE_TEXT = re.compile(r"(<text [^>]*)>([^<]*[\u3000-\u9fff\uff00-\uffef])")


def render_png(svg: str, *, width: int = 1684) -> bytes:
    """Render the SVG as PNG.

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
    svg = _CHINESE_TEXT.sub(lambda found: f"{found[1].replace(FONTS, f'{CHINESE_FONTS}, {FONTS}')}>{found[2]}", svg)
    return marked_png(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, dpi=96, languages=["zh-Hans", "en"])))


@cache
def _draws(sample: str) -> bool:
    """True if the character is drawn differently from one that no font has."""
    import resvg_py

    def drawn(character: str) -> bytes:
        text = f'<text x="2" y="24" font-size="20" font-family="{FONTS}">{character}</text>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">{text}</svg>'
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=96))

    return drawn(sample) not in (drawn("\U000f0000"), drawn(" "))
