"""A placed picture as plain shapes with colours, lines and texts: DOT and SVG are written from these alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from process.diagram.arrows import ANYWHERE, Arrow
from process.diagram.curves import PagePoint
from process.diagram.layout.box_rectangles import NAME
from process.diagram.layout.geometry import PITCH, Rect
from process.diagram.layout.labels import TEXT, Label
from process.diagram.layout.legend import LegendEntry
from process.diagram.layout.placed_picture import TITLE, PlacedPicture
from process.diagram.layout.typeface import LINE as LINE_HEIGHT
from process.diagram.palette import END, FRAME, GROUND, INK, LINE, MAIN, MOVE, PAGE, QUIET, VISITED
from process.diagram.views import Box, Frame


class Text(NamedTuple):
    """Lines of text.

    Attributes:
        at: what they cover, in points.
        justified: the edge of *at* at which each line begins or ends: ``l`` or ``r``; ``c`` for its middle.
    """

    lines: tuple[str, ...]
    at: Rect
    size: float
    colour: str = INK
    justified: str = "c"


def _drawn_text(lines: Iterable[str], at: Rect, size: float, colour: str = INK, justified: str = "c") -> Text:
    return Text(tuple(map(_printable, lines)), _rounded(at), size, colour, justified)


def _printable(text: str) -> str:
    """The text with a space for each character that can't be seen."""
    return "".join(character if character.isprintable() else " " for character in text)


def _rounded(rect: Rect) -> Rect:
    """The rectangle in hundredths of a point, the precision with which DOT and SVG are written."""
    return Rect(*(round(edge, 2) for edge in rect))


@dataclass(frozen=True)
class Cluster:
    """A rectangle with round corners behind other shapes, with those within it.

    Attributes:
        fill: its colour; empty for a dashed border alone.
    """

    id: str
    key: str
    at: Rect
    line: str
    fill: str = ""
    width: float = 1.0
    title: Text | None = None
    inner: tuple[Cluster, ...] = ()


@dataclass(frozen=True)
class Node:
    """A box or a sample of the legend.

    Attributes:
        shape: ``box``, ``round``, ``double``, ``signpost``, ``circle``, or ``text`` for text alone.
        fill: the colour; two for halves.
    """

    id: str
    key: str
    shape: str
    at: Rect
    fill: tuple[str, ...] = ()
    line: str = ""
    width: float = 1.0
    is_dashed: bool = False
    text: Text | None = None


@dataclass(frozen=True)
class DrawnEdge:
    """A line with its head.

    Attributes:
        corners: in points, from the border of one box to that of the other.
        head: the size of the head, of 10 points.
    """

    id: str
    ends: tuple[str, str]
    corners: tuple[PagePoint, ...]
    classes: str = ""
    colour: str = LINE
    width: float = 1.0
    head: float = 0.7
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """The shapes of a picture, in the order in which they are drawn."""

    name: str
    size: tuple[int, int]
    page: Cluster
    nodes: tuple[Node, ...]
    edges: tuple[DrawnEdge, ...]


def on_slide(drawing: Drawing) -> Drawing:
    """The same drawing in the middle of a page of the proportions of a slide, 16 to 9."""
    width, height = drawing.size
    wide, high = max(width, math.ceil(height * 16 / 9)), max(height, math.ceil(width * 9 / 16))
    by = (wide - width) // 2
    page = replace(_moved_cluster(drawing.page, by), at=Rect(0, 0, wide, high))
    nodes = tuple(
        replace(node, at=_moved(node.at, by), text=node.text and _moved_text(node.text, by)) for node in drawing.nodes
    )
    edges = tuple(
        replace(
            edge,
            corners=tuple((x + by, y) for x, y in edge.corners),
            texts=tuple(_moved_text(text, by) for text in edge.texts),
        )
        for edge in drawing.edges
    )
    return replace(drawing, size=(wide, high), page=page, nodes=nodes, edges=edges)


def _moved_cluster(cluster: Cluster, by: int) -> Cluster:
    title = cluster.title and _moved_text(cluster.title, by)
    inner = tuple(_moved_cluster(each, by) for each in cluster.inner)
    return replace(cluster, at=_moved(cluster.at, by), title=title, inner=inner)


def _moved_text(text: Text, by: int) -> Text:
    return text._replace(at=_moved(text.at, by))


def _moved(at: Rect, by: int) -> Rect:
    return _rounded(at._replace(left=at.left + by, right=at.right + by))


def draw_shapes(placed: PlacedPicture) -> Drawing:
    """Turn the picture into shapes."""
    heading, head = placed.heading
    title = _drawn_text((heading,), head, TITLE)
    page = Cluster("page", "page", Rect(0, 0, *placed.size), PAGE, PAGE, title=title, inner=tuple(_clusters(placed)))
    nodes = [_drawn_node(box, placed) for box in placed.picture.boxes]
    for number, entry in enumerate(placed.legend):
        nodes += _legend_nodes(number, entry)
    edges = [_drawn_edge(arrow, placed) for arrow in placed.picture.arrows]
    if placed.start is not None:
        nodes.append(Node("start", "start", "circle", placed.start, (INK,)))
        target = next(box.key for box in placed.picture.boxes if box.is_initial)
        y = placed.start.middle[1]
        corners = ((placed.start.right, y), (placed.boxes[target].left, y))
        edges.append(DrawnEdge("arrow-start", ("start", target), corners, colour=MAIN, width=2.6))
    order = {node.key: number for number, node in enumerate(nodes)}
    edges.sort(key=lambda edge: [order[end] for end in edge.ends])  # as Graphviz does
    return Drawing(placed.picture.view.value, placed.size, page, tuple(nodes), tuple(edges))


