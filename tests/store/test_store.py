"""The store by examples: what a host can rely on, one promise a test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text, update
from sqlalchemy.orm import Session

from process import Actor, Case, Event, Goal, GuardNotMet, InvalidPayload, Limits, Refused, State, WrongState, store
from process.exceptions import NewerModel, SnapshotInvalid, UnknownEvent
from process.model import MODEL_VERSION
from process.snapshot.migrations import Migration
from process.store import handling, mapping
from tests.support.storing import LEDGER, PATH, START, WORKERS, Database, agree, call, in_parallel, next_model, opened
from tests.support.thorough import counts

pytest_plugins = ["tests.support.store_fixtures"]

CASES, STEPS = store.metadata.tables["cancellation_case"], store.metadata.tables["cancellation_step"]

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
            handling.write_step(slow, before, case, mapping.step_values("case", step, "slow", before.digest))
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
        with pytest.raises(SnapshotInvalid, match="1 steps of 6"):
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


# ---------------------------------------------------------------------------------------------------------- old snapshots


@counts("cases", 8, 200)
def test_what_was_decided_on_an_older_version_is_a_conflict(engine: Engine, cases: int) -> None:
    with engine.begin() as conn:
        for number in range(cases):
            name = f"case-{number}"
            store.open(conn, goal=Goal.PLAN, account="acct", order=f"order-{name}", case_id=name, at=START)
            old = [store.load(conn, name)]
            for index in range(4):
                event, keywords = call(index, name)
                old.append(store.handle(conn, name, event, version=index, **keywords).case)
            for snapshot in old[:-1]:
                with pytest.raises(store.Conflict):
                    store.handle(conn, name, Event.ABANDON, event_id="late", version=snapshot.version)
                written_back(conn, snapshot)
            assert store.load(conn, name) == Case.from_dict(old[-1].to_dict(steps=1))
    agree(engine, cases)


def test_a_retry_ends_where_it_can_not_help(engine: Engine) -> None:
    opened(engine, "case", steps=2)
    calls = 0

    def lose(_: Any) -> None:
        nonlocal calls
        calls += 1
        raise store.Conflict("case", 2)

    with pytest.raises(store.Conflict):
        store.transact(engine, lose, tries=3)
    assert calls == 3
    with pytest.raises(store.Conflict):  # at once, and not after all tries
        store.deliver(engine, "case", Event.ABANDON, event_id="x", version=1, then=lambda *_: lose(None))
    assert calls == 3
    assert store.deliver(engine, "case", Event.ABANDON, event_id="x", version=2).case.is_done
    with pytest.raises(ValueError, match="tries"):
        store.transact(engine, lose, tries=0)


def written_back(conn: Any, old: Case) -> None:
    """An old snapshot, one step further, as a worker would write it that has slept since."""
    now = handling.load_for_update(conn, old.case_id)
    case = Case.from_json(old.to_json(steps=1))
    step = case.trigger(Event.ABANDON)
    with pytest.raises(store.Conflict):
        handling.write_step(conn, now._replace(case=old), case, mapping.step_values(old.case_id, step, "late", now.digest))


def test_a_store_that_writes_blindly_takes_old_snapshots_back(postgresql: Database) -> None:
    with pytest.raises(AssertionError, match=r"DID NOT RAISE|duplicate key"):
        in_parallel(write_back_once, postgresql._replace(broken="blind_write"), [()])


def write_back_once(engine: Engine) -> None:
    opened(engine, "case")
    with engine.begin() as conn:
        old = store.load(conn, "case")
        event, keywords = call(0, "case")
        store.handle(conn, "case", event, **keywords)
        written_back(conn, old)


def test_a_newer_models_case_is_refused_and_not_written(engine: Engine) -> None:
    opened(engine, "case", steps=2)
    with engine.begin() as conn:
        snapshot = json.loads(str(conn.scalar(select(CASES.c.snapshot))))
        newer = MODEL_VERSION + 1
        snapshot |= {"model_version": newer, "something": "new"}
        conn.execute(update(CASES).values(snapshot=json.dumps(snapshot), model_version=newer))
        before = conn.execute(select(CASES)).all()
        for attempt in (
            lambda: store.load(conn, "case"),
            lambda: store.handle(conn, "case", Event.ABANDON, event_id="x"),
        ):
            with pytest.raises(NewerModel, match=f"model is {MODEL_VERSION}"):
                attempt()
        assert store.awaiting(conn, Actor.CUSTOMER) == store.overdue(conn, START + timedelta(days=99)) == []
        assert store.time_out_overdue(conn, START + timedelta(days=99)) == []
        assert conn.execute(select(CASES)).all() == before


def test_an_older_models_case_is_migrated_and_its_history_is_not_judged_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(engine, "case", steps=3)
    with engine.begin() as conn:  # the older model called the order by another name, and knew of no option
        snapshot = json.loads(str(conn.scalar(select(CASES.c.snapshot))))
        snapshot["facts"]["purchase"] = snapshot["facts"].pop("order")
        snapshot["history"][0]["data"] = {"purchase": "order-case"}
        conn.execute(update(CASES).values(snapshot=json.dumps(snapshot)))
        conn.execute(update(STEPS).where(STEPS.c.version == 3).values(data='{"purchase":"order-case"}'))
        with pytest.raises(SnapshotInvalid):
            store.load(conn, "case")

    def renamed(data: dict[str, Any]) -> dict[str, Any]:
        return {("order" if name == "purchase" else name): value for name, value in data.items()}

    older = Migration(
        lambda old: {**old, "facts": renamed(old["facts"])}, lambda step: {**step, "data": renamed(step["data"])}
    )
    next_model(monkeypatch, older)
    with engine.begin() as conn:
        assert store.load(conn, "case").facts.order == "order-case"
        assert store.history(conn, "case")[2].data == {"order": "order-case"}
        event, keywords = call(3, "case")
        assert store.handle(conn, "case", event, **keywords).case.state is State.INSTALLMENT_OPTIONS
        rows = conn.execute(select(STEPS.c.model_version).order_by(STEPS.c.version)).scalars().all()
        assert rows == [*[MODEL_VERSION] * 3, MODEL_VERSION + 1]
        assert [finding.where for finding in store.verify(conn, "case")] == ["step 3"]  # the edit above, and nothing else
        assert conn.scalar(select(CASES.c.model_version)) == MODEL_VERSION + 1


# ------------------------------------------------------------------------------------------------------ lists and time-outs


def test_lists_give_the_most_urgent_first_and_go_on_after_the_last(engine: Engine) -> None:
    for number in range(7):
        opened(engine, f"case-{number}", at=START - timedelta(hours=number))
    opened(engine, "ordered", steps=5)
    with engine.begin() as conn:
        first = store.awaiting(conn, Actor.CUSTOMER, limit=4)
        rest = store.awaiting(conn, Actor.CUSTOMER, limit=4, after=first[-1])
        assert [case.case_id for case in (*first, *rest)] == [f"case-{number}" for number in reversed(range(7))]
        (asked,) = store.awaiting(conn, Actor.LENDER)
        assert asked.request is not None
        assert (asked.request.kind, asked.request.key) == ("quote_consequences", "ordered:5")
        late = store.overdue(conn, START + timedelta(hours=21), limit=2)
        assert [case.case_id for case in late] == ["case-6", "case-5"]
        assert [case.case_id for case in store.overdue(conn, START + timedelta(hours=21), after=late[-1])] == [
            "case-4",
            "case-3",
        ]
        assert store.awaiting(conn, Actor.SUPPORT) == []


def test_a_case_that_is_spoilt_does_not_keep_the_others_waiting(engine: Engine) -> None:
    for name in ("bad", "good"):
        opened(engine, name)
    with engine.begin() as conn:
        conn.execute(update(CASES).where(CASES.c.case_id == "bad").values(snapshot="[1]"))
        assert [case.case_id for case in store.awaiting(conn, Actor.CUSTOMER)] == ["good"]
        assert [done.case.case_id for done in store.time_out_overdue(conn, START + timedelta(days=2))] == ["good"]
        assert [finding.where for finding in store.verify(conn, "bad")] == ["snapshot"]


def time_out_all(engine: Engine, now: datetime) -> list[str]:
    done: list[str] = []
    while True:
        found = store.transact(engine, lambda conn: store.time_out_overdue(conn, now, limit=5))
        if not found:
            return done
        done += [one.case.case_id for one in found]


def check_time_outs(database: Database) -> None:
    engine = database.engine()
    cases = 24
    for number in range(cases):
        opened(engine, f"case-{number}", steps=number % 2 * 6, at=START)
    now = START + timedelta(days=1, minutes=2)
    done = in_parallel(time_out_all, database, [(now,)] * WORKERS)
    late = [f"case-{number}" for number in range(cases) if number % 2 == 0]
    assert sorted(name for one in done for name in one) == sorted(late), "not each was timed out once"
    with engine.begin() as conn:
        assert {found.case_id for found in store.find(conn, state="expired")} == set(late)
        (step,) = store.history(conn, "case-0")
        assert (step.event, step.by, step.at) == (Event.TIME_OUT, Actor.CLOCK, now)
    agree(engine, cases)


def test_many_workers_time_each_overdue_case_out_once(any_isolation: Database) -> None:
    check_time_outs(any_isolation)


def answer_all(engine: Engine, at: datetime, cases: int) -> list[str]:
    """The lender's quotes, late: who is told of a refusal came after the time-out."""
    taken = []
    for number in range(cases):
        try:
            quote = {"quote": "Q1", "fee": 0, "currency": "CNY"}
            store.deliver(engine, f"case-{number}", Event.QUOTE_CONSEQUENCES, quote, event_id="quote", at=at)
            taken.append(f"case-{number}")
        except Refused:
            continue
    return taken


