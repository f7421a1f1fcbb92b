"""Cases for people: the steps, the status, what is possible next, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.text import Text

from process.case import Case
from process.cli.output.streams import console, say
from process.cli.output.text_tables import DIM, STRONG, TextTable, printable, titled
from process.model import MODEL, Actor, Blocker, EndKind, Event, Kind, Phase, State, Term, Words

if TYPE_CHECKING:
    from process.store import KeptRefusal

END_STYLES: Final[Mapping[EndKind, str]] = {
    EndKind.GOOD: "bold green",
    EndKind.NEUTRAL: "bold yellow",
    EndKind.BAD: "bold red",
}
EVENT, BY, PAYLOAD = Words("事件", "Event"), Words("发起方", "By"), Words("内容", "Payload")
STATE, WAITING_FOR, DEADLINE = Words("状态", "State"), Words("轮到", "Waiting for"), Words("期限", "Deadline")
_STATE_NOW, _GOAL = Words("当前状态", "State"), Words("目标", "Goal")
_QUOTE, _VERIFICATION = Words("报价", "Quote"), Words("核验", "Verification")
_STATE_AFTER, _TIME, _LINE = Words("之后的状态", "State after"), Words("时间", "Time"), Words("行", "Line")
_UNITS: Final = (
    (timedelta(days=1), Words("{} 天", "{} d")),
    (timedelta(hours=1), Words("{} 小时", "{} h")),
    (timedelta(minutes=1), Words("{} 分钟", "{} min")),
)


# --------------------------------------------------------------------------------------------------------------- pieces


def label(term: Term, lang: str) -> Text:
    """The words of a name and, dim, the name as files and programs write it."""
    words = term.words.of(lang)
    return Text(words) if words == term.value else Text.assemble(words, (f" ({term.value})", DIM))


def names(terms: Iterable[Term], lang: str) -> str:
    """Several names in words, separated as the language does."""
    return ("、" if lang == "zh" else ", ").join(term.words.of(lang) for term in terms)


def state_text(state: State, lang: str) -> Text:
    """The state's words, an end in its colour."""
    end = MODEL.states[state].end
    return Text(state.words.of(lang), END_STYLES[end] if end else STRONG)


def field_names(event: Event) -> str:
    """The names of the fields in the event's payload, with the choices where there are some."""
    fields = MODEL.events[event]
    return ", ".join(
        name if isinstance(field, Kind) else f"{name} ({'|'.join(member.value for member in field)})"
        for name, field in fields.items()
    )


def local_time(at: datetime) -> str:
    """The time in the reader's zone, with its offset from UTC."""
    with suppress(OverflowError, OSError):  # at the ends of the calendar, where another zone has no date
        at = at.astimezone()
    return at.isoformat(sep=" ", timespec="seconds")


def time_left(due: datetime, lang: str, now: datetime | None = None) -> str:
    """The time until *due*, or since: ``in 23 h``, ``2 d ago``."""
    left = due - (now or datetime.now(UTC))
    words = Words("还有 {}", "in {}") if left > timedelta(0) else Words("已过 {}", "{} ago")
    return words.of(lang).format(_rough_duration(abs(left), lang))


