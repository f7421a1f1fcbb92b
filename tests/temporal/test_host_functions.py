"""The host's functions, which are called for requests."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from process import Actor, Case, Event, Goal, GuardNotMet, Request, RequestKind, State, Step
from process.temporal import Answer, Cases, deciding, worker, worker_setup
from process.temporal.messages import EventMessage
from tests.support.asynchronous import run
from tests.support.temporal import SIGN_IN, Server, compared, history_of, new_order, outcome_of, replay, runs_of, submit
from tests.support.thorough import counts

pytestmark = pytest.mark.usefixtures("workers")


@counts("failures", 1, 2)  # seconds are waited before each next call
def test_the_hosts_functions_are_called_under_one_key_until_they_answer(server: Server, failures: int) -> None:
    calls: list[Request] = []
    decided = asyncio.Event()

    def quote(request: Request) -> Answer:
        calls.append(request)
        if len(calls) <= failures:
            raise ConnectionError("the lender is down")
        return Answer(Event.QUOTE_CONSEQUENCES, {"quote": "quote-1", "fee": 7, "currency": "CNY"})

    async def decide(request: Request) -> Answer:
        await decided.wait()
        return Answer(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"})

    def cancel(request: Request) -> None:
        calls.append(request)

    functions = {
        RequestKind.QUOTE_CONSEQUENCES: quote,
        RequestKind.DECIDE_VERIFICATION: decide,
        RequestKind.CANCEL_PLAN: cancel,
    }

    async def scenario() -> None:
        queue = order = new_order()
        async with worker(server.client, functions, task_queue=queue):
            case = await Cases(server.client, task_queue=queue).open(goal=Goal.PLAN, account="acct-1", order=order)
            await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
            await case.handle(Event.OPEN_ORDERS, event_id="m2")
            await case.handle(Event.OPEN_ORDER, {"order": order}, event_id="m3")
            await case.handle(Event.FIND_OPTION, {"option": "cancel"}, event_id="m4")
            await case.handle(Event.CHOOSE_CANCELLATION, event_id="m5")
            confirmed = await case.handle(
                Event.CONFIRM_CANCELLATION, {"quote": "quote-1"}, by=Actor.CUSTOMER, event_id="m6", version=6
            )
            assert confirmed.case.facts.fee == 7
            decided.set()
            while calls[-1].kind is not RequestKind.CANCEL_PLAN:
                await asyncio.sleep(0.02)
            done = await case.handle(
                Event.COMPLETE_CANCELLATION, {"quote": "quote-1"}, by=Actor.LENDER, event_id="m7", version=8
            )
            assert done.case.state is State.PLAN_CANCELLED
            assert await server.client.get_workflow_handle(case.workflow_id).result()
            asked, last = calls[0], calls[-1]
            assert len(calls) == failures + 2
            assert {request.key for request in calls[:-1]} == {asked.key} == {f"{case.case_id}:5"}
            assert asked.kind is RequestKind.QUOTE_CONSEQUENCES
            assert asked.to is Actor.LENDER
            assert asked.payload["goal"] is Goal.PLAN
            assert (last.kind, last.key, last.payload["quote"]) == (RequestKind.CANCEL_PLAN, f"{case.case_id}:8", "quote-1")
            description = await server.client.get_workflow_handle(case.workflow_id).describe()
            assert description.status is WorkflowExecutionStatus.COMPLETED
            await replay(await history_of(server.client, case))

    server.run(scenario())


def test_an_answer_that_the_case_refuses_is_logged_and_listed_also_in_the_next_run_and_after_the_end(
    dev: Server, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []

    def cancel(request: Request) -> Answer:
        calls.append(request.key)
        return Answer(Event.COMPLETE_CANCELLATION, {"quote": "of-another-case"}, who="lender-7")

    async def scenario() -> None:
        order = new_order()
        async with worker(dev.client, {RequestKind.CANCEL_PLAN: cancel}, task_queue=order):
            cases = Cases(dev.client, task_queue=order)
            case = await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id="case-1")
            assert await case.refused_answers() == ()
            await submit(case)
            while not await case.refused_answers():
                await asyncio.sleep(0.02)
            with pytest.raises(GuardNotMet) as wanted:
                (await case.load()).complete_cancellation(quote="of-another-case", by=Actor.LENDER)

            async def still_listed() -> None:
                (refused,) = await case.refused_answers()
                assert (refused.key, refused.event) == ("case-1:8", "complete_cancellation")
                assert compared(refused.error) == compared(wanted.value)

            await still_listed()
            assert (await case.load()).state is State.CANCELLING  # and the right answer is still awaited
            handle, number = dev.client.get_workflow_handle(case.workflow_id), 0
            first = (await handle.describe()).run_id
            while (await handle.describe()).run_id == first:
                number += 1
                await outcome_of(case.handle(Event.ABANDON, event_id=f"n{number}"))
            await still_listed()
            await case.handle(Event.COMPLETE_CANCELLATION, {"quote": "q"}, by=Actor.LENDER, event_id="webhook-1")
            await handle.result()
            await still_listed()
            assert calls == ["case-1:8"]
            for history in await runs_of(dev.client, case):
                await replay(history)

    caplog.set_level(logging.WARNING)
    dev.run(scenario())
    (logged,) = (record for record in caplog.records if "refused" in record.getMessage())  # and not once more by a replay
    assert logged.levelno == logging.WARNING
    for part in ("case-1", "case-1:8", "complete_cancellation", "GuardNotMet", "quote_not_submitted"):
        assert part in logged.getMessage()


def test_an_answer_that_no_worker_could_decide_is_taken_when_one_can(
    skipping: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed: list[str] = []

    def raise_event(case: Case, event: EventMessage) -> Step:
        if event.event == Event.QUOTE_CONSEQUENCES and not failed:
            failed.append(event.event_id)
            raise ApplicationError("no time", non_retryable=True)
        return deciding_raise_event(case, event)

    deciding_raise_event = deciding.raise_event
    monkeypatch.setattr(deciding, "raise_event", raise_event)

    def quote(request: Request) -> Answer:
        return Answer(Event.QUOTE_CONSEQUENCES, {"quote": "q", "fee": 0, "currency": "CNY"})

    async def scenario() -> None:
        order = new_order()
        async with worker(skipping.client, {RequestKind.QUOTE_CONSEQUENCES: quote}, task_queue=order):
            case = await Cases(skipping.client, task_queue=order).open(goal=Goal.PLAN, account="acct-1", order=order)
            await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
            await case.handle(Event.OPEN_ORDERS, event_id="m2")
            await case.handle(Event.OPEN_ORDER, {"order": order}, event_id="m3")
            await case.handle(Event.FIND_OPTION, {"option": "cancel"}, event_id="m4")
            await case.handle(Event.CHOOSE_CANCELLATION, event_id="m5")
            while not failed:
                await asyncio.sleep(0.02)
            await skipping.environment.sleep(90)
            while (loaded := await case.load()).facts.quote is None:
                await asyncio.sleep(0.02)
            assert (loaded.version, await case.refused_answers(), failed) == (6, (), ["answer:5"])

    caplog.set_level(logging.ERROR)  # the failure is logged with its traceback
    skipping.run(scenario())


def test_a_function_that_takes_long_is_known_to_be_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_setup, "HEARTBEAT", 0.01)
    beats: list[Any] = []

    async def scenario() -> None:
        async with worker_setup._heartbeats():
            while len(beats) < 3:
                await asyncio.sleep(0.01)
        seen = len(beats)
        await asyncio.sleep(0.05)
        assert len(beats) == seen

    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: beats.append(details)
    run(environment.run(scenario))
