"""The report of an audit: what was read, which cases deviate where and why, coverage, waits and overdue cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import duckdb

from process.audit.monitors import MONITORS, NOT_IN_A_LOG
from process.audit.problems import Problem
from process.diagram.traffic import TransitionKey, transitions_of
from process.diagram.view_options import View
from process.json_vocabulary import words_to_dict
from process.model import MODEL, Event, Words

MOST_EXAMPLES = 5
MOST_LISTED = 5_000


class Deviation(NamedTuple):
    """The cases of one variant that deviate, with the first illegal event."""

    variant: int
    cases: int
    examples: tuple[str, ...]
    position: int
    """The place of the first illegal event, from 1."""
    event: str
    by: str | None
    state: str | None
    codes: tuple[str, ...]
    reason: Words
    repair: tuple[Words, ...] | None
    """The cheapest edits that make the trace legal; None if none were found within the highest cost."""
    requirements: tuple[str, ...]
    trace: str
    """All events of the cases, as ``trace`` writes them."""
    path: tuple[tuple[str, str] | None, ...]
    """Source and target of each step before the illegal event; None where several are possible."""


class DeviatingCase(NamedTuple):
    """A case that deviates, with the times of its events, in ISO 8601; none where the log has only counted variants."""

    case_id: str
    variant: int
    times: tuple[str, ...]


class ArrowTraffic(NamedTuple):
    """One transition as the log took it: how often, and the wait before it in seconds."""

    source: str
    event: str
    target: str
    times: int
    p50: float | None
    p90: float | None
    p99: float | None


class Coverage(NamedTuple):
    """The number of transitions that a log shows, and of those that it could show."""

    taken: int
    total: int


class Overdue(NamedTuple):
    """A case that has waited longer than its state's deadline at the end of the log."""

    case_id: str
    state: str
    awaits: str
    due_at: str
    """The time at which the deadline passed, in ISO 8601."""


class RequirementVerdict(NamedTuple):
    """One requirement over the log."""

    id: str
    visible: bool
    broken: int
    """The number of cases that break it."""
    note: Words


@dataclass(frozen=True)
class Report:
    """All that an audit found.

    Attributes:
        files: what was read.
        rows: rows that are events of the model.
        cases: cases in the log; ``conforming``, ``deviating`` and ``unknown`` add up to it.
        variants: distinct traces.
        first, last: the times of the first and last event, in ISO 8601.
        recorded: the events that the log records; all others may have happened unseen.
        fields: the parts of an event that it records.
        problems: what was wrong with rows, counted.
        deviations: by variant, most cases first.
        requirements: all of them, with what this log shows.
        arrows: the transitions that were taken, most frequent first.
        unseen: transitions of the model that no case took, as ``source event target``.
        states: the number of cases that stand in each state at the end of the log.
        overdue: the cases whose deadline has passed.
        listed: deviating cases one by one: the first of each variant, then the second, and so on, up to MOST_LISTED.
        median_waits: the median wait in seconds of the transitions that a picture draws as one arrow.
    """

    files: tuple[str, ...]
    rows: int
    cases: int
    conforming: int
    deviating: int
    unknown: int
    variants: int
    first: str | None
    last: str | None
    recorded: tuple[str, ...]
    fields: tuple[str, ...]
    problems: tuple[Problem, ...]
    deviations: tuple[Deviation, ...]
    requirements: tuple[RequirementVerdict, ...]
    arrows: tuple[ArrowTraffic, ...]
    unseen: tuple[str, ...]
    states: dict[str, int]
    overdue: tuple[Overdue, ...]
    listed: tuple[DeviatingCase, ...]
    median_waits: Mapping[frozenset[TransitionKey], float]

    @property
    def coverage(self) -> Coverage:
        """The transitions of recorded events that some case took, and all of them."""
        return Coverage(len(self.arrows), len(self.arrows) + len(self.unseen))

    @property
    def conforms(self) -> bool:
        """No case deviates."""
        return self.deviating == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-safe data, texts in both languages."""
        return {
            "files": list(self.files),
            "rows": self.rows,
            "cases": self.cases,
            "conforming": self.conforming,
            "deviating": self.deviating,
            "unknown": self.unknown,
            "variants": self.variants,
            "first": self.first,
            "last": self.last,
            "recorded": list(self.recorded),
            "fields": list(self.fields),
            "problems": [
                {**each._asdict(), "words": words_to_dict(each.words), "examples": list(each.examples)}
                for each in self.problems
            ],
            "deviations": [_deviation(each) for each in self.deviations],
            "requirements": [{**each._asdict(), "note": words_to_dict(each.note)} for each in self.requirements],
            "arrows": [each._asdict() for each in self.arrows],
            "unseen": list(self.unseen),
            "states": self.states,
            "overdue": [each._asdict() for each in self.overdue],
        }


def _deviation(found: Deviation) -> dict[str, Any]:
    return {
        **{name: value for name, value in found._asdict().items() if name not in ("trace", "path")},
        "examples": list(found.examples),
        "codes": list(found.codes),
        "reason": words_to_dict(found.reason),
        "repair": None if found.repair is None else [words_to_dict(words) for words in found.repair],
        "requirements": list(found.requirements),
    }


def iso(microseconds: int) -> str:
    """Return the time of microseconds since 1970 in ISO 8601, UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).isoformat()


