"""The shop: its own tables, its own stage names, its own attempt numbers, and the process as plain code.

It makes the one mistake of ``tests.support.shop.faults`` that it is told to make, or none.
"""

# ruff: noqa: ARG002  # every handler is called alike
from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.support.shop.forms import is_right

_TABLES = """
create table cases (
    id text primary key, goal text, buyer text, order_no text, face_limit int, other_limit int, stage text,
    quote text, fee int, currency text, quote_is text, rejected text, verified text, face_off int default 0,
    known text default '', earlier text default ''
);
create table attempts (id integer primary key, case_id text, way text, counted int, is_open int);
"""

OPEN = ("login", "home", "orders", "order", "plan", "fee", "risk", "ways", "face", "code", "lender", "help", "agent")


class Refused(Exception):
    """The shop says no; the client gets 409."""


class Shop:
    """One shop. ``fault`` names the mistake of ``tests.support.shop.faults`` that it makes, if any."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.problems: Counter[str] = Counter()
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(_TABLES)

    def has(self, fault: str) -> bool:
        return self.fault == fault

    def open(self, form: dict[str, Any]) -> None:
        self.db.execute(
            "insert into cases (id, goal, buyer, order_no, face_limit, other_limit, stage) values (?,?,?,?,?,?,'login')",
            [form[name] for name in ("id", "goal", "account", "order", "face_limit", "other_limit")],
        )

    def case(self, case_id: str) -> sqlite3.Row:
        return self.db.execute("select * from cases where id = ?", [case_id]).fetchone()

    def put(self, case: sqlite3.Row, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self.db.execute(f"update cases set {names} where id = ?", [*columns.values(), case["id"]])

    def used(self, case: sqlite3.Row, way: str) -> int:
        query = "select coalesce(sum(counted), 0) from attempts where case_id = ? and way = ?"
        return int(self.db.execute(query, [case["id"], way]).fetchone()[0])

    # ------------------------------------------------------------------------------------------------ what may happen

    def handle(self, case_id: str, event: str, by: str, data: dict[str, Any]) -> dict[str, Any]:
        """Take the event, or raise Refused."""
        case = self.case(case_id)
        if self.has("payload_decides_the_actor"):
            by = data.pop("by", by)
        if self.has("payload_crashes") and "version" in data:
            raise ValueError("version")
        if not is_right(event, data) and not (self.has("negative_fee") and data.get("fee") == -1):
            raise Refused("form")
        if case["stage"] not in OPEN and not (self.has("end_reopened") and event == "contact_support"):
            raise Refused("over")
        handler: Callable[[sqlite3.Row, str, dict[str, Any]], dict[str, Any] | None] | None = getattr(
            self, f"on_{event}", None
        )
        if handler is None:
            raise Refused("no such event")
        return handler(case, by, data) or {}

    def need(self, condition: object) -> None:
        if not condition:
            raise Refused("not now")

    def on_sign_in(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "login")
        right = data["account"] == case["buyer"] or self.has("wrong_account")
        right = right or (self.has("account_from_the_website") and data["channel"] == "website")
        if right or self.has("moved_when_refused"):
            self.put(case, stage="home", known="login")
        self.need(right)

    def on_open_orders(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "home")
        self.put(case, stage="orders")

    def on_open_order(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "orders")
        exists = self.db.execute("select 1 from cases where order_no = ?", [data["order"]]).fetchone()
        anybodys = exists and self.has("order_of_anybody")
        self.need(data["order"] == case["order_no"] or self.has("wrong_order") or anybodys)
        self.put(case, stage="order")

    def on_report_order_missing(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "orders")
        self.put(case, stage="help")

    def on_find_option(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "order")
        self.put(case, stage="plan")

    def on_report_option_missing(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] in ("order", "plan"))
        self.put(case, stage="help")

    def on_choose_cancellation(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "plan")
        self.need(case["goal"] != "face_verification" or self.has("plan_for_face_only"))
        self.put(case, stage="fee")
        if not self.has("quote_survives_guidance"):
            self.put(case, quote=None, quote_is=None)

    def on_request_face_verification_removal(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] in ("plan", "ways"))
        self.need(case["goal"] != "plan" and not case["face_off"])
        self.put(case, stage="help")

    def on_report_problem(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by in ("customer", "system") and case["stage"] not in ("lender", "help", "agent"))
        self.problems[case["id"]] += 1
        self.need(self.problems[case["id"]] <= 6 or not self.has("six_problems"))
        self.put(case, stage="help")

    # ------------------------------------------------------------------------------------------------ fee and verification

    def on_quote_consequences(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "lender" and case["stage"] == "fee")
        same = data["quote"] != case["quote"] or (data["fee"], data["currency"]) == (case["fee"], case["currency"])
        self.need(same or self.has("offer_changed_silently"))
        self.need(data["quote"] != case["rejected"] or self.has("rejected_quote_offered_again"))
        offer = {name: data[name] for name in ("quote", "fee", "currency")}
        self.put(case, **offer, quote_is="open", earlier=f"{case['earlier']} {case['quote']}")

    def on_confirm_cancellation(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by in ("customer", "support") and case["stage"] == "fee" and case["quote_is"] == "open")
        replaced = self.has("old_quote_confirmed") and data["quote"] in case["earlier"].split()
        self.need(data["quote"] == case["quote"] or replaced or self.has("unquoted_confirmed"))
        if case["verified"] or (case["face_off"] and not self.has("face_asked_after_removal")):
            self.put(case, stage="lender", quote_is="sent")
        else:
            self.put(case, stage="risk", quote_is="accepted")

    def on_decline_cancellation(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by in ("customer", "support") and case["stage"] == "fee" and case["quote_is"] == "open")
        hidden = self.has("removal_hidden_by_declining")
        self.put(case, stage="done-face" if case["face_off"] and not hidden else "done-kept")

    def on_skip_face_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need((by == "system" or (self.has("customer_skips") and by == "customer")) and case["stage"] == "risk")
        self.put(case, stage="lender", verified="skipped", quote_is="sent")

    def on_require_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "system" and case["stage"] == "risk")
        self.put(case, stage="ways")

    def start(self, case: sqlite3.Row, way: str) -> dict[str, Any]:
        self.db.execute("update attempts set is_open = 0 where case_id = ?", [case["id"]])
        add = "insert into attempts (case_id, way, counted, is_open) values (?, ?, 1, 1)"
        self.put(case, stage=way)
        return {"attempt": self.db.execute(add, [case["id"], way]).lastrowid}

    def on_start_face_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> dict[str, Any]:
        self.need(by == "customer" and case["stage"] == "ways")
        self.need(data["consent"] is not None or self.has("consent_not_asked"))
        self.need(self.used(case, "face") < case["face_limit"] + self.has("one_attempt_too_many"))
        return self.start(case, "face")

    def on_start_other_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> dict[str, Any]:
        self.need(by == "customer" and case["stage"] == "ways")
        used = self.used(case, "face" if self.has("limits_mixed_up") else "code")
        self.need(used < case["other_limit"])
        return self.start(case, "code")

    def end_attempt(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "verifier" and case["stage"] in ("face", "code"))
        query = "select * from attempts where case_id = ? and id = ?"
        attempt = self.db.execute(query, [case["id"], data["attempt"]]).fetchone()
        self.need(attempt and (attempt["is_open"] or self.has("late_answer_accepted")))
        self.db.execute("update attempts set is_open = 0 where case_id = ?", [case["id"]])

    def give_back(self, case: sqlite3.Row, way: str) -> None:
        last = "select max(id) from attempts where case_id = ? and way = ? and counted > 0"
        self.db.execute(f"update attempts set counted = counted - 1 where id = ({last})", [case["id"], way])

    def on_pass_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.end_attempt(case, by, data)
        self.put(case, stage="lender", verified=case["stage"], quote_is="sent")

    def on_fail_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.end_attempt(case, by, data)
        if self.has("failure_counted_again") and case["stage"] == "face":
            count = "insert into attempts (case_id, way, counted, is_open) values (?, 'face', 1, 0)"
            self.db.execute(count, [case["id"]])
        self.to_choice(case)

    def to_choice(self, case: sqlite3.Row) -> None:
        spent = self.used(case, "face") >= case["face_limit"] and self.used(case, "code") >= case["other_limit"]
        self.put(case, stage="help" if spent else "ways")

    def on_verification_unavailable(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.end_attempt(case, by, data)
        if not self.has("attempt_kept_after_outage"):
            self.give_back(case, "face" if self.has("outage_gives_back_the_wrong_way") else case["stage"])
        self.put(case, stage="ways")

    def on_withdraw_face_consent(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] == "face")
        self.db.execute("update attempts set is_open = 0 where case_id = ?", [case["id"]])
        if self.has("withdrawal_gives_back"):
            self.give_back(case, "face")
        self.to_choice(case)
        if self.has("withdrawal_ends_the_case"):
            self.put(case, stage="done-left")

    def on_choose_another_way(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer" and case["stage"] in ("face", "code"))
        self.db.execute("update attempts set is_open = 0 where case_id = ?", [case["id"]])
        if self.has("another_way_gives_back"):
            self.give_back(case, case["stage"])
        self.to_choice(case)

    # ------------------------------------------------------------------------------------------------ the lender's answer

    def answer(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(case["stage"] in ("lender", "help", "agent") and case["quote_is"] == "sent")
        self.need(by == "lender" or (by == "support" and case["stage"] == "agent"))
        self.need(data["quote"] == case["quote"] or self.has("any_quote_completed"))

    def on_complete_cancellation(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        if data["quote"] == case["rejected"] and not self.has("correction_refused"):
            self.need(by == "lender" or (by == "support" and case["stage"] == "agent"))
        else:
            self.answer(case, by, data)
        self.need(case["stage"] == "lender" or not self.has("late_completion_lost"))
        both = case["face_off"] and not self.has("removal_forgotten_at_the_end")
        self.put(case, stage="done-both" if both else "done-plan", quote_is="answered")

    def on_reject_cancellation(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        again = case["stage"] == "agent" and case["quote_is"] is None and data["quote"] in case["earlier"].split()
        if self.has("rejected_twice") and again and by == "lender":
            self.put(case, stage="help")
            return
        self.answer(case, by, data)
        kept = self.has("verification_survives_rejection") or (
            self.has("waiver_survives_rejection") and case["verified"] == "waived"
        )
        earlier = f"{case['earlier']} {case['quote']}"
        verified = case["verified"] if kept else None
        self.put(case, quote=None, quote_is=None, earlier=earlier, verified=verified, rejected=case["quote"])
        self.put(case, stage="agent" if case["stage"] == "agent" else "help")

    # ------------------------------------------------------------------------------------------------ customer service

    def on_contact_support(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        reopened = self.has("end_reopened") and case["stage"] == "done-refused"
        self.need(by == "customer" and (case["stage"] == "help" or reopened))
        self.put(case, stage="agent")

    def agent(self, case: sqlite3.Row, by: str, *, unless: str | None = None) -> None:
        self.need(by == "support" and case["stage"] == "agent")
        self.need(case["quote_is"] != "sent" or (unless and self.has(unless)))

    def on_identify_customer(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "support" and case["stage"] == "agent" and not case["known"])
        self.put(case, known="agent")

    def on_guide_back(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.agent(case, by, unless="guided_back_while_outstanding")
        signed_in = case["known"] == "login" or (self.has("agents_sign_in") and case["known"])
        self.put(case, stage="orders" if signed_in else "login")
        if not self.has("quote_survives_guidance"):
            self.put(case, quote=None, quote_is=None, earlier=f"{case['earlier']} {case['quote']}")

    def on_waive_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        if self.has("customer_waives") and by == "customer":
            by = "support"
        self.agent(case, by, unless="waived_while_outstanding")
        self.need(case["goal"] != "face_verification")
        self.need(case["known"] or self.has("waived_for_nobody"))
        self.put(case, stage="fee", verified="waived", quote=None, quote_is=None)

    def on_remove_face_verification(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.agent(case, by)
        self.need(case["known"])
        if case["goal"] == "face_verification":
            self.put(case, stage="done-face", face_off=1)
            return
        self.need((case["goal"] == "both" or self.has("removal_for_plan_only")) and not case["face_off"])
        self.put(case, stage="fee", face_off=1, quote=None, quote_is=None)

    def on_refuse(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.agent(case, "support" if self.has("agent_of_anyone") and by == "lender" else by)
        self.put(case, stage="done-face" if case["face_off"] else "done-refused")

    # ------------------------------------------------------------------------------------------------ leaving, deadlines

    def on_report_plan_ended(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by in ("lender", "system"))
        outstanding = case["stage"] == "lender" or case["quote_is"] == "sent"
        self.need(by == "lender" or not outstanding or self.has("ended_while_outstanding"))
        hidden = self.has("removal_hidden_by_the_plans_end")
        self.put(case, stage="done-face" if case["face_off"] and not hidden else "done-ended")

    def on_abandon(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "customer")
        self.need(case["stage"] != "lender" or self.has("leaving_while_cancelling"))
        in_help = case["stage"] in ("help", "agent") and self.has("leaving_support_while_outstanding")
        self.need(case["quote_is"] != "sent" or in_help or self.has("leaving_while_cancelling"))
        hidden = self.has("removal_hidden_by_leaving")
        self.put(case, stage="done-face" if case["face_off"] and not hidden else "done-left")

    def on_time_out(self, case: sqlite3.Row, by: str, data: dict[str, Any]) -> None:
        self.need(by == "clock")
        if case["stage"] in ("lender", "agent") and not (self.has("silence_ends_the_case") and case["stage"] == "lender"):
            self.put(case, stage="help")
        elif case["stage"] != "help" or case["quote_is"] != "sent":
            hidden = self.has("removal_hidden_by_time")
            self.put(case, stage="done-face" if case["face_off"] and not hidden else "done-late")
