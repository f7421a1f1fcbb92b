"""The command line as a whole: errors of a call in the language asked for, streams of any encoding, closed pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import EnumType
from typing import Any, Final, get_args

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from process.cli.call_language import lang_in
from process.cli.completion import answer_in
from process.cli.help import print_help, use_language
from process.cli.options import PROGRAM
from process.cli.output.streams import UNUSABLE, can_write, guard_streams, say
from process.model import Words
from process.value_checks import short_repr

READER_GONE: Final = 128 + 13
"""Exit code where whoever read the output has closed it, as ``head`` does: what a shell reports for SIGPIPE."""


class UsageProblem(TyperException):
    """A call that is not possible, in both languages."""

    exit_code = UNUSABLE

    def __init__(self, words: Words, ctx: Any) -> None:
        super().__init__(words.en)
        self.words, self.ctx = words, ctx


class _HelpInOneLanguage:
    """Writes a command's help in the language of the call."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # printed at once, as Typer's own
        print_help(self, ctx, ctx.find_root().command.help_lang)


class Command(_HelpInOneLanguage, TyperCommand):
    """One command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # they are refused here, in our words
        try:
            rest = super().parse_args(ctx, args)
        except TyperException as error:
            error.ctx = ctx  # type: ignore[attr-defined]  # its kinds have one, and some leave it empty
            raise
        if ctx.args and not ctx.resilient_parsing:
            extra = " ".join(ctx.args)
            raise UsageProblem(Words(f"多余的参数：{extra}", f"unexpected argument: {extra}"), ctx)
        return rest


class Group(_HelpInOneLanguage, TyperGroup):
    """Several commands under one name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            near = get_close_matches(name, self.commands, n=1)
            raise UsageProblem(_with_hint(Words(f"没有命令 {name}", f"no such command: {name}"), near), ctx)
        return super().resolve_command(ctx, args)


class Program(Group):
    """All commands."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        guard_streams()
        self._lang = lang_in(sys.argv[1:] if args is None else args)
        has_chinese = sys.stdout is None or can_write(sys.stdout, "办理 · …")
        self.help_lang = self._lang if has_chinese else "en"
        use_language(self, self.help_lang)
        answer_in(self._lang, self)
        return super().main(args, *more, **{**extra, "prog_name": PROGRAM})

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> Any:
        try:
            return super().make_context(info_name, args, *more, **extra)
        except TyperException as error:
            self._report(error)
            raise

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            except TyperException as error:
                self._report(error)
                raise
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())  # else the interpreter would complain of what it can't write at its end
            raise typer.Exit(READER_GONE) from None

    def _report(self, error: TyperException) -> None:
        """End the program with one sentence; where a command is called without anything, with its help."""
        if type(error).__name__ == "NoArgsIsHelpError":
            return
        ctx = getattr(error, "ctx", None)
        command = ctx.command_path if ctx else PROGRAM
        end = Words("。用法见 {} --help。", "; see {} --help").of(self._lang).format(command)
        say(_problem_words(error).of(self._lang) + end, err=True)
        raise typer.Exit(UNUSABLE) from None


def _problem_words(error: Any) -> Words:
    """The problem, by the kind of typer's exception and its fields; its English text is not used."""
    option, param = getattr(error, "option_name", None), getattr(error, "param", None)
    match type(error).__name__:
        case "UsageProblem":
            words: Words = error.words
            return words
        case "NoSuchOption":
            return _with_hint(Words(f"没有选项 {option}", f"no such option: {option}"), error.possibilities or ())
        case "BadOptionUsage":
            if any(option in one.opts and getattr(one, "is_flag", False) for one in error.ctx.command.params):
                return Words(f"选项 {option} 之后不能有值", f"option {option} takes no value")
            return Words(f"选项 {option} 之后须有值", f"option {option} needs a value")
        case "MissingParameter":
            return Words(f"缺少 {_parameter_name(param)}", f"{_parameter_name(param)} is missing")
        case "BadParameter" if param is not None:
            return _bad_value(error, param)
        case "UsageError" if hasattr(error.ctx and error.ctx.command, "commands"):
            return Words("缺少命令", "a command is missing")
    return Words("命令写得不对", "the call is not valid")


def _bad_value(error: Any, param: Any) -> Words:
    name = _parameter_name(param)
    faults: list[Any] = getattr(error.__cause__, "errors", list)()
    if not faults:
        return Words(f"{name} 的值不对", f"the value of {name} is not valid")
    given, minimum = faults[0].get("input"), faults[0].get("ctx", {}).get("ge")
    zh, en = f"{name} 不能是 {short_repr(given)}", f"{name} can't be {short_repr(given)}"
    choices = _option_values(param)
    if choices:
        near = get_close_matches(str(given).lower().replace("-", "_"), choices, n=3)
        if len(choices) > _FEW:
            return _with_hint(Words(zh, en), near, Words("，命令 show 列出全部", "; the command show lists them all"))
        return _with_hint(
            Words(zh, en), near[:1], Words(f"，可用：{'、'.join(choices)}", f"; use one of {', '.join(choices)}")
        )
    if minimum is not None:
        return Words(f"{zh}，至少为 {minimum}", f"{en}; it must be at least {minimum}")
    if param.default is not None and isinstance(param.default, int):
        return Words(f"{zh}，应为整数", f"{en}; it must be a whole number")
    return Words(zh, en)


_FEW: Final = 10  # of more choices only the nearest are named


def _option_values(param: Any) -> tuple[str, ...]:
    """The values of an option that takes a member of an enum, or several."""
    annotation = getattr(param.get_runtime_param(), "annotation", None)
    kind = next(iter(get_args(annotation)), annotation)
    return tuple(str(value) for value in getattr(kind, "_value2member_map_", ())) if isinstance(kind, EnumType) else ()


def _parameter_name(param: Any) -> str:
    """An option by its name, an argument by its metavar."""
    names = [name for name in param.opts if name.startswith("--")]
    return names[0] if names else str(param.metavar or param.name.upper())


def _with_hint(words: Words, near: Iterable[str], rest: Words = Words("", "")) -> Words:  # noqa: B008  # it is immutable
    """The sentence with the names that may be meant, and what follows."""
    names = list(near)
    zh = f"（您是想写 {'、'.join(names)} 吗？）" if names else ""
    en = f" (did you mean {' or '.join(names)}?)" if names else ""
    return Words(words.zh + zh + rest.zh, words.en + en + rest.en)
