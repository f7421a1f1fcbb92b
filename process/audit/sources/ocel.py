"""OCEL 2.0, object-centric event logs as JSON or SQLite, flattened on one type of object.

Each event becomes a row for every object of that type that it belongs to; what the object itself has, as its goal, comes in
columns ``case:NAME``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final

from process.audit.sources.files import BEGINNING, GZIP_ERRORS, broken_gzip, kind_of, opened
from process.audit.sources.raw_table import SourceUnusable, quoted
from process.model import Words

SQLITE_KINDS: Final = ("sqlite", "sqliteocel")
JSON_KINDS: Final = ("jsonocel",)


def is_ocel_json(file: str) -> bool:
    """Return True if the file begins as OCEL 2.0 in JSON does."""
    with opened(file) as source:
        try:
            beginning = source.read(BEGINNING)
        except GZIP_ERRORS:
            raise broken_gzip(file) from None
    return any(name in beginning for name in (b'"objectTypes"', b'"eventTypes"'))


def ocel_rows(file: str, object_type: str | None) -> Iterator[dict[str, Any]]:
    """Yield the events of a file, once for each object of the type that they belong to."""
    return _sqlite_rows(file, object_type) if kind_of(file) in SQLITE_KINDS else _json_rows(file, object_type)


def _json_rows(file: str, object_type: str | None) -> Iterator[dict[str, Any]]:
    try:
        with opened(file) as source:
            data = json.load(source)
        objects = {each["id"]: each["type"] for each in data["objects"]}
        wanted = _object_type(file, object_type, set(objects.values()))
        given = {each["id"]: _attributes(each) for each in data["objects"] if each["type"] == wanted}
        for event in data["events"]:
            row = {"event": event["type"], "at": event["time"], "id": event["id"], **_attributes(event)}
            for relation in event.get("relationships", ()):
                case = relation["objectId"]
                if case in given:
                    yield {"case": case, **row, **{f"case:{name}": value for name, value in given[case].items()}}
    except GZIP_ERRORS:
        raise broken_gzip(file) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        zh = f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列"
        raise SourceUnusable(file, Words(zh, f"not valid JSON: {where}")) from None
    except (UnicodeDecodeError, KeyError, TypeError, AttributeError):
        raise SourceUnusable(file, Words("不是 OCEL 2.0 的 JSON", "not OCEL 2.0 JSON")) from None


def _attributes(of: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an event or object; of several values in time the last."""
    return {each["name"]: each["value"] for each in sorted(of.get("attributes", ()), key=lambda each: each.get("time", ""))}


def _sqlite_rows(file: str, object_type: str | None) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        try:
            types = dict(conn.execute("select ocel_id, ocel_type from object").fetchall())
            wanted = _object_type(file, object_type, set(types.values()))
            given = _sqlite_attributes(conn, wanted)
            related: dict[str, list[str]] = {}
            for event_id, object_id in conn.execute("select ocel_event_id, ocel_object_id from event_object"):
                if types.get(object_id) == wanted:
                    related.setdefault(event_id, []).append(object_id)
            for event, table in conn.execute("select ocel_type, ocel_type_map from event_map_type").fetchall():
                for found in _rows_of(conn, f"event_{table}"):
                    row = {"event": event, "at": found.pop("ocel_time"), "id": found.pop("ocel_id"), **found}
                    for case in related.get(row["id"], ()):
                        yield {"case": case, **row, **given.get(case, {})}
        except (sqlite3.DatabaseError, KeyError) as error:
            en = f"not OCEL 2.0 SQLite ({error}); for a table of your own give sqlite:///FILE and --query"
            zh = "不是 OCEL 2.0 的 SQLite 文件；自己的表请写 sqlite:///文件 和 --query"
            raise SourceUnusable(file, Words(zh, en)) from None


def _sqlite_attributes(conn: sqlite3.Connection, wanted: str) -> dict[str, dict[str, Any]]:
    """Return the last value of each attribute of the objects of a type, by object."""
    given: dict[str, dict[str, Any]] = {}
    for (table,) in conn.execute("select ocel_type_map from object_map_type where ocel_type = ?", (wanted,)).fetchall():
        for found in sorted(_rows_of(conn, f"object_{table}"), key=lambda row: str(row["ocel_time"])):
            changed = {name: value for name, value in found.items() if value is not None and not name.startswith("ocel_")}
            given.setdefault(found["ocel_id"], {}).update({f"case:{name}": value for name, value in changed.items()})
    return given


def _rows_of(conn: sqlite3.Connection, table: str) -> Iterable[dict[str, Any]]:
    return map(dict, conn.execute(f"select * from {quoted(table)}"))


def _object_type(file: str, wanted: str | None, known: set[str]) -> str:
    if wanted in known:
        return str(wanted)
    if wanted is None and len(known) == 1:
        return next(iter(known))
    names = ", ".join(sorted(known))
    zh = f"请用 --object-type 写明对象类型，可用：{names}"
    raise SourceUnusable(file, Words(zh, f"name the type of object with --object-type; known: {names}"))
