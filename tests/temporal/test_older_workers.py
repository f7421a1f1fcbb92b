"""A running case when the workers get another model: the case goes on, and no worker of an older model spoils it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from process import MODEL_VERSION, Actor, Event, NewerModel, State
from process.snapshot import codec
from process.temporal import CaseHandle, Cases, worker
from process.temporal.messages import DECIDE, WORKFLOW, CaseInput, DecideInput, Decision, Position
from process.temporal.workflow import CaseWorkflow
from tests.support.temporal import Server, history_of, new_order, replay

SNAPSHOTS = Path(__file__).parents[1] / "snapshot" / "model_1" / "whole.jsonl"


def model_1() -> Iterator[dict[str, Any]]:
    """Snapshots that model 1 itself wrote, each with its whole history."""
    with SNAPSHOTS.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@activity.defn(name=DECIDE)
async def decide_by_model_1(given: DecideInput) -> Decision:
    """The decisions of model 1, as far as its snapshots hold them."""
    here, event = given.snapshot, given.event
    if event is None:
        return Decision(_position(here))
    for found in model_1():
        if found["version"] != here["version"] + 1 or found["facts"]["goal"] != here["facts"]["goal"]:
            continue
        step, before = found["history"][-1], found["history"][-2:-1]
        if before == here["history"][-1:] and (step["event"], step["data"]) == (event.event, event.data):
            return Decision(_position(found), {**step, "model_version": 1})
    raise AssertionError("model 1 has kept no such event")


def _position(snapshot: dict[str, Any]) -> Position:
    cut = {**snapshot, "history": snapshot["history"][-1:]}
    return Position(cut, snapshot["version"], snapshot["state"], "customer")


async def started(server: Server, queue: str, given: CaseInput, snapshot: dict[str, Any]) -> CaseHandle:
    handle = Cases(server.client, prefix=f"{queue}:").get(snapshot["facts"]["order"], snapshot["case_id"])
    memo = {"case_id": snapshot["case_id"], "opening": {}}
    await server.client.start_workflow(WORKFLOW, given, id=handle.workflow_id, task_queue=queue, memo=memo)
    return handle


def test_a_case_goes_on_when_a_worker_of_model_1_is_replaced(dev: Server) -> None:
    first = next(model_1())
    wanted = next(
        found for found in model_1() if found["version"] == 5 and found["history"][-1]["event"] == "choose_cancellation"
    )

    async def trip() -> None:
        queue = new_order()
        case = await started(dev, queue, CaseInput(first), first)
        old = Worker(
            dev.client,
            task_queue=queue,
            workflows=[CaseWorkflow],
            activities=[decide_by_model_1],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with old:
            for step in wanted["history"]:
                await case.handle(step["event"], step["data"], event_id=f"m{step['version']}")
        async with worker(dev.client, task_queue=queue):
            again = await case.handle(Event.SIGN_IN, wanted["history"][0]["data"], event_id="m1")
            assert again.is_duplicate
            assert (await case.load()).state is State.CONSEQUENCES
            quoted = {"quote": "q", "fee": 0, "currency": "CNY"}
            handled = await case.handle(Event.QUOTE_CONSEQUENCES, quoted, event_id="m6")
            assert handled.case.to_dict()["model_version"] == MODEL_VERSION >= 2
            for event, data, by in (
                (Event.CONFIRM_CANCELLATION, {"quote": "q"}, Actor.CUSTOMER),
                (Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, Actor.SYSTEM),
                (Event.COMPLETE_CANCELLATION, {"quote": "q"}, Actor.LENDER),
            ):
                handled = await case.handle(event, data, by=by, event_id=event.value)
            assert handled.case.state is State.PLAN_CANCELLED
            history = await case.history()
            assert [step.version for step in history] == list(range(1, 10))
            told = [codec.encode_step(step) for step in history[:5]]
            assert [{name: step[name] for name in wanted["history"][0]} for step in told] == wanted["history"]
            assert (await case.export()).history == history
            await replay(await history_of(dev.client, case))

    dev.run(trip())


def test_a_worker_leaves_a_case_of_a_newer_model_alone(dev: Server) -> None:
    newer = {**next(model_1()), "model_version": MODEL_VERSION + 1}

    async def trip() -> None:
        queue = new_order()
        case = await started(dev, queue, CaseInput(position=Position(newer)), newer)
        async with worker(dev.client, task_queue=queue):
            with pytest.raises(NewerModel):
                await case.handle(Event.SIGN_IN, {"account": "account-1", "channel": "app"}, event_id="m1")
            with pytest.raises(NewerModel):
                await case.load()
            assert await case.history() == ()
            await dev.client.get_workflow_handle(case.workflow_id).terminate()

    dev.run(trip())
