"""Quotes (R4): the consequences are quoted and that very quote is confirmed; a quote is its content."""

from __future__ import annotations

from collections.abc import Iterator

from process.exploration.expansion import Configuration
from process.exploration.inputs import OFFER
from process.model import Actor, Event, Facts, Goal, RequestKind, State, Words
from process.requirements.counterexample import EVENTS_TAKEN, CheckResult, all_of
from process.requirements.data_independence import near_misses_are_refused, references, same_under_other_names
from process.requirements.evidence import Evidence, each_configuration, each_event, facts_are_true, never_before
from process.requirements.observation import PLAN_ENDS, Observation, after, corrects
from process.requirements.renamings import OTHER_NAMES
from process.value_checks import MAX_INTEGER

A, E, S = Actor, Event, State


def r4_quoted_and_confirmed(evidence: Evidence) -> CheckResult:
    """No path submits without a quote and its confirmation; only the open quote is confirmed, and it can be."""
    unquoted = Words("未告知后果就提交取消", "the cancellation is submitted though no consequences were quoted")
    unconfirmed = Words("未经确认就提交取消", "the cancellation is submitted though no quote was confirmed")

    def submits(seen: Observation) -> bool:
        return seen.enters in (S.CANCELLING, *PLAN_ENDS)

    def violation(seen: Observation) -> Words | None:
        quoted, facts = seen.before.quote, seen.before
        if seen.event is E.CONFIRM_CANCELLATION and (quoted is None or seen.data["quote"] != quoted):
            return Words("确认的不是当前报价，却被接受", "a quote is confirmed that is not the open one")
        corrected = seen.event is E.COMPLETE_CANCELLATION and corrects(seen)  # of a quote that was confirmed before
        if submits(seen) and not corrected and not after(seen).confirmed:
            return Words("提交的报价未经确认", "the quote that is submitted was not confirmed")
        if facts.goal is Goal.FACE_VERIFICATION and seen.target is S.CONSEQUENCES:
            return Words(
                "目标不含取消分期，却走到了确认后果", "the goal lacks the plan, and yet consequences are to be quoted"
            )
        if seen.enters is S.CONSEQUENCES or seen.event in (E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION):
            responsibility = evidence.model.responsibility(seen.target, seen.after)
            if responsibility is not None and responsibility.request is not RequestKind.QUOTE_CONSEQUENCES:
                return Words("没有重新告知后果", "no new quote is asked for")
        return None

    def confirmable(index: int, found: Configuration) -> Words | None:
        quoted = found.facts.quote is not None
        for event in (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION):
            for by in (A.CUSTOMER, A.SUPPORT):
                if (evidence.takes(index, event, by) is not None) != quoted:
                    zh, en = (
                        ("已有报价，却不能", "a quote is open, and one can't")
                        if quoted
                        else ("没有报价，却能", "no quote is open, and one can")
                    )
                    return Words(f"{zh}「{event.words.zh}」", f'{en} "{event.words.en}"')
        return None

    return all_of(
        never_before(
            evidence,
            evidence.exploration.starts,
            lambda s: s.event is E.QUOTE_CONSEQUENCES,
            lambda s: unquoted if submits(s) else None,
        ),
        never_before(
            evidence,
            evidence.exploration.starts,
            lambda s: s.event is E.CONFIRM_CANCELLATION,
            lambda s: unconfirmed if submits(s) else None,
        ),
        each_event(evidence, violation),
        facts_are_true(evidence, "goal", "quoted", "confirmed", but=E.COMPLETE_CANCELLATION),
        each_configuration(evidence, lambda found: found.state is S.CONSEQUENCES, confirmable),
        _a_quote_is_its_content(evidence),
        same_under_other_names(evidence, "quote", "fee", "currency"),
        near_misses_are_refused(evidence, E.CONFIRM_CANCELLATION, "quote", references),
    )


OFFERS_TRIED = (("quote-2", 100, "USD"), ("quote-3", 1, "JPY"), ("quote-4", 0, "CNY"), ("Quote-2", MAX_INTEGER, "CNY"))
"""Quotes that replace each other: higher, lower, the highest fee and none, in other currencies."""


def _a_quote_is_its_content(evidence: Evidence) -> CheckResult:
    """Wherever the lender may quote, a new offer, or the same again, replaces the open one; other content is refused.

    The reference of the open quote with another fee or currency is refused, and that of the rejected quote with any.
    """
    count = 0
    compiled = evidence.machine.compiled_events[E.QUOTE_CONSEQUENCES]
    for index, found in evidence.where(lambda found: found.state is S.CONSEQUENCES):
        for facts in (found.facts, *(names.of(found.facts) for names in OTHER_NAMES)):
            for offer, counts in _offers(facts):
                count += 1
                data = dict(zip(OFFER, offer, strict=True))
                outcome = compiled.decide(found.state, facts, A.LENDER, dict(data))
                now = outcome and (outcome[1].quote, outcome[1].fee, outcome[1].currency)
                if now != (offer if counts else None):
                    broken = evidence.at(index, _NOT_REPLACED if counts else _OTHER_CONTENT)
                    broken = broken._replace(attempt=(E.QUOTE_CONSEQUENCES, A.LENDER, data))
                    return CheckResult(((count, EVENTS_TAKEN),), broken)
    return CheckResult(((count, EVENTS_TAKEN),))


_NOT_REPLACED = Words("新报价没有取代旧报价", "a new quote does not replace the old one")
_OTHER_CONTENT = Words(
    "同一编号以其他内容重新报价，或报出被拒的报价，却被接受",
    "a quote is taken with the reference of another offer, the open or the rejected one",
)


def _offers(facts: Facts) -> Iterator[tuple[tuple[object, ...], bool]]:
    """Yield offers, each with True if it counts and False if it is refused."""
    yield from ((offer, True) for offer in OFFERS_TRIED)
    fee, currency = facts.fee or 0, facts.currency or "CNY"
    others = ((max(fee - 1, 0), currency), (min(fee + 1, MAX_INTEGER), currency), (fee, "EUR"), (fee ^ 1, "EUR"))
    if facts.quote is not None:
        yield (facts.quote, fee, currency), True
        yield from (((facts.quote, *other), False) for other in others if other != (fee, currency))
    if facts.rejected_quote is not None:
        yield from (((facts.rejected_quote, *other), False) for other in (*others, (fee, currency)))
