"""A log in the model's terms: times read, names mapped, duplicates taken out, and all that is wrong counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import duckdb

from process.audit.case_keys import LONGEST, make_cases, make_keys
from process.audit.dialects import OWN
from process.audit.log_sql import events_query
from process.audit.mapping_file import ROLES, Mapping
from process.audit.problems import MOST_NAMED, WORDS, Problem
from process.audit.progress import Progress, Stage, silent, watched
from process.audit.sources import Raw, SourceUnusable, quoted
from process.audit.times import MACROS, doubtful_times
from process.audit.unmapped_names import check_columns, check_ties, unknown_names
from process.model import Event, Words

ONE_EVENT: Final = "case_id, raised_by, event_id"
"""Two rows that agree in these columns are one event."""
CONTENT: Final = "case_id, at_us, event, raised_by, quote, fee, currency, attempt"
"""Two rows without an id that agree in these columns may be one event."""


class Events(NamedTuple):
    """The log as events of the model, in the DuckDB tables ``cases`` and ``traces``."""

    rows: int
    cases: int
    first_us: int
    last_us: int
    recorded: frozenset[Event]
    fields: frozenset[str]
    """The parts of an entry that the log records."""
    problems: tuple[Problem, ...]


def read_events(
    conn: duckdb.DuckDBPyConnection,
    raw: Raw,
    mapping: Mapping,
    bucket: tuple[int, int] | None = None,
    only: str | None = None,
    progress: Progress = silent,
) -> Events:
    """Fill the tables ``cases``, ``traces`` and ``unreadable`` (cases that can't be judged) from ``raw``, then gone.

    Args:
        bucket: (k, n): only the cases of the k-th of n buckets.
        only: only the case with this id.

    Raises:
        MappingInvalid: an event or actor of the log is not mapped, or times have no zone; with what to write.
        SourceUnusable: the log has no case *only*.
    """
    check_columns(mapping, raw.columns)
    check_ties(conn, mapping)
    conn.execute(MACROS)
    problems = [*_unreadable(raw), *unknown_names(conn, mapping, raw.columns)]
    problems += doubtful_times(conn, raw, mapping)
    conn.execute(f"create or replace view given as {events_query(mapping, raw.columns, 'raw', OWN, raw.instants)}")
    has_ids = all(name in raw.columns for name in mapping.columns_of("id"))
    conn.execute("create or replace view events as select * from given")
    chosen, is_free = _chosen(bucket, only), mapping.ties == "free"
    make_keys(conn, chosen, is_free, progress)
    problems += _duplicates(conn, raw.rows, has_ids, progress)
    if "duplicate_id" in {problem.code for problem in problems}:
        make_keys(conn, chosen, is_free, progress)
    conn.execute("create or replace table unreadable (case_id varchar)")
    found = conn.execute(
        "select event, count(*), min(at_us), max(at_us), count(*) - count(case_id), count(*) - count(at_us)"
        " from events where event is not null group by event"
    ).fetchall()
    _, counts, begins, ends, no_case, no_time = zip(*found, strict=True) if found else ((),) * 6
    rows = sum(counts)
    first, last = (find((at for at in times if at is not None), default=0) for find, times in ((min, begins), (max, ends)))
    problems += _bad_rows(conn, mapping, sum(no_case), sum(no_time))
    make_cases(conn)
    problems += _too_long(conn)
    (cases, entries) = conn.execute("select count(*), sum(len(times)) from cases").fetchone() or (0, 0)
    if only is not None:
        rows = entries or 0
        if not cases:
            words = Words(f"日志没有可判断的办理 {only!r}", f"the log has no case {only!r} with events that can be judged")
            raise SourceUnusable(", ".join(raw.files), words)
    seen = frozenset(Event) if raw.is_complete else frozenset(Event(name) for name, *_ in found)
    for kind, name in (("view", "given"), *_kinds_of(conn, "events", "raw")):
        conn.execute(f"drop {kind} {name}")
    recorded = mapping.records or seen
    return Events(rows, cases, first, last, recorded, _recorded_fields(mapping, raw.columns), tuple(problems))


def _chosen(bucket: tuple[int, int] | None, only: str | None) -> str:
    """Return the condition that a case is audited."""
    conditions = ["true"] if only is None else [f"case_id = {quoted(only, chr(39))}"]
    if bucket is not None:
        conditions.append(f"cast(md5_number_lower(case_id) % 1000003 as bigint) % {bucket[1]} = {bucket[0] - 1}")
    return " and ".join(conditions)


def _kinds_of(conn: duckdb.DuckDBPyConnection, *names: str) -> list[tuple[str, str]]:
    views = {name for (name,) in conn.execute("select view_name from duckdb_views() where not internal").fetchall()}
    return [("view" if name in views else "table", name) for name in names]


def _recorded_fields(mapping: Mapping, columns: tuple[str, ...]) -> frozenset[str]:
    pairs = {
        "by": ("by",),
        "quote": ("quote",),
        "offer": ("fee", "currency"),
        "attempt": ("attempt",),
        "account": ("account", "buyer"),
        "order": ("order", "case_order"),
        "consent": ("consent",),
    }
    there = {role for role in ROLES if all(name in columns for name in mapping.columns_of(role))}
    return frozenset(name for name, roles in pairs.items() if there.issuperset(roles))


def _unreadable(raw: Raw) -> Iterator[Problem]:
    if raw.unreadable:
        places = tuple(f"{file}:{line} {reason}" for file, line, reason in raw.unreadable[:MOST_NAMED])
        yield Problem("unreadable_row", len(raw.unreadable), Words("无法读取的行", "rows that can't be read"), places)


def _duplicates(conn: duckdb.DuckDBPyConnection, rows: int, has_ids: bool, progress: Progress) -> Iterator[Problem]:
    """Make ``events`` a table if rows of ``given`` bear one id, which are one event; count the same content without one.

    Hashes are compared first, and only of the cases that ``keyed`` leaves in doubt if it has all rows: most logs have no
    duplicates, and texts are costly to compare.
    """
    same = "count(event_id) - count(distinct hash({0})) filter (event_id is not null)"
    doubled, without_id = 0, rows
    if has_ids:
        entries, ids = conn.execute("select sum(len(times)), sum(ids) from keyed").fetchone() or (0, 0)
        among = " where case_id in (select case_id from keyed where is_doubtful)" if entries == rows else ""
        query = f"select {same.format('event_id')} as doubled, count(event_id) as ids from given{among}"
        watched(conn, f"create or replace temp table hashed as {query}", Stage.SORTING, progress)
        doubled, found = conn.execute("from hashed").fetchone() or (0, 0)
        without_id = rows - (ids if among else found)
    if doubled:  # by the id alone; an id may count within its case
        (doubled,) = conn.execute(f"select {same.format(f'({ONE_EVENT})')} from given").fetchone() or (0,)
    if doubled:
        first = f"row_number() over (partition by {ONE_EVENT} order by row_number) = 1"
        query = f"create or replace table events as select * from given qualify event_id is null or {first}"
        conn.execute("drop view events")
        watched(conn, query, Stage.SORTING, progress)
        yield from _doubled_ids(conn)
    if without_id:
        unnamed = "from given where event_id is null and event is not null"
        (possible,) = conn.execute(f"select count(*) - count(distinct hash({CONTENT})) {unnamed}").fetchone() or (0,)
        if possible:
            words = Words("内容相同且没有编号的行，可能重复", "rows with the same content and no id, possible duplicates")
            counts = f"select count(*) as n {unnamed} group by {CONTENT}"
            (possible,) = conn.execute(f"select coalesce(sum(n - 1), 0) from ({counts}) counts").fetchone() or (0,)
            yield Problem("possible_duplicates", int(possible), words, ())


def _doubled_ids(conn: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    count = "select (select count(*) from given) - (select count(*) from events)"
    (doubled,) = conn.execute(count).fetchone() or (0,)
    words = Words("同一编号的重复行，只算一次", "rows with an id already seen, counted once")
    yield Problem("duplicate_id", doubled, words, ())
    different = conn.execute(
        f"select distinct case_id from given where event_id is not null group by {ONE_EVENT}"
        f" having count(*) > 1 and count(distinct ({CONTENT})) > 1 order by 1 limit {MOST_NAMED}"
    ).fetchall()
    if different:
        words = Words("同一编号、内容不同的办理", "cases in which one id has different content")
        yield Problem("id_reused", len(different), words, tuple(str(case) for (case,) in different))


def _bad_rows(conn: duckdb.DuckDBPyConnection, mapping: Mapping, no_case: int, no_time: int) -> Iterator[Problem]:
    """Yield the problems of rows that lack a required field; a case with an event of unknown time goes into ``unreadable``.

    Args:
        no_case: the number of events without a case.
        no_time: the number of events whose time can't be read.
    """
    at = quoted(mapping.columns_of("at")[0])
    name = " || '/' || ".join(quoted(column) for column in mapping.columns_of("event"))
    nameless = f"(select _row as row_number from raw where coalesce(trim({name}), '') = '')"
    (no_event,) = conn.execute(f"select count(*) from {nameless} rows").fetchone() or (0,)
    timeless = "(select row_number, case_id from events where event is not null and at_us is null)"
    for code, count, relation in (
        ("no_event", no_event, nameless),
        ("no_case", no_case, "(select row_number from events where event is not null and case_id is null)"),
        ("no_time", no_time, timeless),
    ):
        if not count:
            continue
        (rows,) = conn.execute(f"select min(row_number, {MOST_NAMED}) from {relation} rows").fetchone() or ([],)
        given = dict.fromkeys(rows, "")
        if code == "no_time":
            found = conn.execute(f"select _row, cast({at} as varchar) from raw where list_contains(?, _row)", [rows])
            given |= {row: f": {text[:40]!r}" if text else "" for row, text in found.fetchall()}
            conn.execute(f"insert into unreadable select distinct case_id from {timeless} rows where case_id is not null")
        yield Problem(code, count, WORDS[code], tuple(f"row {row}{text}" for row, text in given.items()))


def _too_long(conn: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Count cases with so many events that the column of the case must be wrong; they are not judged."""
    found = conn.execute("select case_id, len(times) from cases where trace_number is null order by 1").fetchall()
    if found:
        conn.execute("insert into unreadable select case_id from cases where trace_number is null")
        conn.execute("insert into traces values (0, ':')")
        conn.execute("update cases set trace_number = 0 where trace_number is null")
        words = Words(
            f"超过 {LONGEST:,} 个事件的办理；请核对 [columns] 的 case",
            f"cases of more than {LONGEST:,} events; check case in [columns]",
        )
        yield Problem(
            "too_long", sum(count for _, count in found), words, tuple(str(case) for case, _ in found[:MOST_NAMED])
        )
