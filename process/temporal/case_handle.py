"""One case of the host's on Temporal: events, reading, and what an ended case still answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from process.case import Case
from process.case_arguments import check_version, read_once
from process.exceptions import ProcessError
from process.json_vocabulary import error_from_dict
from process.kept_cases import Handled, with_history
from process.model import Actor, Event
from process.persistence_errors import CaseNotFound, Conflict, EventIdReused
from process.records import Request, Step
from process.temporal.conversion import (
    answer_after_the_end,
    check_reference,
    decoded_step,
    error_of,
    handled_of,
    message_of,
    sender_name,
)
from process.temporal.messages import (
    UNDECIDED,
    CaseResult,
    HandledMessage,
    Look,
    LookInput,
    Position,
)
from process.temporal.recorded_steps import steps_of_runs

_ESCAPED: Final = {character: quote(character) for character in "%\\\"'"}
"""Characters of an order that the server's query language does not find in an id."""
_BUSY: Final = (
    RPCStatusCode.RESOURCE_EXHAUSTED,  # ten events are in flight already
    RPCStatusCode.FAILED_PRECONDITION,  # the task in which the event was decided came to nothing, as beside an answer
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.ABORTED,
)
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, *[1.6] * 40, None)
"""Seconds, at most, before an event is sent again; after the last of them the server's error is raised."""


class RefusedAnswer(NamedTuple):
    """An answer of a host's function that the case has refused."""

    key: str
    """The key of the request that was answered."""
    event: str
    error: ProcessError


