"""Decides whether a refusal is final: it is, unless later events can lead to the same event being accepted.

The search for them is made when ``is_final`` is first read. It is over abstract configurations, of which a model has a few
hundred. All that a guard can learn of a payload is whether one of its values equals one of the case's, so the values
themselves are replaced by what they are equal to:

- a reference, by the name of the payload field or else of the first fact that holds it, and it is compared with references
  of its own kind alone, a quote with quotes; a fee or a currency, by whether it equals the payload's;
- the number of the last attempt, by whether the number in the payload is still ahead, is this one, or is past. While it is
  ahead, a start may reach it or not;
- the attempts that are counted, by whether one is left. While one is left, a start may take the last or not.

In each abstract configuration every event is tried by every actor with every payload that can make a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import product
from operator import attrgetter
from typing import Any, Final, NamedTuple, get_args, get_type_hints

from process.compiled_rows import Decide
from process.machine import CompiledEvent, CompiledMachine
from process.model import Actor, Effect, Event, Facts, Field, Guard, Kind, Payload, State

COUNTED: Final = (("face_attempts", "face_limit"), ("other_attempts", "other_limit"))
ONE_LEFT, NONE_LEFT = 0, 1  # attempts counted under a limit of 1
AHEAD, OPEN_NOW, PAST = 1, 2, 3  # numbers of the last attempt, where the payload's is OPEN_NOW
FRESH: Final = "fresh"  # a reference that is nowhere else
TOO_MANY: Final = 50_000  # configurations: a model with so many counts something that is not replaced here

_REFERENCES: Final = tuple(
    name for name, hint in get_type_hints(Facts).items() if str in (get_args(hint) or (hint,)) and name != "currency"
)

_held = attrgetter(*_REFERENCES)
_REFERENCE_INDICES: Final = tuple(map(Facts._fields.index, _REFERENCES))
_compared_facts = attrgetter(*_REFERENCES, "fee", "currency", "attempt")
_FEE, _CURRENCY, _ATTEMPT = map(Facts._fields.index, ("fee", "currency", "attempt"))


class AbstractConfiguration(NamedTuple):
    """A state, with abstract facts."""

    state: State
    facts: Facts


def is_final(machine: CompiledMachine, state: State, facts: Facts, event: Event, by: object, data: Payload) -> bool:
    """Return True if no configuration that can be reached takes this event by this actor with this payload.

    Exactly: let *event*, raised by *by* with *data*, be refused in (*state*, *facts*). The refusal is final iff there is no
    finite sequence of events, by whatever actors and with whatever payloads, after which the same event by the same actor
    with equal data is taken. It is early otherwise.

    Args:
        machine: decides.
        state: where the event was refused.
        facts: with which.
        event: the event.
        by: its actor; nobody's event is ever taken.
        data: its payload, of which every field is right.
    """
    compiled = machine.compiled_events[event]
    if type(by) is not Actor or by not in compiled.actors:
        return True
    return not _futures(machine).takes(AbstractConfiguration(state, facts), compiled, by, data)


@lru_cache(maxsize=4)
def _futures(machine: CompiledMachine) -> Futures:
    return Futures(machine)


class Futures:
    """The configurations that a case can come to, as far as they were searched."""

    def __init__(self, machine: CompiledMachine) -> None:
        events = machine.compiled_events
        self._compared = {event: _compared_fields(compiled) for event, compiled in events.items()}
        self._ends = machine.definition.ends  # which take nothing
        self._moves = {state: tuple(_open_moves(state, machine)) for state in machine.definition.states}
        self._successors: dict[tuple[Abstract, AbstractConfiguration], tuple[AbstractConfiguration, ...]] = {}
        self._payloads_of: dict[tuple[object, ...], Sequence[Mapping[str, object]]] = {}
        self._takes: dict[tuple[Event, Actor, Abstract], dict[AbstractConfiguration, bool]] = {}

    def takes(self, here: AbstractConfiguration, event: CompiledEvent, by: Actor, data: Payload) -> bool:
        """Return True if *here*, or a configuration reached from it, takes the event by the actor with the payload."""
        if here.state in self._ends:
            return False
        compared = {name: data[name] for name in self._compared[event.event]}
        abstract, start = _abstract(here, compared, event.fields) if compared else _abstract_alone(here)
        known = self._takes.setdefault((event.event, by, abstract), {})
        if start not in known:
            self._search(start, abstract, event, by, known)
        return known[start]

    def _search(
        self,
        start: AbstractConfiguration,
        abstract: Abstract,
        event: CompiledEvent,
        by: Actor,
        known: dict[AbstractConfiguration, bool],
    ) -> None:
        """Note for each configuration reached from *start* whether it, or one reached from it, takes the event.

        The search ends at the first that does: only those on the way to it are noted then.
        """
        predecessors: dict[AbstractConfiguration, list[AbstractConfiguration]] = {start: []}
        found, taking = [start], list[AbstractConfiguration]()
        for here in found:
            if known.get(here) or self._is_taken(here, abstract, event, by) or len(found) > TOO_MANY:
                taking.append(here)
                break
            for there in self._next(here, abstract):
                if there not in predecessors:
                    predecessors[there] = []
                    found.append(there)
                predecessors[there].append(here)
        for here in taking:
            known[here] = True
            taking += (before for before in predecessors[here] if not known.get(before))
        if not taking:
            known |= dict.fromkeys(found, False)

    def _is_taken(self, here: AbstractConfiguration, abstract: Abstract, event: CompiledEvent, by: Actor) -> bool:
        return here.state in event.decisions and any(
            event.decide(here.state, here.facts, by, dict(data)) is not None
            for data in self._payloads(event, here.facts, abstract, fixed=True)
        )

    def _next(self, here: AbstractConfiguration, abstract: Abstract) -> tuple[AbstractConfiguration, ...]:
        if (abstract, here) not in self._successors:
            found: dict[AbstractConfiguration, None] = {}
            for event, decides in self._moves[here.state]:
                for data in self._payloads(event, here.facts, abstract, fixed=False):
                    for decide in decides:
                        row, payload = decide(here.facts, data)
                        if row is None or row.target in self._ends:
                            continue
                        after = row.copied(here.facts, payload)
                        there = AbstractConfiguration(row.target, after)
                        reached = (there,) if after is here.facts else _continuations(here.facts, there, abstract)
                        found |= dict.fromkeys(reached)
            self._successors[abstract, here] = tuple(found)
        return self._successors[abstract, here]

    def _payloads(
        self, event: CompiledEvent, facts: Facts, abstract: Abstract, *, fixed: bool
    ) -> Sequence[Mapping[str, object]]:
        """Return every payload that can make a difference; *fixed*: those with the values of *abstract* alone."""
        if not event.fields:
            return ({},)
        key = event.event, abstract, fixed, _compared_facts(facts)
        if key not in self._payloads_of:
            compared, given = self._compared[event.event], dict(abstract) if fixed else {}
            values = [
                (given[name],)
                if name in given
                else values_that_differ(field, name, facts, abstract, compared=name in compared)
                for name, field in event.fields.items()
            ]
            self._payloads_of[key] = [dict(zip(event.fields, chosen, strict=True)) for chosen in product(*values)]
        return self._payloads_of[key]


def _open_moves(state: State, machine: CompiledMachine) -> Iterator[tuple[CompiledEvent, tuple[Decide, ...]]]:
    """Give the events after which the case may be open, each with its decisions, once for actors with the same rows."""
    ends = machine.definition.ends
    for event in machine.compiled_events.values():
        rows = event.transitions_from.get(state, ())
        decides = {
            tuple(row.row for row in rows if by in row.by): decide
            for by, (_, _, decide) in event.decisions.get(state, {}).items()
            if by and any(by in row.by and row.target not in ends for row in rows)
        }
        if decides:
            yield event, tuple(decides.values())


Abstract = tuple[tuple[str, object], ...]
"""The fields of a payload that guards compare, with abstract values."""


def _compared_fields(event: CompiledEvent) -> frozenset[str]:
    """Return the fields of the event that a guard reads, or that go into the facts."""
    rows = [row for rows in event.transitions_from.values() for row in rows]
    parts: list[tuple[Guard | Effect, ...]] = [(*row.guards, *row.effects) for row in rows]
    return frozenset(name for row in parts for part in row for name in part.payload_fields)


def values_that_differ(
    field: Field, name: str, facts: Facts, abstract: Abstract = (), *, compared: bool = True
) -> Iterable[object]:
    """Return values of a payload field that stand for all: what one of the others decides, one of these decides.

    Args:
        field: the type.
        name: the name.
        facts: the facts that it is compared with.
        abstract: another payload that it is compared with.
        compared: False where no guard reads it: any value will do.
    """
    if not isinstance(field, Kind):
        return tuple(field) if compared else (next(iter(field)),)
    named = dict(abstract)
    match field:
        case Kind.REFERENCE | Kind.CONSENT:
            if not compared:
                return (FRESH,)
            own = (named.get(name), *(getattr(facts, fact) for fact in _references_like(name)))
            none = (None,) if field is Kind.CONSENT else ()
            return dict.fromkeys((*(value for value in own if value is not None), FRESH, *none))
        case Kind.MONEY:
            return (0, 1) if name in named else dict.fromkeys((0, facts.fee or 0))
        case Kind.CURRENCY:
            return ("CNY", "EUR") if name in named else dict.fromkeys(("CNY", facts.currency or "CNY"))
        case Kind.ATTEMPT:
            return {max(getattr(facts, name, 1), 1), OPEN_NOW}
        case Kind.TEXT:
            return ("text",)


@cache
def _references_like(name: str) -> tuple[str, ...]:
    """Return the facts with references of the kind that the payload field has: quotes for a quote."""
    return tuple(fact for fact in _REFERENCES if fact.rpartition("_")[2] == name)


def _abstract(
    here: AbstractConfiguration, compared: Mapping[str, Any], fields: Mapping[str, Field]
) -> tuple[Abstract, AbstractConfiguration]:
    """Return the payload's compared fields and the configuration, both abstract."""
    facts, names = here.facts, dict[str, str]()
    values: dict[str, object] = {}
    for name, value in compared.items():
        match fields[name]:
            case Kind.REFERENCE | Kind.CONSENT:
                values[name] = None if value is None else names.setdefault(value, f"payload {name}")
            case Kind.MONEY:
                values[name] = 0
            case Kind.CURRENCY:
                values[name] = "CNY"
            case Kind.ATTEMPT:
                values[name] = OPEN_NOW
            case _:
                values[name] = value
    changed: list[Any] = [*_without_counts(facts)]
    for index in _REFERENCE_INDICES:
        if (value := facts[index]) is not None:
            changed[index] = names.setdefault(str(value), Facts._fields[index])
    if facts.fee is not None:
        changed[_FEE] = int("fee" in compared and compared["fee"] != facts.fee)
    if facts.currency is not None:
        changed[_CURRENCY] = "CNY" if compared.get("currency", facts.currency) == facts.currency else "EUR"
    number = compared.get("attempt")
    if number is not None and number <= facts.attempt:
        changed[_ATTEMPT] = OPEN_NOW if number == facts.attempt else PAST
    return tuple(values.items()), AbstractConfiguration(here.state, Facts._make(changed))


