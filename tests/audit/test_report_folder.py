"""The folder of a report: diagrams with traffic and the page, and nothing of other origin replaced."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from process.audit import Report, Stage, audit, merge, pictures, write_views
from process.audit.pictures import traffic_of
from process.cli import app
from process.diagram import View, WouldOverwrite
from process.diagram.overwrite_guard import MARK
from tests.support.drawn import Drawn, texts_of
from tests.support.logs import legal_log, write_csv

HERE = Path(__file__).parent
EXAMPLE = (HERE / "example.csv", HERE / "example.toml")
FOREIGN = "somebody else's"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pictures be empty, since their layout takes long."""
    monkeypatch.setattr(pictures.diagram, "svg", lambda *_, **__: f"<!-- {MARK} --><svg></svg>")


def test_the_traffic_is_what_the_log_has(tmp_path: Path) -> None:
    log = legal_log(60)
    traffic = traffic_of(audit(write_csv(tmp_path / "log.csv", [row for rows in log for row in rows])))
    waits = []
    for rows in log:
        for before, row in itertools.pairwise(rows):
            if (before["event"], row["event"]) == ("sign_in", "open_orders"):
                waits.append((datetime.fromisoformat(row["at"]) - datetime.fromisoformat(before["at"])).total_seconds())
    key = ("signed_in", "open_orders", "order_list")
    assert traffic.counts[key] == len(waits) > 20
    assert traffic.medians[frozenset({key})] == median_low(waits)
    assert sum(traffic.states.values()) == len(log)
    assert sum(traffic.counts.values()) == sum(map(len, log))


@pytest.mark.usefixtures("quick")
def test_out_writes_the_five_diagrams_and_the_page_beside_the_tables(tmp_path: Path) -> None:
    done = run(EXAMPLE[0], "--map", EXAMPLE[1], "--out", tmp_path, "--pictures", "en,both", "--lang", "zh")
    assert done.exit_code == 1, done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"{view}.{lang}.svg" for view in View for lang in ("en", "both")} == {
        one for one in names if one.endswith("svg")
    }
    assert {"index.html", "report.json", "deviations.csv", "deviations.parquet"} <= names
    assert '"lang":"zh"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    headers = [(tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0] for name in ("deviations", "overdue")]
    assert headers[0].startswith("case_id,position,event,by,state,at,"), "the tables have the keys of --json"
    assert headers[1] == "case_id,state,awaits,due_at"
    again = run(EXAMPLE[0], "--map", EXAMPLE[1], "--out", tmp_path, "--lang", "en")
    assert again.exit_code == 1, "an audit replaces its own files"
    assert '"lang":"en"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "--pictures" in run(EXAMPLE[0], "--pictures", "fr", "--lang", "en").output


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "name", ["index.html", "overview.zh.svg", "report.json", "deviations.csv", "variants.parquet", "waits.parquet"]
)
def test_no_file_of_other_origin_is_replaced_unless_that_is_asked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FOREIGN)
    refused = run(EXAMPLE[0], "--map", EXAMPLE[1], "--out", tmp_path, "--lang", "en")
    assert refused.exit_code == 2
    told = " ".join(refused.output.split())
    assert "was not written by this program; nothing was changed; to replace it, add --force" in told
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == FOREIGN
    with pytest.raises(WouldOverwrite, match="nothing was changed"):
        merge([tmp_path], out=tmp_path)
    if name == "index.html":
        assert run(EXAMPLE[0], "--map", EXAMPLE[1], "--out", tmp_path, "--force").exit_code == 1
        assert MARK in (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_the_views_alone_replace_nothing_either_and_tell_their_progress(tmp_path: Path, report: Report) -> None:
    told: list[Any] = []
    written = write_views(report, tmp_path, langs=("zh",), progress=lambda *step: told.append(step))
    assert [path.name for path in written] == [*(f"{view}.zh.svg" for view in View), "index.html"]
    assert told == [(Stage.DRAWING, done, 10) for done in range(1, 11)], "the page has both languages"
    (tmp_path / "support.zh.svg").write_text(FOREIGN)
    with pytest.raises(WouldOverwrite):
        write_views(report, tmp_path, langs=("zh",))
    assert (tmp_path / "support.zh.svg").read_text() == FOREIGN


@pytest.mark.thorough
@pytest.mark.usefixtures("quick")
def test_parts_and_what_is_merged_of_them_have_the_same_page(tmp_path: Path) -> None:
    for number in (1, 2):
        bucket = ("--bucket", f"{number}/2", "--out", tmp_path / str(number))
        assert run(EXAMPLE[0], "--map", EXAMPLE[1], *bucket).exit_code in (0, 1)
        assert not (tmp_path / str(number) / "index.html").exists()
    run(EXAMPLE[0], "--map", EXAMPLE[1], "--out", tmp_path / "whole", "--lang", "en")
    run("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "merged", "--lang", "en")
    pages = [(tmp_path / name / "index.html").read_text(encoding="utf-8") for name in ("whole", "merged")]
    assert pages[0] == pages[1]


@pytest.mark.thorough
def test_the_diagrams_of_a_real_log_can_be_read(report: Report, tmp_path: Path) -> None:
    for path in write_views(report, tmp_path, langs=("zh", "en", "both"))[:-1]:
        svg = path.read_text(encoding="utf-8")
        seen = Drawn(svg)
        assert not [*seen.covered_texts(), *seen.unfit_boxes(), *seen.on_borders(), *seen.on_heads()], path
        assert not [*seen.off_page()], path
        assert any(" × " in text or "次" in text for text in texts_of(svg))
