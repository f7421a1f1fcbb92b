"""The data of the page: every reachable configuration, its edges, and the reasons for everything that is refused there.

A configuration holds no references, so quotes and attempts are described in words. A reason that names an attempt has a
placeholder in place of the number, which the page fills in: configurations do not count attempts that were given back after
an outage, and the page adds those of its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import Refused
from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT, payload_for, payload_variants
from process.exploration.replay import replay_all
from process.model import (
    ELSE,
    MODEL_VERSION,
    Actor,
    Blocker,
    EndKind,
    Event,
    Facts,
    Goal,
    Identity,
    Limits,
    Model,
    Phase,
    QuoteStatus,
    RequestKind,
    Settlement,
    State,
    Term,
    Words,
)
from process.refusal_reasons import with_article

CHOICES: Mapping[tuple[str, str], Words] = {
    ("account", "right"): Words("购买时的账号", "the purchasing account"),
    ("account", "another"): Words("另一个账号", "another account"),
    ("order", "right"): Words("本次办理的订单", "the order of this case"),
    ("order", "another"): Words("另一笔订单", "another order"),
    ("quote", "new"): Words("新的报价", "a new quote"),
    ("quote", "current"): Words("当前报价", "the current quote"),
    ("quote", "stale"): Words("旧报价", "an earlier quote"),
    ("quote", "rejected"): Words("被拒的报价", "the rejected quote"),
    ("fee", "changed"): Words("费用不同", "with another fee"),
    ("currency", "changed"): Words("货币不同", "in another currency"),
    ("attempt", "right"): Words("答复当前这次核验", "answers the current attempt"),
    ("attempt", "stale"): Words("答复上一次核验", "answers the previous attempt"),
    ("attempt", "unknown"): Words("答复尚未开始的核验", "answers an attempt that has not started"),
    ("consent", "right"): Words("已单独同意", "with separate consent"),
    ("consent", "none"): Words("未单独同意", "without separate consent"),
}
"""The values of a payload that vary, in words; by field and variant. The members of enums have words of their own."""


class Input(NamedTuple):
    """An event by an actor with a variant of its payload, as a button of the page raises it."""

    event: int
    by: int
    variant: str
    zh: str
    en: str


class Numbering(dict[Any, int]):
    """The index of each key, in the order of first use."""

    def __missing__(self, key: Any) -> int:
        return self.setdefault(key, len(self))


def explored_data(exploration: Exploration) -> dict[str, Any]:
    """Return all that the page needs, ready for JSON. Equal parts are stored once and referred to by index."""
    model = exploration.machine.definition
    reasons, reason_lists, by_actor, blocked_sets, inputs, refused_sets, later = (Numbering() for _ in range(7))
    events, actors = list(model.events), list(Actor)

    def list_of(blockers: Iterable[Blocker]) -> int:
        return reason_lists[tuple(reasons[_reason(model, blocker)] for blocker in blockers)]

    def input_of(event: Event, by: Actor, variant: str, facts: Facts) -> int:
        words = _variant_words(model, event, variant, facts)
        return inputs[Input(events.index(event), actors.index(by), variant, words.zh, words.en)]

    list_of(())  # index 0: nothing is refused
    still_possible = _still_possible(exploration)
    blocked_of: dict[Any, int] = {}
    configurations, edges = [], []
    for index, case in replay_all(exploration, _new_case):
        here, outgoing = exploration.configurations[index], exploration.outgoing[index]
        decisive = _decides_blocked_events(model, here), frozenset((edge.event, edge.by) for edge in outgoing)
        if decisive not in blocked_of:
            blocked = [case.blocked_events(by=by) for by in (None, *actors)]
            blocked_of[decisive] = blocked_sets[
                tuple(by_actor[tuple(list_of(found.get(event, ())) for found in blocked)] for event in events)
            ]
        refused = tuple(
            (input_of(event, by, variant, case.facts), list_of(refusal.blockers), int(refusal.is_final))
            for event, by, variant, refusal in _refused_variants(model, case, outgoing)
        )
        configurations.append(
            [*_description(model, here), blocked_of[decisive], refused_sets[refused], later[still_possible[index]]]
        )
        edges.append([n for e in outgoing for n in (input_of(e.event, e.by, e.variant, case.facts), e.row, e.target)])
    return {
        "model": MODEL_VERSION,
        "goals": _terms(Goal),
        "actors": [_term(actor) | {"the": with_article(actor)} for actor in Actor],
        "phases": _terms(Phase),
        "ends": _terms(EndKind),
        "requests": _terms(RequestKind),
        "identities": _terms(Identity),
        "quotes": _terms(QuoteStatus),
        "settlements": _terms(Settlement),
        "limits": [model.limits.face, model.limits.other],
        "states": [_state(model, state) for state in model.states],
        "events": [_term(event) | {"by": [actors.index(actor) for actor in model.actors[event]]} for event in events],
        "givenBack": _given_back(exploration),
        "starts": list(exploration.starts),
        "inputs": list(inputs),
        "reasons": list(reasons),
        "reasonLists": list(reason_lists),
        "byActor": list(by_actor),
        "blocked": list(blocked_sets),
        "refused": list(refused_sets),
        "later": list(later),
        "configurations": configurations,
        "edges": edges,
    }


def _new_case(facts: Facts) -> Case:
    return Case(goal=facts.goal, account=ACCOUNT, order=ORDER, limits=Limits(facts.face_limit, facts.other_limit))


def _reason(model: Model, blocker: Blocker) -> tuple[str, str, str, int | None]:
    """Return code and texts of a reason; where it names an attempt, with ``{attempt}`` in the texts, and the number."""
    number = blocker.parameters.get("attempt")
    if not isinstance(number, int):
        return blocker.code, blocker.zh, blocker.en, None
    (reason,) = {guard.reason for row in model.table for guard in row.guards if guard.code == blocker.code}
    parameters = {**blocker.parameters, "attempt": "{attempt}"}
    return blocker.code, reason.zh.format(**parameters), reason.en.format(**parameters), number


def _given_back(exploration: Exploration) -> list[int]:
    """Return for each row of the table how many attempts it gives back: they keep their numbers but no longer count."""
    counts = [0] * len(exploration.machine.definition.table)
    for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
        counts[edge.row] = successor.facts.attempt - successor.configuration.facts.attempt
    return counts


def _still_possible(exploration: Exploration) -> list[tuple[int, ...]]:
    """Return for each configuration and each event the actors who can raise it there or later, as bits."""
    sources: dict[tuple[Event, Actor], set[int]] = {}
    for edge in exploration.edges:
        sources.setdefault((edge.event, edge.by), set()).add(edge.source)
    events, actors = list(exploration.machine.definition.events), list(Actor)
    bits = [[0] * len(events) for _ in exploration.configurations]
    for (event, by), targets in sources.items():
        for index in exploration.can_reach(targets):
            bits[index][events.index(event)] |= 1 << actors.index(by)
    return [tuple(of_events) for of_events in bits]


def _terms(terms: Iterable[Term]) -> list[dict[str, Any]]:
    return [_term(term) for term in terms]


def _term(term: Term) -> dict[str, Any]:
    return {"name": term.value, "zh": term.words.zh, "en": term.words.en}


def _state(model: Model, state: State) -> dict[str, Any]:
    info = model.states[state]
    return _term(state) | {
        "phase": None if info.phase is None else info.phase.number - 1,
        "deadline": None if info.deadline is None else _deadline_words(info.deadline),
        "end": _index_or_none(EndKind, info.end),
    }


def _deadline_words(time: timedelta) -> Words:
    """Return a deadline in words, in the largest unit in which it is a whole number."""
    for seconds, zh, en in ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute")):
        count, rest = divmod(int(time.total_seconds()), seconds)
        if count and not rest:
            return Words(f"{count} {zh}", f"{count} {en}{'' if count == 1 else 's'}")
    count = int(time.total_seconds())
    return Words(f"{count} 秒", f"{count} seconds")


def _description(model: Model, here: Configuration) -> list[int | None]:
    """Return what the page shows of a configuration, as indices and numbers; ``configuration`` in paths.js names them."""
    facts, responsibility = here.facts, model.responsibility(here.state, here.facts)
    return [
        list(model.states).index(here.state),
        _index_or_none(Goal, facts.goal),
        _index_or_none(Identity, facts.identity),
        _index_or_none(QuoteStatus, facts.quote_status),
        int(facts.rejected_quote is not None),
        _index_or_none(Settlement, facts.settled),
        int(facts.face_removed),
        facts.face_attempts,
        facts.other_attempts,
        _index_or_none(Actor, None if responsibility is None else responsibility.owner),
        _index_or_none(RequestKind, None if responsibility is None else responsibility.request),
        _index_or_none(Goal, model.achieved(here.state, facts)),
        _index_or_none(Goal, model.unmet(here.state, facts)),
    ]


def _index_or_none(terms: Iterable[Term], term: Term | None) -> int | None:
    return None if term is None else list(terms).index(term)


def _decides_blocked_events(model: Model, here: Configuration) -> tuple[object, ...]:
    """Return what ``blocked_events`` depends on besides what is possible: state, and guards that are false of the facts."""
    guards = {
        guard.name: guard
        for row in model.transitions
        if row.source is here.state
        for guard in row.guards
        if guard is not ELSE and not guard.payload_fields and not guard.predicate(here.facts, {})
    }
    return here.state, *((name, *guard.blocker(here.facts, {})[2:]) for name, guard in guards.items())


def _refused_variants(model: Model, case: Case, outgoing: tuple[Edge, ...]) -> Iterator[tuple[Event, Actor, str, Refused]]:
    """Yield the other variants of the events that can happen, with the refusal of their payload."""
    taken = {(edge.event, edge.by, edge.variant) for edge in outgoing}
    for event, by in dict.fromkeys((edge.event, edge.by) for edge in outgoing):
        for variant, data in payload_variants(model, event, case.facts):
            if (event, by, variant) not in taken:
                try:
                    case.copy().trigger(event, data, by=by)
                except Refused as refusal:
                    yield event, by, variant, refusal


def _variant_words(model: Model, event: Event, variant: str, facts: Facts) -> Words:
    """Return the values that vary in the payload of the variant, in words; empty words where nothing varies."""
    fields = dict.fromkeys(name for other, _ in payload_variants(model, event, facts) for name in _choice(other))
    data, choice = payload_for(model, event, variant, facts), _choice(variant)
    words = []
    for name in fields:
        value = data[name]
        if isinstance(value, Term):
            words.append(value.words)
        elif name in ("fee", "currency") and name not in choice:
            continue
        elif name == "quote" and choice.get(name, "again") == "again":
            known = {facts.rejected_quote: "rejected", facts.quote: "current"}
            words.append(CHOICES[name, known.get(value, "new")])
        else:
            words.append(CHOICES[name, choice.get(name, RIGHT)])
    return Words("，".join(word.zh for word in words), ", ".join(word.en for word in words))


def _choice(variant: str) -> dict[str, str]:
    name, colon, choice = variant.partition(": ")
    return {name: choice} if colon else {}
