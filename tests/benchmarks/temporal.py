"""The cost of a case on Temporal: ``python -m tests.benchmarks.temporal [events]``, on Linux. A benchmark, not a test.

In one run, on one machine: the CPU time of an event on Temporal (client, workers and development server together) beside
that of the store on PostgreSQL (client and server); events per second with 1, 2 and 4 workers; and the size of a history.
Workers, clients and server share the processors here, so the figures say nothing about how a cluster scales.
"""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import Client

from process import Actor, Event, Goal, store
from process.temporal import CaseHandle, Cases
from tests.support.postgres import Postgres
from tests.support.temporal import Server, history_of, program

WORKERS = (1, 2, 4)
CASES = 16
"""How many cases take events at the same time, one after the other in each."""
STEPS = (
    (Event.SIGN_IN, {"account": "acct-1", "channel": "app"}),
    (Event.OPEN_ORDERS, {}),
    (Event.OPEN_ORDER, {"order": "order-0"}),
    (Event.FIND_OPTION, {"option": "cancel"}),
    (Event.CHOOSE_CANCELLATION, {}),
)


def quote_of(number: int) -> dict[str, Any]:
    return {"quote": f"Q{number}", "fee": 1200, "currency": "CNY"}


class Spent(NamedTuple):
    """What a run took."""

    events: int
    wall: float
    cpu: dict[str, float]
    """Seconds, by the kind of process."""

    def line(self) -> str:
        parts = ", ".join(f"{name} {seconds / self.events * 1000:.2f}" for name, seconds in self.cpu.items())
        total = sum(self.cpu.values()) / self.events * 1000
        return f"{self.events / self.wall:7.0f} events/s, {total:6.2f} ms CPU an event ({parts})"


def cpu_of(*pids: int) -> float:
    """The CPU seconds of processes and of their descendants that live."""
    parents: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            ticks = sum(int(each) for each in fields[11:15])  # its own, and of its children that have ended
            parents[int(folder.name)] = int(fields[1]), ticks / os.sysconf("SC_CLK_TCK")
    wanted = set(pids)
    while more := {pid for pid, (parent, _) in parents.items() if parent in wanted} - wanted:
        wanted |= more
    return sum(seconds for pid, (_, seconds) in parents.items() if pid in wanted)


# ----------------------------------------------------------------------------------------------------------- Temporal


async def prepared(cases: Cases, order: str) -> CaseHandle:
    case = await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id=f"case-{order}")
    for number, (event, data) in enumerate(STEPS):
        payload = {**data, **({"order": order} if "order" in data else {})}
        await case.handle(event, payload, event_id=f"m{number}")
    return case


@contextmanager
def running(address: str, workers: int, folder: Path) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "tests.support.temporal_worker", address, str(folder / "calls.txt"), "no-functions"]
    started = [subprocess.Popen(command) for _ in range(workers)]
    try:
        yield [each.pid for each in started]
    finally:
        for each in started:
            each.kill()
            each.wait()


async def on_temporal(client: Client, server: int, workers: list[int], run: str, events: int) -> Spent:
    cases = [await prepared(Cases(client), f"{run}-{number}") for number in range(CASES)]
    each = events // CASES

    async def quote(case: CaseHandle) -> None:
        for number in range(each):
            await case.handle(Event.QUOTE_CONSEQUENCES, quote_of(number), event_id=f"q{number}")

    before, began = (cpu_of(server), cpu_of(*workers), time.process_time()), time.perf_counter()
    await asyncio.gather(*map(quote, cases))
    wall, after = time.perf_counter() - began, (cpu_of(server), cpu_of(*workers), time.process_time())
    names = "server", "workers", "client"
    return Spent(each * CASES, wall, {name: b - a for name, a, b in zip(names, before, after, strict=True)})


async def history_size(client: Client) -> str:
    """The history of a case of nine events, without functions of the host's."""
    case = await prepared(Cases(client), "nine")
    await case.handle(Event.QUOTE_CONSEQUENCES, quote_of(0), event_id="q")
    await case.handle(Event.CONFIRM_CANCELLATION, {"quote": "Q0"}, by=Actor.CUSTOMER, event_id="c")
    await case.handle(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, event_id="s")
    await case.handle(Event.COMPLETE_CANCELLATION, {"quote": "Q0"}, by=Actor.LENDER, event_id="d")
    await client.get_workflow_handle(case.workflow_id).result()
    events = (await history_of(client, case)).events
    return f"{len(events)} events, {sum(event.ByteSize() for event in events) / 1000:.0f} kB"


def on_development_server(events: int) -> float:
    """Print the figures; the least CPU time of an event, in seconds."""
    least, server = float("inf"), Server(skips_time=False)
    (pid,) = [
        int(each.name)
        for each in Path("/proc").iterdir()
        if each.name.isdigit() and _parent(each) == os.getpid() and _command(each).startswith(program("temporal"))
    ]
    try:
        with tempfile.TemporaryDirectory() as folder:
            for workers in WORKERS:
                with running(server.address, workers, Path(folder)) as pids:
                    work = on_temporal(server.client, pid, pids, f"run-{workers}", events)
                    spent = server.run(work, seconds=3600)
                    say(f"  {workers} workers: {spent.line()}")
                    least = min(least, sum(spent.cpu.values()) / spent.events)
                    if workers == WORKERS[0]:
                        say(f"  nine events: {server.run(history_size(server.client))} of history")
    finally:
        server.stop()
    return least


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


# ---------------------------------------------------------------------------------------------------------- PostgreSQL


def on_postgresql(events: int) -> float:
    """Print the figures; the CPU time of an event, in seconds."""
    server = Postgres()
    try:
        engine = store.create_engine(server.new_database())
        store.metadata.create_all(engine)
        with engine.begin() as conn:
            case = store.open(conn, goal=Goal.PLAN, account="acct-1", order="order-0", case_id="case-1")
        for number, (event, data) in enumerate(STEPS):
            store.deliver(engine, case.case_id, event, data, event_id=f"m{number}")
        pid = int((Path(server.folder) / "data" / "postmaster.pid").read_text().split()[0])
        before, began = (cpu_of(pid), time.process_time()), time.perf_counter()
        for number in range(events):
            store.deliver(engine, case.case_id, Event.QUOTE_CONSEQUENCES, quote_of(number), event_id=f"q{number}")
        wall, after = time.perf_counter() - began, (cpu_of(pid), time.process_time())
        cpu = {name: b - a for name, a, b in zip(("server", "client"), before, after, strict=True)}
        say(f"  1 process: {Spent(events, wall, cpu).line()}")
        engine.dispose()
        return sum(cpu.values()) / events
    finally:
        server.remove()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(events: int) -> None:
    say(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}, {events} events")
    say("The store on PostgreSQL, a commit each")
    stored = on_postgresql(events)
    say("Temporal's development server")
    say(f"  CPU an event, × the store's: {on_development_server(events) / stored:.1f}")


if __name__ == "__main__":
    main(int([*sys.argv[1:], "800"][0]))
