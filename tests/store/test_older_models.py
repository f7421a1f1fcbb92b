"""``verify`` of cases that an older model began, and in what words it tells of mistakes.

Neither what an older model wrote nor what was believed of it is a mistake.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from process import Case, store
from process.eventfile import RefusedLine, read
from process.snapshot.migrations import Migration
from tests.support import storing
from tests.support.storing import START, Database, call, opened

pytest_plugins = ["tests.support.store_fixtures"]

CASES, STEPS = (store.metadata.tables[f"cancellation_{name}"] for name in ("case", "step"))


def next_model(monkeypatch: pytest.MonkeyPatch, *renamed: tuple[str, str]) -> None:
    """The program is of the next model version, which has other names for some things."""

    def change(data: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(data)
        for old, new in renamed:
            text = text.replace(f'"{old}"', f'"{new}"')
        changed: dict[str, Any] = json.loads(text)
        return changed

    storing.next_model(monkeypatch, Migration(change, change))


def found(conn: Connection) -> list[str]:
    return [finding.where for finding in store.verify(conn, "case")]


def test_the_states_names_and_deadlines_of_an_older_model_are_no_mistakes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(engine, "case", steps=4)
    with engine.begin() as conn:  # it called the state otherwise, and gave it more time
        snapshot = str(conn.scalar(select(CASES.c.snapshot))).replace('"installment_options"', '"option_page"')
        conn.execute(update(CASES).values(snapshot=snapshot, state="option_page", due_at=START + timedelta(days=9)))
    next_model(monkeypatch, ("option_page", "installment_options"))
    with engine.begin() as conn:
        assert found(conn) == []
        for column, value in (("state", "order_list"), ("ended", True), ("account", "another"), ("model_version", 99)):
            with conn.begin_nested() as edit:
                conn.execute(update(CASES).values({column: value}))
                assert found(conn) == [column]
                edit.rollback()
        event, keywords = call(4, "case")
        store.handle(conn, "case", event, **keywords)
        assert found(conn) == []
        conn.execute(update(CASES).values(due_at=START + timedelta(days=9)))
        assert found(conn) == ["due_at"], "today's model wrote it"


def test_a_file_that_was_loaded_under_an_older_model_is_not_loaded_anew(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        b'{"case": {"goal": "plan", "account": "acct", "order": "o"}}',
        b'{"event": "sign_in", "by": "customer", "data": {"account": "acct", "channel": "app"}}',
        b'{"event": "abandon", "by": "customer", "data": {}}',  # so that the order is free for another case
    ]
    refused: list[RefusedLine] = []
    (first,) = store.load_events(sqlite.engine(), read(lines), refused.append)
    next_model(monkeypatch)
    (again,) = store.load_events(sqlite.engine(), read(lines), refused.append)
    assert (again.case.case_id, again.case.version) == (first.case.case_id, 2)
    assert refused == []


def as_an_older_model_let_it(engine: Engine) -> dict[str, Any]:
    """A snapshot of a case whose customer signed in with an account that today's model refuses."""
    opened(engine, "mould", steps=4)
    with engine.begin() as conn:
        data = store.load_with_history(conn, "mould").to_dict()
    data["history"][0]["data"]["account"] = "another"
    return {**data, "case_id": "case", "facts": {**data["facts"], "order": "order-case"}}


def test_a_case_that_an_older_model_began_elsewhere_can_be_added_and_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = as_an_older_model_let_it(engine)
    next_model(monkeypatch)
    case = Case.from_dict(old)
    with engine.begin() as conn:
        store.import_case(conn, case)
        assert found(conn) == []
        event, keywords = call(4, "case")
        store.handle(conn, "case", event, **keywords)
        assert found(conn) == []
        assert len(store.load_with_history(conn, "case").history) == 5


@pytest.mark.parametrize("invented", [0, 1, 3])
def test_a_case_that_trusts_more_or_fewer_steps_than_an_older_model_took_is_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, invented: int
) -> None:
    opened(engine, "case", steps=2)
    next_model(monkeypatch)
    event, keywords = call(2, "case")
    with engine.begin() as conn:
        store.handle(conn, "case", event, **keywords)
        snapshot = json.loads(str(conn.scalar(select(CASES.c.snapshot))))
        assert (snapshot.pop("trusted_until"), found(conn)) == (2, [])
        snapshot |= {"trusted_until": invented} if invented else {}
        written = json.dumps(snapshot, separators=(",", ":"))
        conn.execute(update(CASES).values(snapshot=written))
        assert found(conn) == ["snapshot"]


def test_a_step_that_is_refused_when_replayed_is_told_in_each_language_alone(engine: Engine) -> None:
    opened(engine, "case", steps=3)
    with engine.begin() as conn:
        conn.execute(update(STEPS).where(STEPS.c.version == 3).values(data='{"order":"another"}'))
        told = store.verify(conn, "case")[-1]
    assert told.words.zh == "重放被拒：这不是本次办理的订单。"
    assert "not the order" in told.words.en


def test_a_fact_that_was_edited_is_named_with_both_values(engine: Engine) -> None:
    opened(engine, "case", steps=7)
    with engine.begin() as conn:
        snapshot = str(conn.scalar(select(CASES.c.snapshot))).replace('"fee":1200', '"fee":1')
        conn.execute(update(CASES).values(snapshot=snapshot))
        assert [(where, *words) for _, where, words in store.verify(conn, "case")] == [
            ("snapshot.facts.fee", "存的是 1，应为 1200", "is 1, should be 1200")
        ]
