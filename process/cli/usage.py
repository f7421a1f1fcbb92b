"""The command line as a whole: it tells in the language asked for what is wrong with a call, and heeds a closed pipe."""

from __future__ import annotations

import os
import re
import sys
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from process.cli.common import UNUSABLE, Lang, lang_of, say
from process.model import Words
from process.payload import short_repr

READER_GONE: Final = 128 + 13
"""Exit code where whoever read the output has closed it, as ``head`` does: what a shell says of SIGPIPE."""


class Program(TyperGroup):
    """All commands. In English typer tells what is wrong with a call; in Chinese it is told here."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> Any:
        self._lang = _asked(args)
        try:
            return super().make_context(info_name, args, *more, **extra)
        except TyperException as error:
            self._tell(error)
            raise

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            except TyperException as error:
                self._tell(error)
                raise
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())  # else the interpreter would complain of what it can't write at its end
            raise typer.Exit(READER_GONE) from None

    def _tell(self, error: TyperException) -> None:
        sentence = _sentence(error.format_message(), self._lang)
        if sentence is not None:
            say(sentence, err=True)
            raise typer.Exit(UNUSABLE) from None


def _asked(args: list[str]) -> str:
    """The language that a call asks for, before it is known to be a good one."""
    given = [after for word, after in pairwise(args) if word == "--lang"]
    given += [word.removeprefix("--lang=") for word in args if word.startswith("--lang=")]
    return lang_of(next((lang for lang in Lang if any(lang in word.split(",") for word in given)), None))


_CHOICE = re.compile(r"Invalid value for '(.+?)': .*?'(.*)' is not one of (.+)", re.DOTALL)
_IN_CHINESE = (
    (re.compile(r"Missing (?:argument|option|parameter) '(.+)'"), "缺少 {}"),
    (re.compile(r"No such option: (\S+) \(\D+: (\S+)\)"), "没有选项 {}（您是想写 {} 吗？）"),
    (re.compile(r"No such option: (\S+)"), "没有选项 {}"),
    (re.compile(r"Option '(.+)' requires an argument"), "选项 {} 之后须有值"),
    (re.compile(r"No such command '([^']+)'\. Did you mean '?([\w-]+)"), "没有命令 {}（您是想写 {} 吗？）"),
    (re.compile(r"No such command '([^']+)'"), "没有命令 {}"),
    (re.compile(r"unexpected extra arguments?(?:\(s\))? \((.+)\)"), "多余的参数：{}"),
    (re.compile(r"Invalid value for '(.+?)'"), "{} 的值不对"),
)
"""What typer says is wrong with a call, each with our words for it. What is not among them stays in English."""


def _sentence(told: str, lang: str) -> str | None:
    """What typer told, in our words; None where its own will do."""
    if choice := _CHOICE.search(told):
        name, given, names = choice[1], choice[2], re.findall(r"'([^']*)'", choice[3])
        near = get_close_matches(given.lower().replace("-", "_"), names, n=1)
        zh, en = f"{name} 不能是 {short_repr(given)}", f"{name} can't be {short_repr(given)}"
        if near:
            zh, en = f"{zh}（您是想写 {near[0]} 吗？）", f"{en} (did you mean {near[0]}?)"
        return Words(f"{zh}，可用：{'、'.join(names)}", f"{en}; there are {', '.join(names)}").of(lang)
    if lang == "zh":
        for pattern, words in _IN_CHINESE:
            if found := pattern.search(told):
                return f"{words.format(*found.groups())}。用法见 --help。"
    return None
