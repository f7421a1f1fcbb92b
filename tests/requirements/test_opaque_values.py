"""Guards and effects that look at more than equality are found, whatever they look at; so are those that are not pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any
from unicodedata import normalize

import pytest

from process import model as m
from process.exploration.expansion import try_named_actors
from process.exploration.explorer import Exploration, explore
from process.exploration.replay import path_steps, step_sentence
from process.machine import build
from process.model import MODEL, Event, Facts, Guard, Limits, Model, QuoteStatus, Row
from process.mutation.incremental import compare_with_model
from process.requirements.catalogue import REQUIREMENTS
from process.requirements.data_independence import r15_one_outcome
from process.requirements.opaque_values import CLASS_OF, Opaque, RevealedError, part_problems
from process.requirements.report import check
from tests.support.broken_models import (
    Changes,
    Predicate,
    change_rows,
    with_condition,
    with_effect,
    with_effect_instead,
    with_predicate,
)

SMALL = Limits(1, 1)
E = Event
LONGEST = ("R16", "R20", "R22")


def on_account(predicate: Callable[[str, str], bool]) -> Model:
    return with_predicate(m.account_is_the_buyers, lambda facts, data: predicate(data["account"], facts.account))


def quoting(fee: Callable[[Any], object]) -> Model:
    def changes(_facts: Facts, data: Any) -> Mapping[str, object]:
        offer = {"quote": data["quote"], "fee": fee(data["fee"]), "currency": data["currency"]}
        return {**offer, "quote_status": QuoteStatus.OPEN}

    return with_effect_instead(E.QUOTE_CONSEQUENCES, changes, ("quote", "fee", "currency"))


def with_a_reason_that_decides(predicate: Callable[[str], bool]) -> Model:
    """A wrong quote is rejected, if the reason is the right one."""

    def names_it(facts: Facts, data: Any) -> bool:
        return data["quote"] == facts.quote or predicate(data["reason"])

    guard = replace(m.it_names_the_submitted_quote, predicate=names_it, payload_fields=("quote", "reason"))

    def change(row: Row) -> Row:
        return replace(row, guards=tuple(guard if one is m.it_names_the_submitted_quote else one for one in row.guards))

    return change_rows(change, event=E.REJECT_CANCELLATION)


def as_number(text: str) -> object:
    return int(text) if text.isdecimal() else text


LOOKING: Mapping[str, Callable[[], Model]] = {
    "a favourite account": lambda: on_account(lambda given, right: given in ("vip", right)),
    "a favourite order": lambda: with_predicate(
        m.order_is_the_cases, lambda facts, data: data["order"] in (facts.order, "order-0")
    ),
    "letters without their case": lambda: on_account(lambda given, right: given.casefold() == right.casefold()),
    "a Turkish i": lambda: on_account(lambda given, right: given.replace("ı", "i") == right.replace("ı", "i")),
    "a soft hyphen": lambda: on_account(lambda given, right: given == right or given.strip("\u00ad") == right),
    "spaces around": lambda: on_account(lambda given, right: given.strip() == right),
    "the compatible form": lambda: on_account(lambda given, right: normalize("NFKC", given) == right),
    "digits as a number": lambda: on_account(lambda given, right: as_number(given) == as_number(right)),
    "a checksum": lambda: on_account(lambda given, right: given == right or sum(map(ord, given)) == -1),
    "the length": lambda: on_account(lambda given, right: given == right or len(given) > 64),
    "the order of two references": lambda: on_account(lambda given, right: given <= right),
    "a hash": lambda: on_account(lambda given, right: hash(given) == hash(right)),
    "a member of a set": lambda: on_account(lambda given, right: given == right or given in {"vip"}),
    "a fee of 777": lambda: with_condition(E.CONFIRM_CANCELLATION, lambda facts, _data: facts.fee != 777),
    "a fee through a float": lambda: quoting(lambda fee: int(fee / 100 * 100)),
    "a fee that is cut": lambda: quoting(lambda fee: min(fee, 10**6)),
    "one currency": lambda: with_condition(E.CONFIRM_CANCELLATION, lambda facts, _data: facts.currency != "XAF"),
    "the number of the attempt": lambda: with_predicate(
        m.face_attempts_are_left, lambda facts, _data: facts.face_attempts < facts.face_limit or facts.attempt > 9
    ),
    "the reason's length, for a wrong quote": lambda: with_a_reason_that_decides(lambda reason: len(reason) > 200),
    "a favourite reason, for a wrong quote": lambda: with_a_reason_that_decides(lambda reason: reason == "by mistake"),
    "another fact": lambda: with_predicate(
        m.quote_is_the_open_one, lambda facts, data: data["quote"] in (facts.quote, facts.order)
    ),
}


@pytest.mark.parametrize("looking", LOOKING)
def test_a_part_that_looks_at_more_than_equality_is_found_with_a_path_to_it(looking: str) -> None:
    evidence, _ = compare_with_model(build(LOOKING[looking]()), SMALL)
    found = r15_one_outcome(evidence).counterexample
    assert found is not None
    assert all(step_sentence(step, "en") for step in path_steps(evidence.exploration, found.path))
    assert any(problem.problem.en.endswith("depends on more than equality") for problem in evidence.part_problems)


def now_and_then(number: int) -> Callable[[Guard], Predicate]:
    """Another answer every so many times."""

    def make(guard: Guard) -> Predicate:
        times = count(1)
        return lambda facts, data: guard.predicate(facts, data) is not (next(times) % number == 0)

    return make


def by_chance(guard: Guard) -> Predicate:
    chance = Random(1)  # noqa: S311  # nothing is kept secret by it
    return lambda facts, data: guard.predicate(facts, data) and chance.random() < 0.8


@pytest.mark.parametrize(
    ("guard", "make"),
    [
        (m.account_is_the_buyers, now_and_then(2)),
        pytest.param(m.nothing_is_unanswered, now_and_then(7), marks=pytest.mark.thorough),
        (m.face_attempts_are_left, by_chance),
    ],
)
def test_a_guard_that_is_not_pure_is_a_finding(guard: Guard, make: Callable[[Guard], Predicate]) -> None:
    evidence, _ = compare_with_model(build(with_predicate(guard, make(guard))), SMALL)
    found = [counterexample for one in REQUIREMENTS if one.id not in LONGEST and (counterexample := one.run(evidence)[1])]
    assert found
    assert all(counterexample.problem.en for counterexample in found)


def raising_later(facts: Facts, _data: object) -> bool:
    if facts.quote_status is QuoteStatus.ACCEPTED:
        raise ZeroDivisionError
    return facts.face_attempts < facts.face_limit


def no_truth_value_later(facts: Facts, _data: object) -> Any:
    left = facts.face_attempts < facts.face_limit
    return int(left) if facts.quote_status is QuoteStatus.ACCEPTED else left


def changing_the_payload(_facts: Facts, data: Any) -> bool:
    data["consent"] = data["consent"] or "consent-0"
    return True


@pytest.mark.parametrize(
    ("guard", "predicate", "problem"),
    [
        (m.face_attempts_are_left, raising_later, "face_attempts_are_left raises ZeroDivisionError()"),
        (m.face_attempts_are_left, no_truth_value_later, "face_attempts_are_left answers 1, not True or False"),
        (m.separate_consent_is_given, changing_the_payload, "separate_consent_is_given raises TypeError"),
    ],
)
def test_a_guard_that_fails_is_a_finding_with_its_name(guard: Guard, predicate: Predicate, problem: str) -> None:
    (result,) = check(with_predicate(guard, predicate), limits=SMALL, only=["R15"]).failed
    assert result.counterexample is not None
    assert result.counterexample.problem.en.startswith(problem)


def no_fact_later(facts: Facts, _data: object) -> Mapping[str, object]:
    return {"qoute": None} if facts.face_removed and facts.quote is None else {}


def nothing_later(facts: Facts, _data: object) -> Any:
    return None if facts.face_removed and facts.quote is None else {}


@pytest.mark.parametrize("changes", [no_fact_later, nothing_later])
def test_an_effect_that_sets_something_else_than_facts_is_a_finding_with_its_name(changes: Changes) -> None:
    (result,) = check(with_effect(E.QUOTE_CONSEQUENCES, changes), limits=SMALL, only=["R15"]).failed
    assert result.counterexample is not None
    assert result.counterexample.problem.en.endswith("not new values of facts")


@pytest.mark.parametrize("guard", [m.face_attempts_are_left, m.other_attempts_are_left])
def test_a_limit_that_is_a_constant_is_found_under_that_very_limit(guard: Guard) -> None:
    count_of_attempts, _limit = guard.message_fields
    model = with_predicate(guard, lambda facts, _data: getattr(facts, count_of_attempts) < 2)
    found = explore(build(model), limits=Limits(2, 2), expand=try_named_actors)
    problems = list(part_problems(found.machine, found.configurations, tuple(MODEL.events)))
    assert {problem.of_limits for problem in problems} == {True}
    assert {problem.problem.en for problem in problems} == {f"{guard.name} depends on the size of a limit"}


def test_another_channel_does_not_let_another_account_in() -> None:
    """Neither alone shows it: the two fields must differ together."""
    model = with_predicate(
        m.account_is_the_buyers,
        lambda facts, data: data["channel"] == "website" or data["account"] == facts.account,
        payload_fields=("account", "channel"),
    )
    (result,) = check(model, limits=SMALL, only=["R8"]).failed
    assert result.counterexample is not None
    assert result.counterexample.path[-1].variant == "account: another & channel: website"


def test_the_guards_and_effects_of_the_model_tell_values_apart_by_equality_alone(exploration: Exploration) -> None:
    found = part_problems(exploration.machine, exploration.configurations, tuple(MODEL.events))
    assert list(found) == []


def test_every_fact_that_a_search_cannot_enumerate_is_opaque() -> None:
    enumerated = {"goal", "identity", "quote_status", "settled", "face_removed"}
    counted = {"face_limit", "other_limit", "face_attempts", "other_attempts"}
    assert set(Facts._fields) - enumerated - counted == set(CLASS_OF)


@pytest.mark.parametrize(
    "use",
    [
        lambda value: value == "vip",
        lambda value: value in {"vip"},
        lambda value: value == Opaque("order", "a"),
        lambda value: value < Opaque("account", "b"),
        lambda value: f"{value}",
        lambda value: value.lower(),
        lambda value: value[:3],
        lambda value: value or None,
        lambda value: value + 1,
        len,
        str,
        int,
        hash,
    ],
)
def test_an_opaque_value_reveals_nothing_but_its_equality_with_its_like(use: Callable[[Any], Any]) -> None:
    with pytest.raises((RevealedError, TypeError)):
        use(Opaque("account", "a"))


def test_opaque_values_of_a_class_are_equal_if_their_values_are() -> None:
    assert Opaque("quote", "a") == Opaque("quote", "a")
    assert Opaque("quote", "a") != Opaque("quote", "b")
    assert (Opaque("quote", "a") == None) is False  # noqa: E711  # as a careless guard would
    assert Opaque("attempt", 1) + 1 == Opaque("attempt", 2)