class CaseHandle:
    """A case on Temporal. Whatever the case does not take is raised as by ``Case`` itself.

    A case that has ended is answered from the workflow's result, for as long as the namespace keeps it.
    """

    def __init__(self, client: Client, order: str, case_id: str, prefix: str) -> None:
        self.client, self.order, self.case_id = client, order, case_id
        self.workflow_id = prefix + "".join(_ESCAPED.get(character, character) for character in order)

    def __repr__(self) -> str:
        return f"<CaseHandle {self.case_id} of {self.order}>"

    async def handle(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        event_id: str,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
        version: int | None = None,
    ) -> Handled:
        """Raise an event on the case, once, however often it is delivered.

        Args:
            event: what happens.
            data: the payload, as EVENTS lists it.
            event_id: the sender's id of this event, a reference, unique for each actor in the case. A second delivery has
                the same id and gets the same answer; a new try has a new one.
            by: who raises it; may be left out where one actor alone may.
            who: the host's reference to the person or system behind *by*.
            at: when, with a time zone; the server's time where it is left out.
            version: the version of the case that the sender saw; no other will do. Give it where an event follows from what
                ``load`` showed: the event then waits until the case has got that far.

        Raises:
            CaseNotFound: the order has no such case.
            UnknownEvent, InvalidPayload: the event is malformed; nothing is kept.
            EndReached, WrongState, WrongActor, GuardNotMet: refused. A final refusal is kept, an early one is not.
            EventIdReused: the id belongs to another event of the same sender.
            Conflict: the case is not at *version*.

        It waits for a worker; bound the wait with ``asyncio.timeout``, and send the event again under the same id.
        """
        check_reference("event_id", event_id)
        check_version(version)
        payload = read_once(data)
        message = message_of(self.case_id, event, payload, event_id, by, who, at, version)
        if message is None:
            return await self._refuse(event, payload, event_id, by, who, at)
        for pause in _PAUSES:
            try:
                answer: HandledMessage = await self._workflow().execute_update(
                    "handle", message, id=str(uuid4()), result_type=HandledMessage
                )
                return handled_of(answer)
            except WorkflowUpdateFailedError as failed:
                error = error_of(failed.cause)
                if isinstance(error, CaseNotFound):  # the order has another case now; this one may have ended before
                    return handled_of(answer_after_the_end(await self._result(), message))
                if pause is None or not (isinstance(error, ApplicationError) and error.type == UNDECIDED):
                    raise error from None
            except WorkflowUpdateRPCTimeoutOrCancelledError as interrupted:
                if isinstance(interrupted.__cause__, asyncio.CancelledError):
                    raise interrupted.__cause__ from None  # the caller's own, as by asyncio.timeout
                if pause is None:
                    raise
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    latest = await self.latest_run()
                    if latest is None or latest.status is not WorkflowExecutionStatus.RUNNING:
                        return handled_of(answer_after_the_end(await self._result(), message))
                elif error.status not in _BUSY or pause is None:
                    raise
            await asyncio.sleep(random.uniform(0, pause or 0))  # noqa: S311  # so that senders part
        raise Conflict(self.case_id, version)

    async def load(self) -> Case:
        """The case as it is, with its last step; ``history`` gives all of them.

        Raises:
            CaseNotFound: the order has no such case.
            NewerModel: a newer model than this program's has moved it.
        """
        return Case.from_dict((await self._look()).position.snapshot)

    async def request(self) -> Request | None:
        """The request that the case is waiting for; None at an end. Raises as ``load``."""
        return (await self.load()).request

    async def history(self) -> tuple[Step, ...]:
        """The steps, oldest first. Raises as ``load``.

        The case keeps its newest 500 at hand; earlier ones are read from the histories of its runs, of which the namespace
        keeps those that were over longer ago than its retention no more: then the first steps are missing.
        """
        return await self._steps(await self._look(steps=True))

    async def export(self) -> Case:
        """The case with its whole history, for ``store.import_case`` and ``Cases.import_case``.

        Raises:
            CaseNotFound, NewerModel: as for ``load``.
            SnapshotInvalid: the namespace no longer keeps all of the history.
        """
        look = await self._look(steps=True)
        return with_history(Case.from_dict(look.position.snapshot), await self._steps(look))

    async def refused_answers(self) -> tuple[RefusedAnswer, ...]:
        """The answers of the host's functions that the case has refused: the newest ten, oldest first. Raises as ``load``.

        The worker logs each as a warning, too. The function is not called again; the case waits for ``handle`` or for
        its deadline.
        """
        refused = (await self._look()).refused_answers
        return tuple(RefusedAnswer(each.key, each.event, error_from_dict(each.error)) for each in refused)

    # --------------------------------------------------------------------------------------------------------- inside

    async def latest_run(self) -> WorkflowExecutionDescription | None:
        """The newest run for the order, which may be another case's; None where there is none."""
        try:
            return await self._workflow().describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def earlier_run(self) -> WorkflowExecution | None:
        """The run in which this case ended, before other cases of the order. The server's index may lag by a second."""
        wanted = f"WorkflowId = '{self.workflow_id}' AND ExecutionStatus = 'Completed'"
        try:
            async for run in self.client.list_workflows(wanted):
                if (await run.memo()).get("case_id") == self.case_id:
                    return run
        except RPCError as error:
            if error.status is not RPCStatusCode.UNIMPLEMENTED:  # servers for tests have no index
                raise
        return None

    def _workflow(self, run_id: str | None = None) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(self.workflow_id, run_id=run_id, result_type=CaseResult)

    async def _run(self) -> WorkflowExecution | None:
        """The newest run of this case."""
        run: WorkflowExecution | None = await self.latest_run()
        if run is not None and (await run.memo()).get("case_id") != self.case_id:
            run = await self.earlier_run()
        return run

    async def _result(self) -> CaseResult:
        run = await self._run()
        if run is None or run.status is not WorkflowExecutionStatus.COMPLETED:
            raise CaseNotFound(self.case_id)
        result: CaseResult = await self._workflow(run.run_id).result(follow_runs=False)
        return result

    async def _look(self, key: str | None = None, *, steps: bool = False) -> Look:
        try:
            look: Look = await self._workflow().query(
                "look", LookInput(key, steps), result_type=Look, reject_condition=QueryRejectCondition.NOT_OPEN
            )
            if look.position.snapshot["case_id"] == self.case_id:
                return look
        except WorkflowQueryRejectedError:
            pass
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseNotFound(self.case_id) from None
            raise
        result = await self._result()
        outcomes = {outcome.key: outcome for outcome in result.outcomes}
        taken = [outcome.step for outcome in result.outcomes if outcome.step is not None]
        return Look(result.position or Position(), outcomes.get(key or ""), taken, result.refused_answers)

    async def _steps(self, look: Look) -> tuple[Step, ...]:
        """The steps up to what *look* shows, without those that are nowhere kept."""
        found = {step["version"]: step for step in look.steps}
        missing = set(range(1, look.position.version + 1)) - found.keys()
        if missing and (run := await self._run()) is not None:
            found |= await steps_of_runs(self.client, self.workflow_id, run.run_id, missing)
        return tuple(decoded_step(found[version]) for version in sorted(found))

    async def _refuse(self, event: Any, data: Any, event_id: str, by: Any, who: Any, at: Any) -> Handled:
        """Raise the refusal of a malformed event without sending it."""
        look = await self._look(f"{sender_name(event, by)}:{event_id}")
        if look.outcome is not None:
            raise EventIdReused(self.case_id, event_id, look.outcome.event)
        case = Case.from_dict(look.position.snapshot)
        case.trigger(event, data, by=by, who=who, at=at)
        raise AssertionError("what is malformed is refused")
