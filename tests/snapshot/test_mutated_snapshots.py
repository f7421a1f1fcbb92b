"""Many thousand texts that were snapshots before something happened to them."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from process import MODEL, Actor, Case, Event, Goal, OtherMethod, Settlement, SnapshotInvalid, State
from tests.support.begun_cases import at_choice, at_decision, at_options, finished, opened
from tests.support.thorough import counts

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def snapshots() -> list[str]:
    """Snapshots of every shape: new, under way, ended, with times and deadlines, whole and cut short."""
    timed = opened(Goal.BOTH, at=NINE, deadlines={State.SIGNED_IN: timedelta(minutes=5)})
    timed.sign_in(account="acct-1", channel="website", at=NINE)  # type: ignore[arg-type]
    trying = at_choice()
    trying.start_other_verification(method=OtherMethod.BANK_CARD)
    told = at_options()
    told.report_problem(by=Actor.CUSTOMER, problem='页面打不开 \U0001f600 "quoted"\n')
    whole = [opened(), timed, trying, told, at_decision(Goal.BOTH, at=NINE), finished()]
    return [case.to_json() for case in whole] + [case.to_json(steps=1) for case in whole[1:]] + [whole[-1].to_json(steps=3)]


WORDS = [
    *(member.value for kind in (State, Event, Actor, Goal, Settlement) for member in kind),
    *json.loads(snapshots()[1]),
    *json.loads(snapshots()[1])["facts"],
    *(
        "quote-1",
        "acct-1",
        "app",
        "CNY",
        "",
        "x" * 65,
        "\x00",
        "\ud800",
        "2026-11-22T09:00:00+08:00",
        "9999-12-31T23:59:59-23:59",
    ),
]
VALUES: list[Any] = [None, True, False, 0, 1, -1, 2**53, 10**400, 0.5, 1e300, [], {}, [[]], {"a": 1}, "NaN", *WORDS]


def nodes(data: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        entry = waiting.pop()
        for key in list(entry) if isinstance(entry, dict) else range(len(entry)):
            found.append((entry, key))
            if isinstance(entry[key], dict | list):
                waiting.append(entry[key])
    return found


def in_structure(chance: random.Random, text: str, other: str) -> str:
    data = json.loads(text)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        entry, key = chance.choice(nodes(data))
        match chance.randrange(6):
            case 0:
                entry[key] = chance.choice(VALUES)
            case 1 if isinstance(entry[key], int):
                entry[key] += chance.choice((-1, 1, 2, 10**6))
            case 2:
                there, name = chance.choice(nodes(json.loads(other)))
                entry[key] = there[name]
            case 3 if isinstance(entry, dict):
                entry[chance.choice(WORDS)] = entry.pop(key)
            case 4 if isinstance(entry, list):
                entry.insert(key, entry[chance.randrange(len(entry))])
            case _:
                del entry[key]
        if not data:
            break
    return json.dumps(data, ensure_ascii=chance.random() < 0.5)


def in_a_word(chance: random.Random, text: str, other: str) -> str:
    """One word of the text becomes another, so that more than its form is put to the test."""
    parts = text.split('"')
    parts[chance.randrange(len(parts))] = chance.choice(WORDS)
    return '"'.join(parts)


def in_a_digit(chance: random.Random, text: str, other: str) -> str:
    place = chance.choice([digits.start() for digits in re.finditer("[0-9]", text)])
    return text[:place] + chance.choice("0123456789.-eE+ ") + text[place + chance.randrange(2) :]


def in_a_byte(chance: random.Random, text: str, other: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def by_a_splice(chance: random.Random, text: str, other: str) -> str:
    begin, end = sorted((chance.randrange(len(text)), chance.randrange(len(text))))
    there = chance.randrange(len(other))
    return text[:begin] + other[there : there + chance.choice((0, 1, 5, 200))] + text[chance.choice((begin, end)) :]


MUTATIONS: tuple[Callable[[random.Random, str, str], str | bytes], ...] = (
    in_structure,
    in_structure,
    in_a_word,
    in_a_digit,
    in_a_byte,
    by_a_splice,
)


@counts("texts", 6_000, 100_000)
def test_a_mutated_snapshot_is_refused_or_is_a_sound_case(texts: int) -> None:
    chance = random.Random(texts)  # noqa: S311  # the same texts on every run
    whole = snapshots()
    outcomes: Counter[str] = Counter()
    for _ in range(texts):
        mutated = chance.choice(MUTATIONS)(chance, chance.choice(whole), chance.choice(whole))
        try:
            case = Case.from_json(mutated)
        except SnapshotInvalid as refused:
            outcomes[refused.where.partition("[")[0].partition(".")[0]] += 1
            str(refused).encode()
            continue
        outcomes["read"] += 1
        written = case.to_json()
        again = Case.from_json(written)
        assert again == case
        assert again.to_json() == written
        assert MODEL.violated_invariant(case.state, case.facts) is None
        case.may_trigger(Event.ABANDON)
        assert (case.request is None) == case.is_done
    # Most texts must fail, some must pass, and every part of the reader must have had its share.
    assert 100 < outcomes["read"] < sum(outcomes.values()) / 2
    assert all(
        outcomes[where] > texts // 2_000 for where in ("", "format", "model_version", "case_id", "version", "state")
    ), outcomes
    assert all(outcomes[where] > 10 for where in ("facts", "opened_at", "deadlines", "history")), outcomes
