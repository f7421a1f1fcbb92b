"""The page ``diagrams/index.html``: the overview, and a path through the process that is clicked step by step.

Its own texts stand in ``assets/words.js`` and ``assets/page.html``, those of the process come from the model.
One file that needs no network. The browser decides nothing: the page holds every reachable configuration
(``process.gallery.configurations``), so page and library can only disagree where the page is stale.
"""

from __future__ import annotations

from collections.abc import Mapping

from process import diagram
from process.exploration.explorer import Exploration, explored_model
from process.gallery.configurations import explored_data
from process.gallery.self_contained import assemble, asset, embedded
from process.model import MODEL

LANGUAGES = ("zh", "en")
SCRIPTS = ("dom.js", "words.js", "paths.js", "snapshots.js", "picture.js", "saving.js", "view.js", "controls.js")
"""In the order in which they depend on each other; the page holds them as one script."""


def page_html(pictures: Mapping[str, str] | None = None, exploration: Exploration | None = None) -> str:
    """Return the page, the same on every machine and in every run.

    Args:
        pictures: the overview as SVG, by language; drawn where they are left out.
        exploration: of the released model; made where it is left out.

    Raises:
        CannotDraw: as ``diagram.svg``.
    """
    pictures = pictures or {lang: diagram.svg("overview", lang) for lang in LANGUAGES}
    return assemble(
        _asset("page.html"),
        style=_asset("base.css") + _asset("page.css"),
        script="\n".join(map(_asset, SCRIPTS)),
        pictures=[embedded(pictures[lang], lang, lang=lang) for lang in LANGUAGES],
        data=explored_data(exploration or explored_model(MODEL.limits)),
    )


def _asset(name: str) -> str:
    return asset(__package__, name)
