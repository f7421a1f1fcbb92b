"""Every model with one change is found: refused when built, killed by a requirement, or equivalent for a known reason."""

from __future__ import annotations

from importlib.resources import files

import pytest

from process.exploration.explorer import Exploration, explore, try_named_actors
from process.machine import build
from process.model import MODEL
from process.mutation import score as scoring
from process.mutation.equivalents import equivalent_reason
from process.mutation.incremental import explore_mutant
from process.mutation.operators import KINDS, Mutant, all_mutants
from process.mutation.score import (
    EQUIVALENT,
    KILLERS,
    REFUSED_WHEN_BUILT,
    SMALL,
    Score,
    compute_score,
    encode_results,
    evaluate,
    last_results,
    sample,
)
from process.requirements.catalogue import REQUIREMENTS

MUTANTS = {mutant.name: mutant for mutant in all_mutants()}


def test_no_two_mutants_have_the_same_name_and_every_kind_is_made() -> None:
    assert len(MUTANTS) == len(all_mutants()) == 6_069
    assert {mutant.kind for mutant in all_mutants()} == set(KINDS)


def assert_all_are_found(score: Score) -> None:
    assert score.survived == ()
    explained = {result.mutant.name for result in score.results if equivalent_reason(result.mutant) is not None}
    assert explained == set(score.equivalent)


def test_no_mutant_of_a_sample_of_every_kind_survives() -> None:
    """All that are equivalent or refused when built, and some of each kind of the others."""
    chosen = sample(40)
    score = compute_score(indices=chosen)
    assert_all_are_found(score)
    assert {result.mutant.kind for result in score.results} == set(KINDS)
    assert len(score.results) == len(chosen)


@pytest.mark.thorough
def test_no_mutant_survives_and_the_score_by_kind_is_what_it_was() -> None:
    """One test, so that the score is computed once, by all cores, however tests are shared out."""
    score = compute_score()
    assert_all_are_found(score)
    counts = {kind.name: (kind.made, kind.refused_when_built, kind.killed, kind.equivalent) for kind in score.kinds}
    assert counts == {}
    # R3, R10 and R20 come late and others kill first; test_requirements violates each alone.
    assert len(score.killed_by) >= 16
    assert sum(score.killed_by.values()) == sum(kind.killed for kind in score.kinds)
    assert files("process.mutation").joinpath(KILLERS).read_text(encoding="utf-8") == encode_results(score.results)


def test_the_results_of_last_time_are_as_many_as_the_mutants() -> None:
    assert len(last_results()) == len(all_mutants())


@pytest.mark.parametrize(
    ("name", "requirement", "without"),
    [
        # it moves no case elsewhere, and only its refusals leave a reason out
        ("row 11, confirm_cancellation from consequences: a_quote_is_open dropped", "R16", EQUIVALENT),
        ("row 32, report_problem from signed_in and 8 more: dropped from order_details", "R12", None),
        ("row 41, time_out from cancelling and 1 more: lender added", "R6", None),
        ("report_problem as in row 32, to support_needed, also from cancelling", "R18", None),
        ("refused: is good", "R19", None),
        # the search itself raises nothing that is nearly right
        ("account_is_the_buyers: whatever the case", "R8", EQUIVALENT),
    ],
)
def test_without_its_requirement_a_mutant_gets_through(
    name: str, requirement: str, without: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The score rests on the requirements: take one away and what it alone kills is killed no more."""
    assert evaluate(MUTANTS[name]).killed_by == requirement
    monkeypatch.setattr(scoring, "BY_ID", {**scoring.BY_ID, requirement: REQUIREMENTS[0]})
    monkeypatch.setattr(scoring, "REQUIREMENTS", tuple(one for one in REQUIREMENTS if one.id != requirement))
    assert evaluate(MUTANTS[name]).killed_by == without


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("row 7, choose_cancellation from installment_options: void_the_quote dropped", EQUIVALENT),
        ("cancelling: no deadline", REFUSED_WHEN_BUILT),
        ("Limits.face Limits(face=4, other=3)", "R9"),
        ("face_attempts_are_left: face_limit +1", "R9"),
        ("consequences: customer's move given to support", "R18"),
        ("cancelling: lender not told quote", "R18"),
        ("row 9, quote_consequences: fee forged", "R4"),
        ("refuse: reason lost", "R6"),
    ],
)
def test_the_result_of_a_mutant_is_as_it_should_be(name: str, result: str) -> None:
    assert evaluate(MUTANTS[name]).killed_by == result


@pytest.mark.parametrize(
    "name",
    [
        "row 22, verification_unavailable from face_verification: dropped",
        "row 20, fail_verification from face_verification and 1 more: dropped from other_verification",
        "rows 41 and 43 (time_out) swapped",
        "cancelling: lender not told quote",
        "sign_in: channel lost",
    ],
)
def test_the_exploration_that_reuses_the_model_finds_what_the_whole_one_does(name: str) -> None:
    machine = build(MUTANTS[name].model)
    quick, whole = explore_mutant(machine, SMALL), explore(machine, limits=SMALL, expand=try_named_actors)
    assert set(quick.configurations) == set(whole.configurations)
    assert taken(quick) == taken(whole)


def taken(found: Exploration) -> set[object]:
    """What was taken where, whatever the order in which it was found."""
    pairs = zip(found.edges, found.successors, strict=True)
    return {(found.configurations[edge.source], edge.row, *taken[:3], taken.state, taken.facts) for edge, taken in pairs}


def test_a_mutant_differs_from_the_model_in_one_place_alone() -> None:
    """One row, or one guard wherever it stands, or what one event carries, or one state; and the model itself is none."""
    mutant: Mutant
    for mutant in all_mutants()[::41]:
        model = mutant.model
        rows = [row for row in MODEL.table if row not in model.table]
        other = [row for row in model.table if row not in MODEL.table]
        guards = {guard for row in rows for guard in row.guards} - {guard for row in other for guard in row.guards}
        events = [event for event in MODEL.events if model.events[event] != MODEL.events[event]]
        states = [state for state in MODEL.states if model.states[state] != MODEL.states[state]]
        places = [len(rows) > 0 or len(other) > 0, model.limits != MODEL.limits, bool(events), bool(states)]
        assert len(rows) <= 1 or len(guards) == 1
        assert len(events) <= 1
        assert len(states) <= 1
        assert sum(places) == 1 or (mutant.kind == "rows swapped" and sum(places) == 0)
