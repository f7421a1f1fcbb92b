"""Rows that were edited outside the store, and texts that are no snapshot."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from process import Case, Event, Refused, store
from process.exceptions import SnapshotInvalid
from tests.support.storing import PATH, START, Database, call, opened
from tests.support.thorough import counts, counts_by_database
from tests.support.worker_processes import in_parallel

pytest_plugins = ["tests.support.store_fixtures"]

TABLES = {name: store.metadata.tables[f"cancellation_{name}"] for name in ("case", "step", "refusal")}
CASES = 24

# ---------------------------------------------------------------------------------------------------------- edited rows


def some_cases(engine: Engine) -> None:
    """Cases that stand at every point of the path, most with a refusal."""
    for number in range(CASES):
        name = f"case-{number}"
        opened(engine, name, steps=number % (len(PATH) + 1), at=START + timedelta(minutes=number))
        with engine.begin() as conn:
            try:
                store.handle(conn, name, Event.SIGN_IN, {"account": "another", "channel": "app"}, event_id="refused")
            except Refused:
                continue


def edited(value: Any, random_: random.Random) -> Any:
    """Another value of the same kind, as plausible as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random_.choice([-1, 1])
    if isinstance(value, datetime):
        return value + random_.choice([-1, 1]) * timedelta(microseconds=random_.choice([1, 10**6, 86400 * 10**6]))
    if value is None:
        return START
    text = str(value)
    if text.startswith("{"):
        return json.dumps(_edited_json(json.loads(text), random_))
    place = random_.randrange(len(text))
    return text[:place] + random_.choice([c for c in "abc012" if c != text[place]]) + text[place + 1 :]


def _edited_json(data: Any, random_: random.Random) -> Any:
    """The data with one value in it, at any depth, changed."""
    if isinstance(data, dict):
        if not data:
            return {"more": 1}
        name = random_.choice(sorted(data))
        return {**data, name: _edited_json(data[name], random_)}
    if isinstance(data, list):
        if not data:
            return [{}]
        place = random_.randrange(len(data))
        return [*data[:place], _edited_json(data[place], random_), *data[place + 1 :]]
    if isinstance(data, bool) or not isinstance(data, (int, float, str)):
        return not data
    return data + 1 if isinstance(data, (int, float)) else f"{data}x"


def check_edits(engine: Engine, edits: int) -> None:
    some_cases(engine)
    random_ = random.Random(7)  # noqa: S311  # the same in every run
    rows = {}
    with engine.begin() as conn:
        for name, table in TABLES.items():
            rows[name] = [dict(row._mapping) for row in conn.execute(select(table).order_by(*table.primary_key))]
        for summary in store.find(conn):
            assert store.verify(conn, summary.case_id) == ()
    missed = []
    with engine.connect() as conn:
        for _ in range(edits):
            begun = conn.begin()
            name = random_.choice(["case", "step", "step", "refusal"])
            row = random_.choice(rows[name])
            columns = [c.name for c in TABLES[name].c if not (c.name == "case_id" and c.primary_key)]
            column = random_.choice(columns)
            value = edited(row[column], random_)
            if column in ("event_id", "order_ref"):  # unique: another's would be refused
                value = f"{row[column]}x"
            if (column == "version" and name == "step") or value == row[column]:
                value = 99
            if column in ("awaits", "due_at") and row[column] is None:
                value = "customer" if column == "awaits" else START
            key = [c == row[c.name] for c in TABLES[name].primary_key]
            conn.execute(update(TABLES[name]).where(*key).values({column: value}))
            if store.verify(conn, row["case_id"]) == ():
                missed.append((name, column, row[column], value))
            begun.rollback()
    assert missed == []


@counts_by_database("edits", 80, 1000, mariadb=300)
def test_edited_rows_are_all_detected(database: Database, edits: int) -> None:
    check_edits(database.engine(), edits)


def test_without_digests_some_edits_go_unnoticed(sqlite: Database) -> None:
    with pytest.raises(AssertionError, match="assert missed"):
        in_parallel(check_edits, sqlite._replace(broken="no_digest"), [(100,)])


@pytest.mark.parametrize("table", ["step", "refusal"])
def test_a_deleted_row_is_detected(engine: Engine, table: str) -> None:
    some_cases(engine)
    with engine.begin() as conn:
        gone = conn.execute(select(TABLES[table].c.case_id)).scalars().first()
        conn.execute(TABLES[table].delete().where(TABLES[table].c.case_id == gone))
        assert store.verify(conn, str(gone)) != ()


# --------------------------------------------------------------------------------------------------------- mutated texts

JUNK = ["NaN", "-Infinity", "1e999", "1.5", "-1", "null", "true", '""', "[]", "{}", '"\\u0000"', '"\\ud800"']
JUNK += ["9" * 30, "[[[[[[[[[]]]]]]]]]"]


