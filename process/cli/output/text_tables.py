"""Tables as text: on a terminal wrapped to its width, elsewhere one line of tab-separated values a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from process.cli.output.streams import say
from process.value_checks import short_repr

DIM, STRONG = "dim", "bold"


class TextTable:
    """A table of text. On a terminal its cells wrap and none is cut, nor any word of a header.

    Args:
        headers: one for each column; none at all for a table without a header line.
        styles: of the columns, on a terminal.
        widest: the most columns that a cell of the column takes on a terminal, by the column's place.
        whole: the columns whose words are the last to be cut where there is too little room, the most important first.
    """

    def __init__(
        self,
        *headers: str,
        columns: int = 0,
        styles: Mapping[int, str] | None = None,
        widest: Mapping[int, int] | None = None,
        whole: Sequence[int] = (),
    ) -> None:
        self._headers, self._count = headers, len(headers) or columns
        self._styles, self._widest, self._whole = styles or {}, widest or {}, whole
        self._rows: list[tuple[str | Text, ...]] = []

    def add_row(self, *cells: str | Text) -> None:
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [self._headers, *self._rows] if self._headers else self._rows
        if not console.is_terminal:
            for row in rows:
                yield Segment("\t".join(_flat(cell) for cell in row) + "\n")
            return
        widths, gap = self._layout(options.max_width)
        for number, row in enumerate(rows):
            is_header = bool(self._headers) and number == 0
            yield from self._lines(console, row, widths, gap, DIM if is_header else "")
            if is_header:
                yield Text("─" * (sum(widths) + len(gap) * (self._count - 1)), DIM)

    def _lines(
        self, console: Console, row: Sequence[str | Text], widths: Sequence[int], gap: str, style: str
    ) -> Iterator[Text]:
        """The row's lines, each cell wrapped to the width of its column."""
        cells = [
            Text(cell, style or self._styles.get(number, "")) if isinstance(cell, str) else cell
            for number, cell in enumerate(row)
        ]
        wrapped = [cell.wrap(console, width, overflow="fold") for cell, width in zip(cells, widths, strict=True)]
        for height in range(max(map(len, wrapped), default=0)):
            line = Text()
            for lines, width in zip(wrapped, widths, strict=True):
                piece = lines[height] if height < len(lines) else Text()
                piece.rstrip()
                line.append_text(piece).append(" " * (width - piece.cell_len) + gap)
            line.rstrip()
            yield line

    def _layout(self, total: int) -> tuple[list[int], str]:
        """The columns' widths and the gap between them: what each needs, else an equal share of what is left."""
        columns = [[row[number] for row in (self._headers, *self._rows) if row] for number in range(self._count)]
        lines = [[line for cell in cells for line in str(cell).split("\n")] for cells in columns]
        wanted = [min(max(map(cell_len, cells)), self._widest.get(n, total)) for n, cells in enumerate(lines)]
        least = [_longest_word(cells[:1] if self._headers else []) for cells in columns]
        order = [*self._whole, *(number for number in range(self._count) if number not in self._whole)]
        words = {number: max(least[number], min(_longest_word(columns[number]), total * 3 // 5)) for number in order}
        unbroken = [words.get(number, low) for number, low in enumerate(least)]
        gap = "  " if sum(unbroken) + 2 * (self._count - 1) <= total else " "
        room = total - len(gap) * (self._count - 1)
        for number, word in words.items():
            if sum(least) - least[number] + word <= room:
                least[number] = word
        share = next(
            share
            for share in range(max(wanted, default=1), 0, -1)
            if share == 1 or sum(_clamped(low, want, share) for low, want in zip(least, wanted, strict=True)) <= room
        )
        return [_clamped(low, want, share) for low, want in zip(least, wanted, strict=True)], gap


def _clamped(low: int, want: int, share: int) -> int:
    return max(low, min(want, share))


class Indented:
    """Content that a terminal shows two columns to the right, with a blank line after it."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(self._content, (0, 0, 1, 2)) if console.is_terminal else Group(self._content, "")


def titled(title: str, content: RenderableType) -> Group:
    """The content under its title."""
    return Group(Text(title, STRONG), Indented(content))


def print_separated(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_csv: bool, header: bool) -> None:
    """Print values for programs, as CSV or tab-separated, always one line a row; the header names the columns."""
    lines = [list(columns)] if header else []
    lines += [[_plain(row[name]) for name in columns] for row in rows]
    if as_csv:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        say(text.getvalue(), newline=False)
        return
    for line in lines:
        say("\t".join(line))


def printable(value: object) -> str:
    """A value on one line; text that a terminal could take for a command becomes a literal with escapes."""
    if isinstance(value, str) and value.isprintable():
        return str(value)
    return "—" if value is None else short_repr(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else printable(value)


def _longest_word(cells: Iterable[str | Text]) -> int:
    """The columns that the longest word takes."""
    return max((cell_len(word) for cell in cells for word in str(cell).split()), default=1)


def _flat(cell: str | Text) -> str:
    """The cell's text on one line."""
    return str(cell).replace("\n", " ")
