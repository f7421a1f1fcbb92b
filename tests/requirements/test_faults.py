"""Faults that the description forbids and that no single change of the table makes: each is found by the requirement named.

They are what a programmer might write: a comparison that is too kind, a counter that is read or reset in the wrong place, a
sum that is cut, a step that also happens elsewhere, or two faults of which one hides the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from process import model as m
from process.machine import build
from process.model import (
    MODEL,
    Actor,
    Channel,
    Effect,
    EndKind,
    Event,
    Facts,
    Goal,
    Identity,
    Kind,
    Limits,
    Model,
    Option,
    OtherMethod,
    Phase,
    QuoteStatus,
    Row,
    Settlement,
    State,
    SupportChannel,
)
from process.mutation.incremental import compare_with_model
from process.mutation.score import SMALL
from process.requirements.catalogue import REQUIREMENTS
from tests.support.broken_models import (
    FOR_A_TEST,
    Predicate,
    change_rows,
    with_actor,
    with_condition,
    with_effect,
    with_effect_instead,
    with_guards,
    with_payload,
    with_predicate,
    with_request,
    with_source,
    with_state,
    with_target_for,
    without_guard,
    without_source,
)
from tests.support.thorough import counts

A, E, S = Actor, Event, State
CHECKS = {requirement.id: requirement.check for requirement in REQUIREMENTS}


def quoting(fee: Callable[[Any], object] = lambda fee: fee, quote: Callable[[Any], object] = lambda quote: quote) -> Model:
    def tells(facts: Facts, data: Any) -> Mapping[str, object]:
        sums = {"fee": fee(data["fee"]), "currency": data["currency"]}
        return {"quote": quote(data["quote"]), **sums, "quote_status": QuoteStatus.OPEN}

    return with_effect_instead(E.QUOTE_CONSEQUENCES, tells, ("quote", "fee", "currency"))


def an_old_quote_stays_if_it_is_cheaper() -> Model:
    def tells(facts: Facts, data: Any) -> Mapping[str, object]:
        if facts.fee is not None and facts.fee < data["fee"]:
            return {"quote_status": QuoteStatus.OPEN}
        return {"quote": data["quote"], "fee": data["fee"], "currency": data["currency"], "quote_status": QuoteStatus.OPEN}

    return with_effect_instead(E.QUOTE_CONSEQUENCES, tells, ("quote", "fee", "currency"))


def no_count_and_none_given_back() -> Model:
    """Two faults of which one hides the other: an outage takes back what was never counted."""
    uncounted = Effect("uncounted", lambda facts, _data: {"attempt": facts.attempt + 1}, False, (), FOR_A_TEST)

    def change(row: Row) -> Row:
        if row.event is E.START_FACE_VERIFICATION:
            return replace(row, effects=(uncounted,))
        given_back = row.event is E.VERIFICATION_UNAVAILABLE and S.FACE_VERIFICATION in row.sources
        return replace(row, effects=()) if given_back else row

    return change_rows(change)


def asked_twice_and_answered_once() -> Model:
    """An outstanding answer blocks nothing, and an answer is taken though none is outstanding."""
    silent = replace(m.nothing_is_unanswered, predicate=lambda _facts, _data: True)
    any_time = replace(m.an_answer_is_outstanding, predicate=lambda facts, _data: facts.quote is not None)
    return with_guards({m.nothing_is_unanswered: silent, m.an_answer_is_outstanding: any_time})


def consent_that_is_remembered_and_not_counted() -> Model:
    def change(row: Row) -> Row:
        if row.event is not E.START_FACE_VERIFICATION:
            return row
        guards = tuple(remembered if guard is m.separate_consent_is_given else guard for guard in row.guards)
        return replace(row, guards=guards)

    remembered = replace(
        m.separate_consent_is_given, predicate=lambda facts, data: data["consent"] is not None or facts.face_attempts > 0
    )
    return change_rows(change)


def fee_cut(facts: Facts, _data: Any) -> Mapping[str, object]:
    return {"fee": None if facts.fee is None else min(facts.fee, 5_000)}


def _by_the_customer_too(row: Row) -> Row:
    return replace(row, by=(*row.by, A.CUSTOMER)) if row.by == (A.SYSTEM,) else row


def _same(name: str, alike: Callable[[str, str], bool]) -> Predicate:
    def holds(facts: Facts, data: Any) -> bool:
        right = getattr(facts, name)
        return right is not None and alike(data[name], right)

    return holds


# ---------------------------------------------------------------------------------------------------------- the faults

FAULTS: Mapping[str, tuple[str, Callable[[], Model]]] = {
    # names that are nearly right
    "the order's reference signs in too": (
        "R8",
        lambda: with_predicate(
            m.account_is_the_buyers, lambda facts, data: data["account"] in (facts.account, facts.order)
        ),
    ),
    "an account is compared without hyphens": (
        "R8",
        lambda: with_predicate(
            m.account_is_the_buyers, _same("account", lambda one, two: one.replace("-", "") == two.replace("-", ""))
        ),
    ),
    "an order is compared by its letters": (
        "R8",
        lambda: with_predicate(m.order_is_the_cases, _same("order", lambda one, two: sorted(one) == sorted(two))),
    ),
    "an order is compared without spaces": (
        "R8",
        lambda: with_predicate(
            m.order_is_the_cases, _same("order", lambda one, two: one.replace(" ", "") == two.replace(" ", ""))
        ),
    ),
    "a quote is compared by its first 8 characters": (
        "R4",
        lambda: with_predicate(m.quote_is_the_open_one, _same("quote", lambda one, two: one[:8] == two[:8])),
    ),
    "the answer may name the order for the quote": (
        "R13",
        lambda: with_predicate(
            m.it_names_the_submitted_quote, lambda facts, data: data["quote"] in (facts.quote, facts.order)
        ),
    ),
    "signing in changes the account that bought": (
        "R8",
        lambda: with_effect(E.SIGN_IN, lambda _facts, _data: {"account": "Ａ"}),
    ),
    "finding the option changes the order": (
        "R8",
        lambda: with_effect(E.FIND_OPTION, lambda _facts, _data: {"order": "order-2"}),
    ),
    "an account is stored in lower case": (
        "R8",
        lambda: with_effect(E.SIGN_IN, lambda facts, _data: {"account": facts.account.lower()}),
    ),
    # sums
    "no fee is more than 5000": ("R4", lambda: quoting(fee=lambda fee: min(fee, 5_000))),
    "a fee of 1 is forgiven": ("R4", lambda: quoting(fee=lambda fee: 0 if fee == 1 else fee)),
    "a fee overflows 32 bits": ("R4", lambda: quoting(fee=lambda fee: fee % 2**31)),
    "a quote is cut at 32 characters": ("R4", lambda: quoting(quote=lambda quote: quote[:32])),
    "a quote is stored in lower case": ("R4", lambda: quoting(quote=str.lower)),
    "confirming cuts the fee": ("R4", lambda: with_effect(E.CONFIRM_CANCELLATION, fee_cut)),
    "completing cuts the fee": ("R4", lambda: with_effect(E.COMPLETE_CANCELLATION, fee_cut)),
    "skipping cuts the fee": ("R4", lambda: with_effect(E.SKIP_FACE_VERIFICATION, fee_cut)),
    "passing changes the currency": (
        "R4",
        lambda: with_effect(E.PASS_VERIFICATION, lambda _facts, _data: {"currency": "CNY"}),
    ),
    "an old quote stays if it is cheaper": ("R4", an_old_quote_stays_if_it_is_cheaper),
    "what costs a lot can't be confirmed": (
        "R15",
        lambda: with_condition(E.CONFIRM_CANCELLATION, lambda facts, _data: (facts.fee or 0) < 10**6),
    ),
    "what costs a lot needs no verification": (
        "R15",
        lambda: with_predicate(
            m.no_verification_is_due,
            lambda facts, _data: facts.settled is not None or facts.face_removed or (facts.fee or 0) > 10**6,
        ),
    ),
    # attempts
    "an older attempt's answer counts": (
        "R9",
        lambda: with_predicate(
            m.it_answers_the_open_attempt, lambda facts, data: data["attempt"] in (facts.attempt, facts.attempt - 3)
        ),
    ),
    "an answer counts five attempts ahead": (
        "R9",
        lambda: with_predicate(
            m.it_answers_the_open_attempt, lambda facts, data: data["attempt"] in (facts.attempt, facts.attempt + 5)
        ),
    ),
    "the attempt is compared with the count": (
        "R15",
        lambda: with_predicate(
            m.it_answers_the_open_attempt,
            lambda facts, data: data["attempt"] == facts.face_attempts + facts.other_attempts,
        ),
    ),
    "a number is used again after an outage": (
        "R9",
        lambda: with_effect(E.VERIFICATION_UNAVAILABLE, lambda facts, _data: {"attempt": facts.attempt - 1}),
    ),
    "faces have numbers of their own": (
        "R9",
        lambda: with_effect(E.START_FACE_VERIFICATION, lambda facts, _data: {"attempt": facts.face_attempts + 1}),
    ),
    "numbers follow the counts": (
        "R9",
        lambda: with_effect(
            E.START_OTHER_VERIFICATION, lambda facts, _data: {"attempt": facts.face_attempts + facts.other_attempts + 1}
        ),
    ),
    "numbers end at 9": (
        "R9",
        lambda: with_effect(E.START_OTHER_VERIFICATION, lambda facts, _data: {"attempt": min(facts.attempt + 1, 9)}),
    ),
    "an outage sets the count to nothing": (
        "R9",
        lambda: with_effect_instead(
            E.VERIFICATION_UNAVAILABLE, lambda _facts, _data: {"face_attempts": 0}, source=S.FACE_VERIFICATION
        ),
    ),
    "an outage after eight attempts is not given back": (
        "R15",
        lambda: with_effect_instead(
            E.VERIFICATION_UNAVAILABLE,
            lambda facts, _data: {"face_attempts": facts.face_attempts - (facts.attempt < 9)},
            source=S.FACE_VERIFICATION,
        ),
    ),
    "after many outages nothing can be started": (
        "R15",
        lambda: with_condition(E.START_OTHER_VERIFICATION, lambda facts, _data: facts.attempt < 20),
    ),
    "withdrawing gives the attempt back": (
        "R11",
        lambda: with_effect(E.WITHDRAW_FACE_CONSENT, lambda facts, _data: {"face_attempts": facts.face_attempts - 1}),
    ),
    "one face more once the other way is used up": (
        "R9",
        lambda: with_predicate(
            m.face_attempts_are_left,
            lambda facts, _data: facts.face_attempts < facts.face_limit + (facts.other_attempts >= facts.other_limit),
        ),
    ),
    "the limit of the other way holds for faces": (
        "R9",
        lambda: with_predicate(m.face_attempts_are_left, lambda facts, _data: facts.face_attempts < facts.other_limit),
    ),
    "both ways share a limit": (
        "R9",
        lambda: with_predicate(
            m.face_attempts_are_left, lambda facts, _data: facts.face_attempts + facts.other_attempts < facts.face_limit
        ),
    ),
    "the limit is 3 whatever the host says": (
        "R9",
        lambda: with_predicate(m.face_attempts_are_left, lambda facts, _data: facts.face_attempts < 3),
    ),
    "guiding back raises the limit": ("R9", lambda: with_effect(E.GUIDE_BACK, lambda _facts, _data: {"other_limit": 9})),
    "guiding back gives all attempts back": (
        "R9",
        lambda: with_effect(E.GUIDE_BACK, lambda _facts, _data: {"face_attempts": 0, "other_attempts": 0}),
    ),
    "a rejection gives the faces back": (
        "R9",
        lambda: with_effect(E.REJECT_CANCELLATION, lambda _facts, _data: {"face_attempts": 0}),
    ),
    "no attempt is counted and none given back": ("R9", no_count_and_none_given_back),
    # what is settled
    "guiding back loses what was settled": (
        "R5",
        lambda: with_effect(E.GUIDE_BACK, lambda _facts, _data: {"settled": None}),
    ),
    "guiding back loses it when faces are used up": (
        "R5",
        lambda: with_effect(
            E.GUIDE_BACK,
            lambda facts, _data: {"settled": None if facts.face_attempts >= facts.face_limit else facts.settled},
        ),
    ),
    "guiding back keeps the quote": ("R4", lambda: change_rows(lambda row: replace(row, effects=()), event=E.GUIDE_BACK)),
    "guiding back forgets half of the goal": (
        "R4",
        lambda: with_effect(
            E.GUIDE_BACK, lambda facts, _data: {"goal": Goal.PLAN if facts.goal is Goal.BOTH else facts.goal}
        ),
    ),
    "a waiver outlives the rejection": (
        "R17",
        lambda: with_effect(
            E.REJECT_CANCELLATION,
            lambda facts, _data: {"settled": facts.settled if facts.settled is Settlement.WAIVED else None},
        ),
    ),
    "after a rejection the removal counts no more": (
        "R21",
        lambda: with_predicate(
            m.no_verification_is_due,
            lambda facts, _data: facts.settled is not None or (facts.face_removed and facts.rejected_quote is None),
        ),
    ),
    "a rejection undoes the removal": (
        "R7",
        lambda: with_effect(E.REJECT_CANCELLATION, lambda _facts, _data: {"face_removed": False}),
    ),
    "a new quote is accepted at once": (
        "R4",
        lambda: with_effect(
            E.QUOTE_CONSEQUENCES,
            lambda facts, _data: {"quote_status": QuoteStatus.OPEN if facts.quote is None else QuoteStatus.ACCEPTED},
        ),
    ),
    "a new quote spends what was settled": (
        "R5",
        lambda: with_effect(E.QUOTE_CONSEQUENCES, lambda _facts, _data: {"settled": None}),
    ),
    "accepting comes after submitting": (
        "R13",
        lambda: change_rows(lambda row: replace(row, effects=row.effects[::-1]), event=E.CONFIRM_CANCELLATION),
    ),
    "silence of the lender withdraws the request": (
        "R13",
        lambda: with_effect(
            E.TIME_OUT,
            lambda _facts, _data: {"quote": None, "fee": None, "currency": None, "quote_status": None},
            source=S.CANCELLING,
        ),
    ),
    "an answer is taken with no request outstanding": (
        "R13",
        lambda: with_predicate(m.an_answer_is_outstanding, lambda facts, _data: facts.quote is not None),
    ),
    "an outstanding answer blocks nothing, and comes at any time": ("R13", asked_twice_and_answered_once),
    # a quote is its content, and the lender corrects itself
    "the same reference with another fee is taken": (
        "R4",
        lambda: with_predicate(
            m.the_offer_is_unchanged_or_new,
            lambda facts, data: data["quote"] != facts.quote or data["currency"] == facts.currency,
        ),
    ),
    "the same reference in another currency is taken": (
        "R4",
        lambda: with_predicate(
            m.the_offer_is_unchanged_or_new, lambda facts, data: data["quote"] != facts.quote or data["fee"] == facts.fee
        ),
    ),
    "a cheaper offer keeps its reference": (
        "R4",
        lambda: with_predicate(
            m.the_offer_is_unchanged_or_new,
            lambda facts, data: data["quote"] != facts.quote or data["fee"] <= (facts.fee or 0),
        ),
    ),
    "the same quote is not taken twice": (
        "R4",
        lambda: with_predicate(m.the_offer_is_unchanged_or_new, lambda facts, data: data["quote"] != facts.quote),
    ),
    "the rejected quote is quoted again": ("R4", lambda: with_predicate(m.the_quote_was_not_rejected, lambda *_: True)),
    "a correction is refused once a new quote is open": (
        "R13",
        lambda: with_predicate(
            m.it_names_the_rejected_quote,
            lambda facts, data: facts.quote is None and data["quote"] == facts.rejected_quote,
        ),
    ),
    "a correction may name the order": (
        "R13",
        lambda: with_predicate(
            m.it_names_the_rejected_quote,
            lambda facts, data: facts.rejected_quote is not None and data["quote"] in (facts.rejected_quote, facts.order),
        ),
    ),
    "a rejection remembers the first quote alone": (
        "R13",
        lambda: with_effect(
            E.REJECT_CANCELLATION, lambda facts, _data: {"rejected_quote": facts.rejected_quote or facts.quote}
        ),
    ),
    "a waiver forgets the rejection": (
        "R13",
        lambda: with_effect(E.WAIVE_VERIFICATION, lambda _facts, _data: {"rejected_quote": None}),
    ),
    "the end of the plan leaves the answer outstanding": (
        "R13",
        lambda: with_effect_instead(E.REPORT_PLAN_ENDED, lambda _facts, _data: {}),
    ),
    "the end of the plan hides the removal": (
        "R19",
        lambda: change_rows(lambda row: replace(row, target=S.PLAN_ENDED_OTHERWISE), event=E.REPORT_PLAN_ENDED),
    ),
    "the customer reports the end of the plan": (
        "R6",
        lambda: change_rows(_by_the_customer_too, event=E.REPORT_PLAN_ENDED),
    ),
    # for whom
    "an agent's word counts for more than signing in": (
        "R8",
        lambda: with_effect_instead(E.SIGN_IN, lambda facts, _data: {"identity": facts.identity or Identity.SIGNED_IN}),
    ),
    "whoever calls is waived": ("R8", lambda: without_guard(E.WAIVE_VERIFICATION, m.the_customer_is_identified)),
    "whoever calls has the face removed": (
        "R8",
        lambda: without_guard(E.REMOVE_FACE_VERIFICATION, m.the_customer_is_identified),
    ),
    "guiding back signs in": (
        "R8",
        lambda: with_predicate(m.the_customer_signed_in, lambda facts, _data: facts.identity is not None),
    ),
    "an agent identifies without a ticket": ("R6", lambda: with_payload(E.IDENTIFY_CUSTOMER, agent=Kind.REFERENCE)),
    "nobody helps before signing in": ("R12", lambda: without_source(E.REPORT_PROBLEM, S.SIGNED_OUT)),
    # who
    "the lender declines": (
        "R6",
        lambda: with_actor(E.DECLINE_CANCELLATION, A.LENDER),
    ),
    "support reports the customer's problem": (
        "R6",
        lambda: with_actor(E.REPORT_PROBLEM, A.SUPPORT),
    ),
    "support quotes the fee": (
        "R6",
        lambda: with_actor(E.QUOTE_CONSEQUENCES, A.SUPPORT),
    ),
    "an agent waives without a ticket": ("R6", lambda: with_payload(E.WAIVE_VERIFICATION, agent=Kind.REFERENCE)),
    "the system skips without a reason": ("R6", lambda: with_payload(E.SKIP_FACE_VERIFICATION)),
    "the verifier hands over a score": (
        "R9",
        lambda: with_payload(E.PASS_VERIFICATION, attempt=Kind.ATTEMPT, score=Kind.MONEY),
    ),
    # where
    "a problem is reported while the lender is asked": ("R18", lambda: with_source(E.REPORT_PROBLEM, S.CANCELLING)),
    "a problem is reported to the agent at work": ("R18", lambda: with_source(E.REPORT_PROBLEM, S.IN_SUPPORT)),
    "support is contacted past the lender": ("R18", lambda: with_source(E.CONTACT_SUPPORT, S.CANCELLING)),
    "removal is asked for at the order": ("R18", lambda: with_source(E.REQUEST_FACE_VERIFICATION_REMOVAL, S.ORDER_DETAILS)),
    "face consent is withdrawn from another way": (
        "R18",
        lambda: with_source(E.WITHDRAW_FACE_CONSENT, S.OTHER_VERIFICATION),
    ),
    "the agent acts before being contacted": ("R6", lambda: with_source(E.GUIDE_BACK, S.SUPPORT_NEEDED)),
    "leaving past the lender": ("R18", lambda: with_source(E.ABANDON, S.CANCELLING)),
    "verification is asked for twice": ("R18", lambda: with_source(E.REQUIRE_VERIFICATION, S.VERIFICATION_CHOICE)),
    "the option is found without the order": ("R8", lambda: with_source(E.FIND_OPTION, S.ORDER_LIST)),
    "the consequences are declined unseen": ("R18", lambda: with_source(E.DECLINE_CANCELLATION, S.VERIFICATION_CHOICE)),
    "for one goal the option is not found": (
        "R8",
        lambda: with_target_for(E.FIND_OPTION, Goal.FACE_VERIFICATION, S.SUPPORT_NEEDED),
    ),
    "for one goal a step is skipped": ("R8", lambda: with_target_for(E.OPEN_ORDERS, Goal.BOTH, S.ORDER_DETAILS)),
    "for one goal an outage leads to support": (
        "R9",
        lambda: with_target_for(E.VERIFICATION_UNAVAILABLE, Goal.BOTH, S.SUPPORT_NEEDED),
    ),
    "for one goal withdrawing leads to support": (
        "R11",
        lambda: with_target_for(E.WITHDRAW_FACE_CONSENT, Goal.BOTH, S.SUPPORT_NEEDED),
    ),
    "only the app signs in": (
        "R8",
        lambda: with_condition(E.SIGN_IN, lambda _facts, data: data["channel"] is Channel.APP, ("channel",)),
    ),
    "one entry does not lead on": (
        "R8",
        lambda: with_condition(E.FIND_OPTION, lambda _facts, data: data["option"] is not Option.CANCEL, ("option",)),
    ),
    "the hotline is never answered": (
        "R12",
        lambda: with_condition(
            E.CONTACT_SUPPORT, lambda _facts, data: data["channel"] is not SupportChannel.HOTLINE, ("channel",)
        ),
    ),
    "one other way is refused": (
        "R10",
        lambda: with_condition(
            E.START_OTHER_VERIFICATION, lambda _facts, data: data["method"] is not OtherMethod.SMS_CODE, ("method",)
        ),
    ),
    # consent
    "consent is remembered": ("R11", consent_that_is_remembered_and_not_counted),
    "only one consent will do": (
        "R15",
        lambda: with_predicate(m.separate_consent_is_given, lambda _facts, data: data["consent"] == "consent-1"),
    ),
    "the consent must not be the account": (
        "R15",
        lambda: with_predicate(
            m.separate_consent_is_given, lambda facts, data: data["consent"] not in (None, facts.account)
        ),
    ),
    "withdrawing asks for the consent": ("R11", lambda: with_payload(E.WITHDRAW_FACE_CONSENT, consent=Kind.CONSENT)),
    "choosing another way gives the attempt back": (
        "R11",
        lambda: with_effect(E.CHOOSE_ANOTHER_WAY, lambda facts, _data: {"face_attempts": facts.face_attempts - 1}),
    ),
    "whoever waits for a code can't choose another way": (
        "R11",
        lambda: without_source(E.CHOOSE_ANOTHER_WAY, S.OTHER_VERIFICATION),
    ),
    "declining asks for a reason": ("R2", lambda: with_payload(E.DECLINE_CANCELLATION, reason=Kind.TEXT)),
    "leaving asks for a reason": ("R2", lambda: with_payload(E.ABANDON, reason=Kind.TEXT)),
    # what is told
    "the verifier is not told which attempt": (
        "R18",
        lambda: with_request(S.FACE_VERIFICATION, payload_fields=("consent",)),
    ),
    "the verifier is not told of the consent": (
        "R18",
        lambda: with_request(S.FACE_VERIFICATION, payload_fields=("attempt",)),
    ),
    "the lender is not told which quote": ("R18", lambda: with_request(S.CANCELLING, payload_fields=("fee", "currency"))),
    "the lender is told how often the face failed": (
        "R18",
        lambda: with_request(S.CANCELLING, payload_fields=("quote", "fee", "currency", "face_attempts")),
    ),
    "the customer is not told the fee": ("R18", lambda: with_request(S.CONSEQUENCES, payload_fields=("quote",))),
    "a refusal counts as achieved": ("R19", lambda: with_state(S.REFUSED, end=EndKind.GOOD)),
    "leaving counts as failed": ("R19", lambda: with_state(S.ABANDONED, end=EndKind.BAD)),
    "the order list is step 3": ("R8", lambda: with_state(S.ORDER_LIST, phase=Phase.ORDER)),
    "the choice is called support": ("R8", lambda: with_state(S.VERIFICATION_CHOICE, phase=Phase.SUPPORT)),
}
"""By what is wrong: the requirement that finds it, and the model."""


def _faults() -> Iterator[Any]:
    """Two faults of each requirement, and the others under ``--thorough``."""
    seen: Counter[str] = Counter()
    for fault, (requirement, _) in FAULTS.items():
        seen[requirement] += 1
        yield pytest.param(fault, marks=[pytest.mark.thorough] if seen[requirement] > 2 else [])


@pytest.mark.parametrize("fault", list(_faults()))
def test_the_requirement_finds_the_fault_and_tells_it_in_both_languages(fault: str) -> None:
    requirement, make = FAULTS[fault]
    limits = Limits(2, 1) if {"outage", "remembered"} & {*fault.split()} else SMALL
    evidence, _ = compare_with_model(build(make()), limits)
    found = CHECKS[requirement](evidence)
    assert found.counterexample is not None
    zh, en = found.counterexample.problem
    assert not zh.isascii()
    assert en.isprintable()


@counts("ways", 2, 6)
def test_the_same_ways_of_making_faults_make_none_where_nothing_is_changed(ways: int) -> None:
    """So that it is the fault that is found, and not how it was made."""
    made = (
        change_rows(replace, event=E.SIGN_IN),
        with_predicate(m.quote_is_the_open_one, m.quote_is_the_open_one.predicate),
        quoting(),
        with_effect(E.GUIDE_BACK, lambda facts, _data: {"settled": facts.settled}),
        with_request(S.CANCELLING),
        with_payload(E.SIGN_IN, **MODEL.events[E.SIGN_IN]),
    )
    checks = [check for name, check in CHECKS.items() if name not in ("R3", "R16", "R20", "R22")]
    for model in made[:ways]:
        evidence, _ = compare_with_model(build(model), SMALL)
        assert [check(evidence).counterexample for check in checks] == [None] * len(checks)
