"""The evidence that requirements are checked against: every event that a case can take, and the kinds of check over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from process.case import Case
from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, Exploration
from process.exploration.graph import shortest_path
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT
from process.machine import CompiledMachine
from process.model import Actor, Event, Facts, Limits, Model, State, Words
from process.requirements.counterexample import CONFIGURATIONS, EVENTS_TAKEN, CheckResult, Counterexample
from process.requirements.observation import CLAIMS, RECORDED, Ledger, Observation, after, claimed_ledger
from process.requirements.opaque_values import PartInput, PartProblem, part_problems
from process.requirements.renamings import OTHER_NAMES, RenamingDifference, differences, has_right_payload


class Evidence:
    """An explored machine, with what several requirements derive from it.

    Args:
        exploration: the explored graph.
        events_retested: the events that are raised again with more payloads than in the search; every event, where it is
            left out.
        verified: configurations, by index, that another model has, too, in which the same events have the same outcomes.
            The requirements hold for that model: what concerns single events and configurations needs no second look.
        same_states: the other model says the same of its states; else only the facts are known to be true there.
        known_inputs: inputs for which guards and effects that the other model has, too, need no second look.
        observed: what ``taken_in`` has found in the same graph, to which more is added.
    """

    def __init__(
        self,
        exploration: Exploration,
        events_retested: Collection[Event] | None = None,
        verified: Collection[int] = frozenset(),
        *,
        same_states: bool = False,
        known_inputs: Collection[PartInput] = frozenset(),
        observed: dict[int, tuple[Observation, ...]] | None = None,
    ) -> None:
        self.exploration = exploration
        self._verified = verified
        self._same_states = same_states
        self._known_inputs = known_inputs
        self._taken_in = {} if observed is None else observed
        self.machine: CompiledMachine = exploration.machine
        self.model: Model = exploration.machine.definition
        self.configurations = exploration.configurations
        self.events_retested = tuple(self.model.events if events_retested is None else events_retested)

    # ------------------------------------------------------------------------------------------------- events taken

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """Every event that can be taken, nearest to a start first."""
        return tuple(seen for index in range(len(self.configurations)) for seen in self.taken_in(index))

    def taken_in(self, index: int) -> tuple[Observation, ...]:
        """The events that can be taken in the configuration."""
        if index not in self._taken_in:
            here, leaving = self.configurations[index], self.exploration.leaving(index)
            pairs = zip(self.exploration.edges[leaving], self.exploration.successors[leaving], strict=True)
            self._taken_in[index] = tuple(
                Observation(edge, *here, edge.event, edge.by, edge.variant, found.data, found.state, found.facts)
                for edge, found in pairs
            )
        return self._taken_in[index]

    def unverified(self) -> Iterator[tuple[int, Configuration]]:
        """Yield the configurations that need a look, with their indices, nearest to a start first."""
        known = self._verified if self._same_states else ()
        return ((index, here) for index, here in enumerate(self.configurations) if index not in known)

    @property
    def takes_the_same(self) -> bool:
        """True if the other model has all configurations, takes the same everywhere, and says the same of its states."""
        return self._same_states and len(self._verified) == len(self.configurations)

    def retested_in(self, index: int) -> Collection[Event]:
        """The events whose guards need a look in the configuration."""
        return self.events_retested if index in self._verified else self.model.events

    @cached_property
    def false_claims(self) -> list[tuple[Observation, str]]:
        """False claims of the facts after an event, by entry of the ledger, nearest to a start first."""
        found: list[tuple[Observation, str]] = []
        for seen in (
            seen
            for index in range(len(self.configurations))
            if index not in self._verified
            for seen in self.taken_in(index)
        ):
            quiet = seen.after is seen.before and seen.event not in RECORDED
            if quiet and seen.target not in (State.CANCELLING, State.PLAN_CANCELLED, State.BOTH_CANCELLED):
                continue  # neither the ledger nor the facts change
            true, claimed = after(seen), claimed_ledger(seen.target, seen.after)
            if true != claimed:
                pairs = zip(Ledger._fields, true, claimed, strict=True)
                found += [(seen, name) for name, one, other in pairs if one != other]
        return found

    @cached_property
    def differences(self) -> list[RenamingDifference]:
        """Differences in the outcome of events under other names, nearest to a start first."""
        events, retested = self.machine.compiled_events, set(self.events_retested)
        states = {state for event in retested for state in events[event].transitions_from}
        found: list[RenamingDifference] = []
        for index, here in enumerate(self.configurations):
            if here.state not in states:
                continue
            renamed = [(names, names.of(here.facts)) for names in OTHER_NAMES]
            for seen in self.taken_in(index):
                if seen.event in retested and has_right_payload(seen):
                    for names, facts in renamed:
                        outcome = events[seen.event].decide(seen.source, facts, seen.by, names.payload(seen.data))
                        found += differences(seen, names, outcome)
        return found

    @cached_property
    def part_problems(self) -> tuple[PartProblem, ...]:
        """The guards and effects that depend on more than they may, nearest to a start first."""
        return tuple(part_problems(self.machine, self.configurations, self.events_retested, self._known_inputs))

    # -------------------------------------------------------------------------------------------------- looking up

    @cached_property
    def _targets(self) -> dict[int, dict[tuple[Event, Actor, str], int]]:
        return {}

    def _targets_from(self, index: int) -> Mapping[tuple[Event, Actor, str], int]:
        """For each input that is taken in the configuration the index of the one that it leads to."""
        if index not in self._targets:
            edges = self.exploration.edges[self.exploration.leaving(index)]
            self._targets[index] = {(edge.event, edge.by, edge.variant): edge.target for edge in edges}
        return self._targets[index]

    def takes(self, index: int, event: Event, by: Actor, variant: str = RIGHT) -> Configuration | None:
        """The configuration to which the event leads from there; None where it is refused."""
        target = self._targets_from(index).get((event, by, variant))
        return None if target is None else self.configurations[target]

    def where_taken(self, event: Event) -> Iterator[tuple[int, Actor]]:
        """Yield where and by whom the event is taken with its right payload, nearest to a start first."""
        states = self.machine.compiled_events[event].transitions_from
        for index, here in enumerate(self.configurations):
            if here.state in states:
                yield from (
                    (index, by) for by in self.model.actors[event] if (event, by, RIGHT) in self._targets_from(index)
                )

    def where(self, wanted: Callable[[Configuration], bool]) -> Iterator[tuple[int, Configuration]]:
        """Yield the configurations that are *wanted*, with their indices, nearest to a start first."""
        return ((index, found) for index, found in enumerate(self.configurations) if wanted(found))

    @cached_property
    def _steps(self) -> dict[State, int]:
        return {state: 0 if info.phase is None else info.phase.number for state, info in self.model.states.items()}

    def step_of(self, state: State) -> int:
        """The number of the step that the state belongs to; 0 for an end."""
        return self._steps[state]

    def is_end(self, state: State) -> bool:
        return self.model.states[state].end is not None

    def is_open(self, found: Configuration) -> bool:
        return not self.is_end(found.state)

    # --------------------------------------------------------------------------------------- cases and counterexamples

    @cached_property
    def case_class(self) -> type[Case]:
        return type("CheckedCase", (Case,), {"machine": self.machine, "__slots__": ()})

    def new_case(self, facts: Facts) -> Case:
        """Open a real case that runs on this machine, with the goal and limits of the facts."""
        limits = Limits(facts.face_limit, facts.other_limit)
        return self.case_class(goal=facts.goal, account=ACCOUNT, order=ORDER, case_id="case-1", limits=limits)

    def path_with(self, seen: Observation) -> tuple[Edge, ...]:
        """A shortest path that ends with the event."""
        return (*self.exploration.path_to(seen.edge.source), seen.edge)

    def at(self, index: int, problem: Words) -> Counterexample:
        """A counterexample in a configuration."""
        return Counterexample(self.configurations[index].facts.goal, self.exploration.path_to(index), problem)

    def by(self, seen: Observation, problem: Words) -> Counterexample:
        """A counterexample that ends with an event."""
        return Counterexample(seen.before.goal, self.path_with(seen), problem)


# ------------------------------------------------------------------------------------------------------- kinds of check


def each_event(evidence: Evidence, problem: Callable[[Observation], Words | None]) -> CheckResult:
    """Check that there is no *problem* with any event that can be taken."""
    coverage = ((len(evidence.exploration.edges), EVENTS_TAKEN),)
    for index, _here in evidence.unverified():
        for seen in evidence.taken_in(index):
            found = problem(seen)
            if found is not None:
                return CheckResult(coverage, evidence.by(seen, found))
    return CheckResult(coverage)


def each_configuration(
    evidence: Evidence, wanted: Callable[[Configuration], bool], problem: Callable[[int, Configuration], Words | None]
) -> CheckResult:
    """Check that there is no *problem* with any configuration that is *wanted*."""
    count = 0
    for index, here in evidence.unverified():
        if not wanted(here):
            continue
        count += 1
        found = problem(index, here)
        if found is not None:
            return CheckResult(((count, CONFIGURATIONS),), evidence.at(index, found))
    return CheckResult(((count, CONFIGURATIONS),))


def never_before(
    evidence: Evidence,
    starts: Iterable[int],
    needed: Callable[[Observation], bool],
    forbidden: Callable[[Observation], Words | None],
) -> CheckResult:
    """Check that on every path from *starts* what is *forbidden* comes only after something *needed*.

    It walks over all edges but the needed ones, so it relies on no fact of the case: only on what has happened.
    """
    if evidence.takes_the_same:
        return CheckResult(())  # as in the other model, for which it holds
    starts = tuple(dict.fromkeys(starts))
    walked: set[int] = set(starts)

    def edges(index: int) -> Iterator[tuple[Observation, int]]:
        walked.add(index)
        return ((seen, seen.edge.target) for seen in evidence.taken_in(index) if not needed(seen))

    path = shortest_path(starts, edges, lambda seen: forbidden(seen) is not None)
    coverage = ((len(walked), CONFIGURATIONS),)
    problem = forbidden(path[-1]) if path else None
    if path is None or problem is None:
        return CheckResult(coverage)
    before = evidence.exploration.path_to(path[0].edge.source)
    whole = (*before, *(seen.edge for seen in path))
    return CheckResult(coverage, Counterexample(path[-1].before.goal, whole, problem))


def parts_are_general(evidence: Evidence, *, of_limits: bool) -> CheckResult:
    """Check that no guard or effect depends on the size of a limit, or, otherwise, on more than equality of values."""
    coverage = ((len(evidence.configurations), CONFIGURATIONS),)
    for found in evidence.part_problems:
        if found.of_limits is of_limits:
            return CheckResult(coverage, evidence.at(found.configuration, found.problem))
    return CheckResult(coverage)


def facts_are_true(evidence: Evidence, *claims: str, but: Event | None = None, only: Event | None = None) -> CheckResult:
    """Check that the facts agree with these entries of the ledger after every event that can be taken."""
    coverage = ((len(evidence.exploration.edges), EVENTS_TAKEN),)
    for seen, claim in evidence.false_claims:
        if claim in claims and seen.event is not but and only in (None, seen.event):
            true, claimed = getattr(after(seen), claim), getattr(claimed_ledger(seen.target, seen.after), claim)
            zh, en = CLAIMS[claim]
            problem = Words(f"{zh}：实为 {true!s}，事实却记为 {claimed!s}", f"{en}: is {true!s}, the facts say {claimed!s}")
            return CheckResult(coverage, evidence.by(seen, problem))
    return CheckResult(coverage)
