"""The page on every screen: narrow, dark, bright, and on paper."""

from __future__ import annotations

import itertools
import re
from typing import Literal

import pytest
from playwright.sync_api import Page

from process import MODEL, Actor
from process.diagram.palette import DARK, MOVE
from process.gallery import page
from tests.support.browser import FAILED_ONCE, FILE, POOR_CONTRAST, follow


@pytest.mark.parametrize("lang", page.LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_screen_needs_no_sideways_scrolling_and_cuts_nothing(shown: Page, width: int, lang: str) -> None:
    shown.set_viewport_size({"width": width, "height": 740})
    for link in ("", "/plan", f"/both/{FAILED_ONCE}", "/plan/abandon"):
        follow(shown, lang + link)
        shown.locator("#reasons").evaluate("all => all.querySelectorAll('details').forEach(one => one.open = true)")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        parts = "header *, .side :is(section, div, ul, ol, li, p, button)"
        too_wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML)"
        assert shown.locator(parts).evaluate_all(too_wide) == []


SMALLEST_TYPE = """() => {
  const svg = document.querySelector("svg.picture:not([hidden])");
  const sizes = [...svg.querySelectorAll("text")].map((text) => Number(text.getAttribute("font-size")));
  return Math.min(...sizes) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}"""


@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_on_a_phone_the_first_picture_can_be_read_and_shows_where_a_case_begins(shown: Page, lang: str) -> None:
    shown.set_viewport_size({"width": 390, "height": 844})
    follow(shown, lang)
    shown.wait_for_function("() => document.querySelector('#pane').dataset.scale > 1")
    assert shown.evaluate(SMALLEST_TYPE) >= 9  # pixels
    node, pane = (shown.locator(one).bounding_box() for one in (f'[id="{lang}-state-signed_out"]', "#pane"))
    assert node
    assert pane
    assert pane["x"] <= node["x"]
    assert node["x"] + node["width"] <= pane["x"] + pane["width"]
    assert pane["y"] <= node["y"]
    assert node["y"] + node["height"] <= pane["y"] + pane["height"] <= 844


