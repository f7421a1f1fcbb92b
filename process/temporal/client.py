"""The host's side: opening cases, raising events on them, reading and finding them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote, unquote
from uuid import uuid4

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import QueryRejectCondition, SearchAttributeKey, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from process.case import Case
from process.exceptions import InvalidPayload, SnapshotInvalid
from process.machine import MACHINE
from process.model import MODEL_VERSION, Actor, Event, Goal, Kind, Limits, State
from process.payload import INVALID, aware_datetime, expected, field_errors, reference, wrong_field
from process.persistence import (
    AlreadyDone,
    CaseIdReused,
    CaseNotFound,
    Conflict,
    EventIdReused,
    Handled,
    HistoryDiffers,
    OrderHasOpenCase,
    error_from_dict,
    opening,
)
from process.records import Request, Step
from process.snapshot import codec, wire
from process.snapshot.migrations import migrate_step
from process.temporal import messages
from process.temporal.deciding import raise_event, step_message
from process.temporal.messages import (
    AWAITS_ATTRIBUTE,
    STATE_ATTRIBUTE,
    CaseInput,
    CaseResult,
    EventMessage,
    HandledMessage,
    Look,
    LookInput,
    Outcome,
    Position,
)

STATE, AWAITS = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE), SearchAttributeKey.for_keyword(AWAITS_ATTRIBUTE)
_ESCAPES: Final = {character: quote(character) for character in "%\\\"'"}
"""Characters of an order that the server's query language does not find in an id."""
Named = TypeVar("Named", bound=StrEnum)


class Found(NamedTuple):
    """A case in a list."""

    order: str
    case_id: str
    state: State | str
    awaits: Actor | str | None


