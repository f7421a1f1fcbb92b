"""The model against the description of the process, typed here from its page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from process import MODEL, Actor, Event, Goal, Limits, Phase, State
from process import model as m
from process.model import Term, Words

CUSTOMER, SYSTEM, VERIFIER, LENDER, SUPPORT, CLOCK = "customer", "system", "verifier", "lender", "support", "clock"

OPEN_STATES = {
    # state: (step, whose move it is at first)
    "signed_out": (1, CUSTOMER),
    "signed_in": (1, CUSTOMER),
    "order_list": (2, CUSTOMER),
    "order_details": (3, CUSTOMER),
    "installment_options": (4, CUSTOMER),
    "consequences": (5, LENDER),
    "verification_decision": (5, SYSTEM),
    "verification_choice": (5, CUSTOMER),
    "face_verification": (5, VERIFIER),
    "other_verification": (5, VERIFIER),
    "cancelling": (5, LENDER),
    "support_needed": (6, CUSTOMER),
    "in_support": (6, SUPPORT),
}
ZH = {
    "signed_out": "未登录",
    "signed_in": "已登录",
    "order_list": "我的订单",
    "order_details": "订单详情",
    "installment_options": "分期管理",
    "consequences": "确认后果",
    "verification_decision": "核验判定",
    "verification_choice": "选择核验方式",
    "face_verification": "人脸识别核验中",
    "other_verification": "其他方式核验中",
    "cancelling": "取消处理中",
    "support_needed": "待联系客服",
    "in_support": "客服处理中",
    "plan_cancelled": "分期已取消",
    "face_verification_removed": "人脸验证已取消",
    "both_cancelled": "分期与人脸验证均已取消",
    "plan_kept": "保留分期",
    "plan_ended_otherwise": "分期已另行终止",
    "refused": "申请未通过",
    "abandoned": "已放弃",
    "expired": "已超时",
}
ENDS = set(ZH) - set(OPEN_STATES)

SELF_SERVICE = set(OPEN_STATES) - {"cancelling", "support_needed", "in_support"}
ANY_OPEN = set(OPEN_STATES)
OPEN_BUT_CANCELLING = ANY_OPEN - {"cancelling"}
VERIFYING = {
    "verification_decision",
    "verification_choice",
    "face_verification",
    "other_verification",
}  # never once removed

# (from, event, by, to), row by row of the table, in its order.
DESCRIBED: list[tuple[set[str], str, set[str], str]] = [
    ({"signed_out"}, "sign_in", {CUSTOMER}, "signed_in"),
    ({"signed_in"}, "open_orders", {CUSTOMER}, "order_list"),
    ({"order_list"}, "open_order", {CUSTOMER}, "order_details"),
    ({"order_list"}, "report_order_missing", {CUSTOMER}, "support_needed"),
    ({"order_details"}, "find_option", {CUSTOMER}, "installment_options"),
    ({"order_details", "installment_options"}, "report_option_missing", {CUSTOMER}, "support_needed"),
    ({"installment_options"}, "choose_cancellation", {CUSTOMER}, "consequences"),
    ({"installment_options", "verification_choice"}, "request_face_verification_removal", {CUSTOMER}, "support_needed"),
    ({"consequences"}, "quote_consequences", {LENDER}, "consequences"),
    ({"consequences"}, "confirm_cancellation", {CUSTOMER, SUPPORT}, "cancelling"),
    ({"consequences"}, "confirm_cancellation", {CUSTOMER, SUPPORT}, "verification_decision"),
    ({"consequences"}, "decline_cancellation", {CUSTOMER, SUPPORT}, "plan_kept"),
    ({"verification_decision"}, "skip_face_verification", {SYSTEM}, "cancelling"),
    ({"verification_decision"}, "require_verification", {SYSTEM}, "verification_choice"),
    ({"verification_choice"}, "start_face_verification", {CUSTOMER}, "face_verification"),
    ({"verification_choice"}, "start_other_verification", {CUSTOMER}, "other_verification"),
    ({"face_verification", "other_verification"}, "pass_verification", {VERIFIER}, "cancelling"),
    ({"face_verification", "other_verification"}, "fail_verification", {VERIFIER}, "verification_choice"),
    ({"face_verification", "other_verification"}, "fail_verification", {VERIFIER}, "support_needed"),
    ({"face_verification", "other_verification"}, "verification_unavailable", {VERIFIER}, "verification_choice"),
    ({"face_verification"}, "withdraw_face_consent", {CUSTOMER}, "verification_choice"),
    ({"face_verification"}, "withdraw_face_consent", {CUSTOMER}, "support_needed"),
    ({"face_verification", "other_verification"}, "choose_another_way", {CUSTOMER}, "verification_choice"),
    ({"face_verification", "other_verification"}, "choose_another_way", {CUSTOMER}, "support_needed"),
    (ANY_OPEN - VERIFYING, "complete_cancellation", {LENDER}, "both_cancelled"),
    (ANY_OPEN, "complete_cancellation", {LENDER}, "plan_cancelled"),
    ({"in_support"}, "complete_cancellation", {LENDER, SUPPORT}, "both_cancelled"),
    ({"in_support"}, "complete_cancellation", {LENDER, SUPPORT}, "plan_cancelled"),
    ({"cancelling", "support_needed"}, "reject_cancellation", {LENDER}, "support_needed"),
    ({"in_support"}, "reject_cancellation", {LENDER, SUPPORT}, "in_support"),
    ({"support_needed"}, "contact_support", {CUSTOMER}, "in_support"),
    (SELF_SERVICE, "report_problem", {CUSTOMER, SYSTEM}, "support_needed"),
    ({"in_support"}, "identify_customer", {SUPPORT}, "in_support"),
    ({"in_support"}, "guide_back", {SUPPORT}, "order_list"),
    ({"in_support"}, "guide_back", {SUPPORT}, "signed_out"),
    ({"in_support"}, "waive_verification", {SUPPORT}, "consequences"),
    ({"in_support"}, "remove_face_verification", {SUPPORT}, "face_verification_removed"),
    ({"in_support"}, "remove_face_verification", {SUPPORT}, "consequences"),
    (ANY_OPEN, "report_plan_ended", {LENDER}, "plan_ended_otherwise"),
    (ANY_OPEN - VERIFYING, "report_plan_ended", {LENDER}, "face_verification_removed"),
    (OPEN_BUT_CANCELLING, "report_plan_ended", {SYSTEM}, "plan_ended_otherwise"),
    (OPEN_BUT_CANCELLING - VERIFYING, "report_plan_ended", {SYSTEM}, "face_verification_removed"),
    ({"in_support"}, "refuse", {SUPPORT}, "refused"),
    (OPEN_BUT_CANCELLING, "abandon", {CUSTOMER}, "abandoned"),
    ({"cancelling", "in_support"}, "time_out", {CLOCK}, "support_needed"),
    ({"support_needed"}, "time_out", {CLOCK}, "support_needed"),
    (OPEN_BUT_CANCELLING - {"in_support"}, "time_out", {CLOCK}, "expired"),
    # What the section on states demands: no end may hide that support has removed the face verification.
    ({"consequences"}, "decline_cancellation", {CUSTOMER, SUPPORT}, "face_verification_removed"),
    ({"in_support"}, "refuse", {SUPPORT}, "face_verification_removed"),
    (OPEN_BUT_CANCELLING - VERIFYING, "abandon", {CUSTOMER}, "face_verification_removed"),
    (OPEN_BUT_CANCELLING - {"in_support"} - VERIFYING, "time_out", {CLOCK}, "face_verification_removed"),
]

CARRIED = {
    "sign_in": {"account", "channel"},
    "open_order": {"order"},
    "find_option": {"option"},
    "quote_consequences": {"quote", "fee", "currency"},
    "confirm_cancellation": {"quote"},
    "skip_face_verification": {"reason"},
    "start_face_verification": {"consent"},
    "start_other_verification": {"method"},
    "pass_verification": {"attempt"},
    "fail_verification": {"attempt"},
    "verification_unavailable": {"attempt"},
    "complete_cancellation": {"quote"},
    "reject_cancellation": {"quote", "reason"},
    "contact_support": {"channel"},
    "report_problem": {"problem"},
    "identify_customer": {"agent", "ticket"},
    "waive_verification": {"agent", "ticket"},
    "remove_face_verification": {"agent", "ticket"},
    "report_plan_ended": {"reason"},
    "refuse": {"reason"},
}


def test_the_transitions_are_those_of_the_description() -> None:
    described = {
        (source, event, by, target) for sources, event, actors, target in DESCRIBED for source in sources for by in actors
    }
    modelled = {(t.source.value, t.event.value, by.value, t.target.value) for t in MODEL.transitions for by in t.by}
    assert modelled - described == set(), "not in the description"
    assert described - modelled == set(), "missing in the model"


def test_the_events_carry_what_the_description_says() -> None:
    events = {event for _, event, _, _ in DESCRIBED}
    assert {event.value: set(fields) for event, fields in MODEL.events.items()} == {
        e: CARRIED.get(e, set()) for e in events
    }


def test_the_states_stand_in_the_steps_of_the_description_with_its_words() -> None:
    assert {state.value: state.words.zh for state in State} == ZH
    assert {state.value for state in MODEL.ends} == ENDS
    steps = {state.value: info.phase.number for state, info in MODEL.states.items() if info.phase is not None}
    assert steps == {state: step for state, (step, _) in OPEN_STATES.items()}


def test_every_open_state_is_at_first_the_move_of_whom_the_description_says() -> None:
    facts = m.Facts(Goal.BOTH, "account-1", "order-1", 3, 3)
    turns = {state.value: MODEL.responsibility(state, facts) for state in MODEL.states}
    assert {name: turn.owner.value for name, turn in turns.items() if turn} == {
        n: own for n, (_, own) in OPEN_STATES.items()
    }
    quoted = facts._replace(quote="quote-1", fee=0, currency="CNY", quote_status=m.QuoteStatus.OPEN)
    turn = MODEL.responsibility(State.CONSEQUENCES, quoted)
    assert turn is not None
    assert turn.owner is Actor.CUSTOMER


def test_every_open_state_has_a_deadline_and_no_end_has_one() -> None:
    assert {state for state, info in MODEL.states.items() if info.deadline is None} == set(MODEL.ends)
    assert all(info.deadline > timedelta(0) for info in MODEL.states.values() if info.deadline is not None)


def test_three_attempts_are_given_for_each_way() -> None:
    assert MODEL.limits == Limits(face=3, other=3)


def test_names_in_files_are_the_members_in_lower_case() -> None:
    kinds = [kind for kind in Term.__subclasses__() if kind.__module__ == "process.model.vocabulary"]
    assert State in kinds
    for kind in kinds:
        assert [member.value for member in kind] == [member.name.lower() for member in kind]


def test_the_words_tell_the_states_and_the_events_apart() -> None:
    for kind in (State, Event, Actor, Goal, Phase):
        for lang in Words._fields:
            words = [member.words.of(lang) for member in kind]
            assert len(set(words)) == len(words), f"two of {kind.__name__} have the same words in {lang}"


@pytest.mark.parametrize(
    "limits", [{"face": -1}, {"other": 0}, {"face": 100}, {"face": True}, {"other": 2.0}, {"face": "3"}]
)
def test_a_limit_that_makes_no_sense_is_refused_by_its_name(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=rf"Limits\.{next(iter(limits))} must be an integer from"):
        Limits(**limits)


def test_attempts_by_face_can_be_switched_off_and_another_way_can_not() -> None:
    assert Limits(face=0).face == 0
    with pytest.raises(ValueError, match=r"Limits\.other"):
        Limits(other=0)


def test_guards_and_effects_are_named_once_and_change_known_facts_only() -> None:
    facts = m.Facts(Goal.BOTH, "account-1", "order-1", 3, 3, face_attempts=1, other_attempts=1, attempt=2)
    guards = {guard for entry in MODEL.table for guard in entry.guards}
    assert len({guard.name for guard in guards}) == len({guard.code for guard in guards}) == len(guards)
    data = {"quote": "quote-1", "fee": 1, "currency": "CNY"}
    for effect in {effect for entry in MODEL.table for effect in entry.effects}:
        changes = effect.changes() if effect.is_constant else effect.changes(facts, data)
        assert set(changes) <= set(m.Facts._fields), f"{effect.name} changes what is no fact"
