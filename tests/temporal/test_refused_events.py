"""Refusals and malformed messages on both servers."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from process import Actor, Event, Goal, GuardNotMet, InvalidPayload, UnknownEvent, WrongActor, WrongState
from process.temporal import Cases, Conflict, worker
from tests.support.temporal import SIGN_IN, Server, compared, history_of, new_order, opened, outcome_of

pytestmark = pytest.mark.usefixtures("workers")


def test_refusals_are_those_of_a_bare_case(server: Server) -> None:
    async def scenario() -> None:
        case = await opened(server)
        tries: list[tuple[Any, Any, Any]] = [
            (Event.SIGN_IN, {**SIGN_IN, "account": "another"}, None),  # GuardNotMet
            (Event.SIGN_IN, SIGN_IN, Actor.SUPPORT),  # WrongActor
            (Event.REPORT_PROBLEM, {"problem": "x"}, None),  # nobody is named
            (Event.OPEN_ORDERS, None, None),  # WrongState
            (Event.SIGN_IN, {"account": "acct-1", "channel": "fax", "colour": 1}, None),  # InvalidPayload
            (Event.SIGN_IN, {"account": object()}, None),
            (Event.ABANDON, [], None),
            (Event.ABANDON, {1: 2}, None),
            (Event.QUOTE_CONSEQUENCES, {"quote": "q", "fee": True, "currency": "CNY"}, None),
            (Event.SIGN_IN, SIGN_IN, "nobody"),
        ]
        bare = await case.load()
        seen = set()
        for number, (event, data, by) in enumerate(tries):
            with pytest.raises((GuardNotMet, WrongActor, WrongState, InvalidPayload)) as wanted:
                bare.copy().trigger(event, data, by=by)
            given = await outcome_of(case.handle(event, data, by=by, event_id=f"m{number}"))
            assert compared(given) == compared(wanted.value)
            assert str(pickle.loads(pickle.dumps(given))) == str(wanted.value)  # noqa: S301  # our own
            seen.add(type(given))
        assert seen == {GuardNotMet, WrongActor, WrongState, InvalidPayload}
        with pytest.raises(UnknownEvent):
            await case.handle("elope", event_id="m99")  # type: ignore[arg-type]
        assert (await case.load()) == bare
        for wrong in ("", " ", "x" * 65, 7):
            with pytest.raises(InvalidPayload):
                await case.handle(Event.SIGN_IN, SIGN_IN, event_id=wrong)  # type: ignore[arg-type]

    server.run(scenario())


def test_a_wait_that_is_cut_short_can_be_taken_up_under_the_same_id(dev: Server) -> None:
    async def scenario() -> None:
        queue = new_order()
        case = await Cases(dev.client, task_queue=queue).open(goal=Goal.PLAN, account="acct-1", order=queue)
        with pytest.raises(TimeoutError):  # no worker is there
            async with asyncio.timeout(0.3):
                await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        async with worker(dev.client, task_queue=queue):
            assert (await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")).step.version == 1

    dev.run(scenario())


def test_a_malformed_message_is_refused_and_holds_no_case_up(dev: Server) -> None:
    right = {"event": "sign_in", "data": SIGN_IN, "event_id": "m1", "by": "customer"}
    changes: tuple[dict[str, Any], ...] = (
        {"data": "text"},
        {"data": None},
        {"data": {"account": "\ud800", "channel": float("nan")}},
        {"data": {"account": [[[[]]]]}},
        {"data": {"x" * 1_000_000: 1}},
        {"by": 3},
        {"version": "first"},
        {"at": "noon"},
        {"event": "elope"},
        {"event_id": ""},
        {"case_id": "another"},
    )

    async def scenario() -> None:
        case = await opened(dev)
        workflow = dev.client.get_workflow_handle(case.workflow_id)
        for arguments in ([], [7], [right, right], *([{"case_id": case.case_id, **right, **each}] for each in changes)):
            with pytest.raises(WorkflowUpdateFailedError):
                await workflow.execute_update("handle", args=arguments)
        assert (await case.load()).version == 0
        assert (await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")).step.version == 1
        events = (await history_of(dev.client, case)).events
        assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in {event.event_type for event in events}

    dev.run(scenario())


def test_an_event_on_an_older_version_is_a_conflict_and_one_on_a_later_version_waits_for_it(server: Server) -> None:
    async def scenario() -> None:
        case = await opened(server)
        waiting = asyncio.create_task(case.handle(Event.OPEN_ORDERS, event_id="m2", version=1))
        await asyncio.sleep(0.1)
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1", version=0)
        assert (await waiting).step.version == 2
        with pytest.raises(Conflict) as conflict:
            await case.handle(Event.OPEN_ORDER, {"order": case.order}, event_id="m3", version=1)
        assert conflict.value.version == 1
        assert (await case.handle(Event.OPEN_ORDERS, event_id="m2", version=1)).is_duplicate

    server.run(scenario())
