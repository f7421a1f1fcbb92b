"""Each group of tests fails on a store that is broken where the group looks; those of races are beside their tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from tests.store import (
    test_aio,
    test_claims,
    test_conflicts,
    test_engines,
    test_mysql,
    test_store_lists,
    test_time_outs,
    test_waits,
)
from tests.support.storing import ISOLATIONS, Database
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]


def run(engine: Engine, test: Callable[..., None], wanted: str, database: Database, given: dict[str, Any]) -> None:
    """Run a test with what it wants of a database: an engine, the database, or that and the address for a driver."""
    if wanted == "setting":
        driver = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}[engine.dialect.name]
        url = make_url(database.url)
        url = url.set(drivername=f"{engine.dialect.name}+{driver}", query=dict(url.query))
        test(**{wanted: (database, url.render_as_string())}, **given)
    else:
        test(**{wanted: engine if wanted == "engine" else database}, **given)


NESTED = test_waits.test_a_delivery_inside_another_one_is_refused_at_once
UNPREPARED = test_waits.test_an_sqlite_engine_that_was_not_prepared_is_refused
WAIT = test_waits.test_a_writer_waits_once_for_a_lock_that_is_not_given
READERS = test_waits.test_readers_of_sqlite_neither_wait_for_a_writer_nor_keep_one_waiting
FILTERS = test_store_lists.test_filters_find_what_the_cases_say_in_order_part_by_part_and_counted
UNREADABLE = test_time_outs.test_cases_that_can_not_be_read_leave_their_places_in_a_list_to_others
CALENDAR = test_engines.test_times_at_the_ends_of_the_calendar_are_kept_verified_and_known_again
EARLIER = test_claims.test_an_open_case_of_an_earlier_release_never_repeats_what_another_one_has_done
SPACES = test_mysql.test_texts_that_look_alike_are_different_and_those_that_end_in_a_space_are_refused
DEADLOCK = test_mysql.test_a_deadlock_in_the_store_can_not_be_committed_over
OWN_DEADLOCK = test_mysql.test_a_deadlock_in_a_hosts_own_statement_ends_the_transaction_for_sqlalchemy_too
AT_ONCE = test_aio.test_of_8_concurrent_deliveries_one_is_new_and_the_others_are_duplicates
CANCELLED = test_aio.test_refusals_are_kept_and_a_cancelled_task_leaves_nothing

EARLIEST = {"at": datetime.min, "hours": 14}
CANCELLED_BEFORE = dict(zip(("first", "goal", "path", "length"), test_claims.SECOND_CASES[0], strict=True))
SELDOM = pytest.mark.thorough


@pytest.mark.parametrize(
    ("way", "kind", "test", "wanted", "given", "found_out"),
    [
        ("let_deliveries_nest", "sqlite", NESTED, "database", {}, "Another transaction kept the database locked"),
        ("trust_any_sqlite", "sqlite", UNPREPARED, "sqlite", {}, "DID NOT RAISE"),
        ("wait_again", "sqlite", WAIT, "database", {}, r"assert late\.value\.timed_out"),
        ("read_as_a_writer", "sqlite", READERS, "sqlite", {}, "database is locked"),
        ("page_by_time_alone", "sqlite", FILTERS, "engine", {}, "assert parts == expected"),
        ("one_page_alone", "sqlite", UNREADABLE, "engine", {}, "== expected"),
        ("times_as_given", "sqlite", CALENDAR, "engine", EARLIEST, "OverflowError"),
        ("need_no_claim", "sqlite", EARLIER, "engine", CANCELLED_BEFORE, "DID NOT RAISE"),
        ("ids_as_given", "mariadb", SPACES, "mariadb", {}, "is .case-0., but the row.s is .case-0 "),
        ("commit_after_abort", "mariadb", DEADLOCK, "mariadb", {"way": test_conflicts.in_a_block}, "DID NOT RAISE"),
        ("commit_what_was_cancelled", "sqlite", CANCELLED, "setting", {}, r"state is State\.SIGNED_OUT"),
        ("retry_nothing_async", "postgresql", AT_ONCE, "setting", {"rounds": 3}, "is at version"),
        pytest.param(*("leave_mysql_unprepared", "mariadb", OWN_DEADLOCK, "mariadb", {}, "DID NOT RAISE"), marks=SELDOM),
        pytest.param(*("wait_again", "postgresql", WAIT, "database", {}, r"assert late\.value\.timed_out"), marks=SELDOM),
        pytest.param(*("page_by_time_alone", "mariadb", FILTERS, "engine", {}, "assert parts == expected"), marks=SELDOM),
    ],
)
def test_a_broken_store_fails_the_test_that_looks_for_it(
    request: pytest.FixtureRequest, way: str, kind: str, test: Any, wanted: str, given: dict[str, Any], found_out: str
) -> None:
    database: Database = request.getfixturevalue(kind)
    database = database._replace(broken=way, isolation=None if kind == "sqlite" else ISOLATIONS[0])
    with pytest.raises(AssertionError) as failed:
        in_parallel(run, database, [(test, wanted, database, given)])
    assert re.search(found_out, str(failed.value)), failed.value
