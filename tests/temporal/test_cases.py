"""Cases on both servers: every end, every refusal, and what makes an event count once."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from process import (
    Actor,
    Case,
    EndReached,
    Event,
    Goal,
    GuardNotMet,
    InvalidPayload,
    Limits,
    Request,
    RequestKind,
    SnapshotInvalid,
    State,
    UnknownEvent,
    WrongActor,
    WrongState,
)
from process.exploration.explorer import Exploration
from process.exploration.replay import path_steps
from process.temporal import (
    AlreadyDone,
    Answer,
    CaseHandle,
    CaseIdReused,
    CaseNotFound,
    Cases,
    Conflict,
    EventIdReused,
    Handled,
    HistoryDiffers,
    OrderHasOpenCase,
    worker,
)
from tests.support.temporal import Server, compared, history_of, new_order, open_like, outcome_of, replay
from tests.support.trips import at_choice, finished

SIGN_IN = {"account": "acct-1", "channel": "app"}


@pytest.fixture(scope="module", autouse=True)
def _workers(skipping: Server, dev: Server) -> Iterator[None]:
    """A worker on each server; it has no functions, so everything comes through ``handle``."""
    workers = [(server, worker(server.client)) for server in (skipping, dev)]
    for server, each in workers:
        server.run(each.__aenter__())
    yield
    for server, each in workers:
        server.run(each.__aexit__(None, None, None))


async def opened(server: Server, goal: Goal = Goal.PLAN, **settings: Any) -> CaseHandle:
    order = new_order()
    return await Cases(server.client).open(goal=goal, account="acct-1", order=order, case_id=f"case-of-{order}", **settings)


# ------------------------------------------------------------------------------------------------------------ trips, T1


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
    async def trip(end: State, goal: Goal, steps: tuple[Any, ...]) -> None:
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

    async def trips() -> None:
        await asyncio.gather(*(trip(end, goal, steps) for end, (goal, steps) in scenarios.items()))

    ends = {state for state in State if Case.machine.definition.states[state].end}
    assert set(scenarios) == ends
    server.run(trips())


def test_a_case_that_has_ended_answers_without_a_worker(dev: Server) -> None:
    async def trip() -> None:
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

    dev.run(trip())


# -------------------------------------------------------------------------------------------------- once and again, T5


def test_one_event_sent_fifty_times_at_once_is_one_step_with_the_same_answer(server: Server) -> None:
    async def trip() -> None:
        case = await opened(server)
        sent = [case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1") for _ in range(50)]
        handled = await asyncio.gather(*sent)
        assert {each.step.version for each in handled} == {1}
        assert len({repr(each.step) for each in handled}) == 1
        assert sum(not each.is_duplicate for each in handled) == 1
        assert (await case.load()).version == 1

    server.run(trip())


def test_the_same_id_with_another_payload_is_refused_and_another_sender_has_ids_of_its_own(server: Server) -> None:
    async def trip() -> None:
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

    server.run(trip())


def test_a_final_refusal_is_given_again_and_an_early_one_is_decided_anew(skipping: Server) -> None:
    async def trip() -> None:
        case = await opened(skipping)
        with pytest.raises(WrongState):
            await case.handle(Event.OPEN_ORDERS, event_id="early")
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        assert (await case.handle(Event.OPEN_ORDERS, event_id="early")).step.version == 2

    skipping.run(trip())


def test_an_event_for_another_case_of_the_order_is_not_taken(server: Server) -> None:
    async def trip() -> None:
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

    server.run(trip())


def test_an_ended_case_is_found_behind_the_next_case_of_its_order(dev: Server) -> None:
    async def trip() -> None:
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

    dev.run(trip())


# ----------------------------------------------------------------------------------------------------------- refusals, T6


def test_refusals_are_those_of_a_bare_case(server: Server) -> None:
    async def trip() -> None:
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

    server.run(trip())


def test_a_wait_that_is_cut_short_can_be_taken_up_under_the_same_id(dev: Server) -> None:
    async def trip() -> None:
        queue = new_order()
        case = await Cases(dev.client, task_queue=queue).open(goal=Goal.PLAN, account="acct-1", order=queue)
        with pytest.raises(TimeoutError):  # no worker is there
            async with asyncio.timeout(0.3):
                await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        async with worker(dev.client, task_queue=queue):
            assert (await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")).step.version == 1

    dev.run(trip())


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

    async def trip() -> None:
        case = await opened(dev)
        workflow = dev.client.get_workflow_handle(case.workflow_id)
        for arguments in ([], [7], [right, right], *([{"case_id": case.case_id, **right, **each}] for each in changes)):
            with pytest.raises(WorkflowUpdateFailedError):
                await workflow.execute_update("handle", args=arguments)
        assert (await case.load()).version == 0
        assert (await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")).step.version == 1
        events = (await history_of(dev.client, case)).events
        assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in {event.event_type for event in events}

    dev.run(trip())


def test_an_event_on_an_older_version_is_a_conflict_and_one_on_a_later_version_waits_for_it(server: Server) -> None:
    async def trip() -> None:
        case = await opened(server)
        waiting = asyncio.create_task(case.handle(Event.OPEN_ORDERS, event_id="m2", version=1))
        await asyncio.sleep(0.1)
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1", version=0)
        assert (await waiting).step.version == 2
        with pytest.raises(Conflict) as conflict:
            await case.handle(Event.OPEN_ORDER, {"order": case.order}, event_id="m3", version=1)
        assert conflict.value.version == 1
        assert (await case.handle(Event.OPEN_ORDERS, event_id="m2", version=1)).is_duplicate

    server.run(trip())


# ------------------------------------------------------------------------------------------------------ opening, moving


def test_an_order_has_one_open_case_and_opening_again_gives_it(server: Server) -> None:
    async def trip() -> None:
        cases, order = Cases(server.client), new_order()

        async def opening(case_id: str, goal: Goal = Goal.PLAN) -> Any:
            return await outcome_of(cases.open(goal=goal, account="acct-1", order=order, case_id=case_id))

        results = await asyncio.gather(*(opening(f"case-{number}") for number in range(8)))
        (case,) = (each for each in results if isinstance(each, CaseHandle))
        refused = [each for each in results if not isinstance(each, CaseHandle)]
        assert all(isinstance(each, OrderHasOpenCase) and each.case_id == case.case_id for each in refused)
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        assert (await (await opening(case.case_id)).load()).version == 1
        assert isinstance(await opening(case.case_id, Goal.BOTH), CaseIdReused)
        await case.handle(Event.ABANDON, event_id="m2")
        assert (await (await opening(case.case_id)).load()).state is State.ABANDONED
        with pytest.raises(InvalidPayload):
            await cases.open(goal=Goal.PLAN, account="", order=order)

    server.run(trip())


def test_what_was_done_for_an_order_is_not_done_again(server: Server) -> None:
    async def trip() -> None:
        cases, order = Cases(server.client), new_order()

        async def moved(case: Case, case_id: str) -> Any:
            data = {**_renamed(case.to_dict(), case.facts.order, order), "case_id": case_id}
            handle = await outcome_of(cases.import_case(Case.from_dict(data)))
            if isinstance(handle, CaseHandle):
                await server.client.get_workflow_handle(handle.workflow_id).result()
            return handle

        async def opening(goal: Goal) -> Any:
            return await outcome_of(cases.open(goal=goal, account="acct-1", order=order, case_id=f"for-{goal}"))

        await moved(finished(), "case-1")  # the plan is cancelled, the face verification stands
        for goal in (Goal.PLAN, Goal.BOTH):
            refused = await opening(goal)
            assert isinstance(refused, AlreadyDone)
            assert (refused.order, refused.case_id, refused.done) == (order, "case-1", Goal.PLAN)
        assert isinstance(await moved(finished(), "case-2"), AlreadyDone)
        second = await opening(Goal.FACE_VERIFICATION)
        await second.handle(Event.ABANDON, event_id="m1")
        await server.client.get_workflow_handle(second.workflow_id).result()
        assert isinstance(await opening(Goal.PLAN), AlreadyDone)  # also behind the case that came between

    server.run(trip())


def test_a_case_moves_in_with_its_history_and_out_again(server: Server) -> None:
    async def trip() -> None:
        cases = Cases(server.client)
        case = at_choice(Goal.BOTH)
        order = new_order()
        moved = Case.from_dict(_renamed(case.to_dict(), case.facts.order, order))
        handle = await cases.import_case(moved, event_ids={2: "msg-2"})
        assert await handle.export() == moved
        assert await (await cases.import_case(moved)).load() == await handle.load()
        duplicate = await handle.handle(Event.SIGN_IN, dict(moved.history[0].data), event_id="step:1")
        assert duplicate.is_duplicate
        assert (await handle.handle(Event.OPEN_ORDERS, event_id="msg-2")).step == moved.history[1]
        other = moved.copy()
        other.start_other_verification(method="sms_code")  # type: ignore[arg-type]
        with pytest.raises(HistoryDiffers):
            await cases.import_case(other)
        await handle.handle(Event.START_OTHER_VERIFICATION, {"method": "sms_code"}, event_id="m1")
        out = await handle.export()
        assert out.history[:-1] == moved.history
        assert out.version == moved.version + 1
        with pytest.raises(SnapshotInvalid):
            await cases.import_case(Case.from_dict(moved.to_dict(steps=1)))
        ended = Case.from_dict(_renamed(finished().to_dict(), case.facts.order, new_order()))
        gone = await cases.import_case(ended)
        assert await server.client.get_workflow_handle(gone.workflow_id).result()
        assert await gone.export() == ended

    server.run(trip())


def _renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The snapshot of the same case about another order."""
    text = Case.from_dict(data).to_json().replace(f'"{old}"', f'"{new}"')
    return Case.from_json(text).to_dict()


# ------------------------------------------------------------------------------------------------------------- requests


def test_the_hosts_functions_are_called_under_one_key_until_they_answer(server: Server) -> None:
    calls: list[Request] = []
    decided = asyncio.Event()

    def quote(request: Request) -> Answer:
        calls.append(request)
        if len(calls) < 3:
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

    async def trip() -> None:
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
            assert {request.key for request in calls[:3]} == {asked.key} == {f"{case.case_id}:5"}
            assert asked.kind is RequestKind.QUOTE_CONSEQUENCES
            assert asked.to is Actor.LENDER
            assert asked.payload["goal"] is Goal.PLAN
            assert (last.kind, last.key, last.payload["quote"]) == (RequestKind.CANCEL_PLAN, f"{case.case_id}:8", "quote-1")
            description = await server.client.get_workflow_handle(case.workflow_id).describe()
            assert description.status is WorkflowExecutionStatus.COMPLETED
            await replay(await history_of(server.client, case))

    server.run(trip())
