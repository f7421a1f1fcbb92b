"""Requirements on ends: one stays within reach whatever an adversary does (R2), and none takes an event (R3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from process.exploration.explorer import Configuration
from process.exploration.inputs import all_inputs
from process.model import Actor, Event, Goal, State, Words
from process.requirements.cancellation import outstanding
from process.requirements.counterexample import ATTEMPTS, CONFIGURATIONS, Finding, all_of
from process.requirements.evidence import Evidence, at, each_event, each_place
from process.requirements.observation import Observation

A, E, S, G = Actor, Event, State, Goal
PLAN_ENDS = (S.PLAN_CANCELLED, S.BOTH_CANCELLED)
GIVING_UP = (E.ABANDON, E.DECLINE_CANCELLATION, E.TIME_OUT, E.REFUSE)
PASSES, FAILS = E.PASS_VERIFICATION, E.FAIL_VERIFICATION


@dataclass(frozen=True, slots=True)
class Adversary:
    """Somebody who stands in the way, and what must stay within reach all the same.

    Attributes:
        name: in words.
        leaves: whether the event can still happen.
        wins: what must stay within reach.
        meets: from which open configurations.
    """

    name: Words
    leaves: Callable[[Observation], bool]
    wins: Callable[[Configuration], bool]
    meets: Callable[[Configuration], bool]


def _on(seen: Observation) -> bool:
    """Nobody gives up on the case."""
    return seen.event not in GIVING_UP


def _met(found: Configuration) -> bool:
    """What was wished first has happened."""
    return found.state in (PLAN_ENDS if found.facts.goal is not G.FACE_VERIFICATION else (S.FACE_VERIFICATION_REMOVED,))


def _ended(found: Configuration) -> bool:
    return found.state in ENDS


def _anywhere(_found: Configuration) -> bool:
    return True


def _still_able(found: Configuration) -> bool:
    """In self-service, for the plan, and not at the choice with every attempt used up."""
    facts = found.facts
    used_up = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
    stuck = used_up and found.state is S.VERIFICATION_CHOICE
    return facts.goal is not G.FACE_VERIFICATION and found.state not in (S.SUPPORT_NEEDED, S.IN_SUPPORT) and not stuck


def _nothing_outstanding(found: Configuration) -> bool:
    return not outstanding(found)


def _against_all(seen: Observation) -> bool:
    """Faces fail, the verifier is down for other ways, nothing is skipped, the lender rejects, no agent, no customer."""
    return seen.event not in (PASSES, E.SKIP_FACE_VERIFICATION, E.COMPLETE_CANCELLATION) and seen.by not in (
        A.SUPPORT,
        A.CUSTOMER,
    )


ENDS = (S.PLAN_CANCELLED, S.FACE_VERIFICATION_REMOVED, S.BOTH_CANCELLED, S.PLAN_KEPT, S.REFUSED, S.ABANDONED, S.EXPIRED)
ADVERSARIES: tuple[Adversary, ...] = (
    Adversary(
        Words("人脸总不通过，仍能达成目标", "faces always fail, and the goal stays within reach"),
        lambda seen: _on(seen) and not (seen.event is PASSES and seen.source is S.FACE_VERIFICATION),
        _met,
        _anywhere,
    ),
    Adversary(
        Words("核验服务总不可用，仍能达成目标", "the verifier is always down, and the goal stays within reach"),
        lambda seen: _on(seen) and seen.event not in (PASSES, FAILS),
        _met,
        _anywhere,
    ),
    Adversary(
        Words("核验服务从不答复，仍能达成目标", "the verifier never answers, and the goal stays within reach"),
        lambda seen: _on(seen) and seen.by is not A.VERIFIER,
        _met,
        _anywhere,
    ),
    Adversary(
        Words("资方总是拒绝，仍有人能了结办理", "the lender always rejects, and somebody can still decide the case"),
        lambda seen: seen.event not in (E.COMPLETE_CANCELLATION, E.ABANDON, E.TIME_OUT),
        _ended,
        _anywhere,
    ),
    Adversary(
        Words("始终没有客服，自助仍能取消分期", "no agent ever answers, and the plan can be cancelled by self-service"),
        lambda seen: _on(seen) and seen.by is not A.SUPPORT,
        _met,
        _still_able,
    ),
    Adversary(
        Words("始终没有客服，也不等超时，仍能结束", "no agent ever answers, and an end needs no deadline to pass"),
        lambda seen: seen.by not in (A.SUPPORT, A.CLOCK),
        _ended,
        _anywhere,
    ),
    Adversary(
        Words("只有时钟在动，仍能结束", "nobody moves but the clock, and it ends the case"),
        lambda seen: seen.by is A.CLOCK,
        _ended,
        _nothing_outstanding,
    ),
    Adversary(
        Words("一切都不顺且客户已离开，仍能结束", "all of them at once and the customer gone, and the case ends"),
        _against_all,
        _ended,
        _anywhere,
    ),
)
"""Everybody that R2 names, and more."""


def r2_an_end_within_reach(evidence: Evidence) -> Finding:
    """Against each adversary, from every configuration that it meets; and whoever wants to leave can, at once."""
    places, looked_at = evidence.places, 0
    for adversary in ADVERSARIES:
        usable = {id(seen.edge) for seen in evidence.seen if adversary.leaves(seen)}
        won = {place for place, found in enumerate(places) if adversary.wins(found)}
        reached = evidence.exploration.can_reach(won, lambda edge, usable=usable: id(edge) in usable)  # type: ignore[misc]
        for place, found in enumerate(places):
            if evidence.is_end(found.state) or not adversary.meets(found):
                continue
            looked_at += 1
            if place not in reached:
                broken = at(
                    evidence,
                    place,
                    Words(f"从此不再成立：{adversary.name.zh}", f"no longer holds from here: {adversary.name.en}"),
                )
                return Finding(((looked_at, CONFIGURATIONS),), broken)

    def kept(place: int, _found: Configuration) -> Words | None:
        there = evidence.takes(place, E.ABANDON, A.CUSTOMER)
        if there is None or not evidence.is_end(there.state):
            return Words("客户不能离开", "the customer can't leave")
        return None

    def hindered(seen: Observation) -> Words | None:
        if seen.event in (E.ABANDON, E.DECLINE_CANCELLATION) and seen.data:
            return Words("客户须先填写内容才能离开", "the customer is asked for something before leaving")
        return None

    def may_leave(found: Configuration) -> bool:
        return not evidence.is_end(found.state) and not outstanding(found)

    against = Finding(((len(ADVERSARIES), Words("种对手", "adversaries")), (looked_at, CONFIGURATIONS)))
    return all_of(against, each_place(evidence, may_leave, kept), each_event(evidence, hindered))


def r3_ends_take_nothing(evidence: Evidence) -> Finding:
    """In every configuration at an end every event is raised by everybody, and none is taken."""
    tried = 0
    for place, found in evidence.where(lambda found: evidence.is_end(found.state)):
        for event, by, _label, data in all_inputs(evidence.model, found.facts):
            tried += 1
            if evidence.machine.compiled_events[event].decide(found.state, found.facts, by, data) is not None:
                zh, en = f"终态「{found.state.words.zh}」接受了事件", f'the end "{found.state.words.en}" takes an event'
                broken = at(evidence, place, Words(zh, en))._replace(attempt=(event, by, data))
                return Finding(((tried, ATTEMPTS),), broken)
    return Finding(((tried, ATTEMPTS),))
