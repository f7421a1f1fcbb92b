"""Back ends that are right but for one mistake in what they remember, compare or count; the model can't make these.

A mistake is given what the process would do, and tells what the back end does instead: the state and facts after the event,
or None, which refuses it. What it needs to remember of the case beside its facts it keeps in ``seen``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from process import MACHINE, Actor, Case, Event, Facts, QuoteStatus, Settlement, State

Move = tuple[State, Facts]


class Asked(NamedTuple):
    """One event as it reaches the back end."""

    state: State
    facts: Facts
    event: Event
    by: Actor
    data: Mapping[str, Any]
    right: Move | None
    """What the process does; None where it refuses."""
    seen: Counter[Any]

    def instead(self, **data: Any) -> Move | None:
        """What the process would do with other data."""
        return MACHINE.compiled_events[self.event].decide(self.state, self.facts, self.by, {**self.data, **data})

    def keeping(self, **facts: Any) -> Move | None:
        """The right state with wrong facts."""
        return None if self.right is None else (self.right[0], self.right[1]._replace(**facts))


Mistake = Callable[[Asked], Move | None]


class Mistaken:
    """A back end that makes one mistake."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake

    def reset(self, case: Case) -> None:
        self.now, self.seen = (case.state, case.facts), Counter[Any]()

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        right = MACHINE.compiled_events[event].decide(*self.now, by, dict(data))
        does = self.mistake(Asked(*self.now, event, by, data, right, self.seen))
        if right is not None:
            self.seen[event] += 1
        self.now = does or self.now
        return does is not None

    def state(self) -> State:
        return self.now[0]


def on(event: str, does: Mistake) -> Mistake:
    """The mistake, made on one event only."""
    return lambda asked: does(asked) if asked.event == event else asked.right


def loosely(event: str, field: str, alike: Callable[[str, str], bool]) -> Mistake:
    """A reference that is compared in a way that takes others for it."""

    def compared(asked: Asked) -> Move | None:
        own, given = getattr(asked.facts, field), asked.data.get(field)
        well_formed = isinstance(given, str) and 0 < len(given) <= 64 and given.isprintable()
        return asked.instead(**{field: own}) if own and well_formed and alike(str(given), own) else asked.right

    return on(event, compared)


def attempt(alike: Callable[[int, int], bool], event: str = "pass_verification") -> Mistake:
    """An attempt's number that is compared loosely."""

    def compared(asked: Asked) -> Move | None:
        given, own = asked.data.get("attempt"), asked.facts.attempt
        return asked.instead(attempt=own) if type(given) is int and given > 0 and alike(given, own) else asked.right

    return on(event, compared)


def stops_after(times: int, what: str, event: str) -> Mistake:
    """The event is refused once something was taken so often in the case."""
    return on(event, lambda asked: None if asked.seen[what] >= times else asked.right)


def _answered_by_name(asked: Asked) -> Move | None:
    return (asked.state, asked.facts) if asked.seen[asked.event] else asked.right


def _answered_by_content(asked: Asked) -> Move | None:
    key = asked.event, str(sorted(asked.data.items()))
    if asked.seen[key]:
        return asked.state, asked.facts
    asked.seen[key] += asked.right is not None
    return asked.right


def _refusal_kept(asked: Asked) -> Move | None:
    key = asked.event, asked.by, str(sorted(asked.data.items()))
    asked.seen[key] += asked.right is None
    return None if asked.seen[key] else asked.right


def _locked(asked: Asked) -> Move | None:
    key = "refused", asked.event
    if asked.seen[key] >= 3:
        return None
    asked.seen[key] += asked.right is None
    return asked.right


def _fourth_face(asked: Asked) -> Move | None:
    facts = asked.facts
    if facts.face_attempts == facts.face_limit and facts.other_attempts == facts.other_limit and asked.data.get("consent"):
        again = MACHINE.compiled_events[asked.event].decide(
            asked.state, facts._replace(face_attempts=0), asked.by, dict(asked.data)
        )
        return again and (again[0], again[1]._replace(face_attempts=facts.face_limit))
    return asked.right


def _settlement_lost(asked: Asked) -> Move | None:
    return asked.keeping(settled=None) if asked.facts.face_attempts == asked.facts.face_limit else asked.right


