"""Every reachable configuration, with what may happen there and why the rest may not, as the page embeds it.

A configuration knows no references, so quotes and attempts are named in words. Where a refusal names an attempt, the page
puts its number in: a configuration counts without the attempts that were given back after an outage, and the page adds
those of the trip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from process.case import Case
from process.exploration.explorer import Configuration, Edge, Exploration
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT, payload_for, payload_variants
from process.exploration.replay import replay_path
from process.model import (
    ELSE,
    MODEL_VERSION,
    Actor,
    Blocker,
    EndKind,
    Event,
    Facts,
    Goal,
    Model,
    Phase,
    QuoteStatus,
    RequestKind,
    Settlement,
    State,
    Term,
    Words,
)
from process.refusals import refusal, the

CHOICES: Mapping[tuple[str, str], Words] = {
    ("account", "right"): Words("购买时的账号", "the account that bought"),
    ("account", "another"): Words("另一个账号", "another account"),
    ("order", "right"): Words("本次办理的订单", "the case's order"),
    ("order", "another"): Words("另一笔订单", "another order"),
    ("quote", "right"): Words("当前报价", "the current quote"),
    ("quote", "stale"): Words("旧报价", "an older quote"),
    ("attempt", "right"): Words("答复当前这次核验", "for the open attempt"),
    ("attempt", "stale"): Words("答复上一次核验", "for the attempt before"),
    ("attempt", "unknown"): Words("答复尚未开始的核验", "for an attempt not yet started"),
    ("consent", "right"): Words("已单独同意", "with separate consent"),
    ("consent", "none"): Words("未单独同意", "without separate consent"),
}
"""What a payload varies, in words; by field and label. The members of enums bring their own."""


class Arc(NamedTuple):
    """An event by an actor with a payload: what a button raises."""

    event: int
    by: int
    label: str
    zh: str
    en: str


class Table(dict[Any, int]):
    """Numbers its keys in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        return self.setdefault(key, len(self))


def walkable(exploration: Exploration) -> dict[str, Any]:
    """What the page needs to walk through all configurations, as JSON can hold it; what repeats is in tables of its own."""
    model = exploration.machine.definition
    texts, lists, vectors, profiles, arcs, refused_sets = Table(), Table(), Table(), Table(), Table(), Table()
    events, actors = list(model.events), list(Actor)

    def listed(blockers: Iterable[Blocker]) -> int:
        return lists[tuple(texts[_text(model, blocker)] for blocker in blockers)]

    def arc(event: Event, by: Actor, label: str, facts: Facts) -> int:
        words = _variant(model, event, label, facts)
        return arcs[Arc(events.index(event), actors.index(by), label, words.zh, words.en)]

    listed(())  # number 0: nothing stands in the way
    of_signature: dict[Any, int] = {}
    configurations, moves = [], []
    for place, here in enumerate(exploration.configurations):
        signature = _signature(model, here)
        if signature not in of_signature:
            case = _case(exploration, place)
            blocked = [case.blocked_events(), *(case.blocked_events(by=actor) for actor in actors)]
            of_signature[signature] = profiles[
                tuple(vectors[tuple(listed(reasons.get(event, ())) for reasons in blocked)] for event in events)
            ]
        outgoing = exploration.outgoing[place]
        refusals = tuple(
            (arc(event, by, label, here.facts), listed(blockers))
            for event, by, label, blockers in _refused_payloads(exploration, here, outgoing)
        )
        configurations.append([*_told(model, here), of_signature[signature], refused_sets[refusals]])
        moves.append([n for e in outgoing for n in (arc(e.event, e.by, e.variant, here.facts), e.row, e.target)])
    return {
        "model": MODEL_VERSION,
        "goals": _terms(Goal),
        "actors": [_term(actor) | {"the": the(actor)} for actor in Actor],
        "phases": _terms(Phase),
        "ends": _terms(EndKind),
        "requests": _terms(RequestKind),
        "quotes": _terms(QuoteStatus),
        "settlements": _terms(Settlement),
        "limits": [model.limits.face, model.limits.other],
        "states": [_state(model, state) for state in model.states],
        "events": [_term(event) | {"by": [actors.index(actor) for actor in model.actors[event]]} for event in events],
        "givenBack": _given_back(exploration),
        "beginnings": [place for place, predecessor in enumerate(exploration.predecessor) if predecessor is None],
        "arcs": list(arcs),
        "texts": list(texts),
        "lists": list(lists),
        "vectors": list(vectors),
        "profiles": list(profiles),
        "refused": list(refused_sets),
        "configurations": configurations,
        "moves": moves,
    }


