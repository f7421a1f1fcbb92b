"""Cases that model 1 wrote, kept in ``model_1/``, load, go on and time out under today's model.

The files were made by model 1's own code: it searched its configurations, and wrote for each combination of state, quote
status, settlement and removal the case that it had driven there, whole and cut to its last steps; cases with limits and
deadlines of their own at each stage; and cases with references that no new case can have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from process import (
    MODEL,
    MODEL_VERSION,
    Actor,
    Case,
    Event,
    Goal,
    Identity,
    InvalidPayload,
    ProcessError,
    QuoteStatus,
    Settlement,
    SnapshotInvalid,
    State,
)
from process.snapshot.migrations import MIGRATIONS, Migration, migrate_step, state_names

FILES = sorted(Path(__file__).with_name("model_1").glob("*.jsonl"))
VERIFYING = ("verification_decision", "verification_choice", "face_verification", "other_verification")


def texts(*names: str) -> list[str]:
    return [
        line for file in FILES if not names or file.stem in names for line in file.read_text(encoding="utf-8").splitlines()
    ]


def test_the_files_hold_every_state_of_model_1_whole_and_cut() -> None:
    for name in ("whole", "cut"):
        found = {json.loads(text)["state"] for text in texts(name)}
        new = {State.PLAN_ENDED_OTHERWISE} | ({State.SIGNED_OUT, State.SIGNED_IN} if name == "cut" else set())
        assert found == {state.value for state in set(State) - new}
    assert all(json.loads(text)["model_version"] == 1 for text in texts())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_case_of_model_1_loads_and_is_saved_and_read_as_one_of_today(file: Path) -> None:
    for text in texts(file.stem):
        old, case = json.loads(text), Case.from_json(text)
        assert (case.case_id, case.version, len(case.history)) == (old["case_id"], old["version"], len(old["history"]))
        assert (case.facts.goal, case.facts.order, case.facts.account) == tuple(
            old["facts"][name] for name in ("goal", "order", "account")
        )
        assert all(step.who is None for step in case.history)
        data = case.to_dict()
        assert (data["model_version"], data["trusted_until"]) == (MODEL_VERSION, old["version"])
        assert Case.from_dict(data) == case
        assert Case.from_json(case.to_json(steps=1)).history == case.history[-1:]


def test_facts_that_are_new_come_from_where_the_case_stood() -> None:
    for text in texts():
        old, case = json.loads(text), Case.from_json(text)
        never = old["state"] == "signed_out" or (case.is_done and old["version"] == 1)  # ended before anyone signed in
        assert case.facts.identity is (None if never else Identity.SIGNED_IN)
        assert case.facts.rejected_quote is None
        assert case.facts.face_removed is old["facts"]["face_removed"]
        settled = old["facts"]["settled"]
        if not case.facts.face_removed or settled == "waived":
            assert case.facts.settled == settled
        else:
            assert case.facts.settled is None


def test_who_was_asked_for_a_face_again_after_its_removal_confirms_once_more_and_is_submitted() -> None:
    moved = 0
    for text in texts():
        old, case = json.loads(text), Case.from_json(text)
        if old["state"] in VERIFYING and old["facts"]["face_removed"]:
            moved += 1
            assert (case.state, case.facts.quote_status) == (State.CONSEQUENCES, QuoteStatus.OPEN)
            assert case.history[-1].target == old["state"]
            case.confirm_cancellation(quote=old["facts"]["quote"], by=Actor.CUSTOMER)
            again = Case.from_json(case.to_json())
            assert (again.state, again.awaits) == (State.CANCELLING, Actor.LENDER)
        else:
            assert case.state == old["state"]
    assert moved > 4


def test_a_case_can_not_stand_elsewhere_than_its_history_ends_but_where_a_migration_moves_it() -> None:
    for text in texts("whole"):
        old = json.loads(text)
        if old["state"] == "order_list" and old["version"] < 4:
            with pytest.raises(SnapshotInvalid, match="but the history ends in order_list"):
                Case.from_dict({**old, "state": "order_details"})


def test_deadlines_limits_and_times_are_as_they_were() -> None:
    for text in texts("own_deadlines_and_limits", "whole"):
        old, case = json.loads(text), Case.from_json(text)
        assert (case.facts.face_limit, case.facts.other_limit) == (old["facts"]["face_limit"], old["facts"]["other_limit"])
        if case.is_done:
            assert case.due_at is None
            continue
        own = old["deadlines"].get(old["state"]) if case.state == old["state"] else None
        deadline = MODEL.states[case.state].deadline if own is None else timedelta(seconds=own)
        since = case.history[-1].at if case.history else datetime.fromisoformat(old["opened_at"])
        assert since is not None
        assert deadline is not None
        assert case.due_at == since + deadline
        assert case.to_dict()["deadlines"] == old["deadlines"]


def test_an_open_case_of_model_1_times_out_goes_to_customer_service_and_ends() -> None:
    for text in texts():
        case = Case.from_json(text)
        assert case.allowed_events(by=Actor.CLOCK) == (() if case.is_done else (Event.TIME_OUT,))
        while not case.is_done:
            step = case.time_out()
            case = Case.from_json(case.to_json())
            assert case.history[-1] == step
            if case.facts.quote_status is QuoteStatus.SUBMITTED:
                case.complete_cancellation(quote=case.facts.quote or "", by=Actor.LENDER)
        assert Case.from_json(case.to_json()).is_done


def test_an_open_case_of_model_1_goes_on_with_today_s_events() -> None:
    for text in texts():
        case = Case.from_json(text)
        if case.is_done:
            continue
        part = Goal.FACE_VERIFICATION if case.facts.face_removed else None
        assert (case.achieved, case.unmet) == (part, case.facts.goal if part is None else Goal.PLAN)
        case.report_plan_ended(reason="refunded", by=Actor.LENDER, who="desk-7")
        assert case.state is (State.FACE_VERIFICATION_REMOVED if part else State.PLAN_ENDED_OTHERWISE)
        assert Case.from_json(case.to_json(steps=1)).history[-1].who == "desk-7"


# ----------------------------------------------------------------------------------------------------------- old references


def test_a_case_with_references_that_none_can_have_any_more_takes_them_and_is_read_again() -> None:
    answered = 0
    for text in texts("old_references"):
        case = Case.from_json(text)
        with pytest.raises(InvalidPayload):
            Case(goal=Goal.PLAN, account=case.facts.account, order=case.facts.order)
        if case.state is State.SIGNED_OUT:
            case.sign_in(account=case.facts.account, channel="app")  # type: ignore[arg-type]  # its name will do
        elif case.facts.quote_status is QuoteStatus.SUBMITTED:
            assert case.may_trigger(Event.COMPLETE_CANCELLATION, {"quote": case.facts.quote}, by=Actor.LENDER)
            case.complete_cancellation(quote=case.facts.quote or "", by=Actor.LENDER)
            answered += 1
        else:
            case.abandon()
        for twin in (Case.from_json(case.to_json()), Case.from_json(case.to_json(steps=1)), case.copy()):
            assert twin.facts == case.facts
    assert answered > 3


def test_a_case_of_today_is_not_read_with_such_references() -> None:
    data = Case(goal=Goal.PLAN, account="account-1", order="order-1", case_id="case-1").to_dict()
    for changes in ({"case_id": "case-1 "}, {"facts": {**data["facts"], "order": " order-1"}}):
        with pytest.raises(SnapshotInvalid):
            Case.from_dict({**data, **changes})
        assert Case.from_dict({**data, **changes, "trusted_until": 0}).version == 0


# -------------------------------------------------------------------------------------------------------------- spoilt data


def spoilt(data: Any) -> Iterator[Any]:
    """The data with each of its entries left out, or replaced by a value of another kind."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        for junk in (None, [], {}, "junk", 7):
            twin = data.copy()
            twin[key] = junk
            yield twin
        without = data.copy()
        del without[key]
        yield without
        for inner in spoilt(value):
            twin = data.copy()
            twin[key] = inner
            yield twin


