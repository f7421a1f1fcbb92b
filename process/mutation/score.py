"""What becomes of every mutant of the model: a test of the requirements, and of whether they can fail.

A mutant is refused when its machine is built, or killed by a requirement, or it is equivalent: every case takes the same
events of the search to the same states and facts, is asked and told the same, and is refused for the same reasons. What is
none of these has survived, which means that a requirement is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import NamedTuple

from process.exploration.explorer import Configuration, Expansion, Exploration, Successor, explore, try_named_actors
from process.machine import MACHINE, CompiledMachine, build
from process.model import MODEL, Event, Limits, Model, Words
from process.model.validation import ModelError
from process.mutation.equivalents import EQUIVALENTS
from process.mutation.operators import KINDS, Mutant, all_mutants
from process.requirements.catalogue import REQUIREMENTS, Requirement
from process.requirements.evidence import Evidence

SMALL = Limits(face=1, other=1)
"""The limits under which mutants are searched first: a quarter of the configurations kills nearly all of them."""


class MutantResult(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    killed_by: str | None
    """The id of the requirement that killed it, "build" where it was refused when built, "equivalent", or None."""


EQUIVALENT, REFUSED_WHEN_BUILT = "equivalent", "build"
CHEAP_FIRST = (
    *("R1", "R14", "R6", "R18", "R12", "R9", "R7", "R17", "R19", "R5", "R13", "R8", "R15", "R11", "R10", "R4", "R2"),
)
"""All but those that need real cases, so that each next one kills most of what is left for its time."""

TELLING = ("reason changed", "field lost", "field retyped")
"""The kinds of change that show in refusals first."""
BY_ID: Mapping[str, Requirement] = {requirement.id: requirement for requirement in REQUIREMENTS}


@cache
def _original(limits: Limits) -> tuple[Exploration, Mapping[Configuration, list[Successor]]]:
    """What MODEL itself does: what a mutant does not change need not be asked again."""
    exploration = explore(limits=limits, expand=try_named_actors)
    known: dict[Configuration, list[Successor]] = {found: [] for found in exploration.configurations}
    for edge, taken in zip(exploration.edges, exploration.successors, strict=True):
        known[exploration.configurations[edge.source]].append(taken)
    return exploration, known


def changed_events(model: Model) -> set[Event]:
    """The events of which a row, or what they carry, is not MODEL's own."""
    return {
        event
        for event in Event
        if _rows(model, event) != _rows(MODEL, event) or model.events[event] is not MODEL.events[event]
    }


def search(machine: CompiledMachine, limits: Limits) -> Exploration:
    """``explore`` for a machine whose model has many rows in common with MODEL: those rows answer as they did."""
    model = machine.definition
    changed = changed_events(model)
    places = {id(row): index for index, row in enumerate(model.table)}
    moved = {index: places[id(row)] for index, row in enumerate(MODEL.table) if places.get(id(row), index) != index}
    known = _original(limits)[1]
    touched = {
        state for each in (MACHINE, machine) for event in changed for state in each.compiled_events[event].transitions_from
    }

    def ask(machine: CompiledMachine, here: Configuration) -> Expansion:
        before = known.get(here)
        if before is None:
            return try_named_actors(machine, here)
        if here.state not in touched and not moved:
            return 0, before
        tried, taken = try_named_actors(machine, here, changed)
        kept = [answer for answer in before if answer.event not in changed]
        if moved:
            kept = [answer._replace(row=moved.get(answer.row, answer.row)) for answer in kept]
        return tried, kept + taken

    return explore(machine, limits=limits, expand=ask)


def _rows(model: Model, event: Event) -> list[int]:
    return [id(row) for row in model.table if row.event is event]


def _does_the_same(exploration: Exploration, limits: Limits) -> bool:
    """Whether in every configuration the same events lead to the same state and facts as MODEL's, and the same is asked."""
    return _doing(exploration) == _doing_of_the_original(limits)


@cache
def _doing_of_the_original(limits: Limits) -> set[object]:
    return _doing(_original(limits)[0])


def _doing(exploration: Exploration) -> set[object]:
    model, places = exploration.machine.definition, exploration.configurations
    doing: set[object] = {
        (places[edge.source], edge.event, edge.by, edge.variant, taken.state, taken.facts)
        for edge, taken in zip(exploration.edges, exploration.successors, strict=True)
    }
    for found in places:
        turn, info = model.responsibility(*found), model.states[found.state]
        doing.add((found, turn and (turn.owner, turn.request, turn.payload_fields), info.deadline, info.phase, info.end))
    return doing


