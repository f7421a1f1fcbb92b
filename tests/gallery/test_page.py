"""The page, in a real browser: it offers what the library offers, refuses with its words, and walks as one would expect."""

from __future__ import annotations

import itertools
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from process import MODEL, Actor, Case, Event, Goal, State
from process.diagram.palette import MOVE
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import ACCOUNT, ORDER, RIGHT, payload_for, payload_variants
from process.exploration.replay import replay_path
from process.gallery import dark_palette, page
from tests.support.browser import Watched, address, chromium, watched

FILE = Path(__file__).parents[2] / "diagrams" / "index.html"
TO_FACE = "sign_in/open_orders/open_order/find_option/choose_cancellation/quote_consequences/confirm_cancellation@customer"
FAILED_ONCE = f"{TO_FACE}/require_verification/start_face_verification/fail_verification"
DEADLINE = {"zh": "时限：", "en": "Deadline: "}
IN_WORDS = {
    timedelta(hours=1): {"zh": "1 小时", "en": "1 hour"},
    timedelta(days=1): {"zh": "1 天", "en": "1 day"},
    timedelta(days=3): {"zh": "3 天", "en": "3 days"},
    timedelta(days=7): {"zh": "7 天", "en": "7 days"},
}
NO_QUOTE = {"zh": "无", "en": "none"}

READ_ALL = """() => {
  const seen = [];
  const text = (element) => element.textContent.trim();
  const reasons = (root) => [...root.querySelectorAll(".reasons li")].map((item) => [item.dataset.code, text(item)]);
  for (let place = 0; place < stepThrough.configurations; place++) {
    stepThrough.show(place);
    const offered = [...document.querySelectorAll("#offered li[data-event]")].map((item) => {
      const taken = [...item.querySelectorAll("button:not([data-refused])")].map((button) => button.dataset.labelOf);
      const refused = [...item.querySelectorAll("button[data-refused]")].map((button) => {
        button.click();
        return [button.dataset.labelOf, reasons(item.querySelector(".refusal"))];
      });
      return [item.dataset.event, item.dataset.by, taken, refused];
    });
    const facts = Object.fromEntries([...document.querySelectorAll("#facts div")].map((row) =>
      [row.dataset.fact, text(row.querySelector("dd"))]));
    const marked = [...document.querySelectorAll("svg.picture:not([hidden]) .is-here")].map((node) => node.id);
    seen.push({ state: text(document.querySelector("#state")), turn: text(document.querySelector("#turn")),
      deadline: text(document.querySelector("#deadline")), facts, offered, marked });
  }
  return seen;
}"""