@lru_cache(maxsize=1024)
def _without_counts(facts: Facts) -> Facts:
    """Return the facts that say of attempts only whether one is left, and with the number of the last one ahead."""
    left = {count: ONE_LEFT if getattr(facts, count) < getattr(facts, limit) else NONE_LEFT for count, limit in COUNTED}
    return facts._replace(attempt=AHEAD, **left, **dict.fromkeys((limit for _, limit in COUNTED), 1))  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _abstract_alone(here: AbstractConfiguration) -> tuple[Abstract, AbstractConfiguration]:
    """Return what ``_abstract`` gives for payloads of which nothing is compared; cached."""
    return _abstract(here, {}, {})


def _renamed(facts: Facts, names: dict[str, str]) -> dict[str, Any]:
    """Return the references, each by its name in *names* or else by the first fact that holds it."""
    return {
        fact: None if value is None else names.setdefault(value, fact)
        for fact, value in zip(_REFERENCES, _held(facts), strict=True)
    }


def _continuations(before: Facts, after: AbstractConfiguration, abstract: Abstract) -> Iterator[AbstractConfiguration]:
    """Give the abstract configurations that a step from *before* to *after* can have reached."""
    facts = after.facts
    changed = _renamed(facts, {value: value for _, value in abstract if type(value) is str})
    numbers = {AHEAD}
    if "attempt" in dict(abstract):
        numbers = {min(facts.attempt, PAST)} | ({AHEAD} if before.attempt == AHEAD else set())
    counts = [
        {min(max(getattr(facts, count), ONE_LEFT), NONE_LEFT)}
        | ({ONE_LEFT} if getattr(before, count) == ONE_LEFT else set())
        for count, _ in COUNTED
    ]
    for number, *counted in product(numbers, *counts):
        changed |= {"attempt": number, **{count: left for (count, _), left in zip(COUNTED, counted, strict=True)}}
        yield AbstractConfiguration(after.state, facts._replace(**changed))
