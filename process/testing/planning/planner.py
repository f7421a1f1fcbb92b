"""Plans scenarios without end: the fixed paths first, then whatever the scenarios before have not done.

A fault in what a back end keeps beside its state shows only later, so it is not enough to take every transition once. After
the fixed paths the plan takes, as far as the process allows it, every row sooner or later after every other row of the same
scenario, every row several times in one scenario, and every transition under every value of every fact that decides. On the
way it delivers what must be refused. It is greedy: it goes to the nearest arc about which something is new.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain, count, islice, takewhile
from operator import attrgetter
from typing import Any

from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import PAIR, RIGHT
from process.model import Actor, EndKind, Event, Goal, Limits
from process.testing.backend_comparison import Trial
from process.testing.field_values import valid_choices, wrong_choices
from process.testing.planning.accepted_payloads import PairwiseChooser
from process.testing.planning.arcs import Arc, ArcGraph, NewArcs, RowFromState, is_near_limits
from process.testing.planning.leftovers import NO_LEFTOVERS, Leftovers, leftovers_after
from process.testing.planning.listed import limit_deliveries, of_one_account, offering
from process.testing.planning.paths import PlannedPaths
from process.testing.planning.refused_deliveries import Probes
from process.testing.scenario import Delivery, Scenario, background_scenarios, shapes_of

MANY, MANY_THOROUGH = 12, 60  # times that a cycle is taken in one scenario, or a wrong payload delivered
WRONG_THOROUGH = 520  # times that a wrong payload is delivered
PAIRS_FROM = 120  # scenarios of which some are paired
LONG = 40  # events accepted; then a scenario heads for an end
FAR = 10**6  # more events than lead from anywhere to an end
OFTEN = 4  # times that a row is taken in one scenario for its own sake


@dataclass
class PlannedScenario:
    """A scenario with what has to happen beside it, the number of its case, and the payloads that earlier runs computed."""

    number: int | str
    trial: Trial
    payloads: list[dict[str, Any]] = field(default_factory=list)


class Planner:
    """Plans an endless sequence of scenarios, the same for the same seed."""

    def __init__(
        self,
        exploration: Exploration,
        *,
        goals: Collection[Goal] = tuple(Goal),
        without: Collection[Event] = (),
        other_limits: Collection[Limits] = (),
        hostile: bool = True,
        thorough: bool = False,
        seed: int = 0,
    ) -> None:
        self.exploration, self.goals, self.without = exploration, tuple(goals), frozenset(without)
        self.other_limits, self.thorough = other_limits, thorough
        self.random = random.Random(seed)  # noqa: S311  # for variety, not for secrets
        self.graph = ArcGraph(exploration, self.goals, self.without, self.random)
        self.paths = PlannedPaths(self.graph)
        self.fixed = self._fixed()
        self.probes = Probes(exploration.machine, self.without, self.random, hostile=hostile)
        self.values = PairwiseChooser(self.random)
        self.taken: set[object] = set()
        self.categories: set[object] = set()
        self.followed: set[tuple[int, object]] = set()
        self.often: set[tuple[int, int]] = set()
        self.raised: Counter[tuple[RowFromState, Actor, str]] = Counter()
        self.new_values = {arc.number: len(arc.values) for arcs in self.graph.leaving for arc, _ in arcs}
        """For each arc the number of its values that are new."""
        self.arcs_with = dict(self.graph.arcs_with)
        self._made: list[PlannedScenario] = []

    def scenarios(self) -> Iterator[PlannedScenario]:
        """Yield one scenario after the other, without end; a second iterator yields the same ones."""
        for number in count(1):
            if number > len(self._made):
                planned = next(self.fixed, None) or self._built(self.goals[number % len(self.goals)], None)
                self._made.append(PlannedScenario(number, Trial(planned)))
            yield self._made[number - 1]

    def pairs(self, events: int) -> Iterator[PlannedScenario]:
        """Pairs of scenarios whose cases run side by side, or one after the other about the same order."""
        relations = ("beside", "same account", "same order")
        some = list(islice(self.scenarios(), min(PAIRS_FROM, max(24, events // 100))))
        for number, (one, other) in enumerate(zip(some[::8], some[4::8], strict=False)):
            relation = relations[number % len(relations)]
            scenario, first = one.trial.scenario, other.trial.scenario
            if relation == "same order":
                end = self.exploration.machine.definition.states[first.play().state].end
                if end not in (EndKind.NEUTRAL, EndKind.BAD):
                    relation = "beside"
            yield PlannedScenario(f"pair-{number + 1}", Trial(scenario, first, relation))

    def _fixed(self) -> Iterator[Scenario]:
        """The fixed scenarios, in the order in which they are delivered."""
        paths, times = self.paths, MANY_THOROUGH if self.thorough else MANY
        for goal, path in chain(paths.through_transitions(), paths.taken_back()):
            yield self._built(goal, path)
        yield from self._until_taken(NewArcs("transition", self.taken))
        yield from self._wrong_repeated(WRONG_THOROUGH if self.thorough else MANY)
        for goal, path in paths.repeating(times):
            yield self._built(goal, path)
        for scenario in self._listed():
            yield scenario._replace(
                deliveries=tuple(each for each in scenario.deliveries if each.event not in self.without)
            )
        for goal, path in paths.further():
            yield self._built(goal, path)
        yield from self._until_taken(NewArcs("category", self.categories))

    def _listed(self) -> Iterator[Scenario]:
        if Goal.PLAN in self.goals:
            for scenario in (offering(), *of_one_account()):
                yield scenario._replace(limits=self.graph.limits)
        for limits in self.other_limits:
            for deliveries in limit_deliveries(limits):
                yield Scenario(self.paths.richest[0], deliveries, limits)

    def _until_taken(self, wanted: NewArcs) -> Iterator[Scenario]:
        """Scenarios that take an arc of each kind that was not taken yet, as many as possible in each."""
        for goal in self.paths.richest:
            possible = set(map(attrgetter(wanted.attribute), self.graph.arcs_from(self.graph.starts[goal])))
            while not possible <= wanted.known:
                yield self._built(goal, None, wanted)

    def _built(self, goal: Goal, path: list[Arc] | None, wanted: NewArcs | None = None) -> Scenario:
        number = len(self._made) + 1
        deliveries = tuple(_Builder(self, goal, number, path, wanted).deliveries())
        return Scenario(goal, deliveries, self.graph.limits, shapes_of(number))

    def _wrong_repeated(self, times: int) -> Iterator[Scenario]:
        """For each reference or number that an event must name a wrong one, many times, and then the right one."""
        for number, event in enumerate(self.exploration.machine.definition.events):
            goal = self.paths.richest[number % len(self.paths.richest[:2])]
            path = self.paths.to_event(event, goal, [])
            if not path:
                continue
            *before, last = (Delivery(arc.event, arc.edges[0].by, arc.edges[0].variant) for arc in path)
            case = Scenario(goal, tuple(before), self.graph.limits).play()
            wrong = [
                Delivery(event, last.by, f"{name}: {choice}")
                for name, choices in wrong_choices(case, event).items()
                for choice in islice(choices, 1)
            ]
            for delivery in wrong:
                if self.probes.refuses(case, event, last.by, delivery.payload(case)):
                    yield Scenario(goal, (*before, *[delivery] * times, last), self.graph.limits)


class _Builder:
    """One scenario in the making: along a path first, or by arcs that are wanted, or to the nearest arc that is new."""

    def __init__(self, planner: Planner, goal: Goal, number: int, path: list[Arc] | None, wanted: NewArcs | None) -> None:
        self.wanted = wanted
        self.planner, self.graph, self.probes = planner, planner.graph, planner.probes
        self.index, self.path, self.number = self.graph.starts[goal], path, number
        self.case = Scenario(goal, (), self.graph.limits, shapes_of(number)).open(number)
        self.history: Counter[int] = Counter([-1])  # the start, and how often each row was taken
        self.leftovers: Leftovers = NO_LEFTOVERS
        self.raised: Counter[tuple[RowFromState, Actor, str]] = Counter()

    def deliveries(self) -> Iterator[Delivery]:
        path = list(self.path or ())
        last = path[-1] if path else None
        while self.index not in self.graph.ends:
            yield from self.probes.here(self.case, self.history, self.leftovers)
            if not path and last is not None:
                path, last = self.planner.paths.onward(last, self.number), None
            path = path or self._next_path()
            early = self.probes.early(self.case, path[1]) if len(path) > 1 else None
            if early is not None:
                yield early
            yield from self._take(path.pop(0))
            if early is not None:
                yield from self._take(path.pop(0), early)
        yield from self.probes.here(self.case, self.history, self.leftovers)

    def _take(self, arc: Arc, given: Delivery | None = None) -> Iterator[Delivery]:
        case = self.case
        possible = [each for each, _ in self.graph.leaving[arc.source]]
        delivery = given or self._delivery(arc)
        data = delivery.payload(case)
        delivery.deliver(case, data)
        yield delivery
        self._note(arc)
        yield from self.probes.duplicate(case, arc, delivery.by, data)
        yield from self.probes.late(case, possible, arc, self.leftovers)

    def _delivery(self, arc: Arc) -> Delivery:
        """A delivery that takes the arc: by the actor and with the payload used least, in this scenario and in all."""
        raised = self.planner.raised

        def times(edge: Edge) -> tuple[int, int, float]:
            key = arc.transition, edge.by, edge.variant
            return self.raised[key], raised[key], self.planner.random.random()

        edge = min(arc.edges, key=times)
        for counter in (self.raised, raised):
            counter[arc.transition, edge.by, edge.variant] += 1
        fixed = dict(part.split(": ", 1) for part in edge.variant.split(PAIR)) if edge.variant != RIGHT else {}
        valid = valid_choices(self.case, edge.event)
        if any(choice not in valid[name] for name, choice in fixed.items()):
            return Delivery(edge.event, edge.by, edge.variant)
        varied = Delivery(edge.event, edge.by, self.planner.values.choose(self.case, edge.event, fixed))
        events, case = self.planner.exploration.machine.compiled_events, self.case
        outcome = events[edge.event].decide(case.state, case.facts, edge.by, varied.payload(case))
        if outcome is not None and self.planner.exploration.index(*outcome) == arc.target:
            return varied
        return Delivery(edge.event, edge.by, edge.variant)

    def _note(self, arc: Arc) -> None:
        planner = self.planner
        planner.taken.add(arc.transition)
        if arc.event is not Event.REJECT_CANCELLATION or self.wanted is not None:  # then a confirmation follows
            planner.categories.add(arc.category)
        planner.followed.update((before, kind) for before in self.history for kind in self._kinds(arc))
        self.history[arc.row] += 1
        if self.history[arc.row] <= OFTEN:
            planner.often.add((arc.row, self.history[arc.row]))
        for value in arc.values:
            for number in planner.arcs_with.pop(value, ()):
                planner.new_values[number] -= 1
        self.index = arc.target
        self.leftovers = leftovers_after(self.leftovers, self.case)

    # ------------------------------------------------------------------------------------------------------ where to go

    def _kinds(self, arc: Arc) -> tuple[object, ...]:
        return arc.row, arc.transition, (arc.row, is_near_limits(self.graph.configurations[arc.source]))

    def _gain(self, which: int) -> Callable[[Arc], int]:
        """The number of things that are new about an arc in this scenario; much more, if it was never taken at all."""
        planner, history = self.planner, self.history
        following: dict[object, int] = {}

        def gain(arc: Arc) -> int:
            kind = self._kinds(arc)[which]
            if kind not in following:
                following[kind] = sum((before, kind) not in planner.followed for before in history)
                following[kind] += 100 * (arc.transition not in planner.taken)
                times = history[arc.row] + 1
                following[kind] += 3 * (1 < times <= OFTEN and (arc.row, times) not in planner.often)
            return following[kind]

        return gain

    def _next_path(self) -> list[Arc]:
        """A path to the nearest arc worth taking; to an end, if there is none or the scenario is long."""
        planner, graph = self.planner, self.graph
        if self.wanted is not None:
            last = self.case.history[-1].event if self.case.history else None
            if last is Event.REJECT_CANCELLATION and (path := planner.paths.to_confirmation(self.index)):
                return path  # it shows whether the verification was spent
            path = graph.path_to_new(self.index, self.wanted) if self.case.version < LONG else []
            return path or graph.path_to_new(self.index, self.wanted, to_end=True) or self._to_end()
        gains: list[Callable[[Arc], int]] = [
            *(self._gain((self.number + turn) % 3) for turn in range(3)),
            lambda arc: planner.new_values[arc.number],
        ]
        if self.path is None and self.case.version < LONG:
            for gain in gains:
                if path := graph.path(self.index, gain):
                    return path
            inner = graph.inner[self.case.facts.goal]
            aims = set(planner.random.sample(inner, min(4, len(inner))))
            if path := graph.path(self.index, lambda arc: arc.target in aims):
                return path
        is_new: list[Callable[[Arc], int]] = [
            lambda arc: arc.transition not in planner.taken,
            lambda arc: arc.category not in planner.categories,
        ]
        for gain in (*is_new, *gains):
            if path := graph.path(self.index, lambda arc: arc.target in graph.ends and gain(arc), to_end=True):  # noqa: B023
                return path
        return self._to_end()

    def _to_end(self) -> list[Arc]:
        """One arc nearer to an end."""
        distance = self.graph.distance_to_end
        arcs = self.graph.leaving[self.index]
        nearer = [arc for arc, target in arcs if distance.get(target, FAR) < distance.get(self.index, FAR)]
        return [self.planner.random.choice(nearer)]


def background_trials(goals: Collection[Goal], without: Collection[Event]) -> Iterator[PlannedScenario]:
    """The scenarios of the cases that a run opens first and leaves open, as far as these goals and events allow them."""
    goal = Goal.PLAN if Goal.PLAN in goals else next(iter(goals))
    for number, scenario in background_scenarios().items():
        known = tuple(takewhile(lambda each: each.event not in without, scenario.deliveries))
        yield PlannedScenario(number, Trial(scenario._replace(goal=goal, deliveries=known)))
