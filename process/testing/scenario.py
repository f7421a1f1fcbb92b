"""Scenarios: the goal of a case and what is delivered to it, in words or as lines for ``run``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from process.case import Case
from process.eventfile.writer import event_line, opening_line
from process.exceptions import InvalidPayload, Refused
from process.exploration.expansion import Configuration
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import RIGHT
from process.model import Actor, Event, Goal, Limits, State, Term
from process.records import Step
from process.testing.field_values import BACKGROUND_CASES, SHAPES, shaped
from process.testing.payload_variants import AGAIN, variant_payload, variant_words
from process.value_checks import short_repr


class Delivery(NamedTuple):
    """An event, who raises it, and the variant of the payload that it carries."""

    event: Event
    by: Actor
    variant: str = RIGHT
    """``"right"``, ``"again"``, or the fields that differ (``"quote: earlier"``); see ``testing.payload_variants``."""

    def payload(self, case: Case) -> dict[str, Any]:
        """The payload that it carries to this case as it stands."""
        return variant_payload(case, self.event, self.variant)

    def deliver(self, case: Case, data: Mapping[str, Any]) -> Step | Refused | InvalidPayload:
        """Raise the event in the case, with a payload that ``payload`` gave; return the step or the refusal."""
        try:
            return case.trigger(self.event, data, by=self.by)
        except (Refused, InvalidPayload) as refused:
            return refused


class Exchange(NamedTuple):
    """One delivery of a scenario, and the answer of the model."""

    before: Configuration
    """The state and the facts before it."""
    delivery: Delivery
    data: Mapping[str, Any]
    """The payload that was delivered."""
    answer: Step | Refused | InvalidPayload
    state: State
    """The state after it."""

    @property
    def is_accepted(self) -> bool:
        return isinstance(self.answer, Step)

    def words(self, lang: str) -> str:
        """The actor, the event with its payload, and the state after it."""
        event, by, variant = self.delivery
        note = variant_words(variant).of(lang) if variant == AGAIN or not self.is_accepted else ""
        carried = ", ".join([f"{name}={value_text(value)}" for name, value in self.data.items()] + ([note] if note else []))
        colon, refused = ("：", "被拒绝，仍在") if lang == "zh" else (": ", "refused, still in ")
        arrow = f" → {'' if self.is_accepted else refused}{self.state.words.of(lang)}"
        return f"{by.words.of(lang)}{colon}{event.words.of(lang)}{f' ({carried})' if carried else ''}{arrow}"


class Scenario(NamedTuple):
    """The goal of one case and what is delivered to it. ``str`` gives it in English, ``words`` in either language.

    Attributes:
        goal: the goal of the case.
        deliveries: the events that are delivered, those that the model refuses among them.
        limits: the limits of the case.
        shapes: the shapes of the account's and of the order's reference.
    """

    goal: Goal
    deliveries: tuple[Delivery, ...]
    limits: Limits = Limits()
    shapes: tuple[str, str] = ("plain", "plain")

    def open(self, number: int | str = 1, *, account: str | None = None, order: str | None = None) -> Case:
        """A case to which nothing was delivered yet.

        Args:
            number: distinguishes the cases of one run.
            account: the account of another case, for a second case of the same customer.
            order: the order of another case, for a second case about the same order.
        """
        account = account or shaped(self.shapes[0], f"account-{number}")
        order = order or shaped(self.shapes[1], f"order-{number}")
        return Case(goal=self.goal, account=account, order=order, case_id=f"case-{number}", limits=self.limits)

    def exchanges(self, case: Case) -> Iterator[Exchange]:
        """Deliver one after the other to the case, which ``open`` made, and yield the model's answers."""
        for delivery in self.deliveries:
            before = Configuration(case.state, case.facts)
            data = delivery.payload(case)
            answer = delivery.deliver(case, data)
            yield Exchange(before, delivery, data, answer, case.state)

    def play(self, number: int | str = 1) -> Case:
        """The case after the scenario."""
        case = self.open(number)
        for _ in self.exchanges(case):
            pass
        return case

    def words(self, lang: str = "en") -> str:
        """The scenario as numbered lines in *lang*, ``"zh"`` or ``"en"``."""
        heading = f"目标：{self.goal.words.zh}" if lang == "zh" else f"Goal: {self.goal.words.en}"
        lines = [f"{number:>3}. {each.words(lang)}" for number, each in enumerate(self.exchanges(self.open()), 1)]
        return "\n".join([heading, *lines])

    def __str__(self) -> str:
        return self.words()

    def __repr__(self) -> str:
        names = (f"{each.event}{f' [{each.variant}]' if each.variant != RIGHT else ''}" for each in self.deliveries)
        return f"<Scenario {self.goal}: {', '.join(names) or 'no events'}>"

    def jsonl(self, number: int | str = 1) -> Iterator[str]:
        """The lines that ``python -m process run`` reads; it stops at the first event that the model refuses."""
        case = self.open(number)
        yield opening_line(case).rstrip("\n")
        for exchange in self.exchanges(case):
            yield event_line(exchange.delivery.event, exchange.delivery.by, exchange.data).rstrip("\n")


def scenario_of(exploration: Exploration, path: tuple[Edge, ...], goal: Goal) -> Scenario:
    """A scenario that takes a path of the explored graph."""
    facts = exploration.configurations[0].facts
    limits = Limits(facts.face_limit, facts.other_limit)
    return Scenario(goal, tuple(Delivery(edge.event, edge.by, edge.variant) for edge in path), limits)


# The events of a case until its consequences are quoted, and until its plan is submitted.
QUOTED = (
    Delivery(Event.SIGN_IN, Actor.CUSTOMER),
    Delivery(Event.OPEN_ORDERS, Actor.CUSTOMER),
    Delivery(Event.OPEN_ORDER, Actor.CUSTOMER),
    Delivery(Event.FIND_OPTION, Actor.CUSTOMER),
    Delivery(Event.CHOOSE_CANCELLATION, Actor.CUSTOMER),
    Delivery(Event.QUOTE_CONSEQUENCES, Actor.LENDER),
)
SUBMITTED = (
    *QUOTED,
    Delivery(Event.CONFIRM_CANCELLATION, Actor.CUSTOMER),
    Delivery(Event.SKIP_FACE_VERIFICATION, Actor.SYSTEM),
)


def background_scenarios() -> dict[str, Scenario]:
    """The scenarios of the cases that a run opens first and leaves open, by their numbers."""
    return dict(zip(BACKGROUND_CASES, (Scenario(Goal.PLAN, QUOTED), Scenario(Goal.PLAN, SUBMITTED)), strict=True))


def shapes_of(number: int) -> tuple[str, str]:
    """The shapes for the scenario of this number: plain for odd ones, and every pair in turn for even ones."""
    pairs = tuple(product(SHAPES, SHAPES))
    return pairs[number // 2 % len(pairs)] if number % 2 == 0 else pairs[0]


def value_text(value: object) -> str:
    """A value as a person reads it in a line."""
    if isinstance(value, Term):
        return value.value
    return value if isinstance(value, str) and value.isalnum() else short_repr(value)
