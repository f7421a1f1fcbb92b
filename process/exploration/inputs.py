"""What is raised on a configuration: each event by each actor, with each payload that matters, by its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from process.model import Actor, Event, Facts, Field, Kind, Model

RIGHT = "right"
"""The label of the payload that answers the case as it stands. Every other label says what is off, or what is varied."""

ACCOUNT, ORDER, QUOTE = "account-1", "order-1", "quote-1"


def payloads(model: Model, event: Event, facts: Facts, fresh: str = QUOTE) -> Iterator[tuple[str, dict[str, Any]]]:
    """The payloads that matter for *event* under *facts*, each with its label; the right one comes first.

    Args:
        fresh: the reference that a new quote gets.
    """
    choices = {name: _values(model, event, name, kind, facts, fresh) for name, kind in model.events[event].items()}
    right = {name: values[0][1] for name, values in choices.items()}
    yield RIGHT, right
    for name, values in choices.items():
        for label, value in values[1:]:
            yield f"{name}: {label}", {**right, name: value}


def payload(model: Model, event: Event, label: str, facts: Facts, fresh: str = QUOTE) -> dict[str, Any]:
    """The payload of that label; KeyError if these facts give no such one."""
    return dict(payloads(model, event, facts, fresh))[label]


def _values(model: Model, event: Event, name: str, kind: Field, facts: Facts, fresh: str) -> list[tuple[str, Any]]:
    if not isinstance(kind, Kind):
        return [(member.value, member) for member in kind]
    match name:
        case "account":
            return [(RIGHT, facts.account), ("another", "another-account")]
        case "order":
            return [(RIGHT, facts.order), ("another", "another-order")]
        case "quote" if not _is_brought(model, event, name):
            return [(RIGHT, facts.quote or QUOTE), ("stale", "a-stale-quote")]
        case "quote":
            return [(RIGHT, fresh)]
        case "attempt":
            stale = [("stale", facts.attempt - 1)] if facts.attempt > 1 else []
            return [(RIGHT, max(facts.attempt, 1)), *stale, ("unknown", facts.attempt + 1)]
        case "consent":
            return [(RIGHT, "consent-1"), ("none", None)]
    samples: Mapping[Kind, Any] = {Kind.MONEY: 0, Kind.CURRENCY: "CNY", Kind.TEXT: f"a {name}", Kind.ATTEMPT: 1}
    return [(RIGHT, samples.get(kind, f"{name}-1"))]


def _is_brought(model: Model, event: Event, name: str) -> bool:
    return any(name in effect.payload_fields for row in model.table if row.event is event for effect in row.effects)


def choices(model: Model, facts: Facts) -> Iterator[tuple[Event, Actor, str, dict[str, Any]]]:
    """Every event by every actor with every payload that matters; an actor who never may gets the right one alone."""
    for event in model.events:
        variants = list(payloads(model, event, facts))
        for by in Actor:
            for label, data in variants if by in model.actors[event] else variants[:1]:
                yield event, by, label, dict(data)
