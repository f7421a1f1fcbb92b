"""The model as a `transitions` machine, shared by all cases; the one file that knows that library.

``transitions`` is general: for each event it makes an EventData, walks callback lists that are empty here, and writes ten
log records. Its own extension points (``event_cls``, ``transition_cls``, ``state_cls``) let an event be compiled from the
rows once instead. What stays: ``MACHINE.events[name].trigger(case, by=…, **payload)`` is the library's call, answers True
or False and raises MachineError as it does there, and ``states``, ``get_transitions``, ``get_triggers`` show the machine to
any tool that reads one. ``build_stock`` gives the library's unmodified classes on the same table, to compare.

The machine holds no case: objects are passed to ``trigger``, never to ``add_model``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

with warnings.catch_warnings():  # the import changes the process's warning filters; this puts them back
    import transitions

from process.contradictions import check
from process.exceptions import Refused
from process.model import ELSE, MODEL, Actor, Effect, Event, Facts, Field, Guard, Model, Payload, State, Transition
from process.payload import WRONG, Check, check_of

Move = tuple[State, Facts]
"""What an event does to a case: the state it then stands in, and the facts it then has."""


class Movable(Protocol):
    """What the lean machine asks of an object that it moves; a Case is one."""

    @property
    def state(self) -> State: ...
    def _raise(self, event: Event, by: Actor | None, at: datetime | None, data: dict[str, Any]) -> object: ...


class LeanState(transitions.State):
    """A state that nobody calls back."""


class LeanTransition(transitions.Transition):
    """A transition that keeps the row of the model that it was made from."""

    def __init__(self, *args: Any, declared: Transition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declared = declared


Changes = Mapping[str, object]
Choose = Callable[[Facts, Actor | None, dict[str, Any]], Move | None]
_FACT_AT = {name: index for index, name in enumerate(Facts._fields)}
_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


Arrow = tuple[
    frozenset[Actor],  # who may raise it
    tuple[Callable[[Facts, Payload], bool], ...],  # guards
    tuple[tuple[int, object], ...],  # facts, by place, that always get the same value
    tuple[Callable[[Facts, Payload], Changes], ...],  # effects that depend on facts or payload
    State,  # where it leads
]
"""What an event needs of a transition, resolved once. A plain tuple: it is unpacked on every event."""


def _arrow(declared: Transition) -> Arrow:
    guards = tuple(guard.holds for guard in declared.guards if guard is not ELSE)
    if all(effect.is_fixed for effect in declared.effects):
        merged = {_FACT_AT[name]: value for effect in declared.effects for name, value in effect.changes().items()}
        return frozenset(declared.by), guards, tuple(merged.items()), (), declared.target
    return frozenset(declared.by), guards, (), tuple(map(changes_of, declared.effects)), declared.target


def changes_of(effect: Effect) -> Callable[[Facts, Payload], Changes]:
    """The effect as a function of facts and payload, also where it reads neither."""
    if not effect.is_fixed:
        return effect.changes

    def fixed(_facts: Facts, _data: Payload) -> Changes:
        return effect.changes()

    return fixed


def _compile(checks: tuple[tuple[str, Check], ...], arrows: list[Arrow]) -> Choose:
    """The rows of one event in one state as one function; most have a single row, many of them without any guard."""
    count, rows, (actors, guards, fixed, effects, target) = len(checks), tuple(arrows), arrows[0]

    def take_the_only_row(facts: Facts, by: Actor | None, data: dict[str, Any]) -> Move | None:
        return (target, facts) if by in actors and not data else None

    def take_the_first_row_that_fits(facts: Facts, by: Actor | None, data: dict[str, Any]) -> Move | None:
        try:
            for name, check_value in checks:
                data[name] = check_value(data[name])
        except WRONG:
            return None
        if len(data) != count:
            return None
        for actors, guards, fixed, effects, target in rows:
            if by in actors:
                for holds in guards:
                    if not holds(facts, data):
                        break
                else:
                    if not effects and not fixed:
                        return target, facts
                    values: list[Any] = list(facts)
                    for index, value in fixed:
                        values[index] = value
                    for changes in effects:
                        for fact, value in changes(facts, data).items():
                            values[_FACT_AT[fact]] = value
                    return target, _new(Facts, values)
        return None

    return take_the_first_row_that_fits if checks or guards or fixed or effects or len(rows) > 1 else take_the_only_row


class LeanEvent(transitions.Event):
    """An event whose transitions are compiled as they are added."""

    def __init__(self, name: str, machine: LeanMachine) -> None:
        super().__init__(name, machine)
        self.event = Event(name)
        self.transitions = {}  # type: ignore[assignment]  # the library's defaultdict grows when it is only read
        self.fields: Mapping[str, Field] = machine.definition.events[self.event]
        actors = machine.definition.actors[self.event]
        self.only_actor: Actor | None = actors[0] if len(actors) == 1 else None
        self.declared: dict[State, tuple[Transition, ...]] = {}
        self.choices: dict[State, Choose] = {}
        """``decide`` for each state in which the event happens."""

    def add_transition(self, transition: transitions.Transition) -> None:
        if not isinstance(transition, LeanTransition):
            raise TypeError(f"a LeanEvent takes a LeanTransition, not {type(transition).__name__}")
        self.transitions.setdefault(transition.source, []).append(transition)
        declared = transition.declared
        source = declared.source
        self.declared[source] = (*self.declared.get(source, ()), declared)
        checks = tuple((name, check_of(field)) for name, field in self.fields.items())
        self.choices[source] = _compile(checks, [_arrow(row) for row in self.declared[source]])

    def decide(self, state: State, facts: Facts, by: Actor | None, data: dict[str, Any]) -> Move | None:
        """What the event does; None where the payload is wrong or no row can be taken.

        Changes nothing but *data*, in which the names of enum members become the members.
        """
        choose = self.choices.get(state)
        return None if choose is None else choose(facts, by, data)

    def trigger(self, model: Any, *args: Any, **kwargs: Any) -> bool:  # noqa: ARG002  # the library's signature
        """The library's call, with ``by``, ``at`` and the payload as keywords; ``by`` may be left out as in a Case.

        Returns:
            True if the object moved, False if no row could be taken.

        Raises:
            MachineError: the event does not happen in the object's state.
            InvalidPayload: the payload has not exactly the event's fields.
        """
        case: Movable = model
        if case.state not in self.choices:
            raise transitions.MachineError(f"Can't trigger event {self.name} from state {case.state.name}!")
        by, at = kwargs.pop("by", None), kwargs.pop("at", None)
        try:
            case._raise(self.event, by, at, kwargs)
        except Refused:
            return False
        return True


class LeanMachine(transitions.Machine):
    """The library's machine, made of the classes above."""

    state_cls = LeanState
    event_cls = LeanEvent
    transition_cls = LeanTransition

    def __init__(self, definition: Model) -> None:
        self.definition = definition
        super().__init__(**_arguments(definition, LeanState, lean=True))
        self.lean_events: Mapping[Event, LeanEvent] = {
            event.event: event for event in self.events.values() if isinstance(event, LeanEvent)
        }
        """``events``, with their type and filed by member."""


