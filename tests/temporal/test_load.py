"""Many events, several workers, and workers and servers that are killed. All but the small counts run at length only."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from process import Actor, Event, Goal, Request, RequestKind, State
from process.temporal import Answer, CaseHandle, Cases, EventIdReused, worker, workflow
from process.temporal.messages import CaseInput, EventOutcome, Position
from tests.support.asynchronous import run as run_async
from tests.support.temporal import SIGN_IN, Server, new_order, program, replay, runs_of
from tests.support.thorough import counts

# ------------------------------------------------------------------------------------------------- more than one run, T10


@pytest.fixture(scope="module")
def plain_server() -> Iterator[Server]:
    """A development server with the limits that it has by itself."""
    server = Server(skips_time=False)
    yield server
    server.stop()


def input_size(history: Any) -> int:
    return sum(len(each.data) for each in history.events[0].workflow_execution_started_event_attributes.input.payloads)


def quote(number: int) -> dict[str, Any]:
    return {"quote": f"quote-{number}", "fee": number, "currency": "CNY"}


async def at_the_quote(cases: Cases, order: str) -> CaseHandle:
    case = await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id=f"case-{order}")
    for event, data in (
        (Event.SIGN_IN, SIGN_IN),
        (Event.OPEN_ORDERS, {}),
        (Event.OPEN_ORDER, {"order": order}),
        (Event.FIND_OPTION, {"option": "cancel"}),
        (Event.CHOOSE_CANCELLATION, {}),
    ):
        await case.handle(event, data, event_id=str(event))
    return case


def test_an_event_counts_once_also_in_the_next_run(dev: Server) -> None:
    async def scenario() -> None:
        order = new_order()
        async with worker(dev.client, task_queue=order):
            case = await at_the_quote(Cases(dev.client, task_queue=order), order)
            number = 0
            while len(await runs_of(dev.client, case)) < 2:
                number += 1
                await case.handle(Event.QUOTE_CONSEQUENCES, quote(number), event_id=f"q{number}")
            again = await asyncio.gather(
                *(case.handle(Event.QUOTE_CONSEQUENCES, quote(1), event_id="q1") for _ in range(20))
            )
            assert {(each.step.version, each.is_duplicate) for each in again} == {(6, True)}
            with pytest.raises(EventIdReused):
                await case.handle(Event.QUOTE_CONSEQUENCES, quote(2), event_id="q1")
            assert [step.version for step in await case.history()] == list(range(1, number + 6))
            for run in await runs_of(dev.client, case):
                await replay(run)

    dev.run(scenario())


def test_of_the_outcomes_the_newest_steps_are_kept_and_refusals_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = workflow.CaseWorkflow(CaseInput(position=Position(snapshot={"case_id": "case-1"})))
    for number in range(6):
        step = None if number in (2, 4) else {"version": number}
        shell._keep(EventOutcome(f"customer:m{number}", "sign_in", {"text": "x" * 100}, step))
    assert len(shell.outcomes) == 6
    monkeypatch.setattr(workflow, "KEPT_OUTCOMES", 4)
    shell._keep(EventOutcome("customer:m6", "sign_in", {}, {"version": 6}))
    assert list(shell.outcomes) == [f"customer:m{number}" for number in (1, 3, 5, 6)]
    monkeypatch.setattr(workflow, "KEPT_SIZE", 200)
    shell._keep(EventOutcome("customer:m7", "sign_in", {}, {"version": 7}))
    assert list(shell.outcomes) == ["customer:m6", "customer:m7"]
    monkeypatch.setattr(workflow, "KEPT_SIZE", 10)
    shell._keep(EventOutcome("customer:m8", "sign_in", {}, {"version": 8}))
    assert list(shell.outcomes) == ["customer:m8"]
    assert shell.size == sum(outcome.size for outcome in shell.outcomes.values())


@pytest.mark.thorough
def test_a_case_of_thousands_of_events_goes_on_in_new_runs_and_loses_none(plain_server: Server) -> None:
    count, at_once = 2_600, 10

    async def scenario() -> None:
        order, client = new_order(), plain_server.client
        async with worker(client, task_queue=order):
            case = await at_the_quote(Cases(client, task_queue=order), order)
            numbers, taken = iter(range(count)), list[int]()

            async def send() -> None:
                for number in numbers:
                    handled = await case.handle(Event.QUOTE_CONSEQUENCES, quote(number), event_id=f"q{number}")
                    assert not handled.is_duplicate
                    taken.append(handled.step.version)

            await asyncio.gather(*(send() for _ in range(at_once)))
            assert sorted(taken) == list(range(6, count + 6))
            assert (await case.load()).version == count + 5
            runs = await runs_of(client, case)
            assert len(runs) >= 3
            assert max(map(input_size, runs)) < 256 * 1024
            exported = await case.export()
            assert exported.facts == (await case.load()).facts
            assert [step.version for step in exported.history] == list(range(1, count + 6))
            assert (await case.handle(Event.QUOTE_CONSEQUENCES, quote(count - 1), event_id=f"q{count - 1}")).is_duplicate

    plain_server.run(scenario(), seconds=900)


# ----------------------------------------------------------------------------------------------------- after a look, T9


@pytest.mark.filterwarnings(
    # Where a case leaves the cache while it decides, the library may cancel a local activity that has just ended.
    "ignore:Cannot find activity to cancel for token:UserWarning"
)
@counts("cases_at_once", 2, 200)
def test_a_confirmation_right_after_a_look_is_never_refused(dev: Server, cases_at_once: int) -> None:
    def lender(request: Request) -> Answer:
        return Answer(Event.QUOTE_CONSEQUENCES, {"quote": f"quote-{request.key}", "fee": 0, "currency": "CNY"})

    async def scenario() -> None:
        queue = new_order()
        clients = [await Client.connect(dev.address) for _ in range(2)]
        functions = {RequestKind.QUOTE_CONSEQUENCES: lender}
        busy = asyncio.Semaphore(8)

        async def confirm(number: int) -> None:
            async with busy:
                order = f"{queue}-{number}"
                case = await at_the_quote(Cases(dev.client, task_queue=queue), order)
                while (loaded := await case.load()).facts.quote is None:
                    await asyncio.sleep(0)
                payload = {"quote": loaded.facts.quote}
                done = await case.handle(
                    Event.CONFIRM_CANCELLATION, payload, by=Actor.CUSTOMER, event_id="c", version=loaded.version
                )
                assert done.case.state is State.VERIFICATION_DECISION

        async with (
            worker(clients[0], functions, task_queue=queue, max_cached_workflows=1),
            worker(clients[1], functions, task_queue=queue, max_cached_workflows=1),
        ):
            await asyncio.gather(*(confirm(number) for number in range(cases_at_once)))

    dev.run(scenario(), seconds=600)


# ------------------------------------------------------------------------------------------------------ kill and go on, T7


@pytest.mark.thorough
def test_cases_end_though_workers_and_server_are_killed_at_random_moments(tmp_path: Path) -> None:
    """Thirty cases; two workers and a server that keeps its data in a file; twenty kills."""
    killing = _Killing(tmp_path, cases=30, kills=20)
    run_async(killing.run())
    assert killing.killed == 20


class _Killing:
    """Processes that are killed and started again, and cases that go on."""

    def __init__(self, folder: Path, *, cases: int, kills: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.folder, self.cases, self.kills, self.killed = folder, cases, kills, 0
        self.random = random.Random(7)  # noqa: S311  # no secret
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        if name == "server":
            port = self.address.rpartition(":")[2]
            command = [program("temporal"), "server", "start-dev", "--headless", "--port", port, "--log-level", "never"]
            command += ["--db-filename", str(self.folder / "temporal.db")]
        else:
            command = [sys.executable, "-m", "tests.support.temporal_worker", self.address, str(self.folder / "calls.txt")]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parents[2])

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    async def run(self) -> None:
        for name in ("server", "worker-1", "worker-2"):
            self.start(name)
        try:
            client = await _connected(self.address)
            going = asyncio.gather(*(self.scenario(client, number) for number in range(self.cases)))
            while self.killed < self.kills or not going.done():
                await asyncio.sleep(self.random.uniform(0.5, 2.5))
                if going.done():
                    going.result()
                if self.killed < self.kills:
                    name = self.random.choice(["server", "worker-1", "worker-2", "worker-1", "worker-2"])
                    self.kill(name)
                    self.start(name)
                    self.killed += 1
            await going
        finally:
            for name in self.processes:
                self.kill(name)

    async def scenario(self, client: Client, number: int) -> None:
        """A case from its opening to its end; whatever fails is tried again under the same id."""
        cases, order = Cases(client), f"order-{number}"

        async def again(work: Any) -> Any:
            while True:
                try:
                    return await asyncio.wait_for(work(), 20)
                except (RPCError, TimeoutError):
                    await asyncio.sleep(0.2)

        async def raised(event: Event, data: dict[str, Any], **options: Any) -> Any:
            await asyncio.sleep(self.random.uniform(0, 3))
            return await again(lambda: case.handle(event, data, event_id=str(event), **options))

        opened = {"goal": Goal.PLAN, "account": "acct-1", "order": order, "case_id": f"case-{number}"}
        case = await again(lambda: cases.open(**opened))
        await raised(Event.SIGN_IN, SIGN_IN)
        await raised(Event.OPEN_ORDERS, {})
        await raised(Event.OPEN_ORDER, {"order": order})
        await raised(Event.FIND_OPTION, {"option": "cancel"})
        await raised(Event.CHOOSE_CANCELLATION, {})
        while (loaded := await again(case.load)).facts.quote is None:
            await asyncio.sleep(0.2)
        payload = {"quote": loaded.facts.quote}
        await raised(Event.CONFIRM_CANCELLATION, payload, by=Actor.CUSTOMER, version=loaded.version)
        while not (loaded := await again(case.load)).is_done:
            await asyncio.sleep(0.2)
        assert loaded.state is State.PLAN_CANCELLED
        history = await again(case.history)
        assert [step.version for step in history] == list(range(1, 10))
        assert max(Counter(step.event for step in history).values()) == 1  # each answer was taken once
        calls = Counter((self.folder / "calls.txt").read_text().split())
        for version in (5, 7, 8):
            assert calls[f"case-{number}:{version}"] >= 1


async def _connected(address: str) -> Client:
    until = time.monotonic() + 30
    while True:
        try:
            return await Client.connect(address)
        except RuntimeError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
