"""Refusals (R16): they change nothing, and give every unmet reason in both languages."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

from process.case import Case
from process.exceptions import InvalidPayload, ProcessError, Refused
from process.exploration.inputs import payload_variants
from process.exploration.replay import replay_all
from process.model import ELSE, Actor, Channel, Event, Facts, Option, State, SupportChannel, Term, Words
from process.requirements.counterexample import EVENTS_TRIED, CheckResult, Counterexample, all_of
from process.requirements.evidence import Evidence
from process.requirements.expected_reasons import (
    Raised,
    incorrect_reason,
    unclear_reason,
    unexpected_reasons,
    unmet_reasons,
)
from process.requirements.histories import NOT_REPLAYABLE, not_replayed
from process.value_checks import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT, field_errors

_TEXTS = ("", "a\0b", 7, True, ["x"])
_REFERENCES = (*_TEXTS, "a\nb", "x" * (MAX_REFERENCE + 1))
_INTEGERS = (-1, 1.5, "1", True, None, MAX_INTEGER + 1)
MALFORMED_VALUES: Mapping[str, tuple[object, ...]] = {
    **dict.fromkeys(("account", "order", "quote", "agent", "ticket"), (*_REFERENCES, None)),
    "consent": _REFERENCES,
    "fee": _INTEGERS,
    "currency": ("", "cny", "RMB", "XXX", 156, None),
    "attempt": (0, *_INTEGERS),
    **dict.fromkeys(("reason", "problem"), (*_TEXTS, None, "x" * (MAX_TEXT + 1))),
    **dict.fromkeys(("channel", "option", "method"), ("", "fax", "APP", 1, None)),
}
"""The values that each field can't hold, as the description has it."""

