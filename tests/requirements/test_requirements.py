"""The requirements hold for the model, and each of them can fail: for each there is a model that it alone finds broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from process import model as m
from process.exceptions import Refused
from process.exploration.expansion import try_named_actors
from process.exploration.explorer import Exploration, explore
from process.exploration.replay import path_steps, step_sentence
from process.final_refusals import is_final
from process.machine import CompiledMachine, build
from process.model import (
    ELSE,
    MODEL,
    TABLE,
    Actor,
    Event,
    Facts,
    Goal,
    Identity,
    Limits,
    Model,
    Row,
    State,
    Term,
    Words,
    row,
)
from process.model.validation import ModelError
from process.mutation.incremental import compare_with_model
from process.requirements import finality
from process.requirements.catalogue import REQUIREMENTS
from process.requirements.counterexample import CheckResult
from process.requirements.evidence import Evidence
from process.requirements.observation import after, claimed_ledger
from process.requirements.report import check
from tests.support.broken_models import (
    Predicate,
    change_rows,
    with_actor,
    with_effect,
    with_effect_instead,
    with_payload,
    with_predicate,
    with_request,
    with_rows,
    with_state,
    without_effect,
    without_guard,
    without_source,
)

A, E, S = Actor, Event, State
SMALL = Limits(1, 1)
ALL = tuple(requirement.id for requirement in REQUIREMENTS)
CHECKS = {requirement.id: requirement.run for requirement in REQUIREMENTS}
OF_THE_MODEL = tuple(name for name in ALL if name != "R22")  # which is about what refusals say


# ------------------------------------------------------------------------------------------------------ broken models


def a_row_that_nobody_takes() -> Model:
    """Who wants the face verification alone removed is never shown consequences, so can't decline them."""
    declined = next(one for one in TABLE if one.event is E.DECLINE_CANCELLATION)
    never = replace(declined, guards=(m.a_quote_is_open, m.goal_is_face_verification_alone))
    return replace(MODEL, table=(*TABLE[: TABLE.index(declined)], never, *TABLE[TABLE.index(declined) :]))


def an_end_that_times_out() -> CompiledMachine:
    """``build`` refuses a row that leaves an end, so the machine is made without asking it."""
    return CompiledMachine(with_rows(row(S.EXPIRED, E.TIME_OUT, A.CLOCK, S.EXPIRED)))


def no_record_of_what_was_cancelled() -> Model:
    """Once the plan is cancelled the facts still call it submitted, and the ends' own invariants are gone."""
    model = without_effect(E.COMPLETE_CANCELLATION, m.take_the_answer)
    ends = {end: replace(model.states[end], invariants=()) for end in (S.PLAN_CANCELLED, S.BOTH_CANCELLED)}
    return replace(model, states={**model.states, **ends})


def a_case_that_cannot_be_read_back() -> Model:
    """A state demands what does not always hold there, so a snapshot of such a case is refused."""
    return with_state(S.SUPPORT_NEEDED, invariants=(*MODEL.states[S.SUPPORT_NEEDED].invariants, m.nothing_is_unanswered))


class FewerMethods(Term):
    """All but the bank card."""

    PAYMENT_PASSWORD = "payment_password", "支付密码", "payment password"
    SMS_CODE = "sms_code", "短信验证码", "SMS code"


def fewer_other_ways() -> Model:
    return with_payload(E.START_OTHER_VERIFICATION, method=FewerMethods)


def lender_owns_the_choice() -> Model:
    return with_request(S.INSTALLMENT_OPTIONS, owner=A.LENDER)


def the_clock_says_that_the_customer_left() -> Model:
    late = next(one for one in TABLE if one.event is E.TIME_OUT and one.target is S.EXPIRED)
    wrong = replace(late, sources=(S.CONSEQUENCES,), target=S.ABANDONED)
    others = without_source(E.TIME_OUT, S.CONSEQUENCES).table
    removed = next(one for one in TABLE if one.event is E.TIME_OUT and one.target is S.FACE_VERIFICATION_REMOVED)
    return replace(MODEL, table=(*others, replace(removed, sources=(S.CONSEQUENCES,)), wrong))


