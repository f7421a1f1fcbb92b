"""What a case knows beside its state, and the limits that it is opened with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from process.model.vocabulary import Goal, QuoteStatus, Settlement


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts a case has by face and by another way. The host can change them for each case.

    Raises:
        ValueError: a limit is not an integer up to 99, ``face`` is below 0, or ``other`` is below 1: another way than the
            face is always offered (R10), so it can't be switched off.
    """

    face: int = 3
    other: int = 3

    def __post_init__(self) -> None:
        for name, value, least in (("face", self.face, 0), ("other", self.other, 1)):
            if type(value) is not int or not least <= value <= 99:
                raise ValueError(f"Limits.{name} must be an integer from {least} to 99, not {value!r}")


class Facts(NamedTuple):
    """What a case knows beside its state. Immutable; what changes makes a new one."""

    goal: Goal
    account: str
    order: str
    face_limit: int
    other_limit: int
    quote: str | None = None  # the lender's reference of the quote on the table; None: there is none, or it is void
    fee: int | None = None  # what cancelling costs by that quote, in minor units (分) of the currency
    currency: str | None = None  # ISO 4217
    quote_status: QuoteStatus | None = None
    settled: Settlement | None = None  # how verification was settled for this try; None: it is not
    face_removed: bool = False  # support has removed the face verification
    face_attempts: int = 0  # those that count against the limit
    other_attempts: int = 0
    attempt: int = 0  # the number of the attempt started last; it only grows
