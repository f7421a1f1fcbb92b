"""The types that a user's editor and checkers see: right code passes, and each wrong line is pointed at."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "user_code"
RIGHT, INVALID = "right_calls.py", "wrong_calls.py"


def mypy(folder: Path, name: str) -> dict[int, str]:
    """What mypy --strict says of each line."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(folder / "cache"), name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said = re.findall(r"^(\S+?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    assert {file for file, _, _ in said} <= {name}, done.stdout
    return {int(line): message for _, line, message in said}


def basedpyright(folder: Path, name: str) -> dict[int, str]:
    """What basedpyright says of each line, as strictly as its mode "strict"."""
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict", "include": [name]}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert said["summary"]["filesAnalyzed"] == 1, done.stdout
    return {entry["range"]["start"]["line"] + 1: entry["message"] for entry in said["generalDiagnostics"]}


CHECKERS = [mypy, pytest.param(basedpyright, marks=pytest.mark.thorough)]


@pytest.mark.parametrize("check", CHECKERS, ids=lambda check: check.__name__)
def test_a_users_right_code_passes_and_each_wrong_line_is_pointed_at(
    check: Callable[[Path, str], dict[int, str]], tmp_path: Path
) -> None:
    for name in (RIGHT, INVALID):
        shutil.copy(FILES / name, tmp_path)
    assert check(tmp_path, RIGHT) == {}
    lines = (FILES / INVALID).read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if "# wrong: " in line}
    said = check(tmp_path, INVALID)
    assert len(wrong) > 15
    assert {number: lines[number - 1] for number in wrong - set(said)} == {}, "not pointed at"
    assert {number: said[number] for number in set(said) - wrong} == {}, "pointed at for nothing"
