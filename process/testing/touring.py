"""Trips that take a back end everywhere: every transition, then every row after every other, wrong events on the way.

What a back end keeps beside its state shows only later, so it is not enough to take every transition once. After the
opening trips a tour takes, as far as the process allows it, every row sooner or later after every other row of the same
trip, every row several times in one trip, and every transition under every value of every fact that decides. Where it
passes it delivers what must be refused there. It is greedy: it goes to the nearest step about which something is new. When
nothing of that kind is left it heads for places drawn at random.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import count
from typing import Any

from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import RIGHT
from process.model import Actor, Event, Goal, Limits
from process.testing.deliveries import AGAIN, COSTLY, Delivery, deliver, is_unusual, payload_of, variants
from process.testing.ground import Ground, Step, Successor, values, way_back
from process.testing.opening import OFTEN, Openings
from process.testing.probing import Echo, Probes
from process.testing.scenarios import Scenario

LONG = 40  # events taken; then a trip heads for an end
COSTING = 0.5  # of the quotes


class Tour:
    """Endless trips, each chosen by what the trips before it have not done. The same seed gives the same ones."""

    def __init__(
        self,
        exploration: Exploration,
        *,
        goals: Collection[Goal] = tuple(Goal),
        without: Collection[Event] = (),
        hostile: bool = True,
        seed: int = 0,
    ) -> None:
        self.exploration, self.goals = exploration, tuple(goals)
        self.random = random.Random(seed)  # noqa: S311  # for variety, not for secrets
        self.ground = Ground(exploration, self.goals, frozenset(without), self.random)
        self.openings = Openings(self.ground)
        self.planned = self.openings.trips()
        self.probes = Probes(exploration, frozenset(without), values, self.random, hostile=hostile)
        self.taken: set[Successor] = set()
        self.followed: set[tuple[int, object]] = set()
        self.often: set[tuple[int, int]] = set()
        self.raised: Counter[tuple[Successor, Actor, str]] = Counter()
        self.fresh = [len(step.values) for steps in self.ground.steps for step in steps]
        """For each step how many of its values are new."""
        self.having = dict(self.ground.having)
        self._made: list[Scenario] = []

    def trips(self) -> Iterator[Scenario]:
        """One trip after the other, without end; a second iterator gives the same ones."""
        limits = self.ground.limits
        for number in count():
            if number == len(self._made):
                goal, planned = next(self.planned, (self.goals[number % len(self.goals)], None))
                walk = _Walk(self, goal, limits, number + 1, planned)
                self._made.append(Scenario(goal, tuple(walk.deliveries()), limits))
            yield self._made[number]


class _Walk:
    """One trip in the making."""

    def __init__(self, tour: Tour, goal: Goal, limits: Limits, number: int, planned: list[Step] | None) -> None:
        self.tour, self.place, self.planned, self.number = tour, tour.ground.begins[goal], planned, number
        self.case = Scenario(goal, (), limits).open(number)
        self.history: Counter[int] = Counter([-1])  # the beginning, and how often each row was taken
        self.sent: dict[Event, tuple[Actor, dict[str, Any]]] = {}
        self.echo: Echo = (None, None)

    def deliveries(self) -> Iterator[Delivery]:
        tour, ends = self.tour, self.tour.exploration.ends
        path, after = list(self.planned or ()), self.planned is not None
        while self.place not in ends:
            yield from self._probes()
            if not path and after:
                path, after = tour.openings.after(self.place, self.number), False
            path = path or self._aim()
            if len(path) > 1 and (early := self._premature(path[1].edge)):
                yield early
            yield from self._take(path.pop(0))
        yield from self._probes()

    def _probes(self) -> Iterator[Delivery]:
        return self.tour.probes.at(self.case, self.history, self.echo, self.sent)

    def _take(self, step: Step) -> Iterator[Delivery]:
        tour, case = self.tour, self.case
        key = step.edge.source, step.edge.row, step.edge.target
        edge = min(
            tour.ground.alike[key], key=lambda e: (tour.raised[step.transition, e.by, e.variant], tour.random.random())
        )
        tour.raised[step.transition, edge.by, edge.variant] += 1
        delivery = self._varied(edge)
        data = payload_of(case, delivery, {})
        deliver(case, delivery, data)
        yield delivery
        self.sent[edge.event] = edge.by, data
        self._note(step)
        if tour.probes.refuses(case, edge.event, edge.by, data) and tour.probes.once(AGAIN, step.transition):
            yield Delivery(edge.event, edge.by, AGAIN)

    def _note(self, step: Step) -> None:
        tour, row = self.tour, step.edge.row
        tour.taken.add(step.transition)
        tour.followed.update((before, kind) for before in self.history for kind in self._kinds(step))
        self.history[row] += 1
        if self.history[row] <= OFTEN:
            tour.often.add((row, self.history[row]))
        for value in step.values:
            for at in tour.having.pop(value, ()):
                tour.fresh[at] -= 1
        self.place = step.edge.target
        self.echo = self.case.facts.quote_status or self.echo[0], self.case.facts.settled or self.echo[1]

    def _varied(self, edge: Edge) -> Delivery:
        """The edge's delivery, with an unusual payload where the event has one that was not used yet."""
        if edge.variant == RIGHT:
            for label, _ in variants(self.case, edge.event):
                if is_unusual(label) and self.tour.probes.once("unusual", edge.event, label):
                    return Delivery(edge.event, edge.by, label)
                if label == COSTLY and self.tour.random.random() < COSTING:
                    return Delivery(edge.event, edge.by, label)
        return Delivery(edge.event, edge.by, edge.variant)

    def _premature(self, edge: Edge) -> Delivery | None:
        """What will be delivered after the next event, already now, where it is refused now."""
        right = next(variants(self.case, edge.event))[1]
        refused = edge.variant == RIGHT and self.tour.probes.refuses(self.case, edge.event, edge.by, right)
        return Delivery(edge.event, edge.by) if refused and self.tour.probes.once("early", edge.event, edge.by) else None

    # ------------------------------------------------------------------------------------------------------ where to go

    def _kinds(self, step: Step) -> tuple[object, ...]:
        return step.edge.row, step.transition, (step.edge.row, self.tour.ground.near[step.edge.source])

    def _gain(self, which: int) -> Callable[[Step], int]:
        """How much is new about a step on this trip; much more, if it was never taken at all."""
        tour, history = self.tour, self.history
        following: dict[object, int] = {}

        def gain(step: Step) -> int:
            kind = self._kinds(step)[which]
            if kind not in following:
                following[kind] = sum((before, kind) not in tour.followed for before in history)
                following[kind] += 100 * (step.transition not in tour.taken)
                times = history[step.edge.row] + 1
                following[kind] += 3 * (1 < times <= OFTEN and (step.edge.row, times) not in tour.often)
            return following[kind]

        return gain

    def _aim(self) -> list[Step]:
        """The way to the nearest step worth taking; to an end, where there is none or the trip is long."""
        tour = self.tour
        gains = [*(self._gain((self.number + turn) % 3) for turn in range(3)), lambda step: tour.fresh[step.at]]
        if self.planned is None and self.case.version < LONG:
            for gain in gains:
                if way := self._way(gain):
                    return way
            aims = set(
                tour.random.sample(
                    tour.ground.inner[self.case.facts.goal], min(4, len(tour.ground.inner[self.case.facts.goal]))
                )
            )
            if way := tour.ground.path(self.place, lambda step: step.edge.target in aims):
                return way
        for gain in (lambda step: int(step.transition not in tour.taken), *gains):
            if way := self._way(gain, only_ends=True):
                return way
        nearer = [
            step
            for step in tour.ground.steps[self.place]
            if tour.ground.to_end[step.edge.target] < tour.ground.to_end[self.place]
        ]
        return [tour.random.choice(nearer)]

    def _way(self, gain: Callable[[Step], int], *, only_ends: bool = False) -> list[Step]:
        tour, ends = self.tour, self.tour.exploration.ends
        came: dict[int, Step | None] = {self.place: None}
        layer = [self.place]
        while layer:
            best: tuple[int, float, Step] | None = None
            further: list[int] = []
            for here in layer:
                for step in tour.ground.steps[here]:
                    target = step.edge.target
                    worth = gain(step) if (target in ends) is only_ends else 0
                    if worth:
                        best = max(filter(None, (best, (worth, tour.random.random(), step))))
                    if target not in came and target not in ends:
                        came[target] = step
                        further.append(target)
            if best:
                return way_back(came, best[2])
            layer = further
        return []