def verification_asked_for_after_a_removal() -> Model:
    """After a rejection the removal counts no more, as in a model that takes it for a settlement; no end hides it."""

    def widened(one: Row) -> Row:
        asking = (S.VERIFICATION_DECISION, S.VERIFICATION_CHOICE, S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
        wide = m.face_verification_is_removed in one.guards and len(one.sources) > 2
        return replace(one, sources=(*one.sources, *asking)) if wide else one

    def rejected(facts: Facts) -> bool:
        return facts.rejected_quote is not None and facts.identity is Identity.SIGNED_IN

    forgotten = with_predicate(
        m.no_verification_is_due,
        lambda facts, _data: facts.settled is not None or (facts.face_removed and not rejected(facts)),
    )
    model = change_rows(widened, model=forgotten)
    return replace(model, invariants=tuple(one for one in model.invariants if one not in FORBIDDING))


FORBIDDING = (m.settled_before_submitted, m.submitted_when_skipped_or_passed)
"""The invariants by which a snapshot of a case that is verified after a removal is refused."""

BROKEN: Mapping[str, Callable[[], Model | CompiledMachine]] = {
    "R1": a_row_that_nobody_takes,
    "R2": lambda: without_source(E.ABANDON, S.SIGNED_IN),
    "R3": an_end_that_times_out,
    "R4": lambda: without_guard(E.QUOTE_CONSEQUENCES, m.the_offer_is_unchanged_or_new),
    "R5": lambda: with_effect(E.PASS_VERIFICATION, m.settle_as_waived),
    "R6": lambda: with_actor(E.TIME_OUT, A.LENDER),
    "R7": lambda: without_source(E.REQUEST_FACE_VERIFICATION_REMOVAL, S.VERIFICATION_CHOICE),
    "R8": lambda: without_guard(E.SIGN_IN, m.account_is_the_buyers),
    "R9": lambda: without_guard(E.PASS_VERIFICATION, m.it_answers_the_open_attempt),
    "R10": fewer_other_ways,
    "R11": lambda: change_rows(
        lambda one: replace(one, target=S.VERIFICATION_DECISION),
        event=E.WITHDRAW_FACE_CONSENT,
        target=S.VERIFICATION_CHOICE,
    ),
    "R12": lambda: without_source(E.REPORT_PROBLEM, S.ORDER_DETAILS),
    "R13": lambda: change_rows(lambda one: replace(one, by=(A.LENDER,)), event=E.REJECT_CANCELLATION),
    "R14": no_record_of_what_was_cancelled,
    "R15": lambda: without_guard(E.CONFIRM_CANCELLATION, ELSE),
    "R16": lambda: without_guard(E.CONFIRM_CANCELLATION, m.a_quote_is_open),
    "R17": lambda: with_effect(E.REJECT_CANCELLATION, m.settle_as_waived, target=S.SUPPORT_NEEDED),
    "R18": lender_owns_the_choice,
    "R19": the_clock_says_that_the_customer_left,
    "R20": a_case_that_cannot_be_read_back,
    "R21": verification_asked_for_after_a_removal,
}


@pytest.mark.parametrize("requirement", OF_THE_MODEL)
def test_each_requirement_finds_a_model_that_breaks_it(requirement: str) -> None:
    broken = BROKEN[requirement]()
    machine = build(broken) if isinstance(broken, Model) else broken
    evidence, _ = compare_with_model(machine, SMALL)
    assert CHECKS[requirement](evidence).counterexample is not None


@pytest.mark.thorough
@pytest.mark.parametrize("requirement", OF_THE_MODEL)
def test_each_requirement_alone_finds_a_model_that_breaks_it(requirement: str) -> None:
    report = check(BROKEN[requirement](), limits=SMALL, only=OF_THE_MODEL)
    assert [result.requirement.id for result in report.failed] == [requirement]
    (result,) = report.failed
    broken = result.counterexample
    assert broken is not None
    assert broken.problem.zh
    assert broken.problem.en
    for step in path_steps(report.exploration, broken.path):
        assert step_sentence(step, "zh") != step_sentence(step, "en")


@pytest.fixture(scope="module")
def small_evidence() -> Evidence:
    return Evidence(explore(limits=SMALL, expand=try_named_actors))


WRONG: Mapping[str, Callable[..., bool]] = {
    "all are early": lambda *_arguments: False,
    "all are final": lambda *_arguments: True,
    "a wrong actor's alone are final": lambda machine, _state, _facts, event, by, _data: (
        by not in machine.definition.actors[event]
    ),
    "an old attempt's are early": lambda machine, state, facts, event, by, data: (
        "attempt" not in data and is_final(machine, state, facts, event, by, data)
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_claims_about_whether_a_refusal_is_final_are_found(
    wrong: str, monkeypatch: pytest.MonkeyPatch, small_evidence: Evidence
) -> None:
    monkeypatch.setattr("process.requirements.finality.is_final", WRONG[wrong])
    broken = CHECKS["R22"](small_evidence).counterexample
    assert broken is not None
    assert broken.attempt is not None


def test_a_case_that_says_something_else_than_is_decided_is_found(
    monkeypatch: pytest.MonkeyPatch, small_evidence: Evidence
) -> None:
    futures = finality.AllFutures(small_evidence)
    monkeypatch.setattr(Refused, "is_final", property(lambda _refused: True))
    assert finality.real_cases_agree(small_evidence, futures).counterexample is not None


# ------------------------------------------------------------------------------------------------------- the model


def test_each_has_a_sentence_and_a_source_in_both_languages() -> None:
    assert tuple(f"R{number}" for number in range(1, 23)) == ALL
    for requirement in REQUIREMENTS:
        assert requirement.check.__doc__
        for words in (requirement.sentence, requirement.source):
            assert words.en.isascii() or requirement.id in ("R10", "R11")
            assert not words.zh.isascii()


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(explore(limits=Limits(2, 1), expand=try_named_actors))


@pytest.mark.parametrize("requirement", ALL)
def test_every_requirement_holds_under_small_limits(requirement: str, evidence: Evidence) -> None:
    result = CHECKS[requirement](evidence)
    assert result.counterexample is None
    assert all(count > 0 for count, _ in result.coverage)


@pytest.mark.thorough
def test_every_requirement_holds_under_the_limits_of_the_model() -> None:
    assert check().failed == ()


@pytest.mark.thorough
def test_in_every_single_configuration_refusals_say_truly_whether_they_are_final(exploration: Exploration) -> None:
    evidence = Evidence(exploration)
    futures = finality.AllFutures(evidence)
    for index, (state, facts) in enumerate(exploration.configurations):
        for event, by, data in finality.inputs_and_attempts_ahead(evidence, facts):
            if exploration.machine.compiled_events[event].decide(state, facts, by, dict(data)) is None:
                truth = futures.is_final(index, event, by, finality.relation(facts, data))
                assert is_final(exploration.machine, state, facts, event, by, data) is truth


def test_the_facts_of_the_model_are_true_after_every_event(exploration: Exploration) -> None:
    evidence = Evidence(exploration)
    assert evidence.false_claims == []
    assert all(after(seen) == claimed_ledger(seen.target, seen.after) for seen in evidence.observations)


def test_what_depends_on_attempts_is_checked_under_further_limits_and_the_coverage_names_them() -> None:
    report = check(limits=SMALL, only=["R6", "R10"])
    assert [one.limits for one in report.explorations] == [SMALL, Limits(1, 2)]
    of_all, of_attempts = (result.coverage[-1] for result in report.results)
    assert of_all[1] == Words("个情形", "configurations")
    assert of_attempts == (2, Words("组次数上限（1/1、1/2）", "pairs of limits (1/1, 1/2)"))


def test_a_limit_that_only_happens_to_be_the_first_one_is_found_under_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if neither the parts nor real cases under other limits were looked at; the path is that of the other search."""
    nothing = CheckResult(())
    monkeypatch.setattr("process.requirements.verification.parts_are_general", lambda *_args, **_options: nothing)
    monkeypatch.setattr("process.requirements.verification._limits_are_reached", lambda _evidence: nothing)
    model = with_predicate(m.other_attempts_are_left, lambda facts, _data: facts.other_attempts < 1)
    (result,) = check(model, limits=SMALL, only=["R9"]).failed
    assert result.counterexample is not None
    assert result.exploration.limits == Limits(1, 2)
    last = path_steps(result.exploration, result.counterexample.path)[-1]
    assert last.target is S.VERIFICATION_CHOICE


@pytest.mark.parametrize(
    ("limit", "predicate"),
    [
        ("is the constant 3", lambda facts, _data: facts.face_attempts < 3),
        ("ends at the ninth", lambda facts, _data: facts.face_attempts < facts.face_limit or facts.face_attempts > 9),
        ("ends at attempt 9", lambda facts, _data: facts.face_attempts < facts.face_limit or facts.attempt > 9),
    ],
)
def test_a_limit_that_is_none_is_found_on_real_cases_of_other_limits(
    limit: str, predicate: Predicate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the parts were not looked at."""
    monkeypatch.setattr("process.requirements.verification.parts_are_general", lambda *_args, **_options: CheckResult(()))
    evidence, _ = compare_with_model(build(with_predicate(m.face_attempts_are_left, predicate)), SMALL)
    broken = CHECKS["R9"](evidence).counterexample
    assert broken is not None
    assert "attempts" in broken.problem.en, limit


def test_an_agent_who_identifies_the_customer_goes_on_with_the_case() -> None:
    model = change_rows(lambda row: replace(row, target=S.SUPPORT_NEEDED), event=E.IDENTIFY_CUSTOMER)
    (result,) = check(model, limits=SMALL, only=["R12"]).failed
    assert result.counterexample is not None
    assert result.counterexample.path[-1].event is E.IDENTIFY_CUSTOMER


def test_a_model_that_contradicts_itself_is_refused_before_anything_is_checked() -> None:
    with pytest.raises(ModelError):
        check(with_rows(row(S.EXPIRED, E.TIME_OUT, A.CLOCK, S.EXPIRED)))


def test_an_unknown_requirement_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="no requirement 'R99'; there are R1 to R2"):
        check(only=["R99"])


def test_progress_is_told_before_each_requirement() -> None:
    told: list[str] = []
    check(limits=SMALL, only=["R2", "R1"], on=lambda requirement: told.append(requirement.id))
    assert told == ["R1", "R2"]


# --------------------------------------------------------------------------------------------- counterexamples are short


def test_the_counterexample_is_a_shortest_path() -> None:
    (result,) = check(with_actor(E.SKIP_FACE_VERIFICATION, A.CUSTOMER), limits=SMALL, only=["R6"]).failed
    broken = result.counterexample
    assert broken is not None
    assert broken.goal is Goal.PLAN
    assert [edge.event for edge in broken.path][-1] is E.SKIP_FACE_VERIFICATION
    assert len(broken.path) == 8


def test_a_dropped_effect_is_found_by_what_the_facts_then_claim() -> None:
    model = with_effect_instead(E.SKIP_FACE_VERIFICATION, m.submit)
    (result,) = check(model, limits=SMALL, only=["R5"]).failed
    broken = result.counterexample
    assert broken is not None
    assert broken.problem.en == "the settlement of the verification: is skipped, the facts say None"


def test_a_settlement_that_is_forged_by_an_effect_is_not_believed() -> None:
    """The facts say settled, though nobody skipped, passed, waived or removed anything."""
    model = with_effect(E.CONFIRM_CANCELLATION, m.settle_as_skipped)
    assert not check(model, limits=SMALL, only=["R5"]).holds


def test_the_search_goes_through_the_machine_that_is_given() -> None:
    machine = build(MODEL)
    assert check(machine, limits=SMALL, only=["R1"]).exploration.machine is machine
    assert explore(machine, limits=SMALL).edges == explore(limits=SMALL).edges
