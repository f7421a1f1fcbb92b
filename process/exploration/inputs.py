"""The inputs of the search: each event by each actor, with each variant of its payload that matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from process.model import Actor, Event, Facts, Field, Kind, Model

RIGHT = "right"
"""The variant of a payload that fits the case as it stands. The name of any other variant says which field differs."""

ACCOUNT, ORDER, QUOTE, REJECTED_QUOTE = "account-1", "order-1", "quote-1", "rejected-quote-1"
NEXT_QUOTE = "quote-2"
"""The reference of a quote that replaces the open one."""

OFFER = ("quote", "fee", "currency")


Fields = tuple[tuple[str, Field], ...]
"""The fields of an event, each with its type."""
Variants = tuple[tuple[str, Mapping[str, Any]], ...]
"""Payloads of an event, each with its variant's name; the right one comes first."""
Pairs = tuple[tuple[str, str, Mapping[str, Any]], ...]
"""Payloads in which two fields differ from the right one, each with the names of the two variants."""


class _Compared(NamedTuple):
    """The facts that a payload's values are compared with."""

    account: str
    order: str
    quote: str | None
    fee: int | None
    currency: str | None
    rejected_quote: str | None
    attempt: int


_compared = attrgetter(*_Compared._fields)


def payload_variants(
    model: Model, event: Event, facts: Facts, fresh: str | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the payloads that matter for *event* under *facts*, each with its variant's name; the right one comes first.

    Args:
        fresh: the reference that a new quote gets.
    """
    return ((variant, dict(data)) for variant, data in variants_of(model, event, facts, fresh)[0])


def payload_pairs(model: Model, event: Event, facts: Facts) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the payloads in which two fields differ from the right one, each with the names of the two variants."""
    return ((one, other, dict(data)) for one, other, data in variants_of(model, event, facts)[1])


def variants_of(model: Model, event: Event, facts: Facts, fresh: str | None = None) -> tuple[Variants, Pairs]:
    """The payloads that matter, and those in which two fields differ; shared, so they are read-only."""
    return variants_under(facts, fresh)[tuple(model.events[event].items())]


def variants_under(facts: Facts, fresh: str | None = None) -> Mapping[Fields, tuple[Variants, Pairs]]:
    """Return the payloads of ``variants_of``, by the fields of an event."""
    return _variants_under(_compared(facts), fresh or (QUOTE if facts.quote != QUOTE else NEXT_QUOTE))


@lru_cache(maxsize=1024)
def _variants_under(compared: tuple[Any, ...], fresh: str) -> _VariantsByFields:
    return _VariantsByFields(_Compared(*compared), fresh)


class _VariantsByFields(dict[Fields, tuple[Variants, Pairs]]):
    """The payloads by the fields of an event, made when they are first looked up."""

    def __init__(self, facts: _Compared, fresh: str) -> None:
        self._facts, self._fresh = facts, fresh

    def __missing__(self, carried: Fields) -> tuple[Variants, Pairs]:
        self[carried] = made = _alternatives(dict(carried), self._facts, self._fresh)
        return made


def _alternatives(fields: Mapping[str, Field], facts: _Compared, fresh: str) -> tuple[Variants, Pairs]:
    values = {name: _choices(fields, name, kind, facts, fresh) for name, kind in fields.items()}
    right = {name: choices[0][1] for name, choices in values.items()}
    others = [(f"{name}: {variant}", {name: value}) for name, choices in values.items() for variant, value in choices[1:]]
    if facts.quote is not None and _is_quoting(fields):
        again = {"quote": facts.quote, "fee": facts.fee, "currency": facts.currency}
        others.append(("quote: again", again))
        others.append(("fee: changed", {**again, "fee": (facts.fee or 0) + 1}))
        others.append(("currency: changed", {**again, "currency": "JPY" if facts.currency != "JPY" else "CNY"}))
    changes = [(variant, {name: value for name, value in one.items() if value != right[name]}) for variant, one in others]
    pairs = tuple(
        (one, other, MappingProxyType({**right, **second, **first}))
        for (one, first), (other, second) in combinations(changes, 2)
        if first.keys().isdisjoint(second)
    )
    variants = ((RIGHT, right), *((variant, {**right, **one}) for variant, one in others))
    return tuple((variant, MappingProxyType(data)) for variant, data in variants), pairs


PAIR = " & "


def pair_name(one: str, other: str) -> str:
    """The name of the variant that differs as both do."""
    return f"{one}{PAIR}{other}"


def payload_for(model: Model, event: Event, variant: str, facts: Facts, fresh: str | None = None) -> dict[str, Any]:
    """The payload of that variant or pair of variants; KeyError if these facts give no such one."""
    if PAIR in variant:
        return {pair_name(one, other): data for one, other, data in payload_pairs(model, event, facts)}[variant]
    return dict(payload_variants(model, event, facts, fresh))[variant]


def _choices(fields: Mapping[str, Field], name: str, kind: Field, facts: _Compared, fresh: str) -> list[tuple[str, Any]]:
    if not isinstance(kind, Kind):
        return [(member.value, member) for member in kind]
    match name:
        case "account":
            return [(RIGHT, facts.account), ("another", "another-account")]
        case "order":
            return [(RIGHT, facts.order), ("another", "another-order")]
        case "quote" if not _is_quoting(fields):
            rejected = [("rejected", facts.rejected_quote)] if facts.quote and facts.rejected_quote else []
            return [(RIGHT, facts.quote or facts.rejected_quote or QUOTE), *rejected, ("stale", "a-stale-quote")]
        case "quote":
            return [(RIGHT, fresh), *([("rejected", facts.rejected_quote)] if facts.rejected_quote else [])]
        case "attempt":
            stale = [("stale", facts.attempt - 1)] if facts.attempt > 1 else []
            return [(RIGHT, max(facts.attempt, 1)), *stale, ("unknown", facts.attempt + 1)]
        case "consent":
            return [(RIGHT, "consent-1"), ("none", None)]
    samples: Mapping[Kind, Any] = {Kind.MONEY: 0, Kind.CURRENCY: "CNY", Kind.TEXT: f"a {name}", Kind.ATTEMPT: 1}
    return [(RIGHT, samples.get(kind, f"{name}-1"))]


def _is_quoting(fields: Mapping[str, object]) -> bool:
    """True for what an event carries that brings a quote; others name one."""
    return fields.keys() >= {*OFFER}


def all_inputs(model: Model, facts: Facts) -> Iterator[tuple[Event, Actor, str, dict[str, Any]]]:
    """Yield every event by every actor with every variant of its payload; only the right one for an actor who never may."""
    for event in model.events:
        variants, _pairs = variants_of(model, event, facts)
        for by in Actor:
            for variant, data in variants if by in model.actors[event] else variants[:1]:
                yield event, by, variant, dict(data)
