"""An arrow that is to be routed, and its route: a rectangular line, and the place of its text."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from process.diagram.layout.geometry import Point, Rect, head, segment


class EdgeRequest(NamedTuple):
    """An arrow to be routed.

    Attributes:
        shapes: the sizes that its text can have, in points, the best first.
        leaves: the sides by which it may leave, some of ``R``, ``B``, ``L`` and ``T``; any, where there are none.
        enters: the sides by which it may reach its target, likewise.
    """

    key: str
    source: str
    target: str
    shapes: tuple[tuple[float, float], ...]
    is_main: bool = False
    leaves: str = ""
    enters: str = ""


class Route(NamedTuple):
    """The line of an arrow and the place of its text.

    Attributes:
        corners: in raster coordinates.
        justified: the edge of the text that is next to the line: ``l``, ``r`` or ``c``.
        shape: the index of the text's shape in the request.
        cost: of the line and its text among the others.
        own_cost: the same if nothing of another were in the way.
    """

    corners: tuple[Point, ...]
    text: Rect | None
    justified: str
    shape: int
    is_main: bool = False
    cost: float = 0.0
    own_cost: float = 0.0

    @property
    def runs(self) -> list[Rect]:
        return [*(segment(a, b) for a, b in itertools.pairwise(self.corners)), head(*self.corners[-2:], heavy=self.is_main)]
