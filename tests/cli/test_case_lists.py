"""``case list`` and ``case overdue``: filters, pages, what is left out, and the forms for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from process import Event, store
from process.cli import app
from process.cli.output.case_list import COLUMNS
from tests.support.running import on_terminal
from tests.support.storing import START, Database, opened

pytest_plugins = ["tests.support.store_fixtures"]


def listed(db: Database, *args: str, command: str = "list") -> Result:
    done = CliRunner().invoke(app, ["case", command, *args, "--db", db.url, "--lang", "en"])
    assert done.exit_code == 0, done.output
    return done


def ids(db: Database, *args: str, command: str = "list") -> list[str]:
    found = json.loads(listed(db, *args, "--json", command=command).stdout)["cases"]
    return [one["case_id"] for one in found]


@pytest.fixture
def seven(sqlite: Database) -> Database:
    """Seven cases; c1 has one step, c2 two, and so on."""
    engine = sqlite.engine()
    for number in range(7):
        opened(engine, f"c{number}", steps=number)
    return sqlite


def test_a_list_says_how_many_it_leaves_out_and_goes_on_from_its_last_case(seven: Database) -> None:
    first = listed(seven, "--limit", "3")
    assert len(first.stdout.splitlines()) == 1 + 3
    last = first.stdout.splitlines()[-1].split("\t")[0]
    assert first.stderr == f"3 of 7; --limit 0 for all, --after {last} for the next\n"
    pages = [ids(seven, "--limit", "3")]
    while len(pages[-1]) == 3:
        pages.append(ids(seven, "--limit", "3", "--after", pages[-1][-1]))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [case for page in pages for case in page] == ids(seven, "--limit", "0")
    assert listed(seven, "--limit", "0").stderr == ""


def test_the_json_of_a_list_says_whether_there_are_more(seven: Database) -> None:
    part = json.loads(listed(seven, "--limit", "3", "--json").stdout)
    assert (part["total"], part["more"], len(part["cases"])) == (7, True, 3)
    whole = json.loads(listed(seven, "--limit", "7", "--json").stdout)
    assert (whole["total"], whole["more"]) == (7, False)
    assert list(whole["cases"][0]) == list(COLUMNS)


def test_a_list_longer_than_a_page_is_read_whole(seven: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("process.cli.options.PAGE", 2)
    assert sorted(ids(seven, "--limit", "0")) == [f"c{number}" for number in range(7)]
    assert len(ids(seven, "--limit", "5")) == 5


def test_cases_are_found_by_several_states_times_quote_and_who(seven: Database) -> None:
    engine = seven.engine()
    states = {one.case_id: one.state for one in store_find(engine)}
    two = ["--state", states["c0"], "--state", states["c1"]]
    assert set(ids(seven, *two)) == {case for case, state in states.items() if state in (states["c0"], states["c1"])}
    store.deliver(engine, "c0", Event.ABANDON, event_id="x", by="customer", who="anna")  # type: ignore[arg-type]
    assert ids(seven, "--who", "anna") == ["c0"]
    assert ids(seven, "--ended") == ["c0"]
    assert ids(seven, "--quote", "nothing") == []
    before = (START - timedelta(seconds=1)).isoformat()
    assert ids(seven, "--opened-before", before) == []
    assert len(ids(seven, "--opened-after", before)) == 7
    assert len(ids(seven, "--due-after", before, "--due-before", "2100-01-01T00:00:00Z")) == 6
    assert ids(seven, "--moved-before", before) == []
    assert "c6" in ids(seven, "--moved-after", before)


def store_find(engine: Any) -> list[store.Summary]:
    with store.reading(engine) as conn:
        return store.find(conn)


def test_off_a_terminal_a_list_is_one_line_a_row_and_never_wrapped(seven: Database) -> None:
    header, *lines = listed(seven, "--limit", "0").stdout.splitlines()
    assert header.split("\t") == list(COLUMNS)
    assert listed(seven, "--limit", "0", "--no-header").stdout.splitlines() == lines
    assert len(lines) == 7
    for line in lines:
        values = dict(zip(COLUMNS, line.split("\t"), strict=True))
        assert values["is_done"] in ("true", "false")
        assert "T" in values["due_at"]
        assert values["due_at"][-6:-5] in "+-"


def test_csv_has_a_header_and_the_same_rows(seven: Database) -> None:
    rows = list(csv.DictReader(io.StringIO(listed(seven, "--limit", "0", "--csv").stdout)))
    assert [row["case_id"] for row in rows] == ids(seven, "--limit", "0")
    assert set(rows[0]) == set(COLUMNS)
    assert listed(seven, "--limit", "1", "--csv", "--no-header").stdout.startswith(f"{rows[0]['case_id']},")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_a_terminal_a_list_fits_and_has_local_times_with_what_is_left(seven: Database, columns: int) -> None:
    screen = on_terminal("case", "list", "--db", seven.url, "--lang", "en", columns=columns)
    assert max(map(len, screen.splitlines())) <= columns
    for word in ("Case", "Order", "Goal", "State", "Waiting", "Deadline"):
        assert word in screen.splitlines()[0]
    assert re.search(r"(in|past) \d+|\d+ \w+ ago", screen)


def test_overdue_cases_are_listed_and_timed_out_in_pages(seven: Database) -> None:
    at = ("--at", "2100-01-01T00:00:00Z")
    some = listed(seven, *at, "--limit", "2", command="overdue")
    assert len(some.stdout.splitlines()) == 1 + 2
    assert some.stderr.startswith("the first 2, there are more; ")
    overdue = ids(seven, *at, "--limit", "0", command="overdue")
    assert len(overdue) == 7
    assert sorted(ids(seven, *at, "--limit", "0", "--time-out", command="overdue")) == sorted(overdue)


def test_what_is_empty_says_so_on_the_error_stream(sqlite: Database) -> None:
    sqlite.engine()
    done = listed(sqlite, "--open")
    assert (done.stdout.splitlines(), done.stderr) == (["\t".join(COLUMNS)], "No cases found.\n")
    assert json.loads(listed(sqlite, "--json").stdout) == {"cases": [], "total": 0, "more": False}
