"""Compares a back end with the model's own case, delivery by delivery, up to the first difference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, Refused
from process.exploration.expansion import Configuration
from process.model import Actor, Event, State, Words
from process.records import Step
from process.testing.backend import Connection
from process.testing.hook_comparison import HookComparison
from process.testing.scenario import Exchange, Scenario
from process.value_checks import short_repr


class Difference(NamedTuple):
    """A difference: the answer of the model, and the one of the back end."""

    scenario: Scenario
    """The scenario of the case that differs, up to the delivery that differs; empty if the case began differently."""
    model: Words
    backend: Words
    error: Exception | None = None
    """The exception that the adapter raised, if it did."""
    is_other: bool = False
    """True if it is the other case of the trial that differs."""


class Trial(NamedTuple):
    """A scenario, and what else has to happen while it runs."""

    scenario: Scenario
    other: Scenario | None = None
    """The scenario of another case."""
    relation: str = "before"
    """The relation of the other case to this one: ``"before"``, ``"beside"``, ``"same account"`` or ``"same order"``."""
    restarts: bool = False
    """True if the back end is restarted after every event that it accepts."""

    @property
    def size(self) -> tuple[int, int]:
        return len(self.scenario.deliveries), len(self.other.deliveries) if self.other else 0


class Comparison:
    """Runs trials with one adapter.

    Args:
        connection: the adapter.
        repeats_accepted: a repeated delivery that the model refuses may be answered as accepted.
        without: the events that the back end does not have.
    """

    def __init__(self, connection: Connection, *, repeats_accepted: bool = False, without: Collection[Event] = ()) -> None:
        self.connection, self.repeats_accepted, self.without = connection, repeats_accepted, frozenset(without)
        self.facts: dict[str, None] = {}
        """The names of the facts that the adapter has shown."""

    def run(
        self,
        trial: Trial,
        number: int | str,
        *,
        payloads: list[dict[str, Any]] | None = None,
        note: Callable[[Exchange], bool] | None = None,
    ) -> Difference | None:
        """Run the trial; return the first difference, None if there is none.

        Args:
            number: distinguishes its case from the others in the back end.
            payloads: those of the scenario's deliveries, as far as they are known; the others are added.
            note: called with each exchange; True asks for a restart after it.
        """
        __tracebackhide__ = True
        if trial.other is None:
            main = _Track(self, trial.scenario, trial.scenario.open(number), trial.restarts, payloads, note)
            return main.begin() or main.finish()
        other_case = trial.other.open(f"{number}-other")
        first = _Track(self, trial.other, other_case, trial.restarts, None, note)
        facts = other_case.facts
        match trial.relation:
            case "same account":
                case_ = trial.scenario.open(number, account=facts.account)
            case "same order":
                case_ = trial.scenario.open(number, account=facts.account, order=facts.order)
            case _:
                case_ = trial.scenario.open(number)
        second = _Track(self, trial.scenario, case_, trial.restarts, None, note)
        if trial.relation in ("before", "same order"):
            return _of_other(first.begin() or first.finish()) or second.begin() or second.finish()
        return _of_other(first.begin()) or second.begin() or self._in_turns(first, second)

    def _in_turns(self, first: _Track, second: _Track) -> Difference | None:
        tracks = [first, second]
        while any(track.has_more for track in tracks):
            for track, other in ((first, second), (second, first)):
                if track.has_more:
                    found = track.select() or track.step()
                    if found is not None:
                        return _of_other(found) if track is first else found
                    found = other.select() or other.check()
                    if found is not None:
                        return _of_other(found) if other is first else found
        return None


def _of_other(found: Difference | None) -> Difference | None:
    return found and found._replace(is_other=True)


class _Track:
    """One case of the model and of the back end, side by side."""

    def __init__(
        self,
        comparison: Comparison,
        scenario: Scenario,
        case: Case,
        restarts: bool,
        payloads: list[dict[str, Any]] | None,
        note: Callable[[Exchange], bool] | None,
    ) -> None:
        self.comparison, self.connection, self.scenario, self.case = comparison, comparison.connection, scenario, case
        self.restarts, self.payloads, self.note = restarts, payloads, note
        self.at = 0
        self.taken: list[tuple[Event, Actor, Mapping[str, Any]]] = []
        self.hooks = HookComparison(self.connection, case, comparison.without, comparison.facts)

    @property
    def has_more(self) -> bool:
        return self.at < len(self.scenario.deliveries)

    def begin(self) -> Difference | None:
        case = self.case
        fresh = Case(
            goal=case.facts.goal,
            account=case.facts.account,
            order=case.facts.order,
            case_id=case.case_id,
            limits=self.scenario.limits,
        )
        try:
            self.connection.call("reset", fresh)
            state = self.connection.observed_state()
            found = state_difference(case.state, state) or self.hooks.difference(None)
        except Exception as error:  # whatever the adapter raises is the back end's answer
            return self._difference(_stands(case.state), _broke(error), error)
        return self._difference(*found) if found else None

    def finish(self) -> Difference | None:
        while self.has_more:
            found = self.step()
            if found is not None:
                return found
        return None

    def select(self) -> Difference | None:
        return self._guarded(lambda: self.connection.call("select", self.case))

    def check(self) -> Difference | None:
        """Compare the case as it stands, after something happened elsewhere."""
        found: list[tuple[Words, Words]] = []

        def compare() -> None:
            difference = state_difference(self.case.state, self.connection.observed_state())
            found.extend([difference] if difference else [])

        return self._guarded(compare) or (self._difference(*found[0]) if found else None)

    def step(self) -> Difference | None:
        """Deliver the next event to both."""
        exchange = self._exchange()
        is_to_restart = self.note is not None and self.note(exchange)
        expected = _answer_words(exchange.is_accepted, exchange.state)
        event, by, _ = exchange.delivery
        try:
            accepted = self.connection.call("apply", event, by, dict(exchange.data))
            if type(accepted) is not bool:
                given = short_repr(accepted)
                return self._difference(
                    expected,
                    Words(
                        f"apply() 应返回 True 或 False，却返回 {given}", f"apply() must return True or False, not {given}"
                    ),
                )
            state = self.connection.observed_state()
            sent = event, by, exchange.data
            may_be_accepted = self.comparison.repeats_accepted and accepted and sent in self.taken
            if state != exchange.state or (accepted != exchange.is_accepted and not may_be_accepted):
                return self._difference(_because(expected, exchange.answer), _answer_words(accepted, state))
            found = self.hooks.difference(None if accepted else exchange)
        except Exception as error:
            return self._difference(_because(expected, exchange.answer), _broke(error), error)
        if found:
            return self._difference(*found)
        if exchange.is_accepted:
            self.taken.append(sent)
            if self.restarts or is_to_restart:
                return self._restart()
        return None

    def _restart(self) -> Difference | None:
        if "restart" not in self.connection.hooks:
            return None
        has_select = "select" in self.connection.hooks
        return (
            self._guarded(lambda: self.connection.call("restart"))
            or (self.select() if has_select else None)
            or self.check()
        )

    def _exchange(self) -> Exchange:
        case, delivery = self.case, self.scenario.deliveries[self.at]
        before = Configuration(case.state, case.facts)
        if self.payloads is not None and self.at < len(self.payloads):
            data = self.payloads[self.at]
        else:
            data = delivery.payload(case)
            if self.payloads is not None:
                self.payloads.append(data)
        self.at += 1
        return Exchange(before, delivery, data, delivery.deliver(case, dict(data)), case.state)

    def _guarded(self, work: Callable[[], object]) -> Difference | None:
        try:
            work()
        except Exception as error:
            return self._difference(_stands(self.case.state), _broke(error), error)
        return None

    def _difference(self, model: Words, backend: Words, error: Exception | None = None) -> Difference:
        return Difference(self.scenario._replace(deliveries=self.scenario.deliveries[: self.at]), model, backend, error)


def state_difference(model: State, backend: State | str) -> tuple[Words, Words] | None:
    return None if model == backend else (_stands(model), _stands(backend))


def _stands(state: State | str) -> Words:
    if isinstance(state, State):
        return Words(f"办理处于「{state.words.zh}」", f'the case is in "{state.words.en}"')
    return Words(
        f"办理处于未知状态 {short_repr(state)}", f"the case is in {short_repr(state)}, which is no state of the process"
    )


def _answer_words(accepted: bool, state: State | str) -> Words:
    where = _stands(state)
    return Words(f"{'接受' if accepted else '拒绝'}，{where.zh}", f"{'accepted' if accepted else 'refused'}, {where.en}")


def _because(answer: Words, given: Step | Refused | InvalidPayload) -> Words:
    if isinstance(given, Step):
        return answer
    return Words(f"{answer.zh}。{given.text('zh')}", f"{answer.en}. {given.text('en')}")


def _broke(error: Exception) -> Words:
    shown = f"{type(error).__name__}: {str(error)[:300]}"
    return Words(f"出错：{shown}", f"broke: {shown}")
