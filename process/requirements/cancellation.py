"""Cancellation: the lender's answer (R13), once (R14), one try (R17), true ends (R19)."""

from __future__ import annotations

from process.exploration.expansion import Configuration
from process.exploration.inputs import RIGHT
from process.model import Actor, EndKind, Event, QuoteStatus, State, Words
from process.requirements.counterexample import CheckResult, all_of
from process.requirements.data_independence import near_misses_are_refused, references
from process.requirements.evidence import Evidence, each_configuration, each_event, facts_are_true, never_before
from process.requirements.observation import PLAN_ENDS, SETTLING, Observation, after, corrects, is_outstanding

A, E, S = Actor, Event, State
WITH_SUPPORT = (S.SUPPORT_NEEDED, S.IN_SUPPORT)
LENDER_ANSWERS = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)


def r13_answers_count(evidence: Evidence) -> CheckResult:
    """From submission to answer: no end, no second submission, each answer taken; silence and rejection lead to support."""
    ended = Words("资方尚未答复，办理却结束了", "the case ends while the lender's answer is outstanding")
    again = Words("资方尚未答复，又提交了一次", "it is submitted again while the lender's answer is outstanding")

    def answers(seen: Observation) -> bool:
        return seen.event in LENDER_ANSWERS or (seen.event is E.REPORT_PLAN_ENDED and seen.by is A.LENDER)

    def before_the_answer(seen: Observation) -> Words | None:
        if evidence.is_end(seen.target):
            return ended
        return again if seen.enters is S.CANCELLING else None

    def violation(seen: Observation) -> Words | None:
        submitted = seen.before.quote_status is QuoteStatus.SUBMITTED
        corrected = seen.event is E.COMPLETE_CANCELLATION and corrects(seen)
        if seen.event in LENDER_ANSWERS and not corrected and not (submitted and seen.data["quote"] == seen.before.quote):
            return Words(
                "并非对已提交报价的答复，却被接受", "an answer is taken that names no quote submitted and unanswered"
            )
        if seen.event is E.REJECT_CANCELLATION and seen.target is not _after_rejection(seen.source):
            return Words("被拒后没有转到客服", "a rejection does not lead to support, or leaves it")
        if submitted and seen.event is E.TIME_OUT and seen.target is not S.SUPPORT_NEEDED:
            return Words("资方无答复，却没有转到客服", "the lender's silence does not lead to support")
        if submitted and seen.target not in (S.CANCELLING, *WITH_SUPPORT) and not answers(seen):
            return Words("资方尚未答复，办理却继续了", "the case goes on while the lender's answer is outstanding")
        return None

    def lost(index: int, found: Configuration) -> Words | None:
        for by in (A.LENDER, A.SUPPORT) if found.state is S.IN_SUPPORT else (A.LENDER,):
            for event in LENDER_ANSWERS:
                if evidence.takes(index, event, by) is None:
                    zh, en = (
                        f"{by.words.zh}的答复「{event.words.zh}」被拒",
                        f'"{event.words.en}" by the {by.words.en} is refused',
                    )
                    return Words(f"尚待答复，{zh}", f"the answer is outstanding, and {en}")
        if found.state is S.CANCELLING and evidence.takes(index, E.TIME_OUT, A.CLOCK) is None:
            return Words("资方无答复时不能转到客服", "the deadline for the lender's answer has no consequence")
        return None

    def uncorrected(index: int, found: Configuration) -> Words | None:
        variant = "quote: rejected" if found.facts.quote is not None else RIGHT
        for by in (A.LENDER, A.SUPPORT) if found.state is S.IN_SUPPORT else (A.LENDER,):
            there = evidence.takes(index, E.COMPLETE_CANCELLATION, by, variant)
            if there is None or there.state not in PLAN_ENDS:
                return Words("资方更正拒绝，却不被接受", "the lender corrects its rejection, and that is refused")
        return None

    def rejected(found: Configuration) -> bool:
        return found.facts.rejected_quote is not None and evidence.is_open(found)

    def awaiting(found: Configuration) -> bool:
        return found.state is S.CANCELLING or (is_outstanding(found) and not evidence.is_end(found.state))

    asked = {seen.edge.target for seen in evidence.observations if seen.enters is S.CANCELLING}
    return all_of(
        never_before(evidence, asked, answers, before_the_answer),
        each_event(evidence, violation),
        each_configuration(evidence, awaiting, lost),
        each_configuration(evidence, rejected, uncorrected),
        facts_are_true(evidence, "outstanding", "answered", "rejected", but=E.COMPLETE_CANCELLATION),
        *(near_misses_are_refused(evidence, event, "quote", references) for event in LENDER_ANSWERS),
    )


def _after_rejection(source: State) -> State:
    return source if source in WITH_SUPPORT else S.SUPPORT_NEEDED


