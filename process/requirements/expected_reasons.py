"""The reasons for refusals: when each is unmet, which parameters it must have, and what its text must be (R16)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from process.model import Actor, Blocker, Event, Facts, Goal, QuoteStatus, State, Words

E, S = Event, State


class Raised(NamedTuple):
    """An event that was refused."""

    event: Event
    by: Actor
    state: State
    data: Mapping[str, Any]


class Reason(NamedTuple):
    """A reason for a refusal: the events that it can stop, and when it is unmet."""

    events: tuple[Event, ...]
    """The events that it can stop."""
    unmet: Callable[[Raised, Facts], bool]


def _if(events: tuple[Event, ...], unmet: Callable[[Facts], bool]) -> Reason:
    return Reason(events, lambda _raised, facts: unmet(facts))


def _off(events: tuple[Event, ...], field: str, right: Callable[[Facts], object]) -> Reason:
    return Reason(events, lambda raised, facts: raised.data[field] != right(facts))


_VERIFIERS = (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE)
_CONFIRM, _DECLINE = E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION
_ASK, _REMOVE = E.REQUEST_FACE_VERIFICATION_REMOVAL, E.REMOVE_FACE_VERIFICATION
_FACE, _OTHER = E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION
_ANSWERS = (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION)
_PAST_THE_ANSWER = (E.ABANDON, E.REFUSE, E.GUIDE_BACK, E.WAIVE_VERIFICATION, _REMOVE)


def _is_answer(raised: Raised) -> bool:
    """True where the lender's answer to a submission can be due; elsewhere a completion can only be a correction."""
    waiting = raised.state in (S.CANCELLING, S.SUPPORT_NEEDED, S.IN_SUPPORT)
    return raised.event is E.REJECT_CANCELLATION or (raised.event is E.COMPLETE_CANCELLATION and waiting)


def _is_due(raised: Raised, facts: Facts) -> bool:
    """True for an answer that corrects no rejection: it must be one to the submission."""
    corrects = raised.event is E.COMPLETE_CANCELLATION and raised.data["quote"] == facts.rejected_quote
    return _is_answer(raised) and not corrects


def _not_rejected(raised: Raised, facts: Facts) -> bool:
    return not _is_answer(raised) and raised.data["quote"] != facts.rejected_quote


def _offer_changed(raised: Raised, facts: Facts) -> bool:
    data = raised.data
    return data["quote"] == facts.quote and (data["fee"], data["currency"]) != (facts.fee, facts.currency)


def _answer_first(raised: Raised, facts: Facts) -> bool:
    system = raised.by is Actor.SYSTEM and raised.state is not S.CANCELLING
    ends = raised.event in _PAST_THE_ANSWER or (raised.event is E.REPORT_PLAN_ENDED and system)
    return ends and facts.quote_status is QuoteStatus.SUBMITTED


REASONS: Mapping[str, Reason] = {
    "wrong_account": _off((E.SIGN_IN,), "account", lambda facts: facts.account),
    "wrong_order": _off((E.OPEN_ORDER,), "order", lambda facts: facts.order),
    "goal_without_plan": _if(
        (E.CHOOSE_CANCELLATION, E.WAIVE_VERIFICATION), lambda facts: facts.goal is Goal.FACE_VERIFICATION
    ),
    "goal_without_face_verification": _if((_ASK,), lambda facts: facts.goal is Goal.PLAN),
    "goal_not_both": _if((_REMOVE,), lambda facts: facts.goal is not Goal.BOTH),
    "face_verification_already_removed": _if((_ASK, _REMOVE), lambda facts: facts.face_removed),
    "customer_not_identified": _if((E.WAIVE_VERIFICATION, _REMOVE), lambda facts: facts.identity is None),
    "customer_already_identified": _if((E.IDENTIFY_CUSTOMER,), lambda facts: facts.identity is not None),
    "quote_changed": Reason((E.QUOTE_CONSEQUENCES,), _offer_changed),
    "quote_was_rejected": Reason(
        (E.QUOTE_CONSEQUENCES,), lambda raised, facts: bool(raised.data["quote"] == facts.rejected_quote)
    ),
    "no_open_quote": _if((_CONFIRM, _DECLINE), lambda facts: facts.quote is None),
    "quote_not_current": _off((_CONFIRM,), "quote", lambda facts: facts.quote),
    "no_separate_consent": Reason((_FACE,), lambda raised, _facts: raised.data["consent"] is None),
    "no_face_attempts_left": _if((_FACE,), lambda facts: facts.face_attempts >= facts.face_limit),
    "no_other_attempts_left": _if((_OTHER,), lambda facts: facts.other_attempts >= facts.other_limit),
    "attempt_not_open": _off(_VERIFIERS, "attempt", lambda facts: facts.attempt),
    "nothing_outstanding": Reason(
        _ANSWERS, lambda raised, facts: _is_due(raised, facts) and facts.quote_status is not QuoteStatus.SUBMITTED
    ),
    "quote_not_submitted": Reason(
        _ANSWERS, lambda raised, facts: _is_due(raised, facts) and raised.data["quote"] != facts.quote
    ),
    "quote_not_rejected": Reason((E.COMPLETE_CANCELLATION,), _not_rejected),
    "answer_outstanding": Reason((*_PAST_THE_ANSWER, E.REPORT_PLAN_ENDED), _answer_first),
}
"""The reasons by their codes."""