def answer_or_time_out(engine: Engine, answers: bool, now: datetime, cases: int) -> list[str]:
    return answer_all(engine, now, cases) if answers else time_out_all(engine, now)


def check_answers_beside_time_outs(database: Database) -> None:
    engine, cases = database.engine(), 20
    for number in range(cases):
        opened(engine, f"case-{number}", steps=5)
    now = START + timedelta(days=30)
    answered, _, *timed_out = in_parallel(
        answer_or_time_out, database, [(number < 2, now, cases) for number in range(WORKERS // 2)]
    )
    late = [name for one in timed_out for name in one]
    assert sorted([*answered, *late]) == sorted(f"case-{number}" for number in range(cases)), "an answer and a time-out"
    agree(engine, cases)
    with engine.begin() as conn:
        assert {found.case_id for found in store.find(conn, state="expired")} == set(late)
        assert {found.case_id for found in store.find(conn, state="consequences")} == set(answered)


def test_a_case_is_answered_or_timed_out_but_never_both(any_isolation: Database) -> None:
    check_answers_beside_time_outs(any_isolation)


@pytest.mark.parametrize("check", [check_time_outs, check_answers_beside_time_outs])
def test_time_outs_of_cases_as_they_were_listed_are_found_out(postgresql: Database, check: Any) -> None:
    found_out = "not each was timed out once|an answer and a time-out|does not agree|duplicate key"
    with pytest.raises(AssertionError, match=found_out):
        check(postgresql._replace(broken="time_out_as_listed"))


# --------------------------------------------------------------------------------------------------------------- databases


def test_sqlite_waits_for_its_turn_and_keeps_what_is_committed(tmp_path: Path) -> None:
    engine = store.sqlite_engine(tmp_path / "cases.sqlite", busy_timeout=timedelta(seconds=7))
    with engine.begin() as conn:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        assert [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names] == ["wal", 2, 7000, 1]
        other = store.sqlite_engine(tmp_path / "cases.sqlite", busy_timeout=timedelta(milliseconds=1))
        with pytest.raises(Exception, match="database is locked"), other.begin():
            raise AssertionError("a second writer has begun")
    engine.dispose()
    other.dispose()


@pytest.mark.parametrize("at", [datetime.min, datetime.min + timedelta(days=1), datetime.max, datetime(2026, 1, 1)])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_times_at_the_ends_of_the_calendar_are_kept_verified_and_known_again(
    engine: Engine, at: datetime, hours: int
) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    opened(engine, "case", at=moment)
    event, keywords = call(0, "case")
    elsewhere = Case(goal=Goal.PLAN, account="acct", order="elsewhere", case_id="elsewhere", at=moment)
    elsewhere.sign_in(account="acct", channel="app", at=moment)
    with engine.begin() as conn:
        for _ in range(2):
            assert store.handle(conn, "case", event, **{**keywords, "at": moment}).case.version == 1
            assert store.import_case(conn, elsewhere).version == 1
        before_it_was_opened = {"event_id": "2", "at": START - timedelta(days=99)}
        store.handle(conn, "case", Event.OPEN_ORDERS, None, **before_it_was_opened)
        store.time_out_overdue(conn, datetime.max.replace(tzinfo=UTC))
        assert store.count(conn, ended=True) == len([case for case in store.find(conn) if case.due_at is None])
    agree(engine, 2)


@pytest.mark.parametrize("url", ["oracle://x", "no address", "sqlite+nothing:///x", "postgresql+nothing://x"])
def test_an_address_of_no_known_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///|address"):
        store.create_engine(url)


def test_the_path_of_these_tests_cancels_the_plan(engine: Engine) -> None:
    opened(engine, "case", steps=len(PATH))
    with engine.begin() as conn:
        assert store.load(conn, "case").state is State.PLAN_CANCELLED
