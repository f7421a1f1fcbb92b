"""Parts of an audit, one for each bucket of cases: they add up exactly, and only if they are all of one log."""

from __future__ import annotations

from pathlib import Path

import pytest

from process.audit import Report, SourceUnusable, audit, merge
from tests.support.logs import legal_log, with_faults, write_csv

BUCKETS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    """The report of one run over the whole log; its parts lie beside the log, and one of another."""
    file = write_csv(folder / "log.csv", (row for rows in with_faults(legal_log(60), every=2)[0] for row in rows))
    other = write_csv(folder / "other.csv", (row for rows in legal_log(3, seed=8) for row in rows))
    audit(other, bucket=(BUCKETS, BUCKETS), out=folder / "other")
    for number in range(1, BUCKETS + 1):
        audit(file, bucket=(number, BUCKETS), out=folder / f"part{number}")
    return audit(file, out=folder / "whole")


def parts(folder: Path) -> list[Path]:
    return [folder / f"part{number}" for number in range(1, BUCKETS + 1)]


def test_buckets_add_up_to_the_report_and_the_tables_of_one_run(folder: Path, report: Report) -> None:
    assert merge(reversed(parts(folder)), out=folder / "merged") == report
    assert report.deviating > 10
    for name in ("deviations.csv", "variants.csv", "arrows.csv", "states.csv", "overdue.csv", "report.json"):
        whole = (folder / "whole" / name).read_text(encoding="utf-8")
        assert (folder / "merged" / name).read_text(encoding="utf-8") == whole, name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda given: given[:-1], "bucket 4 of 4 is missing"),
        (lambda given: [*given, given[0]], "bucket 1 is given twice"),
        (lambda given: [*given[:-1], given[0].parent], "is not a folder written by --bucket K/N --out"),
        (lambda given: [*given[:-1], given[0].parent / "other"], "is not a part of the same log as"),
        (lambda given: given[:0], "no parts are given"),
    ],
)
def test_parts_that_are_not_all_of_one_log_are_refused(change: object, told: str, folder: Path, report: Report) -> None:
    assert callable(change)
    with pytest.raises(SourceUnusable, match=told):
        merge(change(parts(folder)))
