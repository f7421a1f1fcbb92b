"""The check of a stored case against its history: its columns, snapshot, steps and refusals agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, ProcessError, Refused, SnapshotInvalid
from process.json_vocabulary import step_to_dict
from process.model import MODEL_VERSION, Facts, State, Words
from process.records import Step
from process.snapshot.codec import TRUSTED_UNTIL, dumps
from process.snapshot.migrations import may_be_moved
from process.store import claims, kept_refusals, rows, statements
from process.store.one_case_queries import StoredRows, rows_of_one_moment
from process.store.statements import Connection, Row
from process.store.tables import stored_time


class Finding(NamedTuple):
    """A disagreement between the stored parts of a case."""

    case_id: str
    where: str
    """The part: ``snapshot``, ``snapshot.facts.fee``, the name of a column, ``step 3``, ``refusal`` with its event id."""
    words: Words


OF_THE_MODEL: Final = ("awaits", "due_at", "snapshot", "quote")
"""Columns in which another model may have stored another value for the same case."""


def verify(conn: Connection, case_id: str) -> tuple[Finding, ...]:
    """Replay the steps of a case and compare with its snapshot and columns; () where all of it agrees.

    Steps that an older model took are not validated again: they are read, and have to follow one another. The columns that
    it wrote keep its names of states and its deadlines.

    Raises:
        CaseNotFound: no case has the id.
        InvalidPayload: the id is invalid.
        NoTransaction: the connection is in no transaction.
    """
    stored = rows_of_one_moment(conn, case_id)
    return tuple(Finding(case_id, where, words) for where, words in _findings(conn, stored))


def _findings(conn: Connection, stored: StoredRows) -> Iterator[tuple[str, Words]]:
    row, steps, _ = stored
    yield from _refusals(stored)
    try:
        case = rows.case_of(row)
    except SnapshotInvalid as error:
        yield "snapshot", Words(f"无法读取：{error.text('zh')}", f"can't be read: {error}")
        return
    yield from _columns(conn, row, case)
    yield from _chain(row, steps, case)
    yield from _replayed(row, steps, case)


def _columns(conn: Connection, row: Row[Any], case: Case) -> Iterator[tuple[str, Words]]:
    written_by = rows.written_by(row)
    expected = {**rows.identity_values(case), **rows.case_values(case), "model_version": written_by}
    if written_by < MODEL_VERSION:
        expected = {name: value for name, value in expected.items() if name not in OF_THE_MODEL}
        if row.state != case.state.value:  # else ``upgrade`` has written the state to which a migration moved the case
            expected["state"] = rows.state_as_written(row)
    for name, value in expected.items():
        found = row._mapping[name]
        if name.endswith("_at") and value is not None:
            value = stored_time(value)  # noqa: PLW2901  # as the column keeps it
        if found != value:
            yield name, _differs(found, value)
    for name, order in claims.held_claims(case).items():
        found = row._mapping[name]
        if found == order or (found is None and _is_claimed_by_another(conn, name, order)):
            continue
        yield name, _differs(found, order)


def _is_claimed_by_another(conn: Connection, name: str, order: str | None) -> bool:
    """Return True if another case holds the claim, as where an earlier release let two cases cancel one order's plan."""
    return order is not None and statements.claiming_case(conn, name, order) is not None


def _refusals(stored: StoredRows) -> Iterator[tuple[str, Words]]:
    if stored.row.refusals != len(stored.refusals):
        yield "refusals", _differs(stored.row.refusals, len(stored.refusals))
    for refusal in stored.refusals:
        if refusal.digest != kept_refusals.refusal_digest(refusal):
            yield f"refusal {refusal.event_id}", _EDITED


def _chain(row: Row[Any], steps: Sequence[Row[Any]], case: Case) -> Iterator[tuple[str, Words]]:
    """Each digest is over the one before it, and versions count up without a gap."""
    if [step.version for step in steps] != list(range(1, case.version + 1)):
        yield "steps", _differs([step.version for step in steps], f"1..{case.version}")
    digest = _opening_digest(row, steps, case)
    for step in steps:
        if step.digest != rows.step_digest(step, digest):
            yield f"step {step.version}", _EDITED
        digest = step.digest
    if row.digest != digest:
        yield "digest", _EDITED


