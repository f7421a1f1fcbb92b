"""The histories in ``tests/temporal/histories``, and what records them: ``python -m tests.support.temporal_histories``.

A history that is there stands for running cases of hosts, so it is never recorded again: only missing ones are.
"""

from __future__ import annotations

import asyncio
import logging
import sysconfig
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHistory

from process import Actor, Case, Event, Goal, Limits, Request, RequestKind, State
from process.exploration.explorer import explore
from process.exploration.replay import path_steps
from process.temporal import Answer, CaseHandle, Cases, register_search_attributes, worker
from tests.support.begun_cases import at_choice
from tests.support.temporal import Server, history_of, open_like, outcome_of

FOLDER = Path(__file__).parents[1] / "temporal" / "histories"
CHECKSUMS = FOLDER / "sha256sums.txt"
"""The checksums of the histories: ``cd tests/temporal/histories && sha256sum --check sha256sums.txt``."""
HOUR = timedelta(hours=1)

Recorded = dict[str, WorkflowHistory]


def kept_histories() -> Recorded:
    """The histories that are kept, by the names of their files."""
    files = sorted(FOLDER.glob("*.json"))
    return {file.stem: WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8")) for file in files}


async def _sign_in(case: CaseHandle, event_id: str = "m1") -> Any:
    return await case.handle(Event.SIGN_IN, {"account": "acct-1", "channel": "app"}, event_id=event_id)


async def _to_the_quote(case: CaseHandle) -> None:
    await _sign_in(case)
    await case.handle(Event.OPEN_ORDERS, event_id="m2")
    await case.handle(Event.OPEN_ORDER, {"order": case.order}, event_id="m3")
    await case.handle(Event.FIND_OPTION, {"option": "cancel"}, event_id="m4")
    await case.handle(Event.CHOOSE_CANCELLATION, event_id="m5")


async def _opened(client: Client, name: str, **settings: Any) -> CaseHandle:
    cases = Cases(client, task_queue=name, searchable=settings.pop("searchable", False))
    return await cases.open(goal=Goal.PLAN, account="acct-1", order=name, case_id=f"case-{name}", **settings)


async def once_and_again(client: Client, name: str) -> list[CaseHandle]:
    """Duplicates, refusals, an id used twice, versions that are older and newer than the case's."""
    async with worker(client, task_queue=name):
        case = await _opened(client, name)
        await outcome_of(case.handle(Event.OPEN_ORDERS, event_id="early"))
        await outcome_of(case.handle(Event.SIGN_IN, {"account": "another", "channel": "app"}, event_id="m0"))
        await outcome_of(case.handle(Event.SIGN_IN, {"account": "another", "channel": "app"}, event_id="m0"))
        waiting = asyncio.create_task(case.handle(Event.OPEN_ORDERS, event_id="m2", version=1))
        await asyncio.sleep(0.3)
        await asyncio.gather(*(_sign_in(case) for _ in range(5)))
        await waiting
        await outcome_of(case.handle(Event.OPEN_ORDERS, event_id="m1", by=Actor.CUSTOMER))
        await outcome_of(case.handle(Event.OPEN_ORDER, {"order": name}, event_id="m3", version=1))
        await outcome_of(Cases(client, task_queue=name).get(name, "another-case").handle(Event.ABANDON, event_id="m4"))
        await case.handle(Event.ABANDON, event_id="m4")
    return [case]


async def answered(client: Client, name: str) -> list[CaseHandle]:
    """The host's functions answer, after failures; a call that nobody waits for is cancelled; search attributes."""
    failures = iter([True, True])

    def quote(request: Request) -> Answer:
        if next(failures, False):
            raise ConnectionError
        return Answer(Event.QUOTE_CONSEQUENCES, {"quote": f"quote-{request.key}", "fee": 0, "currency": "CNY"})

    async def decide(_: Request) -> None:
        await asyncio.sleep(60)

    def cancel(_: Request) -> None:
        pass

    kinds = RequestKind.QUOTE_CONSEQUENCES, RequestKind.DECIDE_VERIFICATION, RequestKind.CANCEL_PLAN
    async with worker(client, dict(zip(kinds, (quote, decide, cancel), strict=True)), task_queue=name):
        await register_search_attributes(client)
        case = await _opened(client, name, searchable=True)
        await _to_the_quote(case)
        done = await case.handle(Event.REPORT_PROBLEM, {"problem": "none"}, by=Actor.CUSTOMER, event_id="m6", version=6)
        await case.handle(Event.CONTACT_SUPPORT, {"channel": "hotline"}, event_id="m7")
        await case.handle(Event.GUIDE_BACK, event_id="m8")
        await case.handle(Event.OPEN_ORDER, {"order": name}, event_id="m9")
        await case.handle(Event.FIND_OPTION, {"option": "cancel"}, event_id="m10")
        await case.handle(Event.CHOOSE_CANCELLATION, event_id="m11")
        await asyncio.sleep(1)
        loaded = await case.load()
        payload = {"quote": loaded.facts.quote}
        await case.handle(Event.CONFIRM_CANCELLATION, payload, by=Actor.CUSTOMER, event_id="m12", version=loaded.version)
        await asyncio.sleep(1)
        await case.handle(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, event_id="m13")
        await asyncio.sleep(1)
        await case.handle(Event.COMPLETE_CANCELLATION, payload, by=Actor.LENDER, event_id="m14")
        assert done.case.state is State.SUPPORT_NEEDED
    return [case]


async def timed_out(client: Client, name: str) -> list[CaseHandle]:
    """Deadlines that pass, move and come nearer."""
    deadlines = {State.SIGNED_OUT: HOUR / 900, State.SUPPORT_NEEDED: HOUR / 1800, State.IN_SUPPORT: HOUR / 3600}
    async with worker(client, task_queue=name):
        case = await _opened(client, name, deadlines=deadlines)
        await asyncio.sleep(1)
        await case.handle(Event.REPORT_PROBLEM, {"problem": "none"}, by=Actor.CUSTOMER, event_id="m1")
        await case.handle(Event.CONTACT_SUPPORT, {"channel": "hotline"}, event_id="m2")
        await client.get_workflow_handle(case.workflow_id).result()
    return [case]


async def in_several_runs(client: Client, name: str) -> list[CaseHandle]:
    """A case that goes on in a new run, with a call that has not returned."""

    async def cancel(_: Request) -> None:
        await asyncio.sleep(60)

    async with worker(client, {RequestKind.CANCEL_PLAN: cancel}, task_queue=name):
        case = await _opened(client, name)
        await _to_the_quote(case)
        await case.handle(Event.QUOTE_CONSEQUENCES, {"quote": "q", "fee": 0, "currency": "CNY"}, event_id="m6")
        await case.handle(Event.CONFIRM_CANCELLATION, {"quote": "q"}, by=Actor.CUSTOMER, event_id="m7")
        await case.handle(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, event_id="m8")
        first = (await client.get_workflow_handle(case.workflow_id).describe()).run_id
        number = 0
        while (await client.get_workflow_handle(case.workflow_id).describe()).run_id == first:
            number += 1
            await outcome_of(case.handle(Event.ABANDON, event_id=f"n{number}"))
        await case.handle(Event.COMPLETE_CANCELLATION, {"quote": "q"}, by=Actor.LENDER, event_id="m9")
    return [case]


async def moved_in(client: Client, name: str) -> list[CaseHandle]:
    """A case that came with its history."""
    async with worker(client, task_queue=name):
        text = at_choice(Goal.BOTH).to_json().replace('"order-9"', f'"{name}"')
        case = await Cases(client, task_queue=name).import_case(Case.from_json(text))
        await case.handle(Event.START_OTHER_VERIFICATION, {"method": "sms_code"}, event_id="m1")
        await case.handle(Event.ABANDON, event_id="m2")
    return [case]


async def every_end(client: Client, name: str) -> list[CaseHandle]:
    """The shortest path to each end."""
    exploration, cases = explore(limits=Limits(1, 1)), dict[State, CaseHandle]()
    async with worker(client, task_queue=name):
        for index, found in enumerate(exploration.configurations):
            end = found.state
            if exploration.machine.definition.states[end].end is None or end in cases:
                continue
            bare = Case(
                goal=found.facts.goal, account="account-1", order="order-1", case_id=f"case-{end}", limits=Limits(1, 1)
            )
            case = cases[end] = await open_like(Cases(client, task_queue=name, prefix=f"{name}:{end}:"), bare)
            for number, step in enumerate(path_steps(exploration, exploration.path_to(index))):
                await case.handle(step.event, step.data, by=step.by, event_id=f"m{number}")
    return list(cases.values())


RECORDINGS: dict[str, Callable[[Client, str], Awaitable[list[CaseHandle]]]] = {
    "once-and-again": once_and_again,
    "answered": answered,
    "timed-out": timed_out,
    "in-several-runs": in_several_runs,
    "moved-in": moved_in,
    "every-end": every_end,
}


async def record(client: Client, name: str) -> Recorded:
    """The histories of all runs of the cases of one recording."""
    found: Recorded = {}
    for case in await RECORDINGS[name](client, name):
        run: str | None = None
        for number in range(10):
            history = await history_of(client, case, run or await _first_run(client, case))
            found[f"{name}.{case.case_id.removeprefix('case-')}.{number}"] = history
            run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            if not run:
                break
    return found


async def _first_run(client: Client, case: CaseHandle) -> str:
    history = await history_of(client, case)
    return history.events[0].workflow_execution_started_event_attributes.first_execution_run_id


def without_folders(text: str) -> str:
    """The text without the folders of this machine that stand in the stack traces of failures."""
    for folder in (*sorted(sysconfig.get_paths().values(), key=len, reverse=True), str(FOLDER.parents[2])):
        text = text.replace(f"{folder}/", "")
    return text


def main() -> None:
    logging.basicConfig(level=logging.ERROR)
    FOLDER.mkdir(exist_ok=True)
    kept, server = set(kept_histories()), Server(skips_time=False, longest_run=120)
    try:
        for name in RECORDINGS:
            if any(file.startswith(f"{name}.") for file in kept):
                continue
            for stem, history in server.run(record(server.client, name)).items():
                file, text = FOLDER / f"{stem}.json", without_folders(history.to_json())
                file.write_text(text, encoding="utf-8")
                with CHECKSUMS.open("a", encoding="utf-8") as sums:
                    sums.write(f"{sha256(text.encode()).hexdigest()}  {file.name}\n")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