def _rough_duration(length: timedelta, lang: str) -> str:
    """A length of time in its largest unit, rounded down; days from two on."""
    for unit, words in _UNITS:
        if length >= unit * (2 if unit == timedelta(days=1) else 1):
            return words.of(lang).format(length // unit)
    return Words("不到 1 分钟", "less than 1 min").of(lang)


def duration(length: timedelta, lang: str) -> str:
    """A length of time, exactly."""
    for unit, words in _UNITS:
        if length >= unit and length % unit == timedelta(0):
            return words.of(lang).format(length // unit)
    return Words("{:g} 秒", "{:g} s").of(lang).format(length.total_seconds())


def step_count(count: int, lang: str) -> str:
    """``1 step``, ``2 steps``, or ``2 步``."""
    return Words(f"{count} 步", "1 step" if count == 1 else f"{count} steps").of(lang)


def reasons(blockers: Iterable[Blocker], lang: str) -> str:
    """The reasons as one text."""
    return (" " if lang == "en" else "").join(getattr(blocker, lang) for blocker in blockers)


def possible_events(case: Case) -> dict[Event, tuple[Actor, ...]]:
    """The events that are possible now, and by whom."""
    by_actor = {actor: case.allowed_events(by=actor) for actor in Actor}
    return {
        event: tuple(actor for actor in Actor if event in by_actor[actor])
        for event in MODEL.events
        if any(event in events for events in by_actor.values())
    }


# ---------------------------------------------------------------------------------------------------------- whole views


def render_case(case: Case, lang: str, lines: Sequence[int] = ()) -> RenderableType:
    """Steps, status, the events that are possible and those that are not."""
    parts = [
        titled(Words("步骤", "Steps").of(lang), render_history(case, lang, lines)),
        titled(Words("现状", "Status").of(lang), render_status(case, lang)),
    ]
    if case.is_done:
        ended = Words("本次办理已结束，不再接受任何事件。", "The case has ended; no event is possible.")
        return Group(*parts, Text(ended.of(lang)))
    parts.append(titled(Words("接下来可以", "Possible next").of(lang), render_possible(case, lang)))
    parts.append(titled(Words("其余为何不可", "Not possible now").of(lang), render_impossible(case, lang)))
    return Group(*parts)


def print_status(case: Case, lang: str) -> None:
    """Print the case's id and its status."""
    say(f"{printable(case.case_id)}\n")
    console().print(render_status(case, lang))


def render_history(case: Case, lang: str, lines: Sequence[int] = ()) -> RenderableType:
    """The steps of a case; *lines* are those of the file that the newest steps come from."""
    history = case.history
    if not history:
        return Text(Words("还没有步骤。", "No steps yet.").of(lang), DIM)
    timed = any(step.at for step in history)
    headers = ["#", *([_LINE.of(lang)] if lines else []), EVENT.of(lang), BY.of(lang), _STATE_AFTER.of(lang)]
    headers += [_TIME.of(lang)] if timed else []
    table = TextTable(*headers, whole=[*([len(headers) - 1] if timed else []), headers.index(EVENT.of(lang))])
    for step, line in zip(history, [None] * (len(history) - len(lines)) + list(lines), strict=True):
        payload = [f"{name} {printable(value)}" for name, value in step.data.items()]
        table.add_row(
            str(step.version),
            *([str(line or "")] if lines else []),
            Text.assemble(step.event.words.of(lang), (f"\n{' · '.join([step.event.value, *payload])}", DIM)),
            _actor_and_person(step.by.words.of(lang), step.who),
            state_text(step.target, lang),
            *([local_time(step.at).replace(" ", "\n") if step.at else ""] if timed else []),
        )
    return table


def render_status(case: Case, lang: str, now: datetime | None = None) -> RenderableType:
    """The state of a case, whom it waits for, and until when."""
    facts, info = case.facts, MODEL.states[case.state]
    table = TextTable(columns=2, styles={0: DIM})
    state = Text.assemble(state_text(case.state, lang), (f" ({case.state.value})", DIM))
    if info.phase is not None:
        step = Words("第 {}/{} 步：{}", "step {} of {}: {}").of(lang)
        state.append(" · " + step.format(info.phase.number, len(Phase), info.phase.words.of(lang)))
    elif info.end is not None:
        state.append(f" · {Words('已结束', 'ended').of(lang)} · {info.end.words.of(lang)}")
    table.add_row(_STATE_NOW.of(lang), state)
    if case.is_done and case.achieved and case.unmet:
        both = Words("已达成：{}；未达成：{}", "achieved: {}; not achieved: {}").of(lang)
        table.add_row("", both.format(case.achieved.words.of(lang), case.unmet.words.of(lang)))
    request = case.request
    if request is not None:
        table.add_row(
            WAITING_FOR.of(lang),
            f"{request.to.words.of(lang)}{'：' if lang == 'zh' else ': '}{request.kind.words.of(lang)}",
        )
        table.add_row(DEADLINE.of(lang), _deadline_and_time_left(case, lang, now))
    about = Words("{} · 账号 {} · 订单 {}", "{} · account {} · order {}").of(lang)
    table.add_row(_GOAL.of(lang), about.format(facts.goal.words.of(lang), printable(facts.account), printable(facts.order)))
    if facts.quote is not None and facts.quote_status is not None:
        money = Words("{}：{} {}（最小货币单位）· {}", "{}: {} {} in minor units · {}").of(lang)
        quote = money.format(printable(facts.quote), facts.fee, facts.currency, facts.quote_status.words.of(lang))
        table.add_row(_QUOTE.of(lang), quote)
    if facts.settled or facts.attempt or facts.face_removed:
        table.add_row(_VERIFICATION.of(lang), _verification(case, lang))
    return table


def _deadline_and_time_left(case: Case, lang: str, now: datetime | None) -> str:
    own = case.to_dict(steps=0)["deadlines"].get(case.state.value)
    deadline = MODEL.states[case.state].deadline if own is None else timedelta(seconds=own)
    if deadline is None:
        return ""
    length = duration(deadline, lang)
    if case.due_at is None:
        return Words("上一步之后 {}（未给出时间）", "{} after the last step (its time is unknown)").of(lang).format(length)
    due, left = local_time(case.due_at), time_left(case.due_at, lang, now)
    return Words("{}（{}；上一步之后 {}）", "{} ({}; {} after the last step)").of(lang).format(due, left, length)


def _verification(case: Case, lang: str) -> str:
    facts = case.facts
    parts = [facts.settled.words.of(lang) if facts.settled else Words("尚无结论", "not settled").of(lang)]
    if facts.attempt:
        attempts = Words("人脸 {}/{} 次，其他方式 {}/{} 次", "attempts: {} of {} by face, {} of {} by another method").of(
            lang
        )
        parts.append(attempts.format(facts.face_attempts, facts.face_limit, facts.other_attempts, facts.other_limit))
    if facts.face_removed:
        parts.append(Words("人脸验证已由客服取消", "face verification removed by support").of(lang))
    return " · ".join(parts)


def render_refusals(refusals: Iterable[KeptRefusal], lang: str) -> RenderableType:
    """The refused events that are stored, oldest first."""
    table = TextTable(EVENT.of(lang), BY.of(lang), Words("原因", "Why not").of(lang), _TIME.of(lang))
    for kept in refusals:
        event, by = kept.error.event, kept.error.by
        table.add_row(
            label(event, lang) if event else "—",
            _actor_and_person(by.words.of(lang) if by else printable(kept.by), kept.who),
            reasons(kept.error.blockers, lang),
            local_time(kept.at).replace(" ", "\n") if kept.at else "",
        )
    return table


def _actor_and_person(name: str, who: str | None) -> str:
    """The actor, and the person or system behind it."""
    return name if who is None else f"{name}\n{printable(who)}"


def render_possible(case: Case, lang: str) -> RenderableType:
    """The events that are possible now."""
    table = TextTable(EVENT.of(lang), BY.of(lang), PAYLOAD.of(lang))
    for event, actors in possible_events(case).items():
        table.add_row(label(event, lang), names(actors, lang), field_names(event))
    return table


def render_impossible(case: Case, lang: str) -> RenderableType:
    """The events that are not possible now, and why: first for reasons of the case, then those of other states."""
    elsewhere: dict[tuple[State, ...], list[Event]] = {}
    table = TextTable(EVENT.of(lang), Words("原因", "Why not").of(lang))
    for event, blockers in case.blocked_events().items():
        states = next((blocker.parameters["states"] for blocker in blockers if blocker.code == "wrong_state"), None)
        if isinstance(states, tuple):
            elsewhere.setdefault(states, []).append(event)
        else:
            table.add_row(label(event, lang), reasons(blockers, lang))
    for states, events in elsewhere.items():
        only = Words("只能在：{}", "possible in: {}").of(lang).format(names(states, lang))
        table.add_row(names(events, lang), only)
    return table
