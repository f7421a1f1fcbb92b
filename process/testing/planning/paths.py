"""The fixed paths that a plan begins with, so that it does not depend on chance what they find.

There is one through each transition. Each begins with other numbers of attempts, and lets everything that the transition
may have left behind decide something: it goes on to a confirmation, and then uses up every attempt. Then there are paths
on which customer service takes the case back, with a quote and with what it settled; a cycle through each event, many
times; and further ones through transitions that count attempts, begun near the limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from operator import itemgetter

from process.model import Event, Goal, Guard
from process.testing.planning.arcs import Arc, ArcGraph, RowFromState

NEAREST = 8  # cycles of which the shortest is taken
EVERY = 3  # path through the same row goes on until no attempt is left
FURTHER = 1  # further paths through each transition that counts attempts
BACK = (Event.QUOTE_CONSEQUENCES, Event.REPORT_PROBLEM, Event.GUIDE_BACK, Event.CHOOSE_CANCELLATION)

LEFT_OPEN = (
    (Event.START_FACE_VERIFICATION, Event.REPORT_PROBLEM, Event.REFUSE),
    (Event.START_OTHER_VERIFICATION, Event.REPORT_PROBLEM, Event.WAIVE_VERIFICATION, Event.DECLINE_CANCELLATION),
    (Event.REPORT_PROBLEM, Event.IDENTIFY_CUSTOMER, Event.GUIDE_BACK, Event.WAIVE_VERIFICATION),
)
"""Events after which a back end may keep an attempt open, or forget who was identified."""

PlannedPath = tuple[Goal, list[Arc]]


class PlannedPaths:
    """The fixed paths of a graph."""

    def __init__(self, graph: ArcGraph) -> None:
        self.graph, self.model = graph, graph.exploration.machine.definition
        limits = [(each.source, _limits_named(guard)) for each in self.model.transitions for guard in each.guards]
        self.offering = {state for state, number in limits if number == 1}  # a way to verify, while attempts are left
        self.richest = sorted(graph.goals, key=lambda goal: -len(graph.inner[goal]))
        """The goals, those by which a case can do most first."""
        self._onward: Counter[int] = Counter()
        self._counted_paths: dict[tuple[Goal, tuple[int, int]], list[Arc]] = {}

    def through_transitions(self) -> Iterator[PlannedPath]:
        """A path through each transition."""
        return (path for paths in self._all_through() for path in islice(paths, 1))

    def further(self) -> Iterator[PlannedPath]:
        """Further paths through the transitions that count attempts, begun with other numbers of them."""
        return (path for paths in self._all_through() for path in islice(paths, 1, 1 + FURTHER))

    def _all_through(self) -> Iterator[Iterator[PlannedPath]]:
        graph = self.graph
        table, states = self.model.table, self.model.states
        possible = sorted(each for each in graph.possible[0] if not states[table[each[1]].target].end)
        counting = {each for each in possible if any(map(_limits_named, self.model.table[each[1]].guards))}
        counting |= {each for each in possible if each[0] in {state for state, _ in counting}}
        faces, others = (sorted({0, max(0, most - 1), most}) for most in (graph.limits.face, graph.limits.other))
        counts = [(face, other) for face in faces for other in others]
        for number, transition in enumerate(possible):
            begins = (counts[len(others) :] or counts) if transition in counting else counts
            begins = [*begins[number % len(begins) :], *begins[: number % len(begins)], (0, 0)]
            goals = (*(self.richest[:2] if number % 2 else self.richest[1::-1]), *self.richest[2:])
            paths = ((goal, self._through(goal, transition, begin)) for goal in goals for begin in begins)
            yield islice(filter(itemgetter(1), paths), 1 + FURTHER if transition in counting else 1)

    def repeating(self, times: int) -> Iterator[PlannedPath]:
        """For each event the shortest cycle through it, *times* times; without one, as often as a case can take it."""
        for number, event in enumerate(self.model.events):
            goals = (*self.richest[number % 2 :], *self.richest[: number % 2])
            cycles = ((goal, self._cycle(goal, event, times)) for goal in goals)
            often = ((goal, self._as_often_as_possible(goal, event)) for goal in goals)
            yield from islice(filter(itemgetter(1), chain(cycles, often)), 1)

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
        for events in LEFT_OPEN:
            path = []
            for event in events:
                path += self.to_event(event, self.richest[0], path)
            yield self.richest[0], path

    def shortest_to(self, index: int) -> list[Arc]:
        """A shortest path from a start to the configuration, over arcs of this graph."""
        start = self.graph.starts[self.graph.configurations[index].facts.goal]
        return self.graph.path(start, lambda arc: arc.target == index) if index != start else []

    def onward(self, last: Arc, number: int) -> list[Arc]:
        """From where a path has ended: to a confirmation, and on until no attempt is left, if few went on from its row."""
        configurations = self.graph.configurations

        def uses_up(arc: Arc) -> bool:
            facts = configurations[arc.target].facts
            spent = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
            return spent and (number % 3 == 0 or configurations[arc.target].state in self.offering)

        path = self.to_confirmation(last.target)
        self._onward[last.row] += 1
        if self._onward[last.row] % EVERY != 1:
            return path
        return [*path, *self.graph.path(path[-1].target if path else last.target, uses_up)]

    def to_confirmation(self, index: int) -> list[Arc]:
        """The shortest path to a confirmation, if possible without another verification."""
        configurations = self.graph.configurations

        def confirms(arc: Arc) -> bool:
            before, after = configurations[arc.source].facts, configurations[arc.target].facts
            return before.quote_status is not after.quote_status and before.quote is not None is not after.quote

        def settles(arc: Arc) -> bool:
            before, after = configurations[arc.source].facts, configurations[arc.target].facts
            return after.settled not in (None, before.settled) or after.face_removed > before.face_removed

        return self.graph.path(index, confirms, avoided=settles) or self.graph.path(index, confirms)

    def _cycle(self, goal: Goal, event: Event, times: int) -> list[Arc]:
        """The shortest path to a shortest cycle through the event, and the cycle so often; empty if there is none."""
        graph, component = self.graph, self.graph.components
        cyclic = (
            (index, arc)
            for index in graph.inner[goal]  # the nearest to the start first
            for arc, target in graph.leaving[index]
            if arc.event is event and component[target] == component[index]
        )
        cycles = [
            [arc, *(graph.path(arc.target, lambda each: each.target == index) if arc.target != index else ())]  # noqa: B023
            for index, arc in islice(cyclic, NEAREST)
        ]
        if not cycles:
            return []
        cycle = min(cycles, key=len)
        return [*self.shortest_to(cycle[0].source), *cycle * times]

    def _as_often_as_possible(self, goal: Goal, event: Event) -> list[Arc]:
        """A path that takes the event again and again; empty if a case can take it only once."""
        path: list[Arc] = []
        times = 0
        while more := self.to_event(event, goal, path):
            path, times = [*path, *more], times + 1
        return path if times > 1 else []

    def to_event(self, event: Event, goal: Goal, path: list[Arc]) -> list[Arc]:
        """A shortest path from the end of *path* that takes the event."""
        return self.graph.path(path[-1].target if path else self.graph.starts[goal], lambda arc: arc.event is event)

    def _through(self, goal: Goal, transition: RowFromState, counts: tuple[int, int]) -> list[Arc]:
        path = self._counted(goal, counts)
        if not path and counts != (0, 0):
            return []
        start = path[-1].target if path else self.graph.starts[goal]
        through = self.graph.path_through(start, transition)
        return [*path, *through] if through else []

    def _counted(self, goal: Goal, counts: tuple[int, int]) -> list[Arc]:
        """A path to where so many attempts by face and another way are counted."""

        def counted(arc: Arc) -> bool:
            facts = self.graph.configurations[arc.target].facts
            return (facts.face_attempts, facts.other_attempts) == counts

        if (goal, counts) not in self._counted_paths:
            path = [] if counts == (0, 0) else self.graph.path(self.graph.starts[goal], counted)
            self._counted_paths[goal, counts] = path
        return [*self._counted_paths[goal, counts]]


def _limits_named(guard: Guard) -> int:
    return sum(name in guard.message_fields for name in ("face_limit", "other_limit"))
