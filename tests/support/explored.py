"""The search of the model, made once a process and only where a test needs it: every process collects every test."""

from __future__ import annotations

from functools import cache

from process.exploration.expansion import try_named_actors
from process.exploration.explorer import Exploration, explore


@cache
def explored() -> Exploration:
    """Return every configuration under the limits of the model, found by the actors that the table names."""
    return explore(expand=try_named_actors)
