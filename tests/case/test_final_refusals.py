"""A refusal is final exactly if nothing that can come of the case takes the same event: checked by a search of its own."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from process import MACHINE, MODEL, Actor, Case, Event, Facts, Goal, Limits, Refused, State
from process.exploration.inputs import all_inputs
from process.model import Kind
from process.value_checks import field_errors
from tests.support.begun_cases import at_choice, at_decision, at_options, opened
from tests.support.thorough import counts

REFERENCES = ("account", "order", "quote", "rejected_quote")
PLAIN = {Kind.CONSENT: ["c", None], Kind.TEXT: ["t"]}


class Search:
    """All that can be reached, with attempts as they are counted and numbered, and references by equality."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.names = {value: value for value in data.values() if type(value) is str}
        self.next: dict[tuple[State, Facts], tuple[tuple[State, Facts], ...]] = {}

    def named(self, state: State, facts: Facts) -> tuple[State, Facts]:
        names = dict(self.names)
        changed: dict[str, Any] = {
            name: value if value is None else names.setdefault(value, name)
            for name, value in zip(REFERENCES, (getattr(facts, name) for name in REFERENCES), strict=True)
        }
        changed["attempt"] = min(facts.attempt, self.data.get("attempt", 0) + 1)
        if facts.quote is not None:
            changed["fee"] = facts.fee if facts.fee == self.data.get("fee") else 77
            changed["currency"] = facts.currency if facts.currency == self.data.get("currency") else "USD"
        return state, facts._replace(**changed)

    def payloads(self, event: Event, facts: Facts) -> Iterator[dict[str, Any]]:
        held = [getattr(facts, name) for name in REFERENCES]
        references = dict.fromkeys([value for value in (*held, *self.names, "new") if value])
        values: list[Any] = []
        for kind in MODEL.events[event].values():
            match kind:
                case Kind.REFERENCE:
                    values.append(references)
                case Kind.MONEY:
                    values.append({77, self.data.get("fee", 77)})
                case Kind.CURRENCY:
                    values.append({"USD", self.data.get("currency", "USD")})
                case Kind.ATTEMPT:
                    values.append([max(facts.attempt, 1)])
                case _:
                    values.append(PLAIN[kind] if isinstance(kind, Kind) else list(kind)[:1])
        return (dict(zip(MODEL.events[event], chosen, strict=True)) for chosen in product(*values))

    def successors(self, here: tuple[State, Facts]) -> tuple[tuple[State, Facts], ...]:
        if here not in self.next:
            state, facts = here
            outcomes = (
                event.decide(state, facts, by, data)
                for event in MACHINE.compiled_events.values()
                for by in (event.actors if state in event.transitions_from else ())
                for data in self.payloads(event.event, facts)
            )
            self.next[here] = tuple(dict.fromkeys(self.named(*outcome) for outcome in outcomes if outcome))
        return self.next[here]

    def takes_later(self, state: State, facts: Facts, event: Event, by: Actor) -> bool:
        decide = MACHINE.compiled_events[event].decide
        found = dict.fromkeys([self.named(state, facts)])
        waiting = list(found)
        while waiting:
            here = waiting.pop()
            if decide(*here, by, dict(self.data)) is not None:
                return True
            new = [there for there in self.successors(here) if there not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return False


def refused_inputs(case: Case) -> Iterator[tuple[Event, Actor, dict[str, Any]]]:
    """Every event by whoever may raise it that the case refuses, also for attempts that are still far off."""
    for event, by, _, data in all_inputs(MODEL, case.facts):
        later = [{**data, "attempt": case.facts.attempt + ahead} for ahead in (1, 2)] if "attempt" in data else []
        for given in (data, *later):
            possible = by in MODEL.actors[event] and not field_errors(MODEL.events[event], given)
            if possible and not case.may_trigger(event, given, by=by):
                yield event, by, given


@counts("configurations", 3, 60)
def test_a_refusal_says_of_itself_whether_it_is_final_and_that_is_so(
    small_cases: tuple[Case, ...], configurations: int
) -> None:
    searches: dict[tuple[Any, ...], Search] = {}
    seen = {True: 0, False: 0}
    for case in small_cases[:: len(small_cases) // configurations]:
        for event, by, data in refused_inputs(case):
            with pytest.raises(Refused) as refused:
                case.copy().trigger(event, data, by=by)
            read = {
                field for row in MODEL.table if row.event is event for guard in row.guards for field in guard.payload_fields
            }
            compared = {name: value for name, value in data.items() if name in read}
            search = searches.setdefault(tuple(compared.items()), Search(compared))
            search.data = {**data, **compared}
            final = not search.takes_later(case.state, case.facts, event, by)
            assert refused.value.is_final is final, f"{event} by {by} with {data} in {case.state} with {case.facts}"
            seen[final] += 1
    assert min(seen.values()) > 50


# ---------------------------------------------------------------------------------------------------------------- examples


def refusal_of(case: Case, event: Event, data: Mapping[str, Any] | None = None, by: Actor | None = None) -> Refused:
    with pytest.raises(Refused) as refused:
        case.trigger(event, data, by=by)
    return refused.value


def test_an_answer_that_overtook_the_start_of_its_attempt_is_early_and_one_to_a_past_attempt_is_final() -> None:
    case = at_choice()
    assert not refusal_of(case, Event.PASS_VERIFICATION, {"attempt": 1}).is_final
    assert not refusal_of(case, Event.PASS_VERIFICATION, {"attempt": 30}).is_final, "attempts may be given back"
    case.start_face_verification(consent="consent-1")
    case.fail_verification(attempt=1)
    assert refusal_of(case, Event.PASS_VERIFICATION, {"attempt": 1}).is_final


def test_without_an_attempt_left_no_answer_is_awaited() -> None:
    case = at_choice(limits=Limits(0, 1))
    case.start_other_verification(method="sms_code")  # type: ignore[arg-type]  # its name will do
    assert not refusal_of(case, Event.FAIL_VERIFICATION, {"attempt": 2}).is_final, "this one may be given back"
    case.fail_verification(attempt=1)
    assert refusal_of(case, Event.FAIL_VERIFICATION, {"attempt": 2}).is_final


def test_a_wrong_account_is_final_and_a_step_too_soon_is_early() -> None:
    case = opened()
    assert refusal_of(case, Event.SIGN_IN, {"account": "another", "channel": "app"}).is_final
    assert not refusal_of(case, Event.OPEN_ORDERS).is_final
    assert refusal_of(case, Event.OPEN_ORDERS, by=Actor.LENDER).is_final, "only the customer opens them"
    assert refusal_of(case, Event.REPORT_PROBLEM, {"problem": "p"}).is_final, "of several actors nobody is named"
    case.abandon()
    assert refusal_of(case, Event.OPEN_ORDERS).is_final


def test_what_is_outside_the_goal_is_final() -> None:
    assert refusal_of(at_options(Goal.FACE_VERIFICATION), Event.CHOOSE_CANCELLATION).is_final
    assert refusal_of(at_options(Goal.PLAN), Event.REQUEST_FACE_VERIFICATION_REMOVAL).is_final


def test_a_rejected_quote_with_its_reference_is_early_as_another_may_be_rejected_after_it() -> None:
    case = at_decision()
    answer = {"quote": "quote-1"}
    assert not refusal_of(case, Event.COMPLETE_CANCELLATION, answer, Actor.LENDER).is_final
    case.skip_face_verification(reason="low risk")
    case.reject_cancellation(quote="quote-1", reason="in arrears", by=Actor.LENDER)
    case.contact_support(channel="hotline")  # type: ignore[arg-type]  # its name will do
    case.waive_verification(agent="a", ticket="t")
    again = {"quote": "quote-1", "fee": 0, "currency": "CNY"}
    assert not refusal_of(case, Event.QUOTE_CONSEQUENCES, again).is_final


def test_an_error_of_form_is_final() -> None:
    for wrong in ({"account": 7, "channel": "app"}, {}):
        with pytest.raises(Exception, match="Field account") as refused:
            opened().trigger(Event.SIGN_IN, wrong)
        assert refused.value.is_final is True  # type: ignore[attr-defined]  # of an InvalidPayload


def test_whether_it_is_final_travels_with_a_refusal() -> None:
    for refused, final in (
        (refusal_of(at_choice(), Event.PASS_VERIFICATION, {"attempt": 1}), False),
        (refusal_of(opened(), Event.SIGN_IN, {"account": "another", "channel": "app"}), True),
    ):
        for twin in (pickle.loads(pickle.dumps(refused)), copy.copy(refused), type(refused)(*refused.args)):  # noqa: S301  # ours
            assert twin.is_final is final
