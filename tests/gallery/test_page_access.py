"""The page for everyone, everywhere: keyboard, languages, narrow screens, dark screens, paper."""

from __future__ import annotations

import itertools
import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from process import MODEL, Actor, Event, State
from process.diagram.palette import DARK, MOVE
from process.exploration.inputs import RIGHT
from process.gallery import page
from tests.support.browser import FILE, address, follow, watched

TO_FACE = "sign_in/open_orders/open_order/find_option/choose_cancellation/quote_consequences/confirm_cancellation@customer"
FAILED_ONCE = f"{TO_FACE}/require_verification/start_face_verification/fail_verification"


def state_of(shown: Page) -> str | None:
    return shown.locator("#now").get_attribute("data-state")


def steps_of(shown: Page) -> list[str]:
    return shown.locator("#steps li").all_inner_texts()


def press_until(shown: Page, selector: str, *, key: str = "Tab", most: int = 60) -> None:
    """Move the focus by the keyboard alone until it is on the element, and is to be seen there."""
    for _ in range(most):
        if shown.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
        shown.keyboard.press(key)
    pytest.fail(f"{most} times {key} did not lead to {selector}")


def test_a_path_is_taken_with_the_keyboard_alone_and_each_new_state_is_announced(shown: Page) -> None:
    press_until(shown, '[data-goal="face_verification"]')
    shown.keyboard.press("Enter")
    path = (
        ("sign_in", State.SIGNED_IN),
        ("open_orders", State.ORDER_LIST),
        ("report_order_missing", State.SUPPORT_NEEDED),
        ("contact_support", State.IN_SUPPORT),
        ("remove_face_verification", State.FACE_VERIFICATION_REMOVED),
    )
    for event, state in path:
        press_until(shown, f'[data-event="{event}"] button')
        shown.keyboard.press("Enter")
        assert state_of(shown) == state
        assert shown.evaluate("document.activeElement.id") == "state"
        assert state.words.en in shown.locator("#live").inner_text()
    press_until(shown, "#back")
    shown.keyboard.press("Space")
    assert state_of(shown) == State.IN_SUPPORT


COVERED = """() => {
  scrollTo(0, 0);
  const covered = [];
  const focusable = "button, select, input:not([hidden]), summary, [tabindex]";
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const aside = "svg, script, style, noscript, option, .unseen, [hidden]";
    if (!walker.currentNode.data.trim() || parent.closest(aside)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    texts.push([parent, [...range.getClientRects()]]);
  }
  for (const element of document.querySelectorAll(focusable)) {
    if (!element.checkVisibility() || element.matches(".unseen")) continue;
    element.focus({ focusVisible: true, preventScroll: true });
    const { outlineWidth, outlineOffset, outlineStyle } = getComputedStyle(element);
    const [width, offset] = [parseFloat(outlineWidth), parseFloat(outlineOffset)];
    const box = element.getBoundingClientRect();
    if (outlineStyle === "none" || width < 2) covered.push([element.id, "no ring"]);
    const grown = (by) => [box.left - by, box.top - by, box.right + by, box.bottom + by];
    const [outer, inner] = [grown(offset + width), grown(offset)];
    const within = (rect, [left, top, right, bottom]) =>
      rect.left >= left && rect.top >= top && rect.right <= right && rect.bottom <= bottom;
    const apart = (rect, [left, top, right, bottom]) =>
      rect.right <= left || rect.left >= right || rect.bottom <= top || rect.top >= bottom;
    const controls = [...document.querySelectorAll("button, select")].filter((one) => one.checkVisibility());
    const others = controls.filter((one) => !element.contains(one));
    const rects = [...texts.flatMap(([, rects]) => rects), ...others.map((one) => one.getBoundingClientRect())];
    for (const rect of rects) {
      if (!within(rect, inner) && !apart(rect, outer)) covered.push([element.outerHTML.slice(0, 90), rect.toJSON()]);
    }
  }
  return covered;
}"""


@pytest.mark.parametrize("lang", page.LANGUAGES)
@pytest.mark.parametrize("width", [390, 1440])
def test_the_focus_ring_is_seen_everywhere_and_covers_neither_text_nor_control(shown: Page, width: int, lang: str) -> None:
    shown.set_viewport_size({"width": width, "height": 900})
    for link in ("", f"/both/{FAILED_ONCE}", "/plan/abandon"):
        follow(shown, lang + link)
        assert shown.evaluate(COVERED) == []


