"""Runs the program on files of cases and events, within the tests' process or as one of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from process import Case, eventfile
from process.cli import app

HERE = Path(__file__).parents[2]


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(line.rstrip("\n") + "\n" for line in lines), encoding="utf-8")
    return path


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["run", *map(str, arguments)], input=stdin)


def on_terminal(*arguments: object, columns: int = 80, stdin: str | None = None) -> str:
    """What a command shows on a terminal of so many columns, without its colours."""
    env = {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": str(columns)}
    done = CliRunner(env=env).invoke(app, [*map(str, arguments)], input=stdin)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def started(*arguments: object, env: dict[str, str] | None = None, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "process", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(HERE), "LC_ALL": "C.UTF-8", **(env or {})}
    return subprocess.run(command, env=environment, capture_output=True, check=False, **settings)


def run_pytest(folder: Path, *arguments: object, plugins: bool = False) -> subprocess.CompletedProcess[str]:
    """Run pytest in the folder, as a user would; without the plugins of other packages, which take a second to load."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, arguments)]
    alone = {} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env={**os.environ, **alone}, capture_output=True, text=True, check=False)


def named(case: Case, name: str) -> Case:
    return Case.from_dict({**case.to_dict(), "case_id": name})


def lines_of(case: Case, name: str) -> list[str]:
    return list(eventfile.dump(named(case, name), name))
