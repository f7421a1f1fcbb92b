"""Chooses what a scenario delivers on its way that the model refuses.

Each refused delivery is made once for each relevant kind of configuration: stopped by a guard, by the wrong
actor, in the wrong state, too late, too early, repeated, or malformed.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from process.case import Case
from process.exploration.expansion import Configuration, canonical
from process.exploration.inputs import PAIR, RIGHT
from process.machine import CompiledMachine
from process.model import ELSE, Actor, Event, State
from process.testing.field_values import ASCII_MISSES, NEAR_MISSES, ORDERS
from process.testing.malformed import MALFORMED, malformed_payloads, reserved_fields
from process.testing.payload_variants import AGAIN, is_near_miss, is_wrong, names_other_case, variant_payload, well_formed
from process.testing.planning.arcs import Arc, deciding_values
from process.testing.planning.leftovers import Leftovers
from process.testing.scenario import Delivery
from process.value_checks import MAX_REFERENCE

GUARDED = 3  # refused deliveries in one configuration that a guard alone stops
WORTH, WORTH_MORE = 10, 10  # only if so much is new about them; about those after the first
PLAIN = 30  # characters at most of a reference of the plain shape
REPEATED = 3  # times in a row that such a one is delivered, once for each
MOST, MOST_AT_END = 3, 40  # of the others

NOTHING: frozenset[object] = frozenset()

Reasons = tuple[tuple[int, str], ...]
"""The guards that do not hold, by row and name."""


class _Guarded(NamedTuple):
    """A delivery that a guard refuses in a configuration."""

    delivery: Delivery
    key: object
    """Its kind: by state, event, actor, variant and guards; by event and variant if once is enough."""
    is_once: bool


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
        self._guarded: dict[object, list[_Guarded]] = {}
        self._seen: dict[object, set[object]] = {}
        """For each kind of refused delivery the facts with which it was delivered, and the rows after which."""
        self._strangers_done: set[tuple[State, Event]] = set()
        """The events of which no wrong actor is left in a state."""
        self._elsewhere_done: set[tuple[State, Leftovers]] = set()
        """The states in which nothing is left that does not happen there."""
        self._malformed_left: dict[Event, list[str]] = {}

    def once(self, *key: object) -> bool:
        """Note the key; False if it was noted before."""
        is_new = key not in self.done
        self.done.add(key)
        return is_new

    def refuses(self, case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        return self.machine.compiled_events[event].decide(case.state, case.facts, by, dict(data)) is None

    def here(self, case: Case, history: Collection[int], leftovers: Leftovers) -> Iterator[Delivery]:
        """The deliveries for the case as it stands."""
        yield from self._stopped_by_guards(case, history, leftovers)
        others = (
            self._wrong_actors(case),
            self._wrong_states(case, leftovers),
            self._repeated(case, leftovers),
            self._malformed(case),
        )
        yield from islice(chain.from_iterable(others), MOST_AT_END if case.is_done else MOST)

    def late(self, case: Case, possible: Collection[Arc], taken: Arc, leftovers: Leftovers) -> Iterator[Delivery]:
        """Yield what was possible just before the arc and no longer is, once for each category of arc.

        Where it changed what the case holds (it voids a quote, say), also what a guard refuses now.
        """
        if not self.once("late", taken.category):
            return
        before = dict.fromkeys((edge.event, edge.by) for arc in possible for edge in arc.edges)
        here = self.actors.get(case.state, {}) if taken.changes else {}
        now = dict.fromkeys((event, by) for event, actors in here.items() for by in sorted(actors))
        for event, by in {**before, **now}:
            delivery = Delivery(event, by)
            if self.refuses(case, event, by, delivery.payload(case)):
                self.once(*self._elsewhere(case, event, by, leftovers))
                yield delivery

    def early(self, case: Case, arc: Arc) -> Delivery | None:
        """The delivery that will be accepted after the next event, to be delivered already now, if it is refused now."""
        for edge in arc.edges:
            delivery = Delivery(arc.event, edge.by)
            if edge.variant != RIGHT or ("early", *delivery) in self.done:
                continue
            if self.refuses(case, arc.event, edge.by, delivery.payload(case)):
                self.done.add(("early", *delivery))
                return delivery
        return None

    def duplicate(self, case: Case, arc: Arc, by: Actor, data: Mapping[str, Any]) -> Iterator[Delivery]:
        """Yield what was just accepted, once more, if it is refused now."""
        if self.refuses(case, arc.event, by, data) and self.once(AGAIN, arc.transition):
            yield Delivery(arc.event, by, AGAIN)

    def _stopped_by_guards(self, case: Case, history: Collection[int], leftovers: Leftovers) -> Iterator[Delivery]:
        """Yield what a guard alone refuses here; first what is new after the most of the rows that were taken before."""
        here = Configuration(case.state, canonical(case.facts))
        kept = leftovers.quote, leftovers.is_settled
        values, rows = frozenset((*deciding_values(here), kept)), frozenset(history)
        found: list[tuple[int, float, _Guarded]] = []
        for guarded in self._guarded_here(case, here):
            seen = self._seen.get(guarded.key, NOTHING)
            is_new = not seen or (guarded.delivery.variant == RIGHT and (guarded.key, kept) not in self._seen)
            if not guarded.is_once:
                gain = len(values - seen) + len(rows - self._seen.get((guarded.key, kept), NOTHING))
            else:
                gain = 0
            if is_new or gain >= WORTH:
                found.append((-gain - 100 * is_new, self.random.random(), guarded))
        for number, (gain, _, guarded) in enumerate(sorted(found)[:GUARDED]):
            if number and -gain < WORTH_MORE:
                break
            self._seen.setdefault(guarded.key, set()).update(values)
            self._seen.setdefault((guarded.key, kept), set()).update(rows)
            is_repeated = not guarded.is_once and self.once("repeated", guarded.delivery)
            yield from [guarded.delivery] * (REPEATED if is_repeated else 1)

    def _guarded_here(self, case: Case, here: Configuration) -> list[_Guarded]:
        quotes = len({str(step.data["quote"]) for step in case.history if step.event is Event.QUOTE_CONSEQUENCES})
        shapes = tuple(map(_shape, (case.facts.account, case.facts.order, case.facts.quote or "")))
        place = here, min(quotes, 3), case.facts.attempt, case.facts.quote is None, shapes
        if place not in self._guarded:
            found = []
            for event, actors in self.actors.get(case.state, {}).items():
                decisive: list[Actor] = []  # whose right payload is accepted, so that the variant alone decides
                everyone = sorted(actors)
                for variant, data in well_formed(case, event):
                    is_pair, is_other, is_once, is_for_everyone = _kind(variant)
                    tried_by = everyone if is_for_everyone else decisive
                    shape = _shape_missed(case, variant) if is_once and tried_by else None
                    if is_once and shape is None:
                        continue
                    for by in tried_by:
                        key: object = None
                        if is_once:
                            status = None if is_pair else case.facts.quote_status
                            key = event, variant, shape, status, by if is_other else None
                            if key in self._seen:
                                continue
                        if not self.refuses(case, event, by, data):
                            decisive += [by] if variant == RIGHT else []
                            continue
                        if variant == RIGHT:
                            key = case.state, event, by, self._reasons(case, event, by, data)
                        elif not is_once:
                            key = case.state, event, by, variant, by in decisive
                        found.append(_Guarded(Delivery(event, by, variant), key, is_once))
            self._guarded[place] = found
        return self._guarded[place]

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
        """Yield what happens here, by actors who may not; once also with the right actor's name in the payload."""
        for event, actors in self.actors.get(case.state, {}).items():
            if (case.state, event) in self._strangers_done:
                continue
            rows = self.machine.compiled_events[event].transitions_from[case.state]
            strangers = {
                row.row: [by for by in Actor if by not in row.by and ("actor", row.row, case.state, by) not in self.done]
                for row in rows
            }
            if not any(strangers.values()):
                self._strangers_done.add((case.state, event))
                continue
            right = variant_payload(case, event)
            for row in rows:
                if strangers[row.row] and all(guard is ELSE or guard.predicate(case.facts, right) for guard in row.guards):
                    for by in strangers[row.row]:
                        self.done.add(("actor", row.row, case.state, by))
                        if by not in actors:
                            yield Delivery(event, by)
                            if self.hostile and self.once("by in payload", event, by):
                                yield Delivery(event, by, f"{MALFORMED}by: {reserved_fields(self.model, event)['by']}")
                    break

    def _repeated(self, case: Case, leftovers: Leftovers) -> Iterator[Delivery]:
        """Yield what was accepted before, once more, after other events."""
        for event, step in {step.event: step for step in case.history}.items():
            key = "older", case.state, event
            if not step.data and self._elsewhere(case, event, step.by, leftovers) in self.done:  # it is the same delivery
                continue
            if key not in self.done and self.refuses(case, event, step.by, step.data):
                self.done.add(key)
                yield Delivery(event, step.by, AGAIN)

    def _wrong_states(self, case: Case, leftovers: Leftovers) -> Iterator[Delivery]:
        """Yield what does not happen in this state; answers once for each quote and verification they may be for."""
        if (case.state, leftovers) in self._elsewhere_done:
            return
        here = self.actors.get(case.state, {})
        for event in self.model.events:
            if event not in here and event not in self.without:
                for by in self.model.actors[event]:
                    if self.once(*self._elsewhere(case, event, by, leftovers)):
                        yield Delivery(event, by)
        self._elsewhere_done.add((case.state, leftovers))

    def _elsewhere(self, case: Case, event: Event, by: Actor, leftovers: Leftovers) -> tuple[object, ...]:
        """The kind of a delivery that does not happen in this state."""
        fields = self.model.events[event].keys()
        named = (leftovers.quote, leftovers.is_settled) if "quote" in fields and "fee" not in fields else ()
        meant_for = named or (leftovers[::2] if "attempt" in fields else ())
        return "event", case.state, event, by, meant_for

    def _malformed(self, case: Case) -> Iterator[Delivery]:
        """Malformed payloads of what could be taken here."""
        for event, actors in self.actors.get(case.state, {}).items() if self.hostile else ():
            left = self._malformed_left.get(event)
            if left == []:
                continue
            by, right = min(actors), variant_payload(case, event)
            if self.refuses(case, event, by, right) or right.get("attempt", 1) != 1:  # to which True is equal
                continue
            if left is None:
                left = self._malformed_left[event] = [
                    variant for variant, _ in malformed_payloads(self.model, event, right)
                ]
            while left:
                yield Delivery(event, by, left.pop(0))


