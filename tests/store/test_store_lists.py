"""Lists: filters, going on after the last one, counts, indexes, and what is deleted."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text, update

from process import Actor, Case, Event, Goal, State, store
from process.store import rows, tables
from tests.support.storing import PATH, START, Database, agree, opened
from tests.support.thorough import counts

pytest_plugins = ["tests.support.store_fixtures"]


def shop(engine: Engine) -> None:
    """Cases at every point of the path, some of them ended in another way, three with one due time, two without any."""
    for number in range(len(PATH) + 1):
        opened(engine, f"case-{number:02}", steps=number, at=START + timedelta(hours=number))
    for name in ("twin-b", "twin-a"):
        opened(engine, name, at=START)
    with engine.begin() as conn:
        for name in ("undated-b", "undated-a"):
            store.import_case(conn, Case(goal=Goal.FACE_VERIFICATION, account="acct-1", order=name, case_id=name))
        store.handle(conn, "case-03", Event.ABANDON, event_id="gone", who="user-7", at=START + timedelta(days=2))


ANALYZE = {"mariadb": "ANALYZE TABLE cancellation_case, cancellation_step"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"account": "acct-1"},
    {"order": "order-case-05"},
    {"case_id": "case-05"},
    {"goal": Goal.PLAN},
    {"goal": Goal.FACE_VERIFICATION},
    {"state": State.CONSEQUENCES},
    {"state": (State.CONSEQUENCES, "signed_in", State.ABANDONED)},
    {"awaits": Actor.CUSTOMER},
    {"awaits": Actor.LENDER, "goal": Goal.PLAN},
    {"ended": True},
    {"ended": False},
    {"quote": "Q1"},
    {"who": "user-7"},
    {"due_after": START + timedelta(days=1), "due_before": START + timedelta(days=2)},
    {"opened_after": START, "opened_before": START + timedelta(hours=4)},
    {"moved_after": START + timedelta(days=1)},
    {"moved_before": START + timedelta(minutes=3), "ended": False},
]


def meets(conn: Connection, found: store.Summary, filters: dict[str, Any]) -> bool:
    """Return True if the case of a summary meets the filters, by the case itself."""
    case = store.load_with_history(conn, found.case_id)
    moved = case.history[-1].at if case.history else rows.opened_at(case)
    opened_at = rows.opened_at(case)
    states = filters.get("state", case.state)
    states = (states,) if isinstance(states, str) else states
    late, early = START + timedelta(days=9999), START - timedelta(days=9999)

    def within(name: str, moment: Any) -> bool:
        if f"{name}_after" not in filters and f"{name}_before" not in filters:
            return True
        return moment is not None and filters.get(f"{name}_after", early) < moment < filters.get(f"{name}_before", late)

    return (
        filters.get("account", case.facts.account) == case.facts.account
        and filters.get("order", case.facts.order) == case.facts.order
        and filters.get("case_id", case.case_id) == case.case_id
        and filters.get("goal", case.facts.goal) == case.facts.goal
        and case.state in states
        and filters.get("awaits", case.awaits) == case.awaits
        and filters.get("ended", case.is_done) == case.is_done
        and filters.get("quote", case.facts.quote) == case.facts.quote
        and ("who" not in filters or filters["who"] in {step.who for step in case.history})
        and within("due", case.due_at)
        and within("opened", opened_at)
        and within("moved", moved)
    )


def test_filters_find_what_the_cases_say_in_order_part_by_part_and_counted(engine: Engine) -> None:
    shop(engine)
    with engine.begin() as conn:
        everything = store.find(conn)
        assert len(everything) == len(PATH) + 5
        assert everything == sorted(everything, key=lambda one: (one.due_at is None, one.due_at or 0, one.case_id))
        for filters in FILTERS:
            expected = [one for one in everything if meets(conn, one, filters)]
            assert expected, filters
            assert store.find(conn, **filters) == expected, filters
            assert store.count(conn, **filters) == len(expected)
            parts: list[store.Summary] = []
            while part := store.find(conn, 2, after=parts[-1] if parts else None, **filters):
                parts += part
            assert parts == expected, filters
        assert store.find(conn, state=()) == []


@counts("rows", 2000, 20000)
def test_no_filter_scans_the_table(engine: Engine, rows: int) -> None:
    seen: list[tuple[str, Any]] = []
    with engine.begin() as conn:
        fill(conn, rows)
        conn.execute(text(ANALYZE.get(conn.dialect.name, "ANALYZE")))
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, parameters, *_: seen.append((sql, parameters)))
    with engine.begin() as conn:
        for filters in (*FILTERS, {"state": State.EXPIRED}, {"awaits": Actor.SUPPORT}):
            store.find(conn, 10, **filters)
            store.find(conn, 10, after=store.Summary(*["x"] * 7, None, True), **filters)  # type: ignore[arg-type]
        store.awaiting(conn, Actor.LENDER, 10)
        store.overdue(conn, START, 10)
        store.purge(conn, ended_before=START, limit=10)
        assert_none_scans(conn, seen, more_than=len(FILTERS))


def test_no_filter_scans_the_table_where_no_case_has_a_value_yet(engine: Engine) -> None:
    seen: list[tuple[str, Any]] = []
    with engine.begin() as conn:
        fill(conn, 2000)
        conn.execute(update(tables.cases).values(quote=None))
        conn.execute(update(tables.steps).values(who=None))
        conn.execute(text(ANALYZE.get(conn.dialect.name, "ANALYZE")))
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, parameters, *_: seen.append((sql, parameters)))
    with engine.begin() as conn:
        assert store.find(conn, 10, quote="Q1") == store.find(conn, 10, who="user-1") == []
        assert store.find(conn, 10, account="acct-1", state=State.EXPIRED, ended=True) == []
        assert_none_scans(conn, seen, more_than=3)


def test_a_range_of_times_that_few_cases_meet_is_read_by_its_own_index(sqlite: Database) -> None:
    engine, seen = sqlite.engine(), list[tuple[str, Any]]()
    with engine.begin() as conn:
        fill(conn, 2000)
        conn.execute(text("ANALYZE"))
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, parameters, *_: seen.append((sql, parameters)))
    with engine.begin() as conn:
        assert len(store.find(conn, 10, ended=False, moved_before=START + timedelta(minutes=9))) == 3
        selects = [one for one in seen if one[0].startswith("SELECT")]
        assert {"cancellation_case_moved" in plan(conn, *one) for one in selects} == {True}
        seen.clear()
        assert len(store.find(conn, 10, ended=False, moved_after=START)) == 10  # and one that many meet is not sorted
        assert "TEMP B-TREE" not in plan(conn, *seen[1])


def assert_none_scans(conn: Connection, seen: list[tuple[str, Any]], more_than: int) -> None:
    plans = {sql: plan(conn, sql, parameters) for sql, parameters in list(seen) if sql.lstrip().startswith("SELECT")}
    for sql, lines in plans.items():
        assert "Seq Scan on cancellation_" not in lines, f"{sql}\n{lines}"
        assert not any(line.startswith("SCAN cancellation_") and "INDEX" not in line for line in lines.splitlines()), lines
    assert len(plans) > more_than


def plan(conn: Connection, sql: str, parameters: Any) -> str:
    """The plan as text; of MariaDB, which gives a table, in SQLite's words."""
    explain = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
    found = conn.exec_driver_sql(f"{explain} {sql}", parameters)
    if conn.dialect.name == "mariadb":
        return "\n".join(f"{'SCAN' if row.type == 'ALL' else 'SEARCH'} {row.table}" for row in found)
    return "\n".join(str(row[-1]) for row in found)


