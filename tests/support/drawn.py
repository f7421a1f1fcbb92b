"""A picture as it came out: its boxes, frames, lines and texts, read back from the SVG, and what is wrong with them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from process.diagram.layout.typeface import width

SVG = "{http://www.w3.org/2000/svg}"
A4_ACROSS = (842, 595)  # points
OWN, STRANGE = 10.0, 3.5  # points: how far a text may be from its line, and how much further other lines have to be
CORNER = 12.0  # points from the corner of a frame, within which its border is round
ARIAL = 0.95  # how wide it is, measured by what the layout reckons with


class Area(NamedTuple):
    """A rectangle in points; y grows downward."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area, tolerance: float) -> bool:
        return (
            self.left + tolerance < other.right
            and other.left + tolerance < self.right
            and self.top + tolerance < other.bottom
            and other.top + tolerance < self.bottom
        )

    def holds(self, other: Area) -> bool:
        return (
            self.left <= other.left and self.top <= other.top and self.right >= other.right and self.bottom >= other.bottom
        )

    def distance(self, other: Area) -> float:
        across = max(self.left - other.right, other.left - self.right, 0.0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0.0)
        return max(across, down)

    def borders(self) -> tuple[Area, ...]:
        left, top, right, bottom = self
        across = (Area(left, top, right, top), Area(left, bottom, right, bottom))
        return (*across, Area(left, top, left, bottom), Area(right, top, right, bottom))


