"""Early and final refusals (R22): final is what the same actor can never raise with the same payload and be accepted.

The truth is found by a backward search over the explored graph. A configuration does not know which quote or attempt an
old payload names, so each is searched together with the relation of that payload to the facts: the quote that it names is
the open one, the rejected one or neither; the attempt is the last one, over, or ahead. An edge changes the relation as it
changes the facts; a new quote can be the one that the payload names, or another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from operator import attrgetter
from typing import Any

from process.exceptions import Refused
from process.exploration.graph import distances
from process.exploration.inputs import OFFER, variants_of
from process.exploration.replay import replay_all
from process.final_refusals import is_final
from process.model import Actor, Event, Facts, State, Term, Words
from process.requirements.counterexample import EVENTS_TRIED, CheckResult, all_of
from process.requirements.evidence import Evidence
from process.requirements.histories import NOT_REPLAYABLE, not_replayed

NEITHER, SAME, CHANGED, REJECTED = range(4)
"""The quote of a payload: neither open nor rejected; the open one, with the same offer or another; the rejected one."""

OVER, LAST, NEXT, AHEAD = range(4)
"""The attempt of a payload: over, the last one started, the next one, or further ahead."""

MOST_RELATIONS = 4
Constant = tuple[object, ...]
"""The parts of a payload whose relation to the facts never changes: account, order, consent, members of enums."""


def relation(facts: Facts, data: Mapping[str, Any]) -> tuple[int, Constant]:
    """The relation of a payload to the facts, and its constant parts."""
    constant: list[object] = []
    for name, value in data.items():
        if name in ("account", "order"):
            constant.append(value == getattr(facts, name))
        elif name == "consent":
            constant.append(value is None)
        elif isinstance(value, Term):
            constant.append(value)
    if "attempt" in data:
        ahead = data["attempt"] - facts.attempt
        return (OVER if ahead < 0 else min(LAST + ahead, AHEAD)), tuple(constant)
    if "quote" in data:
        return _quote_relation(facts, tuple(data.get(name, getattr(facts, name)) for name in OFFER)), tuple(constant)
    return 0, tuple(constant)


def _quote_relation(facts: Facts, offer: tuple[object, ...]) -> int:
    if facts.quote is not None and offer[0] == facts.quote:
        return SAME if offer[1:] == (facts.fee, facts.currency) else CHANGED
    return REJECTED if facts.rejected_quote is not None and offer[0] == facts.rejected_quote else NEITHER


class AllFutures:
    """The payloads that can still be taken, for every configuration. A node is a configuration with a relation."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._can_take: dict[tuple[Event, Actor, Constant], set[int]] = {}

    def is_final(self, index: int, event: Event, by: Actor, payload: tuple[int, Constant]) -> bool:
        """True if nothing that can follow the configuration takes the event by the actor with a payload so related."""
        related, constant = payload
        key = event, by, constant
        if key not in self._can_take:
            taking = [node for node, constants in self._taken.get((event, by), {}).items() if constant in constants]
            fields = self.evidence.model.events[event]
            into = self._by_attempt if "attempt" in fields else self._by_quote if "quote" in fields else self._alone
            self._can_take[key] = set(distances(taking, into.__getitem__))
        return index * MOST_RELATIONS + related not in self._can_take[key]

    @cached_property
    def _taken(self) -> Mapping[tuple[Event, Actor], Mapping[int, set[Constant]]]:
        """By event and actor, the nodes in which it is taken, each with the constant parts of what it then carries."""
        taken: dict[tuple[Event, Actor], dict[int, set[Constant]]] = {}
        for seen in self.evidence.observations:
            related, constant = relation(seen.before, seen.data)
            nodes = taken.setdefault((seen.event, seen.by), {})
            nodes.setdefault(seen.edge.source * MOST_RELATIONS + related, set()).add(constant)
        return taken

    @cached_property
    def _alone(self) -> list[list[tuple[None, int]]]:
        return self._entering(lambda _before, _after: ((0, 0),))

    @cached_property
    def _by_attempt(self) -> list[list[tuple[None, int]]]:
        return self._entering(_attempt_steps)

    @cached_property
    def _by_quote(self) -> list[list[tuple[None, int]]]:
        return self._entering(_quote_steps)

    def _entering(self, steps: Callable[[Facts, Facts], Steps]) -> list[list[tuple[None, int]]]:
        """For each node the nodes from which an edge leads to it."""
        exploration = self.evidence.exploration
        entering: list[set[int]] = [set() for _ in range(len(exploration.configurations) * MOST_RELATIONS)]
        for edge, successor in zip(exploration.edges, exploration.successors, strict=True):
            facts = exploration.configurations[edge.source].facts
            for before, after in steps(facts, successor.facts):
                entering[edge.target * MOST_RELATIONS + after].add(edge.source * MOST_RELATIONS + before)
        return [[(None, node) for node in sorted(nodes)] for nodes in entering]


Steps = tuple[tuple[int, int], ...]
"""The relations of a payload before an edge, each with one that it can have after it."""


def _attempt_steps(before: Facts, after: Facts) -> Steps:
    return _steps_of_attempts(after.attempt - before.attempt)