def _counted_on_refusal(asked: Asked) -> Move | None:
    """A start that is refused for want of consent is counted when the next event is taken."""
    if asked.right is None:
        asked.seen["owed"] += asked.event == "start_face_verification" and asked.state == "verification_choice"
        return None
    if asked.seen.pop("owed", 0):
        state, facts = asked.right
        return state, facts._replace(face_attempts=min(facts.face_limit, facts.face_attempts + 1))
    return asked.right


def _removal_undone(asked: Asked) -> Move | None:
    return asked.keeping(face_removed=False) if asked.facts.face_removed else asked.right


def _second_quote_ignored(asked: Asked) -> Move | None:
    return (asked.state, asked.facts) if asked.right and asked.facts.quote_status is QuoteStatus.OPEN else asked.right


def _kept_quote(asked: Asked) -> Move | None:
    """Guiding back and choosing again both forget to void the quote."""
    if asked.right and asked.event in ("guide_back", "choose_cancellation"):
        kept = ("quote", "fee", "currency", "quote_status")
        return asked.keeping(**{name: getattr(asked.facts, name) for name in kept})
    return asked.right


def _leads(event: str, when: Callable[[Asked], object], target: State) -> Mistake:
    return on(event, lambda asked: (target, asked.right[1]) if asked.right and when(asked) else asked.right)


def _refuses(event: str, when: Callable[[Asked], object]) -> Mistake:
    return on(event, lambda asked: None if when(asked) else asked.right)


def _face_kept_in_support(asked: Asked) -> Move | None:
    kept = asked.state is State.IN_SUPPORT and asked.facts.settled is Settlement.FACE
    return asked.keeping(settled=Settlement.FACE) if kept else asked.right


def _closed_by_a_late_answer(asked: Asked) -> Move | None:
    late = asked.state is State.ORDER_LIST and asked.seen["confirm_cancellation"] and asked.by is Actor.LENDER
    return (State.PLAN_CANCELLED, asked.facts) if late and {*asked.data} == {"quote"} else asked.right


def _void_reference(asked: Asked) -> Move | None:
    """The reference of a quote is taken once in a case, but for the open one's."""
    key = "quoted", asked.data.get("quote")
    if asked.seen[key] and asked.data.get("quote") != asked.facts.quote:
        return None
    asked.seen[key] += asked.right is not None
    return asked.right


def _as_number(asked: Asked) -> Move | None:
    given = asked.data.get("attempt")
    return asked.instead(attempt=int(given)) if isinstance(given, str) and given.isdigit() else asked.right


