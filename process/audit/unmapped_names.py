"""Columns, events, actors and goals of a log that the mapping lacks: reported with the line to add, or suggested."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

import duckdb

from process.audit.mapping_file import REQUIRED, ROLES, TIES, ByColumn, Mapping, MappingInvalid, key, toml_text
from process.audit.problems import MOST_NAMED, WORDS, Problem
from process.audit.sources import Raw, quoted
from process.model import Actor, Event, Goal, Words

SURE: Final = 0.6  # likeness from which a name is proposed


def check_columns(mapping: Mapping, columns: tuple[str, ...]) -> None:
    """Raise MappingInvalid if a column that the mapping names, or one that is required, is not in the log."""
    for role, names in mapping.columns.items():
        for name in names:
            if name not in columns:
                near = sorted(columns, key=lambda each: -SequenceMatcher(None, name.lower(), each.lower()).ratio())[:3]
                zh = f'日志没有列 {name!r}；请在 [columns] 写 {role} = "{near[0]}"（最接近：{"、".join(near)}）'
                en = f'the log has no column {name!r}; write {role} = "{near[0]}" in [columns] (nearest: {", ".join(near)})'
                raise MappingInvalid(0, Words(zh, en))
    if mapping.ties not in (*TIES, *columns):
        likely = max(columns, key=lambda each: SequenceMatcher(None, mapping.ties.lower(), each.lower()).ratio())
        zh = f'日志没有列 {mapping.ties!r}；请在 [time] 写 ties = "{likely}"，或 "free"、"rows"'
        en = f'the log has no column {mapping.ties!r}; write ties = "{likely}", or "free" or "rows", in [time]'
        raise MappingInvalid(0, Words(zh, en))
    for role in REQUIRED:
        if not all(name in columns for name in mapping.columns_of(role)):
            likely = max(columns, key=lambda each: _likeness(role, each))
            written = likely if _likeness(role, likely) >= SURE else "…"
            zh, en = ROLES[role]
            zh = f'不知道哪一列是{zh}；请在 [columns] 写 {role} = "{written}"。日志的列：{"、".join(columns)}'
            en = f'no column is known for {en}; write {role} = "{written}" in [columns]; the log has {", ".join(columns)}'
            raise MappingInvalid(0, Words(zh, en))


def check_ties(conn: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Raise MappingInvalid if the column that orders events of one time does not count."""
    if mapping.ties not in TIES:
        column = quoted(mapping.ties)
        query = f"select coalesce({column}, '') from raw where try_cast({column} as bigint) is null limit 1"
        for (value,) in conn.execute(query).fetchall():
            zh = f'列 {mapping.ties!r} 的值 {value[:40]!r} 不是整数；请在 [time] 写 ties = "free"'
            en = f'column {mapping.ties!r} holds {value[:40]!r}, which is not a whole number; write ties = "free" in [time]'
            raise MappingInvalid(0, Words(zh, en))


def _likeness(role: str, column: str) -> float:
    """Return how like a role's name a column's is, from 0 to 1."""
    return SequenceMatcher(None, role, column.lower()).ratio()


def unknown_names(conn: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the events that are not mapped, if they may be ignored.

    Raises:
        MappingInvalid: an event, actor or goal is not mapped; with the line to add.
    """
    unknown = list(unmapped_events(conn, mapping, columns))
    if unknown:
        name, _ = unknown[0]
        listed = ", ".join(f"{each} ({count})" for each, count in unknown[:MOST_NAMED])
        if not mapping.ignore_unknown:
            zh = f'未映射的事件：{listed}；请在 [events] 写 {key(name)} = "…" 或 {key(name)} = "ignore"'
            zh += "，或加 --ignore-unknown"
            en = f'unmapped events: {listed}; write {key(name)} = "…" or {key(name)} = "ignore" in [events]'
            en += ", or use --ignore-unknown"
            raise MappingInvalid(0, Words(zh, en))
        total = sum(count for _, count in unknown)
        yield Problem("unknown_event", total, WORDS["unknown_event"], (listed,))
    for role, kind, names in (("by", Actor, mapping.by), ("goal", Goal, mapping.goals)):
        if all(name in columns for name in mapping.columns_of(role)):
            _refuse_unknown_members(conn, mapping, role, kind, names)


def _refuse_unknown_members(
    conn: duckdb.DuckDBPyConnection, mapping: Mapping, role: str, kind: type[Actor] | type[Goal], names: object
) -> None:
    column = " || '/' || ".join(quoted(name) for name in mapping.columns_of(role))
    members = [member.value for member in kind]
    mapped = [*names] if isinstance(names, dict) else []  # as they are written; those of the model in any case
    found = conn.execute(
        f"select {column}, count(*) from raw where nullif(trim({column}), '') is not null"
        f" and not list_contains(?, lower(trim({column}))) and not list_contains(?, {column})"
        " group by 1 order by 2 desc limit 10",
        [members, mapped],
    ).fetchall()
    if found:
        table = {"by": "by", "goal": "goals"}[role]
        listed = ", ".join(f"{name} ({count})" for name, count in found)
        listed_members = ", ".join(members)
        en = f'unmapped values: {listed}; write {key(found[0][0])} = "…" in [{table}], one of {listed_members}'
        raise MappingInvalid(
            0, Words(f'未映射的值：{listed}；请在 [{table}] 写 {key(found[0][0])} = "…"，可用：{listed_members}', en)
        )


def unmapped_events(
    conn: duckdb.DuckDBPyConnection, mapping: Mapping, columns: tuple[str, ...]
) -> Iterator[tuple[str, int]]:
    """Yield the names of events that the mapping does not know, each with its number of rows, most frequent first."""
    column = " || '/' || ".join(quoted(name) for name in mapping.columns_of("event"))
    names = mapping.event_names()
    yield from conn.execute(
        f"select {column}, count(*) from raw where trim({column}) <> '' and not list_contains(?, {column})"
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


def suggest(conn: duckdb.DuckDBPyConnection, raw: Raw, mapping: Mapping) -> str:
    """Return a mapping file as text: what is given, and a proposal for the rest, to be read and corrected by a person."""
    lines = ["[columns]"]
    for role, (_, en) in ROLES.items():
        names = mapping.columns_of(role)
        if all(name in raw.columns for name in names):
            lines.append(f"{role} = {_toml(names[0] if len(names) == 1 else list(names))}")
            continue
        near = max(raw.columns, key=lambda name: _likeness(role, name))
        lines.append(f"{'' if _likeness(role, near) >= SURE else '# '}{role} = {_toml(near)}  # {en}")
    lines += ["", "[time]", f"zone = {_toml(mapping.zone or 'Asia/Shanghai')}", "", "[events]"]
    if all(name in raw.columns for name in mapping.columns_of("event")):
        for name, count in unmapped_events(conn, mapping, raw.columns):
            near_event = max(Event, key=lambda event: SequenceMatcher(None, event.value, name.lower()).ratio())
            lines.append(f'{_toml(name)} = {_toml(near_event.value)}  # {count} rows; check this, or write "ignore"')
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str]) -> str:
    return f"[{', '.join(map(toml_text, value))}]" if isinstance(value, list) else toml_text(value)
