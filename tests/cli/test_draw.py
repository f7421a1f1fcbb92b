"""``draw``: it replaces no file of other origin, marks a case, and says what is wrong with its options."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from process import eventfile
from process.cli import app
from tests.support.begun_cases import at_options, finished
from tests.support.running import written

FAST = ("--view", "overview", "--format", "mermaid", "--lang", "en")


def draw(*arguments: object, code: int = 0) -> Result:
    done = CliRunner(env={"LC_ALL": "en_GB.UTF-8"}).invoke(app, ["draw", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


def test_a_file_of_other_origin_is_not_replaced_without_force(tmp_path: Path) -> None:
    mine = tmp_path / "overview.en.mmd"
    mine.write_text("mine", encoding="utf-8")
    said = draw("--out", tmp_path, *FAST, code=2)
    assert said.stdout == ""
    assert "overview.en.mmd" in said.stderr
    assert "to replace it, add --force" in said.stderr
    assert mine.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [mine]
    draw("--out", tmp_path, *FAST, "--force")
    assert mine.read_text(encoding="utf-8") != "mine"
    assert "wrote 1 files" in draw("--out", tmp_path, *FAST).stdout, "its own files it replaces"


def test_a_readme_of_the_users_own_is_not_replaced_by_the_gallery(tmp_path: Path) -> None:
    mine = tmp_path / "README.md"
    mine.write_text("mine", encoding="utf-8")
    draw("--out", tmp_path, code=2)
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("as_snapshot", [True, False])
def test_a_case_is_marked_from_a_snapshot_or_a_file_of_events(tmp_path: Path, as_snapshot: bool) -> None:
    case = finished()
    file = tmp_path / "case"
    file.write_text(case.to_json() if as_snapshot else "".join(eventfile.dump(case)), encoding="utf-8")
    draw("--out", tmp_path / "marked", *FAST, "--case", file)
    draw("--out", tmp_path / "plain", *FAST)
    marked, plain = ((tmp_path / name / "overview.en.mmd").read_bytes() for name in ("marked", "plain"))
    assert marked != plain


def test_a_refused_event_of_the_case_gives_exit_code_1_and_its_line(tmp_path: Path) -> None:
    lines = [*eventfile.dump(at_options()), '{"event": "sign_in", "data": {"account": "acct-1", "channel": "app"}}']
    said = draw("--out", tmp_path / "out", *FAST, "--case", written(tmp_path / "case", *lines), code=1)
    assert said.stderr.startswith(f"line {len(lines)}: sign in (sign_in) refused: ")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--view", "nothing"), "--view can't be 'nothing'; use overview"),
        (("--format", "gif"), "--format can't be 'gif'; use "),
        (("--lang", "fr"), "--lang can't be 'fr'; use "),
    ],
)
def test_an_unknown_name_is_answered_with_those_there_are(options: tuple[str, str], says: str, tmp_path: Path) -> None:
    assert says in draw("--out", tmp_path, *options, code=2).stderr


def test_draw_makes_slides(tmp_path: Path) -> None:
    draw("--out", tmp_path, "--view", "ends", "--format", "svg", "--lang", "en", "--slide")
    (path,) = tmp_path.iterdir()
    assert path.name == "ends.en.slide.svg"
