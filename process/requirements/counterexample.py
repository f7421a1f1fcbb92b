"""The result of a check: its coverage, and a counterexample where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from process.exploration.explorer import Edge
from process.model import Actor, Event, Goal, Words


class Counterexample(NamedTuple):
    """A case that violates a requirement."""

    goal: Goal
    path: tuple[Edge, ...]
    """A shortest path to the violation; its last event is the violation, if ``attempt`` is None."""
    problem: Words
    attempt: tuple[Event, Actor, Mapping[str, Any]] | None = None
    """The event raised after the path, which is refused although it should not be, or the other way round."""


class CheckResult(NamedTuple):
    """The result of a check."""

    coverage: tuple[tuple[int, Words], ...]
    """The counts of what was checked, each with its unit."""
    counterexample: Counterexample | None = None


EVENTS_TAKEN = Words("次被接受的事件", "accepted events")
CONFIGURATIONS = Words("个情形", "configurations")
PATHS = Words("条路径", "paths")
EVENTS_TRIED = Words("次尝试", "events tried")


def all_of(*results: CheckResult) -> CheckResult:
    """Combine results into one: the largest count of each unit, and the shortest counterexample."""
    coverage: dict[Words, int] = {}
    for result in results:
        for count, unit in result.coverage:
            coverage[unit] = max(coverage.get(unit, 0), count)
    found = [result.counterexample for result in results if result.counterexample is not None]
    shortest = min(found, key=lambda counterexample: len(counterexample.path), default=None)
    return CheckResult(tuple((count, unit) for unit, count in coverage.items()), shortest)
