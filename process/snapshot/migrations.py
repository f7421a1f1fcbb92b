"""Migrates snapshots and steps of older models to today's: small pure functions on plain data, one pair for each version.

When the model changes so that MODEL_VERSION grows from *n*, an entry *n* is added here that turns what model *n* wrote into
what model *n* + 1 would have written. Entries are never changed afterwards: they run one after the other, from the version
that wrote the data up to today's.

What they make of a snapshot must be able to stand in its state by today's model. Its steps need not be such as today's
would take: they stay trusted, also when the case goes on and is saved as of today's model (see ``validation``).
What a case was opened with (order, account, limits, deadlines) comes out as it went in, but for the names of states that a
migration has renamed, which ``state_names`` gives back. The columns of a stored case, by which lists find it, keep the
older model's names and due time until its next step.

The data is as it was found, so an entry may meet anything. Whatever it raises, the data is refused as no snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from process.exceptions import SnapshotInvalid

Rewrite = Callable[[dict[str, Any]], dict[str, Any]]
"""A pure function: it returns new data and leaves the given data alone."""


class Migration(NamedTuple):
    """The changes from one model version to the next."""

    snapshot: Rewrite
    """Rewrites a snapshot without its ``history``."""
    step: Rewrite
    """Rewrites one step, with the keys that the history of a snapshot has."""
    renamed: Mapping[str, str] = {}
    """New names of states, by the old ones. They are put in before the two functions are called."""
    moved: frozenset[tuple[str, str]] = frozenset()
    """Pairs of states: ``snapshot`` may move a case from one to the other; its last step's target is then not its state."""


def _snapshot_of_model_1(data: dict[str, Any]) -> dict[str, Any]:
    """Add the identity and the rejected quote; a removal of the face verification settles for good.

    Whoever had left SIGNED_OUT had signed in, unless the first event ended the case. Model 1 spent a removal like any other
    settlement, and then asked for a verification again. Such a case goes back to CONSEQUENCES, its quote open: confirmed
    once more, it is submitted.
    """
    facts = data["facts"]
    signed_in = data["state"] == "signed_in" or (data["state"] != "signed_out" and data["version"] > 1)
    facts = {**facts, "identity": "signed_in" if signed_in else None, "rejected_quote": None}
    if facts["settled"] == "removed":
        facts["settled"] = None
    if facts["face_removed"] is True:
        if facts["settled"] in ("skipped", "face", "other"):
            facts["settled"] = None
        if facts["quote_status"] == "accepted":
            facts["quote_status"] = "open"
            if data["state"] in _VERIFYING:
                return {**data, "facts": facts, "state": "consequences"}
    return {**data, "facts": facts}


_VERIFYING = ("verification_decision", "verification_choice", "face_verification", "other_verification")


def _step_of_model_1(step: dict[str, Any]) -> dict[str, Any]:
    """Add the reference to who raised the event, which model 1 did not keep."""
    return {**step, "who": None}


MIGRATIONS: Mapping[int, Migration] = {
    1: Migration(_snapshot_of_model_1, _step_of_model_1, moved=frozenset((state, "consequences") for state in _VERIFYING)),
}
"""The migrations by the model version that they start from."""


def migrate_snapshot(data: dict[str, Any], written_by: int, today: int) -> dict[str, Any]:
    """Return a snapshot that model *written_by* wrote as model *today* would have; the same where nothing changes.

    Raises:
        SnapshotInvalid: it is not what that model wrote.
    """
    for version, migration in _between(written_by, today):
        history = data.get("history")
        try:
            changed = _with_names(migration, {key: value for key, value in data.items() if key != "history"})
            data = migration.snapshot(changed)
        except Exception as error:  # whatever an entry raises for spoilt data
            raise _spoilt("", version, error) from error
        if isinstance(history, list):
            history = [_migrated_step(migration, version, step, f"history[{index}]") for index, step in enumerate(history)]
        data = {**data, "history": history}
    return data


def migrate_step(data: dict[str, Any], written_by: int, today: int, where: str = "") -> dict[str, Any]:
    """Return one step likewise; *where* is its path, for SnapshotInvalid."""
    for version, migration in _between(written_by, today):
        data = _migrated_step(migration, version, data, where)
    return data


def state_names(names: Iterable[str], written_by: int, today: int) -> dict[str, str]:
    """Return what model *written_by* called the states that model *today* calls *names*."""
    found = {name: name for name in names}
    for _, migration in reversed(list(_between(written_by, today))):
        old = {new: old for old, new in migration.renamed.items()}
        found = {name: old.get(earlier, earlier) for name, earlier in found.items()}
    return found


def may_be_moved(source: str, target: str) -> bool:
    """Return True if a migration can have moved a case from the one state to the other."""
    return any((source, target) in migration.moved for migration in MIGRATIONS.values())


def _between(written_by: int, today: int) -> Iterable[tuple[int, Migration]]:
    return ((version, MIGRATIONS[version]) for version in range(written_by, today) if version in MIGRATIONS)


def _migrated_step(migration: Migration, version: int, step: Any, where: str) -> dict[str, Any]:
    try:
        return migration.step(_with_names(migration, {**step}))
    except Exception as error:  # whatever an entry raises for spoilt data
        raise _spoilt(where, version, error) from error


def _with_names(migration: Migration, data: dict[str, Any]) -> dict[str, Any]:
    """Put in the new names of states: where the case stands, its steps begin and end, and it has deadlines of its own."""
    names = migration.renamed
    if not names:
        return data
    data = {key: names.get(data[key], data[key]) if key in ("state", "source", "target") else data[key] for key in data}
    if "deadlines" in data:
        data["deadlines"] = {names.get(name, name): seconds for name, seconds in data["deadlines"].items()}
    return data


def _spoilt(where: str, version: int, error: Exception) -> SnapshotInvalid:
    what = f"{type(error).__name__}: {error}"[:80]
    return SnapshotInvalid(where, f"is not what model {version} wrote ({what})", f"不是模型 {version} 所写的内容（{what}）")
