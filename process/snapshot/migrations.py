"""How snapshots and steps of older models become today's: small pure functions on plain data, one pair for each version.

When the model changes so that MODEL_VERSION grows from *n*, an entry *n* is added here that turns what model *n* wrote into
what model *n* + 1 would have written. Entries are never changed afterwards: they run one after the other, from the version
that wrote the data up to today's.

What they make of a snapshot must be able to stand in its state by today's model. Its steps need not be such as today's
would take: they stay believed, also when the case goes on and is saved as of today's model (``process/hindsight.py``).
What a case was opened with (order, account, limits, deadlines) comes out as it went in, as the store's digests are over it.
The columns of a stored case, by which lists find it, keep the older model's names and due time until its next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Change = Callable[[dict[str, Any]], dict[str, Any]]
"""A pure function: it gives new data and leaves what it was given alone."""


class Migration(NamedTuple):
    """From one model version to the next."""

    snapshot: Change
    """Of a snapshot without its ``history``."""
    step: Change
    """Of one step, with the keys that the history of a snapshot has."""


MIGRATIONS: Mapping[int, Migration] = {}
"""By the version that they start from. Empty: the first model is today's."""


def migrate_snapshot(data: dict[str, Any], written_by: int, today: int) -> dict[str, Any]:
    """A snapshot that model *written_by* wrote, as model *today* would have; the same where nothing has to change."""
    for version in range(written_by, today):
        if (migration := MIGRATIONS.get(version)) is not None:
            history = data.get("history")
            data = migration.snapshot({key: value for key, value in data.items() if key != "history"})
            data["history"] = [migration.step(step) for step in history] if isinstance(history, list) else history
    return data


def migrate_step(data: dict[str, Any], written_by: int, today: int) -> dict[str, Any]:
    """One step likewise."""
    for version in range(written_by, today):
        if (migration := MIGRATIONS.get(version)) is not None:
            data = migration.step(data)
    return data
