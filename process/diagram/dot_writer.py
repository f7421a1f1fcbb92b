"""DOT of a drawing, with fixed positions, so that Graphviz places nothing. The one file that knows the graphviz package."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz  # type: ignore[import-untyped]  # it has no types

from process.diagram.curves import PagePoint, curve
from process.diagram.drawing import Cluster, Drawing, DrawnEdge, Node, Text, number, tip_depth
from process.diagram.layout.geometry import Rect
from process.diagram.layout.labels import TEXT
from process.diagram.layout.typeface import graphviz_width
from process.diagram.overwrite_guard import MARK
from process.diagram.palette import INK, LINE

FONT = "Verdana"
"""The font by whose widths everything is measured."""

_SHAPES = {"box": "box", "round": "box", "double": "box", "signpost": "cds", "circle": "circle", "text": "plaintext"}


def write_dot(drawing: Drawing) -> str:
    """Write the drawing as DOT, which names the layout engine that moves nothing."""
    height = drawing.size[1]
    graph = graphviz.Digraph(
        drawing.name,
        comment=MARK,
        graph_attr={"layout": "nop2", "pad": "0", "fontname": FONT, "bgcolor": "transparent", "outputorder": "nodesfirst"},
        node_attr={"fontname": FONT, "shape": "box", "fixedsize": "true", "margin": "0", "fontcolor": INK},
        edge_attr={"fontname": FONT, "fontsize": number(TEXT), "fontcolor": INK, "color": LINE, "arrowsize": "0.7"},
    )
    _add_cluster(graph, drawing.page, height)
    for node in drawing.nodes:
        _add_node(graph, node, height)
    for edge in drawing.edges:
        _add_edge(graph, edge, height)
    return str(graph.source)


def _add_cluster(graph: graphviz.Digraph, cluster: Cluster, height: int) -> None:
    with graph.subgraph(name=f"cluster_{cluster.key}") as within:
        within.attr(id=cluster.id, bb=_bb(cluster.at, height), color=cluster.line, penwidth=number(cluster.width))
        if cluster.fill:
            within.attr(style="filled,rounded", fillcolor=cluster.fill)
        else:
            within.attr(style="dashed,rounded")
        if cluster.title:
            text = cluster.title
            within.attr(
                lp=_dot_position(_middle(text), height, 4),
                fontsize=number(text.size),
                fontcolor=text.colour,
                label=_dot_label(text),
            )
        else:
            within.attr(label="")
        for inner in cluster.inner:
            _add_cluster(within, inner, height)


def _add_node(graph: graphviz.Digraph, node: Node, height: int) -> None:
    at, looks = node.at, {"id": node.id, "shape": _SHAPES[node.shape]}
    if node.shape == "signpost":  # Graphviz leaves half the depth of the tip free above and below
        more = tip_depth(at) / 2
        at = at._replace(top=at.top - more, bottom=at.bottom + more)
    elif node.shape == "double":
        looks["peripheries"] = "2"
        at = Rect(at.left + 4, at.top + 4, at.right - 4, at.bottom - 4)
    elif node.shape == "text" and node.text:
        at = _as_measured(node.text)
    if node.fill:
        looks["fillcolor"] = ";0.5:".join(node.fill)
        styles = ["filled", *(["rounded"] if node.shape == "round" else []), *(["dashed"] if node.is_dashed else [])]
        looks["style"] = ",".join(styles)
    if node.line:
        looks |= {"color": node.line, "penwidth": number(node.width)}
    if node.text:
        looks["fontsize"] = number(node.text.size)
    looks |= {"width": f"{(at.right - at.left) / 72:.5f}", "height": f"{(at.bottom - at.top) / 72:.5f}"}
    middle = _middle(node.text) if node.text else at.middle
    graph.node(node.key, _dot_label(node.text) if node.text else "", pos=_dot_position(middle, height, 4), **looks)


def _add_edge(graph: graphviz.Digraph, edge: DrawnEdge, height: int) -> None:
    looks = {"id": edge.id, "pos": _spline(edge.corners, height), "color": edge.colour}
    looks |= {"penwidth": number(edge.width), "arrowsize": number(edge.head)}
    if edge.classes:
        looks["class"] = edge.classes
    for text, (label, place) in zip(edge.texts, (("label", "lp"), ("xlabel", "xlp")), strict=False):
        looks |= {label: _dot_label(text), place: _dot_position(_middle(text), height, 4)}
    graph.edge(*edge.ends, **looks)


def _as_measured(text: Text) -> Rect:
    """The text's rectangle as Graphviz measures it, with the edge in its place to which it is justified."""
    wide, at = graphviz_width(text.lines, text.size), text.at
    if text.justified == "l":
        return at._replace(right=at.left + wide)
    return at._replace(left=at.right - wide) if text.justified == "r" else at


def _middle(text: Text) -> PagePoint:
    """The middle, from which Graphviz goes back by half the width to the edge to which the text is justified."""
    x, y = _as_measured(text).middle
    return round(x, 2) if text.justified == "c" else x, round(y, 2)


def _dot_position(point: PagePoint, height: float, decimals: int = 2) -> str:
    return f"{number(point[0], decimals)},{number(height - point[1], decimals)}"


def _bb(rect: Rect, height: float) -> str:
    return ",".join(map(number, (rect.left, height - rect.bottom, rect.right, height - rect.top)))


def _dot_label(text: Text) -> str:
    """Lines as a label in which nothing is markup or an escape."""
    end = "\\n" if text.justified == "c" else f"\\{text.justified}"
    plain = [line.replace("\\", "\\\\").replace("&", "&amp;") for line in text.lines]
    return str(graphviz.nohtml(end.join(plain) + ("" if text.justified == "c" else end)))


def _spline(corners: Sequence[PagePoint], height: float) -> str:
    """The line and its tip as Graphviz writes splines."""
    return f"e,{_dot_position(corners[-1], height)} " + " ".join(_dot_position(point, height) for point in curve(corners))
