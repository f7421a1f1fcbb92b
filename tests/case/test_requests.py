"""Whose move it is, what is asked of them, until when, and which of their answers count."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from process import (
    Actor,
    Case,
    Channel,
    Event,
    Goal,
    GuardNotMet,
    InvalidPayload,
    Limits,
    OtherMethod,
    ProcessError,
    RequestKind,
    Settlement,
    State,
    SupportChannel,
)
from tests.support.begun_cases import at_choice, at_options, opened

BEIJING = timezone(timedelta(hours=8))
NINE = datetime(2026, 11, 22, 9, 0, tzinfo=BEIJING)


@pytest.mark.parametrize("at", [datetime(2026, 11, 22), "2026-11-22T09:00:00+08:00", 1_795_000_000])
def test_a_time_without_a_zone_is_refused_and_changes_nothing(at: Any) -> None:
    with pytest.raises(InvalidPayload, match="at must be a datetime with a time zone") as refused:
        opened(at=at)
    assert refused.value.fields == ("at",)
    case = opened(at=NINE)
    before = case.to_json()
    with pytest.raises(InvalidPayload) as refused:
        case.sign_in(account="acct-1", channel=Channel.APP, at=at)
    assert (refused.value.fields, refused.value.event, refused.value.by) == (("at",), Event.SIGN_IN, Actor.CUSTOMER)
    assert case.to_json() == before


def test_a_case_is_due_when_its_state_has_lasted_as_long_as_its_deadline() -> None:
    case = opened(at=NINE, deadlines={State.SIGNED_IN: timedelta(minutes=5)})
    assert case.due_at == NINE + timedelta(days=1)
    case.sign_in(account="acct-1", channel=Channel.APP, at=NINE + timedelta(hours=1))
    assert case.due_at == NINE + timedelta(hours=1, minutes=5)
    case.open_orders(at=NINE + timedelta(hours=2))
    assert case.due_at == NINE + timedelta(hours=26)
    case.open_order(order="order-9")
    assert case.due_at is None, "nobody said when the last step was"
    case.abandon(at=NINE)
    assert case.due_at is None, "an end is not due"


class ClocksGoBack(tzinfo):
    """Four hours behind UTC until 2 o'clock of 1 November 2026, then five: the hour before is had twice."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        assert moment is not None
        late = moment.replace(tzinfo=None) >= datetime(2026, 11, 1, 1 if moment.fold else 2)
        return timedelta(hours=-5 if late else -4)

    def dst(self, moment: datetime | None) -> timedelta:
        return timedelta(hours=5) + self.utcoffset(moment)

    def tzname(self, moment: datetime | None) -> str:
        return f"UTC{self.utcoffset(moment)}"


def test_a_deadline_is_as_long_before_saving_as_after_also_over_a_change_of_clocks() -> None:
    changing = ClocksGoBack()
    for at in (datetime(2026, 10, 31, 12, tzinfo=changing), datetime(2026, 11, 1, 1, 30, tzinfo=changing, fold=1)):
        case = opened(at=at)
        assert case.due_at is not None
        assert case.due_at - at.astimezone(UTC) == timedelta(days=1)
        loaded = Case.from_json(case.to_json())
        assert loaded == case
        assert loaded.due_at == case.due_at


def test_the_last_day_of_the_calendar_is_no_error() -> None:
    last = datetime.max.replace(tzinfo=BEIJING)
    assert opened(at=last).due_at == last


