"""The search: its size is pinned, it is whole, and what it finds a real case does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from process.case import Case
from process.exploration.expansion import Configuration, canonical, try_named_actors
from process.exploration.explorer import Exploration, explore
from process.exploration.inputs import RIGHT, all_inputs, payload_for, payload_variants
from process.exploration.replay import replay_path
from process.machine import MACHINE, build
from process.model import MODEL, Actor, Channel, Event, Facts, Goal, Kind, Limits, OtherMethod, Row, State, row
from process.requirements.data_independence import numbers, references
from process.requirements.renamings import LONG_NAMES, OTHER_NAMES
from process.value_checks import MAX_INTEGER, field_errors

HERE = Facts(Goal.PLAN, "account-1", "order-1", 3, 3)


@pytest.fixture(scope="module")
def exploration() -> Exploration:
    """Every configuration, with every event raised by every actor."""
    return explore()


def test_the_size_of_the_model_is_what_it_was(exploration: Exploration) -> None:
    assert len(exploration.configurations) == 5_327
    assert len(exploration.edges) == 24_955
    assert max(exploration.depths) == 31
    assert exploration.tried == 1_159_799


@pytest.mark.parametrize(
    ("face", "other", "configurations", "edges"), [(0, 1, 813, 3_701), (1, 1, 1_451, 6_699), (1, 2, 2_089, 9_701)]
)
def test_the_size_under_other_limits_is_what_it_was(face: int, other: int, configurations: int, edges: int) -> None:
    found = explore(limits=Limits(face, other))
    assert (len(found.configurations), len(found.edges)) == (configurations, edges)


def test_every_state_is_reached_and_no_configuration_is_a_trap(exploration: Exploration) -> None:
    assert exploration.unreachable == ()
    assert exploration.traps == []


def test_asking_only_the_actors_that_a_row_names_finds_the_same(exploration: Exploration) -> None:
    quick = explore(expand=try_named_actors)
    assert quick.configurations == exploration.configurations
    assert sorted(quick.edges) == sorted(exploration.edges)
    assert quick.tried < exploration.tried / 10


def test_another_explorer_finds_as_many_configurations_and_reaches_the_same_ends() -> None:
    """Real cases, depth first, told apart by what they say of themselves: nothing of the explorer but its payloads."""
    seen: set[tuple[object, ...]] = set()
    waiting = [Case(goal=goal, account="account-1", order="order-1", limits=Limits(1, 1)) for goal in Goal]
    while waiting:
        case = waiting.pop()
        facts = case.facts
        counts = facts.face_attempts, facts.other_attempts
        known = (
            *(case.state, facts.goal, facts.identity, facts.quote_status, facts.rejected_quote is None),
            *(facts.settled, facts.face_removed, *counts),
        )
        if known in seen:
            continue
        seen.add(known)
        for event in case.allowed_events():
            for by in MODEL.actors[event]:
                for _variant, data in payload_variants(MODEL, event, facts, fresh=f"quote-{case.version}"):
                    if case.may_trigger(event, data, by=by):
                        there = case.copy()
                        there.trigger(event, data, by=by)
                        waiting.append(there)
    assert len(seen) == 1_451
    assert {state for state, *_ in seen if MODEL.states[State(str(state))].end} == set(MODEL.ends)


def test_every_shortest_trip_can_be_played_with_a_real_case_and_leads_where_it_says() -> None:
    found = explore(limits=Limits(1, 1))
    for place, (state, facts) in enumerate(found.configurations):
        path = found.path_to(place)
        case = Case(goal=facts.goal, account="account-1", order="order-1", limits=Limits(1, 1))
        replay_path(found, path, case)
        assert (case.state, canonical(case.facts)) == (state, facts)
        assert len(path) == found.depths[place]


def test_the_trip_to_the_cancelled_plan_by_face_is_the_plain_way(exploration: Exploration) -> None:
    path = exploration.path_through(
        lambda edge: (
            edge.event is Event.PASS_VERIFICATION
            and exploration.configurations[edge.source].state is State.FACE_VERIFICATION
        )
    )
    assert path is not None
    assert [edge.event.value for edge in path] == [
        "sign_in",
        "open_orders",
        "open_order",
        "find_option",
        "choose_cancellation",
        "quote_consequences",
        "confirm_cancellation",
        "require_verification",
        "start_face_verification",
        "pass_verification",
    ]


def test_nothing_leads_to_what_nobody_does(exploration: Exploration) -> None:
    assert exploration.path_through(lambda edge: edge.by is Actor.CLOCK and edge.event is Event.SIGN_IN) is None
    assert exploration.first(lambda found: found.facts.face_attempts > 3) is None


@pytest.mark.parametrize(
    ("event", "variants"),
    [
        (Event.SIGN_IN, [RIGHT, "account: another", "channel: website"]),
        (Event.OPEN_ORDER, [RIGHT, "order: another"]),
        (
            Event.QUOTE_CONSEQUENCES,
            [RIGHT, "quote: rejected", "quote: again", "fee: changed", "currency: changed"],
        ),
        (Event.CONFIRM_CANCELLATION, [RIGHT, "quote: rejected", "quote: stale"]),
        (Event.START_FACE_VERIFICATION, [RIGHT, "consent: none"]),
        (Event.PASS_VERIFICATION, [RIGHT, "attempt: stale", "attempt: unknown"]),
        (Event.ABANDON, [RIGHT]),
    ],
)
def test_each_event_is_raised_with_the_payloads_that_matter(event: Event, variants: list[str]) -> None:
    facts = HERE._replace(quote="quote-1", fee=7, currency="CNY", rejected_quote="quote-0", attempt=2, face_attempts=2)
    assert [variant for variant, _ in payload_variants(MODEL, event, facts)] == variants


def test_a_new_quote_has_a_new_reference_and_the_same_reference_is_tried_with_another_fee_and_currency() -> None:
    facts = HERE._replace(quote="quote-1", fee=7, currency="CNY")
    quotes = {
        variant: (data["quote"], data["fee"], data["currency"])
        for variant, data in payload_variants(MODEL, Event.QUOTE_CONSEQUENCES, facts)
    }
    assert quotes == {
        RIGHT: ("quote-2", 0, "CNY"),
        "quote: again": ("quote-1", 7, "CNY"),
        "fee: changed": ("quote-1", 8, "CNY"),
        "currency: changed": ("quote-1", 7, "JPY"),
    }


def test_a_stale_quote_is_tried_also_where_no_row_asks_for_the_quote() -> None:
    table = tuple(
        replace(one, guards=tuple(guard for guard in one.guards if "quote" not in guard.payload_fields))
        for one in MODEL.table
    )
    changed = replace(MODEL, table=table)
    assert [variant for variant, _ in payload_variants(changed, Event.CONFIRM_CANCELLATION, HERE)] == [
        RIGHT,
        "quote: stale",
    ]


@pytest.mark.parametrize("kind", Kind)
def test_a_field_of_any_name_and_kind_has_a_right_payload(kind: Kind) -> None:
    model = replace(MODEL, events={**MODEL.events, Event.REFUSE: {"note": kind}})
    data = payload_for(model, Event.REFUSE, RIGHT, HERE)
    assert field_errors(model.events[Event.REFUSE], data) == ()


@pytest.mark.parametrize("right", ["account-1", LONG_NAMES.account, "Ab"])
def test_what_is_nearly_right_is_another_reference_and_could_be_one(right: str) -> None:
    near = list(references(right, HERE))
    assert len(near) == len(set(near)) > 20
    assert right not in near
    assert all(field_errors({"account": Kind.REFERENCE}, {"account": one}) == () for one in near)
    assert {right.swapcase(), f"{right}x", right[:-1]} <= set(near)


@pytest.mark.parametrize("right", [1, 4, 1_006])
def test_numbers_near_an_attempt_are_all_older_ones_or_the_ends_of_them_and_the_next(right: int) -> None:
    near = set(numbers(right, HERE))
    assert right not in near
    assert {0, right - 1, right + 1, right + 2, MAX_INTEGER} <= near
    assert set(range(min(right, 20))) <= near


def test_other_names_are_right_payloads_too() -> None:
    facts = HERE._replace(quote="quote-1", fee=0, currency="CNY", attempt=2)
    for names in (*OTHER_NAMES, LONG_NAMES):
        for event, fields in MODEL.events.items():
            assert field_errors(fields, names.payload(payload_for(MODEL, event, RIGHT, facts))) == ()
        there = names.of(facts)
        assert (there.account, there.quote, there.fee) == (names.account, names.quote, names.fee)
        assert there.attempt - facts.attempt == names.outages
        assert names.of(HERE).quote is None


def test_every_actor_raises_every_event() -> None:
    assert {(event, by) for event, by, _, _ in all_inputs(MODEL, HERE)} == {(event, by) for event in Event for by in Actor}


def test_what_never_decides_is_taken_out_of_the_facts() -> None:
    facts = HERE._replace(account="a", order="o", quote="q", fee=5, currency="USD", face_attempts=1, attempt=7)
    same = canonical(facts)
    assert (same.account, same.order, same.quote, same.fee, same.currency, same.attempt) == (
        "account-1",
        "order-1",
        "quote-1",
        0,
        "CNY",
        1,
    )
    assert canonical(HERE).quote is None


def test_a_rejected_quote_stands_for_any_but_is_not_taken_for_the_open_one() -> None:
    facts = HERE._replace(quote="q", fee=0, currency="CNY", rejected_quote="r")
    assert canonical(facts).rejected_quote == canonical(facts._replace(rejected_quote="s")).rejected_quote
    assert canonical(facts).rejected_quote != canonical(facts).quote
    reused = canonical(facts._replace(rejected_quote="q"))
    assert reused.rejected_quote == reused.quote


def test_the_search_of_a_model_that_counts_without_end_still_ends() -> None:
    def unlimited(one: Row) -> Row:
        return replace(one, guards=tuple(guard for guard in one.guards if "attempts_are_left" not in guard.name))

    found = explore(
        build(replace(MODEL, table=tuple(map(unlimited, MODEL.table)))), limits=Limits(1, 1), expand=try_named_actors
    )
    assert max(facts.face_attempts for _, facts in found.configurations) == 2


def test_a_trap_and_what_cannot_be_reached_are_found() -> None:
    stuck = row(State.SIGNED_IN, Event.OPEN_ORDERS, Actor.CUSTOMER, State.SIGNED_IN)
    only_in = tuple(one for one in MODEL.table if one.sources == (State.SIGNED_OUT,))
    table = (*only_in, stuck)
    events = {one.event for one in table}
    model = replace(MODEL, table=table, events={event: MODEL.events[event] for event in Event})
    missing = [
        row(State.ORDER_LIST, event, Actor.CUSTOMER, State.ORDER_LIST) for event in Event if event not in events
    ]  # so that it can be built: each event has an actor, in a state that is never reached
    found = explore(build(replace(model, table=(*table, *missing))), expand=try_named_actors)
    traps = {found.configurations[place].state for place in found.traps}
    assert traps == {State.SIGNED_OUT, State.SIGNED_IN}
    assert State.ORDER_LIST in found.unreachable


def test_a_configuration_is_found_by_the_facts_of_a_real_case(exploration: Exploration) -> None:
    case = Case(goal=Goal.PLAN, account="someone", order="something")
    case.sign_in(account="someone", channel=Channel.APP)
    place = exploration.index(case.state, case.facts)
    assert exploration.configurations[place] == Configuration(State.SIGNED_IN, canonical(case.facts))
    with pytest.raises(KeyError):
        exploration.index(State.CANCELLING, case.facts)


def test_the_machine_of_the_package_is_what_is_searched(exploration: Exploration) -> None:
    assert exploration.machine is MACHINE
    assert OtherMethod.SMS_CODE.value in {edge.variant.removeprefix("method: ") for edge in exploration.edges}
