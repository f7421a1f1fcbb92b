"""A suite in four formats: a table, lines for ``run``, a file of pytest, or a sheet that a person ticks off."""

from __future__ import annotations

import json
from collections.abc import Iterator

from process.eventfile import dump
from process.model import Words
from process.testing.minimal_suites import Suite
from process.testing.scenario import Exchange, Scenario

_HEAD = Words("取消分期与人脸验证：测试脚本", "Cancelling an installment plan and its face verification: test scripts")

_PYTEST = '''"""Scenarios that together cover what was asked for, each event with its outcome. Written by ``scenarios``.

They drive the model's own case. To test a back end, put an adapter in place of Model: see process.testing.Backend.
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

# goal, then for each event: its name, actor and payload, whether it is accepted, and the state after it
SCENARIOS = """
@SCENARIOS@
"""


@pytest.mark.parametrize("line", SCENARIOS.split("\\n")[1:-1], ids=lambda line: "scenario")
def test_every_event_has_the_expected_outcome(line):
    scenario = json.loads(line)
    BACKEND.reset(Case(goal=Goal(scenario["goal"]), account=scenario["account"], order=scenario["order"]))
    for event, by, data, accepted, state in scenario["events"]:
        assert BACKEND.apply(Event(event), Actor(by), data) is accepted, event
        assert State(BACKEND.state()) is State(state), event
'''


_ITEMS = Words("项", "items")


def summary(suite: Suite, lang: str, unit: Words = _ITEMS) -> str:
    """The numbers of scenarios and events, of what they cover, counted in that unit, and the lower bounds."""
    scenarios, events = len(suite.scenarios), suite.events
    refused = sum(not each.is_accepted for scenario in suite.scenarios for each in exchanges(scenario))
    if lang == "zh":
        also = f"（其中 {refused} 个应被拒绝）" if refused else ""
        return (
            f"{scenarios} 次办理、{events} 个事件{also}覆盖全部 {suite.items} {unit.zh}；"
            f"下界：{suite.fewest_scenarios} 次办理、{suite.fewest_events} 个事件。"
        )
    also = f" ({refused} of them to be refused)" if refused else ""
    return (
        f"{scenarios} scenarios with {events} events{also} cover all {suite.items} {unit.en}; "
        f"no suite has fewer than {suite.fewest_scenarios} scenarios or {suite.fewest_events} events."
    )


def exchanges(scenario: Scenario, number: int = 1) -> list[Exchange]:
    return list(scenario.exchanges(scenario.open(number)))


def table(suite: Suite, lang: str) -> Iterator[str]:
    """A line for each scenario: its number, length, goal, end, and events; a refused one in brackets."""
    for number, scenario in enumerate(suite.scenarios, 1):
        made = exchanges(scenario)
        names = [each.delivery.event if each.is_accepted else f"({each.delivery.event})" for each in made]
        goal, end = scenario.goal.words.of(lang), made[-1].state.words.of(lang)
        yield f"{number:>3}  {len(made):>2}  {goal} → {end}"
        yield f"         {', '.join(names)}"


def jsonl(suite: Suite, lang: str) -> Iterator[str]:  # noqa: ARG001  # like the other formats
    """The lines that ``run`` reads, a case for each scenario. Refused events are left out: ``run`` ends with 1 there."""
    for number, scenario in enumerate(suite.scenarios, 1):
        case = scenario.play(number)
        yield from (line.rstrip("\n") for line in dump(case, case.case_id))


def pytest_file(suite: Suite, lang: str) -> Iterator[str]:  # noqa: ARG001
    """A file that pytest runs."""
    lines = []
    for number, scenario in enumerate(suite.scenarios, 1):
        facts = scenario.open(number).facts
        events = [
            [each.delivery.event, each.delivery.by, dict(each.data), each.is_accepted, each.state]
            for each in exchanges(scenario, number)
        ]
        made = {"goal": facts.goal, "account": facts.account, "order": facts.order, "events": events}
        lines.append(json.dumps(made, ensure_ascii=False))
    yield _PYTEST.replace("@SCENARIOS@", "\n".join(lines)).rstrip("\n")


def markdown(suite: Suite, lang: str) -> Iterator[str]:
    """A sheet for a person: a box to tick for each event, and its expected outcome."""
    zh = lang == "zh"
    yield f"# {_HEAD.of(lang)}\n\n{summary(suite, lang)}"
    for number, scenario in enumerate(suite.scenarios, 1):
        made = exchanges(scenario, number)
        end = made[-1].state.words.of(lang)
        facts = scenario.open(number).facts
        yield f"\n## {number}. {scenario.goal.words.of(lang)} → {end}\n"
        yield (
            f"账号 `{facts.account}`，订单 `{facts.order}`\n"
            if zh
            else f"Account `{facts.account}`, order `{facts.order}`\n"
        )
        for each in made:
            yield f"- [ ] {each.words(lang)}"


SUITE_FORMATS = {"table": table, "jsonl": jsonl, "pytest": pytest_file, "markdown": markdown}
