"""Processes that work on one database at once; they stay alive from test to test, as starting them takes long."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from threading import Thread
from traceback import format_exc
from typing import Any

from tests.support import broken_stores

TIME_LIMIT = 3600
"""Seconds after which a process that says nothing has failed."""

_CONTEXT = multiprocessing.get_context("forkserver")
# What the processes import is imported once; the last of it is found where the tests are run from the project's folder.
_CONTEXT.set_forkserver_preload(
    [
        "process.store",
        "psycopg",
        "pymysql",
        "pytest",
        "sqlalchemy.dialects.mysql.pymysql",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.ext.asyncio",
        "sqlalchemy.orm",
        "tests.support.storing",
    ]
)

Work = Callable[..., Any]
Started = tuple[Any, Pipe]

_crews: dict[str | None, list[Started]] = {}
"""The idle processes, by the way in which their store is broken; of one broken way at a time."""


def spawn(work: Work, database: Any, *args: Any) -> Started:
    """A process that calls *work* with an engine of its own, once, and sends back whether it is done, and what it gives."""
    return _started(_call_once, work, database, args)


def in_parallel(work: Work, database: Any, arguments: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the results of *work* in one process for each of the arguments, all at once.

    AssertionError as soon as one of them fails, or says nothing for too long; the others, which may wait for it, are ended.
    """
    crew = _taken(database.broken, len(arguments))
    try:
        for (_, pipe), args in zip(crew, arguments, strict=True):
            pipe.send((work, database, args))
        _answers(crew)  # all are connected
        for _, pipe in crew:
            pipe.send(None)
        results = _answers(crew)
    except BaseException:
        _end(crew)
        raise
    _crews.setdefault(database.broken, []).extend(crew)
    return results


def _taken(broken: str | None, count: int) -> list[Started]:
    """So many processes, taken from the idle ones or started."""
    for other in [way for way in _crews if way not in (None, broken)]:
        _end(_crews.pop(other))
    idle = _crews.setdefault(broken, [])
    while len(idle) < count:
        idle.append(_started(_serve, broken))
    crew = idle[:count]
    del idle[:count]
    return crew


def _answers(crew: list[Started]) -> list[Any]:
    """Return what each says next."""
    results: dict[int, Any] = {}
    while len(results) < len(crew):
        talking = wait([pipe for place, (_, pipe) in enumerate(crew) if place not in results], TIME_LIMIT)
        assert talking, f"nothing said for {TIME_LIMIT} seconds"
        for place, (_, pipe) in enumerate(crew):
            if pipe in talking:
                done, results[place] = pipe.recv()
                assert done, results[place]
    return [results[place] for place in range(len(crew))]


def _end(crew: list[Started]) -> None:
    for process, _ in crew:
        process.kill()
    for process, pipe in crew:
        process.join()
        pipe.close()


def _started(target: Work, *args: Any) -> Started:
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=target, args=(theirs, *args), daemon=True)
    process.start()
    theirs.close()
    return process, ours


# ------------------------------------------------------------------------------------------------------ in the processes


def _serve(pipe: Pipe, broken: str | None) -> None:
    Thread(target=_end_with_the_tests, daemon=True).start()
    broken_stores.break_it(broken)
    while True:
        work, database, args = pipe.recv()
        _call(pipe, work, database, args, together=True)


def _call_once(pipe: Pipe, work: Work, database: Any, args: Sequence[Any]) -> None:
    Thread(target=_end_with_the_tests, daemon=True).start()
    broken_stores.break_it(database.broken)
    _call(pipe, work, database, args)


def _call(pipe: Pipe, work: Work, database: Any, args: Sequence[Any], *, together: bool = False) -> None:
    engine = database.engine()
    try:
        if together:
            with engine.connect():  # so that nobody has to when all begin
                pipe.send((True, None))
                pipe.recv()
        outcome = True, work(engine, *args)
    except BaseException:
        outcome = False, format_exc()
    if not together or database.is_sqlite:  # whose file is gone when the next test begins
        engine.dispose()
    pipe.send(outcome)


def _end_with_the_tests() -> None:
    """A worker that tries again for as long as its database is gone would never end by itself."""
    tests = multiprocessing.parent_process()
    if tests is not None:
        tests.join()
        os._exit(1)
