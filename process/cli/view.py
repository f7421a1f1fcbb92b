"""How a case looks on the screen: its steps, where it stands, what may happen next, and why the rest may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from process.case import Case
from process.model import MODEL, Actor, Blocker, EndKind, Event, Kind, Phase, State, Term, Words
from process.payload import short_repr

DIM, STRONG = "dim", "bold"
END_STYLES: Mapping[EndKind, str] = {EndKind.GOOD: "bold green", EndKind.NEUTRAL: "bold yellow", EndKind.BAD: "bold red"}

_UNITS = (
    (timedelta(days=1), Words("{} 天", "{} d")),
    (timedelta(hours=1), Words("{} 小时", "{} h")),
    (timedelta(minutes=1), Words("{} 分钟", "{} min")),
)
_STANDS = Words("当前状态", "Stands in")
_MOVE = Words("轮到", "Whose move")
_UNTIL = Words("期限", "Until")
_WISH = Words("目标", "Goal")
_QUOTE = Words("报价", "Quote")
_VERIFICATION = Words("核验", "Verification")
EVENT, BY, CARRIES = Words("事件", "Event"), Words("发起方", "By"), Words("内容", "Carries")
_NOW_IN, _AT, _LINE = Words("之后的状态", "Then in"), Words("时间", "At"), Words("行", "Line")


# --------------------------------------------------------------------------------------------------------------- pieces


def label(term: Term, lang: str) -> Text:
    """The words of a name and, dim, the name that files and programs write."""
    words = term.words.of(lang)
    return Text(words) if words == term.value else Text.assemble(words, (f" ({term.value})", DIM))


def names(terms: Iterable[Term], lang: str) -> str:
    """Several names in words, separated as the language does."""
    return ("、" if lang == "zh" else ", ").join(term.words.of(lang) for term in terms)


def state_text(state: State, lang: str) -> Text:
    end = MODEL.states[state].end
    return Text(state.words.of(lang), END_STYLES[end] if end else STRONG)


def shown(value: object) -> str:
    """A value of a payload; what a terminal could take for a command becomes an escape."""
    if isinstance(value, str) and value.isprintable():
        return str(value)
    return "—" if value is None else short_repr(value)


def carried(data: Mapping[str, object]) -> list[str]:
    return [f"{name} {shown(value)}" for name, value in data.items()]


def fields_of(event: Event) -> str:
    """What the event carries: the names of its fields, with the choices where there are some."""
    fields = MODEL.events[event]
    return ", ".join(
        name if isinstance(field, Kind) else f"{name} ({'|'.join(member.value for member in field)})"
        for name, field in fields.items()
    )


def aware_datetime(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}{at:%z}"[:22] + ":" + f"{at:%z}"[3:5]


def count_of_steps(count: int, lang: str) -> str:
    """``1 step``, ``2 steps``, or ``2 步``."""
    return Words(f"{count} 步", "1 step" if count == 1 else f"{count} steps").of(lang)


def duration(length: timedelta, lang: str) -> str:
    for unit, words in _UNITS:
        if length >= unit and length % unit == timedelta(0):
            return words.of(lang).format(length // unit)
    return Words("{:g} 秒", "{:g} s").of(lang).format(length.total_seconds())


def grid(*headers: str) -> Table:
    """A table that wraps its cells and cuts none."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True, header_style=DIM)
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def titled(zh: str, en: str, lang: str, content: RenderableType) -> Group:
    return Group(Text(Words(zh, en).of(lang), STRONG), Padding(content, (0, 0, 1, 2)))


def may_raise(case: Case) -> dict[Event, tuple[Actor, ...]]:
    """The events that can be raised now, and by whom."""
    by_actor = {actor: case.allowed_events(by=actor) for actor in Actor}
    return {
        event: tuple(actor for actor in Actor if event in by_actor[actor])
        for event in MODEL.events
        if any(event in events for events in by_actor.values())
    }


# ---------------------------------------------------------------------------------------------------------- whole views


def steps(case: Case, lang: str, lines: Sequence[int] = ()) -> RenderableType:
    """The steps of a case; *lines* are those of the file that the newest of them come from."""
    history = case.history
    if not history:
        return Text(Words("还没有步骤。", "No step was taken yet.").of(lang), DIM)
    timed = any(step.at for step in history)
    table = grid("#", *([_LINE.of(lang)] if lines else []), EVENT.of(lang), BY.of(lang), _NOW_IN.of(lang))
    if timed:
        table.add_column(_AT.of(lang), no_wrap=True)  # in two lines, so that a narrow screen cuts neither
    for step, line in zip(history, [None] * (len(history) - len(lines)) + list(lines), strict=True):
        event = Text.assemble(step.event.words.of(lang), (f"\n{' · '.join([step.event.value, *carried(step.data)])}", DIM))
        table.add_row(
            str(step.version),
            *([str(line or "")] if lines else []),
            event,
            step.by.words.of(lang),
            state_text(step.target, lang),
            *([aware_datetime(step.at).replace(" ", "\n") if step.at else ""] if timed else []),
        )
    return table


