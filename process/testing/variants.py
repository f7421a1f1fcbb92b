"""The payloads that can be delivered for an event, each by the name of its variant.

A payload is named rather than spelled out, because what is right depends on the case: a quote's reference, an attempt's
number. So a scenario stays meaningful when events are taken out of it. The name of a variant lists the fields that differ
from the right payload, as in ``"account: another & channel: website"``. A choice for a field is

* valid: another value that the case takes as well (references of other shapes, other fees);
* wrong: well formed, but it names something else (an earlier quote, another case's account, a reference one character off);
* malformed: no case takes it (missing, unknown, of the wrong type, too long).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any

from process.case import Case
from process.exploration.inputs import PAIR, RIGHT
from process.model import Event, Facts, Field, Kind, Model, Term, Words
from process.payload import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT, short_repr

AGAIN = "again"
"""The variant of a repeated delivery: the payload with which the case took this event last, unchanged."""

OTHER_CASES = "another case's"
"""The choice for a reference that belongs to another case of the same back end."""

COMPANIONS = ("a", "b")
"""The cases that a run opens first and leaves open, so that references of other cases exist: one quoted, one submitted."""

RESERVED = ("by", "who", "at", "event_id", "case_id", "version", "state", "goal")
"""Names that a host's interface uses beside the payload; as fields of a payload they are unknown."""

MALFORMED = "malformed "
_MISSING: Any = object()
_LEFT_OUT = "left out"

Choices = dict[str, Any]
"""The values for one field, by the name of the choice."""


# ------------------------------------------------------------------------------------------------ shapes of references


def _shapes() -> Mapping[str, Callable[[str], str]]:
    return {
        "plain": lambda text: text,
        "33 characters": lambda text: f"{text}-".ljust(33, "x"),
        "64 characters": lambda text: f"{text}-".ljust(MAX_REFERENCE, "x"),
        "not ASCII": lambda text: f"é客户{text}",
        "inner spaces": lambda text: f"O'Brien no 7 {text}",
    }


SHAPES = MappingProxyType(_shapes())
"""The shapes that an opaque reference can have; each keeps references of different text different."""

_REFERENCES = {shape: change for shape, change in SHAPES.items() if shape != "plain"}
_FEES = (1, 29, 1200, 99_999, MAX_INTEGER)
_CURRENCIES = ("JPY", "USD", "HKD", "KWD")
_TEXTS = {
    "one character": "x",
    "quotes and emoji": 'O\'Brien: "不"; -- 🙂',
    "longest": "长" * MAX_TEXT,
    "two lines": "one\n2",
    "blank": " ",
}


def valid_choices(case: Case, event: Event) -> dict[str, Choices]:
    """For each field of the event the values that fit the case as it stands; the right one comes first."""
    facts, fields = _facts_with_last_quote(case), case.machine.definition.events[event]
    is_new = _brings_quote(fields)
    found: dict[str, Choices] = {}
    for name, field in fields.items():
        right = _right_value(case, facts, name, field, is_new=is_new)
        found[name] = {RIGHT: right, **_other_valid(name, field, right, is_new=is_new)}
    return found


def wrong_choices(case: Case, event: Event) -> dict[str, Choices]:
    """For each field of the event the well-formed values that name something else; the grossest errors come first."""
    facts, fields = _facts_with_last_quote(case), case.machine.definition.events[event]
    is_new = _brings_quote(fields)
    found: dict[str, Choices] = {}
    for name, field in fields.items():
        right = _right_value(case, facts, name, field, is_new=is_new)
        wrong = _wrong_values(case, facts, name, is_new=is_new)
        if name in ("account", "order", "quote"):
            wrong.update(_other_cases_values(name))
            if not is_new:
                wrong.update(_near_misses(right))
                wrong.update({} if name == "order" else {_ORDERS: facts.order})
        found[name] = {choice: value for choice, value in wrong.items() if value != right}
    return found


