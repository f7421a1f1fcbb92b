"""The command ``audit``: the store's own cases by ``--db``, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from process import State
from process.audit import audit
from process.cli import app
from tests.support.log_files import into_store
from tests.support.logs import legal_log

EXAMPLE = (Path(__file__).with_name("example.csv"), Path(__file__).with_name("example.toml"))


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


def test_one_case_is_audited_alone_under_what_the_whole_log_records() -> None:
    whole = audit(*map(str, EXAMPLE))
    case = whole.deviations[0].examples[0]
    code, shown, _ = run(str(EXAMPLE[0]), "--map", str(EXAMPLE[1]), "--only", case, "--json")
    alone = json.loads(shown)
    assert (code, alone["cases"], alone["deviating"]) == (1, 1, 1)
    assert alone["recorded"] == list(whole.recorded)
    assert alone["deviations"][0]["reason"]["en"] == whole.deviations[0].reason.en
    late = whole.overdue[0]
    code, shown, _ = run(str(EXAMPLE[0]), "--map", str(EXAMPLE[1]), "--only", late.case_id)
    assert code == 0
    assert f"the case's state: {State(late.state).words.en}" in shown
    code, _, told = run(str(EXAMPLE[0]), "--map", str(EXAMPLE[1]), "--only", "it's none")
    assert (code, 'the log has no case "it\'s none"' in told) == (2, True)


@pytest.mark.parametrize("arguments", [("merge", "part1"), ("variants.csv", "--variants")])
def test_one_case_of_parts_or_counted_variants_is_refused(arguments: tuple[str, ...]) -> None:
    code, _, told = run(*arguments, "--only", "1")
    assert (code, told.strip()) == (2, "--only is for a log, not for counted variants or parts")
