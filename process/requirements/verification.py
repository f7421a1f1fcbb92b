"""Requirements on verifying: how attempts are counted (R9), another way beside the face (R10), and consent (R11)."""

from __future__ import annotations

from typing import Any

from process.exceptions import ProcessError
from process.exploration.explorer import Configuration
from process.exploration.inputs import RIGHT
from process.exploration.replay import replay_path
from process.model import Actor, Event, Goal, Limits, OtherMethod, State, Words
from process.requirements.counterexample import ATTEMPTS, Finding, all_of
from process.requirements.evidence import Evidence, at, each_event, each_place, facts_are_true, the_same_under_other_names
from process.requirements.near_misses import none_is_taken, numbers
from process.requirements.observation import Observation

A, E, S = Actor, Event, State
VERIFYING = (S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
ANSWERS = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)


def r9_attempts(evidence: Evidence) -> Finding:
    """Only a counted start opens an attempt, only its own answer closes it, and as many can be made as the limits say."""

    def wrong(seen: Observation) -> Words | None:
        before, started = seen.before, (E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION)
        if seen.target in VERIFYING and seen.event is not started[VERIFYING.index(seen.target)]:
            return Words(
                "核验未经客户开始就请求核验服务", "the verifier is asked though the customer did not start an attempt"
            )
        if seen.event in started and seen.target is not VERIFYING[started.index(seen.event)]:
            return Words("开始了核验，却没有请求核验服务", "an attempt is counted and the verifier is not asked")
        if seen.event in ANSWERS and (seen.source not in VERIFYING or seen.data["attempt"] != before.attempt):
            return Words("不是对当前核验的答复，却被接受", "an answer is taken that is not to the attempt that is open")
        if seen.event in ANSWERS and seen.data.keys() != {"attempt"}:
            return Words(
                "核验服务的答复带有次序号之外的东西", "the verifier's answer carries more than the attempt's number"
            )
        if seen.after.face_attempts > before.face_limit or seen.after.other_attempts > before.other_limit:
            return Words("次数超过上限", "more attempts than the limit")
        if seen.event is E.VERIFICATION_UNAVAILABLE and seen.target is not S.VERIFICATION_CHOICE:
            return Words("故障后客户不能重新选择", "after an outage the customer can't choose again")
        if seen.event is E.FAIL_VERIFICATION:
            left = before.face_attempts < before.face_limit or before.other_attempts < before.other_limit
            if seen.target is not (S.VERIFICATION_CHOICE if left else S.SUPPORT_NEEDED):
                zh, en = ("仍有次数", "attempts are left") if left else ("次数用尽", "no attempts are left")
                return Words(
                    f"{zh}，未通过后却到了「{seen.target.words.zh}」",
                    f'{en}, and failing leads to "{seen.target.words.en}"',
                )
        return None

    def unanswerable(place: int, _found: Configuration) -> Words | None:
        for event in ANSWERS:
            if evidence.takes(place, event, A.VERIFIER) is None:
                return Words(
                    f"当前核验的答复「{event.words.zh}」被拒", f'the open attempt\'s answer "{event.words.en}" is refused'
                )
        return None

    def fewer(place: int, found: Configuration) -> Words | None:
        facts = found.facts
        face = evidence.takes(place, E.START_FACE_VERIFICATION, A.CUSTOMER) is not None
        other = evidence.takes(place, E.START_OTHER_VERIFICATION, A.CUSTOMER) is not None
        if face != (facts.face_attempts < facts.face_limit):
            return Words("人脸核验能否开始与剩余次数不符", "whether face can be started is not what the attempts left say")
        if other != (facts.other_attempts < facts.other_limit):
            return Words(
                "其他方式能否开始与剩余次数不符", "whether another way can be started is not what the attempts left say"
            )
        return None

    return all_of(
        each_event(evidence, wrong),
        facts_are_true(evidence, "face_tries", "other_tries", "attempt", "limits"),
        the_same_under_other_names(evidence, "attempt"),
        *(none_is_taken(evidence, event, "attempt", numbers) for event in ANSWERS),
        each_place(evidence, lambda found: found.state in VERIFYING, unanswerable),
        each_place(evidence, lambda found: found.state is S.VERIFICATION_CHOICE, fewer),
        _as_many_as_the_limits_say(evidence),
    )


_METHODS = (RIGHT, *[f"method: {method}" for method in OtherMethod][1:])


