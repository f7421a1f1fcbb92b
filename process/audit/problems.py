"""Problems in the rows of a log, counted instead of being left out in silence."""

from __future__ import annotations

from typing import Final, NamedTuple

from process.model import Words

MOST_NAMED: Final = 10  # examples of one problem


WORDS: Final = {
    "no_case": Words("没有办理编号的行", "rows without a case"),
    "no_event": Words("没有事件名的行", "rows without an event"),
    "no_time": Words("时间无法读取的行", "rows whose time can't be read"),
    "unknown_event": Words("未映射的事件", "events that are not mapped"),
}
"""The problems that a warehouse counts, too, by their codes."""


class Problem(NamedTuple):
    """Something in the log that was counted."""

    code: str
    rows: int
    words: Words
    examples: tuple[str, ...]
