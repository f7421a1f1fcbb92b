"""The real Case, driven at random by Hypothesis, aimed so that a run takes every transition and reaches every end.

Every transition is aimed at in its turn: a case first takes the shortest path to it, then goes on at random with right,
wrong and stale payloads by right and wrong actors. What must hold is said from the requirements (R3, R4, …), not from the
table. A run that left out a transition or an end fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from process import MODEL, Actor, Case, Event, Settlement, State
from process.exceptions import EndReached, GuardNotMet, InvalidPayload, Refused, WrongActor, WrongState
from process.exploration.expansion import Configuration, row_taken
from process.exploration.explorer import Edge, explored_model
from process.machine import build
from process.model import QuoteStatus, spend_the_verification
from process.records import Step
from process.testing.scenario import Delivery, Scenario, scenario_of
from process.testing.strategies import events, hostile_payloads

COMMON = {
    "deadline": None,  # the machine may be slow
    "database": None,  # a failure is replayed by its path, not from a file
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
}


def walks() -> dict[tuple[State, int], Scenario]:
    """By transition of the model, its source and the index of its row, the shortest scenario that takes it."""
    found = explored_model(MODEL.limits)
    first: dict[tuple[State, int], Edge] = {}
    for edge in found.edges:  # those nearest to a start come first
        first.setdefault((found.configurations[edge.source].state, edge.row), edge)
    paths = {aim: (*found.path_to(edge.source), edge) for aim, edge in sorted(first.items())}
    return {aim: scenario_of(found, path, found.goal_of(path, 0)) for aim, path in paths.items()}


class Seen:
    """The transitions, ends and refusals of all runs."""

    def __init__(self) -> None:
        self.transitions: Counter[tuple[State, int]] = Counter()
        self.ends: Counter[State] = Counter()
        self.refused: Counter[type[Exception]] = Counter()


class Driver(RuleBasedStateMachine):
    """Drives a case of the class to a transition, and on, and writes down in *seen* what it did."""

    def __init__(self, seen: Seen, walk: Scenario, case_class: type[Case]) -> None:
        super().__init__()
        self.seen, self.walk, self.case_class = seen, walk, case_class

    @initialize()
    def walk_to_the_aim(self) -> None:
        self.case = self.case_class(goal=self.walk.goal, account="account-1", order="order-1", case_id="case-1")
        self.submitted: list[str] = []
        self.completed = 0
        self.confirmed: str | None = None
        for delivery in self.walk.deliveries:
            self.raise_it(delivery, must_pass=True)

    def raise_it(self, delivery: Delivery, *, must_pass: bool = False) -> None:
        case, before, facts, version = self.case, self.case.state, self.case.facts, self.case.version
        data = delivery.payload(case)
        blockers = case.blockers(delivery.event, data, by=delivery.by)
        answer = delivery.deliver(case, data)
        if isinstance(answer, Step):
            assert not blockers
            row = row_taken(case.machine, Configuration(before, facts), answer.event, answer.by, answer.data)
            self.seen.transitions[before, row] += 1
            if case.is_done:
                self.seen.ends[case.state] += 1
            self.check_step(answer, before, facts)
        else:
            assert not must_pass, answer
            assert (case.state, case.facts, case.version) == (before, facts, version), "R16: a refusal changed the case"
            assert answer.blockers == blockers
            assert all(blocker.zh and blocker.en for blocker in blockers), "R16: a reason without words"
            self.seen.refused[type(answer)] += 1

    def check_step(self, step: Step, before: State, facts: object) -> None:
        """What the requirements say of a step that was taken."""
        case, now = self.case, self.case.facts
        if step.event is Event.CONFIRM_CANCELLATION:
            self.confirmed = str(step.data["quote"])
            assert self.confirmed == facts.quote, "R4: another quote was confirmed than the open one"
        if now.quote_status is QuoteStatus.SUBMITTED and facts.quote_status is not QuoteStatus.SUBMITTED:
            self.submitted.append(str(now.quote))
            assert now.quote == self.confirmed, "R4: what was submitted was not confirmed"
            assert now.settled is not None or now.face_removed, "R5: submitted without verification"
            assert len(self.submitted) == len(set(self.submitted)), "R13: a quote was submitted twice"
        if facts.quote_status is QuoteStatus.SUBMITTED and now.quote_status is not QuoteStatus.SUBMITTED:
            answered = (Event.COMPLETE_CANCELLATION, Event.REJECT_CANCELLATION, Event.REPORT_PLAN_ENDED)
            assert step.event in answered, "R13: the lender's answer was lost"
        if step.event is Event.COMPLETE_CANCELLATION:
            self.completed += 1
            assert step.by in (Actor.LENDER, Actor.SUPPORT)
            submitted = facts.quote if facts.quote_status is QuoteStatus.SUBMITTED else None
            assert step.data["quote"] in (submitted, facts.rejected_quote), "R4: another quote was completed"
            assert step.data["quote"] in self.submitted, "R4: a quote was completed that was never submitted"
        if step.event is Event.REJECT_CANCELLATION:
            assert now.settled is None, "R17: a verification served two tries"
            assert now.quote is None
        if now.settled is not facts.settled and now.settled is not None:
            settlers = {
                Settlement.SKIPPED: Actor.SYSTEM,
                Settlement.FACE: Actor.VERIFIER,
                Settlement.OTHER: Actor.VERIFIER,
                Settlement.WAIVED: Actor.SUPPORT,
            }
            assert step.by is settlers[now.settled], "R6: settled by someone who may not"
        if now.face_removed and not facts.face_removed:
            assert (step.by, before) == (Actor.SUPPORT, State.IN_SUPPORT), "R7: removed outside of support"
        if step.event is Event.SIGN_IN:
            assert step.data["account"] == facts.account, "R8: another account"
        if step.event is Event.START_FACE_VERIFICATION:
            assert step.data["consent"] is not None, "R11: no consent"
            assert now.face_attempts == facts.face_attempts + 1, "R9: not counted before the verifier is asked"
        if step.event in (Event.START_FACE_VERIFICATION, Event.REQUIRE_VERIFICATION):
            assert not facts.face_removed, "R21: a verification after the removal"
        if step.event in (Event.WAIVE_VERIFICATION, Event.REMOVE_FACE_VERIFICATION):
            assert facts.identity is not None, "R8: done for someone whom nobody has identified"
        if step.event in (Event.WITHDRAW_FACE_CONSENT, Event.CHOOSE_ANOTHER_WAY):
            assert not case.is_done, "R11: withdrawing ended the case"
            assert now.face_attempts == facts.face_attempts
        if step.event is Event.VERIFICATION_UNAVAILABLE:
            counted = now.face_attempts + now.other_attempts
            assert counted == facts.face_attempts + facts.other_attempts - 1, "R9: an outage used an attempt up"
        if "attempt" in step.data:
            assert step.data["attempt"] == facts.attempt, "R9: an answer to another attempt counted"

    @precondition(lambda self: not self.case.is_done)
    @rule(data=st.data())
    def something_right(self, data: st.DataObject) -> None:
        self.raise_it(data.draw(events(self.case, accepted=True)), must_pass=True)

    @rule(data=st.data())
    def something_wrong(self, data: st.DataObject) -> None:
        self.raise_it(data.draw(events(self.case, accepted=False)))

    @rule(event=st.sampled_from(Event), by=st.sampled_from(Actor))
    def the_same_again(self, event: Event, by: Actor) -> None:
        self.raise_it(Delivery(event, by, "again"))

    @rule(hostile=hostile_payloads(), by=st.sampled_from(Actor))
    def something_hostile(self, hostile: tuple[Event, dict[str, object]], by: Actor) -> None:
        event, payload = hostile
        state, facts = self.case.state, self.case.facts
        with pytest.raises(InvalidPayload):
            self.case.trigger(event, payload, by=by)
        assert (self.case.state, self.case.facts) == (state, facts)

    @invariant()
    def what_holds_everywhere(self) -> None:
        case, facts = self.case, self.case.facts
        assert self.completed <= 1, "R14: a plan was cancelled twice"
        assert facts.face_attempts <= facts.face_limit, "R9"
        assert facts.other_attempts <= facts.other_limit, "R9"
        if case.is_done:
            assert case.allowed_events() == (), "R3: an end takes an event"
            assert case.awaits is None
            cancelled = case.state in (State.PLAN_CANCELLED, State.BOTH_CANCELLED)
            removed = case.state in (State.FACE_VERIFICATION_REMOVED, State.BOTH_CANCELLED)
            assert (cancelled, removed) == (bool(self.completed), facts.face_removed), "R19: the end hides what happened"
            assert facts.quote_status is not QuoteStatus.SUBMITTED, "R13: ended without the lender's answer"
        else:
            assert case.awaits is not None, "R18: nobody's move"
            assert MODEL.states[case.state].deadline, "R18: no deadline"
            if Event.START_FACE_VERIFICATION in case.allowed_events() and facts.other_attempts < facts.other_limit:
                assert Event.START_OTHER_VERIFICATION in case.allowed_events(), "R10: the face is the only way"
        assert self.case_class.from_json(case.to_json()) == case, "R20: replaying gives another case"


def drive(case_class: type[Case], examples: int, steps: int) -> Seen:
    seen = Seen()
    for number, walk in enumerate(walks().values()):
        machine = partial(Driver, seen, walk, case_class)
        seed(number)(machine)  # always the same ones, but others for each aim
        run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps, **COMMON))
    return seen


@pytest.mark.parametrize(
    ("examples", "steps"), [(3, 8), pytest.param(12, 25, marks=pytest.mark.thorough)], ids=["few", "many"]
)
def test_random_events_keep_the_requirements_and_leave_no_transition_out(examples: int, steps: int) -> None:
    seen = drive(Case, examples, steps)
    assert not walks().keys() - seen.transitions.keys()
    assert not set(MODEL.ends) - set(seen.ends)
    assert {EndReached, GuardNotMet, WrongActor, WrongState} <= set(seen.refused), "too few kinds of wrong events"
    assert all(issubclass(kind, (Refused, InvalidPayload)) for kind in seen.refused)


def forgetful() -> type[Case]:
    """Cases of a model in which a rejection by the lender leaves the verification standing."""
    table = tuple(
        replace(row, effects=tuple(effect for effect in row.effects if effect is not spend_the_verification))
        for row in MODEL.table
    )

    class Forgetful(Case):
        __slots__ = ()
        machine = build(replace(MODEL, table=table))

    return Forgetful


def test_the_random_events_see_a_verification_that_serves_twice() -> None:
    with pytest.raises(AssertionError, match="R17"):
        drive(forgetful(), 1, 2)
