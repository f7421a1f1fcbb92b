"""``run --db``: loads a file of events into a database. Loaded twice, or on after a break, nothing is doubled.

An event's id is its place among those of its case in the file, counted from 1 in every file: events that come later are
appended to the file, not written to another one. A case without an id of its own gets one that follows from what it was
opened with, so that the same file means the same case the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from process.case import Case
from process.cli.database import opened
from process.cli.tell import Ran, Refusal
from process.eventfile import parser, reader
from process.eventfile.reader import Opened, Raised
from process.exceptions import InvalidPayload, Refused
from process.model import Words
from process.snapshot.codec import dumps

if TYPE_CHECKING:
    from process.store.statements import Connection, Engine


class Place:
    """Watches the lines of a file go by: where the load has come to, and whether the first case names itself."""

    names_itself = False
    line = 0

    def __init__(self, name: str, lang: str) -> None:
        self._name, self._lang = name, lang

    def __str__(self) -> str:
        """The line that is being loaded, for a message about it; nothing before the first."""
        words = Words("{}：第 {} 行：", "{}: line {}: ").of(self._lang)
        return words.format(self._name, self.line) if self.line else ""

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        waiting = True
        for number, line in enumerate(lines, 1):
            if waiting and line.strip():
                waiting = False
                parsed = parser.parse(number, line)
                self.names_itself = parsed is not None and (parsed[1] or parsed[0].key is not None)
            yield line


def carry_into(db: str, lang: str, name: str, lines: Iterable[bytes], refuse: Callable[[Refusal], None]) -> Iterator[Ran]:
    """Raise every event on its stored case, each in a transaction of its own, and give out the cases after the last line.

    What the database refuses, such as a second open case for an order, ends the command and names the line of the file
    *name*; the lines before it are stored. So it is when the database stops answering.
    """
    place = Place(name, lang)
    with opened(db, lang, create=True, where=place.__str__) as (_, engine):
        yield from _carry(engine, reader.read(place.watch(lines)), place, refuse)


def _carry(
    engine: Engine, entries: Iterator[Opened | Raised], place: Place, refuse: Callable[[Refusal], None]
) -> Iterator[Ran]:
    from process import store

    ids: dict[str | None, str] = {}
    lines: dict[str | None, list[int]] = {}
    counts: dict[str | None, int] = {}
    for entry in entries:
        key, place.line = entry.key, entry.line
        if isinstance(entry, Opened):
            case = entry.case if place.names_itself or key is not None else _named(entry.case)
            store.transact(engine, partial(_open, case=case))
            ids[key], lines[key], counts[key] = case.case_id, [], 0
            continue
        counts[key] += 1
        try:
            _deliver(engine, ids[key], entry, f"file:{counts[key]}")
        except (Refused, InvalidPayload) as error:
            refuse(Refusal(entry, error))
            continue
        lines[key].append(entry.line)
    place.line = 0
    for key, case_id in ids.items():
        case = store.transact(engine, partial(store.load_with_history, case_id=case_id))
        yield Ran(key, case, lines[key])


def _deliver(engine: Engine, case_id: str, entry: Raised, event_id: str) -> None:
    from process.store import transact
    from process.store.handling import _handle

    def work(conn: Connection) -> Refused | None:
        try:
            _handle(conn, case_id, entry.event, dict(entry.data), event_id=event_id, by=entry.by, at=entry.at)
        except Refused as refusal:
            return refusal  # so that it is committed
        return None

    refusal = transact(engine, work)
    if refusal is not None:
        raise refusal


def _open(conn: Connection, case: Case) -> None:
    """Store the case; one that has no step yet and no time is opened now, so that its deadline counts."""
    from process import store
    from process.store import mapping as rows

    if case.version:
        store.import_case(conn, case)
        return
    store.open(conn, **rows.opened_with(case))


def _named(case: Case) -> Case:
    """The case under an id that follows from what it was opened with, and not from the model that reads the file."""
    from process.store import mapping as rows

    data = case.to_dict()
    text = dumps({**rows.opening(case), "case_id": "", "opened_at": data["opened_at"]})
    return Case.from_dict({**data, "case_id": f"file:{sha256(text.encode()).hexdigest()[:32]}"})
