"""Snapshots that are old, of another case, or none: none is written back, none moves a case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from process import Actor, Case, Event, Goal, State, store
from process.exceptions import NewerModel, SnapshotInvalid
from process.model import MODEL_VERSION
from process.snapshot.migrations import Migration
from process.store import handling, rows
from tests.support.storing import START, Database, agree, call, next_model, opened
from tests.support.thorough import counts_by_database
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]

CASES, STEPS = store.metadata.tables["cancellation_case"], store.metadata.tables["cancellation_step"]


@counts_by_database("cases", 8, 200, mariadb=60)
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
        handling.write_step(conn, now._replace(case=old), case, rows.step_values(old.case_id, step, "late", now.digest))


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
