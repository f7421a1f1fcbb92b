"""The exception for a picture that can't be made."""

from __future__ import annotations

from typing import Final

from process.exceptions import ProcessError
from process.model import Words

TIME_LIMIT: Final = 60.0
"""Seconds after which the search for a layout is given up."""


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


def took_too_long(time_limit: float) -> CannotDraw:
    """Make the error of a picture that took longer than *time_limit* seconds."""
    return CannotDraw(Words(f"绘图超过 {time_limit:g} 秒，已放弃", f"drawing was given up after {time_limit:g} seconds"))
