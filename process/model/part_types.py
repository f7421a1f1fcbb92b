"""The parts of a model: conditions, effects, states, rows, and the model that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from process.model.facts import Facts, Limits
from process.model.vocabulary import Actor, EndKind, Event, Field, Goal, Phase, RequestKind, State, Words

Payload = Mapping[str, object]
"""The data that an event carries, by field name."""

Predicate = Callable[[Facts, Payload], bool]


class Blocker(NamedTuple):
    """One reason why an event is refused."""

    code: str
    parameters: Mapping[str, object]
    zh: str
    en: str

    def __reduce__(self) -> tuple[object, ...]:
        return Blocker, (self.code, dict(self.parameters), self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on facts and payload. Pure: it may be evaluated any number of times.

    Attributes:
        name: the name of the predicate's function, as ``show`` and machine readers print it.
        code: identifies the reason that is given where the predicate is false.
        predicate: decides; called with the facts, which it reads by name, and a payload that has passed the type checks.
        payload_fields: the fields of the payload that the predicate reads. A guard that reads none can be evaluated
            before a payload is known.
        condition: the condition in words, short enough for an arrow in a picture.
        reason: the sentence for the person whose event is refused, with ``message_fields`` as placeholders.
        message_fields: the facts and payload fields that go into the reason's parameters.
    """

    name: str
    code: str
    predicate: Predicate
    payload_fields: tuple[str, ...]
    condition: Words
    reason: Words
    message_fields: tuple[str, ...]

    def blocker(self, facts: Facts, data: Payload) -> Blocker:
        """Return the reason, for facts and payload for which the predicate is false."""
        known = facts._asdict()
        parameters = {name: data[name] if name in self.payload_fields else known[name] for name in self.message_fields}
        return Blocker(self.code, parameters, self.reason.zh.format(**parameters), self.reason.en.format(**parameters))


def guard(
    code: str,
    condition: tuple[str, str],
    reason: tuple[str, str],
    payload_fields: tuple[str, ...] = (),
    message_fields: tuple[str, ...] = (),
) -> Callable[[Predicate], Guard]:
    """Make a Guard of a function of facts and payload; texts are zh first, then en."""

    def make(predicate: Predicate) -> Guard:
        name = predicate.__name__
        return Guard(name, code, predicate, payload_fields, Words(*condition), Words(*reason), message_fields)

    return make


def invariant(zh: str, en: str) -> Callable[[Predicate], Guard]:
    """Make a Guard that no row uses: it must be true by itself, and a snapshot in which it is false is refused."""
    return guard("inconsistent", (zh, en), (f"须成立：{zh}。", f"This must hold: {en}."))


def _always(facts: Facts, data: Payload) -> bool:
    return True


ELSE = Guard("else", "else", _always, (), Words("否则", "else"), Words("否则", "else"), ())
"""Stands first among the guards of a row that takes what the rows above it, of the same event and state, left over."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A change of the facts by a transition. Pure: it returns the new values, and the machine puts them in.

    The effects of one row all see the facts as they were before it; where two set the same fact, the later one counts.

    Attributes:
        name: the function's name.
        changes: returns new values by fact; called with the facts, read by name, and payload; if ``is_constant``, with nothing.
        is_constant: the new values are always the same.
        payload_fields: the fields of the payload that go into the facts.
        words: the change in words.
    """

    name: str
    changes: Callable[..., Mapping[str, object]]
    is_constant: bool
    payload_fields: tuple[str, ...]
    words: Words


def effect(
    zh: str, en: str, payload_fields: tuple[str, ...] = ()
) -> Callable[[Callable[[Facts, Payload], Mapping[str, object]]], Effect]:
    """Make an Effect of a function of facts and payload."""

    def make(changes: Callable[[Facts, Payload], Mapping[str, object]]) -> Effect:
        return Effect(changes.__name__, changes, False, payload_fields, Words(zh, en))

    return make


def constant_effect(zh: str, en: str) -> Callable[[Callable[[], Mapping[str, object]]], Effect]:
    """Make an Effect of a function without parameters."""

    def make(changes: Callable[[], Mapping[str, object]]) -> Effect:
        return Effect(changes.__name__, changes, True, (), Words(zh, en))

    return make


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The actor whose move it is in a state, and the request to them.

    Attributes:
        owner: the actor whose move it is.
        request: what is requested.
        payload_fields: what the request carries: facts, or fields that the last event carried.
        when: it is theirs only if this is true; None: always.
    """

    owner: Actor
    request: RequestKind
    payload_fields: tuple[str, ...] = ()
    when: Guard | None = None


@dataclass(frozen=True, slots=True)
class StateInfo:
    """All that the model says of a state.

    Attributes:
        phase: the step of the description; None for an end.
        responsibilities: whose move it is; where that depends on the facts, the first that applies. Empty for an end.
        deadline: how long the case may wait there for the next event, by default; None for an end.
        invariants: what holds of the facts in the state, in addition to the model's own.
        end: what kind of end it is; None for a state that is not an end.
        cancels_plan: whether the plan is cancelled there.
    """

    phase: Phase | None
    responsibilities: tuple[Responsibility, ...]
    deadline: timedelta | None
    invariants: tuple[Guard, ...]
    end: EndKind | None = None
    cancels_plan: bool = False


def open_state(
    phase: Phase, deadline: timedelta, *responsibilities: Responsibility, holds: Iterable[Guard] = ()
) -> StateInfo:
    """Make the entry of a state in which the case goes on."""
    return StateInfo(phase, responsibilities, deadline, tuple(holds))


def end_state(kind: EndKind, *, holds: Iterable[Guard], cancels_plan: bool = False) -> StateInfo:
    """Make the entry of an end state."""
    return StateInfo(None, (), None, tuple(holds), kind, cancels_plan)


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the table: from these states, this event, by these actors, only if, and then, to this state."""

    sources: tuple[State, ...]
    event: Event
    by: tuple[Actor, ...]
    target: State
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]

    def __str__(self) -> str:
        return f"{self.event} from {', '.join(map(str, self.sources))} to {self.target}"


