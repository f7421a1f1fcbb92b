"""Counts and durations in few characters, in Chinese and in English."""

from __future__ import annotations

from process.model import Words

_UNITS_ZH = ((10**8, "亿"), (10**4, "万"))
_UNITS_EN = ((10**9, "B"), (10**6, "M"), (10**3, "k"))
_PLAIN = 10_000  # what is smaller is written out
_DURATIONS = (
    # seconds from which on the unit is used, seconds in it, its names
    (36 * 3600, 86_400, Words("天", "d")),
    (90 * 60, 3_600, Words("小时", "h")),
    (90, 60, Words("分钟", "min")),
    (1, 1, Words("秒", "s")),
)


def count_words(count: int) -> Words:
    """Write a count with at most three digits that matter: 1,234, 1.2万, 12.3k."""
    return Words(_compact(count, _UNITS_ZH), _compact(count, _UNITS_EN))


def _compact(count: int, units: tuple[tuple[int, str], ...]) -> str:
    if count < _PLAIN:
        return f"{count:,}"
    for unit, name in units:
        tenths = round(count * 10 / unit)
        if tenths >= 10:
            return f"{round(count / unit):,}{name}" if tenths >= 1000 else f"{tenths / 10:g}{name}"
    return f"{count:,}"


def duration_words(seconds: float) -> Words:
    """Write a duration in one unit, with a decimal where it is less than ten of it: 45 s, 2.5 h, 12 d."""
    for least, unit, name in _DURATIONS:
        if seconds >= least:
            number = seconds / unit
            text = f"{number:,.0f}" if unit == 1 or number >= 9.95 else f"{round(number, 1):g}"
            return Words(f"{text} {name.zh}", f"{text} {name.en}")
    return Words("不到 1 秒", "under 1 s") if seconds else Words("0 秒", "0 s")