def _facts_with_last_quote(case: Case) -> Facts:
    """The case's facts; where no quote is open, with the rejected or the last one, the likeliest to be taken by mistake."""
    facts, quotes = case.facts, _quotes(case)
    if facts.quote is not None or not quotes:
        return facts
    return facts._replace(quote=facts.rejected_quote or quotes[-1])


def _offers(case: Case, event: Event, right: Mapping[str, Any]) -> Choices:
    """Offers under the reference of the open quote, by variant: the same again, and with another fee or currency."""
    facts = case.facts
    if facts.quote is None or not _brings_quote(case.machine.definition.events[event]):
        return {}
    again = {**right, "quote": facts.quote, "fee": facts.fee, "currency": facts.currency}
    return {
        "quote: again": again,
        "fee: changed": {**again, "fee": (facts.fee or 0) + 1},
        "fee: changed to 0": {**again, "fee": 0},
        "currency: changed": {**again, "currency": "JPY" if facts.currency != "JPY" else "CNY"},
    }


def _quotes(case: Case) -> list[str]:
    return [str(step.data["quote"]) for step in case.history if step.event is Event.QUOTE_CONSEQUENCES]


def _brings_quote(fields: Mapping[str, Field]) -> bool:
    """True if the event brings a new quote, rather than naming one that the case has."""
    return "fee" in fields


def _right_value(case: Case, facts: Facts, name: str, field: Field, *, is_new: bool) -> Any:
    if not isinstance(field, Kind):
        return next(iter(field))
    match name:
        case "account" | "order":
            return getattr(facts, name)
        case "quote":
            new = f"quote-{case.case_id.rpartition('-')[2][:20]}-{len(_quotes(case)) + 1}"
            return new if is_new else facts.quote or "quote-0"
        case "attempt":
            return max(facts.attempt, 1)
    samples: Mapping[Kind, Any] = {Kind.MONEY: 0, Kind.CURRENCY: "CNY", Kind.TEXT: f"a {name}", Kind.ATTEMPT: 1}
    return samples.get(field, f"{name}-1")


def _other_valid(name: str, field: Field, right: Any, *, is_new: bool) -> Choices:
    match field, name:
        case Kind.TEXT, _:
            return dict(_TEXTS)
        case Kind.MONEY, _:
            return {str(fee): fee for fee in _FEES}
        case Kind.CURRENCY, _:
            return {code: code for code in _CURRENCIES}
        case (Kind.REFERENCE, ("agent" | "ticket")) | (Kind.CONSENT, _):
            return {"a second": f"{name}-2", **_shaped(f"{name}-1")}
        case Kind.REFERENCE, "quote" if is_new:
            return _shaped(right)
    return {} if isinstance(field, Kind) else {member.value: member for member in list(field)[1:]}


def _shaped(text: str) -> Choices:
    return {shape: change(text) for shape, change in _REFERENCES.items()}


def _wrong_values(case: Case, facts: Facts, name: str, *, is_new: bool) -> Choices:
    match name:
        case "account" | "order":
            return {"another": f"another-{name}"}
        case "quote":
            older = [quote for quote in dict.fromkeys(_quotes(case)) if quote != facts.quote][::-1]
            named = dict(zip(("earlier", "the one before"), older, strict=False))
            rejected = {"rejected": facts.rejected_quote} if facts.rejected_quote else {}
            return {**rejected, **({} if is_new else {"stale": "a-stale-quote"}), **named}
        case "attempt":
            stale = {"stale": facts.attempt - 1} if facts.attempt > 1 else {}
            numbers = {f"number {number}": number for number in range(1, facts.attempt - 1)}
            return {**stale, "unknown": facts.attempt + 1, **numbers, _TENFOLD: max(facts.attempt, 1) * 10}
        case "consent":
            return {"none": None}
    return {}


def _other_cases_values(name: str) -> Choices:
    of = {"a": OTHER_CASES, "b": f"{OTHER_CASES} submitted" if name == "quote" else "a third case's"}
    return {of[other]: f"{name}-{other}{'-1' if name == 'quote' else ''}" for other in COMPANIONS}


