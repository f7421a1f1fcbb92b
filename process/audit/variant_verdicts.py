"""The tables of a log's variants, each judged once, and of its cases: verdicts, deviations, waits, where cases stand."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import duckdb

from process.audit.bulk_insert import insert_columns
from process.audit.log import Events
from process.audit.mapping_file import Mapping
from process.audit.monitors import visible
from process.audit.partial_log_simulation import ObservedTransition, Simulation
from process.audit.progress import Progress, Stage, silent
from process.audit.report import MOST_EXAMPLES, MOST_LISTED
from process.audit.trace import Trace
from process.audit.trace_verdict import Outcome, Verdict, judge
from process.model import MODEL, Event


def judge_cases(
    conn: duckdb.DuckDBPyConnection, events: Events, mapping: Mapping, progress: Progress = silent, weight: str = "1"
) -> None:
    """Judge each variant of the tables ``cases`` and ``traces`` once, and fill the tables that a report is made of."""
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
        " (select trace_number, early, unclear, sum(weight) as cases,"
        f" min(case_id, {MOST_EXAMPLES}) as examples from marked group by all) join traces using (trace_number)"
    )
    rows = conn.execute("select variant, trace, early, unclear from variants order by variant").fetchall()
    judged: list[tuple[Any, ...]] = []
    taken: list[tuple[Any, ...]] = []
    arrows: dict[ObservedTransition, int] = {}
    for done, (variant, text, begun_before, unclear) in enumerate(rows, 1):
        trace = Trace.parse(text)
        verdict = Verdict(Outcome.UNKNOWN) if unclear else judge(simulation, trace, monitors, anywhere=begun_before)
        judged.append((variant, *_judged_row(trace, verdict)))
        for position, arrow in enumerate(verdict.arrows, 1):
            if arrow is not None:
                taken.append((variant, position, arrows.setdefault(arrow, len(arrows))))
        if done % 256 == 0 or done == len(rows):
            progress(Stage.REPLAYING, done, len(rows))
    insert_columns(
        conn,
        "verdicts (variant bigint, outcome varchar, position bigint, event varchar, raised_by varchar, state varchar,"
        " finding varchar)",
        judged,
    )
    insert_columns(conn, "taken (variant bigint, position bigint, arrow bigint)", taken)
    insert_columns(
        conn,
        "arrows (arrow bigint, source varchar, event varchar, target varchar)",
        [(number, *map(str, arrow)) for arrow, number in arrows.items()],
    )
    conn.execute(
        "create or replace table judged as select v.trace, v.early, v.cases, v.examples, r.* exclude (variant)"
        " from variants v join verdicts r using (variant)"
    )
    conn.execute(
        "create or replace temp table numbered as"
        " select c.case_id, v.variant, c.times, c.end_us, c.weight, r.outcome, r.state, r.position"
        " from marked c join variants v using (trace_number, early, unclear) join verdicts r using (variant)"
    )
    conn.execute(
        "create or replace table deviating as select case_id, trace, early, position, times[position] as at_us"
        " from numbered join variants using (variant) where outcome = 'deviates'"
    )
    conn.execute(
        "create or replace table listed as select case_id, trace, early, times from (select variant, case_id, times,"
        " row_number() over (partition by variant order by case_id) as place from numbered where outcome = 'deviates')"
        f" join variants using (variant) order by place, trace, early limit {MOST_LISTED}"
    )
    conn.execute(
        "create or replace table waits as select source, event, target, wait_us, cast(sum(n) as bigint) as n from ("
        " select t.arrow, c.times[t.position] - c.times[t.position - 1] as wait_us, c.weight as n"
        " from numbered c join taken t using (variant)) join arrows using (arrow) group by all"
    )
    conn.execute(
        "create or replace table standing as select case_id, state, end_us, weight as n from numbered"
        " where outcome = 'conforms' and state is not null"
    )


def _longest_wait() -> int:
    """Return how long after the log's beginning a case's first event may belong to a case that began before it, in µs."""
    longest = max(info.deadline for info in MODEL.states.values() if info.deadline is not None)
    return longest // timedelta(microseconds=1)


def _judged_row(trace: Trace, verdict: Verdict) -> tuple[Any, ...]:
    state = verdict.state and verdict.state.value
    if verdict.position is None or verdict.refusal is None:
        return verdict.outcome.value, None, None, None, state, None
    entry = trace.entries[verdict.position]
    finding = {
        "codes": [blocker.code for blocker in verdict.refusal.blockers],
        "zh": verdict.refusal.text("zh"),
        "en": verdict.refusal.text("en"),
        "repair": None if verdict.edits is None else [list(edit.words) for edit in verdict.edits],
        "requirements": [name for name, _ in verdict.requirements],
        "path": [arrow and [arrow.source.value, arrow.target.value] for arrow in verdict.arrows],
    }
    by = entry.by and entry.by.value
    written = json.dumps(finding, ensure_ascii=False)
    return verdict.outcome.value, verdict.position + 1, entry.event.value, by, state, written
