"""Many processes at once: one winner for each version, one open case for each order, one outcome for each event."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from process import Event, Goal, Limits, Refused, State, store
from process.store import handling
from tests.support.storing import PATH, SHORT_PATH, START, WORKERS, Database, agree, call, emptied, opened
from tests.support.thorough import counts, counts_by_database
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]

# --------------------------------------------------------------------------------------------- one winner per version

LIMIT = 3
DAWDLING = 4
"""The number of tries of a process that take their time; later ones are refused anyhow."""


@contextmanager
def dawdling(engine: Engine) -> Iterator[None]:
    """Half of the steps sleep between reading the case and writing it, so that others come in between."""

    def dawdle(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE cancellation_case SET version"):
            time.sleep(random.choice((0, 0.1)))  # noqa: S311  # seconds

    event.listen(engine, "before_cursor_execute", dawdle)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", dawdle)


def try_to_verify(engine: Engine, worker: int, tries: int) -> int:
    """Start a face verification *tries* times, fail each that starts, and tell how many did."""
    accepted = 0
    for number in range(tries):
        name = f"{worker}:{number}"
        try:
            with dawdling(engine) if number < DAWDLING else nullcontext():
                started = store.deliver(
                    engine, "case", Event.START_FACE_VERIFICATION, {"consent": "consent"}, event_id=name
                )
        except Refused:
            continue
        accepted += 1
        attempt = started.case.facts.attempt
        store.deliver(engine, "case", Event.FAIL_VERIFICATION, {"attempt": attempt}, event_id=f"{name}:failed")
    return accepted


def quote_again_and_again(engine: Engine, worker: int, tries: int) -> None:
    for number in range(tries):
        name = f"{worker}:{number}"
        store.deliver(engine, "case", Event.QUOTE_CONSEQUENCES, {"quote": name, "fee": 0, "currency": "CNY"}, event_id=name)


def check_limits(database: Database, tries: int) -> None:
    engine = database.engine()
    opened(engine, "case", steps=8, limits=Limits(face=LIMIT, other=1))
    accepted = in_parallel(try_to_verify, database, [(worker, tries // WORKERS) for worker in range(WORKERS)])
    with engine.begin() as conn:
        history, case = store.history(conn, "case"), store.load(conn, "case")
    assert sum(accepted) == LIMIT, f"{sum(accepted)} were accepted"
    assert [step.version for step in history] == list(range(1, 8 + 2 * LIMIT + 1)), "a step was lost"
    assert Counter(step.event for step in history[8:]) == {
        Event.START_FACE_VERIFICATION: LIMIT,
        Event.FAIL_VERIFICATION: LIMIT,
    }
    assert (case.facts.face_attempts, case.facts.attempt, case.state) == (LIMIT, LIMIT, State.VERIFICATION_CHOICE)
    agree(engine, 1)


def check_self_loops(database: Database, quotes: int) -> None:
    engine = database.engine()
    opened(engine, "case", steps=5)
    in_parallel(quote_again_and_again, database, [(worker, quotes // WORKERS) for worker in range(WORKERS)])
    with engine.begin() as conn:
        history = store.history(conn, "case")
        case = store.load(conn, "case")
    assert [step.version for step in history] == list(range(1, 5 + quotes + 1)), "a step was lost"
    assert len({step.data["quote"] for step in history[5:]}) == quotes, "a step was lost"
    assert case.facts.quote == history[-1].data["quote"], "the last step was lost"
    agree(engine, 1)


@counts("tries", 32, 600)
def test_of_many_tries_by_8_processes_exactly_the_allowed_number_is_accepted(any_isolation: Database, tries: int) -> None:
    check_limits(any_isolation, tries)


@counts("quotes", 16, 80)
def test_a_step_that_comes_back_to_the_same_state_is_never_lost(any_isolation: Database, quotes: int) -> None:
    check_self_loops(any_isolation, quotes)


TAKEN = "duplicate key value violates unique constraint"
"""Where a broken store comes to grief on a key that the database keeps, as it does when two write one version."""


@pytest.mark.parametrize("way", ["state_as_token", "blind_write"])
def test_a_store_that_does_not_compare_versions_accepts_more_than_allowed(postgresql: Database, way: str) -> None:
    with pytest.raises(AssertionError, match=rf"\d were accepted|was lost|{TAKEN} .cancellation_step_pkey"):
        check_limits_again_and_again(postgresql._replace(broken=way))


def check_limits_again_and_again(database: Database) -> None:
    for _ in range(ROUNDS):
        check_limits(database, tries=6 * WORKERS)
        emptied(database.url)


@pytest.mark.parametrize(
    ("way", "found_out"),
    [
        ("state_as_token", "was lost|does not agree with its history"),
        ("blind_write", f"was lost|{TAKEN} .cancellation_step_pkey"),
    ],
)
def test_a_store_that_does_not_compare_versions_loses_a_step(postgresql: Database, way: str, found_out: str) -> None:
    with pytest.raises(AssertionError, match=found_out):
        check_self_loops(postgresql._replace(broken=way), quotes=80)


# ------------------------------------------------------------------------------------------------- one open case per order

OPENINGS, ROUNDS, THREADS = 50, 20, 10


def open_in_threads(engine: Engine, worker: int, rounds: int) -> list[tuple[int, str, bool]]:
    """For each round, by each thread: the case that the order then has, and whether this thread opened it."""

    def once(round_: int, thread: int) -> tuple[int, str, bool]:
        own, order = f"{round_}-{worker}-{thread}", f"order-{round_}"

        def work(conn: Any) -> str:
            return store.open(conn, goal=Goal.PLAN, account="acct", order=order, case_id=own, at=START).case_id

        try:
            return round_, store.transact(engine, work), True
        except store.OrderHasOpenCase as taken:
            return round_, taken.case_id, False

    with ThreadPoolExecutor(THREADS) as threads:
        return [found for round_ in range(rounds) for found in threads.map(partial(once, round_), range(THREADS))]


def check_one_open_case(database: Database, rounds: int) -> None:
    workers = OPENINGS // THREADS
    told = in_parallel(open_in_threads, database, [(worker, rounds) for worker in range(workers)])
    by_round: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for round_, case_id, is_new in (found for one in told for found in one):
        by_round[round_].append((case_id, is_new))
    assert len(by_round) == rounds
    for found in by_round.values():
        assert len(found) == OPENINGS
        assert sum(is_new for _, is_new in found) == 1, "an order has several open cases"
        assert len({case_id for case_id, _ in found}) == 1
    agree(database.engine(), rounds)


@counts("rounds", 2, ROUNDS)
def test_of_50_openings_for_one_order_one_wins_and_the_others_learn_which(database: Database, rounds: int) -> None:
    check_one_open_case(database, rounds)


@pytest.mark.thorough
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_one_opening_wins_above_read_committed_too(postgresql: Database, isolation: str) -> None:
    check_one_open_case(postgresql._replace(isolation=isolation), rounds=5)


def test_without_the_unique_key_an_order_gets_several_open_cases(postgresql: Database) -> None:
    with pytest.raises(AssertionError, match="several open cases"):
        check_one_open_case(postgresql._replace(broken="no_unique_key"), rounds=3)


# ---------------------------------------------------------------------------------------------- one outcome per event

BATCH = 20
"""Deliveries in one transaction: with a commit for each, the 2,000 cases would take minutes."""

PAUSE = 0.02
"""Seconds until a process that had nothing to deliver looks again."""

Delivery = tuple[str, int]
"""A case and the place of an event on its path; INVALID is one that no case takes."""

INVALID = -1
PATHS = {"long": PATH, "short": SHORT_PATH, "left": (*PATH[:2], (Event.ABANDON, {})), "begun": PATH[:6]}
"""By what a case's id begins with; ``begun`` ends with an event that comes back to its state."""
REFUSALS = ("GuardNotMet", "WrongState", "EndReached")


