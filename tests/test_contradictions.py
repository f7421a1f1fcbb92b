"""What a model must not say is refused when its machine is built, with the row or entry named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from process import MODEL, Actor, Event, ModelError, RequestKind, State
from process import model as m
from process.contradictions import check, contradictions
from process.machine import build, build_stock
from process.model import ELSE, Model, Row, Term, Turn, Words, row

SIGN_IN = MODEL.table[0]


def with_row(**changes: object) -> Model:
    """The model, whose first row is changed."""
    return replace(MODEL, table=(replace(SIGN_IN, **changes), *MODEL.table[1:]))  # type: ignore[arg-type]  # also wrong ones


def with_more(*rows: Row) -> Model:
    return replace(MODEL, table=(*MODEL.table, *rows))


def with_state(state: State, **changes: object) -> Model:
    info = replace(MODEL.states[state], **changes)  # type: ignore[arg-type]  # also wrong ones
    return replace(MODEL, states={**MODEL.states, state: info})


def without(event: Event) -> Model:
    return replace(MODEL, table=tuple(row for row in MODEL.table if row.event is not event))


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"), reads=("ticket",))
def reads_a_ticket(facts: m.Facts, data: m.Payload) -> bool:
    return data["ticket"] == facts.order


@m.effect("改变", "a change", reads=("fee",))
def keeps_the_fee(facts: m.Facts, data: m.Payload) -> dict[str, object]:
    return {"fee": data["fee"]}


@m.fixed_effect("改变", "a change")
def changes_the_weather() -> dict[str, object]:
    return {"weather": "fine"}


@m.guard("some_code", ("条件", "a condition"), ("原因", "a reason"), tells=("weather",))
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


@m.fixed_effect("", "a change")
def has_no_chinese_words() -> dict[str, object]:
    return {}


FIRST = "row 1 (sign_in from signed_out to signed_in)"
LAST = f"row {len(MODEL.table) + 1}"

CONTRADICTIONS: dict[str, tuple[Callable[[], Model], str, str]] = {
    # what is wrong: (the model, how the place is named, how the fault is named)
    "an unknown source": (
        lambda: with_row(sources=("nowhere",)),
        "row 1 (sign_in from nowhere to",
        "unknown state 'nowhere'",
    ),
    "an unknown target": (lambda: with_row(target="nowhere"), "row 1 (sign_in from signed_out to nowhere)", "'nowhere'"),
    "a source that is no name": (lambda: with_row(sources=(None,)), "row 1", "unknown state None"),
    "an unknown event": (lambda: with_row(event="sing_in"), "row 1 (sing_in from", "unknown event 'sing_in'"),
    "an unknown actor": (lambda: with_row(by=("customers",)), FIRST, "unknown actor 'customers'"),
    "an unknown guard": (lambda: with_row(guards=("account_is_mine",)), FIRST, "unknown guard 'account_is_mine'"),
    "an unknown effect": (lambda: with_row(effects=("forget",)), FIRST, "unknown effect 'forget'"),
    "an effect on what is no fact": (lambda: with_row(effects=(changes_the_weather,)), FIRST, "changes 'weather'"),
    "a state that is no name": (
        lambda: replace(MODEL, states={**MODEL.states, "nowhere": MODEL.states[State.EXPIRED]}),  # type: ignore[dict-item]
        "STATES",
        "unknown state 'nowhere'",
    ),
    "words missing in what holds in a state": (
        lambda: with_state(State.ORDER_LIST, holds=(has_no_chinese_condition,)),
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
        lambda: with_more(replace(SIGN_IN, guards=(ELSE, *SIGN_IN.guards))),
        f"{LAST} (sign_in",
        f"signed_out has the same row already, {FIRST}",
    ),
    "no source": (lambda: with_row(sources=()), "row 1 (sign_in from ", "starts nowhere"),
    "no actor": (lambda: with_row(by=()), FIRST, "no actor may raise it"),
    "an event that no row has": (
        lambda: without(Event.GUIDE_BACK),
        "event guide_back",
        "no row says which actor may raise it",
    ),
    "the same row twice": (lambda: with_more(SIGN_IN), f"{LAST} (sign_in", f"signed_out has the same row already, {FIRST}"),
    "the same source twice in a row": (lambda: with_row(sources=(State.SIGNED_OUT,) * 2), "row 1", "the same row already"),
    "the same guards in another order": (
        lambda: with_more(
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
        lambda: with_more(
            row(State.IN_SUPPORT, Event.REFUSE, Actor.SUPPORT, State.REFUSED, [m.goal_is_both, m.nothing_is_unanswered])
        ),
        "(refuse from in_support to refused)",
        "ELSE is not the last row of refuse in in_support",
    ),
    "an else with nothing above it": (
        lambda: with_row(guards=(ELSE, m.account_is_the_buyers)),
        FIRST,
        "ELSE, but no row stands above it",
    ),
    "an else that does not come first": (
        lambda: with_row(guards=(m.account_is_the_buyers, ELSE)),
        FIRST,
        "ELSE must stand first among the guards",
    ),
    "a row below one that takes all": (
        lambda: with_more(row(State.SIGNED_IN, Event.OPEN_ORDERS, Actor.CUSTOMER, State.ORDER_DETAILS, [m.goal_is_both])),
        f"{LAST} (open_orders from signed_in to order_details)",
        "never reached",
    ),
    "a transition out of an end": (
        lambda: with_more(row(State.REFUSED, Event.OPEN_ORDERS, Actor.CUSTOMER, State.ORDER_LIST)),
        f"{LAST} (open_orders from refused to order_list)",
        "leaves the end refused",
    ),
    "a guard that reads what the event does not carry": (
        lambda: with_row(guards=(reads_a_ticket,)),
        FIRST,
        "reads_a_ticket reads 'ticket', which sign_in does not carry",
    ),
    "an effect that reads what the event does not carry": (
        lambda: with_row(effects=(keeps_the_fee,)),
        FIRST,
        "keeps_the_fee reads 'fee', which sign_in does not carry",
    ),
    "a reason that tells what nobody knows": (
        lambda: with_row(guards=(tells_the_weather,)),
        FIRST,
        "tells 'weather', which is neither a fact nor a field",
    ),
    "a reason with a name that it does not tell": (
        lambda: with_row(guards=(names_what_it_does_not_tell,)),
        FIRST,
        "its reason names 'order', which it does not tell",
    ),
    "a condition without Chinese": (
        lambda: with_row(guards=(has_no_chinese_condition,)),
        FIRST,
        "has_no_chinese_condition: the words are missing in zh",
    ),
    "a reason without English": (
        lambda: with_row(guards=(has_no_english_reason,)),
        FIRST,
        "has_no_english_reason: the words are missing in en",
    ),
    "an effect without Chinese": (
        lambda: with_row(effects=(has_no_chinese_words,)),
        FIRST,
        "has_no_chinese_words: the words are missing in zh",
    ),
    "a state nobody owns": (lambda: with_state(State.SIGNED_IN, turns=()), "state signed_in", "nobody owns it"),
    "a state owned under a condition": (
        lambda: with_state(State.CONSEQUENCES, turns=MODEL.states[State.CONSEQUENCES].turns[:1]),
        "state consequences",
        "nobody owns it, or only under a condition",
    ),
    "a state owned by a stranger": (
        lambda: with_state(State.SIGNED_IN, turns=(Turn("nobody", RequestKind.OPEN_ORDERS),)),  # type: ignore[arg-type]
        "state signed_in",
        "unknown owner 'nobody'",
    ),
    "a request that tells what nobody knows": (
        lambda: with_state(State.SUPPORT_NEEDED, turns=(Turn(Actor.CUSTOMER, RequestKind.CONTACT_SUPPORT, ("problem",)),)),
        "state support_needed",
        "tells 'problem', no fact, and not carried by every event that leads there",
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
        "STATES does not say anything of it",
    ),
    "an event left out": (
        lambda: replace(MODEL, events={e: fields for e, fields in MODEL.events.items() if e is not Event.ABANDON}),
        "event abandon",
        "EVENTS does not say what it carries",
    ),
    "a beginning that is an end": (lambda: replace(MODEL, initial=State.EXPIRED), "expired", "must be an open state"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_refused_with_its_place_named(name: str) -> None:
    make, place, fault = CONTRADICTIONS[name]
    for builder in (check, build, build_stock):
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


def test_the_model_has_no_contradiction() -> None:
    assert list(contradictions(MODEL)) == []
