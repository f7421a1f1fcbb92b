"""The fixed paths that a plan begins with, so that it does not depend on chance what they find.

There is one through each transition. Each begins with other numbers of attempts, and lets everything that the transition
may have left behind decide something: it goes on to a confirmation, and then uses up every attempt. Then there are paths
on which customer service takes the case back, with a quote and with what it settled; those on which the lender answers,
with everything that may have been settled before; a cycle through each event, many times; and further ones through
transitions that count attempts, begun near the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter

from process.model import Event, Facts, Goal, Guard, QuoteStatus
from process.testing.planning.arcs import Arc, ArcGraph, TransitionKey

FURTHER = 3  # further paths through each transition that counts attempts
BACK = (Event.QUOTE_CONSEQUENCES, Event.REPORT_PROBLEM, Event.GUIDE_BACK, Event.CHOOSE_CANCELLATION)

PlannedPath = tuple[Goal, list[Arc]]


class PlannedPaths:
    """The fixed paths of a graph."""

    def __init__(self, graph: ArcGraph) -> None:
        self.graph, self.model = graph, graph.exploration.machine.definition
        limits = [(each.source, _limits_named(guard)) for each in self.model.transitions for guard in each.guards]
        self.offering = {state for state, number in limits if number == 1}  # a way to verify, while attempts are left
        self.richest = sorted(graph.goals, key=lambda goal: -len(graph.inner[goal]))
        """The goals, those by which a case can do most first."""

    def through_transitions(self) -> Iterator[PlannedPath]:
        """A path through each transition, and further ones through those that count attempts."""
        graph, later = self.graph, list[PlannedPath]()
        possible = sorted(graph.possible[0])
        counting = {each for each in possible if any(map(_limits_named, self.model.table[each[1]].guards))}
        counting |= {each for each in possible if each[0] in {state for state, _ in counting}}
        faces, others = (sorted({0, max(0, most - 1), most}) for most in (graph.limits.face, graph.limits.other))
        counts = [(face, other) for face in faces for other in others]
        for number, transition in enumerate(possible):
            begins = (counts[len(others) :] or counts) if transition in counting else counts
            begins = [*begins[number % len(begins) :], *begins[: number % len(begins)], (0, 0)]
            goals = (*(self.richest[:2] if number % 2 else self.richest[1::-1]), *self.richest[2:])
            paths = ((goal, self._through(goal, transition, begin)) for goal in goals for begin in begins)
            fitting = filter(itemgetter(1), paths)
            yield from islice(fitting, 1)
            if transition in counting and not self.model.states[self.model.table[transition[1]].target].end:
                later += islice(fitting, FURTHER)
        yield from later

    def repeating(self, times: int) -> Iterator[PlannedPath]:
        """For each event that a case can take without end, the shortest cycle through it, *times* times."""
        for number, event in enumerate(self.model.events):
            for goal in (*self.richest[number % 2 :], *self.richest[: number % 2]):
                if path := self._cycle(goal, event, times):
                    yield goal, path
                    break

    def taken_back(self) -> Iterator[PlannedPath]:
        """Paths on which customer service takes the case back twice: with a quote, and with what it settled."""
        limits = self.graph.limits
        for goal in self.richest[:2]:
            settling = Event.REMOVE_FACE_VERIFICATION if goal is Goal.BOTH else Event.WAIVE_VERIFICATION
            for counts in ((face, other) for face in (0, limits.face) for other in (0, limits.other)):
                path = self._counted(goal, counts)
                for event in (*BACK, settling, *BACK[1:]):
                    path += self.to_event(event, goal, path)
                yield goal, path

    def answered(self) -> Iterator[PlannedPath]:
        """A path through each answer of the lender, for each way in which it may have been settled before."""

        def key(before: Facts, after: Facts) -> object:
            is_answer = before.quote_status is QuoteStatus.SUBMITTED is not after.quote_status
            return (before.settled, before.face_removed) if is_answer else None

        return self.through_classes(key, self.richest[:2])

    def through_classes(self, key: Callable[[Facts, Facts], object], goals: list[Goal]) -> Iterator[PlannedPath]:
        """A shortest path through one arc of each class: its transition and *key* of the facts before and after it."""
        graph, found = self.graph, set()
        for goal in goals:
            for index in graph.inner[goal]:
                for arc, _ in graph.leaving[index]:
                    value = key(graph.configurations[index].facts, graph.configurations[arc.target].facts)
                    if value is not None and (arc.transition, value) not in found:
                        found.add((arc.transition, value))
                        yield goal, [*self.shortestto_event(index), arc]

    def shortestto_event(self, index: int) -> list[Arc]:
        """A shortest path from a start to the configuration, over arcs of this graph."""
        start = self.graph.starts[self.graph.configurations[index].facts.goal]
        return self.graph.path(start, lambda arc: arc.target == index) if index != start else []

    def onward(self, index: int, number: int) -> list[Arc]:
        """From where a path has taken its transition: to a confirmation, and on until no attempt is left."""
        configurations = self.graph.configurations

        def confirms(arc: Arc) -> bool:
            before, after = configurations[arc.source].facts, configurations[arc.target].facts
            return before.quote_status is not after.quote_status and before.quote is not None is not after.quote

        def uses_up(arc: Arc) -> bool:
            facts = configurations[arc.target].facts
            spent = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
            return spent and (number % 3 == 0 or configurations[arc.target].state in self.offering)

        def settles(arc: Arc) -> bool:
            return configurations[arc.target].facts.settled not in (None, configurations[arc.source].facts.settled)

        path = self.graph.path(index, confirms, avoided=settles) or self.graph.path(index, confirms)
        return [*path, *self.graph.path(path[-1].target if path else index, uses_up)]

    def _cycle(self, goal: Goal, event: Event, times: int) -> list[Arc]:
        """The shortest path to a shortest cycle through the event, and the cycle so often; empty if there is none."""
        graph, component = self.graph, self.graph.components
        for index in graph.inner[goal]:  # the nearest to the start first
            arcs = [arc for arc, target in graph.leaving[index] if arc.event is event]
            cycles = [
                [arc, *(graph.path(arc.target, lambda each: each.target == index) if arc.target != index else ())]  # noqa: B023
                for arc in arcs
                if component[arc.target] == component[index]
            ]
            if cycles:
                return [*self.shortestto_event(index), *min(cycles, key=len) * times]
        return []

    def to_event(self, event: Event, goal: Goal, path: list[Arc]) -> list[Arc]:
        """A shortest path from the end of *path* that takes the event."""
        return self.graph.path(path[-1].target if path else self.graph.starts[goal], lambda arc: arc.event is event)

    def _through(self, goal: Goal, transition: TransitionKey, counts: tuple[int, int]) -> list[Arc]:
        path = self._counted(goal, counts)
        if not path and counts != (0, 0):
            return []
        start = path[-1].target if path else self.graph.starts[goal]
        through = self.graph.path(start, lambda arc: arc.transition == transition, to_end=True)
        return [*path, *through] if through else []

    def _counted(self, goal: Goal, counts: tuple[int, int]) -> list[Arc]:
        """A path to where so many attempts by face and another way are counted."""

        def counted(arc: Arc) -> bool:
            facts = self.graph.configurations[arc.target].facts
            return (facts.face_attempts, facts.other_attempts) == counts

        return [] if counts == (0, 0) else self.graph.path(self.graph.starts[goal], counted)


def _limits_named(guard: Guard) -> int:
    return sum(name in guard.message_fields for name in ("face_limit", "other_limit"))
