"""One server of each kind for a process of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from process.temporal import worker
from tests.support.temporal import Server


@pytest.fixture(scope="session")
def skipping() -> Iterator[Server]:
    """The test server, which skips time. Its one clock is that of all its cases."""
    server = Server(skips_time=True)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dev() -> Iterator[Server]:
    """The development server: all of Temporal's server, in one process and in memory. Its runs are short."""
    server = Server(skips_time=False, longest_run=120)
    yield server
    server.stop()


@pytest.fixture(params=["skipping", "dev"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def workers(skipping: Server, dev: Server) -> Iterator[None]:
    """A worker on each server; it has no functions, so everything comes through ``handle``."""
    workers = [(server, worker(server.client, debug_mode=True)) for server in (skipping, dev)]
    for server, each in workers:
        server.run(each.__aenter__())
    yield
    for server, each in workers:
        server.run(each.__aexit__(None, None, None))
