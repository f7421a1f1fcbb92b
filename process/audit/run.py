"""An audit from beginning to end: read the log, find its variants, judge each once, and count."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from process.audit.judging import judge_cases
from process.audit.log import Events, read_events, suggest
from process.audit.mapping import REQUIRED, ROLES, Mapping, MappingInvalid, read_mapping
from process.audit.parts import write_part
from process.audit.progress import Progress, silent
from process.audit.report import Report
from process.audit.sources import SourceUnusable, connect, load_source
from process.audit.summary import build_report
from process.audit.tables import write_tables
from process.audit.trace import Trace
from process.audit.variants import DIALECTS, counted_query
from process.model import Words


def audit(
    source: str | Path,
    mapping: Mapping | str | Path | None = None,
    *,
    query: str | None = None,
    own: bool = False,
    object_type: str | None = None,
    bucket: tuple[int, int] | None = None,
    memory: str | None = None,
    threads: int | None = None,
    progress: Progress = silent,
    out: str | Path | None = None,
) -> Report:
    """Check a log against the model.

    Args:
        source: a file (CSV, Parquet, JSON Lines, XES, OCEL 2.0, a file of events), a pattern, a folder, or the address of a
            database.
        mapping: how the log's names become the model's, or the path of a mapping file.
        query: the query for a database.
        own: the address is of a store of this package, whose own history is read.
        object_type: of OCEL the type of object whose events make a case.
        bucket: (k, n): only the cases of the k-th of n buckets, k from 1; ``merge`` adds the parts up.
        memory: the most memory that the database may use, as ``"512MB"``.
        threads: how many threads the database may use.
        progress: called with the stage, how much of it is done, and how much there is (0: not known).
        out: a folder for the report's tables; with *bucket* for the part that ``merge`` reads.

    Raises:
        SourceUnusable: the log can't be read.
        MappingInvalid: the mapping does not fit the log; says what to write.
    """
    chosen = mapping if isinstance(mapping, Mapping) else Mapping() if mapping is None else read_mapping(mapping)
    with connect(memory, threads) as conn:
        raw = load_source(conn, str(source), query=query, own=own, object_type=object_type, progress=progress)
        fixed = {role: (column,) for role, column in raw.roles.items() if role not in chosen.columns}
        chosen = Mapping(**{**vars(chosen), "columns": {**fixed, **chosen.columns}})
        events = read_events(conn, raw, chosen, bucket, progress)
        judge_cases(conn, events, chosen, progress)
        report = build_report(conn, raw.files, events)
        if out is not None and bucket is not None:
            write_part(conn, Path(out), raw.files, events, bucket)
        elif out is not None:
            write_tables(conn, report, Path(out))
    return report


def audit_variants(
    rows: Iterable[tuple[str, int, str]], mapping: Mapping | None = None, progress: Progress = silent
) -> Report:
    """Judge variants that a warehouse has counted, as (trace, cases, example)."""
    chosen = mapping or Mapping()
    with connect() as conn:
        conn.execute(
            "create table cases (case_id varchar, trace varchar, goals bigint, begin_us bigint, end_us bigint,"
            " times bigint[], n bigint)"
        )
        found: list[tuple[Any, ...]] = [(example, trace, 1, 0, 0, [], count) for trace, count, example in rows]
        conn.execute("create table unreadable (case_id varchar)")
        conn.executemany("insert into cases values (?, ?, ?, ?, ?, ?, ?)", found)
        entries = [entry for _, trace, *_ in found for entry in Trace.parse(trace).entries]
        recorded = chosen.records or frozenset(entry.event for entry in entries)
        fields = frozenset(
            name
            for name in ("by", "quote", "offer", "attempt", "account", "order", "consent")
            if any(getattr(entry, name) is not None for entry in entries)
        )
        total = sum(count for *_, count in found)
        events = Events(0, total, 0, 0, recorded, fields, ())
        judge_cases(conn, events, chosen, progress, weight="n")
        return build_report(conn, (), events)


def variants_sql(mapping: Mapping, name: str, table: str) -> str:
    """Return the query with which a warehouse counts the variants of a table, for ``duckdb``, ``spark`` or ``postgres``."""
    if name not in DIALECTS:
        known = ", ".join(DIALECTS)
        raise MappingInvalid(0, Words(f"没有方言 {name!r}；可用：{known}", f"unknown dialect {name!r}; there are {known}"))
    named = {column for role in ROLES for column in mapping.columns.get(role, ())} or set(ROLES)
    return counted_query(mapping, tuple(sorted({*named, *REQUIRED} if not mapping.columns else named)), table, name)


def suggest_mapping(source: str, mapping: Mapping, *, query: str | None = None, object_type: str | None = None) -> str:
    """Return a proposal for the mapping file of a log, to be read and corrected by a person."""
    with connect() as conn:
        raw = load_source(conn, source, query=query, object_type=object_type)
        return suggest(conn, raw, mapping)


def read_variants(path: str | Path) -> list[tuple[str, int, str]]:
    """Read counted variants from a CSV file with the columns trace, cases and example."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not {"trace", "cases"} <= set(rows.fieldnames or ()):
            known = "trace, cases, example"
            raise SourceUnusable(str(path), Words(f"须有列 {known}", f"must have the columns {known}"))
        return [(row["trace"], int(row["cases"]), row.get("example") or "") for row in rows]
