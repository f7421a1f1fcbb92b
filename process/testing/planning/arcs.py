"""The explored graph for planning: one arc for all edges that take the same row between the same two configurations."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, Exploration
from process.exploration.graph import breadth_first, components, distances, path_back
from process.model import Event, Goal, Limits, QuoteStatus, State

SEARCHES = 64  # kept at once: many paths begin at the same configurations

RowFromState = tuple[State, int]
"""A transition: its source, and the index of its row in the table."""


class Arc(NamedTuple):
    """All edges that take the same row between the same two configurations."""

    source: int
    """The index of the configuration that it leaves."""
    target: int
    number: int
    """Its place among all arcs."""
    event: Event
    transition: RowFromState
    values: tuple[int, ...]
    """The transition with the value of each fact that decides, as numbers."""
    edges: tuple[Edge, ...]
    category: tuple[object, ...]
    """The transition with the status of the quote and with what is settled, which late answers depend on."""
    changes: bool
    """True if the quote, the settlement, or the identity is another one after it."""

    @property
    def row(self) -> int:
        return self.transition[1]


ArcAttribute = Literal["transition", "category"]


class NewArcs(NamedTuple):
    """The arcs of which the attribute has none of the known values."""

    attribute: ArcAttribute
    known: AbstractSet[object]


class _Search:
    """A breadth-first search from one configuration: its arcs in order, searched no further than they were asked for."""

    def __init__(self, start: int, leaving: Callable[[int], Iterable[tuple[Arc, int]]]) -> None:
        self._found: list[Arc] = []
        self._further = breadth_first((start,), leaving)
        self._predecessor: dict[int, tuple[int, Arc] | None] = {start: None}
        self._firsts: dict[object, tuple[dict[object, Arc], int]] = {}
        """By attribute, and by whether an end counts, the nearest arc of each value, and how many arcs were looked at."""

    def __iter__(self) -> Iterator[Arc]:
        return self.after(0)

    def after(self, number: int) -> Iterator[Arc]:
        """Yield the arcs after so many."""
        yield from islice(self._found, number, None)
        for source, arc, target in self._further:
            self._predecessor.setdefault(target, (source, arc))
            self._found.append(arc)
            yield arc

    def path_by(self, arc: Arc) -> list[Arc]:
        """A shortest path whose last arc is this one, which was found."""
        return [*path_back(self._predecessor, arc.source), arc]

    def first_without(self, attribute: ArcAttribute, known: Collection[object], ends: Collection[int]) -> Arc | None:
        """The nearest arc whose *attribute* is not *known* and that leads to none of the *ends*."""
        firsts, looked_at = self._firsts.get((attribute, bool(ends)), ({}, 0))
        for value, arc in firsts.items():
            if value not in known:
                return arc
        found = None
        for arc in self.after(looked_at):
            looked_at += 1
            value = getattr(arc, attribute)
            if value not in firsts and arc.target not in ends:
                firsts[value] = arc
                if value not in known:
                    found = arc
                    break
        self._firsts[attribute, bool(ends)] = firsts, looked_at
        return found

    @cached_property
    def first_arcs(self) -> Mapping[RowFromState, Arc]:
        """For each transition the nearest arc that takes it."""
        first: dict[RowFromState, Arc] = {}
        for arc in self:
            first.setdefault(arc.transition, arc)
        return first


class ArcGraph:
    """The arcs that cases with these goals can take without those events."""

    def __init__(
        self, exploration: Exploration, goals: Collection[Goal], without: Collection[Event], chance: random.Random
    ) -> None:
        self.exploration, self.goals = exploration, tuple(goals)
        self.configurations, self.ends = exploration.configurations, exploration.ends
        facts = self.configurations[0].facts
        self.limits = Limits(facts.face_limit, facts.other_limit)
        self.starts = {
            goal: index for index in exploration.starts if (goal := self.configurations[index].facts.goal) in self.goals
        }
        edges: dict[tuple[int, int, int], list[Edge]] = {}
        for edge in exploration.edges:
            if edge.event not in without:
                edges.setdefault((edge.source, edge.target, edge.row), []).append(edge)
        self.leaving: list[list[tuple[Arc, int]]] = [[] for _ in self.configurations]
        self.incoming: list[list[tuple[Arc, int]]] = [[] for _ in self.configurations]
        self.arcs_with: dict[int, list[int]] = {}
        """For each value at a transition the numbers of the arcs that have it."""
        numbers: dict[object, int] = {}
        deciding = list(map(deciding_values, self.configurations))
        for number, ((source, target, row), alike) in enumerate(edges.items()):
            here, there = self.configurations[source], self.configurations[target]
            transition = here.state, row
            values = tuple(numbers.setdefault((transition, value), len(numbers)) for value in deciding[source])
            arc = Arc(
                source,
                target,
                number,
                alike[0].event,
                transition,
                values,
                tuple(alike),
                (transition, *_settled(here, there)),
                _held(here) != _held(there),
            )
            self.leaving[source].append((arc, target))
            self.incoming[target].append((arc, source))
            for value in values:
                self.arcs_with.setdefault(value, []).append(number)
        for arcs in self.leaving:
            chance.shuffle(arcs)  # other seeds take other shortest paths
        self._search = lru_cache(SEARCHES)(lambda start: _Search(start, self.leaving.__getitem__))
        self.distance_to_end = distances(sorted(self.ends), self.incoming.__getitem__)
        self.reachable = set(distances(self.starts.values(), self.leaving.__getitem__))
        inner = sorted(self.reachable - self.ends)
        self.inner = {goal: [i for i in inner if self.configurations[i].facts.goal is goal] for goal in self.goals}

    @property
    def possible(self) -> tuple[set[RowFromState], set[State]]:
        """The transitions and the ends that these goals and events can take and reach."""
        transitions = {arc.transition for index in self.reachable for arc, _ in self.leaving[index]}
        return transitions, {self.configurations[index].state for index in self.reachable & self.ends}

    def path(
        self,
        start: int,
        wanted: Callable[[Arc], object],
        avoided: Callable[[Arc], object] | None = None,
        *,
        to_end: bool = False,
    ) -> list[Arc]:
        """A shortest path whose last arc is wanted, over arcs that are not avoided; empty if there is none.

        Args:
            to_end: whether the last arc may lead to an end.
        """

        if avoided is None:
            search = self._search(start)
        else:
            arcs = self.leaving
            search = _Search(start, lambda index: [each for each in arcs[index] if wanted(each[0]) or not avoided(each[0])])
        ends = self.ends
        for arc in search:
            if wanted(arc) and (to_end or arc.target not in ends):
                return search.path_by(arc)
        return []

    def path_to_new(self, start: int, new: NewArcs, *, to_end: bool = False) -> list[Arc]:
        """A shortest path whose last arc is one of the *new*; empty if there is none.

        Args:
            to_end: whether the last arc may lead to an end.
        """
        search = self._search(start)
        arc = search.first_without(new.attribute, new.known, () if to_end else self.ends)
        return search.path_by(arc) if arc else []

    def path_through(self, start: int, transition: RowFromState) -> list[Arc]:
        """A shortest path whose last arc takes the transition; empty if there is none."""
        search = self._search(start)
        arc = search.first_arcs.get(transition)
        return search.path_by(arc) if arc else []

    def arcs_from(self, start: int) -> Iterator[Arc]:
        """The arcs that can be reached, nearest first."""
        return iter(self._search(start))

    @cached_property
    def components(self) -> Mapping[int, int]:
        """The strongly connected component of each configuration: an arc lies on a cycle if it stays in one."""
        return components(sorted(self.reachable), lambda index: (target for _, target in self.leaving[index]))


def deciding_values(here: Configuration) -> tuple[object, ...]:
    """The facts that decide, each with its value."""
    facts = here.facts
    counted = (("face", facts.face_attempts, facts.face_limit), ("other", facts.other_attempts, facts.other_limit))
    counts = [(name, n if n < 2 or n >= limit - 1 else "some") for name, n, limit in counted]
    quote, verification = ("quote", facts.quote_status), ("verification", facts.settled, facts.face_removed)
    return (("goal", facts.goal), *counts, quote, verification)


def _settled(before: Configuration, after: Configuration) -> tuple[object, ...]:
    status, facts = before.facts.quote_status, before.facts
    is_answer = status is QuoteStatus.SUBMITTED is not after.facts.quote_status
    return (status, facts.settled, facts.face_removed) if is_answer else (status, facts.settled is not None)


def _held(here: Configuration) -> tuple[object, ...]:
    facts = here.facts
    return facts.quote_status, facts.settled, facts.face_removed, facts.identity, facts.rejected_quote


def is_near_limits(here: Configuration) -> tuple[bool, bool]:
    """For face and other attempts, True if they are used up, or all but one."""
    facts = here.facts
    return facts.face_attempts >= facts.face_limit - 1, facts.other_attempts >= facts.other_limit - 1
