"""What ``case`` prints of stored cases: for people in words and tables, for programs as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Group
from rich.text import Text

from process.case import Case
from process.cli import view
from process.cli.common import REFUSED, as_json, console, say
from process.exceptions import Refused
from process.model import State, Term, Words

if TYPE_CHECKING:
    from process.store import Summary


def tell(case: Case, json: bool, lang: str) -> None:
    if json:
        say(as_json(as_dict(case)))
        return
    parts = [Text(case.case_id), Text(""), view.standing(case, lang)]
    console().print(Group(*parts))


def listed(found: list[Summary], json: bool, lang: str) -> None:
    if json:
        say(as_json({"cases": [{name: plain(value) for name, value in one._asdict().items()} for one in found]}))
        return
    if not found:
        say(Words("没有找到办理。", "No case found.").of(lang))
        return
    headers = (
        Words("办理", "Case"),
        Words("订单", "Order"),
        Words("目标", "Goal"),
        Words("状态", "State"),
        Words("轮到", "Whose move"),
        Words("期限", "Until"),
    )
    table = view.grid(*(header.of(lang) for header in headers))
    for one in found:
        table.add_row(
            one.case_id,
            one.order,
            _word(one.goal, lang),
            view.state_text(one.state, lang) if isinstance(one.state, State) else view.shown(one.state),
            _word(one.awaits, lang) if one.awaits else "—",
            _until(one.due_at),
        )
    console().print(table)


def _until(due: datetime | str | None) -> str:
    """The deadline; what somebody wrote in its place stays as it is stored."""
    if due is None:
        return "—"
    return view.aware_datetime(due) if isinstance(due, datetime) else view.shown(due)


def _word(value: str, lang: str) -> str:
    """The words for a member of the model; what only a newer model has a name for stays as it is stored."""
    return value.words.of(lang) if isinstance(value, Term) else view.shown(value)


def refused(refusal: Refused, json: bool, lang: str) -> NoReturn:
    if json:
        reasons = [{"code": b.code, "zh": b.zh, "en": b.en} for b in refusal.blockers]
        say(as_json({"refused": type(refusal).__name__, "state": refusal.state, "reasons": reasons}))
    else:
        say(refusal.text(lang), err=True)
    raise typer.Exit(REFUSED)


def as_dict(case: Case) -> dict[str, Any]:
    request = case.request
    facts = {name: plain(value) for name, value in case.facts._asdict().items()}
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.state.value,
        "awaits": plain(case.awaits),
        "due_at": plain(case.due_at),
        "ended": case.is_done,
        "facts": facts,
        "request": request
        and {
            "kind": request.kind.value,
            "to": request.to.value,
            "key": request.key,
            "payload": {name: plain(value) for name, value in request.payload.items()},
        },
    }


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Term) else value