def _as_many_as_the_limits_say(evidence: Evidence) -> Finding:
    """On real cases: three attempts by face and three another way, or as many as the case was opened with."""
    place, tried = _at_choice(evidence), 0
    if place is None:
        return Finding(())
    for limits in (None, Limits(1, 2), Limits(4, 1)):
        options: dict[str, Any] = {} if limits is None else {"limits": limits}
        face, other = (3, 3) if limits is None else (limits.face, limits.other)
        starts: tuple[tuple[Event, dict[str, Any], int], ...] = (
            (E.START_FACE_VERIFICATION, {"consent": "consent-1"}, face),
            (E.START_OTHER_VERIFICATION, {"method": OtherMethod.SMS_CODE.value}, other),
        )
        for start, carried, most in starts:
            made = 0
            try:
                trip = evidence.exploration.path_to(place)
                case = replay_path(evidence.exploration, trip, evidence.new_case(Goal.PLAN, **options))
                while made < 9 and case.may_trigger(start, carried, by=A.CUSTOMER):
                    case.trigger(start, carried, by=A.CUSTOMER)
                    made += 1
                    case.trigger(E.FAIL_VERIFICATION, {"attempt": made}, by=A.VERIFIER)
            except ProcessError:
                pass  # what is refused here is found above
            tried += made + 1
            if made != most:
                what = Words(f"可试 {made} 次，应为 {most} 次", f"{made} attempts can be made, not {most}")
                broken = at(evidence, place, what)._replace(attempt=(start, A.CUSTOMER, carried))
                return Finding(((tried, ATTEMPTS),), broken)
    return Finding(((tried, ATTEMPTS),))


def _at_choice(evidence: Evidence) -> int | None:
    return evidence.exploration.first(lambda found: found.state is S.VERIFICATION_CHOICE and found.facts.goal is Goal.PLAN)


def r10_another_way(evidence: Evidence) -> Finding:
    """Where face is taken every other method is too, or the customer has used them up; and support is one event away."""

    def offers_face(found: Configuration) -> bool:
        return found.state is S.VERIFICATION_CHOICE

    def wrong(place: int, found: Configuration) -> Words | None:
        if evidence.takes(place, E.START_FACE_VERIFICATION, A.CUSTOMER) is None:
            return None
        used_up = found.facts.other_attempts >= found.facts.other_limit
        for label in _METHODS:
            there = evidence.takes(place, E.START_OTHER_VERIFICATION, A.CUSTOMER, label)
            if not used_up and (there is None or there.state is S.FACE_VERIFICATION):
                return Words("提供人脸核验，却没有其他方式", "face is offered and another way is not")
        support = evidence.takes(place, E.REPORT_PROBLEM, A.CUSTOMER)
        if support is None or evidence.model.states[support.state].phase is not evidence.model.states[S.IN_SUPPORT].phase:
            return Words("提供人脸核验，却不能一步到客服", "face is offered and support is not one event away")
        return None

    def forced(seen: Observation) -> Words | None:
        if seen.enters is S.FACE_VERIFICATION and seen.source is not S.VERIFICATION_CHOICE:
            return Words("未经选择就进入人脸核验", "face verification begins where no other way is offered")
        return None

    return all_of(each_place(evidence, offers_face, wrong), each_event(evidence, forced))


def r11_consent(evidence: Evidence) -> Finding:
    """Only the customer's start with consent begins it; withdrawing leads back to the choice and changes nothing else."""

    def wrong(seen: Observation) -> Words | None:
        if seen.target is S.FACE_VERIFICATION or seen.event is E.START_FACE_VERIFICATION:
            consent = seen.data.get("consent") if seen.event is E.START_FACE_VERIFICATION else None
            if consent is None or seen.by is not A.CUSTOMER:
                return Words("没有单独同意就开始人脸核验", "face verification starts without separate consent")
        if seen.event is E.WITHDRAW_FACE_CONSENT and (
            seen.target is not S.VERIFICATION_CHOICE or seen.after != seen.before
        ):
            return Words("撤回同意后不是回到选择核验方式", "withdrawing consent does not just lead back to the choice")
        if seen.event is E.WITHDRAW_FACE_CONSENT and seen.data:  # PIPL art. 15: it must be easy
            return Words("撤回同意还要客户填写内容", "withdrawing consent asks the customer for something")
        return None

    def bound(place: int, _found: Configuration) -> Words | None:
        if evidence.takes(place, E.WITHDRAW_FACE_CONSENT, A.CUSTOMER) is None:
            return Words("同意不能撤回", "consent can't be withdrawn")
        return None

    return all_of(
        each_event(evidence, wrong), each_place(evidence, lambda found: found.state is S.FACE_VERIFICATION, bound)
    )
