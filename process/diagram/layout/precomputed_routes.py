"""The routes of the released model's pictures, found when it is released: they are looked up instead of searched.

The marks of a case are placed after the routes and are no part of the key, so a marked picture needs no search either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from process.diagram.layout.geometry import Rect
from process.diagram.layout.one_route import RoutingGrid
from process.diagram.layout.route_records import EdgeRequest, Route
from process.diagram.precomputed_results import digest, look_up, source_digest

_SOURCES = tuple(
    str(Path(__file__).with_name(f"{name}.py"))
    for name in ("geometry", "route_records", "line_search", "text_place", "one_route", "all_routes")
)


def routing_key(grid: RoutingGrid, requests: Sequence[EdgeRequest]) -> str:
    """The key of the precomputed routes: everything that ``route_all`` reads, and the code that finds them."""
    boxes, ports, members = sorted(grid.boxes.items()), sorted(grid.ports.items()), sorted(grid.members)
    return digest(
        source_digest(*_SOURCES), grid.size, boxes, ports, members, grid.frames, grid.taken, grid.clear, list(requests)
    )


def look_up_routes(key: str, requests: Sequence[EdgeRequest]) -> dict[str, Route] | None:
    """The precomputed routes under *key*, without their costs."""
    found = look_up(key)
    return found and dict(_precomputed_route(request, *found[request.key]) for request in requests)


def _precomputed_route(
    request: EdgeRequest, corners: list[tuple[int, int]], text: list[float] | None, justified: str, shape: int
) -> tuple[str, Route]:
    at = None if text is None else Rect(*text)
    return request.key, Route(tuple((x, y) for x, y in corners), at, justified, shape, request.is_main)


def routes_as_json(routes: Mapping[str, Route]) -> dict[str, tuple[object, ...]]:
    """The routes as ``precomputed.json`` holds them."""
    return {key: (route.corners, route.text, route.justified, route.shape) for key, route in sorted(routes.items())}
