"""Routes all arrows of a picture; ``one_route`` routes each of them.

At first lines and texts may overlap, at a cost. Then each arrow is routed again in view of all the others, at a cost of
overlaps that grows from round to round, until nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from process.diagram.layout.one_route import RoutingGrid
from process.diagram.layout.route_records import EdgeRequest, Route

ROUNDS, MOVES, STRESS = 8, 60, 4.0
"""Limits of the search: rounds of routing all arrows, rounds that move two arrows, and the cost of an overlap in those."""


class NoRoom(Exception):
    """Arrows or texts that fit nowhere; ``keys`` names them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(keys)
        self.keys = keys


def route_all(grid: RoutingGrid, requests: Sequence[EdgeRequest], *, force: bool = False) -> dict[str, Route]:
    """Route every arrow: all of them until no route changes, then pairs in conflict once more.

    Args:
        force: what finds no room in the end is routed all the same, straight and over whatever is there.

    Raises:
        NoRoom: in the end some still have none.
        TimeoutError: it took longer than the grid allows.
    """
    order = {one.key: one for one in sorted(requests, key=lambda one: not one.is_main)}
    routed: dict[str, Route] = {}
    for number in range(ROUNDS):
        before = dict(routed)
        for one in order.values():
            line = grid.route(one, routed, 1 + number / 2)
            if line is not None:
                routed[one.key] = line
        if before == routed:
            break
    routed = _untangled(grid, order, routed)
    missing = [key for key in order if key not in routed]
    if not force and (missing or any(touches for *_, touches in grid.conflicts(routed))):
        raise NoRoom((*missing, *(key for *keys, touches in grid.conflicts(routed) if touches for key in keys)))
    return routed | {key: grid.route_straight(order[key]) for key in missing}


def _untangled(grid: RoutingGrid, order: Mapping[str, EdgeRequest], routed: dict[str, Route]) -> dict[str, Route]:
    """The routes, after those in conflict were routed again, in either order, wherever that cost less."""
    cost = grid.total_cost(routed)
    tried: set[tuple[str, ...]] = set()
    for _ in range(MOVES):
        pairs = [(a, b) for a, b, _ in grid.conflicts(routed)]
        alone = [(key,) for key in order if key not in routed]
        move = next((keys for pair in (*alone, *pairs) for keys in (pair, pair[::-1]) if keys not in tried), None)
        if move is None:
            break
        tried.add(move)
        fresh = {key: line for key, line in routed.items() if key not in move}
        for key in move:
            line = grid.route(order[key], fresh, STRESS)
            if line is not None:
                fresh[key] = line
        if len(fresh) >= len(routed):
            for key in (*move, *(other for pair in grid.conflicts(fresh) for other in pair[:2])):
                line = grid.route(order[key], fresh, STRESS)
                if line is not None:
                    fresh[key] = line
            now = grid.total_cost(fresh)
            if now < cost - 0.01 or len(fresh) > len(routed):
                routed, cost = fresh, now
                tried.clear()
    return routed
