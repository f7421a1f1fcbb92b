"""The printed query runs on DuckDB, PostgreSQL and Spark, and gives the variants that the audit finds by itself."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import create_engine

from process import Event
from process.audit import Mapping, MappingInvalid, SourceUnusable, audit, audit_variants, read_variants, variants_sql
from process.audit.log import read_events
from process.audit.mapping_file import ByColumn
from process.audit.sources import connect, load_source
from tests.support.logs import COLUMNS, Row, legal_log, with_faults, write_csv
from tests.support.postgres import Postgres
from tests.support.spark import spark_results

NAMED = {name: (name,) for name in COLUMNS if name not in ("channel", "reason")}
UTC_LOG = Mapping(columns=NAMED)
SHOP = Mapping(
    columns={**{name: (f"{name} of 'shop'",) for name in NAMED}, "case": ("case of 'shop'", "channel")},
    zone="Asia/Shanghai",
    events={
        "it's quoted \\ told": Event.QUOTE_CONSEQUENCES,
        "PAGE_VIEW": None,
        "VERIFIED": ByColumn("reason", {"OK": Event.PASS_VERIFICATION, "NO": Event.FAIL_VERIFICATION, "?": None}),
    },
)


def log_rows() -> list[Row]:
    """Rows with faults, ties, the same row twice by id, and fees as a warehouse's decimals show them."""
    rows = [dict(row) for case in with_faults(legal_log(60, seed=21), every=4)[0] for row in case]
    for number, row in enumerate(rows):
        if number % 3 == 0 and number and rows[number - 1]["case"] == row["case"]:
            row["at"] = rows[number - 1]["at"]
        if "fee" in row:
            row["fee"] = f"{row['fee']}.00"
    return rows + rows[::9]


def shop_rows() -> list[Row]:
    """The same with a shop's names, in local times without an offset."""
    found: list[Row] = []
    for row in log_rows():
        at = datetime.fromisoformat(row["at"]).astimezone(ZoneInfo("Asia/Shanghai"))
        names = {"pass_verification": "VERIFIED", "quote_consequences": "it's quoted \\ told"}
        given = {**row, "at": at.strftime("%Y-%m-%d %H:%M:%S.%f"), "event": names.get(row["event"], row["event"])}
        shop = {f"{name} of 'shop'": value for name, value in given.items()}
        found.append({**shop, "channel": "web", "reason": "OK"})
    found.append({**found[0], "event of 'shop'": "PAGE_VIEW", "id of 'shop'": "seen"})
    return found


def random_rows() -> list[Row]:
    """Rows that no shop would write: most of one time, references and numbers right or wrong, actors mixed."""
    chance = Random(7)  # noqa: S311  # a log to compare
    values: dict[str, tuple[str | None, ...]] = {
        "event": ("sign_in", "open_order", *["quote_consequences", "confirm_cancellation"] * 3, "pass_verification"),
        "by": ("customer", "Lender ", "support", None),
        "at": ("2026-06-01T09:00:00Z", "2026-06-01T09:00:00+00:00", "2026-06-01T09:00:01Z"),
        "quote": ("B", "b", "A", " ", None),
        "fee": ("5", "7.0", "much", None),
        "currency": ("CNY", None),
        "attempt": ("1", "12", "2.0", "123456789", "0", None),
        "account": ("me", "you", None),
        "order": ("o", "p"),
        "rank": ("1", "2"),
    }
    rows = [{name: chance.choice(options) for name, options in values.items()} for _ in range(8000)]
    for number, row in enumerate(rows):
        case = number // 5
        row |= {"case": f"c{case}", "goal": ("plan", "both", None)[case % 3], "buyer": "me", "case_order": "o"}
    return rows


LOGS: dict[str, tuple[Mapping, Callable[[], list[Row]]]] = {"the model's names": (UTC_LOG, log_rows)}
LOGS["a shop's names"] = (SHOP, shop_rows)


