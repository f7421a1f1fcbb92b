"""The nearest legal trace: the cheapest edits that make a deviating trace legal, found by Dijkstra's algorithm.

An edit strikes an entry, inserts an event that the log lacks, or takes an entry with another actor or other data. What
can't be undone costs most, so an explanation prefers a click that was not logged to a cancellation that did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from process.audit.simulation import Places, Simulation
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
MOST_NODES = 100_000  # places at positions; a search that needs more is given up


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


class _Node(NamedTuple):
    """Places at a position that one sequence of edits reaches, and none of less cost."""

    source: _Node | None
    edit: Edit | None


def repair(
    simulation: Simulation, begin: Places, entries: tuple[Entry, ...], highest: int = HIGHEST_COST
) -> tuple[Edit, ...] | None:
    """Return the cheapest edits after which the entries are legal; None if they would cost more than *highest*.

    It is Dijkstra's algorithm over sets of places: those that the same edits reach go on together, each place once at each
    position, and what a log never records costs nothing.
    """
    closure = simulation.silent_closure
    seen = [0] * (len(entries) + 1)
    tie_breaker = count()
    waiting: list[tuple[int, int, int, int, _Node]] = [(0, 0, next(tie_breaker), closure.of(begin), _Node(None, None))]
    looked_at = 0
    while waiting and looked_at <= MOST_NODES:
        cost, earlier, _, bits, node = heappop(waiting)
        position = -earlier
        new = bits & ~seen[position]
        if not new:
            continue
        seen[position] |= new
        looked_at += new.bit_count()
        if position == len(entries):
            return _edits(node)
        for (edit, further), reached in _moves(simulation, position, new, entries[position]).items():
            total = cost + (edit.cost if edit else 0)
            if total <= highest and reached & ~seen[further]:
                heappush(waiting, (total, -further, next(tie_breaker), reached, _Node(node, edit)))
    return None


def _moves(simulation: Simulation, position: int, bits: int, entry: Entry) -> dict[tuple[Edit | None, int], int]:
    """Return the places that each edit, or none, leads to, by the edit and the position that follows."""
    moves: dict[tuple[Edit | None, int], int] = {}

    def reach(edit: Edit | None, further: int, reached: int) -> None:
        moves[edit, further] = moves.get((edit, further), 0) | reached

    blank = Entry(entry.event, entry.by)
    reach(Edit(EditKind.STRIKE, position, entry.event, entry.by), position + 1, bits)
    for place in simulation.silent_closure.places(bits):
        for *_, target in simulation.outcomes(place, entry):
            reach(None, position + 1, simulation.silent_closure.of((target,)))
        if entry.by is not None:
            for by, _facts, _data, target in simulation.outcomes(place, entry._replace(by=None)):
                edit = Edit(EditKind.OTHER_ACTOR, position, entry.event, by)
                reach(edit, position + 1, simulation.silent_closure.of((target,)))
        if blank != entry._replace(tied=False):
            for by, _facts, _data, target in simulation.outcomes(place, blank):
                edit = Edit(EditKind.OTHER_DATA, position, entry.event, by)
                reach(edit, position + 1, simulation.silent_closure.of((target,)))
        for event, by, reached in simulation.insertions(place):
            reach(Edit(EditKind.INSERT, position, event, by), position, reached)
    return moves


def _edits(node: _Node) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    here: _Node | None = node
    while here is not None:
        if here.edit is not None:
            edits.append(here.edit)
        here = here.source
    return tuple(reversed(edits))