class Cases:
    """Cases on a Temporal namespace.

    Args:
        client: the connection.
        task_queue: the queue of the workers.
        searchable: whether new cases can be found by state and by whose move it is. The namespace needs the search
            attributes then: ``register_search_attributes`` once, or your own tools.
        prefix: what the ids of the workflows begin with; the order follows.
    """

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = messages.TASK_QUEUE,
        searchable: bool = False,
        prefix: str = "installment-cancellation:",
    ) -> None:
        self.client, self.task_queue, self.searchable, self.prefix = client, task_queue, searchable, prefix

    async def open(
        self,
        *,
        goal: Goal,
        account: str,
        order: str,
        case_id: str | None = None,
        limits: Limits | None = None,
        deadlines: Mapping[State, timedelta] | None = None,
        at: datetime | None = None,
    ) -> CaseHandle:
        """Open a case; the arguments are those of ``Case``, but *at* is the server's time where it is left out.

        With a *case_id* of the host's, opening again with the same arguments gives the same case.

        Raises:
            InvalidPayload: something of this is wrong.
            OrderHasOpenCase: another case about the order has not ended.
            AlreadyDone: another case about the order has done a part of the goal.
            CaseIdReused: the order has had a case with this id that was opened with other arguments.
        """
        case = Case(goal=goal, account=account, order=order, case_id=case_id, limits=limits, deadlines=deadlines, at=at)
        return await self._start(case, CaseInput(case.to_dict(), searchable=self.searchable))

    async def import_case(self, case: Case) -> CaseHandle:
        """Take over a case that began elsewhere, with its whole history; its steps get the ids ``step:1``, ``step:2``, …

        Raises:
            SnapshotInvalid: the case has no longer its whole history.
            HistoryDiffers: the case is here already, but not with all of these steps.
            OrderHasOpenCase, AlreadyDone, CaseIdReused: as for ``open``.
        """
        if len(case.history) != case.version:
            held, version = len(case.history), case.version
            zh = f"只有 {version} 步中的 {held} 步；要导入须有全部步骤"
            raise SnapshotInvalid("history", f"holds {held} steps of {version}; to be imported it must hold all", zh)
        given = CaseInput(case.to_dict(steps=1), outcomes=[_imported(step) for step in case.history])
        given.searchable = self.searchable
        handle = await self._start(case, given)
        if case.version:
            there = await handle.history()
            if there[: case.version] != case.history:
                raise HistoryDiffers(case.case_id, case.version, len(there))
        return handle

    def get(self, order: str, case_id: str) -> CaseHandle:
        """The case of an order, by its id; looked up when it is used."""
        return CaseHandle(self.client, _reference("order", order), _reference("case_id", case_id), self.prefix)

    async def find(self, *, state: State | None = None, awaits: Actor | None = None, limit: int = 100) -> list[Found]:
        """Open cases by state and by whose move it is. The server's index may lag behind by a second or so."""
        query = [f"WorkflowType = '{messages.WORKFLOW}'", "ExecutionStatus = 'Running'"]
        if state is not None:
            query.append(f"{STATE_ATTRIBUTE} = '{State(state).value}'")
        if awaits is not None:
            query.append(f"{AWAITS_ATTRIBUTE} = '{Actor(awaits).value}'")
        found = []
        async for each in self.client.list_workflows(" AND ".join(query), limit=limit):
            told = each.typed_search_attributes
            at, move = told.get(STATE), told.get(AWAITS)
            case_id = (await each.memo())["case_id"]
            found.append(
                Found(unquote(each.id.removeprefix(self.prefix)), case_id, _named(State, at), move and _named(Actor, move))
            )
        return found

    # ------------------------------------------------------------------------------------------------------- opening

    async def _start(self, case: Case, given: CaseInput) -> CaseHandle:
        handle = self.get(case.facts.order, case.case_id)
        arguments, done = opening(case), dict[str, str]()
        latest = await handle.latest_run()
        if latest is not None:
            memo = await latest.memo()
            if memo["case_id"] != handle.case_id:
                if latest.status is WorkflowExecutionStatus.RUNNING:
                    raise OrderHasOpenCase(handle.order, memo["case_id"])
                done = await self._done(latest, memo)
                earlier = await handle.earlier_run()
                memo = {} if earlier is None else await earlier.memo()
            if memo:
                if memo["opening"] != arguments:
                    raise CaseIdReused(handle.case_id)
                return handle
            _demand_undone(case, done)
        try:
            await self.client.start_workflow(
                messages.WORKFLOW,
                given,
                id=handle.workflow_id,
                task_queue=self.task_queue,
                memo={"case_id": case.case_id, "opening": arguments, "done": done},
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
        except WorkflowAlreadyStartedError:
            return await self._start(case, given)
        return handle

    async def _done(self, latest: WorkflowExecution, memo: Mapping[str, Any]) -> dict[str, str]:
        """The parts of a goal that cases of the order have done, with the case that did each."""
        done: dict[str, str] = dict(memo.get("done") or {})
        if latest.status is WorkflowExecutionStatus.COMPLETED:
            run = self.client.get_workflow_handle(latest.id, run_id=latest.run_id, result_type=CaseResult)
            result: CaseResult = await run.result(follow_runs=False)
            if result.position is not None:
                achieved = Case.from_dict(result.position.snapshot).achieved
                done |= {part.value: memo["case_id"] for part in _parts(achieved)}
        return done


class CaseHandle:
    """A case on Temporal. Whatever the case does not take is raised as by ``Case`` itself.

    A case that has ended is answered from the workflow's result, for as long as the namespace keeps it.
    """

    def __init__(self, client: Client, order: str, case_id: str, prefix: str) -> None:
        self.client, self.order, self.case_id = client, order, case_id
        self.workflow_id = prefix + "".join(_ESCAPES.get(character, character) for character in order)

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
        """
        _reference("event_id", event_id)
        _version(version)
        message = _message(self.case_id, event, data, event_id, by, who, at, version)
        if message is None:
            return await self._refuse(event, data, event_id, by, who, at)
        for pause in _PAUSES:
            try:
                told: HandledMessage = await self._workflow().execute_update(
                    "handle", message, id=str(uuid4()), result_type=HandledMessage
                )
                return _handled(told)
            except WorkflowUpdateFailedError as failed:
                error = _error_of(failed.cause)
                if isinstance(
                    error, CaseNotFound
                ):  # the order's latest case is another one; this one may have ended before
                    return _handled(_after_the_end(await self._result(), message))
                raise error from None
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    latest = await self.latest_run()
                    if latest is None or latest.status is not WorkflowExecutionStatus.RUNNING:
                        return _handled(_after_the_end(await self._result(), message))
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
        """The steps, oldest first; of a very long case the newest 500. Raises as ``load``."""
        return tuple(_step(step) for step in (await self._look(steps=True)).steps)

    async def export(self) -> Case:
        """The case with its whole history, for ``store.import_case`` and ``Cases.import_case``. Raises as ``load``."""
        look = await self._look(steps=True)
        steps = [codec.encode_step(_step(step)) for step in look.steps]
        case = Case.from_dict(look.position.snapshot)
        return case if not steps else Case.from_dict({**case.to_dict(steps=1), "history": steps})

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

    async def _result(self) -> CaseResult:
        run: WorkflowExecution | None = await self.latest_run()
        if run is not None and (await run.memo()).get("case_id") != self.case_id:
            run = await self.earlier_run()
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
        return Look(result.position or Position(), outcomes.get(key or ""), taken)

    async def _refuse(self, event: Any, data: Any, event_id: str, by: Any, who: Any, at: Any) -> Handled:
        """Raise what a case says to an event that is malformed, without sending it."""
        look = await self._look(f"{_sender(event, by)}:{event_id}")
        if look.outcome is not None:
            raise EventIdReused(self.case_id, event_id, look.outcome.event)
        case = Case.from_dict(look.position.snapshot)
        case.trigger(event, data, by=by, who=who, at=at)
        raise AssertionError("what is malformed is refused")


# ------------------------------------------------------------------------------------------------------------ to and fro

_BUSY: Final = (
    RPCStatusCode.RESOURCE_EXHAUSTED,  # ten events are in flight already
    RPCStatusCode.FAILED_PRECONDITION,  # the task in which the event was decided came to nothing, as beside an answer
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.ABORTED,
)
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, *[1.6] * 40, None)
"""Seconds, at most, before an event is sent again; after the last of them the server's error is raised."""


def _message(
    case_id: str, event: Any, data: Any, event_id: str, by: Any, who: Any, at: Any, version: int | None
) -> EventMessage | None:
    """The event as a message; None where it is malformed, so that no message can say what was given."""
    try:
        compiled = MACHINE.compiled_events[Event(event)]
        if field_errors(compiled.fields, data or {}):
            return None
        actor = compiled.only_actor if by is None else Actor(by)
        if who is not None:
            reference(who)
        moment = None if at is None else aware_datetime(at).isoformat()
    except Exception:  # whatever objects of the caller's raise
        return None
    return EventMessage(
        case_id, event_id, compiled.event.value, wire.plain(data or {}), actor and actor.value, who, moment, version
    )


def _sender(event: Any, by: Any) -> str:
    try:
        actor = MACHINE.compiled_events[Event(event)].only_actor if by is None else Actor(by)
    except Exception:  # whatever objects of the caller's raise
        return ""
    return "" if actor is None else actor.value


def _handled(told: HandledMessage) -> Handled:
    return Handled(_step(told.step), Case.from_dict(told.snapshot), told.is_duplicate)


def _after_the_end(result: CaseResult, event: EventMessage) -> HandledMessage:
    """The answer to an event by a case that has ended."""
    position = result.position or Position()
    known = next((outcome for outcome in result.outcomes if outcome.key == event.key), None)
    if known is None:
        raise_event(Case.from_dict(position.snapshot), event)
        raise AssertionError("an end takes no event")
    if not known.is_of(event):
        raise EventIdReused(event.case_id, event.event_id, known.event)
    if known.step is None:
        raise error_from_dict(known.error or {})
    return HandledMessage(known.step, position.snapshot, is_duplicate=True)


def _error_of(cause: BaseException) -> BaseException:
    """The error that the workflow raised; the engine's own where it is none of ours."""
    if isinstance(cause, ApplicationError) and cause.details and isinstance(cause.details[0], dict):
        try:
            return error_from_dict(cause.details[0])
        except (LookupError, ValueError, TypeError, AttributeError):  # of a newer release
            return cause
    return cause


def _step(told: dict[str, Any]) -> Step:
    """The step of data, which an older model may have written."""
    data = {name: value for name, value in told.items() if name != "model_version"}
    return codec.decode_step(migrate_step(data, told["model_version"], MODEL_VERSION), f"step {told['version']}", MACHINE)


def _imported(step: Step) -> Outcome:
    told = step_message(step)
    return Outcome(f"{step.by.value}:step:{step.version}", step.event.value, told["data"], told)


def _parts(goal: Goal | None) -> tuple[Goal, ...]:
    if goal is None:
        return ()
    return (Goal.PLAN, Goal.FACE_VERIFICATION) if goal is Goal.BOTH else (goal,)


def _demand_undone(case: Case, done: Mapping[str, str]) -> None:
    for part in _parts(case.achieved if case.is_done else case.facts.goal):
        if part.value in done and done[part.value] != case.case_id:
            raise AlreadyDone(case.facts.order, done[part.value], part)


def _named(kind: type[Named], value: str | None) -> Named | str:
    """The member of that value; the value itself where a newer model wrote it."""
    try:
        return kind(value or "")
    except ValueError:
        return value or ""


def _reference(name: str, value: str) -> str:
    try:
        reference(value)
    except INVALID:
        raise InvalidPayload(None, None, None, (wrong_field(name, value, *expected(Kind.REFERENCE)),)) from None
    return value


def _version(value: int | None) -> None:
    if value is not None and (type(value) is not int or value < 0):
        zh, en = "不小于 0 的整数，或不指定", "an integer of 0 or more, or left out"
        raise InvalidPayload(None, None, None, (wrong_field("version", value, zh, en),))
