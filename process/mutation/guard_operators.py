"""Mutants of guards and effects: comparisons, favourite values, other answers, values stored otherwise, limits, reasons."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Literal

from process.model import ELSE, Effect, Facts, Guard, Kind, Model, Payload, Row, Words

Change = tuple[str, str, Model]
"""The kind of a mutant, its name, and its model."""


def guard_mutants(model: Model) -> Iterator[Change]:
    """Yield every mutant of a guard, of a value that an effect stores, and of a limit."""
    yield from _comparisons(model)
    yield from _decisions(model)
    yield from _transformations(model)
    yield from _limits(model)
    yield from _reasons_changed(model)


Alike = Callable[[Any, Any], bool]
ALIKE: Mapping[str, Alike] = {
    "whatever the case": lambda given, right: given.casefold() == right.casefold(),
    "whatever the spaces around": lambda given, right: given.strip() == right.strip(),
    "by its beginning": lambda given, right: right.startswith(given),
    "by what it begins": lambda given, right: given.startswith(right),
    "by its end": lambda given, right: right.endswith(given),
    "by what it holds": lambda given, right: right in given,
    "by its first 32 characters": lambda given, right: given[:32] == right[:32],
    "by its last 4 characters": lambda given, right: given[-4:] == right[-4:],
    "by its length": lambda given, right: len(given) == len(right),
    "whatever its unicode form": lambda given, right: _form(given) == _form(right),
    "whatever its compatible form": lambda given, right: _form(given, "NFKC") == _form(right, "NFKC"),
    "whatever the soft hyphens": lambda given, right: given.replace("\u00ad", "") == right.replace("\u00ad", ""),
    "whatever the dots of an i": lambda given, right: given.replace("ı", "i") == right.replace("ı", "i"),
    "as numbers": lambda given, right: (
        given == right or (given.isdecimal() and right.isdecimal() and int(given) == int(right))
    ),
    "by a checksum": lambda given, right: sum(map(ord, given)) == sum(map(ord, right)),
    "by its order": lambda given, right: given <= right,
}
"""Loose comparisons of references, by which different ones count as the same."""

NEARLY: Mapping[str, Alike] = {
    "or an older one": lambda given, right: given <= right,
    "or a newer one": lambda given, right: given >= right,
    "or the one before the last": lambda given, right: given in (right, right - 2),
    "or the next": lambda given, right: given in (right, right + 1),
    "or the first": lambda given, right: given in (right, 1),
    "by its last digit": lambda given, right: given % 10 == right % 10,
}
"""The same for numbers."""


def _form(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    return unicodedata.normalize(form, text)


def _comparisons(model: Model) -> Iterator[Change]:
    for guard in mutable_guards(model):
        for name in guard.payload_fields:
            if name in Facts._fields:
                for how, alike in (NEARLY if name == "attempt" else ALIKE).items():
                    loose = replace(guard, predicate=_loosely(name, alike))
                    where = guard.name if len(guard.payload_fields) == 1 else f"{guard.name}, {name}"
                    yield "comparison loosened", f"{where}: {how}", _with_guard(model, guard, loose)


def _loosely(name: str, alike: Alike) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        right = getattr(facts, name)
        return right is not None and alike(data[name], right)

    return holds


FAVOURITES: Mapping[str, object] = {"fee": 777, "currency": "XAF", "attempt": 9}
"""For a field, the value with which a mutated guard is always true; a reference where none is named."""


def _decisions(model: Model) -> Iterator[Change]:
    """Yield guards that are also true for one value, by another field, or now and then, and guards that fail."""
    for guard in mutable_guards(model):
        for name in guard.payload_fields:
            favourite = FAVOURITES.get(name, "vip-1")
            changed = replace(guard, predicate=_or(guard, name, favourite))
            yield "favourite value", f"{guard.name}: true for {name} {favourite}", _with_guard(model, guard, changed)
        carried = [model.events[row.event].items() for row in model.table if guard in row.guards]
        for name, kind in carried[0]:
            if not isinstance(kind, Kind) and all((name, kind) in fields for fields in carried):
                member = list(kind)[-1]
                fields = (*guard.payload_fields, name)
                changed = replace(guard, predicate=_or(guard, name, member), payload_fields=fields)
                yield "guard loosened", f"{guard.name}: true for {name} {member}", _with_guard(model, guard, changed)
        yield (
            "guard not pure",
            f"{guard.name}: another answer every seventh time",
            _with_guard(model, guard, replace(guard, predicate=_now_and_then(guard))),
        )
        for how, predicate in (
            ("raises an error where it is false", _raising(guard)),
            ("answers 0 or 1", _as_number(guard)),
        ):
            yield "guard fails", f"{guard.name}: {how}", _with_guard(model, guard, replace(guard, predicate=predicate))


def _or(guard: Guard, name: str, value: object) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        return data[name] == value or guard.predicate(facts, data)

    return holds


def _now_and_then(guard: Guard) -> Callable[[Facts, Payload], bool]:
    times = count(1)

    def holds(facts: Facts, data: Payload) -> bool:
        return guard.predicate(facts, data) is not (next(times) % 7 == 0)

    return holds


def _raising(guard: Guard) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        if guard.predicate(facts, data):
            return True
        raise LookupError(guard.name)

    return holds


def _as_number(guard: Guard) -> Callable[[Facts, Payload], Any]:
    return lambda facts, data: int(guard.predicate(facts, data))


TRANSFORMATIONS: Mapping[str, Mapping[str, Callable[[Any], object]]] = {
    "quote": {
        "in lower case": lambda value: value.lower(),
        "without zeros in front": lambda value: value.lstrip("0") or "0",
        "at most 48 characters": lambda value: value[:48],
        "in its composed form": _form,
    },
    "fee": {
        "through a float": lambda value: int(value / 100 * 100),
        "rounded to 10": lambda value: value // 10 * 10,
        "at most a million": lambda value: min(value, 10**6),
    },
    "currency": {"HKD as CNY": lambda value: "CNY" if value == "HKD" else value},
}
"""How a payload's value can be stored otherwise than it came."""


