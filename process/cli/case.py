"""``case``: opens, advances, shows and lists cases that are stored in a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import uuid4

import typer
from rich.text import Text

from process.case import Case
from process.cli.database import opened
from process.cli.options import AtOption, DbOption, JsonOption, LangOption, lang_of, moment_of
from process.cli.output import render
from process.cli.output.case_list import print_cases
from process.cli.output.json_forms import case_dict, history_dict, plain, refusal_dict, words_dict
from process.cli.output.streams import REFUSED, as_json, cannot_open, console, say, unusable
from process.cli.output.tables import DIM, printable
from process.cli.usage import Command, Group
from process.exceptions import Refused
from process.model import MODEL, Actor, Event, Goal, Kind, State, Words
from process.payload import short_repr

if TYPE_CHECKING:
    from process.store import Finding

MAX_DIGITS = 40  # Python refuses to read a number of thousands; one of these is refused as too large

app = typer.Typer(
    cls=Group,
    help="保存在数据库中的办理：开启、推进、查看、列表、超时。\n\n"
    "Cases stored in a database: open them, raise events on them, look at them.",
    no_args_is_help=True,
)

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="办理编号\n\nThe case's id.")]
LimitOption = Annotated[int, typer.Option("--limit", metavar="COUNT", min=1, help="最多几个\n\nHow many at most.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV\n\nPrint CSV.")]
GOALS, ACTORS = f"One of {', '.join(Goal)}", f"One of {', '.join(Actor)}"


@app.command("open", cls=Command, short_help="开启办理 · Open a case.")
def open_case(
    goal: Annotated[Goal, typer.Option(metavar="GOAL", help=f"目标\n\n{GOALS}.")],
    account: Annotated[str, typer.Option(help="购买时的账号\n\nThe purchasing account.")],
    order: Annotated[str, typer.Option(help="订单\n\nThe order.")],
    case_id: Annotated[str | None, typer.Option("--case-id", help="自定编号\n\nAn id of your own.")] = None,
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

    with opened(db, language, create=True) as (store, engine):
        case = store.transact(engine, lambda conn: work(store, conn))
    if json:
        say(as_json(case_dict(case)))
    else:
        _print_status(case, language)


@app.command("event", cls=Command, short_help="推进办理 · Raise an event on a case.")
def event_on_case(
    case_id: CaseArgument,
    event: Annotated[
        Event, typer.Argument(metavar="EVENT", show_choices=False, help="事件\n\nSuch as sign_in; show lists all.")
    ],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="事件的内容\n\nThe event's payload.")
    ] = None,
    by: Annotated[Actor | None, typer.Option(metavar="ACTOR", help=f"由谁发起\n\n{ACTORS}.", show_default=False)] = None,
    event_id: Annotated[
        str | None,
        typer.Option("--event-id", help="事件编号，重复送达只算一次\n\nIts id: delivered again, it counts once."),
    ] = None,
    at: AtOption = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """推进办理。退出码：1 被拒绝 · Raise an event on a case. Exit code 1: it was refused.

    \b
        case event CASE sign_in account=acct-1 channel=app
    """
    language = lang_of(lang)
    data, moment = _payload(event, fields or [], language), moment_of("--at", at, language)
    name = f"cli:{uuid4()}" if event_id is None else event_id
    with opened(db, language) as (store, engine):
        try:
            handled = store.deliver(engine, case_id, event, data, event_id=name, by=by, at=moment)
        except Refused as refusal:
            _report_refusal(case_id, refusal, json, language)
    if json:
        say(as_json({**case_dict(handled.case), "is_duplicate": handled.is_duplicate}))
        return
    if handled.is_duplicate:
        say(Words("此事件先前已办理。", "This event was handled before.").of(language), err=True)
    _print_status(handled.case, language)


@app.command("show", cls=Command, short_help="查看办理 · Show a case.")
def show_case(
    case_id: CaseArgument,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="FILE", help="把走过的路径画成 SVG\n\nDraw its path as SVG.")
    ] = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """查看办理的步骤、现状与可办事项，并核对存档。退出码：1 存档有误。

    Show a case: its steps, its status, what is possible next; what is stored is checked. Exit code 1: it is inconsistent.
    """
    language = lang_of(lang)
    with opened(db, language) as (store, engine), store.reading(engine) as conn:
        findings: tuple[Finding, ...] = store.verify(conn, case_id)
        case: Case = store.load_with_history(conn, case_id)
    if draw is not None:
        _draw(case, draw, language)
    if json:
        told = [{"where": found.where, **words_dict(found.words)} for found in findings]
        say(as_json({**history_dict(case), "findings": told}))
    else:
        about = f" · {printable(case.facts.order)} · {printable(case.facts.account)}"
        console().print(Text.assemble(printable(case.case_id), (about, DIM)), end="\n\n")
        console().print(render.render_case(case, language))
        for found in findings:
            say(f"{found.where}: {found.words.of(language)}", err=True)
    if findings:
        raise typer.Exit(REFUSED)


@app.command("list", cls=Command, short_help="列出办理 · List cases.")
def list_cases(
    state: Annotated[
        State | None, typer.Option(metavar="STATE", help="状态，如 in_support\n\nIts state.", show_default=False)
    ] = None,
    goal: Annotated[Goal | None, typer.Option(metavar="GOAL", help=f"目标\n\n{GOALS}.", show_default=False)] = None,
    awaits: Annotated[Actor | None, typer.Option(metavar="ACTOR", help=f"轮到谁\n\n{ACTORS}.", show_default=False)] = None,
    account: Annotated[str | None, typer.Option(help="账号\n\nThe account.", show_default=False)] = None,
    order: Annotated[str | None, typer.Option(help="订单\n\nThe order.", show_default=False)] = None,
    ended: Annotated[
        bool | None, typer.Option("--ended/--open", help="已结束或未结束\n\nEnded, or still open.", show_default=False)
    ] = None,
    limit: LimitOption = 50,
    db: DbOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    lang: LangOption = None,
) -> None:
    """列出办理，最紧急的在前 · List cases, the most urgent first."""
    language = lang_of(lang)
    given = {"state": state, "goal": goal, "awaits": awaits, "account": account, "order": order, "ended": ended}
    filters = {name: plain(value) for name, value in given.items() if value is not None}
    with opened(db, language) as (store, engine), store.reading(engine) as conn:
        found = store.find(conn, limit, **filters)
    print_cases(found, json=json, csv=csv, lang=language)


@app.command("overdue", cls=Command, short_help="列出超时的办理 · List cases whose deadline has passed.")
def overdue_cases(
    time_out: Annotated[
        bool, typer.Option("--time-out", help="对它们触发超时\n\nRaise time_out on them.", show_default=False)
    ] = False,
    at: AtOption = None,
    limit: LimitOption = 50,
    db: DbOption = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    lang: LangOption = None,
) -> None:
    """列出超过期限的办理，可一并触发超时 · List cases whose deadline has passed, and time them out if asked."""
    language = lang_of(lang)
    now = moment_of("--at", at, language) or datetime.now(UTC)

    with opened(db, language) as (store, engine):
        if time_out:
            handled = store.transact(engine, lambda conn: store.time_out_overdue(conn, now, limit))
            cases = [one.case for one in handled]
        else:
            with store.reading(engine) as conn:
                cases = store.overdue(conn, now, limit)
        found = [store.Summary.of(case) for case in cases]
    print_cases(found, json=json, csv=csv, lang=language)


# --------------------------------------------------------------------------------------------------------------- pieces


def _print_status(case: Case, lang: str) -> None:
    say(f"{printable(case.case_id)}\n")
    console().print(render.render_status(case, lang))


def _report_refusal(case_id: str, refusal: Refused, json: bool, lang: str) -> NoReturn:
    if json:
        say(as_json({"case_id": case_id, "refusals": [refusal_dict(refusal)]}))
    else:
        say(refusal.text(lang), err=True)
    raise typer.Exit(REFUSED)


def _draw(case: Case, file: Path, lang: str) -> None:
    from process import diagram

    try:
        file.write_text(diagram.svg("overview", lang, model=case.machine.definition, case=case), encoding="utf-8")
    except OSError as error:
        cannot_open(file, error, lang)


def _payload(event: Event, fields: list[str], lang: str) -> Mapping[str, Any]:
    """The payload of ``name=value`` words; a number where the field is one, and nothing after ``=`` for null."""
    known, data = MODEL.events[event], {}
    for word in fields:
        name, equals, value = word.partition("=")
        if name in known and not equals:
            unusable(Words("请写 {}=值", "write {}=VALUE").of(lang).format(name))
        if name not in known:
            right = ", ".join(f"{field}=…" for field in known) or Words("无内容", "nothing").of(lang)
            wrong = Words("{} 不是该事件的字段，应为：{}", "{} is not a field of this event; its payload is: {}").of(lang)
            unusable(wrong.format(short_repr(word), right))
        if name in data:
            unusable(Words("字段 {} 出现两次", "field {} is given twice").of(lang).format(name))
        data[name] = _value(value, known[name])
    return data


def _value(value: str, field: Any) -> Any:
    if field is Kind.CONSENT and value in ("", "null"):  # no consent was given: never a record by that name
        return None
    is_number = field in (Kind.MONEY, Kind.ATTEMPT) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS
    return int(value) if is_number else value
