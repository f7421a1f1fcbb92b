"""The optional methods of an adapter: several cases at once, restarts, requests, whose move it is; and async adapters."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from process import Actor, Case, Event, ProcessError
from process.model import State
from process.testing import Mismatch, check_conformance
from tests.support.asynchronous import run as run_async

FEW: dict[str, Any] = {"events": 1200, "transitions": 0.0, "ends": 0.0}


class Shop:
    """A back end with every hook, made of the model's own cases."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._sent: dict[str, Counter[str]] = {}
        self._memory: dict[str, Any] = {}
        self._restarts = 0

    def reset(self, case: Case) -> None:
        self._now = case.case_id
        self._sent[self._now] = Counter()
        self._cases[self._now] = case.copy()
        self._count(case, None)

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        case = self._case
        before = case.request
        try:
            case.trigger(event, data, by=by)
        except ProcessError as refusal:
            self._codes = [blocker.code for blocker in getattr(refusal, "blockers", ())]
            return False
        self._count(case, before)
        return True

    def state(self) -> State:
        return self._case.state

    def blockers(self) -> list[str]:
        return self._codes

    def facts(self) -> Mapping[str, object]:
        return self._case.facts._asdict()

    def awaits(self) -> Actor | None:
        return self._case.awaits

    def allowed(self) -> tuple[Event, ...]:
        return self._case.allowed_events()

    def request(self) -> Any:
        request = self._case.request
        return request and {"kind": request.kind, "to": request.to, "key": f"r-{request.key}"}

    def requests(self) -> Mapping[str, int]:
        sent = self._sent[self._now]
        return {kind: sent[kind] for kind in ("cancel_plan", "verify_face", "verify_other_way")}

    def select(self, case: Case) -> None:
        self._now = case.case_id

    def restart(self) -> None:
        self._restarts += 1
        self._memory.clear()

    @property
    def _case(self) -> Case:
        return self._cases[self._now]

    def _count(self, case: Case, before: Any) -> None:
        if case.request is not None and (before is None or before.key != case.request.key):
            self._sent[self._now][case.request.kind] += 1


def test_a_back_end_with_every_hook_passes_and_the_report_names_what_was_compared() -> None:
    shop = Shop()
    report = check_conformance(shop, **FEW)
    assert shop._restarts > 20
    assert "facts (goal, account, order, " in str(report)
    assert "several cases at once, restarts between events" in str(report)
    assert "Not compared, because the adapter lacks the method: nothing." in str(report)
    assert "未比较（适配器没有该方法）：无" in report.words("zh")


def test_the_report_names_what_was_not_compared() -> None:
    class Bare(Shop):
        blockers = facts = awaits = allowed = request = requests = select = restart = None  # type: ignore[assignment]

    report = check_conformance(Bare(), **FEW)
    begin = "Compared: accepted or refused, state. Not compared, because the adapter lacks the method: reasons"
    assert begin in str(report)


class OneAttemptForAll(Shop):
    """Keeps the current attempt in a place that all cases share."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        if event is Event.PASS_VERIFICATION and data.get("attempt") != self._memory.get("attempt"):
            return False
        taken = super().apply(event, by, data)
        if taken and event in (Event.START_FACE_VERIFICATION, Event.START_OTHER_VERIFICATION):
            self._memory["attempt"] = self._case.facts.attempt
        return taken


class OrdersOfTheAccount(Shop):
    """Takes any order of the account for the case's own."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        case = self._case
        if event is Event.OPEN_ORDER and case.state is State.ORDER_LIST and by is Actor.CUSTOMER:
            orders = {other.facts.order for other in self._cases.values()}
            data = {**data, "order": case.facts.order} if data.get("order") in orders else data
        return super().apply(event, by, data)


