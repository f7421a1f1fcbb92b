"""Pictures of the process, drawn from the model alone: DOT, SVG, PNG and Mermaid, in Chinese, in English, or in both.

``render`` is the way in. ``views`` chooses what a picture shows of a model, ``arrows`` the words on it. ``view_grids``
says where it stands, in terms of ``view_options``. ``layout`` finds a place for everything, ``drawing`` makes shapes of it,
and a writer for each format writes them. ``precomputed_results`` reads what was found for the released model's pictures.
"""

from process.diagram.errors import CannotDraw
from process.diagram.overwrite_guard import WouldOverwrite
from process.diagram.render import FORMATS, LANGUAGES, dot, draw, mermaid, notebook_svg, png, svg
from process.diagram.traffic import Traffic, transitions_of
from process.diagram.view_options import View

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "CannotDraw",
    "Traffic",
    "View",
    "WouldOverwrite",
    "dot",
    "draw",
    "mermaid",
    "notebook_svg",
    "png",
    "svg",
    "transitions_of",
]