BLOCKED_ALL = """() => {
  const seen = [];
  const numbers = new Map(); // most lists are seen often: by what the page holds, each is read once
  const lists = [];
  const number = (root) => {
    const key = root.innerHTML;
    if (!numbers.has(key)) {
      numbers.set(key, lists.length);
      const told = (reason) => [reason.dataset.code, reason.textContent.trim()];
      const reasons = (item) => [...item.querySelectorAll(".reasons li")].map(told);
      lists.push([...root.querySelectorAll("li[data-blocked]")].map((item) => [item.dataset.blocked, reasons(item)]));
    }
    return numbers.get(key);
  };
  const as = document.querySelector("#as");
  for (let place = 0; place < stepThrough.configurations; place++) {
    stepThrough.show(place);
    seen.push([...as.options].map((option) => {
      as.value = option.value;
      as.dispatchEvent(new Event("change"));
      return number(document.querySelector("#reasons"));
    }));
  }
  return [seen, lists];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Browser) -> Iterator[Watched]:
    """The page in English, wide, and offline; a word on the console or a request for another file fails the test."""
    with watched(browser) as seen:
        seen.page.goto(address(FILE))
        yield seen


@pytest.fixture
def shown(opened: Watched) -> Page:
    return opened.page


def follow(shown: Page, trip: str) -> None:
    """Open the page anew by its link."""
    shown.goto("about:blank")
    shown.goto(address(FILE, trip))


def button_of(shown: Page, edge: Edge) -> Locator:
    item = f'#offered li[data-event="{edge.event}"][data-by="{edge.by}"]'
    return shown.locator(f'{item} button[data-label-of="{edge.variant}"]')


def state_of(shown: Page) -> str | None:
    return shown.locator("#now").get_attribute("data-state")


def steps_of(shown: Page) -> list[str]:
    return shown.locator("#steps li").all_inner_texts()


def told(reasons: Any, lang: str) -> list[list[str]]:
    """Blockers as the page shows them: code, then text and code."""
    return [[blocker.code, f"{getattr(blocker, lang)} {blocker.code}"] for blocker in reasons]


# ---------------------------------------------------------------------------------------------------------- the file


def test_the_page_in_the_gallery_is_the_one_that_the_model_gives() -> None:
    drawn = {lang: (FILE.parent / f"overview.{lang}.svg").read_text(encoding="utf-8") for lang in page.LANGUAGES}
    stale = "diagrams/index.html is stale; mend it: python -m process draw"
    assert FILE.read_text(encoding="utf-8") == page.html(drawn), stale


def test_the_page_is_the_same_under_every_hash_seed() -> None:
    code = "import hashlib, process.gallery.page as p; page = p.html(dict.fromkeys(p.LANGUAGES, '<svg/>')).encode(); "
    code += "print(hashlib.sha256(page).hexdigest())"
    digests = {
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


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


# ------------------------------------------------------------------------------------- the same answers as the library


@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_every_configuration_offers_what_the_library_offers_and_shows_its_facts(
    browser: Browser, exploration: Exploration, cases: tuple[Case, ...], lang: str
) -> None:
    with watched(browser) as seen:
        seen.page.goto(address(FILE, lang))
        read = seen.page.evaluate(READ_ALL)
    assert len(read) == len(cases)
    for place, (case, here) in enumerate(zip(cases, read, strict=True)):
        offered = {(event, by) for event, by, _, _ in here["offered"]}
        assert len(offered) == len(here["offered"])
        assert offered == {(event, by) for by in Actor for event in case.allowed_events(by=by)}, place
        takes = {(edge.event.value, edge.by.value, edge.variant) for edge in exploration.outgoing[place]}
        assert {(event, by, label) for event, by, taken, _ in here["offered"] for label in taken} == takes, place
        for event, by, taken, refused in here["offered"]:
            data = dict(payload_variants(MODEL, Event(event), case.facts))
            assert {*taken, *(label for label, _ in refused)} == set(data), place
            for label, reasons in refused:
                assert reasons == told(case.blockers(Event(event), data[label], by=Actor(by)), lang), (place, label)
        assert here["state"] == case.state.words.of(lang)
        assert here["marked"] == [f"{lang}-state-{case.state}"]
        if case.request is not None:
            assert case.request.to.words.of(lang) in here["turn"]
            assert here["turn"].endswith(case.request.kind.words.of(lang))
        facts = case.facts
        assert here["facts"]["goal"] == facts.goal.words.of(lang)
        assert re.findall(r"\d+", here["facts"]["face"]) == [str(facts.face_attempts), str(facts.face_limit)]
        assert re.findall(r"\d+", here["facts"]["other"]) == [str(facts.other_attempts), str(facts.other_limit)]
        quote = facts.quote_status
        assert here["facts"]["quote"] == (quote.words.of(lang) if quote else NO_QUOTE[lang])
        deadline = MODEL.states[case.state].deadline
        assert here["deadline"] == (f"{DEADLINE[lang]}{IN_WORDS[deadline][lang]}" if deadline else "")
        if facts.settled:
            assert here["facts"]["settlement"] == facts.settled.words.of(lang)


@pytest.mark.parametrize("lang", page.LANGUAGES)
def test_every_configuration_names_the_librarys_reasons_for_every_other_event(
    browser: Browser, cases: tuple[Case, ...], lang: str
) -> None:
    with watched(browser) as seen:
        seen.page.goto(address(FILE, lang))
        read, lists = seen.page.evaluate(BLOCKED_ALL)
    assert len(read) == len(cases)
    for place, (case, views) in enumerate(zip(cases, read, strict=True)):
        for by, number in zip((None, *Actor), views, strict=True):
            blocked = lists[number]
            expected = {event.value: told(reasons, lang) for event, reasons in case.blocked_events(by=by).items()}
            assert dict(blocked) == expected, (place, by)
            assert len(blocked) == len(expected)


def link_of(goal: Goal, edges: list[Edge]) -> str:
    """What stands behind the # for this trip."""
    parts = ["en", goal.value]
    for edge in edges:
        by = "" if len(MODEL.actors[edge.event]) == 1 else f"@{edge.by}"
        label = "" if edge.variant == RIGHT else f"~{edge.variant.replace(': ', '=')}"
        parts.append(f"{edge.event}{by}{label}")
    return "/".join(parts)


