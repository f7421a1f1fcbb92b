"""Reading a snapshot takes work in proportion to its length: counted in function calls, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from process import Case, SnapshotInvalid
from tests.support.worst_texts import HONEST, HOSTILE, SMALL

CALLS_PER_CHARACTER = 4  # at most; an honest history takes about one


def calls(text: str) -> int:
    """Return how many functions are called to read the text, whether it is taken or refused."""
    counted = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        Case.from_json(text)
    except SnapshotInvalid:
        pass
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)
def test_twice_as_many_steps_take_twice_as_many_calls(make: Callable[[int], Case]) -> None:
    for cut in (True, False):
        case, longer = make(25), make(50)
        texts = [one.to_json(steps=one.version - cut) for one in (case, longer)]
        calls(texts[0])  # rows are analysed once
        few, many = map(calls, texts)
        assert few < many < 2.2 * few
        assert many < CALLS_PER_CHARACTER * len(texts[1])


HOSTILE_OR_WRONG = {
    **HOSTILE,
    "one wrong fact": SMALL.replace('"attempt":0', '"attempt":1'),
    "one wrong step": SMALL.replace('"fee":20', '"fee":21'),
}


@pytest.mark.parametrize("text", HOSTILE_OR_WRONG.values(), ids=HOSTILE_OR_WRONG)
def test_a_hostile_text_takes_no_more_calls_than_an_honest_one_of_its_length(text: str) -> None:
    assert len(text) <= 64 * 1024
    assert calls(text) < CALLS_PER_CHARACTER * len(text)
