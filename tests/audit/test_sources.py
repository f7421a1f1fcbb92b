"""The same log from every kind of source gives the same report."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import duckdb
import pytest

from process import Event
from process.audit import Mapping, Report, SourceUnusable, audit
from tests.support.logs import COLUMNS, Row, legal_log, with_faults, write_csv

LOG = [row for rows in with_faults(legal_log(80, seed=6), every=5)[0] for row in rows]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("formats") / "log.csv", LOG)


@pytest.fixture(scope="module")
def report(file: Path) -> Report:
    found = audit(file)
    assert found.deviating > 5
    return found


def parquet(file: Path, folder: Path) -> Path:
    duckdb.sql(f"copy (select * from read_csv('{file}', all_varchar=true)) to '{folder / 'log.parquet'}'")
    return folder / "log.parquet"


def json_lines(_file: Path, folder: Path) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps({key: str(value) for key, value in row.items()}) + "\n" for row in LOG))
    return path


def gzipped(file: Path, folder: Path) -> Path:
    path = folder / "log.csv.gz"
    path.write_bytes(gzip.compress(file.read_bytes()))
    return path


def xes(_file: Path, folder: Path) -> Path:
    traces: dict[str, list[Row]] = {}
    for row in LOG:
        traces.setdefault(row["case"], []).append(row)
    lines = ["<?xml version='1.0'?><log>"]
    for case, rows in traces.items():
        lines.append(f"<trace><string key='concept:name' value={quoteattr(case)}/>")
        for row in rows:
            names = {"event": "concept:name", "at": "time:timestamp", "by": "org:resource"}
            texts = [
                f"<string key={quoteattr(names.get(key, key))} value={quoteattr(str(value))}/>"
                for key, value in row.items()
            ]
            lines.append(f"<event>{''.join(texts)}</event>")
        lines.append("</trace>")
    path = folder / "log.xes"
    path.write_text("\n".join([*lines, "</log>"]), encoding="utf-8")
    return path


def ocel_json(_file: Path, folder: Path) -> Path:
    events = [
        {
            "id": row["id"] + row["event"],
            "type": row["event"],
            "time": row["at"],
            "attributes": [
                {"name": key, "value": str(value)} for key, value in row.items() if key not in ("id", "event", "at", "case")
            ],
            "relationships": [{"objectId": row["case"], "qualifier": "of"}, {"objectId": "shop", "qualifier": "in"}],
        }
        for row in LOG
    ]
    cases = dict.fromkeys(row["case"] for row in LOG)
    objects = [*({"id": case, "type": "case"} for case in cases), {"id": "shop", "type": "shop"}]
    path = folder / "log.jsonocel"
    path.write_text(json.dumps({"objects": objects, "events": events}), encoding="utf-8")
    return path


def sqlite_table(_file: Path, folder: Path) -> str:
    with closing(sqlite3.connect(folder / "log.db")) as conn:
        conn.execute(f"create table log ({', '.join(f'[{name}] text' for name in COLUMNS)})")
        conn.executemany(
            f"insert into log values ({', '.join('?' * len(COLUMNS))})",
            [tuple(None if row.get(name) is None else str(row[name]) for name in COLUMNS) for row in LOG],
        )
        conn.commit()
    return f"sqlite:///{folder / 'log.db'}"


def same(found: Report, expected: Report) -> None:
    left, right = found.as_dict(), expected.as_dict()
    for each in (left, right):
        each.pop("files")
        each.pop("problems")
    assert left == right


@pytest.mark.parametrize("write", [parquet, json_lines, gzipped, xes], ids=lambda write: write.__name__)
def test_a_file_of_another_format_gives_the_same_report(write: Any, file: Path, report: Report, tmp_path: Path) -> None:
    same(audit(write(file, tmp_path)), report)


def test_ocel_is_flattened_on_one_type_of_object(file: Path, report: Report, tmp_path: Path) -> None:
    path = ocel_json(file, tmp_path)
    mapping = Mapping(columns={"case": ("case",)})
    found = audit(path, mapping, object_type="case")
    assert (found.cases, found.deviating, found.arrows) == (report.cases, report.deviating, report.arrows)
    with pytest.raises(SourceUnusable, match="name the type of object with --object-type; there are case, shop"):
        audit(path)


def test_a_database_is_read_by_its_query(file: Path, report: Report, tmp_path: Path) -> None:
    address = sqlite_table(file, tmp_path)
    same(audit(address, query="select * from log"), report)
    with pytest.raises(SourceUnusable, match="write the query with --query"):
        audit(address)


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