def r14_cancelled_once(evidence: Evidence) -> CheckResult:
    """After the lender has cancelled, no path leads to a second cancellation; the facts record it, and by which quote."""
    done = {seen.edge.target for seen in evidence.observations if seen.event is E.COMPLETE_CANCELLATION}
    problem = Words("分期被取消了两次", "the plan is cancelled twice")

    def twice(seen: Observation) -> Words | None:
        return problem if seen.event is E.COMPLETE_CANCELLATION or seen.target in PLAN_ENDS else None

    return all_of(
        never_before(evidence, done, _nothing, twice),
        facts_are_true(evidence, "cancelled"),
        facts_are_true(
            evidence, "quoted", "confirmed", "outstanding", "answered", "rejected", only=E.COMPLETE_CANCELLATION
        ),
    )


def _nothing(_seen: Observation) -> bool:
    return False


def r17_serves_one_try(evidence: Evidence) -> CheckResult:
    """Once verification is settled, confirming submits; after a rejection no path submits before it is settled again.

    A removal of the face verification is no settlement: it serves every attempt (R21).
    """
    rejected = {
        seen.edge.target
        for seen in evidence.observations
        if seen.event is E.REJECT_CANCELLATION and not after(seen).removed
    }
    problem = Words("被拒后未重新核验就再次提交", "after a rejection it is submitted again without a new verification")

    def again(seen: Observation) -> Words | None:
        return problem if seen.enters is S.CANCELLING else None

    def asked_anew(seen: Observation) -> Words | None:
        settled = seen.before.settled is not None
        if seen.event is E.CONFIRM_CANCELLATION and settled and seen.target is not S.CANCELLING:
            return Words("核验已有结论，确认后却没有提交", "verification is settled, and confirming does not submit")
        return None

    return all_of(
        never_before(evidence, rejected, lambda seen: seen.event in SETTLING, again),
        each_event(evidence, asked_anew),
        facts_are_true(evidence, "settled", only=E.REJECT_CANCELLATION),
    )


def r19_ends_are_true(evidence: Evidence) -> CheckResult:
    """Every end matches the last event and what was removed or cancelled; what ends a case does so."""

    def meant(seen: Observation, met: bool) -> Words | None:
        neutral = seen.by is A.CUSTOMER or seen.event in (E.DECLINE_CANCELLATION, E.REPORT_PLAN_ENDED)
        chosen = EndKind.NEUTRAL if neutral else EndKind.BAD
        kind = EndKind.GOOD if met else chosen
        if evidence.model.states[seen.target].end is kind:
            return None
        zh, en = kind.words
        return Words(
            f"「{seen.target.words.zh}」是「{zh}」，却不这样记", f'"{seen.target.words.en}" does not count as "{en}"'
        )

    def violation(seen: Observation) -> Words | None:
        truth = after(seen)
        if not evidence.is_end(seen.target):
            if seen.event in _ENDED_BY:
                return Words(
                    f"「{seen.event.words.zh}」之后办理没有结束", f'after "{seen.event.words.en}" the case has not ended'
                )
            return None
        cancelled = seen.event is E.COMPLETE_CANCELLATION
        true: State | None
        if cancelled:
            true = S.BOTH_CANCELLED if truth.removed else S.PLAN_CANCELLED
        elif truth.removed:
            true = S.FACE_VERIFICATION_REMOVED
        else:
            true = _ENDED_BY.get(seen.event, S.EXPIRED if seen.event is E.TIME_OUT else None)
        if true is seen.target:
            return meant(seen, cancelled or truth.removed)
        zh, en = (true.words.zh, true.words.en) if true else ("办理未结束", "not an end")
        target = seen.target.words
        return Words(f"终态为「{target.zh}」，实际是「{zh}」", f'it ends in "{target.en}", and what happened is "{en}"')

    def refusable(index: int, found: Configuration) -> Words | None:
        if not is_outstanding(found) and evidence.takes(index, E.REFUSE, A.SUPPORT) is None:
            return Words("客服不能拒绝申请", "support can't refuse")
        return None

    def reportable(index: int, found: Configuration) -> Words | None:
        may = {A.LENDER: True, A.SYSTEM: found.state is not S.CANCELLING and not is_outstanding(found)}
        for by, expected in may.items():
            if (evidence.takes(index, E.REPORT_PLAN_ENDED, by) is not None) != expected:
                zh, en = ("不能", "can't") if expected else ("却能", "can")
                return Words(f"{by.words.zh}{zh}报告分期已另行终止", f"the {by.words.en} {en} report that the plan ended")
        return None

    return all_of(
        each_event(evidence, violation),
        each_configuration(evidence, lambda found: found.state is S.IN_SUPPORT, refusable),
        each_configuration(evidence, evidence.is_open, reportable),
    )


_ENDED_BY = {
    E.COMPLETE_CANCELLATION: S.PLAN_CANCELLED,
    E.DECLINE_CANCELLATION: S.PLAN_KEPT,
    E.REFUSE: S.REFUSED,
    E.ABANDON: S.ABANDONED,
    E.REPORT_PLAN_ENDED: S.PLAN_ENDED_OTHERWISE,
}
"""The end that each of these events leads to, where no face verification was removed."""
