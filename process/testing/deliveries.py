"""What can be delivered to a case or to a back end: an event, who raises it, and which payload it carries, by label.

A payload is named rather than spelled out, because what is right depends on the case: a quote's reference, an attempt's
number. So a trip stays meaningful when events are taken out of it. Beside the labels of ``exploration`` there are: an
earlier quote or attempt, the same delivery once more, unusual values that are right, and hostile ones, which no case takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, Refused
from process.exploration.inputs import RIGHT, payload_variants
from process.model import Actor, Event, Field, Kind, Model, Term, Words
from process.payload import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT, short_repr
from process.records import Step

AGAIN = "again"
"""The label of a repeated delivery: the payload that this event carried last, unchanged."""

COSTLY = "fee: 1200"
"""The label of a quote that costs something; the right one costs nothing."""

_MISSING: Any = object()
_TENFOLD, _ORDERS = "with a 0 behind it", "the order's instead"

_LABELS: Mapping[str, Words] = {
    RIGHT: Words("", ""),
    AGAIN: Words("同一消息重复送达", "the same delivery once more"),
    "account: another": Words("另一个账号", "another account"),
    "order: another": Words("另一个订单", "another order"),
    "quote: stale": Words("从未给出的报价", "a quote that was never given"),
    "quote: earlier": Words("较早的报价", "an earlier quote"),
    "quote: the one before": Words("再早一个的报价", "the quote before that"),
    "attempt: stale": Words("上一次核验", "the attempt before"),
    "attempt: unknown": Words("尚未开始的核验", "an attempt that was not started"),
    f"attempt: {_TENFOLD}": Words("序号末尾多一个 0", "its number with a 0 behind it"),
    f"account: {_ORDERS}": Words("误用订单号", "the order's reference in its place"),
    f"quote: {_ORDERS}": Words("误用订单号", "the order's reference in its place"),
    "consent: none": Words("没有单独同意", "no separate consent"),
}
_FULL_WIDTH = {ord("0") + digit: ord("０") + digit for digit in range(10)}
_HOSTILE, _UNUSUAL = "hostile ", "unusual "


class Delivery(NamedTuple):
    """One event on its way."""

    event: Event
    by: Actor
    label: str = RIGHT
    """Which of ``variants`` it carries."""


def deliver(case: Case, delivery: Delivery, data: Mapping[str, Any]) -> Step | Refused | InvalidPayload:
    """Raise it on a real case; gives the step, or the refusal."""
    try:
        return case.trigger(delivery.event, data, by=delivery.by)
    except (Refused, InvalidPayload) as refused:
        return refused


def payload_of(case: Case, delivery: Delivery, sent: Mapping[Event, Mapping[str, Any]]) -> dict[str, Any]:
    """What the delivery carries to this case; the right payload, where the case gives no such one.

    Args:
        sent: what each event carried when the case took it last.
    """
    if delivery.label == AGAIN and delivery.event in sent:
        return dict(sent[delivery.event])
    found = dict(variants(case, delivery.event))
    if is_hostile(delivery.label):
        return dict(hostile(case.machine.definition, delivery.event, found[RIGHT]))[delivery.label]
    return found.get(delivery.label, found[RIGHT])


def variants(case: Case, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """The payloads that matter for *event* in the case, each with its label; the right one comes first."""
    model = case.machine.definition
    quotes = [str(step.data["quote"]) for step in case.history if step.event is Event.QUOTE_CONSEQUENCES]
    facts = case.facts
    fresh = f"quote-{case.facts.order.rpartition('-')[2]}-{case.version + 1}"
    if facts.quote is None and quotes:
        facts = facts._replace(quote=quotes[-1])  # void, and so the likeliest to be taken by mistake
    yield from payload_variants(model, event, facts, fresh)
    fields = model.events[event]
    right = dict(next(payload_variants(model, event, facts, fresh))[1])
    if "quote" in fields and "fee" not in fields:
        older = [quote for quote in dict.fromkeys(quotes) if quote != facts.quote]
        for label, quote in zip(("quote: earlier", "quote: the one before"), older[::-1], strict=False):
            yield label, {**right, "quote": quote}
    if "attempt" in fields:
        for number in range(1, facts.attempt - 1):
            yield f"attempt: number {number}", {**right, "attempt": number}
        yield f"attempt: {_TENFOLD}", {**right, "attempt": right["attempt"] * 10}
    for name in ("account", "order", "quote"):
        if name in fields and "fee" not in fields:
            for label, value in _near_misses(right[name]):
                yield f"{name}: {label}", {**right, name: value}
            if name != "order":
                yield f"{name}: {_ORDERS}", {**right, name: facts.order}
    for name, field in fields.items():
        for label, value in _unusual(name, field):
            yield f"{_UNUSUAL}{name}: {label}", {**right, name: value}
    if "fee" in fields:
        yield COSTLY, {**right, "fee": 1200}
        yield f"{_UNUSUAL}quote: longest", {**right, "quote": f"{right['quote']}-".ljust(MAX_REFERENCE, "x")}


def hostile(model: Model, event: Event, right: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Payloads that no case takes, each with its label; JSON can carry all of them."""
    for name, field in model.events[event].items():
        yield f"{_HOSTILE}{name}: left out", {key: value for key, value in right.items() if key != name}
        for value in _wrong_values(field):
            yield f"{_HOSTILE}{name}: {short_repr(value)}", {**right, name: value}
    yield f"{_HOSTILE}note: unknown field", {**right, "note": "x"}


