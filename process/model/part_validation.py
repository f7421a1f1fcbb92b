"""Validate single guards and effects by evaluating them once on sample facts.

A guard that reads a fact which does not exist, or an effect that sets one, would otherwise fail only when a customer's case
gets there. Each is evaluated on the facts of a new case and on those of one in which everything has happened, with a payload
that holds just the fields which the guard or effect declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

from process.model import Effect, Facts, Field, Goal, Guard, Identity, Kind, QuoteStatus, Settlement, Words

SAMPLE_NEW = Facts(Goal.PLAN, "account", "order", 3, 3)
SAMPLE_COMPLETE = Facts(
    goal=Goal.BOTH,
    account="account",
    order="order",
    face_limit=3,
    other_limit=3,
    identity=Identity.SIGNED_IN,
    quote="quote",
    fee=0,
    currency="CNY",
    quote_status=QuoteStatus.OPEN,
    rejected_quote="rejected",
    settled=Settlement.WAIVED,
    face_removed=True,
    face_attempts=1,
    other_attempts=1,
    attempt=2,
)
_VALUES: Mapping[Kind, object] = {
    Kind.REFERENCE: "reference",
    Kind.CONSENT: None,
    Kind.MONEY: 0,
    Kind.CURRENCY: "CNY",
    Kind.ATTEMPT: 1,
    Kind.TEXT: "text",
}
TYPES: Mapping[str, tuple[type, ...]] = {
    name: get_args(hint) or (hint,) for name, hint in get_type_hints(Facts).items() if name in Facts._fields
}
"""The types that each fact can have, NoneType among them."""
RESERVED_CODES = frozenset(
    ("end_reached", "wrong_state", "wrong_actor", "actor_missing", "missing_field", "wrong_field", "unknown_field")
)
"""Codes of the package's own reasons, which no guard may use."""


def missing_languages(words: Words) -> list[str]:
    """Return the languages in which there is no text."""
    return [lang for lang in Words._fields if not getattr(words, lang).strip()]


@lru_cache(maxsize=1024)  # a thousand models that differ in one row share nearly all of their guards and effects
def validate_part(part: Guard | Effect, carried: tuple[tuple[str, Field], ...], carrier: str) -> tuple[str, ...]:
    """Return what is wrong with a guard or an effect; () if nothing is.

    Args:
        part: the guard or effect.
        carried: the fields that it may read, with their types.
        carrier: the event or state that carries them, in words.
    """
    return tuple(_part_problems(part, dict(carried), carrier))


def _part_problems(part: Guard | Effect, fields: Mapping[str, Field], carrier: str) -> Iterator[str]:
    for words in (part.condition, part.reason) if isinstance(part, Guard) else (part.words,):
        if missing_languages(words):
            yield f"{part.name}: the words are missing in {' and '.join(missing_languages(words))}"
    undeclared = [field for field in part.payload_fields if field not in fields]
    for field in undeclared:
        yield f"{part.name} reads {field!r}, which {carrier} does not carry; it carries {', '.join(fields) or 'nothing'}"
    if isinstance(part, Guard):
        yield from _reason_problems(part)
    if not undeclared:
        yield from _evaluation_problems(part, {name: _field_sample(fields[name]) for name in part.payload_fields}, fields)


def _field_sample(field: Field) -> object:
    return _VALUES[field] if isinstance(field, Kind) else next(iter(field))


def _reason_problems(guard: Guard) -> Iterator[str]:
    if not guard.code.isidentifier() or guard.code in RESERVED_CODES:
        yield f"{guard.name}: {guard.code!r} can't be the code of its reason; use an unused name in lower case"
    for name in guard.message_fields:
        if name not in guard.payload_fields and name not in Facts._fields:
            yield f"{guard.name} has the message field {name!r}, which is neither a fact nor one of its payload_fields"
    for text in guard.reason:
        try:
            names = [placeholder for _, placeholder, _, _ in Formatter().parse(text) if placeholder is not None]
        except ValueError as error:
            yield f"{guard.name}: its reason {text!r} has a brace that opens or closes no name: {error}"
            continue
        for name in names:
            if name not in guard.message_fields:
                yield f"{guard.name}: its reason names {name!r}, which is not among its message_fields"


def _evaluation_problems(part: Guard | Effect, data: Mapping[str, object], fields: Mapping[str, Field]) -> Iterator[str]:
    errors: list[Exception] = []
    for facts in (SAMPLE_NEW, SAMPLE_COMPLETE):
        try:
            result = part.changes() if isinstance(part, Effect) and part.is_constant else _evaluate(part, facts, data)
        except KeyError as error:
            name = error.args[0]
            yield (
                f"{part.name} reads {name!r}, but declares {', '.join(part.payload_fields) or 'nothing'} in payload_fields"
                f"{'' if name in fields else '; no such field is carried'}"
            )
            return
        except Exception as error:  # whatever a guard can raise, it is result with its name
            errors.append(error)
            continue
        wrong = list(_result_problems(part, result))
        if wrong:
            yield from wrong
            return
        if not (isinstance(part, Effect) and part.is_constant):
            try:
                _evaluate(part, _only_by_name(facts), data)
            except Exception as error:
                yield f"{part.name} must read the facts by name, as in facts.quote: {type(error).__name__}: {error}"
                return
    if len(errors) == 2 or any(isinstance(error, AttributeError | NameError) for error in errors):
        yield f"{part.name} can't be evaluated: {type(errors[0]).__name__}: {errors[0]}"


def _evaluate(part: Guard | Effect, facts: Facts, data: Mapping[str, object]) -> Any:
    return part.predicate(facts, data) if isinstance(part, Guard) else part.changes(facts, data)


def _only_by_name(facts: Facts) -> Any:
    """Return facts such as those of a moving case: they are read by name, are no tuple, and can't be hashed."""
    return SimpleNamespace(**facts._asdict())


def _result_problems(part: Guard | Effect, result: Any) -> Iterator[str]:
    if isinstance(part, Guard):
        if type(result) is not bool:
            yield f"{part.name} must return True or False, not {result!r}"
        return
    if not isinstance(result, Mapping):
        yield f"{part.name} must return new values by fact, as in {{'quote': None}}, not {result!r}"
        return
    for name, value in result.items():
        if name not in Facts._fields:
            yield f"{part.name} changes {name!r}, which is no fact; facts are {', '.join(Facts._fields)}"
        elif type(value) not in TYPES[name]:
            kinds = " or ".join("None" if kind is type(None) else kind.__name__ for kind in TYPES[name])
            yield f"{part.name} changes {name} to {value!r}, which must be {kinds}"
