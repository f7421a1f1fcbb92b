"""Every ``--json`` speaks one vocabulary: a thing has the same keys wherever it appears, and a key the same meaning."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from process import MODEL, Actor, Case, Event, Goal, State
from process.cli import app
from process.cli.output.case_list import COLUMNS
from process.eventfile import dump
from process.json_vocabulary import error_to_dict, refusal_from_dict
from process.model import Limits, RequestKind
from process.mutation.mutant_catalogue import all_mutants
from process.mutation.score import MutantResult, Score
from process.requirements.report import check
from tests.support.storing import Database

pytest_plugins = ["tests.support.store_fixtures"]
EXAMPLE = Path(__file__).parents[1] / "audit"

WORDS = {"zh", "en"}
BLOCKER = {"code", "parameters", "zh", "en"}
REFUSAL = {"kind", "event", "state", "by", "blockers", "is_final"}
PLACE = {"line", "case_id", "event_id", "version", "at", "who", "data"}  # of a refused event, where the command has one
EVENT = {"event", "by", "data"}
STEP = {*EVENT, "who", "source", "target", "at", "version"}
REQUEST = {"kind", "to", "key", "payload"}
REQUIREMENT = {"id", "sentence", "basis"}
CASE = {
    *("case_id", "version", "state", "is_done", "achieved", "unmet", "awaits", "due_at"),
    *("facts", "request", "allowed_events"),
}
OVERDUE = {"case_id", "state", "awaits", "due_at"}
STATE = {"name", "phase", "owner", "owner_then", "deadline_s", "end", "initial", "words"}  # of the model, and of no case
BESIDE_A_CASE = {"history", "refusals", "findings", "page", "snapshot", "is_duplicate"}
SYNONYMS = {"case": "case_id", "due": "due_at", "raised_by": "by"}
"""Names that no key has, with the key of the same meaning."""
CLOSED = ("data", "payload", "parameters", "facts", "fields")
"""Their keys are fields of the model."""


def is_time(value: Any) -> bool:
    return datetime.fromisoformat(value).utcoffset() is not None


def is_words(value: Any) -> bool:
    return set(value) == WORDS


def list_of(keys: set[str]) -> Callable[[Any], bool]:
    return lambda value: all(set(each) == keys for each in value)


MEANINGS: dict[str, Callable[[Any], bool]] = {
    # key: what its value is, where it is not null
    **dict.fromkeys(("state", "source", "target"), lambda value: value in list(State)),
    "event": lambda value: value in list(Event),
    **dict.fromkeys(("by", "to", "awaits", "owner", "owner_then"), lambda value: value in list(Actor)),
    "actors": lambda value: {*value} <= {*Actor} and isinstance(value, list),
    **dict.fromkeys(("goal", "achieved", "unmet"), lambda value: value in list(Goal)),
    **dict.fromkeys(("at", "due_at", "opened_at"), is_time),
    **dict.fromkeys(("is_done", "is_final", "is_duplicate", "holds"), lambda value: type(value) is bool),
    **dict.fromkeys(("version", "line", "count", "length", "phase"), lambda value: type(value) is int),
    **dict.fromkeys(("words", "sentence", "basis", "problem", "expected", "reason", "scope", "note"), is_words),
    **dict.fromkeys(("history", "path"), list_of(STEP)),
    "attempt": lambda value: set(value) == EVENT,
    "blockers": list_of(BLOCKER),
    "refusals": lambda value: all(REFUSAL <= set(each) <= REFUSAL | PLACE for each in value),
    "request": lambda value: set(value) == REQUEST and value["kind"] in list(RequestKind),
    "limits": lambda value: set(value) == {"face", "other"},
    "findings": list_of({"where", "words"}),
    **dict.fromkeys(("data", "payload", "parameters", "facts"), lambda value: isinstance(value, dict)),
}
THINGS: tuple[tuple[str, tuple[set[str], ...], set[str]], ...] = (
    # the key that only such a thing has, the keys that it may have, and those that may stand beside them
    ("zh", (WORDS, BLOCKER), set()),
    ("parameters", (BLOCKER,), set()),
    ("is_final", (REFUSAL,), PLACE),
    ("payload", (REQUEST,), set()),
    ("sentence", (REQUIREMENT,), {"holds", "coverage", "counterexample"}),
    ("allowed_events", (CASE,), BESIDE_A_CASE),
    ("awaits", (OVERDUE,), {*CASE, *COLUMNS, *BESIDE_A_CASE}),
    ("due_at", (OVERDUE,), {*CASE, *COLUMNS, *BESIDE_A_CASE}),
    ("owner", (STATE,), set()),
)


def run(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in the value, but for those whose keys are the model's fields."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name not in CLOSED:
                yield from objects(inner)


def speaks_the_vocabulary(told: Any) -> bool:
    for found in objects(told):
        assert not SYNONYMS.keys() & found.keys(), found
        for key, is_right in MEANINGS.items():
            assert found.get(key) is None or is_right(found[key]), (key, found)
        for mark, forms, beside in THINGS:
            assert mark not in found or any(form <= found.keys() <= form | beside for form in forms), (mark, found)
    return True


def refused_file(folder: Path) -> Path:
    """Return a file of a case with a step and a refused event."""
    case = Case(goal=Goal.PLAN, account="acct-1", order="order-9", case_id="c1")
    case.sign_in(account="acct-1", channel="app")  # type: ignore[arg-type]  # as JSON names it
    path = folder / "events.jsonl"
    refused = json.dumps({"event": "open_order", "by": "customer", "data": {"order": "order-8"}})
    path.write_text("".join(dump(case)) + refused + "\n", encoding="utf-8")
    return path


def test_what_the_model_is_and_what_holds_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = tuple(
        replace(row, by=(*row.by, Actor.CUSTOMER)) if row.event is Event.SKIP_FACE_VERIFICATION else row
        for row in MODEL.table
    )
    report = check(replace(MODEL, table=table), limits=Limits(1, 1), only=("R6", "R7"))
    monkeypatch.setattr("process.requirements.report.check", lambda **_options: report)
    score = Score((MutantResult(all_mutants()[0], None),))
    monkeypatch.setattr("process.mutation.score.compute_score", lambda **_options: score)
    checked = run("check", "--mutants", code=1)
    assert checked["requirements"][0]["counterexample"] is not None
    assert speaks_the_vocabulary(checked)
    assert speaks_the_vocabulary(run("show"))


def test_a_file_of_events(tmp_path: Path) -> None:
    told = run("run", refused_file(tmp_path), code=1)
    assert told["history"]
    assert told["refusals"]
    assert speaks_the_vocabulary(told)


def test_a_file_of_many_cases_lists_them_as_a_database_does(tmp_path: Path) -> None:
    cases = [Case(goal=Goal.PLAN, account="acct-1", order=f"order-{number}", case_id=f"c{number}") for number in (1, 2)]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(line for case in cases for line in dump(case, case.case_id)), encoding="utf-8")
    told = run("run", path)
    assert [{*CASE} <= {*one} for one in told["cases"]] == [True, True]
    assert [one["case_id"] for one in told["cases"]] == ["c1", "c2"]
    assert speaks_the_vocabulary(told)


def test_a_stored_case_in_every_command_that_shows_one(sqlite: Database) -> None:
    db = "--db", sqlite.url
    opening = "--goal", "plan", "--account", "acct-1", "--order", "order-9", "--case-id", "c1"
    begun = run("case", "open", *opening, "--at", "2026-11-22T09:00:00+08:00", *db)
    event = "case", "event", "c1", "sign_in", "channel=app", *db
    refused = run(*event, "account=acct-2", code=1)
    taken = run(*event, "account=acct-1", "--at", "2026-11-22T10:00:00+08:00")
    shown = run("case", "show", "c1", *db)
    listed, overdue = run("case", "list", *db), run("case", "overdue", "--at", "2027-01-01T00:00:00+08:00", *db)
    assert shown["refusals"]
    assert shown["history"]
    assert set(refused["refusals"][0]) == REFUSAL
    assert all(speaks_the_vocabulary(one) for one in (begun, refused, taken, shown, listed, overdue))
    assert {*CASE, "is_duplicate"} == set(taken)
    for one in (*listed["cases"], *overdue["cases"]):
        assert list(one) == list(COLUMNS)
        assert all(one[name] == taken[name] for name in CASE & {*COLUMNS} - {"due_at"})
    assert set(run("case", "where", *db)) == {"url", "exists"}


def test_what_an_audit_found() -> None:
    told = run("audit", EXAMPLE / "example.csv", "--map", EXAMPLE / "example.toml", code=1)
    assert told["deviations"]
    assert {frozenset(one) for one in told["overdue"]} == {frozenset(OVERDUE)}
    assert speaks_the_vocabulary(told)


def test_a_refusal_has_the_same_keys_in_a_message_as_in_every_command(tmp_path: Path) -> None:
    (told,) = run("run", refused_file(tmp_path), code=1)["refusals"]
    message = error_to_dict(refusal_from_dict(told))
    assert message == {name: value for name, value in told.items() if name != "line"}
