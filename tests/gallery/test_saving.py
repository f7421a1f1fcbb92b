"""Saving the diagram as it is shown."""

from __future__ import annotations

import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

from process import Actor, State
from process.diagram.palette import DARK, MOVE, VISITED
from process.diagram.png_renderer import render_png
from tests.support.browser import follow
from tests.support.drawn import SVG

PATH = "plan/sign_in/open_orders"


def saved(shown: Page, kind: str) -> tuple[str, bytes]:
    with shown.expect_download() as download:
        shown.locator(f"#save-{kind}").click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour[1:]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_svg_is_the_diagram_as_it_is_shown_with_its_marks(shown: Page, scheme: str) -> None:
    shown.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    follow(shown, f"en/{PATH}")
    name, content = saved(shown, "svg")
    assert name == "order_list.en.svg"
    root = ElementTree.fromstring(content)  # noqa: S314  # our own
    assert root.tag == f"{SVG}svg"
    assert "hidden" not in root.attrib
    groups = {group.attrib["id"]: group for group in root.iter(f"{SVG}g") if "id" in group.attrib}
    assert {f"en-state-{state}" for state in State} <= groups.keys()
    here = next(groups["en-state-order_list"].iter(f"{SVG}path")).attrib
    colours = DARK if scheme == "dark" else dict(zip(DARK, DARK, strict=True))
    assert (here["stroke"], here["fill"]) == (rgb(colours[VISITED]), rgb(colours[MOVE[Actor.CUSTOMER]]))
    taken = next(groups["en-arrow-signed_in-order_list"].iter(f"{SVG}path")).attrib
    other = next(groups["en-arrow-order_details-installment_options"].iter(f"{SVG}path")).attrib
    assert taken["stroke"] == rgb(colours[VISITED])
    assert float(other["opacity"]) < float(taken["opacity"])
    assert render_png(content.decode())  # other programs can read it


def test_the_png_is_large_and_of_the_diagrams_proportions(shown: Page) -> None:
    follow(shown, "zh")
    name, content = saved(shown, "png")
    assert name == "overview.zh.png"
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    _, _, across, down = (
        float(number) for number in (shown.locator("svg.picture:not([hidden])").get_attribute("viewBox") or "").split()
    )
    assert width == 2400
    assert abs(height - width * down / across) <= 1
    assert len(content) > 100_000  # not an empty canvas
