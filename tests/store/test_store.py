"""The store by examples: what a host can rely on, one promise a test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pickle
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from process import Actor, Case, Event, Goal, GuardNotMet, InvalidPayload, Limits, Refused, State, WrongState, store
from process.exceptions import SnapshotInvalid, UnknownEvent
from process.store import handling, rows
from tests.support.storing import LEDGER, START, Database, agree, call, opened
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]


# --------------------------------------------------------------------------------------------------- the host's transaction


def test_the_hosts_row_and_the_step_are_committed_together_or_not_at_all(engine: Engine) -> None:
    opened(engine, "case")
    event, keywords = call(0, "case")
    with engine.connect() as conn, conn.begin() as begun:
        conn.execute(LEDGER.insert(), {"case_id": "case", "version": 1})
        store.handle(conn, "case", event, **keywords)
        begun.rollback()
    with engine.begin() as conn:
        assert store.load(conn, "case").version == 0
        assert conn.execute(select(LEDGER)).all() == []
        conn.execute(LEDGER.insert(), {"case_id": "case", "version": 1})
        store.handle(conn, "case", event, **keywords)
    with engine.begin() as conn:
        assert store.load(conn, "case").version == 1
        assert conn.execute(select(LEDGER)).all() == [("case", 1)]


def test_a_session_shares_its_transaction_with_the_case(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(LEDGER.insert(), {"case_id": "case", "version": 0})
        store.open(session.connection(), goal=Goal.PLAN, account="acct", order="order", case_id="case")
        session.rollback()
        assert session.execute(select(LEDGER)).all() == []
        with pytest.raises(store.CaseNotFound):
            store.load(session.connection(), "case")
        store.open(session.connection(), goal=Goal.PLAN, account="acct", order="order", case_id="case")
        session.commit()
        assert store.load(session.connection(), "case").state is State.SIGNED_OUT


@pytest.mark.parametrize("isolation", [None, "AUTOCOMMIT"])
def test_outside_a_transaction_nothing_is_read_or_written(database: Database, isolation: str | None) -> None:
    own = create_engine(database.url) if isolation is None else create_engine(database.url, isolation_level=isolation)
    calls = (
        lambda conn: store.open(conn, goal=Goal.PLAN, account="a", order="o"),
        lambda conn: store.import_case(conn, Case(goal=Goal.PLAN, account="a", order="o")),
        lambda conn: store.handle(conn, "case", Event.OPEN_ORDERS, event_id="1"),
        lambda conn: store.load(conn, "case"),
        lambda conn: store.history(conn, "case"),
        lambda conn: store.verify(conn, "case"),
        store.find,
        lambda conn: store.awaiting(conn, Actor.CUSTOMER),
        lambda conn: store.overdue(conn, START),
        lambda conn: store.time_out_overdue(conn, START),
    )
    with own.connect() as conn:
        for call_ in calls:
            if isolation is not None:
                conn.execute(text("SELECT 1"))  # begins, as far as the library knows
            with pytest.raises(store.NoTransaction) as refused:
                call_(conn)
            assert "begin" in refused.value.text("en")
            assert "事务" in refused.value.text("zh")
    own.dispose()


def test_a_conflict_leaves_the_hosts_transaction_sound_at_every_isolation_level(any_isolation: Database) -> None:
    if any_isolation.is_sqlite:  # there writers take turns, and a race can't be had
        opened(any_isolation.engine(), "case", steps=1)
        with any_isolation.engine().begin() as conn:
            with pytest.raises(store.Conflict):
                store.handle(conn, "case", Event.OPEN_ORDERS, event_id="1", version=7)
            assert store.handle(conn, "case", Event.OPEN_ORDERS, event_id="1", version=1).case.version == 2
        return
    engine = any_isolation.engine()
    opened(engine, "case", steps=1)
    with engine.connect() as slow, engine.connect() as fast:
        begun = slow.begin()
        before = handling.load_for_update(slow, "case")
        if any_isolation.isolation == "SERIALIZABLE" and not any_isolation.is_postgres:  # there reading locks the row
            fast.execute(text("set innodb_lock_wait_timeout = 1"))
            with pytest.raises(store.Conflict) as waited:
                store.handle(fast, "case", Event.OPEN_ORDERS, event_id="fast")
            assert waited.value.timed_out
            begun.rollback()
            return
        with fast.begin():
            store.handle(fast, "case", Event.OPEN_ORDERS, event_id="fast")
        case = before.case.copy()
        step = case.trigger(Event.OPEN_ORDERS)
        with pytest.raises(store.Conflict) as lost:
            handling.write_step(slow, before, case, rows.step_values("case", step, "slow", before.digest))
        assert (lost.value.case_id, lost.value.version, lost.value.aborted) == ("case", 1, False)
        slow.execute(LEDGER.insert(), {"case_id": "case", "version": 1})
        begun.commit()
    with engine.begin() as conn:
        assert conn.execute(select(LEDGER)).all() == [("case", 1)]
        assert store.load(conn, "case").version == 2


def test_a_deadlock_is_a_conflict_that_says_that_the_transaction_is_lost(postgresql: Database) -> None:
    for name in ("a", "b"):
        opened(postgresql.engine(), name)
    told = in_parallel(cross_over, postgresql, [("a", "b"), ("b", "a")])
    assert sorted(told) == [("aborted",), ("done",)]
    agree(postgresql.engine(), 2)


def cross_over(engine: Engine, first: str, second: str) -> tuple[str]:
    """Move two cases, the second once the other process has moved its first."""
    with engine.connect() as conn:
        begun = conn.begin()
        store.handle(conn, first, *call(0, first)[:1], **call(0, first)[1])
        conn.execute(text("SELECT pg_advisory_lock_shared(1)"))
        while conn.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) < 2:
            pass
        try:
            store.handle(conn, second, *call(0, second)[:1], **call(0, second)[1])
        except store.Conflict as conflict:
            begun.rollback()
            return ("aborted" if conflict.aborted else "not aborted",)
        begun.commit()
        return ("done",)


# ---------------------------------------------------------------------------------------------------------------- opening


def test_opening_again_with_the_hosts_own_id_gives_the_case_as_it_stands(engine: Engine) -> None:
    opened(engine, "case", steps=2, limits=Limits(2, 1), deadlines={State.CANCELLING: timedelta(days=9)})
    given: dict[str, Any] = {"account": "acct", "order": "order-case", "case_id": "case", "limits": Limits(2, 1)}
    deadlines = {State.CANCELLING: timedelta(days=9)}
    with engine.begin() as conn:
        assert store.open(conn, goal=Goal.PLAN, deadlines=deadlines, **given).version == 2
        for other in ({"goal": Goal.BOTH}, {"account": "b"}, {"limits": Limits(3, 1)}, {"deadlines": None}):
            with pytest.raises(store.CaseIdReused):
                store.open(conn, **{"goal": Goal.PLAN, "deadlines": deadlines, **given, **other})
        assert len(store.find(conn)) == 1


def test_an_order_whose_case_has_ended_can_be_opened_anew(engine: Engine) -> None:
    opened(engine, "case", steps=1)
    with engine.begin() as conn:
        with pytest.raises(store.OrderHasOpenCase) as taken:
            store.open(conn, goal=Goal.BOTH, account="acct", order="order-case")
        assert (taken.value.order, taken.value.case_id) == ("order-case", "case")
        store.handle(conn, "case", Event.ABANDON, event_id="gone")
        store.open(conn, goal=Goal.BOTH, account="acct", order="order-case", case_id="next")
        assert [found.case_id for found in store.find(conn, order="order-case", ended=False)] == ["next"]


def test_a_case_that_began_elsewhere_is_stored_with_its_history(engine: Engine) -> None:
    case = Case(goal=Goal.PLAN, account="acct", order="order-x", case_id="x", at=START)
    for index in range(6):
        event, keywords = call(index, "x")
        del keywords["event_id"]
        case.trigger(event, **keywords)
    with engine.begin() as conn:
        store.import_case(conn, case)
        assert store.history(conn, "x") == case.history
        cut = Case.from_dict(case.to_dict(steps=1))
        with pytest.raises(SnapshotInvalid, match="1 of 6 steps"):
            store.import_case(conn, cut)
    agree(engine, 1)


# ---------------------------------------------------------------------------------------------------------- an event's id


def test_a_known_event_has_the_outcome_that_it_had_whatever_came_since(engine: Engine) -> None:
    opened(engine, "case", steps=2)
    wrong: dict[str, Any] = {"data": {"order": "another"}, "event_id": "wrong"}
    with engine.begin() as conn:
        with pytest.raises(GuardNotMet) as first:
            store.handle(conn, "case", Event.OPEN_ORDER, **wrong)
        event, keywords = call(2, "case")
        step = store.handle(conn, "case", event, **keywords).step
    with engine.begin() as conn:  # where the event would now be refused for another reason
        with pytest.raises(GuardNotMet) as again:
            store.handle(conn, "case", Event.OPEN_ORDER, **wrong)
        assert (again.value.args, str(again.value)) == (first.value.args, str(first.value))
        store.handle(conn, "case", Event.REPORT_OPTION_MISSING, event_id="lost")
        repeated = store.handle(conn, "case", event, **{**keywords, "at": START + timedelta(days=1)})
        assert (repeated.is_duplicate, repeated.step, repeated.case.state) == (True, step, State.SUPPORT_NEEDED)
    agree(engine, 1)


def test_a_refusal_stays_only_if_the_hosts_transaction_is_committed(engine: Engine) -> None:
    opened(engine, "case")
    with pytest.raises(WrongState), engine.begin() as conn:
        store.handle(conn, "case", Event.OPEN_ORDERS, event_id="1")
    event, keywords = call(0, "case")
    store.deliver(engine, "case", event, **keywords)
    assert not store.deliver(engine, "case", Event.OPEN_ORDERS, event_id="1").is_duplicate
    with pytest.raises(WrongState):
        store.deliver(engine, "case", Event.OPEN_ORDERS, event_id="no")
    event, keywords = call(2, "case")
    store.deliver(engine, "case", event, **keywords)
    store.deliver(engine, "case", Event.REPORT_PROBLEM, {"problem": "?"}, event_id="3", by=Actor.CUSTOMER)
    with pytest.raises(WrongState) as refused:
        store.deliver(engine, "case", Event.OPEN_ORDERS, event_id="no")
    assert refused.value.state == State.ORDER_LIST  # where it was refused, not where the case stands


@pytest.mark.parametrize("first", [{"order": "order-case"}, {"order": "another"}])
def test_an_event_id_with_other_content_is_refused_and_changes_nothing(engine: Engine, first: dict[str, Any]) -> None:
    opened(engine, "case", steps=2)
    with engine.begin() as conn:
        with suppress(Refused):
            store.handle(conn, "case", Event.OPEN_ORDER, first, event_id="x")
        for event, rest in (
            (Event.OPEN_ORDER, {"order": "third"}),
            (Event.OPEN_ORDER, {}),
            (Event.OPEN_ORDER, None),
            (Event.ABANDON, {}),
        ):
            before = store.load(conn, "case")
            with pytest.raises(store.EventIdReused) as reused:
                store.handle(conn, "case", event, rest, event_id="x")
            assert reused.value.args == ("case", "x", "open_order")
            assert store.load(conn, "case") == before
        try:  # with the actor named who was meant
            assert store.handle(conn, "case", Event.OPEN_ORDER, first, event_id="x", by=Actor.CUSTOMER).is_duplicate
        except GuardNotMet:
            assert first == {"order": "another"}


def test_what_is_no_event_is_refused_and_not_written(engine: Engine) -> None:
    opened(engine, "case")
    with engine.begin() as conn:
        with pytest.raises(UnknownEvent):
            store.handle(conn, "case", "no_such_event", event_id="1")  # type: ignore[arg-type]  # on purpose
        with pytest.raises(InvalidPayload) as wrong:
            store.handle(conn, "case", Event.SIGN_IN, {"account": "a\x00", "channel": "app"}, event_id="1")
        assert wrong.value.fields == ("account",)
        for event_id in ("", "x" * 65, "a\0b", None):
            with pytest.raises(InvalidPayload) as wrong:
                store.handle(conn, "case", Event.SIGN_IN, {"account": "a", "channel": "app"}, event_id=event_id)  # type: ignore[arg-type]
            assert wrong.value.fields == ("event_id",)
        with pytest.raises(InvalidPayload) as wrong:
            store.load(conn, "a\0b")
        assert wrong.value.fields == ("case_id",)
        with pytest.raises(InvalidPayload) as wrong:
            store.handle(
                conn, "case", Event.SIGN_IN, {"account": "a", "channel": "app"}, event_id="1", at=datetime(2026, 1, 1)
            )
        assert "at" in wrong.value.fields
        with pytest.raises(store.CaseNotFound):
            store.handle(conn, "nobody", Event.ABANDON, event_id="1")
        event, keywords = call(0, "case")
        assert not store.handle(conn, "case", event, **{**keywords, "event_id": "1"}).is_duplicate


@pytest.mark.parametrize(
    "error",
    [
        store.NoTransaction(),
        store.CaseNotFound("c"),
        store.CaseIdReused("c"),
        store.HistoryDiffers("c", 2, 1),
        store.OrderHasOpenCase("o", "c"),
        store.EventIdReused("c", "e", "sign_in"),
        store.Conflict("c", 3, True),
        store.ReadOnly(),
    ],
)
def test_errors_of_the_store_survive_pickling_and_speak_both_languages(error: store.StoreError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # what was just pickled
    assert (type(again), again.args, vars(again)) == (type(error), error.args, vars(error))
    assert error.text("zh") != error.text("en") == str(error)
    assert "{" not in error.text("zh") + error.text("en")
