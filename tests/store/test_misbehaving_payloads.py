"""Payloads that misbehave are refused by the store as by a case, and a caller's mapping is read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from process import Actor, Event, Goal, GuardNotMet, InvalidPayload, ProcessError, store
from process.json_vocabulary import error_to_dict
from tests.support.second_read import SecondRead

RIGHT = {"account": "acct-1", "channel": "app"}


class Hostile:
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __bool__ = __repr__  # type: ignore[assignment]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[store.Engine]:
    engine = store.sqlite_engine(tmp_path / "cases.db")
    store.metadata.create_all(engine)
    with engine.begin() as conn:
        store.open(conn, goal=Goal.PLAN, account="acct-1", order="order-9", case_id="case-1")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("delivered", [True, False])
def test_the_store_reads_a_mapping_once(delivered: bool, engine: store.Engine) -> None:
    def raise_event(data: Mapping[str, Any], event_id: str) -> store.Handled:
        if delivered:
            return store.deliver(engine, "case-1", Event.SIGN_IN, data, event_id=event_id)
        with engine.begin() as conn:
            return store.handle(conn, "case-1", Event.SIGN_IN, data, event_id=event_id)

    another = {**RIGHT, "account": "another"}
    with pytest.raises(GuardNotMet):
        raise_event(SecondRead(another, RIGHT), "1")
    if delivered:  # it was kept as it was read, and so a redelivery is known
        with pytest.raises(GuardNotMet):
            raise_event(another, "1")
    with pytest.raises(InvalidPayload):
        raise_event(SecondRead({}, RIGHT), "2")
    taken = raise_event(SecondRead(RIGHT, another), "3")
    assert dict(taken.step.data) == RIGHT
    assert raise_event(SecondRead(RIGHT, {}), "3").is_duplicate
    with pytest.raises(store.EventIdReused):
        raise_event(SecondRead(another, RIGHT), "3")
    with engine.begin() as conn:
        assert dict(store.load(conn, "case-1").history[0].data) == RIGHT


def test_names_and_values_that_misbehave_are_refused_also_under_an_id_that_is_known(engine: store.Engine) -> None:
    hostile: tuple[Any, ...] = (
        Hostile(),
        [],
        0,
        {10**5000: 1},
        {**RIGHT, Hostile(): 1},
        {**RIGHT, "account": Hostile()},
        {**RIGHT, "account": 10**5000},
        {"account": "\ud800", "channel": float("nan")},
    )
    for event_id in ("new", "known"):
        with engine.begin() as conn:
            before = store.load(conn, "case-1")
            for data in hostile:
                with pytest.raises(ProcessError) as refused:
                    store.handle(conn, "case-1", Event.SIGN_IN, data, event_id=event_id, by=Actor.CUSTOMER)
                assert str(refused.value).encode()
                json.dumps(error_to_dict(refused.value), allow_nan=False)
            for event in (Hostile(), 10**5000, None, b"sign_in"):
                with pytest.raises(ProcessError):
                    store.handle(conn, "case-1", event, RIGHT, event_id=event_id, by=Actor.CUSTOMER)  # type: ignore[arg-type]
            assert store.load(conn, "case-1") == before
            if event_id == "new":
                store.handle(conn, "case-1", Event.SIGN_IN, RIGHT, event_id="known", by=Actor.CUSTOMER)
