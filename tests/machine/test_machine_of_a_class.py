"""A case is decided by the machine of its class, however it was made."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from process import MODEL, Actor, Case, Channel, Event, Goal, Limits, Option, State, WrongState
from process.machine import build
from process.model import Facts, row
from process.mutation.score import all_mutants
from tests.support.broken_models import Changes, with_effect

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


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_case_is_decided_by_the_machine_of_its_class(maker: Callable[[Case], Case]) -> None:
    patient = maker(PatientCase(goal=Goal.PLAN, account="acct-1", order="order-9"))
    assert not patient.may_trigger(Event.ABANDON)
    with pytest.raises(WrongState):
        patient.abandon()
    patient.sign_in(account="acct-1", channel=Channel.APP)
    assert patient.abandon().target is State.ABANDONED
    assert Case(goal=Goal.PLAN, account="acct-1", order="order-9").may_trigger(Event.ABANDON)


def names_no_fact_late(facts: Facts, _data: object) -> Mapping[str, object]:
    return {"quote": "quote-1", "qoute": None} if facts.account == "acct-1" else {}


def fails_late(facts: Facts, _data: object) -> Mapping[str, object]:
    return {"fee": 1 // (facts.account != "acct-1")}


@pytest.mark.parametrize(("changes", "error"), [(names_no_fact_late, KeyError), (fails_late, ZeroDivisionError)])
def test_an_effect_that_fails_leaves_the_case_as_it_was(changes: Changes, error: type[Exception]) -> None:
    class Failing(Case):
        machine = build(with_effect(Event.SIGN_IN, changes))

    case = Failing(goal=Goal.PLAN, account="acct-1", order="order-9", case_id="case-1")
    with pytest.raises(error):
        case.sign_in(account="acct-1", channel=Channel.APP)
    assert case == Failing(goal=Goal.PLAN, account="acct-1", order="order-9", case_id="case-1")


def test_a_mutant_of_a_limit_decides_for_a_case_as_its_machine_does_for_facts() -> None:
    (mutant,) = (each for each in all_mutants() if each.name == "face_attempts_are_left: face_limit +1")

    class Shifted(Case):
        machine = build(mutant.model)

    case = Shifted(goal=Goal.PLAN, account="acct-1", order="order-9", limits=Limits(face=0))
    case.sign_in(account="acct-1", channel=Channel.APP)
    case.open_orders()
    case.open_order(order="order-9")
    case.find_option(option=Option.CANCEL)
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    case.confirm_cancellation(quote="quote-1", by=Actor.CUSTOMER)
    case.require_verification()
    assert case.start_face_verification(consent="consent-1").target is State.FACE_VERIFICATION
