"""DOT of a picture that has its places: Graphviz only draws. The one file that knows the graphviz package."""

from __future__ import annotations

from collections.abc import Sequence

import graphviz  # type: ignore[import-untyped]  # it has no types

from process.diagram.layout.grid import NAME
from process.diagram.layout.labels import TEXT
from process.diagram.layout.legend import LegendEntry
from process.diagram.layout.placement import TITLE, PlacedPicture
from process.diagram.layout.raster import PITCH, Rect
from process.diagram.layout.typeface import as_measured_by_graphviz
from process.diagram.output import MARK
from process.diagram.palette import END, FRAME, GROUND, INK, LINE, MAIN, MOVE, PAGE, QUIET, WENT
from process.diagram.render import FONT
from process.diagram.views import ANYWHERE, Arrow, Box, Frame


def dot(placed: PlacedPicture) -> str:
    """The picture as DOT, which names the layout engine that leaves everything in its place."""
    width, height = placed.size
    graph = graphviz.Digraph(
        placed.picture.view.value,
        comment=MARK,
        graph_attr={"layout": "nop2", "pad": "0", "fontname": FONT, "bgcolor": "transparent", "outputorder": "nodesfirst"},
        node_attr={"fontname": FONT, "shape": "box", "fixedsize": "true", "margin": "0", "fontcolor": INK},
        edge_attr={"fontname": FONT, "fontsize": _number(TEXT), "fontcolor": INK, "color": LINE, "arrowsize": "0.7"},
    )
    heading, head = placed.heading
    with graph.subgraph(name="cluster_page") as page:
        page.attr(
            id="page",
            bb=_bb(Rect(0, 0, width, height), height),
            style="filled,rounded",
            fillcolor=PAGE,
            color=PAGE,
            label=_text([heading]),
            lp=_at(head.middle, height),
            fontsize=_number(TITLE),
            fontcolor=INK,
        )
        for frame in placed.picture.frames:
            if (
                frame.key in placed.frames
                and "+" not in frame.key
                and not any(_is_within(frame, other) for other in placed.picture.frames)
            ):
                _frame(page, frame, placed, height)
        for box in placed.picture.boxes:
            _box(page, box, placed, height)
        for number, chip in enumerate(placed.legend):
            _chip(page, number, chip, height)
        if placed.start is not None:
            page.node(
                "start",
                "",
                id="start",
                shape="circle",
                pos=_at(placed.start.middle, height),
                style="filled",
                fillcolor=INK,
                **_measures(placed.start),
            )
            target = next(box.key for box in placed.picture.boxes if box.is_initial)
            to, by = placed.boxes[target], placed.start.middle[1]
            points = [(placed.start.right, by), (to.left, by)]
            page.edge("start", target, id="arrow-start", pos=_spline(points, height), color=MAIN, penwidth="2.6")
    for arrow in placed.picture.arrows:
        _arrow(graph, arrow, placed, height)
    return str(graph.source)


def _is_within(frame: Frame, other: Frame) -> bool:
    return frame is not other and set(frame.members) < set(other.members) and "+" not in frame.key


def _frame(graph: graphviz.Digraph, frame: Frame, placed: PlacedPicture, height: int) -> None:
    rect = placed.frames[frame.key]
    with graph.subgraph(name=f"cluster_{frame.key}") as cluster:
        fill = END[frame.end][0] if frame.end else GROUND
        line = END[frame.end][1] if frame.end else FRAME
        cluster.attr(id=frame.key, bb=_bb(rect, height), style="filled,rounded", fillcolor=fill, color=line, penwidth="0.8")
        lines, where = placed.titles[frame.key]
        where = _beside(where, lines, TEXT, "l")
        cluster.attr(label=_text(lines, "l"), lp=_at(where.middle, height), fontsize=_number(TEXT), fontcolor=QUIET)
        for inner in placed.picture.frames:
            if "+" in inner.key and set(inner.members) <= set(frame.members):
                with cluster.subgraph(name=f"cluster_{inner.key}") as box:
                    box.attr(
                        id=inner.key.replace("+", "-"),
                        bb=_bb(placed.frames[inner.key], height),
                        style="dashed,rounded",
                        label="",
                        color=QUIET,
                        penwidth="1.2",
                    )


