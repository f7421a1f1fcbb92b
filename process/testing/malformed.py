"""Payloads that no case takes: a field is missing, unknown, of the wrong type, or too long. JSON can carry all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from process.model import Event, Field, Kind, Model
from process.value_checks import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT, short_repr

MALFORMED = "malformed "
"""The beginning of the names of these variants."""

RESERVED = ("by", "who", "at", "event_id", "case_id", "version", "state", "goal")
"""Names that a host's interface uses beside the payload; as fields of a payload they are unknown."""

_LEFT_OUT = "left out"


def malformed_payloads(model: Model, event: Event, right: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the payloads with their variants, whose names don't depend on the right payload."""
    for name, field in model.events[event].items():
        yield f"{MALFORMED}{name}: {_LEFT_OUT}", {key: value for key, value in right.items() if key != name}
        for choice, value in _values_like(field, right[name]).items():
            yield f"{MALFORMED}{name}: {choice}", {**right, name: value}
        for value in _malformed_values(field):
            yield f"{MALFORMED}{name}: {short_repr(value)}", {**right, name: value}
    yield f"{MALFORMED}note: unknown field", {**right, "note": "x"}
    for name, value in reserved_fields(model, event).items():
        yield f"{MALFORMED}{name}: {value}", {**right, name: value}


def reserved_fields(model: Model, event: Event) -> dict[str, Any]:
    """For each reserved name a value that the event would be taken with, if a host let the payload's field win."""
    rows = [row for row in model.table if row.event is event]
    values = {
        "by": model.actors[event][0].value,
        "who": "agent-1",
        "at": "2026-01-01T00:00:00+00:00",
        "event_id": "event-1",
        "case_id": "case-1",
        "version": 0,
        "state": rows[0].target.value,
        "goal": "both",
    }
    return {name: values[name] for name in RESERVED if name not in model.events[event]}


def is_malformed(variant: str) -> bool:
    return variant.startswith(MALFORMED)


def _values_like(field: Field, right: Any) -> dict[str, Any]:
    """The right value in another type, by name."""
    if field in (Kind.MONEY, Kind.ATTEMPT):
        return {"as text": str(right), "with a decimal point": float(right), "in a list": [right]}
    if not isinstance(field, Kind):
        return {"in capitals": str(right).upper(), "in a list": [right]}
    return {"in a list": [right]}


def _malformed_values(field: Field) -> tuple[Any, ...]:
    if not isinstance(field, Kind):
        return ("", "fax", 1, None)
    texts = ("", " ", " x", "x ", "x\u200b", "a\nb", "a\0b", 7, True, {"x": "y"})
    integers = (-1, 1.5, True, None, MAX_INTEGER + 1)
    return {
        Kind.REFERENCE: (*texts, "x" * (MAX_REFERENCE + 1), None),
        Kind.CONSENT: (*texts, False, 0, "x" * (MAX_REFERENCE + 1)),
        Kind.MONEY: integers,
        Kind.CURRENCY: ("", "cny", "XXX", "RMB", "人民币", 156, None),
        Kind.ATTEMPT: (0, *integers),
        Kind.TEXT: ("", "a\0b", "x" * (MAX_TEXT + 1), 7, None),
    }[field]
