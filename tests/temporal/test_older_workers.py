"""A running case when the workers get another model: the case goes on, and no worker of an older model spoils it.

``host_of_model_1.zip`` is a program of its own: a host's worker and client in one; its ``__main__.py`` says how to
drive it. In it are the last code with ``MODEL_VERSION`` 1, unchanged (the files that a case needs: model, machine,
case, snapshot, payload, records, refusals, exceptions, event methods), and an early state of the Temporal room, with
the three files of other rooms that it imports. Model 1 had no such room, so this is the release that could have been:
its decisions are those of model 1's own code, in a process that does not know today's. The archive is never made again.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from process import MODEL_VERSION, Actor, Case, Event, Goal, NewerModel, Request, RequestKind, State
from process.temporal import Answer, CaseHandle, Cases, EventIdReused, Handled, worker
from process.temporal.messages import WORKFLOW, CaseInput, Position
from tests.support.temporal import SIGN_IN, Server, new_order, replay, runs_of

PROGRAM = Path(__file__).with_name("host_of_model_1.zip")
CALLED = RequestKind.QUOTE_CONSEQUENCES, RequestKind.VERIFY_FACE, RequestKind.CANCEL_PLAN
"""The requests with which a host's function is called; in the host of model 1 none of these calls ever returns."""

Raised = tuple[Event, Actor, dict[str, Any]]
BEGINNING: list[Raised] = [
    (Event.SIGN_IN, Actor.CUSTOMER, SIGN_IN),
    (Event.OPEN_ORDERS, Actor.CUSTOMER, {}),
    (Event.OPEN_ORDER, Actor.CUSTOMER, {"order": "the case's"}),
    (Event.FIND_OPTION, Actor.CUSTOMER, {"option": "details"}),
    (Event.CHOOSE_CANCELLATION, Actor.CUSTOMER, {}),
    (Event.QUOTE_CONSEQUENCES, Actor.LENDER, {"quote": "q1", "fee": 7, "currency": "CNY"}),
    (Event.CONFIRM_CANCELLATION, Actor.CUSTOMER, {"quote": "q1"}),
    (Event.REQUIRE_VERIFICATION, Actor.SYSTEM, {}),
]
BY_VERIFICATION: list[Raised] = [
    *BEGINNING,
    (Event.START_FACE_VERIFICATION, Actor.CUSTOMER, {"consent": "consent-1"}),
    (Event.FAIL_VERIFICATION, Actor.VERIFIER, {"attempt": 1}),
    (Event.START_OTHER_VERIFICATION, Actor.CUSTOMER, {"method": "sms_code"}),
    (Event.PASS_VERIFICATION, Actor.VERIFIER, {"attempt": 2}),
    (Event.COMPLETE_CANCELLATION, Actor.LENDER, {"quote": "q1"}),
]
BY_SUPPORT: list[Raised] = [
    *BEGINNING,
    (Event.REQUEST_FACE_VERIFICATION_REMOVAL, Actor.CUSTOMER, {}),
    (Event.CONTACT_SUPPORT, Actor.CUSTOMER, {"channel": "hotline"}),
    (Event.REMOVE_FACE_VERIFICATION, Actor.SUPPORT, {"agent": "agent-1", "ticket": "ticket-1"}),
    (Event.QUOTE_CONSEQUENCES, Actor.LENDER, {"quote": "q2", "fee": 0, "currency": "CNY"}),
    (Event.CONFIRM_CANCELLATION, Actor.CUSTOMER, {"quote": "q2"}),
    (Event.REJECT_CANCELLATION, Actor.LENDER, {"quote": "q2", "reason": "too late"}),
    (Event.ABANDON, Actor.CUSTOMER, {}),
]


