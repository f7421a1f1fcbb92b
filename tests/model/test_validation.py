"""What a model must not say is refused when its machine is built, with the row or entry named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import pytest

from process import MODEL, Actor, Event, ModelError, RequestKind, State
from process import model as m
from process.machine import build, build_stock
from process.model import ELSE, Model, Responsibility, Term, Words, row
from process.model.validation import contradictions, validate
from tests.support.broken_models import with_first_row, with_rows, with_state, without_event

SIGN_IN = MODEL.table[0]


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"), payload_fields=("ticket",))
def reads_a_ticket(facts: m.Facts, data: m.Payload) -> bool:
    return data["ticket"] == facts.order


@m.effect("改变", "a change", payload_fields=("fee",))
def keeps_the_fee(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"fee": data["fee"]}


@m.constant_effect("改变", "a change")
def changes_the_weather() -> dict[str, object]:
    return {"weather": "fine"}


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"), message_fields=("weather",))
def tells_the_weather(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.guard("some_code", ("条件", "a condition"), ("原因 {order}", "a reason"))
def names_what_it_does_not_tell(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.guard("some_code", ("", "a condition"), ("原因", "a reason"))
def has_no_chinese_condition(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.guard("some_code", ("条件", "a condition"), ("原因", " "))
def has_no_english_reason(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.constant_effect("", "a change")
def has_no_chinese_words() -> dict[str, object]:
    return {}


@m.effect("改变", "a change")
def foretells_the_weather(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"weather": "fine"}


@m.effect("改变", "a change")
def reads_what_it_does_not_say(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"quote": data["channel"]}


@m.effect("改变", "a change", payload_fields=("account",))
def keeps_text_as_the_fee(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"fee": data["account"]}


@m.constant_effect("改变", "a change")
def writes_a_status_as_text() -> dict[str, object]:
    return {"quote_status": "open"}


@m.constant_effect("改变", "a change")
def counts_with_a_yes() -> dict[str, object]:
    return {"attempt": True}


@m.effect("改变", "a change")
def tells_nothing(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return None  # type: ignore[return-value]  # the return was forgotten


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
def answers_nothing(facts: m.Facts, data: m.Payload) -> bool:
    return None  # type: ignore[return-value]  # the return was forgotten


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
def misspells_a_fact(facts: m.Facts, data: m.Payload) -> bool:
    return facts.settled is not None and bool(facts.qoute)  # type: ignore[attr-defined]


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
def reads_a_fact_by_its_place(facts: m.Facts, data: m.Payload) -> bool:
    return facts[1] == facts.account


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
def looks_at_other_facts(facts: m.Facts, data: m.Payload) -> bool:
    return facts._replace(quote=None).quote is None


@lru_cache
def remembered(facts: m.Facts) -> bool:
    return facts.face_removed


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
def remembers_the_facts(facts: m.Facts, data: m.Payload) -> bool:
    return remembered(facts)


@m.effect("改变", "a change")
def keeps_a_fact_by_its_place(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"quote": facts[2]}


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))  # type: ignore[arg-type]  # its parameters are missing
def asks_too_much() -> bool:
    return True


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason {"))
def opens_a_brace(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.guard("wrong_account", ("条件", "a condition"), ("另一个原因", "another reason"))
def takes_anothers_code(facts: m.Facts, data: m.Payload) -> bool:
    return True


@m.guard("wrong_state", ("条件", "a condition"), ("原因", "a reason"))
def takes_the_packages_code(facts: m.Facts, data: m.Payload) -> bool:
    return True


def asked_of(state: State, turn: Responsibility) -> Model:
    return with_state(state, responsibilities=(turn,))


FIRST = "row 1 (sign_in from signed_out to signed_in)"
LAST = f"row {len(MODEL.table) + 1}"

CONTRADICTIONS: dict[str, tuple[Callable[[], Model], str, str]] = {
    # what is wrong: (the model, how the place is named, how the fault is named)
    "an unknown source": (
        lambda: with_first_row(sources=("nowhere",)),
        "row 1 (sign_in from nowhere to",
        "unknown state 'nowhere'",
    ),
    "an unknown target": (
        lambda: with_first_row(target="nowhere"),
        "row 1 (sign_in from signed_out to nowhere)",
        "'nowhere'",
    ),
    "a source that is no name": (lambda: with_first_row(sources=(None,)), "row 1", "unknown state None"),
    "an unknown event": (lambda: with_first_row(event="sing_in"), "row 1 (sing_in from", "unknown event 'sing_in'"),
    "an unknown actor": (lambda: with_first_row(by=("customers",)), FIRST, "unknown actor 'customers'"),
    "an unknown guard": (lambda: with_first_row(guards=("account_is_mine",)), FIRST, "unknown guard 'account_is_mine'"),
    "an unknown effect": (lambda: with_first_row(effects=("forget",)), FIRST, "unknown effect 'forget'"),
    "an effect on what is no fact": (lambda: with_first_row(effects=(changes_the_weather,)), FIRST, "changes 'weather'"),
    "a state that is no name": (
        lambda: replace(MODEL, states={**MODEL.states, "nowhere": MODEL.states[State.EXPIRED]}),  # type: ignore[dict-item]
        "STATES",
        "unknown state 'nowhere'",
    ),
    "words missing in what holds in a state": (
        lambda: with_state(State.ORDER_LIST, invariants=(has_no_chinese_condition,)),
        "state order_list: has_no_chinese_condition",
        "the words are missing in zh",
    ),
    "a field of a type that nobody knows": (
        lambda: replace(MODEL, events={**MODEL.events, Event.ABANDON: {"why": "text"}}),  # type: ignore[dict-item]
        "event abandon",
        "field 'why' can't be carried as 'text'",
    ),
    "a field by a name that trigger needs": (
        lambda: replace(MODEL, events={**MODEL.events, Event.ABANDON: {"by": m.Kind.TEXT}}),
        "event abandon",
        "field 'by'",
    ),
    "the same row again as an else": (
        lambda: with_rows(replace(SIGN_IN, guards=(ELSE, *SIGN_IN.guards))),
        f"{LAST} (sign_in",
        f"signed_out has the same row already, {FIRST}",
    ),
    "no source": (lambda: with_first_row(sources=()), "row 1 (sign_in from ", "starts nowhere"),
    "no actor": (lambda: with_first_row(by=()), FIRST, "no actor may raise it"),
    "an event that no row has": (
        lambda: without_event(Event.GUIDE_BACK),
        "event guide_back",
        "no row says which actor may raise it",
    ),
    "the same row twice": (lambda: with_rows(SIGN_IN), f"{LAST} (sign_in", f"signed_out has the same row already, {FIRST}"),
    "the same source twice in a row": (
        lambda: with_first_row(sources=(State.SIGNED_OUT,) * 2),
        "row 1",
        "the same row already",
    ),
    "the same guards in another order": (
        lambda: with_rows(
            row(
                State.CONSEQUENCES,
                Event.DECLINE_CANCELLATION,
                Actor.SUPPORT,
                State.PLAN_KEPT,
                [m.face_verification_is_removed, m.a_quote_is_open],
            )
        ),
        f"{LAST} (decline_cancellation",
        "consequences has the same row already",
    ),
    "an else that is not last": (
        lambda: with_rows(
            row(State.IN_SUPPORT, Event.REFUSE, Actor.SUPPORT, State.REFUSED, [m.goal_is_both, m.nothing_is_unanswered])
        ),
        "(refuse from in_support to refused)",
        "ELSE is not the last row of refuse in in_support",
    ),
    "an else with nothing above it": (
        lambda: with_first_row(guards=(ELSE, m.account_is_the_buyers)),
        FIRST,
        "ELSE, but no row stands above it",
    ),
    "an else that does not come first": (
        lambda: with_first_row(guards=(m.account_is_the_buyers, ELSE)),
        FIRST,
        "ELSE must stand first among the guards",
    ),
    "a row below one that takes all": (
        lambda: with_rows(row(State.SIGNED_IN, Event.OPEN_ORDERS, Actor.CUSTOMER, State.ORDER_DETAILS, [m.goal_is_both])),
        f"{LAST} (open_orders from signed_in to order_details)",
        "never reached",
    ),
    "a transition out of an end": (
        lambda: with_rows(row(State.REFUSED, Event.OPEN_ORDERS, Actor.CUSTOMER, State.ORDER_LIST)),
        f"{LAST} (open_orders from refused to order_list)",
        "leaves the end refused",
    ),
    "a guard that reads what the event does not carry": (
        lambda: with_first_row(guards=(reads_a_ticket,)),
        FIRST,
        "reads_a_ticket reads 'ticket', which sign_in does not carry",
    ),
    "an effect that reads what the event does not carry": (
        lambda: with_first_row(effects=(keeps_the_fee,)),
        FIRST,
        "keeps_the_fee reads 'fee', which sign_in does not carry",
    ),
    "a reason that tells what nobody knows": (
        lambda: with_first_row(guards=(tells_the_weather,)),
        FIRST,
        "has the message field 'weather', which is neither a fact nor",
    ),
    "a reason with a name that it does not tell": (
        lambda: with_first_row(guards=(names_what_it_does_not_tell,)),
        FIRST,
        "its reason names 'order', which is not among its message_fields",
    ),
    "a condition without Chinese": (
        lambda: with_first_row(guards=(has_no_chinese_condition,)),
        FIRST,
        "has_no_chinese_condition: the words are missing in zh",
    ),
    "a reason without English": (
        lambda: with_first_row(guards=(has_no_english_reason,)),
        FIRST,
        "has_no_english_reason: the words are missing in en",
    ),
    "an effect without Chinese": (
        lambda: with_first_row(effects=(has_no_chinese_words,)),
        FIRST,
        "has_no_chinese_words: the words are missing in zh",
    ),
    "a state nobody owns": (lambda: with_state(State.SIGNED_IN, responsibilities=()), "state signed_in", "has no owner"),
    "a state owned under a condition": (
        lambda: with_state(State.CONSEQUENCES, responsibilities=MODEL.states[State.CONSEQUENCES].responsibilities[:1]),
        "state consequences",
        "has no owner, or only under a condition",
    ),
    "a state owned by a stranger": (
        lambda: with_state(State.SIGNED_IN, responsibilities=(Responsibility("nobody", RequestKind.OPEN_ORDERS),)),  # type: ignore[arg-type]
        "state signed_in",
        "unknown owner 'nobody'",
    ),
    "a request that tells what nobody knows": (
        lambda: with_state(
            State.SUPPORT_NEEDED,
            responsibilities=(Responsibility(Actor.CUSTOMER, RequestKind.CONTACT_SUPPORT, ("problem",)),),
        ),
        "state support_needed",
        "carries 'problem', which is no fact and not carried by every event that leads there",
    ),
    "a state without deadline": (lambda: with_state(State.SIGNED_IN, deadline=None), "state signed_in", "has no deadline"),
    "a deadline of nothing": (
        lambda: with_state(State.ORDER_LIST, deadline=timedelta(0)),
        "state order_list",
        "no deadline",
    ),
    "a state in no step": (lambda: with_state(State.ORDER_LIST, phase=None), "state order_list", "belongs to no phase"),
    "an end with a deadline": (
        lambda: with_state(State.REFUSED, deadline=timedelta(1)),
        "state refused",
        "an end has no phase, no owner and no",
    ),
    "a state left out": (
        lambda: replace(MODEL, states={s: info for s, info in MODEL.states.items() if s is not State.ABANDONED}),
        "state abandoned",
        "STATES has no entry for it",
    ),
    "an event left out": (
        lambda: replace(MODEL, events={e: fields for e, fields in MODEL.events.items() if e is not Event.ABANDON}),
        "event abandon",
        "EVENTS has no entry for it",
    ),
    "an effect that tells what is no fact": (
        lambda: with_first_row(effects=(foretells_the_weather,)),
        FIRST,
        "foretells_the_weather changes 'weather', which is no fact; facts are goal, account",
    ),
    "an effect that reads what it does not say": (
        lambda: with_first_row(effects=(reads_what_it_does_not_say,)),
        FIRST,
        "reads 'channel', but declares nothing in payload_fields",
    ),
    "an effect that keeps text as a number": (
        lambda: with_first_row(effects=(keeps_text_as_the_fee,)),
        FIRST,
        "keeps_text_as_the_fee changes fee to 'reference', which must be int or None",
    ),
    "an effect that keeps text as a member": (
        lambda: with_first_row(effects=(writes_a_status_as_text,)),
        FIRST,
        "changes quote_status to 'open', which must be QuoteStatus or None",
    ),
    "an effect that counts with a yes": (
        lambda: with_first_row(effects=(counts_with_a_yes,)),
        FIRST,
        "changes attempt to True, which must be int",
    ),
    "an effect without its return": (
        lambda: with_first_row(effects=(tells_nothing,)),
        FIRST,
        "tells_nothing must return new values by fact, as in {'quote': None}, not None",
    ),
    "a guard without its return": (
        lambda: with_first_row(guards=(answers_nothing,)),
        FIRST,
        "answers_nothing must return True or False, not None",
    ),
    "a guard that misspells a fact, though not for every case": (
        lambda: with_first_row(guards=(misspells_a_fact,)),
        FIRST,
        "misspells_a_fact can't be evaluated: AttributeError: 'Facts' object has no attribute 'qoute'",
    ),
    "a guard that reads the facts as a tuple": (
        lambda: with_first_row(guards=(reads_a_fact_by_its_place,)),
        FIRST,
        "reads_a_fact_by_its_place must read the facts by name, as in facts.quote: TypeError",
    ),
    "a guard that copies the facts": (
        lambda: with_first_row(guards=(looks_at_other_facts,)),
        FIRST,
        "looks_at_other_facts must read the facts by name, as in facts.quote: AttributeError",
    ),
    "a guard that remembers its answers by the facts": (
        lambda: with_first_row(guards=(remembers_the_facts,)),
        FIRST,
        "remembers_the_facts must read the facts by name, as in facts.quote: TypeError: unhashable",
    ),
    "an effect that reads the facts as a tuple": (
        lambda: with_first_row(effects=(keeps_a_fact_by_its_place,)),
        FIRST,
        "keeps_a_fact_by_its_place must read the facts by name, as in facts.quote: TypeError",
    ),
    "a guard of the wrong shape": (
        lambda: with_first_row(guards=(asks_too_much,)),
        FIRST,
        "asks_too_much can't be evaluated: TypeError: asks_too_much() takes 0 positional arguments but 2 were given",
    ),
    "a reason with a brace too many": (
        lambda: with_first_row(guards=(opens_a_brace,)),
        FIRST,
        "opens_a_brace: its reason 'a reason {' has a brace that opens or closes no name",
    ),
    "one code for two reasons": (
        lambda: with_rows(row(State.ORDER_LIST, Event.OPEN_ORDERS, Actor.CUSTOMER, State.ORDER_LIST, takes_anothers_code)),
        f"{LAST} (open_orders from order_list to order_list)",
        "takes_anothers_code has the code 'wrong_account' of account_is_the_buyers; it needs its own",
    ),
    "a code that the package uses": (
        lambda: with_first_row(guards=(takes_the_packages_code,)),
        FIRST,
        "takes_the_packages_code: 'wrong_state' can't be the code of its reason",
    ),
    "a code that is no name": (
        lambda: with_first_row(guards=(replace(m.account_is_the_buyers, code="wrong account"),)),
        FIRST,
        "'wrong account' can't be the code of its reason",
    ),
    "a row that an easier one above it hides": (
        lambda: with_rows(
            row(
                State.SIGNED_OUT,
                Event.SIGN_IN,
                Actor.CUSTOMER,
                State.ORDER_LIST,
                [m.goal_is_both, m.account_is_the_buyers],
            )
        ),
        f"{LAST} (sign_in from signed_out to order_list)",
        f"never reached in signed_out, {FIRST} has fewer guards and comes first",
    ),
    "an else that an easier row above it hides": (
        lambda: with_rows(replace(SIGN_IN, guards=(ELSE, m.account_is_the_buyers, m.goal_is_both))),
        f"{LAST} (sign_in",
        f"never reached in signed_out, {FIRST} has fewer guards and comes first",
    ),
    "an actor twice in a row": (lambda: with_first_row(by=(Actor.CUSTOMER,) * 2), FIRST, "customer stands twice in it"),
    "a guard twice in a row": (
        lambda: with_first_row(guards=(m.account_is_the_buyers,) * 2),
        FIRST,
        "account_is_the_buyers stands twice in it",
    ),
    "an effect twice in a row": (
        lambda: with_first_row(effects=(m.void_the_quote,) * 2),
        FIRST,
        "void_the_quote stands twice in it",
    ),
    "a request that is none": (
        lambda: asked_of(State.SIGNED_IN, Responsibility(Actor.CUSTOMER, "open_orders")),  # type: ignore[arg-type]
        "state signed_in",
        "unknown request 'open_orders'; it must be one of RequestKind.SIGN_IN, RequestKind.OPEN_ORDERS",
    ),
    "an end of a kind that nobody knows": (
        lambda: with_state(State.REFUSED, end="sad"),
        "state refused",
        "unknown kind of end 'sad'; it must be one of EndKind.GOOD, EndKind.NEUTRAL, EndKind.BAD",
    ),
    "a turn that never comes": (
        lambda: with_state(
            State.CONSEQUENCES, responsibilities=(MODEL.states[State.CONSEQUENCES].responsibilities[1],) * 2
        ),
        "state consequences",
        "responsibility 2 never applies, as responsibility 1 has no condition",
    ),
    "a turn under a condition that is none": (
        lambda: with_state(
            State.CONSEQUENCES,
            responsibilities=(
                Responsibility(Actor.CUSTOMER, RequestKind.SIGN_IN, when="quoted"),
                *MODEL.states[State.CONSEQUENCES].responsibilities[1:],
            ),  # type: ignore[arg-type]
        ),
        "state consequences",
        "'quoted' is no guard",
    ),
    "what should hold in a state, of a payload": (
        lambda: with_state(State.ORDER_LIST, invariants=(m.account_is_the_buyers,)),
        "state order_list",
        "account_is_the_buyers reads 'account', which a state does not carry",
    ),
    "what should hold in a state and is no guard": (
        lambda: with_state(State.ORDER_LIST, invariants=(m.void_the_quote,)),
        "state order_list",
        "is no guard, and so nothing that can hold there",
    ),
    "a deadline that is a number": (
        lambda: with_state(State.ORDER_LIST, deadline=3600),
        "state order_list",
        "3600 is no deadline; it must be a timedelta of more than 0",
    ),
    "a step that is none": (
        lambda: with_state(State.ORDER_LIST, phase="orders"),
        "state order_list",
        "belongs to no phase; 'orders' is none of Phase.SIGN_IN, Phase.ORDERS",
    ),
    "an event that is no name": (
        lambda: replace(MODEL, events={**MODEL.events, "sign_out": {}}),  # type: ignore[dict-item]
        "EVENTS",
        "unknown event 'sign_out'",
    ),
    "a field that can't be a parameter": (
        lambda: replace(MODEL, events={**MODEL.events, Event.ABANDON: {"class": m.Kind.TEXT}}),
        "event abandon",
        "field 'class' can't be the name of a parameter",
    ),
    "limits that are none": (
        lambda: replace(MODEL, limits=(3, 3)),  # type: ignore[arg-type]
        "the limits",
        "must be Limits(face=…, other=…), not (3, 3)",
    ),
    "a beginning that is an end": (lambda: replace(MODEL, initial=State.EXPIRED), "expired", "must be an open state"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_refused_with_its_place_named(name: str) -> None:
    make, place, fault = CONTRADICTIONS[name]
    for builder in (validate, build, build_stock):
        with pytest.raises(ModelError) as refused:
            builder(make())
        assert place in str(refused.value)
        assert fault in str(refused.value)


@pytest.mark.parametrize("lang", Words._fields)
@pytest.mark.parametrize("term", [State.SIGNED_IN, Event.GUIDE_BACK, Actor.CLOCK, m.Option.CANCEL, m.Kind.MONEY])
def test_a_name_without_words_in_one_language_is_refused(term: Term, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term, "words", term.words._replace(**{lang: " "}))
    with pytest.raises(ModelError, match=f"{type(term).__name__}.{term.name}: the words are missing in {lang}$"):
        build(MODEL)


def test_two_names_that_are_written_the_same_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python makes of ``SIGN_OUT = "sign_in", …``: another name for the member that is there."""
    monkeypatch.setitem(Event._member_map_, "SIGN_OUT", Event.SIGN_IN)
    with pytest.raises(ModelError, match=r"^Event.SIGN_OUT: 'sign_in' is already the value of Event.SIGN_IN"):
        build(MODEL)


