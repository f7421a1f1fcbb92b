"""The model as a `transitions` machine, shared by all cases; the one file that knows that library.

``transitions`` is general: for each event it makes an EventData, walks callback lists that are empty here, and writes ten
log records. Its own extension points (``event_cls``, ``transition_cls``, ``state_cls``) let an event be compiled from the
rows once instead. The library's interface stays: ``MACHINE.events[name].trigger(case, by=…, **payload)`` returns True or
False and raises MachineError as it does there, and ``states``, ``get_transitions``, ``get_triggers`` show the machine to
any tool that reads one. ``build_stock`` makes a machine of the library's unmodified classes on the same table, to compare.

The machine holds no case: objects are passed to ``trigger``, never to ``add_model``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

with warnings.catch_warnings():  # the import changes the process's warning filters; this puts them back
    import transitions

from process.compiled_rows import Decision, Decisions, changes_of, compile_rows, guards_of
from process.exceptions import Refused
from process.model import MODEL, Actor, Effect, Event, Facts, Field, Guard, Model, State, Transition
from process.model.validation import validate
from process.value_checks import FieldCheck, check_of, model_1_check_of


class Triggerable(Protocol):
    """An object that the compiled machine can move, such as a Case."""

    @property
    def state(self) -> State: ...
    def trigger(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> object: ...


class CompiledState(transitions.State):
    """A state without callbacks."""


class CompiledTransition(transitions.Transition):
    """A transition that keeps the row of the model that it was made from."""

    def __init__(self, *args: Any, declaration: Transition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declaration = declaration


class CompiledEvent(transitions.Event):
    """An event whose transitions are compiled into decisions, when these are first read."""

    def __init__(self, name: str, machine: CompiledMachine) -> None:
        super().__init__(name, machine)
        self.event = Event(name)
        self.transitions = {}  # type: ignore[assignment]  # the library's defaultdict grows when it is only read
        self.fields: Mapping[str, Field] = machine.definition.events[self.event]
        self.typed_fields = tuple(self.fields.items())
        self.actors = machine.definition.actors[self.event]
        self.only_actor: Actor | None = self.actors[0] if len(self.actors) == 1 else None
        self.transitions_from: dict[State, tuple[Transition, ...]] = {}

    def add_transition(self, transition: transitions.Transition) -> None:
        if not isinstance(transition, CompiledTransition):
            raise TypeError(f"a CompiledEvent takes a CompiledTransition, not {type(transition).__name__}")
        self.transitions.setdefault(transition.source, []).append(transition)
        source = transition.declaration.source
        self.transitions_from[source] = (*self.transitions_from.get(source, ()), transition.declaration)
        vars(self).pop("decisions", None)

    @cached_property
    def decisions(self) -> Mapping[State, Mapping[Actor | None, Decision]]:
        """The decision by state and actor, where None stands for the only actor that there is."""
        return self.compile(check_of)

    def compile(self, check_of: FieldCheck) -> Mapping[State, Mapping[Actor | None, Decision]]:
        """Return ``decisions`` with other checks of the payload's fields."""
        compiled: dict[State, Mapping[Actor | None, Decision]] = {}
        for source, rows in self.transitions_from.items():
            decisions: dict[Actor | None, Decision] = {}
            for actor in self.actors:
                if own := [row for row in rows if actor in row.by]:
                    decisions[actor] = self.event, actor, compile_rows(self.fields, own, check_of)
            if self.only_actor:
                decisions[None] = decisions[self.only_actor]
            compiled[source] = decisions
        return compiled

    def decide(self, state: State, facts: Facts, by: Actor | None, data: Mapping[str, Any]) -> tuple[State, Facts] | None:
        """Return the state and the facts after the event; None where the payload is wrong or no row can be taken."""
        decisions = self.decisions.get(state)
        if decisions is None or by not in decisions:
            return None
        _, _, decide = decisions[by]
        row, payload = decide(facts, data)
        return None if row is None else (row.target, row.copied(facts, payload))

    def trigger(self, model: Any, *args: Any, **kwargs: Any) -> bool:  # noqa: ARG002  # the library's signature
        """Raise the event as the library does; ``by``, ``who``, ``at`` and the fields of the payload are keywords.

        Returns:
            True if the object moved, False if no row could be taken.

        Raises:
            MachineError: the event does not happen in the object's state.
            InvalidPayload: the payload has not exactly the event's fields.
        """
        case: Triggerable = model
        if case.state not in self.decisions:
            raise transitions.MachineError(f"Can't trigger event {self.name} from state {case.state.name}!")
        by, who, at = (kwargs.pop(name, None) for name in ("by", "who", "at"))
        try:
            case.trigger(self.event, kwargs, by=by, who=who, at=at)
        except Refused:
            return False
        return True


class CompiledMachine(transitions.Machine):
    """The library's machine, made of the classes above."""

    state_cls = CompiledState
    event_cls = CompiledEvent
    transition_cls = CompiledTransition

    def __init__(self, definition: Model) -> None:
        self.definition = definition
        super().__init__(**_constructor_arguments(definition, CompiledState, compiled=True))
        self.compiled_events: Mapping[Event, CompiledEvent] = {
            event.event: event for event in self.events.values() if isinstance(event, CompiledEvent)
        }
        """``events``, with their type, by member of Event."""
        self.decisions: Decisions = {event: compiled.decisions for event, compiled in self.compiled_events.items()}

    @cached_property
    def model_1_decisions(self) -> Decisions:
        """``decisions`` of cases that model 1 opened: references are checked as they were then."""
        return {event: compiled.compile(model_1_check_of) for event, compiled in self.compiled_events.items()}


def build(model: Model) -> CompiledMachine:
    """Make a machine for *model*.

    Raises:
        ModelError: the model contradicts itself.
    """
    validate(model)
    return CompiledMachine(model)


def build_stock(model: Model) -> transitions.Machine:
    """Make a machine of the library's own, unmodified classes, to compare with. Its models need ``state`` and ``facts``."""
    validate(model)
    return transitions.Machine(**_constructor_arguments(model, transitions.State, compiled=False))


def _constructor_arguments(model: Model, state_cls: type[transitions.State], *, compiled: bool) -> dict[str, Any]:
    return {
        "model": None,
        "states": [state_cls(state, final=bool(info.end)) for state, info in model.states.items()],
        "initial": model.initial,
        "transitions": [
            {
                "trigger": declaration.event.value,
                "source": declaration.source,
                "dest": declaration.target,
                "conditions": [_raised_by(declaration.by), *map(_stock_condition, guards_of(declaration))],
                "before": [_apply(declaration.effects)] if declaration.effects else [],
                **({"declaration": declaration} if compiled else {}),
            }
            for declaration in model.transitions
        ],
        "auto_transitions": False,
        "send_event": True,
    }


def _raised_by(actors: tuple[Actor, ...]) -> Callable[[transitions.EventData], bool]:
    def raised_by(event_data: transitions.EventData) -> bool:
        return event_data.kwargs.get("by") in actors

    raised_by.__name__ = f"raised_by_{'_or_'.join(actors)}"
    return raised_by


def _stock_condition(guard: Guard) -> Callable[[transitions.EventData], bool]:
    def condition(event_data: transitions.EventData) -> bool:
        model: Any = event_data.model
        return bool(guard.predicate(model.facts, event_data.kwargs))

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
