"""Debian's Chromium, driven by Playwright, for the tests of the page. Where there is none, tests fail; none is fetched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed on this machine."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.fail(f"no browser: none of {', '.join(NAMES)} is on PATH; install one with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page of its own, and everything that it said or asked for beside what is seen."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A fresh, offline page; options as Playwright's ``new_context`` takes them. A word on the console fails the test."""
    settings: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", "locale": "en"}
    context = browser.new_context(**settings | options)
    context.set_offline(True)
    seen = Watched(context.new_page())
    seen.page.set_default_timeout(10_000)  # milliseconds
    seen.page.on("console", lambda message: seen.errors.append(message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    context.on("request", lambda request: seen.requests.append(request.url))
    try:
        yield seen
    finally:
        context.close()
    assert not seen.errors, seen.errors
    assert all(url.startswith("file:") for url in seen.requests), seen.requests


def address(file: Path, trip: str = "") -> str:
    """The file's address, with what stands behind the #."""
    return file.resolve().as_uri() + (f"#{trip}" if trip else "")