def _box(graph: graphviz.Digraph, box: Box, placed: PlacedPicture, height: int) -> None:
    rect = placed.boxes[box.key]
    attributes = {"style": "filled,rounded", "color": QUIET, "fontsize": _number(NAME), "fillcolor": PAGE}
    if box.end:
        attributes |= {"peripheries": "2", "color": END[box.end][1], "style": "filled"}
        rect = Rect(rect.left + 4, rect.top + 4, rect.right - 4, rect.bottom - 4)
    elif box.leads_to is not None:
        attributes |= {"shape": "cds", "style": "filled", "fontsize": _number(TEXT)}
        rect = _around_cds(rect)
    elif box.key == ANYWHERE:
        attributes |= {"style": "filled,dashed", "fontsize": _number(TEXT)}
    elif len(box.owners) > 1:
        attributes["fillcolor"] = f"{MOVE[box.owners[0]]};0.5:{MOVE[box.owners[1]]}"
    elif box.owners:
        attributes["fillcolor"] = MOVE[box.owners[0]]
    if box.state is not None and box.state is placed.stands:
        attributes |= {"penwidth": "4", "color": WENT}
    lines = placed.names[box.key]
    identity = f"state-{box.key}" if box.state else _signpost(box.key) if box.leads_to else box.key
    graph.node(
        identity if box.leads_to else box.key,
        _text(lines),
        id=identity,
        pos=_at(rect.middle, height),
        **_measures(rect),
        **attributes,
    )


def _signpost(key: str) -> str:
    return f"signpost-{key.replace('>', '-')}"


def _around_cds(rect: Rect) -> Rect:
    """What to ask of Graphviz for a signpost that covers *rect*: it leaves a sixth of the height free above and below."""
    more = (rect.bottom - rect.top) / 4
    return rect._replace(top=rect.top - more, bottom=rect.bottom + more)


def _chip(graph: graphviz.Digraph, number: int, chip: LegendEntry, height: int) -> None:
    looks = {
        "move": {"style": "filled,rounded", "fillcolor": chip.colour, "color": QUIET},
        "start": {"shape": "circle", "style": "filled", "fillcolor": INK},
        "end": {"peripheries": "2", "style": "filled", "fillcolor": PAGE, "color": QUIET},
        "main": {"style": "filled", "fillcolor": MAIN, "color": MAIN},
        "signpost": {"shape": "cds", "style": "filled", "fillcolor": PAGE, "color": QUIET},
        "went": {"style": "filled", "fillcolor": WENT, "color": WENT},
        "here": {"style": "filled,rounded", "fillcolor": PAGE, "color": WENT, "penwidth": "2.5"},
    }
    rect = chip.at
    if chip.look == "signpost":
        rect = _around_cds(rect)
    elif chip.look == "end":
        rect = Rect(rect.left + 4, rect.top + 4, rect.right - 4, rect.bottom - 4)
    elif chip.look in ("main", "went"):
        rect = rect._replace(top=rect.middle[1] - 1.4, bottom=rect.middle[1] + 1.4)
    elif chip.look == "start":
        rect = Rect(rect.middle[0] - 5, rect.middle[1] - 5, rect.middle[0] + 5, rect.middle[1] + 5)
    if chip.look:
        graph.node(
            f"legend-{number}",
            "",
            id=f"legend-{number}",
            pos=_at(rect.middle, height),
            **_measures(rect),
            **looks[chip.look],
        )
    text_at = _beside(chip.text_at, [chip.text], TEXT, "l")
    graph.node(
        f"legend-text-{number}",
        _text([chip.text], "l"),
        id=f"legend-text-{number}",
        pos=_at(text_at.middle, height),
        shape="plaintext",
        fontsize=_number(TEXT),
        **_measures(text_at),
    )


