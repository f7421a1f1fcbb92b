"""Who raises an event: the actor that is named, the only one there is, or nobody who may."""

from __future__ import annotations

from typing import Any

import pytest

from process import Actor, Case, Channel, Event, Goal, WrongActor


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
