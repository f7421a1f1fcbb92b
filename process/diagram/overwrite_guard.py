"""Writing to a folder without replacing files of other origin. Every file that is drawn bears MARK at its beginning."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from process.exceptions import ProcessError
from process.model import Words

MARK: Final = "installment-cancellation: drawn by python -m process draw"
"""Stands in a comment of each file that is drawn, within its first bytes."""

_BEGINNING: Final = 1024  # bytes of a file in which the mark must stand

_PNG_HEADER: Final = 33  # bytes: the signature and the chunk IHDR


class WouldOverwrite(ProcessError):
    """A file that this program did not write stands where one is to be written; ``path`` names it, nothing was written."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def text(self, lang: str = "en") -> str:
        """The message in *lang*, ``"zh"`` or ``"en"``."""
        zh = f"{self.path} 不是本程序写入的文件，未作任何改动"
        en = f"{self.path} was not written by this program; nothing was changed"
        return Words(zh, en).of(lang)

    def __str__(self) -> str:
        return self.text()


def check_overwrites(folder: Path, names: Iterable[str], mark: str = MARK) -> None:
    """Raise WouldOverwrite if one of the files stands in the folder and does not bear the mark; empty ones aside."""
    for name in names:
        path = folder / name
        if path.is_file():
            with path.open("rb") as file:
                beginning = file.read(_BEGINNING)
            if beginning and mark.encode() not in beginning:
                raise WouldOverwrite(str(path))


def marked_png(png: bytes) -> bytes:
    """The same picture with MARK as its ``Software`` text."""
    chunk = b"tEXt" + b"Software\0" + MARK.encode()
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_PNG_HEADER] + framed + png[_PNG_HEADER:]