class LogsTheFirstOut(Shop):
    """Signs one customer out when the same account signs in for another case."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        taken = super().apply(event, by, data)
        if taken and event is Event.SIGN_IN:
            account, now = self._case.facts.account, self._now
            for name, other in self._cases.items():
                if name != now and other.facts.account == account and other.state is State.SIGNED_IN:
                    self._cases[name] = Case(goal=other.facts.goal, account=account, order=other.facts.order)
        return taken


def test_a_fault_between_two_cases_of_one_account_is_found_and_reported_with_both() -> None:
    with pytest.raises(Mismatch, match="In turns with it, in another case of the same account:") as found:
        check_conformance(LogsTheFirstOut(), **FEW)
    assert found.value.relation == "same account"
    assert found.value.other is not None
    assert len(found.value.scenario.deliveries) + len(found.value.other.deliveries) <= 4


def test_an_order_of_another_case_is_tried() -> None:
    with pytest.raises(Mismatch) as found:
        check_conformance(OrdersOfTheAccount(), **FEW)
    assert found.value.scenario.deliveries[-1].event is Event.OPEN_ORDER


class Forgets(Shop):
    """Keeps in memory who is identified by an agent."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        taken = super().apply(event, by, data)
        if taken and event is Event.OPEN_ORDERS:
            self._memory[self._now] = True
        return taken

    def state(self) -> State:
        state = super().state()
        return State.SIGNED_IN if state is State.ORDER_LIST and self._now not in self._memory else state


def test_what_a_restart_loses_is_found() -> None:
    with pytest.raises(Mismatch, match="only if the back end is restarted") as found:
        check_conformance(Forgets(), **FEW)
    assert found.value.restarts


class AsksTwice(Shop):
    """Asks the lender again when it is silent."""

    def _count(self, case: Case, before: Any) -> None:
        super()._count(case, before)
        if before is not None and before.kind == "cancel_plan" and case.state is State.SUPPORT_NEEDED:
            self._sent[self._now]["cancel_plan"] += 1


def test_a_request_that_is_sent_twice_is_found() -> None:
    with pytest.raises(Mismatch, match=r"has sent these requests: .*2 times"):
        check_conformance(AsksTwice(), **FEW)


class AsksUnderANewKey(Shop):
    """Asks anew whenever it is looked at."""

    def request(self) -> Any:
        self._looked = getattr(self, "_looked", 0) + 1
        request = super().request()
        return request and {**request, "key": self._looked}


def test_a_request_under_a_key_that_does_not_stay_is_found() -> None:
    with pytest.raises(Mismatch, match="the same request, under the same key"):
        check_conformance(AsksUnderANewKey(), **FEW)


def test_whose_move_it_is_and_what_is_allowed_are_compared() -> None:
    class WaitsForTheCustomer(Shop):
        def awaits(self) -> Actor | None:
            return Actor.CUSTOMER if super().awaits() else None

    class AllowsLess(Shop):
        def allowed(self) -> tuple[Event, ...]:
            return tuple(event for event in super().allowed() if event is not Event.ABANDON)

    with pytest.raises(Mismatch, match="waits for the "):
        check_conformance(WaitsForTheCustomer(), **FEW)
    with pytest.raises(Mismatch, match="also allows: abandon"):
        check_conformance(AllowsLess(), **FEW)


@pytest.mark.parametrize(("name", "meant"), [("blocker", "blockers"), ("fact", "facts"), ("get_request", "request")])
def test_a_misspelt_hook_is_an_error(name: str, meant: str) -> None:
    adapter = type("Adapter", (Shop,), {name: lambda _: ()})()
    with pytest.raises(TypeError, match=rf"Adapter\.{name}\(\) is never called; did you mean {meant}\(\)\?"):
        check_conformance(adapter)


def test_a_hook_that_is_a_property_is_an_error() -> None:
    adapter = type("Adapter", (Shop,), {"facts": property(lambda _: {})})()
    with pytest.raises(TypeError, match=r"Adapter\.facts is a property, which is not called; make it a method: facts\(\)"):
        check_conformance(adapter)


def test_an_adapter_without_a_method_that_is_needed_is_refused_by_name() -> None:
    class Stateless:
        def reset(self, case: Case) -> None: ...
        def apply(self, *_: object) -> bool:
            return True

    with pytest.raises(TypeError, match=r"Stateless has no method state\(\)"):
        check_conformance(Stateless())  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------- from case to case


