"""The page as a file: fresh, closed to anything from outside, and complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from process import MODEL, State
from process.exploration.explorer import Exploration
from process.gallery import page
from tests.support.browser import DIAGRAMS, FILE, address, watched


def test_the_page_in_the_gallery_is_the_one_that_the_model_gives(exploration: Exploration) -> None:
    drawn = {lang: (DIAGRAMS / f"overview.{lang}.svg").read_text(encoding="utf-8") for lang in page.LANGUAGES}
    assert FILE.read_text(encoding="utf-8") == page.html(drawn, exploration), (
        "index.html is stale; run: python -m process draw"
    )


def test_the_page_is_the_same_under_another_hash_seed() -> None:
    code = "import pathlib, sys; from process.gallery import page; "
    code += "read = lambda lang: pathlib.Path(sys.argv[1], f'overview.{lang}.svg').read_text(encoding='utf-8'); "
    code += "sys.stdout.buffer.write(page.html({lang: read(lang) for lang in page.LANGUAGES}).encode())"
    command = [sys.executable, "-c", code, str(DIAGRAMS)]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "1"}, capture_output=True, check=True)
    assert done.stdout == FILE.read_bytes()


def test_the_page_names_no_address_and_no_handler_and_allows_only_its_own_script() -> None:
    text = FILE.read_text(encoding="utf-8")
    urls = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert urls <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.findall(r"<[^>]+\son\w+=", text)
    assert "default-src 'none'" in text
    assert "unsafe" not in text.split("<title>")[0]
    assert len(text.encode()) < 1_500_000


def test_the_policy_stops_a_script_that_is_not_the_pages(browser: Browser, tmp_path: Path) -> None:
    tampered = tmp_path / "index.html"
    tampered.write_text(FILE.read_text(encoding="utf-8").replace("</body>", "<script>window.stranger = 1</script></body>"))
    with watched(browser) as seen:
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