@pytest.mark.parametrize(
    "deadlines",
    [
        {State.REFUSED: timedelta(1)},
        {State.SIGNED_IN: timedelta(0)},
        {State.SIGNED_IN: 60},
        {State.SIGNED_IN: timedelta(days=4000)},
        {"nowhere": timedelta(1)},
        [State.SIGNED_IN],
    ],
)
def test_deadlines_that_make_no_sense_are_refused(deadlines: Any) -> None:
    with pytest.raises(InvalidPayload, match="Field deadlines must be open states with timedeltas") as refused:
        opened(deadlines=deadlines)
    assert refused.value.fields == ("deadlines",)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"goal": "the plan"}, "goal"),
        ({"goal": None}, "goal"),
        ({"account": ""}, "account"),
        ({"account": "a" * 65}, "account"),
        ({"order": "a\nb"}, "order"),
        ({"order": 9}, "order"),
        ({"case_id": "\ud800"}, "case_id"),
        ({"limits": (3, 3)}, "limits"),
    ],
)
def test_a_case_that_can_not_be_opened_says_which_field_is_wrong(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        Case(**{"goal": Goal.PLAN, "account": "acct-1", "order": "order-9", **wrong})
    assert refused.value.fields == (field,)
    assert refused.value.event is None


# ------------------------------------------------------------------------------------------------------ whose move it is


def test_every_open_configuration_asks_something_of_someone_and_no_end_does(cases: tuple[Case, ...]) -> None:
    for case in cases:
        request = case.request
        if case.is_done:
            assert request is None
            assert case.awaits is None
            continue
        assert request is not None
        assert request.to is case.awaits
        assert case.allowed_events(by=case.awaits), f"{case.awaits} is asked and can do nothing in {case}"
        assert request.key == f"{case.case_id}:{case.version}"
        assert (request.payload["account"], request.payload["order"]) == (case.facts.account, case.facts.order)


def test_a_request_is_the_same_as_long_as_it_is_asked_and_new_after_a_step() -> None:
    case = at_options()
    keys = [case.request and case.request.key for _ in range(2)]
    with pytest.raises(ProcessError):
        case.open_orders()
    loaded = Case.from_json(case.to_json())
    assert [loaded.request, case.copy().request] == [case.request] * 2
    assert {*keys, loaded.request and loaded.request.key} == {"case-1:4"}
    case.choose_cancellation()
    assert case.request is not None
    assert case.request.key == "case-1:5"
    assert pickle.loads(pickle.dumps(case.request)) == case.request  # noqa: S301  # our own bytes


def test_a_request_tells_what_the_one_who_is_asked_needs_to_know() -> None:
    case = at_choice()
    assert case.request is not None
    told = {"face_attempts": 0, "face_limit": 3, "other_attempts": 0, "other_limit": 3}
    assert told.items() <= case.request.payload.items()
    case.start_face_verification(consent="consent-7")
    assert case.request.kind is RequestKind.VERIFY_FACE
    assert {"attempt": 1, "consent": "consent-7"}.items() <= case.request.payload.items()
    case.withdraw_face_consent()
    case.start_other_verification(method=OtherMethod.SMS_CODE)
    assert {"attempt": 2, "method": OtherMethod.SMS_CODE}.items() <= case.request.payload.items()
    case.pass_verification(attempt=2)
    assert (case.request.kind, case.request.to) == (RequestKind.CANCEL_PLAN, Actor.LENDER)
    assert {"quote": "quote-1", "fee": 1_250, "currency": "CNY"}.items() <= case.request.payload.items()


# --------------------------------------------------------------------------------------------------------- attempts (R9)


def test_an_answer_counts_once_and_for_the_attempt_that_it_names() -> None:
    case = at_choice()
    case.start_face_verification(consent="consent-1")
    assert (case.facts.face_attempts, case.facts.attempt) == (1, 1)
    for unknown in (2, 99):
        with pytest.raises(GuardNotMet, match=f"Attempt {unknown} is not the current attempt"):
            case.pass_verification(attempt=unknown)
    case.fail_verification(attempt=1)
    case.start_face_verification(consent="consent-1")
    for late in (case.pass_verification, case.fail_verification, case.verification_unavailable):
        with pytest.raises(GuardNotMet, match="Attempt 1 is not the current attempt"):
            late(attempt=1)
    assert (case.state, case.facts.face_attempts, case.facts.attempt) == (State.FACE_VERIFICATION, 2, 2)


def test_an_outage_gives_the_attempt_back_and_its_number_is_not_used_again() -> None:
    case = at_choice(limits=Limits(face=1, other=1))
    for attempt in range(1, 6):
        case.start_face_verification(consent="consent-1")
        assert (case.facts.face_attempts, case.facts.attempt) == (1, attempt)
        case.verification_unavailable(attempt=attempt)
        assert (case.facts.face_attempts, case.facts.attempt) == (0, attempt)
    case.start_other_verification(method=OtherMethod.BANK_CARD)
    for late in range(1, 6):
        with pytest.raises(GuardNotMet):
            case.pass_verification(attempt=late)
    case.pass_verification(attempt=6)
    assert case.facts.settled is Settlement.OTHER


def test_attempts_end_at_the_limit_and_then_support_is_needed() -> None:
    case = at_choice(limits=Limits(face=1, other=2))
    case.start_face_verification(consent="consent-1")
    case.fail_verification(attempt=1)
    with pytest.raises(GuardNotMet, match=r"No attempts at face verification are left \(1 of 1 used\)"):
        case.start_face_verification(consent="consent-1")
    for attempt in (2, 3):
        assert case.state is State.VERIFICATION_CHOICE
        case.start_other_verification(method=OtherMethod.PAYMENT_PASSWORD)
        case.fail_verification(attempt=attempt)
    assert case.state is State.SUPPORT_NEEDED


def test_money_is_whole_minor_units_of_a_known_currency() -> None:
    case = at_options()
    case.choose_cancellation()
    for fee in (12.5, 12.0, -1, True, "12", None, float("nan")):
        with pytest.raises(InvalidPayload) as refused:
            case.trigger(Event.QUOTE_CONSEQUENCES, {"quote": "quote-1", "fee": fee, "currency": "CNY"})
        assert refused.value.fields == ("fee",)
    for currency in ("RMB", "cny", "XXX", "", 156):
        with pytest.raises(InvalidPayload) as refused:
            case.trigger(Event.QUOTE_CONSEQUENCES, {"quote": "quote-1", "fee": 0, "currency": currency})
        assert refused.value.fields == ("currency",)
    case.quote_consequences(quote="quote-1", fee=0, currency="CNY")
    assert (case.facts.fee, case.facts.currency) == (0, "CNY")


def test_customer_service_is_reached_through_each_channel() -> None:
    for channel in SupportChannel:
        case = at_options()
        case.report_option_missing()
        case.contact_support(channel=channel)
        assert (case.state, case.awaits) == (State.IN_SUPPORT, Actor.SUPPORT)


def test_a_quote_keeps_its_fee_while_it_is_open_and_a_void_one_is_forgotten() -> None:
    case = at_options()
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=100, currency="CNY")
    for fee, currency in ((999_900, "CNY"), (100, "USD")):
        assert [
            b.code for b in case.blockers(Event.QUOTE_CONSEQUENCES, {"quote": "quote-1", "fee": fee, "currency": currency})
        ]
    case.quote_consequences(quote="quote-2", fee=200, currency="CNY")
    with pytest.raises(GuardNotMet):
        case.confirm_cancellation(quote="quote-1", by=Actor.CUSTOMER)
    seen = case.request
    case.quote_consequences(quote="quote-1", fee=999_900, currency="CNY")
    assert case.request is not None
    assert case.request.payload["fee"] == 999_900
    assert case.request != seen, "what is asked of the customer now has the new fee and another key"


def test_the_last_rejection_alone_is_remembered() -> None:
    case = at_options()
    case.choose_cancellation()
    for quote in ("quote-1", "quote-2"):
        case.quote_consequences(quote=quote, fee=100, currency="CNY")
        case.confirm_cancellation(quote=quote, by=Actor.CUSTOMER)
        if case.state is State.VERIFICATION_DECISION:
            case.skip_face_verification(reason="low risk")
        case.reject_cancellation(quote=quote, reason="no", by=Actor.LENDER)
        case.contact_support(channel=SupportChannel.HOTLINE)
        case.waive_verification(agent="agent-1", ticket="ticket-1")
    assert case.facts.rejected_quote == "quote-2"
    assert not case.may_trigger(Event.COMPLETE_CANCELLATION, {"quote": "quote-1"}, by=Actor.LENDER)
    assert not case.may_trigger(Event.QUOTE_CONSEQUENCES, {"quote": "quote-2", "fee": 100, "currency": "CNY"})
    assert case.may_trigger(Event.QUOTE_CONSEQUENCES, {"quote": "quote-1", "fee": 100, "currency": "CNY"})
    assert case.may_trigger(Event.COMPLETE_CANCELLATION, {"quote": "quote-2"}, by=Actor.LENDER)
