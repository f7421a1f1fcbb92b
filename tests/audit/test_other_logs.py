"""Logs that the model did not make: by a second reading of the process, by mutants of the model, by a hospital."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from random import Random
from xml.sax.saxutils import quoteattr

import duckdb
import pytest

from process import Actor, Event, Goal
from process.audit import Mapping, MappingInvalid, audit, suggest_mapping
from process.machine import CompiledMachine, build
from process.model import Facts
from process.model.validation import ModelError
from process.mutation.mutant_catalogue import all_mutants
from tests.support.logs import COLUMNS, Row, payload_of, plain_verdict, write_csv
from tests.support.other_logs import NAMES, first_refused, other_log
from tests.support.thorough import counts

BANK = Mapping(columns={role: (column,) for role, column in NAMES.items()}, records=frozenset(Event))


def deviating(folder: Path) -> dict[str, int]:
    """Return the place of the first illegal event of each deviating case."""
    with (folder / "deviations.csv").open(encoding="utf-8", newline="") as table:
        return {row["case_id"]: int(row["position"]) for row in csv.DictReader(table)}


@counts("cases", 120, 14_000)
def test_a_bank_log_gets_the_verdicts_of_the_second_reading_in_three_formats(cases: int, tmp_path: Path) -> None:
    log = other_log(cases, seed=cases)
    expected = {rows[0]["case"]: place for rows in log if (place := first_refused(rows)) is not None}
    assert expected == {rows[0]["case"]: found[0] for rows in log if (found := plain_verdict(rows)) is not None}
    assert len(expected) > cases / 10
    named = [{NAMES[role]: value for role, value in row.items() if role in NAMES} for rows in log for row in rows]
    Random(1).shuffle(named)  # noqa: S311  # test data
    files = {name: tmp_path / f"log.{name}" for name in ("csv", "jsonl", "parquet")}
    write_csv(files["csv"], named, NAMES.values())
    files["jsonl"].write_text("".join(json.dumps(row) + "\n" for row in named), encoding="utf-8")
    duckdb.sql(f"copy (select * from read_csv('{files['csv']}')) to '{files['parquet']}'")
    for name, file in files.items():
        report = audit(file, BANK, out=tmp_path / name)
        assert deviating(tmp_path / name) == expected, name
        assert (report.conforming, report.unknown) == (len(log) - len(expected), 0)
        assert report.problems == ()


def walk(machine: CompiledMachine, name: str, chance: Random) -> list[Row]:
    """Return the rows of a case of another model, whose customers and lenders try what does not fit, too."""
    facts = Facts(chance.choice(list(Goal)), "buyer", "order", 3, 3)
    state, at = machine.definition.initial, datetime.fromisoformat("2026-06-01T00:00:00+00:00").timestamp()
    rows: list[Row] = []
    for step in range(40):
        event = chance.choice(
            [event for event, each in machine.compiled_events.items() if state in each.decisions] or [*Event]
        )
        by, data = chance.choice(machine.definition.actors[event]), payload_of(event, facts, step, chance)
        if chance.random() < 0.2:
            changes = {"quote": "another", "attempt": 9, "account": "another", "order": "another", "consent": None}
            data |= {name: value for name, value in changes.items() if name in data}
        try:
            reached = machine.compiled_events[event].decide(state, facts, by, data)
        except Exception:  # noqa: S112  # a mutant's guard may fail
            continue
        if reached is not None:
            state, facts = reached
            at += 60
            moment = datetime.fromtimestamp(at).astimezone().isoformat()
            fixed = {"case": name, "goal": facts.goal.value, "buyer": "buyer", "case_order": "order"}
            rows.append({**fixed, "event": event.value, "by": by.value, "at": moment, "id": f"{step}", **data})
    return rows


@counts("share", 100, 4)
def test_the_log_of_a_mutated_model_deviates_where_its_change_shows(share: int, tmp_path: Path) -> None:
    chance = Random(9)  # noqa: S311  # test data
    log: list[list[Row]] = []
    for number, mutant in enumerate(all_mutants()[22::share]):
        try:
            machine = build(mutant.model)
        except ModelError:
            continue
        log += [rows for case in range(8) if (rows := walk(machine, f"{number}/{case}", chance))]
    expected = {rows[0]["case"]: found[0] for rows in log if (found := plain_verdict(rows)) is not None}
    assert len({case.partition("/")[0] for case in expected}) >= 5, "mutants whose change shows"
    file = write_csv(tmp_path / "log.csv", (row for rows in log for row in rows), COLUMNS)
    report = audit(file, Mapping(records=frozenset(Event)), out=tmp_path)
    assert deviating(tmp_path) == expected
    assert report.conforming == len(log) - len(expected)


def hospital_xes(folder: Path) -> Path:
    """Write two patients' treatments as hospitals do: life cycles, nested attributes, all at one time."""
    steps = [
        ("ER Registration", "start"),
        ("ER Registration", "complete"),
        ("ER Triage", "complete"),
        ("Leucocytes", "complete"),
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0" xmlns="http://www.xes-standard.org/">',
        '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>',
        '<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>',
        '<classifier name="Activity" keys="concept:name lifecycle:transition"/>',
    ]
    for patient in ("A", "急诊 & B"):
        lines.append(f'<trace><string key="concept:name" value={quoteattr(patient)}><int key="Age" value="85"/></string>')
        for name, transition in steps:
            lines.append(
                f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp"'
                ' value="2014-10-22T11:15:41.000+02:00"/><string key="org:resource" value="B"/>'
                f'<string key="lifecycle:transition" value="{transition}"/><list key="Diagnose"><values>'
                '<string key="concept:name" value="sepsis"/></values></list></event>'
            )
        lines.append("</trace>")
    path = folder / "hospital.xes"
    path.write_text("\n".join([*lines, "</log>"]), encoding="utf-8")
    return path


def test_a_hospital_log_is_read_and_the_message_says_what_to_map(tmp_path: Path) -> None:
    path = hospital_xes(tmp_path)
    with pytest.raises(MappingInvalid) as refused:
        audit(path)
    told = refused.value.text("en")
    assert "unmapped events: ER Registration (4), ER Triage (2), Leucocytes (2)" in told
    assert 'write "ER Registration" = "…" or "ER Registration" = "ignore" in [events]' in told
    with pytest.raises(MappingInvalid, match=r'unmapped values: B \(8\); write B = "…" in \[by\]'):
        audit(path, Mapping(ignore_unknown=True))
    proposed = suggest_mapping(str(path), Mapping())
    assert '"ER Triage" = ' in proposed
    assert "# 2 rows; check this" in proposed


def test_a_hospital_log_is_audited_as_soon_as_it_is_mapped(tmp_path: Path) -> None:
    mapping = Mapping(
        columns={"event": ("concept:name", "lifecycle:transition")},
        events={
            "ER Registration/start": None,
            "ER Registration/complete": Event.SIGN_IN,
            "ER Triage/complete": Event.OPEN_ORDERS,
            "Leucocytes/complete": Event.COMPLETE_CANCELLATION,
        },
        by={"B": Actor.CUSTOMER},
        records=frozenset(Event),
    )
    (found,) = audit(hospital_xes(tmp_path), mapping).deviations
    assert (found.examples, found.cases, found.event) == (("A", "急诊 & B"), 2, "complete_cancellation")