class Audited(NamedTuple):
    """A file, its mapping, and the number of cases by trace that the audit finds."""

    file: Path
    mapping: Mapping
    variants: Counter[str]


@pytest.fixture(scope="module", params=LOGS)
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited(request.param, tmp_path_factory.mktemp("warehouse"))


def audited(name: str, folder: Path) -> Audited:
    mapping, rows = LOGS[name]
    given = rows()
    columns = dict.fromkeys(name for row in given for name in row)
    file = write_csv(folder / "log.csv", given, columns)
    report = audit(file, mapping, out=folder)
    assert report.variants > 40
    with (folder / "variants.csv").open(encoding="utf-8", newline="") as table:
        return Audited(file, mapping, Counter({row["trace"]: int(row["cases"]) for row in csv.DictReader(table)}))


def counted(rows: Any) -> Counter[str]:
    return Counter({trace: cases for trace, cases, _ in rows})


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    started = Postgres(timezone="America/New_York")
    yield started
    started.remove()


def test_duckdb_finds_the_same_variants(log: Audited) -> None:
    file, mapping, expected = log
    with duckdb.connect() as conn:
        conn.execute("set TimeZone='America/New_York'")
        conn.execute(f"create table log as select * from read_csv('{file}', all_varchar=true)")
        assert counted(conn.execute(variants_sql(mapping, "duckdb", "log")).fetchall()) == expected


@pytest.mark.parametrize("ties", ["free", "rank"])
def test_the_audit_writes_a_trace_as_the_printed_query_does_whatever_the_rows_hold(ties: str, tmp_path: Path) -> None:
    rows = random_rows()
    mapping = Mapping(columns={name: (name,) for name in rows[0] if name != "rank"}, ties=ties)
    file = write_csv(tmp_path / "log.csv", rows, rows[0])
    with connect() as conn:
        read_events(conn, load_source(conn, str(file)), mapping)
        own = conn.execute("select trace, count(*), '' from cases join traces using (trace_number) group by 1").fetchall()
        conn.execute(f"create table log as select * from read_csv('{file}', all_varchar=true)")
        assert counted(conn.execute(variants_sql(mapping, "duckdb", "log")).fetchall()) == counted(own)
    assert len(own) > 1000


@pytest.mark.parametrize("kind", ["text", "timestamp"])
def test_postgresql_finds_the_same_variants(kind: str, log: Audited, server: Postgres) -> None:
    file, mapping, expected = log
    with file.open(encoding="utf-8", newline="") as table:
        names, *rows = csv.reader(table)
    at = mapping.columns_of("at")[0]
    type_of_at = "text" if kind == "text" else "timestamp" if mapping.zone else "timestamptz"
    engine = create_engine(server.new_database())
    columns = ", ".join(f'"{name}" {type_of_at if name == at else "text"}' for name in names)
    with engine.begin() as conn:
        conn.exec_driver_sql(f"create table log ({columns})")
        holders = ", ".join(["%s"] * len(names))
        conn.exec_driver_sql(f"insert into log values ({holders})", [tuple(each or None for each in row) for row in rows])
        found = conn.connection.cursor().execute(variants_sql(mapping, "postgres", "log")).fetchall()  # type: ignore[attr-defined]
    engine.dispose()
    assert counted(found) == expected


@pytest.mark.thorough
def test_spark_finds_the_same_variants(tmp_path_factory: pytest.TempPathFactory) -> None:
    logs = [audited(name, tmp_path_factory.mktemp("spark")) for name in LOGS]
    asked = []
    for file, mapping, _ in logs:
        at = mapping.columns_of("at")[0]
        kind = "timestamp_ntz" if mapping.zone else "timestamp"
        typed = f"(select * except (`{at}`), cast(`{at}` as {kind}) as `{at}` from log) typed"
        asked.append((file, [variants_sql(mapping, "spark", table) for table in ("log", typed)]))
    found = list(map(counted, spark_results(asked)))
    assert found == [each.variants for each in logs for _ in range(2)]


