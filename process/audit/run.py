"""An audit from beginning to end: read the log, find its variants, judge each once, and count."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from process.audit import sources
from process.audit.log import Events, Problem, read_events, suggest
from process.audit.mapping import REQUIRED, ROLES, Mapping, MappingInvalid, read_mapping
from process.audit.monitors import visible
from process.audit.replay import Outcome, Verdict, judge
from process.audit.report import (
    MOST_EXAMPLES,
    Deviation,
    Overdue,
    Report,
    arrow_traffic,
    deadline_of,
    iso,
    requirement_results,
    unseen_transitions,
)
from process.audit.simulation import Simulation
from process.audit.tables import write_tables
from process.audit.trace import Trace
from process.audit.variants import DIALECTS, counted_query
from process.model import MODEL, Event, State, Words

Progress = Callable[[int, int], object]
"""Called with how many variants are judged and how many there are."""
PART_TABLES = ("judged", "deviating", "waits", "standing")


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
    progress: Progress | None = None,
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
        progress: called as variants are judged.
        out: a folder for the report's tables; with *bucket* for the part that ``merge`` reads.

    Raises:
        SourceUnusable: the log can't be read.
        MappingInvalid: the mapping does not fit the log; says what to write.
    """
    chosen = mapping if isinstance(mapping, Mapping) else Mapping() if mapping is None else read_mapping(mapping)
    with sources.connect(memory, threads) as conn:
        raw = sources.load(conn, str(source), query=query, own=own, object_type=object_type)
        fixed = {role: (column,) for role, column in raw.roles.items() if role not in chosen.columns}
        chosen = Mapping(**{**vars(chosen), "columns": {**fixed, **chosen.columns}})
        events = read_events(conn, raw, chosen, bucket)
        judge_cases(conn, events, chosen, progress)
        report = build_report(conn, raw.files, events)
        if out is not None and bucket is not None:
            write_part(conn, Path(out), raw.files, events)
        elif out is not None:
            write_tables(conn, report, Path(out))
    return report


def audit_variants(
    rows: Iterable[tuple[str, int, str]], mapping: Mapping | None = None, progress: Progress | None = None
) -> Report:
    """Judge variants that a warehouse has counted, as (trace, cases, example)."""
    chosen = mapping or Mapping()
    with sources.connect() as conn:
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
    with sources.connect() as conn:
        raw = sources.load(conn, source, query=query, object_type=object_type)
        return suggest(conn, raw, mapping)


