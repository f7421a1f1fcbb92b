"""Help and errors in one language: Typer's own sentences, which are English, do not stand in Chinese output."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from rich.cells import cell_len
from typer._click import exceptions
from typer.exceptions import TyperException
from typer.main import get_command
from typer.testing import CliRunner

from process.cli import app, scenarios, usage
from process.cli.call_language import Lang
from process.cli.options import PROGRAM
from process.diagram import FORMATS, LANGUAGES
from process.diagram.view_options import View
from process.model import Actor, Event, Goal, State, Words

LOCALES = {"zh": "zh_CN.UTF-8", "en": "en_GB.UTF-8"}
LONG = [
    pytest.param(*each, marks=pytest.mark.thorough)
    for each in itertools.product(["en"], ["utf-8", "gbk", "big5", "cp1252"])
]
CONSOLES = [("zh", "utf-8"), ("zh", "gbk"), ("en", "latin-1"), ("en", "ascii"), *LONG]


def all_commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from all_commands(inner, *path, name)


COMMANDS = list(all_commands(get_command(app)))
ENUMS = (Goal, Actor, Event, State, View, FORMATS, LANGUAGES, Lang, scenarios.What, scenarios.Format)
PROPER_NAMES = (
    "JSON Lines CSV SQL SVG ISO OCEL TOML Temporal Asia Shanghai shell duckdb spark postgres diagrams case_id merge MB"
)


def help_of(command: tuple[str, ...], lang: str, columns: int = 80, charset: str = "utf-8") -> str:
    env = {"LC_ALL": LOCALES[lang], "COLUMNS": str(columns), "PYTHONUTF8": "0"}
    done = CliRunner(charset=charset, env=env).invoke(app, [*command, "--help"])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout_bytes.decode(charset)


def latin_words(text: str) -> list[str]:
    """The Latin words that are neither a name nor a placeholder, with code and addresses left out."""
    text = re.sub(r"(?m)^    .*$|(?<!\w)--?[a-z][a-z-]*|\w+:///?\S*|\b[A-Z]+(_[A-Z]+)*\b", " ", text)
    known = {*PROPER_NAMES.split(), PROGRAM, *(name for path in COMMANDS for name in path)}
    known |= {str(value) for values in ENUMS for value in values}
    return [word for word in re.findall(r"[A-Za-z][\w-]+", text) if word not in known]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_in_one_language(command: tuple[str, ...]) -> None:
    chinese, english = help_of(command, "zh"), help_of(command, "en")
    assert latin_words(chinese) == []
    assert "用法：" in chinese
    assert not re.search(r"[\u2e80-\uffef]", english)
    assert len(latin_words(english)) > 5, "the check sees words"
    names = r"(?m)^  (?:--?[a-z]+(?: /|,) )?(--[a-z-]+|[A-Z…]+|\[[A-Z=…]+\])"
    assert re.findall(names, chinese) == re.findall(names, english)


def test_help_is_the_same_whatever_the_hash_seed() -> None:
    command = [sys.executable, "-m", "process", "walk", "--help", "--lang", "en"]
    for seed in ("1", "2"):
        done = subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert "  -h, --help " in done.stdout


@pytest.mark.parametrize("lang", LOCALES)
def test_optional_arguments_stand_in_one_pair_of_brackets(lang: str) -> None:
    assert all("[[" not in help_of(command, lang) for command in COMMANDS)


def test_help_follows_the_option_before_the_locale() -> None:
    done = CliRunner(env={"LC_ALL": LOCALES["en"]}).invoke(app, ["show", "--lang", "zh", "--help"])
    assert done.stdout.startswith("用法：installment-cancellation show [选项]\n\n列出")


@pytest.mark.parametrize(("lang", "charset"), CONSOLES)
def test_help_fits_60_columns_in_every_encoding(lang: str, charset: str) -> None:
    for command in COMMANDS:
        told = help_of(command, lang, columns=60, charset=charset)
        assert max(map(cell_len, told.splitlines())) <= 60
        assert "\\u" not in told


def test_a_default_a_variable_and_what_is_required_are_named_in_the_language() -> None:
    assert "[缺省：50]" in help_of(("case", "list"), "zh")
    assert "[default: 50]" in help_of(("case", "list"), "en")
    assert "[环境变量：PROCESS_DB]" in help_of(("case", "list"), "zh")
    assert "[必填]" in help_of(("case", "open"), "zh")
    assert "[required]" in help_of(("case", "open"), "en")


OPTION = get_command(app).params[0]
ERRORS: dict[type[Exception], tuple[Any, ...]] = {
    exceptions.ClickException: ("An English sentence.",),
    exceptions.UsageError: ("An English sentence.",),
    exceptions.BadParameter: ("An English sentence.", None, OPTION),
    exceptions.MissingParameter: ("An English sentence.", None, OPTION),
    exceptions.NoSuchOption: ("--nope", "An English sentence.", ["--more"]),
    exceptions.BadOptionUsage: ("--nope", "An English sentence."),
    exceptions.BadArgumentUsage: ("An English sentence.",),
    exceptions.FileError: ("file", "An English sentence."),
    usage.UsageProblem: (Words("有误", "An English sentence."), None),
}
"""By kind of exception, arguments that make one."""


def kinds(of: type[Exception]) -> Iterator[type[Exception]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_no_exception_of_typer_brings_an_english_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    all_kinds = set(kinds(TyperException)) - {TyperException, exceptions.NoArgsIsHelpError}
    assert set(ERRORS) == all_kinds
    for kind, arguments in ERRORS.items():

        def fails(command: Any, ctx: Any, kind: type[Exception] = kind, arguments: Any = arguments) -> None:
            error = kind(*arguments)
            error.ctx = ctx  # type: ignore[attr-defined]  # as Command gives one to each that a call brings
            raise error

        monkeypatch.setattr(usage.Command, "invoke", fails)
        done = CliRunner(env={"LC_ALL": LOCALES["zh"]}).invoke(app, ["show"])
        assert (done.exit_code, done.stdout) == (2, "")
        assert latin_words(done.stderr.replace("--nope", "").replace("--more", "")) == []


def test_completion_answers_in_the_language(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer import _completion_shared

    monkeypatch.setattr(_completion_shared, "_get_shell_name", lambda: "bash")
    env = {"LC_ALL": LOCALES["zh"], "HOME": str(tmp_path)}
    done = CliRunner(env=env).invoke(app, ["--install-completion"])
    assert done.stdout.startswith(f"bash 的自动补全已安装到 {tmp_path}/")
    assert "complete -o default" in (tmp_path / ".bash_completions" / f"{PROGRAM}.sh").read_text()
    monkeypatch.setattr(_completion_shared, "_get_shell_name", lambda: None)
    done = CliRunner(env=env).invoke(app, ["--install-completion"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("识别不出当前的 shell")
