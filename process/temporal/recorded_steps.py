"""The steps of a case in the recorded histories of its runs, where the workflow itself keeps the newest only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from process.temporal.messages import CaseInput, Decision

_DECIDED: Final = "core_local_activity"
"""The name of the markers that record the results of local activities."""


async def steps_of_runs(client: Client, workflow_id: str, run_id: str, wanted: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The *wanted* steps by version, as data, as far as the namespace still keeps the runs in which they were taken.

    Args:
        client: the connection.
        workflow_id: the id of the case's workflow.
        run_id: the newest run of the case; those before it are looked up as long as a step is missing.
        wanted: the versions.
    """
    missing, found, run = set(wanted), dict[int, dict[str, Any]](), run_id
    while run and missing:
        before = ""
        try:
            async for event in client.get_workflow_handle(workflow_id, run_id=run).fetch_history_events():
                before = before or event.workflow_execution_started_event_attributes.continued_execution_run_id
                async for step in _steps_of(client, event):
                    if step["version"] in missing:
                        found[step["version"]] = step
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        missing -= found.keys()
        run = before
    return found


async def _steps_of(client: Client, event: HistoryEvent) -> AsyncIterator[dict[str, Any]]:
    """The steps that an event of a history holds: those that a run begins with, or the one that was decided."""
    if event.HasField("workflow_execution_started_event_attributes"):
        given = await _decoded(client, event.workflow_execution_started_event_attributes.input.payloads, CaseInput)
        for outcome in given.outcomes if given is not None else ():
            if outcome.step is not None:
                yield outcome.step
    elif event.marker_recorded_event_attributes.marker_name == _DECIDED:
        details = event.marker_recorded_event_attributes.details
        decision = await _decoded(client, details["result"].payloads if "result" in details else (), Decision)
        if decision is not None and decision.step is not None:
            yield decision.step


async def _decoded(client: Client, payloads: Iterable[Payload], kind: type) -> Any:
    """The message of that kind; None where there is none, as after a failure."""
    values = await client.data_converter.decode(list(payloads), [kind]) if payloads else [None]
    return values[0]
