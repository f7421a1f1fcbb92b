"""The example of the README: a host as it is written there, on a real server."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from process import Actor, Event, State
from process.temporal import Cases
from tests.support.temporal import Server

ROOT = Path(__file__).parents[2]
EXAMPLE = (Path(__file__).parent / "example.txt").read_text(encoding="utf-8")


def test_the_host_of_the_example_runs(dev: Server, capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[str, str, str]] = []

    class Lender:
        def quote(self, order: str, *, key: str) -> SimpleNamespace:
            calls.append(("quote", order, key))
            return SimpleNamespace(ref="quote-1", fee=0)

        def cancel(self, quote: str, *, key: str) -> None:
            calls.append(("cancel", quote, key))

    host: dict[str, Any] = {"lender": Lender()}
    assert EXAMPLE.count("localhost:7233") == 1
    # What the host goes on to do, while its worker runs: the example ends where a web application would begin.
    more = '        await goes_on(cases.get("order-9", "case-9"))\n'
    exec(EXAMPLE.replace("localhost:7233", dev.address) + more, host)  # noqa: S102  # the README's own

    async def goes_on(case: Any) -> None:
        await case.handle(Event.SIGN_IN, {"account": "acct-1", "channel": "app"}, event_id="msg-2")
        await case.handle(Event.OPEN_ORDERS, event_id="msg-3")
        await case.handle(Event.OPEN_ORDER, {"order": "order-9"}, event_id="msg-4")
        await case.handle(Event.FIND_OPTION, {"option": "cancel"}, event_id="msg-5")
        await case.handle(Event.CHOOSE_CANCELLATION, event_id="msg-6")
        confirmed = {"quote": "quote-1"}
        await case.handle(Event.CONFIRM_CANCELLATION, confirmed, by=Actor.CUSTOMER, event_id="msg-7", version=6)
        await case.handle(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"}, event_id="msg-8")
        while len(calls) < 2:
            await host["asyncio"].sleep(0.02)
        await case.handle(Event.COMPLETE_CANCELLATION, confirmed, by=Actor.LENDER, event_id="webhook-1")
        assert (await Cases(dev.client).get("order-9", "case-9").load()).state is State.PLAN_CANCELLED

    import asyncio

    host |= {"goes_on": goes_on, "asyncio": asyncio}
    dev.run(host["main"]())
    assert calls == [("quote", "order-9", "case-9:5"), ("cancel", "quote-1", "case-9:8")]
    refusal, request = capsys.readouterr().out.splitlines()[-2:]
    assert refusal == "该账号不是购买此订单的账号，请换用购买时的账号登录。"
    assert "SIGN_IN" in request


def test_the_readme_shows_this_example_and_no_other() -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert [block for block in blocks if "process.temporal" in block] == [EXAMPLE]
