"""One plan, one cancellation over all cases of an order; likewise the removal of the face verification."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from process import Actor, Case, Event, Goal, State, store
from process.store import claims, tables
from tests.support.storing import LEDGER, PATH, START, WORKERS, Database, agree
from tests.support.thorough import counts
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]

Path = tuple[tuple[Event, Mapping[str, Any]], ...]

REMOVAL: Path = (
    (Event.REQUEST_FACE_VERIFICATION_REMOVAL, {}),
    (Event.CONTACT_SUPPORT, {"channel": "hotline"}),
    (Event.REMOVE_FACE_VERIFICATION, {"agent": "agent-1", "ticket": "t-1"}),
)
PATHS: dict[tuple[Goal, State], Path] = {
    (Goal.PLAN, State.PLAN_CANCELLED): PATH,
    (Goal.PLAN, State.ABANDONED): (*PATH[:3], (Event.ABANDON, {})),
    (Goal.FACE_VERIFICATION, State.FACE_VERIFICATION_REMOVED): (*PATH[:4], *REMOVAL),
    (Goal.BOTH, State.PLAN_CANCELLED): PATH,
    (Goal.BOTH, State.FACE_VERIFICATION_REMOVED): (*PATH[:4], *REMOVAL, (Event.ABANDON, {})),
    (Goal.BOTH, State.BOTH_CANCELLED): (*PATH[:4], *REMOVAL, *PATH[5:7], PATH[-1]),
}
"""Ways to an end, by goal and end."""


def events(path: Path, order: str) -> Iterator[tuple[Event, dict[str, Any]]]:
    for index, (event, data) in enumerate(path):
        filled = {name: order if value is ... else value for name, value in data.items()}
        by = filled.pop("by", None)
        yield event, {"data": filled, "by": by, "event_id": f"e{index}"}


def end(engine: Engine, goal: Goal, state: State, order: str, case_id: str) -> None:
    """Open a case and take it to the end."""
    store.transact(
        engine,
        lambda conn: store.open(conn, goal=goal, account="acct", order=order, case_id=case_id, at=START),
    )
    for event, keywords in events(PATHS[goal, state], order):
        done = store.deliver(engine, case_id, event, **keywords)
    assert done.case.state is state


@pytest.mark.parametrize(
    ("first", "refused", "open_still"),
    [
        ((Goal.PLAN, State.PLAN_CANCELLED), (Goal.PLAN, Goal.BOTH), (Goal.FACE_VERIFICATION,)),
        ((Goal.PLAN, State.ABANDONED), (), (Goal.PLAN, Goal.FACE_VERIFICATION, Goal.BOTH)),
        ((Goal.BOTH, State.PLAN_CANCELLED), (Goal.PLAN, Goal.BOTH), (Goal.FACE_VERIFICATION,)),
        ((Goal.BOTH, State.FACE_VERIFICATION_REMOVED), (Goal.FACE_VERIFICATION, Goal.BOTH), (Goal.PLAN,)),
        ((Goal.BOTH, State.BOTH_CANCELLED), (Goal.PLAN, Goal.FACE_VERIFICATION, Goal.BOTH), ()),
        ((Goal.FACE_VERIFICATION, State.FACE_VERIFICATION_REMOVED), (Goal.FACE_VERIFICATION, Goal.BOTH), (Goal.PLAN,)),
    ],
)
def test_what_a_case_has_achieved_for_an_order_is_asked_for_by_no_other(
    engine: Engine, first: tuple[Goal, State], refused: tuple[Goal, ...], open_still: tuple[Goal, ...]
) -> None:
    end(engine, *first, "order", "first")
    with engine.begin() as conn:
        for goal in refused:
            with pytest.raises(store.AlreadyDone) as done:
                store.open(conn, goal=goal, account="acct", order="order")
            assert (done.value.order, done.value.case_id) == ("order", "first")
            assert goal in (done.value.done, Goal.BOTH)
            assert done.value.done.words.zh in done.value.text("zh")
        for goal in open_still:
            with conn.begin_nested() as tried:
                store.open(conn, goal=goal, account="acct", order="order")
                tried.rollback()
    agree(engine, 1)


def test_a_case_that_is_imported_at_its_end_claims_what_it_has_achieved(engine: Engine) -> None:
    case = Case(goal=Goal.PLAN, account="acct", order="order", case_id="first", at=START)
    for event, keywords in events(PATH, "order"):
        case.trigger(event, keywords["data"], by=keywords["by"], at=START)
    with engine.begin() as conn:
        store.import_case(conn, case)
        assert store.import_case(conn, case).state is State.PLAN_CANCELLED
        with pytest.raises(store.AlreadyDone):
            store.open(conn, goal=Goal.PLAN, account="acct", order="order")
    agree(engine, 1)


# ------------------------------------------------------------------------------------- an open case that has no claim


def open_without_claims(engine: Engine, first: tuple[Goal, State], goal: Goal, path: Path) -> None:
    """Take a case to an end, and another one for its order along a path: the second found its claim taken.

    So ``upgrade`` leaves two cases of the first release, which let this happen.
    """
    end(engine, *first, "order", "first")
    columns = {name: tables.cases.c[name] for name in claims.CLAIMED_PARTS}
    with engine.begin() as conn:
        (held,) = conn.execute(select(*columns.values()).where(tables.cases.c.case_id == "first"))
        conn.execute(tables.cases.update().values(dict.fromkeys(columns)))
        store.open(conn, goal=goal, account="acct", order="order", case_id="second", at=START)
        for event, keywords in events(path, "order"):
            store.handle(conn, "second", event, **keywords)
        taken = {name: None for name, order in held._mapping.items() if order is not None}
        conn.execute(tables.cases.update().values(taken))
        conn.execute(tables.cases.update().where(tables.cases.c.case_id == "first").values(dict(held._mapping)))


SECOND_CASES: list[tuple[tuple[Goal, State], Goal, Path, int]] = [
    ((Goal.PLAN, State.PLAN_CANCELLED), Goal.PLAN, PATH, 9),  # the answer of the verifier would have it submitted
    ((Goal.PLAN, State.PLAN_CANCELLED), Goal.BOTH, PATH, 10),  # the lender has been asked already, and answers
    ((Goal.BOTH, State.FACE_VERIFICATION_REMOVED), Goal.BOTH, (*PATH[:4], *REMOVAL), 6),
]


@pytest.mark.parametrize(("first", "goal", "path", "length"), SECOND_CASES)
def test_an_open_case_of_an_earlier_release_never_repeats_what_another_one_has_done(
    engine: Engine, first: tuple[Goal, State], goal: Goal, path: Path, length: int
) -> None:
    open_without_claims(engine, first, goal, path[:length])
    event, keywords = list(events(path, "order"))[length]
    with engine.begin() as conn:
        conn.execute(LEDGER.insert(), {"case_id": "host", "version": 0})
        with pytest.raises(store.AlreadyDone) as done:
            store.handle(conn, "second", event, **keywords)
        assert (done.value.order, done.value.case_id) == ("order", "first")
        assert store.load(conn, "second").version == length
    with engine.begin() as conn:
        assert conn.scalar(select(LEDGER.c.case_id)) == "host", "the host's transaction is sound"
        with conn.begin_nested() as tried:  # it can end otherwise
            ended = {"data": {"reason": "cancelled by another case"}, "event_id": "ended", "by": Actor.LENDER}
            assert store.handle(conn, "second", Event.REPORT_PLAN_ENDED, **ended).case.is_done
            tried.rollback()
        assert store.purge(conn, ended_before=datetime.now(UTC) + timedelta(days=1)) == ["first"]
        store.handle(conn, "second", event, **keywords)  # and once nothing is known of the first, it goes on
    agree(engine, 1)
    with engine.begin() as conn:
        (claimed,) = conn.execute(select(tables.cases.c.plan_claim, tables.cases.c.face_claim))
        assert claimed[0 if event is not Event.REMOVE_FACE_VERIFICATION else 1] == "order"


# --------------------------------------------------------------------------------------------------------------- races


def open_and_end(engine: Engine, worker: int, orders: int) -> None:
    """Open every goal for every order, and take each case that was opened to one of its ends.

    At last, wait for the open case of each order, until its plan is cancelled and its face verification removed.
    """
    chance = random.Random(worker)  # noqa: S311  # another order for each process
    wanted = [(order, *way) for order in range(orders) for way in PATHS]
    chance.shuffle(wanted)
    for number, (order, goal, state) in enumerate(wanted):
        with suppress(store.OrderHasOpenCase, store.AlreadyDone):
            end(engine, goal, state, f"order-{order}", f"{worker}-{number}")
    for order in range(orders):
        for goal, state in LAST:
            with suppress(store.AlreadyDone):
                while not _is_ended(engine, goal, state, f"order-{order}", f"{worker}-last-{order}-{goal}"):
                    time.sleep(chance.uniform(0.005, 0.02))


LAST = ((Goal.PLAN, State.PLAN_CANCELLED), (Goal.FACE_VERIFICATION, State.FACE_VERIFICATION_REMOVED))


def _is_ended(engine: Engine, *case: Any) -> bool:
    """Return False where another case of the order is open."""
    try:
        end(engine, *case)
    except store.OrderHasOpenCase:
        return False
    return True


def check_claims(database: Database, orders: int) -> None:
    in_parallel(open_and_end, database, [(worker, orders) for worker in range(WORKERS)])
    engine = database.engine()
    cancelled: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    with engine.begin() as conn:
        for found in store.find(conn, 10_000):
            assert found.ended
            taken = {step.event for step in store.history(conn, found.case_id)}
            cancelled[found.order] += Event.COMPLETE_CANCELLATION in taken
            removed[found.order] += Event.REMOVE_FACE_VERIFICATION in taken
    for name, counted in (("a plan was cancelled", cancelled), ("a face verification was removed", removed)):
        assert set(counted.values()) == {1}, f"{name} {sorted(set(counted.values()))} times"
        assert len(counted) == orders
    agree(engine)


@counts("orders", 1, 12)
def test_8_processes_cancel_each_plan_once_whatever_they_open(any_isolation: Database, orders: int) -> None:
    check_claims(any_isolation, orders)


def test_without_claims_a_plan_is_cancelled_twice(sqlite: Database) -> None:
    with pytest.raises(AssertionError, match=r"was (cancelled|removed) .* times"):
        check_claims(sqlite._replace(broken="no_claims"), orders=1)


def test_an_order_is_free_again_after_its_case_expired(engine: Engine) -> None:
    with engine.begin() as conn:
        store.open(conn, goal=Goal.BOTH, account="acct", order="order", case_id="first", at=START)
        store.time_out_overdue(conn, START + timedelta(days=30))
        store.open(conn, goal=Goal.BOTH, account="acct", order="order", case_id="second", at=START)
        store.handle(conn, "second", Event.ABANDON, event_id="1", by=Actor.CUSTOMER)
    agree(engine, 2)