def deliver_when_due(engine: Engine, deliveries: list[Delivery]) -> list[tuple[str, str, Any]]:
    """Deliver each, an event never before the one that it follows, and tell each outcome by case and event id."""
    told: list[tuple[str, str, Any]] = []
    waiting = deliveries
    while waiting:
        early: list[Delivery] = []
        for first in range(0, len(waiting), BATCH):
            batch = sorted(waiting[first : first + BATCH])  # all lock in one order, so that there is no deadlock
            outcomes = store.transact(engine, partial(deliver_batch, batch=batch))
            told += [(*key, outcome) for key, outcome in outcomes if outcome is not None]
            early += [delivery for delivery, (_, outcome) in zip(batch, outcomes, strict=True) if outcome is None]
        if len(early) == len(waiting):
            time.sleep(PAUSE)  # so that those get on who are waited for
        waiting = early
    return told


def deliver_batch(conn: Any, batch: list[Delivery]) -> list[tuple[tuple[str, str], Any]]:
    """The outcome of each, None where it came too early or someone else was just moving the case."""
    table = store.metadata.tables["cancellation_case"].c
    versions = dict(
        conn.execute(select(table.case_id, table.version).where(table.case_id.in_([case_id for case_id, _ in batch]))).all()
    )
    outcomes: list[tuple[tuple[str, str], Any]] = []
    for case_id, index in batch:
        if index == INVALID:
            event, keywords = Event.OPEN_ORDER, {"data": {"order": "another"}, "event_id": "wrong"}
        else:
            event, keywords = call(index, case_id, path_of(case_id))
        outcome: Any = None
        if versions[case_id] >= (2 if index == INVALID else index):
            try:
                handled = handling.handle(conn, case_id, event, **keywords)
                outcome, versions[case_id] = handled.step, handled.case.version
            except Refused as refusal:
                outcome = type(refusal).__name__, refusal.blockers
            except store.Conflict as conflict:
                if conflict.aborted:
                    raise
        outcomes.append(((case_id, keywords["event_id"]), outcome))
    return outcomes


