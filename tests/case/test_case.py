"""A case as business logic uses it."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections import ChainMap, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import Any, NoReturn, Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process import (
    MODEL,
    Actor,
    Blocker,
    Case,
    Channel,
    Event,
    Goal,
    InvalidPayload,
    Limits,
    ProcessError,
    QuoteStatus,
    Refused,
    RequestKind,
    State,
    Step,
    UnknownEvent,
    WrongActor,
)
from process.exploration.explorer import Exploration
from process.exploration.inputs import all_inputs, payload_variants
from process.machine import MACHINE
from process.model import Facts, Identity
from process.mutable_facts import immutable
from tests.support.begun_cases import at_decision, at_options, opened
from tests.support.thorough import counts

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))


# --------------------------------------------------------------------------------------------------- as the README shows it


def test_a_case_answers_what_its_first_example_asks() -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    step = case.sign_in(account="acct-1", channel=Channel.APP)
    data = {"account": "acct-1", "channel": Channel.APP}
    assert step == Step(Event.SIGN_IN, Actor.CUSTOMER, data, State.SIGNED_OUT, State.SIGNED_IN, None, 1)
    assert case.trigger(Event.OPEN_ORDERS, by=Actor.CUSTOMER).target is State.ORDER_LIST
    assert (case.state, case.version, case.is_done) == (State.ORDER_LIST, 2, False)
    assert (case.facts.goal, case.facts.account, case.facts.order) == (Goal.PLAN, "acct-1", "order-9")
    assert (case.awaits, case.due_at) == (Actor.CUSTOMER, None)
    assert case.may_trigger(Event.OPEN_ORDER, {"order": "order-9"}, by=Actor.CUSTOMER)
    assert [blocker.code for blocker in case.blockers(Event.OPEN_ORDER, {"order": "other"}, by=Actor.CUSTOMER)] == [
        "wrong_order"
    ]
    assert case.blockers(Event.OPEN_ORDER, {"order": "order-9"}, by=Actor.CUSTOMER) == ()
    by_customer = (Event.OPEN_ORDER, Event.REPORT_ORDER_MISSING, Event.REPORT_PROBLEM, Event.ABANDON)
    assert case.allowed_events(by=Actor.CUSTOMER) == by_customer
    assert case.allowed_events(by=Actor.CLOCK) == (Event.TIME_OUT,)
    others = (Event.REPORT_PLAN_ENDED, Event.TIME_OUT)
    assert set(case.allowed_events()) == {*by_customer, *others}
    assert case.history == (step, case.history[1])
    assert [step.version for step in case.history] == [1, 2]
    assert Case.from_dict(case.to_dict()) == case
    assert case.request is not None
    assert (case.request.kind, case.request.to) == (RequestKind.OPEN_ORDER, Actor.CUSTOMER)


def test_a_case_id_is_made_where_none_is_given_and_each_is_fresh() -> None:
    cases = [Case(goal=Goal.PLAN, account="acct-1", order="order-9") for _ in range(100)]
    assert len({case.case_id for case in cases}) == 100
    assert opened().case_id == "case-1"


def test_there_is_a_typed_method_for_each_event_that_does_what_trigger_does(
    exploration: Exploration, cases: tuple[Case, ...]
) -> None:
    first_of: dict[tuple[Event, Actor], int] = {}
    for edge in exploration.edges:
        first_of.setdefault((edge.event, edge.by), edge.source)
    assert {event for event, _ in first_of} == set(Event)
    for (event, by), place in first_of.items():
        by_name, by_method = cases[place].copy(), cases[place].copy()
        accepted = [
            data for _, data in payload_variants(MODEL, event, by_name.facts) if by_name.may_trigger(event, data, by=by)
        ]
        step = by_name.trigger(event, accepted[0], by=by, at=NINE)
        assert getattr(by_method, event.value)(by=by, at=NINE, **accepted[0]) == step
        assert by_method == by_name


# ------------------------------------------------------------------------------------------------------ actors and events


def test_the_actor_may_be_left_out_only_where_one_alone_may_raise_the_event(cases: tuple[Case, ...]) -> None:
    for case in cases[::7]:
        for event, actors in MODEL.actors.items():
            for _, data in payload_variants(MODEL, event, case.facts):
                left_out = case.may_trigger(event, data)
                assert left_out == (len(actors) == 1 and case.may_trigger(event, data, by=actors[0]))


def test_an_event_of_two_actors_asks_for_one() -> None:
    case = at_options()
    with pytest.raises(WrongActor) as refused:
        case.trigger(Event.REPORT_PROBLEM, {"problem": "the page is empty"})
    assert refused.value.by is None
    assert [blocker.code for blocker in refused.value.blockers] == ["actor_missing"]


def test_names_as_in_files_do_for_events_actors_and_enums() -> None:
    case = opened()
    step = case.trigger("sign_in", {"account": "acct-1", "channel": "website"}, by="customer")  # type: ignore[arg-type]
    assert (step.event, step.by, step.data["channel"]) == (Event.SIGN_IN, Actor.CUSTOMER, Channel.WEBSITE)
    assert type(step.data["channel"]) is Channel
    with pytest.raises(WrongActor, match="'buyer'"):
        case.trigger(Event.OPEN_ORDERS, by="buyer")  # type: ignore[arg-type]


@pytest.mark.parametrize("event", ["sign_out", "SIGN_IN", None, 7, [], State.CANCELLING])
def test_an_unknown_event_is_named_whatever_was_asked_of_it(event: Any) -> None:
    case = opened()
    for ask in (case.trigger, case.may_trigger, case.blockers):
        with pytest.raises(UnknownEvent, match=r"^unknown event .* known events: sign_in, open_orders"):
            ask(event)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.sampled_from([*Event, *State]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=3,
)
FIELDS = sorted({field for fields in MODEL.events.values() for field in fields})


@counts("examples", 120, 2_000)
def test_asking_never_raises_and_agrees_with_trying_whatever_the_payload(cases: tuple[Case, ...], examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )  # a busy machine is no fault
    @given(
        place=st.integers(min_value=0),
        event=st.sampled_from(Event),
        by=st.sampled_from(Actor) | JUNK,
        data=st.dictionaries(st.sampled_from(FIELDS) | st.text(), JUNK),
    )
    def agrees(place: int, event: Event, by: Any, data: dict[str, Any]) -> None:
        case = cases[place % len(cases)]
        may, blockers = case.may_trigger(event, data, by=by), case.blockers(event, data, by=by)
        assert may == (blockers == ())
        assert all(blocker.zh and blocker.en for blocker in blockers)
        spare = case.copy()
        try:
            spare.trigger(event, data, by=by)
        except ProcessError:
            assert not may
        else:
            assert may

    agrees()


def tried(case: Case, event: Event, by: Actor, data: dict[str, Any]) -> tuple[Blocker, ...]:
    """Why the event was refused; () if it was taken."""
    try:
        case.trigger(event, data, by=by)
    except (Refused, InvalidPayload) as refused:
        return refused.blockers
    return ()


@counts("every", 9, 1)
def test_asking_agrees_with_trying_in_every_configuration_for_every_event(
    small_cases: tuple[Case, ...], every: int
) -> None:
    for case in small_cases[::every]:
        spare = case.copy()
        for event, by, label, data in all_inputs(MODEL, case.facts):
            blockers = case.blockers(event, data, by=by)
            assert blockers == tried(spare, event, by, data), f"{event} by {by} in {case.state}, {label}"
            if not blockers:
                assert spare.version == case.version + 1
                spare = case.copy()


@counts("every", 7, 1)
def test_an_event_is_allowed_exactly_if_some_payload_is_accepted(small_cases: tuple[Case, ...], every: int) -> None:
    for case in small_cases[::every]:
        accepted: dict[Actor, list[Event]] = {actor: [] for actor in Actor}
        for event in Event:
            options = [data for _, data in payload_variants(MODEL, event, case.facts)]
            for by, events in accepted.items():
                if any(case.may_trigger(event, data, by=by) for data in options):
                    events.append(event)
        for actor, events in accepted.items():
            assert case.allowed_events(by=actor) == tuple(events), f"{actor} in {case}"
            assert set(case.blocked_events(by=actor)) == set(Event) - set(events)
        everyones = {event for events in accepted.values() for event in events}
        assert set(case.allowed_events()) == everyones
        assert case.is_done == (not everyones)


# ------------------------------------------------------------------------------------------------ each case for itself


def test_a_copy_goes_its_own_way(cases: tuple[Case, ...]) -> None:
    def pickled(case: Case) -> Case:
        return pickle.loads(pickle.dumps(case))  # type: ignore[no-any-return]  # noqa: S301  # our own bytes

    makers: tuple[Callable[[Case], Case], ...] = (Case.copy, copy.copy, copy.deepcopy, pickled)
    for case in cases[::11]:
        before = case.to_json()
        for make in makers:
            twin = make(case)
            assert twin == case
            assert (twin.history, twin.facts, twin.due_at) == (case.history, case.facts, case.due_at)
            events = twin.allowed_events(by=Actor.CUSTOMER)
            if Event.ABANDON in events:
                twin.abandon()
                assert twin != case
            assert case.to_json() == before


class NotedCase(Case):
    """A host's subclass with attributes, in a dict and in slots, public and private."""

    __slots__ = ("__dict__", "__private", "slotted")

    def mark(self) -> Self:
        self.note = ["handle with care"]
        self.slotted = ["slot"]
        self.__private = ["private"]
        return self

    def marks(self) -> tuple[list[str], ...]:
        return self.note, self.slotted, self.__private


