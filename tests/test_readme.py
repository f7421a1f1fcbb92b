"""The README is run: its Python examples, and its console examples against what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import compress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
CONSOLE = [text for language, text in BLOCKS if language == "console"]


def _environment() -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


IS_TEST = ["def test_" in text for text in PYTHON]


@pytest.mark.parametrize(
    "number", [pytest.param(at, marks=[pytest.mark.thorough] if IS_TEST[at] else []) for at in range(len(PYTHON))]
)
def test_a_python_example_of_the_readme_runs(number: int, tmp_path: Path) -> None:
    example = tmp_path / "test_example.py"
    example.write_text(PYTHON[number], encoding="utf-8")
    run = [sys.executable, str(example)]
    if IS_TEST[number]:
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(example)]
    done = subprocess.run(run, cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_of_tests_pass_and_share_the_plans_of_this_process() -> None:
    for text in compress(PYTHON, IS_TEST):
        written: dict[str, Any] = {}
        exec(compile(text, "README.md", "exec"), written)  # noqa: S102  # an example of ours
        tests = [value for name, value in written.items() if name.startswith("test_")]
        assert tests
        for test in tests:
            test()


@pytest.mark.parametrize("number", range(len(CONSOLE)))
def test_a_console_example_of_the_readme_shows_what_it_prints(number: int, tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    for part in CONSOLE[number].split("\n$ ") if CONSOLE[number] else ():
        command, _, shown = part.removeprefix("$ ").partition("\n")
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False
        )
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        _assert_shown(shown.rstrip("\n").split("\n") if shown.strip() else [], printed, command)


def _assert_shown(shown: list[str], printed: list[str], command: str) -> None:
    """The lines that are shown are printed in this order and with nothing between, except where a line is an ellipsis."""
    at, gap = 0, False
    for line in shown:
        if line.strip() == "…":
            gap = True
            continue
        if gap:
            assert line.rstrip() in printed[at:], f"{command}: {line!r} is not printed\n" + "\n".join(printed)
            at = printed.index(line.rstrip(), at) + 1
        else:
            assert at < len(printed), f"{command}: {line!r} is not printed\n" + "\n".join(printed)
            assert printed[at] == line.rstrip(), f"{command} prints\n" + "\n".join(printed)
            at += 1
        gap = False


def test_the_readme_has_exactly_two_set_up_commands_of_one_line_each() -> None:
    commands = [text for language, text in BLOCKS if language == "sh"]
    assert len(commands) == 2
    assert all(text.count("\n") == 1 for text in commands)


def test_the_readme_is_read_in_five_minutes() -> None:
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    assert 300 <= len(prose.split()) <= 1000
    assert max(map(len, README.splitlines())) <= 160


def test_every_command_is_in_the_readme() -> None:
    from process.cli import app

    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert names, "the command line has commands"
    for name in names:
        assert f"`{name}" in README or f"process {name}" in README, f"README.md does not mention `{name}`"


def test_what_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target
