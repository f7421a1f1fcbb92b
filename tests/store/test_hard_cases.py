"""The store where it is hard: ids that others have taken, rows that can't be read, a case that moves while it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, literal, select, text, update

from process import Actor, Case, Event, Goal, GuardNotMet, InvalidPayload, Refused, State, store
from process.exceptions import NewerModel, SnapshotInvalid
from process.snapshot.migrations import Migration
from process.store import handling, one_case_queries, rows, statements
from tests.support.storing import LEDGER, START, Database, call, next_model, opened

pytest_plugins = ["tests.support.store_fixtures"]

CASES = store.metadata.tables["cancellation_case"]
REFUSALS = store.metadata.tables["cancellation_refusal"]
LATER = START + timedelta(days=9)
SIGNED_IN: dict[str, Any] = {"account": "acct", "channel": "app"}
ANOTHER: dict[str, Any] = {"account": "another", "channel": "app"}
"""Of a sign-in that is refused for good."""

# ------------------------------------------------------------------------------------------------------ while others write


def once(before: Callable[..., Any], work: Callable[[], None]) -> Callable[..., Any]:
    """*before*, with something done by someone else just before its first call."""
    pending = [work]

    def late(*args: Any, **keywords: Any) -> Any:
        if pending:
            pending.pop()()
        return before(*args, **keywords)

    return late


def test_a_known_step_comes_with_a_case_that_is_not_older(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = postgresql.engine()
    opened(engine, "case")
    event, keywords = call(0, "case")

    def other() -> None:
        with engine.begin() as conn:
            store.handle(conn, "case", event, **keywords)

    monkeypatch.setattr(statements, "load", once(statements.load, other))
    with engine.begin() as conn:
        handled = store.handle(conn, "case", event, **keywords)
    assert (handled.is_duplicate, handled.step.version, handled.case.version) == (True, 1, 1)


@pytest.mark.parametrize("moves", [1, 99])
def test_a_case_that_moves_while_it_is_read_is_not_accused(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    engine = postgresql.engine()
    opened(engine, "case", steps=5)
    real, left = statements.history_rows, [moves]

    def history_rows(conn: Any, case_id: str) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            quote = {"quote": f"Q{left[0]}", "fee": 0, "currency": "CNY"}
            store.deliver(engine, "case", Event.QUOTE_CONSEQUENCES, quote, event_id=f"quote-{left[0]}")
            with pytest.raises(Refused):
                store.deliver(engine, "case", Event.SIGN_IN, ANOTHER, event_id=f"no-{left[0]}")
        return real(conn, case_id)

    monkeypatch.setattr(statements, "history_rows", history_rows)
    with engine.begin() as conn:
        assert store.verify(conn, "case") == ()
        case = store.load_with_history(conn, "case")
        assert len(case.history) == case.version
    assert moves - left[0] > one_case_queries.READINGS - 1


def test_a_serializable_transaction_that_is_doomed_is_called_aborted(postgresql: Database) -> None:
    engine = postgresql.engine()
    for name in ("a", "b"):
        opened(engine, name)
    with engine.begin() as conn:
        conn.execute(LEDGER.insert(), {"case_id": "host", "version": 0})
    serial = postgresql._replace(isolation="SERIALIZABLE").engine()
    with serial.connect() as first, serial.connect() as second, serial.connect() as third:
        begun = [conn.begin() for conn in (first, second, third)]
        second.execute(update(LEDGER).values(version=1))
        store.load(second, "a")
        loaded = handling.load_for_update(second, "b")
        store.load(third, "b")
        first.execute(select(LEDGER)).all()
        store.load(first, "b")
        store.handle(third, "a", Event.SIGN_IN, SIGNED_IN, event_id="1")
        begun[2].commit()
        case = loaded.case.copy()
        step = case.trigger(Event.SIGN_IN, SIGNED_IN, at=START)
        with pytest.raises(store.Conflict) as lost:
            handling.write_step(second, loaded, case, rows.step_values("b", step, "1", loaded.digest))
        assert lost.value.aborted
        begun[1].rollback()
        begun[0].rollback()


# ------------------------------------------------------------------------------------------------------- what is asked for


def test_steps_that_a_stored_case_has_not_are_not_dropped_in_silence(engine: Engine) -> None:
    case = Case(goal=Goal.PLAN, account="acct", order="order", case_id="case", at=START)
    with engine.begin() as conn:
        store.import_case(conn, case)
        case.trigger(Event.SIGN_IN, SIGNED_IN, at=START)
        with pytest.raises(store.HistoryDiffers) as refused:
            store.import_case(conn, case)
        assert refused.value.args == ("case", 1, 0)
        assert store.load(conn, "case").version == 0
        store.handle(conn, "case", Event.SIGN_IN, SIGNED_IN, event_id="1", at=START)
        store.handle(conn, "case", Event.OPEN_ORDERS, event_id="2")
        assert store.import_case(conn, case).version == 2
        other = Case(goal=Goal.PLAN, account="acct", order="order", case_id="case", at=START)
        other.trigger(Event.ABANDON, at=START)
        with pytest.raises(store.HistoryDiffers):
            store.import_case(conn, other)


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("now", lambda conn: store.overdue(conn, datetime(2026, 11, 30))),
        ("now", lambda conn: store.time_out_overdue(conn, datetime(2026, 11, 30))),
        ("limit", lambda conn: store.awaiting(conn, Actor.CUSTOMER, -1)),
        ("actor", lambda conn: store.awaiting(conn, "nobody")),  # type: ignore[arg-type]  # on purpose
        ("version", lambda conn: store.handle(conn, "case", Event.ABANDON, event_id="1", version=-1)),
        ("limit", lambda conn: store.overdue(conn, START, -1)),
        ("limit", lambda conn: store.time_out_overdue(conn, START, 10**30)),
        ("limit", lambda conn: store.find(conn, 10**30)),
        ("case_id", lambda conn: store.history(conn, "a\0b")),
        ("case_id", lambda conn: store.verify(conn, "a\ud800")),
        ("case_id", lambda conn: store.load_with_history(conn, "")),
        ("account", lambda conn: store.find(conn, account="a\0b")),
        ("order", lambda conn: store.find(conn, order="a\ud800")),
        ("ended", lambda conn: store.find(conn, ended="no")),
        ("colour", lambda conn: store.count(conn, colour="red")),
    ],
)
def test_what_can_not_be_asked_is_refused_before_the_database_hears_of_it(
    engine: Engine, field: str, ask: Callable[[Any], object]
) -> None:
    with engine.begin() as conn:
        with pytest.raises(InvalidPayload) as refused:
            ask(conn)
        assert refused.value.fields == (field,)
        assert conn.scalar(text("SELECT 1")) == 1


def test_an_event_that_an_older_model_took_is_known_in_todays_words(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(engine, "case", steps=3)
    steps = store.metadata.tables["cancellation_step"]
    with engine.begin() as conn:
        conn.execute(update(steps).where(steps.c.version == 3).values(data='{"purchase":"order-case"}'))

    def renamed(step: dict[str, Any]) -> dict[str, Any]:
        return {**step, "data": {"order" if name == "purchase" else name: value for name, value in step["data"].items()}}

    next_model(monkeypatch, Migration(lambda old: old, renamed))
    event, keywords = call(2, "case")
    with engine.begin() as conn:
        assert store.handle(conn, "case", event, **keywords).is_duplicate
        with pytest.raises(store.EventIdReused):
            store.handle(conn, "case", event, **{**keywords, "data": {"order": "another"}})
        assert store.load(conn, "case").state is State.ORDER_DETAILS


def test_a_refusal_of_an_older_model_is_known_in_todays_words(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(engine, "case", steps=2)
    refusals = store.metadata.tables["cancellation_refusal"]
    with engine.begin() as conn:
        with pytest.raises(Refused) as first:
            store.handle(conn, "case", Event.OPEN_ORDER, {"order": "another"}, event_id="no")
        conn.execute(update(refusals).values(event="pick_order", state="orders", data='{"purchase":"another"}'))
    today = {"event": "open_order", "source": "order_list", "data": {"order": "another"}}
    next_model(monkeypatch, Migration(lambda old: old, lambda step: {**step, **today}))
    with engine.begin() as conn:
        with pytest.raises(GuardNotMet) as again:
            store.handle(conn, "case", Event.OPEN_ORDER, {"order": "another"}, event_id="no")
        assert (again.value.args, str(again.value)) == (first.value.args, str(first.value))
        with pytest.raises(store.EventIdReused):
            store.handle(conn, "case", Event.OPEN_ORDER, {"order": "third"}, event_id="no")
        conn.execute(update(refusals).values(model_version=99))
        with pytest.raises(NewerModel):
            store.handle(conn, "case", Event.OPEN_ORDER, {"order": "another"}, event_id="no")


def test_a_case_that_an_older_model_began_is_shown_with_all_its_steps(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(engine, "case", steps=2)
    steps = store.metadata.tables["cancellation_step"]
    with engine.begin() as conn:  # which let others sign in, as today's would not
        other = '{"account":"another","channel":"app"}'
        conn.execute(update(steps).where(steps.c.version == 1).values(data=other))
        assert len(store.load_with_history(conn, "case").history) == 1, "today's model did"
    next_model(monkeypatch, Migration(lambda old: old, lambda step: step))
    event, keywords = call(2, "case")
    with engine.begin() as conn:
        store.handle(conn, "case", event, **keywords)
        assert store.load_with_history(conn, "case").history == store.history(conn, "case")
        assert store.history(conn, "case")[0].data["account"] == "another"


TIMES = [(CASES, "due_at"), (store.metadata.tables["cancellation_step"], "at"), (REFUSALS, "at")]


@pytest.mark.parametrize("text_", ["soon", "", "2026-11-22T09:00:00+08:00", 7])
def test_a_time_that_somebody_spoilt_in_sqlite_is_told_by_row_and_column(sqlite: Database, text_: object) -> None:
    engine = sqlite.engine()
    for name in ("case", "other"):
        opened(engine, name, steps=2)
    with pytest.raises(Refused):
        store.deliver(engine, "case", Event.SIGN_IN, ANOTHER, event_id="no")
    with engine.begin() as conn:
        for table, column in TIMES:
            conn.execute(update(table).where(table.c.case_id == "case").values({column: literal(text_)}))
        stored = conn.exec_driver_sql("SELECT due_at FROM cancellation_case WHERE case_id = 'case'").scalar()
    with engine.begin() as conn:
        found = [finding.where for finding in store.verify(conn, "case")]
        assert found[:2] == ["refusal no", "due_at"]
        assert {"step 1", "step 2", "steps"} <= set(found)
        with pytest.raises(SnapshotInvalid) as refused:
            store.history(conn, "case")
        assert refused.value.where == "step 1.at"
        assert {one.case_id: one.due_at for one in store.find(conn)}["case"] == stored
        assert "other" in [case.case_id for case in store.awaiting(conn, Actor.CUSTOMER)]
        event, keywords = call(2, "case")
        assert store.handle(conn, "case", event, **keywords).case.version == 3  # which writes the column anew
        assert "due_at" not in [finding.where for finding in store.verify(conn, "case")]
        assert "other" in [done.case.case_id for done in store.time_out_overdue(conn, LATER)]


@pytest.mark.parametrize("edit", [{"blockers": "{}"}, {"blockers": '{"blockers":[1]}'}, {"kind": "Zzz"}, {"state": "zzz"}])
def test_a_refusal_that_was_edited_is_no_refusal_when_its_event_comes_again(engine: Engine, edit: dict[str, str]) -> None:
    opened(engine, "case")
    with pytest.raises(Refused):
        store.deliver(engine, "case", Event.SIGN_IN, ANOTHER, event_id="no")
    with engine.begin() as conn:
        conn.execute(update(store.metadata.tables["cancellation_refusal"]).values(**edit))
        with pytest.raises(SnapshotInvalid, match="refusal no"):
            store.handle(conn, "case", Event.SIGN_IN, ANOTHER, event_id="no")
