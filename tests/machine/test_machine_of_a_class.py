"""A case is decided by the machine of its class, however it was made."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from process import MODEL, Actor, Case, Channel, Event, Goal, State, WrongState
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


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_case_is_decided_by_the_machine_of_its_class(maker: Callable[[Case], Case]) -> None:
    patient = maker(PatientCase(goal=Goal.PLAN, account="acct-1", order="order-9"))
    assert not patient.may_trigger(Event.ABANDON)
    with pytest.raises(WrongState):
        patient.abandon()
    patient.sign_in(account="acct-1", channel=Channel.APP)
    assert patient.abandon().target is State.ABANDONED
    assert Case(goal=Goal.PLAN, account="acct-1", order="order-9").may_trigger(Event.ABANDON)
