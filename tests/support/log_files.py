"""One log written as a file, or put into a database, of every kind that the audit reads."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import duckdb
from sqlalchemy import create_engine

from process import Actor, Case, Event, Goal, store
from process.model import MODEL
from tests.support.logs import COLUMNS, Row, write_csv

XES_KEYS = {"event": "concept:name", "at": "time:timestamp", "by": "org:resource"}
OF_THE_EVENT = ("event", "at", "id", "case")


def parquet(rows: Sequence[Row], folder: Path) -> Path:
    """Write times as points in time and numbers as a program does that knows no missing whole number."""
    file, path = write_csv(folder / "log.csv", rows), folder / "log.parquet"
    typed = {"at": 'cast("at" as timestamptz)', "fee": "cast(fee as double)", "attempt": "cast(attempt as decimal(9, 2))"}
    columns = ", ".join(f'{typed.get(name, quote(name))} as "{name}"' for name in COLUMNS)
    duckdb.sql(f"copy (select {columns} from read_csv('{file}', all_varchar=true)) to '{path}'")
    return path


def quote(name: str) -> str:
    return f'"{name}"'


def json_lines(rows: Sequence[Row], folder: Path) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def gzipped_csv(rows: Sequence[Row], folder: Path) -> Path:
    path = folder / "log.csv.gz"
    path.write_bytes(gzip.compress(write_csv(folder / "log.csv", rows).read_bytes()))
    return path


def several_csv(rows: Sequence[Row], folder: Path) -> str:
    """Write two files with other columns in another order; give the pattern of both."""
    half = len(rows) // 2
    write_csv(folder / "part-1.csv", rows[:half])
    write_csv(folder / "part-2.csv", rows[half:], COLUMNS[::-1])
    return str(folder / "part-*.csv")


def xes(rows: Sequence[Row], folder: Path) -> Path:
    traces: dict[str, list[Row]] = {}
    for row in rows:
        traces.setdefault(row["case"], []).append(row)
    lines = ["<?xml version='1.0'?><log>"]
    for case, events in traces.items():
        lines.append(f"<trace><string key='concept:name' value={quoteattr(case)}/>")
        for row in events:
            texts = [
                f"<string key={quoteattr(XES_KEYS.get(key, key))} value={quoteattr(str(value))}/>"
                for key, value in row.items()
            ]
            lines.append(f"<event>{''.join(texts)}</event>")
        lines.append("</trace>")
    path = folder / "log.xes"
    path.write_text("\n".join([*lines, "</log>"]), encoding="utf-8")
    return path


def ocel_json(rows: Sequence[Row], folder: Path) -> Path:
    """Write the goal as an attribute of the case, and a second type of object that every event belongs to."""
    events = [
        {
            "id": event_id(row, number),
            "type": row["event"],
            "time": row["at"],
            "attributes": [
                {"name": key, "value": value} for key, value in row.items() if key not in (*OF_THE_EVENT, "goal")
            ],
            "relationships": [{"objectId": row["case"], "qualifier": "of"}, {"objectId": "shop", "qualifier": "in"}],
        }
        for number, row in enumerate(rows)
    ]
    objects = [
        {"id": case, "type": "case", "attributes": [{"name": "goal", "time": "1970-01-01T00:00:00Z", "value": goal}]}
        for case, goal in goals(rows).items()
    ]
    types = [{"name": name, "attributes": []} for name in ("case", "shop")]
    data = {"objectTypes": types, "eventTypes": [], "objects": [*objects, {"id": "shop", "type": "shop"}], "events": events}
    path = folder / "log.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def ocel_sqlite(rows: Sequence[Row], folder: Path) -> Path:
    path = folder / "log.sqlite"
    fields = [name for name in COLUMNS if name not in (*OF_THE_EVENT, "goal")]
    columns = ", ".join(f'"{name}"' for name in fields)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executescript(
            "create table event (ocel_id, ocel_type); create table object (ocel_id, ocel_type);"
            "create table event_object (ocel_event_id, ocel_object_id, ocel_qualifier);"
            "create table event_map_type (ocel_type, ocel_type_map);"
            "create table object_map_type (ocel_type, ocel_type_map);"
            "create table object_Case (ocel_id, ocel_time, ocel_changed_field, goal);"
            "insert into object_map_type values ('case', 'Case'), ('shop', 'Shop');"
            "insert into object values ('shop', 'shop')"
        )
        for case, goal in goals(rows).items():
            conn.execute("insert into object values (?, 'case')", (case,))
            conn.execute("insert into object_Case values (?, '1970-01-01 00:00:00', null, ?)", (case, goal))
        for name in dict.fromkeys(row["event"] for row in rows):
            conn.execute("insert into event_map_type values (?, ?)", (name, name.title()))
            conn.execute(f'create table "event_{name.title()}" (ocel_id, ocel_time, {columns})')
        for number, row in enumerate(rows):
            event = event_id(row, number)
            conn.execute("insert into event values (?, ?)", (event, row["event"]))
            conn.execute("insert into event_object values (?, ?, 'of'), (?, 'shop', 'in')", (event, row["case"], event))
            values = (event, row["at"], *(row.get(name) for name in fields))
            conn.execute(f'insert into "event_{row["event"].title()}" values ({", ".join("?" * len(values))})', values)
    return path


def event_id(row: Row, number: int) -> str:
    return f"{row['case']}/{number}"


def goals(rows: Sequence[Row]) -> dict[str, str]:
    return {row["case"]: row["goal"] for row in rows}


def into_table(rows: Sequence[Row], address: str) -> None:
    """Make the table ``log`` in a database, whose times are points in time where it has any."""
    engine = create_engine(address)
    is_sqlite = engine.dialect.name == "sqlite"
    names = ", ".join(f'"{name}" {"timestamptz" if name == "at" and not is_sqlite else "text"}' for name in COLUMNS)
    holders = ", ".join(["?" if is_sqlite else "%s"] * len(COLUMNS))
    with engine.begin() as conn:
        conn.exec_driver_sql(f"create table log ({names})")
        values = [tuple(None if row.get(name) is None else str(row[name]) for name in COLUMNS) for row in rows]
        conn.exec_driver_sql(f"insert into log values ({holders})", values)
    engine.dispose()


def into_store(log: Sequence[Sequence[Row]], address: str) -> None:
    """Keep the cases of a legal log in the store of a database."""
    engine = store.create_engine(address)
    store.metadata.create_all(engine)
    with engine.begin() as conn:
        for rows in log:
            store.import_case(conn, replayed(rows))
    engine.dispose()


def replayed(rows: Sequence[Row]) -> Case:
    first = rows[0]
    at = datetime.fromisoformat(first["at"])
    case = Case(goal=Goal(first["goal"]), account=first["buyer"], order=first["case_order"], case_id=first["case"], at=at)
    for row in rows:
        data = {name: row.get(name) for name in MODEL.events[Event(row["event"])]}
        case.trigger(Event(row["event"]), data, by=Actor(row["by"]), at=datetime.fromisoformat(row["at"]))
    return case
