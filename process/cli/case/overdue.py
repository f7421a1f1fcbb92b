"""``case overdue``: lists the cases whose deadline has passed, and times them out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from process.case import Case
from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import AtOption, CsvOption, DbOption, HeaderOption, JsonOption, LimitOption, all_pages, moment_of
from process.cli.output.case_list import print_cases


def overdue_cases(
    time_out: Annotated[
        bool, typer.Option("--time-out", help="对它们触发超时。\n\nRaise time_out on each of them.", show_default=False)
    ] = False,
    at: AtOption = None,
    limit: LimitOption = 50,
    db: DbOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    no_header: HeaderOption = False,
    lang: LangOption = None,
) -> None:
    """列出超过期限的办理，可一并触发超时 · List cases whose deadline has passed, and time them out if asked."""
    language = lang_of(lang)
    now = moment_of("--at", at, language) or datetime.now(UTC)

    def page(store: Any, engine: Any, size: int, last: Case | None) -> list[Case]:
        if time_out:  # what is timed out is no longer in the list, so each page is its beginning
            handled = store.transact(engine, lambda conn: store.time_out_overdue(conn, now, size))
            return [one.case for one in handled]
        with store.reading(engine) as conn:
            cases: list[Case] = store.overdue(conn, now, size, after=last)
            return cases

    with opened_store(db, language) as (store, engine):
        cases = all_pages(lambda size, last: page(store, engine, size, last), limit, None)
        left = []
        if limit and len(cases) == limit:
            with store.reading(engine) as conn:
                left = store.overdue(conn, now, 1, after=None if time_out else cases[-1])
        found = [store.Summary.of(case) for case in cases]
    print_cases(found, None, more=bool(left), json=json, csv=csv, header=not no_header, lang=language)