@pytest.mark.parametrize("lang", Words._fields)
def test_two_names_with_the_same_words_are_refused(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    word = getattr(State.SIGNED_OUT.words, lang)
    monkeypatch.setattr(State.SIGNED_IN, "words", State.SIGNED_IN.words._replace(**{lang: word}))
    with pytest.raises(ModelError, match=f"State.SIGNED_IN: State.SIGNED_OUT has the same words, '{word}'$"):
        build(MODEL)


def test_an_event_that_can_not_be_a_method_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Event.SIGN_IN, "_value_", "sign in")
    assert "event sign_in: 'sign in' can't be the name of a method" in contradictions(MODEL)


def test_one_guard_or_effect_of_a_row_may_stand_without_brackets() -> None:
    bare = row(State.SIGNED_OUT, Event.SIGN_IN, Actor.CUSTOMER, State.SIGNED_IN, m.account_is_the_buyers, m.void_the_quote)
    assert (bare.guards, bare.effects) == ((m.account_is_the_buyers,), (m.void_the_quote,))


def test_a_guard_that_fails_only_on_facts_that_other_guards_rule_out_is_no_contradiction() -> None:
    @m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"))
    def the_fee_is_high(facts: m.Facts, data: m.Payload) -> bool:
        assert facts.fee is not None
        return facts.fee > 100

    validate(
        with_rows(
            row(State.CONSEQUENCES, Event.GUIDE_BACK, Actor.SUPPORT, State.ORDER_LIST, [m.a_quote_is_open, the_fee_is_high])
        )
    )


def test_the_model_has_no_contradiction() -> None:
    assert list(contradictions(MODEL)) == []
