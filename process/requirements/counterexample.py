"""What becomes of a check: on how much it was made, and how it breaks, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import payload_for
from process.model import Actor, Event, Goal, State, Words


class Counterexample(NamedTuple):
    """How a requirement breaks."""

    goal: Goal
    trip: tuple[Edge, ...]
    """A shortest trip to where it breaks; its last event is the one that breaks it, if ``attempt`` is None."""
    what: Words
    attempt: tuple[Event, Actor, Mapping[str, Any]] | None = None
    """What is raised after the trip, and is refused although it should not be, or the other way round."""


class Finding(NamedTuple):
    """What became of a check."""

    looked_at: tuple[tuple[int, Words], ...]
    """On how much it was checked: how many of what."""
    broken: Counterexample | None = None


EVENTS_TAKEN = Words("次被接受的事件", "events taken")
CONFIGURATIONS = Words("个情形", "configurations")
WAYS = Words("条路径", "ways")
ATTEMPTS = Words("次尝试", "events raised")


def all_of(*findings: Finding) -> Finding:
    """One finding of several: the largest number of each kind, and the shortest counterexample."""
    looked_at: dict[Words, int] = {}
    for finding in findings:
        for count, what in finding.looked_at:
            looked_at[what] = max(looked_at.get(what, 0), count)
    broken = [finding.broken for finding in findings if finding.broken is not None]
    shortest = min(broken, key=lambda found: len(found.trip), default=None)
    return Finding(tuple((count, what) for what, count in looked_at.items()), shortest)


class Told(NamedTuple):
    """One event of a trip, as it is told."""

    event: Event
    by: Actor
    data: Mapping[str, Any]
    state: State
    """Where the case stands after it."""

    def words(self, lang: str) -> str:
        """Who does what with what, and where the case then stands."""
        colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
        carried = comma.join(f"{name}={value}" for name, value in self.data.items())
        doing = f"{self.by.words.of(lang)}{colon}{self.event.words.of(lang)}"
        return f"{doing}{f' ({carried})' if carried else ''} → {self.state.words.of(lang)}"


def tell(exploration: Exploration, trip: tuple[Edge, ...]) -> tuple[Told, ...]:
    """The trip as one real case takes it, with the numbers and references that its own facts give."""
    if not trip:
        return ()
    lean, model = exploration.machine.compiled_events, exploration.machine.definition
    facts, told = exploration.configurations[trip[0].source].facts, []
    for number, edge in enumerate(trip, 1):
        state, canonical = exploration.configurations[edge.source]
        data = payload_for(model, edge.event, edge.variant, facts, f"quote-{number}")
        move = lean[edge.event].decide(state, facts, edge.by, data)
        if move is None:  # only the search takes it: told with what it carried there
            data = payload_for(model, edge.event, edge.variant, canonical)
            move = lean[edge.event].decide(state, canonical, edge.by, data)
        there, facts = move or exploration.configurations[edge.target]
        told.append(Told(edge.event, edge.by, data, there))
    return tuple(told)