def standing(case: Case, lang: str) -> RenderableType:
    """Where a case stands, whose move it is, and until when."""
    facts, info = case.facts, MODEL.states[case.state]
    table = Table.grid(padding=(0, 2))
    table.add_column(style=DIM, no_wrap=True)
    table.add_column(overflow="fold")
    where = Text.assemble(state_text(case.state, lang), (f" ({case.state.value})", DIM))
    if info.phase is not None:
        step = Words("第 {}/{} 步：{}", "step {} of {}: {}").of(lang)
        where.append(" · " + step.format(info.phase.number, len(Phase), info.phase.words.of(lang)))
    elif info.end is not None:
        where.append(f" · {Words('已结束', 'ended').of(lang)} · {info.end.words.of(lang)}")
    table.add_row(_STANDS.of(lang), where)
    request = case.request
    if request is not None:
        asks = f"{request.to.words.of(lang)}{'：' if lang == 'zh' else ': '}{request.kind.words.of(lang)}"
        table.add_row(_MOVE.of(lang), asks)
        table.add_row(_UNTIL.of(lang), _until(case, lang))
    about = Words("{} · 账号 {} · 订单 {}", "{} · account {} · order {}").of(lang)
    table.add_row(_WISH.of(lang), about.format(facts.goal.words.of(lang), shown(facts.account), shown(facts.order)))
    if facts.quote is not None and facts.quote_status is not None:
        money = Words("{}：{} {}（最小货币单位）· {}", "{}: {} {} in minor units · {}").of(lang)
        quote = money.format(shown(facts.quote), facts.fee, facts.currency, facts.quote_status.words.of(lang))
        table.add_row(_QUOTE.of(lang), quote)
    if facts.settled or facts.attempt or facts.face_removed:
        table.add_row(_VERIFICATION.of(lang), _verification(case, lang))
    return table


def _until(case: Case, lang: str) -> str:
    own = case.to_dict(steps=0)["deadlines"].get(case.state.value)
    deadline = MODEL.states[case.state].deadline if own is None else timedelta(seconds=own)
    if deadline is None:
        return ""
    length = duration(deadline, lang)
    if case.due_at is None:
        return Words("上一步之后 {}（未给出时间）", "{} after the last step (no time was given)").of(lang).format(length)
    return Words("{}（上一步之后 {}）", "{} ({} after the last step)").of(lang).format(aware_datetime(case.due_at), length)


def _verification(case: Case, lang: str) -> str:
    facts = case.facts
    told = [facts.settled.words.of(lang) if facts.settled else Words("尚无结论", "not settled").of(lang)]
    if facts.attempt:
        tries = Words("人脸 {}/{} 次，其他方式 {}/{} 次", "face {} of {}, another way {} of {} attempts").of(lang)
        told.append(tries.format(facts.face_attempts, facts.face_limit, facts.other_attempts, facts.other_limit))
    if facts.face_removed:
        told.append(Words("人脸验证已由客服取消", "face verification removed by support").of(lang))
    return " · ".join(told)


def next_moves(case: Case, lang: str) -> RenderableType:
    """What may happen next."""
    table = grid(EVENT.of(lang), BY.of(lang), CARRIES.of(lang))
    for event, actors in may_raise(case).items():
        table.add_row(label(event, lang), names(actors, lang), fields_of(event))
    return table


def reasons(blockers: Iterable[Blocker], lang: str) -> str:
    return (" " if lang == "en" else "").join(getattr(blocker, lang) for blocker in blockers)


def blocked(case: Case, lang: str) -> RenderableType:
    """What may not happen now, and why: first what the facts forbid, then what belongs to other states."""
    elsewhere: dict[tuple[State, ...], list[Event]] = {}
    table = grid(EVENT.of(lang), Words("原因", "Why not").of(lang))
    for event, blockers in case.blocked_events().items():
        states = next((blocker.parameters["states"] for blocker in blockers if blocker.code == "wrong_state"), None)
        if isinstance(states, tuple):
            elsewhere.setdefault(states, []).append(event)
        else:
            table.add_row(label(event, lang), reasons(blockers, lang))
    for states, events in elsewhere.items():
        only = Words("只能在：{}", "only in: {}").of(lang).format(names(states, lang))
        table.add_row(names(events, lang), only)
    return table


def whole(case: Case, lang: str, lines: Sequence[int] = ()) -> RenderableType:
    """Steps, standing, what may happen next and what may not."""
    parts = [
        titled("步骤", "Steps", lang, steps(case, lang, lines)),
        titled("现状", "Now", lang, standing(case, lang)),
    ]
    if case.is_done:
        ended = Words("本次办理已结束，不再接受任何事件。", "The case has ended; it takes no further event.").of(lang)
        return Group(*parts, Text(ended))
    parts.append(titled("接下来可以", "What may happen next", lang, next_moves(case, lang)))
    parts.append(titled("其余为何不可", "Why the rest may not", lang, blocked(case, lang)))
    return Group(*parts)
