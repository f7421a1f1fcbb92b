"""Suites in which each guard of each row is both met and unmet.

A guard is met where its row is taken. It is unmet in a delivery to a state where the row starts, by an actor who may, with,
wherever a case can be so, all other guards met: then this guard alone decides. Either a later row takes the event, or it is
refused. Refused deliveries are put into a scenario that passes by: they change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from process.exploration.explorer import Exploration
from process.exploration.inputs import payload_variants
from process.model import ELSE
from process.testing.minimal_suites import Suite, minimal_suite, rows
from process.testing.scenario import Delivery, Scenario, scenario_of

GuardOutcome = tuple[int, str, bool]
"""A row's place in the table, one of its guards by name, and whether that holds."""


class Witness(NamedTuple):
    """A delivery in one configuration that shows outcomes of guards."""

    configuration: int
    """Its index."""
    delivery: Delivery
    unmet: tuple[GuardOutcome, ...]


def guard_suite(exploration: Exploration) -> Suite:
    """Find a suite, refused deliveries in it, in which each guard of each row is met and unmet."""
    base = minimal_suite(exploration, rows(exploration))
    table = exploration.machine.definition.table
    guards = {(index, guard.name) for index, row in enumerate(table) for guard in row.guards if guard is not ELSE}
    witnesses = _best(exploration)
    shown: set[GuardOutcome] = {(row, name, True) for row, name in guards}  # each row is taken in the suite
    scenarios = [_with_witnesses(exploration, scenario, witnesses, shown) for scenario in base.scenarios]
    while missing := sorted(set(witnesses) - shown):
        scenario = _with_witnesses(exploration, _detour(exploration, witnesses[missing[0]][0]), witnesses, shown)
        if missing[0] not in shown:
            raise RuntimeError(f"no scenario shows {missing[0]}")
        scenarios.append(scenario)
    return base._replace(scenarios=tuple(scenarios), items=2 * len(guards), covered=len(shown))


def _best(exploration: Exploration) -> dict[GuardOutcome, list[Witness]]:
    """For each guard unmet the witnesses in which the fewest others of its row are unmet with it, nearest first."""
    found: dict[GuardOutcome, list[Witness]] = {}
    fewest: dict[GuardOutcome, int] = {}
    for witness in _witnesses(exploration):
        for outcome in witness.unmet:
            others = sum(each[0] == outcome[0] for each in witness.unmet)
            if others < fewest.get(outcome, others + 1):
                fewest[outcome], found[outcome] = others, []
            if others == fewest[outcome]:
                found[outcome].append(witness)
    return found


def _witnesses(exploration: Exploration) -> Iterator[Witness]:
    machine = exploration.machine
    model = machine.definition
    for index, here in enumerate(exploration.configurations):
        for event, compiled in machine.compiled_events.items():
            guarded = [row for row in compiled.transitions_from.get(here.state, ()) if row.guards]
            for variant, data in payload_variants(model, event, here.facts) if guarded else ():
                for by in dict.fromkeys(actor for row in guarded for actor in row.by):
                    unmet = tuple(
                        (row.row, guard.name, False)
                        for row in guarded
                        if by in row.by
                        for guard in row.guards
                        if guard is not ELSE and not guard.predicate(here.facts, data)
                    )
                    if unmet:  # whether it is refused, or a later row takes it
                        yield Witness(index, Delivery(event, by, variant), unmet)


def _with_witnesses(
    exploration: Exploration, scenario: Scenario, witnesses: dict[GuardOutcome, list[Witness]], shown: set[GuardOutcome]
) -> Scenario:
    """The scenario with the witnesses that it can pass by, for what was not shown yet."""
    by_index: dict[int, list[tuple[GuardOutcome, Witness]]] = {}
    for outcome, found in witnesses.items():
        if outcome not in shown:
            for witness in found:
                by_index.setdefault(witness.configuration, []).append((outcome, witness))
    machine = exploration.machine
    made: list[Delivery] = []
    for exchange in scenario.exchanges(scenario.open()):
        state, facts = exchange.before
        for outcome, witness in by_index.get(exploration.index(state, facts), ()):
            event, by, variant = witness.delivery
            data = dict(payload_variants(machine.definition, event, facts)).get(variant)
            if outcome in shown or data is None:
                continue
            if machine.compiled_events[event].decide(state, facts, by, data) is None:
                made.append(witness.delivery)
            elif witness.delivery != exchange.delivery:
                continue
            shown.update(set(witness.unmet) & {each for each, tried in by_index[witness.configuration] if tried == witness})
        made.append(exchange.delivery)
    return scenario._replace(deliveries=tuple(made))


def _detour(exploration: Exploration, witness: Witness) -> Scenario:
    """A scenario to the configuration of the witness, through its delivery if a row takes it, and on to an end."""
    taken = [
        edge
        for edge in exploration.outgoing[witness.configuration]
        if (edge.event, edge.by, edge.variant) == tuple(witness.delivery)
    ]
    path = [*exploration.path_to(witness.configuration), *taken]
    here = path[-1].target if path else witness.configuration
    onward = exploration.path_between(here, exploration.ends) or ()
    return scenario_of(exploration, (*path, *onward), exploration.configurations[here].facts.goal)
