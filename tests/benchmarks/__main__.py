"""Compares the package with the stock library and with a bare table.

``python -m tests.benchmarks`` in the project's folder takes half a minute. Times are the best and the median over the
rounds; ratios are of the best ones, and they alone can be compared between machines. ``--json`` gives the figures alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Mapping
from typing import Any

import transitions

from . import measure
from .contestants import CALLS, FLOOR, OURS, STOCK, STOCK_EACH
from .measure import Figure

Figures = Mapping[str, Mapping[str, Figure]]
WIDTH = 28  # characters, of the first column


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="turns of each contestant (default %(default)s)")
    parser.add_argument("--turn-us", type=float, default=2000, help="microseconds that a turn lasts (default %(default)s)")
    parser.add_argument("--cases", type=int, default=50, help="cases whose memory is measured (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    args = parser.parse_args()
    if min(args.rounds, args.turn_us, args.cases) < 1:
        parser.error("--rounds, --turn-us and --cases must be 1 or more")
    ends = measure.ends()
    if len(set(ends.values())) != 1:
        sys.exit(f"The contestants do not do the same: {ends}")
    figures = run(args.rounds, args.turn_us, args.cases)
    if args.json:
        sys.stdout.write(json.dumps(as_json(figures, ends), ensure_ascii=False, indent=1) + "\n")
        return
    versions = f"Python {platform.python_version()}, transitions {transitions.__version__}"
    sys.stdout.write(f"{versions}, {platform.machine()}, {args.rounds} rounds\n")
    for title, rows in figures.items():
        sys.stdout.write("\n" + table(title, rows))
    sys.stdout.write("\n" + aims(figures))


def run(rounds: int, turn_us: float, cases: int) -> dict[str, dict[str, Figure]]:
    """Every figure, by title and contestant."""
    return {
        "event, µs": measure.per_event(rounds, turn_us),
        "new case, µs": measure.per_created_case(rounds, turn_us),
        "new case, bytes": measure.bytes_per_case(cases, after_the_scenario=False),
        "case after the scenario, bytes": measure.bytes_per_case(cases, after_the_scenario=True),
        **{f"{kind}, µs": measure.per_call(kind, rounds, turn_us / 4) for kind in CALLS},
        "import, ms": measure.per_import(min(rounds, 15)),
    }


def ratios(rows: Mapping[str, Figure], name: str) -> dict[str, float]:
    """How many times the floor, and how many of it one of the stock's makes; where those were measured."""
    best = rows[name].best
    found = {"x_floor": best / rows[FLOOR].best} if FLOOR in rows else {}
    for key, stock in (("stock_shared_by_it", STOCK), ("stock_per_case_by_it", STOCK_EACH)):
        if stock in rows:
            found[key] = rows[stock].best / best
    return found


def table(title: str, rows: Mapping[str, Figure]) -> str:
    if FLOOR not in rows:
        heads: tuple[str, ...] = ("best", "median")
    else:
        heads = ("best", "median", "× floor", "stock shared ÷", "stock per case ÷")
    lines = [f"{title:{WIDTH}}" + "".join(f"{head:>18}" for head in heads)]
    for name, figure in rows.items():
        numbers = (*figure, *(ratios(rows, name).values() if FLOOR in rows else ()))
        lines.append(f"{name:{WIDTH}}" + "".join(f"{_short(number):>18}" for number in numbers))
    return "\n".join(lines) + "\n"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"


def aims(figures: Figures) -> str:
    """The aims that the project has set itself, each with what was measured."""
    event, new, size = figures["event, µs"], figures["new case, µs"], figures["new case, bytes"]
    unmet, elsewhere, invalid = (figures[f"{kind}, µs"] for kind in ("guard not met", "wrong state", "invalid payload"))
    measured = (
        ("an event, × the floor", event[OURS].best / event[FLOOR].best, "at most", 6),
        ("an event, × faster than stock, shared", event[STOCK].best / event[OURS].best, "at least", 10),
        ("an event, × faster than stock, per case", event[STOCK_EACH].best / event[OURS].best, "at least", 10),
        ("a guard's refusal, × stock's own", unmet[OURS].best / unmet[STOCK].best, "at most", 2),
        ("a wrong state's refusal, × stock's own", elsewhere[OURS].best / elsewhere[STOCK].best, "at most", 2),
        ("an invalid payload's, × a stock refusal", invalid[OURS].best / unmet[STOCK].best, "at most", 2),
        ("a new case, × cheaper than stock's", new[STOCK_EACH].best / new[OURS].best, "at least", 100),
        ("a new case, bytes", size[OURS].best, "at most", 1024),
    )
    lines = [f"{'aim':42}{'measured':>12}  aimed at"]
    lines += [f"{aim:42}{_short(value):>12}  {bound} {limit}" for aim, value, bound, limit in measured]
    return "\n".join(lines) + "\n"


def as_json(figures: Figures, ends: Mapping[str, str]) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "transitions": transitions.__version__,
        "ends": dict(ends),
        "figures": {
            title: {name: {**figure._asdict(), **ratios(rows, name)} for name, figure in rows.items()}
            for title, rows in figures.items()
        },
    }


if __name__ == "__main__":
    main()
