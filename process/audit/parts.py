"""Parts of an audit: one for each bucket of cases, added up to the report of one run over the whole log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from process.audit.log import Events
from process.audit.problems import Problem
from process.audit.report import Report
from process.audit.report_tables import MARK, PART_TABLES, check_folder, write_tables
from process.audit.sources import SourceUnusable, connect, quoted
from process.audit.summary import build_report
from process.model import Event, Words


def write_part(
    conn: duckdb.DuckDBPyConnection, folder: Path, files: tuple[str, ...], events: Events, bucket: tuple[int, int]
) -> None:
    """Write the tables of a run over one bucket, which ``merge`` adds up."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in PART_TABLES:
        conn.execute(f"copy {table} to {quoted(str(folder / f'{table}.parquet'), chr(39))} (format parquet)")
    meta = {
        "written_by": MARK,
        "bucket": list(bucket),
        "files": list(files),
        "rows": events.rows,
        "first_us": events.first_us,
        "last_us": events.last_us,
        "recorded": sorted(event.value for event in events.recorded),
        "fields": sorted(events.fields),
        "problems": [[each.code, each.rows, list(each.words), list(each.examples)] for each in events.problems],
    }
    (folder / "part.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")


def merge(parts: Iterable[str | Path], out: str | Path | None = None, *, force: bool = False) -> Report:
    """Add up the parts of one log, one for each bucket; the same report as of one run over the whole log.

    Args:
        parts: the folders of the parts.
        out: a folder for the report's tables.
        force: replace also files in *out* that this program did not write.

    Raises:
        WouldOverwrite: a file stands in *out* that this program did not write; nothing was written.
        SourceUnusable: a folder holds no part, or the parts are not all the buckets of one log, each once.
    """
    if out is not None and not force:
        check_folder(Path(out))
    folders = [Path(part) for part in parts]
    metas = [_meta(folder) for folder in folders]
    _check_whole(folders, metas)
    with connect() as conn:
        for table in PART_TABLES:
            files = ", ".join(quoted(str(folder / f"{table}.parquet"), "'") for folder in folders)
            conn.execute(f"create table {table} as select * from read_parquet([{files}])")
        first = metas[0]
        problems = tuple(
            Problem(code, count, Words(*words), tuple(examples)) for code, count, words, examples in first["problems"]
        )
        events = Events(
            first["rows"],
            0,
            first["first_us"],
            first["last_us"],
            frozenset(map(Event, first["recorded"])),
            frozenset(first["fields"]),
            problems,
        )
        report = build_report(conn, tuple(first["files"]), events)
        if out is not None:
            write_tables(conn, report, Path(out))
    return report


def _meta(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "part.json").read_text(encoding="utf-8"))
        return {**found, "bucket": tuple(found["bucket"])}
    except (OSError, ValueError, LookupError, TypeError):
        zh, en = "不是 --bucket K/N --out 写的目录", "is not a folder written by --bucket K/N --out"
        raise SourceUnusable(str(folder), Words(zh, en)) from None


def _check_whole(folders: list[Path], metas: list[dict[str, Any]]) -> None:
    """Raise SourceUnusable unless the parts are every bucket of one log once."""
    if not metas:
        raise SourceUnusable("merge", Words("没有任何部分", "no parts are given"))
    first, seen = metas[0], set[int]()
    for folder, meta in zip(folders, metas, strict=True):
        number, buckets = meta["bucket"]
        if {**meta, "bucket": 0} != {**first, "bucket": 0} or buckets != first["bucket"][1]:
            zh, en = f"与 {folders[0]} 不是同一日志的部分", f"is not a part of the same log as {folders[0]}"
            raise SourceUnusable(str(folder), Words(zh, en))
        if number in seen:
            raise SourceUnusable(str(folder), Words(f"第 {number} 份重复", f"bucket {number} is given twice"))
        seen.add(number)
    buckets = first["bucket"][1]
    missing = ", ".join(str(number) for number in range(1, buckets + 1) if number not in seen)
    if missing:
        zh, en = f"缺少第 {missing} 份（共 {buckets} 份）", f"bucket {missing} of {buckets} is missing"
        raise SourceUnusable("merge", Words(zh, en))
