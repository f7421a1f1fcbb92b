"""Shortens a trial that shows a difference to the shortest found that still shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product

from process.exploration.expansion import canonical
from process.exploration.explorer import Exploration
from process.exploration.inputs import PAIR, RIGHT
from process.model import Event, Facts, Goal, Limits
from process.testing.comparison import Difference, Trial
from process.testing.scenario import Delivery, Scenario, scenario_of

TRIES = 200  # so that a slow back end is not driven for minutes
LOOPS = 30  # of them that are left out by way of trial, one after the other
MOST_CYCLES = 4  # events that a count may depend on, tried in turn


@dataclass
class Shrunk:
    """The shortest failing trial, and its difference."""

    trial: Trial
    difference: Difference


def shrink(trial: Trial, run: Callable[[Trial], Difference | None], exploration: Exploration) -> Shrunk | None:
    """Return the shortest failing trial found; None if *trial* itself does not fail when it is run again."""
    found = run(trial)
    if found is None:
        return None
    shrinker = _Shrinker(Shrunk(_cut(trial, found), found), run, exploration)
    shrinker.shrink()
    if again := run(shrinker.best.trial):  # so that what a person reads belongs to the last run
        shrinker.best.difference = again
    return shrinker.best


def _cut(trial: Trial, found: Difference) -> Trial:
    """The trial up to the delivery that differs."""
    if not found.is_other:
        return trial._replace(scenario=found.scenario)
    if trial.relation in ("before", "same order"):
        return Trial(found.scenario, restarts=trial.restarts)
    return trial._replace(other=found.scenario)


class _Shrinker:
    def __init__(self, best: Shrunk, run: Callable[[Trial], Difference | None], exploration: Exploration) -> None:
        self.best, self.run, self.exploration, self.left = best, run, exploration, TRIES

    def shrink(self) -> None:
        self._simpler(self._trial._replace(restarts=False))
        self._simpler(Trial(self._trial.scenario, restarts=self._trial.restarts))
        self._simplify_other()
        if not self._scenario.deliveries:
            return
        self._shorter(without_refused(self._scenario))
        any(self._shorter(tried) for tried in _in_another_state(self._scenario, self.exploration))
        for _ in range(2):
            if any(self._shorter(tried) for tried in _in_a_similar_configuration(self._scenario, self.exploration)):
                break
            self._repeat_cycles()
            any(self._shorter(tried) for tried in _by_a_shorter_path(self._scenario, self.exploration))
            while any(self._shorter(tried) for tried in islice(_without_a_loop(self._scenario), LOOPS)):
                pass
            self._remove_deliveries()
        self._simplify_values()
        for goal in Goal:
            self._shorter(self._scenario._replace(goal=goal))

    @property
    def _trial(self) -> Trial:
        return self.best.trial

    @property
    def _scenario(self) -> Scenario:
        return self.best.trial.scenario

    def _simpler(self, tried: Trial) -> bool:
        """Run the trial if it is simpler; if it fails too, keep it as the best one and return True."""
        if self.left == 0 or tried == self._trial or _size(tried) >= _size(self._trial):
            return False
        self.left -= 1
        found = self.run(tried)
        if found is None or _size(cut := _cut(tried, found)) >= _size(self._trial):
            return False
        self.best = Shrunk(cut, found)
        return True

    def _shorter(self, tried: Scenario) -> bool:
        if not self.left or _refused(tried) > _refused(self._scenario):  # an event was left out on which later ones rest
            return False
        return self._simpler(self._trial._replace(scenario=tried))

    def _remove_deliveries(self) -> None:
        for size in (256, 64, 16, 8, 4, 2, 1):
            start = len(self._scenario.deliveries) - 1 - size
            while start >= 0 and self.left:
                self._shorter(_without(self._scenario, start, start + size))
                start = min(start - max(1, size // 8), len(self._scenario.deliveries) - 1 - size)

    def _simplify_other(self) -> None:
        if (other := self._trial.other) is None:
            return
        self._simpler(self._trial._replace(other=without_refused(other)))
        for size in (32, 16, 8, 4, 2, 1):
            start = len(self._trial.other.deliveries) - size if self._trial.other else -1
            while start >= 0 and self._trial.other and self.left > TRIES // 2:
                self._simpler(self._trial._replace(other=_without(self._trial.other, start, start + size)))
                start = min(start - size, len(self._trial.other.deliveries) - size) if self._trial.other else -1

    def _simplify_values(self) -> None:
        scenario = self._scenario
        self._shorter(scenario._replace(shapes=("plain", "plain")))
        self._shorter(scenario._replace(limits=Limits()))
        *earlier, last = self._scenario.deliveries
        plain = tuple(each._replace(variant=RIGHT) for each in earlier)
        self._shorter(self._scenario._replace(deliveries=(*plain, last)))
        for part in last.variant.split(PAIR) if PAIR in last.variant else ():
            self._shorter(
                self._scenario._replace(deliveries=(*self._scenario.deliveries[:-1], last._replace(variant=part)))
            )
        for index, delivery in enumerate(self._scenario.deliveries):
            if delivery.variant != RIGHT and index < len(self._scenario.deliveries):
                changed = [*self._scenario.deliveries]
                changed[index] = changed[index]._replace(variant=RIGHT)
                self._shorter(self._scenario._replace(deliveries=tuple(changed)))

    def _repeat_cycles(self) -> None:
        """A count that decides: the shortest path and k times the shortest cycle through an event, with the least k."""
        for event, times in _repeated_events(self._scenario)[:MOST_CYCLES]:
            cycled = _cycled(self._scenario, event, self.exploration)
            if cycled is None or not self._shorter(cycled(times)):
                continue
            low, high = 0, times  # it fails with *high*, and is not known to fail with *low*
            while high - low > 1:
                middle = (low + high) // 2
                if self._shorter(cycled(middle)):
                    high = middle
                else:
                    low = middle


def _size(trial: Trial) -> tuple[int, ...]:
    scenario, other = trial.scenario, trial.other
    both = (scenario, other) if other else (scenario,)
    return (
        sum(len(each.deliveries) for each in both) + (100 if other else 0) + 50 * trial.restarts,
        sum(_differing_fields(delivery) for each in both for delivery in each.deliveries),
        sum(shape != "plain" for each in both for shape in each.shapes),
        int(scenario.limits != Limits()),
        list(Goal).index(scenario.goal),
    )


def _differing_fields(delivery: Delivery) -> int:
    return 0 if delivery.variant == RIGHT else delivery.variant.count(PAIR) + 1


def _refused(scenario: Scenario) -> int:
    return sum(not each.is_accepted for each in scenario.exchanges(scenario.open()))


def without_refused(scenario: Scenario) -> Scenario:
    """The scenario without what the model refuses, but for the last delivery."""
    exchanges = list(scenario.exchanges(scenario.open()))
    kept = [each.delivery for each in exchanges[:-1] if each.is_accepted]
    return scenario._replace(deliveries=(*kept, *scenario.deliveries[-1:]))


def _without(scenario: Scenario, start: int, end: int) -> Scenario:
    """The scenario without these deliveries, and without those that the model answers otherwise when they are missing."""
    answers = [each.is_accepted for each in scenario.exchanges(scenario.open())]
    case, kept = scenario.open(), list[Delivery]()
    for index, delivery in enumerate(scenario.deliveries):
        if start <= index < end:
            continue
        events = case.machine.compiled_events
        data = delivery.payload(case)
        is_accepted = events[delivery.event].decide(case.state, case.facts, delivery.by, dict(data)) is not None
        if is_accepted == answers[index] or index == len(scenario.deliveries) - 1:
            kept.append(delivery)
            delivery.deliver(case, data)
    return scenario._replace(deliveries=tuple(kept))


def _in_a_similar_configuration(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last delivery alone, in the same state with at most two of the facts as they were; the nearest first."""
    before = list(scenario.exchanges(scenario.open()))[-1].before
    facts = before.facts._replace(face_limit=_limits(exploration).face, other_limit=_limits(exploration).other)
    try:
        here = exploration.configurations[exploration.index(before.state, facts)]
    except KeyError:  # other limits than those that were explored
        return
    alike = {frozenset(chosen) for size in range(3) for chosen in combinations(range(len(Facts._fields)), size)}
    found: set[int] = set()
    for index, each in enumerate(exploration.configurations):  # the nearest to a start first
        if each.state is here.state:
            shared = {at for at, pair in enumerate(zip(each.facts, here.facts, strict=True)) if pair[0] == pair[1]}
            new = {chosen for chosen in alike if chosen <= shared}
            alike -= new
            found |= {index} if new else set()
    for index in sorted(found):
        path = exploration.path_to(index)
        goal = exploration.goal_of(path, index)
        deliveries = (*scenario_of(exploration, path, goal).deliveries, scenario.deliveries[-1])
        yield scenario._replace(goal=goal, deliveries=deliveries)


