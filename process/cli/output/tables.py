"""Tables: on a terminal wrapped to its width, elsewhere one line of tab-separated values a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from process.cli.output.streams import say
from process.payload import short_repr

DIM, STRONG = "dim", "bold"


class Grid:
    """A table of text. On a terminal its cells wrap and none is cut, nor any word of a header.

    Args:
        headers: one for each column; none at all for a table without a header line.
        styles: of the columns, on a terminal.
        widest: the most columns that a cell of the column takes on a terminal, by the column's place.
    """

    def __init__(
        self,
        *headers: str,
        columns: int = 0,
        styles: Mapping[int, str] | None = None,
        widest: Mapping[int, int] | None = None,
    ) -> None:
        self._headers, self._count = headers, len(headers) or columns
        self._styles, self._widest = styles or {}, widest or {}
        self._rows: list[tuple[str | Text, ...]] = []

    def add_row(self, *cells: str | Text) -> None:
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if console.is_terminal:
            yield self._table()
            return
        for row in (*([self._headers] if self._headers else ()), *self._rows):
            yield Segment("\t".join(_flat(cell) for cell in row) + "\n")

    def _table(self) -> Table:
        table = Table(
            box=box.SIMPLE_HEAD if self._headers else None,
            show_header=bool(self._headers),
            pad_edge=False,
            padding=(0, 1) if self._headers else (0, 2, 0, 0),
            show_edge=False,
            collapse_padding=True,
            header_style=DIM,
        )
        for number in range(self._count):
            header = self._headers[number] if self._headers else ""
            longest = max(map(cell_len, header.split()), default=1)
            table.add_column(
                header,
                overflow="fold",
                style=self._styles.get(number),
                min_width=longest,
                max_width=self._widest.get(number),
            )
        for row in self._rows:
            table.add_row(*row)
        return table


class Indented:
    """Content that a terminal shows two columns to the right, with a blank line after it."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(self._content, (0, 0, 1, 2)) if console.is_terminal else Group(self._content, "")


def titled(title: str, content: RenderableType) -> Group:
    """The content under its title."""
    return Group(Text(title, STRONG), Indented(content))


def print_separated(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_csv: bool) -> None:
    """Print values for programs: as CSV with a header line, or tab-separated without one; always one line a row."""
    if as_csv:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_plain(row[name]) for name in columns] for row in rows])
        say(text.getvalue(), newline=False)
        return
    for row in rows:
        say("\t".join(_plain(row[name]) for name in columns))


def printable(value: object) -> str:
    """A value on one line; text that a terminal could take for a command becomes a literal with escapes."""
    if isinstance(value, str) and value.isprintable():
        return str(value)
    return "—" if value is None else short_repr(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else printable(value)


def _flat(cell: str | Text) -> str:
    """The cell's text on one line."""
    return str(cell).replace("\n", " ")
