"""Consoles of any encoding, the version, and shell completion."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from process.cli import app
from tests.support.running import HERE, on_terminal, started, written

RARER = [pytest.param(name, marks=pytest.mark.thorough) for name in ("latin-1", "cp437", "cp932", "koi8-r", "gb2312")]
ENCODINGS = ["cp1252", "ascii", "big5", "gbk", *RARER]
CALLS = ["--help", "", "walk --help", "case list --help", "demo --lang zh", "shwo --lang zh", "run {file} --lang zh"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_console_of_any_encoding_gets_every_output(encoding: str, tmp_path: Path) -> None:
    """All calls in one process of that encoding: what it lacks becomes an escape."""
    opening = '{"case": {"goal": "plan", "account": "买家", "order": "o"}}'
    file = written(tmp_path / "file", opening, '{"event": "open_orders", "by": "customer"}')
    program = (
        "import sys\nfrom process.cli import app\n"
        f"for call in {[call.format(file=file) for call in CALLS]!r}:\n"
        "    try:\n        app(call.split())\n    except SystemExit as done:\n        print('code', done.code)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=False)
    out, err = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert "Traceback" not in err
    assert [line.split()[1] for line in out.splitlines() if line.startswith("code ")] == ["0", "2", "0", "0", "0", "2", "1"]
    assert "Options" in out
    assert "没有命令".encode(encoding, "backslashreplace").decode(encoding) in err


def test_help_is_english_alone_where_the_console_has_no_chinese() -> None:
    done = CliRunner(charset="cp1252", env={"LC_ALL": "zh_CN.UTF-8"}).invoke(app, ["run", "--help"])
    assert "Replay a file of events." in done.stdout
    assert "\\u" not in done.stdout
    assert "按文件逐行办理" in CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(app, ["run", "--help"]).stdout


def test_input_that_the_console_can_not_decode_is_refused_without_a_traceback() -> None:
    done = started("walk", "--goal", "plan", env={"PYTHONIOENCODING": "ascii"}, input="登录\nq\n".encode())
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_the_version_names_program_model_and_python() -> None:
    said = CliRunner().invoke(app, ["--version"]).stdout
    assert said.startswith(f"installment-cancellation {version('installment-cancellation')} (model ")


def test_the_shell_completes_commands_and_events() -> None:
    def completed(words: str) -> list[str]:
        env = {"_INSTALLMENT_CANCELLATION_COMPLETE": "complete_bash", "COMP_WORDS": words}
        env["COMP_CWORD"] = str(len(words.split()) - 1)
        return started(env=env).stdout.decode().split()

    assert "show" in completed("installment-cancellation sh")
    assert completed("installment-cancellation case event c1 quote") == ["quote_consequences"]
    assert "--show-completion" in CliRunner().invoke(app, ["--help"], env={"COLUMNS": "100"}).stdout


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_examples_fit_a_screen_of_60_columns(columns: int, lang: str) -> None:
    screen = on_terminal("demo", "--lang", lang, columns=columns)
    assert "…" not in screen
    assert max(map(cell_len, screen.splitlines())) <= columns
