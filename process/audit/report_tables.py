"""The tables of a report as Parquet, CSV and JSON; a cell of CSV can't become a formula of a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from process.audit.report import Overdue, Report
from process.audit.sources import quoted
from process.diagram import LANGUAGES, View, WouldOverwrite
from process.diagram.overwrite_guard import check_overwrites

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARK: Final = "installment-cancellation: written by python -m process audit"
"""Stands at the beginning of the JSON file of a report, or of a part: so the folder is known as an audit's."""
PAGE: Final = "index.html"
PART_TABLES: Final = ("judged", "deviating", "listed", "waits", "standing")
TABLES: Final = ("deviations", "variants")
LISTS: Final = ("arrows", "states", "overdue")


def picture_names(langs: Iterable[str] = LANGUAGES) -> list[str]:
    """Return the names of the files with the views, in these languages."""
    return [f"{view}.{lang}.svg" for lang in langs for view in View]


def check_folder(folder: Path) -> None:
    """Raise WouldOverwrite if a file stands there under a name that an audit writes, and no audit wrote it."""
    check_overwrites(folder, [*picture_names(), PAGE])
    marked = ("report.json", "part.json")
    check_overwrites(folder, marked, MARK)
    if not any((folder / name).is_file() for name in marked):
        tables = (*(f"{name}.parquet" for name in (*TABLES, *PART_TABLES)), *(f"{name}.csv" for name in (*TABLES, *LISTS)))
        for name in tables:
            if (folder / name).is_file():
                raise WouldOverwrite(str(folder / name))


def write_tables(conn: duckdb.DuckDBPyConnection, report: Report, folder: Path) -> list[Path]:
    """Write the tables of a run, and return the files. Cases appear by their ids only."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [_report_json(report, folder)]
    conn.execute(
        'create or replace temp table deviations as select d.case_id, d.position, j.event, j.raised_by as "by", j.state,'
        " strftime(make_timestamp(d.at_us), '%Y-%m-%dT%H:%M:%SZ') as at,"
        " j.finding->>'$.en' as reason_en, j.finding->>'$.zh' as reason_zh,"
        " array_to_string(cast(j.finding->'$.codes' as varchar[]), ' ') as codes,"
        " array_to_string(cast(j.finding->'$.requirements' as varchar[]), ' ') as requirements"
        " from deviating d join (select trace, early, any_value(event) as event, any_value(raised_by) as raised_by,"
        " any_value(state) as state, any_value(finding) as finding from judged where outcome = 'deviates' group by all) j"
        " using (trace, early) order by d.case_id"
    )
    conn.execute(
        "create or replace temp table variant_list as select outcome, cast(sum(cases) as bigint) as cases,"
        " min(examples[1]) as example, trace from judged group by outcome, trace order by cases desc, trace, outcome"
    )
    for table, name in (("deviations", "deviations"), ("variant_list", "variants")):
        written.append(folder / f"{name}.parquet")
        conn.execute(f"copy {table} to {quoted(str(written[-1]), chr(39))} (format parquet)")
        found = conn.execute(f"select * from {table}")
        written.append(_csv(folder / f"{name}.csv", [column for column, *_ in found.description or ()], _batches(found)))
    written.append(
        _csv(folder / "arrows.csv", ("source", "event", "target", "times", "p50_s", "p90_s", "p99_s"), report.arrows)
    )
    written.append(_csv(folder / "states.csv", ("state", "cases"), report.states.items()))
    written.append(_csv(folder / "overdue.csv", Overdue._fields, report.overdue))
    return written


def _report_json(report: Report, folder: Path) -> Path:
    path = folder / "report.json"
    content = {"written_by": MARK, **report.as_dict()}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _batches(found: duckdb.DuckDBPyConnection) -> Iterable[Sequence[Any]]:
    while rows := found.fetchmany(10_000):
        yield from rows


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(value) for value in row] for row in rows)
    return path


def cell(value: Any) -> str:
    """Return the value as a CSV cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
