"""The workflow that owns a case: it keeps the case, its timer and its requests, and decides nothing.

What an event does is decided by the local activity ``decide``, whose outcome is recorded in the history. So a history
replays under any later model, and an upgrade of the model leaves running cases running. No state is named here, and of the
events only the one that a clock raises.

Every command of this file is recorded in the histories of running cases. Whoever changes it runs the tests of
``tests/temporal/test_replay.py``: the histories kept there have to replay.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from process.temporal import messages
from process.temporal.messages import (
    AnswerMessage,
    CaseInput,
    CaseResult,
    Decision,
    EventMessage,
    EventOutcome,
    HandledMessage,
    Look,
    LookInput,
    Position,
    RefusedAnswerMessage,
    RequestMessage,
)

KEPT_OUTCOMES, KEPT_SIZE = 500, 240_000
"""The number of outcomes that are kept, the newest, and the characters of JSON that they may take."""
KEPT_REFUSED_ANSWERS = 10
LONGEST_TIMER = timedelta(days=365)
"""Servers refuse timers of thousands of years; a longer wait is split."""
LONGEST_HISTORY = 5_000
"""Events of a run after which the case goes on in a new one, where the server has not suggested it before."""
LARGEST_EVENT = 16_000
"""Characters of JSON; an event of the model has a quarter of that at most."""
VERSION_WAIT = timedelta(seconds=20)
"""The longest wait of an event for the version that its sender saw."""
RETRY_PAUSE = timedelta(minutes=1)
"""The pause between two tries where a worker could not decide, because its release is older than the case's."""
STATE = SearchAttributeKey.for_keyword(messages.STATE_ATTRIBUTE)
AWAITS = SearchAttributeKey.for_keyword(messages.AWAITS_ATTRIBUTE)
UNDECIDED = (messages.UNDECIDED, "NewerModel", "SnapshotInvalid")
"""Errors of the worker, which is short of time or too old for the case, not of the event."""


