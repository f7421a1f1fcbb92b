"""The benchmark runs, reports every figure, and compares what does the same. How fast anything is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.contestants import CALLS, CONTESTANTS, OURS, OURS_TYPED, Contestant
from benchmarks.measure import ends

from process import Case, GuardNotMet, InvalidPayload, State, WrongState

ROOT = Path(__file__).parent.parent
KIBIBYTE = 1024  # bytes
TINY = ("--rounds", "1", "--turn-us", "50", "--cases", "20")

AT_THE_ORDER_LIST = [
    pytest.param(contestant, call, kind, id=f"{name}: {kind}")
    for name, contestant in CONTESTANTS.items()
    for kind, call in contestant.calls.items()
]


def run(*options: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks", *TINY, *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8").stdout


@pytest.fixture(scope="module")
def figures() -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = json.loads(run("--json"))["figures"]
    return found


def test_every_contestant_ends_the_trip_with_the_plan_cancelled() -> None:
    assert ends() == dict.fromkeys(CONTESTANTS, State.PLAN_CANCELLED.value)


def test_the_figures_cover_every_contestant_and_each_has_its_ratios(
    figures: dict[str, dict[str, dict[str, float]]],
) -> None:
    for title in ("event, µs", "new case, µs", "new case, bytes", "case after the scenario, bytes"):
        assert set(figures[title]) == set(CONTESTANTS), title
        for figure in figures[title].values():
            assert set(figure) == {"best", "median", "x_floor", "stock_shared_by_it", "stock_per_case_by_it"}
            assert all(value > 0 for value in figure.values()), (title, figure)
    for kind in CALLS:
        assert set(figures[f"{kind}, µs"]) == {name for name in CONTESTANTS if kind in CONTESTANTS[name].calls}
    assert len(figures["import, ms"]) == 2


def test_ratios_are_of_the_best_times(figures: dict[str, dict[str, dict[str, float]]]) -> None:
    events = figures["event, µs"]
    shared, floor = events["stock, shared machine"]["best"], events["floor, dict of dicts"]["best"]
    assert events[OURS]["x_floor"] == pytest.approx(events[OURS]["best"] / floor)
    assert events[OURS]["stock_shared_by_it"] == pytest.approx(shared / events[OURS]["best"])


def test_a_fresh_case_is_smaller_than_a_kibibyte(figures: dict[str, dict[str, dict[str, float]]]) -> None:
    assert figures["new case, bytes"][OURS]["best"] < KIBIBYTE


def test_the_tables_show_what_the_figures_hold_and_the_aims() -> None:
    shown = run()
    for name in CONTESTANTS:
        assert shown.count(f"\n{name} ") >= 4, name
    assert all(f"\n{kind}, µs " in shown for kind in CALLS)
    assert "at most 6\n" in shown
    assert "at least 100\n" in shown


@pytest.mark.parametrize(("contestant", "call", "kind"), AT_THE_ORDER_LIST)
def test_a_measured_call_answers_as_its_name_says_and_moves_nothing(
    contestant: Contestant, call: Callable[[Any], object], kind: str
) -> None:
    case = contestant.new()
    contestant.to_order_list(case)
    for _ in range(2):
        answer = call(case)
        refused = answer is False or isinstance(answer, Exception)
        assert answer is True if kind == "may it: yes" else refused
        assert case.state == "order_list"


@pytest.mark.parametrize("name", [OURS, OURS_TYPED])
def test_our_refusals_are_the_ones_that_are_named(name: str) -> None:
    kinds = {"guard not met": GuardNotMet, "wrong state": WrongState, "invalid payload": InvalidPayload}
    case = CONTESTANTS[name].new()
    assert isinstance(case, Case)
    CONTESTANTS[name].to_order_list(case)
    assert {kind: type(CONTESTANTS[name].calls[kind](case)) for kind in kinds} == kinds


def test_the_benchmark_of_reading_measures_every_text() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.reading", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8")
    found: dict[str, list[float]] = json.loads(done.stdout)
    assert len(found) > 15
    for name, (size, first, best, megabytes) in found.items():
        assert 0 < best <= first, name
        assert 30_000 < size <= 64 * KIBIBYTE, name
        assert megabytes > 0, name


def test_rounds_below_one_are_refused_with_what_would_be_right() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--rounds", "0"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "must be 1 or more" in done.stderr
