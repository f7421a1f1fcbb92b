"""The error for an optional dependency that is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ExtraMissing(ModuleNotFoundError):
    """A part of the package can't be imported without a dependency; its text names the pip line."""

    def __init__(self, room: str, package: str, extra: str) -> None:
        super().__init__(room, package, extra, name=package)
        self.room, self.package, self.extra = room, package, extra

    def text(self, lang: str = "en") -> str:
        """The sentence in *lang*, ``"zh"`` or ``"en"``."""
        install = f'pip install "installment-cancellation[{self.extra}]"'
        if lang == "zh":
            return f"{self.room} 需要 {self.package}，请运行 {install}"
        return f"{self.room} needs {self.package}; run {install}"

    def __str__(self) -> str:
        return f"{self.text('en')} · {self.text('zh')}"


@contextmanager
def needed_by(room: str, package: str, *, extra: str) -> Iterator[None]:
    """Raise ExtraMissing if the import inside finds no *package*."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != package:
            raise
        raise ExtraMissing(room, package, extra) from None
