"""Sources of a log: files, databases, and the formats of process mining, each read into one DuckDB table of text columns.

The table ``raw`` has the log's own columns as text and ``_row``, the row's number in reading order. What can't be read is
counted with its place and never left out in silence.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.parsers import expat

import duckdb

from process import eventfile
from process.exceptions import LineInvalid, ProcessError
from process.model import Words

XES_ROLES: Final = {"case": "case:concept:name", "event": "concept:name", "at": "time:timestamp", "by": "org:resource"}
"""The columns of a XES file by role, where the mapping names no others."""


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
    for setting in ("enable_progress_bar=false", "autoinstall_known_extensions=false", "TimeZone='UTC'"):
        conn.execute(f"set {setting}")
    conn.execute(f"set temp_directory='{quoted(tempfile.gettempdir(), chr(39))[1:-1]}'")
    if memory is not None:
        conn.execute("set memory_limit=?", [memory])
    if threads is not None:
        conn.execute("set threads=?", [threads])
    return conn


def quoted(name: str, mark: str = '"') -> str:
    """Return the name as an SQL identifier, or with *mark* ``'`` as a text; DuckDB takes ``at`` and ``by`` for keywords."""
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def load(
    conn: duckdb.DuckDBPyConnection,
    source: str,
    *,
    query: str | None = None,
    own: bool = False,
    object_type: str | None = None,
) -> Raw:
    """Read a log into the table ``raw``.

    Args:
        source: a file, a pattern of files, a folder, or the address of a database.
        query: the query for a database.
        own: the address is of a store of this package, whose own history is read.
        object_type: of an OCEL file the type of object whose events make a case.

    Raises:
        SourceUnusable: it can't be read at all.
    """
    if "://" in source:
        from process.store.engines import shown_address

        raw = _load_rows(conn, (shown_address(source),), _database_rows(source, query, own=own), {})
        return raw._replace(is_complete=own)
    files = _files(source)
    ending = _ending(files[0])
    if ending in ("csv", "tsv", "txt"):
        return _load_csv(conn, files)
    if ending == "parquet":
        return _load_relation(conn, files, f"read_parquet({_list(files)}, union_by_name=true)")
    if ending == "xes":
        return _load_rows(conn, files, _chain(files, _xes_rows), XES_ROLES)
    if ending in ("jsonocel", "sqliteocel") or object_type is not None:
        return _load_rows(conn, files, _chain(files, lambda file: _ocel_rows(file, object_type)), {})
    if ending in ("jsonl", "ndjson", "json"):
        if _is_event_file(files[0]):
            return _load_rows(conn, files, _chain(files, _event_file_rows), {})._replace(is_complete=True)
        return _load_relation(conn, files, f"read_json({_list(files)}, format='newline_delimited', union_by_name=true)")
    endings = ".csv, .tsv, .parquet, .jsonl, .xes, .jsonocel, .sqliteocel"
    raise SourceUnusable(
        source, Words(f"不认识的文件类型；可用 {endings}，可加 .gz", f"unknown kind of file; use {endings}, also with .gz")
    )


# --------------------------------------------------------------------------------------------------------------- files


