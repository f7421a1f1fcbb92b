"""Requirements on the cancellation itself: quoted and confirmed first, asked of the lender once, and ends that are true."""

from __future__ import annotations

from process.exploration.explorer import Configuration
from process.model import Actor, EndKind, Event, Goal, QuoteStatus, RequestKind, State, Words
from process.payload import MAX_INTEGER
from process.requirements.counterexample import EVENTS_TAKEN, Finding, all_of
from process.requirements.data_independence import OTHER_NAMES
from process.requirements.evidence import (
    Evidence,
    at,
    beginnings,
    each_event,
    each_place,
    facts_are_true,
    never_before,
    the_same_under_other_names,
)
from process.requirements.near_misses import none_is_taken, references
from process.requirements.observation import Observation, after

A, E, S = Actor, Event, State
WITH_SUPPORT = (S.SUPPORT_NEEDED, S.IN_SUPPORT)
PLAN_ENDS = (S.PLAN_CANCELLED, S.BOTH_CANCELLED)
ANSWERS = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)
SETTLING = (E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION)


def outstanding(found: Configuration) -> bool:
    """Whether the lender was asked and has not answered; true by R13, which holds the facts against what happened."""
    return found.facts.quote_status is QuoteStatus.SUBMITTED


def r4_quoted_and_confirmed(evidence: Evidence) -> Finding:
    """No trip submits without a quote and its confirmation; only the quote that stands is confirmed, and it can be."""
    unquoted = Words("未告知后果就提交取消", "the cancellation is submitted though no consequences were quoted")
    unconfirmed = Words("未经确认就提交取消", "the cancellation is submitted though no quote was confirmed")

    def submits(seen: Observation) -> bool:
        return seen.enters in (S.CANCELLING, *PLAN_ENDS)

    def wrong(seen: Observation) -> Words | None:
        quoted, facts = seen.before.quote, seen.before
        if seen.event is E.CONFIRM_CANCELLATION and (quoted is None or seen.data["quote"] != quoted):
            return Words("确认的不是当前报价，却被接受", "a quote is confirmed that is not the one that stands")
        if submits(seen) and not after(seen).confirmed:
            return Words("提交的报价未经确认", "what is submitted is not a quote that was confirmed")
        if facts.goal is Goal.FACE_VERIFICATION and seen.target is S.CONSEQUENCES:
            return Words("目标不含取消分期，却走到了确认后果", "the goal lacks the plan, and yet its consequences are due")
        if seen.enters is S.CONSEQUENCES or seen.event in (E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION):
            turn = evidence.model.responsibility(seen.target, seen.after)
            if turn is not None and turn.request is not RequestKind.QUOTE_CONSEQUENCES:
                return Words("没有重新告知后果", "no new quote is asked for")
        return None

    def confirmable(place: int, found: Configuration) -> Words | None:
        quoted = found.facts.quote is not None
        for event in (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION):
            for by in (A.CUSTOMER, A.SUPPORT):
                if (evidence.takes(place, event, by) is not None) != quoted:
                    zh, en = (
                        ("已有报价，却不能", "a quote stands and can't")
                        if quoted
                        else ("没有报价，却能", "without a quote one can")
                    )
                    return Words(f"{zh}「{event.words.zh}」", f'{en} "{event.words.en}"')
        return None

    return all_of(
        never_before(
            evidence,
            beginnings(evidence),
            lambda s: s.event is E.QUOTE_CONSEQUENCES,
            lambda s: unquoted if submits(s) else None,
        ),
        never_before(
            evidence,
            beginnings(evidence),
            lambda s: s.event is E.CONFIRM_CANCELLATION,
            lambda s: unconfirmed if submits(s) else None,
        ),
        each_event(evidence, wrong),
        facts_are_true(evidence, "goal", "quoted", "confirmed", but=E.COMPLETE_CANCELLATION),
        each_place(evidence, lambda found: found.state is S.CONSEQUENCES, confirmable),
        _a_new_quote_counts(evidence),
        the_same_under_other_names(evidence, "quote", "fee", "currency"),
        none_is_taken(evidence, E.CONFIRM_CANCELLATION, "quote", references),
    )


QUOTED = (("quote-2", 100, "USD"), ("quote-3", 1, "JPY"), ("quote-4", 0, "CNY"), ("Quote-2 ", MAX_INTEGER, "CNY"))
"""Quotes that take each other's place: dearer, cheaper, the dearest and for nothing, in other money."""


def _a_new_quote_counts(evidence: Evidence) -> Finding:
    """Wherever the lender may quote, another quote, or the same again, takes the place of the one that stands."""
    count = 0
    lean = evidence.machine.compiled_events[E.QUOTE_CONSEQUENCES]
    for place, found in evidence.where(lambda found: found.state is S.CONSEQUENCES):
        for facts in (found.facts, *(names.of(found.facts) for names in OTHER_NAMES)):
            again = ((facts.quote, facts.fee, facts.currency),) if facts.quote is not None else ()
            for quoted in (*again, *QUOTED):
                count += 1
                data = dict(zip(("quote", "fee", "currency"), quoted, strict=True))
                move = lean.decide(found.state, facts, A.LENDER, dict(data))
                if move is None or (move[1].quote, move[1].fee, move[1].currency) != quoted:
                    what = Words("新报价没有取代旧报价", "a new quote does not take the place of the old one")
                    broken = at(evidence, place, what)._replace(attempt=(E.QUOTE_CONSEQUENCES, A.LENDER, data))
                    return Finding(((count, EVENTS_TAKEN),), broken)
    return Finding(((count, EVENTS_TAKEN),))