def trips_with_outages(exploration: Exploration, count: int) -> Iterator[tuple[str, Case]]:
    """Random trips that stand in the middle of a verification after outages: their links, and real cases that made them."""
    chance = random.Random(7)  # noqa: S311  # the same trips in every run
    verifying = {move.source for move in MODEL.transitions if move.event is Event.VERIFICATION_UNAVAILABLE}
    liked = [Event.VERIFICATION_UNAVAILABLE, *(move.event for move in MODEL.transitions if move.target in verifying)]
    decided = exploration.first(lambda found: found.state is State.VERIFICATION_CHOICE)
    assert decided is not None
    for _ in range(count):
        edges = list(exploration.path_to(decided))
        goal = exploration.goal_of(tuple(edges), decided)
        place, outages = decided, 0
        while outages < 2 or exploration.configurations[place].state not in verifying:
            ways = [edge for edge in exploration.outgoing[place] if edge.event in liked]
            ways = ways or [edge for edge in exploration.outgoing[place] if edge.event is Event.FAIL_VERIFICATION]
            if chance.random() < 0.25:
                ways = [edge for edge in exploration.outgoing[place] if edge.event is Event.FAIL_VERIFICATION] or ways
            edges.append(chance.choice(ways))
            place = edges[-1].target
            outages += edges[-1].event is Event.VERIFICATION_UNAVAILABLE
            if exploration.configurations[place].state is State.SUPPORT_NEEDED:
                break
        case = replay_path(exploration, tuple(edges), Case(goal=goal, account=ACCOUNT, order=ORDER))
        yield link_of(goal, edges), case


REFUSED_ON_TRIPS = """async (trips) => {
  const seen = [];
  for (const trip of trips) {
    const turned = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = trip;
    await turned;
    const steps = document.querySelectorAll("#steps li").length;
    const refused = [...document.querySelectorAll("#offered button[data-refused]")].map((button) => {
      button.click();
      const item = button.closest("li");
      const lines = [...item.querySelectorAll(".refusal .reasons li")];
      const reasons = lines.map((line) => [line.dataset.code, line.textContent.trim()]);
      return [item.dataset.event, item.dataset.by, button.dataset.labelOf, reasons];
    });
    seen.push([steps, refused]);
  }
  return seen;
}"""


def test_after_outages_refusals_name_the_attempts_that_the_library_names_on_the_same_trip(
    shown: Page, exploration: Exploration
) -> None:
    trips = list(dict(trips_with_outages(exploration, 60)).items())
    read = shown.evaluate(REFUSED_ON_TRIPS, [link for link, _ in trips])
    further = 0
    for (link, case), (steps, refused) in zip(trips, read, strict=True):
        assert steps == case.version, link
        for event, by, label, reasons in refused:
            data = payload_for(MODEL, Event(event), label, case.facts)
            assert reasons == told(case.blockers(Event(event), data, by=Actor(by)), "en"), (link, event, label)
            counted = case.facts.face_attempts + case.facts.other_attempts
            further += "attempt" in data and data["attempt"] > counted + 1
    assert further > 50, "trips whose attempts were given back should be among them"


