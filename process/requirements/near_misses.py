"""References and numbers that are nearly right, and must be refused like those that are quite wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from process.exploration.inputs import payload_variants
from process.model import Event, Facts, Words
from process.payload import MAX_INTEGER, MAX_REFERENCE
from process.requirements.counterexample import ATTEMPTS, Finding
from process.requirements.data_independence import LONG_NAMES
from process.requirements.evidence import Evidence, at


def references(right: str, facts: Facts) -> Iterator[str]:
    """Other references than *right*: of the case itself, or what a careless comparison takes for it."""
    middle = len(right) // 2
    turned = right[:-1] + chr(ord(right[-1]) + 1)
    nearly = (
        *(right.upper(), right.lower(), right.swapcase(), right.title(), right.capitalize(), right.casefold()),
        *(f" {right}", f"{right} ", f" {right} ", right.replace(" ", ""), f"{right[:middle]} {right[middle:]}"),
        *(right[:-1], right[1:], right[:8], right[-4:], right[:32], right[-32:], f"{right}x", f"x{right}", right * 2),
        *(turned, f"x{right[1:]}", right[:middle] + "x" + right[middle + 1 :], right[::-1]),
        *(unicodedata.normalize(form, right) for form in ("NFC", "NFD", "NFKC", "NFKD")),
        *(right.replace("-", ""), right.replace("-", "_"), right.replace("0", ""), right.replace("1", "１"), f"0{right}"),
        *(right.replace("1", "01"), "*", "%", ".*", "0", "null"),
        *(facts.account, facts.order, facts.quote or "", facts.goal.value),
    )
    return (value for value in dict.fromkeys(nearly) if value != right and 0 < len(value) <= MAX_REFERENCE)


def numbers(right: int, facts: Facts) -> Iterator[int]:
    """Other attempts than the one of that number: those before it, the next ones, and what is no attempt at all."""
    older = range(right) if right < 50 else (*range(20), *range(right - 20, right))
    counts = facts.face_attempts, facts.other_attempts, facts.face_attempts + facts.other_attempts
    far = right * 10, right + 10, right + 100, right + 1000, 99, 2**31, 2**32 + right, MAX_INTEGER
    nearly = dict.fromkeys((*older, -right, -1, *range(right + 1, right + 10), *counts, *far))
    return (value for value in nearly if value != right)


def none_is_taken(evidence: Evidence, event: Event, name: str, near: Callable[[Any, Facts], Iterator[Any]]) -> Finding:
    """Whether the event is refused, wherever it is taken with the fact *name* as it is, with each value that is near it."""
    tried, lean = 0, evidence.machine.compiled_events[event]
    for place, by in evidence.taken_in(event) if event in evidence.again else ():
        state, here = evidence.places[place]
        for facts in (here, LONG_NAMES.of(here)):
            carried = next(payload_variants(evidence.model, event, facts))[1]
            for value in near(carried[name], facts):
                tried += 1
                data = {**carried, name: value}
                if lean.decide(state, facts, by, dict(data)) is not None:
                    right = repr(carried[name])
                    what = Words(f"{name} 应为 {right}，{value!r} 却被接受", f"{name} is {right}, and {value!r} is taken")
                    return Finding(((tried, ATTEMPTS),), at(evidence, place, what)._replace(attempt=(event, by, data)))
    return Finding(((tried, ATTEMPTS),))
