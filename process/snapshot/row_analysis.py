"""Analyses a row of the model on samples: the facts that it demands, and the values that it writes.

Rows are analysed once; a step then costs the same in a history of any length.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from process.compiled_rows import changes_of
from process.machine import CompiledMachine
from process.model import ELSE, Effect, Facts, Guard, Payload, Term, Transition
from process.model.part_validation import SAMPLE_COMPLETE, SAMPLE_NEW, TYPES


class Unknown(Exception):
    """A condition reads a fact that is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class KnownFacts:
    """Facts of which some are not known; reading one of those raises Unknown."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        raise Unknown(name)


class Write(NamedTuple):
    """The value that a row's effects give to one fact; one of the four is given, or none where that can't be said."""

    value: tuple[Any, ...] = ()
    """Always this value."""
    field: str = ""
    """The value of this payload field."""
    copied: str = ""
    """The value of this other fact before the step."""
    added: int = 0
    """The value before the step and this number."""


class Analysis(NamedTuple):
    """One row, read backwards."""

    row: Transition
    above: tuple[Transition, ...]
    """The rows that are tried before it."""
    guards: tuple[Guard, ...]
    """Its guards and the invariants of its source."""
    writes: Mapping[str, Write]
    """What it does to each fact that it changes."""
    constant: Mapping[str, Any]
    """Facts of which guards and invariants allow one value alone before the step."""
    named: Mapping[str, str]
    """Facts that a guard demands to be equal to a field of the payload."""

    def can_have_written(self, facts: Facts, data: Payload) -> bool:
        """Return True if the facts hold all that the row writes whatever they were before it."""
        return all(
            getattr(facts, name) == (data[write.field] if write.field else write.value[0])
            for name, write in self.writes.items()
            if write.field or write.value
        )


@lru_cache(maxsize=8)
def analyses(machine: CompiledMachine) -> Mapping[tuple[Any, ...], tuple[Analysis, ...]]:
    """Return the rows, analysed, by event, source, target and actor."""
    found: dict[tuple[Any, ...], tuple[Analysis, ...]] = {}
    for event, compiled in machine.compiled_events.items():
        for source, rows in compiled.transitions_from.items():
            for index, row in enumerate(rows):
                for actor in row.by:
                    above = tuple(other for other in rows[:index] if actor in other.by)
                    key = event, source, row.target, actor
                    found[key] = (*found.get(key, ()), _analysis(row, above, machine))
    return found


def _analysis(row: Transition, above: tuple[Transition, ...], machine: CompiledMachine) -> Analysis:
    own = tuple(guard for guard in row.guards if guard is not ELSE)
    model, source = machine.definition, machine.definition.states[row.source]
    guards = (*own, *model.invariants, *(() if source.end else model.open_invariants), *source.invariants)
    writes = _writes(row.effects)
    constant: dict[str, Any] = {}
    named: dict[str, str] = {}
    for name in Facts._fields:
        alone = [guard for guard in guards if _reads(guard) == {name}]
        domain = values_of(name)
        if domain:
            unread = [guard for guard in alone if not guard.payload_fields]
            allowed = [
                value for value in domain if all(guard.predicate(known_facts({name: value}), {}) for guard in unread)
            ]
            if len(allowed) == 1:
                constant[name] = allowed[0]
        else:
            equal = [field for guard in alone for field in guard.payload_fields if _demands_equality(guard, name, field)]
            named |= dict.fromkeys([name], equal[0]) if equal else {}
    return Analysis(row, above, guards, writes, constant, named)


# ----------------------------------------------------------------------------------------------- what guards and effects do


def known_facts(known: Mapping[str, Any]) -> Facts:
    """The facts that are known, for guards and effects; reading another one raises Unknown."""
    return KnownFacts(known)  # type: ignore[return-value]  # guards and effects read attributes of it alone


def values_of(name: str) -> tuple[Any, ...]:
    """Return all values that a fact can have, if they are few; else ()."""
    values: list[Any] = []
    for kind in TYPES[name]:
        if issubclass(kind, Term):
            values += kind
        elif kind is bool:
            values += (False, True)
        elif kind is type(None):
            values.append(None)
        else:
            return ()
    return tuple(values)


_SAMPLES: Final = (
    SAMPLE_NEW,
    *(SAMPLE_COMPLETE._replace(**{name: value}) for name in Facts._fields for value in values_of(name)),
)


@lru_cache(maxsize=1024)
def _reads(guard: Guard) -> frozenset[str]:
    """Return the facts that a guard reads, as far as samples show."""
    names: set[str] = set()

    class Recorder:
        def __init__(self, facts: Facts) -> None:
            self.facts = facts

        def __getattr__(self, name: str) -> Any:
            names.add(name)
            return getattr(self.facts, name)

    for facts in _SAMPLES:
        for equal in (True, False):
            data = {name: getattr(facts, name, None) if equal else "other" for name in guard.payload_fields}
            try:
                guard.predicate(Recorder(facts), data)  # type: ignore[arg-type]  # read as facts
            except Exception:  # whatever a guard raises for a sample
                names.add("")
    return frozenset(names)


def _demands_equality(guard: Guard, name: str, field: str) -> bool:
    one, other = (1, 2) if int in TYPES[name] else ("one", "other")
    tried = [(one, True), (other, False)] + ([(None, False)] if type(None) in TYPES[name] else [])
    try:
        return all(guard.predicate(known_facts({name: value}), {field: one}) is expected for value, expected in tried)
    except Exception:  # it reads more, or compares otherwise
        return False


@lru_cache(maxsize=1024)
def _changes_on_samples(effect: Effect) -> tuple[tuple[Facts, Mapping[str, Any]], ...]:
    found: list[tuple[Facts, Mapping[str, Any]]] = []
    for facts in _SAMPLES:
        marks: dict[str, Any] = {name: f"fact {name}" for name in Facts._fields if str in TYPES[name]}
        marked = facts._replace(**marks)
        try:
            found.append((marked, changes_of(effect)(marked, {name: f"field {name}" for name in effect.payload_fields})))
        except Exception:  # noqa: S112  # whatever an effect raises for a sample
            continue
    return tuple(found)


def changed_by(effect: Effect) -> Mapping[str, None]:
    """The names of the facts that the effect changes."""
    return dict.fromkeys(name for _, changes in _changes_on_samples(effect) for name in changes)


def _writes(effects: tuple[Effect, ...]) -> dict[str, Write]:
    writes: dict[str, Write] = {}
    for effect in effects:
        samples = _changes_on_samples(effect)
        if not samples:
            return dict.fromkeys(Facts._fields, Write())
        writes |= {name: _write_of(name, samples) for name in changed_by(effect)}
    return writes


def _write_of(name: str, samples: tuple[tuple[Facts, Mapping[str, Any]], ...]) -> Write:
    if any(name not in changes for _, changes in samples):
        return Write()
    values = [changes[name] for _, changes in samples]
    first = values[0]
    if type(first) is str and first.startswith("field ") and values.count(first) == len(values):
        return Write(field=first.removeprefix("field "))
    if type(first) is str and first.startswith("fact ") and values.count(first) == len(values):
        return Write(copied=first.removeprefix("fact "))
    if all(value == first and type(value) is type(first) for value in values):
        return Write(value=(first,))
    before = [getattr(facts, name) for facts, _ in samples]
    if type(first) is int and type(before[0]) is int:
        added = first - before[0]
        if all(after - earlier == added for earlier, after in zip(before, values, strict=True)):
            return Write(added=added)
    return Write()