class RemembersAccounts(Shop):
    """Lets nobody sign in for a case after one that was abandoned."""

    def reset(self, case: Case) -> None:
        super().reset(case)
        self._locked, self._memory["left"] = self._memory.get("left", False), False

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        if self._locked and event is Event.SIGN_IN:
            return False
        taken = super().apply(event, by, data)
        self._memory["left"] = self._memory.get("left") or (taken and event is Event.ABANDON)
        return taken

    select = restart = None  # type: ignore[assignment]


def test_a_fault_that_leaks_from_one_case_to_the_next_is_reported_as_one_with_the_case_in_which_it_began() -> None:
    with pytest.raises(Mismatch, match="carries something from one to the other") as found:
        check_conformance(RemembersAccounts(), **FEW)
    assert found.value.relation == "before"
    assert found.value.other is not None
    assert [each.event for each in found.value.other.deliveries] == [Event.ABANDON]
    assert [each.event for each in found.value.scenario.deliveries] == [Event.SIGN_IN]


class LocksForEver(RemembersAccounts):
    """The same, and it never ends."""

    def reset(self, case: Case) -> None:
        Shop.reset(self, case)
        self._locked = self._memory.get("left", False)


def test_a_fault_that_stays_is_reported_with_the_last_case_before_it() -> None:
    with pytest.raises(Mismatch, match="carries something from one to the other") as found:
        check_conformance(LocksForEver(), **FEW)
    assert found.value.other is not None
    assert Event.ABANDON in [each.event for each in found.value.other.deliveries]


# --------------------------------------------------------------------------------------------------------- async, shards


class AsyncShop:
    """The same shop, all of its methods async; bound to the loop in which it was first called."""

    def __init__(self, fault: bool = False) -> None:
        self._shop, self._fault, self._loop = Shop(), fault, None

    async def _bound(self) -> None:
        await asyncio.sleep(0)
        self._loop = self._loop or asyncio.get_running_loop()  # type: ignore[func-returns-value]
        assert self._loop is asyncio.get_running_loop()

    async def reset(self, case: Case) -> None:
        await self._bound()
        self._shop.reset(case)

    async def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        await self._bound()
        return self._shop.apply(event, by, data) or (self._fault and event is Event.ABANDON)

    async def state(self) -> State:
        await self._bound()
        return self._shop.state()


def test_an_async_adapter_works_as_it_is() -> None:
    assert check_conformance(AsyncShop(), **FEW)
    with pytest.raises(Mismatch):
        check_conformance(AsyncShop(fault=True), **FEW)


def test_an_async_adapter_works_where_a_loop_runs_already() -> None:
    async def in_a_loop() -> None:
        assert check_conformance(AsyncShop(), **FEW)

    run_async(in_a_loop())


def test_an_async_adapter_that_is_bound_to_a_running_loop_is_driven_from_another_thread() -> None:
    async def bound() -> None:
        shop = AsyncShop()
        await shop._bound()
        assert await asyncio.to_thread(check_conformance, shop, loop=asyncio.get_running_loop(), **FEW)

    run_async(bound())


def test_the_parts_of_a_run_are_together_the_whole_run() -> None:
    class Notes(Shop):
        select = restart = None  # type: ignore[assignment]

        def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
            sent.append((self._now, event, by, repr(sorted(data.items()))))
            return super().apply(event, by, data)

    sent: list[tuple[object, ...]] = []
    check_conformance(Notes(), **FEW)
    whole, parts = set(sent), []
    for part in range(3):
        sent.clear()
        report = check_conformance(Notes(), shard=(part, 3), **FEW)
        parts.append(set(sent))
        assert report.events == len(sent)
    assert set().union(*parts) == whole
    assert max(map(len, parts)) < len(whole) / 2
    with pytest.raises(ValueError, match="shard must be"):
        check_conformance(Notes(), shard=(3, 3))
