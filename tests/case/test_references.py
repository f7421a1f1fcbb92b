"""Of two references that look the same one at most is valid, wherever references come in."""

from __future__ import annotations

from typing import Any

import pytest

from process import Actor, Case, Channel, Event, Goal, InvalidPayload, SnapshotInvalid
from process.payload import MAX_REFERENCE, reference
from tests.support.trips import opened

VALID = [
    "o-9",
    "9",
    "a b",
    "订单-9",
    "注文番号9",
    "한국어",
    "Ünï-çödé",
    "مرجع",
    "😀",
    "𠮷野家",
    "~!@#$%^&*()_+{}|:<>?\"'\\",
    "x" * MAX_REFERENCE,
]
INVALID = {
    "empty": "",
    "blank": " ",
    "blanks": "   ",
    "a space before": " o-9",
    "a space behind": "o-9 ",
    "a line break": "o-9\n",
    "a tab": "o\t9",
    "NUL": "o-9\0",
    "no-break space": "o\u00a09",
    "ideographic space": "o-9\u3000",
    "zero width space": "o\u200b9",
    "zero width joiner": "o\u200d9",
    "byte order mark": "\ufeffo-9",
    "soft hyphen": "o\u00ad9",
    "right-to-left override": "o\u202e9",
    "word joiner": "o\u20609",
    "variation selector 16": "o-9\ufe0f",
    "variation selector 17": "葛\U000e0100",
    "Mongolian variation selector": "o\u180b9",
    "combining grapheme joiner": "o\u034f9",
    "Hangul filler": "o\u3164",
    "half-width Hangul filler": "\uffa0",
    "Hangul choseong filler": "o\u115f9",
    "Khmer inherent vowel": "o\u17b49",
    "blank Braille pattern": "\u2800",
    "tag": "o\U000e00619",
    "a full-width digit": "order-９",
    "full-width letters": "ｏ-9",
    "a ligature": "ﬁ-9",
    "half-width katakana": "ｶ-9",
    "a decomposed letter": "e\u0301-9",
    "a compatibility ideograph": "\uf900",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "lone surrogate": "\ud800",
    "too long": "x" * (MAX_REFERENCE + 1),
    "bytes": b"o-9",
    "a number": 9,
    "nothing": None,
}


@pytest.mark.parametrize("value", VALID)
def test_a_reference_of_any_script_is_taken_everywhere(value: str) -> None:
    case = Case(goal=Goal.PLAN, account=value, order=value, case_id=value)
    case.sign_in(account=value, channel=Channel.APP, who=value)
    assert Case.from_json(case.to_json()) == case
    assert case.history[-1].who == value


@pytest.mark.parametrize("value", INVALID.values(), ids=INVALID)
def test_what_is_no_reference_is_refused_everywhere_by_name(value: Any) -> None:
    right = {"goal": Goal.PLAN, "account": "a", "order": "o", "case_id": "c"}
    for name in ("account", "order", "case_id"):
        if name == "case_id" and value is None:
            continue  # which makes a new one
        with pytest.raises(InvalidPayload) as refused:
            Case(**{**right, name: value})
        assert refused.value.fields == (name,)
        for text in (refused.value.text("en"), refused.value.text("zh")):
            assert "NFKC" in text
            text.encode()
    case = opened()
    with pytest.raises(InvalidPayload) as refused:
        case.trigger(Event.SIGN_IN, {"account": value, "channel": "app"})
    assert refused.value.fields == ("account",)
    if value is not None:
        assert [blocker.code for blocker in case.blockers(Event.ABANDON, who=value)] == ["wrong_field"]
    data = opened().to_dict()
    with pytest.raises(SnapshotInvalid):
        Case.from_dict({**data, "facts": {**data["facts"], "order": value}})


def test_an_invisible_character_is_shown_in_the_message() -> None:
    with pytest.raises(InvalidPayload, match=r"not 'o-9\\u200b'"):
        Case(goal=Goal.PLAN, account="a", order="o-9\u200b")


def test_no_character_that_unicode_calls_default_ignorable_is_valid() -> None:
    ignorable = [0xAD, 0x34F, 0x61C, *range(0x115F, 0x1161), 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010)]
    ignorable += [*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0]
    ignorable += [*range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)]
    for code in ignorable:
        with pytest.raises(ValueError, match=r"^$"):
            reference(f"o{chr(code)}9")


def test_who_raised_an_event_decides_nothing_and_stays_with_its_step() -> None:
    with_who, without = opened(), opened()
    step = with_who.sign_in(account="acct-1", channel=Channel.APP, who="customer-7")
    assert step.who == "customer-7"
    assert without.sign_in(account="acct-1", channel=Channel.APP).who is None
    assert (with_who.state, with_who.facts, with_who.request) == (without.state, without.facts, without.request)
    assert with_who != without, "a case is all that it holds"
    assert Case.from_json(with_who.to_json()).history[0].who == "customer-7"
    assert with_who.may_trigger(Event.OPEN_ORDERS, by=Actor.CUSTOMER, who="x")
