"""The mutation score: a test of the requirements, and of whether they can fail.

A mutant is refused when its machine is built, or killed by a requirement, or it is equivalent: it takes the same events of
the search to the same states and facts, makes the same requests, and refuses for the same reasons. A mutant that is none of
these has survived, which means that a requirement is missing.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from typing import NamedTuple

from process.exploration.explorer import Exploration, explored_model
from process.machine import build
from process.model import MODEL, Limits, Words
from process.model.validation import ModelError
from process.mutation.equivalents import EQUIVALENCES, equivalent_reason
from process.mutation.incremental import compare_with_model, refuses_the_same, takes_the_same
from process.mutation.mutant_catalogue import KINDS, Mutant, all_mutants
from process.requirements.catalogue import REQUIREMENTS, Requirement
from process.requirements.evidence import Evidence

SMALL = Limits(face=1, other=1)
"""The limits under which mutants are explored first: a quarter of the configurations kills nearly all of them."""

EQUIVALENT, REFUSED_WHEN_BUILT = "equivalent", "build"


class MutantResult(NamedTuple):
    """The result of evaluating a mutant."""

    mutant: Mutant
    killed_by: str | None
    """The id of the requirement that killed it, or REFUSED_WHEN_BUILT, or EQUIVALENT; None if it survived."""


CHEAP_FIRST = (
    *("R1", "R14", "R6", "R18", "R12", "R9", "R7", "R17", "R19", "R5", "R13", "R8", "R15", "R11", "R10", "R4", "R2"),
)
"""All but those that need real cases, in the order in which each next one kills most of the rest for its time."""

SHOWN_IN_REFUSALS = ("reason changed", "field lost", "field retyped")
"""The kinds of mutants that R16 kills first."""

BY_ID: Mapping[str, Requirement] = {requirement.id: requirement for requirement in REQUIREMENTS}


def evaluate(mutant: Mutant, first: str | None = None) -> MutantResult:
    """Check the requirements until one kills the mutant: cheap ones first, and under small limits first.

    A mutant that behaves like MODEL under MODEL's limits and violates no requirement is equivalent: R16 checks the reasons
    of every refusal, so those are the same, too.

    Args:
        first: the id of a requirement to check before all others, say the one that killed the mutant last time.
    """
    try:
        machine = build(mutant.model)
    except ModelError:
        return MutantResult(mutant, REFUSED_WHEN_BUILT)
    evidence, is_same = compare_with_model(machine, SMALL)
    if is_same and mutant.model.limits == MODEL.limits and takes_the_same(machine, MODEL.limits):
        return _beyond_the_search(mutant, evidence)
    likely = ("R16",) if mutant.kind in SHOWN_IN_REFUSALS else ()
    hinted = (first,) if first in BY_ID else ()
    for name in dict.fromkeys((*hinted, *likely, *CHEAP_FIRST)):
        if BY_ID[name].run(evidence).counterexample is not None:
            return MutantResult(mutant, name)
    for name in ("R16",) if _behaves_like_model(evidence.exploration, SMALL) else ("R16", "R3", "R20"):
        if BY_ID[name].run(evidence).counterexample is not None:
            return MutantResult(mutant, name)
    evidence, _ = compare_with_model(machine, mutant.model.limits)
    if _behaves_like_model(evidence.exploration, MODEL.limits):
        return MutantResult(mutant, EQUIVALENT)
    for requirement in REQUIREMENTS:
        if requirement.run(evidence).counterexample is not None:
            return MutantResult(mutant, requirement.id)
    return MutantResult(mutant, None)


BEYOND_THE_SEARCH = ("R15", "R9", "R1", "R8", "R4", "R13", "R16")
"""The requirements that see more than the events taken: other values, rows never taken, near misses, and refusals."""


def _beyond_the_search(mutant: Mutant, evidence: Evidence) -> MutantResult:
    """Evaluate a mutant that takes the same events to the same facts; where no guard differs, it refuses the same, too."""
    for name in BEYOND_THE_SEARCH[:2] if refuses_the_same(mutant.model) else BEYOND_THE_SEARCH:
        if BY_ID[name].run(evidence).counterexample is not None:
            return MutantResult(mutant, name)
    return MutantResult(mutant, EQUIVALENT)


def _behaves_like_model(exploration: Exploration, limits: Limits) -> bool:
    """True if the same events lead to the same states and facts as MODEL's everywhere, with the same requests."""
    return _behaviour(exploration) == _behaviour_of_model(limits)


@cache
def _behaviour_of_model(limits: Limits) -> set[object]:
    return _behaviour(explored_model(limits))


def _behaviour(exploration: Exploration) -> set[object]:
    model, configurations = exploration.machine.definition, exploration.configurations
    behaviour: set[object] = {
        (configurations[edge.source], edge.event, edge.by, edge.variant, successor.state, successor.facts)
        for edge, successor in zip(exploration.edges, exploration.successors, strict=True)
    }
    for here in configurations:
        owed, info = model.responsibility(*here), model.states[here.state]
        request = owed and (owed.owner, owed.request, owed.payload_fields)
        behaviour.add((here, request, info.deadline, info.phase, info.end))
    return behaviour


# ------------------------------------------------------------------------------------------------------------- the score

LAST_KILLERS = "last_killers.txt"
"""The file with the requirement that killed each mutant last time, tried first; one that kills no more costs only time."""