# ----------------------------------------------------------------------------------------------------------- trips


@pytest.mark.parametrize("end", MODEL.ends)
def test_a_trip_to_each_end_is_clicked_through(shown: Page, exploration: Exploration, end: State) -> None:
    place = exploration.first(lambda found: found.state is end)
    assert place is not None
    trip = exploration.path_to(place)
    shown.locator(f'[data-goal="{exploration.goal_of(trip, place)}"]').click()
    for edge in trip:
        button_of(shown, edge).click()
        assert state_of(shown) == exploration.configurations[edge.target].state
        assert shown.locator("svg.picture:not([hidden]) .is-last").count() >= 1
        last = shown.locator("svg.picture:not([hidden]) .is-last").first.get_attribute("class") or ""
        assert f"row-{edge.row}" in last.split()
    assert len(steps_of(shown)) == len(trip)
    assert shown.locator("#offers").is_hidden()
    assert shown.locator("#where").inner_text() == "Ended"
    info = MODEL.states[end].end
    assert info is not None
    assert shown.locator("#turn").text_content() == info.words.en
    assert end.words.en in shown.locator("#live").inner_text()


LONG_TRIP = (
    ("sign_in", "customer", "channel: website"),
    ("open_orders", "customer", RIGHT),
    ("report_problem", "system", RIGHT),
    ("contact_support", "customer", "channel: hotline"),
    ("guide_back", "support", RIGHT),
    ("open_order", "customer", RIGHT),
    ("find_option", "customer", "option: cancel"),
    ("choose_cancellation", "customer", RIGHT),
    ("quote_consequences", "lender", RIGHT),
    ("confirm_cancellation", "support", RIGHT),
    ("require_verification", "system", RIGHT),
    ("start_other_verification", "customer", "method: bank_card"),
    ("pass_verification", "verifier", RIGHT),
)


def test_the_link_reproduces_the_trip_in_a_fresh_page(browser: Browser, shown: Page) -> None:
    shown.locator('[data-goal="both"]').click()
    for event, by, label in LONG_TRIP:
        shown.locator(f'#offered li[data-event="{event}"][data-by="{by}"] [data-label-of="{label}"]').click()
    assert state_of(shown) == State.CANCELLING
    with watched(browser, locale="zh-CN") as other:
        other.page.goto(shown.url)
        assert other.page.locator("#steps").inner_text() == shown.locator("#steps").inner_text()
        assert "hotline" in other.page.locator("#steps").inner_text()
        assert other.page.locator(".side").inner_text() == shown.locator(".side").inner_text()
        marked = "all => all.map(one => [one.id, one.getAttribute('class')])"
        pictures = [page_.locator("svg.picture .edge").evaluate_all(marked) for page_ in (other.page, shown)]
        assert pictures[0] == pictures[1]
        assert other.page.url == shown.url


def test_the_link_is_copied(browser: Browser) -> None:
    with watched(browser, permissions=["clipboard-read", "clipboard-write"]) as seen:
        follow(seen.page, "en/plan/sign_in/open_orders")
        seen.page.locator("#copy").click()
        seen.page.wait_for_function("document.querySelector('#copy').textContent === 'Link copied'")
        assert seen.page.evaluate("navigator.clipboard.readText()") == seen.page.url


def test_the_arrow_of_a_step_is_the_one_that_leaves_its_state(shown: Page) -> None:
    in_support = "en/plan/sign_in/open_orders/report_order_missing/contact_support"
    follow(shown, in_support)
    late = shown.locator("svg.picture:not([hidden]) .is-next")
    shown.locator('[data-event="time_out"] button').focus()
    assert late.evaluate_all("all => all.map(one => one.id)") == ["en-arrow-in_support-support_needed"]
    shown.locator("#back").focus()
    assert late.count() == 0
    shown.locator('[data-event="time_out"] button').click()
    last = shown.locator("svg.picture:not([hidden]) .is-last")
    assert last.evaluate_all("all => all.map(one => one.id)") == ["en-arrow-in_support-support_needed"]


