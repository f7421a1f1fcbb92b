"""The report of a conformance run: what was compared, or the difference, or what was left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from process.model import MODEL, State, Words
from process.testing.backend import HOOKS
from process.testing.planning.arcs import RowFromState
from process.testing.scenario import Scenario

_HOOKS_ZH: Mapping[str, str] = {
    "blockers": "拒绝原因",
    "facts": "事实",
    "awaits": "轮到谁",
    "allowed": "可用事件",
    "request": "当前请求",
    "requests": "已发请求的次数",
    "select": "同时办理多笔",
    "restart": "事件之间重启",
}

RELATIONS: Mapping[str, Words] = {
    "before": Words("在此之前，另一笔办理：", "Before it, in another case:"),
    "beside": Words("与另一笔办理交替进行：", "In turns with it, in another case:"),
    "same account": Words("与同一账号的另一笔办理交替进行：", "In turns with it, in another case of the same account:"),
    "same order": Words("在此之前，同一订单的另一笔办理：", "Before it, in another case about the same order:"),
}
"""The relations of another case that a difference needs to the one that differs."""


class ConformanceReport(NamedTuple):
    """A run without a difference, in numbers. A truthy value that prints as a few sentences."""

    events: int
    """The number of events delivered."""
    accepted: int
    scenarios: int
    transitions: Mapping[RowFromState, int]
    """The transitions taken, each with the number of times."""
    ends: Mapping[State, int]
    """The ends reached, each with the number of times."""
    possible: int
    """The number of transitions that can be taken at all, by the goals and events asked for."""
    compared: tuple[str, ...]
    """The hooks of the adapter that were compared or used."""
    facts: tuple[str, ...] = ()
    """The names of the facts that were compared."""

    def words(self, lang: str = "en") -> str:
        refused = self.events - self.accepted
        if lang == "zh":
            return (
                f"未发现不一致：{self.scenarios} 次办理、{self.events} 个事件（应接受 {self.accepted}，应拒绝 {refused}），"
                f"走过 {len(self.transitions)}/{self.possible} 个转移，到达 {len(self.ends)} 种结局。\n"
                f"{_comparison_sentence(self.compared, self.facts, lang)}"
            )
        return (
            f"No difference in {self.scenarios} cases and {self.events} events ({self.accepted} to accept, {refused} to "
            f"refuse): {len(self.transitions)} of {self.possible} transitions taken, {len(self.ends)} ends reached.\n"
            f"{_comparison_sentence(self.compared, self.facts, lang)}"
        )

    def __str__(self) -> str:
        return self.words()


def _comparison_sentence(hooks: Collection[str], facts: Collection[str], lang: str) -> str:
    zh = lang == "zh"
    names = _HOOKS_ZH if zh else HOOKS
    detail = f" ({', '.join(facts)})" if facts else ""
    done = [f"{names[name]}{detail if name == 'facts' else ''}" for name in HOOKS if name in hooks]
    left = [f"{names[name]} ({name}())" for name in HOOKS if name not in hooks]
    if zh:
        also = "".join("、" + each for each in done)
        return f"已比较：是否接受、状态{also}。未比较（适配器没有该方法）：{'、'.join(left) or '无'}。"
    return (
        f"Compared: accepted or refused, state{''.join(', ' + each for each in done)}. "
        f"Not compared, because the adapter lacks the method: {', '.join(left) or 'nothing'}."
    )


class Mismatch(AssertionError):
    """The back end does something else than the model.

    Attributes:
        scenario: the shortest scenario found that shows it; its last delivery is the one that differs.
        model: the model's answer there, in both languages.
        backend: the back end's answer.
        reproduced: whether it happened again when the scenario was delivered once more.
        other: the scenario of another case without which it does not happen; the fault begins there.
        relation: the relation of that case to this one: ``"before"``, ``"beside"``, ``"same account"`` or ``"same order"``.
        restarts: whether it happens only if the back end is restarted between events.
    """

    def __init__(
        self,
        scenario: Scenario,
        model: Words,
        backend: Words,
        reproduced: bool,
        lang: str,
        other: Scenario | None = None,
        relation: str = "before",
        restarts: bool = False,
    ) -> None:
        super().__init__(scenario, model, backend, reproduced, lang, other, relation, restarts)
        self.scenario, self.model, self.backend, self.reproduced, self.lang = scenario, model, backend, reproduced, lang
        self.other, self.relation, self.restarts = other, relation, restarts

    def text(self, lang: str = "en") -> str:
        """The report in *lang*, ``"zh"`` or ``"en"``."""
        zh = lang == "zh"
        count = len(self.scenario.deliveries)
        parts = [
            f"后端与流程不一致（第 {count} 个事件）" if zh else f"The back end differs from the process at event {count}.",
            self.scenario.words(lang),
            f"流程：{self.model.zh}" if zh else f"The process:    {self.model.en}",
            f"后端：{self.backend.zh}" if zh else f"The back end:   {self.backend.en}",
        ]
        if self.other is not None:
            parts += [RELATIONS[self.relation].of(lang), self.other.words(lang)]
            if self.relation == "before":
                parts.append(
                    "单独办理时没有重现：后端把一笔办理的内容带到了另一笔。"
                    if zh
                    else "It does not happen without the other case: the back end carries something from one to the other."
                )
        if self.restarts:
            parts.append(
                "仅在事件之间重启后端时出现。" if zh else "It happens only if the back end is restarted after each event."
            )
        if not self.reproduced:
            parts.append(
                "再走一遍时没有重现：后端在办理之间保留了什么，或结果不确定。"
                if zh
                else "It did not happen again when the scenario was repeated: the back end keeps something from one case "
                "to the next, or does not always do the same."
            )
        replay = "可重放（python -m process run）：" if zh else "To replay with `python -m process run`:"
        return "\n".join([*parts, replay, *self.scenario.jsonl()])

    def __str__(self) -> str:
        return self.text(self.lang)


class InsufficientCoverage(AssertionError):
    """The back end did not differ, but the run was too short to say so.

    Attributes:
        transitions: those not taken.
        ends: those not reached.
        events: the number of events delivered.
    """

    def __init__(
        self, transitions: tuple[RowFromState, ...], ends: tuple[State, ...], events: int, lang: str = "en"
    ) -> None:
        super().__init__(transitions, ends, events, lang)
        self.transitions, self.ends, self.events, self.lang = transitions, ends, events, lang

    def text(self, lang: str = "en") -> str:
        """The report in *lang*, ``"zh"`` or ``"en"``."""
        table = MODEL.table
        rows = [(state, table[row].event, table[row].target) for state, row in self.transitions]
        names = [tuple(each.words.of(lang) for each in row) for row in rows]
        left = "; ".join(f"{state}: {event} → {target}" for state, event, target in names)
        ends = ", ".join(end.words.of(lang) for end in self.ends)
        if lang == "zh":
            return (
                f"{self.events} 个事件中未发现不一致，但有 {len(names)} 个转移没有走到（{left or '无'}），"
                f"{len(self.ends)} 种结局没有到达（{ends or '无'}）。请增加事件数（events=…）。"
            )
        return (
            f"No difference in {self.events} events, but they left out {len(names)} transitions ({left or 'none'}) and "
            f"{len(self.ends)} ends ({ends or 'none'}). Deliver more events (events=…)."
        )

    def __str__(self) -> str:
        return self.text(self.lang)
