"""``case open``: opens a case."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from process.case import Case
from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import AtOption, DbOption, JsonOption, choice_help, moment_of
from process.cli.output.case_json import case_dict
from process.cli.output.case_text import print_status
from process.cli.output.streams import as_json, say
from process.model import Goal


def open_case(
    goal: Annotated[Goal, typer.Option(metavar="GOAL", help=choice_help("客户的目标", "The customer's goal", Goal))],
    account: Annotated[str, typer.Option(metavar="REFERENCE", help="购买时的账号。\n\nThe purchasing account.")],
    order: Annotated[str, typer.Option(metavar="REFERENCE", help="订单。\n\nThe order.")],
    case_id: Annotated[
        str | None,
        typer.Option("--case-id", metavar="ID", help="自定编号，缺省为随机。\n\nAn id of your own; random by default."),
    ] = None,
    at: AtOption = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """开启办理；同一编号再次开启，得到同一办理 · Open a case; opening it again with the same id gives the same case."""
    language = lang_of(lang)
    moment = moment_of("--at", at, language)

    def work(store: Any, conn: Any) -> Case:
        case: Case = store.open(conn, goal=goal, account=account, order=order, case_id=case_id, at=moment)
        return case

    with opened_store(db, language, create=True) as (store, engine):
        case = store.transact(engine, lambda conn: work(store, conn))
    if json:
        say(as_json(case_dict(case)))
    else:
        print_status(case, language)
