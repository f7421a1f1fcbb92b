"""Cases on both servers: every end, and what makes an event count once."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from process import Actor, Case, EndReached, Event, Goal, Limits, State, UnknownEvent, WrongState
from process.exploration.explorer import Exploration
from process.exploration.replay import path_steps
from process.temporal import CaseNotFound, Cases, EventIdReused, Handled, worker
from process.temporal.deciding import Deciding
from process.temporal.messages import DECIDE, DecideInput, Decision
from process.temporal.workflow import CaseWorkflow
from tests.support.temporal import SIGN_IN, Server, compared, history_of, new_order, open_like, opened, outcome_of, replay

pytestmark = pytest.mark.usefixtures("workers")


# ------------------------------------------------------------------------------------------------------------ scenarios, T1


@pytest.fixture(scope="module")
def scenarios(small_exploration: Exploration) -> dict[State, tuple[Goal, tuple[Any, ...]]]:
    """For each end a shortest path to it."""
    shortest: dict[State, tuple[Goal, tuple[Any, ...]]] = {}
    for index, found in enumerate(small_exploration.configurations):
        if small_exploration.machine.definition.states[found.state].end and found.state not in shortest:
            path = small_exploration.path_to(index)
            shortest[found.state] = found.facts.goal, path_steps(small_exploration, path)
    return shortest


def test_a_case_reaches_every_end_as_a_bare_case_does_and_its_history_replays(
    server: Server, scenarios: dict[State, tuple[Goal, tuple[Any, ...]]]
) -> None:
    async def scenario(end: State, goal: Goal, steps: tuple[Any, ...]) -> None:
        order = new_order()
        bare = Case(goal=goal, account="account-1", order=order, case_id=f"case-of-{order}", limits=Limits(1, 1))
        case = await open_like(Cases(server.client), bare)
        for number, step in enumerate(steps):
            data = {**step.data, **({"order": order} if "order" in step.data else {})}
            wanted = bare.trigger(step.event, data, by=step.by)
            handled = await case.handle(step.event, data, event_id=f"event-{number}", by=step.by)
            assert handled.step._replace(at=None) == wanted
            assert (handled.case.state, handled.case.facts) == (bare.state, bare.facts)
        assert bare.state is end
        loaded = await case.load()
        assert (loaded.state, loaded.facts, loaded.version, loaded.is_done) == (end, bare.facts, bare.version, True)
        assert [step._replace(at=None) for step in await case.history()] == list(bare.history)
        assert await case.request() is None
        with pytest.raises(EndReached) as refused:
            await case.handle(Event.ABANDON, event_id="too-late")
        with pytest.raises(EndReached) as wanted_refusal:
            bare.trigger(Event.ABANDON)
        assert compared(refused.value) == compared(wanted_refusal.value)
        await replay(await history_of(server.client, case))

    async def all_scenarios() -> None:
        await asyncio.gather(*(scenario(end, goal, steps) for end, (goal, steps) in scenarios.items()))

    ends = {state for state in State if Case.machine.definition.states[state].end}
    assert set(scenarios) == ends
    server.run(all_scenarios())


def test_a_case_that_has_ended_answers_without_a_worker(dev: Server) -> None:
    async def scenario() -> None:
        queue = new_order()
        cases = Cases(dev.client, task_queue=queue)
        async with worker(dev.client, task_queue=queue):
            case = await cases.open(goal=Goal.PLAN, account="acct-1", order=queue, case_id="case-1")
            first = await case.handle(Event.ABANDON, event_id="m1")
            await dev.client.get_workflow_handle(case.workflow_id).result()
        again = await case.handle(Event.ABANDON, event_id="m1")
        assert again == Handled(first.step, first.case, is_duplicate=True)
        assert (await case.load()).state is State.ABANDONED
        assert await case.history() == (first.step,)
        assert (await case.export()).history == (first.step,)
        with pytest.raises(EventIdReused):
            await case.handle(Event.REPORT_PROBLEM, {"problem": "none"}, event_id="m1", by=Actor.CUSTOMER)
        with pytest.raises(EndReached):
            await case.handle(Event.ABANDON, event_id="m2")
        with pytest.raises(UnknownEvent):
            await case.handle("elope", event_id="m3")  # type: ignore[arg-type]

    dev.run(scenario())


# -------------------------------------------------------------------------------------------------- once and again, T5


def test_one_event_sent_fifty_times_at_once_is_one_step_with_the_same_answer(server: Server) -> None:
    async def scenario() -> None:
        case = await opened(server)
        sent = [case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1") for _ in range(50)]
        handled = await asyncio.gather(*sent)
        assert {each.step.version for each in handled} == {1}
        assert len({repr(each.step) for each in handled}) == 1
        assert sum(not each.is_duplicate for each in handled) == 1
        assert (await case.load()).version == 1

    server.run(scenario())


def test_the_same_id_with_another_payload_is_refused_and_another_sender_has_ids_of_its_own(server: Server) -> None:
    async def scenario() -> None:
        case = await opened(server)
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        with pytest.raises(EventIdReused) as reused:
            await case.handle(Event.SIGN_IN, {**SIGN_IN, "channel": "website"}, event_id="m1")
        assert reused.value.args == (case.case_id, "m1", "sign_in")
        with pytest.raises(EventIdReused):
            await case.handle(Event.OPEN_ORDERS, event_id="m1")
        with pytest.raises(EventIdReused):  # also where no message could say it
            await case.handle(Event.SIGN_IN, {"account": object()}, event_id="m1")
        handled = await case.handle(Event.REPORT_PROBLEM, {"problem": "none"}, event_id="m1", by=Actor.SYSTEM)
        assert handled.step.version == 2

    server.run(scenario())


def test_a_final_refusal_is_given_again_and_an_early_one_is_decided_anew(skipping: Server) -> None:
    async def scenario() -> None:
        case = await opened(skipping)
        with pytest.raises(WrongState):
            await case.handle(Event.OPEN_ORDERS, event_id="early")
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        assert (await case.handle(Event.OPEN_ORDERS, event_id="early")).step.version == 2

    skipping.run(scenario())


def test_an_event_for_another_case_of_the_order_is_not_taken(server: Server) -> None:
    async def scenario() -> None:
        first = await opened(server)
        await first.handle(Event.ABANDON, event_id="m1")
        cases = Cases(server.client)
        second = await cases.open(goal=Goal.PLAN, account="acct-1", order=first.order, case_id="the-second")
        for stranger in (cases.get(first.order, "no-such-case"), cases.get("no-such-order", first.case_id)):
            for work in (
                stranger.handle(Event.SIGN_IN, SIGN_IN, event_id="m1"),
                stranger.handle(Event.SIGN_IN, {}, event_id="m1"),
                stranger.load(),
                stranger.history(),
            ):
                with pytest.raises(CaseNotFound):
                    await work
        assert (await second.load()).version == 0

    server.run(scenario())


def test_an_ended_case_is_found_behind_the_next_case_of_its_order(dev: Server) -> None:
    async def scenario() -> None:
        cases, order = Cases(dev.client), f"{new_order()} 'of' 100%25 \\ \"quoted\""
        first = await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id="the-first")
        step = (await first.handle(Event.ABANDON, event_id="m1")).step
        second = await cases.open(goal=Goal.PLAN, account="acct-1", order=first.order, case_id="the-second")
        while await first.earlier_run() is None:
            await asyncio.sleep(0.05)
        assert await first.handle(Event.ABANDON, event_id="m1") == Handled(step, await first.load(), is_duplicate=True)
        await second.handle(Event.ABANDON, event_id="m1")
        await dev.client.get_workflow_handle(second.workflow_id).result()
        again = await cases.open(goal=Goal.PLAN, account="acct-1", order=first.order, case_id=first.case_id)
        assert (await again.load()).state is State.ABANDONED

    dev.run(scenario())


def test_an_event_and_a_deadline_that_no_worker_could_decide_are_decided_when_one_can(
    skipping: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """As where a worker is short of time for half a minute: while a case is opened, at an event, and at a deadline."""
    failures = [False]

    @activity.defn(name=DECIDE)
    async def decide(given: DecideInput) -> Decision:
        if failures[-1]:
            return await Deciding({}).decide(given)
        failures.append(True)
        raise ApplicationError("no time", non_retryable=True)

    async def scenario() -> None:
        order, hour = new_order(), timedelta(hours=1)
        cases = Cases(skipping.client, task_queue=order)
        case = await cases.open(
            goal=Goal.PLAN, account="acct-1", order=order, case_id="case-1", deadlines={State.SIGNED_IN: hour}
        )
        async with Worker(
            skipping.client,
            task_queue=order,
            workflows=[CaseWorkflow],
            activities=[decide],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            while len((await history_of(skipping.client, case)).events) < 5:  # until the workflow's first task is over
                await asyncio.sleep(0.05)
            waiting = asyncio.create_task(case.handle(Event.OPEN_ORDERS, event_id="early"))
            await asyncio.sleep(0.2)
            await skipping.environment.sleep(30)  # longer than an event waits for a version
            await skipping.environment.sleep(60)
            assert isinstance(await outcome_of(waiting), WrongState)
            failures.append(False)
            assert (await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")).step.version == 1
            failures.append(False)
            await skipping.environment.sleep(2 * hour)
            while not (await case.load()).is_done:
                await asyncio.sleep(0.05)
            assert [step.by for step in await case.history()] == [Actor.CUSTOMER, Actor.CLOCK]
            assert failures == [False, True] * 3
            await replay(await history_of(skipping.client, case))

    caplog.set_level(logging.ERROR)  # each failure is logged with its traceback
    skipping.run(scenario())