def test_copying_a_case_calls_the_copy_that_its_class_defines() -> None:
    class Counted(Case):
        copies = 0

        def copy(self) -> Counted:
            twin = super().copy()
            twin.copies = self.copies + 1
            return twin

    case = Counted(goal=Goal.PLAN, account="acct-1", order="order-9")
    assert [twin.copies for twin in (case.copy(), copy.copy(case), copy.copy(copy.copy(case)))] == [1, 1, 2]
    assert copy.deepcopy(copy.copy(case)).copies == 1


def test_attributes_of_a_subclass_survive_copying_and_pickling() -> None:
    case = NotedCase(goal=Goal.PLAN, account="acct-1", order="order-9").mark()
    shared = case.marks()
    for twin in (case.copy(), copy.copy(case)):
        assert twin == case
        assert [one is other for one, other in zip(twin.marks(), shared, strict=True)] == [True] * 3
    memo: dict[int, Any] = {}
    for twin in (copy.deepcopy(case, memo), pickle.loads(pickle.dumps(case))):  # noqa: S301  # our own bytes
        assert type(twin) is NotedCase
        assert (twin == case, twin.marks()) == (True, shared)
        assert [one is other for one, other in zip(twin.marks(), shared, strict=True)] == [False] * 3
        twin.abandon()
    assert memo[id(case)].is_done
    assert case.version == 0
    bare = NotedCase(goal=Goal.PLAN, account="acct-1", order="order-9")
    assert not hasattr(bare.copy(), "slotted"), "what was not set stays so"


