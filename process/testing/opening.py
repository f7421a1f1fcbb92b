"""The trips that a tour begins with: fixed in what they are for, so that what they find does not hang on chance.

There is one through each transition. Each begins with other numbers of attempts, and lets everything that the transition
may have left behind decide something: it goes on to a confirmation, and then uses up every attempt. Then there are those
on which customer service takes the case back, with a quote and with what it settled; those on which the lender answers,
with everything that may have been settled before; those that take one event again and again; and further ones through what
counts attempts, begun near the limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from operator import itemgetter

from process.model import Event, Goal, Guard, QuoteStatus
from process.testing.ground import Ground, Step, Successor

OFTEN = 4  # times that an event is taken in one trip
FURTHER = 3  # trips more through each transition that counts attempts
LAP = (Event.QUOTE_CONSEQUENCES, Event.REPORT_PROBLEM, Event.GUIDE_BACK, Event.CHOOSE_CANCELLATION)

Planned = tuple[Goal, list[Step] | None]
"""How a trip begins; ``Openings.after`` tells how it goes on. None: it is left to the tour."""


class Openings:
    """The planned trips on this ground."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.model = ground, ground.exploration.machine.definition
        told = [(each.source, _limits_told(guard)) for each in self.model.transitions for guard in each.guards]
        self.offering = {state for state, limits in told if limits == 1}  # a way to verify, while attempts are left

    def trips(self) -> Iterator[Planned]:
        """Each trip's goal, and its way as far as it is planned; most of them by the two goals that can do the most."""
        richest = sorted(self.ground.goals, key=lambda goal: -len(self.ground.inner[goal]))
        limits = self.ground.limits
        faces, others = (sorted({0, max(0, most - 1), most}) for most in (limits.face, limits.other))
        yield from ((goal, None) for goal in richest[2:] for _ in range(2))
        counts = [(face, other) for face in faces for other in others]
        possible = sorted(self.ground.possible[0])
        counting = [each for each in possible if any(_limits_told(guard) for guard in self.model.table[each[1]].guards)]
        counting += [each for each in possible if each not in counting and each[0] in {state for state, _ in counting}]
        later: list[tuple[Goal, list[Step]]] = []
        for number, transition in enumerate(possible):
            corners = (counts[len(others) :] or counts) if transition in counting else counts
            goals = (*(richest[:2] if number % 2 else richest[1::-1]), *richest[2:])
            begins = [*corners[number % len(corners) :], *corners[: number % len(corners)], (0, 0)]
            ways = ((goal, self._opening(goal, transition, begin)) for goal in goals for begin in begins)
            fitting = filter(itemgetter(1), ways)
            yield from islice(fitting, 1)
            if transition in counting and not self.model.states[self.model.table[transition[1]].target].end:
                later += islice(fitting, FURTHER)
        corners = [(face, other) for face in (0, limits.face) for other in (0, limits.other)]
        laps = ((goal, self._lap(goal, begin)) for goal in richest[:2] for begin in corners)
        again = ((richest[number % len(richest[:2])], event) for number, event in enumerate(self.model.events))
        repeating = ((goal, self._repeating(goal, event)) for goal, event in again)
        yield from filter(itemgetter(1), chain(laps, self._answered(richest[:2]), repeating, later))

    def _answered(self, goals: list[Goal]) -> Iterator[Planned]:
        """Ways through each answer of the lender, with each thing that was settled and removed before it."""
        configurations, found = self.ground.exploration.configurations, set()

        def key(step: Step) -> tuple[object, ...] | None:
            before, after = (configurations[place].facts for place in (step.edge.source, step.edge.target))
            is_answer = before.quote_status is QuoteStatus.SUBMITTED is not after.quote_status
            return (step.transition, before.settled, before.face_removed) if is_answer else None

        for goal in goals:
            for place in self.ground.inner[goal]:
                for one in filter(None, map(key, self.ground.steps[place])):
                    if one not in found:
                        found.add(one)
                        yield goal, self.ground.path(self.ground.begins[goal], lambda step: key(step) == one, ends=True)  # noqa: B023

    def _lap(self, goal: Goal, counts: tuple[int, int]) -> list[Step]:
        """A way on which customer service takes the case back, once with a quote and once with what it settled."""
        way = self._counted(goal, counts)
        settling = Event.REMOVE_FACE_VERIFICATION if goal is Goal.BOTH else Event.WAIVE_VERIFICATION
        for event in (*LAP, settling, *LAP[1:]):
            way += self._to(event, goal, way)
        return way

    def _repeating(self, goal: Goal, event: Event) -> list[Step]:
        """A way on which the event is taken as often as is worth trying; none if it can be taken only once."""
        way: list[Step] = []
        for time in range(OFTEN):
            more = self._to(event, goal, way)
            if not more:
                return way if time > 1 else []
            way += more
        return way

    def _to(self, event: Event, goal: Goal, way: list[Step]) -> list[Step]:
        """The nearest way from the end of *way* on that takes the event."""
        place = way[-1].edge.target if way else self.ground.begins[goal]
        return self.ground.path(place, lambda step: step.edge.event is event)

    def _opening(self, goal: Goal, transition: Successor, counts: tuple[int, int]) -> list[Step]:
        way = self._counted(goal, counts)
        if not way and counts != (0, 0):
            return []
        place = way[-1].edge.target if way else self.ground.begins[goal]
        through = self.ground.path(place, lambda step: step.transition == transition, ends=True)
        return [*way, *through] if through else []

    def _counted(self, goal: Goal, counts: tuple[int, int]) -> list[Step]:
        """A way to where so many attempts by face and another way are counted."""

        def counted(step: Step) -> bool:
            facts = self.ground.exploration.configurations[step.edge.target].facts
            return (facts.face_attempts, facts.other_attempts) == counts

        return [] if counts == (0, 0) else self.ground.path(self.ground.begins[goal], counted)

    def after(self, place: int, number: int) -> list[Step]:
        """From where an opening trip has taken its transition: to a confirmation, and on until no attempt is left."""
        configurations = self.ground.exploration.configurations

        def confirmed(step: Step) -> bool:
            before, after = configurations[step.edge.source].facts, configurations[step.edge.target].facts
            return before.quote_status is not after.quote_status and before.quote is not None is not after.quote

        def used_up(step: Step) -> bool:
            facts = configurations[step.edge.target].facts
            spent = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
            return spent and (number % 3 == 0 or configurations[step.edge.target].state in self.offering)

        def settles(step: Step) -> bool:
            before, after = configurations[step.edge.source].facts, configurations[step.edge.target].facts
            return after.settled not in (None, before.settled)

        way = self.ground.path(place, confirmed, avoided=settles) or self.ground.path(place, confirmed)
        onward = self.ground.path(way[-1].edge.target if way else place, used_up)
        return [*way, *onward]


def _limits_told(guard: Guard) -> int:
    return sum(name in guard.message_fields for name in ("face_limit", "other_limit"))
