"""What the commands share: the language, the consoles, JSON output, and how a command ends."""

from __future__ import annotations

import errno
import json
import locale
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, NoReturn, TextIO

import typer
from rich.console import Console

from process.model import Words

REFUSED = 1  # exit code: an event was refused, or a check failed
UNUSABLE = 2  # exit code: the input or the call is not what it should be


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # for Program to see; rich would end with the code of a refused event


class Lang(StrEnum):
    zh = "zh"
    en = "en"


LangOption = Annotated[
    Lang | None,
    typer.Option("--lang", help="语言，缺省依系统\n\nThe language; the locale's by default.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取\n\nPrint one JSON object, for programs.")]


def lang_of(option: Lang | None) -> str:
    """The language asked for, else the locale's, else en."""
    if option is not None:
        return option.value
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def console(*, err: bool = False) -> Console:
    """Where a command prints; plain where the output is no terminal or NO_COLOR is set."""
    stream = sys.stderr if err else sys.stdout
    _forgive(stream)
    return _Screen(stderr=err, highlight=False, emoji=False, markup=False)


def as_json(value: Any) -> str:
    """JSON that standard output can carry, whatever its encoding."""
    if not _is_utf8(sys.stdout):
        return json.dumps(value, allow_nan=False)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate of the input stays an escape


def say(text: str = "", *, err: bool = False, newline: bool = True) -> None:
    """Print *text* as it is: no wrapping, no colour."""
    stream = sys.stderr if err else sys.stdout
    _forgive(stream)
    stream.write(text + "\n" if newline else text)


def unusable(message: str) -> NoReturn:
    """End with the exit code for unusable input, and say why on the error stream."""
    say(message, err=True)
    raise typer.Exit(UNUSABLE)


def cannot_open(name: object, error: OSError, lang: str) -> NoReturn:
    """End because a file can't be read or written."""
    unusable(Words("打不开 {}：{}", "can't open {}: {}").of(lang).format(name, why(error, lang)))


def why(error: OSError, lang: str) -> str:
    """Why a file can't be read or written; in the system's own words where we have none."""
    known = _OS_ERRORS.get(type(error)) or _ERRNOS.get(error.errno)
    return known.of(lang) if known else error.strerror or str(error)


_OS_ERRORS: Mapping[type[OSError], Words] = {
    FileNotFoundError: Words("没有这个文件", "there is no such file"),
    IsADirectoryError: Words("这是一个目录", "it is a directory"),
    NotADirectoryError: Words("路径中有一段不是目录", "a part of the path is no directory"),
    FileExistsError: Words("已有同名的文件", "a file of that name is in the way"),
    PermissionError: Words("没有权限", "permission denied"),
}
_ERRNOS: Mapping[int | None, Words] = {
    errno.ENOSPC: Words("磁盘已满", "the disk is full"),
    errno.ENAMETOOLONG: Words("名称过长", "the name is too long"),
    errno.EROFS: Words("只读，不能写入", "it is read-only"),
    errno.EIO: Words("读写出错", "it can't be read or written"),
}


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


def _forgive(stream: TextIO) -> None:
    """What the stream's encoding can't say becomes an escape, not an end of the program."""
    if stream.errors in ("strict", "surrogateescape") and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
