"""The adapter: what a shop's tester writes. It knows both vocabularies, and keeps the shop's own attempt numbers apart."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import uvicorn

from process import Actor, Case, Event, State
from tests.support.shop.rules import Shop
from tests.support.shop.service import answer, service

STATES = {
    "login": State.SIGNED_OUT,
    "home": State.SIGNED_IN,
    "orders": State.ORDER_LIST,
    "order": State.ORDER_DETAILS,
    "plan": State.INSTALLMENT_OPTIONS,
    "fee": State.CONSEQUENCES,
    "risk": State.VERIFICATION_DECISION,
    "ways": State.VERIFICATION_CHOICE,
    "face": State.FACE_VERIFICATION,
    "code": State.OTHER_VERIFICATION,
    "lender": State.CANCELLING,
    "help": State.SUPPORT_NEEDED,
    "agent": State.IN_SUPPORT,
    "done-plan": State.PLAN_CANCELLED,
    "done-face": State.FACE_VERIFICATION_REMOVED,
    "done-both": State.BOTH_CANCELLED,
    "done-kept": State.PLAN_KEPT,
    "done-ended": State.PLAN_ENDED_OTHERWISE,
    "done-refused": State.REFUSED,
    "done-left": State.ABANDONED,
    "done-late": State.EXPIRED,
}


class ShopAdapter:
    """A shop, as the kit wants to see it: called as it is, or over HTTP where a port of the loopback is given."""

    opened = 0  # in all: adapters may share a shop

    def __init__(self, shop: Shop, port: int | None = None) -> None:
        self.shop = shop
        self.http = HTTPConnection("127.0.0.1", port) if port is not None else None  # one connection, kept open

    def ask(self, method: str, path: str, form: object = None) -> tuple[int, dict[str, Any]]:
        if self.http is None:
            return answer(self.shop, method, path, form)
        body = None if form is None else json.dumps(form)
        self.http.request(method, path, body, {"content-type": "application/json"})
        response = self.http.getresponse()
        return response.status, json.loads(response.read())

    def reset(self, case: Case) -> None:
        facts = case.facts
        ShopAdapter.opened += 1
        self.path = f"/cases/{self.opened}"
        self.attempts: list[int] = []  # the shop's numbers, in the order of the kit's
        form = {"id": str(self.opened), "goal": facts.goal, "account": facts.account, "order": facts.order}
        limits = {"face_limit": facts.face_limit, "other_limit": facts.other_limit}
        status, told = self.ask("POST", "/cases", {**form, **limits})
        assert status == 200, told
        self.stage = self.ask("GET", self.path)[1]["stage"]

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        form = {"event": event, "by": by, "data": {**data, **self._own_attempt(data)}}
        status, told = self.ask("POST", f"{self.path}/events", form)
        assert status in (200, 409), told
        if "attempt" in told:
            self.attempts.append(told["attempt"])
        self.stage = told["stage"]
        return status == 200

    def state(self) -> State:
        return STATES[self.stage]

    def _own_attempt(self, data: Mapping[str, Any]) -> dict[str, int]:
        number = data.get("attempt")
        if type(number) is not int or number < 1:
            return {}
        return {"attempt": self.attempts[number - 1] if number <= len(self.attempts) else 10**9}


@contextmanager
def running(shop: Shop) -> Iterator[int]:
    """The shop's service on a free port of the loopback; gives the port."""
    config = uvicorn.Config(service(shop), host="127.0.0.1", port=0, log_level="error", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