WELL_FORMED: Mapping[str, tuple[object, ...]] = {
    **dict.fromkeys(("account", "order", "quote", "agent", "ticket"), ("-", "证" * MAX_REFERENCE)),
    "consent": (None, "证" * MAX_REFERENCE),
    "fee": (0, 1, MAX_INTEGER),
    "currency": ("CNY", "JPY"),
    "attempt": (1, MAX_INTEGER),
    **dict.fromkeys(("reason", "problem"), (".", "行\n" * (MAX_TEXT // 2))),
    "option": tuple(Option),
}
"""The least and the greatest value that each field can hold, and each choice."""

CHANNELS: Mapping[Event, type[Term]] = {Event.SIGN_IN: Channel, Event.CONTACT_SUPPORT: SupportChannel}
"""The type of the field ``channel``, which differs by event."""


REASON_COUNT = Words("条原因", "reasons")
_REFUSED, _TAKEN = Words("合规，却被拒", "well formed, and refused"), Words("不合规，却未拒", "malformed, and taken")


def r16_refusals_give_reasons(evidence: Evidence) -> CheckResult:
    """In every kind of configuration a refused event leaves the case as it was and gives exactly the unmet reasons."""
    try:
        without_cases = all_of(_reasons_are_clear(evidence), _malformed_is_refused(evidence))
        return without_cases if without_cases.counterexample else all_of(without_cases, _each_refusal(evidence))
    except NOT_REPLAYABLE as error:
        return CheckResult(((0, EVENTS_TRIED),), evidence.at(0, not_replayed(error)))


def _reasons_are_clear(evidence: Evidence) -> CheckResult:
    """Check that each guard of a row has a reason in both languages, worded unlike any other, with what a program needs."""
    guards = dict.fromkeys(guard for row in evidence.model.table for guard in row.guards if guard is not ELSE)
    texts: dict[str, str] = {}
    for guard in guards:
        problem = unclear_reason(guard.code, guard.message_fields, guard.reason, texts)
        if problem is not None:
            return CheckResult(((len(guards), REASON_COUNT),), evidence.at(0, problem))
    return CheckResult(((len(guards), REASON_COUNT),))


def _malformed_is_refused(evidence: Evidence) -> CheckResult:
    """A payload is refused for its shape where a field is wrong, lost or unknown, and for no other reason."""
    tried = 0
    for event in evidence.events_retested:
        fields = evidence.model.events[event]
        facts = evidence.configurations[0].facts
        right = next(payload_variants(evidence.model, event, facts))[1]
        wrong = [{**right, "unheard_of": 1}, *({key: right[key] for key in right if key != name} for name in right)]
        wrong += [{**right, name: value} for name in fields for value in MALFORMED_VALUES.get(name, ())]
        chosen = {**WELL_FORMED, "channel": tuple(CHANNELS.get(event, ()))}
        well = [{**right, name: value} for name in fields for value in chosen.get(name, ())]
        for data, is_well in (*((data, False) for data in wrong), *((data, True) for data in well)):
            tried += 1
            if (field_errors(fields, data) == ()) is not is_well:
                zh, en = _REFUSED if is_well else _TAKEN
                problem = Words(f"「{event.words.zh}」所带内容{zh}", f'what "{event.words.en}" carries is {en}')
                broken = evidence.at(0, problem)._replace(attempt=(event, evidence.model.actors[event][0], data))
                return CheckResult(((tried, EVENTS_TRIED),), broken)
    return CheckResult(((tried, EVENTS_TRIED),))


def _each_refusal(evidence: Evidence) -> CheckResult:
    configurations, tried = evidence.configurations, 0
    taken = {(configurations[edge.source].state, edge.event, edge.by) for edge in evidence.exploration.edges}
    happens, raises = {(state, event) for state, event, _ in taken}, {(event, by) for _, event, by in taken}
    states = {event: frozenset(state for state, other in happens if other is event) for event in evidence.events_retested}
    actors = {
        (state, event): {by for by in Actor if (state, event, by) in taken} or {by for by in Actor if (event, by) in raises}
        for state in evidence.model.states
        for event in evidence.events_retested
    }
    texts: dict[str, str] = {}
    seen: set[State] = set()
    for index, case in _one_of_each_kind(evidence):
        state, facts, version = case.state, case.facts, case.version
        named = facts._asdict()
        first = state not in seen
        for event in evidence.events_retested:
            if not first and (state, event) not in happens:
                continue  # no row asks anything of the facts there
            here = actors[state, event]
            for by, data, wrong in _raised(evidence, event, facts, malformed=first):
                refused = _refusal(case, event, by, data)
                tried += 1
                if refused is None:
                    continue
                due: set[str] = set()
                if evidence.is_end(state):
                    due.add("end_reached")
                elif (state, event) not in happens:
                    due.add("wrong_state")
                if by not in here:
                    due.add("wrong_actor")
                if (state, event) in happens and wrong is None:  # also where the actor is wrong
                    due |= unmet_reasons(Raised(event, by, state, data), facts)
                standing: dict[str, object] = {"event": event, "by": by, "actors": here}
                standing |= {"state": state, "states": states[event]}
                problem = _refusal_problem(
                    refused, ChainMap(standing, {**data, wrong: None} if wrong else data, named), due, wrong, texts
                )
                if (case.state, case.facts, case.version, len(case.history)) != (state, facts, version, version):
                    problem = Words("被拒的事件改变了办理", "a refused event has changed the case")
                if problem is not None:
                    path = evidence.exploration.path_to(index)
                    return CheckResult(
                        ((tried, EVENTS_TRIED),), Counterexample(facts.goal, path, problem, (event, by, data))
                    )
        seen.add(state)
    return CheckResult(((tried, EVENTS_TRIED),))


def _refusal_problem(
    refused: InvalidPayload | Refused,
    known: Mapping[str, object],
    due: set[str],
    wrong: str | None,
    texts: dict[str, str],
) -> Words | None:
    """A problem with the refusal; None if there is none. It must name *wrong*, the field that is not as it should be."""
    problem = incorrect_reason(refused.blockers, known, texts)
    if problem is not None or wrong is None:
        return problem or unexpected_reasons(refused.blockers, due)
    fields = [blocker.parameters["field"] for blocker in refused.blockers if "field" in blocker.parameters]
    if not isinstance(refused, InvalidPayload) or fields != [wrong]:
        return Words(f"未指明有误的字段 {wrong}", f"the field that is wrong, {wrong}, is not the one that is named")
    return None


def _one_of_each_kind(evidence: Evidence) -> Iterator[tuple[int, Case]]:
    """A case for each kind of configuration; of attempts only matters whether any are left, not how many were used."""
    kinds: set[object] = set()
    for index, case in replay_all(evidence.exploration, evidence.new_case):
        facts = case.facts
        left = facts.face_attempts < facts.face_limit, facts.other_attempts < facts.other_limit, facts.attempt > 1
        kind = (case.state, facts.goal, facts.quote_status, facts.settled is None, facts.face_removed, left)
        if kind not in kinds:
            kinds.add(kind)
            yield index, case


def _raised(
    evidence: Evidence, event: Event, facts: Facts, *, malformed: bool
) -> Iterator[tuple[Actor, dict[str, Any], str | None]]:
    """The event by everybody, with every payload; and which field is wrong in it."""
    variants = [dict(data) for _label, data in payload_variants(evidence.model, event, facts)]
    right = variants[0]
    for by in Actor:
        if by not in evidence.model.actors[event]:
            yield by, right, None
            continue
        for data in variants:
            yield by, data, None
        if malformed:
            yield by, {**right, "unheard_of": 1}, "unheard_of"
            for name in right:
                yield by, {**right, name: object()}, name


def _refusal(case: Case, event: Event, by: Actor, data: Mapping[str, Any]) -> InvalidPayload | Refused | None:
    """The exception that the case raises; None where it takes the event, which is tried on a copy."""
    try:
        if case.may_trigger(event, data, by=by):
            return None
        case.trigger(event, data, by=by)
    except (InvalidPayload, Refused) as refused:
        return refused
    raise ProcessError(f"{event} may not be raised, yet it is taken")
