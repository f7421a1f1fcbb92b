"""The DuckDB table ``raw``, into which every source is read, and the error of a source that can't be."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from process.audit.progress import WATCHABLE, Progress, Stage, silent, watched
from process.exceptions import ProcessError
from process.model import Words


class SourceUnusable(ProcessError):
    """A log can't be read at all; ``problem`` says what is wrong and what would be right."""

    def __init__(self, source: str, problem: Words) -> None:
        super().__init__(source, problem)
        self.source, self.problem = source, Words(*problem)

    def text(self, lang: str = "en") -> str:
        """Return the whole message in *lang*, ``"zh"`` or ``"en"``."""
        return f"{self.source}：{self.problem.zh}" if lang == "zh" else f"{self.source}: {self.problem.en}"

    def __str__(self) -> str:
        return self.text()


class Raw(NamedTuple):
    """A log as it was read."""

    files: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    unreadable: tuple[tuple[str, int, str], ...]
    """File, line and reason of each row that could not be read."""
    roles: Mapping[str, str]
    """The columns by role that the format itself fixes."""
    is_complete: bool = False
    """The source records every event: a file of events, or the store's own history."""


def connect(memory: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory, which spills to a temporary folder; it loads nothing from the network.

    Args:
        memory: the most memory to use, as ``"512MB"``.
        threads: the number of threads; all cores where it is left out.
    """
    conn = duckdb.connect(":memory:")
    for setting in ("autoinstall_known_extensions=false", "TimeZone='UTC'", *WATCHABLE):
        conn.execute(f"set {setting}")
    conn.execute(f"set temp_directory={quoted(tempfile.gettempdir(), chr(39))}")
    if memory is not None:
        conn.execute("set memory_limit=?", [memory])
    if threads is not None:
        conn.execute("set threads=?", [threads])
    return conn


def quoted(name: str, mark: str = '"') -> str:
    """Return the name as an SQL identifier, or with *mark* ``'`` as a text; DuckDB takes ``at`` and ``by`` for keywords."""
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def fill_from_relation(
    conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], relation: str, progress: Progress = silent
) -> Raw:
    """Fill the table ``raw`` from a relation of DuckDB, every column as text."""
    try:
        conn.execute(f"create or replace temp view given as select * from {relation}")
        columns = {name: kind for name, kind, *_ in conn.execute("describe given").fetchall()}
        as_text = ", ".join(f"{_as_text(name, kind)} as {quoted(name)}" for name, kind in columns.items())
        query = f"create or replace table raw as select {as_text}, row_number() over () as _row from given"
        watched(conn, query, Stage.READING, progress)
    except duckdb.Error as error:
        told = str(error).strip().splitlines()[0]
        raise SourceUnusable(", ".join(files), Words(f"无法读取：{told}", f"can't be read: {told}")) from None
    (rows,) = conn.execute("select count(*) from raw").fetchone() or (0,)
    return Raw(files, tuple(columns), rows, (), {})


def _as_text(name: str, kind: str) -> str:
    """Return a column as text; whole numbers also where they are kept as floats, as programs do if some are missing."""
    column = quoted(name)
    text = f"cast({column} as varchar)"
    if kind in ("FLOAT", "DOUBLE"):
        return f"case when isfinite({column}) then regexp_replace({text}, '[.]0$', '') end"
    if kind.startswith("DECIMAL"):
        return f"regexp_replace({text}, '[.]0+$', '')"
    return f"decode({column})" if kind == "BLOB" else text


def fill_from_rows(
    conn: duckdb.DuckDBPyConnection,
    files: tuple[str, ...],
    rows: Iterator[dict[str, Any]],
    roles: Mapping[str, str],
    progress: Progress = silent,
) -> Raw:
    """Fill the table ``raw`` by way of a temporary file, one JSON object a line, faster than by single inserts."""
    columns: dict[str, None] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        with path.open("w", encoding="utf-8") as file:
            for number, row in enumerate(rows, 1):
                present = {key: value for key, value in row.items() if value is not None}
                columns.update(dict.fromkeys(present))
                file.write(json.dumps(present, ensure_ascii=False, default=str) + "\n")
                if number % 10_000 == 0:
                    progress(Stage.READING, number, 0)
        if not columns:
            raise SourceUnusable(", ".join(files), Words("没有任何事件", "holds no events"))
        types = ", ".join(f"{quoted(name, chr(39))}: 'VARCHAR'" for name in columns)
        relation = f"read_json({quoted(str(path), chr(39))}, format='newline_delimited', columns={{{types}}})"
        raw = fill_from_relation(conn, files, relation, progress)
    return raw._replace(roles=roles)


def listed(files: Iterable[str]) -> str:
    """Return the files as a list in SQL."""
    return "[" + ", ".join(quoted(file, "'") for file in files) + "]"