def test_a_case_can_be_referenced_weakly() -> None:
    gc.freeze()  # so that what other tests have left is not looked at
    case = opened()
    reference = weakref.ref(case)
    assert reference() is case
    del case
    gc.collect()
    assert reference() is None


class Hostile:
    """An object that raises whatever is done with it."""

    def _raise(self, *_: object) -> NoReturn:
        raise IndexError("hostile")

    __hash__ = __eq__ = __repr__ = __str__ = __bool__ = __len__ = __iter__ = __getattr__ = _raise  # type: ignore[assignment]


class HostileZone(tzinfo):
    def utcoffset(self, _at: datetime | None) -> timedelta:
        raise IndexError("hostile")


class EndlessZone(tzinfo):
    def utcoffset(self, _at: datetime | None) -> timedelta:
        return timedelta(days=9)


@pytest.mark.parametrize("zone", [HostileZone(), EndlessZone()])
def test_objects_that_misbehave_are_refused_with_reasons(zone: tzinfo) -> None:
    case, at, hostile = opened(), datetime(2026, 11, 22, tzinfo=zone), Hostile()
    tries: dict[str, tuple[Any, dict[str, Any], type[ProcessError]]] = {
        "event": (hostile, {}, UnknownEvent),
        "by": (Event.ABANDON, {"by": hostile}, WrongActor),
        "who": (Event.ABANDON, {"who": hostile}, InvalidPayload),
        "at": (Event.ABANDON, {"at": at}, InvalidPayload),
        "data": (Event.ABANDON, {"data": hostile}, InvalidPayload),
        "a value": (Event.SIGN_IN, {"data": {"account": hostile, "channel": hostile}}, InvalidPayload),
        "a name": (Event.ABANDON, {"data": {7: hostile}}, InvalidPayload),
    }
    for what, (event, arguments, kind) in tries.items():
        with pytest.raises(kind) as refused:
            case.trigger(event, **arguments)
        assert str(refused.value), what
        if kind is not UnknownEvent:
            assert not case.may_trigger(event, **arguments)
            assert case.blockers(event, **arguments) == refused.value.blockers  # type: ignore[attr-defined]  # Refused
    with pytest.raises(InvalidPayload) as wrong:
        opened(at=at)
    assert wrong.value.fields == ("at",)
    assert case == opened()


