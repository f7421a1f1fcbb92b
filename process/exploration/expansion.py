"""Configurations, and the events that can be taken in one: a step of the search.

A configuration is a state with facts in canonical form. The references stand for any reference, and attempts are numbered
from the count of those that count, since guards only compare a quote or an attempt with the current one. So the search is
finite, and it is complete: in every configuration each event is raised by each actor, with each payload that matters
(``process.exploration.inputs``). That what is left out never decides is a requirement of its own (R15:
``process.requirements.data_independence``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from process.compiled_rows import Decide
from process.exploration.inputs import (
    ACCOUNT,
    ORDER,
    QUOTE,
    REJECTED_QUOTE,
    pair_name,
    variants_under,
)
from process.machine import CompiledMachine
from process.model import Actor, Event, Facts, State


class Configuration(NamedTuple):
    """A state, and facts in the form that ``canonical`` gives them."""

    state: State
    facts: Facts


def canonical(facts: Facts) -> Facts:
    """The facts without what never decides: references, the fee, and how often an attempt was given back.

    A count stops at one past its limit, or one below 0: a model that gets there is wrong, and its search still ends.
    """
    quote, rejected, fee, currency = facts.quote, facts.rejected_quote, facts.fee, facts.currency
    if rejected is not None:
        rejected = QUOTE if rejected == quote else REJECTED_QUOTE
    if quote is not None:
        quote, fee, currency = QUOTE, 0, "CNY"
    face = min(max(facts.face_attempts, -1), facts.face_limit + 1)
    other = min(max(facts.other_attempts, -1), facts.other_limit + 1)
    return facts._replace(
        account=ACCOUNT,
        order=ORDER,
        quote=quote,
        fee=fee,
        currency=currency,
        rejected_quote=rejected,
        face_attempts=face,
        other_attempts=other,
        attempt=face + other,
    )


class Successor(NamedTuple):
    """The outcome of one event that was taken in one configuration."""

    event: Event
    by: Actor
    variant: str
    data: Mapping[str, Any]
    row: int
    state: State
    facts: Facts
    """The facts as the machine gave them."""
    configuration: Configuration
    """The same in canonical form."""


Expansion = tuple[int, Sequence[Successor]]
"""The number of events that were raised in a configuration, and those that were taken."""

_ACTORS = tuple(Actor)


def try_all_actors(machine: CompiledMachine, here: Configuration) -> Expansion:
    """Raise every event by every actor, with every payload that matters; only the right one by an actor who never may."""
    return _try_each(machine, here, machine.definition.events, all_actors=True)


def try_named_actors(machine: CompiledMachine, here: Configuration, events: Collection[Event] | None = None) -> Expansion:
    """Find the same successors in less time: raise events only by actors whom a row names there; others are refused.

    Args:
        events: which events to raise; all of them, where it is left out.
    """
    return _try_each(machine, here, machine.definition.events if events is None else events, all_actors=False)


def _try_each(machine: CompiledMachine, here: Configuration, events: Iterable[Event], *, all_actors: bool) -> Expansion:
    """Raise the events; what differs in two fields at once is a successor of its own unless each alone is taken, too."""
    tried, taken, together = 0, list[Successor](), list[Successor]()
    variants_by_fields = variants_under(here.facts)
    for event in events:
        compiled = machine.compiled_events[event]
        decisions = compiled.decisions.get(here.state)  # by actor; the machine refuses whoever has none
        if not decisions and not all_actors:
            continue
        variants, pairs = variants_by_fields[compiled.typed_fields]
        if all_actors:  # each of its actors raises every variant, anyone else the right one
            tried += len(compiled.actors) * (len(variants) - 1) + len(_ACTORS)
        if not decisions:
            continue
        named = [(by, decisions[by][2]) for by in _ACTORS if by in decisions]
        tried += len(named) * (len(pairs) if all_actors else len(variants) + len(pairs))
        alone: set[tuple[Actor, str]] = set()
        for by, decide in named:
            for variant, data in variants:
                if found := _try(here, event, by, decide, variant, data):
                    taken.append(found)
                    alone.add((by, variant))
        for one, other, data in pairs:
            for by, decide in named:
                found = _try(here, event, by, decide, pair_name(one, other), data)
                if found and not {(by, one), (by, other)} <= alone:
                    together.append(found)
    return tried, taken + together


def _try(
    here: Configuration, event: Event, by: Actor, decide: Decide, variant: str, data: Mapping[str, Any]
) -> Successor | None:
    carried = dict(data)
    try:
        row, payload = decide(here.facts, carried)
        if row is None:
            return None
        facts = row.copied(here.facts, payload)
    except Exception:  # R15 reports the guard or effect that raises; the rest is searched all the same
        return None
    reached = Configuration(row.target, here.facts if facts is here.facts else canonical(facts))
    return Successor(event, by, variant, carried, row.index, row.target, facts, reached)


def row_taken(machine: CompiledMachine, here: Configuration, event: Event, by: Actor, data: Mapping[str, Any]) -> int:
    """The index in the table of the row that the machine takes, for an event that it takes."""
    _, _, decide = machine.compiled_events[event].decisions[here.state][by]
    row, _ = decide(here.facts, data)
    return row.index
