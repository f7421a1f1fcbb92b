"""Temporal's servers, as the package index brings them, for tests that are not async themselves."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from process import Actor, Case, Event, Goal, Limits, ProcessError
from process.temporal import CaseHandle, Cases
from process.temporal.workflow import CaseWorkflow

Result = TypeVar("Result")
_numbers = count(1)


def program(name: str) -> str:
    """The path of a server's program: beside this interpreter, or else on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found is not None, f"{name} comes with the extra test"
    return found


class Server:
    """A server, with an event loop of its own in a thread, on which everything for it runs.

    Args:
        skips_time: whether it is the server that skips time, or the development server.
        longest_run: the number of events after which the development server suggests a new run; by default its own.
    """

    def __init__(self, *, skips_time: bool, longest_run: int | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="temporal", daemon=True)
        self.thread.start()
        self.environment: WorkflowEnvironment = self.run(self._start(skips_time, longest_run))

    async def _start(self, skips_time: bool, longest_run: int | None) -> WorkflowEnvironment:
        if skips_time:
            path = program("temporal-test-server")
            return await WorkflowEnvironment.start_time_skipping(test_server_existing_path=path)
        options = ["--output", "none"]
        if longest_run is not None:
            options += ["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={longest_run}"]
        return await WorkflowEnvironment.start_local(
            dev_server_existing_path=program("temporal"), dev_server_extra_args=options
        )

    @property
    def client(self) -> Client:
        return self.environment.client

    @property
    def address(self) -> str:
        return self.client.service_client.config.target_host

    def run(self, work: Coroutine[Any, Any, Result], seconds: float = 120) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def stop(self) -> None:
        self.run(self.environment.shutdown())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def new_order() -> str:
    """An order that no other test has: all tests share a server."""
    return f"order-{next(_numbers)}"


SIGN_IN = {"account": "acct-1", "channel": "app"}


async def opened(server: Server, goal: Goal = Goal.PLAN, **settings: Any) -> CaseHandle:
    """A new case about an order of its own."""
    order = new_order()
    return await Cases(server.client).open(goal=goal, account="acct-1", order=order, case_id=f"case-of-{order}", **settings)


async def submit(case: CaseHandle) -> None:
    """Bring a new case to where its cancellation is submitted to the lender, at version 8."""
    events: list[tuple[Event, dict[str, Any], Actor | None]] = [
        (Event.SIGN_IN, SIGN_IN, None),
        (Event.OPEN_ORDERS, {}, None),
        (Event.OPEN_ORDER, {"order": case.order}, None),
        (Event.FIND_OPTION, {"option": "cancel"}, None),
        (Event.CHOOSE_CANCELLATION, {}, None),
        (Event.QUOTE_CONSEQUENCES, {"quote": "q", "fee": 0, "currency": "CNY"}, None),
        (Event.CONFIRM_CANCELLATION, {"quote": "q"}, Actor.CUSTOMER),
        (Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, None),
    ]
    for number, (event, data, by) in enumerate(events):
        await case.handle(event, data, by=by, event_id=f"m{number}")


async def open_like(cases: Cases, case: Case) -> CaseHandle:
    """A case on the server that is opened as *case* was."""
    facts = case.facts
    limits = Limits(facts.face_limit, facts.other_limit)
    return await cases.open(goal=facts.goal, account=facts.account, order=facts.order, case_id=case.case_id, limits=limits)


async def outcome_of(work: Coroutine[Any, Any, Any]) -> Any:
    """The result, or the ProcessError that is raised."""
    try:
        return await work
    except ProcessError as error:
        return error


async def history_of(client: Client, handle: CaseHandle, run_id: str | None = None) -> WorkflowHistory:
    return await client.get_workflow_handle(handle.workflow_id, run_id=run_id).fetch_history()


async def runs_of(client: Client, case: CaseHandle) -> list[WorkflowHistory]:
    """The histories of all runs of a case, oldest first."""
    first = (await history_of(client, case)).events[0].workflow_execution_started_event_attributes.first_execution_run_id
    found, run = list[WorkflowHistory](), first
    while run:
        found.append(await history_of(client, case, run))
        run = found[-1].events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


async def replay(history: WorkflowHistory, workflow: type = CaseWorkflow) -> None:
    """Raise where the workflow, as it is now, would have done something else than the history has.

    A run that has only just begun has done nothing yet, and the library would wait for ever for its first task.
    """
    if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events):
        await replayer_of(workflow).replay_workflow(history)


def replayer_of(workflow: type) -> Replayer:
    """A replayer that a busy machine does not disturb: without debug mode, two seconds without progress are an error."""
    return Replayer(workflows=[workflow], workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True)


def compared(error: ProcessError) -> tuple[Any, ...]:
    """Everything that a refusal tells, with values in place of the members of enums."""
    blockers = getattr(error, "blockers", ())
    told = [(b.code, {k: _plain(v) for k, v in b.parameters.items()}, b.zh, b.en) for b in blockers]
    return type(error), getattr(error, "event", None), getattr(error, "state", None), getattr(error, "by", None), told


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, (tuple, list)) else getattr(value, "value", value)
