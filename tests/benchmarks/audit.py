"""The cost of auditing a log: ``python -m tests.benchmarks.audit [--events 1000000]``. A benchmark, not a test.

The model makes some thousand cases, some with faults, and DuckDB makes a log of them: as many events as asked for, each
case with its own times, quotes and accounts, some cases far more frequent than others. Every contestant runs in a process
of its own. Printed are events per second, CPU time and peak memory of the audit, freely and with 512 MB; against a plain
replay (``Case.trigger`` on each event) and ``process run`` on a sample, by events per second and by CPU time an event; and
whether 16 buckets add up.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb

from process import MODEL, Actor, Case, Event, Goal, ProcessError
from tests.support.logs import FAULTS, SHOP, Row, legal_case

SAMPLE = 40_000  # events that the plain replay and `process run` take
BUCKETS = 16
COLUMNS = (*SHOP, "consent", "id")


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    cpu: float
    megabytes: float
    said: str


# --------------------------------------------------------------------------------------------------------------- the log


def scripts(count: int) -> Iterator[list[Row]]:
    """Yield so many cases of the model; each seventh has a fault if one fits."""
    chance = Random(15)  # noqa: S311  # a log to measure with
    kinds = list(FAULTS.values())
    for number in range(count):
        rows: list[Row] = []
        while len(rows) < 3:
            rows = legal_case(number, chance, longest=chance.randint(5, 14))
        faulty = kinds[chance.randrange(len(kinds))][0](rows) if number % 7 == 6 else None
        yield faulty or rows


def write_log(path: Path, events: int) -> None:
    """Write a log of about so many events as Parquet, in the order of time."""
    count = max(20, round(events / 240))
    with duckdb.connect() as conn:
        texts = ", ".join(f'"{name}" varchar' for name in COLUMNS)
        conn.execute(f"create table scripts (script bigint, position bigint, {texts})")
        lists: list[list[Any]] = [[] for _ in range(len(COLUMNS) + 2)]
        for script, rows in enumerate(scripts(count)):
            for position, row in enumerate(rows):
                values = (script, position, *(None if row.get(name) is None else str(row[name]) for name in COLUMNS))
                for column, value in zip(lists, values, strict=True):
                    column.append(value)
        kinds = ["bigint", "bigint", *["varchar"] * len(COLUMNS)]
        conn.execute(
            f"insert into scripts select {', '.join(f'unnest(cast(? as {kind}[]))' for kind in kinds)}",
            lists,
        )
        mine = ", ".join(f's."{name}" || \'-\' || c.number as "{name}"' for name in ("account", "buyer", "order", "quote"))
        same = ", ".join(f's."{name}"' for name in ("event", "by", "goal", "fee", "currency", "attempt", "consent"))
        length = len(lists[0]) / count
        conn.execute("select setseed(0.15)")
        conn.execute(
            f"create table numbered as select number, cast(floor({count} * power(random(), 2)) as bigint) as script,"
            f" cast(random() * 86400 * 60 as bigint) as begun from range({round(events / length)}) r(number)"
        )
        conn.execute(
            f"""copy (
                select 'C' || lpad(cast(c.number as varchar), 9, '0') as "case", {same}, {mine},
                    s.case_order || '-' || c.number as case_order, c.number || '-' || s.position as id,
                    timestamptz '2026-06-01 00:00+00'
                        + to_seconds(c.begun + 60 * s.position + cast(hash(c.number, s.position) % 50 as bigint)) as "at"
                from numbered c join scripts s using (script) order by "at"
            ) to '{path}' (format parquet)"""
        )


# ------------------------------------------------------------------------------------------------------------ contestants


def audit(path: Path, memory: str | None = None) -> None:
    from process import audit as auditing

    report = auditing.audit(path, memory=memory)
    say(f"{report.rows} {report.cases} {report.deviating} {report.variants}")


def bucketed(path: Path) -> None:
    """Audit in 16 buckets and compare the sum with one run."""
    from process import audit as auditing

    with tempfile.TemporaryDirectory() as folder:
        parts = [Path(folder, f"part{number}") for number in range(1, BUCKETS + 1)]
        for number, part in enumerate(parts, 1):
            auditing.audit(path, bucket=(number, BUCKETS), out=part)
        say("equal" if auditing.merge(parts) == auditing.audit(path) else "DIFFERENT")


def plain(path: Path) -> None:
    """Trigger each event of the sample on its case."""
    refused = 0
    with duckdb.connect() as conn:
        found = conn.execute(f'select * from \'{path}\' order by "case", "at"')
        names = [name for name, *_ in found.description or ()]
        case, live = None, None
        while batch := found.fetchmany(10_000):
            for values in batch:
                row = dict(zip(names, values, strict=True))
                if row["case"] != live:
                    live = row["case"]
                    case = Case(goal=Goal(row["goal"]), account=row["buyer"], order=row["case_order"], case_id=live)
                if case is None:
                    continue
                event = Event(row["event"])
                try:
                    case.trigger(event, data_of(row, event), by=Actor(row["by"]))
                except ProcessError:
                    refused, case = refused + 1, None
    say(str(refused))


def run(path: Path) -> None:
    """Let ``process run`` take the sample as a file of events."""
    subprocess.run(
        [sys.executable, "-m", "process", "run", str(path.with_suffix(".jsonl"))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def data_of(row: Row, event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, kind in MODEL.events[event].items():
        value = row.get(name)
        if isinstance(kind, type):
            data[name] = next(iter(kind))  # type: ignore[call-overload]  # an enum
        elif name in ("fee", "attempt"):
            data[name] = int(value)
        else:
            data[name] = value if value is not None or name == "consent" else f"a {name}"
    return data


def write_sample(path: Path, log: Path) -> None:
    """Write the cases of the first events as Parquet, and as a file of events."""
    with duckdb.connect() as conn:
        conn.execute(
            f"""copy (select * from '{log}' where "case" in (select "case" from '{log}' group by 1 order by 1
                limit {SAMPLE // 8})) to '{path}' (format parquet)"""
        )
        found = conn.execute(f'select * from \'{path}\' order by "case", "at"')
        names = [name for name, *_ in found.description or ()]
        with path.with_suffix(".jsonl").open("w", encoding="utf-8") as file:
            live = None
            for values in found.fetchall():
                row = dict(zip(names, values, strict=True))
                if row["case"] != live:
                    live = row["case"]
                    opened = {"goal": row["goal"], "account": row["buyer"], "order": row["case_order"]}
                    file.write(json.dumps({"case": opened, "case_id": live}) + "\n")
                event, at = Event(row["event"]), row["at"]
                line = {"event": event, "by": row["by"], "data": data_of(row, event), "case_id": live}
                file.write(json.dumps({**line, "at": at.isoformat() if isinstance(at, datetime) else at}) + "\n")


CONTESTANTS: dict[str, Callable[[Path], None]] = {
    "audit": audit,
    "audit, 512 MB": lambda path: audit(path, "512MB"),
    "buckets": bucketed,
    "plain": plain,
    "run": run,
    "write": lambda path: write_log(path.with_name(f"log{path.name}.parquet"), int(path.name)),
    "sample": lambda log: write_sample(log.with_name("sample.parquet"), log),
}


# ------------------------------------------------------------------------------------------------------------- measuring


def measured(name: str, path: Path) -> Cost:
    """Run a contestant in a process of its own."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.audit", "--only", name, str(path)], stdout=said)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{name} ended with {child.returncode}")
        said.seek(0)
        text = said.read().decode().strip()
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--events", type=int, nargs="+", default=[1_000_000], help="events of each log (default %(default)s)"
    )
    parser.add_argument("--only", nargs=2, metavar=("NAME", "LOG"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        CONTESTANTS[args.only[0]](Path(args.only[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for events in args.events:
            compare(Path(folder), events)


def compare(folder: Path, events: int) -> None:
    log, sample = folder / f"log{events}.parquet", folder / "sample.parquet"
    for name, path in (
        ("write", folder / f"{events}"),
        ("sample", log),
    ):  # a large parent would count as the child's memory
        measured(name, path)
    costs = {}
    for name in ("audit", "audit, 512 MB"):
        cost = costs[name] = measured(name, log)
        rows, cases, deviating, variants = map(int, cost.said.split())
        say(
            f"{name:16}{rows:>12,} events  {rows / cost.seconds:>11,.0f} events/s  {cost.seconds:>7.1f} s"
            f"  {cost.cpu:>7.1f} s CPU  {cost.megabytes:>6,.0f} MB"
        )
    say(
        f"{'':16}{cases:>12,} cases   {deviating:,} deviate, {variants:,} variants,"
        f" {log.stat().st_size >> 20} MB of Parquet"
    )
    with sample.with_suffix(".jsonl").open(encoding="utf-8") as lines:
        taken = sum(line.startswith('{"event"') for line in lines)
    audited = costs["audit"]
    for name, title in (("plain", "plain replay"), ("run", "process run")):
        cost = measured(name, sample)
        faster, cheaper = rows / audited.seconds / (taken / cost.seconds), cost.cpu / taken / (audited.cpu / rows)
        say(
            f"{title:16}{taken:>12,} events  {taken / cost.seconds:>11,.0f} events/s  {cost.cpu / taken * 1e6:>7.1f} µs of"
            f" CPU each; the audit takes {faster:.1f} × as many a second, with {cheaper:.1f} × less CPU each"
        )
    say(f"{BUCKETS} buckets and one run: {measured('buckets', log).said}")


if __name__ == "__main__":
    main()
