"""Traces: the events that a log has of one case, reduced to what can decide, and written as a short text.

Two cases with the same trace text get the same verdict, so each distinct text (a *variant*) is replayed once. A quote's
reference becomes the place of the entry that first names it, its fee and currency likewise; of an account, an
order and a consent only stays whether it is the right one; free text goes. The SQL of ``log_sql`` writes this text, and
only ``Trace.parse`` reads it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from process.model import MODEL, Actor, Event, Goal, Kind

FIELDS = ("event", "by", "attempt", "account", "order", "consent", "invalid", "quote", "offer", "tied")
"""The parts of an entry's text, separated by ``|``; an empty part is not recorded."""
DETAILS = ("by", "quote", "offer", "attempt", "account", "order", "consent")
"""The parts of an entry that a log may lack altogether."""


class Entry(NamedTuple):
    """One event of a trace. None in a field: the log does not record it."""

    event: Event
    by: Actor | None = None
    quote: int | None = None
    """The place of the entry that first names the quote's reference, from 1."""
    offer: int | None = None
    """The place of the entry that first names this fee and currency, from 1."""
    attempt: int | None = None
    account: bool | None = None
    """The account is the one that bought."""
    order: bool | None = None
    """The order is the case's."""
    consent: bool | None = None
    """There is a consent."""
    invalid: tuple[str, ...] = ()
    """The fields whose values no payload can have."""
    tied: bool = False
    """It has the same time as the entry before it, so their order is not known."""

    @property
    def text(self) -> str:
        """The entry as the SQL writes it."""
        flags = {True: "1", False: "0", None: ""}
        parts = (
            self.event.value,
            self.by.value if self.by else "",
            _number_text(self.attempt),
            *(flags[known] for known in (self.account, self.order, self.consent)),
            ",".join(self.invalid),
            _number_text(self.quote),
            _number_text(self.offer),
            "1" if self.tied else "",
        )
        return "|".join(parts)

    @classmethod
    def parse(cls, text: str) -> Entry:
        """Return the entry of its text."""
        event, by, attempt, account, order, consent, invalid, quote, offer, tied = text.split("|")
        flags = {"1": True, "0": False, "": None}
        return cls(
            event=Event(event),
            by=Actor(by) if by else None,
            quote=int(quote) if quote else None,
            offer=int(offer) if offer else None,
            attempt=int(attempt) if attempt else None,
            account=flags[account],
            order=flags[order],
            consent=flags[consent],
            invalid=tuple(invalid.split(",")) if invalid else (),
            tied=bool(tied),
        )


def _number_text(number: int | None) -> str:
    return "" if number is None else str(number)


class Trace(NamedTuple):
    """The events of one case in their order, and its goal if the log records it."""

    goal: Goal | None
    entries: tuple[Entry, ...]

    @property
    def text(self) -> str:
        return f"{self.goal.value if self.goal else ''}:{';'.join(entry.text for entry in self.entries)}"

    @classmethod
    def parse(cls, text: str) -> Trace:
        """Return the trace of its text."""
        goal, _, entries = text.partition(":")
        return cls(Goal(goal) if goal else None, tuple(map(Entry.parse, entries.split(";"))) if entries else ())


def payload(entry: Entry, *, account: str, order: str, quote: str | None, fee: int, attempt: int) -> dict[str, Any]:
    """Return a payload of the entry's event, with the given values where the log records none.

    A field that the log holds an impossible value for gets one here, too, so that the refusal names it.
    """
    data: dict[str, Any] = {}
    for name, kind in MODEL.events[entry.event].items():
        if name in entry.invalid:
            data[name] = None if kind is not Kind.CONSENT else 0
        elif not isinstance(kind, Kind):
            data[name] = next(iter(kind))
        elif name == "account":
            data[name] = "another account" if entry.account is False else account
        elif name == "order":
            data[name] = "another order" if entry.order is False else order
        elif name == "quote":
            data[name] = quote or "a quote"
        elif kind is Kind.MONEY:
            data[name] = fee
        elif kind is Kind.CURRENCY:
            data[name] = "CNY"
        elif kind is Kind.ATTEMPT:
            data[name] = max(attempt, 1)
        elif kind is Kind.CONSENT:
            data[name] = None if entry.consent is False else "consent"
        else:
            data[name] = f"a {name}"
    return data
