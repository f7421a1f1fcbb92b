"""Verification: settled first (R5), removed in support (R7), attempts (R9), another way (R10), consent (R11), R21."""

from __future__ import annotations

from typing import Any

from process.exceptions import ProcessError
from process.exploration.expansion import Configuration
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT
from process.exploration.replay import replay_path
from process.model import Actor, Event, Facts, Goal, Limits, OtherMethod, State, Words
from process.requirements.counterexample import EVENTS_TRIED, CheckResult, all_of
from process.requirements.data_independence import near_misses_are_refused, numbers, same_under_other_names
from process.requirements.evidence import (
    Evidence,
    each_configuration,
    each_event,
    facts_are_true,
    never_before,
    parts_are_general,
)
from process.requirements.observation import PLAN_ENDS, SETTLING, Observation

A, E, S = Actor, Event, State
REMOVED_ENDS = (S.FACE_VERIFICATION_REMOVED, S.BOTH_CANCELLED)
VERIFYING = (S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
ASKING = (S.VERIFICATION_DECISION, S.VERIFICATION_CHOICE, *VERIFYING)
VERIFIER_ANSWERS = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)


def r5_settled_before_cancelled(evidence: Evidence) -> CheckResult:
    """No path enters CANCELLING or an end with the plan cancelled before verification is settled; the facts record how."""
    problem = Words("核验尚无结论就提交取消", "the cancellation is submitted though no verification was settled")

    def submitted(seen: Observation) -> Words | None:
        return problem if seen.enters in (S.CANCELLING, *PLAN_ENDS) else None

    def settles(seen: Observation) -> bool:
        return seen.event in SETTLING

    return all_of(
        never_before(evidence, evidence.exploration.starts, settles, submitted),
        facts_are_true(evidence, "settled", but=E.REJECT_CANCELLATION),
    )


def r7_removed_in_support(evidence: Evidence) -> CheckResult:
    """Only an agent's removal in IN_SUPPORT removes it; a customer who wants that is led to support."""
    problem = Words("人脸验证未经客服取消", "the face verification is gone without support having removed it")

    def removes(seen: Observation) -> bool:
        return seen.event is E.REMOVE_FACE_VERIFICATION and seen.source is S.IN_SUPPORT and seen.by is A.SUPPORT

    def gone(seen: Observation) -> Words | None:
        return problem if seen.target in REMOVED_ENDS or seen.after.face_removed else None

    def asked_for(index: int, found: Configuration) -> Words | None:
        wished = found.facts.goal is not Goal.PLAN and not found.facts.face_removed
        there = evidence.takes(index, E.REQUEST_FACE_VERIFICATION_REMOVAL, A.CUSTOMER)
        if wished and (there is None or there.state is not S.SUPPORT_NEEDED):
            return Words(
                "想取消人脸验证的客户没有被引导到客服",
                "the customer wants the face verification removed and is not led to support",
            )
        if there and not wished:
            return Words(
                "目标不含、或已取消，却仍可要求",
                "removal can be requested though the goal lacks it or it is already removed",
            )
        return None

    return all_of(
        never_before(evidence, evidence.exploration.starts, removes, gone),
        facts_are_true(evidence, "removed"),
        each_configuration(
            evidence, lambda found: found.state in (S.INSTALLMENT_OPTIONS, S.VERIFICATION_CHOICE), asked_for
        ),
    )


