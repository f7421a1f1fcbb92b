"""Measures how long the worst texts take to read: ``python -m tests.benchmarks.reading``.

A text of 64 KiB is to take at most 50 ms of processor time and 50 MB, whatever is in it. The texts are the worst that we
could construct: long histories, whole and cut short, with a wrong fact, and texts that no program wrote.
"""

from __future__ import annotations

import argparse
import json
import sys
import tracemalloc
from contextlib import suppress
from time import thread_time

from process import Case, ProcessError
from tests.support.worst_texts import texts

AIM_MS, AIM_MB = 50, 50


def measure(text: str, rounds: int) -> tuple[float, float, float]:
    """Return the milliseconds of the first reading and of the best, and the most megabytes that it held."""
    spent: list[float] = []
    for _ in range(rounds):
        start = thread_time()
        _read(text)
        spent.append((thread_time() - start) * 1000)
    tracemalloc.start()
    _read(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return spent[0], min(spent), most / 1e6


def _read(text: str) -> None:
    with suppress(ProcessError):
        Case.from_json(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.reading", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help="readings of each text (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    found = {name: (len(text), *measure(text, args.rounds)) for name, text in texts().items()}
    if args.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return
    heads = ("characters", "first, ms", "best, ms", "MB")
    sys.stdout.write(f"{'text':44}" + "".join(f"{head:>12}" for head in heads) + "\n")
    for name, (size, *figures) in found.items():
        sys.stdout.write(f"{name:44}{size:>12,}" + "".join(f"{figure:>12.1f}" for figure in figures) + "\n")
    slowest, largest = (max(row[place] for row in found.values()) for place in (1, 3))
    sys.stdout.write(f"\nat most {slowest:.1f} ms (aimed at {AIM_MS}) and {largest:.1f} MB (aimed at {AIM_MB})\n")


if __name__ == "__main__":
    main()
