"""The page of a report in a real browser: deviations are read, filtered and opened, and support's questions answered."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from process import Event, State
from process.audit import Report, page
from process.audit.page_data import outcome_of, page_data
from process.audit.report import Deviation
from process.audit.trace import Trace
from process.diagram import View
from process.requirements.catalogue import REQUIREMENTS
from tests.audit.conftest import HOSTILE
from tests.support.browser import POOR_CONTRAST, Watched, address, press_until, watched
from tests.support.thorough import counts

PICTURE = '#case-pane svg.picture[data-lang="{lang}"]'


def counted(shown: Page) -> int:
    """The number of cases that the list says it shows."""
    return int(re.sub(r"\D.*", "", shown.locator("#count").inner_text().replace(",", "")))


def opened(shown: Page, case: str) -> Locator:
    """Find a case by its id, which opens it; its picture in the language of the page."""
    shown.locator("#find-id").fill(case)
    shown.locator("#find button").click()
    lang = shown.locator("html").get_attribute("lang") or ""
    return shown.locator(PICTURE.format(lang=lang[:2]))


def case_of(report: Report, number: int) -> str:
    return next(each.case_id for each in report.listed if each.variant == number)


def first_deviation(report: Report, *codes: str) -> Deviation:
    return next(each for each in report.deviations if each.codes == codes and each.position > 2)


# ------------------------------------------------------------------------------------------------------------ the list


def test_the_summary_and_the_list_show_what_the_report_says(shown: Page, report: Report) -> None:
    for name in ("rows", "cases", "conforming", "deviating", "unknown"):
        assert shown.locator(f'[data-figure="{name}"] dd').inner_text() == f"{getattr(report, name):,}"
    assert counted(shown) == report.deviating > 30
    counts = [int(text) for text in shown.locator("#patterns .many").all_inner_texts()]
    assert sum(counts) == report.deviating
    assert counts == sorted(counts, reverse=True)


def test_each_filter_leaves_the_cases_that_it_names(shown: Page, report: Report) -> None:
    wanted = {
        ("by-state", "order_list"): lambda each: each.state == "order_list",
        ("by-event", "sign_in"): lambda each: each.event == "sign_in",
        ("by-code", "wrong_account"): lambda each: "wrong_account" in each.codes,
        ("by-requirement", "R8"): lambda each: "R8" in each.requirements,
        ("by-requirement", "*"): lambda each: each.requirements,
        ("by-requirement", "-"): lambda each: not each.requirements,
        ("by-outcome", "cancelled"): lambda each: outcome_of(each) == "cancelled",
    }
    for (name, value), matches in wanted.items():
        expected = sum(each.cases for each in report.deviations if matches(each))
        if not expected:
            assert shown.locator(f'#{name} option[value="{value}"]').count() == 0
            continue
        shown.locator(f"#{name}").select_option(value)
        assert counted(shown) == expected < report.deviating, (name, value)
        shown.locator("#clear").click()
        assert counted(shown) == report.deviating
    shown.locator("#by-event").select_option("sign_in")
    shown.locator("#by-state").select_option("signed_in")
    assert counted(shown) == sum(
        each.cases for each in report.deviations if (each.event, each.state) == ("sign_in", "signed_in")
    )


def test_the_list_is_sorted_by_state_too_and_searched_by_part_of_an_id(shown: Page, report: Report) -> None:
    shown.locator("#sort").select_option("state")
    states = shown.locator("#patterns details").evaluate_all("all => all.map(one => one.dataset.state)")
    assert states == sorted(states, key=lambda name: list(State).index(State(name)) if name else -1)
    shown.locator("#sort").select_option("cases")
    part = case_of(report, 3)[-2:]
    shown.locator("#by-id").fill(part)
    matching = sorted(each.case_id for each in report.listed if part in each.case_id)
    assert counted(shown) == len(matching)
    assert sorted(shown.locator("#patterns [data-case]").all_inner_texts()) == matching


# ------------------------------------------------------------------------------------------------------------ one case


def test_a_case_shows_its_path_in_the_picture_with_numbered_steps_and_the_illegal_event(
    shown: Page, report: Report
) -> None:
    found = first_deviation(report, "wrong_state")
    picture = opened(shown, case_of(report, found.variant))
    assert shown.evaluate("document.activeElement.id") == "case-title"
    taken = picture.locator(".edge.was-taken").evaluate_all("all => all.map(one => one.id)")
    entries = Trace.parse(found.trace).entries
    for step, entry in zip(found.path, entries, strict=False):
        assert step
        ends = picture.locator(f".edge.{entry.event}.was-taken").evaluate_all("all => all.map(one => one.id)")
        assert any(name.endswith(f"-{step[1]}") for name in ends), (step, taken)
    numbers = " ".join(picture.locator("text.mark.step").all_text_contents()).replace(",", " ").split()
    assert sorted(map(int, numbers)) == list(range(1, found.position))
    assert picture.locator("text.mark.stop").all_text_contents() == [f"✗ {found.position}"]
    assert picture.locator("path.mark.leap").count() == 1
    assert picture.locator(".node.is-stopped").get_attribute("id") == f"en-state-{found.state}"
    kinds = [
        kind.partition(" ")[0] for kind in shown.locator("#steps li").evaluate_all("all => all.map(one => one.className)")
    ]
    assert kinds == ["legal"] * (found.position - 1) + ["illegal"] + ["after"] * (len(entries) - found.position)
    assert "✗ illegal" in shown.locator("#steps li.illegal").inner_text()
    assert Event(found.event).words.en in shown.locator("#steps li.illegal").inner_text()


def test_an_event_that_was_refused_where_it_belongs_is_marked_on_its_own_arrow(shown: Page, report: Report) -> None:
    found = next(each for each in report.deviations if each.codes == ("wrong_account",))
    picture = opened(shown, case_of(report, found.variant))
    assert picture.locator(".edge.is-illegal").evaluate_all("all => all.map(one => one.id)") == [
        "en-arrow-signed_out-signed_in"
    ]
    assert picture.locator(".mark.leap").count() == 0
    assert picture.locator("text.mark.stop").all_text_contents() == ["✗ 1"]
    shown.locator("#close").click()
    other = first_deviation(report, "wrong_state")
    picture = opened(shown, case_of(report, other.variant))
    assert picture.locator(".edge.is-illegal").count() == 0, "marks of the case before are gone"


@counts("kinds", 4, 30)
def test_the_marks_lie_on_no_word_of_the_picture(shown: Page, report: Report, kinds: int) -> None:
    overlapping = """svg => {
      const box = (one) => one.getBBox();
      const words = [...svg.querySelectorAll("text:not(.mark)")].map((one) => [one.textContent, box(one)]);
      return [...svg.querySelectorAll("rect.mark")].map(box).flatMap((a) => words.filter(([, b]) =>
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).map(([word]) => word));
    }"""
    for found in report.deviations[:kinds]:
        assert opened(shown, case_of(report, found.variant)).evaluate(overlapping) == [], found


def test_reason_repair_and_requirement_with_its_source_stand_in_both_languages(shown: Page, report: Report) -> None:
    rules = {each.id: each for each in REQUIREMENTS}
    found = next(each for each in report.deviations if "R11" in each.requirements and each.repair)
    for lang in page.LANGUAGES:
        shown.locator(f'[data-choose-lang="{lang}"]').click()
        opened(shown, case_of(report, found.variant))
        told = shown.locator("#verdict").inner_text()
        assert found.reason.of(lang) in told
        assert found.repair
        assert all(words.of(lang) in told for words in found.repair)
        rule = shown.locator('#verdict [data-requirement="R11"]').inner_text()
        assert rules["R11"].sentence.of(lang) in rule
        assert rules["R11"].source.of(lang) in rule
        assert found.codes[0] in told


def test_the_times_of_the_events_are_those_of_the_log(shown: Page, report: Report) -> None:
    listed = report.listed[0]
    opened(shown, listed.case_id)
    assert shown.locator("#steps time").evaluate_all("all => all.map(one => one.dateTime)") == list(listed.times)


def test_a_link_opens_its_case_and_closing_returns_to_its_button(loaded: Watched, page_file: Path, report: Report) -> None:
    with watched(loaded.page.context) as seen:
        seen.page.goto(address(page_file))
        seen.page.locator("#patterns summary").first.click()
        seen.page.locator("#patterns [data-case]").first.click()
        link, title = seen.page.url, seen.page.locator("#case-title").inner_text()
        seen.page.locator("#close").click()
        assert not seen.page.locator("#opened").is_visible()
        assert seen.page.evaluate("document.activeElement.matches('[data-case]')")
        seen.page.goto("about:blank")
        seen.page.goto(link)
        assert seen.page.locator("#case-title").inner_text() == title
        seen.requests[:] = [url for url in seen.requests if url != "about:blank"]


# ------------------------------------------------------------------------------------------------- support's questions


def test_the_questions_of_support_are_answered_with_the_cases(shown: Page, report: Report) -> None:
    wrongly = [each for each in report.deviations if outcome_of(each) == "cancelled" and each.requirements]
    shown.locator('[data-show="wrongly"]').click()
    assert counted(shown) == sum(each.cases for each in wrongly) > 0
    ids = {each.case_id for each in report.listed if each.variant in {found.variant for found in wrongly}}
    for details in shown.locator("#patterns summary").all():
        details.click()
    listed = "[...document.querySelectorAll('#patterns [data-case]')].map(one => one.innerText)"
    shown.wait_for_function(
        f"count => new Set({listed}).size >= count", arg=len(ids)
    )  # lists are filled once they are open
    assert {*shown.locator("#patterns [data-case]").all_inner_texts()} == ids
    kinds = Counter[tuple[str, str | None, tuple[str, ...]]]()
    for each in report.deviations:
        kinds[each.event, each.state, each.codes] += each.cases
    (((event, state, _), count),) = kinds.most_common(1)
    answer = shown.locator('[data-answer="mostFrequent"]').inner_text()
    assert f'"{Event(event).words.en}" in "{State(state).words.en}": {count} cases' in answer
    shown.locator('[data-show="mostFrequent"]').click()
    assert counted(shown) == count
    broken = {each.id: each.broken for each in report.requirements if each.broken}
    assert all(
        f"{name} {count} case" in shown.locator('[data-answer="broken"]').inner_text() for name, count in broken.items()
    )
    assert f"{len(report.overdue)} case" in shown.locator('[data-answer="late"]').inner_text()


def test_requirements_are_listed_with_source_and_count_and_those_that_a_log_cannot_show(
    shown: Page, report: Report
) -> None:
    for each in report.requirements:
        row = shown.locator(f'#requirement-table [data-requirement="{each.id}"]').inner_text()
        expected = f"✗ {each.broken} case" if each.broken else "no violation seen" if each.visible else "can't show it"
        assert expected in row, each
        assert REQUIREMENTS[int(each.id[1:]) - 1].source.en in row
    shown.locator('[data-show="R8"]').click()
    assert counted(shown) == next(each.broken for each in report.requirements if each.id == "R8")
    limits = shown.locator("#limits").inner_text()
    assert all(each.id in limits for each in report.requirements if not each.visible)
    assert all(Event(event.value).words.en in limits for event in Event if event.value not in report.recorded)


def test_waits_overdue_cases_and_coverage_are_shown(shown: Page, report: Report) -> None:
    slowest = max((each for each in report.arrows if each.p90 is not None), key=lambda each: each.p90 or 0)
    first = shown.locator("#wait-table tbody tr").first.inner_text()
    assert State(slowest.source).words.en in first
    assert Event(slowest.event).words.en in first
    assert f"{len(report.arrows)} of {len(report.arrows) + len(report.unseen)}" in shown.locator("#covered").inner_text()
    assert report.overdue
    assert shown.locator("#overdue-table tbody th").first.inner_text() == report.overdue[0].case_id
    state = report.overdue[0].state
    shown.locator("#overdue-state").select_option(state)
    rows = shown.locator("#overdue-table tbody tr").count()
    assert rows == min(20, sum(each.state == state for each in report.overdue))
    shown.locator("#overdue-state").select_option("")
    for view in View:
        shown.locator("#view").select_option(view.value)
        assert shown.locator("#traffic-pane svg:not([hidden])").get_attribute("data-view") == view.value


def test_an_id_of_no_deviating_case_is_answered_with_what_to_do(shown: Page, report: Report) -> None:
    told = {
        "en": f"{report.conforming} cases conform to the model. To see which it is, audit this case alone",
        "zh": f"{report.conforming} 笔办理符合模型。要看是哪一种，请单独审计这一笔",
    }
    assert not report.unknown
    for lang, expected in told.items():
        shown.locator(f'[data-choose-lang="{lang}"]').click()
        shown.locator("#find-id").fill("it's none")
        shown.locator("#find-id").press("Enter")
        assert expected in shown.locator("#found").inner_text()
        assert shown.locator("#found code").inner_text() == (
            f"python -m process audit '{report.files[0]}' --only 'it'\\''s none'"
        )
        assert not shown.locator("#opened").is_visible()
        assert shown.locator("#patterns > li").count(), "the list is left as it was"
        shown.locator("#by-id").fill("it's none")
        assert expected in shown.locator("#count").inner_text()
        shown.locator("#clear").click()


def test_an_id_of_an_overdue_case_is_answered_with_its_state(shown: Page, report: Report) -> None:
    late = next(each for each in report.overdue if not any(each.case_id in one.case_id for one in report.listed))
    shown.locator("#find-id").fill(late.case_id)
    shown.locator("#find-id").press("Enter")
    told = f'conforms to the model so far, but is overdue: it stands in "{State(late.state).words.en}"'
    assert f"Case {late.case_id} {told}" in shown.locator("#found").inner_text()


# --------------------------------------------------------------------------------------------------- safe and complete


def test_ids_that_would_be_markup_are_shown_as_they_are_and_do_nothing(shown: Page, page_file: Path) -> None:
    for name in HOSTILE:
        opened(shown, name)
        expect(shown.locator("#case-title")).to_have_text(f"Case {name}")
        assert shown.locator("#patterns [data-case]").filter(has_text=name[:20]).count() == 1
    assert shown.evaluate("[typeof window.hacked, document.querySelectorAll('main img, #bold').length]") == ["undefined", 0]
    assert page_file.read_text(encoding="utf-8").count("</script>") == 2


def test_the_page_holds_no_reference_of_an_account_an_order_or_a_quote(page_file: Path) -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page_file.read_text(encoding="utf-8"))
    assert not re.findall(r"(?:account|order|quote)-\d|somebody else|never-quoted", data)


def test_the_page_names_no_address_and_stops_a_script_that_is_not_its_own(
    loaded: Watched, page_file: Path, tmp_path: Path
) -> None:
    text = page_file.read_text(encoding="utf-8")
    assert {*re.findall(r"https?://[^\s\"'<)]+", text)} <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    tampered = tmp_path / "index.html"
    tampered.write_text(text.replace("</body>", "<script>window.stranger = 1</script></body>"), encoding="utf-8")
    with watched(loaded.page.context) as seen:
        seen.page.goto(address(tampered))
        assert seen.page.evaluate("[typeof window.stranger, document.querySelectorAll('#patterns li').length > 0]") == [
            "undefined",
            True,
        ]
        assert "Content Security Policy" in seen.errors.pop()


def test_a_large_report_lists_some_cases_and_counts_all(report: Report) -> None:
    data = page_data(report, lang="en", most_cases=7)
    assert len(data["cases"]) == 7
    assert len({case[1] for case in data["cases"]}) == 7, "the first of each kind before the second of any"
    assert sum(pattern["cases"] for pattern in data["patterns"]) == report.deviating
    assert json.dumps(data)


def test_a_page_that_leaves_cases_out_says_how_many_and_where_they_are(
    loaded: Watched, report: Report, pictures: dict[tuple[View, str], str], tmp_path: Path
) -> None:
    file = tmp_path / "index.html"
    file.write_text(page.html(report, pictures, lang="zh", most_cases=7), encoding="utf-8")
    with watched(loaded.page.context) as seen:
        seen.page.goto(address(file))
        assert seen.page.locator("html").get_attribute("lang") == "zh-CN"
        told = seen.page.locator("#left-out").inner_text()
        assert f"{report.deviating} 笔中的 7 笔" in told
        assert "deviations.csv" in told
        assert counted(seen.page) == report.deviating


# ------------------------------------------------------------------------------------------------------- for everyone


def test_a_case_is_found_and_opened_with_the_keyboard_alone(shown: Page) -> None:
    press_until(shown, "#by-event")
    shown.keyboard.type("sign")
    press_until(shown, "#patterns summary")
    shown.keyboard.press("Enter")
    press_until(shown, "[data-case]")
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "case-title"
    assert shown.locator("#case-title").inner_text() in shown.locator("#live").inner_text()
    press_until(shown, "#case-pane")
    press_until(shown, "#close", key="Shift+Tab")
    shown.keyboard.press("Space")
    assert shown.evaluate("document.activeElement.matches('[data-case]')")


def test_the_whole_page_speaks_the_language_that_was_chosen(shown: Page, report: Report) -> None:
    opened(shown, case_of(report, 1))
    texts = {}
    for lang, html_lang in (("zh", "zh-CN"), ("en", "en")):
        shown.locator(f'[data-choose-lang="{lang}"]').click()
        assert shown.locator("html").get_attribute("lang") == html_lang
        assert shown.locator(f'[data-choose-lang="{lang}"]').get_attribute("aria-pressed") == "true"
        assert shown.locator(PICTURE.format(lang=lang)).is_visible()
        texts[lang] = [
            shown.locator(one).all_inner_texts() for one in ("h2:visible", "h3:visible", "dt", "label", "th", "nav a", "td")
        ]
    for chinese, english in zip(texts["zh"], texts["en"], strict=True):
        assert len(chinese) == len(english)
        law = "人脸识别技术应用安全管理办法"
        assert not [text for text in english if re.search("[\u4e00-\u9fff]", text.replace(law, "").replace("中文", ""))]
    assert [text for text in texts["zh"][0] if not re.search("[\u4e00-\u9fff]", text)] == []


def test_every_control_has_a_name_and_headings_go_down_by_one(shown: Page, report: Report) -> None:
    opened(shown, case_of(report, 1))
    nameless = """all => all.filter((one) => !(one.getAttribute("aria-label")
      || one.labels?.length && one.labels[0].innerText.trim() || one.innerText.trim())).map((one) => one.outerHTML)"""
    controls = "button:visible, select:visible, input:visible, a:visible, [tabindex='0']"
    assert shown.locator(controls).evaluate_all(nameless) == []
    levels = shown.locator(":is(h1, h2, h3):visible").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_a_narrow_screen_needs_no_sideways_scrolling_and_cuts_nothing(shown: Page, report: Report, lang: str) -> None:
    shown.locator(f'[data-choose-lang="{lang}"]').click()
    opened(shown, HOSTILE[0])
    shown.locator("#patterns summary").first.click()
    shown.locator("#unseen-part summary").click()
    for width in (320, 390, 768, 1100):
        shown.set_viewport_size({"width": width, "height": 844})
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        parts = "header, header *, nav *, main :is(section, div, ul, ol, li, p, dl, dt, dd, table, td, th, button, label)"
        cut = """all => all.filter(one => !one.closest(".pane") && one.scrollWidth > one.clientWidth + 1
          && getComputedStyle(one).display !== "inline" && !one.closest("thead")).map(one => one.outerHTML.slice(0, 90))"""
        assert shown.locator(parts).evaluate_all(cut) == [], width
    shown.locator("#unseen-part summary").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_by_day_and_by_night(shown: Page, report: Report, scheme: str) -> None:
    shown.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(shown, case_of(report, 1))
    assert shown.evaluate(POOR_CONTRAST, "header *, nav *, main :not(svg, svg *)") == []


def test_on_paper_a_case_stands_with_its_whole_picture_and_without_controls(shown: Page, report: Report) -> None:
    picture = opened(shown, case_of(report, 1))
    shown.set_viewport_size({"width": 1040, "height": 720})
    shown.emulate_media(media="print", color_scheme="dark")
    drawn, pane = picture.bounding_box(), shown.locator("#case-pane").bounding_box()
    assert drawn
    assert pane
    assert pane["x"] <= drawn["x"]
    assert drawn["x"] + drawn["width"] <= pane["x"] + pane["width"] + 1
    assert drawn["y"] + drawn["height"] <= pane["y"] + pane["height"] + 1
    assert not shown.locator("button:visible, select:visible, nav:visible").count()
    assert shown.locator("#verdict").is_visible()
