"""An event's id belongs to its sender; early refusals are raised, final ones are kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from process import Actor, EndReached, Event, Refused, State, WrongState, store
from tests.support.storing import START, Database, agree, call, opened
from tests.support.worker_processes import spawn

pytest_plugins = ["tests.support.store_fixtures"]


def check_ids_of_two_senders(engine: Engine) -> None:
    """A customer's refused event under the lender's id does not stand in the lender's way."""
    opened(engine, "case", steps=10)
    with pytest.raises(Refused):
        store.deliver(engine, "case", Event.OPEN_ORDER, {"order": "another"}, event_id="answer-1")
    answer: dict[str, Any] = {"data": {"quote": "Q1"}, "event_id": "answer-1", "by": Actor.LENDER, "at": START}
    done = store.deliver(engine, "case", Event.COMPLETE_CANCELLATION, **answer)
    assert (done.case.state, done.is_duplicate) == (State.PLAN_CANCELLED, False)
    assert store.deliver(engine, "case", Event.COMPLETE_CANCELLATION, **answer).is_duplicate


def test_an_id_that_a_customer_has_used_is_free_for_the_lender(engine: Engine) -> None:
    check_ids_of_two_senders(engine)
    agree(engine, 1)


def check_an_overtaken_webhook(engine: Engine) -> None:
    """The verifier's answer overtakes the start of the attempt, and is sent again under the same id."""
    opened(engine, "case", steps=8)
    answer: dict[str, Any] = {"data": {"attempt": 1}, "event_id": "hook-77"}
    for _ in range(2):
        with pytest.raises(WrongState) as early:
            store.deliver(engine, "case", Event.PASS_VERIFICATION, **answer)
        assert not early.value.is_final
    event, keywords = call(8, "case")
    store.deliver(engine, "case", event, **keywords)
    assert store.deliver(engine, "case", Event.PASS_VERIFICATION, **answer).case.state is State.CANCELLING
    with engine.begin() as conn:
        assert store.refusals(conn, "case") == ()


def test_an_event_that_came_too_early_is_taken_when_it_is_sent_again(engine: Engine) -> None:
    check_an_overtaken_webhook(engine)
    agree(engine, 1)


@pytest.mark.parametrize(
    ("way", "check"), [("ids_of_everyone", check_ids_of_two_senders), ("early_refusals_kept", check_an_overtaken_webhook)]
)
def test_a_store_with_one_namespace_or_without_early_refusals_loses_an_answer(
    sqlite: Database, way: str, check: Any
) -> None:
    process, pipe = spawn(check, sqlite._replace(broken=way))
    done, said = pipe.recv()
    process.join()
    assert not done
    assert "Error" in said or "EventIdReused" in said or "WrongState" in said


def test_the_refusals_that_are_kept_are_listed_with_event_sender_and_reason(engine: Engine) -> None:
    opened(engine, "case", steps=1)
    refused: dict[str, Any] = {"event_id": "1", "at": START, "who": "agent-7"}
    with engine.begin() as conn:
        assert store.refusals(conn, "case") == ()
        with pytest.raises(Refused) as first:
            store.handle(conn, "case", Event.OPEN_ORDERS, by="robot", **refused)
        store.handle(conn, "case", Event.ABANDON, event_id="gone")
        with pytest.raises(EndReached):
            store.handle(conn, "case", Event.OPEN_ORDERS, event_id="2")
        kept, second = store.refusals(conn, "case")
        assert (kept.event_id, kept.by, kept.who, kept.at, kept.version) == ("1", "'robot'", "agent-7", START, 1)
        assert (kept.data, kept.error.event, str(kept.error)) == ({}, Event.OPEN_ORDERS, str(first.value))
        assert (second.by, type(second.error), second.version) == ("customer", EndReached, 2)
        with pytest.raises(store.CaseNotFound):
            store.refusals(conn, "nobody")
    agree(engine, 1)


def test_who_is_kept_with_the_step_and_may_differ_in_a_redelivery(engine: Engine) -> None:
    opened(engine, "case")
    event, keywords = call(0, "case")
    with engine.begin() as conn:
        assert store.handle(conn, "case", event, **keywords, who="app-user-1").step.who == "app-user-1"
        again = store.handle(conn, "case", event, **keywords, who="app-user-2")
        assert (again.is_duplicate, again.step.who) == (True, "app-user-1")
        assert store.history(conn, "case")[0].who == "app-user-1"
        assert [found.case_id for found in store.find(conn, who="app-user-1")] == ["case"]
        assert store.find(conn, who="app-user-2") == []
    agree(engine, 1)