MISTAKES: Mapping[str, Mistake] = {
    "skipped only if it is free": _leads("skip_face_verification", lambda a: a.facts.fee, State.VERIFICATION_CHOICE),
    "a removal is forgotten in my orders": _leads(
        "abandon", lambda a: a.state is State.ORDER_LIST and a.facts.face_removed, State.ABANDONED
    ),
    "a waiver hides the removal": _leads(
        "complete_cancellation", lambda a: a.facts.settled is Settlement.WAIVED, State.PLAN_CANCELLED
    ),
    "a face outlives the rejection in support": on("reject_cancellation", _face_kept_in_support),
    "a late answer closes what was guided back": on("complete_cancellation", _closed_by_a_late_answer),
    "agents without Chinese names": _refuses("waive_verification", lambda a: not str(a.data.get("agent")).isascii()),
    "consent by number": _refuses("start_face_verification", lambda a: "'" in str(a.data.get("consent"))),
    "reasons of one line": _refuses("refuse", lambda a: "\n" in str(a.data.get("reason"))),
    "quotes of up to 20 characters": _refuses("quote_consequences", lambda a: len(str(a.data.get("quote"))) > 20),
    "the order signs in": loosely("sign_in", "account", lambda given, own: given in (own, own.replace("account", "order"))),
    "orders by number": loosely("open_order", "order", lambda given, own: given == own.rpartition("-")[2]),
    "orders without zeros": loosely("open_order", "order", lambda given, own: given.replace("-0", "-") == own),
    "quotes without hyphens": loosely(
        "confirm_cancellation", "quote", lambda g, own: g.replace("-", "") == own.replace("-", "")
    ),
    "an attempt that begins alike": attempt(lambda given, own: str(given).startswith(str(own))),
    "an outage clears the face attempts": on("verification_unavailable", lambda a: a.keeping(face_attempts=0)),
    "an outage clears the other attempts": on("verification_unavailable", lambda a: a.keeping(other_attempts=0)),
    "a face attempt too many once the other way is used up": on("start_face_verification", _fourth_face),
    "guiding back loses the settlement when the face attempts are used up": on("guide_back", _settlement_lost),
    "face refused after three outages": stops_after(3, "verification_unavailable", "start_face_verification"),
    "another way refused after three outages": stops_after(3, "verification_unavailable", "start_other_verification"),
    "a quote survives guidance and choice": _kept_quote,
    "guided back twice at most": stops_after(2, "guide_back", "guide_back"),
    "quoted three times at most": stops_after(3, "quote_consequences", "quote_consequences"),
    "waived once at most": stops_after(1, "waive_verification", "waive_verification"),
    "rejected once at most": stops_after(1, "reject_cancellation", "reject_cancellation"),
    "three problems are enough": stops_after(3, "report_problem", "report_problem"),
    "withdrawn twice at most": stops_after(2, "withdraw_face_consent", "withdraw_face_consent"),
    "nobody may leave after a rejection": stops_after(1, "reject_cancellation", "abandon"),
    "guiding back gives new face attempts": on("guide_back", lambda a: a.keeping(face_attempts=0)),
    "a rejection gives new attempts": on("reject_cancellation", lambda a: a.keeping(face_attempts=0, other_attempts=0)),
    "a waiver counts as a removal": on("waive_verification", lambda a: a.keeping(face_removed=True)),
    "a problem undoes the removal": on("report_problem", _removal_undone),
    "guiding back undoes the removal": on("guide_back", _removal_undone),
    "attempts are numbered anew after guidance": on("guide_back", lambda a: a.keeping(attempt=0)),
    "a second quote is ignored": on("quote_consequences", _second_quote_ignored),
    "a start without consent is counted": _counted_on_refusal,
    "answers by the event's name": _answered_by_name,
    "contact answered by its name": on("contact_support", _answered_by_name),
    "answers by name and content": _answered_by_content,
    "a refusal is remembered": _refusal_kept,
    "a refused decline is remembered": on("decline_cancellation", _refusal_kept),
    "three wrong accounts lock the case": on("sign_in", _locked),
    "three wrong quotes lock the case": on("confirm_cancellation", _locked),
    "accounts in any case": loosely("sign_in", "account", lambda given, own: given.lower() == own.lower()),
    "accounts by prefix": loosely("sign_in", "account", lambda given, own: own.startswith(given)),
    "orders by suffix": loosely("open_order", "order", lambda given, own: own.endswith(given)),
    "orders that begin alike": loosely("open_order", "order", lambda given, own: given.startswith(own)),
    "quotes with spaces": loosely("confirm_cancellation", "quote", lambda given, own: given.strip() == own),
    "answers to a quote in any case": loosely("complete_cancellation", "quote", lambda g, own: g.lower() == own.lower()),
    "rejections of a quote by prefix": loosely("reject_cancellation", "quote", lambda given, own: own.startswith(given)),
    "any older attempt": attempt(lambda given, own: given <= own),
    "an attempt three ago": attempt(lambda given, own: given in (own, own - 3)),
    "the next attempt": attempt(lambda given, own: given in (own, own + 1), "fail_verification"),
    "void references of quotes": on("quote_consequences", _void_reference),
    "attempts as text": on("pass_verification", _as_number),
    "limits compared as text": _refuses(
        "start_face_verification", lambda a: str(a.facts.face_attempts) >= str(a.facts.face_limit)
    ),
    "fees of 5,000 to 25,000": _refuses(
        "quote_consequences", lambda a: type(a.data.get("fee")) is int and 5_000 <= a.data["fee"] <= 25_000
    ),
    "answers cut to 63 characters": loosely("complete_cancellation", "quote", lambda given, own: given[:63] == own[:63]),
    "accounts without accents": loosely(
        "sign_in", "account", lambda given, own: given.replace("é", "e") == own.replace("é", "e")
    ),
    "the second attempt": attempt(lambda given, own: given in (own, 2), "verification_unavailable"),
}
