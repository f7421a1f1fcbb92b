"""Writes to standard output and the error stream, whatever their encoding, and ends a command with its exit code."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Mapping
from typing import Any, Final, NoReturn, TextIO

import typer
from rich.console import Console

from process.model import Words

REFUSED: Final = 1  # exit code: an event was refused, or a check failed
UNUSABLE: Final = 2  # exit code: the input or the call is not valid
WIDE: Final = 1_000_000  # columns of what is no terminal: nothing is wrapped there


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # for Program to see; rich would end with the code of a refused event


def guard_streams() -> None:
    """Make every output an escape where the console's encoding lacks a character, and every input readable."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if stream is not None and stream.errors in ("strict", "surrogateescape") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="surrogateescape" if stream is sys.stdin else "backslashreplace")


def can_write(stream: TextIO, text: str) -> bool:
    """Return True if the stream's encoding has all the characters of the text."""
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def console(*, err: bool = False) -> Console:
    """A console for tables, without colour where the output is no terminal or NO_COLOR is set."""
    screen = _Screen(stderr=err, highlight=False, emoji=False, markup=False)
    if not screen.is_terminal:
        screen.width = WIDE
    return screen


def as_json(value: Any) -> str:
    """JSON that standard output can carry, whatever its encoding."""
    if not _is_utf8(sys.stdout):
        return json.dumps(value, allow_nan=False)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate of the input stays an escape


def say(text: str = "", *, err: bool = False, newline: bool = True) -> None:
    """Print *text* as it is: no wrapping, no colour."""
    stream = sys.stderr if err else sys.stdout
    stream.write(text + "\n" if newline else text)


def unusable(message: str) -> NoReturn:
    """End with the exit code for unusable input, and the reason on the error stream."""
    say(message, err=True)
    raise typer.Exit(UNUSABLE)


def cannot_open(name: object, error: OSError, lang: str) -> NoReturn:
    """End because a file can't be read or written."""
    unusable(Words("打不开 {}：{}", "can't open {}: {}").of(lang).format(name, os_error_text(error, lang)))


def os_error_text(error: OSError, lang: str) -> str:
    """Why a file can't be read or written."""
    known = _OS_ERRORS.get(type(error)) or _ERRNOS.get(error.errno)
    if known is not None:
        return known.of(lang)
    number = "" if error.errno is None else f" (errno {error.errno})"
    return f"系统错误{number}" if lang == "zh" else error.strerror or str(error)


_OS_ERRORS: Mapping[type[OSError], Words] = {
    FileNotFoundError: Words("没有这个文件", "no such file"),
    IsADirectoryError: Words("这是一个目录", "it is a directory"),
    NotADirectoryError: Words("路径中有一段不是目录", "a part of the path is not a directory"),
    FileExistsError: Words("已有同名的文件", "a file of that name exists"),
    PermissionError: Words("没有权限", "permission denied"),
}
_ERRNOS: Mapping[int | None, Words] = {
    errno.ENOSPC: Words("磁盘已满", "the disk is full"),
    errno.ENAMETOOLONG: Words("名称过长", "the name is too long"),
    errno.EROFS: Words("只读，不能写入", "the file system is read-only"),
    errno.EIO: Words("读写出错", "input/output error"),
}


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"