@cache
def _steps_of_attempts(started: int) -> Steps:
    """Each attempt that is started brings a number ahead nearer."""
    steps = [(before, max(before - started, OVER) if before != AHEAD else AHEAD) for before in range(MOST_RELATIONS)]
    return (*steps, (AHEAD, max(NEXT + 1 - started, OVER))) if started else tuple(steps)


def _quote_steps(before: Facts, after: Facts) -> Steps:
    return _steps_of_quotes(_quoted(before), _quoted(after))


_quoted = attrgetter("quote", "rejected_quote", "fee", "currency")


@lru_cache(maxsize=1024)
def _steps_of_quotes(before: tuple[object, ...], after: tuple[object, ...]) -> Steps:
    """The quote of a payload becomes what the quote in the facts becomes."""
    (open_before, rejected_before, *offer_before), (open_after, rejected_after, *offer_after) = before, after

    def now(quote: object, relation_before: int) -> int:
        if quote is not None and quote == open_after:
            return CHANGED if offer_before != offer_after or relation_before == CHANGED else SAME
        return REJECTED if quote is not None and quote == rejected_after else NEITHER

    steps = [(NEITHER, NEITHER), (REJECTED, now(rejected_before, SAME))]
    steps += [(relation, now(open_before, relation)) for relation in (SAME, CHANGED)]
    if open_after not in (None, open_before, rejected_before):
        steps += [(NEITHER, SAME), (NEITHER, CHANGED)]
    return tuple(steps)


# ----------------------------------------------------------------------------------------------------------- the check


def r22_final_or_early(evidence: Evidence) -> CheckResult:
    """Every refusal that says it is final is final, and every other one is early."""
    if any(not found.of_limits for found in evidence.part_problems):
        return CheckResult(((0, EVENTS_TRIED),))  # R15 reports it; what follows from parts that are not pure has no end
    futures = AllFutures(evidence)
    try:
        return all_of(every_configuration_agrees(evidence, futures), real_cases_agree(evidence, futures))
    except NOT_REPLAYABLE as error:
        return CheckResult(((0, EVENTS_TRIED),), evidence.at(0, not_replayed(error)))


def every_configuration_agrees(evidence: Evidence, futures: AllFutures) -> CheckResult:
    """Check ``is_final`` in one of the configurations that differ only in how many attempts were made, if some are left."""
    count, kinds, states = 0, set[object](), set[State]()
    for index, (state, facts) in enumerate(evidence.configurations):
        left = facts.face_attempts < facts.face_limit, facts.other_attempts < facts.other_limit, facts.attempt == 0
        kind: object = (state, *left, facts._replace(face_attempts=0, other_attempts=0, attempt=0))
        if evidence.is_end(state):
            kind = state, facts.goal  # R3: nothing is taken there, whatever the facts
        if kind in kinds:
            continue
        kinds.add(kind)
        for event, actors, data in _payloads_and_actors(evidence, facts):
            payload = relation(facts, data)
            for by in actors if state not in states else evidence.model.actors[event]:
                if evidence.machine.compiled_events[event].decide(state, facts, by, dict(data)) is not None:
                    continue
                count += 1
                final = futures.is_final(index, event, by, payload)
                if is_final(evidence.machine, state, facts, event, by, data) is not final:
                    broken = evidence.at(index, _WRONG[final])._replace(attempt=(event, by, data))
                    return CheckResult(((count, EVENTS_TRIED),), broken)
        states.add(state)
    return CheckResult(((count, EVENTS_TRIED),))


def real_cases_agree(evidence: Evidence, futures: AllFutures) -> CheckResult:
    """Check that the refusals of real cases, of one in each state, say what is true."""
    count, states = 0, set[State]()
    for index, case in replay_all(evidence.exploration, evidence.new_case):
        if case.state in states:
            continue
        states.add(case.state)
        for event, by, data in inputs_and_attempts_ahead(evidence, case.facts):
            try:
                case.copy().trigger(event, data, by=by)
            except Refused as refused:
                count += 1
                final = futures.is_final(index, event, by, relation(case.facts, data))
                if refused.is_final is not final:
                    broken = evidence.at(index, _WRONG[final])._replace(attempt=(event, by, data))
                    return CheckResult(((count, EVENTS_TRIED),), broken)
    return CheckResult(((count, EVENTS_TRIED),))


_WRONG = {
    True: Words("该拒绝是最终的，却未这样说明", "a refusal is final and does not say so"),
    False: Words("该拒绝只是过早，却说是最终的", "a refusal is early and says that it is final"),
}


def inputs_and_attempts_ahead(evidence: Evidence, facts: Facts) -> Iterator[tuple[Event, Actor, Mapping[str, Any]]]:
    """Yield every input of the search, and answers to attempts further ahead."""
    for event, actors, data in _payloads_and_actors(evidence, facts):
        for by in actors:
            yield event, by, data


def _payloads_and_actors(evidence: Evidence, facts: Facts) -> Iterator[tuple[Event, tuple[Actor, ...], Mapping[str, Any]]]:
    """Yield the payloads of every event, each with the actors who are to raise it: all raise the right one."""
    everybody = tuple(Actor)
    for event in evidence.model.events:
        for number, (_variant, data) in enumerate(variants_of(evidence.model, event, facts)[0]):
            actors = evidence.model.actors[event] if number else everybody
            yield event, actors, data
            if "attempt" in data:
                yield event, actors, {**data, "attempt": facts.attempt + 2}