MIDDLE_IS_IN_VIEW = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [node, pane] = [box("svg.picture:not([hidden]) .is-here"), box("#pane")];
  const [x, y] = [node.x + node.width / 2, node.y + node.height / 2];
  return pane.left < x && x < pane.right && pane.top < y && y < pane.bottom && 0 <= pane.top && pane.bottom <= innerHeight;
}"""


def test_on_a_narrow_screen_the_picture_follows_the_case(shown: Page) -> None:
    shown.set_viewport_size({"width": 360, "height": 740})
    follow(shown, f"en/both/{FAILED_ONCE}")
    for event in ("start_other_verification", "pass_verification", "time_out", "time_out"):
        button = shown.locator(f'[data-event="{event}"] button').first
        button.scroll_into_view_if_needed()
        button.click()
        shown.wait_for_function(MIDDLE_IS_IN_VIEW)


# For each word of the picture the contrast with the last shape before it that lies behind its middle.
PICTURE_CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (color) => parse(color).slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const svg = document.querySelector("svg.picture:not([hidden])");
  const fillsOf = (shape) => {
    const fill = getComputedStyle(shape).fill;
    const gradient = fill.match(/url\\("?#([^")]+)"?\\)/);
    if (!gradient) return fill === "none" ? [] : [fill];
    const stops = document.getElementById(gradient[1]).querySelectorAll("stop");
    return [...stops].map((stop) => getComputedStyle(stop).stopColor);
  };
  const shapes = [];
  const poor = [];
  let count = 0;
  for (const element of svg.querySelectorAll("g:not(.edge) > :is(path, polygon, ellipse), text")) {
    const box = element.getBBox();
    if (element.tagName !== "text") {
      const fills = fillsOf(element);
      if (fills.length) shapes.unshift([box, fills]);
      continue;
    }
    let opacity = 1;
    for (let one = element; one !== svg; one = one.parentElement) opacity *= Number(getComputedStyle(one).opacity);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const under = shapes.find(([b]) => b.x < x && x < b.x + b.width && b.y < y && y < b.y + b.height);
    for (const behind of under[1]) {
      const [a, b] = [light(getComputedStyle(element).fill), light(behind)].sort((one, other) => one - other);
      const ratio = (b + 0.05) / (a + 0.05);
      if (ratio < 4.5 || opacity < 1) poor.push([element.textContent, behind, ratio, opacity]);
      count += 1;
    }
  }
  return [count, poor, light(shapes.at(-1)[1][0])];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_the_picture_stands_out_by_day_and_by_night(shown: Page, scheme: Literal["light", "dark"]) -> None:
    shown.emulate_media(color_scheme=scheme)
    for link in ("en", f"en/both/{FAILED_ONCE}", "zh", "zh/plan/abandon"):
        follow(shown, link)
        count, poor, page_light = shown.evaluate(PICTURE_CONTRAST)
        assert count > 100
        assert poor == []
        assert (page_light > 0.5) is (scheme == "light")


def test_every_colour_of_the_picture_has_its_own_for_the_dark_page() -> None:
    known = {day.lower() for day in DARK}
    for lang in page.LANGUAGES:
        drawn = (FILE.parent / f"overview.{lang}.svg").read_text(encoding="utf-8")
        used = {colour.lower() for colour in re.findall(r'(?:fill|stroke|stop-color)[=:]"?([^";]+)', drawn)}
        assert {colour for colour in used if not colour.startswith(("none", "transparent", "url("))} <= known
    assert len(set(DARK.values())) == len(known) - 1, "Graphviz' black shares a colour with the ink, no others do"


def test_colours_of_those_who_move_differ_in_grey_by_night_too() -> None:
    def lightness(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    owners = {responsibility.owner for info in MODEL.states.values() for responsibility in info.responsibilities}
    greys = sorted(lightness(DARK[MOVE[owner]]) for owner in owners)
    assert min(b / a for a, b in itertools.pairwise(greys)) >= 1.15


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_stand_out_from_what_is_behind_them(shown: Page, scheme: Literal["light", "dark"]) -> None:
    shown.emulate_media(color_scheme=scheme)
    backgrounds = set()
    for link in ("en", "en/holiday", f"en/both/{FAILED_ONCE}", "en/plan/abandon"):
        follow(shown, link)
        if "both" in link:
            shown.locator("[data-refused]").first.click()
        assert shown.evaluate(POOR_CONTRAST, "header *, .side *") == []
        backgrounds.add(shown.evaluate("getComputedStyle(document.body).backgroundColor"))
    red = int(re.findall(r"\d+", backgrounds.pop())[0])
    assert (red > 128) is (scheme == "light")


def test_on_paper_the_whole_picture_is_seen_in_the_colours_of_the_day(shown: Page) -> None:
    shown.set_viewport_size({"width": 1040, "height": 720})
    shown.emulate_media(media="print", color_scheme="dark")
    follow(shown, f"en/both/{FAILED_ONCE}")
    drawn, ends = (shown.locator(one).bounding_box() for one in ("svg.picture:not([hidden])", "#pane"))
    assert drawn
    assert ends
    for side, length in (("x", "width"), ("y", "height")):
        assert ends[side] <= drawn[side]
        assert drawn[side] + drawn[length] <= ends[side] + ends[length] + 1
    assert drawn["height"] < 720  # on one sheet
    red, green, blue = bytes.fromhex(MOVE[Actor.CUSTOMER][1:])
    box = shown.locator('[id="en-state-signed_out"] path').first
    assert box.evaluate("one => getComputedStyle(one).fill") == f"rgb({red}, {green}, {blue})"
    assert shown.locator("h1").evaluate("one => getComputedStyle(one).color") == "rgb(28, 36, 48)"
    assert not shown.locator("#back").is_visible()
