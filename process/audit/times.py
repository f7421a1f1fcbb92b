"""The times of a log: reading them in any of several forms, and reporting what is doubtful about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import duckdb

from process.audit.dialects import OFFSET
from process.audit.mapping_file import Mapping, MappingInvalid
from process.audit.problems import Problem
from process.audit.sources import Raw, quoted
from process.model import Words

_LOCAL: Final = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S,%f")
_OFFSET: Final = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S.%f %z", "%Y/%m/%d %H:%M:%S %z", "%Y%m%dT%H%M%S%z")
FORMS: Final = {
    "offset": Words("带偏移", "with its offset"),
    "local": Words("不带偏移", "without an offset"),
    "s": Words("1970 年起的秒", "seconds since 1970"),
    "ms": Words("1970 年起的毫秒", "milliseconds since 1970"),
    "us": Words("1970 年起的微秒", "microseconds since 1970"),
    "ns": Words("1970 年起的纳秒", "nanoseconds since 1970"),
}
"""The forms of a time, apart from those that can't be read."""
_FORM: Final = " ".join(
    f"when {condition} then '{form}'"
    for form, condition in {
        "offset": f"regexp_full_match(t, '{OFFSET}')",
        "s": "regexp_full_match(t, '[0-9]{9,11}([.][0-9]+)?')",
        "ms": "regexp_full_match(t, '[0-9]{12,13}')",
        "us": "regexp_full_match(t, '[0-9]{15,16}')",
        "ns": "regexp_full_match(t, '[0-9]{18,19}')",
    }.items()
)
MACROS: Final = f"""create or replace macro audit_local(t) as
    coalesce(try_cast(t as timestamp), try_strptime(t, [{", ".join(quoted(each, "'") for each in _LOCAL)}]));
create or replace macro audit_form(t) as case {_FORM} when audit_local(t) is not null then 'local' end;
create or replace macro audit_trimmed_time(t, zone) as case
    when regexp_full_match(t, '{OFFSET}') then epoch_us(coalesce(try_cast(t as timestamptz),
        try_strptime(t, [{", ".join(quoted(each, "'") for each in _OFFSET)}])))
    when regexp_full_match(t, '[0-9.]+') then case audit_form(t)
        when 's' then cast(cast(t as decimal(20, 6)) * 1000000 as bigint)
        when 'ms' then cast(t as bigint) * 1000
        when 'us' then cast(t as bigint)
        when 'ns' then cast(t as bigint) // 1000
        else epoch_us(timezone(nullif(zone, ''), audit_local(t))) end
    when zone <> '' then epoch_us(timezone(zone, audit_local(t)))
    end;
create or replace macro audit_time(given, zone) as audit_trimmed_time(trim(given), zone);"""
"""``audit_time(text, zone)`` gives microseconds since 1970, in the zone where the text has no offset; null: unreadable."""


def doubtful_times(conn: duckdb.DuckDBPyConnection, raw: Raw, mapping: Mapping) -> Iterator[Problem]:
    """Yield what is doubtful about the times of the table ``raw``.

    Raises:
        MappingInvalid: times have no offset and the mapping no zone, or no time can be read at all.
    """
    (name,) = mapping.columns_of("at")[:1]
    if name in raw.instants:
        return
    at = f"trim({quoted(name)})"
    forms = dict(
        conn.execute(
            f"select form, count(*) from (select audit_form({at}) as form from raw where {at} <> '') forms group by 1"
        ).fetchall()
    )
    unreadable = forms.pop(None, 0)
    if unreadable and not forms:
        (example,) = conn.execute(f"select {at} from raw where {at} <> '' limit 1").fetchone() or ("",)
        shown, right = repr(example[:40]), "2026-06-01T09:00:00+08:00"
        zh = f'列 {name!r} 的时间都无法读取，如 {shown}；请在 [columns] 写 at = "…"，或导出为 {right}'
        en = f'no time in column {name!r} can be read, such as {shown}; write at = "…" in [columns]'
        en += f", or export times as {right}"
        raise MappingInvalid(0, Words(zh, en))
    if "local" in forms:
        if mapping.zone is None:
            _refuse_without_zone(conn, at)
        yield from _clock_changes(conn, at, mapping.zone or "")
    if len(forms) > 1:
        most = max(forms, key=lambda form: forms[form])
        counts = tuple(f"{FORMS[form].en} ({count})" for form, count in sorted(forms.items(), key=lambda each: -each[1]))
        words = Words("与多数不同写法的时间", "times in a different format from most")
        yield Problem("several_time_forms", sum(forms.values()) - forms[most], words, counts)


def _refuse_without_zone(conn: duckdb.DuckDBPyConnection, at: str) -> None:
    (example,) = conn.execute(f"select {at} from raw where audit_form({at}) = 'local' limit 1").fetchone() or ("",)
    zh = f'时间 {example!r} 没有时区；请在 [time] 写 zone = "Asia/Shanghai"（或日志所用的时区）'
    en = f'the time {example!r} has no offset; write zone = "Asia/Shanghai", or the log\'s zone, in [time]'
    raise MappingInvalid(0, Words(zh, en))


def _clock_changes(conn: duckdb.DuckDBPyConnection, at: str, zone_name: str) -> Iterator[Problem]:
    zone = quoted(zone_name, "'")
    gap = f"timezone({zone}, timezone({zone}, t)) <> t"
    fold = " or ".join(f"timezone({zone}, timezone({zone}, t) {sign} interval 1 hour) = t" for sign in "+-")
    gaps, folds = conn.execute(
        f"select count(*) filter ({gap}), count(*) filter ({fold}) from"
        f" (select audit_local({at}) as t from raw where audit_form({at}) = 'local') local"
    ).fetchone() or (0, 0)
    if gaps:
        yield Problem("clock_gap", gaps, Words("夏令时跳过的时间", "times that the clock skipped"), ())
    if folds:
        yield Problem("clock_fold", folds, Words("夏令时重复的时间", "times that the clock showed twice"), ())
