"""The payloads that can be delivered for an event, each by the name of its variant.

A payload is named rather than spelled out, because what is right depends on the case: a quote's reference, an attempt's
number. So a scenario stays meaningful when events are taken out of it. The name of a variant lists the fields that differ
from the right payload, as in ``"account: another & channel: website"``; ``field_values`` has the values,
``malformed`` what no case takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

from process.case import Case
from process.exploration.inputs import PAIR, RIGHT
from process.model import Event, Words
from process.testing.field_values import (
    NEAR_MISSES,
    OF_OTHERS,
    ORDERS,
    TENFOLD,
    VALID,
    offers,
    right_values,
    valid_choices,
    wrong_choices,
)
from process.testing.malformed import MALFORMED, is_malformed, malformed_payloads

AGAIN = "again"
"""The variant of a repeated delivery: the payload with which the case took this event last, unchanged."""


def variant_payload(case: Case, event: Event, variant: str = RIGHT) -> dict[str, Any]:
    """The payload of the variant, for the case as it stands; the right value for a choice that the case does not give."""
    if variant == AGAIN:
        last = next((step for step in reversed(case.history) if step.event is event), None)
        if last is not None:
            return dict(last.data)
    right = right_values(case, event)
    if variant in (RIGHT, AGAIN):
        return right
    if is_malformed(variant):
        return dict(malformed_payloads(case.machine.definition, event, right)).get(variant, right)
    if variant in (offered := offers(case, event, right)):
        return dict(offered[variant])
    chosen = {name: choice for name, _, choice in (part.partition(": ") for part in variant.split(PAIR))}
    wrong, valid = wrong_choices(case, event, chosen), valid_choices(case, event, chosen)
    return {**right, **{name: {**wrong[name], **valid[name]}.get(choice, right[name]) for name, choice in chosen.items()}}


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
    yield from offers(case, event, right).items()
    for name, other in product(valid, valid):
        if name == other:
            continue
        for choice, value in wrong[name].items():
            further = {**valid[other], **(wrong[other] if name < other else {})}
            for second, second_value in further.items():
                if second != RIGHT and not (is_near_miss(choice) and is_near_miss(second)):
                    yield f"{name}: {choice}{PAIR}{other}: {second}", {**right, name: value, other: second_value}


@cache
def is_near_miss(variant: str) -> bool:
    """True if a reference or number in it is almost the right one."""
    return any(part.rpartition(": ")[2] in _ALMOST for part in variant.split(PAIR))


@cache
def names_other_case(variant: str) -> bool:
    """True if one reference in it is another case's, and nothing else differs."""
    return variant.partition(": ")[2] in OF_OTHERS


@cache
def is_wrong(variant: str) -> bool:
    """True if the choice for one field in it is not among the valid ones."""
    return variant.partition(": ")[2] not in VALID


def variant_words(variant: str) -> Words:
    """The words for what is wrong with the payload; empty for the right one."""
    if is_malformed(variant):
        text = variant.removeprefix(MALFORMED)
        return Words(f"不合规：{text}", f"malformed: {text}")
    return Words(
        "，".join(_part_words(part).zh for part in variant.split(PAIR)),
        ", ".join(_part_words(part).en for part in variant.split(PAIR)),
    )


def _part_words(part: str) -> Words:
    name, _, choice = part.partition(": ")
    if choice in NEAR_MISSES:
        return Words("只差一点的编号", "a reference that is almost the right one")
    if choice in OF_OTHERS:
        return Words("另一笔办理的编号", f"{choice} {name}")
    return _PHRASES.get(part, Words(f"{name} 为 {choice}", f"{name} is {choice}"))


_ALMOST = frozenset((*NEAR_MISSES, TENFOLD, ORDERS))

_PHRASES: Mapping[str, Words] = {
    RIGHT: Words("", ""),
    AGAIN: Words("同一消息重复送达", "the same delivery once more"),
    "account: another": Words("另一个账号", "another account"),
    "order: another": Words("另一个订单", "another order"),
    "quote: stale": Words("从未给出的报价", "a quote that was never given"),
    "quote: earlier": Words("较早的报价", "an earlier quote"),
    "quote: the one before": Words("再早一个的报价", "the quote before that"),
    "quote: again": Words("同一报价再次送达", "the same quote again"),
    "quote: offered before": Words("再次使用已失效的报价编号", "the reference of a quote that is void"),
    "quote: rejected": Words("被拒绝的报价", "the quote that was rejected"),
    "quote: rejected before": Words("更早被拒绝的报价", "the quote that was rejected before that"),
    "fee: changed": Words("同一报价编号，费用不同", "the same quote with another fee"),
    "fee: changed to 0": Words("同一报价编号，费用为 0", "the same quote with no fee"),
    "currency: changed": Words("同一报价编号，币种不同", "the same quote in another currency"),
    "attempt: stale": Words("上一次核验", "the attempt before"),
    "attempt: unknown": Words("尚未开始的核验", "an attempt that was not started"),
    f"attempt: {TENFOLD}": Words("序号末尾多一个 0", "its number with a 0 appended"),
    f"account: {ORDERS}": Words("误用订单号", "the order's reference in its place"),
    f"quote: {ORDERS}": Words("误用订单号", "the order's reference in its place"),
    "consent: none": Words("没有单独同意", "no separate consent"),
}
