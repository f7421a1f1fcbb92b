"""The progress of an audit: its stages, and long queries of DuckDB watched while they run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import Final

import duckdb

from process.model import Words


class Stage(Enum):
    """A part of an audit that may take long."""

    READING = Words("读取", "reading")
    SORTING = Words("归并变体", "finding variants")
    REPLAYING = Words("重放", "replaying")
    DRAWING = Words("画图", "drawing")

    @property
    def words(self) -> Words:
        return self.value


Progress = Callable[[Stage, int, int], object]
"""Called with the stage, how much of it is done and how much there is; 0 where that is not known."""
WATCHABLE: Final = ("enable_progress_bar=true", "enable_progress_bar_print=false", "progress_bar_time=0")
"""The settings under which DuckDB counts a query's progress, and draws no bar of its own."""
BETWEEN_LOOKS: Final = 0.25  # seconds


def silent(_stage: Stage, _done: int, _total: int) -> None:
    """Show nothing."""


def watched(conn: duckdb.DuckDBPyConnection, query: str, stage: Stage, progress: Progress) -> None:
    """Run a query, and report it to *progress* in per cent from a thread of its own."""
    if progress is silent:
        conn.execute(query)
        return
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(BETWEEN_LOOKS):
            done = conn.query_progress()
            if done > 0:
                progress(stage, int(done), 100)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        conn.execute(query)
    finally:
        ended.set()
        watcher.join()
