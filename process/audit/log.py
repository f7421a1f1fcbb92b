"""A log in the model's terms: times read, names mapped, duplicates taken out, and all that is wrong counted."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import duckdb

from process.audit.dialects import OFFSET, OWN
from process.audit.mapping import REQUIRED, ROLES, ByColumn, Mapping, MappingInvalid
from process.audit.progress import Progress, Stage, silent, watched
from process.audit.sources import Raw, quoted
from process.audit.variants import events_query, variants_query
from process.model import Actor, Event, Goal, Words

_FORMATS: Final = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S,%f")
_TIME_MACRO: Final = f"""create or replace macro audit_local(t) as
    coalesce(try_cast(t as timestamp), try_strptime(t, [{", ".join(quoted(each, "'") for each in _FORMATS)}]));
create or replace macro audit_time(given, zone) as case
    when regexp_full_match(trim(given), '[0-9]{{9,11}}') then cast(trim(given) as bigint) * 1000000
    when regexp_full_match(trim(given), '[0-9]{{12,13}}') then cast(trim(given) as bigint) * 1000
    when regexp_full_match(trim(given), '[0-9]{{15,16}}') then cast(trim(given) as bigint)
    when regexp_full_match(trim(given), '{OFFSET}') then epoch_us(try_cast(trim(given) as timestamptz))
    when zone <> '' then epoch_us(timezone(zone, audit_local(trim(given))))
    end;"""
MOST_NAMED: Final = 10  # examples of one problem


class Problem(NamedTuple):
    """Something in the log that was counted instead of being left out in silence."""

    code: str
    rows: int
    words: Words
    examples: tuple[str, ...]


class Events(NamedTuple):
    """The log as events of the model, in the DuckDB tables ``events`` and ``cases``."""

    rows: int
    cases: int
    first_us: int
    last_us: int
    recorded: frozenset[Event]
    fields: frozenset[str]
    """The parts of an entry that the log records."""
    problems: tuple[Problem, ...]


def check_columns(mapping: Mapping, columns: tuple[str, ...]) -> None:
    """Raise MappingInvalid if a column that the mapping names, or one that is required, is not in the log."""
    for role, names in mapping.columns.items():
        for name in names:
            if name not in columns:
                near = sorted(columns, key=lambda each: -SequenceMatcher(None, name.lower(), each.lower()).ratio())[:3]
                zh = f'日志没有列 {name!r}；请在 [columns] 写 {role} = "{near[0]}"（最接近：{"、".join(near)}）'
                en = f'the log has no column {name!r}; write {role} = "{near[0]}" in [columns] (nearest: {", ".join(near)})'
                raise MappingInvalid(0, Words(zh, en))
    for role in REQUIRED:
        if not all(name in columns for name in mapping.columns_of(role)):
            zh, en = ROLES[role]
            told = f"日志的列：{'、'.join(columns)}", f"the log has {', '.join(columns)}"
            raise MappingInvalid(
                0,
                Words(
                    f'不知道哪一列是{zh}；请在 [columns] 写 {role} = "…"。{told[0]}',
                    f'no column is known for {en}; write {role} = "…" in [columns]; {told[1]}',
                ),
            )


def read_events(
    conn: duckdb.DuckDBPyConnection,
    raw: Raw,
    mapping: Mapping,
    bucket: tuple[int, int] | None = None,
    progress: Progress = silent,
) -> Events:
    """Fill the tables ``events`` and ``cases`` from ``raw``.

    Raises:
        MappingInvalid: an event or actor of the log is not mapped, or times have no zone; with what to write.
    """
    check_columns(mapping, raw.columns)
    conn.execute(_TIME_MACRO)
    problems = [*_unreadable(raw), *_unknown_names(conn, mapping, raw.columns)]
    query = events_query(mapping, raw.columns, "raw", OWN)
    watched(conn, f"create or replace table all_events as {query}", Stage.SORTING, progress)
    _refuse_times_without_zone(conn, mapping)
    problems += _duplicates(conn)
    problems += list(_bad_rows(conn, mapping))
    conn.execute(
        "create or replace table unreadable as"
        " select distinct case_id from events where event is not null and at_us is null and case_id is not null"
    )
    query = variants_query("select * from events", OWN, bucket)
    watched(conn, f"create or replace table cases as {query}", Stage.SORTING, progress)
    rows, first, last = conn.execute(
        "select count(*), coalesce(min(at_us), 0), coalesce(max(at_us), 0) from events where event is not null"
    ).fetchone() or (0, 0, 0)
    (cases,) = conn.execute("select count(*) from cases").fetchone() or (0,)
    found = conn.execute("select distinct event from events where event is not null").fetchall()
    seen = frozenset(Event) if raw.is_complete else frozenset(Event(name) for (name,) in found)
    recorded = mapping.records or seen
    return Events(rows, cases, first, last, recorded, _recorded_fields(mapping, raw.columns), tuple(problems))


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


def _refuse_times_without_zone(conn: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    at = quoted(mapping.columns_of("at")[0])
    if mapping.zone is not None:
        return
    found = conn.execute(
        f"select {at} from raw where _row in (select row_number from all_events where at_us is null)"
        f" and audit_local(trim({at})) is not null limit 1"
    ).fetchone()
    if found:
        zh = f'时间 {found[0]!r} 没有时区；请在 [time] 写 zone = "Asia/Shanghai"（或日志所用的时区）'
        en = f'the time {found[0]!r} has no offset; write zone = "Asia/Shanghai", or the log\'s zone, in [time]'
        raise MappingInvalid(0, Words(zh, en))


def _unknown_names(conn: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...]) -> Iterator[Problem]:
    unknown = list(unmapped_events(conn, mapping, columns))
    if unknown:
        name, _ = unknown[0]
        listed = ", ".join(f"{each} ({count})" for each, count in unknown[:MOST_NAMED])
        if not mapping.ignore_unknown:
            zh = f'未映射的事件：{listed}；请在 [events] 写 {name} = "…" 或 {name} = "ignore"，或加 --ignore-unknown'
            en = f'unmapped events: {listed}; write {name} = "…" or {name} = "ignore" in [events], or use --ignore-unknown'
            raise MappingInvalid(0, Words(zh, en))
        total = sum(count for _, count in unknown)
        yield Problem("unknown_event", total, Words("未映射的事件", "events that are not mapped"), (listed,))
    for role, kind, names in (("by", Actor, mapping.by), ("goal", Goal, mapping.goals)):
        if all(name in columns for name in mapping.columns_of(role)):
            _refuse_unknown_members(conn, mapping, role, kind, names)


def _refuse_unknown_members(
    conn: duckdb.DuckDBPyConnection, mapping: Mapping, role: str, kind: type[Actor] | type[Goal], names: object
) -> None:
    column = " || '/' || ".join(quoted(name) for name in mapping.columns_of(role))
    known = [*(names if isinstance(names, dict) else {}), *(member.value for member in kind)]
    found = conn.execute(
        f"select {column}, count(*) from raw where nullif(trim({column}), '') is not null"
        f" and not list_contains(?, lower(trim({column}))) and not list_contains(?, {column})"
        " group by 1 order by 2 desc limit 10",
        [known, known],
    ).fetchall()
    if found:
        table = {"by": "by", "goal": "goals"}[role]
        listed = ", ".join(f"{name} ({count})" for name, count in found)
        members = ", ".join(member.value for member in kind)
        en = f'unmapped values: {listed}; write {found[0][0]} = "…" in [{table}], one of {members}'
        raise MappingInvalid(0, Words(f'未映射的值：{listed}；请在 [{table}] 写 {found[0][0]} = "…"，可用：{members}', en))


def unmapped_events(
    conn: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...]
) -> Iterator[tuple[str, int]]:
    """Yield the names of events that the mapping does not know, each with its number of rows, most frequent first."""
    column = " || '/' || ".join(quoted(name) for name in mapping.columns_of("event"))
    names = mapping.event_names()
    yield from conn.execute(
        f"select {column}, count(*) from raw where {column} is not null and not list_contains(?, {column})"
        " group by 1 order by 2 desc, 1",
        [list(names)],
    ).fetchall()
    for name, meaning in names.items():
        if isinstance(meaning, ByColumn):
            if meaning.column not in columns:
                zh = f"日志没有列 {meaning.column!r}，{name} 需要它"
                raise MappingInvalid(0, Words(zh, f"the log has no column {meaning.column!r}, which {name} needs"))
            value = quoted(meaning.column)
            yield from conn.execute(
                f"select {column} || ' with ' || coalesce({value}, 'nothing') || ' in {meaning.column}', count(*)"
                " from raw"
                f" where {column} = ? and ({value} is null or not list_contains(?, {value})) group by 1 order by 2 desc",
                [name, list(meaning.events)],
            ).fetchall()


def _duplicates(conn: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Take rows that bear one id for one event, and count rows of the same content that bear none."""
    (with_id,) = conn.execute("select count(event_id) from all_events").fetchone() or (0,)
    if not with_id:
        conn.execute("create or replace view events as select * from all_events")
    else:
        conn.execute(
            "create or replace table events as select * from all_events"
            " qualify event_id is null"
            " or row_number() over (partition by case_id, raised_by, event_id order by row_number) = 1"
        )
    problems = []
    (doubled,) = conn.execute("select (select count(*) from all_events) - (select count(*) from events)").fetchone() or (0,)
    if doubled:
        words = Words("同一编号的重复行，只算一次", "rows with an id that came before, counted once")
        problems.append(Problem("duplicate_id", doubled, words, ()))
    content = "case_id, at_us, event, raised_by, quote, fee, currency, attempt"
    without_id = "from all_events where event_id is null and event is not null"
    (perhaps,) = conn.execute(
        f"select coalesce(sum(n - 1), 0) from (select count(*) as n {without_id} group by {content} having count(*) > 1)"
    ).fetchone() or (0,)
    if perhaps:
        words = Words("内容相同且没有编号的行，可能重复", "rows of the same content without an id, perhaps twice")
        problems.append(Problem("perhaps_twice", int(perhaps), words, ()))
    different = (
        conn.execute(
            "select distinct case_id from all_events where event_id is not null group by case_id, raised_by, event_id"
            f" having count(*) > 1 and count(distinct ({content})) > 1 limit {MOST_NAMED}"
        ).fetchall()
        if doubled
        else []
    )
    if different:
        words = Words("同一编号、内容不同的办理", "cases in which one id has different content")
        problems.append(Problem("id_reused", len(different), words, tuple(str(case) for (case,) in different)))
    return problems


