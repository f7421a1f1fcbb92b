"""What a case looks up on every event: who may raise it where, and in whose machine."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from process import MODEL, Actor, Case, Channel, Event, Goal, State, WrongActor, WrongState
from process.machine import build
from process.model import row

LEAVING_WHEN_SIGNED_IN = row(State.SIGNED_IN, Event.ABANDON, Actor.CUSTOMER, State.ABANDONED)


class PatientCase(Case):
    """A case of a model in which nobody leaves before having signed in."""

    __slots__ = ()

    machine = build(
        replace(MODEL, table=(*(row for row in MODEL.table if row.event is not Event.ABANDON), LEAVING_WHEN_SIGNED_IN))
    )


MAKERS: dict[str, Callable[[Case], Case]] = {
    "itself": lambda case: case,
    "copied": Case.copy,
    "deep-copied": copy.deepcopy,
    "pickled": lambda case: pickle.loads(pickle.dumps(case)),  # noqa: S301  # our own bytes
    "saved": lambda case: type(case).from_dict(case.to_dict()),
}


@pytest.mark.parametrize("stranger", ["stranger", "", 1, [], {}, Event.SIGN_IN])
def test_a_stranger_is_not_taken_for_the_only_actor_that_there_is(stranger: Any) -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    assert case.may_trigger(Event.ABANDON)
    assert not case.may_trigger(Event.ABANDON, by=stranger)
    assert case.blockers(Event.ABANDON, by=stranger)[0].code == "wrong_actor"
    with pytest.raises(WrongActor):
        case.trigger(Event.ABANDON, by=stranger)


@pytest.mark.parametrize("by", [Actor.CUSTOMER, "customer", None])
def test_a_step_names_the_actor_and_the_event_by_their_members(by: Any) -> None:
    name: Any = "abandon"
    step = Case(goal=Goal.PLAN, account="acct-1", order="order-9").trigger(name, by=by)
    assert step.by is Actor.CUSTOMER
    assert step.event is Event.ABANDON


def test_an_actor_must_be_named_also_where_only_one_could_raise_the_event_now() -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    case.sign_in(account="acct-1", channel=Channel.APP)
    assert not case.may_trigger(Event.REPORT_PROBLEM, {"problem": "the page is blank"})
    assert case.may_trigger(Event.REPORT_PROBLEM, {"problem": "the page is blank"}, by=Actor.SYSTEM)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_case_is_decided_by_the_machine_of_its_class(maker: Callable[[Case], Case]) -> None:
    patient = maker(PatientCase(goal=Goal.PLAN, account="acct-1", order="order-9"))
    assert not patient.may_trigger(Event.ABANDON)
    with pytest.raises(WrongState):
        patient.abandon()
    patient.sign_in(account="acct-1", channel=Channel.APP)
    assert patient.abandon().target is State.ABANDONED
    assert Case(goal=Goal.PLAN, account="acct-1", order="order-9").may_trigger(Event.ABANDON)
