"""Compares a back end with the model's own case, delivery by delivery, up to the first difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from process.case import Case
from process.exceptions import InvalidPayload, Refused
from process.exploration.explorer import Configuration
from process.model import Actor, Event, RequestKind, State, Term, Words
from process.payload import short_repr
from process.records import Request, Step
from process.testing.backend import Connection
from process.testing.scenario import Exchange, Scenario, plain


class Difference(NamedTuple):
    """What the model does and what the back end does instead."""

    scenario: Scenario
    """The scenario of the case that differs, up to the delivery that differs; empty if the case began differently."""
    model: Words
    backend: Words
    error: Exception | None = None
    """The exception that the adapter raised, if it did."""
    is_other: bool = False
    """Whether it is the other case of the trial that differs."""


class Trial(NamedTuple):
    """A scenario, and what else has to happen while it runs."""

    scenario: Scenario
    other: Scenario | None = None
    """The scenario of another case."""
    relation: str = "before"
    """How the other case stands to this one: ``"before"``, ``"beside"``, ``"same account"`` or ``"same order"``."""
    restarts: bool = False
    """Whether the back end is restarted after every event that it accepts."""

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
        self.keys: dict[str, object] = {}
        self.sent: Counter[str] = Counter()
        self.last_key: str | None = None

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
            found = state_difference(case.state, state) or self._other_differences(None)
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
        expected = _answer(exchange.is_accepted, exchange.state)
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
                return self._difference(_because(expected, exchange.answer), _answer(accepted, state))
            found = self._other_differences(None if accepted else exchange)
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

    # --------------------------------------------------------------------------------------------------- optional hooks

    def _other_differences(self, refused: Exchange | None) -> tuple[Words, Words] | None:
        """The first difference in what the hooks show; *refused*: the exchange, if both have refused it."""
        comparers: Mapping[str, Callable[[Any], tuple[Words, Words] | None]] = {
            "facts": self._facts,
            "awaits": self._awaits,
            "allowed": self._allowed,
            "request": self._request,
            "requests": self._requests,
        }
        hooks = self.connection.hooks
        if not hooks:
            return None
        if refused is not None and not isinstance(refused.answer, Step) and "blockers" in hooks:
            model, theirs = {each.code for each in refused.answer.blockers}, set(self.connection.call("blockers"))
            if model != theirs:
                return _reasons(model), _reasons(theirs)
        for name, compare in comparers.items():
            if name in hooks and (found := compare(self.connection.call(name))):
                return found
        return None

    def _facts(self, theirs: Mapping[str, object]) -> tuple[Words, Words] | None:
        known = self.case.facts._asdict()
        _only_known("facts", theirs, known)
        self.comparison.facts.update(dict.fromkeys(theirs))
        other = [name for name, value in theirs.items() if value != known[name]]
        if not other:
            return None
        return _kept({name: known[name] for name in other}), _kept({name: theirs[name] for name in other})

    def _awaits(self, theirs: object) -> tuple[Words, Words] | None:
        return None if theirs == self.case.awaits else (_waits_for(self.case.awaits), _waits_for(theirs))

    def _allowed(self, theirs: Any) -> tuple[Words, Words] | None:
        by_actor = {Actor(by): events for by, events in theirs.items()} if isinstance(theirs, Mapping) else {None: theirs}
        for by, events in by_actor.items():
            model = {each for each in self.case.allowed_events(by=by) if each not in self.comparison.without}
            found = {Event(each) for each in events}
            if model != found:
                return _allows(by, model - found, found - model, "model"), _allows(
                    by, model - found, found - model, "backend"
                )
        return None

    def _request(self, theirs: Any) -> tuple[Words, Words] | None:
        model = self.case.request
        if model is None or theirs is None:
            return None if model is theirs else (_asks(model), _asks(theirs))
        known = model._asdict()
        named: dict[str, Any] = (
            {"kind": theirs}
            if isinstance(theirs, str)
            else dict(theirs._asdict() if isinstance(theirs, Request) else theirs)
        )
        _only_known("request", named, known)
        if "key" in named:  # which is the system's own: it need only stay and change when the model's does
            own = self.keys.setdefault(model.key, named["key"])
            used = [key for key, value in self.keys.items() if value == named["key"]]
            if own != named["key"] or len(used) > 1:
                stays, changes = (
                    Words("请求未变，编号不变", "the same request, under the same key"),
                    Words("新的请求，编号须不同", "a new request, under a key of its own"),
                )
                return (stays if own != named["key"] else changes), Words(
                    f"编号 {plain(named['key'])}", f"key {plain(named['key'])}"
                )
        payload: Mapping[str, Any] = named.pop("payload", None) or {}
        _only_known("request", payload, model.payload)
        other = {name: value for name, value in named.items() if name != "key" and value != known[name]}
        other |= {name: value for name, value in payload.items() if value != model.payload[name]}
        if not other:
            return None
        return _asks({name: known.get(name, model.payload.get(name)) for name in other}), _asks(other)

    def _requests(self, theirs: Mapping[str, int]) -> tuple[Words, Words] | None:
        named = {RequestKind(kind): number for kind, number in theirs.items()}
        self._count_request()
        other = {kind: number for kind, number in named.items() if number != self.sent[kind]}
        return (_sent({kind: self.sent[kind] for kind in other}), _sent(other)) if other else None

    def _count_request(self) -> None:
        request = self.case.request
        if request is not None and request.key != self.last_key:
            self.last_key = request.key
            self.sent[request.kind] += 1


def state_difference(model: State, backend: State | str) -> tuple[Words, Words] | None:
    return None if model == backend else (_stands(model), _stands(backend))


# --------------------------------------------------------------------------------------------------------------- words


def _only_known(hook: str, theirs: Mapping[str, object], known: Mapping[str, object]) -> None:
    unknown = [name for name in theirs if name not in known]
    if unknown:
        raise ValueError(f"{hook}() names {short_repr(unknown[0])}; the process has {', '.join(known)}")


def _stands(state: State | str) -> Words:
    if isinstance(state, State):
        return Words(f"办理处于「{state.words.zh}」", f'the case is in "{state.words.en}"')
    return Words(
        f"办理处于未知状态 {short_repr(state)}", f"the case is in {short_repr(state)}, which is no state of the process"
    )


def _answer(accepted: bool, state: State | str) -> Words:
    where = _stands(state)
    return Words(f"{'接受' if accepted else '拒绝'}，{where.zh}", f"{'accepted' if accepted else 'refused'}, {where.en}")


def _because(answer: Words, given: Step | Refused | InvalidPayload) -> Words:
    if isinstance(given, Step):
        return answer
    return Words(f"{answer.zh}。{given.text('zh')}", f"{answer.en}. {given.text('en')}")


def _reasons(codes: Collection[str]) -> Words:
    listed = ", ".join(sorted(codes)) or "-"
    return Words(f"拒绝，原因：{listed}", f"refused, for these reasons: {listed}")


def _kept(facts: Mapping[str, Any]) -> Words:
    listed = _listed(facts)
    return Words(f"记录为 {listed}", f"has {listed}")


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}={plain(value) if isinstance(value, Term) else short_repr(value)}" for name, value in values.items()
    )


def _waits_for(actor: object) -> Words:
    if actor is None:
        return Words("不等待任何一方", "waits for nobody")
    try:
        return Words(f"等待{Actor(actor).words.zh}", f"waits for the {Actor(actor).words.en}")  # type: ignore[arg-type]
    except ValueError:
        return Words(
            f"等待未知的一方 {short_repr(actor)}", f"waits for {short_repr(actor)}, which is no actor of the process"
        )


def _allows(by: Actor | None, missing: Collection[Event], more: Collection[Event], side: str) -> Words:
    only = sorted(missing if side == "model" else more)
    who = Words(f"{by.words.zh}", f" to the {by.words.en}") if by else Words("", "")
    zh = "、".join(event.words.zh for event in only)
    en = ", ".join(event.words.en for event in only)
    if not only:
        return Words("不允许这些事件", f"does not allow{who.en} what the other allows")
    return Words(f"{who.zh}还允许：{zh}", f"also allows{who.en}: {en}")


def _asks(request: object) -> Words:
    if request is None:
        return Words("没有请求", "asks nobody for anything")
    fields = (
        request
        if isinstance(request, Mapping)
        else request._asdict()
        if isinstance(request, Request)
        else {"kind": request}
    )
    listed = _listed({name: value for name, value in fields.items() if name != "payload"})
    return Words(f"请求 {listed}", f"asks {listed}")


def _sent(counts: Mapping[RequestKind, int]) -> Words:
    zh = "、".join(f"{kind.words.zh} {number} 次" for kind, number in counts.items())
    en = ", ".join(f"{kind.words.en}: {number} times" for kind, number in counts.items())
    return Words(f"已发请求：{zh}", f"has sent these requests: {en}")


def _broke(error: Exception) -> Words:
    told = f"{type(error).__name__}: {str(error)[:300]}"
    return Words(f"出错：{told}", f"broke: {told}")
