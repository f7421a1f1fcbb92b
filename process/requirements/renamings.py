"""Other references, sums and numbers than those of the search, under which every event must do the same.

The search knows one account, one order, one quote that costs nothing and the lowest numbers:
``process.exploration.expansion.canonical``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from process.exploration.inputs import NEXT_QUOTE, QUOTE, REJECTED_QUOTE, RIGHT
from process.model import Facts, State, Term
from process.requirements.observation import Observation
from process.value_checks import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT


class Values(NamedTuple):
    """Values in place of those of the search, by fact and payload field."""

    account: str
    order: str
    quote: str
    next_quote: str
    rejected_quote: str
    fee: int
    currency: str
    outages: int
    """The number of attempts given back before: by so much numbers are higher than counts."""
    reference: str
    """In place of any other reference."""
    text: str

    def of(self, facts: Facts) -> Facts:
        """The facts under these names."""
        quoted = facts.quote is not None
        return facts._replace(
            account=self.account,
            order=self.order,
            attempt=facts.attempt + self.outages,
            quote=self._quote(facts.quote),
            rejected_quote=self._quote(facts.rejected_quote),
            fee=self.fee if quoted else facts.fee,
            currency=self.currency if quoted else facts.currency,
        )

    def _quote(self, reference: Any) -> Any:
        if reference is None:
            return None
        names = {QUOTE: self.quote, NEXT_QUOTE: self.next_quote, REJECTED_QUOTE: self.rejected_quote}
        return names.get(reference, reference)

    def payload(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A right payload under these names."""
        renamed = dict(data)
        for name in renamed.keys() & {"account", "order", "fee", "currency"}:
            renamed[name] = getattr(self, name)
        if "quote" in renamed:
            renamed["quote"] = self._quote(renamed["quote"])
        for name in renamed.keys() & {"agent", "ticket", "consent"}:
            renamed[name] = self.reference
        for name in renamed.keys() & {"reason", "problem"}:
            renamed[name] = self.text
        if "attempt" in renamed:
            renamed["attempt"] += self.outages
        return renamed


_MIXED = "Été ß-0 单号 " + "Zz-09" * MAX_REFERENCE
"""A reference that becomes another one if it is cut or normalized, or its letter case is changed."""


def _names(length: int) -> tuple[str, str, str, str, str]:
    start = _MIXED[: length - 1]
    return f"{start}a", f"{start}o", f"{start}q", f"{start}n", f"{start}j"


OTHER_NAMES = (
    Values("7", "7", "7", "8", "9", 1, "USD", 1, "7", "7"),
    Values(*_names(MAX_REFERENCE), MAX_INTEGER, "JPY", 1_000, "证" * MAX_REFERENCE, "长" * MAX_TEXT),
)
"""The shortest references, all the same, which is allowed, and the longest, no two the same; least and largest numbers."""

LONG_NAMES = Values(*_names(MAX_REFERENCE - 8), 0, "CNY", 1_000, "-", ".")
"""Long references that leave room for slightly longer ones."""

RENAMED_FACTS = ("account", "order", "quote", "rejected_quote", "fee", "currency", "attempt")
"""The facts whose values the names replace."""


class RenamingDifference(NamedTuple):
    """An event that does something else under other names."""

    seen: Observation
    names: Values
    fact: str | None
    """The fact that differs; None: the event is refused, or leads elsewhere, or changes a fact that is not renamed."""


def differences(seen: Observation, names: Values, outcome: tuple[State, Facts] | None) -> list[RenamingDifference]:
    """The differences where the event had *outcome* under the names."""
    if outcome is None or outcome[0] is not seen.target:
        return [RenamingDifference(seen, names, None)]
    expected = names.of(seen.after)
    if outcome[1] == expected:
        return []
    others = [name for name, one, other in zip(Facts._fields, outcome[1], expected, strict=True) if one != other]
    return [RenamingDifference(seen, names, name if name in RENAMED_FACTS else None) for name in others]


def has_right_payload(seen: Observation) -> bool:
    """True if it carried the right payload, another member of an enum, or the open or rejected quote."""
    field = seen.variant.partition(": ")[0]
    return seen.variant in (RIGHT, "quote: again", "quote: rejected") or isinstance(seen.data.get(field), Term)
