"""State that a faulty back end may have kept: a scenario delivers what would show it."""

from __future__ import annotations

from typing import NamedTuple

from process.case import Case
from process.model import QuoteStatus

ATTEMPTING = {"consent", "method"}  # what an event carries that starts an attempt


class Leftovers(NamedTuple):
    """State that a faulty back end may have kept because it forgot to void or to close it."""

    quote: QuoteStatus | None
    """The last status of a quote."""
    is_settled: bool
    """True if anything was settled."""
    has_attempt: bool
    """True if the last attempt was never answered."""


NO_LEFTOVERS = Leftovers(None, False, False)


def leftovers_after(before: Leftovers, case: Case) -> Leftovers:
    """Return the leftovers after the case's last event."""
    facts, data = case.facts, case.history[-1].data
    has_attempt = bool(ATTEMPTING & data.keys()) or (before.has_attempt and "attempt" not in data)
    return Leftovers(facts.quote_status or before.quote, facts.settled is not None or before.is_settled, has_attempt)
