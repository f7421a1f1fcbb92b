"""A client's JSON goes through a small web host as it came: whatever is in it, the answer is JSON with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from process import Actor, Event, InvalidPayload, ProcessError, UnknownEvent, store
from process.snapshot import strict_json
from tests.support.asynchronous import run
from tests.support.begun_cases import opened
from tests.support.storing import Database

pytest_plugins = ["tests.support.store_fixtures"]

RIGHT = {"account": "acct-1", "channel": "app"}


def an_answer(error: ProcessError) -> JSONResponse:
    status = 404 if isinstance(error, UnknownEvent) else 422 if isinstance(error, InvalidPayload) else 409
    reasons = [{"zh": blocker.zh, "en": blocker.en} for blocker in getattr(error, "blockers", ())]
    fields = error.fields if isinstance(error, InvalidPayload) else ()
    return JSONResponse({"error": str(error), "reasons": reasons, "fields": fields}, status)


class Host:
    """One case behind two addresses: in memory and in a database; who acts is what the host has authenticated."""

    def __init__(self, conn: store.Connection) -> None:
        self.case, self.conn = opened(), conn
        store.open(conn, goal=self.case.facts.goal, account="acct-1", order="order-9", case_id="case-1")
        self.app = FastAPI()
        self.app.post("/memory/{event}")(self.in_memory)
        self.app.post("/store/{event}")(self.in_store)

    async def in_memory(self, event: str, request: Request) -> JSONResponse:
        try:
            data = strict_json.parse_json(await request.body())
            step = self.case.trigger(event, data, by=Actor.CUSTOMER, who="customer-7")  # type: ignore[arg-type]  # a name
        except strict_json.NotJSON as error:
            return JSONResponse({"error": str(error)}, 400)
        except ProcessError as error:
            return an_answer(error)
        return JSONResponse({"state": step.target})

    async def in_store(self, event: str, request: Request) -> JSONResponse:
        try:
            data = json.loads(await request.body())  # also what is not strict JSON: NaN, a key twice
        except (ValueError, RecursionError) as error:
            return JSONResponse({"error": repr(error)}, 400)
        try:
            handled = store.handle(self.conn, "case-1", event, data, event_id="msg-1", by=Actor.CUSTOMER)  # type: ignore[arg-type]
        except ProcessError as error:
            return an_answer(error)
        return JSONResponse({"state": handled.step.target})


def post(app: FastAPI, path: str, body: str) -> tuple[int, Any]:
    """Send a request as a server does; give the status and the JSON of the answer."""
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"", "http_version": "1.1"}
    run(app({**scope, "scheme": "http", "server": ("host", 80), "client": ("client", 1), "root_path": ""}, receive, send))
    return messages[0]["status"], json.loads(b"".join(message.get("body", b"") for message in messages))


@pytest.fixture
def host(sqlite: Database) -> Iterator[Host]:
    with sqlite.engine().begin() as conn:
        yield Host(conn)


def nested(depth: int) -> str:
    return '{"account":' + "[" * depth + "]" * depth + ',"channel":"app"}'


def with_right(**more: Any) -> str:
    return json.dumps({**RIGHT, **more})


NAMED: dict[str, Any] = {
    "by": "system",
    "event_id": "msg-0",
    "version": 7,
    "at": "2026-01-01T00:00:00Z",
    "who": "root",
    "case_id": "case-2",
    "state": "plan_cancelled",
    "goal": "both",
    "event": "time_out",
    "data": {},
    "self": 1,
    "conn": None,
    "__class__": "x",
    "facts": {"face_removed": True},
    "": 1,
    "account ": "acct-1",
}
HOSTILE = {
    **{f"a field named {name!r}": with_right(**{name: value}) for name, value in NAMED.items()},
    "the actor alone": '{"by": "system"}',
    "nothing": "{}",
    "null": "null",
    "a list": '["account", "acct-1"]',
    "a list of pairs": '[["account", "acct-1"], ["channel", "app"]]',
    "a text": '"account"',
    "a number": "7",
    "true": "true",
    "a nested object": with_right(account={"by": "system", "account": "acct-1"}),
    "a list in a field": with_right(account=["acct-1"]),
    "a number in a field": with_right(account=1),
    "true in a field": with_right(channel=True),
    "null in a field": with_right(channel=None),
    "a huge number": '{"account": 1' + "0" * 4_000 + ', "channel": "app"}',
    "a number too long to read": '{"account": 1' + "0" * 50_000 + ', "channel": "app"}',
    "a huge float": '{"account": 1e999, "channel": "app"}',
    "not a number": '{"account": NaN, "channel": "app"}',
    "infinity in a list": '{"account": [Infinity, -Infinity], "channel": "app"}',
    "deep nesting": nested(500),
    "nesting too deep to read": nested(100_000),
    "deep objects": '{"account":' * 900 + "1" + "}" * 900,
    "a key twice": '{"account": "another", "account": 7, "channel": "app"}',
    "a lone surrogate": '{"account": "\\ud800", "channel": "app"}',
    "a lone surrogate as a key": '{"account": "acct-1", "channel": "app", "\\udfff": 1}',
    "lone surrogates in a nested object": '{"account": {"\\ud800": ["\\udfff"]}, "channel": "app"}',
    "NUL": '{"account": "acct-1\\u0000", "channel": "app"}',
    "an invisible character": '{"account": "acct-1\\ufe0f", "channel": "app"}',
    "a long text": with_right(account="x" * 50_000),
    "a long key": with_right(**{"k" * 50_000: 1}),
    "many keys": with_right(**{f"k{number}": number for number in range(1_000)}),
    "no JSON": "{",
    "bytes that are no UTF-8": '{"account": "\\xff',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_client_s_json_is_refused_with_reasons_and_changes_nothing(kind: str, host: Host) -> None:
    for place in ("memory", "store"):
        before = host.case.to_json(), store.load(host.conn, "case-1").to_json()
        for event in ("sign_in", "open_orders", "skip_face_verification", "no_event"):
            status, told = post(host.app, f"/{place}/{event}", HOSTILE[kind])
            assert status in (400, 404, 409, 422), (place, event, told)
            assert told["error"]
            if status in (409, 422):
                assert told["reasons"]
                assert all(reason["zh"] and reason["en"] for reason in told["reasons"])
            assert (host.case.to_json(), store.load(host.conn, "case-1").to_json()) == before
    for place in ("memory", "store"):  # and the right one is still taken
        assert post(host.app, f"/{place}/sign_in", json.dumps(RIGHT)) == (200, {"state": "signed_in"})
    assert [step.by for step in host.case.history] == [Actor.CUSTOMER]


def test_a_field_named_like_an_argument_is_an_unknown_field_of_the_payload(host: Host) -> None:
    for name in ("by", "who", "at", "event_id", "version", "case_id"):
        for place in ("memory", "store"):
            status, told = post(host.app, f"/{place}/sign_in", with_right(**{name: "system"}))
            assert (status, told["fields"]) == (422, [name])


def test_every_event_answers_a_hostile_payload_with_reasons(host: Host) -> None:
    for event in Event:
        for place in ("memory", "store"):
            body = '{"by": "system", "quote": {}, "reason": [], "attempt": 1e308}'
            status, told = post(host.app, f"/{place}/{event.value}", body)
            assert status == 422
            assert told["reasons"]
    assert host.case == opened()
