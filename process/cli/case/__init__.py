"""``case``: the commands for cases that are stored in a database, one a file."""

from __future__ import annotations

import typer

from process.cli.case import event, listing, opening, overdue, showing, where
from process.cli.usage import Command, Group

app = typer.Typer(
    cls=Group,
    help="保存在数据库中的办理：开启、推进、查看、列表、超时。\n\n"
    "Cases stored in a database: open them, raise events on them, look at them.\n\n"
    "数据库由 --db 或环境变量 PROCESS_DB 指明 · The database is named by --db or PROCESS_DB.",
    no_args_is_help=True,
)
for _name, _run, _help in (
    ("open", opening.open_case, "开启办理 · Open a case."),
    ("event", event.event_on_case, "推进办理 · Raise an event on a case."),
    ("show", showing.show_case, "查看办理 · Show a case."),
    ("list", listing.list_cases, "列出办理 · List cases."),
    ("overdue", overdue.overdue_cases, "列出超时的办理 · List cases whose deadline has passed."),
    ("where", where.where_cases_are, "数据库在何处 · Print which database is used."),
):
    app.command(_name, cls=Command, short_help=_help)(_run)
