"""``case show``, ``case event`` and ``case where``: refusals, who did it, duplicates, the page, and the database used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from process import store
from process.cli import app
from tests.support.running import on_terminal
from tests.support.storing import Database, opened

pytest_plugins = ["tests.support.store_fixtures"]
SIGN_IN = ("sign_in", "account=acct", "channel=app")


def case(*args: str, code: int = 0, **env: str) -> Result:
    done = CliRunner(env=env).invoke(app, ["case", *args])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def db(sqlite: Database) -> tuple[str, str]:
    opened(sqlite.engine(), "c1")
    return "--db", sqlite.url


def as_data(*args: str, code: int = 0) -> Any:
    return json.loads(case(*args, "--json", code=code).stdout)


def test_an_event_says_whether_it_was_a_duplicate(db: tuple[str, str]) -> None:
    event = ("event", "c1", *SIGN_IN, "--event-id", "m1", *db)
    assert as_data(*event)["is_duplicate"] is False
    assert as_data(*event)["is_duplicate"] is True
    assert "handled before" in case(*event, "--lang", "en").stderr


def test_who_did_a_step_is_shown(db: tuple[str, str]) -> None:
    case("event", "c1", *SIGN_IN, "--who", "anna-7", *db)
    assert [step["who"] for step in as_data("show", "c1", *db)["history"]] == ["anna-7"]
    assert "anna-7" in case("show", "c1", *db).stdout


def test_a_final_refusal_is_kept_and_shown(db: tuple[str, str]) -> None:
    wrong = ("event", "c1", "sign_in", "account=another", "channel=app", "--event-id", "m1", "--who", "anna-7", *db)
    (refusal,) = as_data(*wrong, code=1)["refusals"]
    assert (refusal["event"], refusal["by"], refusal["is_final"]) == ("sign_in", "customer", True)
    (kept,) = as_data("show", "c1", *db)["refusals"]
    assert {name: kept[name] for name in refusal} == refusal
    assert (kept["event_id"], kept["who"], kept["data"]["account"], kept["version"]) == ("m1", "anna-7", "another", 0)
    for lang, title in (("zh", "被拒绝的事件"), ("en", "Refused events")):
        said = on_terminal("case", "show", "c1", *db, "--lang", lang)
        assert "anna-7" in said.split(title)[1]


def test_an_early_refusal_says_that_it_is_not_final(db: tuple[str, str]) -> None:
    (refusal,) = as_data("event", "c1", "open_orders", *db, code=1)["refusals"]
    assert refusal["is_final"] is False
    assert "early" in case("event", "c1", "open_orders", *db, "--lang", "en", code=1).stderr
    assert as_data("show", "c1", *db)["refusals"] == []


def test_an_end_that_met_a_part_of_the_goal_says_which(sqlite: Database) -> None:
    engine = sqlite.engine()
    with engine.begin() as conn:
        store.open(conn, goal="both", account="a", order="o", case_id="c2")  # type: ignore[arg-type]
    shown = as_data("show", "c2", "--db", sqlite.url)
    assert (shown["achieved"], shown["unmet"]) == (None, "both")


def test_the_address_of_the_page_holds_the_path_and_no_personal_data(db: tuple[str, str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("installment-cancellation", encoding="utf-8")  # to write the real one takes long
    case("event", "c1", *SIGN_IN, *db)
    address = case("show", "c1", "--page", str(page), *db, "--lang", "en").stdout.splitlines()[-1]
    assert address.startswith(page.as_uri() + "#en/plan/")
    assert "sign_in" in address
    assert "acct" not in address
    assert as_data("show", "c1", "--page", str(page), *db)["page"].startswith(page.as_uri())


# -------------------------------------------------------------------------------------------------------- the database


def test_process_db_names_the_database_for_every_command(db: tuple[str, str]) -> None:
    _, url = db
    assert json.loads(case("list", "--json", PROCESS_DB=url).stdout)["total"] == 1
    assert case("where", PROCESS_DB=url).stdout == f"{url}\n"


def test_where_names_the_database_without_a_password_and_creates_nothing(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite"
    assert case("where", "--db", f"sqlite:///{file}", "--lang", "en").stdout == f"sqlite:///{file} (not created yet)\n"
    assert not file.exists()
    said = json.loads(case("where", "--db", "postgresql://me:s3cret@host:1/x?password=s3cret", "--json").stdout)
    assert said == {"url": "postgresql://host:1/x", "exists": None}


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("many.db", "did you mean sqlite:///many.db?"),
        ("postgres://me:s3cret@h/x", "did you mean postgresql://?"),
        ("mysql://me:s3cret@h/x", "did you mean mysql+pymysql://?"),
        ("postgresql:/me:s3cret@h/x", "must be a database's address"),
        ("'postgresql://me:s3cret@h/x'", "can't be used"),
        ("me:s3cret@h/x?y=://", "can't be used"),
        ("postgresql://me:s3@cret@h/x", "%40"),
        ("postgresql://me:33?s3cret@127.0.0.1:1/x", "can't be used"),
        ("postgresql://me:33/s3cret@127.0.0.1:1/x", "can't be used"),
        ("postgresql://me:s3:cret@h:x/y", "not a number"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_address_is_answered_with_a_hint_and_no_part_of_a_password(url: str, hint: str, lang: str) -> None:
    said = case("list", "--db", url, "--lang", lang, code=2).stderr
    assert lang == "zh" or hint in said
    assert lang == "en" or any("\u4e00" <= letter <= "\u9fff" for letter in said)
    assert not any(part in said for part in ("s3", "cret", "33"))
    assert len(said.splitlines()) == 1


def test_a_chinese_message_holds_no_sentence_of_the_driver(tmp_path: Path) -> None:
    file = tmp_path / "text.db"
    file.write_text("this is text, and long enough to be no database of any kind", encoding="utf-8")
    said = case("list", "--db", f"sqlite:///{file}", "--lang", "zh", code=2).stderr
    assert "这不是 SQLite 的数据库文件" in said
    assert "not a database" not in said


def test_a_field_without_a_value_is_answered_with_how_to_write_it(db: tuple[str, str]) -> None:
    assert "write account=VALUE" in case("event", "c1", "sign_in", "account", *db, "--lang", "en", code=2).stderr
    assert "请写 account=值" in case("event", "c1", "sign_in", "account", *db, "--lang", "zh", code=2).stderr