def _files(source: str) -> tuple[str, ...]:
    path = Path(source)
    if path.is_dir():
        found = sorted(str(each) for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
    else:
        found = sorted(glob(source)) if has_magic(source) else [source] if path.exists() else []
    if not found:
        raise SourceUnusable(source, Words("没有这样的文件", "no such file"))
    endings = {_ending(file) for file in found}
    if len(endings) > 1:
        zh, en = f"文件类型不一：{'、'.join(sorted(endings))}", f"files of several kinds: {', '.join(sorted(endings))}"
        raise SourceUnusable(source, Words(zh, en))
    return tuple(found)


def _ending(file: str) -> str:
    return file.lower().removesuffix(".gz").removesuffix(".zst").rpartition(".")[2]


def _list(files: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(file, "'") for file in files) + "]"


def _load_csv(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> Raw:
    options = "all_varchar=true, header=true, store_rejects=true, sample_size=20480"
    scans = (f"select * from read_csv({quoted(file, chr(39))}, {options})" for file in files)
    raw = _load_relation(conn, files, f"({' union all by name '.join(scans)})")
    rejected = conn.execute(
        "select s.file_path, e.line, e.error_message from reject_errors e join reject_scans s"
        " on e.scan_id = s.scan_id and e.file_id = s.file_id order by all"
    ).fetchall()
    return raw._replace(unreadable=tuple((file, line, reason.splitlines()[0]) for file, line, reason in rejected))


def _load_relation(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], relation: str) -> Raw:
    try:
        conn.execute(f"create or replace temp view given as select * from {relation}")
        columns = [name for name, *_ in conn.execute("describe given").fetchall()]
        as_text = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in columns)
        conn.execute(f"create or replace table raw as select {as_text}, row_number() over () as _row from given")
    except duckdb.Error as error:
        raise SourceUnusable(", ".join(files), Words("无法读取：" + _first_line(error), _first_line(error))) from None
    (rows,) = conn.execute("select count(*) from raw").fetchone() or (0,)
    return Raw(files, tuple(columns), rows, (), {})


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _load_rows(
    conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], rows: Iterator[dict[str, Any]], roles: Mapping[str, str]
) -> Raw:
    """Write the rows to a temporary file, one JSON object a line, which DuckDB reads faster than single inserts."""
    columns: dict[str, None] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                present = {key: value for key, value in row.items() if value is not None}
                columns.update(dict.fromkeys(present))
                file.write(json.dumps(present, ensure_ascii=False, default=str) + "\n")
        if not columns:
            raise SourceUnusable(", ".join(files), Words("没有任何事件", "holds no events"))
        types = ", ".join(f"{quoted(name, chr(39))}: 'VARCHAR'" for name in columns)
        relation = f"read_json({quoted(str(path), chr(39))}, format='newline_delimited', columns={{{types}}})"
        raw = _load_relation(conn, files, relation)
    return raw._replace(roles=roles)


def _chain(files: Iterable[str], read: Any) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from read(file)


# ----------------------------------------------------------------------------------------------------------- event files


def _is_event_file(file: str) -> bool:
    try:
        with _opened(file) as source:
            first = json.loads(source.readline(1 << 16))
    except OSError as error:
        raise SourceUnusable(file, Words("无法打开", f"can't be opened: {error.strerror}")) from None
    except ValueError:
        return False
    return isinstance(first, dict) and isinstance(first.get("case"), dict)


def _opened(file: str) -> Any:
    if file.endswith(".gz"):
        import gzip

        return gzip.open(file, "rb")
    return Path(file).open("rb")


def _event_file_rows(file: str) -> Iterator[dict[str, Any]]:
    cases: dict[str | None, dict[str, Any]] = {}
    with _opened(file) as source:
        try:
            for entry in eventfile.read(eventfile.split_lines(source)):
                if isinstance(entry, eventfile.CaseLine):
                    facts = entry.case.facts
                    cases[entry.key] = {
                        "case": entry.key or entry.case.case_id,
                        "goal": facts.goal.value,
                        "buyer": facts.account,
                        "case_order": facts.order,
                    }
                    for step in entry.case.history:
                        yield {**cases[entry.key], **_step_row(step.event, step.by, step.data, step.at)}
                else:
                    yield {**cases[entry.key], **_step_row(entry.event, entry.by, entry.data, entry.at)}
        except LineInvalid as error:
            raise SourceUnusable(file, Words(error.text("zh"), error.text("en"))) from None


def _step_row(event: Any, by: Any, data: Mapping[str, Any], at: Any) -> dict[str, Any]:
    return {"event": str(event), "by": by and str(by), "at": at and at.isoformat(), **data}


# ------------------------------------------------------------------------------------------------------------- databases


def _database_rows(address: str, query: str | None, *, own: bool) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, or of the store's own history."""
    from process.store.engines import shown_address
    from process.store.log_rows import history_rows, rows_of_query

    shown = shown_address(address)
    if query is None and not own:
        raise SourceUnusable(shown, Words("请用 --query 写明查询", "write the query with --query"))
    try:
        yield from history_rows(address) if query is None else rows_of_query(address, query)
    except ValueError as error:
        raise SourceUnusable(shown, Words("不是可用的数据库地址", str(error))) from None
    except Exception as error:  # the driver's own, whose text may hold the address
        if type(error).__module__.partition(".")[0] != "sqlalchemy":
            raise
        kind = type(error).__name__
        raise SourceUnusable(
            shown, Words(f"数据库拒绝了查询（{kind}）", f"the database refused the query ({kind})")
        ) from None


# ------------------------------------------------------------------------------------------------- process mining formats


