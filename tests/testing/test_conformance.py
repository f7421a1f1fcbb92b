"""The kit against a shop of its own: without a fault it passes, and each seeded fault is found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from process import MODEL, Actor, Case, Event, Facts, Goal, ProcessError, State
from process.machine import CompiledMachine
from process.mutation.equivalents import equivalent_reason
from process.mutation.mutant_catalogue import all_mutants
from process.testing import Delivery, InsufficientCoverage, Mismatch, Scenario, check_conformance
from tests.support.shop.adapter import ShopAdapter, running
from tests.support.shop.faults import FAULTS
from tests.support.shop.mistakes import MISTAKES, Asked, Mistaken
from tests.support.shop.rules import Shop
from tests.support.thorough import counts


class Itself:
    """A back end made of the model's own case; tests put faults into it."""

    case: Case
    refusal: ProcessError

    def reset(self, case: Case) -> None:
        self.case = case

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        try:
            self.case.trigger(event, data, by=by)
        except ProcessError as refusal:
            self.refusal = refusal
            return False
        return True

    def state(self) -> State | str:
        return self.case.state


@pytest.fixture(scope="module")
def adapter() -> ShopAdapter:
    return ShopAdapter(Shop())


def test_the_shop_without_a_fault_passes_and_is_taken_everywhere(adapter: ShopAdapter) -> None:
    adapter.shop.fault = None
    report = check_conformance(adapter)
    assert len(report.transitions) == report.possible
    assert set(report.ends) == set(MODEL.ends)
    assert report.events - report.accepted > 5000, "too few wrong events to say much"


@pytest.mark.parametrize("events", [600, pytest.param(13_900, marks=pytest.mark.thorough)])
def test_a_service_over_http_is_driven_alike(events: int) -> None:
    shop = Shop()
    with running(shop) as port:
        adapter = ShopAdapter(shop, port)
        assert check_conformance(adapter, events=events, transitions=0, ends=0)
        shop.fault = "wrong_account"
        with pytest.raises(Mismatch):
            check_conformance(adapter)
        assert adapter.http
        adapter.http.close()


def sample(names: Collection[str], step: int) -> list[Any]:
    """All names; those between every *step*-th run under ``--thorough`` alone."""
    return [pytest.param(name, marks=[pytest.mark.thorough] if at % step else []) for at, name in enumerate(names)]


@pytest.mark.parametrize("fault", sample(FAULTS, 5))
def test_a_seeded_fault_is_found_and_reported_by_a_scenario_that_shows_it_again(fault: str, adapter: ShopAdapter) -> None:
    adapter.shop.fault = fault
    with pytest.raises(Mismatch) as found:
        check_conformance(adapter)
    assert found.value.reproduced
    assert adapter_answers(adapter, found.value.scenario) != model_answers(found.value.scenario), (
        "it does not show the fault"
    )
    adapter.shop.fault = None
    assert adapter_answers(adapter, found.value.scenario) == model_answers(found.value.scenario), "it shows something else"


def test_there_are_at_least_forty_faults_to_find() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("name", sample(MISTAKES, 6))
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2))])
def test_a_mistake_of_memory_comparison_or_count_is_found_whatever_the_seed(name: str, seed: int) -> None:
    with pytest.raises(Mismatch) as found:
        check_conformance(Mistaken(MISTAKES[name]), seed=seed)
    assert found.value.reproduced


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("a removal is forgotten in my orders", 8),  # support removes, the customer has a problem and is guided back
        ("quotes of up to 20 characters", 5),
        ("waived once at most", 7),
        ("guided back twice at most", 9),
        ("nobody may leave after a rejection", 9),
        ("a waiver hides the removal", 10),
        ("a quote survives guidance and choice", 12),
        ("an outage clears the other attempts", 17),  # a path of 8, then attempts until none is left
        ("a start without consent is counted", 14),
        ("an attempt three ago", 16),
        ("three wrong accounts lock the case", 4),
    ],
)
def test_what_is_reported_is_as_short_as_a_person_would_write_it(name: str, events: int) -> None:
    with pytest.raises(Mismatch) as found:
        check_conformance(Mistaken(MISTAKES[name]))
    assert len(found.value.scenario.deliveries) <= events


def test_a_back_end_of_the_mistaken_kind_that_makes_no_mistake_passes() -> None:
    assert check_conformance(Mistaken(lambda asked: asked.right))


class ShowsFacts(Mistaken):
    """A back end that shows its facts, so that an effect is seen where it decides nothing yet."""

    def facts(self) -> dict[str, object]:
        return self.now[1]._asdict()


