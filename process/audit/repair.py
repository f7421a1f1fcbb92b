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

from process.audit.partial_log_simulation import Place, Places, Simulation
from process.audit.silent_event_closure import numbers_of
from process.audit.trace import Entry
from process.model import Actor, Event, Words
from process.refusal_reasons import with_article

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
        by = Words(self.by.words.zh, with_article(self.by)) if self.by else Words("", "")
        position = self.position + 1
        return Words(
            zh.format(position=position, event=self.event.words.zh, by=by.zh),
            en.format(position=position, event=self.event.words.en, by=by.en),
        )


class _Node(NamedTuple):
    """Places at a position that one sequence of edits reaches, and none of less cost."""

    source: _Node | None
    edit: Edit | None
    position: int


Move = tuple[int, int, Edit | None]
"""The cost, how many entries are passed (none by an insertion), and an edit of the first entry, or none."""
Moves = dict[Move, int]
"""The places that each move leads to, as bits."""


def repair(
    simulation: Simulation, begin: Places, entries: tuple[Entry, ...], highest: int = HIGHEST_COST
) -> tuple[Edit, ...] | None:
    """Return the cheapest edits after which the entries are legal; None if they would cost more than *highest*.

    It is Dijkstra's algorithm over sets of places: those that the same edits reach go on together, each place once at each
    position, and what a log never records costs nothing.
    """
    closure = simulation.silent_closure
    known = [simulation.moves.setdefault(entry._replace(tied=False), {}) for entry in entries]
    seen = [0] * (len(entries) + 1)
    tie_breaker = count()
    waiting: list[tuple[int, int, int, int, _Node]] = [(0, 0, next(tie_breaker), closure.of(begin), _Node(None, None, 0))]
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
        for (further_cost, passed, edit), reached in _moves(simulation, new, entries[position], known[position]).items():
            total, further = cost + further_cost, position + passed
            if total <= highest and reached & ~seen[further]:
                heappush(waiting, (total, -further, next(tie_breaker), reached, _Node(node, edit, position)))
    return None


def _moves(simulation: Simulation, bits: int, entry: Entry, known: dict[int, Moves]) -> Moves:
    """Return the moves from the places of the bits; *known* remembers those from single places."""
    closure = simulation.silent_closure
    merged: Moves = {}
    for number in numbers_of(bits):
        if number not in known:
            known[number] = _moves_from(simulation, closure.place(number), 1 << number, entry)
        if bits == 1 << number:
            return known[number]
        for move, reached in known[number].items():
            merged[move] = merged.get(move, 0) | reached
    return merged


def _moves_from(simulation: Simulation, place: Place, bit: int, entry: Entry) -> Moves:
    """Return the moves from the place, whose own bit is given."""
    closure = simulation.silent_closure
    moves: Moves = {}

    def reach(edit: Edit | None, passed: int, reached: int) -> None:
        move = (edit.cost if edit else 0, passed, edit)
        moves[move] = moves.get(move, 0) | reached

    blank = Entry(entry.event, entry.by)
    reach(Edit(EditKind.STRIKE, 0, entry.event, entry.by), 1, bit)
    for *_, target in simulation.outcomes(place, entry):
        reach(None, 1, closure.of((target,)))
    if entry.by is not None:
        for by, _facts, _data, target in simulation.outcomes(place, entry._replace(by=None)):
            reach(Edit(EditKind.OTHER_ACTOR, 0, entry.event, by), 1, closure.of((target,)))
    if blank != entry._replace(tied=False):
        for by, _facts, _data, target in simulation.outcomes(place, blank):
            reach(Edit(EditKind.OTHER_DATA, 0, entry.event, by), 1, closure.of((target,)))
    for event, by, reached in simulation.insertions(place):
        reach(Edit(EditKind.INSERT, 0, event, by), 0, reached)
    return moves


def _edits(node: _Node) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    here: _Node | None = node
    while here is not None:
        if here.edit is not None:
            edits.append(here.edit._replace(position=here.position))
        here = here.source
    return tuple(reversed(edits))
