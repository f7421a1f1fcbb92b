"""Trips that take a back end everywhere: every transition, then every row after every other, with wrong events on the way.

What a back end keeps beside its state shows only later, so it is not enough to take every transition once. A tour takes,
as far as the process allows it, every row of the table sooner or later after every other row of the same trip; and where it
passes it delivers what must be refused there, each thing once for each state and kind of facts. It is greedy: it goes to
the nearest row that some row of the trip was never followed by. When nothing of that kind is left it heads for places drawn
at random.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Collection, Iterator
from itertools import chain, count, islice
from typing import Any

from process.case import Case
from process.explore import RIGHT, Edge, Exploration
from process.kit.deliveries import AGAIN, Delivery, deliver, hostile, is_unusual, payload_of, variants
from process.kit.trip import Trip
from process.model import Actor, Event, Goal, Limits, QuoteStatus, Settlement, State

LONGEST = 120  # deliveries; then a trip heads for an end
NEAR = 2  # refused deliveries a step that a guard alone stops
PROBES, PROBES_AT_END = 3, 40  # of the others

Echo = tuple[QuoteStatus | None, Settlement | None]
"""What the quote and the verification were when they last were anything: a back end that forgets to void still has it."""

Taken = tuple[State, int]
"""A transition: where it starts, and the place of its row in the table."""


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
        self.exploration, self.goals, self.without, self.hostile = exploration, tuple(goals), frozenset(without), hostile
        self.model = exploration.machine.definition
        self.random = random.Random(seed)  # noqa: S311  # for variety, not for secrets
        self.taken: set[Taken] = set()
        self.done: set[tuple[object, ...]] = set()
        self.followed: set[tuple[int, object]] = set()
        self.kinds: list[Callable[[Edge], object]] = [lambda edge: edge.row, self._near_the_limits, self.transition]
        self.usable = [tuple(e for e in edges if e.event not in self.without) for edges in exploration.outgoing]
        self.alike: dict[tuple[int, int, int], list[Edge]] = {}
        for edge in exploration.edges:
            if edge.event not in self.without:
                self.alike.setdefault((edge.source, edge.row, edge.target), []).append(edge)
        self.leading: list[list[Edge]] = [[] for _ in self.usable]
        for (source, _, _), edges in self.alike.items():
            self.leading[source].append(edges[0])
        begins = {exploration.configurations[p].facts.goal: p for p, e in enumerate(exploration.came_by) if e is None}
        self.begins = {goal: begins[goal] for goal in self.goals}
        self.to_end = _steps_to(exploration.ends, self.usable)
        self.reachable = self._reachable()
        inner = sorted(self.reachable - exploration.ends)
        self.inner = {goal: [p for p in inner if exploration.configurations[p].facts.goal is goal] for goal in self.goals}
        self.in_vain = 0  # trips in a row in which no row followed another for the first time
        self.number = 0
        self._made: list[Trip] = []

    def transition(self, edge: Edge) -> Taken:
        return self.exploration.configurations[edge.source].state, edge.row

    def _reachable(self) -> set[int]:
        reached, waiting = set(self.begins.values()), list(self.begins.values())
        while waiting:
            for edge in self.usable[waiting.pop()]:
                if edge.target not in reached:
                    reached.add(edge.target)
                    waiting.append(edge.target)
        return reached

    @property
    def possible(self) -> tuple[set[Taken], set[State]]:
        """The transitions and the ends that these goals and events can take and reach."""
        transitions = {self.transition(edge) for place in self.reachable for edge in self.usable[place]}
        ends = {self.exploration.configurations[place].state for place in self.reachable & self.exploration.ends}
        return transitions, ends

    def trips(self) -> Iterator[Trip]:
        """One trip after the other, without end; a second iterator gives the same ones."""
        for number in count():
            if number == len(self._made):
                self._made.append(self._trip(self.goals[number % len(self.goals)], number + 1))
            yield self._made[number]

    def _trip(self, goal: Goal, number: int) -> Trip:
        facts = self.exploration.configurations[0].facts
        limits = Limits(facts.face_limit, facts.other_limit)
        case = Trip(goal, (), limits).open(number)
        known = len(self.followed)
        self.number = number
        deliveries: list[Delivery] = []
        sent: dict[Event, dict[str, Any]] = {}
        history: set[int] = {-1}  # the beginning
        echo: Echo = (None, None)
        place = self.begins[goal]
        path: list[Edge] = []
        while place not in self.exploration.ends:
            deliveries.extend(self._probes(case, history, echo, PROBES))
            path = path or self._aim(place, history, len(deliveries))
            edge = path.pop(0)
            delivery = self._varied(case, edge)
            data = payload_of(case, delivery, sent)
            deliver(case, delivery, data)
            sent[edge.event] = data
            deliveries.append(delivery)
            self._note(edge, history)
            echo = case.facts.quote_status or echo[0], case.facts.settled or echo[1]
            place = edge.target
            deliveries.extend(self._again(case, edge, data))
        deliveries.extend(self._probes(case, history, echo, PROBES_AT_END))
        self.in_vain = 0 if len(self.followed) > known else self.in_vain + 1
        if self.in_vain > 3 * len(self.goals):
            self.kinds = []
        return Trip(goal, tuple(deliveries), limits)

    # ------------------------------------------------------------------------------------------------------ where to go

    def _near_the_limits(self, edge: Edge) -> object:
        facts = self.exploration.configurations[edge.source].facts
        return edge.row, facts.face_attempts >= facts.face_limit - 1, facts.other_attempts >= facts.other_limit - 1

    def _note(self, edge: Edge, history: set[int]) -> None:
        self.taken.add(self.transition(edge))
        for kind in self.kinds:
            self.followed.update((before, kind(edge)) for before in history)
        history.add(edge.row)

    def _gains(self, history: set[int], kind: Callable[[Edge], object]) -> Callable[[Edge], int]:
        """How many of the rows taken an edge would follow for the first time; much more, if it was never taken itself."""
        known: dict[object, int] = {}

        def gain(edge: Edge) -> int:
            after = kind(edge)
            if after not in known:
                known[after] = sum((before, after) not in self.followed for before in history)
            return known[after] + 100 * (self.transition(edge) not in self.taken)

        return gain

    def _aim(self, place: int, history: set[int], length: int) -> list[Edge]:
        """The way to the nearest transition worth taking; to any end, where there is none or the trip is long."""
        kinds = self.kinds[self.number % 3 :] + self.kinds[: self.number % 3]  # each trip looks at another one first
        gains = [self._gains(history, kind) for kind in kinds]
        for gain in gains if length < LONGEST else ():
            if way := self._way(place, gain):
                return way
        if not gains and length < LONGEST:
            goal = self.exploration.configurations[place].facts.goal
            aims = set(self.random.sample(self.inner[goal], min(4, len(self.inner[goal]))))
            if way := self._way(place, lambda edge: int(edge.target in aims)):
                return way
        for gain in (lambda edge: int(self.transition(edge) not in self.taken), *gains):
            if way := self._way(place, gain, also_ends=True):
                return way
        nearer = [edge for edge in self.usable[place] if self.to_end[edge.target] < self.to_end[place]]
        return [self.random.choice(nearer)]

    def _way(self, place: int, gain: Callable[[Edge], int], *, also_ends: bool = False) -> list[Edge]:
        came: dict[int, Edge | None] = {place: None}
        layer = [place]
        while layer:
            best: tuple[int, float, Edge] | None = None
            further: list[int] = []
            for here in layer:
                for edge in self.leading[here]:
                    ends = edge.target in self.exploration.ends
                    worth = gain(edge) if also_ends or not ends else 0
                    if worth:
                        best = max(filter(None, (best, (worth, self.random.random(), edge))))
                    if edge.target not in came and not ends:
                        came[edge.target] = edge
                        further.append(edge.target)
            if best:
                way = _back(came, best[2])
                return [self.random.choice(self.alike[edge.source, edge.row, edge.target]) for edge in way]
            layer = further
        return []

    # ------------------------------------------------------------------------------------------------- what to deliver

    def _once(self, *key: object) -> bool:
        """Whether this was not done before; it is noted."""
        is_new = key not in self.done
        self.done.add(key)
        return is_new

    def _varied(self, case: Case, edge: Edge) -> Delivery:
        """The edge's delivery, with an unusual payload where the event has one that was not used yet."""
        if edge.label == RIGHT:
            for label, _ in variants(case, edge.event):
                if is_unusual(label) and self._once("unusual", edge.event, label):
                    return Delivery(edge.event, edge.by, label)
        return Delivery(edge.event, edge.by, edge.label)

    def _again(self, case: Case, edge: Edge, data: dict[str, Any]) -> Iterator[Delivery]:
        """The same delivery a second time, where the model refuses that."""
        if not case.may_trigger(edge.event, by=edge.by, **data) and self._once(AGAIN, self.transition(edge)):
            yield Delivery(edge.event, edge.by, AGAIN)

    def _probes(self, case: Case, history: set[int], echo: Echo, most: int) -> Iterator[Delivery]:
        """Up to *most* deliveries that the model refuses here, and that were not made in such a place yet."""
        yield from self._near(case, history, echo)
        kinds = (self._wrong_actors, self._wrong_events, self._hostile)
        yield from islice(chain.from_iterable(kind(case) for kind in kinds), most)

    def _rows(self, case: Case) -> dict[Event, set[Actor]]:
        actors: dict[Event, set[Actor]] = {}
        for transition in self.model.transitions:
            if transition.source is case.state and transition.event not in self.without:
                actors.setdefault(transition.event, set()).update(transition.by)
        return actors

    def _near(self, case: Case, history: set[int], echo: Echo) -> list[Delivery]:
        """What could happen here but for a guard, first what was refused after the fewest of the rows taken."""
        found: list[tuple[int, float, Delivery, set[tuple[int, object]]]] = []
        for event, actors in self._rows(case).items():
            for label, data in variants(case, event):
                for by in sorted(actors):
                    reasons = tuple(blocker.code for blocker in case.blockers(event, by=by, **data))
                    if reasons:
                        refused: object = (case.state, event, by, label, reasons, echo)
                        new: set[tuple[int, object]] = {(row, refused) for row in history} - self.followed
                        if new:
                            found.append((-len(new), self.random.random(), Delivery(event, by, label), new))
        chosen = sorted(found)[:NEAR]
        self.followed.update(*(new for _, _, _, new in chosen))
        return [delivery for _, _, delivery, _ in chosen]

    def _wrong_actors(self, case: Case) -> Iterator[Delivery]:
        for event, actors in self._rows(case).items():
            strangers = [by for by in Actor if by not in actors and ("actor", case.state, event, by) not in self.done]
            right = next(variants(case, event))[1]
            if strangers and any(case.may_trigger(event, by=by, **right) for by in actors):
                for by in strangers:
                    self.done.add(("actor", case.state, event, by))
                    yield Delivery(event, by)

    def _wrong_events(self, case: Case) -> Iterator[Delivery]:
        here = self._rows(case)
        for event in self.model.events:
            if event not in here and event not in self.without:
                for by in self.model.actors[event]:
                    if self._once("event", case.state, event, by):
                        yield Delivery(event, by)

    def _hostile(self, case: Case) -> Iterator[Delivery]:
        if not self.hostile:
            return
        for event, actors in self._rows(case).items():
            by = min(actors)
            right = next(variants(case, event))[1]
            if case.may_trigger(event, by=by, **right):
                for label, _ in hostile(self.model, event, right):
                    if self._once("hostile", event, label):
                        yield Delivery(event, by, label)


def _back(came: dict[int, Edge | None], last: Edge) -> list[Edge]:
    way = [last]
    while (edge := came[way[-1].source]) is not None:
        way.append(edge)
    return way[::-1]


def _steps_to(ends: set[int], usable: list[tuple[Edge, ...]]) -> list[int]:
    """For each place how many events at least lead to an end; a number too large for one from which none can be reached."""
    incoming: list[list[int]] = [[] for _ in usable]
    for edges in usable:
        for edge in edges:
            incoming[edge.target].append(edge.source)
    steps = [len(usable)] * len(usable)
    waiting = deque(ends)
    for place in ends:
        steps[place] = 0
    while waiting:
        place = waiting.popleft()
        for source in incoming[place]:
            if steps[source] > steps[place] + 1:
                steps[source] = steps[place] + 1
                waiting.append(source)
    return steps
