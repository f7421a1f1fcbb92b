"""Loads a file of events into the store. Loaded twice, or continued after a break, nothing is duplicated.

An event's id is its place among those of its case in the file, counted from 1 in every file: later events are appended to
the file, not written to another one. A case without an id of its own gets one derived from what it was opened with, so that
the same file means the same case the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256

from process.case import Case
from process.eventfile import CaseLine, EventLine, RefusedLine, Replayed
from process.exceptions import InvalidPayload, Refused
from process.kept_cases import opening
from process.snapshot.codec import dumps
from process.store import rows
from process.store.delivery import transact
from process.store.handling import _handle
from process.store.one_case_queries import load_with_history
from process.store.opening_cases import import_case, open  # noqa: A004  # ``store.open``, as ``gzip.open``
from process.store.statements import Connection, Engine


def load_events(
    engine: Engine,
    entries: Iterable[CaseLine | EventLine],
    on_refusal: Callable[[RefusedLine], object],
    on_line: Callable[[int], object] = lambda _line: None,
) -> Iterator[Replayed]:
    """Raise every event on its stored case, each in a transaction of its own; yield the cases after the last line.

    Args:
        engine: the database.
        entries: the file, as ``eventfile.read`` yields it.
        on_refusal: called with each line whose event is refused; the lines after it are loaded all the same.
        on_line: called with the number of each line before it is loaded, and with 0 after the last. The lines before are
            stored, whatever happens.

    Raises:
        StoreError, SnapshotInvalid: a case can't be stored, for example because its order has another open case.
    """
    ids: dict[str | None, str] = {}
    lines: dict[str | None, list[int]] = {}
    counts: dict[str | None, int] = {}
    for entry in entries:
        key = entry.key
        on_line(entry.line)
        if isinstance(entry, CaseLine):
            case = entry.case if entry.has_id else _with_derived_id(entry.case)
            transact(engine, partial(_open, case=case))
            ids[key], lines[key], counts[key] = case.case_id, [], 0
            continue
        counts[key] += 1
        try:
            _deliver(engine, ids[key], entry, f"file:{counts[key]}")
        except (Refused, InvalidPayload) as error:
            on_refusal(RefusedLine(entry, error))
            continue
        lines[key].append(entry.line)
    on_line(0)
    for key, case_id in ids.items():
        yield Replayed(key, transact(engine, partial(load_with_history, case_id=case_id)), lines[key])


def _deliver(engine: Engine, case_id: str, entry: EventLine, event_id: str) -> None:
    def work(conn: Connection) -> Refused | None:
        try:
            # The file gives the order of its events, so that what is too early on its line stays refused.
            _handle(
                conn,
                case_id,
                entry.event,
                entry.data,
                event_id=event_id,
                by=entry.by,
                who=entry.who,
                at=entry.at,
                keep_early=True,
            )
        except Refused as refusal:
            return refusal  # so that it is committed
        return None

    refusal = transact(engine, work)
    if refusal is not None:
        raise refusal


def _open(conn: Connection, case: Case) -> None:
    """Store the case; one that has no step yet and no time is opened now, so that its deadline counts."""
    if case.version:
        import_case(conn, case)
    else:
        open(conn, **rows.opened_with(case))


def _with_derived_id(case: Case) -> Case:
    """The case under an id that follows from what it was opened with, and not from the model that reads the file."""
    data = case.to_dict()
    text = dumps({**opening(case), "case_id": "", "opened_at": data["opened_at"]})
    return Case.from_dict({**data, "case_id": f"file:{sha256(text.encode()).hexdigest()[:32]}"})
