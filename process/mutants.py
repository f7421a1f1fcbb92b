"""Every model that differs from MODEL in one place, and what becomes of it: tests of the requirements.

A mutant is refused when its machine is built, or killed by a requirement, or it is equivalent: every case takes the same
events to the same states and facts, and is refused for the same reasons. What is none of these has survived, which means
that a requirement is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from process.contradictions import ModelError
from process.evidence import Evidence
from process.explore import Answer, Configuration, Exploration, Taken, ask_the_named, explore
from process.machine import LeanMachine, build
from process.model import ELSE, MODEL, Actor, Effect, Event, Facts, Guard, Limits, Model, Payload, Row, State, Turn
from process.requirements import REQUIREMENTS, Requirement

SMALL = Limits(face=1, other=1)
"""The limits under which mutants are searched first: a quarter of the configurations kill nearly all of them."""


class Mutant(NamedTuple):
    """A model with one change."""

    kind: str
    name: str
    """What was changed where; no two mutants have the same."""
    model: Model


# ------------------------------------------------------------------------------------------------------ one change


def mutants(model: Model = MODEL) -> Iterator[Mutant]:
    """Every mutant, in the order of the table."""
    for index, row in enumerate(model.table):
        where = f"row {index + 1} ({row.event} {_short(row.sources)} -> {row.target})"
        for kind, what, rows in _changes_of_row(model, row):
            table = (*model.table[:index], *rows, *model.table[index + 1 :])
            yield Mutant(kind, f"{where}: {what}", replace(model, table=table))
    yield from _swapped(model)
    yield from _limits(model)
    yield from _states(model)


def _changes_of_row(model: Model, row: Row) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    yield "row dropped", "dropped", ()
    apart = row.sources if len(row.sources) > 1 else ()
    for source in apart:
        rest = replace(row, sources=tuple(state for state in row.sources if state is not source))
        yield "row dropped", f"dropped from {source}", (rest,)
        for target in State:
            if target is not row.target:
                yield "row retargeted", f"from {source} to {target}", (rest, replace(row, sources=(source,), target=target))
    for target in State:
        if target is not row.target:
            yield "row retargeted", f"to {target}", (replace(row, target=target),)
    for index, guard in enumerate(row.guards):
        for kind, what, guards in _changes_of_guard(model, row, guard):
            yield (
                kind,
                f"{guard.name} {what}",
                (replace(row, guards=(*row.guards[:index], *guards, *row.guards[index + 1 :])),),
            )
    for index, effect in enumerate(row.effects):
        before, behind = row.effects[:index], row.effects[index + 1 :]
        yield "effect dropped", f"{effect.name} dropped", (replace(row, effects=(*before, *behind)),)
        for other in _effects(model):
            if other not in row.effects and _readable(model, row, other):
                changed = replace(row, effects=(*before, other, *behind))
                yield "effect replaced", f"{effect.name} replaced by {other.name}", (changed,)
    for effect in _effects(model):
        if effect not in row.effects and _readable(model, row, effect):
            yield "effect added", f"{effect.name} added", (replace(row, effects=(*row.effects, effect)),)
    yield from _changes_of_actors(row)


def _changes_of_guard(model: Model, row: Row, guard: Guard) -> Iterator[tuple[str, str, tuple[Guard, ...]]]:
    yield "guard dropped", "dropped", ()

    def negated(facts: Facts, data: Payload) -> bool:
        return not guard.holds(facts, data)

    yield "guard negated", "negated", (replace(guard, name=f"not {guard.name}", holds=negated),)
    for other in _guards(model):
        if other not in row.guards and _readable(model, row, other):
            yield "guard replaced", f"replaced by {other.name}", (other,)


def _changes_of_actors(row: Row) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    for other in Actor:
        if other in row.by:
            continue
        yield "actor added", f"{other} added", (replace(row, by=(*row.by, other)),)
        for index, actor in enumerate(row.by):
            swapped = replace(row, by=(*row.by[:index], other, *row.by[index + 1 :]))
            yield "actor swapped", f"{actor} swapped for {other}", (swapped,)
    for actor in row.by if len(row.by) > 1 else ():
        rest = tuple(other for other in row.by if other is not actor)
        yield "actor dropped", f"{actor} dropped", (replace(row, by=rest),)


def _swapped(model: Model) -> Iterator[Mutant]:
    for first, row in enumerate(model.table):
        for second in range(first + 1, len(model.table)):
            if model.table[second].event is row.event:
                table = list(model.table)
                table[first], table[second] = table[second], table[first]
                name = f"rows {first + 1} and {second + 1} ({row.event}) swapped"
                yield Mutant("rows swapped", name, replace(model, table=tuple(table)))


def _limits(model: Model) -> Iterator[Mutant]:
    for name in ("face", "other"):
        for step in (-1, 1):
            limits = replace(model.limits, **{name: getattr(model.limits, name) + step})
            yield Mutant("limit off by one", f"Limits.{name} {limits}", replace(model, limits=limits))
    for guard in _guards(model):
        for fact in ("face_limit", "other_limit"):
            for step in (-1, 1) if fact in guard.tells else ():
                shifted = replace(guard, holds=_shifted(guard, fact, step))
                table = tuple(
                    replace(row, guards=tuple(shifted if one is guard else one for one in row.guards))
                    for row in model.table
                )
                yield Mutant("limit off by one", f"{guard.name}: {fact} {step:+d}", replace(model, table=table))


def _shifted(guard: Guard, fact: str, step: int) -> Callable[[Facts, Payload], bool]:
    def holds(facts: Facts, data: Payload) -> bool:
        return guard.holds(facts._replace(**{fact: getattr(facts, fact) + step}), data)

    return holds


def _states(model: Model) -> Iterator[Mutant]:
    for state, info in model.states.items():
        if info.end:
            continue

        def changed(state: State = state, **changes: object) -> Model:
            return replace(model, states={**model.states, state: replace(model.states[state], **changes)})  # type: ignore[arg-type]

        yield Mutant("owner lost", f"{state}: nobody's move", changed(turns=()))
        for index, turn in enumerate(info.turns):
            before, behind = info.turns[:index], info.turns[index + 1 :]
            if before or behind:
                yield Mutant("owner lost", f"{state}: {turn.owner}'s move dropped", changed(turns=(*before, *behind)))
            for other in Actor:
                if other is not turn.owner:
                    turns: tuple[Turn, ...] = (*before, replace(turn, owner=other), *behind)
                    yield Mutant("owner swapped", f"{state}: {turn.owner}'s move given to {other}", changed(turns=turns))
        yield Mutant("deadline lost", f"{state}: no deadline", changed(deadline=None))
        yield Mutant("deadline lost", f"{state}: a deadline of nothing", changed(deadline=timedelta(0)))


def _short(sources: tuple[State, ...]) -> str:
    return sources[0].value if len(sources) == 1 else f"{sources[0]}, ... {len(sources)} states"


def _guards(model: Model) -> Iterable[Guard]:
    return dict.fromkeys(guard for row in model.table for guard in row.guards if guard is not ELSE)


def _effects(model: Model) -> Iterable[Effect]:
    return dict.fromkeys(effect for row in model.table for effect in row.effects)


def _readable(model: Model, row: Row, part: Guard | Effect) -> bool:
    return all(field in model.events[row.event] for field in part.reads)


# ------------------------------------------------------------------------------------------------- what becomes of it


class Fate(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    killed_by: str | None
    """The id of the requirement that killed it, "build" where it was refused when built, "equivalent", or None."""


EQUIVALENT, REFUSED_WHEN_BUILT = "equivalent", "build"
CHEAP_FIRST = (
    "R5",
    "R17",
    "R14",
    "R11",
    "R7",
    "R6",
    "R13",
    "R10",
    "R12",
    "R4",
    "R19",
    "R18",
    "R9",
    "R8",
    "R1",
    "R2",
    "R15",
)
BY_ID: Mapping[str, Requirement] = {requirement.id: requirement for requirement in REQUIREMENTS}


@cache
def _original(limits: Limits) -> tuple[Exploration, Mapping[Configuration, list[Taken]]]:
    """What MODEL itself does: what a mutant does not change need not be asked again."""
    exploration = explore(limits=limits, ask=ask_the_named)
    known: dict[Configuration, list[Taken]] = {found: [] for found in exploration.configurations}
    for edge, taken in zip(exploration.edges, exploration.taken, strict=True):
        known[exploration.configurations[edge.source]].append(taken)
    return exploration, known


def changed_events(model: Model) -> set[Event]:
    """The events of which a row is not MODEL's own."""
    return {event for event in Event if _rows(model, event) != _rows(MODEL, event)}


