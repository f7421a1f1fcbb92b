"""Chromium, driven by Playwright, for the tests of the page. Where there is none, tests fail; none is fetched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

DIAGRAMS = Path(__file__).parents[2] / "diagrams"
FILE = DIAGRAMS / "index.html"
"""The page."""

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first needs half of the time
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--in-process-gpu")  # another process that draws takes longer
WIDE = (1440, 900)
"""Width and height of a page, in pixels."""
SETTINGS: dict[str, Any] = {
    "viewport": dict(zip(("width", "height"), WIDE, strict=True)),
    "reduced_motion": "reduce",
    "locale": "en",
}

TO_FACE = "sign_in/open_orders/open_order/find_option/choose_cancellation/quote_consequences/confirm_cancellation@customer"
"""A path to the decision on verification, as links have it."""
FAILED_ONCE = f"{TO_FACE}/require_verification/start_face_verification/fail_verification"

FOLLOW = """async (fragment) => {
  const again = location.hash === `#${fragment}`;
  for (const next of again ? [`${fragment.split("/")[0]}/`, fragment] : [fragment]) {
    const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = next;
    await changed;
  }
}"""
"""Change the part behind the #; where it is the same, by way of another one: ``en/`` is the same as ``en``."""

SCREEN = """[innerWidth, innerHeight, matchMedia("screen").matches, matchMedia("(prefers-color-scheme: light)").matches]"""

POOR_CONTRAST = """(selector) => {
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
  for (const element of document.querySelectorAll(selector)) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => x - y);
    const ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) poor.push([element.outerHTML.slice(0, 80), ratio]);
  }
  return poor;
}"""
"""The elements of a selector whose words stand out too little from what is behind them."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed on this machine."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.fail(f"no browser: none of {', '.join(NAMES)} is on PATH; install one with: apt-get install {NAMES[0]}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page, everything on its console, and every address that it requested."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail if anything stood on the console or a file of another origin was requested."""
        errors, self.errors[:] = list(self.errors), []
        assert not errors, errors
        assert all(url.startswith(("file:", "blob:")) for url in self.requests), self.requests


@contextmanager
def watched(within: Browser | BrowserContext, **options: Any) -> Iterator[Watched]:
    """A fresh, offline page, checked in the end.

    Args:
        within: a browser, for a page with options of its own; or the context of another page, which takes less time.
        options: as Playwright's ``new_context`` takes them.
    """
    context = within if isinstance(within, BrowserContext) else within.new_context(**SETTINGS | options)
    context.set_offline(True)
    seen = Watched(context.new_page())
    seen.page.set_default_timeout(10_000)  # milliseconds
    seen.page.on("console", lambda message: seen.errors.append(message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    try:
        yield seen
    finally:
        seen.page.close()
        if context is not within:
            context.close()
    seen.check()


def reset_screen(shown: Page) -> None:
    """Make the page wide and light, unless it is, as it would be drawn anew."""
    if shown.evaluate(SCREEN) != [*WIDE, True, True]:
        shown.set_viewport_size(SETTINGS["viewport"])
        shown.emulate_media(media="screen", color_scheme="light")


def address(file: Path, fragment: str = "") -> str:
    """The file's address, with the part behind the #."""
    return file.resolve().as_uri() + (f"#{fragment}" if fragment else "")


def follow(shown: Page, fragment: str) -> None:
    """Follow a link within the page, whatever it shows."""
    shown.evaluate(FOLLOW, fragment)


def read_json(shown: Page, script: str, argument: Any) -> Any:
    """The value of a function in the page, as one text: Playwright takes long to hand over many small values."""
    return json.loads(shown.evaluate(f"async (argument) => JSON.stringify(await ({script})(argument))", argument))


def state_of(shown: Page) -> str | None:
    """The name of the state that the page shows."""
    return shown.locator("#now").get_attribute("data-state")


def steps_of(shown: Page) -> list[str]:
    """The steps of the path that the page lists."""
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


def address_of(page: Page) -> str:
    """The page's address as it is now; ``page.url`` may still be that from before a step on the page."""
    return str(page.evaluate("location.href"))
