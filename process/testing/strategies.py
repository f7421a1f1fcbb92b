"""The test kit for those who build on the process: Hypothesis strategies, and ``conformance`` for a back end of one's own.

Needs the extra ``testing``. All strategies are functions with keyword-only options; nothing is to be subclassed. They
shrink towards the plan alone as the goal, fewer events and the right payload. ::

    from hypothesis import given
    from process.testing.strategies import cases, events

    @given(cases(state=State.IN_SUPPORT))
    def test_an_agent_sees_every_case_in_support(case): ...
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
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
from process.exploration.explorer import Configuration, Edge, Exploration, explore
from process.model import MODEL, Actor, Event, Goal, Kind, Limits, State
from process.testing.conformance import Backend, InsufficientCoverage, Mismatch, Report, conformance
from process.testing.deliveries import Delivery, deliver, hostile, is_unusual, payload_of, variants
from process.testing.scenarios import Scenario, trip_of

__all__ = [
    "Backend",
    "Configuration",
    "Delivery",
    "InsufficientCoverage",
    "Mismatch",
    "Report",
    "Scenario",
    "cases",
    "configurations",
    "conformance",
    "events",
    "hostile_payloads",
    "trips",
]


@cache
def _explored(limits: Limits) -> Exploration:
    return explore(limits=limits)


def configurations(
    *, state: State | None = None, goals: Collection[Goal] = tuple(Goal), limits: Limits = MODEL.limits
) -> st.SearchStrategy[Configuration]:
    """Where a case can be: a state with facts, of all that any case can reach; the nearest to a beginning first.

    Args:
        state: only those in this state.
        goals: only those of cases with these goals.
        limits: those of the cases.
    """
    return st.sampled_from([_explored(limits).configurations[place] for place in _places(state, goals, limits)])


def trips(
    *,
    to: State | None = None,
    goals: Collection[Goal] = tuple(Goal),
    limits: Limits = MODEL.limits,
    refused: bool = False,
    detours: int = 2,
) -> st.SearchStrategy[Scenario]:
    """Trips that a case can make, from its opening on.

    Args:
        to: only those that end in this state; anywhere, if left out.
        goals: the goals of the cases.
        limits: those of the cases.
        refused: whether events that the model refuses are among them.
        detours: how many places at most the trip calls at before it heads for its last one.
    """
    return _trips(to, tuple(goals), limits, refused, detours)


def cases(
    *, state: State | None = None, goals: Collection[Goal] = tuple(Goal), limits: Limits = MODEL.limits, detours: int = 2
) -> st.SearchStrategy[Case]:
    """Real cases, with their history, that stand somewhere; in this *state*, if one is named. Options as for ``trips``."""
    return trips(to=state, goals=goals, limits=limits, detours=detours).map(Scenario.play)


def events(
    for_case: Case, *, accepted: bool | None = None, by: Collection[Actor] = tuple(Actor)
) -> st.SearchStrategy[Delivery]:
    """What may be delivered to the case now: every event, by everyone, with right, wrong, stale and unusual payloads.

    ``payload_of(case, delivery, {})`` in ``process.testing.deliveries`` gives what such a delivery carries.

    Args:
        for_case: a case as it stands; it is not moved.
        accepted: only what the case takes (True) or refuses (False).
        by: who raises them.
    """
    found = [
        Delivery(event, actor, label)
        for event in for_case.machine.definition.events
        for label, data in variants(for_case, event)
        for actor in by
        if accepted is None or for_case.may_trigger(event, data, by=actor) is accepted
    ]
    if not found:
        raise ValueError(f"{for_case!r} takes no event" if accepted else "there is nobody to raise an event")
    return st.sampled_from(sorted(found, key=lambda each: is_unusual(each.label)))


def hostile_payloads(event: Event | None = None) -> st.SearchStrategy[tuple[Event, dict[str, Any]]]:
    """An event and a payload that no case takes: something is missing, unknown, of the wrong type, too long or too large.

    Args:
        event: only this one.
    """
    named = [event] if event is not None else list(MODEL.events)
    return st.one_of([_hostile(each) for each in named])


def _hostile(event: Event) -> st.SearchStrategy[tuple[Event, dict[str, Any]]]:
    right = next(variants(Scenario(Goal.PLAN, ()).open(), event))[1]
    listed = st.sampled_from([payload for _, payload in hostile(MODEL, event, right)])
    texts = [name for name, field in MODEL.events[event].items() if field is Kind.REFERENCE]
    if not texts:
        return listed.map(lambda payload: (event, payload))
    unprintable = st.text(st.characters(categories=["Cc", "Cs", "Co", "Zl", "Zp"]), min_size=1, max_size=64)
    drawn = st.builds(lambda name, text: {**right, name: text}, st.sampled_from(texts), unprintable)
    return (listed | drawn).map(lambda payload: (event, payload))


@cache
def _places_in(state: State | None, goals: tuple[Goal, ...], limits: Limits) -> list[int]:
    found = _explored(limits).configurations
    return [
        place for place, each in enumerate(found) if (state is None or each.state is state) and each.facts.goal in goals
    ]


def _places(state: State | None, goals: Collection[Goal], limits: Limits) -> list[int]:
    places = _places_in(state, tuple(goals), limits)
    if not places:
        raise ValueError(f"no case with the goal {' or '.join(goals)} is ever in {state}")
    return places


@st.composite
def _trips(
    draw: st.DrawFn, to: State | None, goals: tuple[Goal, ...], limits: Limits, refused: bool, detours: int
) -> Scenario:
    exploration = _explored(limits)
    last = draw(st.sampled_from(_places(to, goals, limits)))
    goal = exploration.configurations[last].facts.goal
    here = next(
        place
        for place, edge in enumerate(exploration.predecessor)
        if edge is None and exploration.configurations[place].facts.goal is goal
    )
    back = _can_reach(limits, last)
    calls = sorted(place for place in back if exploration.configurations[place].facts.goal is goal)
    way: list[Edge] = []
    for place in [*draw(st.lists(st.sampled_from(calls), max_size=detours)), last]:
        onward = _way(limits, here, place)
        if onward is not None:
            way.extend(onward)
            here = place
    trip = trip_of(exploration, tuple(way), goal)
    return draw(_with_refused(trip)) if refused else trip


@st.composite
def _with_refused(draw: st.DrawFn, trip: Scenario) -> Scenario:
    case = trip.open()
    made: list[Delivery] = []
    for delivery in (*trip.deliveries, None):
        made.extend(draw(st.lists(events(case, accepted=False), max_size=2)))
        if delivery is not None:
            made.append(delivery)
            deliver(case, delivery, payload_of(case, delivery, {}))
    return trip._replace(deliveries=tuple(made))


@cache
def _can_reach(limits: Limits, place: int) -> frozenset[int]:
    return frozenset(_explored(limits).can_reach({place}))


def _way(limits: Limits, start: int, goal: int) -> list[Edge] | None:
    """A shortest way from one place to another; None if there is none."""
    exploration, waiting = _explored(limits), [start]
    edges: dict[int, Edge | None] = {start: None}
    for place in waiting:  # it grows on the way
        if place == goal:
            break
        for edge in exploration.outgoing[place]:
            if edge.target not in edges:
                edges[edge.target] = edge
                waiting.append(edge.target)
    if goal not in edges:
        return None
    way: list[Edge] = []
    while (last := edges[way[-1].source if way else goal]) is not None:
        way.append(last)
    return way[::-1]
