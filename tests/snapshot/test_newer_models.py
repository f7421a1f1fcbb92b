"""A case that an older model began goes on under a newer one: what was allowed then is not validated again."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from process import MODEL, MODEL_VERSION, Actor, Case, Event, Goal, GuardNotMet, SnapshotInvalid, State
from process import model as m
from process.machine import CompiledMachine, build
from process.snapshot.migrations import MIGRATIONS, Migration
from tests.support.begun_cases import at_options

NEXT = MODEL_VERSION + 1


def tightened() -> m.Model:
    """The next model: whoever wants the plan cancelled alone finds no option, and from there nobody just leaves."""
    table = []
    for row in MODEL.table:
        if row.event is Event.FIND_OPTION:
            table.append(replace(row, guards=(*row.guards, m.goal_has_face_verification)))
        elif row.event is Event.ABANDON:
            table.append(replace(row, sources=tuple(s for s in row.sources if s is not State.ORDER_DETAILS)))
        else:
            table.append(row)
    return replace(MODEL, table=tuple(table))


class NextCase(Case):
    machine: ClassVar[CompiledMachine] = build(tightened())


@pytest.fixture
def next_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is of the next model version, which wants nothing of a snapshot changed."""
    monkeypatch.setattr("process.snapshot.codec.MODEL_VERSION", NEXT)
    monkeypatch.setitem(MIGRATIONS, MODEL_VERSION, Migration(lambda data: data, lambda step: step))


OLD = at_options().to_json()
"""What today's model wrote of a case that the next one would not have let come so far."""


def test_the_next_model_would_not_have_let_the_old_case_come_so_far() -> None:
    fresh = NextCase(goal=Goal.PLAN, account="acct-1", order="order-9")
    *steps, last = Case.from_json(OLD).history
    for step in steps:
        fresh.trigger(step.event, step.data, by=step.by)
    with pytest.raises(GuardNotMet):
        fresh.trigger(last.event, last.data, by=last.by)


def test_an_old_case_can_be_read_saved_and_read_again_with_its_whole_history(next_model: None) -> None:
    case = NextCase.from_json(OLD)
    for _ in range(2):
        case = NextCase.from_json(case.to_json())
        assert (case.state, len(case.history)) == (State.INSTALLMENT_OPTIONS, case.version)
    assert case.to_dict()["model_version"] == NEXT


def test_an_old_case_goes_on_and_is_saved_as_whole_or_cut_short(next_model: None) -> None:
    case = NextCase.from_json(OLD)
    old_version = case.version
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=5, currency="CNY")
    for steps in (None, 1, 2, 3, 100):
        again = NextCase.from_json(case.to_json(steps=steps))
        assert again.to_dict()["trusted_until"] == old_version
        again.confirm_cancellation(quote="quote-1", by=Actor.CUSTOMER)
        assert NextCase.from_json(again.to_json()).state is State.VERIFICATION_DECISION
    for twin in (case.copy(), copy.deepcopy(case), pickle.loads(pickle.dumps(case))):  # noqa: S301  # our own bytes
        assert twin == case
        assert twin.to_json() == case.to_json()


def test_an_old_step_by_a_row_that_is_gone_is_trusted(next_model: None) -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    for step in Case.from_json(OLD).history[:3]:
        case.trigger(step.event, step.data, by=step.by, at=step.at)
    case.abandon()
    data = {**case.to_dict(), "model_version": MODEL_VERSION}
    ended = NextCase.from_json(NextCase.from_dict(data).to_json())
    assert ended.history == case.history


def spoil_the_last_step(data: dict[str, Any]) -> None:
    data["history"][-1]["data"]["fee"] = 6


def spoil_a_fact(data: dict[str, Any]) -> None:
    data["facts"]["currency"] = "USD"


def break_the_chain(data: dict[str, Any]) -> None:
    data["history"][1]["source"] = "order_list"


def begin_elsewhere(data: dict[str, Any]) -> None:
    data["history"][0]["source"] = "order_list"


def validate_the_old_steps(data: dict[str, Any]) -> None:
    del data["trusted_until"]


def validate_the_last_old_step(data: dict[str, Any]) -> None:
    data["trusted_until"] -= 1


def trust_future_steps(data: dict[str, Any]) -> None:
    data["trusted_until"] = data["version"] + 1


def trust_half_a_step(data: dict[str, Any]) -> None:
    data["trusted_until"] = 3.5


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (spoil_the_last_step, "facts.fee"),
        (spoil_a_fact, "facts.currency"),
        (break_the_chain, "history[1].source"),
        (begin_elsewhere, "history[0].source"),
        (validate_the_old_steps, "history[3]"),
        (validate_the_last_old_step, "history[3]"),
        (trust_future_steps, "trusted_until"),
        (trust_half_a_step, "trusted_until"),
    ],
)
def test_what_the_newer_model_did_is_validated_as_ever(
    spoil: Callable[[dict[str, Any]], None], where: str, next_model: None
) -> None:
    case = NextCase.from_json(OLD)
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=5, currency="CNY")
    data = case.to_dict()
    NextCase.from_dict(data)
    spoil(data)
    with pytest.raises(SnapshotInvalid) as refused:
        NextCase.from_dict(data)
    assert refused.value.where == where


def test_facts_that_can_not_stand_in_the_state_are_refused_of_an_old_case_too(next_model: None) -> None:
    data = {**NextCase.from_json(OLD).to_dict(), "state": "cancelling"}
    data["history"][-1]["target"] = "cancelling"
    with pytest.raises(SnapshotInvalid, match="impossible in cancelling"):
        NextCase.from_dict(data)


def test_a_case_that_one_model_alone_has_moved_has_no_trusted_until_and_may_have_none() -> None:
    assert "trusted_until" not in at_options(Goal.BOTH).to_dict()
    data = json.loads(Path(__file__).with_name("model_1").joinpath("whole.jsonl").read_bytes().splitlines()[5])
    Case.from_dict(data)
    with pytest.raises(SnapshotInvalid, match="unknown key 'trusted_until'"):
        Case.from_dict({**data, "trusted_until": data["version"]})
