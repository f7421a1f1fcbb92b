"""What is no snapshot, or describes what no case can be, is refused with the entry named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from process import (
    MODEL,
    MODEL_VERSION,
    Actor,
    Case,
    Channel,
    Event,
    Goal,
    NewerModel,
    SnapshotInvalid,
    State,
    Step,
)
from process.exploration.explorer import Exploration
from process.exploration.inputs import payload_variants
from process.json_vocabulary import step_to_dict
from process.snapshot.codec import MAX_SIZE
from tests.support.begun_cases import at_choice, at_decision, at_options, finished, opened
from tests.support.thorough import counts

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SIZE = 64 * 1024


def refused(data: Any) -> SnapshotInvalid:
    """The refusal of *data*, given as text or as what JSON makes of it."""
    read: Callable[[Any], Case] = Case.from_json if isinstance(data, str | bytes) else Case.from_dict
    with pytest.raises(SnapshotInvalid) as caught:
        read(data)
    str(caught.value).encode()
    assert len(str(caught.value)) < 800
    return caught.value


def changed(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the snapshot in which the entry at the dotted path is another."""
    twin: dict[str, Any] = json.loads(json.dumps(data))
    *way, last = path.split(".")
    entry: Any = twin
    for name in way:
        entry = entry[int(name) if name.lstrip("-").isdigit() else name]
    entry[int(last) if last.lstrip("-").isdigit() else last] = value
    return twin


# --------------------------------------------------------------------------------------------------- not JSON, or too much

VALID = at_decision(at=NINE).to_json()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (VALID + "x", "not JSON"),
        (VALID[:-1], "not JSON"),
        ("\ufeff" + VALID, "not JSON"),
        (b"\xef\xbb\xbf" + VALID.encode(), "not JSON"),
        (VALID.encode("utf-16"), "not JSON"),
        (b"\xff" + VALID.encode(), "not JSON"),
        (VALID.replace('"version":7', '"version":NaN'), "NaN is not a JSON number"),
        (VALID.replace('"fee":1250', '"fee":-Infinity'), "-Infinity is not a JSON number"),
        (VALID.replace('"version":7', '"version":7,"version":7'), "the key 'version' appears twice"),
        (VALID.replace('"fee":1250', '"fee":1,"fee":1250', 1), "the key 'fee' appears twice"),
        (VALID.replace('"fee":1250', '"fee":1' + "0" * 5000), "not JSON"),
        (VALID.replace('"fee":1250', '"fee":1' + "0" * 4000), "JSON must be|facts.fee|history"),
        (VALID.replace('"fee":1250', '"fee":1e400'), "JSON can't hold it"),
        ("[" * 60_000, "nesting is too deep"),
        ('{"a":' * 10_000, "nesting is too deep"),
        ("[" * 30_000 + "]" * 30_000, "nesting is too deep"),
        (" " * SIZE + VALID, "at most 65536 are read"),
        (b" " * (SIZE - len(VALID) + 1) + VALID.encode(), "bytes, at most 65536 are read"),
        ("null", "must be an object, not None"),
        ("[]", "must be an object"),
        ('"case"', "must be an object"),
    ],
)
def test_what_is_no_snapshot_at_all_is_refused_with_what_is_wrong(text: str | bytes, problem: str) -> None:
    assert any(part in str(refused(text)) for part in problem.split("|"))


@pytest.mark.parametrize("given", [None, 7, bytearray(b"{}"), ["{}"]])
def test_what_is_no_text_is_refused(given: Any) -> None:
    with pytest.raises(SnapshotInvalid, match="must be JSON text or its UTF-8 bytes"):
        Case.from_json(given)


def test_blanks_and_the_order_of_keys_do_not_matter() -> None:
    data = json.loads(VALID)
    for text in (json.dumps(data, indent=1), json.dumps(data, sort_keys=True), f"\n {VALID}\t"):
        assert Case.from_json(text).to_json() == VALID


def test_python_objects_that_json_can_not_hold_are_refused() -> None:
    data = json.loads(VALID)
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (
        float("nan"),
        float("inf"),
        object(),
        b"bytes",
        {1, 2},
        loop,
        deep,
        {("a",): 1},
        10**6000,
        "\ud800",
        "a\0b",
    ):
        for path in (
            "case_id",
            "version",
            "facts.quote",
            "facts.fee",
            "deadlines",
            "opened_at",
            "history.0.data",
            "history",
        ):
            refused(with_object(data, path, value))


