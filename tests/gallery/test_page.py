"""The page as a file: fresh, closed to anything from outside, and complete."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page

from process import MODEL, State
from process.gallery import page
from tests.support.browser import FILE, Watched, address, watched


def test_the_page_names_no_address_and_no_handler_and_allows_only_its_own_script() -> None:
    text = FILE.read_text(encoding="utf-8")
    urls = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert urls <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.findall(r"<[^>]+\son\w+=", text)
    assert "default-src 'none'" in text
    assert "unsafe" not in text.split("<title>")[0]
    assert len(text.encode()) < 1_500_000


def test_the_policy_stops_a_script_that_is_not_the_pages(loaded: Watched, tmp_path: Path) -> None:
    tampered = tmp_path / "index.html"
    tampered.write_text(FILE.read_text(encoding="utf-8").replace("</body>", "<script>window.stranger = 1</script></body>"))
    with watched(loaded.page.context) as seen:
        seen.page.goto(address(tampered))
        assert seen.page.evaluate("[typeof window.stranger, stepThrough.configurations > 0]") == ["undefined", True]
        assert "Content Security Policy" in seen.errors.pop()


def test_the_picture_in_each_language_has_every_state_and_an_arrow_for_every_row(shown: Page) -> None:
    for lang in page.LANGUAGES:
        picture = f'svg.picture[data-lang="{lang}"]'
        ids = shown.locator(f"{picture} [id]").evaluate_all("all => all.map(one => one.id)")
        assert {f"{lang}-state-{state}" for state in State} <= set(ids)
        rows = {int(found) for found in re.findall(r"\brow-(\d+)", shown.locator(picture).inner_html())}
        assert rows == set(range(len(MODEL.table)))
    ids = shown.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
