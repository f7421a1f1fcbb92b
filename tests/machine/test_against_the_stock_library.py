"""The compiled machine beside the stock classes of `transitions`: the same answers, and tools can still read it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
import transitions

from process import (
    MACHINE,
    MODEL,
    Actor,
    Case,
    Channel,
    Event,
    Facts,
    Goal,
    Identity,
    InvalidPayload,
    QuoteStatus,
    Settlement,
    State,
)
from process.exploration.explorer import Exploration
from process.exploration.inputs import ACCOUNT, ORDER, all_inputs
from process.machine import CompiledTransition, build, build_stock
from process.model import Row, remove_the_face_verification, take_the_answer, void_the_quote
from tests.support.thorough import counts


class Probe:
    """What the stock machine moves."""

    __slots__ = ("facts", "state")

    state: State
    facts: Facts


@pytest.fixture(scope="module")
def stock() -> transitions.Machine:
    logging.getLogger("transitions").setLevel(logging.WARNING)  # ten records an event, half a million events
    return build_stock(MODEL)


def stock_outcome(stock: transitions.Machine, probe: Probe, event: Event, by: Actor, data: dict[str, Any]) -> object:
    """Where the stock machine puts a probe: (state, facts), False, or "MachineError"."""
    before = probe.state, probe.facts
    try:
        moved = stock.events[event.value].trigger(probe, by=by, **data)
    except transitions.MachineError:
        assert (probe.state, probe.facts) == before
        return "MachineError"
    if not moved:
        assert (probe.state, probe.facts) == before
    return (probe.state, probe.facts) if moved else False


@counts("every", 15, 1)
def test_every_event_in_every_configuration_comes_out_as_with_the_stock_classes(
    stock: transitions.Machine, exploration: Exploration, every: int
) -> None:
    probe, moves = Probe(), 0
    for state, facts in exploration.configurations[::every]:
        for event, by, label, data in all_inputs(MODEL, facts):
            probe.state, probe.facts = state, facts
            expected = stock_outcome(stock, probe, event, by, data)
            compiled = MACHINE.compiled_events[event]
            move = compiled.decide(state, facts, by, data)
            found = move or (False if state in compiled.decisions else "MachineError")
            assert found == expected, f"{event} by {by} in {state}, {label}, {facts}"
            moves += move is not None
    assert moves == sum(edge.source % every == 0 for edge in exploration.edges)


@counts("every", 15, 1)
def test_the_call_of_the_library_moves_a_real_case_as_the_stock_classes_do(
    stock: transitions.Machine, small_cases: tuple[Case, ...], every: int
) -> None:
    probe = Probe()
    for case in small_cases[::every]:
        before = case.to_dict()
        spare = case.copy()
        for event, by, label, data in all_inputs(MODEL, case.facts):
            probe.state, probe.facts = case.state, case.facts
            expected = stock_outcome(stock, probe, event, by, data)
            try:
                moved = MACHINE.events[event.value].trigger(spare, by=by, **data)
            except transitions.MachineError:
                assert expected == "MachineError", f"{event} by {by} in {case.state}, {label}"
                continue
            assert ((spare.state, spare.facts) if moved else False) == expected, f"{event} by {by} in {case.state}, {label}"
            if moved:
                assert spare.history[-1][:5] == (event, by, data, case.state, spare.state)
                assert spare.version == case.version + 1
                spare = case.copy()
        assert spare.to_dict() == before


def test_the_call_of_the_library_takes_names_leaves_out_a_lone_actor_and_checks_the_payload() -> None:
    case = Case(goal=Goal.PLAN, account="account-1", order="order-1")
    assert MACHINE.events["sign_in"].trigger(case, account="another", channel="app") is False
    assert case.version == 0
    assert MACHINE.events["sign_in"].trigger(case, account="account-1", channel="app") is True
    assert case.state is State.SIGNED_IN
    assert case.history[-1].data == {"account": "account-1", "channel": Channel.APP}
    assert MACHINE.events["open_orders"].trigger(case, by=Actor.LENDER) is False
    with pytest.raises(InvalidPayload, match="Unknown field 'order'"):
        MACHINE.events["open_orders"].trigger(case, order="order-1")
    with pytest.raises(transitions.MachineError, match="refuse from state SIGNED_IN"):
        MACHINE.events["refuse"].trigger(case, by=Actor.SUPPORT, reason="none")
    assert case.version == 1


def shape(found: list[transitions.Transition]) -> list[tuple[str, str | None]]:
    return [(transition.source, transition.dest) for transition in found]


def test_a_tool_that_reads_the_machine_sees_what_the_stock_machine_shows(stock: transitions.Machine) -> None:
    assert list(MACHINE.states) == list(stock.states) == [state.name for state in State]
    assert [state.final for state in MACHINE.states.values()] == [state.final for state in stock.states.values()]
    assert MACHINE.initial == stock.initial
    assert MACHINE.models == []
    in_the_table = list(dict.fromkeys(row.event.value for row in MODEL.table))
    assert list(MACHINE.events) == list(stock.events) == in_the_table
    assert set(in_the_table) == {event.value for event in Event}
    for event in MACHINE.events:
        assert shape(MACHINE.get_transitions(event)) == shape(stock.get_transitions(event))
        assert MACHINE.get_transitions(event)
    for state in State:
        assert sorted(MACHINE.get_triggers(state)) == sorted(stock.get_triggers(state))
        assert shape(MACHINE.get_transitions(source=state)) == shape(stock.get_transitions(source=state))
        assert shape(MACHINE.get_transitions(dest=state)) == shape(stock.get_transitions(dest=state))
        assert MACHINE.get_state(state).value is state
    assert len(MACHINE.get_transitions()) == len(MODEL.transitions)


def test_every_transition_of_the_machine_keeps_the_row_that_it_was_made_from() -> None:
    declared = [
        transition.declaration for transition in MACHINE.get_transitions() if isinstance(transition, CompiledTransition)
    ]
    assert sorted(declared, key=MODEL.transitions.index) == list(MODEL.transitions)


def test_reading_the_transitions_of_an_event_adds_no_source() -> None:
    machine = build(MODEL)
    event = machine.events["open_orders"]
    before = {name: list(found) for name, found in event.transitions.items()}
    with pytest.raises(KeyError):
        event.transitions["REFUSED"]
    assert event.transitions == before
    assert machine.get_triggers(State.REFUSED) == []
    case = Case(goal=Goal.PLAN, account="account-1", order="order-1")
    with pytest.raises(transitions.MachineError):
        event.trigger(case, by=Actor.CUSTOMER)


def test_an_event_writes_no_log_record_whatever_comes_of_it(caplog: pytest.LogCaptureFixture) -> None:
    case = Case(goal=Goal.PLAN, account="account-1", order="order-1")
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="transitions"):
        MACHINE.events["sign_in"].trigger(case, by=Actor.CUSTOMER, account="another", channel="app")
        MACHINE.events["sign_in"].trigger(case, by=Actor.CUSTOMER, account="account-1", channel="app")
        case.open_orders()
        case.may_trigger(Event.REFUSE, by=Actor.SUPPORT)
        with pytest.raises(transitions.MachineError):
            MACHINE.events["refuse"].trigger(case, by=Actor.SUPPORT)
    assert caplog.records == []


def test_the_stock_classes_are_the_unmodified_ones(stock: transitions.Machine) -> None:
    assert type(stock) is transitions.Machine
    assert {type(event) for event in stock.events.values()} == {transitions.Event}
    assert {type(transition) for transition in stock.get_transitions()} == {transitions.Transition}
    assert {type(state) for state in stock.states.values()} == {transitions.State}


def test_a_compiled_machine_takes_no_transition_of_another_make() -> None:
    machine = build(MODEL)
    with pytest.raises(TypeError, match="takes a CompiledTransition, not Transition"):
        machine.events["sign_in"].add_transition(transitions.Transition("SIGNED_OUT", "SIGNED_IN"))


def test_a_row_with_effects_of_both_sorts_comes_out_as_with_the_stock_classes() -> None:
    def with_more_effects(row: Row) -> Row:
        effects = (void_the_quote, *row.effects, remove_the_face_verification, take_the_answer)
        return replace(row, effects=tuple(dict.fromkeys(effects)))  # none of them twice

    model = replace(MODEL, table=tuple(with_more_effects(row) for row in MODEL.table))
    stock, machine, probe = build_stock(model), build(model), Probe()
    opened = Facts(Goal.BOTH, ACCOUNT, ORDER, 3, 3, Identity.SIGNED_IN)
    quoted = opened._replace(
        quote="quote-1", fee=5, currency="CNY", quote_status=QuoteStatus.OPEN, settled=Settlement.WAIVED
    )
    moves = 0
    for state in State:
        for status in QuoteStatus:
            facts = quoted._replace(quote_status=status, face_attempts=1, other_attempts=1, attempt=2)
            for event, by, _, data in all_inputs(model, facts):
                probe.state, probe.facts = state, facts
                expected = stock_outcome(stock, probe, event, by, data)
                move = machine.compiled_events[event].decide(state, facts, by, data)
                assert move == (expected if isinstance(expected, tuple) else None)
                moves += move is not None
    assert moves > 100
