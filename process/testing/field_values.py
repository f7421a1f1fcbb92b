"""The values that a field of an event can be given, each by the name of its choice.

* valid: the right one, and others that the case takes as well (references of other shapes, other fees);
* wrong: well formed, but they name something else (an earlier quote, another case's account, a reference all but right).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any
from unicodedata import combining, normalize

from process.case import Case
from process.exploration.inputs import RIGHT
from process.model import MODEL, Event, Facts, Field, Kind
from process.value_checks import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT

OTHER_CASES = "another case's"
"""The choice for a reference that belongs to another case of the same back end."""

THIRD_CASES = "a third case's"

BACKGROUND_CASES = ("a", "b")
"""The cases that a run opens first and leaves open, so that references of other cases exist: one quoted, one submitted."""

TENFOLD, ORDERS = "with a 0 behind it", "the order's instead"

Choices = dict[str, Any]
"""The values for one field, by the name of the choice."""


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


def shaped(shape: str, text: str) -> str:
    """The reference of this shape; the account of a background case, if the shape is named so."""
    other = next((each for each in BACKGROUND_CASES if shape == background_account(each)), None)
    return SHAPES[shape](text) if other is None else f"account-{other}"


def background_account(other: str) -> str:
    """The name of the shape of an account that has a background case as well."""
    return f"{OTHER_CASES} {other}"


FEES = (1, 29, 64, 500, 1_050, 1_200, 7_777, 20_000, 99_999, 250_000, 2**32, MAX_INTEGER)
CURRENCIES = ("JPY", "USD", "HKD", "KWD", "EUR", "TWD", "GBP")
_TEXTS = {
    "one character": "x",
    "quotes and emoji": 'O\'Brien: "不"; -- 🙂',
    "longest": "长" * MAX_TEXT,
    "two lines": "one\n2",
    "blank": " ",
}
_MEMBERS = {
    member.value
    for fields in MODEL.events.values()
    for field in fields.values()
    if not isinstance(field, Kind)
    for member in field
}
VALID = frozenset((*SHAPES, *map(str, FEES), *CURRENCIES, *_TEXTS, *_MEMBERS, "a second", "offered before"))
"""The names of the valid choices."""


def right_values(case: Case, event: Event) -> dict[str, Any]:
    """For each field of the event the right value for the case as it stands."""
    fields = case.machine.definition.events[event]
    if not fields:
        return {}
    facts, is_new = _facts_with_last_quote(case), _brings_quote(fields)
    return {name: _right_value(case, facts, name, field, is_new=is_new) for name, field in fields.items()}


def valid_choices(case: Case, event: Event, only: Collection[str] | None = None) -> dict[str, Choices]:
    """For each field of the event, or those in *only*, the values that fit the case as it stands; the right one first."""
    fields = case.machine.definition.events[event]
    is_new = _brings_quote(fields)
    return {
        name: {RIGHT: right, **_other_valid(case, name, fields[name], right, is_new=is_new)}
        for name, right in right_values(case, event).items()
        if only is None or name in only
    }


def wrong_choices(case: Case, event: Event, only: Collection[str] | None = None) -> dict[str, Choices]:
    """For each field of the event, or those in *only*, the well-formed values that name something else.

    The grossest errors come first.
    """
    is_new = _brings_quote(case.machine.definition.events[event])
    facts = _facts_with_last_quote(case)
    found: dict[str, Choices] = {}
    for name, right in right_values(case, event).items():
        if only is not None and name not in only:
            continue
        wrong = _wrong_values(case, facts, name, is_new=is_new)
        if name in ("account", "order", "quote"):
            wrong.update(other_cases_values(name))
            if not is_new:
                wrong.update(_near_misses(right))
                wrong.update({} if name == "order" else {ORDERS: facts.order})
        found[name] = {choice: value for choice, value in wrong.items() if value != right}
    return found


def offers(case: Case, event: Event, right: Mapping[str, Any]) -> Choices:
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


def _facts_with_last_quote(case: Case) -> Facts:
    """The case's facts; where no quote is open, with the rejected or the last one, the likeliest to be taken by mistake."""
    facts = case.facts
    if facts.quote is not None or not (quotes := _quotes(case)):
        return facts
    return facts._replace(quote=facts.rejected_quote or quotes[-1])


