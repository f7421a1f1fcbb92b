"""What is refused: with which exception, for which reasons in both languages, and without a trace in the case."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import process
from process import (
    MODEL,
    Actor,
    Blocker,
    Case,
    Channel,
    EndReached,
    Event,
    Goal,
    GuardNotMet,
    InvalidPayload,
    NewerModel,
    ProcessError,
    Refused,
    SnapshotInvalid,
    State,
    SupportChannel,
    UnknownEvent,
    WrongActor,
    WrongState,
    refusal_reasons,
)
from process.exploration.explorer import Exploration
from process.exploration.inputs import all_inputs, payload_for
from tests.support.begun_cases import at_choice, at_decision, at_options, opened
from tests.support.thorough import counts


class _Unreadable(Mapping[str, object]):
    """A mapping that raises whatever is done with it."""

    def __getitem__(self, key: str) -> object:
        raise IndexError

    def __iter__(self) -> Iterator[str]:
        raise IndexError

    def __len__(self) -> int:
        raise IndexError


def refusal_of(case: Case, event: Any, *, by: Any = None, **data: Any) -> Refused | InvalidPayload:
    with pytest.raises((Refused, InvalidPayload)) as refused:
        case.trigger(event, data, by=by)
    assert isinstance(refused.value, Refused | InvalidPayload)
    return refused.value


def codes(refused: Refused | InvalidPayload) -> list[str]:
    return [blocker.code for blocker in refused.blockers]


def ended() -> Case:
    case = at_options()
    case.abandon()
    return case


# ---------------------------------------------------------------------------------------------------------- the family


def test_everything_raised_on_purpose_is_a_process_error_and_offered_by_the_package() -> None:
    def family(base: type[ProcessError]) -> set[str]:
        # the modules of the extras have errors of their own, under the same base
        found = {base.__name__} if base.__module__ == "process.exceptions" and base.__name__[0] != "_" else set()
        return found.union(*map(family, base.__subclasses__()))

    assert family(ProcessError) == {name for name in process.__all__ if name in family(ProcessError)}
    assert {kind.__name__ for kind in Refused.__subclasses__()} == {"EndReached", "WrongState", "WrongActor", "GuardNotMet"}
    assert issubclass(NewerModel, SnapshotInvalid)


@pytest.mark.parametrize(
    ("make", "event", "arguments", "kind", "first"),
    [
        (opened, "sign_in", {"account": 7, "channel": "app"}, InvalidPayload, "wrong_field"),
        (ended, "open_orders", {}, EndReached, "end_reached"),
        (opened, "open_orders", {}, WrongState, "wrong_state"),
        (opened, "sign_in", {"by": Actor.SYSTEM, "account": "acct-1", "channel": "app"}, WrongActor, "wrong_actor"),
        (at_options, "report_problem", {"problem": "none"}, WrongActor, "actor_missing"),
        (opened, "sign_in", {"account": "another", "channel": "app"}, GuardNotMet, "wrong_account"),
        # where several things are wrong, the payload comes first, then the end, the state, the actor and the guards
        (ended, "sign_in", {"by": Actor.SYSTEM, "account": "", "channel": "app"}, InvalidPayload, "wrong_field"),
        (ended, "sign_in", {"by": Actor.SYSTEM, "account": "a", "channel": "app"}, EndReached, "end_reached"),
        (at_options, "sign_in", {"by": Actor.SYSTEM, "account": "a", "channel": "app"}, WrongState, "wrong_state"),
        (opened, "sign_in", {"by": Actor.SYSTEM, "account": "a", "channel": "app"}, WrongActor, "wrong_actor"),
    ],
)
def test_the_exception_says_what_is_wrong_first(
    make: Callable[[], Case], event: str, arguments: dict[str, Any], kind: type[Refused], first: str
) -> None:
    case = make()
    refused = refusal_of(case, event, **arguments)
    assert type(refused) is kind
    assert codes(refused)[0] == first
    assert (refused.event, refused.state) == (Event(event), case.state)


def test_every_unmet_reason_is_named_at_once() -> None:
    refused = refusal_of(ended(), Event.SIGN_IN, by=Actor.LENDER, channel="fax", fee=1)
    assert codes(refused) == ["missing_field", "wrong_field", "unknown_field", "end_reached", "wrong_actor"]
    assert isinstance(refused, InvalidPayload)
    assert refused.fields == ("account", "channel", "fee")
    assert refused.by is Actor.LENDER

    case = at_choice()
    case.request  # noqa: B018  # reading it must not count as anything
    case.start_face_verification(consent="consent-1")
    case.report_problem(by=Actor.CUSTOMER, problem="the camera does not start")
    case.contact_support(channel=SupportChannel.HOTLINE)
    case.waive_verification(agent="agent-1", ticket="ticket-1")
    assert codes(refusal_of(case, Event.CONFIRM_CANCELLATION, by=Actor.CUSTOMER, quote="old")) == [
        "no_open_quote",
        "quote_not_current",
    ]


def test_a_guard_that_fails_beside_another_is_named_too() -> None:
    case = at_options(Goal.FACE_VERIFICATION)
    case.request_face_verification_removal()
    case.contact_support(channel=SupportChannel.IN_APP_CHAT)
    assert codes(refusal_of(case, Event.WAIVE_VERIFICATION, agent="agent-1", ticket="ticket-1")) == ["goal_without_plan"]
    case = at_decision()
    case.skip_face_verification(reason="low risk")
    case.trigger(Event.TIME_OUT)
    case.contact_support(channel=SupportChannel.HOTLINE)
    refused = refusal_of(case, Event.REMOVE_FACE_VERIFICATION, agent="agent-1", ticket="ticket-1")
    assert codes(refused) == ["goal_not_both", "answer_outstanding"]


def test_a_wrong_field_hides_no_guard_but_those_that_read_it() -> None:
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")
    assert codes(refusal_of(case, Event.SIGN_IN, account="another")) == ["missing_field", "wrong_account"]
    assert codes(refusal_of(case, Event.SIGN_IN, account=7, channel="app")) == ["wrong_field"]
    case = at_decision()
    case.skip_face_verification(reason="low risk")
    refused = refusal_of(case, Event.REJECT_CANCELLATION, by=Actor.LENDER, quote="old", reason="", why="x")
    assert codes(refused) == ["wrong_field", "unknown_field", "quote_not_submitted"]
    assert refused.blockers[2].parameters == {"quote": "old"}
    case.trigger(Event.REJECT_CANCELLATION, {"quote": "quote-1", "reason": "in arrears"}, by=Actor.LENDER)
    # of rows that a whole payload might still take, nothing is said: the lender may correct the rejection
    assert codes(refusal_of(case, Event.COMPLETE_CANCELLATION, by=Actor.LENDER)) == ["missing_field"]
    assert codes(refusal_of(case, Event.REJECT_CANCELLATION, by=Actor.LENDER, quote="quote-1")) == [
        "missing_field",
        "nothing_outstanding",
        "quote_not_submitted",
    ]
    # of a case without a rejection no quote can be named
    refused = refusal_of(at_choice(), Event.COMPLETE_CANCELLATION, by=Actor.LENDER)
    assert codes(refused) == ["missing_field", "quote_not_rejected"]
    assert refused.blockers[1].parameters == {"quote": None}
    assert refused.text("zh").endswith("所指报价在本次办理中没有被拒绝过，无可更正。")
    assert codes(refusal_of(at_choice(), Event.START_FACE_VERIFICATION)) == ["missing_field"]


@pytest.mark.parametrize("name", ["by", "at", "who", "event", "data", "self", "version", "event_id"])
def test_a_payload_field_named_like_a_parameter_is_an_unknown_field(name: str) -> None:
    case = opened()
    for by in (Actor.CUSTOMER, None):
        with pytest.raises(InvalidPayload) as refused:
            case.trigger(Event.SIGN_IN, {"account": "acct-1", "channel": "app", name: Actor.CUSTOMER}, by=by)
        assert (refused.value.fields, codes(refused.value)) == ((name,), ["unknown_field"])
    assert case.version == 0


def test_a_payload_can_not_name_the_actor() -> None:
    case = at_decision()
    with pytest.raises(InvalidPayload) as refused:
        case.trigger(Event.SKIP_FACE_VERIFICATION, {"reason": "x", "by": "system"}, by=Actor.CUSTOMER)
    assert codes(refused.value) == ["unknown_field", "wrong_actor"]
    assert case.state is State.VERIFICATION_DECISION


@pytest.mark.parametrize("data", ["ab", b"ab", 7, ["ab"], [("account", "acct-1")], {"account"}, object(), _Unreadable()])
def test_a_payload_that_is_no_mapping_is_refused_by_name(data: Any) -> None:
    case = opened()
    assert not case.may_trigger(Event.OPEN_ORDERS, data)
    with pytest.raises(InvalidPayload) as refused:
        case.trigger(Event.SIGN_IN, data)
    assert refused.value.blockers[0].parameters == {"field": "data"}
    assert refused.value.blockers == case.blockers(Event.SIGN_IN, data)
    assert "a mapping of field names to values" in str(refused.value)


@pytest.mark.parametrize("who", ["", "x" * 65, 7, b"x", "a\nb"])
def test_a_who_that_is_no_reference_is_refused_by_name(who: Any) -> None:
    case = opened()
    assert not case.may_trigger(Event.ABANDON, who=who)
    with pytest.raises(InvalidPayload) as refused:
        case.abandon(who=who)
    assert refused.value.fields == ("who",)
    assert refused.value.blockers == case.blockers(Event.ABANDON, who=who)


def test_reasons_carry_their_parameters_and_words() -> None:
    case = at_choice()
    for attempt in (1, 2, 3):
        case.start_face_verification(consent="consent-1")
        case.fail_verification(attempt=attempt)
    refused = refusal_of(case, Event.START_FACE_VERIFICATION, consent=None)
    assert codes(refused) == ["no_separate_consent", "no_face_attempts_left"]
    attempts = refused.blockers[1]
    assert attempts.parameters == {"face_attempts": 3, "face_limit": 3}
    assert attempts.zh == "人脸识别次数已用尽（3/3）。"
    assert attempts.en == "No attempts at face verification are left (3 of 3 used)."
    assert str(refused) == f"start_face_verification refused in verification_choice: {refused.text()}"
    assert refused.text("en").endswith(f". {attempts.en}")
    assert refused.text("zh").endswith(f"。{attempts.zh}")


def test_a_wrong_field_is_told_with_what_would_be_right() -> None:
    case = at_options()
    refused = refusal_of(case, Event.CONTACT_SUPPORT, channel="fax")
    assert refused.blockers[0].en == "Field channel must be one of in_app_chat, hotline, website, not 'fax'."
    assert refused.blockers[0].zh == "字段 channel 须是：in_app_chat、hotline、website 之一；不能是 'fax'。"
    refused = refusal_of(case, Event.REPORT_PROBLEM, by=Actor.CUSTOMER, problem="x" * 100_000)
    assert len(str(refused)) < 300, "a huge value must not make a huge message"


@pytest.mark.parametrize("value", ["", "x" * 257, "a\0b", "\ud800", 5, None, b"bytes"])
def test_a_text_that_can_not_be_kept_is_refused(value: Any) -> None:
    refused = refusal_of(at_options(), Event.REPORT_PROBLEM, by=Actor.CUSTOMER, problem=value)
    assert isinstance(refused, InvalidPayload)
    assert refused.fields == ("problem",)
    str(refused).encode()


@pytest.mark.parametrize(
    "value", ["", "x" * 65, "a\tb", "a\u2028b", "\ud800", 5, True, ["order-9"], {"order": 9}, State.REFUSED]
)
def test_a_reference_that_can_not_be_kept_is_refused(value: Any) -> None:
    case = at_options()
    case.abandon()
    refused = refusal_of(case, Event.OPEN_ORDER, order=value)
    assert isinstance(refused, InvalidPayload)
    assert refused.fields == ("order",)


def test_every_event_wants_exactly_its_fields_each_of_its_type(exploration: Exploration, cases: tuple[Case, ...]) -> None:
    taken = {(edge.event, edge.by): edge for edge in exploration.edges}
    assert {event for event, _ in taken} == set(Event)
    for (event, by), edge in taken.items():
        case = cases[edge.source].copy()
        right = payload_for(MODEL, event, edge.variant, case.facts)
        junk: tuple[object, ...] = (1.0, True, "", [], {}, "x" * 300)
        wrong = [({**right, "extra": 1}, "extra", "unknown_field")]
        wrong += [({n: v for n, v in right.items() if n != name}, name, "missing_field") for name in right]
        wrong += [({**right, name: bad}, name, "wrong_field") for name in right for bad in junk]
        for data, field, code in wrong:
            refused = refusal_of(case, event, by=by, **data)
            assert isinstance(refused, InvalidPayload)
            assert (refused.fields, codes(refused)) == ((field,), [code]), f"{event} with {data}"
            assert not case.may_trigger(event, data, by=by)
        case.trigger(event, right, by=by)


# ------------------------------------------------------------------------------------------- over every configuration


@counts("every", 9, 1)
def test_every_refusal_names_its_reasons_in_both_languages_and_leaves_no_trace(
    small_cases: tuple[Case, ...], every: int
) -> None:
    seen: dict[str, Blocker] = {}
    kinds: set[type[Exception]] = set()
    for case in small_cases[::every]:
        before = case.to_json()
        for event, by, label, data in all_inputs(MODEL, case.facts):
            if case.may_trigger(event, data, by=by):
                continue
            try:
                case.trigger(event, data, by=by)
            except Refused as refused:
                blockers, kind, fields = refused.blockers, type(refused), (refused.event, refused.state, refused.by)
            where = f"{event} by {by} in {case.state}, {label}"
            assert fields == (event, case.state, by), where
            assert blockers, where
            assert len({blocker.code for blocker in blockers}) == len(blockers), where
            kinds.add(kind)
            seen.update((blocker.zh, blocker) for blocker in blockers)
        assert case.to_json() == before
    assert kinds == set(Refused.__subclasses__())
    for blocker in seen.values():
        check_words(blocker)


def check_words(blocker: Blocker) -> None:
    for text in (blocker.zh, blocker.en):
        assert text.strip() == text != ""
        assert not set("{}") & set(text), text
        assert "None" not in text, text
    assert blocker.zh.endswith("。")
    assert blocker.en.endswith(".")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in blocker.zh)
    assert blocker.en[0].isupper() or blocker.en.startswith('"')


def test_every_guard_of_the_last_row_of_an_event_is_told_by_some_refusal(small_cases: tuple[Case, ...]) -> None:
    last_rows = {(row.source, row.event): row for row in MODEL.transitions}
    missing = {guard.code for row in last_rows.values() for guard in row.guards} - {"else"}
    quoted = at_options()
    quoted.choose_cancellation()
    quoted.quote_consequences(quote="quote-1", fee=100, currency="CNY")
    missing -= set(codes(refusal_of(quoted, Event.QUOTE_CONSEQUENCES, quote="quote-1", fee=999_900, currency="CNY")))
    for case in small_cases:
        if not missing:
            break
        for event, by, _, data in all_inputs(MODEL, case.facts):
            if by in MODEL.actors[event]:
                missing -= {blocker.code for blocker in case.blockers(event, data, by=by)}
    assert missing == set()


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.integers())


def raised(event: Event) -> st.SearchStrategy[tuple[Event, dict[str, Any]]]:
    """The event with junk in some or all of its fields, and perhaps one that it has not."""
    fields = dict.fromkeys(MODEL.events[event], JUNK)
    return st.tuples(st.just(event), st.fixed_dictionaries({}, optional={**fields, "extra": JUNK}))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(place=st.integers(min_value=0), by=st.sampled_from(Actor), what=st.sampled_from(Event).flatmap(raised))
def test_a_refused_event_leaves_the_case_byte_for_byte_as_it_was(
    cases: tuple[Case, ...], place: int, by: Actor, what: tuple[Event, dict[str, Any]]
) -> None:
    twin = cases[place % len(cases)].copy()
    before = twin.to_json()
    event, data = what
    try:
        twin.trigger(event, data, by=by)
    except (Refused, InvalidPayload) as refused:
        assert twin.to_json() == before
        for text in (str(refused), refused.text("zh"), refused.text("en")):
            text.encode()  # it can be printed, whatever the payload held


# ------------------------------------------------------------------------------------------------------- they can travel


def examples() -> list[ProcessError]:
    case = at_choice()
    snapshot = case.to_dict()
    raised: list[ProcessError] = [
        refusal_of(ended(), Event.OPEN_ORDERS),
        refusal_of(case, Event.SIGN_IN, account="acct-1", channel="app"),
        refusal_of(case, Event.START_FACE_VERIFICATION, by=Actor.SUPPORT, consent=None),
        refusal_of(case, Event.START_FACE_VERIFICATION, consent=None),
        refusal_of(case, Event.START_FACE_VERIFICATION, consents=None),
    ]
    for wrong in (
        lambda: case.trigger("nothing"),  # type: ignore[arg-type]
        lambda: Case(goal="x", account="", order="order-9"),  # type: ignore[arg-type]
        lambda: Case.from_dict({**snapshot, "version": 1.5}),
        lambda: Case.from_dict({**snapshot, "model_version": 1000}),
    ):
        with pytest.raises(ProcessError) as caught:
            wrong()
        raised.append(caught.value)
    return raised


EXAMPLES = examples()


def test_the_examples_are_of_every_kind() -> None:
    kinds = {EndReached, WrongState, WrongActor, GuardNotMet, InvalidPayload, UnknownEvent, SnapshotInvalid, NewerModel}
    assert {type(example) for example in EXAMPLES} == kinds


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_exception_survives_pickling_and_copying(error: ProcessError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301  # our own bytes
        assert type(twin) is type(error)
        assert (str(twin), repr(twin), twin.args) == (str(error), repr(error), error.args)
        for name in ("event", "state", "by", "blockers", "is_final", "where", "problem", "zh"):
            assert getattr(twin, name, None) == getattr(error, name, None)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_exception_that_was_made_anew_of_json_prints_as_before(error: ProcessError) -> None:
    twin = type(error)(*json.loads(json.dumps(error.args)))
    assert (type(twin), str(twin)) == (type(error), str(error))
    if isinstance(error, Refused | InvalidPayload):
        assert isinstance(twin, Refused | InvalidPayload)
        assert (twin.text("zh"), codes(twin), twin.is_final) == (error.text("zh"), codes(error), error.is_final)
        assert (twin.event, twin.state, twin.by) == (error.event, error.state, error.by)
    safe = [repr(argument) for argument in error.args]  # as a serialiser leaves what it can't write
    assert str(type(error)(*safe)), "and it prints also where only texts are left"


def test_reasons_that_are_read_late_are_of_the_moment_of_the_refusal() -> None:
    case = at_choice()
    for attempt in (1, 2, 3):
        case.start_face_verification(consent="consent-1")
        case.fail_verification(attempt=attempt)
    data: dict[str, Any] = {"consent": "consent-1"}
    now, late = (refusal_of(case, Event.START_FACE_VERIFICATION, **data) for _ in range(2))
    reasons, final = now.blockers, now.is_final
    case.start_other_verification(method="sms_code")  # type: ignore[arg-type]  # its name will do
    case.pass_verification(attempt=4)
    case.complete_cancellation(quote="quote-1", by=Actor.LENDER)
    assert (late.blockers, late.is_final, late.state) == (reasons, final, State.VERIFICATION_CHOICE)
    assert late.blockers[0].parameters == {"face_attempts": 3, "face_limit": 3}


def test_reasons_are_built_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    real = refusal_reasons.state_blockers
    monkeypatch.setattr(refusal_reasons, "state_blockers", lambda *given: built.append(given) or real(*given))
    refused = refusal_of(opened(), Event.OPEN_ORDERS)
    assert built == []
    for _ in range(2):
        assert codes(refused) == ["wrong_state"]
    assert len(built) == 1


def test_reasons_of_an_invalid_payload_are_built_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    real = refusal_reasons.field_errors
    monkeypatch.setattr(refusal_reasons, "field_errors", lambda *given: built.append(given) or real(*given))
    refused = refusal_of(opened(), Event.SIGN_IN, account=7, channel="app")
    assert isinstance(refused, InvalidPayload)
    assert (built, refused.event, refused.state, refused.by) == ([], Event.SIGN_IN, State.SIGNED_OUT, Actor.CUSTOMER)
    for _ in range(2):
        assert refused.fields == ("account",)
    assert len(built) == 1


def test_a_note_that_is_added_to_a_refusal_travels_with_it() -> None:
    refused = refusal_of(opened(), Event.OPEN_ORDERS)
    refused.add_note("tried by the nightly job")
    twin = pickle.loads(pickle.dumps(refused))  # noqa: S301  # our own bytes
    assert twin.__notes__ == ["tried by the nightly job"]


def test_a_step_survives_pickling_and_copying_and_stays_read_only() -> None:
    for step in at_choice().history:
        for twin in (pickle.loads(pickle.dumps(step)), copy.copy(step), copy.deepcopy(step)):  # noqa: S301  # our own bytes
            assert twin == step
            assert type(twin.event) is Event
            assert type(twin.data) is type(step.data)


def test_newer_snapshots_and_unknown_events_tell_both_sides() -> None:
    texts = {type(error).__name__: str(error) for error in EXAMPLES}
    assert texts["NewerModel"] == "invalid snapshot: model_version: is 1000; this program's model is 2"
    assert texts["UnknownEvent"].startswith("unknown event 'nothing'; known events: sign_in, ")


def test_a_wrong_time_stands_beside_every_other_reason_and_is_foretold() -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o")
    naive = datetime(2026, 11, 22)
    assert not case.may_trigger(Event.SIGN_IN, {"account": "a", "channel": Channel.APP}, at=naive)
    assert [b.code for b in case.blockers(Event.SIGN_IN, {"account": "a", "channel": Channel.APP}, at=naive)] == [
        "wrong_field"
    ]
    with pytest.raises(InvalidPayload) as refused:
        case.trigger(Event.OPEN_ORDERS, by=Actor.LENDER, at=naive)
    assert refused.value.fields == ("at",)
    assert [blocker.code for blocker in refused.value.blockers] == ["wrong_field", "wrong_state", "wrong_actor"]
    aware = naive.replace(tzinfo=UTC)
    assert case.may_trigger(Event.SIGN_IN, {"account": "a", "channel": Channel.APP}, at=aware)
    assert case.blockers(Event.SIGN_IN, {"account": "a", "channel": Channel.APP}, at=aware) == ()


def test_a_wrong_actor_does_not_hide_what_else_is_wrong() -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o")
    blockers = case.blockers(Event.SIGN_IN, {"account": "another", "channel": Channel.APP}, by=Actor.SUPPORT)
    assert [blocker.code for blocker in blockers] == ["wrong_actor", "wrong_account"]


def test_a_member_of_another_enum_is_the_wrong_type_though_its_name_is_the_same() -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o")
    with pytest.raises(InvalidPayload) as refused:
        case.sign_in(account="a", channel=SupportChannel.WEBSITE)  # type: ignore[arg-type]
    assert refused.value.fields == ("channel",)


def test_a_time_zone_that_does_not_say_its_offset_is_refused() -> None:
    class Silent(tzinfo):
        pass

    case = Case(goal=Goal.PLAN, account="a", order="o")
    with pytest.raises(InvalidPayload) as refused:
        case.trigger(Event.SIGN_IN, {"account": "a", "channel": Channel.APP}, at=datetime(2026, 11, 22, tzinfo=Silent()))
    assert refused.value.fields == ("at",)


def test_the_reasons_for_anyone_are_those_of_somebody_who_may() -> None:
    case = at_options()
    case.report_problem(problem="none", by=Actor.CUSTOMER)
    assert [blocker.code for blocker in case.blocked_events()[Event.COMPLETE_CANCELLATION]] == ["nothing_outstanding"]


def test_a_missing_fee_or_currency_gives_no_other_reason_where_the_right_one_would_be_taken() -> None:
    case = at_options(Goal.PLAN)
    case.choose_cancellation()
    case.quote_consequences(quote="quote-1", fee=100, currency="EUR")
    for data in ({"quote": "quote-1", "currency": "EUR"}, {"quote": "quote-1", "fee": 100}):
        assert [blocker.code for blocker in case.blockers(Event.QUOTE_CONSEQUENCES, data)] == ["missing_field"]
