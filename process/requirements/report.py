"""Check a model against the requirements. Any model or machine can be checked, so also a changed one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from process.exploration.explorer import Exploration, explore
from process.machine import MACHINE, CompiledMachine, build
from process.model import Limits, Model, Words
from process.requirements.catalogue import REQUIREMENTS, Requirement
from process.requirements.counterexample import Counterexample
from process.requirements.evidence import Evidence


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """The result of checking one requirement."""

    requirement: Requirement
    coverage: tuple[tuple[int, Words], ...]
    """What was checked: counts, each with its unit."""
    counterexample: Counterexample | None

    @property
    def holds(self) -> bool:
        return self.counterexample is None


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all requirements that were checked."""

    exploration: Exploration
    results: tuple[RequirementResult, ...]

    @property
    def failed(self) -> tuple[RequirementResult, ...]:
        return tuple(result for result in self.results if not result.holds)

    @property
    def holds(self) -> bool:
        return not self.failed


def check(
    what: Model | CompiledMachine = MACHINE,
    *,
    limits: Limits | None = None,
    only: Collection[str] = (),
    on: Callable[[Requirement], object] | None = None,
) -> Report:
    """Check a model, or a machine that runs one, against the requirements.

    Args:
        what: MODEL with changed parts, say; any Model, or a machine of ``process.machine.build``.
        limits: of the cases that are searched; the model's where they are left out. Both must allow an attempt by face,
            else R1 can't hold.
        only: the ids of the requirements to check; all of them, where it is left out.
        on: called with each requirement before it is checked, to show progress.

    Raises:
        ModelError: the model contradicts itself, so no machine can be built of it.
        ValueError: there is no requirement of an id in *only*.
    """
    known = [requirement.id for requirement in REQUIREMENTS]
    for name in only:
        if name not in known:
            raise ValueError(f"no requirement {name!r}; there are {known[0]} to {known[-1]}")
    machine = build(what) if isinstance(what, Model) else what
    evidence = Evidence(explore(machine, limits=limits))
    results: list[RequirementResult] = []
    for requirement in REQUIREMENTS:
        if only and requirement.id not in only:
            continue
        if on is not None:
            on(requirement)
        results.append(RequirementResult(requirement, *requirement.run(evidence)))
    return Report(evidence.exploration, tuple(results))
