"""The command ``scenarios``: each format is what it says it is."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from process.cli import app
from process.cli import scenarios as command
from tests.support.running import run, run_pytest

PLANNED = cache(command.suite_of)
"""The command's suites, each planned once."""


@pytest.fixture(autouse=True)
def planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "suite_of", PLANNED)


def scenarios(*arguments: str, **settings: str) -> Result:
    return CliRunner(env=settings).invoke(app, ["scenarios", *arguments])


def failed_files(*files: Path) -> set[str]:
    """The names of the generated files in which pytest has a failure."""
    done = run_pytest(files[0].parent, "--tb=no", "-rfE", *files)
    assert re.search(r"\d passed", done.stdout), done.stdout + done.stderr
    return set(re.findall(r"(?m)^(?:FAILED|ERROR) (\w+\.py)", done.stdout))


@pytest.mark.parametrize("cover", [pytest.param("transitions", marks=pytest.mark.thorough), "ends", "guards"])
def test_the_lines_are_accepted_by_run_without_a_refusal(cover: str) -> None:
    written = scenarios("--cover", cover, "--format", "jsonl")
    assert written.exit_code == 0, written.stderr
    ran = run("-", "--lang", "en", stdin=written.stdout)
    assert ran.exit_code == 0, ran.stdout
    assert ", 0 refused." in ran.stdout
    assert all(json.loads(line) for line in written.stdout.splitlines()), "a line of JSON Lines is never blank"


def test_the_pytest_files_pass_against_the_model_and_fail_against_a_back_end_that_accepts_any_quote(tmp_path: Path) -> None:
    files = {cover: tmp_path / f"test_{cover}.py" for cover in ("ends", "guards")}
    for cover, file in files.items():
        written = scenarios("--cover", cover, "--format", "pytest", "--out", str(file))
        assert written.exit_code == 0, written.stderr
    text = files["guards"].read_text(encoding="utf-8")
    broken = text.replace(
        "        try:\n",
        '        if event == "confirm_cancellation":\n            data["quote"] = self.case.facts.quote\n        try:\n',
    )
    assert broken != text
    (tmp_path / "test_broken.py").write_text(broken, encoding="utf-8")
    assert failed_files(*files.values(), tmp_path / "test_broken.py") == {"test_broken.py"}


@pytest.mark.parametrize(
    ("lang", "heading", "step"),
    [
        ("zh", "# 取消分期与人脸验证：测试脚本", r"- \[ \] 客户：登录 \(account='[\w-]+', channel=app\) → 已登录"),
        (
            "en",
            "# Cancelling an installment plan",
            r"- \[ \] customer: sign in \(account='[\w-]+', channel=app\) → Signed in",
        ),
    ],
)
def test_the_checklist_has_a_box_for_every_event(lang: str, heading: str, step: str) -> None:
    options = "--cover", "ends", "--lang", lang
    written = scenarios(*options, "--format", "markdown").stdout
    assert written.startswith(heading)
    assert re.search(step, written)
    lines = scenarios(*options, "--format", "jsonl").stdout.splitlines()
    assert written.count("- [ ] ") == sum("event" in json.loads(line) for line in lines)


def test_how_few_there_can_be_stands_beside_how_many_there_are() -> None:
    count = scenarios("--cover", "guards", "--format", "jsonl").stdout.count('"case":')
    said = scenarios("--cover", "guards", "--lang", "en").stderr
    assert said.startswith(f"{count} ")
    assert re.search(r"fewer than \d+ \w+ or \d+ events", said)


def test_refused_events_stand_in_brackets_in_the_table_of_guards() -> None:
    assert "(sign_in), " in scenarios("--cover", "guards", "--lang", "en").stdout


def test_a_file_that_can_not_be_written_ends_with_2_and_its_name(tmp_path: Path) -> None:
    done = scenarios("--cover", "ends", "--out", str(tmp_path / "none" / "x.md"))
    assert done.exit_code == 2
    assert "x.md" in done.stderr