def search(machine: LeanMachine, limits: Limits) -> Exploration:
    """``explore`` for a machine whose model has many rows in common with MODEL: those rows answer as they did."""
    model = machine.definition
    changed = changed_events(model)
    places = {id(row): index for index, row in enumerate(model.table)}
    moved = {index: places[id(row)] for index, row in enumerate(MODEL.table) if places.get(id(row), index) != index}
    known = _original(limits)[1]

    def ask(machine: LeanMachine, here: Configuration) -> Answer:
        before = known.get(here)
        if before is None:
            return ask_the_named(machine, here)
        tried, taken = ask_the_named(machine, here, changed)
        kept = [answer for answer in before if answer.event not in changed]
        if moved:
            kept = [answer._replace(row=moved.get(answer.row, answer.row)) for answer in kept]
        return tried, kept + taken

    return explore(machine, limits=limits, ask=ask)


def _rows(model: Model, event: Event) -> list[int]:
    return [id(row) for row in model.table if row.event is event]


def does_the_same(one: Exploration, other: Exploration) -> bool:
    """Whether in every configuration the same events lead to the same state and facts."""
    return _doing(one) == _doing(other)


def _doing(exploration: Exploration) -> set[tuple[Configuration, Event, Actor, str, State, Facts]]:
    places = exploration.configurations
    return {
        (places[edge.source], edge.event, edge.by, edge.label, taken.state, taken.facts)
        for edge, taken in zip(exploration.edges, exploration.taken, strict=True)
    }


def fate(mutant: Mutant) -> Fate:
    """Hold the mutant against the requirements until one breaks: cheap ones first, and under small limits first.

    Equivalent is what does the same as MODEL under MODEL's limits, and breaks no requirement: R16 says of every refusal
    which reasons must be told, so those are the same too.
    """
    try:
        machine = build(mutant.model)
    except ModelError:
        return Fate(mutant, REFUSED_WHEN_BUILT)
    changed = changed_events(mutant.model)
    found = search(machine, SMALL)
    same = does_the_same(found, _original(SMALL)[0])
    evidence = Evidence(found, changed)
    for name in (*CHEAP_FIRST, "R16") if same else (*CHEAP_FIRST, "R3", "R16", "R20"):
        if BY_ID[name].check(evidence).broken is not None:
            return Fate(mutant, name)
    found = search(machine, mutant.model.limits)
    if does_the_same(found, _original(MODEL.limits)[0]):
        return Fate(mutant, EQUIVALENT)
    evidence = Evidence(found, changed)
    for requirement in REQUIREMENTS:
        if requirement.check(evidence).broken is not None:
            return Fate(mutant, requirement.id)
    return Fate(mutant, None)
