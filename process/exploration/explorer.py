"""Every configuration that a case can be in, found by breadth-first search through the machine that runs in production.

A configuration is a state with facts. What tells two cases apart but never decides is taken out of the facts first: the
references stand for any reference, and attempts are numbered from the count of those that count, since guards ask of a
quote or an attempt only whether it is the current one. So the search is finite, and it is whole: in every configuration
each event is raised by each actor, with each payload that matters (``process.exploration.inputs``). The requirements show
beside it that what was taken out never decides (R15: ``data_independence``, ``near_misses``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from process.case import Case
from process.exploration.inputs import ACCOUNT, ORDER, QUOTE, RIGHT, choices, payload, payloads
from process.machine import MACHINE, CompiledMachine
from process.model import ELSE, Actor, Event, Facts, Goal, Limits, State

__all__ = [
    "ACCOUNT",
    "ORDER",
    "QUOTE",
    "RIGHT",
    "Configuration",
    "Edge",
    "Exploration",
    "Successor",
    "ask_everyone",
    "ask_the_named",
    "canonical",
    "choices",
    "explore",
    "payload",
    "payloads",
    "play",
    "row_taken",
]


class Configuration(NamedTuple):
    """A state, and facts in the form that ``canonical`` gives them."""

    state: State
    facts: Facts


class Edge(NamedTuple):
    """An event that was taken in one configuration and led to another."""

    source: int
    """The configuration's place in ``Exploration.configurations``."""
    event: Event
    by: Actor
    label: str
    """Which of ``payloads`` it carried."""
    target: int
    row: int
    """The place in the model's table of the row that was taken."""


def canonical(facts: Facts) -> Facts:
    """The facts without what never decides: references, the fee, and how often an attempt was given back.

    A count stops at one past its limit, or one below 0: a model that gets there is wrong, and its search still ends.
    """
    if facts.quote is not None:
        facts = facts._replace(quote=QUOTE, fee=0, currency="CNY")
    face = min(max(facts.face_attempts, -1), facts.face_limit + 1)
    other = min(max(facts.other_attempts, -1), facts.other_limit + 1)
    return facts._replace(account=ACCOUNT, order=ORDER, face_attempts=face, other_attempts=other, attempt=face + other)


class Successor(NamedTuple):
    """What the machine made of one event in one configuration."""

    event: Event
    by: Actor
    label: str
    data: Mapping[str, Any]
    row: int
    state: State
    facts: Facts
    """The facts as the machine gave them."""
    there: Configuration
    """The same in canonical form."""


Answer = tuple[int, list[Successor]]
"""How many events were raised in a configuration, and those that were taken."""


@dataclass(frozen=True)
class Exploration:
    """What the search found.

    Attributes:
        machine: the machine that was searched.
        configurations: in the order of their discovery, so by the length of the shortest trip to them.
        edges: every event that was taken, in the order of its source.
        taken: for each edge what the event carried and what the facts were after it.
        predecessor: for each configuration the edge on the shortest trip to it; None where a case begins.
        tried: how many events were raised in all.
    """

    machine: CompiledMachine
    configurations: tuple[Configuration, ...]
    edges: tuple[Edge, ...]
    taken: tuple[Successor, ...] = field(repr=False)
    predecessor: tuple[Edge | None, ...]
    tried: int
    _places: Mapping[Configuration, int] = field(repr=False)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """For each configuration the number of events on the shortest trip to it."""
        depths: list[int] = []
        for edge in self.predecessor:
            depths.append(0 if edge is None else depths[edge.source] + 1)
        return tuple(depths)

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """For each configuration the edges that leave it."""
        outgoing: list[list[Edge]] = [[] for _ in self.configurations]
        for edge in self.edges:
            outgoing[edge.source].append(edge)
        return tuple(map(tuple, outgoing))

    def place(self, state: State, facts: Facts) -> int:
        """Where the configuration of these facts stands in ``configurations``; KeyError if no case can be there."""
        return self._places[Configuration(state, canonical(facts))]

    def trip_to(self, place: int) -> tuple[Edge, ...]:
        """A shortest trip from where a case begins to the configuration."""
        trip: list[Edge] = []
        while (edge := self.predecessor[place]) is not None:
            trip.append(edge)
            place = edge.source
        return tuple(reversed(trip))

    def first(self, wanted: Callable[[Configuration], bool]) -> int | None:
        """The configuration nearest to a beginning that is *wanted*; None if none is."""
        return next((place for place, found in enumerate(self.configurations) if wanted(found)), None)

    def trip_through(self, wanted: Callable[[Edge], bool]) -> tuple[Edge, ...] | None:
        """A shortest trip whose last event is *wanted*; None if there is none."""
        found = [edge for edge in self.edges if wanted(edge)]
        if not found:
            return None
        last = min(found, key=lambda edge: self.depths[edge.source])
        return (*self.trip_to(last.source), last)

    def can_reach(self, targets: set[int], usable: Callable[[Edge], bool] | None = None) -> set[int]:
        """The configurations from which *usable* edges (all, if left out) lead to one of the *targets*."""
        incoming: list[list[int]] = [[] for _ in self.configurations]
        for edge in self.edges:
            if usable is None or usable(edge):
                incoming[edge.target].append(edge.source)
        reached, waiting = set(targets), list(targets)
        while waiting:
            for source in incoming[waiting.pop()]:
                if source not in reached:
                    reached.add(source)
                    waiting.append(source)
        return reached

    @cached_property
    def ends(self) -> set[int]:
        """The configurations in an end state."""
        return {place for place, found in enumerate(self.configurations) if found.state in self.machine.definition.ends}

    @property
    def traps(self) -> list[int]:
        """The configurations from which no end can be reached."""
        return sorted(set(range(len(self.configurations))) - self.can_reach(self.ends))

    @property
    def unreachable(self) -> tuple[State, ...]:
        """The states that no case ever stands in."""
        reached = {found.state for found in self.configurations}
        return tuple(state for state in self.machine.definition.states if state not in reached)

    def goal_of(self, trip: tuple[Edge, ...], place: int) -> Goal:
        """The goal of the case that makes the trip, which may be empty and ends in *place*."""
        return self.configurations[trip[0].source if trip else place].facts.goal


