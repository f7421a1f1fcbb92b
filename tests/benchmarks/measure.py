"""Measures the contestants in turns: a busy machine slows all of them, and the ratios stay.

A turn lasts about as long for a slow contestant as for a fast one, with as many cases as that takes: else the short turns
would slip between the interruptions and the long ones would not. The clock counts the time of this thread alone.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter, thread_time_ns
from typing import Any, NamedTuple

if sys.platform != "win32":
    import resource

from .contestants import CONTESTANTS, EVENTS_OF_THE_SCENARIO, Contestant

Turn = Callable[[Contestant, int], int]
"""A contestant does the thing so many times; gives nanoseconds."""


class Figure(NamedTuple):
    """One thing over all rounds; the same number twice where it does not vary."""

    best: float
    median: float


def in_turns(rounds: int, turn_us: float, turn: Turn, contestants: dict[str, Contestant]) -> dict[str, Figure]:
    """Microseconds for the thing once, by contestant.

    Args:
        turn_us: how long a turn should last.
    """
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    with _no_collection():
        counts = {name: _count(turn, contestant, turn_us) for name, contestant in contestants.items()}
        order = list(contestants)
        for _ in range(rounds):
            gc.collect()
            for name in order:
                spent[name].append(turn(contestants[name], counts[name]) / counts[name] / 1000)
            order.append(order.pop(0))  # nobody always finds the caches as the same other one has left them
    return {name: Figure(min(times), median(times)) for name, times in spent.items()}


def _count(turn: Turn, contestant: Contestant, turn_us: float) -> int:
    """How often the contestant can do it in a turn. Trying that also warms up what the first times cost more."""
    once_us = min(turn(contestant, 5) for _ in range(3)) / 5 / 1000
    return max(1, round(turn_us / max(once_us, 0.01)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """The garbage collector off: it would strike in one's turn for what another has left."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def per_event(rounds: int, turn_us: float) -> dict[str, Figure]:
    """Microseconds for an event of the scenario; making the case does not count."""

    def turn(contestant: Contestant, count: int) -> int:
        fresh, scenario = [contestant.new() for _ in range(count)], contestant.scenario
        start = thread_time_ns()
        for case in fresh:
            scenario(case)
        return thread_time_ns() - start

    scenarios = in_turns(rounds, turn_us, turn, dict(CONTESTANTS))
    return {name: Figure(*(time / EVENTS_OF_THE_SCENARIO for time in figure)) for name, figure in scenarios.items()}


def per_created_case(rounds: int, turn_us: float) -> dict[str, Figure]:
    """Microseconds for making a case."""

    def turn(contestant: Contestant, count: int) -> int:
        new, kept = contestant.new, [None] * count
        start = thread_time_ns()
        for index in range(count):
            kept[index] = new()
        return thread_time_ns() - start

    return in_turns(rounds, turn_us, turn, dict(CONTESTANTS))


def per_call(kind: str, rounds: int, turn_us: float) -> dict[str, Figure]:
    """Microseconds for a call on a case that stands at the list of orders, by those contestants that have the call."""

    def turn(contestant: Contestant, count: int) -> int:
        case, call = contestant.new(), contestant.calls[kind]
        contestant.to_order_list(case)
        start = thread_time_ns()
        for _ in range(count):
            call(case)
        return thread_time_ns() - start

    able = {name: contestant for name, contestant in CONTESTANTS.items() if kind in contestant.calls}
    return in_turns(rounds, turn_us, turn, able)


def bytes_per_case(cases: int, *, after_the_scenario: bool) -> dict[str, Figure]:
    """Bytes that a case keeps in all objects of its own."""
    found: dict[str, Figure] = {}
    for name, contestant in CONTESTANTS.items():
        contestant.scenario(contestant.new())  # what is made once, for the first case, is no case's own
        kept: list[Any] = [None] * cases
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for index in range(cases):
            kept[index] = contestant.new()
            if after_the_scenario:
                contestant.scenario(kept[index])
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = (after - before) / cases
        found[name] = Figure(size, size)
    return found


IMPORTS = {"ours: from process import Case": "from process import Case", "stock: import transitions": "import transitions"}


def per_import(rounds: int) -> dict[str, Figure]:
    """Milliseconds of processor time that an import adds to a fresh interpreter: its process, less a bare one."""
    statements = {"": "pass", **IMPORTS}
    spent: dict[str, list[float]] = {name: [] for name in statements}
    # The files must be found compiled: the first round writes them, and does not count.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for number in range(rounds + 1):
        for name, statement in statements.items():
            start = _of_children_ms()
            subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
            if number:
                spent[name].append(_of_children_ms() - start)
    bare = Figure(min(spent[""]), median(spent[""]))
    return {name: Figure(min(spent[name]) - bare.best, median(spent[name]) - bare.median) for name in IMPORTS}


def _of_children_ms() -> float:
    if sys.platform == "win32":  # which does not tell it: there the time on the wall must do
        return perf_counter() * 1000
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def ends() -> dict[str, str]:
    """Where the scenario ends, by contestant."""
    found: dict[str, str] = {}
    for name, contestant in CONTESTANTS.items():
        case = contestant.new()
        contestant.scenario(case)
        found[name] = str(case.state)
    return found
