"""Processes and databases that die: nothing is half-written, nothing committed is lost, and a retry is harmless."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError

from process import Goal, WrongState, store
from process.store import handling
from tests.support.postgres import Postgres
from tests.support.storing import LEDGER, PATH, Database, agree, call, made, opened
from tests.support.thorough import counts
from tests.support.worker_processes import spawn

pytest_plugins = ["tests.support.store_fixtures"]

POINTS = 7
"""After each of the five statements of the transaction, just before the commit, and just after it."""


def host_and_case(conn: Any, case_id: str, index: int) -> None:
    """Write a row of the host's own, and raise the event."""
    conn.execute(LEDGER.insert(), {"case_id": case_id, "version": index + 1})
    event_, keywords = call(index, case_id)
    handling.handle(conn, case_id, event_, **keywords)


def die_on_the_way(engine: Engine, case_id: str, index: int, point: int) -> None:
    """Take a step and be killed at the point; there is no clean-up, as in a power cut of this process alone."""
    seen = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            die()

    with engine.connect() as conn, conn.begin():
        event.listen(conn, "after_cursor_execute", count)
        host_and_case(conn, case_id, index)
        if point == POINTS - 1:
            die()
    die()


def check_kills(database: Database, kills: int) -> None:
    engine = database.engine()
    per_case = len(PATH)
    survived = 0
    for kill in range(kills):
        case_id, index = f"case-{kill // per_case}", kill % per_case
        if index == 0:
            opened(engine, case_id)
        process, pipe = spawn(die_on_the_way, database, case_id, index, kill % POINTS + 1)
        process.join()
        pipe.close()
        assert process.exitcode == -signal.SIGKILL
        with engine.begin() as conn:
            steps = len(store.history(conn, case_id))
            mine = conn.scalar(select(func.count()).where(LEDGER.c.case_id == case_id))
            assert store.load(conn, case_id).version == steps == mine, "something half-written"
            assert store.verify(conn, case_id) == ()
        assert steps in (index, index + 1)
        survived += steps - index
        event_, keywords = call(index, case_id)

        def mine_too(conn: Any, handled: store.Handled, case_id: str = case_id) -> None:
            conn.execute(LEDGER.insert(), {"case_id": case_id, "version": handled.step.version})

        handled = store.deliver(engine, case_id, event_, then=mine_too, **keywords)
        assert handled.is_duplicate == (steps == index + 1)
        assert handled.case.version == index + 1
    assert 0 < survived < kills  # some died after the commit, the others before it
    agree(engine)


@counts("kills", POINTS, 100)  # on each database
def test_processes_killed_between_load_and_commit_leave_nothing_half_written(database: Database, kills: int) -> None:
    check_kills(database, kills)


def test_a_history_that_is_written_outside_the_transaction_outlives_what_it_tells(postgresql: Database) -> None:
    with pytest.raises(AssertionError, match=r"half-written|cancellation_step_case_id_fkey"):
        check_kills(postgresql._replace(broken="log_outside_the_transaction"), kills=2 * POINTS)


# ---------------------------------------------------------------------------------------------------- lost acknowledgement


def check_lost_acknowledgements(engine: Engine) -> None:
    opened(engine, "case")
    for index in range(len(PATH)):
        event_, keywords = call(index, "case")
        first = store.deliver(engine, "case", event_, **keywords)
        retry = store.deliver(engine, "case", event_, **keywords)
        assert (first.is_duplicate, retry.is_duplicate) == (False, True)
        assert retry.step == first.step
        assert retry.case.version == index + 1


def retry_everything(engine: Engine) -> None:
    check_lost_acknowledgements(engine)


def test_a_retry_after_a_lost_acknowledgement_gives_the_first_outcome(engine: Engine) -> None:
    check_lost_acknowledgements(engine)
    for index in range(len(PATH)):  # also long after
        event_, keywords = call(index, "case")
        assert store.deliver(engine, "case", event_, **keywords).step.version == index + 1
    agree(engine, 1)


