"""Random events go to a Case and to a second, plain reading of the description: they never differ."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from process import MACHINE, MODEL, Actor, Case, Event, Goal, Limits, ProcessError, State
from process.exploration import Exploration, explore
from process.exploration.inputs import all_inputs
from process.model import Facts, Kind
from process.testing.scenario import scenario_of
from tests.support import plain_reading
from tests.support.thorough import counts

HAPPENING = {
    state: tuple(event for event, compiled in MACHINE.compiled_events.items() if state in compiled.transitions_from)
    for state in MODEL.states
}
LEAVING = (Event.ABANDON, Event.TIME_OUT, Event.REPORT_PLAN_ENDED)
CURRENCIES = ("CNY", "CNY", "USD")


def a_payload(event: Event, facts: Facts, chance: Random) -> dict[str, Any]:
    """Return a payload of the right types whose references are often, but not always, the ones that fit."""
    data: dict[str, Any] = {}
    for name, kind in MODEL.events[event].items():
        if not isinstance(kind, Kind):
            data[name] = chance.choice(list(kind))
        elif kind is Kind.MONEY:
            data[name] = chance.choice((facts.fee or 0, 0, 100))
        elif kind is Kind.CURRENCY:
            data[name] = facts.currency if facts.currency and chance.random() < 0.7 else chance.choice(CURRENCIES)
        elif kind is Kind.ATTEMPT:
            data[name] = max(1, facts.attempt - (chance.random() < 0.2))
        elif name == "quote":
            old = [reference for reference in (facts.quote, facts.quote, facts.rejected_quote) if reference]
            data[name] = chance.choice((*old, f"quote-{chance.randrange(4)}"))
        elif name == "consent":
            data[name] = chance.choice(("consent", "consent", None))
        else:
            right = {"account": facts.account, "order": facts.order}.get(name, "any")
            data[name] = right if chance.random() < 0.9 else "another"
    return data


def as_the_plain_reading_has_it(state: State, facts: Facts) -> dict[str, Any]:
    return {
        "state": state.value,
        "goal": facts.goal.value,
        "account": facts.account,
        "order": facts.order,
        "identity": facts.identity and facts.identity.value,
        "offer": None if facts.quote is None else (facts.quote, facts.fee, facts.currency),
        "status": facts.quote_status and facts.quote_status.value,
        "rejected": facts.rejected_quote,
        "settled": facts.settled and facts.settled.value,
        "removed": facts.face_removed,
        "left": {
            "face_verification": facts.face_limit - facts.face_attempts,
            "other_verification": facts.other_limit - facts.other_attempts,
        },
        "attempt": facts.attempt,
    }


@pytest.mark.parametrize(
    "limits", [Limits(1, 1), Limits(0, 1), pytest.param(Limits(3, 3), marks=pytest.mark.thorough)], ids=str
)
def test_every_event_in_every_configuration_comes_out_as_the_plain_reading_has_it(limits: Limits) -> None:
    for state, facts in explore(limits=limits).configurations:
        plain = as_the_plain_reading_has_it(state, facts)
        for event, by, variant, data in all_inputs(MODEL, facts):
            expected = plain_reading.after(plain, event.value, by.value, data)
            outcome = MACHINE.compiled_events[event].decide(state, facts, by, data)
            found = None if outcome is None else as_the_plain_reading_has_it(*outcome)
            assert found == expected, (event, by, variant, plain)


@counts("events", 5_000, 1_000_000)
def test_a_case_and_a_plain_reading_of_the_description_never_differ(exploration: Exploration, events: int) -> None:
    """Half of the cases go on from a configuration of the exploration: few random events lead far."""
    chance = Random(2026)  # noqa: S311  # test data
    tried, left = 0, set[State]()
    while tried < events:
        if chance.random() < 0.5:
            index = chance.randrange(len(exploration.configurations))
            path = exploration.path_to(index)
            case = scenario_of(exploration, path, exploration.goal_of(path, index)).play()
            plain = as_the_plain_reading_has_it(case.state, case.facts)
        else:
            goal, limits = chance.choice(list(Goal)), Limits(chance.randrange(4), chance.randint(1, 3))
            case = Case(goal=goal, account="account", order="order", limits=limits)
            plain = plain_reading.opened(goal.value, "account", "order", limits.face, limits.other)
        most = case.version + 60
        while not case.is_done and tried < events and case.version < most:
            tried += 1
            left.add(case.state)
            likely = HAPPENING[case.state] if chance.random() < 0.8 else tuple(Event)
            if chance.random() < 0.85:  # what ends a case early comes seldom
                likely = tuple(each for each in likely if each not in LEAVING) or likely
            event = chance.choice(likely)
            by = chance.choice(MODEL.actors[event]) if chance.random() < 0.9 else chance.choice(list(Actor))
            data = a_payload(event, case.facts, chance)
            expected = plain_reading.after(plain, event.value, by.value, data)
            try:
                case.trigger(event, data, by=by)
            except ProcessError:
                assert expected is None, (event, by, data, plain)
            else:
                assert expected == as_the_plain_reading_has_it(case.state, case.facts), (event, by, data, plain)
                plain = expected
    assert left == set(MODEL.states) - set(MODEL.ends)
