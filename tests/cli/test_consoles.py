"""Consoles of any encoding, the version, and shell completion."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from process.cli import app
from tests.support.running import HERE, on_terminal, started, written

ENCODINGS = ["utf-8", "cp1252", "latin-1", "ascii", "big5", "gbk", "cp437", "cp932", "koi8-r", "gb2312"]
CALLS = [
    "",
    "demo --lang zh",
    "shwo --lang zh",
    "run {file} --lang zh",
    "case list --db nope --lang zh",
    "run {file} --lang en",
]
CODES = [2, 0, 2, 1, 2, 1]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_console_of_any_encoding_gets_every_output(encoding: str, tmp_path: Path) -> None:
    """What an encoding lacks becomes an escape. Help is tested by itself."""
    opening = '{"case": {"goal": "plan", "account": "买家", "order": "o"}}'
    file = written(tmp_path / "file", opening, '{"event": "open_orders", "by": "customer"}')
    runner = CliRunner(charset=encoding, env={"COLUMNS": "80"})
    done = [runner.invoke(app, call.format(file=file).split()) for call in CALLS]
    assert [one.exit_code for one in done] == CODES
    assert all(one.exception is None or isinstance(one.exception, SystemExit) for one in done)
    assert "没有命令".encode(encoding, "backslashreplace") in done[2].stderr_bytes
    assert "状态".encode(encoding, "backslashreplace") in done[3].stdout_bytes


@pytest.mark.parametrize("encoding", ["cp1252", pytest.param("gbk", marks=pytest.mark.thorough)])
def test_a_process_on_a_console_of_another_encoding_does_not_crash(encoding: str) -> None:
    done = started("demo", "--lang", "zh", env={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    assert "登录".encode(encoding, "backslashreplace") in done.stdout


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
        return CliRunner(env=env).invoke(app, []).stdout.split()

    assert "show" in completed("installment-cancellation sh")
    assert completed("installment-cancellation case event c1 quote") == ["quote_consequences"]
    assert completed("installment-cancellation draw --view sup") == ["support"]
    assert completed("installment-cancellation case list --state in_") == ["in_support"]


def test_bash_completes_with_the_script_that_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = written(tmp_path / "program", "#!/bin/sh", f'exec "{sys.executable}" -m process')
    program.chmod(0o755)
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    script = CliRunner().invoke(app, ["--show-completion"]).stdout
    asked = f"""{script}
        COMP_WORDS=(installment-cancellation case event c1 sign); COMP_CWORD=4
        _installment_cancellation_completion "{program}"
        echo "${{COMPREPLY[*]}}"
    """
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False, cwd=HERE)
    assert (done.stdout, done.stderr) == ("sign_in\n", "")


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_examples_fit_a_screen_of_60_columns(columns: int, lang: str) -> None:
    screen = on_terminal("demo", "--lang", lang, columns=columns)
    assert "…" not in screen
    assert max(map(cell_len, screen.splitlines())) <= columns