def _quotes(case: Case) -> list[str]:
    return [str(step.data["quote"]) for step in case.history if step.event is Event.QUOTE_CONSEQUENCES]


def _rejected(case: Case) -> list[str]:
    return [str(step.data["quote"]) for step in case.history if step.event is Event.REJECT_CANCELLATION]


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
            if not is_new:
                return facts.quote or "quote-0"
            return f"quote-{case.case_id.rpartition('-')[2][:20]}-{len(_quotes(case)) + 1}"
        case "attempt":
            return max(facts.attempt, 1)
    samples: Mapping[Kind, Any] = {Kind.MONEY: 0, Kind.CURRENCY: "CNY", Kind.TEXT: f"a {name}", Kind.ATTEMPT: 1}
    return samples.get(field, f"{name}-1")


def _other_valid(case: Case, name: str, field: Field, right: Any, *, is_new: bool) -> Choices:
    match field, name:
        case Kind.TEXT, _:
            return dict(_TEXTS)
        case Kind.MONEY, _:
            return {str(fee): fee for fee in FEES}
        case Kind.CURRENCY, _:
            return {code: code for code in CURRENCIES}
        case (Kind.REFERENCE, ("agent" | "ticket")) | (Kind.CONSENT, _):
            return {"a second": f"{name}-2", **_shaped(f"{name}-1")}
        case Kind.REFERENCE, "quote" if is_new:
            void = [quote for quote in _quotes(case) if quote not in (case.facts.quote, case.facts.rejected_quote)]
            return {**_shaped(right), **({"offered before": void[-1]} if void else {})}
    return {} if isinstance(field, Kind) else {member.value: member for member in list(field)[1:]}


def _shaped(text: str) -> Choices:
    return {shape: change(text) for shape, change in SHAPES.items() if shape != "plain"}


def _wrong_values(case: Case, facts: Facts, name: str, *, is_new: bool) -> Choices:
    match name:
        case "account" | "order":
            return {"another": f"another-{name}"}
        case "quote":
            rejected = {"rejected": facts.rejected_quote} if facts.rejected_quote else {}
            if is_new:
                return rejected
            older = [quote for quote in dict.fromkeys(_quotes(case)) if quote != facts.quote][::-1]
            named = dict(zip(("earlier", "the one before"), older, strict=False))
            before = dict(zip(("rejected before",), _rejected(case)[-2:-1], strict=False))
            return {**rejected, "stale": "a-stale-quote", **named, **before}
        case "attempt":
            stale = {"stale": facts.attempt - 1} if facts.attempt > 1 else {}
            numbers = {f"number {number}": number for number in range(1, facts.attempt - 1)}
            return {**stale, "unknown": facts.attempt + 1, **numbers, TENFOLD: max(facts.attempt, 1) * 10}
        case "consent":
            return {"none": None}
    return {}


def other_cases_values(name: str) -> Choices:
    """The references of the background cases' accounts, orders or quotes."""
    quoted, submitted = BACKGROUND_CASES
    if name == "quote":
        return {OTHER_CASES: f"quote-{quoted}-1", f"{OTHER_CASES} submitted": f"quote-{submitted}-1"}
    return {OTHER_CASES: f"{name}-{quoted}", THIRD_CASES: f"{name}-{submitted}"}


OF_OTHERS = (OTHER_CASES, THIRD_CASES, f"{OTHER_CASES} submitted")

# --------------------------------------------------------------------------------------------------------- near misses

_FULL_WIDTH = {ord("0") + digit: ord("０") + digit for digit in range(10)}

NEAR_MISSES: Mapping[str, Callable[[str], str]] = {
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
    "its ASCII alone": lambda text: text.encode("ascii", "ignore").decode(),
    "without accents": lambda text: "".join(each for each in normalize("NFD", text) if not combining(each)),
}
"""References that a loose comparison takes for the right one."""

ASCII_MISSES = ("its ASCII alone", "without accents")
"""Those that differ only from a reference with other letters."""


def _near_misses(value: str) -> Choices:
    changed = {choice: change(value) for choice, change in NEAR_MISSES.items()}
    return {choice: near for choice, near in changed.items() if near and near != value}