def read_variants(path: str | Path) -> list[tuple[str, int, str]]:
    """Read counted variants from a CSV file with the columns trace, cases and example."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not {"trace", "cases"} <= set(rows.fieldnames or ()):
            known = "trace, cases, example"
            raise sources.SourceUnusable(str(path), Words(f"须有列 {known}", f"must have the columns {known}"))
        return [(row["trace"], int(row["cases"]), row.get("example") or "") for row in rows]


def judge_cases(
    conn: duckdb.DuckDBPyConnection, events: Events, mapping: Mapping, progress: Progress | None, weight: str = "1"
) -> None:
    """Judge each variant of the table ``cases`` once, and fill ``judged``, ``deviating``, ``waits`` and ``standing``."""
    simulation = Simulation(frozenset(Event) - events.recorded, attempts="attempt" in events.fields, limits=mapping.limits)
    monitors = visible(events.recorded, events.fields)
    began = None if mapping.began is None else int(mapping.began.timestamp() * 1_000_000)
    early = "false" if began is None else f"begin_us < {began + _longest_wait()}"
    conn.execute(
        f"create or replace temp view marked as select *, {early} as early,"
        f" goals > 1 or case_id in (select case_id from unreadable) as unclear, {weight} as weight from cases"
    )
    conn.execute(
        "create or replace table variants as"
        " select row_number() over (order by cases desc, trace, early) as variant, * from"
        " (select trace, early, unclear, sum(weight) as cases,"
        f" list(case_id order by case_id)[:{MOST_EXAMPLES}] as examples from marked group by all)"
    )
    rows = conn.execute("select variant, trace, early, unclear from variants order by variant").fetchall()
    judged: list[tuple[Any, ...]] = []
    taken: list[tuple[Any, ...]] = []
    for done, (variant, text, begun_before, unclear) in enumerate(rows, 1):
        trace = Trace.parse(text)
        verdict = Verdict(Outcome.UNKNOWN) if unclear else judge(simulation, trace, monitors, anywhere=begun_before)
        judged.append((variant, *_judged_row(trace, verdict)))
        for position, arrow in enumerate(verdict.arrows, 1):
            if arrow is not None:
                taken.append((variant, position, arrow.source.value, arrow.event.value, arrow.target.value))
        if progress is not None and (done % 256 == 0 or done == len(rows)):
            progress(done, len(rows))
    _insert(
        conn,
        "verdicts (variant bigint, outcome varchar, position bigint, event varchar, raised_by varchar, state varchar,"
        " told varchar)",
        judged,
    )
    _insert(conn, "taken (variant bigint, position bigint, source varchar, event varchar, target varchar)", taken)
    conn.execute(
        "create or replace table judged as select v.trace, v.early, v.cases, v.examples, r.* exclude (variant)"
        " from variants v join verdicts r using (variant)"
    )
    joined = "marked c join variants v using (trace, early, unclear)"
    conn.execute(
        "create or replace table deviating as select c.case_id, c.trace, c.early, r.position, c.times[r.position] as at_us"
        f" from {joined} join verdicts r using (variant) where r.outcome = 'deviates'"
    )
    conn.execute(
        "create or replace table waits as select source, event, target, wait_us, sum(n) as n from ("
        f" select t.source, t.event, t.target, c.times[t.position] - c.times[t.position - 1] as wait_us, c.weight as n"
        f" from {joined} join taken t using (variant)) group by all"
    )
    conn.execute(
        "create or replace table standing as select c.case_id, r.state, c.end_us, "
        f"c.weight as n from {joined} join verdicts r using (variant) where r.outcome = 'conforms' and r.state is not null"
    )


def _longest_wait() -> int:
    """Return how long after the log's beginning a case's first event may belong to a case that began before it, in µs."""
    longest = max(info.deadline for info in MODEL.states.values() if info.deadline is not None)
    return longest // timedelta(microseconds=1)


def _insert(conn: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    conn.execute(f"create or replace table {table}")
    name = table.partition(" ")[0]
    for begin in range(0, len(rows), 2000):
        part = rows[begin : begin + 2000]
        holders = ", ".join(["(" + ", ".join("?" * len(part[0])) + ")"] * len(part))
        conn.execute(f"insert into {name} values {holders}", [value for row in part for value in row])


def _judged_row(trace: Trace, verdict: Verdict) -> tuple[Any, ...]:
    state = verdict.state and verdict.state.value
    if verdict.position is None or verdict.refusal is None:
        return verdict.outcome.value, None, None, None, state, None
    entry = trace.entries[verdict.position]
    told = {
        "codes": [blocker.code for blocker in verdict.refusal.blockers],
        "zh": verdict.refusal.text("zh"),
        "en": verdict.refusal.text("en"),
        "repair": None if verdict.edits is None else [list(edit.words) for edit in verdict.edits],
        "requirements": [name for name, _ in verdict.requirements],
    }
    by = entry.by and entry.by.value
    return verdict.outcome.value, verdict.position + 1, entry.event.value, by, state, json.dumps(told, ensure_ascii=False)


def build_report(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], events: Events) -> Report:
    """Build the report from the tables of one run, or of the parts of several."""
    counts = Counter(dict(conn.execute("select outcome, sum(cases) from judged group by 1").fetchall()))
    deviations, broken = [], Counter[str]()
    rows = conn.execute(
        "select trace, sum(cases), list_sort(flatten(list(examples))), any_value(position), any_value(event),"
        " any_value(raised_by), any_value(state), any_value(told) from judged"
        " where outcome = 'deviates' group by trace, early order by 2 desc, 1"
    ).fetchall()
    for number, (_trace, cases, examples, position, event, by, state, told_text) in enumerate(rows, 1):
        told = json.loads(told_text)
        repair = None if told["repair"] is None else tuple(Words(*words) for words in told["repair"])
        for name in told["requirements"]:
            broken[name] += int(cases)
        found = Deviation(
            number,
            int(cases),
            tuple(examples[:MOST_EXAMPLES]),
            position,
            event,
            by,
            state,
            tuple(told["codes"]),
            Words(told["zh"], told["en"]),
            repair,
            tuple(told["requirements"]),
        )
        deviations.append(found)
    arrows = arrow_traffic(conn)
    (variants,) = conn.execute("select count(distinct trace) from judged").fetchone() or (0,)
    states = dict(
        conn.execute("select state, cast(sum(n) as bigint) from standing group by 1 order by 2 desc, 1").fetchall()
    )
    return Report(
        files=files,
        rows=events.rows,
        cases=int(sum(counts.values())),
        conforming=int(counts["conforms"]),
        deviating=int(counts["deviates"]),
        unknown=int(counts["unknown"]),
        variants=variants,
        first=iso(events.first_us) if events.rows else None,
        last=iso(events.last_us) if events.rows else None,
        recorded=tuple(event.value for event in Event if event in events.recorded),
        fields=tuple(sorted(events.fields)),
        problems=events.problems,
        deviations=tuple(deviations),
        requirements=requirement_results(
            dict(broken), frozenset(each.requirement for each in visible(events.recorded, events.fields))
        ),
        arrows=arrows,
        unseen=unseen_transitions(arrows, events.recorded),
        states=states,
        overdue=tuple(_overdue(conn, events.last_us)),
    )


def _overdue(conn: duckdb.DuckDBPyConnection, now_us: int) -> Iterable[Overdue]:
    open_states = [(state.value, deadline_of(state)) for state in State if deadline_of(state) is not None]
    deadlines = ", ".join(
        f"('{name}', {deadline // timedelta(microseconds=1)})" for name, deadline in open_states if deadline
    )
    rows = conn.execute(
        "select case_id, state, end_us + waits.deadline as due from standing"
        f" join (values {deadlines}) as waits(state, deadline) using (state)"
        " where due < ? and end_us > 0 order by due, case_id",
        [now_us],
    ).fetchall()
    for case, name, due in rows:
        yield Overdue(case, name, MODEL.states[State(name)].responsibilities[-1].owner.value, iso(due))


# --------------------------------------------------------------------------------------------------------------- parts


def write_part(conn: duckdb.DuckDBPyConnection, folder: Path, files: tuple[str, ...], events: Events) -> None:
    """Write the tables of a run over one bucket, which ``merge`` adds up."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in PART_TABLES:
        conn.execute(f"copy {table} to {sources.quoted(str(folder / f'{table}.parquet'), chr(39))} (format parquet)")
    meta = {
        "files": list(files),
        "rows": events.rows,
        "first_us": events.first_us,
        "last_us": events.last_us,
        "recorded": sorted(event.value for event in events.recorded),
        "fields": sorted(events.fields),
        "problems": [[each.code, each.rows, list(each.words), list(each.examples)] for each in events.problems],
    }
    (folder / "part.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")


def merge(parts: Iterable[str | Path], out: str | Path | None = None) -> Report:
    """Add up the parts of one log, one for each bucket; the same report as of one run over the whole log.

    Args:
        parts: the folders of the parts.
        out: a folder for the report's tables.
    """
    folders = [Path(part) for part in parts]
    metas = [json.loads((folder / "part.json").read_text(encoding="utf-8")) for folder in folders]
    with sources.connect() as conn:
        for table in PART_TABLES:
            files = ", ".join(sources.quoted(str(folder / f"{table}.parquet"), "'") for folder in folders)
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
