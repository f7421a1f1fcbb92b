"""The command ``trips``: each format is what it says it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def process(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "process", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.mark.parametrize(("cover", "trips"), [("transitions", 53), ("ends", 7), ("guards", 20)])
def test_the_lines_are_taken_by_run_without_a_refusal(cover: str, trips: int) -> None:
    written = process("trips", "--cover", cover, "--format", "jsonl")
    assert written.returncode == 0, written.stderr
    ran = process("run", "-", "--lang", "en", stdin=written.stdout)
    assert ran.returncode == 0, ran.stdout
    assert written.stdout.count('"case":') == trips
    assert all(json.loads(line) for line in written.stdout.splitlines()), "a line of JSON Lines is never blank"
    assert ", 0 refused." in ran.stdout


@pytest.mark.parametrize("cover", ["ends", "guards"])
def test_the_pytest_file_runs_and_passes_against_the_model(cover: str, tmp_path: Path) -> None:
    file = tmp_path / "test_scripts.py"
    written = process("trips", "--cover", cover, "--format", "pytest", "--out", str(file))
    assert written.returncode == 0, written.stderr
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", str(file)], cwd=tmp_path, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_the_pytest_file_fails_against_a_back_end_that_takes_any_quote(tmp_path: Path) -> None:
    file = tmp_path / "test_scripts.py"
    process("trips", "--cover", "guards", "--format", "pytest", "--out", str(file))
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        "        try:\n",
        '        if event == "confirm_cancellation":\n            data["quote"] = self.case.facts.quote\n        try:\n',
    )
    file.write_text(text, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", str(file)], cwd=tmp_path, capture_output=True, check=False)
    assert ran.returncode == 1


@pytest.mark.parametrize(
    ("lang", "heading", "step"),
    [
        ("zh", "# 取消分期与人脸验证：测试脚本", "- [ ] 客户：登录 (account='account-3', channel=app) → 已登录"),
        (
            "en",
            "# Cancelling an installment plan",
            "- [ ] customer: sign in (account='account-3', channel=app) → Signed in",
        ),
    ],
)
def test_the_sheet_for_people_has_a_box_for_every_event(lang: str, heading: str, step: str) -> None:
    written = process("trips", "--cover", "ends", "--format", "markdown", "--lang", lang).stdout
    assert written.startswith(heading)
    assert step in written
    assert written.count("- [ ] ") == 30


def test_the_table_tells_how_few_there_can_be_beside_how_many_there_are() -> None:
    told = process("trips", "--lang", "en")
    assert "53 trips" in told.stderr
    assert "fewer than 53 trips or 518 events" in told.stderr


def test_refused_events_stand_in_brackets_in_the_table_of_guards() -> None:
    assert "(sign_in), sign_in" in process("trips", "--cover", "guards", "--lang", "en").stdout


def test_a_file_that_can_not_be_written_ends_with_2_and_its_name(tmp_path: Path) -> None:
    told = process("trips", "--cover", "ends", "--out", str(tmp_path / "none" / "x.md"))
    assert told.returncode == 2
    assert "x.md" in told.stderr


def test_the_help_fits_a_terminal_of_80_columns() -> None:
    command = [sys.executable, "-m", "process", "trips", "--help"]
    environment = {**os.environ, "COLUMNS": "80"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8").stdout
    assert "--cover" in told
    assert "…" not in told
