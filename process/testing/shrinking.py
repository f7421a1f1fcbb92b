"""Shortens a trial that shows a difference to the shortest found that still shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

from process.exploration.explorer import Exploration
from process.exploration.inputs import PAIR, RIGHT
from process.model import Goal, Limits
from process.testing import shrinking_candidates
from process.testing.backend_comparison import Difference, Trial
from process.testing.scenario import Delivery, Scenario

TRIES, MOST_TRIES = 200, 1_500  # the first ones are always made
SECONDS = 20  # and the others within this time, so that a slow back end is not driven for minutes
ROUNDS = 4
MOST_CYCLES = 4  # events that a count may depend on, tried in turn
SIZES = (64, 16, 8, 4, 2, 1)  # deliveries in a row that are left out by way of trial


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
    shrinker = _Shrinker(Shrunk(_up_to_difference(trial, found), found), run, exploration)
    shrinker.shrink()
    if again := run(shrinker.best.trial):  # so that what a person reads belongs to the last run
        shrinker.best.difference = again
    return shrinker.best


def _up_to_difference(trial: Trial, found: Difference) -> Trial:
    """The trial up to the delivery that differs."""
    if not found.is_other:
        return trial._replace(scenario=found.scenario)
    if trial.relation in ("before", "same order"):
        return Trial(found.scenario, restarts=trial.restarts)
    return trial._replace(other=found.scenario)


class _Shrinker:
    def __init__(self, best: Shrunk, run: Callable[[Trial], Difference | None], exploration: Exploration) -> None:
        self.best, self.run, self.exploration = best, run, exploration
        self.tried: set[Trial] = set()
        self.until = monotonic() + SECONDS

    def shrink(self) -> None:
        self._simpler(self._trial._replace(restarts=False))
        self._simpler(Trial(self._trial.scenario, restarts=self._trial.restarts))
        self._simplify_other()
        if not self._scenario.deliveries:
            return
        self._first(shrinking_candidates.fewer_refused(self._scenario))
        self._first(self._more_plainly_wrong())
        for _ in range(ROUNDS):
            before = _trial_size(self._trial)
            self._shorten()
            self._first(shrinking_candidates.with_an_earlier_end(self._scenario, self.exploration))
            if _trial_size(self._trial) == before:
                break
        self._simplify_values()
        for goal in Goal:
            self._shorter(self._scenario._replace(goal=goal))

    def _shorten(self) -> None:
        self._first(shrinking_candidates.by_another_path(self._scenario, self.exploration))
        self._repeat()
        self._first(shrinking_candidates.by_a_shorter_way_on(self._scenario, self.exploration))
        while self._first(shrinking_candidates.without_a_loop(self._scenario)):
            pass
        self._remove_deliveries()

    @property
    def _trial(self) -> Trial:
        return self.best.trial

    @property
    def _scenario(self) -> Scenario:
        return self.best.trial.scenario

    def _may_try(self) -> bool:
        return len(self.tried) < TRIES or (len(self.tried) < MOST_TRIES and monotonic() < self.until)

    def _simpler(self, tried: Trial) -> bool:
        """Run the trial if it is simpler; if it fails too, keep it as the best one and return True."""
        if not self._may_try() or tried in self.tried or _trial_size(tried) >= _trial_size(self._trial):
            return False
        self.tried.add(tried)
        found = self.run(tried)
        if found is None or _trial_size(cut := _up_to_difference(tried, found)) >= _trial_size(self._trial):
            return False
        self.best = Shrunk(cut, found)
        return True

    def _shorter(self, tried: Scenario) -> bool:
        return self._simpler(self._trial._replace(scenario=tried))

    def _first(self, tried: Iterable[Scenario]) -> bool:
        """Keep the first of these that fails too; return True if one does."""
        return any(self._shorter(each) for each in tried)

    def _more_plainly_wrong(self) -> Iterable[Scenario]:
        *before, last = self._scenario.deliveries
        return (
            self._scenario._replace(deliveries=(*before, each)) for each in shrinking_candidates.more_plainly_wrong(last)
        )

    def _remove_deliveries(self) -> None:
        for size in SIZES:
            start = len(self._scenario.deliveries) - 1 - size
            while start >= 0 and self._may_try():
                self._shorter(shrinking_candidates.without(self._scenario, start, start + size))
                start = min(start - max(1, size // 8), len(self._scenario.deliveries) - 1 - size)

    def _simplify_other(self) -> None:
        if (other := self._trial.other) is None:
            return
        self._simpler(self._trial._replace(other=next(shrinking_candidates.fewer_refused(other), other)))
        for size in SIZES:
            start = len(self._trial.other.deliveries) - size if self._trial.other else -1
            while start >= 0 and self._trial.other and len(self.tried) < TRIES // 2:
                self._simpler(
                    self._trial._replace(other=shrinking_candidates.without(self._trial.other, start, start + size))
                )
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

    def _repeat(self) -> None:
        """Repeat what is refused, or a shortest cycle, on a shortest path as few times as will do: a count may decide."""
        for repeat_refused, times in list(shrinking_candidates.with_refused_repeated(self._scenario, self.exploration)):
            self._fewest(repeat_refused, times)
        for event, times in shrinking_candidates.repeated_events(self._scenario)[:MOST_CYCLES]:
            repeat = shrinking_candidates.cycled(self._scenario, event, self.exploration)
            if repeat is not None:
                self._fewest(repeat, times)

    def _fewest(self, repeated: Callable[[int], Scenario], times: int) -> None:
        """Keep the scenario with the fewest repetitions, if it fails with so many."""
        if not self._shorter(repeated(times)):
            return
        low, high = 0, times  # it fails with *high*, and is not known to fail with *low*
        while high - low > 1:
            middle = (low + high) // 2
            if self._shorter(repeated(middle)):
                high = middle
            else:
                low = middle


def _trial_size(trial: Trial) -> tuple[int, ...]:
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
