"""The data that a case has beside its state, and the limits that it is opened with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from process.model.vocabulary import Goal, Identity, QuoteStatus, Settlement


@dataclass(frozen=True, slots=True)
class Limits:
    """The number of attempts that a case has by face and by another method. The host can change them for each case.

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
    """The data of a case beside its state. Immutable: a case that moves gives out others."""

    goal: Goal
    account: str
    order: str
    face_limit: int
    other_limit: int
    identity: Identity | None = None  # how the customer was identified as the buyer; None: not yet
    quote: str | None = None  # the lender's reference of the current quote; None: there is none, or it is void
    fee: int | None = None  # the cost of cancelling by that quote, in minor units (分) of the currency
    currency: str | None = None  # ISO 4217
    quote_status: QuoteStatus | None = None
    rejected_quote: str | None = None  # the quote whose cancellation the lender rejected last
    settled: Settlement | None = None  # how verification was settled for this attempt at cancelling; None: it is not
    face_removed: bool = False  # support has removed the face verification
    face_attempts: int = 0  # those that count against the limit
    other_attempts: int = 0
    attempt: int = 0  # the number of the verification attempt started last; it only grows
