"""The refusal of an event: the class of the exception is chosen at once, its reasons are built when they are read.

The sentences for state and actor stand here, those of guards in ``process.model.guards``, those for fields in
``process.value_checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

from process.case_arguments import Wrong
from process.exceptions import EndReached, GuardNotMet, InvalidPayload, Refused, WrongActor, WrongState
from process.machine import CompiledEvent, CompiledMachine
from process.model import ELSE, Actor, Blocker, Event, Facts, Field, Guard, Model, Payload, State, Transition
from process.value_checks import INVALID, FieldCheck, check_of, field_errors, short_repr, valid_part, wrong_field

_WITHOUT_ARTICLE = frozenset({Actor.SUPPORT})


class Circumstances(NamedTuple):
    """The circumstances of a refusal; nothing of them changes, so the reasons can be built at any time."""

    machine: CompiledMachine
    event: CompiledEvent
    state: State
    facts: Facts
    by: object
    data: Payload
    """The payload, as ``read_once`` gives it."""
    wrong: tuple[Wrong, ...] = ()
    """The other arguments that are wrong."""
    check_of: FieldCheck = check_of

    def blockers(self) -> tuple[Blocker, ...]:
        wrong = tuple(wrong_field(*each) for each in self.wrong)
        fields, data = self.event.fields, self.data
        shape = (*wrong, *field_errors(fields, data, self.check_of))
        part = valid_part(fields, data, self.check_of) if shape else data
        return (*shape, *state_blockers(self.machine.definition, self.event, self.state, self.facts, self.by, part))

    def is_final(self) -> bool:
        from process.final_refusals import is_final  # the search is imported when it is asked for

        return is_final(self.machine, self.state, self.facts, self.event.event, self.by, self.data)


def refusal(circumstances: Circumstances) -> InvalidPayload | Refused:
    """Make the exception for an event that was refused. The payload comes first, then the end, state, actor and guards.

    A wrong field hides no guard but those that read it.
    """
    machine, event, state, _, by, data, wrong, check_of = circumstances
    actor = by if type(by) is Actor else None
    if wrong or not _is_valid(event.fields, data, check_of):
        return InvalidPayload.because_of(circumstances, event.event, state, actor)
    kind: type[Refused] = GuardNotMet
    if state not in event.decisions:
        kind = EndReached if machine.definition.states[state].end else WrongState
    elif actor is None or actor not in event.decisions[state]:
        kind = WrongActor
    return kind.because_of(circumstances, event.event, state, actor)


def _is_valid(fields: Mapping[str, Field], data: Mapping[str, Any], check_of: FieldCheck) -> bool:
    if len(fields) != len(data):
        return False
    try:
        for name, field in fields.items():
            check_of(field)(data[name])
    except INVALID:
        return False
    return True


def state_blockers(
    model: Model, event: CompiledEvent, state: State, facts: Facts, by: object, data: Payload
) -> tuple[Blocker, ...]:
    """Return the reasons beside the payload's shape, as far as *data* goes; of {} those that no payload can meet.

    Where no row can be taken, the last one's reasons are given: it demands least.
    """
    found: list[Blocker] = []
    rows = event.transitions_from.get(state, ())
    if model.states[state].end:
        found.append(_end_reached(state))
    elif not rows:
        found.append(_wrong_state(event, state))
    actors = tuple(dict.fromkeys(actor for row in rows for actor in row.by)) or model.actors[event.event]
    if type(by) is not Actor or by not in actors:  # a stranger's object is compared with nothing
        found.append(_wrong_actor(event.event, actors, by))
    tried = [row for row in rows if type(by) is Actor and by in row.by] or rows  # a wrong actor hides no other reason
    unmet = [_unmet_guards(row, event.fields, facts, data) for row in tried]
    if unmet and all(unmet):
        found.extend(_guard_blocker(guard, facts, data) for guard in unmet[-1])
    return tuple(found)


def can_be_taken(event: CompiledEvent, state: State, facts: Facts, by: Actor | None) -> bool:
    """Return True if *by* (anyone, for None) can raise the event with some payload; then ``state_blockers`` finds none."""
    rows = event.transitions_from.get(state)
    return rows is not None and any(
        (by is None or (type(by) is Actor and by in row.by)) and not _unmet_guards(row, event.fields, facts, {})
        for row in rows
    )


def _unmet_guards(row: Transition, fields: Mapping[str, Field], facts: Facts, data: Payload) -> list[Guard]:
    """Return the guards that are false; where none is, those that are false whatever the missing payload fields hold."""
    guards = [guard for guard in row.guards if guard is not ELSE]
    readable = [guard for guard in guards if all(name in data for name in guard.payload_fields)]
    if unmet := [guard for guard in readable if not guard.predicate(facts, data)]:
        return unmet
    return [guard for guard in guards if guard not in readable and not _can_hold(guard, fields, facts, data)]


def _can_hold(guard: Guard, fields: Mapping[str, Field], facts: Facts, data: Payload) -> bool:
    from process.final_refusals import values_that_differ

    missing = [name for name in guard.payload_fields if name not in data]
    values = (values_that_differ(fields[name], name, facts) for name in missing)
    return any(guard.predicate(facts, {**data, **dict(zip(missing, chosen, strict=True))}) for chosen in product(*values))


def _guard_blocker(guard: Guard, facts: Facts, data: Payload) -> Blocker:
    missing = [name for name in guard.payload_fields if name not in data]
    blocker = guard.blocker(facts, {**data, **dict.fromkeys(missing, "…")})
    without = {name: None for name in missing if name in blocker.parameters}
    return blocker._replace(parameters={**blocker.parameters, **without}) if without else blocker


def _end_reached(state: State) -> Blocker:
    zh = f"本次办理已结束：{state.words.zh}。"
    en = f"The case has ended: {state.words.en}."
    return Blocker("end_reached", {"state": state}, zh, en)


def _wrong_state(event: CompiledEvent, state: State) -> Blocker:
    states = tuple(event.transitions_from)
    name = event.event.words
    zh = f"「{name.zh}」不能发生在「{state.words.zh}」，只能在：{'、'.join(s.words.zh for s in states)}。"
    en = f'"{name.en}" is not possible in state "{state.words.en}"; possible in: {", ".join(s.words.en for s in states)}.'
    return Blocker("wrong_state", {"event": event.event, "state": state, "states": states}, zh, en)


def _wrong_actor(event: Event, actors: tuple[Actor, ...], by: object) -> Blocker:
    name = event.words
    zh_actors, en_actors = "、".join(a.words.zh for a in actors), " or ".join(map(with_article, actors))
    parameters = {"event": event, "by": by if type(by) is Actor else None, "actors": actors}
    if by is None:
        zh = f"请指明「{name.zh}」由谁发起：{zh_actors}。"
        return Blocker("actor_missing", parameters, zh, f'Specify who raises "{name.en}": {en_actors}.')
    zh_by, en_by = (by.words.zh, with_article(by)) if type(by) is Actor else (short_repr(by), short_repr(by))
    zh = f"「{name.zh}」不能由{zh_by}发起，只能由{zh_actors}发起。"
    return Blocker("wrong_actor", parameters, zh, f'"{name.en}" can only be raised by {en_actors}, not by {en_by}.')


def with_article(actor: Actor) -> str:
    """Return the actor's name in an English sentence; some take no article."""
    return actor.words.en if actor in _WITHOUT_ARTICLE else f"the {actor.words.en}"