def test_the_payload_is_left_as_it_was_whatever_mapping_it_is() -> None:
    given = {"account": "acct-1", "channel": "app"}
    for data in (given, MappingProxyType(given), ChainMap(given), defaultdict(str, given)):
        case = opened()
        assert case.may_trigger(Event.SIGN_IN, data)
        assert case.trigger(Event.SIGN_IN, data).data["channel"] is Channel.APP
        assert dict(data) == {"account": "acct-1", "channel": "app"}
    missing: defaultdict[str, str] = defaultdict(str)
    with pytest.raises(InvalidPayload, match="Field account is missing"):
        opened().trigger(Event.SIGN_IN, missing)
    assert not missing


def test_a_case_says_which_part_of_the_goal_has_happened_and_which_has_not(cases: tuple[Case, ...]) -> None:
    for case in cases:
        parts = {Goal.PLAN, Goal.FACE_VERIFICATION} if case.facts.goal is Goal.BOTH else {case.facts.goal}
        achieved, unmet = (
            set() if goal is None else {Goal.PLAN, Goal.FACE_VERIFICATION} if goal is Goal.BOTH else {goal}
            for goal in (case.achieved, case.unmet)
        )
        assert (achieved | unmet, achieved & unmet) == (parts, set())
        assert (Goal.PLAN in achieved) == (case.state in (State.PLAN_CANCELLED, State.BOTH_CANCELLED))
        assert (Goal.FACE_VERIFICATION in achieved) == case.facts.face_removed


def test_what_a_case_gives_out_can_not_change_it() -> None:
    given: dict[str, Any] = {"account": "acct-1", "channel": Channel.APP}
    case = opened()
    step = case.trigger(Event.SIGN_IN, given, by=Actor.CUSTOMER)
    given["account"] = "another"
    assert step.data["account"] == "acct-1"
    with pytest.raises(TypeError, match="does not support item assignment"):
        step.data["account"] = "another"  # type: ignore[index]
    for attribute in ("state", "facts", "version", "history", "case_id", "note"):
        with pytest.raises(AttributeError):
            setattr(case, attribute, None)
    assert isinstance(case.history, tuple)
    with pytest.raises(TypeError, match="unhashable"):
        hash(case)


def test_facts_that_were_read_stay_as_they_were_and_are_those_that_the_rows_give(cases: tuple[Case, ...]) -> None:
    for case in cases[::30]:
        limits = Limits(case.facts.face_limit, case.facts.other_limit)
        twin = Case(goal=case.facts.goal, account=case.facts.account, order=case.facts.order, limits=limits)
        read, outcomes = [(twin.state, twin.facts)], [(twin.state, twin.facts)]
        for step in case.history:
            twin.trigger(step.event, step.data, by=step.by)
            read.append((twin.state, twin.facts))
            outcome = MACHINE.compiled_events[step.event].decide(*outcomes[-1], step.by, step.data)
            assert outcome is not None
            outcomes.append(outcome)
        assert read == outcomes
        assert {type(facts) for _, facts in read} == {Facts}


def test_facts_that_another_thread_read_as_an_event_was_taken_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    case, at_the_copy = opened(), [lambda: case.sign_in(account="acct-1", channel=Channel.APP)]

    def interrupted(facts: Facts) -> Facts:
        copied = immutable(facts)
        if at_the_copy:
            at_the_copy.pop()()
        return copied

    monkeypatch.setattr("process.case.immutable", interrupted)
    assert case.facts.identity is None
    assert case.facts.identity is Identity.SIGNED_IN


