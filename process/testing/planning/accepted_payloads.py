"""Chooses the payloads that are accepted, so that every value and every pair of values of two fields is delivered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from process.case import Case
from process.exploration.inputs import PAIR, RIGHT
from process.model import Event
from process.testing.field_values import valid_choices

Choice = tuple[str, str]
"""A field, and the choice for it."""


class PairwiseChooser:
    """Combines the valid choices for the fields of an event; the combination with the most new pairs comes first."""

    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        self.pairs: Counter[tuple[Event, Choice, Choice]] = Counter()

    def choose(self, case: Case, event: Event, fixed: Mapping[str, str]) -> str:
        """The variant to deliver; *fixed* names the choices that must stay. The fee is paired with the last fee, too."""
        fields: dict[str, Mapping[str, Any]] = dict(valid_choices(case, event))
        chosen: list[Choice] = [(name, choice) for name, choice in fixed.items() if name in fields]
        if "fee" in fields and case.facts.fee is not None:
            chosen.append(("last fee", str(case.facts.fee)))
        for name, choices in fields.items():
            if name in fixed:
                continue
            options = [(name, choice) for choice in choices]
            chosen.append(min(options, key=lambda option: self._times(event, option, chosen)))
        for number, one in enumerate(chosen):
            for other in chosen[: number + 1]:
                self.pairs[_pair(event, one, other)] += 1
        return PAIR.join(f"{name}: {choice}" for name, choice in chosen if name in fields and choice != RIGHT) or RIGHT

    def _times(self, event: Event, option: Choice, chosen: list[Choice]) -> tuple[int, int, float]:
        delivered = [self.pairs[_pair(event, option, other)] for other in (*chosen, option)]
        return -sum(not times for times in delivered), sum(delivered), self.random.random()


def _pair(event: Event, one: Choice, other: Choice) -> tuple[Event, Choice, Choice]:
    return (event, one, other) if one <= other else (event, other, one)
