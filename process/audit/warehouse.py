"""Variants that a warehouse counts: the query for it, and the audit of what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from process.audit.dialects import DIALECTS
from process.audit.log import Events
from process.audit.log_sql import PROBLEM_MARK, SEVERAL_GOALS, UNKNOWN_EVENT, UNREADABLE, counted_query
from process.audit.mapping_file import REQUIRED, ROLES, Mapping, MappingInvalid, key
from process.audit.problems import WORDS, Problem
from process.audit.progress import Progress, silent
from process.audit.report import Report
from process.audit.sources import SourceUnusable, connect, load_source
from process.audit.summary import build_report
from process.audit.trace import DETAILS, Trace
from process.audit.variant_verdicts import judge_cases
from process.model import Words

Variant = tuple[str, int, str]
"""A trace, the number of its cases, and one of them."""
COLUMNS = ("trace", "cases", "example")
NOT_JUDGED = (SEVERAL_GOALS, UNREADABLE)


def variants_sql(mapping: Mapping, name: str, table: str) -> str:
    """Return the query with which a warehouse counts the variants of a table, for ``duckdb``, ``spark`` or ``postgres``.

    Raises:
        MappingInvalid: there is no such dialect, or the mapping counts on the order of the rows, which a table lacks.
    """
    if name not in DIALECTS:
        known = ", ".join(DIALECTS)
        raise MappingInvalid(0, Words(f"没有方言 {name!r}；可用：{known}", f"unknown dialect {name!r}; known: {known}"))
    if mapping.ties == "rows":
        zh = 'ties = "rows" 不适用于数据库的表；请在 [time] 写 ties = "free" 或一个计数的列'
        en = 'ties = "rows" can\'t be used with a warehouse table; write ties = "free", or a column that counts, in [time]'
        raise MappingInvalid(0, Words(zh, en))
    if mapping.columns:
        columns = {column for role in {*mapping.columns, *REQUIRED} for column in mapping.columns_of(role)}
    else:
        columns = set(ROLES)
    return counted_query(mapping, tuple(sorted(columns)), table, name)


def read_variants(path: str | Path) -> list[Variant]:
    """Read counted variants from files (CSV, Parquet, JSON Lines) with the columns trace, cases and example.

    Raises:
        SourceUnusable: no such file, or no such column.
    """
    with connect() as conn:
        raw = load_source(conn, str(path))
        if not {"trace", "cases"} <= set(raw.columns):
            known = ", ".join(COLUMNS)
            raise SourceUnusable(str(path), Words(f"须有列 {known}", f"must have the columns {known}"))
        for file, line, reason in raw.unreadable[:1]:
            raise SourceUnusable(file, Words(f"第 {line} 行无法读取：{reason}", f"line {line} can't be read: {reason}"))
        example = "example" if "example" in raw.columns else "''"
        rows = conn.execute(f"select trace, cases, coalesce({example}, ''), _row from raw order by _row").fetchall()
    return [(trace or "", _count(str(path), cases, row), example) for trace, cases, example, row in rows]


def _count(file: str, text: str | None, row: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        zh, en = f"第 {row} 行的 cases 不是整数：{text!r}", f"row {row}: cases is not a whole number: {text!r}"
        raise SourceUnusable(file, Words(zh, en)) from None


def audit_variants(rows: Iterable[Variant], mapping: Mapping | None = None, progress: Progress = silent) -> Report:
    """Judge variants that a warehouse has counted with the query of ``variants_sql``.

    Raises:
        SourceUnusable: a row is not a variant.
        MappingInvalid: the warehouse has an event or actor that the mapping does not know; with what to write.
    """
    chosen = mapping or Mapping()
    given = list(rows)
    problems = tuple(_problems(given, chosen))
    counted = list(_counted(given))
    with connect() as conn:
        conn.execute(
            "create table cases (case_id varchar, trace_number bigint, goals bigint, begin_us bigint, end_us bigint,"
            " times bigint[], n bigint)"
        )
        conn.execute("create table traces (trace_number bigint, trace varchar)")
        conn.execute("create table unreadable (case_id varchar)")
        numbers: dict[str, int] = {}
        values: list[tuple[Any, ...]] = [
            (each.example, numbers.setdefault(each.trace.text, len(numbers)), each.goals, 0, 0, [], each.cases)
            for each in counted
        ]
        if values:
            conn.executemany("insert into cases values (?, ?, ?, ?, ?, ?, ?)", values)
            conn.executemany("insert into traces values (?, ?)", [(number, text) for text, number in numbers.items()])
        entries = [entry for each in counted for entry in each.trace.entries]
        fields = frozenset(name for name in DETAILS if any(getattr(entry, name) is not None for entry in entries))
        events = Events(
            rows=sum(len(each.trace.entries) * each.cases for each in counted),
            cases=sum(each.cases for each in counted),
            first_us=0,
            last_us=0,
            recorded=chosen.records or frozenset(entry.event for entry in entries),
            fields=fields,
            problems=problems,
        )
        judge_cases(conn, events, chosen, progress, weight="n")
        return build_report(conn, (), events)


class _Counted(NamedTuple):
    trace: Trace
    goals: int
    cases: int
    example: str


def _counted(rows: Iterable[Variant]) -> Iterator[_Counted]:
    for number, (text, cases, example) in enumerate(rows, 1):
        if text in NOT_JUDGED:
            yield _Counted(Trace(None, ()), 2, cases, example)
        elif not text.startswith(PROBLEM_MARK):
            try:
                trace = Trace.parse(text)
            except ValueError as error:
                zh, en = f"第 {number} 个变体无法读取", f"variant {number} can't be read"
                problem = Words(f"{zh}（例：{example}）：{error}", f"{en} (example {example}): {error}")
                raise SourceUnusable("variants", problem) from None
            yield _Counted(trace, 1, cases, example)


def _problems(rows: Iterable[Variant], mapping: Mapping) -> Iterator[Problem]:
    for text, count, _example in rows:
        code, _, name = text.partition(" ")
        if code == UNKNOWN_EVENT and not mapping.ignore_unknown:
            zh = f'未映射的事件：{name} ({count})；请在 [events] 写 {key(name)} = "…" 或 "ignore"，再打印查询'
            en = f'unmapped events: {name} ({count}); write {key(name)} = "…" or "ignore" in [events]'
            en += ", and print the query again"
            raise MappingInvalid(0, Words(zh, en))
        problem = code.removeprefix(PROBLEM_MARK)
        if code != problem and problem in WORDS:
            yield Problem(problem, count, WORDS[problem], (f"{name} ({count})",) if name else ())
