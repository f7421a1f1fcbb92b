"""Whole logs, which record all events with all that decides: the audit's verdict is that of a plain replay."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from process import Event
from process.audit import Mapping, Report, audit
from tests.support.logs import FAULTS, Row, legal_log, plain_verdict, with_faults, write_csv


@pytest.fixture(scope="module")
def log() -> tuple[list[list[Row]], dict[str, str]]:
    return with_faults(legal_log(300), every=3)


@pytest.fixture(scope="module")
def file(log: tuple[list[list[Row]], dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("logs") / "log.csv", (row for rows in log[0] for row in rows))


@pytest.fixture(scope="module")
def report(file: Path) -> Report:
    """The report, whose tables lie beside the log."""
    return audit(file, out=file.parent)


def deviating_cases(folder: Path) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return the place and codes of the first illegal event of each deviating case."""
    import csv

    with (folder / "deviations.csv").open(encoding="utf-8", newline="") as table:
        return {row["case_id"]: (int(row["position"]), tuple(row["codes"].split())) for row in csv.DictReader(table)}


def test_exactly_the_cases_that_a_plain_replay_refuses_deviate_at_the_same_event_for_the_same_reasons(
    log: tuple[list[list[Row]], dict[str, str]], file: Path, report: Report
) -> None:
    plain = {rows[0]["case"]: verdict for rows in log[0] if (verdict := plain_verdict(rows)) is not None}
    assert set(log[1].values()) == set(FAULTS), "every kind of fault is in the log"
    assert deviating_cases(file.parent) == plain
    assert report.deviating == len(plain)
    assert set(plain) <= set(log[1])


class Seeded(NamedTuple):
    """A log with every kind of fault, where it is illegal, and its report."""

    faulty: dict[str, set[str]]
    legal: int
    report: Report


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    log = [renamed("legal", rows) for rows in legal_log(30, seed=4)]
    legal, faulty = len(log), dict[str, set[str]]()
    for kind, (put, _) in FAULTS.items():
        changed = [found for rows in legal_log(300, seed=3) if (found := put(rows)) is not None]
        illegal = [renamed(kind, rows) for rows in changed if plain_verdict(rows) is not None][:20]
        faulty[kind] = {rows[0]["case"] for rows in illegal}
        log += illegal
    file = write_csv(tmp_path_factory.mktemp("faults") / "log.csv", (row for rows in log for row in rows))
    return Seeded(faulty, legal, audit(file, Mapping(records=frozenset(Event))))


def renamed(kind: str, rows: list[Row]) -> list[Row]:
    return [{**row, "case": f"{kind}: {row['case']}", "id": f"{kind}: {row['id']}"} for row in rows]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_seeded_fault_is_found_and_its_requirement_named(kind: str, seeded: Seeded) -> None:
    faulty, legal, report = seeded
    assert faulty[kind], "the fault is illegal in some case"
    deviations = {each.variant: each for each in report.deviations}
    found = {each.case_id: deviations[each.variant] for each in report.listed if each.case_id.startswith(f"{kind}: ")}
    assert set(found) == faulty[kind]
    assert (report.deviating, report.conforming) == (sum(map(len, faulty.values())), legal)
    requirement = FAULTS[kind][1]
    for case, deviation in found.items():
        assert requirement is None or requirement in deviation.requirements, case
        assert deviation.reason.zh
        assert deviation.reason.en
        assert deviation.repair != ()


def test_a_log_without_faults_conforms_and_breaks_no_requirement(tmp_path: Path) -> None:
    report = audit(write_csv(tmp_path / "log.csv", (row for rows in legal_log(100, seed=9) for row in rows)))
    assert report.conforms
    assert report.conforming == report.cases == 100
    assert all(each.broken == 0 for each in report.requirements)


def test_rows_in_any_order_doubled_by_id_in_three_zones_give_the_same_report(
    log: tuple[list[list[Row]], dict[str, str]], report: Report, tmp_path: Path
) -> None:
    from datetime import datetime, timedelta, timezone
    from random import Random

    chance = Random(5)  # noqa: S311  # test data
    rows = [row for rows in log[0] for row in rows]
    rows += chance.sample(rows, len(rows) // 20)
    chance.shuffle(rows)
    zones = [timezone(timedelta(hours=hours)) for hours in (0, 8, -5)]
    rows = [{**row, "at": datetime.fromisoformat(row["at"]).astimezone(chance.choice(zones)).isoformat()} for row in rows]
    again = audit(write_csv(tmp_path / "shuffled.csv", rows)).as_dict()
    problems = again.pop("problems")
    expected = report.as_dict()
    expected.pop("problems")
    assert [problem["code"] for problem in problems] == ["duplicate_id"]
    assert {**again, "files": []} == {**expected, "files": []}


def test_waits_arrows_and_states_count_every_case(report: Report) -> None:
    assert report.cases == report.conforming + report.deviating + report.unknown == 300
    signed_in = next(each for each in report.arrows if each.event == "sign_in")
    assert signed_in.times > 200
    assert signed_in.p50 is None or signed_in.p50 > 0
    assert sum(report.states.values()) == report.conforming
    assert all(each.p50 <= each.p90 <= each.p99 for each in report.arrows if each.p50 and each.p90 and each.p99)
