"""``case``: opens, moves, shows and lists cases that are kept in a database, so that an operator can look after them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer
from rich.text import Text

from process.case import Case
from process.cli import view
from process.cli.casewords import as_dict, listed, plain, refused, tell
from process.cli.common import REFUSED, JsonOption, LangOption, as_json, cannot_open, console, lang_of, say, unusable
from process.cli.database import DbOption, opened
from process.exceptions import Refused
from process.model import MODEL, Actor, Event, Goal, Kind, State, Words
from process.payload import short_repr

if TYPE_CHECKING:
    from process.store import Finding

MAX_DIGITS = 40  # Python refuses to read a number of thousands; one of these is refused as too large

app = typer.Typer(
    help="保存在数据库中的办理：开启、推进、查看、列表、超时。\n\n"
    "Cases kept in a database: open them, raise events on them, look at them.",
    no_args_is_help=True,
)

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="办理编号\n\nThe case's id.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="ISO 8601 时间，缺省为现在\n\nISO 8601 with its zone; now by default."),
]
LimitOption = Annotated[int, typer.Option("--limit", metavar="COUNT", min=1, help="最多几个\n\nHow many at most.")]
GOALS, ACTORS = f"One of {', '.join(Goal)}", f"One of {', '.join(Actor)}"


@app.command("open", short_help="开启办理 · Open a case.")
def open_case(
    goal: Annotated[Goal, typer.Option(metavar="GOAL", help=f"目标\n\n{GOALS}.")],
    account: Annotated[str, typer.Option(help="购买时的账号\n\nThe account that bought.")],
    order: Annotated[str, typer.Option(help="订单\n\nThe order.")],
    case_id: Annotated[str | None, typer.Option("--case-id", help="自定编号\n\nAn id of your own.")] = None,
    at: AtOption = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """开启办理；同一编号再次开启，得到同一办理 · Open a case; opening it again with the same id gives the same one."""
    language = lang_of(lang)
    moment = _moment(at, language)

    def work(store: Any, conn: Any) -> Case:
        case: Case = store.open(conn, goal=goal, account=account, order=order, case_id=case_id, at=moment)
        return case

    with opened(db, language, create=True) as (store, engine):
        case = store.transact(engine, lambda conn: work(store, conn))
    tell(case, json, language)


@app.command("event", short_help="推进办理 · Raise an event on a case.")
def event_on_case(
    case_id: CaseArgument,
    event: Annotated[
        Event, typer.Argument(metavar="EVENT", show_choices=False, help="事件\n\nAs in sign_in; show lists all.")
    ],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="事件的内容\n\nWhat it carries.")
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
    data, moment = _payload(event, fields or [], language), _moment(at, language)
    name = f"cli:{uuid4()}" if event_id is None else event_id
    with opened(db, language) as (store, engine):
        try:
            handled = store.deliver(engine, case_id, event, event_id=name, by=by, at=moment, **data)
        except Refused as refusal:
            refused(refusal, json, language)
    if handled.is_duplicate and not json:
        say(Words("此事件先前已办理。", "This event was taken before.").of(language), err=True)
    tell(handled.case, json, language)


@app.command("show", short_help="查看办理 · Show a case.")
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

    Show a case: its steps, where it stands, what may happen next; what is stored is checked. Exit code 1: it disagrees.
    """
    language = lang_of(lang)
    with opened(db, language) as (store, engine), engine.begin() as conn:
        findings: tuple[Finding, ...] = store.verify(conn, case_id)
        case: Case = store.load_with_history(conn, case_id)
    if draw is not None:
        _draw(case, draw, language)
    if json:
        told = [{"where": found.where, **found.words._asdict()} for found in findings]
        say(as_json({**as_dict(case), "history": case.to_dict()["history"], "findings": told}))
    else:
        screen = console()
        screen.print(Text.assemble(case.case_id, (f" · {case.facts.order} · {case.facts.account}", view.DIM)), end="\n\n")
        screen.print(view.whole(case, language))
        for found in findings:
            say(f"{found.where}: {found.words.of(language)}", err=True)
    if findings:
        raise typer.Exit(REFUSED)


@app.command("list", short_help="列出办理 · List cases.")
def list_cases(
    state: Annotated[
        State | None, typer.Option(metavar="STATE", help="状态，如 in_support\n\nWhere it stands.", show_default=False)
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
    lang: LangOption = None,
) -> None:
    """列出办理，最紧急的在前 · List cases, the most urgent first."""
    language = lang_of(lang)
    given = {"state": state, "goal": goal, "awaits": awaits, "account": account, "order": order, "ended": ended}
    filters = {name: plain(value) for name, value in given.items() if value is not None}
    with opened(db, language) as (store, engine), engine.begin() as conn:
        found = store.find(conn, limit, **filters)
    listed(found, json, language)


@app.command("overdue", short_help="列出超时的办理 · List cases whose deadline has passed.")
def overdue_cases(
    time_out: Annotated[
        bool, typer.Option("--time-out", help="对它们触发超时\n\nRaise time_out on them.", show_default=False)
    ] = False,
    at: AtOption = None,
    limit: LimitOption = 50,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """列出超过期限的办理，可一并触发超时 · List cases whose deadline has passed, and time them out if asked."""
    language = lang_of(lang)
    now = _moment(at, language) or datetime.now(UTC)

    def work(store: Any, conn: Any) -> list[Case]:
        if time_out:
            return [handled.case for handled in store.time_out_overdue(conn, now, limit)]
        cases: list[Case] = store.overdue(conn, now, limit)
        return cases

    with opened(db, language) as (store, engine):
        cases = store.transact(engine, lambda conn: work(store, conn))
        found = [store.Summary.of(case) for case in cases]
    listed(found, json, language)


# --------------------------------------------------------------------------------------------------------------- pieces


def _draw(case: Case, file: Path, lang: str) -> None:
    from process.diagram.formats import of_case

    picture = of_case(case, lang)
    if picture is None:
        what = 'pip install "installment-cancellation[diagrams]"'
        unusable(Words("画图需要另装：{}", "Drawing needs more packages: {}").of(lang).format(what))
    try:
        file.write_text(picture, encoding="utf-8")
    except OSError as error:
        cannot_open(file, error, lang)


def _payload(event: Event, fields: list[str], lang: str) -> Mapping[str, Any]:
    """The payload of ``name=value`` words; a number where the field is one, and nothing after ``=`` for null."""
    known, data = MODEL.events[event], {}
    for word in fields:
        name, equals, value = word.partition("=")
        if not equals or name not in known:
            right = ", ".join(f"{field}=…" for field in known) or Words("无内容", "nothing").of(lang)
            wrong = Words("{} 不是该事件的字段，应为：{}", "{} is no field of this event; it carries: {}").of(lang)
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


def _moment(text: str | None, lang: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        wrong = Words("--at 应为带时区的 ISO 8601 时间，不能是 {}", "--at must be ISO 8601 with its zone, not {}").of(lang)
        unusable(wrong.format(short_repr(text)))
    return moment
