"""Deadlines and lenders over weeks, on the server that skips time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from temporalio import activity

from process import Actor, Case, Event, Goal, Request, RequestKind, State
from process.temporal import Answer, CaseHandle, Cases, worker
from tests.support.temporal import SIGN_IN, Server, history_of, new_order, replay, submit
from tests.support.thorough import counts

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def skipping() -> Iterator[Server]:
    """A server for these tests alone: its clock stands still while a case of others waits for a worker that is gone."""
    server = Server(skips_time=True)
    yield server
    server.stop()


async def until(case: CaseHandle, holds: Callable[[Case], bool]) -> Case:
    """The case once it *holds*: what a rung timer leads to takes a moment."""
    while not holds(loaded := await case.load()):
        await asyncio.sleep(0.01)
    return loaded


async def opened(server: Server, order: str, deadlines: dict[State, timedelta]) -> CaseHandle:
    cases = Cases(server.client, task_queue=order)
    return await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id=f"case-{order}", deadlines=deadlines)


async def timers(server: Server, case: CaseHandle) -> int:
    return sum(event.HasField("timer_started_event_attributes") for event in (await history_of(server.client, case)).events)


def test_a_case_expires_after_its_thirty_days_and_not_before(skipping: Server) -> None:
    async def scenario() -> None:
        order = new_order()
        async with worker(skipping.client, task_queue=order):
            case = await opened(skipping, order, {State.SIGNED_OUT: 30 * DAY})
            begun = await skipping.environment.get_current_time()
            await skipping.environment.sleep(29 * DAY)
            assert (await case.load()).state is State.SIGNED_OUT
            await skipping.environment.sleep(1.5 * DAY)
            expired = await until(case, lambda loaded: loaded.is_done)
            assert expired.state is State.EXPIRED
            (step,) = await case.history()
            assert isinstance(step.at, datetime)
            assert abs(step.at - begun - 30 * DAY) < HOUR
            assert (step.event, step.by) == (Event.TIME_OUT, Actor.CLOCK)
            await replay(await history_of(skipping.client, case))

    skipping.run(scenario())


def test_one_timer_serves_a_deadline_that_moves_and_a_nearer_one_is_kept(skipping: Server) -> None:
    async def scenario() -> None:
        order = new_order()
        async with worker(skipping.client, task_queue=order):
            deadlines = {State.SIGNED_OUT: DAY, State.SIGNED_IN: 3 * DAY, State.ORDER_LIST: HOUR}
            case = await opened(skipping, order, deadlines)
            await skipping.environment.sleep(0.5 * DAY)
            await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
            assert await timers(skipping, case) == 1
            await skipping.environment.sleep(2 * DAY)
            assert (await case.load()).state is State.SIGNED_IN
            assert await timers(skipping, case) == 2
            await case.handle(Event.OPEN_ORDERS, event_id="m2")
            await skipping.environment.sleep(2 * HOUR)
            assert (await until(case, lambda loaded: loaded.is_done)).state is State.EXPIRED
            assert await timers(skipping, case) == 3
            await replay(await history_of(skipping.client, case))

    skipping.run(scenario())


@counts("days", 1, 10)
def test_a_lender_that_is_down_for_days_is_called_under_one_key_until_it_answers(
    skipping: Server, days: int, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[Request] = []
    up_again: list[datetime] = []

    async def cancel(request: Request) -> Answer:
        calls.append(request)
        if not up_again or activity.info().started_time < up_again[0]:
            raise ConnectionError
        return Answer(Event.COMPLETE_CANCELLATION, {"quote": request.payload["quote"]})

    async def scenario() -> None:
        order = new_order()
        async with worker(skipping.client, {RequestKind.CANCEL_PLAN: cancel}, task_queue=order):
            case = await submitted(skipping, order, {State.CANCELLING: DAY / 2, State.SUPPORT_NEEDED: 30 * DAY})
            up_again.append(await skipping.environment.get_current_time() + days * DAY)
            await skipping.environment.sleep((days - 0.25) * DAY)
            assert (await case.load()).state is State.SUPPORT_NEEDED  # the lender has been silent for too long
            await skipping.environment.sleep(DAY / 2)
            assert (await until(case, lambda loaded: loaded.is_done)).state is State.PLAN_CANCELLED
            assert {request.key for request in calls} == {f"{case.case_id}:8"}
            assert len(calls) > 200 * days
            assert [step.event for step in (await case.history())[-2:]] == [Event.TIME_OUT, Event.COMPLETE_CANCELLATION]

    caplog.set_level(logging.ERROR, "temporalio.activity")  # each failure is logged with its traceback
    skipping.run(scenario())


def test_a_lender_that_answers_after_forty_days_is_heard(skipping: Server) -> None:
    async def scenario() -> None:
        order = new_order()
        async with worker(skipping.client, task_queue=order):
            case = await submitted(skipping, order, {})
            await skipping.environment.sleep(40 * DAY)
            waiting = await case.load()
            assert waiting.state is State.SUPPORT_NEEDED
            done = await case.handle(Event.COMPLETE_CANCELLATION, {"quote": "q"}, by=Actor.LENDER, event_id="m9")
            assert done.case.state is State.PLAN_CANCELLED
            assert done.step.version == waiting.version + 1 == 15
            await replay(await history_of(skipping.client, case))

    skipping.run(scenario())


async def submitted(server: Server, order: str, deadlines: dict[State, timedelta]) -> CaseHandle:
    """A case whose cancellation was submitted to the lender."""
    case = await opened(server, order, deadlines)
    await submit(case)
    return case