def explore(
    machine: CompiledMachine = MACHINE,
    *,
    limits: Limits | None = None,
    ask: Callable[[CompiledMachine, Configuration], Answer] | None = None,
) -> Exploration:
    """Search every configuration, for every goal.

    Args:
        machine: what to search; ``process.machine.build`` makes one of a changed model.
        limits: the limits of the cases; the model's, where they are left out.
        ask: raises every event in a configuration; ``ask_everyone`` where it is left out.
    """
    ask = ask or ask_everyone
    model = machine.definition
    limits = limits or model.limits
    found: dict[Configuration, int] = {}
    predecessor: list[Edge | None] = []
    for goal in Goal:
        begin = Configuration(model.initial, Facts(goal, ACCOUNT, ORDER, limits.face, limits.other))
        found[begin] = len(found)
        predecessor.append(None)
    edges: list[Edge] = []
    taken: list[Successor] = []
    tried = 0
    waiting = deque(found)
    while waiting:
        here = waiting.popleft()
        source = found[here]
        raised, answers = ask(machine, here)
        tried += raised
        for answer in answers:
            target = found.setdefault(answer.there, len(found))
            edge = Edge(source, answer.event, answer.by, answer.label, target, answer.row)
            if target == len(predecessor):
                predecessor.append(edge)
                waiting.append(answer.there)
            edges.append(edge)
        taken += answers
    return Exploration(machine, tuple(found), tuple(edges), tuple(taken), tuple(predecessor), tried, found)


def ask_everyone(machine: CompiledMachine, here: Configuration) -> Answer:
    """Raise every event by every actor with every payload that matters; who never may carries the right one alone."""
    tried, taken = 0, []
    for event, by, label, data in choices(machine.definition, here.facts):
        tried += 1
        if found := _raise(machine, here, event, by, label, data):
            taken.append(found)
    return tried, taken


def ask_the_named(machine: CompiledMachine, here: Configuration, events: Collection[Event] | None = None) -> Answer:
    """The same answers in less time: only by the actors whom a row names there. To all others the machine says no at once.

    Args:
        events: which events to raise; all of them, where it is left out.
    """
    tried, taken = 0, []
    for event in machine.definition.events if events is None else events:
        rows = machine.compiled_events[event].transitions_from.get(here.state, ())
        actors = {by for row in rows for by in row.by}
        for by in Actor if actors else ():
            for label, data in payloads(machine.definition, event, here.facts) if by in actors else ():
                tried += 1
                if found := _raise(machine, here, event, by, label, data):
                    taken.append(found)
    return tried, taken


def _raise(
    machine: CompiledMachine, here: Configuration, event: Event, by: Actor, label: str, data: dict[str, Any]
) -> Successor | None:
    move = machine.compiled_events[event].decide(here.state, here.facts, by, data)
    if move is None:
        return None
    state, facts = move
    row = row_taken(machine, here, event, by, data)
    return Successor(event, by, label, data, row, state, facts, Configuration(state, canonical(facts)))


def row_taken(machine: CompiledMachine, here: Configuration, event: Event, by: Actor, data: Mapping[str, Any]) -> int:
    """The place in the table of the row that the machine takes; for an event that it takes."""
    for row in machine.compiled_events[event].transitions_from[here.state]:
        if by in row.by and all(guard is ELSE or guard.predicate(here.facts, data) for guard in row.guards):
            return row.row
    raise LookupError(f"no row of {event} in {here.state} fits, though the machine took one")


def play(exploration: Exploration, trip: tuple[Edge, ...], case: Case) -> Case:
    """Take the trip with a real case, which must have the trip's goal and stand where the trip begins; gives the case."""
    model = exploration.machine.definition
    for edge in trip:
        fresh = f"quote-{case.version + 1}"
        case.trigger(edge.event, by=edge.by, **payload(model, edge.event, edge.label, case.facts, fresh))
    return case
