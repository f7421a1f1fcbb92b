"""Help in one language: the usage, the text, the arguments, options and commands of one command.

Typer looks up a few of its headings with gettext, once, when it is imported, and none of its sentences; so no catalogue can
translate them: the help is written here, and ``usage`` says an error by its kind.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from process.cli.output.streams import can_write, console
from process.cli.output.text_tables import STRONG
from process.model import Words

_USAGE, _OPTIONS = Words("用法：", "Usage: "), Words("选项", "Options")
_ARGUMENTS, _COMMANDS = Words("参数", "Arguments"), Words("命令", "Commands")
_ANY_OPTIONS, _ANY_COMMAND = Words("[选项]", "[OPTIONS]"), Words("命令 …", "COMMAND …")
_DEFAULT, _REQUIRED = Words("[缺省：{}]", "[default: {}]"), Words("[必填]", "[required]")
_ENVIRONMENT = Words("[环境变量：{}]", "[environment variable: {}]")
_OF_TYPER: Final = {
    "help": Words("显示此帮助。", "Show this help."),
    "install_completion": Words("为当前的 shell 安装自动补全。", "Install completion for the current shell."),
    "show_completion": Words("显示当前 shell 的补全脚本。", "Print the completion script of the current shell."),
}
"""The texts of the options that Typer adds, by their names."""
_WIDEST: Final = 100  # columns: longer lines are hard to read
_NARROWEST: Final = 20  # columns of the texts beside the names


def use_language(command: Any, lang: str) -> None:
    """Leave in every help text of a command, its options and its inner commands the half in that language."""
    command.help, command.short_help = _in_one_language(command.help, lang), _in_one_language(command.short_help, lang)
    for param in command.params:
        known = _OF_TYPER.get(param.name)
        param.help = _in_one_language(param.help, lang) if known is None else known.of(lang)
    for inner in getattr(command, "commands", {}).values():
        use_language(inner, lang)


def _in_one_language(text: str | None, lang: str) -> str:
    """The half of a text: its halves are paragraphs, or stand to the left and right of a dot within one.

    A paragraph that begins with a backspace is code and stands in both languages.
    """
    kept = []
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        zh, dot, en = paragraph.partition(" · ")
        half = en if dot and lang == "en" else zh
        if paragraph.startswith("\b") or (lang == "zh") == any("\u2e80" <= letter <= "\uffef" for letter in half):
            kept.append(half)
    return "\n\n".join(kept)


def print_help(command: Any, ctx: Any, lang: str) -> None:
    """Print the help of a command or a group of commands, whose texts are in that language."""
    screen = console()
    screen.width = min(type(screen)().width, _WIDEST)  # also where it is no terminal
    screen.print(Text(_in_signs(_usage(command, ctx, lang)), STRONG))
    for paragraph in command.help.split("\n\n"):
        is_code = paragraph.startswith("\b")
        text = paragraph.removeprefix("\b\n") if is_code else paragraph.replace("\n", " ")
        screen.print(Text("\n" + _in_signs(text)))
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    commands = getattr(command, "commands", {}).items()
    for title, rows in (
        (_ARGUMENTS, [(_argument(param), _told(param, ctx, lang)) for param in arguments]),
        (_OPTIONS, [(_option(param), _told(param, ctx, lang)) for param in options]),
        (_COMMANDS, [(name, inner.short_help) for name, inner in commands]),
    ):
        if rows:
            _print_section(screen, title.of(lang), [(_in_signs(name), _in_signs(text)) for name, text in rows])


def _print_section(screen: Console, title: str, rows: list[tuple[str, str]]) -> None:
    screen.print(Text(f"\n{title}", STRONG))
    widest = max(len(name) for name, _ in rows)
    for name, text in rows:
        names = [f"  {name:<{widest}}  "]
        for line in Text(text.replace("\n", " ")).wrap(screen, max(_NARROWEST, screen.width - len(names[0]))):
            line.rstrip()
            screen.print(Text.assemble((names.pop() if names else " " * (widest + 4), "cyan"), line), soft_wrap=True)


def _in_signs(text: str) -> str:
    """The text in characters that the console has: an ellipsis may become three dots."""
    return text if sys.stdout is None or can_write(sys.stdout, "…") else text.replace("…", "...")


def _usage(command: Any, ctx: Any, lang: str) -> str:
    pieces = [ctx.command_path, _ANY_OPTIONS.of(lang)]
    pieces += [_argument(param) for param in command.params if param.param_type_name == "argument"]
    pieces += [_ANY_COMMAND.of(lang)] if hasattr(command, "commands") else []
    return _USAGE.of(lang) + " ".join(pieces)


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    # the short name first: Typer keeps those of --help in a set
    names = " / ".join(", ".join(sorted(one, key=len)) for one in (param.opts, param.secondary_opts) if one)
    return names if param.is_flag else f"{names} {param.metavar or param.name.upper()}"


def _told(param: Any, ctx: Any, lang: str) -> str:
    known = _OF_TYPER.get(param.name)  # the option --help is made only when it is asked for
    return " ".join([param.help if known is None else known.of(lang), *_details(param, ctx, lang)])


def _details(param: Any, ctx: Any, lang: str) -> Iterator[str]:
    default = param.get_default(ctx, call=False) if param.show_default else None
    if param.envvar:
        yield _ENVIRONMENT.of(lang).format(param.envvar)
    if default not in (None, False, ()):
        yield _DEFAULT.of(lang).format(default.value if isinstance(default, Enum) else default)
    if param.required:
        yield _REQUIRED.of(lang)