def _cut(text: str, random_: random.Random) -> str:
    place = random_.randrange(len(text))
    return text[:place] + text[place + random_.randint(1, 9) :]


def _doubled(text: str, random_: random.Random) -> str:
    """A key that stands twice."""
    place = random_.choice([i for i, c in enumerate(text) if c == "{"])
    return f'{text[: place + 1]}"version":1,"version":1,{text[place + 1 :]}'


def _junk_value(text: str, random_: random.Random) -> str:
    place = random_.choice([i for i, c in enumerate(text) if c == ":"])
    end = min((i for i in (text.find(",", place), text.find("}", place)) if i > 0), default=len(text))
    return text[: place + 1] + random_.choice(JUNK) + text[end:]


def _one_character(text: str, random_: random.Random) -> str:
    place = random_.randrange(len(text))
    return text[:place] + random_.choice('{}[],:"01e-\\ \0\ud800汉') + text[place + 1 :]


def _longer(text: str, random_: random.Random) -> str:
    return text + " " * random_.choice([1, 70_000])


def _crossed(text: str, random_: random.Random) -> str:
    """Two values that change places: each is one that stands in a snapshot."""
    data = json.loads(text)
    part = random_.choice([data, data["facts"]])
    first, second = random_.sample(sorted(part), 2)
    part[first], part[second] = part[second], part[first]
    return json.dumps(data)


Mutation = Callable[[str, random.Random], str]
MUTATIONS: tuple[Mutation, ...] = (_cut, _doubled, _junk_value, _one_character, _longer, _crossed)


def snapshots() -> list[str]:
    case = Case(goal="plan", account="acct", order="order-x", case_id="x", at=START)  # type: ignore[arg-type]
    texts = [case.to_json(steps=1)]
    for index in range(len(PATH)):
        event, keywords = call(index, "x")
        del keywords["event_id"]
        case.trigger(event, **keywords)
        texts += [case.to_json(steps=1), case.to_json()]
    return texts


def check_mutations(read: Callable[[str], object], count: int) -> None:
    """Every mutated text is refused as a snapshot, or is one that says the same in other letters."""
    texts, random_ = snapshots(), random.Random(11)  # noqa: S311  # the same in every run
    refused = 0
    for _ in range(count):
        text = random_.choice(texts)
        mutated = random_.choice(MUTATIONS)(text, random_)
        try:
            read(mutated)
        except SnapshotInvalid:
            refused += 1
            continue
        assert len(mutated) <= 64 * 1024
        data = json.loads(mutated, object_pairs_hook=_once)
        fee = data["facts"]["fee"]
        assert fee is None or (type(fee) is int and fee >= 0)
    assert refused > count // 2


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@counts("texts", 1000, 100_000)
def test_mutated_texts_are_refused_as_snapshots_and_as_nothing_else(texts: int) -> None:
    check_mutations(Case.from_json, texts)


def test_a_reader_that_takes_whatever_json_takes_is_found_out() -> None:
    with pytest.raises((AssertionError, ValueError, TypeError, KeyError, RecursionError)):  # each but SnapshotInvalid
        check_mutations(lambda text: Case.from_dict(json.loads(text)), 2000)


def spoil(conn: Connection, text: str) -> None:
    conn.execute(update(TABLES["case"]).values(snapshot=text))


NO_SNAPSHOTS = ["[]", '{"format": 1}', '{"version": 1, "version": 2}', "null", '{"a": ' * 9 + "1" + "}" * 9]


@pytest.mark.parametrize("text", NO_SNAPSHOTS)
def test_a_stored_text_that_is_no_snapshot_is_refused_and_nothing_is_written_over_it(engine: Engine, text: str) -> None:
    opened(engine, "case")
    with engine.begin() as conn:
        spoil(conn, text)
        for attempt in (
            lambda: store.load(conn, "case"),
            lambda: store.handle(conn, "case", Event.SIGN_IN, {"account": "acct", "channel": "app"}, event_id="1"),
        ):
            with pytest.raises(SnapshotInvalid):
                attempt()
        assert conn.scalar(select(TABLES["case"].c.snapshot)) == text
        assert [found.where for found in store.verify(conn, "case")] == ["snapshot"]


def test_a_snapshot_of_another_case_or_version_is_refused(engine: Engine) -> None:
    for name in ("a", "b"):
        opened(engine, name, steps=2)
    with engine.begin() as conn:
        older = Case(goal="plan", account="acct", order="order-a", case_id="a")  # type: ignore[arg-type]
        other = store.load(conn, "b")
        for snapshot, where in ((older, "version"), (other, "case_id")):
            conn.execute(update(TABLES["case"]).where(TABLES["case"].c.case_id == "a").values(snapshot=snapshot.to_json()))
            with pytest.raises(SnapshotInvalid) as refused:
                store.load(conn, "a")
            assert refused.value.where == where
