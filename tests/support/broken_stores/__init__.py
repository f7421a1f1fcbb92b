"""The store, broken on purpose: each way is a mistake that a store could have been built with.

A group of tests that passes on one of them would not have noticed the mistake. The breaking replaces functions of the store
in the process that calls ``break_it``; so it is called in processes that end with the test.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.broken_stores import hosting, writing

WAYS: dict[str, Callable[[], None]] = {
    way.__name__: way
    for way in (
        writing.state_as_token,
        writing.look_before_load,
        writing.never_look,
        writing.ids_of_everyone,
        writing.early_refusals_kept,
        writing.no_unique_key,
        writing.no_claims,
        writing.need_no_claim,
        writing.log_outside_the_transaction,
        writing.blind_write,
        writing.time_out_as_listed,
        writing.acknowledge_early,
        writing.no_digest,
        writing.commit_after_abort,
        hosting.let_deliveries_nest,
        hosting.trust_any_sqlite,
        hosting.wait_again,
        hosting.read_as_a_writer,
        hosting.page_by_time_alone,
        hosting.one_page_alone,
        hosting.times_as_given,
        hosting.ids_as_given,
        hosting.leave_mysql_unprepared,
        hosting.end_what_was_lent,
        hosting.forget_what_django_lost,
        hosting.retry_nothing_async,
        hosting.commit_what_was_cancelled,
    )
}


def break_it(way: str | None) -> None:
    if way is not None:
        WAYS[way]()
