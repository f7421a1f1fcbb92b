"""The requirement on where cases can get to (R1): every state and end, and every way to every goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from process.exploration.explorer import Edge
from process.model import Event, Goal, Phase, State, Words
from process.requirements.counterexample import WAYS, Counterexample, Finding
from process.requirements.evidence import Evidence, at, beginnings
from process.requirements.observation import Observation

E, S, G = Event, State, Goal


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet a goal.

    Attributes:
        name: in words.
        goal: whose way it is.
        end: where it leads.
        by: what must have happened on it.
        alone: without support.
        but: what must not have happened on it.
    """

    name: Words
    goal: Goal
    end: State
    by: Callable[[Observation], bool]
    alone: bool
    but: tuple[Event, ...] = ()

    @property
    def words(self) -> Words:
        return Words(f"{self.goal.words.zh}：{self.name.zh}", f"{self.goal.words.en}: {self.name.en}")


def _happens(event: Event, source: State | None = None) -> Callable[[Observation], bool]:
    def happens(seen: Observation) -> bool:
        return seen.event is event and source in (None, seen.source)

    return happens


def _ways() -> tuple[Way, ...]:
    skip, passed = E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION
    alone = [
        (Words("自助，系统跳过核验", "by self-service, the step skipped"), _happens(skip)),
        (Words("自助，人脸核验", "by self-service, with face"), _happens(passed, S.FACE_VERIFICATION)),
        (Words("自助，其他方式核验", "by self-service, another way"), _happens(passed, S.OTHER_VERIFICATION)),
    ]
    ways = []
    for goal in (G.PLAN, G.BOTH):
        ways += [Way(name, goal, S.PLAN_CANCELLED, by, True) for name, by in alone]
        waived = Words("经客服，豁免核验", "through support, the verification waived")
        ways.append(Way(waived, goal, S.PLAN_CANCELLED, _happens(E.WAIVE_VERIFICATION), False, (skip, passed)))
        guided = Words("经客服指引返回自助办理", "through support, guided back to self-service")
        ways.append(Way(guided, goal, S.PLAN_CANCELLED, _happens(E.GUIDE_BACK), False, (E.WAIVE_VERIFICATION,)))
    removed = _happens(E.REMOVE_FACE_VERIFICATION)
    both = Words(
        "经客服取消人脸验证，再取消分期", "through support, the face verification removed and then the plan cancelled"
    )
    ways.append(Way(both, G.BOTH, S.BOTH_CANCELLED, removed, False, (skip, passed, E.WAIVE_VERIFICATION)))
    ways.append(Way(Words("经客服", "through support"), G.FACE_VERIFICATION, S.FACE_VERIFICATION_REMOVED, removed, False))
    return tuple(ways)


ALL_WAYS = _ways()
"""Every way that R1 asks for."""


def witness(evidence: Evidence, way: Way) -> tuple[Edge, ...] | None:
    """A shortest trip that goes the way; None if there is none."""
    support = Phase.SUPPORT.number
    outgoing = evidence.outgoing
    begin = next(place for place in beginnings(evidence) if evidence.places[place].facts.goal is way.goal)
    predecessor: dict[tuple[int, bool], tuple[tuple[int, bool], Observation] | None] = {(begin, False): None}
    waiting = list(predecessor)
    for node in waiting:
        for seen in outgoing[node[0]]:
            if seen.event in way.but or (way.alone and evidence.phase_of(seen.target) == support):
                continue
            there = (seen.edge.target, node[1] or way.by(seen))
            if there in predecessor:
                continue
            predecessor[there] = (node, seen)
            if there[1] and seen.target is way.end:
                trip: list[Edge] = []
                step = predecessor[there]
                while step is not None:
                    trip.append(step[1].edge)
                    step = predecessor[step[0]]
                return tuple(reversed(trip))
            waiting.append(there)
    return None


def r1_every_end_and_way(evidence: Evidence) -> Finding:
    """Every state is reached, every end among them; every row is taken somewhere; and each way leads to its goal."""
    states, rows = len(evidence.model.states), len(evidence.model.transitions)
    asked = ((states, Words("个状态", "states")), (rows, Words("行（按起点）", "rows by source")), (len(ALL_WAYS), WAYS))
    for state in evidence.exploration.unreachable:
        what = Words(f"到不了「{state.words.zh}」", f'"{state.words.en}" is never reached')
        return Finding(asked, at(evidence, 0, what))
    taken = {(evidence.places[edge.source].state, edge.row) for edge in evidence.exploration.edges}
    for transition in evidence.model.transitions:
        if (transition.source, transition.row) not in taken:
            zh = f"第 {transition.row + 1} 行从「{transition.source.words.zh}」从未发生"
            en = f"row {transition.row + 1} of the table ({transition.event}) never happens from {transition.source}"
            return Finding(asked, at(evidence, 0, Words(zh, en)))
    for way in ALL_WAYS:
        if witness(evidence, way) is None:
            zh, en = way.words
            return Finding(asked, Counterexample(way.goal, (), Words(f"走不通：{zh}", f"there is no way: {en}")))
    return Finding(asked)
