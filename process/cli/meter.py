"""A progress bar for input that takes a while: on a terminal only, on its error stream."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TaskProgressColumn, TimeRemainingColumn

from process.cli.common import console

_STEP = 1024 * 1024  # bytes between two looks of the bar; shorter input shows none


class Meter:
    """Counts the bytes of *total*, or of a stream without a known end, as they go by."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines."""
        if not sys.stderr.isatty():
            yield from lines
            return
        done, shown = 0, 0
        for line in lines:
            done += len(line)
            if done - shown >= _STEP:
                shown = done
                self._show(done)
            yield line
        self.hide()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Out of the way while something else is printed."""
        self.hide()
        yield

    def hide(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _show(self, done: int) -> None:
        if self._progress is None:
            columns = (BarColumn(), TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())
            self._progress = Progress(
                *columns,
                console=console(err=True),
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,  # else what a pipe waits for would be drawn on the terminal
                redirect_stderr=False,
            )
            self._task = self._progress.add_task("", total=self._total)
        self._progress.start()
        self._progress.update(self._task, completed=done, refresh=True)
