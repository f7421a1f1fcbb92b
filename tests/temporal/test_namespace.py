"""Search, encryption, what importing the room loads, and how a program that did ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import cycle

import pytest
from temporalio.client import Client

from process import Actor, Event, Goal, GuardNotMet, State
from process.temporal import Cases, encrypted, register_search_attributes, worker, workflow
from tests.support.temporal import SIGN_IN, Server, history_of, new_order


def test_open_cases_are_found_by_state_and_by_whose_move_it_is(dev: Server) -> None:
    async def scenario() -> None:
        with pytest.raises(ValueError, match="register_search_attributes"):
            await Cases(dev.client, searchable=True).open(goal=Goal.PLAN, account="acct-1", order=new_order())
        await register_search_attributes(dev.client)
        await register_search_attributes(dev.client)
        queue = new_order()
        cases = Cases(dev.client, task_queue=queue, searchable=True, prefix=f"{queue}:")
        async with worker(dev.client, task_queue=queue):
            for order in ("o-1's", "o-2", "o-3"):
                case = await cases.open(goal=Goal.PLAN, account="acct-1", order=order, case_id=f"case-{order}")
                if order != "o-1's":
                    await case.handle(Event.REPORT_PROBLEM, {"problem": "none"}, by=Actor.CUSTOMER, event_id="m1")
                if order == "o-3":
                    await case.handle(Event.CONTACT_SUPPORT, {"channel": "hotline"}, event_id="m2")

            async def found(wanted: list[str], **filters: object) -> None:
                """Wait until the server's index shows these, and no others."""
                while True:
                    listed = await cases.find(**filters)  # type: ignore[arg-type]  # by their names
                    assert all(each.case_id == f"case-{each.order}" for each in listed)
                    if sorted(f"{each.case_id} {each.state} {each.awaits}" for each in listed) == wanted:
                        return
                    await asyncio.sleep(0.05)

            await found(["case-o-2 support_needed customer"], state=State.SUPPORT_NEEDED)
            await found(["case-o-3 in_support support"], awaits=Actor.SUPPORT)
            waiting = ["case-o-1's signed_out customer", "case-o-2 support_needed customer"]
            await found(waiting, awaits=Actor.CUSTOMER)
            elsewhere = Cases(dev.client, searchable=True, prefix=f"not-{queue}:")
            assert await elsewhere.find(awaits=Actor.CUSTOMER) == []
            assert len(await cases.find(limit=2)) == 2
            await case.handle(Event.ABANDON, event_id="m3")
            while await cases.find(awaits=Actor.SUPPORT):
                await asyncio.sleep(0.05)

    dev.run(scenario())


def test_under_encryption_no_reference_stands_readable_in_a_history(dev: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "KEPT_OUTCOMES", 1)  # so that steps are read from the encrypted history

    def twisted(data: bytes) -> bytes:  # stands for a cipher
        return bytes(byte ^ key for byte, key in zip(data, cycle(b"\x5a\xc3\x3c"), strict=False))

    async def scenario() -> None:
        queue = new_order()
        client = await Client.connect(dev.address, data_converter=encrypted(twisted, twisted))
        async with worker(client, task_queue=queue):
            cases = Cases(client, task_queue=queue)
            case = await cases.open(goal=Goal.PLAN, account="acct-1", order=queue, case_id="a-secret-case")
            with pytest.raises(GuardNotMet):
                await case.handle(Event.SIGN_IN, {**SIGN_IN, "account": "acct-2"}, event_id="a-secret-id")
            await case.handle(Event.SIGN_IN, SIGN_IN, event_id="m1", who="a-secret-person")
            await case.handle(Event.ABANDON, event_id="m2")
            assert (await case.load()).state is State.ABANDONED
            assert [step.event for step in (await case.export()).history] == [Event.SIGN_IN, Event.ABANDON]
        stored = (await history_of(dev.client, case)).to_json()
        assert "binary/encrypted" in stored or "YmluYXJ5L2VuY3J5cHRlZA" in stored
        for secret in ("acct-", "secret"):
            assert secret not in stored
        raw = b"".join(event.SerializeToString() for event in (await history_of(dev.client, case)).events)
        assert b"acct-" not in raw
        assert b"secret" not in raw

    dev.run(scenario())


def test_a_worker_without_a_cache_is_refused(dev: Server) -> None:
    with pytest.raises(ValueError, match="max_cached_workflows"):
        worker(dev.client, max_cached_workflows=0)


def loaded_by(code: str, *libraries: str) -> str:
    shown = f"import sys; {code}; print(*sorted(set({libraries!r}) & sys.modules.keys()))"
    return subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True).stdout.strip()


def test_the_package_loads_no_engine_and_the_room_no_database() -> None:
    assert loaded_by("from process import *; import process.kept_cases", "temporalio", "google") == ""
    assert loaded_by("import process.temporal", "sqlalchemy", "temporalio") == "temporalio"


def test_a_program_ends_only_when_threads_of_the_library_have_returned_from_python() -> None:
    """A thread that Python did not start stands for one of temporalio's that delivers a result."""
    delivering = "_thread.start_new_thread(lambda: (time.sleep(0.5), os.write(1, b'returned')), ())"
    code = f"import _thread, os, process.temporal, time; {delivering}; time.sleep(0.1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"returned", b"")
