"""Of two references that look the same one at most is valid, wherever references come in."""

from __future__ import annotations

import json
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from process import Actor, Case, Channel, Event, Goal, InvalidPayload, SnapshotInvalid
from process.value_checks import MAX_REFERENCE, reference
from tests.support.begun_cases import opened

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
    "हिन्दी ภาษาไทย",
    "a b c",
    "q\u0323\u0307",
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
    "two spaces in a row": "o  9",
    "three spaces in a row": "a   b",
    "Khitan filler": "o\U00016fe4",
    "null notehead": "\U0001d159",
    "a blank hieroglyph": "o\U000134419",
    "Brahmi number joiner": "o\U0001107f9",
    "the place of an object": "\ufffc",
    "a combining mark alone": "\u0338",
    "combining marks alone": "\u0338\u20dd",
    "a combining mark before": "\u0338o-9",
    "a spacing mark before": "\u093eo",
    "a combining mark behind a space": "o \u03389",
    "the same mark twice": "o\u0338\u0338",
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


@pytest.mark.parametrize("value", [value for value in INVALID.values() if isinstance(value, str) and not value.isascii()])
def test_what_can_not_be_seen_or_looks_like_another_is_escaped_in_the_message(value: str) -> None:
    strange = {character for character in value if not character.isascii()}
    for given in (value, [value], {value: value}):
        with pytest.raises(InvalidPayload) as refused:
            opened().trigger(Event.SIGN_IN, {"account": given, "channel": "app"})
        for message in (refused.value.text("en"), refused.value.text("zh")):
            assert strange.isdisjoint(message)
            for character in strange:
                assert ascii(character)[1:-1] in message
    with pytest.raises(InvalidPayload, match=r"^case refused: Unknown|^sign_in refused") as refused:
        opened().trigger(Event.SIGN_IN, {"account": "acct-1", "channel": "app", value: 1})
    assert strange.isdisjoint(refused.value.text())


@pytest.mark.parametrize("value", [value for value in VALID if not value.isascii()])
def test_text_of_any_script_is_shown_as_it_is_in_the_message(value: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        Case(goal=Goal.PLAN, account="a", order=[value])  # type: ignore[arg-type]
    assert f"not ['{value}']." in refused.value.text()


def test_no_character_whose_name_says_that_it_is_blank_or_invisible_is_valid() -> None:
    words = ("FILLER", " BLANK", "NULL NOTEHEAD", "INVISIBLE", "VARIATION SELECTOR", "ZERO WIDTH", " SPACE", " JOINER")
    visible = (0x2420, 0x303F, 0x1DA7F, 0x1DA80)  # signs for a space; gap fillers are drawn as punctuation
    found = []
    for code in set(range(0x80, sys.maxunicode)).difference(visible):
        character = chr(code)
        name = unicodedata.name(character, "")
        if any(word in name for word in words) and unicodedata.category(character) != "Po":
            with suppress(ValueError):
                found.append((hex(code), name, reference(f"o{character}9")))
    assert found == []


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


MODEL_1 = Path(__file__).parents[1] / "snapshot" / "model_1"


@pytest.mark.parametrize(
    "value",
    [
        value
        for value in INVALID.values()
        if isinstance(value, str) and value.isprintable() and 0 < len(value) <= MAX_REFERENCE
    ],
)
def test_a_case_that_model_1_opened_with_what_is_no_reference_any_more_loads_and_goes_on(value: str) -> None:
    text = (MODEL_1 / "old_references.jsonl").read_text(encoding="utf-8").splitlines()[0]
    data = json.loads(text)
    assert data["model_version"] == 1
    old = json.dumps(data["facts"]["order"])
    case = Case.from_json(
        text.replace(old, json.dumps(value))
        if old in text
        else json.dumps({**data, "facts": {**data["facts"], "order": value}})
    )
    assert case.facts.order == value
    twin = Case.from_json(case.to_json())
    assert twin == case
    if not case.is_done:
        twin.trigger(Event.TIME_OUT)
        assert Case.from_json(twin.to_json()) == twin
