"""Mapping files: what they may say, and messages that say what to write into which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from process import Actor, Event
from process.audit import Mapping, MappingInvalid, audit
from process.audit.mapping_file import ByColumn, parse_mapping
from tests.support.logs import write_csv

SHOP = """
[columns]
case = "apply_no"
event = "op_code"
at = "gmt_create"
by = "operator"
[time]
zone = "Asia/Shanghai"
[events]
PAGE_VIEW = "ignore"
LOGIN = "sign_in"
VERIFY_RESULT = { column = "result", PASS = "pass_verification", FAIL = "fail_verification" }
[by]
SYS = "system"
C = "customer"
"""


def test_a_shops_names_become_the_models() -> None:
    mapping = parse_mapping(SHOP)
    assert mapping.columns_of("case") == ("apply_no",)
    assert mapping.events["LOGIN"] is Event.SIGN_IN
    assert mapping.events["PAGE_VIEW"] is None
    assert isinstance(mapping.events["VERIFY_RESULT"], ByColumn)
    assert mapping.by["SYS"] is Actor.SYSTEM


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[columns]\nkase = "x"', 2, "unknown key 'kase'; write case or case_order"),
        ("[columns]\ncase = 3", 2, "case must name a column"),
        ('[events]\n\nA = "quote_conseqences"', 3, 'write "quote_consequences"'),
        ('[events]\nA = { PASS = "pass_verification" }', 2, "A must name a column and the event for each value"),
        ('[events]\nA = "sign"', 2, "A: 'sign' is not an event; write "),
        ('[by]\nSYS = "sytem"', 2, "SYS: 'sytem' is not an actor; write \"system\""),
        ('[goals]\nG = "plans"', 2, "G: 'plans' is not a goal; write "),
        ('[time]\nzone = "Shanghai"', 2, "no time zone 'Shanghai'; write an IANA name such as Asia/Shanghai"),
        ('[log]\nfrom = "2026-06-01"', 2, "from must be a time with its offset"),
        ("[log]\nlimits = { face = -1 }", 2, "limits must be written as"),
        ("[colums]\n", 1, "unknown table 'colums'; write columns"),
        ("[columns\n", 1, "not valid TOML"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_what_to_write(text: str, line: int, told: str) -> None:
    with pytest.raises(MappingInvalid) as refused:
        parse_mapping(text)
    assert refused.value.line == line
    assert told in refused.value.text("en")
    assert refused.value.text("zh").startswith(f"映射文件第 {line} 行：")


ROW = {"apply_no": "1", "op_code": "LOGIN", "gmt_create": "2026-06-01 09:00:00", "operator": "C"}


@pytest.mark.parametrize(
    ("changes", "text", "told"),
    [
        ({}, SHOP.replace('"apply_no"', '"apply_id"'), "no column 'apply_id'; write case = \"apply_no\" in [columns]"),
        ({}, SHOP.replace('zone = "Asia/Shanghai"', ""), 'has no offset; write zone = "Asia/Shanghai"'),
        ({"op_code": "LOGOUT"}, SHOP, 'unmapped events: LOGOUT (1); write LOGOUT = "…" or LOGOUT = "ignore" in [events]'),
        ({"operator": "ROBOT"}, SHOP, 'unmapped values: ROBOT (1); write ROBOT = "…" in [by]'),
        ({"operator": "SYS"}, SHOP.replace("SYS =", "sys ="), 'unmapped values: SYS (1); write SYS = "…" in [by]'),
        ({"op_code": "VERIFY_RESULT"}, SHOP, "the log has no column 'result', which VERIFY_RESULT needs"),
    ],
)
def test_what_does_not_fit_the_log_says_what_to_write(
    changes: dict[str, str], text: str, told: str, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "log.csv", [{**ROW, **changes}], tuple(ROW))
    if told.startswith("the log has no column 'result'"):
        file = write_csv(tmp_path / "log.csv", [ROW], tuple(ROW))
    else:
        text = text.replace(
            'VERIFY_RESULT = { column = "result", PASS = "pass_verification", FAIL = "fail_verification" }', ""
        )
    with pytest.raises(MappingInvalid) as refused:
        audit(file, parse_mapping(text))
    assert told in refused.value.text("en")
    assert refused.value.text("zh") != refused.value.text("en")


def test_unknown_events_are_counted_when_they_are_to_be_left_out(tmp_path: Path) -> None:
    rows = [{"case": "1", "event": name, "at": "2026-06-01T09:00:00Z"} for name in ("sign_in", "LOGOUT", "LOGOUT")]
    file = write_csv(tmp_path / "log.csv", rows, ("case", "event", "at"))
    (problem,) = audit(file, Mapping(ignore_unknown=True, records=frozenset(Event))).problems
    assert (problem.code, problem.rows, problem.examples) == ("unknown_event", 2, ("LOGOUT (2)",))


def test_rows_that_cannot_be_read_are_counted_and_their_cases_not_judged(tmp_path: Path) -> None:
    rows = [
        {"case": "1", "event": "open_orders", "at": "yesterday"},
        {"case": "", "event": "open_orders", "at": "2026-06-01T09:00:00Z"},
        {"case": "1", "event": "sign_in", "at": "2026-06-01T09:00:00Z"},
        {"case": "2", "event": "sign_in", "at": "1780300800"},
    ]
    report = audit(write_csv(tmp_path / "log.csv", rows, ("case", "event", "at")), Mapping(records=frozenset(Event)))
    assert {problem.code: problem.rows for problem in report.problems} == {
        "several_time_forms": 1,
        "no_time": 1,
        "no_case": 1,
    }
    assert (report.conforming, report.unknown) == (1, 1)


def test_times_that_the_clock_skipped_or_showed_twice_are_counted(tmp_path: Path) -> None:
    rows = [
        {"case": "1", "event": "sign_in", "at": "2026-03-29 02:30:00"},
        {"case": "2", "event": "sign_in", "at": "2026-10-25 02:30:00"},
    ]
    report = audit(
        write_csv(tmp_path / "log.csv", rows, ("case", "event", "at")),
        Mapping(zone="Europe/Berlin", records=frozenset(Event)),
    )
    assert {problem.code: problem.rows for problem in report.problems} == {"clock_gap": 1, "clock_fold": 1}
