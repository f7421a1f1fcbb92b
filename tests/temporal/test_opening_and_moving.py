"""Opening cases, and moving them in and out."""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from process import Actor, Case, Event, Goal, InvalidPayload, SnapshotInvalid, State
from process.temporal import AlreadyDone, CaseHandle, CaseIdReused, Cases, HistoryDiffers, OrderHasOpenCase, workflow
from tests.support.begun_cases import at_choice, finished
from tests.support.temporal import SIGN_IN, Server, new_order, outcome_of

pytestmark = pytest.mark.usefixtures("workers")


def test_an_order_has_one_open_case_and_opening_again_gives_it(server: Server) -> None:
    async def scenario() -> None:
        cases, order = Cases(server.client), new_order()

        async def opening(case_id: str, goal: Goal = Goal.PLAN) -> Any:
            return await outcome_of(cases.open(goal=goal, account="acct-1", order=order, case_id=case_id))

        results = await asyncio.gather(*(opening(f"case-{number}") for number in range(8)))
        opened = [each for each in results if isinstance(each, CaseHandle)]
        assert len(opened) == 1, results
        case = opened[0]
        refused = [each for each in results if not isinstance(each, CaseHandle)]
        assert all(isinstance(each, OrderHasOpenCase) and each.case_id == case.case_id for each in refused)
        await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
        assert (await (await opening(case.case_id)).load()).version == 1
        assert isinstance(await opening(case.case_id, Goal.BOTH), CaseIdReused)
        await case.handle(Event.ABANDON, event_id="m2")
        assert (await (await opening(case.case_id)).load()).state is State.ABANDONED
        with pytest.raises(InvalidPayload):
            await cases.open(goal=Goal.PLAN, account="", order=order)

    server.run(scenario())


def test_what_was_done_for_an_order_is_not_done_again(server: Server) -> None:
    async def scenario() -> None:
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

    server.run(scenario())


def test_a_case_moves_in_with_its_history_and_out_again(server: Server) -> None:
    async def scenario() -> None:
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

    server.run(scenario())


async def in_its_third_run(server: Server) -> tuple[CaseHandle, Case, list[str]]:
    """A case that was moved in, a bare case that took the same steps, and the runs."""
    cases, order = Cases(server.client), new_order()
    bare = Case.from_dict(_renamed(at_choice(Goal.BOTH).to_dict(), "order-9", order))
    case = await cases.import_case(bare)
    around: list[tuple[Event, dict[str, Any], Actor]] = [
        (Event.REPORT_PROBLEM, {"problem": "none"}, Actor.CUSTOMER),
        (Event.CONTACT_SUPPORT, {"channel": "hotline"}, Actor.CUSTOMER),
        (Event.GUIDE_BACK, {}, Actor.SUPPORT),
        (Event.OPEN_ORDER, {"order": order}, Actor.CUSTOMER),
    ]
    runs: list[str] = []
    for event, data, by in cycle(around):
        handled = await case.handle(event, data, by=by, event_id=f"m{bare.version}")
        assert bare.trigger(event, data, by=by, at=handled.step.at) == handled.step
        newest = (await server.client.get_workflow_handle(case.workflow_id).describe()).run_id
        runs += [newest] if newest not in runs else []
        if len(runs) == 3:
            break
    return case, bare, runs


def test_a_case_of_more_steps_than_the_workflow_keeps_moves_out_whole(dev: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "KEPT_OUTCOMES", 4)

    async def scenario() -> None:
        case, bare, _ = await in_its_third_run(dev)
        assert await case.history() == bare.history
        assert await case.export() == bare
        again = await Cases(dev.client).import_case(bare)
        assert await again.load() == await case.load()
        handled = await case.handle(Event.ABANDON, by=Actor.CUSTOMER, event_id="last")
        bare.trigger(Event.ABANDON, by=Actor.CUSTOMER, at=handled.step.at)
        await dev.client.get_workflow_handle(case.workflow_id).result()
        assert await case.export() == bare

    dev.run(scenario())


@pytest.mark.thorough  # the development server takes half a minute to delete a run
def test_a_case_whose_first_run_the_namespace_no_longer_keeps_gives_its_last_steps_and_no_export(
    dev: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "KEPT_OUTCOMES", 4)

    async def scenario() -> None:
        case, bare, (first, *_) = await in_its_third_run(dev)
        run = WorkflowExecution(workflow_id=case.workflow_id, run_id=first)
        await dev.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(namespace=dev.client.namespace, workflow_execution=run)
        )
        while (kept := await case.history()) == bare.history:
            await asyncio.sleep(0.2)
        assert 4 < len(kept) < bare.version
        assert bare.history[-len(kept) :] == kept
        with pytest.raises(SnapshotInvalid, match=f"holds {len(kept)} of {bare.version} steps"):
            await case.export()

    dev.run(scenario())


def _renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The snapshot of the same case about another order."""
    text = Case.from_dict(data).to_json().replace(f'"{old}"', f'"{new}"')
    return Case.from_json(text).to_dict()
