"""Monitors: which requirement a whole trace breaks, read from its events alone, also after the first deviation.

A monitor looks at what happened and never at the machine. It reports only what the log shows: a requirement whose events
the log does not record is listed as not visible in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from process.audit.trace import Entry, Trace
from process.model import Actor, Event, Goal, Limits, Words

E, A = Event, Actor
NOT_IN_A_LOG = {
    "R1": Words("见流转覆盖", "see the coverage of transitions"),
    "R2": Words("不是单个办理的性质", "not a property of a single case"),
    "R10": Words("日志不含提供给客户的选项", "a log does not record what was offered"),
    "R12": Words("日志不含提供给客户的选项", "a log does not record what was offered"),
    "R15": Words("不是单个办理的性质", "not a property of a single case"),
    "R16": Words("日志不含拒绝的原因", "a log does not record the reasons of refusals"),
    "R18": Words("见超时的办理", "see the overdue cases"),
    "R20": Words("不是单个办理的性质", "not a property of a single case"),
    "R22": Words("日志不含拒绝的原因", "a log does not record the reasons of refusals"),
}
"""The requirements that no log can show, each with the reason."""
ENDS = {E.ABANDON, E.REFUSE, E.DECLINE_CANCELLATION, E.COMPLETE_CANCELLATION, E.REPORT_PLAN_ENDED}
STARTS = {E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION}
ANSWERS = {E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE}
SETTLING = {E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION}
ONLY_BY = {
    E.SKIP_FACE_VERIFICATION: {A.SYSTEM},
    E.PASS_VERIFICATION: {A.VERIFIER},
    E.WAIVE_VERIFICATION: {A.SUPPORT},
    E.REMOVE_FACE_VERIFICATION: {A.SUPPORT},
}
LEAVING_SUPPORT = {E.GUIDE_BACK, E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION, E.TIME_OUT}

Found = int | None
"""The place of the entry that breaks the requirement, from 0; None if none does."""


def r3_ends_take_nothing(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    for place, entry in enumerate(entries[:-1]):
        if entry.event in ENDS:
            return place + 1
    return None


def r4_quoted_and_confirmed(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    quoted: set[int] = set()
    confirmed: set[int] = set()
    for place, entry in enumerate(entries):
        if entry.quote is None:
            continue
        if entry.event is E.QUOTE_CONSEQUENCES:
            quoted.add(entry.quote)
        elif entry.event is E.CONFIRM_CANCELLATION:
            if entry.quote not in quoted:
                return place
            confirmed.add(entry.quote)
        elif entry.event is E.COMPLETE_CANCELLATION and entry.quote not in confirmed:
            return place
    return None


def r5_settled_before_cancelled(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    settled = False
    for place, entry in enumerate(entries):
        settled = settled or entry.event in SETTLING
        if entry.event is E.COMPLETE_CANCELLATION and not settled:
            return place
    return None


def r6_nobody_acts_for_another(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    return _first(entries, lambda entry: entry.by is not None and entry.by not in ONLY_BY.get(entry.event, {entry.by}))


def r7_removed_in_support(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    in_support = False
    for place, entry in enumerate(entries):
        if entry.event is E.CONTACT_SUPPORT:
            in_support = True
        elif entry.event is E.REMOVE_FACE_VERIFICATION and not in_support:
            return place
        elif entry.event in LEAVING_SUPPORT:
            in_support = False
    return None


def r8_account_and_order(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    return _first(entries, lambda entry: entry.account is False or entry.order is False)


def r8_identified(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    identified = False
    for place, entry in enumerate(entries):
        identified = identified or entry.event in (E.SIGN_IN, E.IDENTIFY_CUSTOMER)
        if entry.event in (E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION) and not identified:
            return place
    return None


def r9_attempts(entries: tuple[Entry, ...], _goal: Goal | None, limits: Limits) -> Found:
    counted = {E.START_FACE_VERIFICATION: 0, E.START_OTHER_VERIFICATION: 0}
    most = {E.START_FACE_VERIFICATION: limits.face, E.START_OTHER_VERIFICATION: limits.other}
    started, open_start = 0, None
    for place, entry in enumerate(entries):
        if entry.event in STARTS:
            counted[entry.event] += 1
            started, open_start = started + 1, entry.event
            if counted[entry.event] > most[entry.event]:
                return place
        elif entry.event in ANSWERS:
            if open_start is None or (entry.attempt is not None and entry.attempt != started):
                return place
            if entry.event is E.VERIFICATION_UNAVAILABLE:
                counted[open_start] -= 1
            open_start = None
        elif entry.event in (E.WITHDRAW_FACE_CONSENT, E.CHOOSE_ANOTHER_WAY, E.REPORT_PROBLEM, E.TIME_OUT):
            open_start = None
    return None


def r11_consent(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    return _first(entries, lambda entry: entry.event is E.START_FACE_VERIFICATION and entry.consent is False)


def r13_the_answer_decides(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    outstanding = False
    for place, entry in enumerate(entries):
        if outstanding and entry.event in (E.CONFIRM_CANCELLATION, E.ABANDON, E.REFUSE, E.DECLINE_CANCELLATION):
            return place
        if entry.event in (E.SKIP_FACE_VERIFICATION, E.PASS_VERIFICATION):
            outstanding = True
        elif entry.event in (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION, E.REPORT_PLAN_ENDED):
            outstanding = False
    return None


def r14_cancelled_once(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    completed = [place for place, entry in enumerate(entries) if entry.event is E.COMPLETE_CANCELLATION]
    return completed[1] if len(completed) > 1 else None


def r17_serves_one_attempt(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    rejected: set[int | None] = set()
    settled = True
    for place, entry in enumerate(entries):
        if entry.event is E.REJECT_CANCELLATION:
            rejected.add(entry.quote)
            settled = any(each.event is E.REMOVE_FACE_VERIFICATION for each in entries[:place])
        elif entry.event in SETTLING:
            settled = True
        elif entry.event is E.COMPLETE_CANCELLATION and not settled and entry.quote not in rejected:
            return place
    return None


def r21_removed_is_removed(entries: tuple[Entry, ...], _goal: Goal | None, _limits: Limits) -> Found:
    removed = False
    for place, entry in enumerate(entries):
        if removed and entry.event in STARTS | {E.REQUIRE_VERIFICATION}:
            return place
        removed = removed or entry.event is E.REMOVE_FACE_VERIFICATION
    return None


class Monitor(NamedTuple):
    """A requirement as a property of one trace."""

    requirement: str
    check: Callable[[tuple[Entry, ...], Goal | None, Limits], Found]
    needs: frozenset[Event]
    """The events that the log must record, else the requirement is not visible in it."""
    fields: tuple[str, ...] = ()
    """The parts of an entry that the log must record."""


def _monitor(
    check: Callable[[tuple[Entry, ...], Goal | None, Limits], Found], needs: Iterable[Event], *fields: str
) -> Monitor:
    number = check.__name__.partition("_")[0].upper()
    return Monitor(number, check, frozenset(needs), fields)


MONITORS = (
    _monitor(r3_ends_take_nothing, ()),
    _monitor(r4_quoted_and_confirmed, (E.QUOTE_CONSEQUENCES, E.CONFIRM_CANCELLATION, E.COMPLETE_CANCELLATION), "quote"),
    _monitor(r5_settled_before_cancelled, (*SETTLING, E.COMPLETE_CANCELLATION)),
    _monitor(r6_nobody_acts_for_another, (), "by"),
    _monitor(r7_removed_in_support, (E.CONTACT_SUPPORT, E.REMOVE_FACE_VERIFICATION, *LEAVING_SUPPORT)),
    _monitor(r8_account_and_order, (E.SIGN_IN,), "account"),
    _monitor(r8_identified, (E.SIGN_IN, E.IDENTIFY_CUSTOMER, E.WAIVE_VERIFICATION)),
    _monitor(r9_attempts, (*STARTS, *ANSWERS, E.WITHDRAW_FACE_CONSENT, E.CHOOSE_ANOTHER_WAY, E.REPORT_PROBLEM, E.TIME_OUT)),
    _monitor(r11_consent, (E.START_FACE_VERIFICATION,), "consent"),
    _monitor(r13_the_answer_decides, (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION, E.REPORT_PLAN_ENDED)),
    _monitor(r14_cancelled_once, (E.COMPLETE_CANCELLATION,)),
    _monitor(r17_serves_one_attempt, (*SETTLING, E.REJECT_CANCELLATION, E.COMPLETE_CANCELLATION), "quote"),
    _monitor(r21_removed_is_removed, (E.REMOVE_FACE_VERIFICATION,)),
)


def visible(recorded: Collection[Event], fields: Collection[str]) -> tuple[Monitor, ...]:
    """Return the monitors whose events and fields the log records."""
    return tuple(each for each in MONITORS if each.needs <= set(recorded) and set(each.fields) <= set(fields))


def broken(monitors: Iterable[Monitor], trace: Trace, limits: Limits) -> dict[str, int]:
    """Return the requirements that the trace breaks, each with the place of the entry."""
    found = ((each.requirement, each.check(trace.entries, trace.goal, limits)) for each in monitors)
    return {requirement: place for requirement, place in found if place is not None}


def _first(entries: tuple[Entry, ...], wanted: Callable[[Entry], bool]) -> Found:
    return next((place for place, entry in enumerate(entries) if wanted(entry)), None)