@cache
def last_results() -> tuple[str, ...]:
    """For each of ``all_mutants`` its result when LAST_KILLERS was written; shorter if there are more mutants now."""
    text = files("process.mutation").joinpath(LAST_KILLERS).read_text(encoding="utf-8")
    runs = (run.partition("*") for run in text.split())
    return tuple(name for name, _, count in runs for _ in range(int(count or 1)))


def encode_results(results: Iterable[MutantResult]) -> str:
    """The text of LAST_KILLERS for these results, in lines of a width that can be read."""
    runs: list[tuple[str, int]] = []
    for result in results:
        name = result.killed_by or "survived"
        runs[-1:] = [(name, runs[-1][1] + 1)] if runs and runs[-1][0] == name else [*runs[-1:], (name, 1)]
    lines = [""]
    for word in (name if count == 1 else f"{name}*{count}" for name, count in runs):
        if len(lines[-1]) + len(word) > 120:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines) + "\n"


def sample(step: int) -> list[int]:
    """Indices of mutants: all that were refused when built or equivalent, and every *step*-th of the others, by kind."""
    mutants, last = all_mutants(), last_results()
    chosen = {index for index, name in enumerate(last) if name in (EQUIVALENT, REFUSED_WHEN_BUILT)}
    for kind in KINDS:
        chosen.update([index for index, mutant in enumerate(mutants) if mutant.kind == kind][::step])
    return sorted(index for index in chosen if index < len(mutants))


def evaluate_all(indices: Iterable[int] | None = None, processes: int | None = None) -> Iterator[MutantResult]:
    """Yield the results of the mutants of these indices in ``all_mutants``, of all of them by default; in their order.

    Args:
        indices: which mutants.
        processes: how many work at the same time, by default as many as there are processors; with 1 it is this process.
    """
    mutants = all_mutants()
    chosen = list(range(len(mutants)) if indices is None else indices)
    if processes == 1:
        yield from (MutantResult(mutants[index], _killed_by(index)) for index in chosen)
        return
    context = get_context("spawn")  # a fork beside threads can hang
    with ProcessPoolExecutor(processes, mp_context=context, initializer=prepare_to_evaluate) as pool:
        for index, killed_by in zip(chosen, pool.map(_killed_by, chosen, chunksize=16), strict=True):
            yield MutantResult(mutants[index], killed_by)


def prepare_to_evaluate() -> None:
    """Explore MODEL, and let the garbage collector pass over what stays: else it takes as much time as all the rest."""
    for limits in (SMALL, MODEL.limits):
        explored_model(limits)
    all_mutants()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _killed_by(index: int) -> str | None:
    last = last_results()
    return evaluate(all_mutants()[index], last[index] if index < len(last) else None).killed_by


@dataclass(frozen=True)
class KindScore:
    """The results of the mutants of one kind."""

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
        """The counts by name."""
        names = "made", "refused_when_built", "killed", "equivalent", "survived"
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Score:
    """The results of the mutants."""

    results: tuple[MutantResult, ...]

    @property
    def made(self) -> int:
        return len(self.results)

    @property
    def kinds(self) -> tuple[KindScore, ...]:
        """By kind, in the order of KINDS."""
        kinds: list[KindScore] = []
        for kind in KINDS:
            ends = Counter(result.killed_by for result in self.results if result.mutant.kind == kind)
            refused, equivalent, survived = ends[REFUSED_WHEN_BUILT], ends[EQUIVALENT], ends[None]
            killed = ends.total() - refused - equivalent - survived
            kinds.append(KindScore(kind, ends.total(), refused, killed, equivalent, survived))
        return tuple(kinds)

    @property
    def killed_by(self) -> Mapping[str, int]:
        """The number of mutants that each requirement was the first to kill."""
        ends = Counter(result.killed_by for result in self.results)
        return {name: ends[name] for name in BY_ID if ends[name]}

    @property
    def equivalent(self) -> tuple[str, ...]:
        """The names of the mutants that are equivalent."""
        return self._named(EQUIVALENT)

    @property
    def survived(self) -> tuple[str, ...]:
        """The names of the mutants that survived."""
        return self._named(None)

    @property
    def reasons(self) -> Mapping[Words, tuple[str, ...]]:
        """The equivalent mutants by the reason why they are."""
        by_reason: dict[Words, list[str]] = {reason: [] for reason in (*EQUIVALENCES, UNEXPLAINED)}
        for result in self.results:
            if result.killed_by == EQUIVALENT:
                by_reason[equivalent_reason(result.mutant) or UNEXPLAINED].append(result.mutant.name)
        return {reason: tuple(names) for reason, names in by_reason.items() if names}

    def _named(self, killed_by: str | None) -> tuple[str, ...]:
        return tuple(result.mutant.name for result in self.results if result.killed_by == killed_by)


UNEXPLAINED = Words("每个情形下的行为都相同", "it does the same in every configuration")


def compute_score(
    on: Callable[[MutantResult], object] | None = None,
    *,
    indices: Iterable[int] | None = None,
    processes: int | None = None,
) -> Score:
    """Evaluate every mutant, or those of the *indices*; *on* is called with each result, to show progress."""
    found: list[MutantResult] = []
    for result in evaluate_all(indices, processes):
        if on is not None:
            on(result)
        found.append(result)
    return Score(tuple(found))
