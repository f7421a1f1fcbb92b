"""The command ``check``: it tells the evidence to people and programs, and its exit code tells the outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest
from typer.testing import CliRunner

from process import Case
from process.cli import app
from process.cli.output import check_report
from process.exploration.expansion import try_named_actors
from process.exploration.explorer import explore
from process.machine import build
from process.model import MODEL, Actor, Event, Limits, State
from process.mutation.mutant_catalogue import all_mutants
from process.mutation.score import MutantResult, Score
from process.requirements.catalogue import REQUIREMENTS
from process.requirements.reachability import GOAL_PATHS
from process.requirements.report import CheckReport, check

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def broken_report() -> CheckReport:
    """What check finds where a customer may skip the verification."""
    table = tuple(
        replace(row, by=(*row.by, Actor.CUSTOMER)) if row.event is Event.SKIP_FACE_VERIFICATION else row
        for row in MODEL.table
    )
    return check(replace(MODEL, table=table), limits=Limits(1, 1), only=("R6", "R7"))


@pytest.fixture(scope="module")
def report() -> CheckReport:
    return check(limits=Limits(1, 1), only=("R1", "R2", "R3", "R4"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, report: CheckReport) -> None:
    monkeypatch.setattr("process.requirements.report.check", lambda **_options: report)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, broken_report: CheckReport) -> None:
    monkeypatch.setattr("process.requirements.report.check", lambda **_options: broken_report)


def test_it_exits_with_0_and_says_that_it_proves_the_model_alone(quick: None, report: CheckReport) -> None:
    result = RUNNER.invoke(app, ["check", "--lang", "en"])
    assert result.exit_code == 0
    assert f"{len(report.exploration.configurations):,} configurations" in result.stdout
    assert "not the shop's back end" in " ".join(result.stdout.split())


def test_every_text_is_there_in_chinese(quick: None, report: CheckReport) -> None:
    result = RUNNER.invoke(app, ["check", "--lang", "zh"])
    assert result.exit_code == 0
    assert f"已搜索 {len(report.exploration.configurations):,} 个情形" in result.stdout
    assert "不是商城的后端系统" in result.stdout


def test_the_json_holds_exploration_requirements_witnesses_rows_and_guards(quick: None, report: CheckReport) -> None:
    told = json.loads(RUNNER.invoke(app, ["check", "--json"]).stdout)
    assert told["holds"] is True
    found = report.exploration
    assert told["exploration"]["configurations"] == len(found.configurations)
    assert told["exploration"]["edges"] == len(found.edges)
    assert [one["id"] for one in told["requirements"]] == ["R1", "R2", "R3", "R4"]
    assert all(one["holds"] and one["coverage"][0]["count"] > 0 for one in told["requirements"])
    assert [one["state"] for one in told["ends"]] == [end.value for end in MODEL.ends]
    assert all(one["length"] == len(one["path"]) > 0 for one in (*told["ends"], *told["goal_paths"]))
    assert len(told["goal_paths"]) == len(GOAL_PATHS)
    assert len(told["row_counts"]) == len(MODEL.table)
    assert all(one["count"] > 0 for one in told["row_counts"])
    assert all(one["true"] > 0 and one["false"] > 0 for one in told["guard_counts"])


def test_a_witness_is_a_path_that_a_case_can_take(quick: None) -> None:
    told = json.loads(RUNNER.invoke(app, ["check", "--json"]).stdout)
    for way in told["goal_paths"]:
        case = Case(goal=way["goal"], account="account-1", order="order-1")
        for step in way["path"]:
            case.trigger(step["event"], step["data"], by=step["by"])
            assert case.state == step["target"]


def test_a_broken_requirement_makes_it_exit_with_1_and_print_the_path_in_words(failing: None) -> None:
    result = RUNNER.invoke(app, ["check", "--lang", "en"])
    assert result.exit_code == 1
    assert "R6 does not hold: " in result.stdout
    assert "1. customer: " in result.stdout
    assert "customer: skip face verification (reason=a reason) → Cancelling" in result.stdout


def test_a_broken_requirement_is_printed_in_chinese(failing: None) -> None:
    result = RUNNER.invoke(app, ["check", "--lang", "zh"])
    assert result.exit_code == 1
    assert "R6 不成立：" in result.stdout
    assert "客户：系统跳过人脸验证" in result.stdout


def test_the_json_of_a_broken_requirement_holds_the_path(failing: None) -> None:
    result = RUNNER.invoke(app, ["check", "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["holds"] is False
    broken, held = told["requirements"]
    assert (broken["holds"], held["holds"]) == (False, True)
    assert broken["counterexample"]["goal"] == "plan"
    assert [step["event"] for step in broken["counterexample"]["path"]][-2:] == [
        "confirm_cancellation",
        "skip_face_verification",
    ]
    assert set(broken["counterexample"]["problem"]) == {"zh", "en"}


def test_a_state_that_cannot_be_reached_has_no_witness() -> None:
    table = tuple(row for row in MODEL.table if row.target is not State.PLAN_KEPT)
    found = explore(build(replace(MODEL, table=table)), limits=Limits(1, 1), expand=try_named_actors)
    told = check_report.check_dict(CheckReport((found,), ()), None)
    kept = next(one for one in told["ends"] if one["state"] == "plan_kept")
    assert kept["path"] is None


def test_mutants_that_survive_make_it_exit_with_1_by_their_names(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, *_ = all_mutants()
    fates = (MutantResult(first, None), MutantResult(second, "R1"), MutantResult(third, "build"))
    monkeypatch.setattr("process.mutation.score.compute_score", lambda **_options: Score(fates))
    result = RUNNER.invoke(app, ["check", "--mutants", "--lang", "en"])
    assert result.exit_code == 1
    assert f"Survived: {first.name}" in " ".join(result.stdout.split())
    told = json.loads(RUNNER.invoke(app, ["check", "--mutants", "--json"]).stdout)["mutants"]
    assert (told["made"], told["survived"], told["killed_by"]) == (3, [first.name], {"R1": 1})


def test_the_command_checks_the_model_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [one.id for one in REQUIREMENTS[2:4]]  # each of them is checked in its own room
    monkeypatch.setattr("process.requirements.report.check", partial(check, limits=Limits(1, 1), only=wanted))
    result = RUNNER.invoke(app, ["check", "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [one["id"] for one in told["requirements"]] == wanted
    assert told["exploration"]["limits"] == {"face": 1, "other": 1}
    assert result.stderr == ""  # no progress bar where no terminal is
