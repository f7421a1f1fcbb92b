"""The language in which a call of the command line speaks: the one that ``--lang`` names, else the reader's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import typer

from process.default_language import reader_language


class Lang(StrEnum):
    zh = "zh"
    en = "en"


LangOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        metavar="zh|en",
        help="语言，缺省为系统的语言。\n\nThe language; by default that of the locale.",
        show_default=False,
    ),
]


def lang_of(option: Lang | None) -> str:
    """The language asked for, else the reader's."""
    return reader_language() if option is None else option.value


def lang_among(names: Iterable[str]) -> str:
    """The language of a call that may ask for several, as those of pictures."""
    given = set(names)
    return lang_of(next((lang for lang in Lang if lang in given), None))


def lang_in(args: Collection[str]) -> str:
    """The language that a call asks for, before the call is known to be valid."""
    given = [after for word, after in pairwise(args) if word == "--lang"]
    given += [word.removeprefix("--lang=") for word in args if word.startswith("--lang=")]
    return lang_among(name for word in given for name in word.split(","))