def with_object(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """As ``changed``, but with the very object, which JSON might not hold."""
    twin = changed(data, path, None)
    *way, last = path.split(".")
    entry: Any = twin
    for name in way:
        entry = entry[int(name) if name.isdigit() else name]
    entry[last] = value
    return twin


# ------------------------------------------------------------------------------------------------ wrong entries, each named


@pytest.mark.parametrize(
    ("path", "value", "where", "problem"),
    [
        ("format", "installment-cancellation/2", "format", "must be 'installment-cancellation/1'"),
        ("model_version", 0, "model_version", "an integer of 1 or more"),
        ("model_version", True, "model_version", "not True"),
        ("case_id", "", "case_id", "1 to 64 printable characters"),
        ("case_id", "a\0b", "case_id", "1 to 64 printable characters"),
        ("version", 7.0, "version", "an integer of 0 or more, not 7.0"),
        ("version", "7", "version", "not '7'"),
        ("version", 2**53, "version", "integer"),
        ("version", 6, "history", "holds 7 steps; at version 6"),
        ("state", "cancelled", "state", "one of signed_out"),
        ("state", "cancelling", "facts", "impossible in cancelling"),
        ("facts.extra", 1, "facts", "unknown key 'extra'"),
        ("facts.goal", "face", "facts.goal", "one of plan, face_verification, both"),
        ("facts.account", None, "facts.account", "printable"),
        ("facts.face_limit", 100, "facts", "Limits.face must be an integer from 0 to 99"),
        ("facts.other_limit", 0, "facts", "Limits.other"),
        ("facts.fee", 12.5, "facts.fee", "or null, not 12.5"),
        ("facts.currency", "RMB", "facts.currency", "ISO 4217"),
        ("facts.face_removed", 0, "facts.face_removed", "true or false"),
        ("facts.attempt", -1, "facts.attempt", "0 or more"),
        ("opened_at", "2026-11-22T09:00:00", "opened_at", "ISO 8601 with its zone"),
        ("opened_at", 0, "opened_at", "ISO 8601"),
        ("deadlines", [], "deadlines", "must be an object"),
        ("deadlines.refused", 60, "deadlines.refused", "is an end"),
        ("deadlines.nowhere", 60, "deadlines", "one of signed_out"),
        ("deadlines.signed_in", 0, "deadlines.signed_in", "more than 0"),
        ("deadlines.signed_in", 1e-9, "deadlines.signed_in", "more than 0"),
        ("deadlines.signed_in", True, "deadlines.signed_in", "seconds"),
        ("deadlines.signed_in", 10**9, "deadlines.signed_in", "10 years"),
        ("history", {}, "history", "must be a list"),
        ("history", [], "history", "holds 0 steps"),
        ("history.0", None, "history[0]", "must be an object"),
        ("history.0.event", "sign_out", "history[0].event", "one of sign_in"),
        ("history.0.by", "buyer", "history[0].by", "one of customer"),
        ("history.0.data", [], "history[0].data", "must be an object"),
        ("history.0.data.channel", "fax", "history[0].data", "one of app, website"),
        ("history.0.data.fee", 1, "history[0].data", "Unknown field 'fee'"),
        ("history.0.at", "yesterday", "history[0].at", "ISO 8601"),
        ("history.0.version", 2, "history[0].version", "must be 1, not 2"),
        ("history.3.source", "signed_in", "history[3].source", "must be order_details, where the step before it ended"),
        ("history.3.by", "support", "history[3]", "no transition: find_option by support"),
        ("history.0.data.account", "another", "history[0]", "does not lead from signed_out"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_path(path: str, value: Any, where: str, problem: str) -> None:
    found = refused(changed(json.loads(VALID), path, value))
    assert found.where == where
    assert problem in found.problem


def test_every_key_must_be_there_and_no_other() -> None:
    data = json.loads(VALID)
    for where, entry in {"": data, "facts": data["facts"], "history[0]": data["history"][0]}.items():
        for key in list(entry):
            value = entry.pop(key)
            found = refused(data)
            assert key in str(found)
            assert found.where in (where, key)
            entry[key] = value
        entry["note"] = 1
        assert refused(data).where == where
        del entry["note"]
    assert Case.from_dict(data) == Case.from_json(VALID)


def test_a_snapshot_of_a_newer_model_is_told_apart_also_if_it_has_new_keys() -> None:
    data = {**json.loads(VALID), "model_version": MODEL_VERSION + 1, "mood": "good"}
    with pytest.raises(NewerModel, match=f"model_version: is {MODEL_VERSION + 1}; this program's model is {MODEL_VERSION}"):
        Case.from_dict(data)


# ---------------------------------------------------------------------------------------- facts that do not fit the history


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("account", "another"),
        ("order", "another"),
        ("goal", "face_verification"),
        ("quote", "quote-2"),
        ("fee", 0),
        ("currency", "USD"),
        ("quote_status", "submitted"),
        ("settled", "waived"),
        ("settled", None),
        ("face_removed", True),
        ("face_attempts", 0),
        ("other_attempts", 2),
        ("attempt", 3),
        ("face_limit", 0),
    ],
)
def test_facts_that_do_not_follow_from_the_history_are_refused(fact: str, value: Any) -> None:
    found = refused(changed(finished().to_dict(), f"facts.{fact}", value))
    assert found.where.startswith(("facts", "history"))


@pytest.mark.parametrize(
    ("make", "changes", "broken"),
    [
        (at_choice, {"face_attempts": 4, "attempt": 4}, "attempts stay within their limits"),
        (at_choice, {"face_attempts": 1}, "each has a number"),
        (at_choice, {"fee": None}, "all present or all absent"),
        (at_choice, {"settled": "skipped"}, "awaits verification is not"),
        (at_choice, {"face_removed": True}, "only what the goal includes"),
        (at_choice, {"goal": "face_verification"}, "only what the goal includes"),
        (at_choice, {"quote_status": "open"}, "the quote is accepted"),
        (finished, {"quote_status": "submitted"}, "the lender cancelled"),
        (finished, {"settled": None}, "is verified or exempt"),
        (finished, {"settled": "face", "face_attempts": 0}, "counted for the method that passed"),
        (finished, {"face_removed": True}, "skipped or passed was submitted"),
        (at_options, {"settled": "face", "face_attempts": 1, "attempt": 1}, "submitted with it"),
        (at_options, {"goal": "face_verification", "face_removed": True}, "the goal is not met yet"),
    ],
)
def test_what_no_case_can_be_is_refused_also_where_the_history_was_cut(
    make: Callable[[], Case], changes: dict[str, Any], broken: str
) -> None:
    data = make().to_dict(steps=1)
    Case.from_dict(data)
    data["facts"] = {**data["facts"], **changes}
    found = refused(data)
    assert found.where == "facts"
    assert broken in found.problem


@pytest.mark.parametrize(
    ("steps", "fact", "value"),
    [(8, "fee", 0), (8, "currency", "USD"), (8, "quote", "quote-2"), (2, "settled", "waived"), (5, "settled", "skipped")],
)
def test_facts_that_a_step_of_a_cut_history_made_otherwise_are_refused(steps: int, fact: str, value: Any) -> None:
    data = finished().to_dict(steps=steps)
    found = refused(changed(data, f"facts.{fact}", value))
    assert found.where == f"facts.{fact}"
    assert "but the history makes it" in found.problem


def test_an_end_with_an_open_attempt_can_not_be_written(cases: tuple[Case, ...]) -> None:
    for case in cases:
        if case.state in (State.FACE_VERIFICATION, State.OTHER_VERIFICATION):
            data = case.to_dict(steps=1)
            for end in MODEL.ends:
                refused({**data, "state": end.value})
                last = {**data["history"][-1], "target": end.value}
                refused({**data, "state": end.value, "history": [last]})


def test_a_step_out_of_an_end_is_refused() -> None:
    case = at_options()
    case.abandon()
    data = case.to_dict()
    step = {**data["history"][1], "source": "abandoned", "version": 6}
    found = refused({**data, "version": 6, "state": "order_list", "history": [*data["history"], step]})
    assert found.where == "history[5]"
    assert "no transition" in found.problem


def test_the_words_of_a_refusal_are_short_whatever_was_given() -> None:
    data = json.loads(VALID)
    long = "x" * 60_000
    for path in (
        "format",
        "case_id",
        "state",
        "facts.goal",
        "history.0.event",
        "history.0.at",
        f"facts.{long}",
        f"deadlines.{long}",
    ):
        refused(changed(data, path, long))


def test_a_step_of_a_cut_history_that_could_not_be_taken_is_refused() -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    case.sign_in(account="acct-1", channel=Channel.APP)
    case.open_orders()
    case.open_order(order="order-9")
    data = case.to_dict(steps=1)
    Case.from_dict(data)
    found = refused(changed(data, "history.0.data.order", "another"))
    assert found.where == "history[0]"
    assert "does not lead from order_list to order_details" in found.problem


@counts("every", 7, 1)
def test_a_last_step_loads_with_just_those_facts_that_it_can_have_led_to(
    small_exploration: Exploration, small_cases: tuple[Case, ...], every: int
) -> None:
    """Each configuration, with each step into its state instead of the one that led there, as the only one kept."""
    states = [found.state for found in small_exploration.configurations]
    real = {(edge.target, states[edge.source], edge.event, edge.by) for edge in small_exploration.edges}
    ways_in: dict[State, set[tuple[State, Event, Actor]]] = {state: set() for state in State}
    for place, source, event, by in real:
        ways_in[states[place]].add((source, event, by))
    late = 60  # events: enough for every path, so that the number of events decides nothing
    for place, case in list(enumerate(small_cases))[::every]:
        given_back = case.facts._replace(attempt=case.facts.attempt + 1)  # which is the same configuration
        for source, event, by in ways_in[case.state]:
            loads = False
            for facts in (case.facts, given_back):
                snapshot = {**case.to_dict(steps=1), "version": late}
                snapshot["facts"]["attempt"] = facts.attempt
                for _, data in payload_variants(MODEL, event, facts):
                    kept = {"quote": facts.quote or "quote-1", "fee": facts.fee or 0} if "fee" in data else {}
                    step = Step(event, by, {**data, **kept}, source, case.state, None, late)
                    loads |= is_read({**snapshot, "history": [step_to_dict(step)]})
            can_be = (place, source, event, by) in real
            assert loads == can_be, f"{event} by {by} from {source} to {case.state} with {case.facts}"


def is_read(data: dict[str, Any]) -> bool:
    try:
        Case.from_dict(data)
    except SnapshotInvalid:
        return False
    return True


@pytest.mark.parametrize(
    ("events", "step"),
    [
        (0, {"event": "abandon", "source": "signed_in"}),  # nothing has led to it
        (1, {"event": "abandon", "source": "signed_out"}),  # and three events lead back there at the least
        (1, {"event": "abandon", "source": "in_support"}),  # two events lead there at the least
    ],
)
def test_a_version_that_no_trip_to_the_last_step_has_is_refused(events: int, step: dict[str, str]) -> None:
    case = opened()
    case.abandon()
    data = changed(case.to_dict(), "version", events + 1)
    found = refused({**data, "history": [{**data["history"][0], **step, "version": events + 1}]})
    assert found.where == ("version" if events else "history[0].source")
    assert ("lead no case to" in found.problem) or ("where a case begins" in found.problem)


def test_more_attempts_than_events_are_refused() -> None:
    data = at_choice().to_dict(steps=1)
    found = refused(changed(data, "facts.attempt", data["version"] + 1))
    assert found.where == "facts.attempt"


def test_a_snapshot_is_measured_as_it_was_written_and_not_with_what_a_migration_adds() -> None:
    case = at_options(Goal.PLAN)
    case.choose_cancellation()
    for number in range(330):
        case.quote_consequences(quote=f"quote-{number}", fee=number, currency="CNY")
    facts = {name: value for name, value in case.to_dict(steps=1)["facts"].items() if name not in NEW_FACTS}
    history = [{key: value for key, value in step_to_dict(step).items() if key != "who"} for step in case.history]
    data = {**case.to_dict(steps=1), "model_version": 1, "facts": facts, "history": history}
    assert len(json.dumps(data)) < MAX_SIZE < len(json.dumps(data)) + len(history) * len(', "who": null')
    assert Case.from_dict(data).version == case.version


NEW_FACTS = ("identity", "rejected_quote")
