"""``demo``, and what else a newcomer meets first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from process import Case, Event, Goal, State
from process.cli import app, demo
from process.cli.examples import EXAMPLES, Example
from process.exceptions import Refused, WrongActor
from process.records import Step
from tests.support.running import on_terminal

HERE = Path(__file__).parents[2]


def told(example: Example) -> tuple[Case, list[Step | Refused]]:
    case = Case(goal=example.goal, account="acct-1", order="order-9")
    return case, list(example.play(case))


def test_the_trips_are_a_skip_a_face_that_passes_after_a_failure_and_a_removal_by_support() -> None:
    (skipped, _), (faced, happened), (removed, _) = map(told, EXAMPLES)
    assert Event.SKIP_FACE_VERIFICATION in [step.event for step in skipped.history]
    assert skipped.state is State.PLAN_CANCELLED
    face = [Event.START_FACE_VERIFICATION, Event.FAIL_VERIFICATION, Event.START_FACE_VERIFICATION, Event.PASS_VERIFICATION]
    assert [step.event for step in faced.history if step.event in face] == face
    assert faced.state is State.PLAN_CANCELLED
    assert [type(one) for one in happened if not isinstance(one, Step)] == [WrongActor]
    assert Event.REMOVE_FACE_VERIFICATION in [step.event for step in removed.history]
    assert removed.facts.goal is Goal.BOTH
    assert removed.state is State.BOTH_CANCELLED


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_and_end_is_told_in_the_language_asked_for(lang: str) -> None:
    screen = on_terminal("demo", "--lang", lang)
    assert max(map(cell_len, screen.splitlines())) <= 80
    place = 0
    for example in EXAMPLES:
        case, _ = told(example)
        for words in (example.title, *(step.event.words for step in case.history), case.state.words):
            place = screen.index(words.of(lang).split()[0], place)
        moral = "".join(example.summary.of(lang).split())
        assert moral in "".join(screen[place:].split())


@pytest.mark.parametrize("command", [name for name, _ in demo.NEXT])
def test_what_to_try_next_is_a_command_that_there_is(command: str) -> None:
    done = CliRunner().invoke(app, [command.split(maxsplit=1)[0], "--help"])
    assert done.exit_code == 0


@pytest.mark.parametrize("locale", ["zh_CN.UTF-8", "en_GB.UTF-8"])
def test_help_names_every_command_with_its_purpose(locale: str) -> None:
    done = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80", "LC_ALL": locale})
    assert done.exit_code == 0
    for name in ("demo", "run", "walk", "show", "draw", "check", "audit", "scenarios", "case"):
        (line,) = (line for line in done.stdout.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split(maxsplit=1)[1]) > 3
        assert any("\u4e00" <= letter <= "\u9fff" for letter in line) == locale.startswith("zh")


def test_without_a_command_the_help_comes() -> None:
    assert "demo" in CliRunner().invoke(app, []).output


def test_without_the_extra_one_line_says_what_to_install() -> None:
    program = "import sys; sys.modules['typer'] = None; from process.__main__ import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert 'process.cli needs typer; run pip install "installment-cancellation[cli]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_no_colour_is_drawn_on_a_terminal_that_wants_none(tmp_path: Path) -> None:
    def drawn(**env: str) -> bytes:
        primary, secondary = os.openpty()
        try:
            command = [sys.executable, "-m", "process", "demo", "--lang", "en"]
            environment = {**os.environ, "PYTHONPATH": str(HERE), "TERM": "xterm-256color", **env}
            with (tmp_path / "errors").open("wb") as errors:
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.DEVNULL, stdout=secondary, stderr=errors
                )
                os.close(secondary)
                text = b""
                while chunk := _read(primary):
                    text += chunk
                assert process.wait() == 0
        finally:
            os.close(primary)
        return text

    assert b"\x1b[1;32m" in drawn()
    assert b"32m" not in drawn(NO_COLOR="1")


def _read(primary: int) -> bytes:
    try:
        return os.read(primary, 10_000)
    except OSError:  # what Linux says when the last writer is gone
        return b""