# ------------------------------------------------------------------------------------------------------------ payloads


def payload(case: Case, event: Event, variant: str = RIGHT) -> dict[str, Any]:
    """The payload of the variant, for the case as it stands; the right value for a choice that the case does not give."""
    if variant == AGAIN:
        last = next((step for step in reversed(case.history) if step.event is event), None)
        if last is not None:
            return dict(last.data)
    valid = valid_choices(case, event)
    right = {name: choices[RIGHT] for name, choices in valid.items()}
    if variant in (RIGHT, AGAIN):
        return right
    if variant.startswith(MALFORMED):
        return dict(malformed(case.machine.definition, event, right)).get(variant, right)
    if variant in (offers := _offers(case, event, right)):
        return dict(offers[variant])
    wrong = wrong_choices(case, event)
    chosen = (part.partition(": ") for part in variant.split(PAIR))
    return {**right, **{name: {**wrong[name], **valid[name]}.get(choice, right[name]) for name, _, choice in chosen}}


def well_formed(case: Case, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the well-formed payloads with their variants: the right one, then those in which one field differs, then pairs.

    Pairs are a wrong value with each valid value of another field, and two wrong values.
    """
    valid, wrong = valid_choices(case, event), wrong_choices(case, event)
    right = {name: choices[RIGHT] for name, choices in valid.items()}
    yield RIGHT, right
    for name in valid:
        for choice, value in {**wrong[name], **valid[name]}.items():
            if choice != RIGHT:
                yield f"{name}: {choice}", {**right, name: value}
    yield from _offers(case, event, right).items()
    for name, other in product(valid, valid):
        if name == other:
            continue
        for choice, value in wrong[name].items():
            further = {**valid[other], **(wrong[other] if name < other else {})}
            for second, second_value in further.items():
                if second != RIGHT and not (is_near_miss(choice) and is_near_miss(second)):
                    yield f"{name}: {choice}{PAIR}{other}: {second}", {**right, name: value, other: second_value}


def malformed(model: Model, event: Event, right: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield payloads that no case takes, with their variants; JSON can carry all of them."""
    for name, field in model.events[event].items():
        yield f"{MALFORMED}{name}: {_LEFT_OUT}", {key: value for key, value in right.items() if key != name}
        for value in _malformed_values(field):
            yield f"{MALFORMED}{name}: {short_repr(value)}", {**right, name: value}
    yield f"{MALFORMED}note: unknown field", {**right, "note": "x"}
    for name, value in reserved_fields(model, event).items():
        yield f"{MALFORMED}{name}: {value}", {**right, name: value}


def reserved_fields(model: Model, event: Event) -> Choices:
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
    return {name: value for name, value in values.items() if name not in model.events[event]}


def is_near_miss(variant: str) -> bool:
    """True if a reference or number in it is almost the right one."""
    return any(part.rpartition(": ")[2] in _ALMOST for part in variant.split(PAIR))


def is_malformed(variant: str) -> bool:
    return variant.startswith(MALFORMED)


def variant_words(variant: str) -> Words:
    """The words for what is wrong with the payload; empty for the right one."""
    if variant.startswith(MALFORMED):
        text = variant.removeprefix(MALFORMED)
        return Words(f"不合规：{text}", f"malformed: {text}")
    return Words(
        "，".join(_part_words(part).zh for part in variant.split(PAIR)),
        ", ".join(_part_words(part).en for part in variant.split(PAIR)),
    )


def _part_words(part: str) -> Words:
    name, _, choice = part.partition(": ")
    if choice in _NEAR_MISSES:
        return Words("只差一点的编号", "a reference that is almost the right one")
    if choice.startswith((OTHER_CASES, "a third case's")):
        return Words("另一笔办理的编号", f"{choice} {name}")
    return _PHRASES.get(part, Words(f"{name} 为 {choice}", f"{name} is {choice}"))


_TENFOLD, _ORDERS = "with a 0 behind it", "the order's instead"
_FULL_WIDTH = {ord("0") + digit: ord("０") + digit for digit in range(10)}

_NEAR_MISSES: Mapping[str, Callable[[str], str]] = {
    "other case": str.swapcase,
    "cut short": lambda text: text[:-1],
    "with more behind it": lambda text: text[: MAX_REFERENCE - 1] + "0",
    "without its first character": lambda text: text[1:],
    "with more before it": lambda text: "0" + text[: MAX_REFERENCE - 1],
    "a space behind it": lambda text: text[: MAX_REFERENCE - 1] + " ",
    "a space before it": lambda text: " " + text[: MAX_REFERENCE - 1],
    "a wildcard": lambda text: text[:-1] + "%",
    "a wildcard for one character": lambda text: text[:-1] + "_",
    "full-width digits": lambda text: text.translate(_FULL_WIDTH),
    "without its punctuation": lambda text: "".join(filter(str.isalnum, text)),
    "its last number alone": lambda text: text.rpartition("-")[2],
    "a 0 before its last number": lambda text: "-0".join(text[: MAX_REFERENCE - 1].rsplit("-", 1)),
}
_ALMOST = frozenset((*_NEAR_MISSES, _TENFOLD, _ORDERS))


def _near_misses(value: str) -> Choices:
    """References that differ from *value* by so little that a loose comparison takes them for it."""
    changed = {choice: change(value) for choice, change in _NEAR_MISSES.items()}
    return {choice: near for choice, near in changed.items() if near and near != value}


_PHRASES: Mapping[str, Words] = {
    RIGHT: Words("", ""),
    AGAIN: Words("同一消息重复送达", "the same delivery once more"),
    "account: another": Words("另一个账号", "another account"),
    "order: another": Words("另一个订单", "another order"),
    "quote: stale": Words("从未给出的报价", "a quote that was never given"),
    "quote: earlier": Words("较早的报价", "an earlier quote"),
    "quote: the one before": Words("再早一个的报价", "the quote before that"),
    "quote: again": Words("同一报价再次送达", "the same quote again"),
    "quote: rejected": Words("被拒绝的报价", "the quote that was rejected"),
    "fee: changed": Words("同一报价编号，费用不同", "the same quote with another fee"),
    "fee: changed to 0": Words("同一报价编号，费用为 0", "the same quote with no fee"),
    "currency: changed": Words("同一报价编号，币种不同", "the same quote in another currency"),
    "attempt: stale": Words("上一次核验", "the attempt before"),
    "attempt: unknown": Words("尚未开始的核验", "an attempt that was not started"),
    f"attempt: {_TENFOLD}": Words("序号末尾多一个 0", "its number with a 0 behind it"),
    f"account: {_ORDERS}": Words("误用订单号", "the order's reference in its place"),
    f"quote: {_ORDERS}": Words("误用订单号", "the order's reference in its place"),
    "consent: none": Words("没有单独同意", "no separate consent"),
}


def _malformed_values(field: Field) -> tuple[Any, ...]:
    if not isinstance(field, Kind):
        return _wrong_members(field)
    texts = ("", " ", " x", "x ", "x\u200b", "a\nb", "a\0b", 7, True, ["x"], {"x": "y"})
    integers = (-1, 1.5, "1", True, None, [1], MAX_INTEGER + 1)
    return {
        Kind.REFERENCE: (*texts, "x" * (MAX_REFERENCE + 1), None),
        Kind.CONSENT: (*texts, "x" * (MAX_REFERENCE + 1)),
        Kind.MONEY: integers,
        Kind.CURRENCY: ("", "cny", "XXX", "RMB", "人民币", 156, None),
        Kind.ATTEMPT: (0, *integers),
        Kind.TEXT: ("", "a\0b", "x" * (MAX_TEXT + 1), 7, None, ["x"]),
    }[field]


def _wrong_members(enum: type[Term]) -> tuple[Any, ...]:
    first = next(iter(enum))
    return ("", "fax", first.value.upper(), 1, None, [first.value])
