"""What never decides: which names, sums and numbers a case carries.

The search knows one account, one order, one quote that costs nothing and the lowest numbers:
``process.exploration.explorer.canonical``. Under other names every event that it found must do the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from process.exploration.inputs import RIGHT
from process.machine import Move
from process.model import Facts, Term
from process.payload import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT
from process.requirements.observation import Observation


class Names(NamedTuple):
    """What stands for what the search found, by the names of facts and payload fields."""

    account: str
    order: str
    quote: str
    fee: int
    currency: str
    outages: int
    """How many attempts were given back before, so by how much numbers are higher than counts."""
    reference: str
    """What stands for any other reference."""
    text: str

    def of(self, facts: Facts) -> Facts:
        """The facts under these names."""
        facts = facts._replace(account=self.account, order=self.order, attempt=facts.attempt + self.outages)
        return facts if facts.quote is None else facts._replace(quote=self.quote, fee=self.fee, currency=self.currency)

    def carried(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A right payload under these names."""
        told = dict(data)
        for name in told.keys() & {"account", "order", "quote", "fee", "currency"}:
            told[name] = getattr(self, name)
        for name in told.keys() & {"agent", "ticket", "consent"}:
            told[name] = self.reference
        for name in told.keys() & {"reason", "problem"}:
            told[name] = self.text
        if "attempt" in told:
            told["attempt"] += self.outages
        return told


_MIXED = "Été ß-0 Ａ Ⅷ ﬁ " + "Zz-09" * MAX_REFERENCE
"""Becomes another reference if it is cut or normalized, or its case is changed."""


def _names(length: int) -> tuple[str, str, str]:
    start = _MIXED[: length - 1]
    return f"{start}a", f"{start}o", f"{start}q"


OTHER_NAMES = (
    Names("7", "7", "7", 1, "USD", 1, "7", "7"),
    Names(*_names(MAX_REFERENCE), MAX_INTEGER, "JPY", 1_000, "证" * MAX_REFERENCE, "长" * MAX_TEXT),
)
"""The shortest, all of them the same, which nothing forbids; the longest, no two the same. The least and the largest."""

LONG_NAMES = Names(*_names(MAX_REFERENCE - 8), 0, "CNY", 1_000, "-", ".")
"""Long, and yet what is nearly the same can be longer by a little."""

STAND_FOR = ("account", "order", "quote", "fee", "currency", "attempt")
"""The facts that the names stand for."""


class Differing(NamedTuple):
    """An event that does something else under other names."""

    seen: Observation
    names: Names
    fact: str | None
    """Which fact is another; None: the event is refused, or leads elsewhere, or changes a fact that no name stands for."""


def differing(seen: Observation, names: Names, move: Move | None) -> list[Differing]:
    """What is not the same, where the event made *move* under the names."""
    if move is None or move[0] is not seen.target:
        return [Differing(seen, names, None)]
    expected = names.of(seen.after)
    if move[1] == expected:
        return []
    others = [name for name, one, other in zip(Facts._fields, move[1], expected, strict=True) if one != other]
    return [Differing(seen, names, name if name in STAND_FOR else None) for name in others]


def is_right(seen: Observation) -> bool:
    """Whether it carried the right payload, or another member of an enum, and not something stale or another's."""
    return seen.variant == RIGHT or isinstance(seen.data.get(seen.variant.partition(": ")[0]), Term)
