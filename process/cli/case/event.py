"""``case event``: raises an event on a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NoReturn
from uuid import uuid4

import typer

from process.cli.call_language import LangOption, lang_of
from process.cli.database import opened_store
from process.cli.options import AtOption, CaseArgument, DbOption, JsonOption, WhoOption, choice_help, moment_of
from process.cli.output.case_json import case_dict
from process.cli.output.case_text import print_status
from process.cli.output.streams import REFUSED, as_json, say, unusable
from process.exceptions import Refused
from process.json_vocabulary import refusal_to_dict
from process.model import MODEL, Actor, Event, Kind, Words
from process.value_checks import short_repr

MAX_DIGITS: Final = 40  # Python refuses to read a number of thousands; one of these is refused as too large


def event_on_case(
    case_id: CaseArgument,
    event: Annotated[
        Event,
        typer.Argument(
            metavar="EVENT",
            show_choices=False,
            help="事件，如 sign_in；命令 show 列出全部事件及其内容。\n\n"
            "The event, such as sign_in; the command show lists every event with its payload.",
        ),
    ],
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE…",
            help="事件的内容；等号之后为空表示没有。\n\nThe event's payload; nothing after the = for no value.",
        ),
    ] = None,
    by: Annotated[
        Actor | None,
        typer.Option(
            metavar="ACTOR",
            help=choice_help("由谁发起，只有一种可能时可省略", "Who raises it; needed where several actors may", Actor),
            show_default=False,
        ),
    ] = None,
    who: WhoOption = None,
    event_id: Annotated[
        str | None,
        typer.Option(
            "--event-id",
            metavar="ID",
            help="事件编号，重复送达只算一次。\n\nThe event's id: delivered again, it counts once.",
        ),
    ] = None,
    at: AtOption = None,
    db: DbOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """推进办理。退出码：1 被拒绝 · Raise an event on a case. Exit code: 1 if it was refused.

    \b
        installment-cancellation case event CASE sign_in account=acct-1 channel=app
    """
    language = lang_of(lang)
    data, moment = _payload(event, fields or [], language), moment_of("--at", at, language)
    name = f"cli:{uuid4()}" if event_id is None else event_id
    with opened_store(db, language) as (store, engine):
        try:
            handled = store.deliver(engine, case_id, event, data, event_id=name, by=by, who=who, at=moment)
        except Refused as refusal:
            _report_refusal(case_id, refusal, json, language)
    if json:
        say(as_json({**case_dict(handled.case), "is_duplicate": handled.is_duplicate}))
        return
    if handled.is_duplicate:
        say(Words("此事件先前已办理。", "This event was handled before.").of(language), err=True)
    print_status(handled.case, language)


def _report_refusal(case_id: str, refusal: Refused, json: bool, lang: str) -> NoReturn:
    if json:
        say(as_json({"case_id": case_id, "refusals": [refusal_to_dict(refusal)]}))
    else:
        early = Words("（尚早：之后可能被接受。）", " (Too early: it may be accepted later.)").of(lang)
        say(refusal.text(lang) + ("" if refusal.is_final else early), err=True)
    raise typer.Exit(REFUSED)


def _payload(event: Event, fields: list[str], lang: str) -> Mapping[str, Any]:
    """The payload of ``name=value`` words; a number where the field is one, and nothing after ``=`` for null."""
    known, data = MODEL.events[event], {}
    for word in fields:
        name, equals, value = word.partition("=")
        if name in known and not equals:
            unusable(Words("请写 {}=值", "write {}=VALUE").of(lang).format(name))
        if name not in known:
            right = ", ".join(f"{field}=…" for field in known) or Words("无", "none").of(lang)
            wrong = Words("{} 不是该事件的字段，其字段：{}", "{} is not a field of this event; its fields: {}").of(lang)
            unusable(wrong.format(short_repr(name), right))
        if name in data:
            unusable(Words("字段 {} 出现两次", "field {} is given twice").of(lang).format(name))
        data[name] = _field_value(value, known[name])
    return data


def _field_value(value: str, field: Any) -> Any:
    if field is Kind.CONSENT and value in ("", "null"):  # no consent was given: never a record by that name
        return None
    is_number = field in (Kind.MONEY, Kind.ATTEMPT) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS
    return int(value) if is_number else value