class Transition(NamedTuple):
    """A row for one of its sources."""

    source: State
    event: Event
    by: tuple[Actor, ...]
    target: State
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]
    row: int
    """The row's place in the table, from 0."""

    def fits(self, facts: Facts, data: Payload) -> bool:
        """Return True if every guard is true; of rows that fit, the first one is taken."""
        return all(guard.predicate(facts, data) for guard in self.guards)


def row(
    sources: State | tuple[State, ...],
    event: Event,
    by: Actor | tuple[Actor, ...],
    target: State,
    only_if: Guard | Iterable[Guard] = (),
    then: Effect | Iterable[Effect] = (),
) -> Row:
    """A row of the table; one source, actor, guard or effect may stand without brackets."""
    sources = sources if isinstance(sources, tuple) else (sources,)
    guards = (only_if,) if isinstance(only_if, Guard) else tuple(only_if)
    effects = (then,) if isinstance(then, Effect) else tuple(then)
    return Row(sources, event, by if isinstance(by, tuple) else (by,), target, guards, effects)


@dataclass(frozen=True, repr=False)
class Model:
    """A whole model. MODEL is the one that the package runs; others, made of changed parts, test the tests."""

    states: Mapping[State, StateInfo]
    events: Mapping[Event, Mapping[str, Field]]
    table: tuple[Row, ...]
    initial: State
    invariants: tuple[Guard, ...]
    """Conditions on the facts that hold in every state; single states add their own."""
    open_invariants: tuple[Guard, ...]
    """Conditions on the facts that hold in every state that is not an end."""
    limits: Limits = field(default_factory=Limits)

    def __repr__(self) -> str:
        return f"<Model of {len(self.states)} states, {len(self.events)} events and {len(self.table)} rows>"

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        """Every row for every of its sources, in the order of the table; ELSE is removed where it is the first row."""
        transitions: list[Transition] = []
        begun: set[tuple[State, Event]] = set()
        for index, row in enumerate(self.table):
            for source in row.sources:
                alone = row.guards[:1] == (ELSE,) and (source, row.event) not in begun
                guards = row.guards[1:] if alone else row.guards
                transitions.append(Transition(source, row.event, row.by, row.target, guards, row.effects, index))
                begun.add((source, row.event))
        return tuple(transitions)

    @cached_property
    def actors(self) -> Mapping[Event, tuple[Actor, ...]]:
        """The actors who may raise each event in some state."""
        raised_by: dict[Event, set[Actor]] = {event: set() for event in self.events}
        for row in self.table:
            raised_by.setdefault(row.event, set()).update(row.by)
        return {event: tuple(actor for actor in Actor if actor in raised_by[event]) for event in self.events}

    @property
    def ends(self) -> tuple[State, ...]:
        return tuple(state for state, info in self.states.items() if info.end)

    def achieved(self, state: State, facts: Facts) -> Goal | None:
        """Return the part of the goal that has happened; None if nothing has."""
        if self.states[state].cancels_plan:
            return Goal.BOTH if facts.face_removed else Goal.PLAN
        return Goal.FACE_VERIFICATION if facts.face_removed else None

    def unmet(self, state: State, facts: Facts) -> Goal | None:
        """Return the part of the goal that has not happened; None if all of it has."""
        achieved = self.achieved(state, facts)
        if achieved is None:
            return facts.goal
        if facts.goal is not Goal.BOTH or achieved is Goal.BOTH:
            return None
        return Goal.FACE_VERIFICATION if achieved is Goal.PLAN else Goal.PLAN

    def responsibility(self, state: State, facts: Facts) -> Responsibility | None:
        """Return whose move it is, and what is requested of them; None at an end."""
        for responsibility in self.states[state].responsibilities:
            if responsibility.when is None or responsibility.when.predicate(facts, {}):
                return responsibility
        return None

    def violated_invariant(self, state: State, facts: Facts) -> Guard | None:
        """Return the first invariant that is false of the facts in the state; None if all are true."""
        info = self.states[state]
        still_open = () if info.end else self.open_invariants
        for invariant in (*self.invariants, *still_open, *info.invariants):
            if not invariant.predicate(facts, {}):
                return invariant
        return None