def path_of(case_id: str) -> Any:
    return PATHS[case_id.partition("-")[0]]


def deliveries_of(cases: list[str]) -> list[Delivery]:
    """Each event of each case once to five times, an earlier one rather before a later one, a few dozen cases at a time."""
    chance = random.Random(5)  # noqa: S311  # the same in every run
    order = [
        (number + 8 * (3 if index == INVALID else index) + chance.uniform(0, 12), (case_id, index))
        for number, case_id in enumerate(cases)
        for index in (*range(len(path_of(case_id))), INVALID)
        for _ in range(chance.randint(1, 5))
    ]
    return [delivery for _, delivery in sorted(order)]


def open_all(engine: Engine, cases: list[str]) -> None:
    with engine.begin() as conn:
        for name in cases:
            store.open(conn, goal=Goal.PLAN, account="acct", order=f"order-{name}", case_id=name, at=START)


def check_each_event_once(database: Database, cases: list[str]) -> None:
    engine = database.engine()
    open_all(engine, cases)
    deliveries = deliveries_of(cases)
    told = in_parallel(deliver_when_due, database, [(deliveries[worker::WORKERS],) for worker in range(WORKERS)])
    outcomes: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for case_id, event_id, outcome in (found for one in told for found in one):
        outcomes[case_id, event_id].append(outcome)
    assert sum(map(len, outcomes.values())) == len(deliveries)
    for (_, event_id), found in outcomes.items():
        assert all(outcome == found[0] for outcome in found), f"{event_id} has several outcomes"
        assert (found[0][0] in REFUSALS) == (event_id == "wrong"), f"{event_id} has the wrong outcome: {found[0]}"
    with engine.begin() as conn:
        for case_id in cases:
            history = store.history(conn, case_id)
            assert [step.event for step in history] == [event for event, _ in path_of(case_id)], "an event counted twice"
    agree(engine, len(cases))


@counts_by_database("cases", 24, 2000, mariadb=500)
def test_each_event_counts_once_however_often_8_processes_deliver_it(database: Database, cases: int) -> None:
    ways = ("long", "left", "short", "left")
    check_each_event_once(database, [f"{ways[number % len(ways)]}-{number}" for number in range(cases)])


@pytest.mark.parametrize(
    ("way", "cases", "found_out"),
    [
        ("look_before_load", 24, f"several outcomes|the wrong outcome|{TAKEN} .cancellation_(step_of_sender|refusal_pkey)"),
        ("never_look", 3, "several outcomes|the wrong outcome|counted twice"),
    ],
)
def test_a_store_that_looks_too_early_or_never_is_found(postgresql: Database, way: str, cases: int, found_out: str) -> None:
    begun = [f"begun-{number}" for number in range(cases)]  # none waits for a state that a broken store has left for good
    with pytest.raises(AssertionError, match=found_out):
        check_in_rounds(postgresql._replace(broken=way), begun)


def check_in_rounds(database: Database, cases: list[str]) -> None:
    """Check again and again, as a busy machine may let the deliveries of one round pass each other by."""
    for _ in range(ROUNDS):
        check_each_event_once(database, cases)
        emptied(database.url)
