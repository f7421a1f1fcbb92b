"""The explored graph as ground to walk on: one step for all edges that take the same row to the same place."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Collection
from typing import NamedTuple

from process.exploration.explorer import Configuration, Edge, Exploration
from process.model import Event, Goal, Limits, State

Successor = tuple[State, int]
"""A transition: where it starts, and the place of its row in the table."""


class Step(NamedTuple):
    """An edge of the graph, for all that take the same row to the same place."""

    edge: Edge
    at: int
    """Its place among all of them."""
    transition: Successor
    values: tuple[int, ...]
    """The transition with each fact's value before it."""


class Ground:
    """What cases with these goals can do without those events."""

    def __init__(
        self, exploration: Exploration, goals: Collection[Goal], without: Collection[Event], chance: random.Random
    ) -> None:
        self.exploration, self.goals, self.random = exploration, tuple(goals), chance
        self.ends = exploration.ends
        facts = exploration.configurations[0].facts
        self.limits = Limits(facts.face_limit, facts.other_limit)
        begins = {exploration.configurations[p].facts.goal: p for p, e in enumerate(exploration.predecessor) if e is None}
        self.begins = {goal: begins[goal] for goal in self.goals}
        usable = [tuple(edge for edge in edges if edge.event not in without) for edges in exploration.outgoing]
        self.to_end = _steps_to(self.ends, usable)
        self.reachable = self._reachable(usable)
        self.alike: dict[tuple[int, int, int], list[Edge]] = {}
        for edge in (edge for edges in usable for edge in edges):
            self.alike.setdefault((edge.source, edge.row, edge.target), []).append(edge)
        self.steps: list[list[Step]] = [[] for _ in usable]
        self.having: dict[int, list[int]] = {}
        """For each value at a transition the steps that have it."""
        numbers: dict[object, int] = {}
        for at, (edge, *_) in enumerate(self.alike.values()):
            here = exploration.configurations[edge.source]
            transition = here.state, edge.row
            found = tuple(numbers.setdefault((transition, value), len(numbers)) for value in values(here))
            self.steps[edge.source].append(Step(edge, at, transition, found))
            for value in found:
                self.having.setdefault(value, []).append(at)
        inner = sorted(self.reachable - self.ends)
        self.inner = {goal: [p for p in inner if exploration.configurations[p].facts.goal is goal] for goal in self.goals}
        self.near = [_near_limits(found) for found in exploration.configurations]

    def _reachable(self, usable: list[tuple[Edge, ...]]) -> set[int]:
        reached, waiting = set(self.begins.values()), list(self.begins.values())
        while waiting:
            for edge in usable[waiting.pop()]:
                if edge.target not in reached:
                    reached.add(edge.target)
                    waiting.append(edge.target)
        return reached

    @property
    def possible(self) -> tuple[set[Successor], set[State]]:
        """The transitions and the ends that these goals and events can take and reach."""
        transitions = {step.transition for place in self.reachable for step in self.steps[place]}
        ends = {self.exploration.configurations[place].state for place in self.reachable & self.ends}
        return transitions, ends

    def path(
        self,
        place: int,
        wanted: Callable[[Step], bool],
        avoided: Callable[[Step], bool] | None = None,
        *,
        ends: bool = False,
    ) -> list[Step]:
        """A shortest way whose last step is wanted; none of no steps."""
        came: dict[int, Step | None] = {place: None}
        waiting = [place]
        for here in waiting:  # it grows on the way
            steps = self.steps[here]
            start = self.random.randrange(len(steps)) if steps else 0
            for step in (*steps[start:], *steps[:start]):
                target = step.edge.target
                is_end = target in self.ends
                if (ends or not is_end) and wanted(step):
                    return way_back(came, step)
                if target not in came and not is_end and not (avoided and avoided(step)):
                    came[target] = step
                    waiting.append(target)
        return []


def way_back(came: dict[int, Step | None], last: Step) -> list[Step]:
    """The way that ends with the step, by what each place was come to by."""
    way = [last]
    while (step := came[way[-1].edge.source]) is not None:
        way.append(step)
    return way[::-1]


def values(here: Configuration) -> tuple[object, ...]:
    """What decides, each with what it is."""
    facts = here.facts
    counted = (("face", facts.face_attempts, facts.face_limit), ("other", facts.other_attempts, facts.other_limit))
    counts = [(name, n if n < 2 or n >= limit - 1 else "some") for name, n, limit in counted]
    quote, verification = ("quote", facts.quote_status), ("verification", facts.settled, facts.face_removed)
    return (("goal", facts.goal), *counts, quote, verification)


def _near_limits(here: Configuration) -> tuple[bool, bool]:
    facts = here.facts
    return facts.face_attempts >= facts.face_limit - 1, facts.other_attempts >= facts.other_limit - 1


def _steps_to(ends: set[int], usable: list[tuple[Edge, ...]]) -> list[int]:
    """For each place how many events at least lead to an end; a number too large for one from which none can be reached."""
    incoming: list[list[int]] = [[] for _ in usable]
    for edges in usable:
        for edge in edges:
            incoming[edge.target].append(edge.source)
    steps = [len(usable)] * len(usable)
    waiting = deque(ends)
    for place in ends:
        steps[place] = 0
    while waiting:
        place = waiting.popleft()
        for source in incoming[place]:
            if steps[source] > steps[place] + 1:
                steps[source] = steps[place] + 1
                waiting.append(source)
    return steps
