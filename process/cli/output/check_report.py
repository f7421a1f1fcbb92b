"""The output of ``check``: the extent of the search, the result of each requirement, witnesses, and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from rich.console import RenderableType
from rich.text import Text

from process.cli.output.case_text import EVENT, state_text
from process.cli.output.text_tables import DIM, STRONG, TextTable, titled
from process.exploration.explorer import Edge, Exploration
from process.exploration.replay import path_steps, step_sentence
from process.json_vocabulary import event_to_dict, limits_to_dict, step_to_dict, words_to_dict
from process.model import Row, State, Words
from process.mutation.score import Score
from process.records import Step
from process.requirements.counterexample import Counterexample
from process.requirements.coverage import guard_counts, row_counts
from process.requirements.evidence import Evidence
from process.requirements.reachability import GOAL_PATHS, shortest_goal_path
from process.requirements.report import CheckReport, RequirementResult

SCOPE: Final = Words(
    "以上证明的是模型，不是商城的后端系统：后端是否照此办理，请用 process.testing 的 check_conformance 检验。",
    "This proves the model, not the shop's back end. To test that, let the model drive it with check_conformance.",
)


# ---------------------------------------------------------------------------------------------------------- for programs


def check_dict(report: CheckReport, score: Score | None) -> dict[str, Any]:
    """All of it, as JSON can hold it."""
    found = report.exploration
    model = found.machine.definition
    data: dict[str, Any] = {
        "holds": report.holds and not (score and score.survived),
        "scope": words_to_dict(SCOPE),
        "exploration": {
            "configurations": len(found.configurations),
            "edges": len(found.edges),
            "depth": max(found.depths),
            "events_tried": found.tried,
            "limits": limits_to_dict(found.limits),
            "further_limits": [limits_to_dict(one.limits) for one in report.explorations[1:]],
        },
        "requirements": [_requirement(result) for result in report.results],
        "ends": [{"state": end, **_witness(report, path)} for end, path in _end_paths_found(report)],
        "goal_paths": [{"words": words_to_dict(words), **_witness(report, path)} for words, path in _goals_met(report)],
        "row_counts": [
            {"row": number, "event": row.event, "sources": list(row.sources), "target": row.target, "count": count}
            for number, (row, count) in enumerate(zip(model.table, row_counts(found), strict=True), 1)
        ],
        "guard_counts": [
            {"guard": name, "true": count.true, "false": count.false} for name, count in guard_counts(found).items()
        ],
    }
    if score is not None:
        data["mutants"] = {
            "made": score.made,
            "kinds": [{"kind": kind.name, **kind.counts()} for kind in score.kinds],
            "killed_by": dict(score.killed_by),
            "equivalent": [
                {"mutant": name, "reason": words_to_dict(reason)}
                for reason, names in score.reasons.items()
                for name in names
            ],
            "survived": list(score.survived),
        }
    return data


def _requirement(result: RequirementResult) -> dict[str, Any]:
    return {
        **result.requirement.to_dict(),
        "holds": result.holds,
        "coverage": [{"count": count, "words": words_to_dict(words)} for count, words in result.coverage],
        "counterexample": None
        if result.counterexample is None
        else _counterexample(result.exploration, result.counterexample),
    }


def _counterexample(exploration: Exploration, found: Counterexample) -> dict[str, Any]:
    return {
        "problem": words_to_dict(found.problem),
        "goal": found.goal,
        "limits": limits_to_dict(exploration.limits),
        "path": _path(exploration, found.path),
        "attempt": None if found.attempt is None else event_to_dict(*found.attempt),
    }


def _path(exploration: Exploration, path: tuple[Edge, ...]) -> list[dict[str, Any]]:
    return [step_to_dict(step) for step in path_steps(exploration, path)]


def _witness(report: CheckReport, path: tuple[Edge, ...] | None) -> dict[str, Any]:
    if not path:
        return {"goal": None, "length": None, "path": None}
    goal = report.exploration.goal_of(path, 0)
    return {"goal": goal, "length": len(path), "path": _path(report.exploration, path)}


def _end_paths_found(report: CheckReport) -> Iterator[tuple[State, tuple[Edge, ...] | None]]:
    for end in report.exploration.machine.definition.ends:
        index = report.exploration.first(lambda found, end=end: found.state is end)  # type: ignore[misc]
        yield end, None if index is None else report.exploration.path_to(index)


def _goals_met(report: CheckReport) -> Iterator[tuple[Words, tuple[Edge, ...] | None]]:
    evidence = Evidence(report.exploration)
    for wanted in GOAL_PATHS:
        yield wanted.words, shortest_goal_path(evidence, wanted)


# ------------------------------------------------------------------------------------------------------------ for people


def render_check(report: CheckReport, score: Score | None, lang: str) -> Iterator[RenderableType]:
    """The evidence, part by part."""
    found = report.exploration
    title = Words("已搜索 {:,} 个情形、{:,} 次被接受的事件", "{:,} configurations and {:,} accepted events explored")
    yield Text(title.of(lang).format(len(found.configurations), len(found.edges)), STRONG)
    more = Words("共提出 {:,} 次事件，离起点最远 {} 步。", "{:,} events tried; longest shortest path: {} events.")
    yield Text(more.of(lang).format(found.tried, max(found.depths)), DIM)
    yield Text(_limits_text(report, lang), DIM)
    yield Text()
    yield titled(Words("要求", "Requirements").of(lang), _requirement_results(report, lang))
    for result in report.failed:
        yield from _failure(report, result, lang)
    yield titled(Words("到每个终态的最短路径", "A shortest path to every end").of(lang), _end_paths(report, lang))
    yield titled(
        Words("达成目标的每条路径，最短者", "A shortest path to every goal").of(lang), _paths_to_goals(report, lang)
    )
    yield titled(Words("表中每行被采用的次数", "How often each row was taken").of(lang), _row_table(report, lang))
    yield titled(Words("每个条件被问的次数", "How often each guard was evaluated").of(lang), _guard_table(report, lang))
    if score is not None:
        yield from _mutants(score, lang)
    yield Text(SCOPE.of(lang))


def _requirement_results(report: CheckReport, lang: str) -> RenderableType:
    table = TextTable(
        *_headers(
            lang, Words("编号", "Id"), Words("结果", "Result"), Words("要求", "Requirement"), Words("检验范围", "Coverage")
        )
    )
    for result in report.results:
        mark = Text("✓", "green") if result.holds else Text("✗", "bold red")
        coverage = ", ".join(f"{count:,} {words.of(lang)}" for count, words in result.coverage)
        table.add_row(result.requirement.id, mark, result.requirement.sentence.of(lang), coverage)
    return table


def _failure(report: CheckReport, result: RequirementResult, lang: str) -> Iterator[RenderableType]:
    found = result.counterexample
    if found is None:
        return
    fails = Words("不成立：", "does not hold: ").of(lang)
    yield Text(f"{result.requirement.id} {fails}{found.problem.of(lang)}", "bold red")
    yield Text(Words("目标：", "goal: ").of(lang) + found.goal.words.of(lang))
    if result.exploration is not report.exploration:
        face, other = result.exploration.limits.face, result.exploration.limits.other
        yield Text(Words("次数上限：", "limits of attempts: ").of(lang) + f"{face}/{other}")
    yield from _numbered_steps(path_steps(result.exploration, found.path), lang)
    if found.attempt is not None:
        event, by, data = found.attempt
        payload = ", ".join(f"{name}={value}" for name, value in data.items())
        yield Text(f"  → {by.words.of(lang)}: {event.words.of(lang)}{f' ({payload})' if payload else ''}", STRONG)
    yield Text()


def _limits_text(report: CheckReport, lang: str) -> str:
    first, *further = (f"{one.limits.face}/{one.limits.other}" for one in report.explorations)
    text = Words("次数上限（人脸/其他方式）：{}", "Limits of attempts (face/other method): {}").of(lang).format(first)
    also = Words("；与次数有关的要求另在 {} 下检验", "; what depends on attempts is also checked under {}").of(lang)
    return f"{text}{also.format(', '.join(further)) if further else ''}{Words('。', '.').of(lang)}"


def _numbered_steps(steps: Iterable[Step], lang: str) -> Iterator[Text]:
    for number, step in enumerate(steps, 1):
        yield Text(f"  {number}. {step_sentence(step, lang)}")


def _in_short(path: tuple[Edge, ...] | None, lang: str) -> tuple[str, str]:
    """The number of events, and their words one after the other."""
    if path is None:
        return "—", Words("到不了", "cannot be reached").of(lang)
    return str(len(path)), " → ".join(edge.event.words.of(lang) for edge in path)


def _end_paths(report: CheckReport, lang: str) -> RenderableType:
    table = TextTable(*_headers(lang, Words("终态", "End"), _EVENTS, _PATH))
    for end, path in _end_paths_found(report):
        table.add_row(state_text(end, lang), *_in_short(path, lang))
    return table


def _paths_to_goals(report: CheckReport, lang: str) -> RenderableType:
    table = TextTable(*_headers(lang, Words("目标与方式", "Goal and method"), _EVENTS, _PATH))
    for words, path in _goals_met(report):
        table.add_row(words.of(lang), *_in_short(path, lang))
    return table


def _row_table(report: CheckReport, lang: str) -> RenderableType:
    headers = Words("行", "Row"), EVENT, Words("从", "From"), Words("到", "To"), Words("次数", "Count")
    table = TextTable(*_headers(lang, *headers))
    rows = report.exploration.machine.definition.table
    for number, (row, count) in enumerate(zip(rows, row_counts(report.exploration), strict=True), 1):
        table.add_row(
            str(number), row.event.words.of(lang), _sources(row, lang), state_text(row.target, lang), f"{count:,}"
        )
    return table


def _sources(row: Row, lang: str) -> str:
    first, more = row.sources[0].words.of(lang), len(row.sources) - 1
    return first if not more else first + Words(f" 等 {more + 1} 个状态", f" and {more} more").of(lang)


def _guard_table(report: CheckReport, lang: str) -> RenderableType:
    table = TextTable(*_headers(lang, Words("条件", "Guard"), Words("成立", "True"), Words("不成立", "False")))
    words = {guard.name: guard.condition for row in report.exploration.machine.definition.table for guard in row.guards}
    for name, count in guard_counts(report.exploration).items():
        table.add_row(words[name].of(lang), f"{count.true:,}", f"{count.false:,}")
    return table


def _mutants(score: Score, lang: str) -> Iterator[RenderableType]:
    headers = (
        Words("改动", "Change"),
        Words("总数", "Made"),
        Words("建不起来", "Refused when built"),
        Words("被要求发现", "Killed"),
        Words("等价", "Equivalent"),
        Words("未被发现", "Survived"),
    )
    table = TextTable(*_headers(lang, *headers))
    for kind in score.kinds:
        table.add_row(kind.words.of(lang), *(f"{count:,}" for count in kind.counts().values()))
    yield titled(Words("改动模型的每一处", "Mutants of the model").of(lang), table)
    killed = ", ".join(f"{name} {count:,}" for name, count in score.killed_by.items())
    yield Text(Words("由谁首先发现：", "First killed by: ").of(lang) + killed, DIM)
    yield Text()
    for reason, names in score.reasons.items():
        yield Text(Words("等价：", "Equivalent: ").of(lang) + reason.of(lang), STRONG)
        for name in names:
            yield Text(f"  {name}")
    for name in score.survived:
        yield Text(Words("未被发现：", "Survived: ").of(lang) + name, "bold red")


_EVENTS, _PATH = Words("步数", "Events"), Words("路径", "Path")


def _headers(lang: str, *headers: Words) -> Iterator[str]:
    return (header.of(lang) for header in headers)