def test_an_event_for_whose_step_there_is_no_memory_leaves_the_case_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_given: object) -> None:
        raise MemoryError

    case = opened()
    with monkeypatch.context() as patched:
        patched.setattr("process.case._new", no_memory)
        with pytest.raises(MemoryError):
            case.sign_in(account="acct-1", channel=Channel.APP)
    assert case == opened()


def test_a_subclass_that_shows_other_facts_is_decided_asked_and_saved_by_its_own() -> None:
    class Masked(Case):
        @property
        def facts(self) -> Facts:
            return super().facts._replace(account="***", goal=Goal.BOTH)

    case = Masked(goal=Goal.PLAN, account="acct-1", order="order-9", case_id="case-1")
    case.sign_in(account="acct-1", channel=Channel.APP)
    assert case.facts.account == "***"
    assert (case.to_dict()["facts"]["account"], case.unmet) == ("acct-1", Goal.PLAN)
    assert case.request is not None
    assert case.request.payload["account"] == "acct-1"
    assert Masked.from_json(case.to_json()) == case == case.copy()


def test_the_reasons_of_a_refusal_are_those_of_its_time_whenever_they_are_read() -> None:
    case = at_options()
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=1_250, currency="CNY")
    with pytest.raises(Refused) as refused:
        case.confirm_cancellation(quote="quote-2", by=Actor.CUSTOMER)
    case.quote_consequences(quote="quote-2", fee=900, currency="CNY")
    assert [blocker.code for blocker in refused.value.blockers] == ["quote_not_current"]


def test_cases_compare_by_all_that_they_hold() -> None:
    assert opened() == opened()
    assert opened() != opened(Goal.BOTH)
    assert opened() != opened(limits=Limits(face=2))
    assert opened() != opened(deadlines={State.SIGNED_IN: timedelta(1)})
    assert opened(deadlines={}) == opened()
    assert opened() != "case-1"


def test_replaying_the_history_gives_an_equal_case(cases: tuple[Case, ...]) -> None:
    for case in cases[::3]:
        facts = case.facts
        twin = Case(
            goal=facts.goal,
            account=facts.account,
            order=facts.order,
            case_id=case.case_id,
            limits=Limits(facts.face_limit, facts.other_limit),
        )
        for step in case.history:
            assert twin.trigger(step.event, step.data, by=step.by, at=step.at) == step
        assert twin == case


def drive_all(exploration: Exploration, begin: int, step: int) -> list[str]:
    """Moves 1,000 cases in turns, one event each at a time, and tells how they all stand in the end."""
    ends = sorted(exploration.ends)
    paths = [exploration.path_to(ends[number % len(ends)]) for number in range(begin, 1000, step)]
    cases = []
    for number, path in enumerate(paths):
        facts = exploration.configurations[path[0].source].facts
        cases.append(Case(goal=facts.goal, account=facts.account, order=facts.order, case_id=f"case-{begin}-{number}"))
    for turn in range(max(map(len, paths))):
        for case, path in zip(cases, paths, strict=True):
            if turn < len(path):
                edge = path[turn]
                options = dict(payload_variants(MODEL, edge.event, case.facts, f"quote-{case.version}"))
                case.trigger(edge.event, options[edge.variant], by=edge.by)
                case.may_trigger(Event.REFUSE, {"reason": "none"}, by=Actor.CUSTOMER)
    return [case.to_json() for case in cases]


def test_a_thousand_cases_in_eight_threads_do_not_disturb_one_another(exploration: Exploration) -> None:
    alone = [drive_all(exploration, begin, 8) for begin in range(8)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(drive_all, [exploration] * 8, range(8), [8] * 8))
    assert together == alone
    assert sum(map(len, alone)) == 1000


def test_a_case_tells_what_it_is_for_a_log_without_account_or_order() -> None:
    case = at_decision()
    assert repr(case) == "<Case case-1 plan verification_decision version 7>"
    assert case.facts.quote_status is QuoteStatus.ACCEPTED
