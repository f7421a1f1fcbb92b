"""Measures a picture of a marked case, of which the layout is known, beside the search for that layout.

``python -m tests.benchmarks.pictures`` takes about 20 seconds; ``--json`` gives the figures alone. All times are
milliseconds of processor time: of the first picture in a fresh process, with the import of what draws it; of each
further picture without and with a case; and of the search, as a changed model would need it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from process import Case, Channel, Goal, diagram
from process.diagram.case_marks import marks_of
from process.diagram.drawing import draw_shapes
from process.diagram.layout.placed_picture import place
from process.diagram.svg_writer import write_svg
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL

FIRST_MS, FURTHER_MS = 400.0, 50.0
"""The aims: at most so many milliseconds for the first picture in a process, and for each further one."""

_FIRST = """
import time
from process import Case, Channel, Goal
case = Case(goal=Goal.PLAN, account="account", order="order")
case.sign_in(account="account", channel=Channel.APP)
start = time.process_time()
from process import diagram
diagram.svg("overview", "{lang}", case=case)
print((time.process_time() - start) * 1000)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.pictures", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--rounds", type=int, default=5, help="pictures of each kind, of which the best counts")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    args = parser.parse_args()
    figures = run(args.rounds)
    if args.json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return
    sys.stdout.write(f"first picture in a process, ms of CPU: {figures['first']:.0f}, at most {FIRST_MS:.0f}\n\n")
    sys.stdout.write(f"{'ms of CPU':26}{'plain':>10}{'marked':>10}{'search':>10}{'search ÷':>10}\n")
    for name, each in figures["pictures"].items():
        ratio = each["search"] / each["marked"]
        sys.stdout.write(f"{name:26}{each['plain']:>10.1f}{each['marked']:>10.1f}{each['search']:>10.0f}{ratio:>10.0f}\n")
    slowest = max(max(each["plain"], each["marked"]) for each in figures["pictures"].values())
    sys.stdout.write(f"\nslowest further picture, ms of CPU: {slowest:.1f}, at most {FURTHER_MS:.0f}\n")


def run(rounds: int) -> dict[str, Any]:
    """Every figure, in milliseconds."""
    case = Case(goal=Goal.PLAN, account="account", order="order")
    case.sign_in(account="account", channel=Channel.APP)
    pictures = {}
    for view, lang in itertools.product(View, diagram.LANGUAGES):

        def search(view: View = view, lang: str = lang) -> str:
            return write_svg(draw_shapes(place(build_picture(view, MODEL), lang, marks_of(case), search=True)))

        if search() != diagram.svg(view, lang, case=case):
            sys.exit(f"{view} {lang}: the search gives another picture than the one that is known")
        pictures[f"{view} {lang}"] = {
            "plain": _best(rounds, lambda view=view, lang=lang: diagram.svg(view, lang)),
            "marked": _best(rounds, lambda view=view, lang=lang: diagram.svg(view, lang, case=case)),
            "search": _best(1, search),
        }
    return {"first": min(_first(lang) for lang in ("zh", "en") for _ in range(rounds)), "pictures": pictures}


def _best(rounds: int, draw: Callable[[], object]) -> float:
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        draw()
        spent.append((time.process_time() - start) * 1000)
    return min(spent)


def _first(lang: str) -> float:
    done = subprocess.run([sys.executable, "-c", _FIRST.format(lang=lang)], capture_output=True, check=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
