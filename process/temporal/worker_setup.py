"""Sets up a worker: the activities by which it decides events, and calls the host's functions for requests.

When a call that failed is made again is said in ``workflow``.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from process import json_vocabulary
from process.machine import MACHINE
from process.model import Actor, Event, RequestKind
from process.records import Request
from process.temporal import messages
from process.temporal.deciding import Deciding
from process.temporal.messages import AnswerMessage, RequestMessage
from process.temporal.workflow import CaseWorkflow
from process.value_checks import field_errors, model_1_check_of

HEARTBEAT: Final = 3.0  # seconds; a call of which no sign comes for 15 is made again elsewhere
CALLS: Final = 100
"""Functions of the host's that run at the same time in a worker, by default."""


@dataclass(frozen=True)
class Answer:
    """The event that answers a request, for a host's function to return.

    ``by`` is the actor to whom the request went, where it is left out.
    """

    event: Event
    data: Mapping[str, Any] = field(default_factory=dict)
    by: Actor | None = None
    who: str | None = None


Function = Callable[[Request], Answer | None] | Callable[[Request], Awaitable[Answer | None]]
"""A function of the host's, called with a request until it returns, always under the request's key.

It raises where it has no success yet, and is called again: after a second, then twice as long, up to five minutes. It
returns the event that answers, or None where the answer comes later through ``handle``. An answer that the case refuses is
logged as a warning and listed by ``CaseHandle.refused_answers``.
"""


def worker(
    client: Client,
    functions: Mapping[RequestKind, Function] | None = None,
    *,
    task_queue: str = messages.TASK_QUEUE,
    **options: Any,
) -> Worker:
    """A worker for ``async with``: it takes cases on, and calls the *functions* for the kinds of request named.

    All workers of a queue need the same kinds; a request of a kind that no worker has a function for waits for ``handle``.

    Args:
        client: the connection. Two workers of one queue in one process need a client each.
        functions: by the kind of request; ``async def`` or not.
        task_queue: the queue, the one that ``Cases`` names too.
        options: more options of ``temporalio.worker.Worker``.
    """
    if options.get("max_cached_workflows") == 0:
        raise ValueError("max_cached_workflows must be 1 or more: without a cache each local activity is decided again")
    known = {RequestKind(kind): function for kind, function in (functions or {}).items()}
    calls = options.setdefault("max_concurrent_activities", CALLS)
    threads = ThreadPoolExecutor(calls, thread_name_prefix="request")
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[CaseWorkflow],
        activities=[Deciding(known).decide, *(_activity_of(kind, call, threads) for kind, call in known.items())],
        # A sandbox would watch nothing here: it sees no code that is passed through to it, as all of this package would be,
        # and costs 14 ms of CPU a case.
        workflow_runner=UnsandboxedWorkflowRunner(),
        **options,
    )


def _activity_of(kind: RequestKind, function: Function, threads: ThreadPoolExecutor) -> Callable[..., Any]:
    @activity.defn(name=kind.value)
    async def call(message: RequestMessage) -> AnswerMessage | None:
        request = json_vocabulary.request_from_dict(vars(message))
        async with _heartbeats():
            if inspect.iscoroutinefunction(function):
                answer: Any = await function(request)
            else:
                run = contextvars.copy_context().run
                answer = await asyncio.get_running_loop().run_in_executor(threads, run, function, request)
        return None if answer is None else _answer_message(answer, request)

    return call


@asynccontextmanager
async def _heartbeats() -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            activity.heartbeat()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


def _answer_message(answer: object, request: Request) -> AnswerMessage:
    """The answer as data; one that no case could take is an error of the function, which is then called again."""
    if not isinstance(answer, Answer):
        raise ApplicationError(f"the function for {request.kind} must return an Answer or None", type="TypeError")
    event = Event(answer.event)
    if wrong := field_errors(MACHINE.compiled_events[event].fields, answer.data, model_1_check_of):
        raise ApplicationError(
            f"the answer to {request.kind}: " + " ".join(each.en for each in wrong), type="InvalidPayload"
        )
    by = Actor(answer.by) if answer.by is not None else request.to
    return AnswerMessage(event.value, json_vocabulary.plain(answer.data), by.value, answer.who)
