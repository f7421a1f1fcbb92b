"""Check a model against the requirements. Any model or machine can be checked, so also a changed one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from process.exploration.expansion import try_named_actors
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
    """The counts of what was checked, each with its unit."""
    counterexample: Counterexample | None
    exploration: Exploration
    """The exploration that the counterexample's path belongs to."""

    @property
    def holds(self) -> bool:
        return self.counterexample is None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results of all requirements that were checked."""

    explorations: tuple[Exploration, ...]
    """Under the limits that were asked for, and then under those of FURTHER_LIMITS that were explored, too."""
    results: tuple[RequirementResult, ...]

    @property
    def exploration(self) -> Exploration:
        """The exploration under the limits that were asked for."""
        return self.explorations[0]

    @property
    def failed(self) -> tuple[RequirementResult, ...]:
        return tuple(result for result in self.results if not result.holds)

    @property
    def holds(self) -> bool:
        return not self.failed


FURTHER_LIMITS = (Limits(1, 2),)
"""Limits under which the requirements that speak of attempts are checked a second time."""


def check(
    what: Model | CompiledMachine = MACHINE,
    *,
    limits: Limits | None = None,
    only: Collection[str] = (),
    on: Callable[[Requirement], object] | None = None,
) -> CheckReport:
    """Check a model, or a machine that runs one, against the requirements.

    Args:
        what: MODEL with changed parts, say; any Model, or a machine of ``process.machine.build``.
        limits: of the cases that are searched; the model's where they are left out. Both must allow an attempt by face,
            else R1 can't hold. What depends on attempts is also checked under FURTHER_LIMITS.
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
    chosen = [requirement for requirement in REQUIREMENTS if not only or requirement.id in only]
    evidence = [Evidence(explore(machine, limits=limits))]
    if any(requirement.depends_on_limits for requirement in chosen):
        further = [one for one in FURTHER_LIMITS if one != evidence[0].exploration.limits]
        evidence += [Evidence(explore(machine, limits=one, expand=try_named_actors)) for one in further]
    results: list[RequirementResult] = []
    for requirement in chosen:
        if on is not None:
            on(requirement)
        results.append(_requirement_result(requirement, evidence if requirement.depends_on_limits else evidence[:1]))
    return CheckReport(tuple(one.exploration for one in evidence), tuple(results))


def _requirement_result(requirement: Requirement, evidence: Sequence[Evidence]) -> RequirementResult:
    """Check the requirement under each limits until it fails."""
    for number, one in enumerate(evidence):
        coverage, counterexample = requirement.run(one)
        if number == 0:
            first = coverage
        if counterexample is not None:
            return RequirementResult(requirement, coverage, counterexample, one.exploration)
    limits = [one.exploration.limits for one in evidence]
    if len(limits) > 1:
        shown = [f"{one.face}/{one.other}" for one in limits]
        first = (*first, (len(limits), Words(f"组次数上限（{'、'.join(shown)}）", f"pairs of limits ({', '.join(shown)})")))
    return RequirementResult(requirement, first, None, evidence[0].exploration)
