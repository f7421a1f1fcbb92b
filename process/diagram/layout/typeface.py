"""How wide text comes out, so that boxes fit it whatever font the reader has.

The widths are a little under Verdana's, which is among the widest of the fonts that readers have, and which Graphviz
without a font library measures; Arial and Helvetica, which come first in the pictures' list of fonts, are narrower still.
A Chinese character counts as three bytes of the width of a space, which is a little over its own width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SHARE = 0.92  # of Verdana's widths
_THOUSANDTHS = (
    "352 394 459 818 636 1076 727 269 454 454 636 818 364 454 364 454 "  # space to /
    "636 636 636 636 636 636 636 636 636 636 454 454 818 818 818 545 "  # 0 to ?
    "1000 684 686 698 771 632 575 775 751 421 455 693 557 843 748 787 "  # @ to O
    "603 787 695 684 616 732 684 989 685 615 685 454 454 454 818 636 "  # P to _
    "636 601 623 521 623 596 352 623 633 274 344 592 274 973 633 607 "  # ` to o
    "623 623 427 521 394 633 592 818 592 592 525 635 454 635 818"  # p to ~
)
_WIDTHS = {chr(32 + place): int(width) * SHARE / 1000 for place, width in enumerate(_THOUSANDTHS.split())}
_BYTE = 0.352  # of a Chinese character, which has three
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
    """How wide *text* is, in points, in type of *size* points."""
    return size * sum(_em(character) for character in text)


def as_measured_by_graphviz(lines: Sequence[str], size: float) -> float:
    """How wide Graphviz takes the widest of the lines to be, in points: by this it finds where the left edge is."""
    return max((width(line, size) + (1 / SHARE - 1) * size * _narrowed(line) for line in lines), default=0.0)


def _narrowed(text: str) -> float:
    return sum(_WIDTHS.get(character, 0.0) for character in text)


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
    lines = _fill(text, size, room)
    even = room
    while even > total / len(lines):  # narrower, as long as no line is added
        tried = _fill(text, size, even - size / 2)
        if len(tried) > len(lines):
            break
        lines, even = tried, even - size / 2
    return lines


def _fill(text: str, size: float, room: float) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """What stays together: Latin words with their space, the Chinese words above, and punctuation with its neighbour."""
    piece, place = "", 0
    while place < len(text):
        word = next((word for word in _WHOLE if text.startswith(word, place)), text[place])
        piece += word
        place += len(word)
        following = text[place : place + 1]
        breaks = word == " " or ((_is_wide(word[-1]) or _is_wide(following)) and word not in "[（「(")
        if breaks and following not in _NEVER_FIRST and following != " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(character: str) -> bool:
    return len(character.encode("utf-8", "replace")) > 2
