"""Chooses what a scenario delivers on its way that the model refuses.

Each thing is delivered once for each kind of configuration in which it is worth trying: stopped by a guard, by the wrong
actor, in the wrong state, too late, too early, repeated, or malformed.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from process.case import Case
from process.exploration.explorer import Configuration, canonical
from process.machine import CompiledMachine
from process.model import ELSE, Actor, Event, Facts, QuoteStatus, Settlement
from process.testing.planning.arcs import Arc, deciding_values
from process.testing.scenario import Delivery
from process.testing.variants import AGAIN, MALFORMED, is_near_miss, malformed, payload, reserved_fields, well_formed

GUARDED = 3  # refused deliveries in one configuration that a guard alone stops; those after the first
WORTH = 8  # only if so much is new about them
REPEATED = 3  # times in a row that such a one is delivered, once for each
MOST, MOST_AT_END = 3, 40  # of the others

Reasons = tuple[tuple[int, str], ...]
"""The guards that do not hold, by row and name."""

Trace = tuple[QuoteStatus | None, Settlement | None]
"""The last status of a quote and the last settlement: a back end that forgets to void them still has them."""


class Probes:
    """The refused deliveries of one plan."""

    def __init__(
        self, machine: CompiledMachine, without: Collection[Event], chance: random.Random, *, hostile: bool
    ) -> None:
        self.machine, self.model = machine, machine.definition
        self.without, self.random, self.hostile = without, chance, hostile
        self.done: set[object] = set()
        self.actors: dict[object, dict[Event, set[Actor]]] = {}
        """By state and event the actors who may raise it there."""
        for transition in self.model.transitions:
            if transition.event not in without:
                self.actors.setdefault(transition.source, {}).setdefault(transition.event, set()).update(transition.by)
        self._guarded: dict[object, list[tuple[Delivery, Reasons]]] = {}

    def once(self, *key: object) -> bool:
        """Note the key; False if it was noted before."""
        is_new = key not in self.done
        self.done.add(key)
        return is_new

    def refuses(self, case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        return self.machine.compiled_events[event].decide(case.state, case.facts, by, dict(data)) is None

    def here(self, case: Case, history: Collection[int], trace: Trace) -> Iterator[Delivery]:
        """The deliveries for the case as it stands."""
        yield from self._stopped_by_guards(case, history, trace)
        others = (self._wrong_actors(case), self._repeated(case), self._wrong_states(case, trace), self._malformed(case))
        yield from islice(chain.from_iterable(others), MOST_AT_END if case.is_done else MOST)

    def late(self, case: Case, before: Configuration, possible: Collection[Arc], taken: Arc) -> Iterator[Delivery]:
        """What was possible just before the arc and no longer is, once for each transition, quote status and settlement."""
        if not self.once(*_late_key(taken, before.facts)):
            return
        for event, by in dict.fromkeys((edge.event, edge.by) for arc in possible for edge in arc.edges):
            delivery = Delivery(event, by)
            if self.refuses(case, event, by, delivery.payload(case)):
                yield delivery

    def was_late(self, taken: Arc, before: Facts) -> bool:
        """Whether ``late`` has delivered what there is for such an arc."""
        return _late_key(taken, before) in self.done

    def early(self, case: Case, arc: Arc) -> Iterator[Delivery]:
        """What will be delivered after the next event, already now, if it is refused now."""
        delivery = Delivery(arc.event, arc.edges[0].by)
        if ("early", *delivery) not in self.done and self.refuses(case, arc.event, delivery.by, delivery.payload(case)):
            self.once("early", *delivery)
            yield delivery

    def duplicate(self, case: Case, arc: Arc, by: Actor, data: Mapping[str, Any]) -> Iterator[Delivery]:
        """What was just accepted, once more, if it is refused now."""
        if self.refuses(case, arc.event, by, data) and self.once(AGAIN, arc.transition):
            yield Delivery(arc.event, by, AGAIN)

    def _stopped_by_guards(self, case: Case, history: Collection[int], trace: Trace) -> Iterator[Delivery]:
        """What a guard alone refuses here; first what is new after the most of the rows that were taken before."""
        here = Configuration(case.state, canonical(case.facts))
        values = (*deciding_values(here), ("trace", trace))
        found: list[tuple[int, float, Delivery, list[object]]] = []
        for delivery, reasons in self._guarded_here(case, here):
            refused = (case.state, *delivery, reasons)
            new: list[object] = [("guarded", refused)]
            if not is_near_miss(delivery.variant) and ", " not in delivery.variant:
                new += [(value, refused) for value in values]
                new += [(row, refused, trace) for row in history]
            new = [each for each in new if each not in self.done]
            if new:
                found.append((-len(new), self.random.random(), delivery, new))
        for number, (gain, _, delivery, new) in enumerate(sorted(found)[:GUARDED]):
            if number and -gain < WORTH:
                break
            self.done.update(new)
            is_repeated = not is_near_miss(delivery.variant) and self.once("repeated", delivery)
            yield from [delivery] * (REPEATED if is_repeated else 1)

    def _guarded_here(self, case: Case, here: Configuration) -> list[tuple[Delivery, Reasons]]:
        quotes = len({str(step.data["quote"]) for step in case.history if step.event is Event.QUOTE_CONSEQUENCES})
        key = here, min(quotes, 3), case.facts.attempt, case.facts.quote is None
        if key not in self._guarded:
            self._guarded[key] = [
                (Delivery(event, by, variant), self._reasons(case, event, by, data))
                for event, actors in self.actors.get(case.state, {}).items()
                for variant, data in well_formed(case, event)
                for by in sorted(actors)
                if self.refuses(case, event, by, data)
            ]
        return self._guarded[key]

    def _reasons(self, case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> Reasons:
        rows = self.machine.compiled_events[event].transitions_from[case.state]
        return tuple(
            (row.row, guard.name)
            for row in rows
            if by in row.by
            for guard in row.guards
            if guard is not ELSE and not guard.predicate(case.facts, data)
        )

    def _wrong_actors(self, case: Case) -> Iterator[Delivery]:
        """What happens here, by actors who may not; once also with the right actor's name in the payload."""
        for event, actors in self.actors.get(case.state, {}).items():
            right = payload(case, event)
            for row in self.machine.compiled_events[event].transitions_from[case.state]:
                strangers = [by for by in Actor if by not in row.by and ("actor", row.row, case.state, by) not in self.done]
                if strangers and all(guard is ELSE or guard.predicate(case.facts, right) for guard in row.guards):
                    for by in strangers:
                        self.done.add(("actor", row.row, case.state, by))
                        if by not in actors:
                            yield Delivery(event, by)
                            if self.hostile and self.once("by in payload", event, by):
                                yield Delivery(event, by, f"{MALFORMED}by: {reserved_fields(self.model, event)['by']}")
                    break

    def _repeated(self, case: Case) -> Iterator[Delivery]:
        """What was accepted before, once more, after other events."""
        for step in case.history:
            key = "older", case.state, step.event
            last = next(each for each in reversed(case.history) if each.event is step.event)
            if key not in self.done and self.refuses(case, step.event, last.by, last.data):
                self.done.add(key)
                yield Delivery(step.event, last.by, AGAIN)

    def _wrong_states(self, case: Case, trace: Trace) -> Iterator[Delivery]:
        """What does not happen in this state; answers once for each quote and verification that they could be meant for."""
        here = self.actors.get(case.state, {})
        for event, fields in self.model.events.items():
            if event not in here and event not in self.without:
                meant_for = trace if {"quote", "attempt"} & fields.keys() else ()
                for by in self.model.actors[event]:
                    if self.once("event", case.state, event, by, meant_for):
                        yield Delivery(event, by)

    def _malformed(self, case: Case) -> Iterator[Delivery]:
        """Malformed payloads of what could be taken here; and by each actor fields that are named like a host's own."""
        for event, actors in self.actors.get(case.state, {}).items() if self.hostile else ():
            by = min(actors)
            right = payload(case, event)
            if not self.refuses(case, event, by, right):
                for variant, _ in malformed(self.model, event, right):
                    if self.once("malformed", event, variant):
                        yield Delivery(event, by, variant)


def _late_key(taken: Arc, before: Facts) -> tuple[object, ...]:
    return "late", taken.transition, before.quote_status, before.settled is not None
