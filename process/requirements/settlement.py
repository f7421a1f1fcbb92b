"""Requirements on settling: verification comes first (R5), each does what is theirs (R6), removal is for support (R7)."""

from __future__ import annotations

from collections.abc import Mapping

from process.exploration.explorer import Configuration
from process.model import Actor, Event, Goal, State, Words
from process.requirements.cancellation import outstanding
from process.requirements.counterexample import Finding, all_of
from process.requirements.evidence import Evidence, beginnings, each_event, each_place, facts_are_true, never_before
from process.requirements.observation import Observation

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
ANSWERS_FOR_IT: Mapping[Event, tuple[str, ...]] = {
    E.WAIVE_VERIFICATION: ("agent", "ticket"),
    E.REMOVE_FACE_VERIFICATION: ("agent", "ticket"),
    E.SKIP_FACE_VERIFICATION: ("reason",),
    E.REJECT_CANCELLATION: ("reason",),
    E.REFUSE: ("reason",),
}
"""What whoever decides in the customer's stead must say: who it was and where that is noted, or why."""

NOT_THE_CUSTOMERS = {event for acts in ACTS.values() for event in acts if event is not E.REPORT_PROBLEM} | {*AGENTS_OWN}
PLAN_ENDS = (S.PLAN_CANCELLED, S.BOTH_CANCELLED)
REMOVED_ENDS = (S.FACE_VERIFICATION_REMOVED, S.BOTH_CANCELLED)


def r5_settled_before_cancelled(evidence: Evidence) -> Finding:
    """No trip that never settled a verification enters CANCELLING or an end with the plan cancelled; the facts say how."""
    what = Words("核验尚无结论就提交取消", "the cancellation is submitted though no verification was settled")

    def submitted(seen: Observation) -> Words | None:
        return what if seen.enters in (S.CANCELLING, *PLAN_ENDS) else None

    def settles(seen: Observation) -> bool:
        return seen.event in SETTLES

    return all_of(
        never_before(evidence, beginnings(evidence), settles, submitted),
        facts_are_true(evidence, "settled", but=E.REJECT_CANCELLATION),
    )


def r6_nobody_acts_for_another(evidence: Evidence) -> Finding:
    """Whatever is taken was raised by the one whose act it is, and who answers for it; what support may do, it can."""

    def wrong(seen: Observation) -> Words | None:
        event, by = seen.event, seen.by
        if by is A.CUSTOMER:
            mine = event not in NOT_THE_CUSTOMERS
        elif by is A.SUPPORT:
            own = (*AGENTS_OWN, *LEARNT_BY_AN_AGENT) if seen.source is S.IN_SUPPORT else FOR_THE_CUSTOMER
            mine = event in own
        else:
            mine = event in ACTS[by]
        if mine and SETTLES.get(event, by) is by:
            unsaid = [name for name in ANSWERS_FOR_IT.get(event, ()) if name not in seen.data]
            zh, en = event.words
            return Words(f"「{zh}」没有写明 {unsaid}", f'"{en}" does not say {", ".join(unsaid)}') if unsaid else None
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

    def removes(seen: Observation) -> bool:
        return seen.event is E.REMOVE_FACE_VERIFICATION and seen.source is S.IN_SUPPORT and seen.by is A.SUPPORT

    def gone(seen: Observation) -> Words | None:
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
        facts_are_true(evidence, "removed"),
        each_place(evidence, lambda found: found.state in (S.INSTALLMENT_OPTIONS, S.VERIFICATION_CHOICE), asked_for),
    )