def _in_another_state(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last delivery alone, in any state with one of the facts as it was, the nearest first; grosser errors, too."""
    last = scenario.deliveries[-1]
    before = canonical(list(scenario.exchanges(scenario.open()))[-1].before.facts)
    start = exploration.configurations[exploration.starts[0]].facts
    changed = [at for at, pair in enumerate(zip(before, start, strict=True)) if pair[0] != pair[1]]
    nearest = {exploration.first(lambda each: each.facts[at] == before[at]) for at in changed}  # noqa: B023
    grosser = [last._replace(variant=variant) for variant in _grosser(last)]
    try:
        here = exploration.index(*list(scenario.exchanges(scenario.open()))[-1].before)
    except KeyError:
        here = None
    for index, delivery in product(sorted(filter(None, {*nearest, here})), (*grosser, last)):
        path = exploration.path_to(index)
        if len(path) < len(scenario.deliveries):
            goal = exploration.goal_of(path, index)
            yield scenario._replace(goal=goal, deliveries=(*scenario_of(exploration, path, goal).deliveries, delivery))
    yield from (scenario._replace(deliveries=(*scenario.deliveries[:-1], delivery)) for delivery in grosser)


def _grosser(delivery: Delivery) -> list[str]:
    """Variants that are wrong in the same field, and in every case."""
    gross = {"account": "another", "order": "another", "quote": "stale", "attempt": "unknown"}
    name = delivery.variant.partition(": ")[0]
    return [variant] if name in gross and (variant := f"{name}: {gross[name]}") != delivery.variant else []


def _limits(exploration: Exploration) -> Limits:
    facts = exploration.configurations[0].facts
    return Limits(facts.face_limit, facts.other_limit)


def _without_a_loop(scenario: Scenario) -> Iterator[Scenario]:
    """Without what lies between two visits to the same state; the longest of that first."""
    states = [each.before.state for each in scenario.exchanges(scenario.open())]
    loops = [
        (start - end, start, end) for start, end in combinations(range(len(states)), 2) if states[start] is states[end]
    ]
    for _, start, end in sorted(loops):
        yield scenario._replace(deliveries=scenario.deliveries[:start] + scenario.deliveries[end:])


def _by_a_shorter_path(scenario: Scenario, exploration: Exploration) -> Iterator[Scenario]:
    """The last deliveries as they are, and before them the shortest path to where they begin; few of them first."""
    exchanges = list(scenario.exchanges(scenario.open()))
    for kept in (1, 2, 3, 5, 8, 11, 15, 20, 26, 34, 45):
        start = len(exchanges) - kept
        if start <= 0:
            return
        try:
            index = exploration.index(*exchanges[start].before)
        except KeyError:
            return
        path = scenario_of(exploration, exploration.path_to(index), scenario.goal).deliveries
        if len(path) < start:
            yield scenario._replace(deliveries=(*path, *scenario.deliveries[start:]))


def _repeated_events(scenario: Scenario) -> list[tuple[Event, int]]:
    """The events that are accepted several times, each with its count; the last delivery's first, then by count."""
    counts: dict[Event, int] = {}
    for each in scenario.exchanges(scenario.open()):
        if each.is_accepted:
            counts[each.delivery.event] = counts.get(each.delivery.event, 0) + 1
    last = scenario.deliveries[-1].event
    found = [(event, times) for event, times in counts.items() if times > 1]
    return sorted(found, key=lambda each: (each[0] is not last, -each[1]))


def _cycled(scenario: Scenario, event: Event, exploration: Exploration) -> Callable[[int], Scenario] | None:
    """The shortest path to a cycle through the event, the cycle so many times, and on to the last delivery."""
    last = list(scenario.exchanges(scenario.open()))[-1].before
    configurations, component = exploration.configurations, exploration.components
    cyclic = [
        edge
        for edge in exploration.edges
        if edge.event is event
        and component[edge.source] == component[edge.target]
        and configurations[edge.source].facts.goal is scenario.goal
    ]
    if not cyclic:
        return None
    edge = min(cyclic, key=lambda each: exploration.depths[each.source])
    back = exploration.path_between(edge.target, {edge.source}) or ()
    same_state = {index for index, each in enumerate(configurations) if each.state is last.state}
    alike = {index for index in same_state if configurations[index].facts.quote_status is last.facts.quote_status}
    onward = exploration.path_between(edge.source, alike) or exploration.path_between(edge.source, same_state) or ()
    before, cycle, after = (
        scenario_of(exploration, tuple(path), scenario.goal).deliveries
        for path in (exploration.path_to(edge.source), (edge, *back), onward)
    )
    return lambda times: scenario._replace(deliveries=(*before, *cycle * times, *after, scenario.deliveries[-1]))