_BY_EVENT: Mapping[Event, Sequence[tuple[str, Reason]]] = {
    event: [(code, reason) for code, reason in REASONS.items() if event in reason.events] for event in Event
}


def unmet_reasons(raised: Raised, facts: Facts) -> set[str]:
    """The codes of the reasons that are unmet."""
    return {code for code, reason in _BY_EVENT[raised.event] if reason.unmet(raised, facts)}


NEEDED: Mapping[str, tuple[str, ...]] = {
    "goal_without_plan": ("goal",),
    "goal_without_face_verification": ("goal",),
    "goal_not_both": ("goal",),
    "goal_not_face_verification_alone": ("goal",),
    "customer_already_identified": ("identity",),  # signed in, or by an agent's word
    "quote_not_current": ("quote",),
    "no_face_attempts_left": ("face_attempts", "face_limit"),
    "no_other_attempts_left": ("other_attempts", "other_limit"),
    "no_attempts_left": ("face_attempts", "face_limit", "other_attempts", "other_limit"),
    "attempt_not_open": ("attempt",),
    "quote_not_submitted": ("quote",),
    "quote_not_rejected": ("quote",),
    "quote_changed": ("quote",),
    "quote_was_rejected": ("quote",),
    "answer_outstanding": ("quote",),  # which answer is waited for
    "end_reached": ("state",),
    "wrong_state": ("event", "state", "states"),
    "wrong_actor": ("event", "by", "actors"),
}
"""The parameters that a program needs beside the code, to tell what was wrong or would be right."""

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def unclear_reason(code: str, parameters: Iterable[str], text: Words, texts: dict[str, str]) -> Words | None:
    """Return a problem with the parameters or texts of a reason; None if there is none.

    Args:
        texts: the texts seen before, each with the code of its reason; it grows.
    """
    for name in NEEDED.get(code, ()):
        if name not in parameters:
            return Words(f"原因 {code} 没有参数 {name}", f"the reason {code} has no parameter {name}")
    if all(texts.get(one) == code for one in text):
        return None
    if not (code and text.en.strip() and CHINESE.search(text.zh)) or CHINESE.search(text.en):
        return Words(f"原因 {code} 缺少中文或英文文字", f"the reason {code} has no text in zh or en")
    if any(texts.setdefault(one, code) != code for one in text):
        return Words(f"原因 {code} 与另一原因的文字相同", f"the reason {code} has the text of another")
    return None


def incorrect_reason(blockers: tuple[Blocker, ...], known: Mapping[str, object], texts: dict[str, str]) -> Words | None:
    """Return a problem with one of the reasons of a refusal, each by itself; None if there is none.

    Args:
        known: what each parameter must be: how it stands, else what the event carried, else what the facts say.
        told: as in ``unclear_reason``.
    """
    for code, parameters, zh, en in blockers:
        problem = unclear_reason(code, parameters, Words(zh, en), texts)
        if problem is not None:
            return problem
        if "{" in zh + en:
            return Words(f"原因 {code} 的文字不完整", f"the text of the reason {code} has a placeholder left")
        for name, value in parameters.items():
            if name != "field" and known.get(name) != (set(value) if isinstance(value, tuple) else value):
                return Words(f"原因 {code} 的参数 {name} 不实", f"the reason {code} has a wrong {name}: {value!r}")
    return None if blockers else Words("被拒却没有说明原因", "it is refused without a reason")


def unexpected_reasons(blockers: tuple[Blocker, ...], due: set[str]) -> Words | None:
    """Return the reasons that are missing, or given though they are met; None if there are none."""
    given = {blocker.code for blocker in blockers}
    if given == due and len(blockers) == len(given):
        return None
    missing, wrong = ", ".join(sorted(due - given)) or "-", ", ".join(sorted(given - due)) or "-"
    return Words(
        f"未说明的原因：{missing}；不成立的原因：{wrong}", f"reasons missing: {missing}; given but not true: {wrong}"
    )
