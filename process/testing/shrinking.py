"""Shortens a trip that shows a difference, as long as it still shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, islice

from process.exploration.explorer import Exploration
from process.exploration.inputs import RIGHT
from process.model import Facts, Goal
from process.records import Step
from process.testing.scenarios import Scenario, trip_of

TRIES = 100  # so that a slow back end is not replayed for minutes
LOOPS = 30  # of them that are left out by way of trial, one after the other

Fails = Callable[[Scenario], int | None]
"""Takes a trip and tells at which delivery, from 1, it shows a difference; None if it shows none."""


def shrink(trip: Scenario, fails: Fails, exploration: Exploration) -> Scenario | None:
    """The shortest failing trip found; None if *trip* itself does not fail when it is taken again."""
    at = fails(trip)
    if not at:
        return None if at is None else trip._replace(deliveries=())
    best = trip._replace(deliveries=trip.deliveries[:at])
    left = TRIES

    def shorter(tried: Scenario) -> bool:
        nonlocal best, left
        if left == 0 or _size(tried) >= _size(best) or _refused(tried) > _refused(best):
            return False
        left -= 1
        at = fails(tried)
        if at is None or _size(made := tried._replace(deliveries=tried.deliveries[:at])) >= _size(best):
            return False
        best = made
        return True

    shorter(_without_refused(best))
    for _ in range(2):
        if any(shorter(tried) for tried in _to_a_like_place(best, exploration)):
            break
        any(shorter(tried) for tried in _by_a_shorter_way(best, exploration))
        while any(shorter(tried) for tried in islice(_without_a_loop(best), LOOPS)):
            pass
        for size in (16, 8, 4, 2, 1):
            start = len(best.deliveries) - 1 - size
            while start >= 0:
                shorter(best._replace(deliveries=best.deliveries[:start] + best.deliveries[start + size :]))
                start = min(start - 1, len(best.deliveries) - 1 - size)
    for goal in Goal:
        shorter(best._replace(goal=goal))
    for place, delivery in enumerate(best.deliveries):
        if delivery.label != RIGHT and place < len(best.deliveries):
            plain = best.deliveries[place]._replace(label=RIGHT)
            shorter(best._replace(deliveries=(*best.deliveries[:place], plain, *best.deliveries[place + 1 :])))
    fails(best)  # so that what was seen last belongs to the trip that is told
    return best


def _size(trip: Scenario) -> tuple[int, int, int]:
    return len(trip.deliveries), sum(delivery.label != RIGHT for delivery in trip.deliveries), list(Goal).index(trip.goal)


def _refused(trip: Scenario) -> int:
    """How many deliveries the model refuses: with an event left out that those after it rest on, they become more."""
    return sum(not isinstance(leg.answer, Step) for leg in trip.legs(trip.open()))


def _without_refused(trip: Scenario) -> Scenario:
    legs = list(trip.legs(trip.open()))
    kept = [leg.delivery for leg in legs[:-1] if isinstance(leg.answer, Step)]
    return trip._replace(deliveries=(*kept, *trip.deliveries[-1:]))


def _to_a_like_place(trip: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last delivery alone, in the same state with at most two of the facts as they were; the nearest place first."""
    before = list(trip.legs(trip.open()))[-1].before
    here = exploration.configurations[exploration.index(*before)]
    alike = {frozenset(chosen) for size in range(3) for chosen in combinations(range(len(Facts._fields)), size)}
    places: set[int] = set()
    for place, found in enumerate(exploration.configurations):  # the nearest to a beginning first
        if found.state is here.state:
            shared = {at for at, pair in enumerate(zip(found.facts, here.facts, strict=True)) if pair[0] == pair[1]}
            new = {chosen for chosen in alike if chosen <= shared}
            alike -= new
            places |= {place} if new else set()
    for place in sorted(places):
        way = exploration.path_to(place)
        goal = exploration.goal_of(way, place)
        yield trip._replace(goal=goal, deliveries=(*trip_of(exploration, way, goal).deliveries, trip.deliveries[-1]))


def _without_a_loop(trip: Scenario) -> Iterator[Scenario]:
    """Without what lies between two visits to the same state; the longest of that first."""
    states = [leg.before.state for leg in trip.legs(trip.open())]
    loops = [
        (start - end, start, end) for start, end in combinations(range(len(states)), 2) if states[start] is states[end]
    ]
    for _, start, end in sorted(loops):
        yield trip._replace(deliveries=trip.deliveries[:start] + trip.deliveries[end:])


def _by_a_shorter_way(trip: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last deliveries as they are, and before them the shortest trip to where they begin; few of them first."""
    legs = list(trip.legs(trip.open()))
    for kept in (1, 2, 3, 5, 8, 11, 15, 20, 26, 34, 45):
        start = len(legs) - kept
        if start <= 0:
            return
        place = exploration.index(*legs[start].before)
        way = trip_of(exploration, exploration.path_to(place), trip.goal).deliveries
        if len(way) < start:
            yield trip._replace(deliveries=(*way, *trip.deliveries[start:]))
