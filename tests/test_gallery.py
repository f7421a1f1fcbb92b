"""The gallery in diagrams/ is what the model gives today, and what stands in it can be read."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from process.diagram import LANGUAGES
from process.drawing.gallery import write
from process.drawing.hints import View
from process.drawing.views import ANYWHERE, picture
from process.model import MODEL, State

DIAGRAMS = Path(__file__).parent.parent / "diagrams"
PAGE = {"zh": 842, "en": 842, "both": 1191}  # points: how wide A4 is across, and A3 for two languages
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = [(view, lang) for view in View for lang in LANGUAGES]


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Area", tolerance: float) -> bool:
        return (
            self.left + tolerance < other.right
            and other.left + tolerance < self.right
            and self.top + tolerance < other.bottom
            and other.top + tolerance < self.bottom
        )

    def holds(self, other: "Area") -> bool:
        return (
            self.left <= other.left and self.top <= other.top and self.right >= other.right and self.bottom >= other.bottom
        )


def tree(view: View, lang: str) -> ElementTree.Element:
    return ElementTree.fromstring((DIAGRAMS / f"{view}.{lang}.svg").read_text(encoding="utf-8"))  # noqa: S314  # our own


def groups(root: ElementTree.Element, kind: str) -> dict[str, ElementTree.Element]:
    found = root.iter(f"{SVG}g")
    return {group.attrib["id"]: group for group in found if kind in group.attrib.get("class", "").split()}


def outline(group: ElementTree.Element) -> Area:
    """What the shapes of a group cover; the texts in it aside."""
    xs, ys = [], []
    for shape in (*group.iter(f"{SVG}polygon"), *group.iter(f"{SVG}path"), *group.iter(f"{SVG}ellipse")):
        drawn = shape.attrib.get("points") or shape.attrib.get("d") or f"{shape.attrib['cx']},{shape.attrib['cy']}"
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]
        xs += numbers[::2]
        ys += numbers[1::2]
    return Area(min(xs), min(ys), max(xs), max(ys))


def texts(group: ElementTree.Element) -> Iterator[Area]:
    """Where the texts of a group stand, with a Chinese character 1 em wide and any other 0.6 em at most."""
    for text in group.iter(f"{SVG}text"):
        size = float(text.attrib["font-size"])
        wide = size * sum(1.0 if ord(character) > 0x2E80 else 0.5 for character in (text.text or "").strip())
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.attrib["text-anchor"]]
        yield Area(left, y - 0.8 * size, left + wide, y + 0.15 * size)


def lines(group: ElementTree.Element) -> Iterator[Area]:
    """The straight pieces of an arrow's line."""
    drawn = next(group.iter(f"{SVG}path")).attrib["d"]
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))[::3]
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        yield Area(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def test_the_gallery_is_what_the_model_gives_today(tmp_path: Path) -> None:
    write(tmp_path)
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in DIAGRAMS.iterdir()}
    stale = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    assert not stale, f"run `python -m process draw`: {', '.join(stale)}"


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_every_state_of_a_view_and_every_arrow_is_in_its_picture(view: View, lang: str) -> None:
    root, shown = tree(view, lang), picture(view, MODEL)
    nodes, edges = groups(root, "node"), groups(root, "edge")
    assert {f"state-{box.state}" for box in shown.boxes if box.state} == {key for key in nodes if key.startswith("state-")}
    assert (ANYWHERE in nodes) == any(box.key == ANYWHERE for box in shown.boxes)
    drawn = {key: edges[key].attrib["class"].split() for key in edges if key != "arrow-start"}
    assert len(drawn) == len(shown.arrows)
    for arrow in shown.arrows:
        classes = drawn[arrow.key.replace("+", "-")]
        assert {*arrow.events} <= {*classes}
        assert [name for name in classes if name.startswith("row-")] == [f"row-{row}" for row in arrow.rows]


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_the_smallest_type_is_nine_points_on_the_page(view: View, lang: str) -> None:
    root = tree(view, lang)
    wide = float(root.attrib["viewBox"].split()[2])
    smallest = min(float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text"))
    assert smallest * PAGE[lang] / wide >= 9


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_a_picture_lies_across(view: View, lang: str) -> None:
    _, _, wide, high = (float(number) for number in tree(view, lang).attrib["viewBox"].split())
    assert 1.2 <= wide / high <= 1.9


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_boxes_stand_apart_and_hold_their_names(view: View, lang: str) -> None:
    nodes = {key: node for key, node in groups(tree(view, lang), "node").items() if not key.startswith("legend")}
    areas = {key: outline(node) for key, node in nodes.items()}
    for key, node in nodes.items():
        assert all(areas[key].holds(text) for text in texts(node)), key
    keys = sorted(areas)
    clashes = [(a, b) for a in keys for b in keys if a < b and areas[a].overlaps(areas[b], 0)]
    assert not clashes


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_no_text_of_an_arrow_lies_on_a_box_a_line_or_another_text(view: View, lang: str) -> None:
    root = tree(view, lang)
    nodes, edges = groups(root, "node"), groups(root, "edge")
    boxes = [outline(node) for key, node in nodes.items() if not key.startswith("legend")]
    others = [text for key, node in nodes.items() if key.startswith("legend") for text in texts(node)]
    others += [text for frame in groups(root, "cluster").values() for text in list(texts(frame))[:3]]
    told = {key: list(texts(edge)) for key, edge in edges.items()}
    runs = [run for edge in edges.values() for run in lines(edge)]
    for key, found in told.items():
        strangers = [text for other, theirs in told.items() if other != key for text in theirs]
        for text in found:
            assert not any(text.overlaps(area, 0.5) for area in (*boxes, *others, *strangers)), key
            assert not any(text.overlaps(Area(*run), -0.01) for run in runs), key


@pytest.mark.parametrize(("view", "lang"), PICTURES)
def test_frames_that_do_not_hold_each_other_stand_apart(view: View, lang: str) -> None:
    frames = {key: outline(frame) for key, frame in groups(tree(view, lang), "cluster").items()}
    for a, first in frames.items():
        for b, second in frames.items():
            if a < b and not first.holds(second) and not second.holds(first):
                assert not first.overlaps(second, 0.5), (a, b)


def test_the_readme_names_every_picture_state_event_and_row() -> None:
    readme = (DIAGRAMS / "README.md").read_text(encoding="utf-8")
    assert all(f"({view}.{lang}.{end})" in readme for view, lang in PICTURES for end in ("svg", "dot", "mmd"))
    assert all(f"| `{state}` | {state.words.zh} | {state.words.en} |" in readme for state in State)
    assert all(f"| `{event}` |" in readme for event in MODEL.events)
    assert all(f"\n| {number} | " in readme for number in range(len(MODEL.table)))