def r9_attempts(evidence: Evidence) -> CheckResult:
    """Only a counted start opens an attempt, only its own answer closes it, and as many can be made as the limits allow."""

    def violation(seen: Observation) -> Words | None:
        before, started = seen.before, (E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION)
        if seen.target in VERIFYING and seen.event is not started[VERIFYING.index(seen.target)]:
            return Words(
                "核验未经客户开始就请求核验服务", "the verifier is asked though the customer did not start an attempt"
            )
        if seen.event in started and seen.target is not VERIFYING[started.index(seen.event)]:
            return Words("开始了核验，却没有请求核验服务", "an attempt is counted and the verifier is not asked")
        if seen.event in VERIFIER_ANSWERS and (seen.source not in VERIFYING or seen.data["attempt"] != before.attempt):
            return Words("不是对当前核验的答复，却被接受", "an answer is taken that is not to the attempt that is open")
        if seen.event in VERIFIER_ANSWERS and seen.data.keys() != {"attempt"}:
            return Words(
                "核验服务的答复带有次序号之外的东西", "the verifier's answer carries more than the attempt's number"
            )
        if seen.after.face_attempts > before.face_limit or seen.after.other_attempts > before.other_limit:
            return Words("次数超过上限", "more attempts than the limit")
        if seen.event is E.VERIFICATION_UNAVAILABLE and seen.target is not S.VERIFICATION_CHOICE:
            return Words("故障后客户不能重新选择", "after an outage the customer can't choose again")
        if seen.event is E.FAIL_VERIFICATION:
            left = _attempts_left(before)
            if seen.target is not (S.VERIFICATION_CHOICE if left else S.SUPPORT_NEEDED):
                zh, en = ("仍有次数", "attempts are left") if left else ("次数用尽", "no attempts are left")
                return Words(
                    f"{zh}，未通过后却到了「{seen.target.words.zh}」",
                    f'{en}, and failing leads to "{seen.target.words.en}"',
                )
        return None

    def unanswerable(index: int, _found: Configuration) -> Words | None:
        for event in VERIFIER_ANSWERS:
            if evidence.takes(index, event, A.VERIFIER) is None:
                return Words(
                    f"当前核验的答复「{event.words.zh}」被拒", f'the open attempt\'s answer "{event.words.en}" is refused'
                )
        return None

    def fewer(index: int, found: Configuration) -> Words | None:
        facts = found.facts
        face = evidence.takes(index, E.START_FACE_VERIFICATION, A.CUSTOMER) is not None
        other = evidence.takes(index, E.START_OTHER_VERIFICATION, A.CUSTOMER) is not None
        if face != (facts.face_attempts < facts.face_limit):
            return Words("人脸核验能否开始与剩余次数不符", "whether face can be started does not match the attempts left")
        if other != (facts.other_attempts < facts.other_limit):
            return Words(
                "其他方式能否开始与剩余次数不符", "whether another method can be started does not match the attempts left"
            )
        return None

    return all_of(
        each_event(evidence, violation),
        facts_are_true(evidence, "face_tries", "other_tries", "attempt", "limits"),
        same_under_other_names(evidence, "attempt"),
        *(near_misses_are_refused(evidence, event, "attempt", numbers) for event in VERIFIER_ANSWERS),
        each_configuration(evidence, lambda found: found.state in VERIFYING, unanswerable),
        each_configuration(evidence, lambda found: found.state is S.VERIFICATION_CHOICE, fewer),
        _limits_are_reached(evidence),
        parts_are_general(evidence, of_limits=True),
    )


_METHODS = (RIGHT, *[f"method: {method}" for method in OtherMethod][1:])


def _limits_are_reached(evidence: Evidence) -> CheckResult:
    """Check on real cases: three attempts by face and three another way, or as many as the case's limits, also over 9."""
    index, tried = _at_choice(evidence), 0
    if index is None:
        return CheckResult(())
    for limits in (None, Limits(1, 2), Limits(4, 1), Limits(12, 1), Limits(1, 12)):
        options: dict[str, Any] = {} if limits is None else {"limits": limits}
        face, other = (3, 3) if limits is None else (limits.face, limits.other)
        starts: tuple[tuple[Event, dict[str, Any], int], ...] = (
            (E.START_FACE_VERIFICATION, {"consent": "consent-1"}, face),
            (E.START_OTHER_VERIFICATION, {"method": OtherMethod.SMS_CODE.value}, other),
        )
        for start, carried, most in starts:
            made = 0
            try:
                path = evidence.exploration.path_to(index)
                case = evidence.case_class(goal=Goal.PLAN, account=ACCOUNT, order=ORDER, **options)
                replay_path(evidence.exploration, path, case)
                while made < 15 and case.may_trigger(start, carried, by=A.CUSTOMER):
                    case.trigger(start, carried, by=A.CUSTOMER)
                    made += 1
                    case.trigger(E.FAIL_VERIFICATION, {"attempt": made}, by=A.VERIFIER)
            except ProcessError:
                pass  # a refusal here is found by the checks above
            tried += made + 1
            if made != most:
                problem = Words(f"可试 {made} 次，应为 {most} 次", f"{made} attempts can be made, not {most}")
                broken = evidence.at(index, problem)._replace(attempt=(start, A.CUSTOMER, carried))
                return CheckResult(((tried, EVENTS_TRIED),), broken)
    return CheckResult(((tried, EVENTS_TRIED),))


def _at_choice(evidence: Evidence) -> int | None:
    return evidence.exploration.first(lambda found: found.state is S.VERIFICATION_CHOICE and found.facts.goal is Goal.PLAN)


