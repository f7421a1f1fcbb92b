"""Finds the results that come with the package: the paths through the model, and the routes of all pictures."""

from __future__ import annotations

import itertools
from typing import Any

from process.diagram import precomputed_results
from process.diagram.layout.placed_picture import place
from process.diagram.layout.precomputed_routes import routes_as_json
from process.diagram.main_path import find_paths, forget_paths, paths_as_json, paths_key
from process.diagram.render import LANGUAGES
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL


def refresh_results() -> bool:
    """Bring the file of known results up to date; true if it has changed. Known routes are not searched again."""
    key = paths_key(MODEL)
    found: dict[str, Any] = {key: paths_as_json(find_paths(MODEL))}
    has_new_paths = precomputed_results.look_up(key) != found[key]
    if has_new_paths:
        precomputed_results.write_results({**precomputed_results.results(), **found})
        forget_paths(MODEL)
    for view, lang in itertools.product(View, LANGUAGES):
        placed = place(build_picture(view, MODEL), lang)
        found[placed.routing_key] = routes_as_json(placed.routes)
    return precomputed_results.write_results(found) or has_new_paths
