"""Minimal suites: everything is covered, and nothing smaller exists than the bounds say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from process import MODEL, State
from process.exploration.expansion import row_taken
from process.exploration.explorer import Exploration
from process.model import ELSE
from process.testing import Scenario
from process.testing.guard_suites import guard_suite
from process.testing.minimal_suites import Criterion, Suite, ends, minimal_suite, rows, transitions


@pytest.fixture(scope="module")
def taking_all(exploration: Exploration) -> Suite:
    return minimal_suite(exploration, transitions(exploration))


def taken(exploration: Exploration, scenario: Scenario) -> set[tuple[State, int]]:
    accepted = [each for each in scenario.exchanges(scenario.open()) if each.is_accepted]
    return {
        (each.before.state, row_taken(exploration.machine, each.before, each.delivery.event, each.delivery.by, each.data))
        for each in accepted
    }


def test_the_scenarios_take_every_transition(exploration: Exploration, taking_all: Suite) -> None:
    together = set().union(*(taken(exploration, scenario) for scenario in taking_all.scenarios))
    assert together == {(exploration.configurations[edge.source].state, edge.row) for edge in exploration.edges}
    assert taking_all.items == len(together)


def test_every_scenario_goes_from_an_opening_to_an_end_and_nothing_of_it_is_refused(taking_all: Suite) -> None:
    for scenario in taking_all.scenarios:
        case = scenario.play()
        assert case.is_done
        assert case.version == len(scenario.deliveries)


def test_there_are_as_few_scenarios_as_there_can_be(taking_all: Suite) -> None:
    into_ends = [each for each in MODEL.transitions if MODEL.states[each.target].end]
    assert len(taking_all.scenarios) == taking_all.fewest_scenarios <= len(into_ends)


def test_the_events_are_within_one_percent_of_the_bound(taking_all: Suite) -> None:
    assert taking_all.fewest_events == 985
    assert 985 <= taking_all.events <= 994


@pytest.mark.parametrize("criterion", [ends, pytest.param(rows, marks=pytest.mark.thorough)])
def test_no_bound_is_above_what_was_found(criterion: Callable[[Exploration], Criterion], exploration: Exploration) -> None:
    found = minimal_suite(exploration, criterion(exploration))
    assert found.fewest_scenarios <= len(found.scenarios)
    assert found.fewest_events <= found.events


def test_every_end_is_reached_by_a_scenario_than_which_none_is_shorter(exploration: Exploration) -> None:
    found = minimal_suite(exploration, ends(exploration))
    nearest = [
        min(depth for depth, each in zip(exploration.depths, exploration.configurations, strict=True) if each.state is end)
        for end in MODEL.ends
    ]
    assert {scenario.play().state for scenario in found.scenarios} == set(MODEL.ends)
    assert found.events == found.fewest_events == sum(nearest)


def test_each_guard_of_each_row_is_seen_to_hold_and_to_fail(exploration: Exploration) -> None:
    found = guard_suite(exploration)
    asked = {(place, guard.name) for place, row in enumerate(MODEL.table) for guard in row.guards if guard is not ELSE}
    seen: set[tuple[int, str, bool]] = set()
    for scenario in found.scenarios:
        for each in scenario.exchanges(scenario.open()):
            for row in MODEL.transitions:
                if (row.source, row.event) == (each.before.state, each.delivery.event) and each.delivery.by in row.by:
                    held = {
                        guard.name: guard.predicate(each.before.facts, each.data)
                        for guard in row.guards
                        if guard is not ELSE
                    }
                    seen.update((row.row, name, holds) for name, holds in held.items())
    assert seen == {(row, name, holds) for row, name in asked for holds in (True, False)}
    assert found.covered == found.items == len(seen)
