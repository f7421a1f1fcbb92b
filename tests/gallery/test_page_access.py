"""The page for everyone: with the keyboard alone, with a screen reader, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from process import Event, State
from process.exploration.inputs import RIGHT
from process.gallery import page
from tests.support.browser import FAILED_ONCE, FILE, address, address_of, follow, press_until, state_of, steps_of, watched


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
        "start other verification: SMS code → Other verification",
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
        last = address_of(shown).rpartition("/")[2]
        assert last.partition("~")[0].partition("@")[0] == event
        assert last.partition("~")[2].replace("=", ": ") == ("" if label == RIGHT else label)
        assert len(steps_of(shown)) == 11
    assert shown.locator("#offers .keys").inner_text() == "Press 1–9 to choose a numbered option."


def test_a_number_key_chooses_the_goal_and_is_left_alone_where_it_means_something_else(shown: Page) -> None:
    assert shown.locator("#start .keys").is_visible()
    shown.keyboard.press("9")
    assert shown.locator("#start").is_visible()
    shown.keyboard.press("2")
    assert address_of(shown).endswith("#en/face_verification")
    shown.keyboard.press("Control+1")
    shown.locator("#as").focus()
    shown.keyboard.press("1")
    assert steps_of(shown) == []
    shown.locator("#copy").focus()
    shown.keyboard.press("1")
    assert state_of(shown) == State.SIGNED_IN


WITHOUT_CODES = """side => {
  const copy = side.cloneNode(true);
  copy.querySelectorAll("code, [hidden]").forEach((element) => element.remove());
  return copy.textContent;
}"""


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
    chinese = shown.locator(".side").evaluate(WITHOUT_CODES) + shown.locator("header h1").inner_text() + shown.title()
    assert re.findall("[A-Za-z]{2,}", chinese) == []
    assert State.VERIFICATION_CHOICE.words.zh in (shown.locator("#live").text_content() or "")
    labels = shown.locator("[aria-label]:not(svg *, svg)").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert all(re.search("[\u4e00-\u9fff]", label) for label in labels)


@pytest.mark.parametrize(("locale", "lang"), [("zh-TW", "zh"), ("fr", "en")])
def test_the_page_opens_in_the_readers_language(browser: Browser, locale: str, lang: str) -> None:
    with watched(browser, locale=locale) as seen:
        seen.page.goto(address(FILE))
        assert seen.page.locator("svg.picture:not([hidden])").get_attribute("data-lang") == lang