class HostOfModel1:
    """The program, which takes a line and answers with one."""

    def __init__(self, address: str, queue: str) -> None:
        command = [sys.executable, str(PROGRAM), address, queue]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.watch = threading.Timer(120, self.process.kill)
        self.watch.start()

    def open(self, goal: Goal, order: str) -> Any:
        opened = {"goal": goal.value, "account": "acct-1", "order": order, "case_id": f"case-{order}"}
        return self._answer({"open": opened})

    def handle(self, order: str, raised: Raised, event_id: str) -> Any:
        event, by, data = raised
        given = {"event": event.value, "data": data_of(data, order), "by": by.value, "event_id": event_id}
        return self._answer({"handle": {"order": order, "case_id": f"case-{order}", **given}})

    def _answer(self, command: dict[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.process.communicate()
        self.watch.cancel()


def data_of(data: dict[str, Any], order: str) -> dict[str, Any]:
    return {**data, "order": order} if "order" in data else data


async def handle(case: CaseHandle, raised: Raised, event_id: str) -> Handled:
    event, by, data = raised
    return await case.handle(event, data_of(data, case.order), by=by, event_id=event_id)


@pytest.fixture
def hosts(dev: Server) -> Iterator[list[HostOfModel1]]:
    """A list for the hosts that a test starts, so that none outlives it."""
    started: list[HostOfModel1] = []
    yield started
    for host in started:
        host.stop(kill=True)


@pytest.mark.parametrize(
    ("goal", "events", "end", "places", "kill"),
    [
        pytest.param(Goal.PLAN, BY_VERIFICATION, State.PLAN_CANCELLED, (1, 5, 9), False, id="at three places"),
        pytest.param(
            *(Goal.PLAN, BY_VERIFICATION, State.PLAN_CANCELLED, range(13), True),
            id="at every place, killed",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            *(Goal.BOTH, BY_SUPPORT, State.FACE_VERIFICATION_REMOVED, range(15), False),
            id="at every place of a scenario through support",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_cases_go_on_when_a_worker_of_model_1_is_replaced(
    goal: Goal, events: list[Raised], end: State, places: Sequence[int], kill: bool, dev: Server, hosts: list[HostOfModel1]
) -> None:
    """A host of model 1 brings a case to each of the places; today's worker takes all of them on, to the end."""
    queue, left, calls = new_order(), list[tuple[CaseHandle, int, dict[str, Any]]](), list[str]()
    hosts.append(HostOfModel1(dev.address, queue))
    for place in places:
        order = new_order()
        snapshot = hosts[0].open(goal, order)
        for number, raised in enumerate(events[:place]):
            snapshot = hosts[0].handle(order, raised, f"m{number}")
        assert (snapshot["model_version"], snapshot["version"]) == (1, place)
        left.append((Cases(dev.client, task_queue=queue).get(order, f"case-{order}"), place, snapshot))
    hosts[0].stop(kill=kill)

    async def goes_on(case: CaseHandle, place: int, snapshot: dict[str, Any]) -> None:
        bare = Case.from_dict(snapshot)
        assert await case.load() == bare
        if bare.request is not None and bare.request.kind in CALLED:
            assert bare.request.key == f"{case.case_id}:{place}"
            while bare.request.key not in calls:  # what model 1 had requested is requested again, under its key
                await asyncio.sleep(0.05)
        for number, raised in enumerate(events):
            handled = await handle(case, raised, f"m{number}")
            assert handled.is_duplicate == (number < place)
            if number >= place:
                event, by, data = raised
                assert handled.step == bare.trigger(event, data_of(data, case.order), by=by, at=handled.step.at)
                assert handled.case.to_dict() == bare.to_dict(steps=1)
                assert handled.case.to_dict()["model_version"] == MODEL_VERSION >= 2
        if place > 0:
            with pytest.raises(EventIdReused):
                await case.handle(Event.ABANDON, event_id="m0")
        exported = await case.export()
        assert exported.state is end
        assert [(step.event, step.by) for step in exported.history] == [(event, by) for event, by, _ in events]
        for history in await runs_of(dev.client, case):
            await replay(history)

    async def all_scenarios() -> None:
        functions = dict.fromkeys(CALLED, lambda request: calls.append(request.key))
        async with worker(dev.client, functions, task_queue=queue):
            for each in left:
                await goes_on(*each)

    dev.run(all_scenarios())


@pytest.mark.thorough
def test_a_worker_of_model_1_leaves_a_case_alone_that_todays_has_moved(dev: Server, hosts: list[HostOfModel1]) -> None:
    queue = order = new_order()
    case = Cases(dev.client, task_queue=queue).get(order, f"case-{order}")

    async def todays(numbers: range) -> None:
        async with worker(dev.client, task_queue=queue):
            for number in numbers:
                assert not (await handle(case, BY_VERIFICATION[number], f"m{number}")).is_duplicate

    hosts.append(HostOfModel1(dev.address, queue))
    hosts[0].open(Goal.PLAN, order)
    assert hosts[0].handle(order, BY_VERIFICATION[0], "m0")["model_version"] == 1
    hosts[0].stop()
    dev.run(todays(range(1, 2)))
    hosts.append(HostOfModel1(dev.address, queue))
    assert hosts[1].handle(order, BY_VERIFICATION[2], "m2") == {"error": "NewerModel"}
    hosts[1].stop()
    dev.run(todays(range(2, len(BY_VERIFICATION))))
    assert dev.run(case.load()).state is State.PLAN_CANCELLED


def test_cases_with_references_that_only_model_1_took_move_in_go_on_and_move_out(dev: Server) -> None:
    lines = (Path(__file__).parents[1] / "snapshot" / "model_1" / "old_references.jsonl").read_text(encoding="utf-8")
    long = {state.value: 3e8 for state in (State.SIGNED_OUT, State.ORDER_LIST, State.CONSEQUENCES, State.CANCELLING)}
    written = [{**json.loads(line), "deadlines": {**long, "in_support": 3e8}} for line in lines.splitlines()]
    whole = [case for case in map(Case.from_dict, written) if len(case.history) == case.version]

    def cancel(request: Request) -> Answer:
        return Answer(Event.COMPLETE_CANCELLATION, {"quote": request.payload["quote"]})

    def next_event(case: Case) -> Raised:
        facts = case.facts
        if case.state is State.SIGNED_OUT:
            return Event.SIGN_IN, Actor.CUSTOMER, {"account": facts.account, "channel": "app"}
        if case.state is State.ORDER_LIST:
            return Event.OPEN_ORDER, Actor.CUSTOMER, {"order": facts.order}
        if case.state is State.IN_SUPPORT:
            return Event.COMPLETE_CANCELLATION, Actor.LENDER, {"quote": facts.quote}
        if facts.quote is not None:
            return Event.CONFIRM_CANCELLATION, Actor.CUSTOMER, {"quote": facts.quote}
        return Event.ABANDON, Actor.CUSTOMER, {}

    async def goes_on(number: int, bare: Case, queue: str) -> None:
        cases = Cases(dev.client, task_queue=queue, prefix=f"{queue}:{number}:")
        await cases.import_case(bare, event_ids={1: "msg-1 "})
        case = cases.get(bare.facts.order, bare.case_id)
        if bare.state is State.CANCELLING:  # the function answers
            while not (ended := await case.load()).is_done:
                await asyncio.sleep(0.05)
            assert ended.achieved is not None
            bare.trigger(Event.COMPLETE_CANCELLATION, {"quote": bare.facts.quote}, by=Actor.LENDER)
        else:
            raised = next_event(bare)
            handled = await handle(case, raised, "next")
            bare.trigger(raised[0], raised[2], by=raised[1], at=handled.step.at)
            assert handled.case.facts == bare.facts
        exported = await case.export()
        assert (exported.state, exported.history[:-1]) == (bare.state, bare.history[:-1])

    async def all_scenarios() -> None:
        queue = new_order()
        async with worker(dev.client, {RequestKind.CANCEL_PLAN: cancel}, task_queue=queue):
            for number, bare in enumerate(whole):
                await goes_on(number, bare, queue)

    assert {case.state for case in whole} >= {State.SIGNED_OUT, State.ORDER_LIST, State.CONSEQUENCES, State.CANCELLING}
    dev.run(all_scenarios())


def test_a_worker_leaves_a_case_of_a_newer_model_alone(dev: Server) -> None:
    async def scenario() -> None:
        queue = order = new_order()
        newer = Case(goal=Goal.PLAN, account="acct-1", order=order, case_id="case-1").to_dict()
        newer["model_version"] = MODEL_VERSION + 1
        case = Cases(dev.client, task_queue=queue).get(order, "case-1")
        given, memo = CaseInput(position=Position(newer)), {"case_id": "case-1", "opening": {}}
        await dev.client.start_workflow(WORKFLOW, given, id=case.workflow_id, task_queue=queue, memo=memo)
        async with worker(dev.client, task_queue=queue):
            with pytest.raises(NewerModel):
                await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1")
            with pytest.raises(NewerModel):
                await case.load()
            assert await case.history() == ()
            await dev.client.get_workflow_handle(case.workflow_id).terminate()

    dev.run(scenario())
