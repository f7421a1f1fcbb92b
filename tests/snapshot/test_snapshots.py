"""A snapshot is read back as the case that wrote it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest

from process import (
    MODEL,
    MODEL_VERSION,
    Actor,
    Case,
    Event,
    Facts,
    Goal,
    Identity,
    Limits,
    OtherMethod,
    QuoteStatus,
    Settlement,
    State,
    SupportChannel,
)
from process.exploration.expansion import canonical
from process.exploration.explorer import explored_model
from tests.support.begun_cases import at_choice, at_options, finished, opened
from tests.support.thorough import counts

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SIZE = 64 * 1024


@counts("every", 9, 1)
def test_every_configuration_is_read_back_as_it_was_written(cases: tuple[Case, ...], every: int) -> None:
    for case in cases[::every]:
        text = case.to_json()
        loaded = Case.from_json(text)
        assert loaded == case
        assert loaded.to_json() == text
        assert (loaded.request, loaded.allowed_events()) == (case.request, case.allowed_events())


@counts("every", 9, 1)
def test_every_configuration_is_read_back_from_its_last_steps_alone(cases: tuple[Case, ...], every: int) -> None:
    for number, case in enumerate(cases[::every]):
        for steps in (1, 2 + number % 20):
            loaded = Case.from_json(case.to_json(steps=steps))
            assert (loaded.state, loaded.facts, loaded.version) == (case.state, case.facts, case.version)
            assert loaded.history == case.history[-steps:]
            assert loaded.request == case.request


def test_a_snapshot_is_plain_json_with_its_format_and_model() -> None:
    case = opened(at=NINE, limits=Limits(2, 1), deadlines={State.SIGNED_IN: timedelta(minutes=5)})
    case.sign_in(account="acct-1", channel="app", at=NINE)  # type: ignore[arg-type]
    facts = {
        "goal": "plan",
        "account": "acct-1",
        "order": "order-9",
        "face_limit": 2,
        "other_limit": 1,
        "identity": "signed_in",
        "quote": None,
        "fee": None,
        "currency": None,
        "quote_status": None,
        "rejected_quote": None,
        "settled": None,
        "face_removed": False,
        "face_attempts": 0,
        "other_attempts": 0,
        "attempt": 0,
    }
    at = "2026-11-22T09:00:00+08:00"
    data = {"account": "acct-1", "channel": "app"}
    step = {"event": "sign_in", "by": "customer", "who": None, "data": data, "source": "signed_out", "target": "signed_in"}
    assert case.to_dict() == {
        "format": "installment-cancellation/1",
        "model_version": MODEL_VERSION,
        "case_id": "case-1",
        "version": 1,
        "state": "signed_in",
        "facts": facts,
        "opened_at": at,
        "deadlines": {"signed_in": 300.0},
        "history": [{**step, "at": at, "version": 1}],
    }
    assert Case.from_json(case.to_json().encode()).due_at == NINE + timedelta(minutes=5)


def test_a_cut_history_still_loads_and_goes_on() -> None:
    case = at_choice()
    case.start_face_verification(consent="consent-1")
    for steps in (0, 1, 3, 9, 100):
        loaded = Case.from_dict(case.to_dict(steps=steps))
        assert loaded.history == case.history[-max(steps, 1) :]
        assert (loaded.version, loaded.request) == (case.version, case.request)
        step = loaded.pass_verification(attempt=1)
        assert step.version == case.version + 1
        assert Case.from_json(loaded.to_json()) == loaded


def test_a_case_of_two_thousand_steps_still_gives_a_snapshot_that_loads() -> None:
    case = at_choice()
    while case.version < 2_000:
        case.start_other_verification(method=OtherMethod.SMS_CODE, at=NINE)
        case.verification_unavailable(attempt=case.facts.attempt, at=NINE)
    text = case.to_json()
    assert len(text.encode()) <= SIZE
    loaded = Case.from_json(text)
    assert (loaded.state, loaded.facts, loaded.version) == (case.state, case.facts, case.version)
    assert loaded.history == case.history[-len(loaded.history) :]
    assert len(loaded.history) > 100
    loaded.start_face_verification(consent="consent-1")
    assert Case.from_json(loaded.to_json()).state is State.FACE_VERIFICATION


def test_the_longest_texts_fit_and_the_size_counts_them_as_ascii() -> None:
    case = at_options(at=NINE)
    for _ in range(60):
        case.report_problem(by=Actor.CUSTOMER, problem="😀" * 256, at=NINE)
        case.contact_support(channel=SupportChannel.HOTLINE, at=NINE)
        case.guide_back(at=NINE)
    data = case.to_dict()
    assert 0 < len(data["history"]) < case.version
    assert len(json.dumps(data)) <= SIZE
    assert Case.from_json(json.dumps(data)) == Case.from_json(case.to_json())


@pytest.mark.parametrize("limits", [Limits(2, 1), pytest.param(MODEL.limits, marks=pytest.mark.thorough)])
def test_what_must_hold_lets_through_exactly_the_configurations_that_a_case_can_reach(limits: Limits) -> None:
    reachable = set(explored_model(limits).configurations)
    begin = Facts(Goal.PLAN, "account-1", "order-1", limits.face, limits.other)
    counts = list(product(range(begin.face_limit + 2), range(begin.other_limit + 2), (0, 1)))
    offer = {"quote": "quote-1", "fee": 0, "currency": "CNY"}
    quotes: list[dict[str, Any]] = [{}, *({**offer, "quote_status": status} for status in QuoteStatus)]
    rejected = [None, "quote-0", "quote-1"]
    settlements = product(Goal, [None, *Identity], quotes, rejected, [None, *Settlement], [False, True])
    facts = [
        begin._replace(goal=goal, identity=identity, **quote, rejected_quote=other_quote, settled=settled)._replace(
            face_removed=removed, face_attempts=face, other_attempts=other, attempt=face + other + lost
        )
        for goal, identity, quote, other_quote, settled, removed in settlements
        for face, other, lost in counts
    ]
    held = {(state, canonical(one)) for state in State for one in facts if MODEL.violated_invariant(state, one) is None}
    assert held == reachable


def test_no_event_is_lost_between_saving_and_loading_at_every_step() -> None:
    case = finished()
    replayed = opened(Goal.BOTH)
    for step in case.history:
        replayed = Case.from_json(replayed.to_json())
        replayed.trigger(step.event, step.data, by=step.by)
    assert replayed == case
    assert Event.COMPLETE_CANCELLATION is replayed.history[-1].event
