"""Every model with one change is found: refused when built, killed by a requirement, or known to be equivalent."""

from __future__ import annotations

import pytest

from process import fates
from process.equivalents import EQUIVALENTS
from process.fates import Score
from process.mutants import KINDS, all_mutants

MADE = {mutant.name: mutant for mutant in all_mutants()}


@pytest.fixture(scope="module")
def score() -> Score:
    return fates.score()


def test_no_two_mutants_have_the_same_name_and_every_kind_is_made() -> None:
    assert len(MADE) == len(all_mutants()) == 4_776
    assert {mutant.kind for mutant in all_mutants()} == set(KINDS)


def test_no_mutant_survives(score: Score) -> None:
    assert score.survived == ()
    assert score.made == len(all_mutants())


def test_the_equivalent_mutants_are_those_that_are_listed_with_a_reason(score: Score) -> None:
    listed = [name for names in EQUIVALENTS.values() for name in names]
    assert sorted(score.equivalent) == sorted(listed)


def test_the_score_by_kind_is_what_it_was(score: Score) -> None:
    counts = {kind.name: (kind.made, kind.refused_when_built, kind.killed, kind.equivalent) for kind in score.kinds}
    assert counts == {}
    assert all(kind.survived == 0 for kind in score.kinds)
