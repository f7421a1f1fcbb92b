"""What a tour delivers on its way that must be refused: stopped by a guard, by the wrong actor, too early, in bad form."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from process.case import Case
from process.exploration.explorer import Configuration, Exploration, canonical
from process.model import ELSE, Actor, Event, QuoteStatus, Settlement
from process.testing.deliveries import AGAIN, Delivery, hostile, is_near_miss, variants

NEAR = 3  # refused deliveries a step that a guard alone stops; those after the first
WORTH = 8  # only if so much is new about them
INSIST = 3  # times in a row that such a one is delivered, once for each
MOST, MOST_AT_END = 3, 40  # of the others

Echo = tuple[QuoteStatus | None, Settlement | None]
"""What the quote and the verification were when they last were anything: a back end that forgets to void still has it."""


class Probes:
    """Chooses, each thing once for each kind of place that it is worth trying in."""

    def __init__(
        self,
        exploration: Exploration,
        without: Collection[Event],
        values: Callable[[Configuration], tuple[object, ...]],
        chance: random.Random,
        *,
        hostile: bool,
    ) -> None:
        self.machine = exploration.machine
        self.model = self.machine.definition
        self.without, self.values, self.random, self.hostile = without, values, chance, hostile
        self.done: set[object] = set()
        self.rows: dict[object, dict[Event, set[Actor]]] = {}
        for transition in self.model.transitions:
            if transition.event not in without:
                self.rows.setdefault(transition.source, {}).setdefault(transition.event, set()).update(transition.by)

    def once(self, *key: object) -> bool:
        """Whether this was not done before; it is noted."""
        is_new = key not in self.done
        self.done.add(key)
        return is_new

    def refuses(self, case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        return self.machine.compiled_events[event].decide(case.state, case.facts, by, dict(data)) is None

    def at(
        self,
        case: Case,
        history: Collection[int],
        echo: Echo,
        sent: Mapping[Event, tuple[Actor, dict[str, Any]]],
    ) -> Iterator[Delivery]:
        """What to deliver to the case where it stands."""
        yield from self._near(case, history, echo)
        most = MOST_AT_END if case.is_done else MOST
        others = (self._wrong_actors(case), self._older(case, sent), self._wrong_events(case, echo), self._hostile(case))
        yield from islice(chain.from_iterable(others), most)

    def _near(self, case: Case, history: Collection[int], echo: Echo) -> Iterator[Delivery]:
        """What could happen here but for a guard, first what is new after the most of what happened before."""
        here = Configuration(case.state, canonical(case.facts))
        values = (*self.values(here), ("echo", echo))
        found: list[tuple[int, float, Delivery, list[object]]] = []
        for event, actors in self.rows.get(case.state, {}).items():
            for label, data in variants(case, event):
                for by in sorted(actors):
                    if not self.refuses(case, event, by, data):
                        continue
                    refused = (case.state, event, by, label, self._reasons(case, event, by, data))
                    new: list[object] = [("near", refused)]
                    if not is_near_miss(label):
                        new += [(value, refused) for value in values]
                        new += [(row, refused, echo) for row in history]
                    new = [each for each in new if each not in self.done]
                    if new:
                        found.append((-len(new), self.random.random(), Delivery(event, by, label), new))
        for place, (gain, _, delivery, new) in enumerate(sorted(found)[:NEAR]):
            if place and -gain < WORTH:
                break
            self.done.update(new)
            insist = not is_near_miss(delivery.label) and self.once("insist", delivery)
            yield from [delivery] * (INSIST if insist else 1)

    def _reasons(self, case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
        rows = self.machine.compiled_events[event].transitions_from[case.state]
        return tuple(
            (row.row, guard.name)
            for row in rows
            if by in row.by
            for guard in row.guards
            if guard is not ELSE and not guard.predicate(case.facts, data)
        )

    def _wrong_actors(self, case: Case) -> Iterator[Delivery]:
        for event, actors in self.rows.get(case.state, {}).items():
            right = next(variants(case, event))[1]
            for row in self.machine.compiled_events[event].transitions_from[case.state]:
                strangers = [by for by in Actor if by not in row.by and ("actor", row.row, case.state, by) not in self.done]
                if strangers and all(guard is ELSE or guard.predicate(case.facts, right) for guard in row.guards):
                    for by in strangers:
                        self.done.add(("actor", row.row, case.state, by))
                        if by not in actors:
                            yield Delivery(event, by)
                    break

    def _older(self, case: Case, sent: Mapping[Event, tuple[Actor, dict[str, Any]]]) -> Iterator[Delivery]:
        """What was taken before, once more, after others came."""
        for event, (by, data) in sent.items():
            if ("older", case.state, event) not in self.done and self.refuses(case, event, by, data):
                self.done.add(("older", case.state, event))
                yield Delivery(event, by, AGAIN)

    def _wrong_events(self, case: Case, echo: Echo) -> Iterator[Delivery]:
        """What does not happen here; answers once for each quote and verification that they could be meant for."""
        here = self.rows.get(case.state, {})
        for event, fields in self.model.events.items():
            if event not in here and event not in self.without:
                meant_for = echo if {"quote", "attempt"} & fields.keys() else ()
                for by in self.model.actors[event]:
                    if self.once("event", case.state, event, by, meant_for):
                        yield Delivery(event, by)

    def _hostile(self, case: Case) -> Iterator[Delivery]:
        if not self.hostile:
            return
        for event, actors in self.rows.get(case.state, {}).items():
            by = min(actors)
            right = next(variants(case, event))[1]
            if not self.refuses(case, event, by, right):
                for label, _ in hostile(self.model, event, right):
                    if self.once("hostile", event, label):
                        yield Delivery(event, by, label)