def _arrow(graph: graphviz.Digraph, arrow: Arrow, placed: PlacedPicture, height: int) -> None:
    line = placed.lines[arrow.key]
    points = [(x * PITCH, y * PITCH) for x, y in line.corners]
    attributes = {
        "id": arrow.key.replace("+", "-"),
        "class": " ".join([*(event.value for event in arrow.events), *(f"row-{row}" for row in arrow.rows)]),
        "pos": _spline(points, height),
        "label": _text([told.text for told in placed.told[arrow.key]], "" if line.justified == "c" else line.justified),
    }
    if line.text:
        lines = [told.text for told in placed.told[arrow.key]]
        attributes["lp"] = _at(_beside(line.text, lines, TEXT, line.justified).middle, height)
    if arrow.is_main:
        attributes |= {"penwidth": "2.8", "color": MAIN, "arrowsize": "0.6"}
    if arrow.key in placed.went:
        attributes |= {"penwidth": "2.8", "color": WENT, "arrowsize": "0.6"}
    if tag := placed.tags.get(arrow.key):
        side = "" if tag.justified == "c" else tag.justified
        attributes |= {
            "xlabel": _text(tag.lines, side),
            "xlp": _at(_beside(tag.at, tag.lines, TEXT, tag.justified).middle, height),
        }
    head = arrow.source.split("+", maxsplit=1)[0]
    is_shown = any(box.key == arrow.target for box in placed.picture.boxes)
    graph.edge(head, arrow.target if is_shown else _signpost(arrow.signpost), **attributes)


# ------------------------------------------------------------------------------------------------------------- writing


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _beside(rect: Rect, lines: Sequence[str], size: float, justified: str) -> Rect:
    """*rect* as wide as Graphviz takes the text in it to be, with the edge in its place to which the text is justified."""
    wide = as_measured_by_graphviz(lines, size)
    if justified == "l":
        return rect._replace(right=rect.left + wide)
    return rect._replace(left=rect.right - wide) if justified == "r" else rect


def _at(point: tuple[float, float], height: float) -> str:
    return f"{_number(point[0])},{_number(height - point[1])}"


def _bb(rect: Rect, height: float) -> str:
    return ",".join(map(_number, (rect.left, height - rect.bottom, rect.right, height - rect.top)))


def _measures(rect: Rect) -> dict[str, str]:
    return {"width": f"{(rect.right - rect.left) / 72:.5f}", "height": f"{(rect.bottom - rect.top) / 72:.5f}"}


def _text(lines: tuple[str, ...] | list[str], justified: str = "") -> str:
    """Lines as a label in which nothing is markup or an escape."""
    end = f"\\{justified}" if justified else "\\n"
    plain = [_printable(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines]
    label = (end.join(plain) + (end if justified else "")) if plain else ""
    return str(graphviz.nohtml(label))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


ROUND = 6.0  # the radius of a corner, in points


def _spline(points: Sequence[tuple[float, float]], height: float) -> str:
    """A rectangular line with rounded corners and its head, as Graphviz writes splines."""
    flipped = [(x, height - y) for x, y in points]
    tip = flipped[-1]
    flipped[-1] = _towards(tip, flipped[-2], 6.5)
    curve = [flipped[0]]
    for before, corner, after in zip(flipped, flipped[1:], flipped[2:], strict=False):
        radius = min(ROUND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        curve += [_part(curve[-1], begin, 1 / 3), _part(curve[-1], begin, 2 / 3), begin]
        curve += [_part(begin, corner, 0.55), _part(end, corner, 0.55), end]
    curve += [_part(curve[-1], flipped[-1], 1 / 3), _part(curve[-1], flipped[-1], 2 / 3), flipped[-1]]
    return f"e,{_number(tip[0])},{_number(tip[1])} " + " ".join(f"{_number(x)},{_number(y)}" for x, y in curve)


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: tuple[float, float], b: tuple[float, float], far: float) -> tuple[float, float]:
    whole = _distance(a, b)
    return _part(a, b, far / whole) if whole else a


def _part(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
