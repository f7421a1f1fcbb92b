"""Cases in a database from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from process import Case, store
from process.cli import app
from process.eventfile import dump
from tests.support.drawn import texts_of
from tests.support.running import on_terminal
from tests.support.storing import PATH, Database, opened

pytest_plugins = ["tests.support.store_fixtures"]


def process(*args: str, code: int = 0) -> str:
    """What the command prints; on the error stream where standard output stays empty."""
    done = CliRunner().invoke(app, args)
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stdout or done.stderr


def as_data(*args: str, code: int = 0) -> Any:
    return json.loads(process(*args, "--json", code=code))


OPEN = ("case", "open", "--goal", "plan", "--account", "acct-1", "--order", "order-9", "--case-id", "c1")


def test_an_operator_opens_moves_lists_and_times_out_a_case(database: Database) -> None:
    db = ("--db", database.url)
    told = as_data(*OPEN, "--at", "2026-11-22T09:00:00+08:00", *db)
    assert (told["state"], told["due_at"]) == ("signed_out", "2026-11-23T09:00:00+08:00")
    assert as_data(*OPEN, *db)["version"] == 0
    event = ("case", "event", "c1", "sign_in", "account=acct-1", "channel=app", "--event-id", "m1", *db)
    assert as_data(*event, "--at", "2026-11-22T10:00:00+08:00")["request"]["key"] == "c1:1"
    assert as_data(*event)["version"] == 1
    (refusal,) = as_data(*event[:-3], "m2", *db, code=1)["refusals"]
    assert (refusal["kind"], refusal["event"], refusal["state"]) == ("WrongState", "sign_in", "signed_in")
    assert [one["case_id"] for one in as_data("case", "list", "--awaits", "customer", "--open", *db)["cases"]] == ["c1"]
    assert as_data("case", "list", "--state", "expired", *db)["cases"] == []
    later = ("case", "overdue", "--at", "2026-11-23T10:00:00+08:00", *db)
    assert [one["state"] for one in as_data(*later)["cases"]] == ["signed_in"]
    assert [one["state"] for one in as_data(*later, "--time-out")["cases"]] == ["expired"]
    assert as_data(*later)["cases"] == []
    shown = as_data("case", "show", "c1", *db)
    assert [step["event"] for step in shown["history"]] == ["sign_in", "time_out"]
    assert shown["findings"] == []


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("已登录", "订单", "轮到")), ("en", ("Signed in", "Order", "Waiting for"))]
)
def test_tables_and_refusals_are_in_both_languages(sqlite: Database, lang: str, words: tuple[str, ...]) -> None:
    opened(sqlite.engine(), "c1", steps=1)
    options = ("--db", sqlite.url, "--lang", lang)
    assert all(word in on_terminal("case", "list", *options, columns=100) for word in words)
    assert words[0] in process("case", "show", "c1", *options)
    assert words[0] in process("case", "event", "c1", "sign_in", "account=acct", "channel=app", *options, code=1)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("show", "nobody"), "nobody"),
        (("event", "c1", "sign_in", "account=acct", "colour=red"), "'colour' is not a field"),
        (("event", "c1", "sign_in", "account=acct"), "channel"),
        (("event", "c1", "open_orders", "--at", "noon"), "noon"),
        (("open", "--goal", "plan", "--account", "a", "--order", "order-c1"), "c1"),
    ],
)
def test_what_can_not_be_done_is_told_with_exit_code_2(sqlite: Database, args: tuple[str, ...], says: str) -> None:
    opened(sqlite.engine(), "c1")
    assert says in process("case", *args, "--db", sqlite.url, "--lang", "en", code=2)


@pytest.mark.parametrize(
    "url", ["mysql://x", "nonsense", "postgresql://nobody@127.0.0.1:1/x", "sqlite:////no/such/folder/x"]
)
def test_a_database_that_can_not_be_used_is_told_with_exit_code_2(url: str) -> None:
    said = process("case", "list", "--db", url, "--lang", "zh", code=2)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "args", [("list",), ("show", "c1"), ("overdue",), ("event", "c1", "abandon"), ("overdue", "--time-out")]
)
def test_a_typing_error_in_an_address_makes_no_database(tmp_path: Path, args: tuple[str, ...]) -> None:
    said = process("case", *args, "--db", f"sqlite:///{tmp_path / 'typo.sqlite'}", "--lang", "en", code=2)
    assert "no such file" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "", " "])
def test_an_address_at_which_nothing_would_stay_is_refused(url: str) -> None:
    said = process(*OPEN, "--db", url, "--lang", "en", code=2)
    assert said.startswith("--db is empty" if not url.strip() else "A database in memory")


@pytest.mark.parametrize(
    "args",
    [
        ("show", "c\udcff"),
        ("event", "c1", "sign_in", "account=\udcff", "channel=app"),
        ("event", "c1", "sign_in", "account=acct", "channel=app", "--event-id", "\udcff"),
        ("event", "c1", "pass_verification", f"attempt={'9' * 5000}"),
        ("open", "--goal", "plan", "--account", "\udcff", "--order", "o"),
        ("list", "--account", "\udcff"),
        ("list", "--order", "a\0b"),
        ("list", "--db", "sqlite:///\udcff"),
    ],
)
def test_what_no_database_can_hold_is_told_with_exit_code_2(sqlite: Database, args: tuple[str, ...]) -> None:
    opened(sqlite.engine(), "c1")
    db = () if "--db" in args else ("--db", sqlite.url)
    process("case", *args, *db, "--lang", "en", code=2)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_newer_models_case_is_listed_with_the_names_that_are_stored(sqlite: Database, lang: str) -> None:
    engine = sqlite.engine()
    opened(engine, "c1")
    with engine.begin() as conn:
        newer = {"state": "newer_state", "goal": "newer_goal", "awaits": "robot", "model_version": 2}
        conn.execute(update(store.metadata.tables["cancellation_case"]).values(**newer))
    assert "robot" in on_terminal("case", "list", "--db", sqlite.url, "--lang", lang)
    assert "robot" in process("case", "list", "--db", sqlite.url, "--lang", lang)
    assert as_data("case", "list", "--db", sqlite.url)["cases"][0]["state"] == "newer_state"


def test_without_an_address_cases_are_kept_in_the_users_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, **_: tmp_path / "new" / name)
    process(*OPEN)
    assert as_data("case", "list")["cases"][0]["case_id"] == "c1"
    assert (tmp_path / "new" / "installment-cancellation" / "cases.sqlite").exists()


def test_show_tells_what_is_wrong_with_a_case_and_draws_its_path(sqlite: Database, tmp_path: Path) -> None:
    engine = sqlite.engine()
    opened(engine, "c1", steps=3)
    picture = tmp_path / "path.svg"
    process("case", "show", "c1", "--draw", str(picture), "--db", sqlite.url, "--lang", "zh")
    texts = texts_of(picture.read_text(encoding="utf-8"))
    assert {"全流程", "c1"} <= {*texts}
    assert [number for number in "1234" if any(text.startswith(f"{number}. ") for text in texts)] == ["1", "2", "3"]
    with engine.begin() as conn:
        conn.execute(update(store.metadata.tables["cancellation_case"]).values(awaits="lender"))
    found = as_data("case", "show", "c1", "--db", sqlite.url, code=1)["findings"]
    assert [one["where"] for one in found] == ["awaits"]


# -------------------------------------------------------------------------------------------------------------- loading


def file_of(folder: Path, *, own_id: bool) -> Path:
    case = Case(goal="plan", account="acct", order="order-f", case_id="f1")  # type: ignore[arg-type]
    for event, data in PATH[:2]:
        case.trigger(event, {name: value for name, value in data.items() if name != "by"}, by=data.get("by"))
    lines = list(dump(case))
    if not own_id:
        first = json.loads(lines[0])
        del first["case"]["case_id"]
        lines[0] = json.dumps(first) + "\n"
    path = folder / "events.jsonl"
    path.write_text("".join([*lines, '{"event": "open_order", "data": {"order": "another"}}\n']), encoding="utf-8")
    return path


@pytest.mark.parametrize("own_id", [True, False])
def test_a_file_that_is_loaded_twice_and_goes_on_doubles_nothing(database: Database, tmp_path: Path, own_id: bool) -> None:
    path, db = file_of(tmp_path, own_id=own_id), ("--db", database.url)
    for _ in range(2):
        process("run", str(path), *db, code=1)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"event": "open_order", "data": {"order": "order-f"}}\n')
    process("run", str(path), *db, code=1)
    (case,) = as_data("case", "list", *db)["cases"]
    assert (case["state"], case["version"], case["case_id"] == "f1") == ("order_details", 3, own_id)
    shown = as_data("case", "show", case["case_id"], *db)
    assert [step["event"] for step in shown["history"]] == ["sign_in", "open_orders", "open_order"]
    assert (case["due_at"] is not None, shown["findings"]) == (True, [])


def test_a_file_whose_order_has_another_open_case_is_not_loaded(sqlite: Database, tmp_path: Path) -> None:
    opened(sqlite.engine(), "other", order="order-f")
    assert "other" in process("run", str(file_of(tmp_path, own_id=True)), "--db", sqlite.url, code=2)


@pytest.mark.parametrize(
    ("lang", "place"), [("zh", "events.jsonl：第 3 行：数据库"), ("en", "events.jsonl: line 3: The data")]
)
def test_a_load_that_the_database_leaves_half_done_names_the_line_and_goes_on_later(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, place: str
) -> None:
    path, real = file_of(tmp_path, own_id=False), store.transact
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\n\n", 1), encoding="utf-8")  # an empty second line
    left = [1]

    def full(engine: Any, work: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return real(engine, work)

    monkeypatch.setattr("process.store.loading.transact", full)
    said = process("run", str(path), "--db", sqlite.url, "--lang", lang, code=2)
    assert place in said
    assert ("磁盘已满" if lang == "zh" else "disk is full") in said
    monkeypatch.undo()
    process("run", str(path), "--db", sqlite.url, code=1)
    assert as_data("case", "list", "--db", sqlite.url)["cases"][0]["version"] == 2


@pytest.mark.parametrize(("lang", "says"), [("zh", "没有找到办理。"), ("en", "No cases found.")])
def test_an_empty_list_says_that_it_is_empty(sqlite: Database, lang: str, says: str) -> None:
    for args in (("list",), ("overdue",)):
        assert process("case", *args, "--no-header", "--db", sqlite.url, "--lang", lang) == f"{says}\n"


def test_a_case_that_is_cut_can_not_be_loaded(sqlite: Database, tmp_path: Path) -> None:
    case = Case(goal="plan", account="acct", order="order-f", case_id="f1")  # type: ignore[arg-type]
    for event, data in PATH[:2]:
        case.trigger(event, {name: value for name, value in data.items() if name != "by"}, by=data.get("by"))
    path = tmp_path / "cut.jsonl"
    path.write_text(json.dumps({"case": case.to_dict(steps=1)}) + "\n", encoding="utf-8")
    assert "1 of 2 steps" in process("run", str(path), "--db", sqlite.url, code=2)
