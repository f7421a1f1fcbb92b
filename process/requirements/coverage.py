"""Counts of the search: how often it took each row, and how often each guard was true and false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from process.exploration.explorer import Exploration
from process.exploration.inputs import variants_of
from process.model import ELSE, Guard


class GuardCounts(NamedTuple):
    """The answers of a guard, over every configuration and payload in which a row evaluates it."""

    true: int
    false: int


def row_counts(exploration: Exploration) -> tuple[int, ...]:
    """For each row of the table the number of edges that take it."""
    taken = Counter(edge.row for edge in exploration.edges)
    return tuple(taken[index] for index in range(len(exploration.machine.definition.table)))


def guard_counts(exploration: Exploration) -> Mapping[str, GuardCounts]:
    """The counts by the guard's name, in the order of the table."""
    model = exploration.machine.definition
    counts: dict[Guard, dict[bool, int]] = {
        guard: {True: 0, False: 0} for row in model.table for guard in row.guards if guard is not ELSE
    }
    for here in exploration.configurations:
        for event, compiled in exploration.machine.compiled_events.items():
            rows = compiled.transitions_from.get(here.state, ())
            guards = {guard for row in rows for guard in row.guards if guard is not ELSE}
            for _variant, data in variants_of(model, event, here.facts)[0] if guards else ():
                for guard in guards:
                    counts[guard][bool(guard.predicate(here.facts, data))] += 1
    return {guard.name: GuardCounts(answers[True], answers[False]) for guard, answers in counts.items()}
