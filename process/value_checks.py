"""Checks of values from outside, by type and shape: references (such as order numbers), money, text, times.

They are made before any guard is evaluated.

A check takes a value and returns the value to keep: the enum member where its name in a file (``"app"``) was given, else
the value itself. What is wrong is returned as blockers that name the field and say what would be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import islice
from typing import Any, Final
from unicodedata import category, is_normalized

from process.model import Blocker, Field, Kind, Model, Payload, State, Term

MAX_REFERENCE: Final = 64  # characters
MAX_TEXT: Final = 256  # characters
MAX_DEADLINE: Final = timedelta(days=3653)  # ten years
MAX_INTEGER: Final = 2**53 - 1  # the largest integer that every JSON reader keeps exact

# ISO 4217, list one, codes of money in use (2025): funds, metals and test codes are no currency to pay a fee in.
CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  # a block of codes can be compared with the standard by eye
)

# Printable for Python and yet drawn as nothing or as a blank: Unicode's Default_Ignorable_Code_Point (grapheme joiner,
# Hangul fillers, Khmer inherent vowels, variation selectors) less what str.isprintable refuses anyway, the blank Braille
# pattern, the blank hieroglyphs, the Khitan filler, the null notehead, Tifinagh and Brahmi joiners, the object replacement.
_INVISIBLE: Final = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0, 0xFFFC),
            *(0x2D7F, 0x1107F, 0x13441, 0x13442, 0x16FE4, 0x1D159),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)

Check = Callable[[Any], Any]
"""Returns the value to keep; raises one of INVALID where the value is not of the type."""

INVALID: Final = (ValueError, LookupError, TypeError)


def reference(value: Any) -> Any:
    """Check a reference; of two that look the same, one at most is valid.

    Its characters are printable (so no control, format, private or unassigned ones, and no space but U+0020). No space
    stands at either end or beside another. It is in Unicode's normal form NFKC, in which there are no full-width digits and
    no decomposed letters: Chinese, Japanese and Korean text is in that form. None of its characters is invisible, and a
    combining mark follows a character that it is drawn on, and not the same mark once more.
    """
    if (
        type(value) is str
        and 0 < len(value) <= MAX_REFERENCE
        and value.isprintable()
        and (value.isascii() or _is_distinct(value))
        and (" " not in value or ("  " not in value and value.strip() == value))
    ):
        return value
    raise ValueError


def _is_distinct(value: str) -> bool:
    """Return True if no other text looks like this printable one, as far as single characters and their order go."""
    if not (_INVISIBLE.isdisjoint(value) and is_normalized("NFKC", value)):
        return False
    before = " "
    for character in value:
        if before in (*_NO_BASE, character) and category(character)[0] == "M":
            return False
        before = character
    return True


_NO_BASE: Final = (" ", "'", '"')  # a combining mark behind one of them stands alone, or on the quotes of a message


def model_1_reference(value: Any) -> Any:
    """Check a reference as model 1 did, which let spaces stand at the ends, and invisible characters."""
    if type(value) is str and 0 < len(value) <= MAX_REFERENCE and value.isprintable():
        return value
    raise ValueError


def consent(value: Any) -> Any:
    return None if value is None else reference(value)


def model_1_consent(value: Any) -> Any:
    return None if value is None else model_1_reference(value)


def money(value: Any) -> Any:
    if type(value) is int and 0 <= value <= MAX_INTEGER:
        return value
    raise ValueError


def currency(value: Any) -> Any:
    if type(value) is str and value in CURRENCIES:
        return value
    raise ValueError


def attempt(value: Any) -> Any:
    if type(value) is int and 1 <= value <= MAX_INTEGER:
        return value
    raise ValueError


def text(value: Any) -> Any:
    if type(value) is str and 0 < len(value) <= MAX_TEXT:
        if value.isprintable():
            return value
        if "\0" not in value:
            value.encode()  # a lone surrogate, which no file or database can keep, is a ValueError here
            return value
    raise ValueError


_CHECKS: Mapping[Kind, Check] = {
    Kind.REFERENCE: reference,
    Kind.CONSENT: consent,
    Kind.MONEY: money,
    Kind.CURRENCY: currency,
    Kind.ATTEMPT: attempt,
    Kind.TEXT: text,
}


FieldCheck = Callable[[Field], Check]
"""Returns the check for a field's type: ``check_of``, or ``model_1_check_of`` for a case that model 1 opened."""


def check_of(field: Field) -> Check:
    """Return the check for a field's type."""
    return _CHECKS[field] if isinstance(field, Kind) else member_of(field)


def model_1_check_of(field: Field) -> Check:
    """Return the check for a field's type in a case that model 1 opened: its references stay what they are."""
    if field is Kind.REFERENCE:
        return model_1_reference
    return model_1_consent if field is Kind.CONSENT else check_of(field)


@cache
def member_of(enum: type[Term]) -> Check:
    """Return the check for an enum: a member, or its name in a file. A member of another enum is neither."""
    members = {member.value: member for member in enum}

    def member(value: Any) -> Any:
        if type(value) is enum:
            return value
        if type(value) is str:
            return members[value]
        raise ValueError

    return member


