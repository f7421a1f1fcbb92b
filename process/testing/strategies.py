"""Hypothesis strategies for configurations, cases, scenarios, events and hostile payloads.

All are functions with keyword-only options; nothing is to be subclassed. They shrink towards the plan alone as the goal,
fewer events and the right payload. ::

    from hypothesis import given
    from process.testing import cases

    @given(cases(state=State.IN_SUPPORT))
    def test_an_agent_sees_every_case_in_support(case): ...
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    if missing.name not in (None, "hypothesis"):
        raise
    raise ModuleNotFoundError(
        'process.testing 需要 hypothesis，请运行 · needs hypothesis; run: pip install "installment-cancellation[testing]"',
        name="hypothesis",
    ) from None

from process.case import Case
from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, explored_model
from process.exploration.graph import shortest_path
from process.exploration.inputs import RIGHT
from process.model import MODEL, Actor, Event, Goal, Kind, Limits, State
from process.testing.malformed import malformed_payloads
from process.testing.payload_variants import variant_payload, well_formed
from process.testing.scenario import Delivery, Scenario, scenario_of

__all__ = ["cases", "configurations", "events", "hostile_payloads", "scenarios"]


class _WalkGraph:
    """The explored graph with one edge at most between two configurations, and what can be reached from each."""

    def __init__(self, limits: Limits) -> None:
        self.exploration = explored_model(limits)
        self.configurations = self.exploration.configurations
        edges = [{edge.target: edge for edge in reversed(outgoing)} for outgoing in self.exploration.outgoing]
        self.leaving = [[(edge, target) for target, edge in each.items()] for each in edges]
        self.component = self.exploration.components
        self.reached = dict.fromkeys(self.component.values(), 0)
        """For each component those that can be reached from it, as the bits of a number."""
        for index in sorted(self.component, key=lambda each: -self.component[each]):  # what is reached comes first
            here = self.component[index]
            self.reached[here] |= 1 << here
            for _, target in self.leaving[index]:
                self.reached[here] |= self.reached[self.component[target]]

    def leads_to(self, start: int, target: int) -> bool:
        return bool(self.reached[self.component[start]] >> self.component[target] & 1)

    def path(self, start: int, target: int) -> tuple[Edge, ...]:
        """A shortest path from the one to the other, to which it leads."""
        if start == target:
            return ()
        return shortest_path((start,), self.leaving.__getitem__, lambda edge: edge.target == target) or ()


@cache
def _explored(limits: Limits) -> _WalkGraph:
    return _WalkGraph(limits)


def configurations(
    *, state: State | None = None, goals: Collection[Goal] = tuple(Goal), limits: Limits = MODEL.limits
) -> st.SearchStrategy[Configuration]:
    """The configurations, each a state with facts, that a case can reach; the nearest to a start first.

    Args:
        state: only those in this state.
        goals: only those of cases with these goals.
        limits: the limits of the cases.
    """
    return st.sampled_from([_explored(limits).configurations[index] for index in _indices(state, goals, limits)])


def scenarios(
    *,
    to: State | None = None,
    goals: Collection[Goal] = tuple(Goal),
    limits: Limits = MODEL.limits,
    refused: bool = False,
    detours: int = 2,
) -> st.SearchStrategy[Scenario]:
    """Scenarios of a case, from its opening on.

    Args:
        to: only those that end in this state; in any, if left out.
        goals: the goals of the cases.
        limits: the limits of the cases.
        refused: whether events that the model refuses are among them.
        detours: the greatest number of configurations that the scenario visits before it heads for its last one.
    """
    _indices(to, goals, limits)  # the search of the model is no part of an example
    return _scenarios(to, tuple(goals), limits, refused, detours)


def cases(
    *, state: State | None = None, goals: Collection[Goal] = tuple(Goal), limits: Limits = MODEL.limits, detours: int = 2
) -> st.SearchStrategy[Case]:
    """Real cases, with their history; in this *state*, if one is named. Options as for ``scenarios``."""
    return scenarios(to=state, goals=goals, limits=limits, detours=detours).map(Scenario.play)


def events(
    for_case: Case, *, accepted: bool | None = None, by: Collection[Actor] = tuple(Actor)
) -> st.SearchStrategy[Delivery]:
    """The deliveries that the case may get now: every event, by everyone, with right, wrong and unusual payloads.

    ``delivery.payload(case)`` gives the payload of a delivery.

    Args:
        for_case: a case as it stands; it is not moved.
        accepted: only what the case accepts (True) or refuses (False).
        by: the actors who raise them.
    """
    model, actors = for_case.machine.definition, tuple(by)
    if accepted is not True:  # every event is refused with some payload, so each can be drawn before it is looked at
        if not actors:
            raise ValueError("by is empty: no actor can raise an event")
        return st.sampled_from(list(model.events)).flatmap(
            lambda event: st.sampled_from(_deliveries(for_case, event, actors, accepted))
        )
    found = [each for event in for_case.allowed_events() for each in _deliveries(for_case, event, actors, True)]
    if not found:
        raise ValueError(f"{for_case!r} takes no event")
    return st.sampled_from(sorted(found, key=lambda each: each.variant != RIGHT))


def _deliveries(case: Case, event: Event, actors: tuple[Actor, ...], accepted: bool | None) -> list[Delivery]:
    compiled = case.machine.compiled_events[event]
    named = {by for row in compiled.transitions_from.get(case.state, ()) for by in row.by}  # all others are refused
    variants = list(well_formed(case, event))
    right = variants[0][1]
    if accepted is not True:
        variants.append(next(iter(malformed_payloads(case.machine.definition, event, right))))

    def is_accepted(by: Actor, data: dict[str, Any]) -> bool:
        return by in named and compiled.decide(case.state, case.facts, by, dict(data)) is not None

    return [
        Delivery(event, actor, variant)
        for variant, data in variants
        for actor in actors
        if accepted is None or is_accepted(actor, data) is accepted
    ]


def hostile_payloads(event: Event | None = None) -> st.SearchStrategy[tuple[Event, dict[str, Any]]]:
    """An event and a payload that no case takes: something is missing, unknown, of the wrong type, too long or too large.

    Args:
        event: only this one.
    """
    named = [event] if event is not None else list(MODEL.events)
    return st.one_of([_hostile(each) for each in named])


def _hostile(event: Event) -> st.SearchStrategy[tuple[Event, dict[str, Any]]]:
    right = variant_payload(Scenario(Goal.PLAN, ()).open(), event)
    listed = st.sampled_from([each for _, each in malformed_payloads(MODEL, event, right)])
    texts = [name for name, field in MODEL.events[event].items() if field is Kind.REFERENCE]
    if not texts:
        return listed.map(lambda each: (event, each))
    unprintable = st.text(st.characters(categories=["Cc", "Cs", "Co", "Zl", "Zp"]), min_size=1, max_size=64)
    drawn = st.builds(lambda name, text: {**right, name: text}, st.sampled_from(texts), unprintable)
    return (listed | drawn).map(lambda each: (event, each))


@cache
def _indices_in(state: State | None, goals: tuple[Goal, ...], limits: Limits) -> list[int]:
    found = _explored(limits).configurations
    return [
        index for index, each in enumerate(found) if (state is None or each.state is state) and each.facts.goal in goals
    ]


def _indices(state: State | None, goals: Collection[Goal], limits: Limits) -> list[int]:
    indices = _indices_in(state, tuple(goals), limits)
    if not indices:
        raise ValueError(f"no case with the goal {' or '.join(goals)} is ever in {state}")
    return indices


@st.composite
def _scenarios(
    draw: st.DrawFn, to: State | None, goals: tuple[Goal, ...], limits: Limits, refused: bool, detours: int
) -> Scenario:
    graph = _explored(limits)
    last = draw(st.sampled_from(_indices(to, goals, limits)))
    goal = graph.configurations[last].facts.goal
    here = next(index for index in graph.exploration.starts if graph.configurations[index].facts.goal is goal)
    path: list[Edge] = []
    for index in [*draw(st.lists(st.sampled_from(_leading_to(limits, last)), max_size=detours)), last]:
        if graph.leads_to(here, index):
            path.extend(graph.path(here, index))
            here = index
    scenario = scenario_of(graph.exploration, tuple(path), goal)
    return draw(_with_refused(scenario)) if refused else scenario


@st.composite
def _with_refused(draw: st.DrawFn, scenario: Scenario) -> Scenario:
    case = scenario.open()
    made: list[Delivery] = []
    for delivery in (*scenario.deliveries, None):
        if draw(st.integers(0, 3)) == 3:
            event, by = draw(st.sampled_from(list(case.machine.definition.events))), draw(st.sampled_from(Actor))
            rows = case.machine.compiled_events[event].transitions_from.get(case.state, ())
            may = any(by in row.by for row in rows)  # if not, the right payload is refused, too
            made.append(draw(st.sampled_from(_deliveries(case, event, (by,), False))) if may else Delivery(event, by))
        if delivery is not None:
            made.append(delivery)
            delivery.deliver(case, delivery.payload(case))
    return scenario._replace(deliveries=tuple(made))


@lru_cache(1024)
def _leading_to(limits: Limits, last: int) -> list[int]:
    """The configurations of the same goal from which the last one can be reached, the nearest to a start first."""
    graph = _explored(limits)
    goal = graph.configurations[last].facts.goal
    return [index for index in _indices_in(None, (goal,), limits) if graph.leads_to(index, last)]