def _text(model: Model, blocker: Blocker) -> tuple[str, str, str, int | None]:
    """Code and texts of a reason; in one that names an attempt ``{attempt}`` stands for the number, which follows."""
    number = blocker.parameters.get("attempt")
    if not isinstance(number, int):
        return blocker.code, blocker.zh, blocker.en, None
    (reason,) = {guard.reason for row in model.table for guard in row.guards if guard.code == blocker.code}
    told = {**blocker.parameters, "attempt": "{attempt}"}
    return blocker.code, reason.zh.format(**told), reason.en.format(**told), number


def _given_back(exploration: Exploration) -> list[int]:
    """For each row of the table, how many attempts it gives back: they keep their numbers and no longer count."""
    counts = [0] * len(exploration.machine.definition.table)
    for edge, taken in zip(exploration.edges, exploration.successors, strict=True):
        counts[edge.row] = taken.facts.attempt - taken.configuration.facts.attempt
    return counts


def _terms(terms: Iterable[Term]) -> list[dict[str, Any]]:
    return [_term(term) for term in terms]


def _term(term: Term) -> dict[str, Any]:
    return {"name": term.value, "zh": term.words.zh, "en": term.words.en}


def _state(model: Model, state: State) -> dict[str, Any]:
    info = model.states[state]
    told: dict[str, Any] = _term(state)
    told["phase"] = None if info.phase is None else info.phase.number - 1
    told["deadline"] = None if info.deadline is None else _duration(info.deadline)
    told["end"] = None if info.end is None else list(EndKind).index(info.end)
    return told


def _duration(time: timedelta) -> Words:
    """A deadline in words, in the largest unit in which it is whole."""
    for seconds, zh, en in ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute")):
        count, rest = divmod(int(time.total_seconds()), seconds)
        if count and not rest:
            return Words(f"{count} {zh}", f"{count} {en}{'' if count == 1 else 's'}")
    count = int(time.total_seconds())
    return Words(f"{count} 秒", f"{count} seconds")


def _told(model: Model, here: Configuration) -> list[int | None]:
    """State, goal, quote, settlement, removal, attempts by face and otherwise, whose turn, what is asked; as places."""
    facts, turn = here.facts, model.responsibility(here.state, here.facts)
    return [
        list(model.states).index(here.state),
        list(Goal).index(facts.goal),
        None if facts.quote_status is None else list(QuoteStatus).index(facts.quote_status),
        None if facts.settled is None else list(Settlement).index(facts.settled),
        int(facts.face_removed),
        facts.face_attempts,
        facts.other_attempts,
        None if turn is None else list(Actor).index(turn.owner),
        None if turn is None else list(RequestKind).index(turn.request),
    ]


def _signature(model: Model, here: Configuration) -> tuple[object, ...]:
    """What decides all that ``blocked_events`` says: the state, and what its guards miss without a payload."""
    guards = {
        guard.name: guard
        for row in model.transitions
        if row.source is here.state
        for guard in row.guards
        if guard is not ELSE and not guard.payload_fields and not guard.predicate(here.facts, {})
    }
    return here.state, *((name, *guard.blocker(here.facts, {})[2:]) for name, guard in guards.items())


def _case(exploration: Exploration, place: int) -> Case:
    """A real case that stands in the configuration."""
    trip = exploration.path_to(place)
    return replay_path(exploration, trip, Case(goal=exploration.goal_of(trip, place), account=ACCOUNT, order=ORDER))


def _refused_payloads(
    exploration: Exploration, here: Configuration, outgoing: tuple[Edge, ...]
) -> Iterator[tuple[Event, Actor, str, tuple[Blocker, ...]]]:
    """The other payloads of the events that are offered, which are refused for what they carry, with the reasons."""
    model = exploration.machine.definition
    taken = {(edge.event, edge.by, edge.variant) for edge in outgoing}
    for event, by in dict.fromkeys((edge.event, edge.by) for edge in outgoing):
        lean = exploration.machine.compiled_events[event]
        for label, data in payload_variants(model, event, here.facts):
            if (event, by, label) not in taken:
                yield event, by, label, refusal(model, lean, here.state, here.facts, by, data).blockers


def _variant(model: Model, event: Event, label: str, facts: Facts) -> Words:
    """What the payload of that label carries, in words, where there is a choice; empty where there is none."""
    varied = list(dict.fromkeys(name for other, _ in payload_variants(model, event, facts) for name in _varied(other)))
    data = payload_for(model, event, label, facts)
    choice = dict(_varied(label))
    words = []
    for name in varied:
        value = data[name]
        words.append(value.words if isinstance(value, Term) else CHOICES[name, choice.get(name, RIGHT)])
    return Words("，".join(word.zh for word in words), ", ".join(word.en for word in words))


def _varied(label: str) -> dict[str, str]:
    name, colon, choice = label.partition(": ")
    return {name: choice} if colon else {}
