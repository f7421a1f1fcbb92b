"""Lists of stored cases: a table on a terminal, tab-separated values elsewhere, CSV or JSON where that is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from process.cli.output import case_text
from process.cli.output.streams import as_json, console, say
from process.cli.output.text_tables import TextTable, print_separated, printable
from process.json_vocabulary import plain, time_to_text
from process.model import State, Term, Words
from process.value_checks import short_repr

if TYPE_CHECKING:
    from process.store import Summary

COLUMNS: Final = ("case_id", "order", "account", "goal", "version", "state", "awaits", "due_at", "is_done")


def print_cases(
    found: list[Summary], total: int | None, *, more: bool, json: bool, csv: bool, header: bool, lang: str
) -> None:
    """Print one row for each case, and that there are *more*; *total* is the number of all, where it is known."""
    screen = console()
    if json:
        say(as_json({"cases": [summary_dict(one) for one in found], "total": total, "more": more}))
        return
    if csv or not screen.is_terminal:
        print_separated(COLUMNS, map(summary_dict, found), as_csv=csv, header=header)
    elif found:
        screen.print(_case_table(found, lang))
    if not found:
        say(Words("没有找到办理。", "No cases found.").of(lang), err=True)
    elif more and not csv:
        say(_left_out(len(found), total, found[-1].case_id, lang), err=True)


def summary_dict(one: Summary) -> dict[str, Any]:
    """A row of the list, in the vocabulary of every ``--json``."""
    values = {"is_done" if name == "ended" else name: value for name, value in one._asdict().items()}
    return {name: _stored(values[name]) for name in COLUMNS}


def _stored(value: object) -> object:
    """The value for JSON; in a row that was edited it may be anything that SQLite keeps."""
    if isinstance(value, datetime):
        return time_to_text(value)
    return short_repr(value) if isinstance(value, bytes) else plain(value)


def _left_out(shown: int, total: int | None, last: str, lang: str) -> str:
    first = (
        Words("前 {} 个，还有更多", "the first {}, there are more") if total is None else Words("{} / {} 个", "{} of {}")
    )
    rest = Words("；--limit 0 列出全部，--after {} 列出其后", "; --limit 0 for all, --after {} for the next")
    return first.of(lang).format(shown, total) + rest.of(lang).format(printable(last))


def _case_table(found: list[Summary], lang: str) -> TextTable:
    headers = Words("办理", "Case"), Words("订单", "Order"), Words("目标", "Goal")
    table = TextTable(
        *(header.of(lang) for header in (*headers, case_text.STATE, case_text.WAITING_FOR, case_text.DEADLINE)),
        whole=[0, 1, 5],
    )
    for one in found:
        table.add_row(
            printable(one.case_id),
            printable(one.order),
            _word(one.goal, lang),
            case_text.state_text(one.state, lang) if isinstance(one.state, State) else printable(one.state),
            _word(one.awaits, lang) if one.awaits else "—",
            _due_text(one.due_at, lang),
        )
    return table


def _due_text(due: datetime | str | None, lang: str) -> str:
    """The deadline in local time, and how long that is; a stored value that is no time as it is."""
    if not isinstance(due, datetime):
        return printable(due)
    return f"{case_text.local_time(due)}\n{case_text.time_left(due, lang)}"


def _word(value: str, lang: str) -> str:
    """The words for a member of the model; a name that only a newer model has as it is stored."""
    return value.words.of(lang) if isinstance(value, Term) else printable(value)
