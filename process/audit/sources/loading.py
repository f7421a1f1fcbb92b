"""Reading a log of any kind into the table ``raw``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import duckdb

from process.audit.progress import Progress, silent
from process.audit.sources.databases import database_rows
from process.audit.sources.event_files import event_file_rows, is_event_file
from process.audit.sources.files import fill_from_csv, fill_from_json_lines, fill_from_parquet, find_files, kind_of
from process.audit.sources.ocel import JSON_KINDS, SQLITE_KINDS, is_ocel_json, ocel_rows
from process.audit.sources.raw_table import Raw, SourceUnusable, fill_from_rows
from process.audit.sources.xes import XES_ROLES, xes_rows
from process.model import Words

Row = dict[str, Any]


def load_source(
    conn: duckdb.DuckDBPyConnection,
    source: str,
    *,
    query: str | None = None,
    own: bool = False,
    object_type: str | None = None,
    progress: Progress = silent,
) -> Raw:
    """Read a log into the table ``raw``.

    Args:
        source: a file, a pattern of files, a folder, or the address of a database.
        query: the query for a database.
        own: the address is of a store of this package, whose own history is read.
        object_type: of an OCEL file the type of object whose events make a case.
        progress: called as the log is read.

    Raises:
        SourceUnusable: it can't be read at all.
    """
    if "://" in source:
        from process.store.addresses import shown_address

        raw = fill_from_rows(conn, (shown_address(source),), database_rows(source, query, own=own), {}, progress)
        return raw._replace(is_complete=own)
    files = find_files(source)
    kind = kind_of(files[0])
    if kind in ("csv", "tsv", "txt"):
        return fill_from_csv(conn, files, progress)
    if kind == "parquet":
        return fill_from_parquet(conn, files, progress)
    if kind == "xes":
        return fill_from_rows(conn, files, _rows_of(files, xes_rows), XES_ROLES, progress)
    json_kind = kind in ("jsonl", "ndjson", "json")
    if kind in (*JSON_KINDS, *SQLITE_KINDS) or (json_kind and is_ocel_json(files[0])):
        return fill_from_rows(conn, files, _rows_of(files, partial(ocel_rows, object_type=object_type)), {}, progress)
    if json_kind:
        if is_event_file(files[0]):
            return fill_from_rows(conn, files, _rows_of(files, event_file_rows), {}, progress)._replace(is_complete=True)
        return fill_from_json_lines(conn, files, progress)
    endings = ".csv, .tsv, .parquet, .jsonl, .xes, .jsonocel, .sqlite (OCEL)"
    zh, en = f"不认识的文件类型；可用 {endings}，可加 .gz", f"unknown kind of file; use {endings}, also with .gz"
    raise SourceUnusable(source, Words(zh, en))


def _rows_of(files: Iterable[str], read: Callable[[str], Iterator[Row]]) -> Iterator[Row]:
    for file in files:
        yield from read(file)
