"""Problems in the rows of a log, counted instead of being left out in silence."""

from __future__ import annotations

from typing import Final, NamedTuple

from process.model import Words

MOST_NAMED: Final = 10  # examples of one problem


class Problem(NamedTuple):
    """Something in the log that was counted."""

    code: str
    rows: int
    words: Words
    examples: tuple[str, ...]
