"""The report made of the tables of one run, or of the parts of several."""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import duckdb

from process.audit.log import Events
from process.audit.monitors import visible
from process.audit.report import (
    MOST_EXAMPLES,
    MOST_LISTED,
    DeviatingCase,
    Deviation,
    Overdue,
    Report,
    arrow_traffic,
    iso,
    median_waits,
    requirement_results,
    unseen_transitions,
)
from process.model import MODEL, Event, Words


def build_report(conn: duckdb.DuckDBPyConnection, files: tuple[str, ...], events: Events) -> Report:
    """Build the report from the tables of one run, or of the parts of several."""
    counts = Counter(dict(conn.execute("select outcome, sum(cases) from judged group by 1").fetchall()))
    deviations, broken = [], Counter[str]()
    rows = conn.execute(
        "select trace, sum(cases), list_sort(flatten(list(examples))), any_value(position), any_value(event),"
        " any_value(raised_by), any_value(state), any_value(finding) from judged"
        " where outcome = 'deviates' group by trace, early order by 2 desc, 1, early"
    ).fetchall()
    for number, (trace, cases, examples, position, event, by, state, finding_text) in enumerate(rows, 1):
        finding = json.loads(finding_text)
        repair = None if finding["repair"] is None else tuple(Words(*words) for words in finding["repair"])
        for name in finding["requirements"]:
            broken[name] += int(cases)
        found = Deviation(
            number,
            int(cases),
            tuple(examples[:MOST_EXAMPLES]),
            position,
            event,
            by,
            state,
            tuple(finding["codes"]),
            Words(finding["zh"], finding["en"]),
            repair,
            tuple(finding["requirements"]),
            trace,
            tuple(step and (step[0], step[1]) for step in finding["path"]),
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
        first=iso(events.first_us) if events.last_us else None,
        last=iso(events.last_us) if events.last_us else None,
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
        overdue=_overdue(conn, events.last_us),
        listed=tuple(_listed(conn)),
        median_waits=median_waits(conn),
    )


def _listed(conn: duckdb.DuckDBPyConnection) -> Iterable[DeviatingCase]:
    """Yield deviating cases under the numbers of their variants, which follow the same order as the deviations."""
    rows = conn.execute(
        "with numbered as (select trace, early, row_number() over (order by sum(cases) desc, trace, early) as variant"
        " from judged where outcome = 'deviates' group by trace, early)"
        " select case_id, variant, times from (select *, row_number() over (partition by trace, early order by case_id) as"
        " place from listed) join numbered using (trace, early) order by place, trace, early"
        f" limit {MOST_LISTED}"
    ).fetchall()
    for case_id, variant, times in rows:
        yield DeviatingCase(case_id, variant, tuple(map(iso, times)))


def _overdue(conn: duckdb.DuckDBPyConnection, now_us: int) -> tuple[Overdue, ...]:
    deadlines = ", ".join(
        f"('{state.value}', {info.deadline // timedelta(microseconds=1)})"
        for state, info in MODEL.states.items()
        if info.deadline is not None
    )
    awaited = {state.value: info.responsibilities[-1].owner.value for state, info in MODEL.states.items() if info.deadline}
    collecting = gc.isenabled()
    gc.disable()  # of a large log there are hundreds of thousands, and none of them is garbage
    try:
        rows = conn.execute(
            f"select case_id, state, {_iso('due_at')} from (select case_id, state, end_us + waits.deadline as due_at"
            f" from standing join (values {deadlines}) as waits(state, deadline) using (state)"
            " where due_at < ? and end_us > 0) overdue order by due_at, case_id",
            [now_us],
        ).fetchall()
        return tuple(Overdue(case_id, state, awaited[state], due_at) for case_id, state, due_at in rows)
    finally:
        if collecting:
            gc.enable()


def _iso(microseconds: str) -> str:
    """Return the expression of a time as ``iso`` writes it."""
    time = f"make_timestamp({microseconds})"
    fraction = f"case when {microseconds} % 1000000 = 0 then '' else strftime({time}, '.%f') end"
    return f"strftime({time}, '%Y-%m-%dT%H:%M:%S') || {fraction} || '+00:00'"
