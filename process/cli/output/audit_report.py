"""The report of an audit on a screen: verdicts, deviations, requirements, coverage, waits, overdue cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from process.cli.output.text_tables import TextTable, titled
from process.model import Event, State, Words

if TYPE_CHECKING:
    from process.audit import Report

MOST = 10  # rows of a table on the screen; --json and --out have all


def render_audit(report: Report, lang: str) -> Iterator[RenderableType]:
    """Yield the parts of the report."""

    def t(zh: str, en: str) -> str:
        return Words(zh, en).of(lang)

    yield Text(_read(report, lang))
    for problem in report.problems:
        examples = f" ({', '.join(problem.examples)})" if problem.examples else ""
        yield Text(f"! {problem.words.of(lang)}: {problem.rows}{examples}")
    unseen_events = [event.words.of(lang) for event in Event if event.value not in report.recorded]
    if unseen_events:
        yield Text(t("未记录的事件，可能发生过：", "not recorded, may have happened: ") + ", ".join(unseen_events))
    counts = TextTable(t("符合", "conform"), t("偏离", "deviate"), t("无法判断", "undetermined"), t("变体", "variants"))
    counts.add_row(*(f"{number:,}" for number in (report.conforming, report.deviating, report.unknown, report.variants)))
    yield titled(t("办理", "Cases"), counts)
    if report.cases == 1 and report.states:
        yield Text(
            t("这笔办理的状态：", "the case's state: ") + ", ".join(State(name).words.of(lang) for name in report.states)
        )
    if report.deviations:
        yield titled(t("最常见的偏离", "Most frequent deviations"), _deviations(report, lang))
    yield titled(t("要求", "Requirements"), _requirement_marks(report, lang))
    total = len(report.arrows) + len(report.unseen)
    yield Text(
        t(
            f"流转覆盖：{len(report.arrows)}/{total}",
            f"arrows (state, event, target) covered: {len(report.arrows)} of {total}",
        )
    )
    yield titled(t("最长的等待", "Longest waits"), _waits(report, lang))
    if report.overdue:
        by_state = Counter(each.state for each in report.overdue)
        listed = ", ".join(f"{State(name).words.of(lang)} {count}" for name, count in by_state.most_common())
        yield Text(t("超时的办理：", "overdue cases: ") + listed)


def _read(report: Report, lang: str) -> str:
    span = f"{report.first} – {report.last}" if report.first else ""
    zh = f"读取 {report.rows:,} 个事件，{report.cases:,} 个办理，{span}"
    return Words(zh, f"{report.rows:,} events of {report.cases:,} cases, {span}").of(lang)


def _deviations(report: Report, lang: str) -> TextTable:
    grid = TextTable(
        Words("办理", "cases").of(lang),
        Words("首个不合规的事件", "first illegal event").of(lang),
        Words("原因", "reason").of(lang),
        Words("要求", "breaks").of(lang),
        Words("例", "example").of(lang),
        Words("最近的修正", "nearest repair").of(lang),
    )
    for each in report.deviations[:MOST]:
        state = f" ({State(each.state).words.of(lang)})" if each.state else ""
        repair = "—" if each.repair is None else "; ".join(words.of(lang) for words in each.repair)
        grid.add_row(
            f"{each.cases:,}",
            Event(each.event).words.of(lang) + state,
            each.reason.of(lang),
            " ".join(each.requirements) or "—",
            each.examples[0],
            repair,
        )
    return grid


def _requirement_marks(report: Report, lang: str) -> TextTable:
    grid = TextTable(columns=2)
    for each in report.requirements:
        if each.broken:
            grid.add_row(each.id, f"✗ {each.broken:,}")
        elif each.visible:
            grid.add_row(each.id, "✓")
    hidden = [f"{each.id} ({each.note.of(lang)})" for each in report.requirements if not each.visible]
    grid.add_row("—", ", ".join(hidden))
    return grid


def _waits(report: Report, lang: str) -> TextTable:
    grid = TextTable(Words("状态 → 事件 → 状态", "state → event → state").of(lang), "p50", "p90", "p99")
    slow = sorted((each for each in report.arrows if each.p90 is not None), key=lambda each: -(each.p90 or 0))
    for each in slow[:5]:
        words = State(each.source).words, Event(each.event).words, State(each.target).words
        name = " → ".join(word.of(lang) for word in words)
        grid.add_row(name, *(_duration(wait) for wait in (each.p50, each.p90, each.p99)))
    return grid


def _duration(seconds: float | None) -> str:
    return "—" if seconds is None else str(timedelta(seconds=round(seconds)))
