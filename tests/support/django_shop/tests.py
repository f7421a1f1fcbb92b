"""The shop's tests, in Django's own test runner."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, TestCase, TransactionTestCase
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from process import Event, Goal, State, store
from process.store import tables
from process.store.django import borrowed
from tests.support.django_shop import views
from tests.support.django_shop.models import Ticket

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
SIGN_IN = {"account": "acct", "channel": "app"}


def open_case(order: str = "o") -> None:
    with borrowed() as conn:
        store.open(conn, goal=Goal.PLAN, account="acct", order=order, case_id=f"case-{order}", at=START)


def post(order: str, event: str, data: dict[str, Any], event_id: str) -> Any:
    body = {"event": event, "data": data, "id": event_id}
    return Client().post(f"/event/{order}", body, content_type="application/json")


class InOneTransaction(TestCase):
    def test_case_and_ticket_are_rolled_back_together(self) -> None:
        with transaction.atomic():
            Ticket.objects.create(order_ref="o")
            open_case()
            transaction.set_rollback(True)
        assert Ticket.objects.count() == 0
        with borrowed() as conn:
            assert store.find(conn) == []

    def test_a_nested_block_is_rolled_back_alone(self) -> None:
        open_case("kept")
        with transaction.atomic():
            open_case("gone")
            transaction.set_rollback(True)
        with borrowed() as conn:
            assert [found.order for found in store.find(conn)] == ["kept"]

    def test_events_refusals_and_duplicates_over_http(self) -> None:
        assert Client().post("/open/o").json() == {"state": "signed_out"}
        assert post("o", "sign_in", {**SIGN_IN, "account": "another"}, "1").status_code == 409
        assert post("o", "sign_in", SIGN_IN, "2").json() == {"state": "signed_in", "duplicate": False}
        assert post("o", "sign_in", SIGN_IN, "2").json()["duplicate"]
        with borrowed() as conn:
            assert [kept.event_id for kept in store.refusals(conn, "case-o")] == ["1"]
            assert store.verify(conn, "case-o") == ()

    def test_times_are_right_whatever_zone_django_keeps(self) -> None:
        open_case()
        with borrowed() as conn:
            store.handle(conn, "case-o", Event.SIGN_IN, SIGN_IN, event_id="1", at=START)
            (found,) = store.find(conn)
            assert store.history(conn, "case-o")[0].at == START
            assert found.due_at == store.load(conn, "case-o").due_at
            assert store.verify(conn, "case-o") == ()

    def test_an_order_that_has_a_case_leaves_djangos_transaction_sound(self) -> None:
        open_case()
        with borrowed() as conn, pytest.raises(store.OrderHasOpenCase):
            store.open(conn, goal=Goal.PLAN, account="acct", order="o")
        with borrowed() as conn, pytest.raises(store.Conflict):
            store.handle(conn, "case-o", Event.ABANDON, event_id="1", version=7)
        Ticket.objects.create(order_ref="o")
        assert Ticket.objects.count() == 1

    def test_on_commit_runs_with_the_case(self) -> None:
        views.told.clear()
        with self.captureOnCommitCallbacks(execute=True):
            Client().post("/open/o")
        assert views.told == ["case-o"]


class InTransactionsOfItsOwn(TransactionTestCase):
    def tearDown(self) -> None:
        with transaction.atomic(), borrowed() as conn:
            for table in (tables.refusals, tables.steps, tables.cases):
                conn.execute(table.delete())

    def test_outside_a_transaction_nothing_is_lent(self) -> None:
        with pytest.raises(store.NoTransaction), borrowed():
            self.fail("it was lent")

    def test_requests_that_are_atomic_commit_or_roll_back_as_a_whole(self) -> None:
        connection.settings_dict["ATOMIC_REQUESTS"] = True
        try:
            views.told.clear()
            assert Client().post("/open/o").status_code == 200
            assert Client(raise_request_exception=False).post("/open/x?fail=1").status_code == 500
        finally:
            connection.settings_dict["ATOMIC_REQUESTS"] = False
        assert views.told == ["case-o"]
        assert [ticket.order_ref for ticket in Ticket.objects.all()] == ["o"]
        with transaction.atomic(), borrowed() as conn:
            assert [found.order for found in store.find(conn)] == ["o"]

    def test_a_commit_of_djangos_is_the_stores(self) -> None:
        with transaction.atomic():
            open_case()
        connection.close()  # and what comes next is on another one
        with transaction.atomic(), borrowed() as conn:
            assert store.load(conn, "case-o").state == State.SIGNED_OUT
            store.handle(conn, "case-o", Event.SIGN_IN, SIGN_IN, event_id="1")
            assert len(store.awaiting(conn, store.load(conn, "case-o").awaits or "")) == 1  # type: ignore[arg-type]

    def test_what_the_database_gave_up_is_not_committed_though_its_error_is_swallowed(self) -> None:
        with transaction.atomic():
            Ticket.objects.create(order_ref="o")
            open_case()
            with suppress(PendingRollbackError), borrowed() as conn:
                lose(conn)
            with pytest.raises(transaction.TransactionManagementError):
                Ticket.objects.count()
        assert Ticket.objects.count() == 0
        with transaction.atomic(), borrowed() as conn:
            assert store.find(conn) == []


def lose(conn: Any) -> None:
    """Fail so that the whole transaction is lost, and go on as if nothing had been."""
    if connection.vendor == "postgresql":
        with suppress(DBAPIError):
            conn.exec_driver_sql("SELECT 1 / 0")
    else:  # as the store does after a deadlock of MySQL's
        conn.invalidate()
