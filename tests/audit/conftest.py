"""A small log with faults, ids that would be markup, and the page of its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from process.audit import Report, audit, page
from process.diagram import View
from tests.support.browser import DIAGRAMS, Watched, address, reset_screen, watched
from tests.support.logs import legal_log, with_faults, write_csv

HOSTILE = (
    "</script><img src=x onerror=\"window.hacked='img'\">",
    "<svg onload=window.hacked='svg'>",
    "'\"--><b id=bold>&amp;%</b>\u2028",
)
"""The ids of three deviating cases."""


RESET = """() => {
  const button = (selector) => document.querySelector(selector);
  if (button("#close").checkVisibility()) button("#close").click();
  button("#clear").click();
  document.querySelectorAll("details").forEach((one) => { one.open = false; });
  if (document.documentElement.lang !== "en") button("[data-choose-lang=en]").click();
}"""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    log, faulty = with_faults(legal_log(120), every=3)
    names = dict(zip(sorted(faulty), HOSTILE, strict=False))
    rows = [{**row, "case": names.get(row["case"], row["case"])} for case in log for row in case]
    return audit(write_csv(tmp_path_factory.mktemp("log") / "log.csv", rows))


@pytest.fixture(scope="session")
def pictures() -> dict[tuple[View, str], str]:
    """The gallery's pictures, in place of those with traffic, whose layout takes long."""
    names = [(view, lang) for view in View for lang in page.LANGUAGES]
    return {(view, lang): (DIAGRAMS / f"{view}.{lang}.svg").read_text(encoding="utf-8") for view, lang in names}


@pytest.fixture(scope="session")
def page_file(report: Report, pictures: dict[tuple[View, str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(page.html(report, pictures, lang="en"), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def loaded(browser: Browser, page_file: Path) -> Iterator[Watched]:
    with watched(browser) as seen:
        seen.page.goto(address(page_file))
        yield seen


@pytest.fixture
def shown(loaded: Watched) -> Iterator[Page]:
    """The page in English, wide and offline, with no filter and no case open; anything on the console fails the test."""
    reset_screen(loaded.page)
    loaded.page.evaluate(RESET)
    yield loaded.page
    loaded.check()
