"""SVG of a drawing, without any other program: the same bytes as Graphviz makes of the drawing's DOT."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from process.diagram.curves import PagePoint, curve, point_between
from process.diagram.drawing import Cluster, Drawing, DrawnEdge, Node, Text, number, tip_depth
from process.diagram.layout.geometry import Rect
from process.diagram.layout.typeface import LINE as LINE_HEIGHT
from process.diagram.overwrite_guard import MARK
from process.diagram.palette import QUIET

CHINESE_FONTS = (
    "'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei'"
)
FONTS = f"'Helvetica Neue', Arial, 'Liberation Sans', {CHINESE_FONTS}, sans-serif"

_HEAD = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
 "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- {mark} -->
<svg width="{width}pt" height="{height}pt"
 viewBox="0.00 0.00 {width}.00 {height}.00" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<g id="graph0" class="graph" transform="scale(1 1) rotate(0) translate(0 {height})">
<title>{name}</title>
"""
_ANCHORS = {"l": "start", "c": "middle", "r": "end"}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;", "\u00a0": "&#160;"})
_SLOPE = 0.35  # half the width of an arrow's head, of its length
_RADIUS = 12.0  # points, of the corners of a rectangle that is large enough


def write_svg(drawing: Drawing) -> str:
    """Write the drawing as SVG."""
    width, height = drawing.size
    return "".join(
        [
            _HEAD.format(mark=MARK, width=width, height=height, name=drawing.name),
            *_cluster_element(drawing.page, height),
            *(_group_element("node", node.id, node.key, _node_element(node, height)) for node in drawing.nodes),
            *(_edge_element(edge, height) for edge in drawing.edges),
            "</g>\n</svg>\n",
        ]
    )


def _group_element(classes: str, identity: str, title: str, content: Iterable[str]) -> str:
    return f'<g id="{identity}" class="{classes}">\n<title>{title.translate(_ESCAPES)}</title>\n{"".join(content)}</g>\n'


def _cluster_element(cluster: Cluster, height: int) -> Iterator[str]:
    colours = f'fill="{cluster.fill.lower() or "none"}" stroke="{cluster.line.lower()}"'
    dashes = "" if cluster.fill else ' stroke-dasharray="5,2"'
    left, top, right, bottom = cluster.at
    path = _round(((left, bottom), (right, bottom), (right, top), (left, top)), height)
    shape = f'<path {colours}{_pen(cluster.width)}{dashes} d="{path}"/>\n'
    texts = _text_elements(cluster.title, height) if cluster.title else ()
    yield _group_element("cluster", cluster.id, f"cluster_{cluster.key}", [shape, *texts])
    for inner in cluster.inner:
        yield from _cluster_element(inner, height)


def _node_element(node: Node, height: int) -> Iterator[str]:
    at = node.at
    fill = node.fill[0].lower() if node.fill else ""
    if len(node.fill) > 1:
        fill = f"url(#{node.id}_l)"
        yield _halves(node, height)
    pen = f'stroke="{node.line.lower() or "black"}"{_pen(node.width)}'
    dashes = ' stroke-dasharray="5,2"' if node.is_dashed else ""
    if node.shape == "round":
        left, top, right, bottom = at
        path = _round(((right, top), (left, top), (left, bottom), (right, bottom)), height)
        yield f'<path fill="{fill}" {pen} d="{path}"/>\n'
    elif node.shape == "double":
        inner = Rect(at.left + 4, at.top + 4, at.right - 4, at.bottom - 4)
        yield f'<polygon fill="{fill}" {pen} points="{_rectangle(inner, height)}"/>\n'
        yield f'<polygon fill="none" {pen} points="{_rectangle(at, height)}"/>\n'
    elif node.shape == "box":
        yield f'<polygon fill="{fill}" {pen}{dashes} points="{_rectangle(at, height)}"/>\n'
    elif node.shape == "signpost":
        yield f'<polygon fill="{fill}" {pen} points="{_pointed(at, height)}"/>\n'
    elif node.shape == "circle":
        (x, y), radius = at.middle, number((at.right - at.left) / 2)
        yield f'<ellipse fill="{fill}" {pen} cx="{number(x)}" cy="{number(y - height)}" rx="{radius}" ry="{radius}"/>\n'
    if node.text:
        yield from _text_elements(node.text, height)


def _halves(node: Node, height: int) -> str:
    left, y, right = number(node.at.left), number(node.at.middle[1] - height), number(node.at.right)
    first, second = (colour.lower() for colour in node.fill)
    return (
        f'<defs>\n<linearGradient id="{node.id}_l" gradientUnits="userSpaceOnUse" '
        f'x1="{left}" y1="{y}" x2="{right}" y2="{y}" >\n'
        f'<stop offset="0.499" style="stop-color:{first};stop-opacity:1.;"/>\n'
        f'<stop offset="0.500" style="stop-color:{second};stop-opacity:1.;"/>\n'
        "</linearGradient>\n</defs>\n"
    )


