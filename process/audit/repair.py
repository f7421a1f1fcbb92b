"""The nearest legal trace: the cheapest edits that make a deviating trace legal, found by Dijkstra's algorithm.

An edit strikes an entry, inserts an event that the log lacks, or takes an entry with another actor or other data. What
can't be undone costs most, so an explanation prefers a click that was not logged to a cancellation that did not happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from process.audit.simulation import Place, Places, Simulation
from process.audit.trace import Entry
from process.model import Actor, Event, Words

E = Event
COSTS: Mapping[Event, int] = {
    **dict.fromkeys((E.COMPLETE_CANCELLATION, E.REMOVE_FACE_VERIFICATION, E.CONFIRM_CANCELLATION, E.REPORT_PLAN_ENDED), 3),
    **dict.fromkeys((E.QUOTE_CONSEQUENCES, E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION, E.WAIVE_VERIFICATION), 2),
}
"""The cost of striking or inserting an event; 1 for any other."""
OTHER_ACTOR, OTHER_DATA = 1, 2
HIGHEST_COST = 7
MOST_NODES = 40_000


class EditKind(StrEnum):
    STRIKE = "strike"
    INSERT = "insert"
    OTHER_ACTOR = "other_actor"
    OTHER_DATA = "other_data"


_WORDS: Mapping[EditKind, Words] = {
    EditKind.STRIKE: Words("去掉第 {position} 个事件「{event}」", 'delete event {position}, "{event}"'),
    EditKind.INSERT: Words(
        "在第 {position} 个事件之前补上「{event}」（{by}）", 'add "{event}" by {by} before event {position}'
    ),
    EditKind.OTHER_ACTOR: Words(
        "第 {position} 个事件「{event}」改由{by}发起", 'event {position}, "{event}", raised by {by}'
    ),
    EditKind.OTHER_DATA: Words(
        "第 {position} 个事件「{event}」改正数据", 'event {position}, "{event}", with the right data'
    ),
}


class Edit(NamedTuple):
    """One change of a trace."""

    kind: EditKind
    position: int
    """The entry's place in the trace, from 0; an insertion comes before it."""
    event: Event
    by: Actor | None

    @property
    def cost(self) -> int:
        if self.kind is EditKind.OTHER_ACTOR:
            return OTHER_ACTOR
        return OTHER_DATA if self.kind is EditKind.OTHER_DATA else COSTS.get(self.event, 1)

    @property
    def words(self) -> Words:
        """The edit as a sentence; positions count from 1."""
        zh, en = _WORDS[self.kind]
        by = self.by.words if self.by else Words("", "")
        position = self.position + 1
        return Words(
            zh.format(position=position, event=self.event.words.zh, by=by.zh),
            en.format(position=position, event=self.event.words.en, by=by.en),
        )


def repair(
    simulation: Simulation, begin: Places, entries: tuple[Entry, ...], highest: int = HIGHEST_COST
) -> tuple[Edit, ...] | None:
    """Return the cheapest edits after which the entries are legal; None if they would cost more than *highest*."""
    tie_breaker = count()
    waiting: list[tuple[int, int, int, int, Place]] = []
    came_from: dict[tuple[int, Place], tuple[tuple[int, Place], Edit | None] | None] = {}
    costs: dict[tuple[int, Place], int] = {}

    def reach(cost: int, node: tuple[int, Place], source: tuple[tuple[int, Place], Edit | None] | None) -> None:
        if cost <= highest and cost < costs.get(node, highest + 1):
            costs[node], came_from[node] = cost, source
            heappush(waiting, (cost, -node[0], next(tie_breaker), *node))

    for place in sorted(begin, key=repr):
        reach(0, (0, place), None)
    for _ in range(MOST_NODES):
        if not waiting:
            return None
        cost, _, _, position, place = heappop(waiting)
        node = (position, place)
        if cost > costs[node]:
            continue
        if position == len(entries):
            return _edits(came_from, node)
        for edit, target in _moves(simulation, position, place, entries[position]):
            reach(cost + (edit.cost if edit else 0), target, (node, edit))
    return None


def _moves(
    simulation: Simulation, position: int, place: Place, entry: Entry
) -> Iterator[tuple[Edit | None, tuple[int, Place]]]:
    for *_, target in simulation.outcomes(place, entry):
        yield None, (position + 1, target)
    yield Edit(EditKind.STRIKE, position, entry.event, entry.by), (position + 1, place)
    if entry.by is not None:
        for by, _facts, _data, target in simulation.outcomes(place, entry._replace(by=None)):
            yield Edit(EditKind.OTHER_ACTOR, position, entry.event, by), (position + 1, target)
    blank = Entry(entry.event, entry.by)
    if blank != entry._replace(tied=False):
        for by, _facts, _data, target in simulation.outcomes(place, blank):
            yield Edit(EditKind.OTHER_DATA, position, entry.event, by), (position + 1, target)
    for event in simulation.model.events:
        for by, _facts, _data, target in simulation.outcomes(place, Entry(event)):
            if target != place:
                edit = None if event in simulation.silent else Edit(EditKind.INSERT, position, event, by)
                yield edit, (position, target)


def _edits(
    came_from: Mapping[tuple[int, Place], tuple[tuple[int, Place], Edit | None] | None], node: tuple[int, Place]
) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    while (source := came_from[node]) is not None:
        node, edit = source
        if edit is not None:
            edits.append(edit)
    return tuple(reversed(edits))