def test_the_variants_of_a_warehouse_get_the_report_of_the_log(log: Audited, tmp_path: Path) -> None:
    file, mapping, _ = log
    with duckdb.connect() as conn:
        conn.execute(f"create table log as select * from read_csv('{file}', all_varchar=true)")
        conn.execute(f"copy ({variants_sql(mapping, 'duckdb', 'log')}) to '{tmp_path / 'variants.parquet'}'")
        conn.execute(f"copy ({variants_sql(mapping, 'duckdb', 'log')}) to '{tmp_path / 'variants.csv'}'")
    whole = audit(file, mapping)
    for name in ("variants.parquet", "variants.csv"):
        found = audit_variants(read_variants(tmp_path / name), mapping)
        assert (found.rows, found.cases, found.variants) == (whole.rows, whole.cases, whole.variants)
        for one, other in zip(found.deviations, whole.deviations, strict=True):
            assert one._replace(examples=()) == other._replace(examples=())
        assert [each[:4] for each in found.arrows] == [each[:4] for each in whole.arrows]
        assert (found.requirements, found.states) == (whole.requirements, whole.states)


GOOD: Row = {"case": "1", "event": "sign_in", "at": "2026-06-01T09:00:00Z", "goal": "plan"}


@pytest.mark.parametrize(
    ("changes", "problems", "unknown"),
    [
        ({"case": None}, {"no_case": 1}, 0),
        ({"at": None}, {"no_time": 1}, 1),
        ({"goal": "both"}, {}, 1),
        ({"event": "LOGOUT"}, {"unknown_event": 1}, 0),
    ],
)
def test_rows_that_a_warehouse_cannot_judge_are_told(
    changes: Row, problems: dict[str, int], unknown: int, tmp_path: Path
) -> None:
    mapping = Mapping(columns={name: (name,) for name in GOOD}, ignore_unknown=True, records=frozenset(Event))
    file = write_csv(tmp_path / "log.csv", [GOOD, {**GOOD, "at": "2026-06-01T10:00:00Z", **changes}], GOOD)
    with duckdb.connect() as conn:
        conn.execute(f"create table log as select * from read_csv('{file}', all_varchar=true)")
        rows = conn.execute(variants_sql(mapping, "duckdb", "log")).fetchall()
    report = audit_variants(rows, mapping)
    assert {each.code: each.rows for each in report.problems} == problems
    assert (report.cases, report.unknown) == (1, unknown)
    same = audit(file, mapping)
    assert {each.code: each.rows for each in same.problems} == problems
    assert (same.cases, same.unknown) == (1, unknown)


def test_an_event_that_is_not_mapped_is_refused_unless_it_is_to_be_left_out() -> None:
    with pytest.raises(MappingInvalid, match=r'LOGOUT \(7\); write LOGOUT = "…" or "ignore" in \[events\]'):
        audit_variants([("!unknown_event LOGOUT", 7, "c")])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("case,count\n:,1\n", "must have the columns trace, cases, example"),
        ("trace,cases\nplan:,many\n", "row 1: cases is not a whole number: 'many'"),
        ("trace,cases\nplan:sign_in,2\n", "variant 1 can't be read"),
        ("trace,cases\nplan:sign_in|robot||||||||,2\n", "'robot' is not a valid Actor"),
    ],
)
def test_a_file_that_holds_no_variants_is_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "variants.csv"
    path.write_text(text)
    with pytest.raises(SourceUnusable, match=told):
        audit_variants(read_variants(path))


def test_the_order_of_the_rows_is_refused_for_a_warehouse() -> None:
    with pytest.raises(MappingInvalid, match='can\'t be used with a warehouse table; write ties = "free", or a column'):
        variants_sql(Mapping(ties="rows"), "spark", "log")


def test_an_unknown_dialect_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(MappingInvalid, match="unknown dialect 'oracle'; known: duckdb, postgres, spark"):
        variants_sql(Mapping(), "oracle", "log")
