"""The verdict on a trace: legal, deviating at its first illegal event, or impossible to tell."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from process.audit.monitors import Monitor, broken
from process.audit.partial_log_simulation import BUYER, ORDER, Names, ObservedTransition, Places, Simulation, TooMany
from process.audit.repair import Edit, repair
from process.audit.trace import Entry, Trace, payload
from process.case import Case
from process.exceptions import InvalidPayload, Refused
from process.model import Goal, State

MOST_TIED = 8


class Outcome(StrEnum):
    CONFORMS = "conforms"
    DEVIATES = "deviates"
    UNKNOWN = "unknown"


class Verdict(NamedTuple):
    """The verdict on all cases with one trace."""

    outcome: Outcome
    position: int | None = None
    """The place of the first illegal entry, from 0."""
    refusal: InvalidPayload | Refused | None = None
    state: State | None = None
    """Where the case stood before the illegal entry, or stands at the end; None where several states are possible."""
    arrows: tuple[ObservedTransition | None, ...] = ()
    """The transition of each legal entry; None where several are possible."""
    edits: tuple[Edit, ...] | None = None
    requirements: tuple[tuple[str, int], ...] = ()
    """The requirements that the trace breaks, each with the place of the entry."""


def judge(simulation: Simulation, trace: Trace, monitors: tuple[Monitor, ...], *, anywhere: bool = False) -> Verdict:
    """Replay a trace; of a deviating one also the nearest repair and the requirements that it breaks."""
    try:
        begin = simulation.beginnings(trace.goal, anywhere=anywhere)
        verdict = (
            _replay_exactly(simulation, trace)
            if _is_exact(simulation, trace, anywhere)
            else _simulate(simulation, trace, begin)
        )
        if verdict.outcome is not Outcome.DEVIATES:
            return verdict
        edits = repair(simulation, begin, trace.entries)
    except TooMany:
        return Verdict(Outcome.UNKNOWN)
    requirements = tuple(broken(monitors, trace, simulation.limits).items())
    return verdict._replace(edits=edits, requirements=requirements)


def _is_exact(simulation: Simulation, trace: Trace, anywhere: bool) -> bool:
    """Return True if the trace has all that decides, so that a real case can take it."""
    if simulation.silent or anywhere or trace.goal is None:
        return False
    return not any(entry.tied or not _is_whole(simulation, entry) for entry in trace.entries)


def _is_whole(simulation: Simulation, entry: Entry) -> bool:
    recorded = {"quote": entry.quote, "fee": entry.offer, "attempt": entry.attempt, "account": entry.account}
    recorded |= {"order": entry.order, "consent": entry.consent}
    needed = [
        recorded[name] for name in simulation.model.events[entry.event] if name in recorded and name not in entry.invalid
    ]
    return entry.by is not None and None not in needed


def _replay_exactly(simulation: Simulation, trace: Trace) -> Verdict:
    goal = trace.goal or Goal.BOTH
    case = Case(goal=goal, account=BUYER, order=ORDER, case_id="audited", limits=simulation.limits)
    arrows: list[ObservedTransition | None] = []
    for position, entry in enumerate(trace.entries):
        source = case.state
        data = payload(
            entry,
            account=BUYER,
            order=ORDER,
            quote=f"quote {entry.quote}" if entry.quote else None,
            fee=entry.offer or 0,
            attempt=entry.attempt or 1,
        )
        try:
            case.trigger(entry.event, data, by=entry.by)
        except (Refused, InvalidPayload) as refusal:
            return Verdict(Outcome.DEVIATES, position, refusal, source, tuple(arrows))
        arrows.append(ObservedTransition(source, entry.event, case.state))
    return Verdict(Outcome.CONFORMS, state=case.state, arrows=tuple(arrows))


def _simulate(simulation: Simulation, trace: Trace, begin: Places) -> Verdict:
    places, position, arrows = begin, 0, list[ObservedTransition | None]()
    entries, live = trace.entries, Live()
    while position < len(entries):
        end = position + 1
        while end < len(entries) and entries[end].tied:
            end += 1
        group = tuple(live.entry(entry) for entry in entries[position:end])
        if len(group) > MOST_TIED:
            return Verdict(Outcome.UNKNOWN, arrows=tuple(arrows))
        if len(group) == 1:
            reached, arrow = simulation.step(places, group[0])
            first = None if reached else 0
            arrows.append(arrow)
        else:
            reached, first = simulation.step_in_any_order(places, group)
            arrows += [None] * len(group)
        if first is not None:
            illegal = group[first]
            refusal = simulation.refusal(places, illegal)
            return Verdict(Outcome.DEVIATES, position + first, refusal, _only_state(places), tuple(arrows[:position]))
        places, names = simulation.renamed(reached)
        live.rename(names)
        position = end
    return Verdict(Outcome.CONFORMS, state=_only_state(places), arrows=tuple(arrows))


class Live:
    """The numbers under which the simulation has the references of a trace: of those that still count, from 1."""

    def __init__(self) -> None:
        self.quotes: dict[int, int] = {}
        self.offers: dict[int, int] = {}

    def entry(self, entry: Entry) -> Entry:
        """Return the entry with the simulation's numbers; a reference that is new, or counts no more, gets the next one."""
        return entry._replace(quote=_numbered(self.quotes, entry.quote), offer=_numbered(self.offers, entry.offer))

    def rename(self, names: Names) -> None:
        """Follow the simulation to its new numbers; a reference that it no longer has is forgotten."""
        self.quotes = {given: names.quotes[number] for given, number in self.quotes.items() if number in names.quotes}
        self.offers = {given: names.offers[number] for given, number in self.offers.items() if number in names.offers}


def _numbered(numbers: dict[int, int], given: int | None) -> int | None:
    if given is None:
        return None
    if given not in numbers:
        numbers[given] = max(numbers.values(), default=0) + 1
    return numbers[given]


def _only_state(places: Places) -> State | None:
    states = {place.state for place in places}
    return next(iter(states)) if len(states) == 1 else None