def _opening_digest(row: Row[Any], steps: Sequence[Row[Any]], case: Case) -> str:
    """The digest of the opening as it was written, by whichever model that was; today's, where no model's fits."""
    for model_version in range(1, MODEL_VERSION + 1):
        digest = rows.opening_digest(case, model_version)
        if digest == row.digest if not steps else steps[0].digest == rows.step_digest(steps[0], digest):
            return digest
    return rows.opening_digest(case)


def _replayed(row: Row[Any], steps: Sequence[Row[Any]], case: Case) -> Iterator[tuple[str, Words]]:
    """The steps lead from state to state, and taken once more they give the snapshot."""
    try:
        history = [rows.step_of(step) for step in steps]
    except SnapshotInvalid as error:
        yield "steps", Words(f"无法读取：{error.text('zh')}", f"can't be read: {error}")
        return
    states = [Case.machine.definition.initial, *(step.target for step in history)]
    older = max((step.version for step in steps if step.model_version < MODEL_VERSION), default=0)
    written_by = rows.written_by(row)
    trusted_until = case.to_dict(steps=1).get(TRUSTED_UNTIL, 0)

    def follows(version: int, source: State, target: State) -> bool:
        """Return True if a step from *target* can follow one to *source*; a migration in between may move the case."""
        return source is target or (version in (older, trusted_until) and may_be_moved(source.value, target.value))

    for (source, _), step in zip(pairwise([*states, case.state]), history, strict=False):
        if not follows(step.version - 1, source, step.source):
            yield f"step {step.version}", _differs(step.source, source)
    if not follows(case.version, states[-1], case.state):
        yield "state", _differs(case.state, states[-1])
    if written_by < MODEL_VERSION:
        return
    if trusted_until != older and (older or not _was_imported(steps, trusted_until)):
        yield "snapshot", _differs(f"{TRUSTED_UNTIL} {trusted_until}", f"{TRUSTED_UNTIL} {older}")
        return
    if not trusted_until:
        yield from _replay(case, history)


def _replay(case: Case, history: Sequence[Step]) -> Iterator[tuple[str, Words]]:
    try:
        replayed = Case(**rows.opened_with(case))
    except InvalidPayload:  # model 1 opened it, and took references that are none today
        return
    for step in history:
        try:
            replayed.trigger(step.event, step.data, by=step.by, who=step.who, at=step.at)
        except ProcessError as error:
            yield f"step {step.version}", Words(f"重放被拒：{_message_of(error, 'zh')}", f"refused when replayed: {error}")
            return
        if replayed.state is not step.target:
            yield f"step {step.version}", _differs(step.target, replayed.state)
    last = tuple(map(rows.as_stored, case.history[-1:]))
    if last != replayed.history[-1:]:
        yield "snapshot.history", _differs(_texts(last), _texts(replayed.history[-1:]))
    for name, stored, right in zip(Facts._fields, case.facts, replayed.facts, strict=True):
        if stored != right:
            yield f"snapshot.facts.{name}", _differs(stored, right)


def _was_imported(steps: Sequence[Row[Any]], trusted_until: int) -> bool:
    """Return True if so many steps were taken elsewhere, and came with the case when it was imported."""
    return all(step.event_id == rows.imported_event_id(step.version) for step in steps[:trusted_until])


def _texts(steps: Sequence[Step]) -> str:
    return ", ".join(dumps(step_to_dict(step)) for step in steps)


def _message_of(error: ProcessError, lang: str) -> str:
    return error.text(lang) if isinstance(error, Refused | InvalidPayload) else str(error)


def _differs(stored: object, expected: object) -> Words:
    return Words(
        f"存的是 {_stored_value(stored)}，应为 {_stored_value(expected)}",
        f"is {_stored_value(stored)}, should be {_stored_value(expected)}",
    )


def _stored_value(value: object) -> str:
    return value.value if isinstance(value, State) else str(value)


_EDITED = Words("内容与摘要不符", "does not agree with its digest")
