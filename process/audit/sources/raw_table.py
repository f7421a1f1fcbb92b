"""The DuckDB table ``raw``, into which every source is read, and the error of a source that can't be."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

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
    instants: frozenset[str] = frozenset()
    """The columns that the source holds as points in time; all others are texts."""
    is_complete: bool = False
    """The source records every event: a file of events, or the store's own history."""


INSTANT: Final = "TIMESTAMP WITH TIME ZONE"


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
        try:
            conn.execute("set memory_limit=?", [memory])
        except duckdb.Error:
            zh, en = "内存上限须写作 512MB 或 2GB", "the memory limit must be written as 512MB or 2GB"
            raise SourceUnusable(f"--memory {memory}", Words(zh, en)) from None
    if threads is not None:
        conn.execute("set threads=?", [threads])
    return conn


@contextmanager
def raising_unusable(source: str) -> Iterator[None]:
    """Raise SourceUnusable instead of DuckDB's errors: too little memory or space, or data that can't be read."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        zh = "内存或临时空间不足；请调高 --memory，或用 --bucket K/N 分份审计"
        en = "the memory or temporary space is too small; raise --memory, or audit parts with --bucket K/N"
        raise SourceUnusable(source, Words(f"{zh}（{_said(error)}）", f"{en} ({_said(error)})")) from None
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise not_readable((source,), error) from None


def not_readable(files: Iterable[str], error: duckdb.Error) -> SourceUnusable:
    """Return the error of files that DuckDB refuses, in the first lines of its own words."""
    return SourceUnusable(", ".join(files), Words(f"无法读取：{_said(error)}", f"can't be read: {_said(error)}"))


def _said(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2] if len(lines[0]) < 60 else lines[:1])


def quoted(name: str, mark: str = '"') -> str:
    """Return the name as an SQL identifier, or with *mark* ``'`` as a text; DuckDB takes ``at`` and ``by`` for keywords."""
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def fill_from_relation(
    conn: duckdb.DuckDBPyConnection,
    files: tuple[str, ...],
    relation: str,
    progress: Progress = silent,
    *,
    is_cheap: bool = False,
    is_text: bool = False,
) -> Raw:
    """Make ``raw`` of a relation of DuckDB, every column but points in time as text.

    Args:
        is_cheap: the relation can be read again and again, column by column: a view is enough.
        is_text: all its columns are texts, so that it need not be asked for their types first.
    """
    kind, selected = "view" if is_cheap else "table", "*"
    try:
        if not is_text:
            columns = {name: kind for name, kind, *_ in conn.execute(f"describe select * from {relation}").fetchall()}
            selected = ", ".join(f"{_as_text(name, kind)} as {quoted(name)}" for name, kind in columns.items())
        query = f"create or replace {kind} raw as select {selected}, row_number() over () as _row from {relation}"
        watched(conn, query, Stage.READING, progress)
        if is_text:
            columns = {name: kind for name, kind, *_ in conn.execute("describe raw").fetchall() if name != "_row"}
    except duckdb.Error as error:
        raise not_readable(files, error) from None
    (rows,) = conn.execute("select count(*) from raw").fetchone() or (0,)
    if not rows:
        raise SourceUnusable(", ".join(files), Words("没有任何行", "has no rows"))
    return Raw(files, tuple(columns), rows, (), {}, frozenset(name for name, kind in columns.items() if kind == INSTANT))


def _as_text(name: str, kind: str) -> str:
    """Return a column as text; whole numbers also where they are kept as floats, as programs do if some are missing."""
    column = quoted(name)
    text = f"cast({column} as varchar)"
    if kind == INSTANT:
        return column
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
        raw = fill_from_relation(conn, files, relation, progress, is_text=True)
    return raw._replace(roles=roles)


def listed(files: Iterable[str]) -> str:
    """Return the files as a list in SQL."""
    return "[" + ", ".join(quoted(file, "'") for file in files) + "]"
