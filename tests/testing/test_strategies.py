"""The strategies, and what pytest gets from the package."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from process import MODEL, Actor, Case, Event, Goal, InvalidPayload, Limits, ProcessError, State
from process.exploration.explorer import explored_model
from process.testing import Scenario, cases, configurations, events, hostile_payloads, scenarios
from process.testing.malformed import malformed_payloads
from process.testing.payload_variants import variant_payload, well_formed
from process.value_checks import field_errors
from tests.support.running import run_pytest

ROOT = Path(__file__).parents[2]
PLAIN = settings(max_examples=25, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module", autouse=True)
def _searched() -> None:
    """Search the model before the first example is drawn, which would else count as slow."""
    scenarios()
    scenarios(limits=Limits(face=1, other=2))


@pytest.mark.parametrize("state", State)
@settings(PLAIN, max_examples=5)
@given(data=st.data())
def test_cases_stand_in_the_state_that_was_asked_for_and_got_there_by_real_events(
    state: State, data: st.DataObject
) -> None:
    case = data.draw(cases(state=state))
    assert case.state is state
    assert Case.from_json(case.to_json()) == case
    assert len(case.history) == case.version


@PLAIN
@given(st.deferred(lambda: cases(goals=[Goal.BOTH], limits=Limits(face=1, other=2))))
def test_cases_have_the_goals_and_limits_asked_for(case: Case) -> None:
    assert case.facts.goal is Goal.BOTH
    assert (case.facts.face_limit, case.facts.other_limit) == (1, 2)


@PLAIN
@given(st.deferred(lambda: scenarios(to=State.CANCELLING)))
def test_a_scenario_ends_where_it_was_sent_and_no_event_of_it_is_refused(scenario: Scenario) -> None:
    exchanges = list(scenario.exchanges(scenario.open()))
    assert exchanges[-1].state is State.CANCELLING
    assert all(each.is_accepted for each in exchanges)


@PLAIN
@given(st.deferred(lambda: scenarios(to=State.IN_SUPPORT, refused=True)))
def test_refused_events_on_a_scenario_change_nothing_of_where_it_ends(scenario: Scenario) -> None:
    taken = tuple(each.delivery for each in scenario.exchanges(scenario.open()) if each.is_accepted)
    assert scenario.play().state is State.IN_SUPPORT
    assert scenario._replace(deliveries=taken).play().state is State.IN_SUPPORT


@PLAIN
@given(st.deferred(lambda: configurations(state=State.FACE_VERIFICATION)))
def test_configurations_are_such_as_a_case_can_be_in(configuration: tuple[State, object]) -> None:
    assert configuration in set(explored_model(MODEL.limits).configurations)
    assert configuration[0] is State.FACE_VERIFICATION


def test_a_place_where_no_case_can_be_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no case with the goal face_verification is ever in cancelling"):
        configurations(state=State.CANCELLING, goals=[Goal.FACE_VERIFICATION])


@PLAIN
@given(st.deferred(cases), st.data())
def test_events_asked_for_as_accepted_are_taken_and_the_others_refused(case: Case, data: st.DataObject) -> None:
    refused = data.draw(events(case, accepted=False))
    with pytest.raises(ProcessError):
        case.trigger(refused.event, refused.payload(case), by=refused.by)
    if case.is_done:
        with pytest.raises(ValueError, match="takes no event"):
            events(case, accepted=True)
    else:
        taken = data.draw(events(case, accepted=True))
        case.trigger(taken.event, taken.payload(case), by=taken.by)


@settings(PLAIN, max_examples=80)
@given(hostile_payloads(), st.deferred(cases))
def test_no_case_takes_a_hostile_payload(drawn: tuple[Event, dict[str, object]], case: Case) -> None:
    event, payload = drawn
    before = case.copy()
    for by in Actor:
        with pytest.raises(InvalidPayload):
            case.trigger(event, payload, by=by)
    assert case == before


@pytest.mark.parametrize("event", Event)
def test_every_listed_payload_is_right_or_wrong_in_form_as_its_list_says(event: Event) -> None:
    case = Scenario(Goal.PLAN, ()).open()
    right = variant_payload(case, event)
    fields = MODEL.events[event]
    for variant, data in well_formed(case, event):
        if not any(malformed_too in variant for malformed_too in ("space be", "full-width")):
            assert not field_errors(fields, data), variant
    listed = list(malformed_payloads(MODEL, event, right))
    assert len(dict(listed)) == len(listed), "two malformed payloads of one name"
    for variant, data in listed:
        assert field_errors(fields, data), variant


def test_a_scenario_shrinks_to_the_shortest_one_for_the_plan_and_prints_as_a_story() -> None:
    scenario = find(scenarios(to=State.IN_SUPPORT), bool, settings=settings(PLAIN, max_examples=60))
    assert scenario.goal is Goal.PLAN
    assert [each.event for each in scenario.deliveries] == [Event.REPORT_PROBLEM, Event.CONTACT_SUPPORT]
    assert repr(scenario) == "<Scenario plan: report_problem, contact_support>"
    assert str(scenario).splitlines()[0] == "Goal: cancel the installment plan"
    assert scenario.words("zh").splitlines()[-1].endswith("客户：联系客服 (channel=in_app_chat) → 客服处理中")


# --------------------------------------------------------------------------------------------------------------- pytest

ADAPTER = """
from process import ProcessError
class Adapter:
    fault = False
    def reset(self, case): self.case = case
    def apply(self, event, by, data):
        try: self.case.trigger(event, data, by=by)
        except ProcessError: return self.fault and event == "sign_in"
        return True
    def state(self): return self.case.state
