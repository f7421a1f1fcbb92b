"""The same log from every kind of source gives the same report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from process import Event
from process.audit import Mapping, Report, SourceUnusable, audit
from tests.support import log_files
from tests.support.logs import Row, legal_log, with_faults, write_csv
from tests.support.postgres import Postgres

LOG = [row for rows in with_faults(legal_log(50, seed=6), every=4)[0] for row in rows]
LEGAL = legal_log(40, seed=16)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of the log as CSV."""
    found = audit(write_csv(tmp_path_factory.mktemp("formats") / "log.csv", LOG))
    assert found.deviating > 5
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    started = Postgres()
    yield started
    started.remove()


def same(found: Report, expected: Report) -> None:
    left, right = found.as_dict(), expected.as_dict()
    assert left.pop("files") != right.pop("files")
    assert left == right


@pytest.mark.parametrize(
    "write",
    [log_files.parquet, log_files.json_lines, log_files.gzipped_csv, log_files.several_csv, log_files.xes],
    ids=lambda write: write.__name__,
)
def test_a_file_of_another_format_gives_the_same_report(
    write: Callable[[Sequence[Row], Path], Path | str], report: Report, tmp_path: Path
) -> None:
    same(audit(write(LOG, tmp_path)), report)


@pytest.mark.parametrize("write", [log_files.ocel_json, log_files.ocel_sqlite], ids=lambda write: write.__name__)
def test_ocel_is_flattened_on_one_type_of_object(
    write: Callable[[Sequence[Row], Path], Path], report: Report, tmp_path: Path
) -> None:
    path = write(LOG, tmp_path)
    same(audit(path, Mapping(columns={"goal": ("case:goal",)}), object_type="case"), report)
    with pytest.raises(SourceUnusable, match="name the type of object with --object-type; known: case, shop"):
        audit(path)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_query_of_a_database_gives_the_same_report(kind: str, report: Report, server: Postgres, tmp_path: Path) -> None:
    address = server.new_database() if kind == "postgresql" else f"sqlite:///{tmp_path / 'log.db'}"
    log_files.into_table(LOG, address)
    same(audit(address, query="select * from log"), report)
    with pytest.raises(SourceUnusable, match="write the query with --query"):
        audit(address)
    with pytest.raises(SourceUnusable, match=r"the database refused the query \(\w+: .*lag"):
        audit(address, query="select * from lag")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_stores_own_tables_give_the_report_of_the_same_cases(kind: str, server: Postgres, tmp_path: Path) -> None:
    address = server.new_database() if kind == "postgresql" else f"sqlite:///{tmp_path / 'log.db'}"
    log_files.into_store(LEGAL, address)
    file = write_csv(tmp_path / "log.csv", (row for rows in LEGAL for row in rows))
    expected = audit(file, Mapping(records=frozenset(Event)))
    assert expected.conforming == len(LEGAL)
    same(audit(address, own=True), expected)


def test_a_database_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="no such file"):
        audit(f"sqlite:///{tmp_path / 'typo.db'}", query="select 1")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_events_records_all_of_them(tmp_path: Path) -> None:
    lines = [
        {"case": {"goal": "plan", "account": "a", "order": "o"}, "case_id": "c"},
        {
            "event": "complete_cancellation",
            "by": "lender",
            "data": {"quote": "q"},
            "case_id": "c",
            "at": "2026-06-01T00:00Z",
        },
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = audit(path).deviations
    assert (found.position, found.codes) == (1, ("quote_not_rejected",))


def test_an_xml_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text('<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>')
    with pytest.raises(SourceUnusable, match="a DOCTYPE or entities is refused"):
        audit(path)


def test_no_cell_of_csv_is_a_formula(tmp_path: Path) -> None:
    rows = [{"case": "=cmd()", "event": "open_orders", "by": "customer", "goal": "plan", "at": "2026-06-01T00:00:00Z"}]
    audit(write_csv(tmp_path / "log.csv", rows), Mapping(records=frozenset(Event)), out=tmp_path / "out")
    text = (tmp_path / "out" / "deviations.csv").read_text(encoding="utf-8")
    assert "\n'=cmd()," in text
