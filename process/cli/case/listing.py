"""``case list``: lists cases, by what is asked for, in pages."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import (
    CsvOption,
    DbOption,
    HeaderOption,
    JsonOption,
    LimitOption,
    all_pages,
    choice_help,
    moment_of,
)
from process.cli.output.case_list import print_cases
from process.model import Actor, Goal, State


def _time_option(name: str, zh: str, en: str) -> Any:
    return typer.Option(name, metavar="TIME", help=f"{zh}\n\n{en}", show_default=False)


def list_cases(
    state: Annotated[
        list[State] | None,
        typer.Option(
            metavar="STATE",
            help="状态，如 in_support；可重复，表示其中任一。\n\nIts state, such as in_support; repeat it for several.",
            show_default=False,
        ),
    ] = None,
    goal: Annotated[
        Goal | None,
        typer.Option(metavar="GOAL", help=choice_help("客户的目标", "The customer's goal", Goal), show_default=False),
    ] = None,
    awaits: Annotated[
        Actor | None,
        typer.Option(metavar="ACTOR", help=choice_help("轮到谁", "Whom it waits for", Actor), show_default=False),
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="REFERENCE", help="购买时的账号。\n\nThe purchasing account.", show_default=False)
    ] = None,
    order: Annotated[str | None, typer.Option(metavar="REFERENCE", help="订单。\n\nThe order.", show_default=False)] = None,
    quote: Annotated[
        str | None, typer.Option(metavar="REFERENCE", help="最近的报价。\n\nThe latest quote.", show_default=False)
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="办理过其中一步的人或系统。\n\nA person or system that took one of its steps.",
            show_default=False,
        ),
    ] = None,
    ended: Annotated[
        bool | None,
        typer.Option("--ended/--open", help="已结束，或未结束。\n\nEnded cases, or open ones.", show_default=False),
    ] = None,
    due_after: Annotated[str | None, _time_option("--due-after", "期限不早于此时。", "Due at this time or later.")] = None,
    due_before: Annotated[str | None, _time_option("--due-before", "期限早于此时。", "Due before this time.")] = None,
    opened_after: Annotated[
        str | None, _time_option("--opened-after", "开启不早于此时。", "Opened at this time or later.")
    ] = None,
    opened_before: Annotated[
        str | None, _time_option("--opened-before", "开启早于此时。", "Opened before this time.")
    ] = None,
    moved_after: Annotated[
        str | None, _time_option("--moved-after", "最近一步不早于此时。", "Last step at this time or later.")
    ] = None,
    moved_before: Annotated[
        str | None, _time_option("--moved-before", "最近一步早于此时。", "Last step before this time.")
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            metavar="CASE", help="从此办理之后列起。\n\nList only the cases that come after this one.", show_default=False
        ),
    ] = None,
    limit: LimitOption = 50,
    db: DbOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    no_header: HeaderOption = False,
    lang: LangOption = None,
) -> None:
    """列出办理，最紧急的在前 · List cases, the most urgent first."""
    language = lang_of(lang)
    times = {
        "due_after": due_after,
        "due_before": due_before,
        "opened_after": opened_after,
        "opened_before": opened_before,
        "moved_after": moved_after,
        "moved_before": moved_before,
    }
    given: dict[str, Any] = {
        "state": state or None,
        "goal": goal,
        "awaits": awaits,
        "account": account,
        "order": order,
        "ended": ended,
        "quote": quote,
        "who": who,
        **{name: moment_of(f"--{name.replace('_', '-')}", text, language) for name, text in times.items()},
    }
    filters = {name: value for name, value in given.items() if value is not None}
    with opened_store(db, language) as (store, engine), store.reading(engine) as conn:
        start = None if after is None else _summary_of(store, conn, after)
        found = all_pages(lambda size, last: store.find(conn, size, after=last, **filters), limit and limit + 1, start)
        total: int | None = store.count(conn, **filters) if start is None else None
    shown = found[:limit] if limit else found
    print_cases(shown, total, more=len(found) > len(shown), json=json, csv=csv, header=not no_header, lang=language)


def _summary_of(store: Any, conn: Any, case_id: str) -> Any:
    found = store.find(conn, 1, case_id=case_id)
    if not found:
        raise store.CaseNotFound(case_id)
    return found[0]