def test_every_button_that_raises_an_event_is_named_after_it(shown: Page) -> None:
    follow(shown, f"en/both/{FAILED_ONCE}")
    names = shown.locator("#offered").aria_snapshot()
    for name in (
        "start another verification: SMS code → Other verification",
        "start face verification: without separate consent → refused",
        "report a problem → Support needed",
    ):
        assert f'button "{name}"' in names
    for item in shown.locator("#offered li[data-event]").all():
        event = Event(item.get_attribute("data-event"))
        assert item.get_by_role("button", name=event.words.en).count() == item.locator("button").count()


def taken_buttons(shown: Page) -> list[tuple[str, str]]:
    """The choices that lead on, in their order: the number that each shows, and what it would raise."""
    read = """all => all.map(one => [
      one.querySelector("kbd")?.textContent ?? "", `${one.closest("li").dataset.event} ${one.dataset.variant}`])"""
    return [(number, what) for number, what in shown.locator("#offered button:not([data-refused])").evaluate_all(read)]


def test_a_number_key_chooses_what_shows_that_number(shown: Page) -> None:
    link = f"en/both/{FAILED_ONCE}"
    follow(shown, link)
    offered = taken_buttons(shown)
    assert [number for number, _ in offered] == [
        str(number) if number < 10 else "" for number in range(1, len(offered) + 1)
    ]
    for number, what in offered[:9]:
        follow(shown, link)
        shown.keyboard.press(number)
        event, _, label = what.partition(" ")
        last = shown.url.rpartition("/")[2]
        assert last.partition("~")[0].partition("@")[0] == event
        assert last.partition("~")[2].replace("=", ": ") == ("" if label == RIGHT else label)
        assert len(steps_of(shown)) == 11
    assert shown.locator("#offers .keys").inner_text() == "Press 1–9 to choose a numbered option."


def test_a_number_key_chooses_the_goal_and_is_left_alone_where_it_means_something_else(shown: Page) -> None:
    assert shown.locator("#start .keys").is_visible()
    shown.keyboard.press("9")
    assert shown.locator("#start").is_visible()
    shown.keyboard.press("2")
    assert shown.url.endswith("#en/face_verification")
    shown.keyboard.press("Control+1")
    shown.locator("#as").focus()
    shown.keyboard.press("1")
    assert steps_of(shown) == []
    shown.locator("#copy").focus()
    shown.keyboard.press("1")
    assert state_of(shown) == State.SIGNED_IN


def test_the_switch_changes_every_word_and_keeps_the_path(shown: Page) -> None:
    follow(shown, f"en/both/{FAILED_ONCE}")
    shown.locator("#reasons details").evaluate("details => details.open = true")
    assert shown.locator("html").get_attribute("lang") == "en"
    assert not re.search("[\u4e00-\u9fff]", shown.locator("main").inner_text() + shown.title())
    english = shown.locator("svg.picture:not([hidden])").get_attribute("data-lang")
    shown.get_by_role("button", name="中文").click()
    assert shown.locator("html").get_attribute("lang") == "zh-CN"
    assert (english, shown.locator("svg.picture:not([hidden])").get_attribute("data-lang")) == ("en", "zh")
    assert (state_of(shown), len(steps_of(shown))) == (State.VERIFICATION_CHOICE, 10)
    shown.locator("code").evaluate_all("codes => codes.forEach(code => code.remove())")
    chinese = shown.locator(".side").inner_text() + shown.locator("header h1").inner_text() + shown.title()
    assert re.findall("[A-Za-z]{2,}", chinese) == []
    assert State.VERIFICATION_CHOICE.words.zh in (shown.locator("#live").text_content() or "")
    labels = shown.locator("[aria-label]:not(svg *, svg)").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert all(re.search("[\u4e00-\u9fff]", label) for label in labels)


@pytest.mark.parametrize(("locale", "lang"), [("zh-TW", "zh"), ("fr", "en")])
def test_the_page_opens_in_the_readers_language(browser: Browser, locale: str, lang: str) -> None:
    with watched(browser, locale=locale) as seen:
        seen.page.goto(address(FILE))
        assert seen.page.locator("svg.picture:not([hidden])").get_attribute("data-lang") == lang


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


CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("header *, .side *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => x - y);
    const ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) poor.push([element.outerHTML.slice(0, 80), ratio]);
  }
  return poor;
}"""


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
        assert shown.evaluate(CONTRAST) == []
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