@workflow.defn(name=messages.WORKFLOW)
class CaseWorkflow:
    """One case. Its id is the order's, so an order has one open case."""

    @workflow.init
    def __init__(self, given: CaseInput) -> None:
        self.searchable = given.searchable
        self.position = given.position or Position(snapshot=given.snapshot)
        self.case_id = self.position.snapshot["case_id"]
        self.outcomes = {outcome.key: outcome for outcome in given.outcomes}
        self.size = sum(outcome.size for outcome in given.outcomes)
        self.refused_answers = given.refused_answers
        self.requests: dict[str, tuple[RequestMessage, asyncio.Task[None]]] = {}
        self.is_ready = False
        self.trouble: dict[str, Any] | None = None
        self.turn = asyncio.Lock()  # one event at a time

    @workflow.run
    async def run(self, given: CaseInput) -> CaseResult:
        if given.position is None:
            await self._open()
        for request in given.pending:
            self._call(request)
        self.is_ready = True
        while not self.position.is_done and not self._is_long():
            await self._wait_for_the_deadline()
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self.turn.locked())
        outcomes = list(self.outcomes.values())
        if not self.position.is_done:
            pending = [request for request, _ in self.requests.values()]
            workflow.continue_as_new(CaseInput({}, self.position, outcomes, pending, self.searchable, self.refused_answers))
        return CaseResult(self.position, outcomes, self.refused_answers)

    async def _open(self) -> None:
        snapshot = self.position.snapshot
        if snapshot["version"] == 0 and snapshot["opened_at"] is None:
            snapshot["opened_at"] = workflow.now().isoformat()
        while (opened := await self._decide(None)).position is None:
            self.trouble = opened.error
            await workflow.sleep(RETRY_PAUSE)
        self._move(opened.position)

    # ------------------------------------------------------------------------------------------------- from the client

    @workflow.update
    async def handle(self, event: EventMessage) -> HandledMessage:
        """Raise an event, once: what it did is kept under its id, and given again to whoever sends it again."""
        while not self._has_seen(event):
            try:
                await workflow.wait_condition(lambda: self._has_seen(event), timeout=VERSION_WAIT)
            except TimeoutError:
                if self.is_ready or self.trouble is not None:
                    raise _as_failure(self._conflict(event) if self.is_ready else self.trouble) from None
        async with self.turn:
            return await self._take(event)

    @handle.validator
    def _check(self, event: EventMessage) -> None:
        if event.case_id != self.case_id:  # a late event of an earlier case of the order
            raise _as_failure(messages.error_message("CaseNotFound", event.case_id))
        if not event.event_id or event.size > LARGEST_EVENT:
            raise ApplicationError("no id, or too large", type="ValueError", non_retryable=True)

    @workflow.query
    def look(self, given: LookInput) -> Look:
        steps = [outcome.step for outcome in self.outcomes.values() if outcome.step is not None] if given.steps else []
        return Look(self.position, self.outcomes.get(given.key or ""), steps, self.refused_answers)

    # --------------------------------------------------------------------------------------------------------- events

    async def _take(self, event: EventMessage) -> HandledMessage:
        known = self.outcomes.get(event.key)
        if known is not None:
            if not known.is_of(event):
                raise _as_failure(messages.error_message("EventIdReused", self.case_id, event.event_id, known.event))
            if known.step is None:
                raise _as_failure(known.error)
            return HandledMessage(known.step, self.position.snapshot, is_duplicate=True)
        if event.version is not None and event.version != self.position.version:
            raise _as_failure(self._conflict(event))
        event.at = event.at or workflow.now().isoformat()
        decision = await self._decide(event)
        if decision.is_final or decision.step is not None:
            self._keep(EventOutcome(event.key, event.event, event.data, decision.step, decision.error))
        if decision.position is None or decision.step is None:
            raise _as_failure(decision.error)
        self._move(decision.position)
        return HandledMessage(decision.step, decision.position.snapshot)

    async def _decide(self, event: EventMessage | None) -> Decision:
        try:
            decision: Decision = await workflow.execute_local_activity(
                messages.DECIDE,
                messages.DecideInput(self.position.snapshot, event),
                result_type=Decision,
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(maximum_attempts=3),
            )
        except FailureError as failure:
            if is_cancelled_exception(failure):
                raise
            return Decision(error=messages.error_message(messages.UNDECIDED))
        return decision

    def _keep(self, outcome: EventOutcome) -> None:
        self.outcomes[outcome.key] = outcome
        self.size += outcome.size
        if len(self.outcomes) <= KEPT_OUTCOMES and self.size <= KEPT_SIZE:
            return
        # Refusals go first: a final one is refused again. Then the oldest steps.
        for kept in sorted(self.outcomes.values(), key=lambda each: each.step is not None)[:-1]:
            self.size -= self.outcomes.pop(kept.key).size
            if len(self.outcomes) <= KEPT_OUTCOMES and self.size <= KEPT_SIZE:
                return

    def _move(self, position: Position) -> None:
        """Move to *position*: call the function for its request, and cancel the calls that are no longer wanted."""
        before, self.position = self.position, position
        wanted = position.request
        for key, (request, call) in list(self.requests.items()):
            is_wanted = not position.is_done and (request.binding or (wanted is not None and wanted.key == key))
            if not is_wanted and call is not asyncio.current_task():
                del self.requests[key]
                call.cancel()
        if wanted is not None and wanted.key not in self.requests:
            self._call(wanted)
        if self.searchable and (position.state, position.awaits) != (before.state, before.awaits):
            awaits = AWAITS.value_unset() if position.awaits is None else AWAITS.value_set(position.awaits)
            workflow.upsert_search_attributes([STATE.value_set(position.state), awaits])

    async def _raise(self, event: EventMessage) -> dict[str, Any] | None:
        """Raise an event of the workflow's own, and try until it is decided. Return the error if it is refused."""
        while True:
            try:
                async with self.turn:
                    await self._take(event)
                return None
            except ApplicationError as refused:
                if refused.type not in UNDECIDED:
                    error: dict[str, Any] = refused.details[0]
                    return error
            await workflow.sleep(RETRY_PAUSE)

    def _has_seen(self, event: EventMessage) -> bool:
        return self.is_ready and (event.version or 0) <= self.position.version

    def _conflict(self, event: EventMessage) -> dict[str, Any]:
        return messages.error_message("Conflict", self.case_id, event.version, False, self.position.version)

    # -------------------------------------------------------------------------------------------- requests, deadlines

    def _call(self, request: RequestMessage) -> None:
        self.requests[request.key] = request, asyncio.create_task(self._answer(request))

    async def _answer(self, request: RequestMessage) -> None:
        """Call the host's function until it returns, and raise the event that it returns, if any."""
        try:
            answer = await workflow.execute_activity(
                request.kind,
                request,
                activity_id=request.key,
                result_type=AnswerMessage | None,  # type: ignore[arg-type]  # a union is no type
                start_to_close_timeout=timedelta(days=3650),
                heartbeat_timeout=timedelta(seconds=15),
                retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
            )
            if answer is not None:
                event_id = f"answer:{request.version}"
                event = EventMessage(self.case_id, event_id, answer.event, answer.data, answer.by, answer.who)
                error = await self._raise(event)
                if error is not None:
                    self._report(RefusedAnswerMessage(request.key, event.event, error))
        except ActivityError:  # cancelled, or given up by the host: the answer may come from elsewhere
            pass
        finally:
            if request.key in self.requests and self.requests[request.key][0] is request:
                del self.requests[request.key]

    def _report(self, refused: RefusedAnswerMessage) -> None:
        """Log an answer that the case refused, and keep it for the host to see: nobody else is told of it."""
        self.refused_answers = [*self.refused_answers, refused][-KEPT_REFUSED_ANSWERS:]
        codes = [blocker["code"] for blocker in refused.error.get("blockers", ())]
        workflow.logger.warning(
            "case %s refused %s, the answer to the request %s: %s %s",
            *(self.case_id, refused.event, refused.key, refused.error["kind"], ", ".join(codes)),
        )

    async def _wait_for_the_deadline(self) -> None:
        """Raise the time-out when the deadline has passed. The timer is set anew only when it fires or is too late."""
        rings_at = self._due_at()
        if rings_at is not None and rings_at <= workflow.now():
            version = self.position.version  # if the case moves first, it is the next deadline that counts
            event = EventMessage(self.case_id, f"{messages.TIME_OUT}:{version}", messages.TIME_OUT, by=messages.CLOCK)
            event.version = version
            if await self._raise(event) is not None and self.position.version == version:
                await workflow.sleep(RETRY_PAUSE)
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.position.is_done or self._is_long() or _is_nearer(self._due_at(), rings_at),
                timeout=None if rings_at is None else min(rings_at - workflow.now(), LONGEST_TIMER),
            )

    def _due_at(self) -> datetime | None:
        return None if self.position.due_at is None else datetime.fromisoformat(self.position.due_at)

    def _is_long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > LONGEST_HISTORY


def _is_nearer(due_at: datetime | None, rings_at: datetime | None) -> bool:
    return due_at is not None and (rings_at is None or due_at < rings_at)


def _as_failure(error: dict[str, Any] | None) -> ApplicationError:
    """The error as the engine takes it; any other exception in a handler would hold the case up for good."""
    kind = (error or {}).get("kind", "ProcessError")
    return ApplicationError(kind, error, type=kind, non_retryable=True)