def label_words(label: str) -> Words:
    """What is off with the payload, in words; empty for the right one."""
    for mark, words in (
        (_HOSTILE, Words("不合规：", "hostile: ")),
        (_UNUSUAL, Words("少见但合规：", "unusual but right: ")),
    ):
        if label.startswith(mark):
            return Words(words.zh + label.removeprefix(mark), words.en + label.removeprefix(mark))
    name, _, value = label.partition(": ")
    if value in _NEAR_MISSES:
        return Words("只差一点的编号", "a reference that is almost the right one")
    return _LABELS.get(label, Words(f"{name} 为 {value}", f"{name} is {value}"))


def is_unusual(label: str) -> bool:
    return label.startswith(_UNUSUAL)


def is_near_miss(label: str) -> bool:
    return label.partition(": ")[2] in (*_NEAR_MISSES, _TENFOLD, _ORDERS)


def is_hostile(label: str) -> bool:
    return label.startswith(_HOSTILE)


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


def _near_misses(value: str) -> Iterator[tuple[str, str]]:
    """References that differ from *value* by so little that a loose comparison takes them for it."""
    for label, change in _NEAR_MISSES.items():
        near = change(value)
        if near and near != value:
            yield label, near


def _wrong_values(field: Field) -> tuple[Any, ...]:
    if not isinstance(field, Kind):
        return _wrong_members(field)
    texts = ("", "a\nb", "a\0b", 7, True, ["x"], {"x": "y"})
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


def _unusual(name: str, field: Field) -> tuple[tuple[str, Any], ...]:
    """Values that are right and look as if they might not be; of what decides nothing, or stands for itself."""
    match field, name:
        case Kind.TEXT, _:
            return (("quotes, emoji", 'O\'Brien: "不"; -- 🙂'), ("longest", "长" * MAX_TEXT), ("two lines", "one\n2"))
        case (Kind.REFERENCE, ("agent" | "ticket")) | (Kind.CONSENT, _):
            return (("longest", "x" * MAX_REFERENCE), ("a name", "O'Brien 客服/7"))
        case Kind.MONEY, _:
            return (("one", 1), ("largest", MAX_INTEGER))
        case Kind.CURRENCY, _:
            return (("yen", "JPY"),)
    return ()
