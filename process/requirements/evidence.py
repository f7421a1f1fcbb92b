"""What requirements are held against: every event that a case of a machine can take, and the ways to look through them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Any

from process.case import Case
from process.exploration.explorer import Configuration, Edge, Exploration
from process.exploration.inputs import RIGHT
from process.machine import CompiledMachine
from process.model import Actor, Event, Goal, Model, State, Words
from process.requirements.counterexample import CONFIGURATIONS, EVENTS_TAKEN, Counterexample, Finding
from process.requirements.data_independence import OTHER_NAMES, STAND_FOR, Differing, differing, is_right
from process.requirements.observation import CLAIMS, TELLING, Ledger, Observation, after, read


class Evidence:
    """A machine, everything that its cases can take, and what a requirement asks of it often.

    Args:
        exploration: what was searched.
        again: the events that are raised again with more payloads than in the search; every event, where it is left out.
    """

    def __init__(self, exploration: Exploration, again: Collection[Event] | None = None) -> None:
        self.exploration = exploration
        self.again = tuple(exploration.machine.definition.events) if again is None else tuple(again)
        self.machine: CompiledMachine = exploration.machine
        self.model: Model = exploration.machine.definition
        self.places = exploration.configurations

    @cached_property
    def seen(self) -> tuple[Observation, ...]:
        """Every event that can be taken, nearest to a beginning first."""
        places = self.places
        return tuple(
            Observation(edge, *places[edge.source], edge.event, edge.by, edge.variant, taken.data, taken.state, taken.facts)
            for edge, taken in zip(self.exploration.edges, self.exploration.successors, strict=True)
        )

    @cached_property
    def false_claims(self) -> list[tuple[Observation, str]]:
        """What the facts claim wrongly after an event, nearest to a beginning first."""
        false_claims: list[tuple[Observation, str]] = []
        for seen in self.seen:
            if seen.after is seen.before and seen.event not in TELLING and seen.target is not State.CANCELLING:
                continue  # nothing happened to be told, and the facts tell nothing new
            true, claimed = after(seen), read(seen.after)
            if true != claimed:
                false_claims += [
                    (seen, name) for name, *both in zip(Ledger._fields, true, claimed, strict=True) if both[0] != both[1]
                ]
        return false_claims

    @cached_property
    def renamed(self) -> list[Differing]:
        """What events do else under other names, nearest to a beginning first."""
        lean, again = self.machine.compiled_events, set(self.again)
        return [
            found
            for seen in self.seen
            if seen.event in again and is_right(seen)
            for names in OTHER_NAMES
            for found in differing(
                seen,
                names,
                lean[seen.event].decide(seen.source, names.of(seen.before), seen.by, names.carried(seen.data)),
            )
        ]

    @cached_property
    def outgoing(self) -> tuple[tuple[Observation, ...], ...]:
        """For each configuration the events that it takes."""
        outgoing: tuple[list[Observation], ...] = tuple([] for _ in self.places)
        for seen in self.seen:
            outgoing[seen.edge.source].append(seen)
        return tuple(map(tuple, outgoing))

    def trip_with(self, seen: Observation) -> tuple[Edge, ...]:
        """A shortest trip that ends with the event."""
        return (*self.exploration.path_to(seen.edge.source), seen.edge)

    @cached_property
    def _answers(self) -> tuple[dict[tuple[Event, Actor, str], int], ...]:
        answers: tuple[dict[tuple[Event, Actor, str], int], ...] = tuple({} for _ in self.places)
        for edge in self.exploration.edges:
            answers[edge.source][edge.event, edge.by, edge.variant] = edge.target
        return answers

    def taken_in(self, event: Event) -> Iterator[tuple[int, Actor]]:
        """Where and by whom the event is taken with its right payload, nearest to a beginning first."""
        return (
            (place, by)
            for place, answers in enumerate(self._answers)
            for by in self.model.actors[event]
            if (event, by, RIGHT) in answers
        )

    def takes(self, place: int, event: Event, by: Actor, label: str = RIGHT) -> Configuration | None:
        """Where the event leads from there; None where it is refused."""
        target = self._answers[place].get((event, by, label))
        return None if target is None else self.places[target]

    def where(self, wanted: Callable[[Configuration], bool]) -> Iterator[tuple[int, Configuration]]:
        """The configurations that are *wanted*, with their places, nearest to a beginning first."""
        return ((place, found) for place, found in enumerate(self.places) if wanted(found))

    @cached_property
    def _steps(self) -> dict[State, int]:
        return {state: 0 if info.phase is None else info.phase.number for state, info in self.model.states.items()}

    def phase_of(self, state: State) -> int:
        """The number of the state's step; 0 for an end."""
        return self._steps[state]

    def is_end(self, state: State) -> bool:
        return self.model.states[state].end is not None

    def new_case(self, goal: Goal, case_id: str = "case-1", **options: Any) -> Case:
        """A real case that runs on this machine."""
        return self.case_class(goal=goal, account="account-1", order="order-1", case_id=case_id, **options)

    @cached_property
    def case_class(self) -> type[Case]:
        return type("CheckedCase", (Case,), {"machine": self.machine, "__slots__": ()})