def test_a_link_with_an_impossible_step_stops_before_it_and_says_so(shown: Page) -> None:
    follow(shown, "en/plan/sign_in/open_order/open_orders")
    assert state_of(shown) == State.SIGNED_IN
    assert 'Step 2 of the link, "open_order"' in shown.locator("#notice").inner_text()
    follow(shown, "zh/holiday")
    assert "holiday" in shown.locator("#notice").inner_text()
    assert shown.locator("#start").is_visible()
    shown.locator('[data-goal="both"]').click()
    assert shown.locator("#notice").is_hidden()


def test_a_refused_payload_changes_nothing_and_gives_its_reason(shown: Page) -> None:
    follow(shown, "en/plan")
    before = shown.url
    shown.locator('[data-event="sign_in"] [data-label-of="account: another"]').click()
    assert shown.locator(".refusal li").get_attribute("data-code") == "wrong_account"
    assert "This account did not buy the order" in shown.locator("#live").inner_text()
    assert (state_of(shown), shown.url, steps_of(shown)) == (State.SIGNED_OUT, before, [])
    shown.locator('[data-event="sign_in"] [data-label-of="channel: website"]').click()
    assert state_of(shown) == State.SIGNED_IN
    assert shown.locator(".refusal").count() == 0


def test_back_takes_one_step_back_and_start_over_asks_for_the_goal_again(shown: Page) -> None:
    follow(shown, f"en/both/{FAILED_ONCE}")
    assert (state_of(shown), len(steps_of(shown))) == (State.VERIFICATION_CHOICE, 10)
    assert shown.locator('[data-fact="face"] dd').inner_text() == "1 of 3 used"
    shown.locator("#back").click()
    shown.locator("#back").click()
    assert (state_of(shown), len(steps_of(shown))) == (State.VERIFICATION_CHOICE, 8)
    assert shown.locator('[data-fact="face"] dd').inner_text() == "0 of 3 used"
    assert shown.url.endswith("/require_verification")
    shown.go_back()
    assert state_of(shown) == State.FACE_VERIFICATION
    shown.locator("#reset").click()
    assert shown.locator("#start").is_visible()
    assert shown.locator("#now").is_hidden()
    assert shown.locator("svg.picture :is(.is-here, .was-here, .was-taken, .is-last)").count() == 0


def test_the_browsers_own_back_button_takes_one_step_back_and_keeps_the_language_chosen_since(shown: Page) -> None:
    shown.locator('[data-goal="plan"]').click()
    for event in ("sign_in", "open_orders"):
        shown.locator(f'[data-event="{event}"] button').first.click()
    shown.locator('[data-choose-lang="zh"]').click()
    for state, trip in ((State.SIGNED_IN, "zh/plan/sign_in"), (State.SIGNED_OUT, "zh/plan")):
        shown.go_back()
        shown.wait_for_function("place => document.querySelector('#now').dataset.state === place", arg=state.value)
        assert shown.url == address(FILE, trip)
        assert shown.locator("#state").inner_text() == state.words.zh
    shown.go_forward()
    shown.wait_for_function("document.querySelector('#now').dataset.state === 'signed_in'")
    shown.evaluate("location.hash = '#en/plan/sign_in'")  # a link, though, is followed in its own language
    shown.wait_for_function("document.documentElement.lang === 'en'")


def test_back_from_the_beginning_returns_to_the_choice_of_the_goal(shown: Page) -> None:
    shown.locator('[data-goal="plan"]').click()
    shown.locator("#back").click()
    assert shown.locator("#start").is_visible()


def test_whose_move_it_is_stands_first(shown: Page) -> None:
    follow(shown, f"en/plan/{TO_FACE}")
    first = shown.locator("#offered section").first
    assert first.get_attribute("data-actor") == Actor.SYSTEM
    assert "their move" in first.inner_text()
    assert shown.locator("#offered").inner_text().count("their move") == 1
    assert shown.locator("#turn").text_content() == "the system's move: decide whether verification is needed"
    follow(shown, "en/plan/sign_in/open_orders/report_order_missing/contact_support")
    assert shown.locator("#turn").text_content() == "support's move: handle the case"