# ---------------------------------------------------------------------------------------------------------- what is where


def _clusters(placed: PlacedPicture) -> Iterator[Cluster]:
    for frame in placed.picture.frames:
        if frame.key in placed.frames and not frame.is_group:
            fill, line = END[frame.end] if frame.end else (GROUND, FRAME)
            lines, at = placed.titles[frame.key]
            title = _drawn_text(lines, at, TEXT, QUIET, "l")
            groups = tuple(_drawn_frame(inner, placed) for inner in _groups_in(frame, placed))
            yield Cluster(frame.key, frame.key, placed.frames[frame.key], line, fill, 0.8, title, groups)


def _groups_in(frame: Frame, placed: PlacedPicture) -> Iterable[Frame]:
    return (inner for inner in placed.picture.frames if inner.is_group and {*inner.members} <= {*frame.members})


def _drawn_frame(frame: Frame, placed: PlacedPicture) -> Cluster:
    return Cluster(frame.key.replace("+", "-"), frame.key, placed.frames[frame.key], QUIET, width=1.2)


def _drawn_node(box: Box, placed: PlacedPicture) -> Node:
    at, lines = placed.boxes[box.key], placed.names[box.key]
    is_here = box.state is not None and box.state is placed.state
    width, line = (4.0, VISITED) if is_here else (1.0, QUIET)
    name = _drawn_text(lines, at, NAME)
    if box.leads_to is not None:
        key = f"signpost-{box.key.replace('>', '-')}"
        return Node(key, key, "signpost", at, (PAGE,), QUIET, text=name._replace(size=TEXT))
    if box.key == ANYWHERE:
        return Node(box.key, box.key, "box", at, (PAGE,), QUIET, is_dashed=True, text=name._replace(size=TEXT))
    if box.end:
        line = line if is_here else END[box.end][1]
        return Node(f"state-{box.key}", box.key, "double", at, (PAGE,), line, width, text=name)
    fill = tuple(MOVE[owner] for owner in box.owners[:2]) or (PAGE,)
    return Node(f"state-{box.key}", box.key, "round", at, fill, line, width, text=name)


def _legend_nodes(number: int, entry: LegendEntry) -> Iterator[Node]:
    at = _rounded(entry.at)
    middle = at.middle
    key = f"legend-{number}"
    bar = at._replace(top=middle[1] - 1.4, bottom=middle[1] + 1.4)
    dot = Rect(middle[0] - 5, middle[1] - 5, middle[0] + 5, middle[1] + 5)
    samples = {
        "owner": Node(key, key, "round", at, (entry.colour,), QUIET),
        "start": Node(key, key, "circle", dot, (INK,)),
        "end": Node(key, key, "double", at, (PAGE,), QUIET),
        "line": Node(key, key, "box", bar, (entry.colour,), entry.colour),
        "signpost": Node(key, key, "signpost", at, (PAGE,), QUIET),
        "here": Node(key, key, "round", at, (PAGE,), VISITED, 2.5),
    }
    if entry.sample:
        yield samples[entry.sample]
    key = f"legend-text-{number}"
    yield Node(key, key, "text", entry.text_at, text=_drawn_text((entry.text,), entry.text_at, TEXT, justified="l"))


def _drawn_edge(arrow: Arrow, placed: PlacedPicture) -> DrawnEdge:
    route = placed.routes[arrow.key]
    texts: list[Text] = []
    if route.text:
        texts += _label_texts(placed.labels[arrow.key], route.text, route.justified)
    if tag := placed.tags.get(arrow.key):
        texts.append(_drawn_text(tag.lines, tag.at, TEXT, justified=tag.justified))
    colour = VISITED if arrow.key in placed.visited else MAIN if arrow.is_main else LINE
    width, head = (1.0, 0.7) if colour == LINE else (2.8, 0.6)
    if arrow.width is not None:
        width, head = arrow.width, round(0.75 - 0.07 * arrow.width, 1)
    target = arrow.target if any(box.key == arrow.target for box in placed.picture.boxes) else ""
    return DrawnEdge(
        arrow.key.replace("+", "-"),
        (arrow.source.split("+", maxsplit=1)[0], target or f"signpost-{arrow.signpost.replace('>', '-')}"),
        tuple((x * PITCH, y * PITCH) for x, y in route.corners),
        " ".join([*(event.value for event in arrow.events), *(f"row-{row}" for row in arrow.rows)]),
        colour,
        width,
        head,
        tuple(texts),
    )


def _label_texts(label: Label, at: Rect, justified: str) -> Iterator[Text]:
    """The words of an arrow, and below them its traffic in a colour of its own."""
    words = [line.text for line in label if line.kind != "traffic"]
    traffic = [line.text for line in label if line.kind == "traffic"]
    middle = at.bottom - LINE_HEIGHT * TEXT * len(traffic)
    if words:
        yield _drawn_text(words, at._replace(bottom=middle), TEXT, justified=justified)
    if traffic:
        yield _drawn_text(traffic, at._replace(top=middle), TEXT, MAIN, justified)


def tip_depth(signpost: Rect) -> float:
    """The depth of a signpost's tip, in points."""
    return min((signpost.bottom - signpost.top) / 2, 12.0)


def number(value: float, decimals: int = 2) -> str:
    """Write a number with at most so many decimals."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
