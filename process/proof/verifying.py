"""Requirements on verification: who settles it, how attempts are counted, another way beside the face, and consent."""

from __future__ import annotations

from collections.abc import Mapping

from process.exceptions import ProcessError
from process.explore import RIGHT, Configuration, play
from process.model import Actor, Event, Goal, OtherMethod, State, Words
from process.proof.cancelling import outstanding
from process.proof.evidence import Evidence, at, beginnings, each_event, each_place, never_before, told_truly
from process.proof.finding import ATTEMPTS, Counterexample, Finding, all_of
from process.proof.ledger import Seen

A, E, S = Actor, Event, State
SETTLES: Mapping[Event, Actor] = {
    E.SKIP_FACE_VERIFICATION: A.SYSTEM,
    E.PASS_VERIFICATION: A.VERIFIER,
    E.WAIVE_VERIFICATION: A.SUPPORT,
    E.REMOVE_FACE_VERIFICATION: A.SUPPORT,
}
"""What settles a verification, and who alone may say so."""

ACTS: Mapping[Actor, tuple[Event, ...]] = {
    A.CLOCK: (E.TIME_OUT,),
    A.LENDER: (E.QUOTE_CONSEQUENCES, E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION),
    A.VERIFIER: (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE),
    A.SYSTEM: (E.SKIP_FACE_VERIFICATION, E.REQUIRE_VERIFICATION, E.REPORT_PROBLEM),
}
"""What the parties beside the customer and support do. """

FOR_THE_CUSTOMER = (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION)
"""What an agent may do in the name of the customer on the line."""

AGENTS_OWN = (E.GUIDE_BACK, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION, E.REFUSE)
LEARNT_BY_AN_AGENT = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)
NOT_THE_CUSTOMERS = {event for acts in ACTS.values() for event in acts if event is not E.REPORT_PROBLEM} | {*AGENTS_OWN}
VERIFYING = (S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
ANSWERS = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)
PLAN_ENDS = (S.PLAN_CANCELLED, S.BOTH_CANCELLED)
REMOVED_ENDS = (S.FACE_VERIFICATION_REMOVED, S.BOTH_CANCELLED)


def r5_settled_before_cancelled(evidence: Evidence) -> Finding:
    """No trip that never settled a verification enters CANCELLING or an end with the plan cancelled; the facts say how."""
    what = Words("核验尚无结论就提交取消", "the cancellation is submitted though no verification was settled")

    def submitted(seen: Seen) -> Words | None:
        return what if seen.enters in (S.CANCELLING, *PLAN_ENDS) else None

    def settles(seen: Seen) -> bool:
        return seen.event in SETTLES

    return all_of(
        never_before(evidence, beginnings(evidence), settles, submitted),
        told_truly(evidence, "settled", but=E.REJECT_CANCELLATION),
    )


def r6_nobody_acts_for_another(evidence: Evidence) -> Finding:
    """Whatever is taken was raised by the one whose act it is; and what support may do for a case, it can."""

    def wrong(seen: Seen) -> Words | None:
        event, by = seen.event, seen.by
        if by is A.CUSTOMER:
            mine = event not in NOT_THE_CUSTOMERS
        elif by is A.SUPPORT:
            own = (*AGENTS_OWN, *LEARNT_BY_AN_AGENT) if seen.source is S.IN_SUPPORT else FOR_THE_CUSTOMER
            mine = event in own
        else:
            mine = event in ACTS[by]
        if mine and SETTLES.get(event, by) is by:
            return None
        return Words(
            f"「{event.words.zh}」不该由{by.words.zh}发起", f'"{event.words.en}" is not for the {by.words.en} to raise'
        )

    def agent_can(place: int, found: Configuration) -> Words | None:
        facts = found.facts
        wished = facts.goal is not Goal.PLAN and not facts.face_removed
        may = {E.WAIVE_VERIFICATION: facts.goal is not Goal.FACE_VERIFICATION, E.REMOVE_FACE_VERIFICATION: wished}
        for event, possible in may.items():
            can = evidence.takes(place, event, A.SUPPORT) is not None
            if can != (possible and not outstanding(found)):
                zh, en = ("却能", "can") if can else ("却不能", "can't")
                return Words(f"客服{zh}「{event.words.zh}」", f'support {en} "{event.words.en}"')
        return None

    return all_of(each_event(evidence, wrong), each_place(evidence, lambda found: found.state is S.IN_SUPPORT, agent_can))


