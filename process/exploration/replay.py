"""Paths of the explored graph, taken by real cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from process.case import Case
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import payload_for
from process.model import Facts
from process.records import Step


def replay_path(exploration: Exploration, path: tuple[Edge, ...], case: Case) -> Case:
    """Take the path with a real case, which must have the path's goal and stand where the path begins; return the case."""
    for edge in path:
        take_edge(exploration, edge, case)
    return case


def take_edge(exploration: Exploration, edge: Edge, case: Case) -> None:
    """Raise the event of the edge, with the payload that the case's own facts give."""
    data = payload_for(exploration.machine.definition, edge.event, edge.variant, case.facts, f"quote-{case.version + 1}")
    case.trigger(edge.event, data, by=edge.by)


def replay_all(exploration: Exploration, new_case: Callable[[Facts], Case]) -> Iterator[tuple[int, Case]]:
    """Yield a real case for every configuration, in their order, each brought there by a shortest path.

    Args:
        new_case: opens a case with the goal and limits of the facts.
    """
    cases: list[Case] = []
    for index, edge in enumerate(exploration.predecessor):
        if edge is None:
            cases.append(new_case(exploration.configurations[index].facts))
        else:
            cases.append(cases[edge.source].copy())
            take_edge(exploration, edge, cases[index])
        yield index, cases[index]


def step_sentence(step: Step, lang: str) -> str:
    """The actor, the event with its payload, and the state after it."""
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    fields = comma.join(f"{name}={value}" for name, value in step.data.items())
    raised = f"{step.by.words.of(lang)}{colon}{step.event.words.of(lang)}"
    return f"{raised}{f' ({fields})' if fields else ''} → {step.target.words.of(lang)}"


def path_steps(exploration: Exploration, path: tuple[Edge, ...]) -> tuple[Step, ...]:
    """The path as one real case takes it, with the numbers and references that its own facts give."""
    if not path:
        return ()
    events, model = exploration.machine.compiled_events, exploration.machine.definition
    facts, steps = exploration.configurations[path[0].source].facts, []
    for number, edge in enumerate(path, 1):
        state, canonical = exploration.configurations[edge.source]
        data = payload_for(model, edge.event, edge.variant, facts, f"quote-{number}")
        outcome = events[edge.event].decide(state, facts, edge.by, data)
        if outcome is None:  # only the search takes it: shown with the payload that it carried there
            data = payload_for(model, edge.event, edge.variant, canonical)
            outcome = events[edge.event].decide(state, canonical, edge.by, data)
        target, facts = outcome or exploration.configurations[edge.target]
        steps.append(Step(edge.event, edge.by, data, state, target, None, number))
    return tuple(steps)
