"""Guards and effects on opaque values: a proof that references, sums, numbers and texts decide by equality alone.

Every value that a search can't enumerate is replaced by an opaque one, which can only be compared for equality with a
value of its own class: an account with the case's account, a quote with the open or the rejected one. A part that does
anything else with it, looks at its letters, its size or its length, is caught. So what a part does under the values of the
search it does under all. Likewise the counts and limits of attempts are raised together: only the attempts left may decide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from process.compiled_rows import changes_of
from process.exploration.expansion import Configuration
from process.exploration.inputs import variants_of
from process.machine import CompiledMachine
from process.model import ELSE, Effect, Event, Facts, Guard, Term, Transition, Words

CLASS_OF: Mapping[str, str] = {
    **{name: name for name in ("account", "order", "fee", "currency", "attempt")},
    **dict.fromkeys(("quote", "rejected_quote"), "quote"),
}
"""The facts with opaque values, each with its class; a payload field is of the class of its name, so by itself mostly."""

RAISED = ((1, 2), (40, 30))
"""By how much the limit and the count by face and by another way are raised."""


class RevealedError(Exception):
    """An opaque value was used for more than a comparison with its like."""


class Opaque:
    """A value of a class, of which nothing but its equality with another one can be known."""

    __slots__ = ("_class", "_value")

    def __init__(self, kind: str, value: object) -> None:
        self._class, self._value = kind, value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Opaque) and other._class == self._class:
            return other._value == self._value
        if other is None:
            return False
        raise RevealedError

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        raise RevealedError

    def __getattr__(self, name: str) -> Any:
        raise RevealedError

    def __add__(self, other: object) -> Opaque:
        if self._class == "attempt" and other == 1 and isinstance(self._value, int):  # the next attempt
            return Opaque(self._class, self._value + 1)
        raise RevealedError

    def is_like(self, kind: str | None, value: object) -> bool:
        return (self._class, self._value) == (kind, value)


def _reveals(_self: Opaque, *_args: object) -> Any:
    raise RevealedError


for _name in (
    *("bool", "len", "iter", "getitem", "contains", "str", "repr", "format", "bytes", "int", "float", "index"),
    *(
        "lt",
        "le",
        "gt",
        "ge",
        "sub",
        "mul",
        "mod",
        "floordiv",
        "truediv",
        "divmod",
        "pow",
        "and",
        "or",
        "xor",
        "neg",
        "abs",
    ),
    *("abs", "radd", "rsub", "rmul", "rmod", "rfloordiv", "rtruediv", "round", "trunc", "floor", "ceil", "lshift"),
):
    setattr(Opaque, f"__{_name}__", _reveals)


class PartProblem(NamedTuple):
    """A guard or effect that does more than it may."""

    configuration: int
    """The index of the configuration in which it does."""
    event: Event
    of_limits: bool
    """It depends on the size of a limit; else on a value, or on something else than facts and payload."""
    problem: Words


PartInput = tuple[object, ...]
"""The identity of a guard or effect, the facts, and the values of the payload that it reads."""


def part_problems(
    machine: CompiledMachine,
    configurations: tuple[Configuration, ...],
    events: tuple[Event, ...],
    known: Collection[PartInput] = frozenset(),
) -> Iterator[PartProblem]:
    """Yield the problems with the guards and effects of the events, nearest to a start first.

    Args:
        known: inputs that need no look, see ``part_inputs``.
    """
    tried: set[PartInput] = set()
    for key, index, event, part, data in _inputs_of_parts(machine, configurations, events):
        if key not in known and key not in tried:
            tried.add(key)
            for of_limits, problem in _impurities(part, configurations[index].facts, data):
                yield PartProblem(index, event, of_limits, problem)


def part_inputs(machine: CompiledMachine, configurations: tuple[Configuration, ...]) -> frozenset[PartInput]:
    """All that the guards and effects of a machine are tried with; it must outlive what is made of their identities."""
    events = tuple(machine.definition.events)
    return frozenset(key for key, *_ in _inputs_of_parts(machine, configurations, events))


def _inputs_of_parts(
    machine: CompiledMachine, configurations: tuple[Configuration, ...], events: tuple[Event, ...]
) -> Iterator[tuple[PartInput, int, Event, Guard | Effect, Mapping[str, Any]]]:
    for index, (state, facts) in enumerate(configurations):
        for event in events:
            rows = machine.compiled_events[event].transitions_from.get(state, ())
            for part, data in _parts_with_payloads(machine, event, rows, facts) if rows else ():
                yield (id(part), facts, *map(data.get, part.payload_fields)), index, event, part, data


def _parts_with_payloads(
    machine: CompiledMachine, event: Event, rows: tuple[Transition, ...], facts: Facts
) -> Iterator[tuple[Guard | Effect, Mapping[str, Any]]]:
    """Yield each guard with every payload that it reads, and each effect with those with which its row is taken."""
    payloads = list(_payloads(machine, event, facts))
    for guard in dict.fromkeys(guard for row in rows for guard in row.guards if guard is not ELSE):
        yield from ((guard, data) for data in (payloads if guard.payload_fields else payloads[:1]))
    for row in rows:
        waiting = row.effects
        for data in payloads if waiting else ():
            if all(_value_or_error(guard, facts, data) is True for guard in row.guards):
                yield from ((effect, data) for effect in waiting)
                waiting = tuple(effect for effect in waiting if effect.payload_fields)


def _payloads(machine: CompiledMachine, event: Event, facts: Facts) -> Iterator[Mapping[str, Any]]:
    variants, pairs = variants_of(machine.definition, event, facts)
    yield from (data for _variant, data in variants)
    yield from (data for _one, _other, data in pairs)


def _value_or_error(guard: Guard, facts: Facts, data: Mapping[str, Any]) -> object:
    try:
        return guard.predicate(facts, data)
    except Exception as error:  # whatever a guard can raise: it is reported by _impurities
        return error


def _impurities(part: Guard | Effect, facts: Facts, data: Mapping[str, Any]) -> Iterator[tuple[bool, Words]]:
    evaluate = part.predicate if isinstance(part, Guard) else changes_of(part)
    try:
        expected: Any = evaluate(facts, data)
        if any(evaluate(facts, data) != expected for _ in range(2)):
            yield (
                False,
                Words(
                    f"{part.name} 对同样的输入给出不同的结果", f"{part.name} is not pure: the same input, another result"
                ),
            )
            return
    except Exception as error:  # whatever a part can raise is a problem of the part
        yield False, Words(f"{part.name} 出错：{error!r}", f"{part.name} raises {error!r}")
        return
    if isinstance(part, Guard) and type(expected) is not bool:
        yield (
            False,
            Words(f"{part.name} 的答复是 {expected!r}，不是真假", f"{part.name} answers {expected!r}, not True or False"),
        )
        return
    if isinstance(part, Effect) and not (isinstance(expected, Mapping) and expected.keys() <= {*Facts._fields}):
        yield (
            False,
            Words(
                f"{part.name} 的结果 {expected!r} 不都是事实的新值",
                f"{part.name} returns {expected!r}, not new values of facts",
            ),
        )
        return
    if not _same_on_opaque_values(evaluate, facts, data, expected):
        yield (
            False,
            Words(f"{part.name} 取决于值本身，而不只是相等与否", f"{part.name} depends on more than equality"),
        )
    if not all(_same_under_raised_limits(evaluate, facts, data, expected, *by) for by in RAISED):
        yield (
            True,
            Words(f"{part.name} 取决于次数上限的大小", f"{part.name} depends on the size of a limit"),
        )


def _same_on_opaque_values(
    evaluate: Callable[[Facts, Mapping[str, Any]], Any], facts: Facts, data: Mapping[str, Any], expected: Any
) -> bool:
    known = {
        name: Opaque(kind, getattr(facts, name)) for name, kind in CLASS_OF.items() if getattr(facts, name) is not None
    }
    hidden = {name: _hidden(name, value) for name, value in data.items()}
    try:
        found = evaluate(facts._replace(**known), hidden)  # type: ignore[arg-type]  # opaque where values are
    except Exception:  # RevealedError, or what it was made to by a part's own handling
        return False
    if not isinstance(expected, Mapping):
        return found is expected
    if not isinstance(found, Mapping) or found.keys() != expected.keys():
        return False
    return all(_is_kept(name, found[name], expected[name]) for name in expected)


def _hidden(name: str, value: object) -> object:
    return value if value is None or isinstance(value, Term) else Opaque(CLASS_OF.get(name, name), value)


def _is_kept(name: str, found: object, expected: object) -> bool:
    """True if a fact was set to a value of its own class that was handed in, or to one that the table names."""
    if name not in CLASS_OF or expected is None:
        return type(found) is type(expected) and found == expected
    return isinstance(found, Opaque) and found.is_like(CLASS_OF[name], expected)


def _same_under_raised_limits(
    evaluate: Callable[[Facts, Mapping[str, Any]], Any],
    facts: Facts,
    data: Mapping[str, Any],
    expected: Any,
    face: int,
    other: int,
) -> bool:
    raised = facts._replace(
        face_limit=facts.face_limit + face,
        face_attempts=facts.face_attempts + face,
        other_limit=facts.other_limit + other,
        other_attempts=facts.other_attempts + other,
    )
    try:
        found = evaluate(raised, data)
    except Exception:
        return False
    if isinstance(expected, Mapping):
        by = {"face_attempts": face, "face_limit": face, "other_attempts": other, "other_limit": other}
        return bool(found == {name: value + by[name] if name in by else value for name, value in expected.items()})
    return bool(found == expected)
