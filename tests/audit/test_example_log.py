"""The example log: a shop's names and local times, four seeded faults, and what the audit says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from process.audit import Report, audit

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def report() -> Report:
    return audit(HERE / "example.csv", HERE / "example.toml")


def test_the_four_seeded_faults_deviate_and_nothing_else(report: Report) -> None:
    found = {example: (each.position, each.event) for each in report.deviations for example in each.examples}
    assert found == {
        "A000000": (2, "open_order"),  # the list of orders was not opened
        "A000006": (2, "open_order"),  # two rows stand in each other's place
        "A000012": (2, "sign_in"),  # a row twice
        "A000018": (1, "sign_in"),  # another account
    }
    assert (report.cases, report.conforming, report.unknown) == (40, 36, 0)


def test_each_reason_repair_and_requirement_is_told_in_both_languages(report: Report) -> None:
    by_case = {each.examples[0]: each for each in report.deviations}
    assert by_case["A000018"].requirements == ("R8",)
    assert by_case["A000018"].reason.zh == "该账号不是购买此订单的账号，请换用购买时的账号登录。"
    repair = by_case["A000000"].repair
    assert repair is not None
    assert [words.en for words in repair] == ['add "open my orders" by the customer before event 2']
    assert [words.zh for words in repair] == ["在第 2 个事件之前补上「打开我的订单」（客户）"]


def test_the_report_has_what_a_program_asks_for(report: Report) -> None:
    assert report.coverage == (len(report.arrows), len(report.arrows) + len(report.unseen))
    assert report.coverage.taken > 20
    assert {each.state for each in report.overdue} <= set(report.states)
    assert sum(report.states.values()) == report.conforming
