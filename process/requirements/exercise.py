"""How often the search took each row, and how often each guard held and did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from process.exploration.explorer import Exploration
from process.exploration.inputs import payload_variants
from process.model import ELSE, Guard


class Asked(NamedTuple):
    """How a guard answered, over every configuration and payload in which a row asks it."""

    held: int
    not_held: int


def rows_taken(exploration: Exploration) -> tuple[int, ...]:
    """For each row of the table how many edges take it."""
    taken = Counter(edge.row for edge in exploration.edges)
    return tuple(taken[index] for index in range(len(exploration.machine.definition.table)))


def guards_asked(exploration: Exploration) -> Mapping[str, Asked]:
    """By the guard's name, in the order of the table."""
    model = exploration.machine.definition
    guards: dict[Guard, dict[bool, int]] = {
        guard: {True: 0, False: 0} for row in model.table for guard in row.guards if guard is not ELSE
    }
    for found in exploration.configurations:
        for event, lean in exploration.machine.compiled_events.items():
            asked = {
                guard for row in lean.transitions_from.get(found.state, ()) for guard in row.guards if guard is not ELSE
            }
            for _label, data in payload_variants(model, event, found.facts) if asked else ():
                for guard in asked:
                    guards[guard][bool(guard.predicate(found.facts, data))] += 1
    return {guard.name: Asked(counts[True], counts[False]) for guard, counts in guards.items()}
