"""The gallery in diagrams/ is up to date, and its pictures can be read."""

import itertools
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from process.diagram.arrows import ANYWHERE
from process.diagram.render import LANGUAGES
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL, State
from tests.support.browser import DIAGRAMS
from tests.support.drawn import SVG, Drawn

ROOT = DIAGRAMS.parent
PICTURES = [(view, lang) for view in View for lang in LANGUAGES]
A4, A3 = 842, 1191  # points: the width of the page in landscape
PAGE = {(View.OVERVIEW, "both"): A3}
"""The overview in two languages is too large for A4: its type would be 6.5 points there."""


@cache
def drawn(view: View, lang: str) -> Drawn:
    return Drawn((DIAGRAMS / f"{view}.{lang}.svg").read_text(encoding="utf-8"))


def test_the_gallery_is_what_the_model_gives_whatever_the_hash_seed(tmp_path: Path) -> None:
    code = "import pathlib, sys; from process.gallery.files import write; write(pathlib.Path(sys.argv[1]))"
    seeded = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=seeded, cwd=ROOT, capture_output=True, check=True)
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in DIAGRAMS.iterdir()}
    stale = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    assert not stale, f"run `python -m process draw`: {', '.join(stale)}"


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_every_state_of_a_view_and_every_arrow_is_in_its_picture(view: View, lang: str) -> None:
    shown, groups = build_picture(view, MODEL), drawn(view, lang).groups
    nodes, edges = groups["node"], groups["edge"]
    assert {f"state-{box.state}" for box in shown.boxes if box.state} == {key for key in nodes if key.startswith("state-")}
    assert (ANYWHERE in nodes) == any(box.key == ANYWHERE for box in shown.boxes)
    classes = {key: edges[key].attrib["class"].split() for key in edges if key != "arrow-start"}
    assert len(classes) == len(shown.arrows)
    for arrow in shown.arrows:
        own = classes[arrow.key.replace("+", "-")]
        assert {*arrow.events} <= {*own}
        assert [name for name in own if name.startswith("row-")] == [f"row-{row}" for row in arrow.rows]


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_an_arrow_that_goes_on_elsewhere_ends_at_a_signpost_with_the_name_of_its_target(view: View, lang: str) -> None:
    shown, seen = build_picture(view, MODEL), drawn(view, lang)
    posted = {arrow.key: arrow for arrow in shown.arrows if arrow.signpost}
    posts = {key for key in seen.nodes if key.startswith("signpost-")}
    assert posts == {f"signpost-{arrow.source}-{arrow.target}" for arrow in posted.values()}
    for key, arrow in posted.items():
        post = f"signpost-{arrow.source}-{arrow.target}"
        assert seen.nodes[post].distance(seen.heads[key]) < 3
        told = "".join(text.text or "" for text in seen.groups["node"][post].iter(f"{SVG}text")).replace(" ", "")
        words = MODEL.states[State(arrow.target)] and State(arrow.target).words
        assert told == "".join(words if lang == "both" else (words.of(lang),)).replace(" ", "")


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_the_smallest_type_is_nine_points_at_the_width_of_a_page(view: View, lang: str) -> None:
    seen = drawn(view, lang)
    assert min(seen.sizes) * PAGE.get((view, lang), A4) / seen.width >= 9
    assert seen.smallest_type() >= (5.7 if (view, lang) in PAGE else 8)  # where all of it is on a page of A4


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_a_picture_lies_across(view: View, lang: str) -> None:
    assert 1.25 <= drawn(view, lang).width / drawn(view, lang).height <= 1.7


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_everything_is_whole_on_the_page(view: View, lang: str) -> None:
    assert not [*drawn(view, lang).off_page()]


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_boxes_stand_apart_and_hold_their_names(view: View, lang: str) -> None:
    assert not [*drawn(view, lang).unfit_boxes()]


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_no_text_of_an_arrow_lies_on_a_box_a_line_or_another_text(view: View, lang: str) -> None:
    seen = drawn(view, lang)
    assert not [*seen.covered_texts()]
    assert not [*seen.on_heads()]
    assert not [*seen.on_borders()]


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_a_text_stands_at_its_own_arrow_and_clearly_nearer_than_at_any_other(view: View, lang: str) -> None:
    assert [*drawn(view, lang).ambiguous()] == []


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_no_lines_cross(view: View, lang: str) -> None:
    assert [*drawn(view, lang).crossings()] == []


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_no_line_cuts_the_corner_of_a_frame_and_ends_stand_in_the_middle_of_theirs(view: View, lang: str) -> None:
    assert [*drawn(view, lang).cut_corners()] == []
    assert [*drawn(view, lang).off_centre()] == []


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_frames_that_do_not_hold_each_other_stand_apart(view: View, lang: str) -> None:
    frames = drawn(view, lang).frames
    for (a, first), (b, second) in itertools.combinations(frames.items(), 2):
        if not first.holds(second) and not second.holds(first):
            assert not first.overlaps(second, 0.5), (a, b)


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_a_box_stands_in_a_frame_or_outside_and_the_heading_on_none(view: View, lang: str) -> None:
    seen = drawn(view, lang)
    for name, frame in seen.frames.items():
        assert not any(text.overlaps(frame, 0) for text in seen.texts["page"]), name
        for key, node in seen.nodes.items():
            assert frame.holds(node) or not frame.overlaps(node, 0), (name, key)


def test_the_readme_names_every_picture_state_event_and_row() -> None:
    readme = (DIAGRAMS / "README.md").read_text(encoding="utf-8")
    assert all(f"({view}.{lang}.{end})" in readme for view, lang in PICTURES for end in ("svg", "dot", "mmd"))
    assert all(f"| `{state}` | {state.words.zh} | {state.words.en} |" in readme for state in State)
    assert all(f"| `{event}` |" in readme for event in MODEL.events)
    assert all(f"\n| {number} | " in readme for number in range(1, len(MODEL.table) + 1))