"""
FOUR_LINES = """from my_shop import Adapter
from process.testing import check_conformance
def test_our_back_end_follows_the_process():
    check_conformance(Adapter(), events=200, transitions=0, ends=0)
"""
WITH_THE_FIXTURE = """from my_shop import Adapter
def test_our_back_end_follows_the_process(check_conformance):
    check_conformance(Adapter())
"""


@pytest.fixture
def users_repo(tmp_path: Path) -> Path:
    (tmp_path / "my_shop.py").write_text(ADAPTER, encoding="utf-8")
    (tmp_path / "test_process.py").write_text(FOUR_LINES, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = . {ROOT}\n", encoding="utf-8")
    return tmp_path


def with_the_fixture(repo: Path) -> None:
    (repo / "conftest.py").write_text('pytest_plugins = ["process.testing.pytest_plugin"]\n', encoding="utf-8")
    (repo / "test_process.py").write_text(WITH_THE_FIXTURE, encoding="utf-8")


def test_four_lines_in_a_users_repo_test_their_back_end(users_repo: Path) -> None:
    ran = run_pytest(users_repo)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_they_fail_with_the_report_and_without_the_source_of_the_library(users_repo: Path) -> None:
    (users_repo / "my_shop.py").write_text(ADAPTER.replace("fault = False", "fault = True"), encoding="utf-8")
    ran = run_pytest(users_repo)
    assert ran.returncode == 1
    assert "The back end differs from the process at event 1." in ran.stdout
    assert "process/testing/" not in ran.stdout.replace("\\", "/"), ran.stdout
    assert len(ran.stdout.splitlines()) < 40


def test_the_fixture_takes_its_options_from_the_command_line(users_repo: Path) -> None:
    with_the_fixture(users_repo)
    ran = run_pytest(users_repo, "--conformance-events", "100", "--conformance-lang", "zh")
    assert ran.returncode == 1
    assert "InsufficientCoverage" in ran.stdout
    assert "请增加事件数" in ran.stdout


def test_nothing_of_the_package_is_loaded_into_runs_of_pytest_that_do_not_ask_for_it(tmp_path: Path) -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("entry-points", {})
    assert points == {}
    (tmp_path / "process.py").write_text("def work(): return 1\n", encoding="utf-8")
    text = "import process, sys\ndef test_it():\n    assert process.work()\n    assert 'transitions' not in sys.modules\n"
    (tmp_path / "test_nothing.py").write_text(text, encoding="utf-8")
    ran = run_pytest(tmp_path, plugins=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_without_hypothesis_the_strategies_name_the_one_command_that_brings_it() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; from process.testing import scenarios"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, encoding="utf-8")
    assert told.stderr.splitlines()[-1].endswith('pip install "installment-cancellation[testing]"')


def test_conformance_needs_no_hypothesis() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; from process.testing import check_conformance"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