def arrow_traffic(conn: duckdb.DuckDBPyConnection) -> tuple[ArrowTraffic, ...]:
    """Return the transitions of the table ``waits``, which counts each wait of each transition, so that parts add up."""
    quantiles = ", ".join(
        f"min(wait_us) filter (where up_to >= {part} * waited) / 1e6 as p{round(part * 100)}" for part in (0.5, 0.9, 0.99)
    )
    rows = conn.execute(
        f"""with summed as (
            select source, event, target, wait_us, sum(n) as n from waits group by all
        ), running as (
            select *, sum(n) over (partition by source, event, target) as total,
                sum(n) filter (where wait_us is not null) over (partition by source, event, target) as waited,
                sum(n) filter (where wait_us is not null)
                    over (partition by source, event, target order by wait_us) as up_to
            from summed
        )
        select source, event, target, any_value(total), {quantiles} from running
        group by source, event, target order by 4 desc, 1, 2, 3"""
    ).fetchall()
    return tuple(ArrowTraffic(source, event, target, int(count), *waits) for source, event, target, count, *waits in rows)


@cache
def _drawn_groups() -> list[frozenset[TransitionKey]]:
    """Return the transitions that some picture draws as one arrow, for each arrow."""
    return sorted({keys for view in View for keys in transitions_of(view).values()}, key=sorted)


def median_waits(conn: duckdb.DuckDBPyConnection) -> dict[frozenset[TransitionKey], float]:
    """Return the median wait in seconds before the transitions that a picture draws as one arrow, where there was any."""
    groups = _drawn_groups()
    keys = [(number, *key) for number, group in enumerate(groups) for key in sorted(group)]
    rows = conn.execute(
        """with drawn as (
            select unnest(cast(? as bigint[])) as number, unnest(cast(? as varchar[])) as source,
                unnest(cast(? as varchar[])) as event, unnest(cast(? as varchar[])) as target
        ), summed as (
            select number, wait_us, sum(n) as n from drawn join waits using (source, event, target)
            where wait_us is not null group by all
        ), running as (
            select *, sum(n) over (partition by number) as waited,
                sum(n) over (partition by number order by wait_us) as up_to
            from summed
        )
        select number, min(wait_us) filter (where up_to >= 0.5 * waited) / 1e6
        from running group by number order by number""",
        list(map(list, zip(*keys, strict=True))),
    ).fetchall()
    return {groups[number]: wait for number, wait in rows}


def unseen_transitions(arrows: tuple[ArrowTraffic, ...], recorded: frozenset[Event]) -> tuple[str, ...]:
    """Return the transitions of recorded events that no case took."""
    seen = {(each.source, each.event, each.target) for each in arrows}
    every = dict.fromkeys(
        (row.source.value, row.event.value, row.target.value) for row in MODEL.transitions if row.event in recorded
    )
    return tuple(" ".join(each) for each in every if each not in seen)


def requirement_results(broken: dict[str, int], visible: frozenset[str]) -> tuple[RequirementVerdict, ...]:
    """Return every requirement with the number of cases that break it, or why this log can't show it."""
    here = Words("", "")
    unseen = Words("本日志缺少所需的事件或字段", "this log lacks the events or fields")
    results = [
        RequirementVerdict(name, name in visible, broken.get(name, 0), here if name in visible else unseen)
        for name in dict.fromkeys(each.requirement for each in MONITORS)
    ]
    results += [RequirementVerdict(name, False, 0, why) for name, why in NOT_IN_A_LOG.items()]
    results.append(
        RequirementVerdict("R19", True, broken.get("R19", 0), Words("由逐步重放核对", "covered by the replay itself"))
    )
    return tuple(sorted(results, key=lambda each: int(each.id[1:])))