def fill(conn: Connection, rows: int) -> None:
    """Rows of open and ended cases, without what a list does not read."""
    common = {"goal": "plan", "version": 1, "refusals": 0, "model_version": 1, "snapshot": "{}", "digest": ""}
    kinds = itertools.cycle([("signed_in", "customer", False), ("abandoned", None, True), ("plan_cancelled", None, True)])
    values = []
    for number, (state, awaits, ended) in zip(range(rows), kinds, strict=False):
        moment = START + timedelta(minutes=number)
        ids = {"case_id": f"case-{number}", "account": f"acct-{number // 3}", "order_ref": f"order-{number}"}
        times = {"opened_at": moment, "moved_at": moment, "due_at": None if ended else moment}
        actor = "lender" if number % 60 == 0 and awaits else awaits
        values.append({**common, **ids, **times, "state": state, "awaits": actor, "ended": ended, "quote": f"Q{number}"})
    conn.execute(tables.cases.insert(), values)
    who = {
        "event": "abandon",
        "by": "customer",
        "data": "{}",
        "source": "a",
        "target": "b",
        "at": START,
        "model_version": 1,
    }
    steps = [{**who, "case_id": f"case-{n}", "version": 1, "event_id": "1", "who": f"user-{n}"} for n in range(rows)]
    conn.execute(tables.steps.insert(), [{**step, "model_version": 1, "digest": ""} for step in steps])


def test_many_spoilt_rows_are_passed_over_in_few_statements(engine: Engine) -> None:
    with engine.begin() as conn:
        fill(conn, 3000)
    opened(engine, "good", at=START + timedelta(days=300))
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, *_: statements.append(sql))
    with engine.begin() as conn:
        assert [case.case_id for case in store.awaiting(conn, Actor.CUSTOMER, 1)] == ["good"]
        assert len(statements) < 12
        assert [case.case_id for case in store.overdue(conn, START + timedelta(days=400), 1)] == ["good"]


# ------------------------------------------------------------------------------------------------------------- deletion


def test_cases_that_ended_before_a_time_are_deleted_whole(engine: Engine) -> None:
    shop(engine)
    with engine.begin() as conn:
        assert store.purge(conn, ended_before=START + timedelta(minutes=5)) == []
        kept = [found.case_id for found in store.find(conn) if found.case_id not in ("case-11", "case-03")]
        assert store.purge(conn, ended_before=START + timedelta(days=3), limit=1) == ["case-11"]
        assert store.purge(conn, ended_before=START + timedelta(days=3), limit=9) == ["case-03"]
        assert [found.case_id for found in store.find(conn)] == kept
        with pytest.raises(store.CaseNotFound):
            store.history(conn, "case-03")
        left = conn.scalars(tables.steps.select().with_only_columns(tables.steps.c.case_id)).all()
        assert not {"case-03", "case-11"} & set(left)
    agree(engine, len(kept))


def test_an_ended_case_whose_row_was_spoilt_is_deleted_with_the_others(engine: Engine) -> None:
    opened(engine, "case", steps=len(PATH))
    with engine.begin() as conn:
        conn.execute(update(tables.cases).values(snapshot="[]"))
        assert store.purge(conn, ended_before=START + timedelta(days=3)) == ["case"]
