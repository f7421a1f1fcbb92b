"""Shell completion: Typer's own, with what it says in the language of the call."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from typing import Any

import typer
from typer.completion import install  # type: ignore[attr-defined]  # it is public, without an __all__

from process.cli.output.streams import cannot_open, say, unusable
from process.model import Words

_UNKNOWN_SHELL = Words(
    "识别不出当前的 shell；可用：bash、zsh、fish、PowerShell",
    "the current shell is not recognised; use bash, zsh, fish or PowerShell",
)
_INSTALLED = Words("{} 的自动补全已安装到 {}，重启终端后生效。", "Installed completion for {} in {}; restart the terminal.")


def answer_in(lang: str, program: Any) -> None:
    """Make the options for completion answer in a language."""
    for param in program.params:
        if param.name in ("install_completion", "show_completion"):
            param.callback = partial(_complete, lang, param.callback)


def _complete(lang: str, typers_own: Callable[..., Any], ctx: Any, param: Any, value: Any) -> Any:
    if not value or ctx.resilient_parsing:
        return value
    said = io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(io.StringIO()):
            if param.name == "show_completion":
                typers_own(ctx, param, value)
            shell, path = install()
    except SystemExit:  # so ends Typer's answer, a script
        say(said.getvalue(), newline=False)
    except typer.Exit:
        unusable(_UNKNOWN_SHELL.of(lang))
    except OSError as error:
        cannot_open(error.filename, error, lang)
    else:
        say(_INSTALLED.of(lang).format(shell, path))
    raise typer.Exit