SHOWN = ("row dropped", "row retargeted", "guard dropped", "guard negated", "effect dropped", "actor added")
PARTS = 2  # of the mutants of a kind from which one is taken by default
PARTS_THOROUGH = 12


@pytest.mark.parametrize("kind", SHOWN)
@counts("parts", PARTS, PARTS_THOROUGH)
def test_a_back_end_that_runs_another_model_is_found(kind: str, parts: int) -> None:
    mutants = [each for each in all_mutants() if each.kind == kind]
    for part in range(1, parts):
        further = mutants[part * len(mutants) // parts :]
        mutant = next(each for each in further if "else dropped" not in each.name and not equivalent_reason(each))
        compiled = CompiledMachine(mutant.model).compiled_events

        def other(asked: Asked, compiled: Mapping[Event, Any] = compiled) -> tuple[State, Facts] | None:
            decided: tuple[State, Facts] | None = compiled[asked.event].decide(
                asked.state, asked.facts, asked.by, dict(asked.data)
            )
            return decided

        with pytest.raises(Mismatch):
            check_conformance(ShowsFacts(other))


def adapter_answers(adapter: ShopAdapter, scenario: Scenario) -> list[tuple[bool, State]]:
    adapter.reset(scenario.open(2))
    answers = []
    for each in scenario.exchanges(scenario.open(2)):
        try:
            accepted = adapter.apply(each.delivery.event, each.delivery.by, each.data)
        except ValueError:  # the shop broke
            return []
        answers.append((accepted, adapter.state()))
    return answers


def model_answers(scenario: Scenario) -> list[tuple[bool, State]]:
    return [(each.is_accepted, each.state) for each in scenario.exchanges(scenario.open(2))]


# ----------------------------------------------------------------------------------------------------- what is reported


class LeavesEarly(Itself):
    """Lets a customer leave while the lender's answer is outstanding."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        if event is Event.ABANDON and by is Actor.CUSTOMER and self.case.state is State.CANCELLING:
            self.left = True
            return True
        return super().apply(event, by, data)

    def reset(self, case: Case) -> None:
        super().reset(case)
        self.left = False

    def state(self) -> State | str:
        return "abandoned" if self.left else super().state()


def test_the_report_gives_the_shortest_scenario_in_words_of_either_language_and_as_lines_to_run() -> None:
    with pytest.raises(Mismatch) as found:
        check_conformance(LeavesEarly())
    differs = found.value
    assert len(differs.scenario.deliveries) <= 9
    assert differs.scenario.deliveries[-1] == Delivery(Event.ABANDON, Actor.CUSTOMER)
    assert all(each.is_accepted for each in list(differs.scenario.exchanges(differs.scenario.open()))[:-1])
    assert "customer: abandon → refused, still in Cancelling" in str(differs)
    assert 'The back end:   accepted, the case is in "Abandoned"' in str(differs)
    assert "客户：放弃办理 → 被拒绝，仍在取消处理中" in differs.text("zh")
    assert "后端：接受，办理处于「已放弃」" in differs.text("zh")


def test_the_lines_of_a_report_are_read_by_run_up_to_the_event_that_differs() -> None:
    with pytest.raises(Mismatch) as found:
        check_conformance(LeavesEarly())
    lines = "\n".join(found.value.scenario.jsonl())
    ran = subprocess.run(
        [sys.executable, "-m", "process", "run", "-"], input=lines, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stderr  # one event refused: the one that differs
    assert "1 refused" in ran.stdout.lower()


def test_an_adapter_that_breaks_is_reported_with_what_it_raised() -> None:
    class Breaks(Itself):
        def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
            if event is Event.QUOTE_CONSEQUENCES:
                raise ConnectionError("no route to the shop")
            return super().apply(event, by, data)

    with pytest.raises(Mismatch, match="broke: ConnectionError: no route to the shop") as found:
        check_conformance(Breaks())
    assert isinstance(found.value.__cause__, ConnectionError)


def test_a_back_end_that_begins_elsewhere_is_reported_before_any_event() -> None:
    class Elsewhere(Itself):
        def state(self) -> State | str:
            return "start"

    with pytest.raises(Mismatch, match="'start', which is no state of the process") as found:
        check_conformance(Elsewhere())
    assert found.value.scenario.deliveries == ()


def test_an_answer_that_is_neither_true_nor_false_is_reported() -> None:
    class Says200(Itself):
        def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
            return 200 if super().apply(event, by, data) else 409  # type: ignore[return-value]

    with pytest.raises(Mismatch, match=r"apply\(\) must return True or False, not (200|409)"):
        check_conformance(Says200())


def test_reasons_are_compared_where_the_back_end_gives_them() -> None:
    class GivesOneReason(Itself):
        def blockers(self) -> list[str]:
            return [self.refusal.blockers[0].code]  # type: ignore[attr-defined]

    class GivesAll(Itself):
        def blockers(self) -> list[str]:
            return [blocker.code for blocker in self.refusal.blockers]  # type: ignore[attr-defined]

    with pytest.raises(Mismatch, match="refused, for these reasons: "):
        check_conformance(GivesOneReason())
    assert check_conformance(GivesAll())


def test_facts_are_compared_where_the_back_end_shows_them() -> None:
    class ChargesMore(Itself):
        def facts(self) -> dict[str, Any]:
            fee = self.case.facts.fee
            return {"fee": fee + 1 if fee else fee}

    with pytest.raises(Mismatch, match="has fee="):
        check_conformance(ChargesMore())


def test_a_fact_that_the_process_does_not_know_is_named() -> None:
    class TellsMore(Itself):
        def facts(self) -> dict[str, Any]:
            return {"fees": 1}

    with pytest.raises(Mismatch, match=r"facts\(\) names 'fees'; the process has goal, "):
        check_conformance(TellsMore())


def test_a_run_that_is_too_short_fails_and_names_what_it_left_out() -> None:
    with pytest.raises(InsufficientCoverage, match="left out") as short:
        check_conformance(Itself(), events=300)
    assert short.value.transitions
    assert "Deliver more events" in str(short.value)
    assert "请增加事件数" in short.value.text("zh")
    assert check_conformance(Itself(), events=300, transitions=0.1, ends=0.0)


def test_events_that_a_back_end_does_not_know_are_never_sent_and_not_asked_for() -> None:
    class NoClock(Itself):
        def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
            assert event is not Event.TIME_OUT
            return super().apply(event, by, data)

    report = check_conformance(NoClock(), without=[Event.TIME_OUT], goals=[Goal.FACE_VERIFICATION], events=3000)
    assert State.EXPIRED not in report.ends
    assert len(report.transitions) == report.possible
    known = {(each.source, each.row) for each in MODEL.transitions if each.event is not Event.TIME_OUT}
    assert set(report.transitions) <= known


def test_one_goal_alone_can_be_asked_for() -> None:
    report = check_conformance(Itself(), goals=[Goal.FACE_VERIFICATION], events=2500)
    assert State.PLAN_CANCELLED not in report.ends
    assert State.FACE_VERIFICATION_REMOVED in report.ends


class AnswersTwice(Itself):
    """Answers a repeated delivery as it did the first time, and does nothing."""

    last: tuple[object, ...] = ()

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        same = self.last == (event, by, dict(data))
        taken = super().apply(event, by, data)
        if taken:
            self.last = (event, by, dict(data))
        return taken or same

    def reset(self, case: Case) -> None:
        super().reset(case)
        self.last = ()


def test_a_back_end_may_be_allowed_to_accept_repeats_that_change_nothing() -> None:
    with pytest.raises(Mismatch):
        check_conformance(AnswersTwice())
    assert check_conformance(AnswersTwice(), repeats_accepted=True, events=10_000)


def test_a_difference_that_does_not_come_again_is_told_as_such() -> None:
    class Once(Itself):
        wrong = False

        def state(self) -> State | str:
            if self.case.version == 3 and not self.wrong:
                self.wrong = True
                return State.EXPIRED
            return super().state()

    with pytest.raises(Mismatch, match="did not happen again") as found:
        check_conformance(Once())
    assert not found.value.reproduced


def test_the_same_seed_gives_the_same_scenarios_and_another_one_others() -> None:
    class Notes(Itself):
        def __init__(self) -> None:
            self.sent: list[tuple[object, ...]] = []

        def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
            self.sent.append((event, by, tuple(sorted(data))))
            return super().apply(event, by, data)

    backends = [Notes(), Notes(), Notes()]
    for backend, seed in zip(backends, (1, 1, 2), strict=True):
        check_conformance(backend, seed=seed, events=500, transitions=0, ends=0)
    assert backends[0].sent == backends[1].sent != backends[2].sent


def test_a_language_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match='lang must be "zh" or "en", not \'de\''):
        check_conformance(Itself(), lang="de")
