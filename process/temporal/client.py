"""The host's way to its cases: opening, importing and finding them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
)
from temporalio.common import SearchAttributeKey, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from process.case import Case
from process.exceptions import SnapshotInvalid
from process.kept_cases import opening
from process.model import Actor, Goal, Limits, State
from process.persistence_errors import AlreadyDone, CaseIdReused, HistoryDiffers, OrderHasOpenCase
from process.temporal import messages
from process.temporal.case_handle import CaseHandle
from process.temporal.conversion import check_older_reference, imported_outcome
from process.temporal.messages import (
    AWAITS_ATTRIBUTE,
    STATE_ATTRIBUTE,
    CaseInput,
    CaseResult,
)
from process.temporal.namespace import missing_search_attributes

STATE, AWAITS = SearchAttributeKey.for_keyword(STATE_ATTRIBUTE), SearchAttributeKey.for_keyword(AWAITS_ATTRIBUTE)
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
        self._has_attributes = False

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

    async def import_case(self, case: Case, *, event_ids: Mapping[int, str] | None = None) -> CaseHandle:
        """Take over a case that began elsewhere, with its whole history, as ``store.load_with_history`` gives it.

        The case stays there as it is, so stop its writers and scheduled jobs there first. What it is waiting for is
        requested again, under the same key. Take over the ended cases of an order first, the oldest first: what they
        have done is then not done again here.

        Args:
            case: the case.
            event_ids: the ids of the events that led to its versions, so that their duplicates are known here, too; in the
                store they are in the column ``event_id`` of ``cancellation_step``. By default ``step:1``, ``step:2``, …

        Raises:
            SnapshotInvalid: the case has no longer its whole history.
            HistoryDiffers: the case is here already, but not with all of these steps.
            OrderHasOpenCase, AlreadyDone, CaseIdReused: as for ``open``.
            RPCError: the history is larger than the server takes: 2 MB by default, some 5,000 steps.
        """
        if len(case.history) != case.version:
            held, version = len(case.history), case.version
            zh = f"只有 {version} 步中的 {held} 步；要导入须有全部步骤"
            raise SnapshotInvalid("history", f"holds {held} of {version} steps; to be imported it must hold all", zh)
        given = CaseInput(
            case.to_dict(steps=1), outcomes=[imported_outcome(step, event_ids or {}) for step in case.history]
        )
        given.searchable = self.searchable
        handle = await self._start(case, given)
        if case.version:
            there = await handle.history()
            if there[: case.version] != case.history:
                raise HistoryDiffers(case.case_id, case.version, len(there))
        return handle

    def get(self, order: str, case_id: str) -> CaseHandle:
        """The case of an order, by its id; looked up when it is used."""
        order, case_id = check_older_reference("order", order), check_older_reference("case_id", case_id)
        return CaseHandle(self.client, order, case_id, self.prefix)

    async def find(self, *, state: State | None = None, awaits: Actor | None = None, limit: int = 100) -> list[Found]:
        """Open cases by state and by whose move it is. The server's index may lag behind by a second or so."""
        query = [
            f"WorkflowType = '{messages.WORKFLOW}'",
            "ExecutionStatus = 'Running'",
            f"WorkflowId STARTS_WITH '{self.prefix}'",
        ]
        if state is not None:
            query.append(f"{STATE_ATTRIBUTE} = '{State(state).value}'")
        if awaits is not None:
            query.append(f"{AWAITS_ATTRIBUTE} = '{Actor(awaits).value}'")
        found = []
        async for each in self.client.list_workflows(" AND ".join(query), limit=limit):
            order, case_id = unquote(each.id.removeprefix(self.prefix)), (await each.memo())["case_id"]
            at, move = each.typed_search_attributes.get(STATE), each.typed_search_attributes.get(AWAITS)
            awaited = None if move is None else _member_or_text(Actor, move)
            found.append(Found(order, case_id, _member_or_text(State, at), awaited))
        return found

    # ------------------------------------------------------------------------------------------------------- opening

    async def _start(self, case: Case, given: CaseInput) -> CaseHandle:
        if self.searchable and not self._has_attributes:
            if missing := await missing_search_attributes(self.client):
                raise ValueError(f"the namespace lacks {', '.join(missing)}; call register_search_attributes once")
            self._has_attributes = True
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
                done |= {part.value: memo["case_id"] for part in _parts_of(achieved)}
        return done


def _parts_of(goal: Goal | None) -> tuple[Goal, ...]:
    if goal is None:
        return ()
    return (Goal.PLAN, Goal.FACE_VERIFICATION) if goal is Goal.BOTH else (goal,)


def _demand_undone(case: Case, done: Mapping[str, str]) -> None:
    for part in _parts_of(case.achieved if case.is_done else case.facts.goal):
        if part.value in done and done[part.value] != case.case_id:
            raise AlreadyDone(case.facts.order, done[part.value], part)


def _member_or_text(kind: type[Named], value: str | None) -> Named | str:
    """The member of that value; the value itself where a newer model wrote it."""
    try:
        return kind(value or "")
    except ValueError:
        return value or ""