def r7_removed_in_support(evidence: Evidence) -> Finding:
    """Without an agent's removal in IN_SUPPORT no trip ends with it removed; who wants it removed is led to support."""
    what = Words("人脸验证未经客服取消", "the face verification is gone without support having removed it")

    def removes(seen: Seen) -> bool:
        return seen.event is E.REMOVE_FACE_VERIFICATION and seen.source is S.IN_SUPPORT and seen.by is A.SUPPORT

    def gone(seen: Seen) -> Words | None:
        return what if seen.target in REMOVED_ENDS or seen.after.face_removed else None

    def asked_for(place: int, found: Configuration) -> Words | None:
        wished = found.facts.goal is not Goal.PLAN and not found.facts.face_removed
        there = evidence.takes(place, E.REQUEST_FACE_VERIFICATION_REMOVAL, A.CUSTOMER)
        if wished and (there is None or there.state is not S.SUPPORT_NEEDED):
            return Words(
                "想取消人脸验证的客户没有被引导到客服", "who wants the face verification removed is not led to support"
            )
        if there and not wished:
            return Words(
                "目标不含、或已取消，却仍可要求", "it can be asked for though the goal lacks it or it is removed already"
            )
        return None

    return all_of(
        never_before(evidence, beginnings(evidence), removes, gone),
        told_truly(evidence, "removed"),
        each_place(evidence, lambda found: found.state in (S.INSTALLMENT_OPTIONS, S.VERIFICATION_CHOICE), asked_for),
    )


def r9_attempts(evidence: Evidence) -> Finding:
    """Only a counted start opens an attempt, only its own answer closes it, and as many can be made as the limits say."""

    def wrong(seen: Seen) -> Words | None:
        before, started = seen.before, (E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION)
        if seen.target in VERIFYING and seen.event is not started[VERIFYING.index(seen.target)]:
            return Words(
                "核验未经客户开始就请求核验服务", "the verifier is asked though the customer did not start an attempt"
            )
        if seen.event in started and seen.target is not VERIFYING[started.index(seen.event)]:
            return Words("开始了核验，却没有请求核验服务", "an attempt is counted and the verifier is not asked")
        if seen.event in ANSWERS and (seen.source not in VERIFYING or seen.data["attempt"] != before.attempt):
            return Words("不是对当前核验的答复，却被接受", "an answer is taken that is not to the attempt that is open")
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
        other = [evidence.takes(place, E.START_OTHER_VERIFICATION, A.CUSTOMER, label) for label in _METHODS]
        if face != (facts.face_attempts < facts.face_limit):
            return Words("人脸核验能否开始与剩余次数不符", "whether face can be started is not what the attempts left say")
        if any((there is not None) != (facts.other_attempts < facts.other_limit) for there in other):
            return Words(
                "其他方式能否开始与剩余次数不符", "whether another way can be started is not what the attempts left say"
            )
        return None

    return all_of(
        each_event(evidence, wrong),
        told_truly(evidence, "face_tries", "other_tries", "attempt"),
        each_place(evidence, lambda found: found.state in VERIFYING, unanswerable),
        each_place(evidence, lambda found: found.state is S.VERIFICATION_CHOICE, fewer),
        _three_each(evidence),
        _late_answers(evidence),
    )


_METHODS = (RIGHT, *[f"method: {method}" for method in OtherMethod][1:])


