"""What the commands share: the language, the console, and how a command ends."""

from __future__ import annotations

import locale
import os
from enum import StrEnum
from typing import Annotated, NoReturn

import typer

REFUSED = 1  # exit code: an event was refused, or a check failed
UNUSABLE = 2  # exit code: the input or the call is not what it should be


class Lang(StrEnum):
    zh = "zh"
    en = "en"


LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="zh or en; from the locale where it is left out.", show_default=False)
]


def lang_of(option: Lang | None) -> str:
    """The language asked for, else the locale's, else en."""
    if option is not None:
        return option.value
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def unusable(message: str) -> NoReturn:
    """End with the exit code for unusable input, and say why on the error stream."""
    typer.echo(message, err=True)
    raise typer.Exit(UNUSABLE)
