"""A caller's mapping that changes while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class SecondRead(Mapping[str, Any]):
    """A mapping that reads otherwise from its second reading on."""

    def __init__(self, *readings: Mapping[str, Any]) -> None:
        self.readings = [*readings]
        self.current: Mapping[str, Any] = {}

    def keys(self) -> Any:
        self.current = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        return self.current.keys()

    def __getitem__(self, name: str) -> Any:
        return self.current[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.current)