class Drawn:
    """One picture.

    Attributes:
        nodes: what each state, tag, mark and entry of the legend covers, by id.
        frames: the same of each frame.
        texts: the texts of each, of a node, a frame or an arrow.
        lines: the pieces of each arrow's line; a round corner is taken as all between its ends.
        straight: the straight ones of them.
        heads: the points of the arrows.
        heavy: the arrows of the main path.
    """

    def __init__(self, svg: str) -> None:
        root = ElementTree.fromstring(svg)  # noqa: S314  # our own
        _, _, self.width, self.height = (float(number) for number in root.attrib["viewBox"].split())
        self.groups = {kind: _groups(root, kind) for kind in ("node", "edge", "cluster")}
        self.nodes = {key: _outline(group) for key, group in self.groups["node"].items() if _has_shape(group)}
        self.frames = {key: _outline(group) for key, group in self.groups["cluster"].items() if key != "page"}
        every = {key: group for groups in self.groups.values() for key, group in groups.items()}
        self.texts = {key: list(_texts(group)) for key, group in every.items()}
        self.lines = {key: list(_lines(group)) for key, group in self.groups["edge"].items()}
        self.straight = {key: [piece for piece in pieces if _is_straight(piece)] for key, pieces in self.lines.items()}
        self.heads = {key: _points(next(group.iter(f"{SVG}polygon"))) for key, group in self.groups["edge"].items()}
        self.heavy = {key for key, group in self.groups["edge"].items() if float(_shape(group).get("stroke-width", 1)) > 2}
        self.sizes = [float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text")]

    @property
    def page(self) -> Area:
        return Area(0, 0, self.width, self.height)

    def smallest_type(self) -> float:
        """How large the smallest type is where the picture fills a page A4 across, in points."""
        return min(self.sizes) * min(A4_ACROSS[0] / self.width, A4_ACROSS[1] / self.height)

    def crossings(self) -> Iterator[tuple[str, str]]:
        """Each place where two arrows cross; the heavy one first."""
        for (a, ours), (b, theirs) in itertools.combinations(self.lines.items(), 2):
            for one, other in itertools.product(ours, theirs):
                if one.overlaps(other, -0.01) and _is_level(one) != _is_level(other):
                    yield (b, a) if b in self.heavy and a not in self.heavy else (a, b)

    def ambiguous(self) -> Iterator[tuple[str, str]]:
        """Texts of arrows that could be taken for another's, with that; and those far from their own, with their own."""
        for key, texts in self.texts.items():
            if key not in self.lines or not texts:
                continue
            whole = around(texts)
            own = min(whole.distance(piece) for piece in self.straight[key])
            if own > OWN:
                yield key, key
            for other, pieces in self.straight.items():
                if other != key and min(whole.distance(piece) for piece in pieces) < own + STRANGE:
                    yield key, other

    def cut_corners(self) -> Iterator[tuple[str, str]]:
        """Arrows that go through the border of a frame where it is round."""
        for key, pieces in self.straight.items():
            for name, frame in self.frames.items():
                left, top, right, bottom = frame
                for x, y in itertools.product((left, right), (top, bottom)):
                    corner = Area(
                        x - (0 if x == left else CORNER),
                        y - (0 if y == top else CORNER),
                        x + (CORNER if x == left else 0),
                        y + (CORNER if y == top else 0),
                    )
                    if any(
                        piece.overlaps(corner, -0.01) and any(piece.overlaps(border, -0.01) for border in frame.borders())
                        for piece in pieces
                    ):
                        yield key, name

    def off_page(self) -> Iterator[str]:
        """Boxes, frames and texts that are not whole on the page."""
        page = Area(0, -self.height, self.width, 0)
        shapes = [
            *self.nodes.items(),
            *self.frames.items(),
            *((key, text) for key in self.texts for text in self.texts[key]),
        ]
        yield from dict.fromkeys(key for key, area in shapes if not page.holds(area))

    def covered_texts(self) -> Iterator[tuple[str, str]]:
        """Texts of arrows that lie on a box, on a line or on another text, with that."""
        boxes = {key: node for key, node in self.nodes.items() if not key.startswith("legend")}
        for key in self.lines:
            for text in self.texts[key]:
                others = [(other, each) for other, texts in self.texts.items() if other != key for each in texts]
                yield from ((key, other) for other, area in (*boxes.items(), *others) if text.overlaps(area, 0.5))
                runs = [(other, run) for other, pieces in self.straight.items() for run in pieces]
                yield from ((key, other) for other, run in runs if text.overlaps(run, -0.01))

    def unfit_boxes(self) -> Iterator[str]:
        """Boxes that do not hold their names, or overlap another box."""
        areas = {key: node for key, node in self.nodes.items() if not key.startswith("legend")}
        yield from (key for key, area in areas.items() if not all(area.holds(text) for text in self.texts[key]))
        yield from (a for a, b in itertools.combinations(areas, 2) if areas[a].overlaps(areas[b], 0))

    def on_borders(self) -> Iterator[tuple[str, str]]:
        """Texts of arrows that lie on the border of a frame."""
        for key in self.lines:
            for text, (name, frame) in itertools.product(self.texts[key], self.frames.items()):
                if any(text.overlaps(border, -0.5) for border in frame.borders()):
                    yield key, name

    def on_heads(self) -> Iterator[tuple[str, str]]:
        """Texts that touch the point of an arrow."""
        for key, texts in self.texts.items():
            for text, (other, head) in itertools.product(texts, self.heads.items()):
                if text.overlaps(head, -1.5):
                    yield key, other

    def off_centre(self) -> Iterator[str]:
        """Groups of ends that stand nearer to one side of their frame."""
        for name, frame in self.frames.items():
            if name.startswith("ends-"):
                within = around(
                    [node for key, node in self.nodes.items() if key.startswith("state-") and frame.holds(node)]
                )
                if abs((within.left - frame.left) - (frame.right - within.right)) > 8:
                    yield name


def around(areas: list[Area]) -> Area:
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def _is_straight(piece: Area) -> bool:
    return piece.right - piece.left < 0.1 or piece.bottom - piece.top < 0.1


def _is_level(area: Area) -> bool:
    return area.right - area.left >= area.bottom - area.top


def _groups(root: ElementTree.Element, kind: str) -> dict[str, ElementTree.Element]:
    found = root.iter(f"{SVG}g")
    return {group.attrib["id"]: group for group in found if kind in group.attrib.get("class", "").split()}


def _has_shape(group: ElementTree.Element) -> bool:
    return any(next(group.iter(f"{SVG}{shape}"), None) is not None for shape in ("polygon", "path", "ellipse"))


def _shape(group: ElementTree.Element) -> dict[str, str]:
    return next(group.iter(f"{SVG}path")).attrib


def _numbers(shape: ElementTree.Element) -> list[float]:
    if "rx" in shape.attrib:
        x, y, rx, ry = (float(shape.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
        return [x - rx, y - ry, x + rx, y + ry]
    drawn = shape.attrib.get("points") or shape.attrib["d"]
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]


def _points(*shapes: ElementTree.Element) -> Area:
    numbers = [_numbers(shape) for shape in shapes]
    xs = [x for each in numbers for x in each[::2]]
    ys = [y for each in numbers for y in each[1::2]]
    return Area(min(xs), min(ys), max(xs), max(ys))


def _outline(group: ElementTree.Element) -> Area:
    """What the shapes of a group cover; the texts in it aside."""
    return _points(*(shape for name in ("polygon", "path", "ellipse") for shape in group.iter(f"{SVG}{name}")))


def _texts(group: ElementTree.Element) -> Iterator[Area]:
    """Where the texts of a group stand, in a font like Arial."""
    for text in group.iter(f"{SVG}text"):
        size = float(text.attrib["font-size"])
        wide = width((text.text or "").strip(), size) * ARIAL
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.attrib["text-anchor"]]
        yield Area(left, y - 0.8 * size, left + wide, y + 0.15 * size)


def _lines(group: ElementTree.Element) -> Iterator[Area]:
    numbers = _numbers(next(group.iter(f"{SVG}path")))
    points = list(zip(numbers[::2], numbers[1::2], strict=True))[::3]
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        yield Area(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def texts_of(svg: str) -> list[str]:
    """Every line of text in the SVG."""
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    return [text.text or "" for text in root.iter(f"{SVG}text")]
