"""One page for all tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import FILE, Watched, address, follow, reset_screen, watched


@pytest.fixture(scope="session")
def loaded(browser: Browser) -> Iterator[Watched]:
    with watched(browser, permissions=["clipboard-read", "clipboard-write"]) as seen:
        seen.page.goto(address(FILE, "en"))
        yield seen


@pytest.fixture
def shown(loaded: Watched) -> Iterator[Page]:
    """The page in English, wide and offline, at the choice of the goal; anything on the console fails the test."""
    reset_screen(loaded.page)
    loaded.page.evaluate("() => document.querySelectorAll('details').forEach((details) => { details.open = false; })")
    follow(loaded.page, "en")
    yield loaded.page
    loaded.check()