def r13_the_answer_decides(evidence: Evidence) -> Finding:
    """From asking to the answer: no end, no second question, each answer taken; silence and rejection lead to support."""
    ended = Words("资方尚未答复，办理却结束了", "the case ends while the lender's answer is outstanding")
    again = Words("资方尚未答复，又提交了一次", "the lender is asked again while its answer is outstanding")

    def before_the_answer(seen: Observation) -> Words | None:
        if evidence.is_end(seen.target):
            return ended
        return again if seen.enters is S.CANCELLING else None

    def wrong(seen: Observation) -> Words | None:
        submitted = seen.before.quote_status is QuoteStatus.SUBMITTED
        if seen.event in ANSWERS and not (submitted and seen.data["quote"] == seen.before.quote):
            return Words(
                "并非对已提交报价的答复，却被接受", "an answer is taken that is not to a quote submitted and unanswered"
            )
        if seen.event is E.REJECT_CANCELLATION and seen.target is not _after_rejection(seen.source):
            return Words("被拒后没有转到客服", "a rejection does not lead to support, or ends the talk with it")
        if submitted and seen.event is E.TIME_OUT and seen.target is not S.SUPPORT_NEEDED:
            return Words("资方无答复，却没有转到客服", "the lender's silence does not lead to support")
        if submitted and seen.target not in (S.CANCELLING, *WITH_SUPPORT) and seen.event not in ANSWERS:
            return Words("资方尚未答复，办理却继续了", "the case goes on while the lender's answer is outstanding")
        return None

    def lost(place: int, found: Configuration) -> Words | None:
        for by in (A.LENDER, A.SUPPORT) if found.state is S.IN_SUPPORT else (A.LENDER,):
            for event in ANSWERS:
                if evidence.takes(place, event, by) is None:
                    zh, en = (
                        f"{by.words.zh}的答复「{event.words.zh}」被拒",
                        f'"{event.words.en}" by the {by.words.en} is refused',
                    )
                    return Words(f"尚待答复，{zh}", f"the answer is outstanding, and {en}")
        if found.state is S.CANCELLING and evidence.takes(place, E.TIME_OUT, A.CLOCK) is None:
            return Words("资方无答复时不能转到客服", "the lender's silence leads nowhere")
        return None

    def awaiting(found: Configuration) -> bool:
        return found.state is S.CANCELLING or (outstanding(found) and not evidence.is_end(found.state))

    asked = {seen.edge.target for seen in evidence.seen if seen.enters is S.CANCELLING}
    return all_of(
        never_before(evidence, asked, lambda seen: seen.event in ANSWERS, before_the_answer),
        each_event(evidence, wrong),
        each_place(evidence, awaiting, lost),
        facts_are_true(evidence, "outstanding", but=E.COMPLETE_CANCELLATION),
        *(none_is_taken(evidence, event, "quote", references) for event in ANSWERS),
    )


def _after_rejection(source: State) -> State:
    return source if source in WITH_SUPPORT else S.SUPPORT_NEEDED


def r14_cancelled_once(evidence: Evidence) -> Finding:
    """After the lender has cancelled, no trip leads to a second cancellation; the facts say so, and by which quote."""
    done = {seen.edge.target for seen in evidence.seen if seen.event is E.COMPLETE_CANCELLATION}
    what = Words("分期被取消了两次", "the plan is cancelled twice")

    def twice(seen: Observation) -> Words | None:
        return what if seen.event is E.COMPLETE_CANCELLATION or seen.target in PLAN_ENDS else None

    return all_of(
        never_before(evidence, done, _nothing, twice),
        facts_are_true(evidence, "cancelled"),
        facts_are_true(evidence, "quoted", "confirmed", "outstanding", only=E.COMPLETE_CANCELLATION),
    )


def _nothing(_seen: Observation) -> bool:
    return False


def r17_serves_one_try(evidence: Evidence) -> Finding:
    """What is settled serves: confirming submits. After a rejection no trip submits before it is settled anew."""
    rejected = {seen.edge.target for seen in evidence.seen if seen.event is E.REJECT_CANCELLATION}
    what = Words("被拒后未重新核验就再次提交", "after a rejection it is submitted again without a new verification")

    def again(seen: Observation) -> Words | None:
        return what if seen.enters is S.CANCELLING else None

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


def r19_ends_tell_the_truth(evidence: Evidence) -> Finding:
    """Every end is what happened last and what was removed or cancelled, and counts as that; what ends a case ends it."""

    def meant(seen: Observation, met: bool) -> Words | None:
        chosen = EndKind.NEUTRAL if seen.by is A.CUSTOMER or seen.event is E.DECLINE_CANCELLATION else EndKind.BAD
        kind = EndKind.GOOD if met else chosen
        if evidence.model.states[seen.target].end is kind:
            return None
        zh, en = kind.words
        return Words(
            f"「{seen.target.words.zh}」是「{zh}」，却不这样记", f'"{seen.target.words.en}" does not count as "{en}"'
        )

    def wrong(seen: Observation) -> Words | None:
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

    def refusable(place: int, found: Configuration) -> Words | None:
        if not outstanding(found) and evidence.takes(place, E.REFUSE, A.SUPPORT) is None:
            return Words("客服不能拒绝申请", "support can't refuse")
        return None

    return all_of(each_event(evidence, wrong), each_place(evidence, lambda found: found.state is S.IN_SUPPORT, refusable))


_ENDED_BY = {
    E.COMPLETE_CANCELLATION: S.PLAN_CANCELLED,
    E.DECLINE_CANCELLATION: S.PLAN_KEPT,
    E.REFUSE: S.REFUSED,
    E.ABANDON: S.ABANDONED,
}
"""The end that each of these events makes, where no face verification was removed."""