def test_without_a_look_for_the_event_id_a_retry_is_refused(database: Database) -> None:
    process, pipe = spawn(retry_everything, database._replace(broken="never_look"))
    done, said = pipe.recv()
    process.join()
    assert not done
    assert WrongState.__name__ in said


# ---------------------------------------------------------------------------------------------------------- a database dies


def drive_through_crashes(engine: Engine, worker: int, cases: int) -> list[tuple[str, int, int]]:
    """Take cases along the path; whenever the database is gone, wait and deliver the same event again."""
    acknowledged = []
    for number in range(cases):
        case_id = f"case-{worker}-{number}"
        _until_it_works(lambda case_id=case_id: _open_with_id(engine, case_id))
        for index in range(len(PATH)):
            event_, keywords = call(index, case_id)
            handled = _until_it_works(
                lambda case_id=case_id, event_=event_, keywords=keywords: store.deliver(engine, case_id, event_, **keywords)
            )
            acknowledged.append((case_id, index, handled.step.version))
    return acknowledged


def _open_with_id(engine: Engine, case_id: str) -> Any:
    return store.transact(
        engine, lambda conn: store.open(conn, goal=Goal.PLAN, account="acct", order=f"order-{case_id}", case_id=case_id)
    )


def _until_it_works(work: Any) -> Any:
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not error.connection_invalidated and "recovery" not in str(error) and "connect" not in str(error).lower():
                raise
            time.sleep(0.02)


def check_crashes(crashes: int, broken: str | None = None, **settings: str) -> None:
    workers, cases = 4, 6 * crashes
    server = Postgres(**settings)  # with fsync, as a host's
    try:
        database = made(server.new_database())._replace(broken=broken)
        engine = database.engine()
        started = [spawn(drive_through_crashes, database, worker, cases) for worker in range(workers)]
        for crash in range(crashes):
            _wait_for_steps(engine, workers * cases * len(PATH) * (crash + 1) // (crashes + 2), started)
            engine.dispose()
            server.stop("immediate")
            server.start()
        told = []
        for process, pipe in started:
            done, result = pipe.recv()
            process.join()
            assert done, result
            told += result
        assert sorted(told) == sorted(
            (f"case-{worker}-{number}", index, index + 1)
            for worker in range(workers)
            for number in range(cases)
            for index in range(len(PATH))
        )
        with engine.begin() as conn:
            for case_id in sorted({case_id for case_id, _, _ in told}):
                assert [step.event for step in store.history(conn, case_id)] == [event_ for event_, _ in PATH]
        agree(engine, workers * cases)
        engine.dispose()
    finally:
        server.remove()


@counts("crashes", 1, 10)
def test_postgresql_stopped_hard_under_load_loses_and_doubles_nothing(crashes: int) -> None:
    check_crashes(crashes)


@pytest.mark.thorough
def test_a_store_that_acknowledges_before_it_has_kept_loses_events_in_a_crash() -> None:
    with pytest.raises(AssertionError, match=r"CaseNotFound|WrongState|GuardNotMet"):
        check_crashes(2, "acknowledge_early", wal_writer_delay="10s")


def test_a_server_of_the_tests_ends_with_them_however_they_end() -> None:
    script = "import sys; from tests.support.postgres import Postgres; s = Postgres(); "
    script += "print(s.folder, flush=True); sys.stdin.read()"
    tests = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tests.stdin is not None
    assert tests.stdout is not None
    folder = Path(tests.stdout.readline().strip())
    server = (folder / "data" / "postmaster.pid").read_text().splitlines()[0]
    assert _is_running(server)
    tests.kill()
    tests.communicate()
    while folder.exists() or _is_running(server):  # for good, if the test fails
        time.sleep(0.05)


def _is_running(process: str) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")  # one that has ended may wait for its parent to take note


def _wait_for_steps(engine: Engine, count: int, workers: list[tuple[Any, Any]]) -> None:
    """Until there are as many, or until one of the workers has come to an end, as it does early where steps are lost."""
    while not any(pipe.poll() for _, pipe in workers):
        with engine.connect() as conn:
            if (conn.scalar(select(func.count()).select_from(store.metadata.tables["cancellation_step"])) or 0) >= count:
                return
        time.sleep(0.01)
