"""The command ``audit``: the store's own cases by ``--db``, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from process.cli import app
from tests.support.log_files import into_store
from tests.support.logs import legal_log


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["audit", *arguments, "--lang", "en"])
    return done.exit_code, done.stdout, done.stderr


def test_the_cases_of_a_store_are_audited_by_its_address(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'shop.db'}"
    into_store(legal_log(10, seed=4), address)
    code, shown, _ = run("--db", address, "--json")
    report = json.loads(shown)
    assert (code, report["cases"], report["conforming"]) == (0, 10, 10)


@pytest.mark.parametrize("arguments", [(), ("log.csv", "--db", "sqlite:///shop.db")])
def test_a_source_or_a_store_must_be_named_and_not_both(arguments: tuple[str, ...]) -> None:
    code, _, told = run(*arguments)
    assert (code, told.strip()) == (2, "name a source, or a database with --db, and not both")
