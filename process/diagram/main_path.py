"""The main path through a model, and the transitions that a case without customer service can take."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import NamedTuple

from process.diagram.precomputed_results import digest, look_up
from process.model import MODEL, Actor, EndKind, Event, Model, Phase, State

Leaving = frozenset[tuple[State, int]]
"""States, each with the row of the table by which it is left."""


class Paths(NamedTuple):
    """Two sets of transitions.

    Attributes:
        main: the shortest path to a good end without customer service.
        self_service: all that can be taken without customer service.
    """

    main: Leaving
    self_service: Leaving


_found: dict[int, Paths] = {}
"""The paths found, by the id of their model; an entry is dropped with its model."""


def paths_of(model: Model) -> Paths:
    """The paths through *model*: the released model's are known, another is explored once."""
    key = id(model)
    if key not in _found:
        _found[key] = (_precomputed_paths() if model is MODEL else None) or find_paths(model)
        weakref.finalize(model, _found.pop, key, None)
    return _found[key]


def forget_paths(model: Model) -> None:
    """Let ``paths_of`` find the paths through *model* anew."""
    _found.pop(id(model), None)


def paths_key(model: Model) -> str:
    """The key of the precomputed paths: all of *model* but the code of its guards and effects, for which names stand."""
    rows = [
        [
            *_values(row.sources),
            row.event.value,
            *_values(row.by),
            row.target.value,
            *(guard.name for guard in row.guards),
            *(effect.name for effect in row.effects),
        ]
        for row in model.table
    ]
    states = [
        (state.value, info.phase and info.phase.value, info.end and info.end.value) for state, info in model.states.items()
    ]
    return digest(
        "paths", rows, states, _values(model.events), model.initial.value, (model.limits.face, model.limits.other)
    )


def _values(names: Iterable[State] | Iterable[Event] | Iterable[Actor]) -> list[str]:
    return [name.value for name in names]


def paths_as_json(paths: Paths) -> list[list[list[str | int]]]:
    """The paths as ``precomputed.json`` holds them."""
    return [sorted([state.value, row] for state, row in each) for each in paths]


def _precomputed_paths() -> Paths | None:
    found = look_up(paths_key(MODEL))
    return found and Paths(*(frozenset((State(state), row) for state, row in each) for each in found))


def find_paths(model: Model) -> Paths:
    """Explore *model* for its paths."""
    from process.exploration.explorer import explore  # here, since pictures of the released model do without
    from process.machine import build

    found = explore(build(model))
    states = [configuration.state for configuration in found.configurations]
    support = {index for index, state in enumerate(states) if model.states[state].phase is Phase.SUPPORT}
    reached = found.reachable_from(found.starts, lambda edge: edge.target not in support)
    edges = [edge for edge in found.edges if edge.source in reached and edge.target not in support]
    good = [index for index in sorted(reached & found.ends) if model.states[states[index]].end is EndKind.GOOD]
    path = found.path_to(min(good, key=lambda index: found.depths[index])) if good else ()
    main, self_service = (frozenset((states[edge.source], edge.row) for edge in each) for each in (path, edges))
    return Paths(main, self_service)
