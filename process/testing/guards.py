"""Trips on which each guard of each row is seen to hold, and is seen to fail.

That a guard holds shows where its row is taken. That it fails shows in a delivery to a state where the row starts, by an
actor who may, with this guard unmet and, wherever a case can be so, all others met: then this guard alone decides. Either
a later row takes the event, or it is refused. Refused deliveries are put on a trip that passes by: they change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import payload_variants
from process.model import ELSE
from process.testing.cover import Cover, cover, rows
from process.testing.deliveries import Delivery
from process.testing.scenarios import Scenario, trip_of

Outcome = tuple[int, str, bool]
"""A row's place in the table, one of its guards by name, and whether that holds."""


class Attempt(NamedTuple):
    """A delivery in one configuration that shows outcomes of guards."""

    place: int
    delivery: Delivery
    failing: tuple[Outcome, ...]


def guards(exploration: Exploration) -> tuple[Cover, int]:
    """The trips, refused deliveries among them, and how many outcomes they show. ``wanted`` counts all there are."""
    base = cover(exploration, rows(exploration))
    table = exploration.machine.definition.table
    asked = {(place, guard.name) for place, row in enumerate(table) for guard in row.guards if guard is not ELSE}
    attempts = _best(exploration)
    shown: set[Outcome] = {(row, name, True) for row, name in asked}  # each row is taken on the trips
    trips = [_with_attempts(exploration, trip, attempts, shown) for trip in base.trips]
    while missing := sorted(set(attempts) - shown):
        trip = _with_attempts(exploration, _detour(exploration, attempts[missing[0]]), attempts, shown)
        if missing[0] not in shown:
            raise RuntimeError(f"no trip shows {missing[0]}")
        trips.append(trip)
    wanted = 2 * len(asked)
    return base._replace(trips=tuple(trips), wanted=wanted), len(shown)


def _best(exploration: Exploration) -> dict[Outcome, list[Attempt]]:
    """For each way a guard fails the attempts in which the fewest others of its row fail with it, nearest first."""
    found: dict[Outcome, list[Attempt]] = {}
    fewest: dict[Outcome, int] = {}
    for attempt in _attempts(exploration):
        for outcome in attempt.failing:
            others = sum(each[0] == outcome[0] for each in attempt.failing)
            if others < fewest.get(outcome, others + 1):
                fewest[outcome], found[outcome] = others, []
            if others == fewest[outcome]:
                found[outcome].append(attempt)
    return found


def _attempts(exploration: Exploration) -> Iterator[Attempt]:
    machine = exploration.machine
    model = machine.definition
    for place, here in enumerate(exploration.configurations):
        for event, lean in machine.compiled_events.items():
            declared = [row for row in lean.transitions_from.get(here.state, ()) if row.guards]
            for label, data in payload_variants(model, event, here.facts) if declared else ():
                for by in dict.fromkeys(actor for row in declared for actor in row.by):
                    failing = tuple(
                        (row.row, guard.name, False)
                        for row in declared
                        if by in row.by
                        for guard in row.guards
                        if guard is not ELSE and not guard.predicate(here.facts, data)
                    )
                    if failing:  # whether it is refused, or a later row takes it
                        yield Attempt(place, Delivery(event, by, label), failing)


def _with_attempts(
    exploration: Exploration, trip: Scenario, attempts: dict[Outcome, list[Attempt]], shown: set[Outcome]
) -> Scenario:
    """The trip with what can be tried on its way and was not shown yet."""
    at: dict[int, list[tuple[Outcome, Attempt]]] = {}
    for outcome, found in attempts.items():
        if outcome not in shown:
            for attempt in found:
                at.setdefault(attempt.place, []).append((outcome, attempt))
    made: list[Delivery] = []
    for leg in trip.legs(trip.open()):
        for outcome, attempt in at.get(exploration.index(*leg.before), ()):
            machine, facts = exploration.machine, leg.before.facts
            data = dict(payload_variants(machine.definition, attempt.delivery.event, facts)).get(attempt.delivery.label)
            if outcome in shown or data is None:
                continue
            refused = machine.compiled_events[attempt.delivery.event].decide(
                leg.before.state, facts, attempt.delivery.by, data
            )
            if refused is None:
                made.append(attempt.delivery)
            elif attempt.delivery != leg.delivery:
                continue
            shown.update(set(attempt.failing) & {each for each, tried in at[attempt.place] if tried == attempt})
        made.append(leg.delivery)
    return trip._replace(deliveries=tuple(made))


def _detour(exploration: Exploration, attempts: list[Attempt]) -> Scenario:
    """A trip to the nearest place of the attempts, through the attempt if a row takes it, and on to an end."""
    attempt = attempts[0]
    taken = [
        edge
        for edge in exploration.outgoing[attempt.place]
        if (edge.event, edge.by, edge.variant) == tuple(attempt.delivery)
    ]
    way: list[Edge] = [*exploration.path_to(attempt.place), *taken]
    here = way[-1].target if way else attempt.place
    goal = exploration.configurations[here].facts.goal
    return trip_of(exploration, (*way, *_to_an_end(exploration, here)), goal)


def _to_an_end(exploration: Exploration, here: int) -> list[Edge]:
    came: dict[int, Edge | None] = {here: None}
    waiting = [here]
    for place in waiting:  # it grows on the way
        if place in exploration.ends:
            way: list[Edge] = []
            while (edge := came[place]) is not None:
                way.append(edge)
                place = edge.source  # noqa: PLW2901
            return way[::-1]
        for edge in exploration.outgoing[place]:
            if edge.target not in came:
                came[edge.target] = edge
                waiting.append(edge.target)
    return []
