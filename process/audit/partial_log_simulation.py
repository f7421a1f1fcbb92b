"""Simulation of what a log does not show: sets of the configurations in which a case can be, event by event.

A log that records all events with all that decides leaves one configuration at each event. Where it leaves out events
(*silent* ones), payload fields or actors, every configuration that agrees with what it records stays in the set: so a
trace deviates only if nothing that the log may have left out makes it legal. Sets are interned and steps remembered, so
that the automaton grows with the log's variety and not with its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from process.audit.silent_event_closure import Closure
from process.audit.trace import Entry, payload
from process.exceptions import InvalidPayload, Refused
from process.machine import MACHINE, CompiledMachine
from process.model import Actor, Event, Facts, Goal, Limits, State
from process.refusal_reasons import Circumstances, refusal

BUYER, ORDER = "buyer", "order"
UNKNOWN = ("?a", "?b", "?c")
"""References of quotes that the log does not name; three, so that one is always free."""
STARTS = {Event.START_FACE_VERIFICATION, Event.START_OTHER_VERIFICATION}
MOST_ATTEMPTS = 12  # a number past it is not told apart from others
LARGEST_SET = 60_000  # configurations; a trace that leads to more is given up


class Place(NamedTuple):
    """A configuration of the simulation: quotes are ``quote 1``, ``quote 2``, … as in the trace, or unknown."""

    state: State
    facts: Facts


class ObservedTransition(NamedTuple):
    """A transition as a picture draws it."""

    source: State
    event: Event
    target: State


Places = frozenset[Place]
Taken = tuple[Actor, Facts, dict[str, Any], Place]
"""A way to take an entry: the actor, the facts, the payload, and the place to which it leads."""


class Names(NamedTuple):
    """The numbers that quotes and offers get: of those that a trace gives, the ones that a set of places still has."""

    quotes: dict[int, int]
    offers: dict[int, int]


class TooMany(Exception):
    """So many configurations agree with the log that nothing can be said."""


class Simulation:
    """The automaton of one kind of log.

    Args:
        silent: the events that the log never records.
        attempts: whether the log records the numbers of attempts; they say nothing where it leaves out their starts.
        limits: the limits of its cases.
    """

    def __init__(
        self,
        silent: Iterable[Event] = (),
        *,
        attempts: bool = True,
        limits: Limits | None = None,
        machine: CompiledMachine = MACHINE,
    ) -> None:
        self.machine = machine
        self.model = machine.definition
        self.silent = tuple(event for event in self.model.events if event in set(silent))
        self.attempts = attempts and not STARTS & set(self.silent)
        self.limits = limits or self.model.limits
        self.silent_closure = Closure[Place](lambda place: self._targets(place, self.silent))
        self.moves: dict[Entry, dict[int, Any]] = {}
        """The moves of ``repair`` that are known for an entry, by the number of the place."""
        self._insertions: dict[Place, tuple[tuple[Event, Actor, int], ...]] = {}
        self._payloads: dict[tuple[Entry, str | None, int, int], dict[str, Any]] = {}
        self._steps: dict[tuple[Places, Entry], tuple[Places, ObservedTransition | None]] = {}
        self._interned: dict[Places, Places] = {}
        self._renamed: dict[Places, tuple[Places, Names]] = {}

    # ------------------------------------------------------------------------------------------------------- sets

    def beginnings(self, goal: Goal | None, *, anywhere: bool = False) -> Places:
        """Return where a case can be before the first event of its trace.

        Args:
            goal: the case's goal; None: any.
            anywhere: the case may have begun before the log did.
        """
        places: set[Place] = set()
        for each in Goal if goal is None else (goal,):
            begin = Place(self.model.initial, Facts(each, BUYER, ORDER, self.limits.face, self.limits.other))
            places.add(begin)
            if anywhere:
                everything = Closure[Place](lambda place: self._targets(place, tuple(self.model.events)))
                places |= everything.as_set(everything.of((begin,)))
        return self._closure_of(places)

    def step(self, places: Places, entry: Entry) -> tuple[Places, ObservedTransition | None]:
        """Return where the case can be after the entry (nowhere: it deviates), and the transition if there is but one."""
        key = (places, entry._replace(tied=False))
        if key not in self._steps:
            reached: set[Place] = set()
            arrows: set[ObservedTransition] = set()
            for place in places:
                for _by, _facts, _data, target in self.outcomes(place, entry):
                    reached.add(target)
                    arrows.add(ObservedTransition(place.state, entry.event, target.state))
            self._steps[key] = self._closure_of(reached), arrows.pop() if len(arrows) == 1 else None
        return self._steps[key]

    def renamed(self, places: Places) -> tuple[Places, Names]:
        """Return the places with their quotes and offers numbered anew from 1, and the new numbers.

        A trace numbers references in the order of their first mention; a long one would lead to ever new sets. What counts
        is only which of them a case still has, so the sets, and what is remembered of them, stay few.
        """
        if places not in self._renamed:
            quotes = sorted(
                {
                    name
                    for _, facts in places
                    for name in (facts.quote, facts.rejected_quote)
                    if name and name not in UNKNOWN
                },
                key=_quote_number,
            )
            offers = sorted({facts.fee for _, facts in places if facts.fee})
            names = Names(
                {_quote_number(name): new for new, name in enumerate(quotes, 1)},
                {fee: new for new, fee in enumerate(offers, 1)},
            )
            again = {f"quote {old}": f"quote {new}" for old, new in names.quotes.items()}

            def rename(place: Place) -> Place:
                facts = place.facts
                return Place(
                    place.state,
                    facts._replace(
                        quote=again.get(facts.quote or "", facts.quote),
                        rejected_quote=again.get(facts.rejected_quote or "", facts.rejected_quote),
                        fee=names.offers.get(facts.fee or 0, facts.fee),
                    ),
                )

            self._renamed[places] = self._intern(frozenset(map(rename, places))), names
        return self._renamed[places]

    def step_in_any_order(self, places: Places, entries: tuple[Entry, ...]) -> tuple[Places, int | None]:
        """Return where the case can be after the entries in any order, and, if nowhere, the first that fits in no order."""
        by_mask: dict[int, Places] = {0: places}
        deepest = 0
        for mask in range(1 << len(entries)):
            here = by_mask.get(mask)
            if here is None:
                continue
            if mask.bit_count() > deepest.bit_count():
                deepest = mask
            for index, entry in enumerate(entries):
                if mask >> index & 1:
                    continue
                reached, _ = self.step(here, entry)
                if reached:
                    both = by_mask.get(mask | 1 << index, frozenset())
                    by_mask[mask | 1 << index] = self._intern(both | reached)
        last = (1 << len(entries)) - 1
        if last in by_mask:
            return by_mask[last], None
        return frozenset(), next(index for index in range(len(entries)) if not deepest >> index & 1)

    # --------------------------------------------------------------------------------------------- single outcomes

    def outcomes(self, place: Place, entry: Entry) -> tuple[Taken, ...]:
        """Return how the entry can be taken in the place: by whom, under which facts, with what, and where it leads."""
        if place.state not in self.machine.compiled_events[entry.event].decisions:
            return ()
        return tuple(self._outcomes(place, entry))

    def insertions(self, place: Place) -> tuple[tuple[Event, Actor, int], ...]:
        """Return what recorded events can come next: event, actor, and the bits of ``silent_closure`` to which it leads."""
        if place not in self._insertions:
            self._insertions[place] = tuple(
                (event, by, self.silent_closure.of((target,)))
                for event in self.model.events
                if event not in self.silent
                for by, _facts, _data, target in self.outcomes(place, Entry(event))
                if target != place
            )
        return self._insertions[place]

    def _outcomes(self, place: Place, entry: Entry) -> Iterator[Taken]:
        event = self.machine.compiled_events[entry.event]
        decide, actors = event.decide, event.decisions.get(place.state, ())
        for by in self.model.actors[entry.event] if entry.by is None else (entry.by,):
            if by not in actors:
                continue
            for facts, data in self.readings(place.facts, entry):
                outcome = decide(place.state, facts, by, dict(data))
                if outcome is not None:
                    yield by, facts, data, self._canonical(*outcome)

    def readings(self, facts: Facts, entry: Entry) -> Iterator[tuple[Facts, dict[str, Any]]]:
        """Yield the payloads that the entry can have carried, each with the facts as its reference makes them known."""
        fields = self.model.events[entry.event]
        attempt = entry.attempt if entry.attempt is not None and self.attempts else facts.attempt
        for known, quote, fee in self._quotes(facts, entry) if "quote" in fields else ((facts, None, 0),):
            key = (entry, quote, fee, attempt)
            if key not in self._payloads:
                self._payloads[key] = payload(entry, account=BUYER, order=ORDER, quote=quote, fee=fee, attempt=attempt)
            yield known, self._payloads[key]

    def refusal(self, places: Places, entry: Entry) -> InvalidPayload | Refused:
        """Return the reasons why the entry is refused wherever the case can be: those of the place with the fewest."""
        event = self.machine.compiled_events[entry.event]
        found: list[InvalidPayload | Refused] = []
        for place in sorted(places, key=_order)[:200]:
            by = entry.by or self.model.actors[entry.event][0]
            facts, data = next(iter(self.readings(place.facts, entry)))
            found.append(refusal(Circumstances(self.machine, event, place.state, facts, by, data)))
        return min(found, key=lambda each: len(each.blockers))

    # ------------------------------------------------------------------------------------------------------ inside

    def _quotes(self, facts: Facts, entry: Entry) -> Iterator[tuple[Facts, str | None, int]]:
        """Yield facts, reference and fee: an unknown reference in the facts may be the one that the entry names."""
        named = None if entry.quote is None else f"quote {entry.quote}"
        if entry.event is Event.QUOTE_CONSEQUENCES:
            yield from self._offers(facts, named, entry.offer or 0)
            return
        if named is None:
            for reference in dict.fromkeys((facts.quote, facts.rejected_quote)):
                yield facts, reference, 0
            return
        yield facts, named, 0
        if facts.quote in UNKNOWN and facts.rejected_quote != named:
            yield facts._replace(quote=named), named, 0
        if facts.rejected_quote in UNKNOWN and facts.quote != named:
            yield facts._replace(rejected_quote=named), named, 0

    def _offers(self, facts: Facts, named: str | None, fee: int) -> Iterator[tuple[Facts, str | None, int]]:
        fresh = next(reference for reference in UNKNOWN if reference not in (facts.quote, facts.rejected_quote))
        if named is None:
            yield facts, fresh, fee
            named = facts.quote
        elif named != facts.quote:
            yield facts, named, fee
        if named is not None and (facts.quote == named or (facts.quote in UNKNOWN and facts.rejected_quote != named)):
            shown = facts._replace(quote=named, fee=facts.fee or fee)
            yield shown, named, fee or shown.fee or 0

    def _closure_of(self, places: Iterable[Place]) -> Places:
        if not self.silent:
            return self._intern(frozenset(places))
        bits = self.silent_closure.of(places)
        if bits.bit_count() > LARGEST_SET:
            raise TooMany
        return self.silent_closure.as_set(bits)

    def _targets(self, place: Place, events: tuple[Event, ...]) -> Iterator[Place]:
        """Yield where the events lead from the place if nothing of them is recorded."""
        for event in events:
            for *_, target in self.outcomes(place, Entry(event)):
                if target.facts.attempt <= MOST_ATTEMPTS:
                    yield target

    def _canonical(self, state: State, facts: Facts) -> Place:
        return Place(state, facts if self.attempts else facts._replace(attempt=facts.face_attempts + facts.other_attempts))

    def _intern(self, places: Places) -> Places:
        return self._interned.setdefault(places, places)


def _quote_number(name: str) -> int:
    return int(name.removeprefix("quote "))


def _order(place: Place) -> tuple[str, ...]:
    return tuple(map(str, (place.state, *place.facts)))