def _three_each(evidence: Evidence) -> Finding:
    """A case opened without limits has three attempts by face and three another way."""
    place = _at_choice(evidence)
    tried = 0
    for start, carried in (
        (E.START_FACE_VERIFICATION, {"consent": "consent-1"}),
        (E.START_OTHER_VERIFICATION, {"method": OtherMethod.SMS_CODE}),
    ):
        if place is None:
            break
        made = 0
        try:
            case = play(evidence.exploration, evidence.exploration.trip_to(place), evidence.new_case(Goal.PLAN))
            while made < 9 and case.may_trigger(start, by=A.CUSTOMER, **carried):
                case.trigger(start, by=A.CUSTOMER, **carried)
                made += 1
                case.trigger(E.FAIL_VERIFICATION, by=A.VERIFIER, attempt=made)
        except ProcessError:
            pass  # what is refused here is found above
        tried += made + 1
        if made != 3:
            what = Words(f"默认可试 {made} 次，应为 3 次", f"{made} attempts can be made by default, not 3")
            return Finding(((tried, ATTEMPTS),), at(evidence, place, what)._replace(attempt=(start, A.CUSTOMER, carried)))
    return Finding(((tried, ATTEMPTS),))


def _late_answers(evidence: Evidence) -> Finding:
    """On a real case, where numbers grow past the counts: what an outage ended can no longer be answered."""
    place = _at_choice(evidence)
    if place is None:
        return Finding(())
    case = evidence.new_case(Goal.PLAN)
    tried = 0
    try:
        play(evidence.exploration, evidence.exploration.trip_to(place), case)
        for number in (1, 2, 3):
            case.trigger(E.START_OTHER_VERIFICATION, by=A.CUSTOMER, method=OtherMethod.SMS_CODE)
            for old in range(1, 5):
                for event in ANSWERS:
                    tried += 1
                    if case.may_trigger(event, by=A.VERIFIER, attempt=old) != (old == number):
                        zh, en = (
                            f"第 {number} 次进行中，对第 {old} 次的答复",
                            f"attempt {number} is open, the answer to {old}",
                        )
                        what = Words(f"{zh}处理有误", f"{en} is not dealt with as it should be")
                        attempt = (event, A.VERIFIER, {"attempt": old})
                        return Finding(
                            ((tried, ATTEMPTS),),
                            Counterexample(Goal.PLAN, evidence.exploration.trip_to(place), what, attempt),
                        )
            case.trigger(E.VERIFICATION_UNAVAILABLE, by=A.VERIFIER, attempt=number)
    except ProcessError as error:
        what = Words(f"故障后无法再次核验：{error}", f"no further attempt after an outage: {error}")
        return Finding(((tried, ATTEMPTS),), Counterexample(Goal.PLAN, evidence.exploration.trip_to(place), what))
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

    def forced(seen: Seen) -> Words | None:
        if seen.enters is S.FACE_VERIFICATION and seen.source is not S.VERIFICATION_CHOICE:
            return Words("未经选择就进入人脸核验", "face verification begins where no other way is offered")
        return None

    return all_of(each_place(evidence, offers_face, wrong), each_event(evidence, forced))


def r11_consent(evidence: Evidence) -> Finding:
    """Only the customer's start with consent begins it; withdrawing leads back to the choice and changes nothing else."""

    def wrong(seen: Seen) -> Words | None:
        if seen.target is S.FACE_VERIFICATION or seen.event is E.START_FACE_VERIFICATION:
            consent = seen.data.get("consent") if seen.event is E.START_FACE_VERIFICATION else None
            if consent is None or seen.by is not A.CUSTOMER:
                return Words("没有单独同意就开始人脸核验", "face verification starts without separate consent")
        if seen.event is E.WITHDRAW_FACE_CONSENT and (
            seen.target is not S.VERIFICATION_CHOICE or seen.after != seen.before
        ):
            return Words("撤回同意后不是回到选择核验方式", "withdrawing consent does not just lead back to the choice")
        return None

    def bound(place: int, _found: Configuration) -> Words | None:
        if evidence.takes(place, E.WITHDRAW_FACE_CONSENT, A.CUSTOMER) is None:
            return Words("同意不能撤回", "consent can't be withdrawn")
        return None

    return all_of(
        each_event(evidence, wrong), each_place(evidence, lambda found: found.state is S.FACE_VERIFICATION, bound)
    )