def expected(field: Field) -> tuple[str, str]:
    """Describe a right value of the field, in zh and en."""
    if isinstance(field, Kind):
        return field.words
    return f"{'、'.join(field)} 之一", f"one of {', '.join(field)}"


def field_errors(
    fields: Mapping[str, Field], data: Payload, check_of: FieldCheck = check_of, *, first: bool = False
) -> tuple[Blocker, ...]:
    """Return all that is wrong with *data*, or the first of it; () if it has exactly the *fields*, each of its type."""
    found = _field_errors(fields, data, check_of)
    return tuple(islice(found, 1) if first else found)


def _field_errors(fields: Mapping[str, Field], data: Payload, check_of: FieldCheck) -> Iterator[Blocker]:
    for name, field in fields.items():
        zh, en = expected(field)
        if name not in data:
            yield _field_blocker("missing_field", name, f"缺少字段 {name}（{zh}）。", f"Field {name} is missing: {en}.")
            continue
        try:
            check_of(field)(data[name])
        except INVALID:
            yield wrong_field(name, data[name], zh, en)
    known = ", ".join(fields)
    for name in data:
        if name not in fields:
            zh = f"没有字段 {short_repr(name)}；可用字段：{known or '无'}。"
            en = f"Unknown field {short_repr(name)}; known: {known or 'none'}."
            yield _field_blocker("unknown_field", name if _is_plain_text(name) else short_repr(name), zh, en)


def _is_plain_text(name: object) -> bool:
    return type(name) is str and name.isprintable()


def valid_part(fields: Mapping[str, Field], data: Payload, check_of: FieldCheck = check_of) -> dict[str, Any]:
    """Return the part of a payload in which nothing is wrong, with members where names of members stood."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        try:
            found[name] = check_of(field)(data[name])
        except INVALID:
            continue
    return found


def duplicate_key(pairs: list[tuple[str, Any]]) -> str | None:
    """Return the first key that stands twice in a JSON object, read as pairs, as a short literal; None if none does."""
    counts = Counter(key for key, _ in pairs)
    return next((short_repr(key) for key, count in counts.items() if count > 1), None)


class Shown:
    """Stands for an object of the caller's in a payload: it is valid nowhere, and prints as the object did at the time."""

    __slots__ = ("_literal",)

    def __init__(self, value: object) -> None:
        self._literal = short_repr(value)

    def __repr__(self) -> str:
        return self._literal


def short_repr(value: object) -> str:
    """Return the value as a short literal for a message, with escapes for what can't be seen or looks like another text."""
    try:
        literal = str.__str__(repr(value))  # exactly a str: a subclass of it could raise in turn
    except Exception:  # a stranger's __repr__ must not replace the message, nor an integer of thousands of digits
        name = type.__dict__["__name__"].__get__(type(value))  # which no metaclass can replace
        literal = f"a value of type {str.__str__(name)}"
    literal = _cut(literal)
    if literal.isprintable() and (literal.isascii() or _is_distinct(literal)):
        return literal
    return _cut("".join(each if each.isascii() and each.isprintable() else ascii(each)[1:-1] for each in literal))


def _cut(literal: str) -> str:
    return literal if len(literal) <= 80 else literal[:77] + "..."


def deadline_of(state: State, value: timedelta, model: Model) -> timedelta:
    """Return the deadline if *state* can have it; else raise ValueError, which says why."""
    if model.states[state].end:
        raise ValueError(f"{state} is an end and has no deadline")
    try:
        own = timedelta.__pos__(value)  # exactly a timedelta; a TypeError where the value is none
    except TypeError:
        own = timedelta(0)
    if not timedelta(0) < own <= MAX_DEADLINE:
        raise ValueError(f"must be a timedelta, more than 0 and at most 10 years, not {short_repr(value)}")
    return own


def aware_datetime(value: object) -> datetime:
    """Return the time with its offset from UTC if it is a datetime with a time zone; else raise ValueError.

    The name of the zone and its rules are dropped: a snapshot can't hold them, and a day is 24 hours in any zone. An offset
    with a fraction of a second, which no zone has, is refused: ISO 8601 can't hold it.
    """
    if type(value) is datetime and value.tzinfo is UTC and not value.fold:
        return value
    try:
        moment: Any = value
        offset = timedelta.__pos__(datetime.utcoffset(moment))  # type: ignore[arg-type]  # None is a TypeError
        if not offset.microseconds:
            date, time = datetime.date(moment), datetime.time(moment).replace(fold=0)
            return datetime.combine(date, time, timezone(offset))
    except Exception:  # noqa: S110  # whatever an object or a tzinfo of the caller's raises
        pass
    raise ValueError


def wrong_field(name: str, value: object, zh: str, en: str) -> Blocker:
    """Return the blocker for a field that holds *value* where *zh*, *en* would be right."""
    given = short_repr(value)
    zh, en = f"字段 {name} 须是：{zh}；不能是 {given}。", f"Field {name} must be {en}, not {given}."
    return _field_blocker("wrong_field", name, zh, en)


def _field_blocker(code: str, field: str, zh: str, en: str) -> Blocker:
    return Blocker(code, {"field": field}, zh, en)