# --------------------------------------------------------------------------------------- for everyone, everywhere


def press_until(shown: Page, selector: str, *, key: str = "Tab", most: int = 60) -> None:
    """Move the focus by the keyboard alone until it is on the element, and is to be seen there."""
    for _ in range(most):
        if shown.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
        shown.keyboard.press(key)
    pytest.fail(f"{most} times {key} did not lead to {selector}")


def test_a_trip_is_made_with_the_keyboard_alone_and_each_new_state_is_announced(shown: Page) -> None:
    press_until(shown, '[data-goal="face_verification"]')
    shown.keyboard.press("Enter")
    trip = (
        ("sign_in", State.SIGNED_IN),
        ("open_orders", State.ORDER_LIST),
        ("report_order_missing", State.SUPPORT_NEEDED),
        ("contact_support", State.IN_SUPPORT),
        ("remove_face_verification", State.FACE_VERIFICATION_REMOVED),
    )
    for event, state in trip:
        press_until(shown, f'[data-event="{event}"] button')
        shown.keyboard.press("Enter")
        assert state_of(shown) == state
        assert shown.evaluate("document.activeElement.id") == "state"
        assert state.words.en in shown.locator("#live").inner_text()
    press_until(shown, "#back")
    shown.keyboard.press("Space")
    assert state_of(shown) == State.IN_SUPPORT


def taken_buttons(shown: Page) -> list[tuple[str, str]]:
    """The choices that lead on, in their order: the number that each shows, and what it would raise."""
    read = """all => all.map(one => [
      one.querySelector("kbd")?.textContent ?? "", `${one.closest("li").dataset.event} ${one.dataset.labelOf}`])"""
    return [(number, what) for number, what in shown.locator("#offered button:not([data-refused])").evaluate_all(read)]


def test_a_number_key_chooses_what_shows_that_number(shown: Page) -> None:
    link = f"en/both/{FAILED_ONCE}"
    follow(shown, link)
    offered = taken_buttons(shown)
    assert [number for number, _ in offered] == [str(place) if place < 10 else "" for place in range(1, len(offered) + 1)]
    for number, what in offered[:9]:
        follow(shown, link)
        shown.keyboard.press(number)
        event, _, label = what.partition(" ")
        last = shown.url.rpartition("/")[2]
        assert last.partition("~")[0].partition("@")[0] == event
        assert last.partition("~")[2].replace("=", ": ") == ("" if label == RIGHT else label)
        assert len(steps_of(shown)) == 11
    assert shown.locator("#offers .keys").inner_text() == "Keys 1–9 choose what bears the number."


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


def test_the_switch_changes_every_word_and_keeps_the_trip(shown: Page) -> None:
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


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-US", "en"), ("fr", "en")])
def test_the_page_opens_in_the_readers_language(browser: Browser, locale: str, lang: str) -> None:
    with watched(browser, locale=locale) as seen:
        seen.page.goto(address(FILE))
        assert seen.page.locator("svg.picture:not([hidden])").get_attribute("data-lang") == lang


@pytest.mark.parametrize("lang", page.LANGUAGES)
@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_needs_no_sideways_scrolling_and_cuts_nothing(browser: Browser, width: int, lang: str) -> None:
    with watched(browser, viewport={"width": width, "height": 740}) as seen:
        for trip in ("", "/plan", f"/both/{FAILED_ONCE}", "/plan/abandon"):
            follow(seen.page, lang + trip)
            seen.page.locator("#reasons").evaluate("all => all.querySelectorAll('details').forEach(one => one.open = true)")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            parts = "header *, .side :is(section, div, ul, ol, li, p, button)"
            too_wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML)"
            assert seen.page.locator(parts).evaluate_all(too_wide) == []


