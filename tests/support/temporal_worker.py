"""A worker that a test can kill: ``python -m tests.support.temporal_worker ADDRESS FILE``. It notes its calls there."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from temporalio.client import Client

from process import Event, Request, RequestKind
from process.temporal import Answer, worker


async def main(address: str, file: str, *options: str) -> None:
    logging.disable()

    def called(request: Request) -> None:
        with Path(file).open("a", encoding="utf-8") as calls:
            calls.write(f"{request.key}\n")

    def quote(request: Request) -> Answer:
        called(request)
        return Answer(Event.QUOTE_CONSEQUENCES, {"quote": f"quote-{request.key}", "fee": 0, "currency": "CNY"})

    def decide(request: Request) -> Answer:
        called(request)
        return Answer(Event.SKIP_FACE_VERIFICATION, {"reason": "low risk"})

    def cancel(request: Request) -> Answer:
        called(request)
        return Answer(Event.COMPLETE_CANCELLATION, {"quote": request.payload["quote"]})

    functions = {
        RequestKind.QUOTE_CONSEQUENCES: quote,
        RequestKind.DECIDE_VERIFICATION: decide,
        RequestKind.CANCEL_PLAN: cancel,
    }
    if "no-functions" in options:
        functions = {}
    while True:  # the server may not be there yet, or be gone
        try:
            client = await Client.connect(address)
            async with worker(client, functions):
                await asyncio.Event().wait()
        except RuntimeError:
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
