"""The covers: everything is taken, and nothing smaller exists than the bounds say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from process import MODEL, State
from process.exploration.explorer import Exploration, explore, row_taken
from process.model import ELSE
from process.records import Step
from process.testing.cover import Cover, EdgeRequest, cover, ends, rows, transitions
from process.testing.guards import guards
from process.testing.scenarios import Scenario


@pytest.fixture(scope="module")
def exploration() -> Exploration:
    return explore()


@pytest.fixture(scope="module")
def taking_all(exploration: Exploration) -> Cover:
    return cover(exploration, transitions(exploration))


def taken(exploration: Exploration, trip: Scenario) -> set[tuple[State, int]]:
    legs = [leg for leg in trip.legs(trip.open()) if isinstance(leg.answer, Step)]
    return {
        (leg.before.state, row_taken(exploration.machine, leg.before, leg.delivery.event, leg.delivery.by, leg.data))
        for leg in legs
    }


def test_the_trips_take_every_transition(exploration: Exploration, taking_all: Cover) -> None:
    together = set().union(*(taken(exploration, trip) for trip in taking_all.trips))
    assert together == {(each.source, each.row) for each in MODEL.transitions}
    assert taking_all.wanted == len(MODEL.transitions)


def test_every_trip_goes_from_an_opening_to_an_end_and_nothing_of_it_is_refused(taking_all: Cover) -> None:
    for trip in taking_all.trips:
        case = trip.play()
        assert case.is_done
        assert case.version == len(trip.deliveries)


def test_there_are_as_few_trips_as_there_can_be(taking_all: Cover) -> None:
    into_ends = [each for each in MODEL.transitions if MODEL.states[each.target].end]
    assert len(taking_all.trips) == taking_all.fewest_trips == len(into_ends)


def test_the_events_are_within_one_percent_of_the_bound(taking_all: Cover) -> None:
    """518 was also what a linear program over the explored graph gave as the least that any set of trips needs."""
    assert taking_all.fewest_events == 518
    assert 518 <= taking_all.events <= 523


@pytest.mark.parametrize("wanted", [ends, rows, transitions])
def test_no_bound_is_above_what_was_found(wanted: Callable[[Exploration], EdgeRequest], exploration: Exploration) -> None:
    found = cover(exploration, wanted(exploration))
    assert found.fewest_trips <= len(found.trips)
    assert found.fewest_events <= found.events


def test_every_end_is_reached_by_a_trip_than_which_none_is_shorter(exploration: Exploration) -> None:
    found = cover(exploration, ends(exploration))
    nearest = [
        min(depth for depth, each in zip(exploration.depths, exploration.configurations, strict=True) if each.state is end)
        for end in MODEL.ends
    ]
    assert {trip.play().state for trip in found.trips} == set(MODEL.ends)
    assert found.events == found.fewest_events == sum(nearest)


def test_each_guard_of_each_row_is_seen_to_hold_and_to_fail(exploration: Exploration) -> None:
    found, shown = guards(exploration)
    asked = {(place, guard.name) for place, row in enumerate(MODEL.table) for guard in row.guards if guard is not ELSE}
    seen: set[tuple[int, str, bool]] = set()
    for trip in found.trips:
        for leg in trip.legs(trip.open()):
            for row in MODEL.transitions:
                if (row.source, row.event) == (leg.before.state, leg.delivery.event) and leg.delivery.by in row.by:
                    held = {
                        guard.name: guard.predicate(leg.before.facts, leg.data) for guard in row.guards if guard is not ELSE
                    }
                    seen.update((row.row, name, holds) for name, holds in held.items())
    assert seen == {(row, name, holds) for row, name in asked for holds in (True, False)}
    assert shown == found.wanted == len(seen)
