"""Reachability: every state and goal (R1), an end whatever an adversary does (R2), and nothing after an end (R3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge
from process.exploration.graph import shortest_path
from process.exploration.inputs import all_inputs
from process.model import Actor, Event, Goal, Phase, State, Words
from process.requirements.counterexample import CONFIGURATIONS, EVENTS_TRIED, PATHS, CheckResult, Counterexample, all_of
from process.requirements.evidence import Evidence, each_configuration, each_event
from process.requirements.observation import PLAN_ENDS, Observation, is_outstanding

A, E, S, G = Actor, Event, State, Goal
PASS, FAIL, SKIP, WAIVE = E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.SKIP_FACE_VERIFICATION, E.WAIVE_VERIFICATION


# ----------------------------------------------------------------------------------------------------------------- R1


@dataclass(frozen=True, slots=True)
class GoalPath:
    """A kind of path by which a goal can be met.

    Attributes:
        name: in words.
        goal: the goal that it meets.
        end: the end that it leads to.
        needed: an event that must happen on it.
        self_service: it must not enter customer service.
        avoided: events that must not happen on it.
    """

    name: Words
    goal: Goal
    end: State
    needed: Callable[[Observation], bool]
    self_service: bool = False
    avoided: tuple[Event, ...] = ()

    @property
    def words(self) -> Words:
        return Words(f"{self.goal.words.zh}：{self.name.zh}", f"{self.goal.words.en}: {self.name.en}")


def _takes(event: Event, source: State | None = None) -> Callable[[Observation], bool]:
    return lambda seen: seen.event is event and source in (None, seen.source)


def _all_goal_paths() -> Iterator[GoalPath]:
    skipped = Words("自助，系统跳过核验", "by self-service, verification skipped")
    face = Words("自助，人脸核验", "by self-service, verified by face")
    other = Words("自助，其他方式核验", "by self-service, verified by another method")
    waived = Words("经客服，豁免核验", "through support, verification waived")
    guided = Words("经客服指引返回自助办理", "through support, guided back to self-service")
    for goal in (G.PLAN, G.BOTH):
        yield GoalPath(skipped, goal, S.PLAN_CANCELLED, _takes(SKIP), self_service=True)
        yield GoalPath(face, goal, S.PLAN_CANCELLED, _takes(PASS, S.FACE_VERIFICATION), self_service=True)
        yield GoalPath(other, goal, S.PLAN_CANCELLED, _takes(PASS, S.OTHER_VERIFICATION), self_service=True)
        yield GoalPath(waived, goal, S.PLAN_CANCELLED, _takes(WAIVE), avoided=(SKIP, PASS))
        yield GoalPath(guided, goal, S.PLAN_CANCELLED, _takes(E.GUIDE_BACK), avoided=(WAIVE,))
        unsigned = Words(
            "经客服核实身份后豁免核验，无须登录", "identified by support, verification waived, without signing in"
        )
        yield GoalPath(unsigned, goal, S.PLAN_CANCELLED, _takes(WAIVE), avoided=(E.SIGN_IN,))
    removed = _takes(E.REMOVE_FACE_VERIFICATION)
    both = Words("经客服取消人脸验证，再取消分期", "through support, face verification removed and then the plan cancelled")
    yield GoalPath(both, G.BOTH, S.BOTH_CANCELLED, removed, avoided=(SKIP, PASS, WAIVE))
    support = Words("经客服", "through support")
    yield GoalPath(support, G.FACE_VERIFICATION, S.FACE_VERIFICATION_REMOVED, removed)
    unsigned = Words("经客服核实身份，无须登录", "identified by support, without signing in")
    yield GoalPath(unsigned, G.FACE_VERIFICATION, S.FACE_VERIFICATION_REMOVED, removed, avoided=(E.SIGN_IN,))


GOAL_PATHS = tuple(_all_goal_paths())
"""Every kind of path that R1 requires."""


def shortest_goal_path(evidence: Evidence, kind: GoalPath) -> tuple[Edge, ...] | None:
    """A shortest path of the kind; None if there is none."""

    def edges(node: tuple[int, bool]) -> Iterator[tuple[tuple[Observation, bool], tuple[int, bool]]]:
        index, happened = node  # a configuration, and whether the needed event has happened
        for seen in evidence.taken_in(index):
            enters_support = evidence.step_of(seen.target) == Phase.SUPPORT.number
            if seen.event not in kind.avoided and not (kind.self_service and enters_support):
                now = happened or kind.needed(seen)
                yield (seen, now), (seen.edge.target, now)

    starts = [index for index in evidence.exploration.starts if evidence.configurations[index].facts.goal is kind.goal]
    path = shortest_path([(start, False) for start in starts], edges, lambda e: e[1] and e[0].target is kind.end)
    return None if path is None else tuple(seen.edge for seen, _ in path)


def r1_every_end_and_goal(evidence: Evidence) -> CheckResult:
    """Every state is reached, every end among them; every row is taken; and each kind of path leads to its goal."""
    states, rows = len(evidence.model.states), len(evidence.model.transitions)
    units = Words("个状态", "states"), Words("条流转", "transitions"), PATHS
    coverage = tuple(zip((states, rows, len(GOAL_PATHS)), units, strict=True))
    for state in evidence.exploration.unreachable:
        problem = Words(f"到不了「{state.words.zh}」", f'"{state.words.en}" is never reached')
        return CheckResult(coverage, evidence.at(0, problem))
    taken = {(evidence.configurations[edge.source].state, edge.row) for edge in evidence.exploration.edges}
    for transition in evidence.model.transitions:
        if (transition.source, transition.row) not in taken:
            zh = f"第 {transition.row + 1} 行从「{transition.source.words.zh}」从未发生"
            en = f"row {transition.row + 1} of the table ({transition.event}) never happens from {transition.source}"
            return CheckResult(coverage, evidence.at(0, Words(zh, en)))
    for kind in GOAL_PATHS:
        if shortest_goal_path(evidence, kind) is None:
            zh, en = kind.words
            problem = Words(f"走不通：{zh}", f"there is no path: {en}")
            return CheckResult(coverage, Counterexample(kind.goal, (), problem))
    return CheckResult(coverage)


# ----------------------------------------------------------------------------------------------------------------- R2


@dataclass(frozen=True, slots=True)
class Adversary:
    """Events that never happen, and what must stay within reach all the same.

    Attributes:
        name: in words.
        allows: the event can still happen.
        goal: the configurations that must stay within reach.
        starts: the open configurations from which they must.
    """

    name: Words
    allows: Callable[[Observation], bool]
    goal: Callable[[Configuration], bool]
    starts: Callable[[Configuration], bool]


GIVING_UP = (E.ABANDON, E.DECLINE_CANCELLATION, E.TIME_OUT, E.REFUSE, E.REPORT_PLAN_ENDED)
CANCELLED_OR_REMOVED = (*PLAN_ENDS, S.FACE_VERIFICATION_REMOVED)
ENDS = (*CANCELLED_OR_REMOVED, S.PLAN_KEPT, S.PLAN_ENDED_OTHERWISE, S.REFUSED, S.ABANDONED, S.EXPIRED)


def _goes_on(seen: Observation) -> bool:
    return seen.event not in GIVING_UP


def _first_goal_met(found: Configuration) -> bool:
    return found.state in (PLAN_ENDS if found.facts.goal is not G.FACE_VERIFICATION else (S.FACE_VERIFICATION_REMOVED,))


def _ended(found: Configuration) -> bool:
    return found.state in ENDS


def _anywhere(_found: Configuration) -> bool:
    return True


def _in_self_service(found: Configuration) -> bool:
    """For the plan, outside customer service, and not at the choice with every attempt used up."""
    facts = found.facts
    used_up = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
    stuck = used_up and found.state is S.VERIFICATION_CHOICE
    return facts.goal is not G.FACE_VERIFICATION and found.state not in (S.SUPPORT_NEEDED, S.IN_SUPPORT) and not stuck


def _nothing_outstanding(found: Configuration) -> bool:
    return not is_outstanding(found)


def _without_any_luck(seen: Observation) -> bool:
    lucky = (PASS, SKIP, E.COMPLETE_CANCELLATION, E.REPORT_PLAN_ENDED)
    return seen.event not in lucky and seen.by not in (A.SUPPORT, A.CUSTOMER)


ADVERSARIES: tuple[Adversary, ...] = (
    Adversary(
        Words("人脸总不通过，仍能达成目标", "faces always fail, and the goal stays within reach"),
        lambda seen: _goes_on(seen) and not (seen.event is PASS and seen.source is S.FACE_VERIFICATION),
        _first_goal_met,
        _anywhere,
    ),
    Adversary(
        Words("核验服务总不可用，仍能达成目标", "the verifier is always down, and the goal stays within reach"),
        lambda seen: _goes_on(seen) and seen.event not in (PASS, FAIL),
        _first_goal_met,
        _anywhere,
    ),
    Adversary(
        Words("核验服务从不答复，仍能达成目标", "the verifier never answers, and the goal stays within reach"),
        lambda seen: _goes_on(seen) and seen.by is not A.VERIFIER,
        _first_goal_met,
        _anywhere,
    ),
    Adversary(
        Words("资方总是拒绝，仍有人能了结办理", "the lender always rejects, and somebody can still decide the case"),
        lambda seen: seen.event not in (E.COMPLETE_CANCELLATION, E.ABANDON, E.TIME_OUT, E.REPORT_PLAN_ENDED),
        _ended,
        _anywhere,
    ),
    Adversary(
        Words("始终没有客服，自助仍能取消分期", "no agent ever answers, and the plan can be cancelled by self-service"),
        lambda seen: _goes_on(seen) and seen.by is not A.SUPPORT,
        _first_goal_met,
        _in_self_service,
    ),
    Adversary(
        Words("始终没有客服，也不等超时，仍能结束", "no agent ever answers, and an end needs no deadline to pass"),
        lambda seen: seen.by not in (A.SUPPORT, A.CLOCK) and seen.event is not E.REPORT_PLAN_ENDED,
        _ended,
        _anywhere,
    ),
    Adversary(
        Words("只有时钟在动，仍能结束", "nothing happens but deadlines passing, and the case ends"),
        lambda seen: seen.by is A.CLOCK,
        _ended,
        _nothing_outstanding,
    ),
    Adversary(
        Words("一切都不顺且客户已离开，仍能结束", "all of these at once and the customer gone, and the case ends"),
        _without_any_luck,
        _ended,
        _anywhere,
    ),
)
"""The adversaries that R2 names, and more."""


def r2_an_end_within_reach(evidence: Evidence) -> CheckResult:
    """Check that an end can be reached against each adversary wherever it must be, and the customer can always leave."""
    count = 0
    for adversary in ADVERSARIES:
        usable = {seen.edge for seen in evidence.observations if adversary.allows(seen)}
        goal = [index for index, _ in evidence.where(adversary.goal)]
        reached = evidence.exploration.can_reach(goal, usable.__contains__)
        for index, here in evidence.where(evidence.is_open):
            if not adversary.starts(here):
                continue
            count += 1
            if index not in reached:
                zh, en = adversary.name
                problem = Words(f"从此不再成立：{zh}", f"no longer holds from here: {en}")
                return CheckResult(((count, CONFIGURATIONS),), evidence.at(index, problem))

    def cannot_leave(index: int, _found: Configuration) -> Words | None:
        there = evidence.takes(index, E.ABANDON, A.CUSTOMER)
        if there is None or not evidence.is_end(there.state):
            return Words("客户不能离开", "the customer can't leave")
        return None

    def hindered(seen: Observation) -> Words | None:
        if seen.event in (E.ABANDON, E.DECLINE_CANCELLATION) and seen.data:
            return Words("客户须先填写内容才能离开", "the customer must fill something in before leaving")
        return None

    def may_leave(found: Configuration) -> bool:
        return evidence.is_open(found) and not is_outstanding(found)

    against = CheckResult(((len(ADVERSARIES), Words("种对手", "adversaries")), (count, CONFIGURATIONS)))
    return all_of(against, each_configuration(evidence, may_leave, cannot_leave), each_event(evidence, hindered))


# ----------------------------------------------------------------------------------------------------------------- R3


def r3_ends_take_nothing(evidence: Evidence) -> CheckResult:
    """In every configuration at an end every event is raised by every actor, and none is taken."""
    tried = 0
    for index, found in evidence.where(lambda found: evidence.is_end(found.state)):
        for event, by, _variant, data in all_inputs(evidence.model, found.facts):
            tried += 1
            if evidence.machine.compiled_events[event].decide(found.state, found.facts, by, data) is not None:
                zh, en = found.state.words
                problem = Words(f"终态「{zh}」接受了事件", f'the end "{en}" takes an event')
                broken = evidence.at(index, problem)._replace(attempt=(event, by, data))
                return CheckResult(((tried, EVENTS_TRIED),), broken)
    return CheckResult(((tried, EVENTS_TRIED),))
