"""Replays a file of events on cases in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from process.case import Case
from process.eventfile.line_parser import CaseLine, EventLine
from process.exceptions import InvalidPayload, Refused
from process.model import State


class Replayed(NamedTuple):
    """A case of the file, when it has ended or the file has."""

    key: str | None
    case: Case
    lines: list[int]
    """The lines of the steps that the file added to the case."""


class RefusedLine(NamedTuple):
    """A line whose event was refused."""

    entry: EventLine
    error: Refused | InvalidPayload


def replay(entries: Iterable[CaseLine | EventLine], on_refusal: Callable[[RefusedLine], object]) -> Iterator[Replayed]:
    """Raise every event on its case; yield each case as soon as it has ended, the open ones after the last line.

    Open cases alone are kept in memory. Of an ended one its id stays, with some case that ended in the same state: an end
    refuses every event for the same reasons. The case of a file without ids is yielded after the last line.
    """
    running: dict[str | None, Replayed] = {}
    ended: dict[str | None, Case] = {}
    stand_ins: dict[State, Case] = {}
    for entry in entries:
        key = entry.key
        if isinstance(entry, CaseLine):
            running[key] = Replayed(key, entry.case, [])
        else:
            case = running[key].case if key in running else ended[key]
            try:
                case.trigger(entry.event, entry.data, by=entry.by, who=entry.who, at=entry.at)
            except (Refused, InvalidPayload) as error:
                on_refusal(RefusedLine(entry, error))
                continue
            running[key].lines.append(entry.line)
        if key is not None and running[key].case.is_done:
            done = running.pop(key)
            ended[key] = stand_ins.setdefault(done.case.state, done.case)
            yield done
    yield from running.values()