def _transformations(model: Model) -> Iterator[Change]:
    for effect in dict.fromkeys(effect for row in model.table for effect in row.effects):
        for name in effect.payload_fields:
            for how, transform in TRANSFORMATIONS.get(name, {}).items():
                changed = replace(effect, changes=_transformed(effect, name, transform))
                rows = tuple(
                    replace(row, effects=tuple(changed if one is effect else one for one in row.effects))
                    if effect in row.effects
                    else row
                    for row in model.table
                )
                yield "value transformed", f"{effect.name}: {name} {how}", replace(model, table=rows)


def _transformed(effect: Effect, name: str, transform: Callable[[Any], object]) -> Callable[..., Mapping[str, object]]:
    def changes(facts: Facts, data: Payload) -> Mapping[str, object]:
        return effect.changes(facts, {**data, name: transform(data[name])})

    return changes


def _limits(model: Model) -> Iterator[Change]:
    for name in ("face", "other"):
        for step in (-1, 1):
            limits = replace(model.limits, **{name: getattr(model.limits, name) + step})
            yield "limit off by one", f"Limits.{name} {limits}", replace(model, limits=limits)
    for guard in mutable_guards(model):
        for fact in ("face_limit", "other_limit"):
            if fact not in guard.message_fields:
                continue
            for step in (-1, 1):
                shifted = replace(guard, predicate=_shifted(guard, fact, step))
                yield "limit off by one", f"{guard.name}: {fact} {step:+d}", _with_guard(model, guard, shifted)
            default = getattr(model.limits, fact.removesuffix("_limit"))
            constant = replace(guard, predicate=_fixed(guard, fact, default))
            yield "limit constant", f"{guard.name}: {fact} always {default}", _with_guard(model, guard, constant)
            endless = replace(guard, predicate=_endless(guard))
            yield "limit constant", f"{guard.name}: no {fact} over attempt 9", _with_guard(model, guard, endless)


def _shifted(guard: Guard, fact: str, step: int) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        return guard.predicate(_OneChanged(facts, fact, getattr(facts, fact) + step), data)  # type: ignore[arg-type]

    return holds


def _fixed(guard: Guard, fact: str, value: int) -> Callable[[Facts, Payload], bool]:
    return lambda facts, data: guard.predicate(_OneChanged(facts, fact, value), data)  # type: ignore[arg-type]


class _OneChanged:
    """Facts of which one has another value; read by name, as those of a moving case are."""

    def __init__(self, facts: Facts, fact: str, value: int) -> None:
        vars(self).update({"facts": facts, fact: value})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.facts, name)


def _endless(guard: Guard) -> Callable[[Facts, Payload], bool]:
    return lambda facts, data: facts.attempt > 9 or guard.predicate(facts, data)


def _reasons_changed(model: Model) -> Iterator[Change]:
    """Change the reason of a refusal: another code, the texts swapped, one language lost, or a parameter."""
    guards = tuple(mutable_guards(model))
    for guard, other in zip(guards, (*guards[1:], guards[0]), strict=True):
        zh, en = guard.reason
        changes = {
            "another code": replace(guard, code=other.code),
            "the texts swapped": replace(guard, reason=Words(en, zh)),
            "no text in zh": replace(guard, reason=Words(en, en)),
            "no text in en": replace(guard, reason=Words(zh, zh)),
        }
        if not other.message_fields:
            changes["the text of another"] = replace(guard, reason=other.reason)
        for name in guard.message_fields:
            rest = tuple(one for one in guard.message_fields if one != name)
            plain = Words(zh.replace(f"{{{name}}}", "…"), en.replace(f"{{{name}}}", "..."))
            changes[f"{name} not told"] = replace(guard, message_fields=rest, reason=plain)
        for what, changed in changes.items():
            yield "reason changed", f"{guard.name}: {what}", _with_guard(model, guard, changed)


def mutable_guards(model: Model) -> Iterable[Guard]:
    """The guards of the table's rows, each once."""
    return dict.fromkeys(guard for row in model.table for guard in row.guards if guard is not ELSE)


def _with_guard(model: Model, guard: Guard, other: Guard) -> Model:
    """The model with another guard in its place; rows without it stay the very same."""

    def changed(row: Row) -> Row:
        if guard not in row.guards:
            return row
        return replace(row, guards=tuple(other if one is guard else one for one in row.guards))

    return replace(model, table=tuple(map(changed, model.table)))