def build(model: Model) -> LeanMachine:
    """A machine for *model*.

    Raises:
        ModelError: the model contradicts itself.
    """
    check(model)
    return LeanMachine(model)


def build_stock(model: Model) -> transitions.Machine:
    """The library's own, unmodified classes on the same table, to compare with. Its models need ``state`` and ``facts``."""
    check(model)
    return transitions.Machine(**_arguments(model, transitions.State, lean=False))


def _arguments(model: Model, state_cls: type[transitions.State], *, lean: bool) -> dict[str, Any]:
    return {
        "model": None,
        "states": [state_cls(state, final=bool(info.end)) for state, info in model.states.items()],
        "initial": model.initial,
        "transitions": [
            {
                "trigger": declared.event.value,
                "source": declared.source,
                "dest": declared.target,
                "conditions": [_raised_by(declared.by), *map(_condition, _asked(declared))],
                "before": [_apply(declared.effects)] if declared.effects else [],
                **({"declared": declared} if lean else {}),
            }
            for declared in model.transitions
        ],
        "auto_transitions": False,
        "send_event": True,
    }


def _asked(declared: Transition) -> list[Guard]:
    return [guard for guard in declared.guards if guard is not ELSE]


def _raised_by(actors: tuple[Actor, ...]) -> Callable[[transitions.EventData], bool]:
    def raised_by(event_data: transitions.EventData) -> bool:
        return event_data.kwargs.get("by") in actors

    raised_by.__name__ = f"raised_by_{'_or_'.join(actors)}"
    return raised_by


def _condition(guard: Guard) -> Callable[[transitions.EventData], bool]:
    def condition(event_data: transitions.EventData) -> bool:
        model: Any = event_data.model
        return bool(guard.holds(model.facts, event_data.kwargs))

    condition.__name__ = guard.name
    return condition


def _apply(effects: tuple[Effect, ...]) -> Callable[[transitions.EventData], None]:
    def apply(event_data: transitions.EventData) -> None:
        model: Any = event_data.model
        changes: dict[str, Any] = {}
        for effect in effects:
            changes.update(changes_of(effect)(model.facts, event_data.kwargs))
        model.facts = model.facts._replace(**changes)

    apply.__name__ = "_and_".join(effect.name for effect in effects)
    return apply


MACHINE = build(MODEL)
"""The one machine of the process. It is never changed and holds no case."""