def _xes_rows(file: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a XES file, read as a stream; DOCTYPE and entities are refused."""
    rows: list[dict[str, Any]] = []
    trace: dict[str, Any] = {}
    event: dict[str, Any] | None = None
    in_trace, depth = False, 0
    parser = expat.ParserCreate()

    def refuse(*_arguments: Any) -> None:
        raise SourceUnusable(file, Words("XML 不得含 DOCTYPE 或实体", "XML with a DOCTYPE or entities is refused"))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal event, in_trace, trace, depth
        if tag == "trace":
            in_trace, trace = True, {}
        elif tag == "event":
            event = {}
        elif "key" in attributes:
            depth += 1
            if depth == 1 and "value" in attributes:
                if event is not None:
                    event[attributes["key"]] = attributes["value"]
                elif in_trace:
                    trace[f"case:{attributes['key']}"] = attributes["value"]

    def end(tag: str) -> None:
        nonlocal event, in_trace, depth
        if tag == "event" and event is not None:
            rows.append({**trace, **event})
            event = None
        elif tag == "trace":
            in_trace = False
        elif depth and tag in ("string", "date", "int", "float", "boolean", "id", "list", "container"):
            depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    with _opened(file) as source:
        while chunk := source.read(1 << 20):
            _parse(parser, chunk, file)
            yield from rows
            rows.clear()
        _parse(parser, b"", file, last=True)
    yield from rows


def _parse(parser: Any, chunk: bytes, file: str, *, last: bool = False) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError as error:
        where = f"line {error.lineno}, column {error.offset + 1}"
        zh = f"不是有效的 XML：第 {error.lineno} 行第 {error.offset + 1} 列"
        raise SourceUnusable(file, Words(zh, f"not valid XML: {where}")) from None


def _ocel_rows(file: str, object_type: str | None) -> Iterator[dict[str, Any]]:
    """Yield the events of an OCEL 2.0 file, once for each object of the type that they belong to."""
    if _ending(file) in ("sqlite", "sqliteocel", "db"):
        yield from _ocel_sqlite_rows(file, object_type)
        return
    try:
        with _opened(file) as source:
            data = json.load(source)
        objects = {each["id"]: each["type"] for each in data["objects"]}
        events = data["events"]
    except (ValueError, KeyError, TypeError):
        raise SourceUnusable(file, Words("不是 OCEL 2.0 的 JSON", "not OCEL 2.0 JSON")) from None
    wanted = _object_type(file, object_type, set(objects.values()))
    for event in events:
        attributes = {each["name"]: each["value"] for each in event.get("attributes", ())}
        for relation in event.get("relationships", ()):
            if objects.get(relation["objectId"]) == wanted:
                row = {"case": relation["objectId"], "event": event["type"], "at": event["time"], "id": event["id"]}
                yield {**row, **attributes}


def _ocel_sqlite_rows(file: str, object_type: str | None) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        try:
            types = dict(conn.execute("select ocel_id, ocel_type from object").fetchall())
            tables = dict(conn.execute("select ocel_type, ocel_type_map from event_map_type").fetchall())
            relations = conn.execute("select ocel_event_id, ocel_object_id from event_object").fetchall()
            wanted = _object_type(file, object_type, set(types.values()))
            objects: dict[str, list[str]] = {}
            for event_id, object_id in relations:
                if types.get(object_id) == wanted:
                    objects.setdefault(event_id, []).append(object_id)
            for event, table in tables.items():
                for found in conn.execute(f"select * from {quoted(f'event_{table}')}"):  # quoted
                    data = dict(found)
                    event_id, at = data.pop("ocel_id"), data.pop("ocel_time")
                    for object_id in objects.get(event_id, ()):
                        yield {"case": object_id, "event": event, "at": at, "id": event_id, **data}
        except sqlite3.DatabaseError as error:
            problem = f"not OCEL 2.0 SQLite: {error}"
            raise SourceUnusable(file, Words("不是 OCEL 2.0 的 SQLite 文件", problem)) from None


def _object_type(file: str, wanted: str | None, known: set[str]) -> str:
    if wanted in known:
        return str(wanted)
    if wanted is None and len(known) == 1:
        return next(iter(known))
    names = ", ".join(sorted(known))
    zh = f"请用 --object-type 写明对象类型，可用：{names}"
    raise SourceUnusable(file, Words(zh, f"name the type of object with --object-type; there are {names}"))
