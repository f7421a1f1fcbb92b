"""A development server, and a look at which worker handles a request: for demonstrations and tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from process.temporal.case_handle import CaseHandle


class ServerUnreachable(ConnectionError):
    """No server answers at the address."""


def server_program() -> str | None:
    """The path of Temporal's command line, beside this Python or else on PATH; it holds the development server."""
    beside = Path(sys.executable).parent / "temporal"
    return str(beside) if beside.exists() else shutil.which("temporal")


async def connected_client(address: str, *, identity: str | None = None) -> Client:
    """A client of the server at the address, under a name of its own.

    Raises:
        ServerUnreachable: no server answers there.
    """
    try:
        return await Client.connect(address, identity=identity)
    except RuntimeError as error:
        raise ServerUnreachable(address) from error


@asynccontextmanager
async def development_server(program: str) -> AsyncIterator[str]:
    """The address of a development server that runs, without output and with all data in memory, until the block ends."""
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=program, dev_server_log_level="never", dev_server_extra_args=["--output", "none"]
    )
    async with server:
        yield server.client.service_client.config.target_host


async def workers_of(case: CaseHandle) -> dict[str, str]:
    """The keys of the requests that are handled now, each with the identity of the worker."""
    described = await case.client.get_workflow_handle(case.workflow_id).describe()
    calls = described.raw_description.pending_activities
    return {call.activity_id: call.last_worker_identity for call in calls if call.last_worker_identity}
