"""``case show``: shows a case with its steps and refusals, and checks what is stored of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from process.case import Case
from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import CaseArgument, DbOption, JsonOption
from process.cli.output import case_text
from process.cli.output.case_json import history_dict, kept_refusal_dict
from process.cli.output.streams import REFUSED, as_json, cannot_open, console, say, unusable
from process.cli.output.text_tables import DIM, printable, titled
from process.json_vocabulary import words_to_dict
from process.model import Words

if TYPE_CHECKING:
    from process.store import Finding, KeptRefusal


def show_case(
    case_id: CaseArgument,
    draw: Annotated[
        Path | None,
        typer.Option("--draw", metavar="FILE", help="把走过的路径画成 SVG 文件。\n\nDraw its path to an SVG file."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page",
            metavar="FILE",
            help="给出网页上其路径的地址；没有此网页则写出。\n\n"
            "Print a link to its path on this page; the page is written if it does not exist.",
        ),
    ] = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """查看办理的步骤、现状、被拒绝的事件与可办事项，并核对存档。退出码：1 存档有误。

    Show a case: its steps, refused events, status, and what is possible next.

    What is stored is checked. Exit code: 1 if it is inconsistent.
    """
    language = lang_of(lang)
    with opened_store(db, language) as (store, engine), store.reading(engine) as conn:
        findings: tuple[Finding, ...] = store.verify(conn, case_id)
        case: Case = store.load_with_history(conn, case_id)
        refusals: tuple[KeptRefusal, ...] = store.refusals(conn, case_id)
    if draw is not None:
        _draw(case, draw, language)
    address = None if page is None else _link(case, page, language)
    if json:
        extra: dict[str, Any] = {} if address is None else {"page": address}
        extra |= {
            "refusals": [kept_refusal_dict(one) for one in refusals],
            "findings": [{"where": found.where, "words": words_to_dict(found.words)} for found in findings],
        }
        say(as_json({**history_dict(case), **extra}))
    else:
        about = f" · {printable(case.facts.order)} · {printable(case.facts.account)}"
        screen = console()
        screen.print(Text.assemble(printable(case.case_id), (about, DIM)), end="\n\n")
        screen.print(case_text.render_case(case, language))
        if refusals:
            screen.print(
                titled(Words("被拒绝的事件", "Refused events").of(language), case_text.render_refusals(refusals, language))
            )
        if address is not None:
            say(address)
        for found in findings:
            say(f"{found.where}: {found.words.of(language)}", err=True)
    if findings:
        raise typer.Exit(REFUSED)


def _link(case: Case, page: Path, lang: str) -> str:
    """The address of the case's path on the page."""
    from process import gallery

    try:
        if not page.exists():
            gallery.write_page(page)
        return gallery.link(case, page, lang=lang)
    except gallery.NotOnPage as error:
        unusable(error.text(lang))
    except OSError as error:
        cannot_open(page, error, lang)


def _draw(case: Case, file: Path, lang: str) -> None:
    from process import diagram

    try:
        file.write_text(diagram.svg("overview", lang, model=case.machine.definition, case=case), encoding="utf-8")
    except diagram.CannotDraw as error:
        unusable(error.text(lang))
    except OSError as error:
        cannot_open(file, error, lang)
