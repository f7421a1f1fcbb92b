"""What ``check`` prints: what was searched, what became of each requirement, witnesses, and how often all was exercised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from process.cli import view
from process.exploration.explorer import Edge
from process.exploration.replay import PathStep, path_steps
from process.model import Row, State, Words
from process.mutation.score import Score
from process.requirements.counterexample import Counterexample
from process.requirements.coverage import guard_counts, row_counts
from process.requirements.evidence import Evidence
from process.requirements.reachability import GOAL_PATHS, shortest_goal_path
from process.requirements.report import Report, RequirementResult

SCOPE = Words(
    "以上证明的是模型，不是商城的后端系统：后端是否照此办理，请用 process.testing 的 conformance 检验。",
    "This proves the model, not the shop's back end: whether that does the same, conformance in process.testing tells.",
)


# ---------------------------------------------------------------------------------------------------------- for programs


def as_dict(report: Report, score: Score | None) -> dict[str, Any]:
    """All of it, as JSON can hold it."""
    found = report.exploration
    model, limits = found.machine.definition, found.machine.definition.limits
    told: dict[str, Any] = {
        "holds": report.holds and not (score and score.survived),
        "proves": _both(SCOPE),
        "searched": {
            "configurations": len(found.configurations),
            "edges": len(found.edges),
            "depth": max(found.depths),
            "events_raised": found.tried,
            "limits": {"face": limits.face, "other": limits.other},
        },
        "requirements": [_requirement(report, result) for result in report.results],
        "ends": [{"state": end.value, **_witness(report, trip)} for end, trip in _ends(report)],
        "ways": [{"way": _both(name), **_witness(report, trip)} for name, trip in _ways(report)],
        "rows": [
            {
                "row": number,
                "event": row.event.value,
                "from": [state.value for state in row.sources],
                "to": row.target.value,
                "taken": taken,
            }
            for number, (row, taken) in enumerate(zip(model.table, row_counts(found), strict=True), 1)
        ],
        "guards": [
            {"guard": name, "held": asked.true, "did_not_hold": asked.false} for name, asked in guard_counts(found).items()
        ],
    }
    if score is not None:
        told["mutants"] = {
            "made": score.made,
            "kinds": [{"kind": kind.name, **kind.counts()} for kind in score.kinds],
            "killed_by": dict(score.killed_by),
            "equivalent": [
                {"mutant": name, "why": _both(reason)} for reason, names in score.reasons.items() for name in names
            ],
            "survived": list(score.survived),
        }
    return told


def _both(words: Words) -> dict[str, str]:
    return dict(words._asdict())


def _requirement(report: Report, result: RequirementResult) -> dict[str, Any]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "holds": result.holds,
        "sentence": _both(requirement.sentence),
        "source": _both(requirement.source),
        "looked_at": [{"count": count, "what": _both(what)} for count, what in result.coverage],
        "counterexample": None if result.counterexample is None else _counterexample(report, result.counterexample),
    }


def _counterexample(report: Report, broken: Counterexample) -> dict[str, Any]:
    told: dict[str, Any] = {"what": _both(broken.problem), "goal": broken.goal.value, "trip": _trip(report, broken.path)}
    if broken.attempt is not None:
        event, by, data = broken.attempt
        carried = {name: str(value) for name, value in data.items()}
        told["raised"] = {"event": event.value, "by": by.value, "data": carried}
    return told


def _trip(report: Report, trip: tuple[Edge, ...]) -> list[dict[str, Any]]:
    return [
        {"event": step.event.value, "by": step.by.value, "data": dict(step.data), "state": step.state.value}
        for step in path_steps(report.exploration, trip)
    ]


def _witness(report: Report, trip: tuple[Edge, ...] | None) -> dict[str, Any]:
    if not trip:
        return {"goal": None, "events": None, "trip": None}
    goal = report.exploration.goal_of(trip, 0)
    return {"goal": goal.value, "events": len(trip), "trip": _trip(report, trip)}


def _ends(report: Report) -> Iterator[tuple[State, tuple[Edge, ...] | None]]:
    for end in report.exploration.machine.definition.ends:
        place = report.exploration.first(lambda found, end=end: found.state is end)  # type: ignore[misc]
        yield end, None if place is None else report.exploration.path_to(place)


def _ways(report: Report) -> Iterator[tuple[Words, tuple[Edge, ...] | None]]:
    evidence = Evidence(report.exploration)
    for way in GOAL_PATHS:
        yield way.words, shortest_goal_path(evidence, way)


# ------------------------------------------------------------------------------------------------------------ for people


def told(report: Report, score: Score | None, lang: str) -> Iterator[RenderableType]:
    """The evidence, part by part."""
    found = report.exploration
    title = Words("已搜索 {:,} 个情形、{:,} 次被接受的事件", "{:,} configurations and {:,} events taken were searched")
    yield Text(title.of(lang).format(len(found.configurations), len(found.edges)), view.STRONG)
    more = Words(
        "共提出 {:,} 次事件，离起点最远 {} 步。", "{:,} events were raised in all; the farthest is {} from a beginning."
    )
    yield Text(more.of(lang).format(found.tried, max(found.depths)), view.DIM)
    yield Text()
    yield view.titled("要求", "Requirements", lang, _requirements(report, lang))
    for result in report.failed:
        yield from _broken(report, result, lang)
    yield view.titled("到每个终态的最短路径", "A shortest trip to every end", lang, _ends_told(report, lang))
    yield view.titled(
        "达成目标的每条路径，最短者", "A shortest trip on every way to a goal", lang, _ways_told(report, lang)
    )
    yield view.titled("表中每行被采用的次数", "How often each row of the table was taken", lang, _rows_told(report, lang))
    yield view.titled("每个条件被问的次数", "How often each guard was asked", lang, _guards_told(report, lang))
    if score is not None:
        yield from _score_told(score, lang)
    yield Text(SCOPE.of(lang))


def _requirements(report: Report, lang: str) -> RenderableType:
    table = view.grid(
        "", Words("结果", "Result").of(lang), Words("要求", "What must hold").of(lang), Words("检验范围", "On").of(lang)
    )
    for result in report.results:
        mark = Text("✓", "green") if result.holds else Text("✗", "bold red")
        looked_at = ", ".join(f"{count:,} {what.of(lang)}" for count, what in result.coverage)
        table.add_row(result.requirement.id, mark, result.requirement.sentence.of(lang), looked_at)
    return table


def _broken(report: Report, result: RequirementResult, lang: str) -> Iterator[RenderableType]:
    broken = result.counterexample
    if broken is None:
        return
    fails = Words("不成立：", "does not hold: ").of(lang)
    yield Text(f"{result.requirement.id} {fails}{broken.problem.of(lang)}", "bold red")
    yield Text(Words("目标：", "goal: ").of(lang) + broken.goal.words.of(lang))
    yield from _lines(path_steps(report.exploration, broken.path), lang)
    if broken.attempt is not None:
        event, by, data = broken.attempt
        carried = ", ".join(f"{name}={value}" for name, value in data.items())
        yield Text(f"  → {by.words.of(lang)}: {event.words.of(lang)}{f' ({carried})' if carried else ''}", view.STRONG)
    yield Text()


def _lines(steps: Iterable[PathStep], lang: str) -> Iterator[Text]:
    for number, step in enumerate(steps, 1):
        yield Text(f"  {number}. {step.sentence(lang)}")


def _in_short(trip: tuple[Edge, ...] | None, lang: str) -> tuple[str, str]:
    """How many events, and their words one after the other."""
    if trip is None:
        return "—", Words("到不了", "cannot be reached").of(lang)
    return str(len(trip)), " → ".join(edge.event.words.of(lang) for edge in trip)


def _ends_told(report: Report, lang: str) -> RenderableType:
    table = view.grid(
        *(words.of(lang) for words in (Words("终态", "End"), Words("步数", "Events"), Words("路径", "Scenario")))
    )
    for end, trip in _ends(report):
        table.add_row(view.state_text(end, lang), *_in_short(trip, lang))
    return table


def _ways_told(report: Report, lang: str) -> RenderableType:
    table = view.grid(
        *(
            words.of(lang)
            for words in (Words("目标与方式", "Goal and way"), Words("步数", "Events"), Words("路径", "Scenario"))
        )
    )
    for name, trip in _ways(report):
        table.add_row(name.of(lang), *_in_short(trip, lang))
    return table


def _rows_told(report: Report, lang: str) -> RenderableType:
    headers = Words("行", "Row"), Words("事件", "Event"), Words("从", "From"), Words("到", "To"), Words("次数", "Successor")
    table = view.grid(*(header.of(lang) for header in headers))
    rows = report.exploration.machine.definition.table
    for number, (row, taken) in enumerate(zip(rows, row_counts(report.exploration), strict=True), 1):
        table.add_row(
            str(number), row.event.words.of(lang), _from(row, lang), view.state_text(row.target, lang), f"{taken:,}"
        )
    return table


def _from(row: Row, lang: str) -> str:
    first, more = row.sources[0].words.of(lang), len(row.sources) - 1
    return first if not more else first + Words(f" 等 {more + 1} 个状态", f" and {more} more").of(lang)


def _guards_told(report: Report, lang: str) -> RenderableType:
    headers = Words("条件", "Guard"), Words("成立", "Held"), Words("不成立", "Did not hold")
    table = view.grid(*(header.of(lang) for header in headers))
    words = {guard.name: guard.condition for row in report.exploration.machine.definition.table for guard in row.guards}
    for name, asked in guard_counts(report.exploration).items():
        table.add_row(words[name].of(lang), f"{asked.true:,}", f"{asked.false:,}")
    return table


def _score_told(score: Score, lang: str) -> Iterator[RenderableType]:
    headers = (
        Words("改动", "Change"),
        Words("总数", "Made"),
        Words("建不起来", "Refused when built"),
        Words("被要求发现", "Killed"),
        Words("等价", "Equivalent"),
        Words("未被发现", "Survived"),
    )
    table = view.grid(*(header.of(lang) for header in headers))
    for kind in score.kinds:
        table.add_row(kind.words.of(lang), *(f"{count:,}" for count in kind.counts().values()))
    yield view.titled("改动模型的每一处", "Every change of the model in one place", lang, table)
    killed = ", ".join(f"{name} {count:,}" for name, count in score.killed_by.items())
    yield Text(Words("由谁首先发现：", "First found by: ").of(lang) + killed, view.DIM)
    yield Text()
    for reason, names in score.reasons.items():
        yield Text(Words("等价：", "Equivalent: ").of(lang) + reason.of(lang), view.STRONG)
        for name in names:
            yield Text(f"  {name}")
    for name in score.survived:
        yield Text(Words("未被发现：", "Survived: ").of(lang) + name, "bold red")
