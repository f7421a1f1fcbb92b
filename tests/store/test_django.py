"""Django hosts: a small shop's tests pass in Django's own test runner, on each database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.support.mariadb import MariaDB
from tests.support.postgres import Postgres

pytest_plugins = ["tests.support.store_fixtures"]


def of_sqlite(folder: Path) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}
    path = str(folder / "shop.sqlite")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "TEST": {"NAME": f"{path}.test"}, "OPTIONS": options}


def of_postgresql(url: str) -> dict[str, Any]:
    parsed = make_url(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.database,
        "USER": parsed.username,
        "HOST": parsed.query["host"],
        "TEST": {"NAME": f"{parsed.database}_django"},
    }


def of_mariadb(url: str) -> dict[str, Any]:
    parsed = make_url(url)
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": parsed.database,
        "USER": parsed.username,
        "HOST": parsed.query["unix_socket"],
        "TEST": {"NAME": f"{parsed.database}_django", "CHARSET": "utf8mb4"},
    }


SELDOM = [pytest.mark.thorough]


def run_the_shops_tests(settings: dict[str, Any], use_tz: str = "1", broken: str | None = None) -> tuple[int, str]:
    """Run them in Django's own runner; its exit code, and what it said."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.support.django_shop.settings",
        "DJANGO_SHOP_DATABASE": json.dumps(settings),
        "DJANGO_SHOP_USE_TZ": use_tz,
        **({} if broken is None else {"DJANGO_SHOP_BROKEN": broken}),
    }
    command = [sys.executable, "-W", "error", "-m", "django", "test", "--noinput", "tests.support.django_shop.tests"]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "use_tz"),
    [
        ("sqlite", "1"),
        ("postgresql", "0"),
        ("mariadb", "1"),
        pytest.param("sqlite", "0", marks=SELDOM),
        pytest.param("postgresql", "1", marks=SELDOM),
        pytest.param("mariadb", "0", marks=SELDOM),
    ],
)
def test_the_shops_tests_pass_in_djangos_own_runner(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, use_tz: str
) -> None:
    if kind == "sqlite":
        settings = of_sqlite(tmp_path)
    elif kind == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        settings = of_postgresql(postgres.new_database())
    else:
        mariadb: MariaDB = request.getfixturevalue("mariadb_server")
        settings = of_mariadb(mariadb.new_database())
    code, said = run_the_shops_tests(settings, use_tz)
    assert code == 0, said
    assert "Ran 10 tests" in said


@pytest.mark.parametrize(
    ("broken", "found_out"),
    [
        ("end_what_was_lent", "test_case_and_ticket_are_rolled_back_together"),
        pytest.param("forget_what_django_lost", "test_what_the_database_gave_up_is_not_committed", marks=SELDOM),
    ],
)
def test_a_store_that_ends_djangos_transaction_or_hides_its_loss_is_found_out(
    tmp_path: Path, broken: str, found_out: str
) -> None:
    code, said = run_the_shops_tests(of_sqlite(tmp_path), broken=broken)
    assert code == 1
    assert found_out in "".join(re.findall(r"^(?:FAIL|ERROR): (\w+)", said, re.MULTILINE)), said
