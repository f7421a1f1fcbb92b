"""Why an event is refused: every unmet reason, and the exception that carries them. Asked only after a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from process.exceptions import EndReached, GuardNotMet, InvalidPayload, Refused, WrongActor, WrongState
from process.machine import CompiledEvent
from process.model import ELSE, Actor, Blocker, Event, Facts, Guard, Model, Payload, State, Transition
from process.payload import field_errors, short_repr, valid_part

_CLASSES: Mapping[str, type[Refused]] = {
    "end_reached": EndReached,
    "wrong_state": WrongState,
    "wrong_actor": WrongActor,
    "actor_missing": WrongActor,
}

_NAMES = frozenset({Actor.SUPPORT})


def refusal(
    model: Model,
    event: CompiledEvent,
    state: State,
    facts: Facts,
    by: object,
    data: Payload,
    wrong: tuple[Blocker, ...] = (),
) -> InvalidPayload | Refused:
    """The exception for an event that was refused. The payload comes first, then the end, state, actor and guards.

    A wrong field hides no guard but those that read it.

    Args:
        wrong: what is wrong with what came beside the payload.
    """
    shape = (*wrong, *field_errors(event.fields, data))
    blockers = (*shape, *standing(model, event, state, facts, by, valid_part(event.fields, data)))
    actor = by if type(by) is Actor else None
    if shape:
        return InvalidPayload(event.event, state, actor, blockers)
    return _CLASSES.get(blockers[0].code, GuardNotMet)(event.event, state, actor, blockers)


def standing(
    model: Model, event: CompiledEvent, state: State, facts: Facts, by: object, data: Payload
) -> tuple[Blocker, ...]:
    """The reasons beside the payload's shape, as far as *data* goes; of an empty one those that no payload could mend.

    Where no row can be taken, the last one's reasons are told: it is the least demanding.
    """
    found: list[Blocker] = []
    rows = event.transitions_from.get(state, ())
    if model.states[state].end:
        found.append(_end_reached(state))
    elif not rows:
        found.append(_wrong_state(event, state))
    actors = tuple(dict.fromkeys(actor for row in rows for actor in row.by)) or model.actors[event.event]
    if type(by) is not Actor or by not in actors:  # a stranger's value is compared with nothing
        found.append(_wrong_actor(event.event, actors, by))
    asked = [
        row for row in rows if type(by) is Actor and by in row.by
    ] or rows  # a wrong actor does not hide what else is wrong
    unmet = [_unmet(row, facts, data) for row in asked]
    if unmet and all(unmet):
        found.extend(guard.blocker(facts, data) for guard in unmet[-1])
    return tuple(found)


def _unmet(row: Transition, facts: Facts, data: Payload) -> list[Guard]:
    """The guards that do not hold, of those whose fields are there."""
    judged = [guard for guard in row.guards if guard is not ELSE and all(name in data for name in guard.payload_fields)]
    return [guard for guard in judged if not guard.predicate(facts, data)]


def _end_reached(state: State) -> Blocker:
    zh = f"本次办理已结束：{state.words.zh}。"
    en = f"The case has ended: {state.words.en}."
    return Blocker("end_reached", MappingProxyType({"state": state}), zh, en)


def _wrong_state(event: CompiledEvent, state: State) -> Blocker:
    states = tuple(event.transitions_from)
    name = event.event.words
    zh = f"「{name.zh}」不能发生在「{state.words.zh}」，只能在：{'、'.join(s.words.zh for s in states)}。"
    en = f'"{name.en}" does not happen in "{state.words.en}", but in: {", ".join(s.words.en for s in states)}.'
    return Blocker("wrong_state", MappingProxyType({"event": event.event, "state": state, "states": states}), zh, en)


def _wrong_actor(event: Event, actors: tuple[Actor, ...], by: object) -> Blocker:
    name = event.words
    zh_actors, en_actors = "、".join(a.words.zh for a in actors), " or ".join(map(the, actors))
    parameters = MappingProxyType({"event": event, "by": by if type(by) is Actor else None, "actors": actors})
    if by is None:
        zh = f"请指明「{name.zh}」由谁发起：{zh_actors}。"
        return Blocker("actor_missing", parameters, zh, f'Name who raises "{name.en}": {en_actors}.')
    zh_by, en_by = (by.words.zh, the(by)) if type(by) is Actor else (short_repr(by), short_repr(by))
    zh = f"「{name.zh}」不能由{zh_by}发起，只能由{zh_actors}发起。"
    return Blocker("wrong_actor", parameters, zh, f'"{name.en}" can only be raised by {en_actors}, not by {en_by}.')


def the(actor: Actor) -> str:
    """The actor in an English sentence; some are called by a name that takes no article."""
    return actor.words.en if actor in _NAMES else f"the {actor.words.en}"