MIDDLE_IS_IN_VIEW = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [node, pane] = [box("svg.picture:not([hidden]) .is-here"), box("#pane")];
  const [x, y] = [node.x + node.width / 2, node.y + node.height / 2];
  return pane.left < x && x < pane.right && pane.top < y && y < pane.bottom && 0 <= pane.top && pane.bottom <= innerHeight;
}"""


def test_on_a_narrow_screen_the_picture_follows_the_case(browser: Browser) -> None:
    with watched(browser, viewport={"width": 360, "height": 740}) as seen:
        follow(seen.page, f"en/both/{FAILED_ONCE}")
        for event in ("start_other_verification", "pass_verification", "time_out", "time_out"):
            button = seen.page.locator(f'[data-event="{event}"] button').first
            button.scroll_into_view_if_needed()
            button.click()
            seen.page.wait_for_function(MIDDLE_IS_IN_VIEW)


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
def test_every_word_of_the_picture_stands_out_by_day_and_by_night(browser: Browser, scheme: str) -> None:
    with watched(browser, color_scheme=scheme) as seen:
        for trip in ("en", f"en/both/{FAILED_ONCE}", "zh", "zh/plan/abandon"):
            follow(seen.page, trip)
            count, poor, page_light = seen.page.evaluate(PICTURE_CONTRAST)
            assert count > 100
            assert poor == []
            assert (page_light > 0.5) is (scheme == "light")


def test_every_colour_of_the_picture_has_its_own_for_the_dark_page() -> None:
    known = {day.lower() for day in dark_palette.DARK}
    for lang in page.LANGUAGES:
        drawn = (FILE.parent / f"overview.{lang}.svg").read_text(encoding="utf-8")
        used = {colour.lower() for colour in re.findall(r'(?:fill|stroke|stop-color)[=:]"?([^";]+)', drawn)}
        assert {colour for colour in used if not colour.startswith(("none", "transparent", "url("))} <= known
    assert len(set(dark_palette.DARK.values())) == len(known) - 1, (
        "Graphviz' black shares a colour with the ink, no others do"
    )


def test_colours_of_those_who_move_differ_in_grey_by_night_too() -> None:
    def lightness(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    owners = {turn.owner for info in MODEL.states.values() for turn in info.responsibilities}
    greys = sorted(lightness(dark_palette.DARK_MOVE[owner]) for owner in owners)
    assert min(b / a for a, b in itertools.pairwise(greys)) >= 1.15


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_stand_out_from_what_is_behind_them(browser: Browser, scheme: str) -> None:
    with watched(browser, color_scheme=scheme) as seen:
        backgrounds = set()
        for trip in ("en", "en/holiday", f"en/both/{FAILED_ONCE}", "en/plan/abandon"):
            follow(seen.page, trip)
            seen.page.locator("[data-refused]").first.click() if "both" in trip else None
            assert seen.page.evaluate(CONTRAST) == []
            backgrounds.add(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    red = int(re.findall(r"\d+", backgrounds.pop())[0])
    assert (red > 128) is (scheme == "light")


def test_on_paper_the_whole_picture_is_seen_in_the_colours_of_the_day(browser: Browser) -> None:
    with watched(browser, viewport={"width": 1040, "height": 720}, color_scheme="dark") as seen:
        follow(seen.page, f"en/both/{FAILED_ONCE}")
        seen.page.emulate_media(media="print")
        drawn, ends = (seen.page.locator(one).bounding_box() for one in ("svg.picture:not([hidden])", "#pane"))
        assert drawn
        assert ends
        for side, length in (("x", "width"), ("y", "height")):
            assert ends[side] <= drawn[side]
            assert drawn[side] + drawn[length] <= ends[side] + ends[length] + 1
        assert drawn["height"] < 720  # on one sheet
        red, green, blue = bytes.fromhex(MOVE[Actor.CUSTOMER][1:])
        box = seen.page.locator('[id="en-state-signed_out"] path').first
        assert box.evaluate("one => getComputedStyle(one).fill") == f"rgb({red}, {green}, {blue})"
        assert seen.page.locator("h1").evaluate("one => getComputedStyle(one).color") == "rgb(28, 36, 48)"
        assert not seen.page.locator("#back").is_visible()
