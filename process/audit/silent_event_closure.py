"""Closure of sets of places under events that a log never records: everywhere that a case can be unseen.

Places are numbered, and a set of them is one integer, a bit for each. The places that are reached from one are found once
for each strongly connected component, so that a closure costs one OR for each place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Generic, TypeVar

from process.exploration.graph import components

P = TypeVar("P", bound=Hashable)


class Closure(Generic[P]):
    """The places reached by silent steps, remembered.

    Args:
        targets: gives where one silent step leads from a place.
    """

    def __init__(self, targets: Callable[[P], Iterable[P]]) -> None:
        self._targets = targets
        self._numbers: dict[P, int] = {}
        self._places: list[P] = []
        self._reached: dict[int, int] = {}
        self._sets: dict[int, frozenset[P]] = {}

    def of(self, places: Iterable[P]) -> int:
        """Return the closure of the places as bits."""
        bits = 0
        for place in places:
            number = self._number(place)
            if number not in self._reached:
                self._explore(number)
            bits |= self._reached[number]
        return bits

    def as_set(self, bits: int) -> frozenset[P]:
        """Return the places of the bits; the same object for the same bits."""
        if bits not in self._sets:
            self._sets[bits] = frozenset(self.places(bits))
        return self._sets[bits]

    def places(self, bits: int) -> Iterator[P]:
        """Yield the places of the bits in the order of their numbers."""
        return (self._places[number] for number in numbers_of(bits))

    def place(self, number: int) -> P:
        """Return the place of a number."""
        return self._places[number]

    def _number(self, place: P) -> int:
        number = self._numbers.setdefault(place, len(self._places))
        if number == len(self._places):
            self._places.append(place)
        return number

    def _explore(self, start: int) -> None:
        """Find what is reached from the start and from all after it."""
        edges: dict[int, tuple[int, ...]] = {}

        def unexplored(number: int) -> list[int]:
            edges[number] = tuple({self._number(target) for target in self._targets(self._places[number])} - {number})
            return [target for target in edges[number] if target not in self._reached]

        members: dict[int, list[int]] = {}
        for number, component in components((start,), unexplored).items():
            members.setdefault(component, []).append(number)
        for component in sorted(members, reverse=True):  # what it leads to comes first
            inside = reduce(or_, (1 << member for member in members[component]))
            after = {target for member in members[component] for target in edges[member] if not inside >> target & 1}
            bits = reduce(or_, (self._reached[target] for target in after), inside)
            self._reached |= dict.fromkeys(members[component], bits)


def numbers_of(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set."""
    for index, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        for bit in _BITS[byte]:
            yield index * 8 + bit


_BITS = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]
