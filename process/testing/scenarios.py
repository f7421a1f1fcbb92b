"""A trip: a goal and the deliveries that one case gets, from its opening on. Told in words, or as lines for ``run``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, Refused
from process.exploration.explorer import Configuration, Edge, Exploration
from process.model import Event, Goal, Limits, State, Term
from process.payload import short_repr
from process.records import Step
from process.testing.deliveries import AGAIN, Delivery, deliver, label_words, payload_of


class Exchange(NamedTuple):
    """One delivery of a trip, as the model answers it."""

    before: Configuration
    """Where the case stood, with all its facts."""
    delivery: Delivery
    data: Mapping[str, Any]
    """What it carried."""
    answer: Step | Refused | InvalidPayload
    state: State
    """Where the case stands after it."""

    def words(self, lang: str) -> str:
        """Who does what with what, and where the case then stands."""
        event, by, label = self.delivery
        note = label_words(label).of(lang) if label == AGAIN or not isinstance(self.answer, Step) else ""
        told = ", ".join([f"{name}={plain(value)}" for name, value in self.data.items()] + ([note] if note else []))
        colon, refused = ("：", "被拒绝，仍在") if lang == "zh" else (": ", "refused, still in ")
        where = "" if isinstance(self.answer, Step) else refused
        arrow = f" → {where}{self.state.words.of(lang)}"
        return f"{by.words.of(lang)}{colon}{event.words.of(lang)}{f' ({told})' if told else ''}{arrow}"


class Scenario(NamedTuple):
    """What happens to one case. ``str`` tells it in English, ``words`` in either language.

    Attributes:
        goal: the goal of the case.
        deliveries: the events it gets, the refused ones among them.
        limits: its limits.
    """

    goal: Goal
    deliveries: tuple[Delivery, ...]
    limits: Limits = Limits()

    def open(self, number: int = 1) -> Case:
        """A case that has not begun; *number* tells the cases of one test from each other."""
        account, order = f"account-{number}", f"order-{number}"
        return Case(goal=self.goal, account=account, order=order, case_id=f"case-{number}", limits=self.limits)

    def legs(self, case: Case) -> Iterator[Exchange]:
        """Deliver one after the other to the case, which ``open`` made, and tell the model's answers."""
        sent: dict[Event, Mapping[str, Any]] = {}
        for delivery in self.deliveries:
            before = Configuration(case.state, case.facts)
            data = payload_of(case, delivery, sent)
            answer = deliver(case, delivery, data)
            if isinstance(answer, Step):
                sent[delivery.event] = data
            yield Exchange(before, delivery, data, answer, case.state)

    def play(self, number: int = 1) -> Case:
        """The case after the trip."""
        case = self.open(number)
        for _ in self.legs(case):
            pass
        return case

    def words(self, lang: str = "en") -> str:
        """The trip as numbered lines in *lang*, ``"zh"`` or ``"en"``."""
        case = self.open()
        heading = f"目标：{self.goal.words.zh}" if lang == "zh" else f"Goal: {self.goal.words.en}"
        lines = [f"{number:>3}. {leg.words(lang)}" for number, leg in enumerate(self.legs(case), 1)]
        return "\n".join([heading, *lines])

    def __str__(self) -> str:
        return self.words()

    def __repr__(self) -> str:
        steps = ", ".join(f"{each.event}{f' [{each.label}]' if each.label != 'right' else ''}" for each in self.deliveries)
        return f"<Scenario {self.goal}: {steps or 'nothing yet'}>"

    def jsonl(self, number: int = 1) -> Iterator[str]:
        """The lines that ``python -m process run`` reads; it stops at the first one that the model refuses."""
        case = self.open(number)
        opened: dict[str, Any] = {
            "goal": self.goal,
            "account": case.facts.account,
            "order": case.facts.order,
            "case_id": case.case_id,
        }
        if self.limits != Limits():
            opened["limits"] = {"face": self.limits.face, "other": self.limits.other}
        yield json.dumps({"case": opened}, ensure_ascii=False)
        for leg in self.legs(case):
            line: dict[str, Any] = {"event": leg.delivery.event, "by": leg.delivery.by}
            if leg.data:
                line["data"] = leg.data
            yield json.dumps(line, ensure_ascii=False)


def trip_of(exploration: Exploration, edges: tuple[Edge, ...], goal: Goal) -> Scenario:
    """A trip of the explored graph, as one that can be delivered."""
    facts = exploration.configurations[0].facts
    limits = Limits(facts.face_limit, facts.other_limit)
    return Scenario(goal, tuple(Delivery(edge.event, edge.by, edge.variant) for edge in edges), limits)


def plain(value: object) -> str:
    """A value as a person reads it in a line."""
    return (
        value.value
        if isinstance(value, Term)
        else value
        if isinstance(value, str) and value.isalnum()
        else short_repr(value)
    )