def fate(mutant: Mutant) -> MutantResult:
    """Hold the mutant against the requirements until one breaks: cheap ones first, and under small limits first.

    Equivalent is what does the same as MODEL under MODEL's limits, and breaks no requirement: R16 says of every refusal
    which reasons must be told, so those are the same too.
    """
    try:
        machine = build(mutant.model)
    except ModelError:
        return MutantResult(mutant, REFUSED_WHEN_BUILT)
    changed = changed_events(mutant.model)
    evidence = Evidence(search(machine, SMALL), changed)
    for name in ("R16", *CHEAP_FIRST) if mutant.kind in TELLING else CHEAP_FIRST:
        if BY_ID[name].check(evidence).broken is not None:
            return MutantResult(mutant, name)
    for name in ("R16",) if _does_the_same(evidence.exploration, SMALL) else ("R16", "R3", "R20"):
        if BY_ID[name].check(evidence).broken is not None:
            return MutantResult(mutant, name)
    found = search(machine, mutant.model.limits)
    if _does_the_same(found, MODEL.limits):
        return MutantResult(mutant, EQUIVALENT)
    evidence = Evidence(found, changed)
    for requirement in REQUIREMENTS:
        if requirement.check(evidence).broken is not None:
            return MutantResult(mutant, requirement.id)
    return MutantResult(mutant, None)


# ----------------------------------------------------------------------------------------------------------- all of them


def fates(mutants: Iterable[int] | None = None, processes: int | None = None) -> Iterator[MutantResult]:
    """What becomes of the mutants of these places in ``all_mutants``, of all of them by default; in their order.

    Args:
        mutants: their places.
        processes: how many work at the same time; by default as many as there are processors.
    """
    made = all_mutants()
    places = list(range(len(made)) if mutants is None else mutants)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:  # a fork beside threads can hang
        for place, killed_by in zip(places, pool.map(_killed_by, places, chunksize=16), strict=True):
            yield MutantResult(made[place], killed_by)


def _killed_by(place: int) -> str | None:
    return fate(all_mutants()[place]).killed_by


@dataclass(frozen=True)
class KindScore:
    """What became of the mutants of one kind."""

    name: str
    made: int
    refused_when_built: int
    killed: int
    equivalent: int
    survived: int

    @property
    def words(self) -> Words:
        return KINDS[self.name]

    def counts(self) -> dict[str, int]:
        """The numbers, by name."""
        names = "made", "refused_when_built", "killed", "equivalent", "survived"
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Score:
    """What became of all mutants."""

    fates: tuple[MutantResult, ...]

    @property
    def made(self) -> int:
        return len(self.fates)

    @property
    def kinds(self) -> tuple[KindScore, ...]:
        """By kind, in the order of KINDS."""
        kinds: list[KindScore] = []
        for kind in KINDS:
            ends = Counter(fate.killed_by for fate in self.fates if fate.mutant.kind == kind)
            refused, equivalent, survived = ends[REFUSED_WHEN_BUILT], ends[EQUIVALENT], ends[None]
            killed = ends.total() - refused - equivalent - survived
            kinds.append(KindScore(kind, ends.total(), refused, killed, equivalent, survived))
        return tuple(kinds)

    @property
    def killed_by(self) -> Mapping[str, int]:
        """How many each requirement was the first to kill."""
        ends = Counter(fate.killed_by for fate in self.fates)
        return {name: ends[name] for name in BY_ID if ends[name]}

    @property
    def equivalent(self) -> tuple[str, ...]:
        return self._named(EQUIVALENT)

    @property
    def survived(self) -> tuple[str, ...]:
        """The names of those that no requirement kills."""
        return self._named(None)

    @property
    def reasons(self) -> Mapping[Words, tuple[str, ...]]:
        """The equivalent ones, by the reason why they are."""
        names = set(self.equivalent)
        told = {reason: tuple(name for name in known if name in names) for reason, known in EQUIVALENTS.items()}
        untold = tuple(sorted(names - {name for known in EQUIVALENTS.values() for name in known}))
        return {reason: known for reason, known in {**told, UNTOLD: untold}.items() if known}

    def why(self, name: str) -> Words:
        """The reason why the mutant of that name is equivalent."""
        for reason, known in EQUIVALENTS.items():
            if name in known:
                return reason
        return UNTOLD

    def _named(self, end: str | None) -> tuple[str, ...]:
        return tuple(fate.mutant.name for fate in self.fates if fate.killed_by == end)


UNTOLD = Words("每个情形下的行为都相同", "it does the same in every configuration")


def score(on: Callable[[MutantResult], object] | None = None, processes: int | None = None) -> Score:
    """Make every mutant and hold each against the requirements; *on* is called with each fate, to show progress."""
    found: list[MutantResult] = []
    for one in fates(processes=processes):
        if on is not None:
            on(one)
        found.append(one)
    return Score(tuple(found))
