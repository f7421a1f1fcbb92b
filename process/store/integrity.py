"""Whether what is stored of a case agrees with itself: the columns, the snapshot, the steps and the refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, ProcessError, Refused, SnapshotInvalid
from process.model import MODEL_VERSION, Facts, State, Words
from process.records import Step
from process.snapshot.codec import TRUSTED_UNTIL, dumps, encode_step
from process.store import mapping, refusals, statements
from process.store.queries import as_of_one_moment
from process.store.tables import utc


class Finding(NamedTuple):
    """Something in which the stored parts of a case disagree."""

    case_id: str
    where: str
    """Which part: ``snapshot``, ``snapshot.facts.fee``, the name of a column, ``step 3``, ``refusal`` with its event id."""
    words: Words


OF_THE_MODEL: Final = ("awaits", "due_at", "snapshot")
"""Columns that another model may have written otherwise for the same case."""


def verify(conn: statements.Connection, case_id: str) -> tuple[Finding, ...]:
    """Fold the steps of a case again and compare with its snapshot and columns; () where all of it agrees.

    Steps that an older model took are not judged again: they are read, and have to follow one another. What it wrote into
    the columns is its own: its names of states, its deadlines.

    Raises:
        CaseNotFound: no case has the id.
        InvalidPayload: nothing can have it, as it is no id.
        NoTransaction: the connection is in no transaction.
    """
    return tuple(Finding(case_id, where, words) for where, words in _findings(*as_of_one_moment(conn, case_id)))


def _findings(
    row: statements.Row[Any], steps: Sequence[statements.Row[Any]], refused: Sequence[statements.Row[Any]]
) -> Iterator[tuple[str, Words]]:
    yield from _refusals(row, refused)
    try:
        case = mapping.case_of(row)
    except SnapshotInvalid as error:
        yield "snapshot", Words(f"无法读取：{error.text('zh')}", f"can't be read: {error}")
        return
    written_by = mapping.written_by(row)
    expected = {**mapping.identity_values(case), **mapping.case_values(case), "model_version": written_by}
    if written_by < MODEL_VERSION:
        expected = {name: value for name, value in expected.items() if name not in OF_THE_MODEL}
        expected["state"] = mapping.state_as_written(row)
    for name, value in expected.items():
        stored = row._mapping[name]
        if name == "due_at" and value is not None:
            value = utc(value)  # noqa: PLW2901  # as the column keeps it
        if stored != value:
            yield name, _differs(stored, value)
    yield from _chain(row, steps, case)
    yield from _fold(row, steps, case)


def _refusals(row: statements.Row[Any], refused: Sequence[statements.Row[Any]]) -> Iterator[tuple[str, Words]]:
    if row.refusals != len(refused):
        yield "refusals", _differs(row.refusals, len(refused))
    for refusal in refused:
        if refusal.digest != refusals.refusal_digest(refusal):
            yield f"refusal {refusal.event_id}", _EDITED


def _chain(row: statements.Row[Any], steps: Sequence[statements.Row[Any]], case: Case) -> Iterator[tuple[str, Words]]:
    """Each digest is over the one before it, and versions count up without a gap."""
    if [step.version for step in steps] != list(range(1, case.version + 1)):
        yield "steps", _differs([step.version for step in steps], f"1..{case.version}")
    digest = mapping.opening_digest(case)
    for step in steps:
        if step.digest != mapping.step_digest(step, digest):
            yield f"step {step.version}", _EDITED
        digest = step.digest
    if row.digest != digest:
        yield "digest", _EDITED


def _fold(row: statements.Row[Any], steps: Sequence[statements.Row[Any]], case: Case) -> Iterator[tuple[str, Words]]:
    try:
        history = [mapping.step_of(step) for step in steps]
    except SnapshotInvalid as error:
        yield "steps", Words(f"无法读取：{error.text('zh')}", f"can't be read: {error}")
        return
    states = [Case.machine.definition.initial, *(step.target for step in history)]
    for (source, _), step in zip(pairwise([*states, case.state]), history, strict=False):
        if step.source is not source:
            yield f"step {step.version}", _differs(step.source, source)
    if states[-1] is not case.state:
        yield "state", _differs(case.state, states[-1])
    older = [step.version for step in steps if step.model_version < MODEL_VERSION]
    if mapping.written_by(row) < MODEL_VERSION:
        return
    trusted_until = case.to_dict(steps=1).get(TRUSTED_UNTIL, 0)
    if trusted_until != max(older, default=0) and (older or not _came_along(steps, trusted_until)):
        yield "snapshot", _differs(f"{TRUSTED_UNTIL} {trusted_until}", f"{TRUSTED_UNTIL} {max(older, default=0)}")
        return
    if trusted_until:
        return
    folded = Case(**mapping.opened_with(case))
    for step in history:
        try:
            folded.trigger(step.event, step.data, by=step.by, at=step.at)
        except ProcessError as error:
            yield f"step {step.version}", Words(f"重放被拒：{_told(error, 'zh')}", f"refused when replayed: {error}")
            return
        if folded.state is not step.target:
            yield f"step {step.version}", _differs(step.target, folded.state)
    if case.history[-1:] != folded.history[-1:]:
        yield "snapshot.history", _differs(_texts(case.history[-1:]), _texts(folded.history[-1:]))
    for name, stored, right in zip(Facts._fields, case.facts, folded.facts, strict=True):
        if stored != right:
            yield f"snapshot.facts.{name}", _differs(stored, right)


def _came_along(steps: Sequence[statements.Row[Any]], trusted_until: int) -> bool:
    """Whether so many steps were taken elsewhere, and came with the case when it was added."""
    return all(step.event_id == mapping.event_id_of(step.version) for step in steps[:trusted_until])


def _texts(steps: Sequence[Step]) -> str:
    return ", ".join(dumps(encode_step(step)) for step in steps)


def _told(error: ProcessError, lang: str) -> str:
    return error.text(lang) if isinstance(error, Refused | InvalidPayload) else str(error)


def _differs(stored: object, expected: object) -> Words:
    return Words(f"存的是 {_shown(stored)}，应为 {_shown(expected)}", f"is {_shown(stored)}, should be {_shown(expected)}")


def _shown(value: object) -> str:
    return value.value if isinstance(value, State) else str(value)


_EDITED = Words("内容与摘要不符", "does not agree with its digest")
