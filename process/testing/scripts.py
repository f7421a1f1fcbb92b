"""A cover as test scripts: a table, lines for ``run``, a file of pytest, or a sheet that a person ticks off."""

from __future__ import annotations

import json
from collections.abc import Iterator

from process.eventfile import dump
from process.model import Words
from process.records import Step
from process.testing.cover import Cover
from process.testing.scenarios import Exchange, Scenario

_HEAD = Words("取消分期与人脸验证：测试脚本", "Cancelling an installment plan and its face verification: test scripts")

_PYTEST = '''"""Trips that together take all that was asked for, with what must come of each event. Written by ``trips``.

They drive the model's own case. To test a back end, put an adapter in the place of Model: see process.testing.Backend.
"""

import json

import pytest

from process import Actor, Case, Event, Goal, ProcessError, State


class Model:
    def reset(self, case):
        self.case = case

    def apply(self, event, by, data):
        try:
            self.case.trigger(event, data, by=by)
        except ProcessError:
            return False
        return True

    def state(self):
        return self.case.state


BACKEND = Model()

# goal, then for each event: its name, by whom, what it carries, whether it is taken, and the state after it
TRIPS = """
@TRIPS@
"""


@pytest.mark.parametrize("line", TRIPS.split("\\n")[1:-1], ids=lambda line: "trip")
def test_every_event_of_the_trip_comes_out_as_it_must(line):
    trip = json.loads(line)
    BACKEND.reset(Case(goal=Goal(trip["goal"]), account=trip["account"], order=trip["order"]))
    for event, by, data, taken, state in trip["events"]:
        assert BACKEND.apply(Event(event), Actor(by), data) is taken, event
        assert State(BACKEND.state()) is State(state), event
'''


def summary(cover: Cover, lang: str) -> str:
    """How many trips and events, and how few could do."""
    trips, events = len(cover.trips), cover.events
    refused = sum(not isinstance(leg.answer, Step) for trip in cover.trips for leg in legs(trip))
    if lang == "zh":
        also = f"（其中 {refused} 个应被拒绝）" if refused else ""
        return (
            f"{trips} 次办理、{events} 个事件{also}覆盖全部 {cover.wanted} 项；"
            f"下界：{cover.fewest_trips} 次办理、{cover.fewest_events} 个事件。"
        )
    also = f" ({refused} of them to be refused)" if refused else ""
    return (
        f"{trips} trips with {events} events{also} cover all {cover.wanted}; "
        f"no set of trips has fewer than {cover.fewest_trips} trips or {cover.fewest_events} events."
    )


def legs(trip: Scenario, number: int = 1) -> list[Exchange]:
    return list(trip.legs(trip.open(number)))


def table(cover: Cover, lang: str) -> Iterator[str]:
    """A line for each trip: its number, length, goal, end, and events; a refused one in brackets."""
    for number, trip in enumerate(cover.trips, 1):
        made = legs(trip)
        names = [leg.delivery.event if isinstance(leg.answer, Step) else f"({leg.delivery.event})" for leg in made]
        goal, end = trip.goal.words.of(lang), made[-1].state.words.of(lang)
        yield f"{number:>3}  {len(made):>2}  {goal} → {end}"
        yield f"         {', '.join(names)}"


def jsonl(cover: Cover, lang: str) -> Iterator[str]:  # noqa: ARG001  # like the other formats
    """The lines that ``run`` reads, a case for each trip. What must be refused is left out: ``run`` ends with 1 there."""
    for number, trip in enumerate(cover.trips, 1):
        case = trip.play(number)
        yield from (line.rstrip("\n") for line in dump(case, case.case_id))


def pytest_file(cover: Cover, lang: str) -> Iterator[str]:  # noqa: ARG001
    """A file that pytest runs."""
    lines = []
    for number, trip in enumerate(cover.trips, 1):
        facts = trip.open(number).facts
        events = [
            [leg.delivery.event, leg.delivery.by, dict(leg.data), isinstance(leg.answer, Step), leg.state]
            for leg in legs(trip, number)
        ]
        made = {"goal": facts.goal, "account": facts.account, "order": facts.order, "events": events}
        lines.append(json.dumps(made, ensure_ascii=False))
    yield _PYTEST.replace("@TRIPS@", "\n".join(lines)).rstrip("\n")


def markdown(cover: Cover, lang: str) -> Iterator[str]:
    """A sheet for a person: a box to tick for each event, and what must come of it."""
    zh = lang == "zh"
    yield f"# {_HEAD.of(lang)}\n\n{summary(cover, lang)}"
    for number, trip in enumerate(cover.trips, 1):
        made = legs(trip, number)
        end = made[-1].state.words.of(lang)
        facts = trip.open(number).facts
        yield f"\n## {number}. {trip.goal.words.of(lang)} → {end}\n"
        yield (
            f"账号 `{facts.account}`，订单 `{facts.order}`\n"
            if zh
            else f"Account `{facts.account}`, order `{facts.order}`\n"
        )
        for leg in made:
            yield f"- [ ] {leg.words(lang)}"


FORMATS = {"table": table, "jsonl": jsonl, "pytest": pytest_file, "markdown": markdown}