def r10_another_way(evidence: Evidence) -> CheckResult:
    """Wherever face can be started, every other method can or is used up, and support is one event away."""

    def offers_face(found: Configuration) -> bool:
        return found.state is S.VERIFICATION_CHOICE

    def face_alone(index: int, found: Configuration) -> Words | None:
        if evidence.takes(index, E.START_FACE_VERIFICATION, A.CUSTOMER) is None:
            return None
        used_up = found.facts.other_attempts >= found.facts.other_limit
        for label in _METHODS:
            there = evidence.takes(index, E.START_OTHER_VERIFICATION, A.CUSTOMER, label)
            if not used_up and (there is None or there.state is S.FACE_VERIFICATION):
                return Words("提供人脸核验，却没有其他方式", "face verification is offered and another method is not")
        support = evidence.takes(index, E.REPORT_PROBLEM, A.CUSTOMER)
        if support is None or evidence.model.states[support.state].phase is not evidence.model.states[S.IN_SUPPORT].phase:
            return Words("提供人脸核验，却不能一步到客服", "face is offered and support is not one event away")
        return None

    def forced(seen: Observation) -> Words | None:
        if seen.enters is S.FACE_VERIFICATION and seen.source is not S.VERIFICATION_CHOICE:
            return Words("未经选择就进入人脸核验", "face verification starts where no other way is offered")
        return None

    return all_of(each_configuration(evidence, offers_face, face_alone), each_event(evidence, forced))


def r11_consent(evidence: Evidence) -> CheckResult:
    """Only the customer's start with consent starts it; withdrawing or choosing another way leads back, and no more."""

    def violation(seen: Observation) -> Words | None:
        if seen.target is S.FACE_VERIFICATION or seen.event is E.START_FACE_VERIFICATION:
            consent = seen.data.get("consent") if seen.event is E.START_FACE_VERIFICATION else None
            if consent is None or seen.by is not A.CUSTOMER:
                return Words("没有单独同意就开始人脸核验", "face verification starts without separate consent")
        if seen.event not in _STEPPING_BACK:
            return None
        zh, en = seen.event.words
        if seen.target is not (S.VERIFICATION_CHOICE if _attempts_left(seen.before) else S.SUPPORT_NEEDED):
            return Words(f"「{zh}」后到了不该到的地方", f'"{en}" leads neither back to the choice nor, at last, to support')
        if seen.after != seen.before:
            return Words(f"「{zh}」改变了别的事实", f'"{en}" changes a fact')
        if seen.data:  # PIPL art. 15: it must be easy
            return Words(f"「{zh}」还要客户填写内容", f'"{en}" requires filling something in')
        return None

    def bound(index: int, found: Configuration) -> Words | None:
        if found.state is S.FACE_VERIFICATION and evidence.takes(index, E.WITHDRAW_FACE_CONSENT, A.CUSTOMER) is None:
            return Words("同意不能撤回", "consent can't be withdrawn")
        if evidence.takes(index, E.CHOOSE_ANOTHER_WAY, A.CUSTOMER) is None:
            return Words("核验中不能改选其他方式", "another method can't be chosen in the middle of a verification")
        return None

    verifying = each_configuration(evidence, lambda found: found.state in VERIFYING, bound)
    return all_of(each_event(evidence, violation), verifying)


_STEPPING_BACK = (E.WITHDRAW_FACE_CONSENT, E.CHOOSE_ANOTHER_WAY)


def _attempts_left(facts: Facts) -> bool:
    return facts.face_attempts < facts.face_limit or facts.other_attempts < facts.other_limit


def r21_removed_is_removed(evidence: Evidence) -> CheckResult:
    """Once support has removed the face verification, no path decides about, offers or starts one; confirming submits."""
    removed = {seen.edge.target for seen in evidence.observations if seen.event is E.REMOVE_FACE_VERIFICATION}

    def asked_again(seen: Observation) -> Words | None:
        if seen.target in ASKING or seen.event in (E.REQUIRE_VERIFICATION, E.START_FACE_VERIFICATION):
            return Words("人脸验证已取消，却又要求核验", "after the removal a verification is asked for")
        if seen.event in (E.REMOVE_FACE_VERIFICATION, E.REQUEST_FACE_VERIFICATION_REMOVAL):
            return Words("人脸验证已取消，却又取消或要求取消", "after the removal it is removed or requested again")
        if seen.event is E.CONFIRM_CANCELLATION and seen.target is not S.CANCELLING:
            return Words("人脸验证已取消，确认后却没有提交", "after the removal confirming does not submit")
        return None

    return never_before(evidence, removed, lambda _seen: False, asked_again)
