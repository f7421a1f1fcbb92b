"""Pictures of the process, drawn from the model alone: DOT, SVG, PNG and Mermaid, in Chinese, in English, or in both."""

from process.diagram.formats import FORMATS, LANGUAGES, draw, mermaid, source, svg
from process.diagram.output import WouldOverwrite
from process.diagram.render import CannotDraw
from process.diagram.view_layouts import View

__all__ = ["FORMATS", "LANGUAGES", "CannotDraw", "View", "WouldOverwrite", "draw", "mermaid", "source", "svg"]