class _VariantKind(NamedTuple):
    """The kind of a payload's variant, as far as it says by whom and how often it is delivered."""

    is_pair: bool  # two fields differ
    is_other: bool  # it names another case
    is_once: bool  # once is enough, wherever the case stands
    is_for_everyone: bool  # every actor of the event delivers it, not only those whose right payload is accepted


@cache
def _kind(variant: str) -> _VariantKind:
    is_pair, is_other = PAIR in variant, names_other_case(variant)
    is_once = is_other or is_near_miss(variant) or is_pair
    return _VariantKind(is_pair, is_other, is_once, variant == RIGHT or (is_wrong(variant) and not is_once))


@lru_cache(1000)
def _shape(reference: str) -> str:
    """The shape of a reference; references of one shape have the same near misses."""
    if not reference.isascii():
        return "other letters"
    if len(reference) < PLAIN and " " not in reference:
        return "plain"
    return "long" if len(reference) == MAX_REFERENCE else "between"


@cache
def _only_choice(variant: str) -> tuple[str, str]:
    """The field that differs, and the choice for it."""
    name, _, choice = variant.partition(": ")
    return name, choice


def _shape_missed(case: Case, variant: str) -> str | None:
    """The shape of the reference that the variant nearly misses; None if the plain one shows as much."""
    name, choice = _only_choice(variant)
    if choice not in NEAR_MISSES:
        are_plain = choice != ORDERS or _shape(case.facts.order) == _shape(case.facts.account) == "plain"
        return "plain" if are_plain else None
    shape = _shape(getattr(case.facts, name, None) or "")
    return shape if shape in ("plain", "long") or choice in ASCII_MISSES else None