def _bad_rows(conn: duckdb.DuckDBPyConnection, mapping: Mapping) -> Iterator[Problem]:
    for code, condition, words in (
        ("no_case", "event is not null and case_id is null", Words("没有办理编号的行", "rows without a case")),
        ("no_time", "event is not null and at_us is null", Words("时间无法读取的行", "rows whose time can't be read")),
    ):
        found = conn.execute(
            f"select count(*), list(row_number order by row_number)[:{MOST_NAMED}] from events where {condition}"
        )
        count, rows = found.fetchone() or (0, [])
        if count:
            yield Problem(code, count, words, tuple(f"row {row}" for row in rows))
    if mapping.zone is not None:
        yield from _clock_changes(conn, mapping)


def _clock_changes(conn: duckdb.DuckDBPyConnection, mapping: Mapping) -> Iterator[Problem]:
    at, zone = quoted(mapping.columns_of("at")[0]), quoted(mapping.zone or "", "'")
    local = f"(select audit_local(trim({at})) as t from raw where not regexp_full_match(trim({at}), '{OFFSET}'))"
    for code, condition, words in (
        (
            "clock_gap",
            f"timezone({zone}, timezone({zone}, t)) <> t",
            Words("夏令时跳过的时间", "times that the clock skipped"),
        ),
        (
            "clock_fold",
            " or ".join(f"timezone({zone}, timezone({zone}, t) {sign} interval 1 hour) = t" for sign in "+-"),
            Words("夏令时重复的时间", "times that the clock showed twice"),
        ),
    ):
        (count,) = conn.execute(f"select count(*) from {local} where {condition}").fetchone() or (0,)
        if count:
            yield Problem(code, count, words, ())


def suggest(conn: duckdb.DuckDBPyConnection, raw: Raw, mapping: Mapping) -> str:
    """Return a mapping file as text: what is given, and a proposal for the rest, to be read and corrected by a person."""
    lines = ["[columns]"]
    for role, (_, en) in ROLES.items():
        names = mapping.columns_of(role)
        if all(name in raw.columns for name in names):
            lines.append(f"{role} = {_toml(names[0] if len(names) == 1 else list(names))}")
            continue
        near = max(raw.columns, key=lambda name: SequenceMatcher(None, role, name.lower()).ratio())
        sure = SequenceMatcher(None, role, near.lower()).ratio() >= 0.6
        lines.append(f"{'' if sure else '# '}{role} = {_toml(near)}  # {en}")
    lines += ["", "[time]", f"zone = {_toml(mapping.zone or 'Asia/Shanghai')}", "", "[events]"]
    if all(name in raw.columns for name in mapping.columns_of("event")):
        for name, count in unmapped_events(conn, mapping, raw.columns):
            near_event = max(Event, key=lambda event: SequenceMatcher(None, event.value, name.lower()).ratio())
            lines.append(f'{_toml(name)} = {_toml(near_event.value)}  # {count} rows; check this, or write "ignore"')
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
