"""Checks that a back end does what the model does: drives it through an adapter and reports the first difference."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import count
from typing import NamedTuple

from process.exploration.expansion import row_taken
from process.exploration.explorer import explored_model
from process.model import MODEL, Event, Goal, Limits, State
from process.testing.backend import Backend, Connection
from process.testing.backend_comparison import Comparison, Difference, Trial
from process.testing.conformance_report import ConformanceReport, InsufficientCoverage, Mismatch
from process.testing.planning.arcs import RowFromState
from process.testing.planning.planner import PlannedScenario, Planner, background_trials
from process.testing.scenario import Exchange, Scenario
from process.testing.shrinking import shrink
from process.value_checks import short_repr

EVENTS, EVENTS_THOROUGH = 13_900, 100_000
OTHER_LIMITS = (Limits(1, 2), Limits(5, 4), Limits(11, 12))  # beside the model's
EARLIER = 4  # scenarios before the one that differs in which a fault may have begun


def check_conformance(
    backend: Backend,
    *,
    events: int | None = None,
    goals: Collection[Goal] = tuple(Goal),
    without: Collection[Event] = (),
    limits: Limits | None = None,
    transitions: float = 1.0,
    ends: float = 1.0,
    hostile: bool = True,
    repeats_accepted: bool = False,
    thorough: bool = False,
    shard: tuple[int, int] = (0, 1),
    seed: int = 0,
    lang: str = "en",
    loop: asyncio.AbstractEventLoop | None = None,
) -> ConformanceReport:
    """Drive *backend* through scenarios that the model chooses, and compare after every event.

    Args:
        backend: the adapter; its optional methods are compared too (see ``process.testing.Backend``). It may be ``async``.
        events: about how many to deliver, the refused ones among them. The default, 13,900, takes all fixed paths: each
            transition with what it leaves behind, all limits, every event many times. About 7,600 take every transition
            once; fewer than that end in InsufficientCoverage.
        goals: the goals of the cases.
        without: events that the back end does not have. They are never sent, and what needs them is not asked for.
        limits: the limits of the cases, for a back end with fixed limits; if left out, the model's and others in turn.
        transitions: the share, 0 to 1, of the possible transitions that the run must take.
        ends: the share of the possible ends that it must reach.
        hostile: whether to send malformed payloads too.
        repeats_accepted: the back end may answer a repeated delivery as accepted, if it changes nothing.
        thorough: deliver about 100,000 events, and cycles and wrong payloads often enough for a long memory to show.
        shard: ``(i, n)`` runs the part of number i, from 0, of n equal parts; all parts together are one run.
        seed: another number gives other scenarios; the same one the same.
        lang: the language of the report, ``"zh"`` or ``"en"``.
        loop: the running event loop to which an ``async`` adapter is bound; call this function in another thread then
            (``await asyncio.to_thread(check_conformance, adapter, loop=asyncio.get_running_loop())``).

    Raises:
        Mismatch: the back end does something else; with the shrunk scenario, in words and to replay.
        InsufficientCoverage: fewer transitions or ends than asked for.
        TypeError: the adapter lacks a method, or one bears almost the name of an optional one.
    """
    __tracebackhide__ = True
    if lang not in ("zh", "en"):
        raise ValueError(f'lang must be "zh" or "en", not {short_repr(lang)}')
    part, parts = shard
    if not 0 <= part < parts:
        raise ValueError(f"shard must be (i, n) with 0 <= i < n, not {short_repr(shard)}")
    wanted = tuple(goal for goal in Goal if goal in goals)
    events = events or (EVENTS_THOROUGH if thorough else EVENTS)
    with Connection(backend, loop) as connection:
        comparison = Comparison(connection, repeats_accepted=repeats_accepted, without=without)
        run = _Run(comparison, _Plan(frozenset(without), wanted, limits, hostile, thorough, seed), lang)
        for planned in background_trials(wanted, frozenset(without)):
            run.deliver(planned)
        for index, planned in enumerate(run.plan(events)):
            if index % parts == part:
                run.deliver(planned)
            else:
                run.skip(planned)
    possible, possible_ends = run.planner.graph.possible
    if len(run.taken) < transitions * len(possible) or len(run.reached) < ends * len(possible_ends):
        missed = tuple(sorted(possible - set(run.taken))), tuple(sorted(possible_ends - set(run.reached)))
        raise InsufficientCoverage(*missed, run.events, lang)
    return run.report()


class _Plan(NamedTuple):
    """The choices on which the scenarios of a run depend."""

    without: frozenset[Event]
    goals: tuple[Goal, ...]
    limits: Limits | None
    hostile: bool
    thorough: bool
    seed: int


@cache
def _planner(plan: _Plan) -> Planner:
    limits = plan.limits or MODEL.limits
    return Planner(
        explored_model(limits),
        goals=plan.goals,
        without=plan.without,
        other_limits=() if plan.limits else OTHER_LIMITS,
        hostile=plan.hostile,
        thorough=plan.thorough,
        seed=plan.seed,
    )


class _Run:
    """A run in progress: what was delivered so far."""

    def __init__(self, comparison: Comparison, plan: _Plan, lang: str) -> None:
        self.comparison, self.planner, self.lang = comparison, _planner(plan), lang
        self.machine = self.planner.exploration.machine
        self.taken: Counter[RowFromState] = Counter()
        self.reached: Counter[State] = Counter()
        self.restarted: set[RowFromState] = set()
        self.events = self.accepted = 0
        self.delivered: list[PlannedScenario] = []

    def deliver(self, planned: PlannedScenario) -> None:
        """Deliver the scenario; raise Mismatch if the back end differs."""
        __tracebackhide__ = True
        trial = planned.trial
        found = self.comparison.run(trial, planned.number, payloads=planned.payloads, note=self._note)
        if found is not None:
            raise self._mismatch(trial, found) from found.error
        self.delivered.append(planned)

    def skip(self, planned: PlannedScenario) -> None:
        """Count what the scenario takes, which another part of the run delivers."""
        scenario = planned.trial.scenario
        for exchange in scenario.exchanges(scenario.open(planned.number)):
            self._count(exchange)

    def _count(self, exchange: Exchange) -> RowFromState | None:
        if not exchange.is_accepted:
            return None
        row = row_taken(self.machine, exchange.before, exchange.delivery.event, exchange.delivery.by, exchange.data)
        transition = exchange.before.state, row
        self.taken[transition] += 1
        if self.machine.definition.states[exchange.state].end:
            self.reached[exchange.state] += 1
        return transition

    def _note(self, exchange: Exchange) -> bool:
        """Count the exchange; ask for a restart after each transition that is taken for the first time."""
        self.events += 1
        transition = self._count(exchange)
        if transition is None:
            return False
        self.accepted += 1
        is_new = transition not in self.restarted
        self.restarted.add(transition)
        return is_new

    # ----------------------------------------------------------------------------------------------- a difference found

    def _mismatch(self, trial: Trial, found: Difference) -> Mismatch:
        numbers = count(1_000_000)  # every try is a case of its own

        def run(tried: Trial) -> Difference | None:
            return self.comparison.run(tried, next(numbers))

        cut = trial if found.is_other else trial._replace(scenario=found.scenario)
        tries = [cut, cut._replace(restarts=True)] if "restart" in self.comparison.connection.hooks else [cut]
        tries += [cut._replace(other=earlier.trial.scenario) for earlier in self.delivered[: -EARLIER - 1 : -1]]
        for tried in tries if trial.other is None else tries[:2]:
            shrunk = shrink(tried, run, self.planner.exploration)
            if shrunk is not None:
                best, difference = shrunk.trial, shrunk.difference
                leaking = self._earlier_success(best, run) if best.other is None else None
                if difference.is_other and best.other is not None:
                    best = best._replace(scenario=best.other, other=best.scenario)
                other = leaking or best.other
                return Mismatch(
                    best.scenario,
                    difference.model,
                    difference.backend,
                    True,
                    self.lang,
                    other,
                    best.relation,
                    best.restarts,
                )
        return Mismatch(found.scenario, found.model, found.backend, False, self.lang)

    def _earlier_success(self, trial: Trial, run: Callable[[Trial], Difference | None]) -> Scenario | None:
        """The scenario after which the back end fails where it once did not; None if it always failed."""
        pattern = [(each.event, each.by) for each in trial.scenario.deliveries]
        for planned in reversed(self.delivered):
            earlier = planned.trial.scenario
            begin = earlier._replace(deliveries=earlier.deliveries[: len(pattern)])
            if earlier.goal is trial.scenario.goal and [(each.event, each.by) for each in begin.deliveries] == pattern:
                return self.delivered[-1].trial.scenario if run(Trial(begin)) is not None else None
        return None

    def plan(self, events: int) -> Iterator[PlannedScenario]:
        """The scenarios of the run: first pairs, if the adapter has ``select``, then about so many events."""
        if "select" in self.comparison.connection.hooks:
            yield from self.planner.pairs(events)
        planned_events = 0
        for planned in self.planner.scenarios():
            yield planned
            planned_events += len(planned.trial.scenario.deliveries)
            if planned_events >= events:
                return

    def report(self) -> ConformanceReport:
        """The report of a run without a difference."""
        hooks, facts = self.comparison.connection.hooks, tuple(self.comparison.facts)
        possible = len(self.planner.graph.possible[0])
        scenarios = len(self.delivered)
        return ConformanceReport(self.events, self.accepted, scenarios, self.taken, self.reached, possible, hooks, facts)