def _edge_element(edge: DrawnEdge, height: int) -> str:
    colour, pen = edge.colour.lower(), _pen(edge.width)
    begin, *rest = (_coordinates(point, height) for point in curve(edge.corners))
    line = f'<path fill="none" stroke="{colour}"{pen} d="M{begin}C{" ".join(rest)}"/>\n'
    head = f'<polygon fill="{colour}" stroke="{colour}"{pen} points="{_arrowhead(edge, height)}"/>\n'
    texts = [line for text in edge.texts for line in _text_elements(text, height)]
    classes = f"edge {edge.classes}".rstrip()
    return _group_element(classes, edge.id, "->".join(edge.ends), [line, head, *texts])


def _arrowhead(edge: DrawnEdge, height: int) -> str:
    """A triangle whose outline, not only whose edge, stays off the box."""
    (ax, ay), (bx, by) = edge.corners[-2:]
    dx, dy = (ax > bx) - (ax < bx), (ay > by) - (ay < by)  # away from the tip
    miter = edge.width / 2 / math.sin(math.atan(_SLOPE))
    length = 10 * edge.head
    tip = (bx + dx * miter, by + dy * miter)
    foot = (tip[0] + dx * length, tip[1] + dy * length)
    side = (dy * length * _SLOPE, -dx * length * _SLOPE)
    first, last = (foot[0] - side[0], foot[1] - side[1]), (foot[0] + side[0], foot[1] + side[1])
    return " ".join(_coordinates(point, height) for point in (first, tip, last, first))


# ------------------------------------------------------------------------------------------------------------- shapes


def _rectangle(at: Rect, height: int) -> str:
    left, top, right, bottom = at
    corners = ((right, top), (left, top), (left, bottom), (right, bottom), (right, top))
    return " ".join(_coordinates(point, height) for point in corners)


def _pointed(at: Rect, height: int) -> str:
    left, top, right, bottom = at
    neck = right - tip_depth(at)
    corners = ((neck, top), (left, top), (left, bottom), (neck, bottom), (right, at.middle[1]), (neck, top))
    return " ".join(_coordinates(point, height) for point in corners)


def _round(corners: Sequence[PagePoint], height: int) -> str:
    """The path of a rectangle with round corners, which begins on the side from the first corner to the second."""
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    radius = min(_RADIUS, *(math.dist(*side) / 3 for side in sides))
    points: list[PagePoint] = []
    for a, b in sides:
        share = radius / math.dist(a, b)
        begin, end = point_between(a, b, share), point_between(a, b, 1 - share)
        points += [point_between(a, b, share / 2), begin, begin, end, end, point_between(a, b, 1 - share / 2)]
    first, *rest = (_coordinates(point, height) for point in [*points[2:], *points[:2]])
    return f"M{first}C{first} {' '.join(rest)}"


def _coordinates(point: PagePoint, height: int) -> str:
    return f"{number(point[0])},{number(point[1] - height)}"


def _pen(width: float) -> str:
    return "" if width == 1 else f' stroke-width="{number(width)}"'


# -------------------------------------------------------------------------------------------------------------- texts


def _text_elements(text: Text, height: int) -> Iterator[str]:
    middle_x, middle_y = (round(middle, 2) for middle in text.at.middle)
    x = {"l": text.at.left, "c": middle_x, "r": text.at.right}[text.justified]
    y = middle_y - LINE_HEIGHT * text.size * len(text.lines) / 2 + 0.9 * text.size
    start = f'<text xml:space="preserve" text-anchor="{_ANCHORS[text.justified]}" x="{number(x)}"'
    end = f'font-family="{FONTS}" font-size="{text.size:.2f}"'
    for place, (line, is_quiet) in enumerate(zip(text.lines, _are_conditions(text.lines), strict=True)):
        colour = (QUIET if is_quiet else text.colour).lower()
        top = number(y + place * LINE_HEIGHT * text.size - height)
        yield f'{start} y="{top}" {end} fill="{colour}">{line.translate(_ESCAPES)}</text>\n'


def _are_conditions(lines: Iterable[str]) -> Iterator[bool]:
    """For each line whether it is part of a condition, which stands in brackets and may go over several lines."""
    is_inside = False
    for line in lines:
        goes_on = "]" in line and not line.endswith("]")  # a number in brackets, and then what it stands for
        is_inside = (is_inside or line.startswith("[")) and not goes_on
        yield is_inside
        if line.endswith("]"):
            is_inside = False
