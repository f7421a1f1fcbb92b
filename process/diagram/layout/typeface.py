"""The widths of text, such that boxes fit it whatever font the reader has.

The widths are a little under Verdana's, which is among the widest of the fonts that readers have, and which Graphviz
without a font library measures; Arial and Helvetica, which come first in the pictures' list of fonts, are narrower still.
A Chinese character counts as three bytes of the width of a space, which is a little over its own width.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

SHARE = 0.92  # of Verdana's widths
_EM = 2048
# fmt: off
_UNITS = (
    720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930,  # space to /
    1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117,  # 0 to ?
    2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612,  # @ to O
    1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302,  # P to _
    1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243,  # ` to o
    1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676,  # p to ~
)
# fmt: on
"""The widths of the characters of ASCII, in units of which _EM make the type size."""

_WIDTHS = {chr(32 + place): units * SHARE / _EM for place, units in enumerate(_UNITS)}
_BYTE = _UNITS[0] / _EM  # of a Chinese character, which has three
LINE = 1.2  # the height of a line, in type sizes
# fmt: off
_WHOLE = (
    "人脸识别", "客户", "客服", "系统", "资方", "核验", "验证", "人脸", "识别", "分期",
    "取消", "处理", "订单", "同意", "次数", "用尽", "未用", "方式", "其他", "答复",
    "报价", "请求", "目标", "已取消", "尚未", "除外", "登录", "状态", "后果", "费用",
    "入口", "一次", "计一", "退还", "结论", "通过", "跳过", "提交", "作废", "接受",
    "当前", "账号", "购买", "指引", "返回", "自助", "办理", "豁免", "申请", "联系",
    "亦可",
)
# fmt: on
"""Words that a line does not break."""

_NEVER_FIRST = frozenset("，。；：、！？）」』…,.;:!?)]")


def width(text: str, size: float) -> float:
    """The width of *text* in points, in type of *size* points."""
    return size * _ems(text)


@lru_cache(maxsize=8192)
def _ems(text: str) -> float:
    return sum(map(_em, text))


def graphviz_width(lines: Sequence[str], size: float) -> float:
    """The width of the widest line as Graphviz measures it, in points: it places the left edge by this."""
    return max((size * sum(map(_graphviz_em, line.encode("utf-8", "replace"))) for line in lines), default=0.0)


def _graphviz_em(byte: int) -> float:
    return (_UNITS[byte - 32] if 32 <= byte < 127 else _UNITS[0]) / _EM


def _em(character: str) -> float:
    return _WIDTHS.get(character) or _BYTE * len(character.encode("utf-8", "replace"))


def block(lines: Sequence[str], size: float) -> tuple[float, float]:
    """Width and height of lines under each other, in points."""
    return max((width(line, size) for line in lines), default=0.0), LINE * size * len(lines)


def wrap(text: str, size: float, room: float) -> list[str]:
    """*text* in lines no wider than *room* points, of even length; a word that alone is wider stays whole."""
    total = width(text, size)
    if total <= room:
        return [text]
    pieces = [(piece, width(piece, size), width(piece.rstrip(), size)) for piece in _pieces(text)]
    lines = _filled_lines(pieces, room)
    even = room
    while even > total / len(lines):  # narrower, as long as no line is added
        tried = _filled_lines(pieces, even - size / 2)
        if len(tried) > len(lines):
            break
        lines, even = tried, even - size / 2
    return lines


def _filled_lines(pieces: Sequence[tuple[str, float, float]], room: float) -> list[str]:
    """Lines of pieces, each of which is given with its width, and with that without the space at its end."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece, whole, visible in pieces:
        if line and used + visible > room:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += piece
        used += whole
    return [*lines, line.rstrip()]


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[str, ...]:
    """The parts that stay together: Latin words with their space, words of _WHOLE, and punctuation with its neighbour."""
    pieces, piece, place = [], "", 0
    while place < len(text):
        word = next((word for word in _WHOLE if text.startswith(word, place)), text[place])
        piece += word
        place += len(word)
        following = text[place : place + 1]
        breaks = word == " " or ((_is_wide(word[-1]) or _is_wide(following)) and word not in "[（「(")
        if breaks and following not in _NEVER_FIRST and following != " ":
            pieces.append(piece)
            piece = ""
    return (*pieces, piece) if piece else tuple(pieces)


def _is_wide(character: str) -> bool:
    return len(character.encode("utf-8", "replace")) > 2
