"""Progress bars on the error stream, where that is a terminal; nothing is drawn elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Final, Self

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from process.cli.output.streams import console

_CHUNK: Final = 1024 * 1024  # bytes between two updates of the bar; shorter input shows none


class ProgressBar:
    """A bar over *total* steps, or bytes. It is gone when the ``with`` block ends, or something else is printed.

    Args:
        total: how many there are; None where that is not known.
        label: the name of the work.
        of_bytes: whether bytes are counted.
    """

    def __init__(self, total: int | None, label: str = "", *, of_bytes: bool = False) -> None:
        self._total, self._label, self._of_bytes = total, label, of_bytes
        self._done = 0
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.hide()

    def step(self, name: object) -> None:
        """Count one step, and show its name."""
        self._advance(1, str(name))

    def reach(self, done: int, total: int | None, name: str = "") -> None:
        """Show that *done* of *total* steps are done (None: of so many that nobody knows), and a name."""
        self._total, self._done = total, done
        self._draw(name)

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines; their bytes are counted as they are read."""
        waiting = 0
        for line in lines:
            waiting += len(line)
            if waiting >= _CHUNK:
                self._advance(waiting, "")
                waiting = 0
            yield line
        self.hide()

    def hide(self) -> None:
        """Take the bar off the screen, so that something else can be printed; the next step shows it again."""
        if self._progress is not None:
            self._progress.stop()

    def _advance(self, count: int, name: str) -> None:
        self._done += count
        self._draw(name)

    def _draw(self, name: str) -> None:
        if not sys.stderr.isatty():
            return
        if self._progress is None:
            counted = (TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn()) if self._of_bytes else (_COUNT,)
            self._progress = Progress(
                TextColumn(self._label),
                BarColumn(),
                *counted,
                TextColumn("{task.description}"),
                console=console(err=True),
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,  # else what a pipe waits for would be drawn on the terminal
                redirect_stderr=False,
            )
            self._progress.add_task("", total=self._total)
        self._progress.start()
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=self._done, total=self._total, description=name, refresh=True)


_COUNT: Final = MofNCompleteColumn()