def each_event(evidence: Evidence, wrong: Callable[[Observation], Words | None]) -> Finding:
    """Whether *wrong* finds nothing in any event that can be taken."""
    for seen in evidence.seen:
        what = wrong(seen)
        if what is not None:
            broken = Counterexample(seen.before.goal, evidence.trip_with(seen), what)
            return Finding(((len(evidence.seen), EVENTS_TAKEN),), broken)
    return Finding(((len(evidence.seen), EVENTS_TAKEN),))


def each_place(
    evidence: Evidence, wanted: Callable[[Configuration], bool], wrong: Callable[[int, Configuration], Words | None]
) -> Finding:
    """Whether *wrong* finds nothing in any configuration that is *wanted*."""
    count = 0
    for place, found in evidence.where(wanted):
        count += 1
        what = wrong(place, found)
        if what is not None:
            return Finding(((count, CONFIGURATIONS),), at(evidence, place, what))
    return Finding(((count, CONFIGURATIONS),))


def at(evidence: Evidence, place: int, what: Words) -> Counterexample:
    """A counterexample in a configuration."""
    return Counterexample(evidence.places[place].facts.goal, evidence.exploration.path_to(place), what)


def never_before(
    evidence: Evidence,
    starts: Iterable[int],
    needed: Callable[[Observation], bool],
    forbidden: Callable[[Observation], Words | None],
) -> Finding:
    """Whether on every trip from *starts* what is *forbidden* comes only after something *needed*.

    It walks without the needed events, so it believes no fact of the case: only what has happened counts.
    """
    predecessor: dict[int, Edge | None] = dict.fromkeys(starts)
    waiting = list(predecessor)
    for place in waiting:
        for seen in evidence.outgoing[place]:
            if needed(seen):
                continue
            what = forbidden(seen)
            if what is not None:
                trip: list[Edge] = [seen.edge]
                while (edge := predecessor[trip[-1].source]) is not None:
                    trip.append(edge)
                begin = evidence.exploration.path_to(trip[-1].source)
                broken = Counterexample(seen.before.goal, (*begin, *reversed(trip)), what)
                return Finding(((len(predecessor), CONFIGURATIONS),), broken)
            if seen.edge.target not in predecessor:
                predecessor[seen.edge.target] = seen.edge
                waiting.append(seen.edge.target)
    return Finding(((len(predecessor), CONFIGURATIONS),))


def beginnings(evidence: Evidence) -> list[int]:
    """Where cases begin, one for each goal."""
    return [place for place, edge in enumerate(evidence.exploration.predecessor) if edge is None]


def facts_are_true(evidence: Evidence, *claims: str, but: Event | None = None, only: Event | None = None) -> Finding:
    """Whether the facts claim of these entries of the ledger what is true, after every event that can be taken."""
    asked = ((len(evidence.seen), EVENTS_TAKEN),)
    for seen, claim in evidence.false_claims:
        if claim in claims and seen.event is not but and only in (None, seen.event):
            true, claimed = getattr(after(seen), claim), getattr(read(seen.after), claim)
            zh, en = CLAIMS[claim]
            what = Words(
                f"{zh}：实为 {_plain(true)}，事实却记为 {_plain(claimed)}",
                f"{en}: is {_plain(true)}, the facts say {_plain(claimed)}",
            )
            return Finding(asked, Counterexample(seen.before.goal, evidence.trip_with(seen), what))
    return Finding(asked)


def the_same_under_other_names(evidence: Evidence, *facts: str | None) -> Finding:
    """Whether these facts are as they should be whatever the names are; None among them: also what happens at all."""
    asked = ((len(evidence.seen) * len(OTHER_NAMES), EVENTS_TAKEN),)
    for seen, names, fact in evidence.renamed:
        if fact in facts:
            about = names.of(seen.before)
            named = ", ".join(f"{name}={getattr(about, name)}" for name in STAND_FOR)
            zh, en = (f"事实 {fact}", f"the fact {fact}") if fact else ("结果", "what happens")
            what = Words(f"换成 {named}，{zh}就不同", f"with {named}, {en} is not the same")
            return Finding(asked, Counterexample(seen.before.goal, evidence.trip_with(seen), what))
    return Finding(asked)


def _plain(value: object) -> str:
    return "None" if value is None else str(value)
