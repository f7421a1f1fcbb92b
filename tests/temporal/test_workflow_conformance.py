"""The test kit drives the workflow: after each event the same verdict, state, facts and refusal as a bare case."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from temporalio.service import RPCError

from process import Actor, Case, Event, Limits, ProcessError, State
from process.temporal import CaseHandle, Cases, Handled, worker
from process.testing import check_conformance
from tests.support.temporal import Server, compared, new_order, open_like, outcome_of


class OnTemporal:
    """The workflow as a back end, with a bare case beside it; what differs is kept in ``differences``."""

    def __init__(self, server: Server, queue: str) -> None:
        self.server, self.events, self.differences = server, 0, list[Any]()
        self.case: CaseHandle | None = None
        self.cases = Cases(server.client, task_queue=queue, prefix=f"{queue}:")  # the orders are the kit's

    def reset(self, case: Case) -> None:
        self.bare = case.copy()
        if self.case is not None:  # the clock may skip days later, and no case is to wait for them
            with suppress(RPCError):  # it has ended
                self.server.run(self.server.client.get_workflow_handle(self.case.workflow_id).terminate())
        self.case = self.server.run(open_like(self.cases, case))
        self.last: Case = case.copy()
        self.codes: list[str] = []

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        assert self.case is not None
        self.events += 1
        given = self.server.run(outcome_of(self.case.handle(event, data, event_id=f"e{self.events}", by=by)))
        try:
            wanted: Any = self.bare.trigger(event, data, by=by)
        except ProcessError as error:
            wanted = error
        if isinstance(given, Handled):
            self.last, given = given.case, given.step._replace(at=None)
        if isinstance(wanted, ProcessError):
            same = isinstance(given, ProcessError) and compared(given) == compared(wanted)
            self.codes = [blocker.code for blocker in getattr(given, "blockers", ())]
        else:
            same = given == wanted
        if not same:
            self.differences.append((event, by, data, given, wanted))
        return not isinstance(given, ProcessError)

    def state(self) -> State:
        return self.last.state

    def facts(self) -> Mapping[str, Any]:
        return self.last.facts._asdict()

    def blockers(self) -> Collection[str]:
        return self.codes


@pytest.fixture
def backend(skipping: Server) -> Iterator[OnTemporal]:
    queue = new_order()
    # A busy machine is no deadlock: without debug mode, two seconds without progress are an error.
    working = worker(skipping.client, task_queue=queue, debug_mode=True)
    skipping.run(working.__aenter__())
    yield OnTemporal(skipping, queue)
    skipping.run(working.__aexit__(None, None, None))


def test_the_workflow_does_in_the_first_events_what_the_model_does(backend: OnTemporal) -> None:
    report = check_conformance(backend, events=100, limits=Limits(1, 1), transitions=0.05, ends=0.0)
    assert backend.differences == []
    assert report.events >= 100


@pytest.mark.thorough
def test_the_workflow_takes_every_transition_as_the_model_does(backend: OnTemporal) -> None:
    report = check_conformance(backend, events=7_600)  # more would take the same transitions again
    assert backend.differences == []
    assert len(report.transitions) == report.possible