def test_a_spoilt_snapshot_of_model_1_is_an_invalid_one_and_nothing_else() -> None:
    read, refusals = 0, list[SnapshotInvalid]()
    for text in (texts("whole")[2], texts("whole")[-1], texts("cut")[-1]):
        for data in spoilt(json.loads(text)):
            try:
                Case.from_dict(data)
                read += 1
            except SnapshotInvalid as refused:
                refusals.append(refused)
    assert read > 0
    assert all(refused.text("zh") and refused.text("en") for refused in refusals)


def test_a_step_that_a_migration_can_not_read_is_named_by_its_place() -> None:
    with pytest.raises(SnapshotInvalid, match="is not what model 1 wrote") as refused:
        migrate_step("junk", 1, 2, "step 3")  # type: ignore[arg-type]  # spoilt
    assert refused.value.where == "step 3"
    assert isinstance(refused.value, ProcessError)


def test_a_migration_may_rename_a_state_for_which_a_case_has_a_deadline_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = next(text for text in texts("own_deadlines_and_limits") if '"state":"cancelling"' in text)
    names = {"cancelling": "with_the_lender", "in_support": "with_an_agent"}
    data = json.loads(json.dumps(json.loads(text)).replace('"cancelling"', '"with_the_lender"'))
    back = {new: old for old, new in names.items()}
    earlier = MIGRATIONS[1]._replace(renamed=back)
    monkeypatch.setitem(MIGRATIONS, 1, earlier)
    assert Case.from_dict(data) == Case.from_json(text)
    assert state_names(["cancelling", "signed_in"], 1, 2) == {"cancelling": "with_the_lender", "signed_in": "signed_in"}
    assert isinstance(earlier, Migration)


def test_settlement_by_removal_is_gone() -> None:
    assert "removed" not in set(Settlement)
    assert any(json.loads(text)["facts"]["settled"] == "removed" for text in texts())
