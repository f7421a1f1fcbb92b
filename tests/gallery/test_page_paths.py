"""Paths through the process on the page: clicked, linked, copied, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from process import MODEL, Actor, State
from process.exploration.explorer import Edge, Exploration
from process.exploration.inputs import RIGHT
from tests.support.browser import FAILED_ONCE, FILE, TO_FACE, address, address_of, follow, state_of, steps_of, watched


def button_of(shown: Page, edge: Edge) -> Locator:
    item = f'#offered li[data-event="{edge.event}"][data-by="{edge.by}"]'
    return shown.locator(f'{item} button[data-variant="{edge.variant}"]')


STATE_AND_LAST_ARROWS = """[
  document.querySelector("#now").dataset.state,
  [...document.querySelectorAll("svg.picture:not([hidden]) .is-last")].map((arrow) => arrow.getAttribute("class")),
]"""


BY_MOUSE = (State.PLAN_CANCELLED, State.FACE_VERIFICATION_REMOVED)
"""The ends whose paths are clicked with the mouse by default, which takes long; to the others a script clicks."""


def ends() -> Iterator[Any]:
    for end in MODEL.ends:
        marks = [] if end in BY_MOUSE else [pytest.mark.thorough]
        yield pytest.param(end, Locator.click, id=end, marks=marks)
        if end not in BY_MOUSE:
            yield pytest.param(end, click_by_script, id=f"{end} by script")


def click_by_script(button: Locator) -> None:
    button.dispatch_event("click")


@pytest.mark.parametrize(("end", "click"), list(ends()))
def test_a_path_to_each_end_is_clicked_through(
    shown: Page, exploration: Exploration, end: State, click: Callable[[Locator], None]
) -> None:
    index = exploration.first(lambda found: found.state is end)
    assert index is not None
    path = exploration.path_to(index)
    click(shown.locator(f'[data-goal="{exploration.goal_of(path, index)}"]'))
    for edge in path:
        click(button_of(shown, edge))
        state, last = shown.evaluate(STATE_AND_LAST_ARROWS)
        assert state == exploration.configurations[edge.target].state
        assert last
        assert f"row-{edge.row}" in last[0].split()
    assert len(steps_of(shown)) == len(path)
    assert shown.locator("#offers").is_hidden()
    assert shown.locator("#where").inner_text() == "Ended"
    info = MODEL.states[end].end
    assert info is not None
    assert shown.locator("#turn").text_content() == info.words.en
    assert end.words.en in shown.locator("#live").inner_text()


LONG_PATH = (
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


def test_the_link_reproduces_the_path_in_a_fresh_page(browser: Browser, shown: Page) -> None:
    shown.locator('[data-goal="both"]').click()
    for event, by, label in LONG_PATH:
        click_by_script(shown.locator(f'#offered li[data-event="{event}"][data-by="{by}"] [data-variant="{label}"]'))
    assert state_of(shown) == State.CANCELLING
    with watched(browser, locale="zh-CN") as other:
        other.page.goto(address_of(shown))
        assert other.page.locator("#steps").inner_text() == shown.locator("#steps").inner_text()
        assert "hotline" in other.page.locator("#steps").inner_text()
        assert other.page.locator(".side").inner_text() == shown.locator(".side").inner_text()
        marked = "all => all.map(one => [one.id, one.getAttribute('class')])"
        pictures = [page_.locator("svg.picture .edge").evaluate_all(marked) for page_ in (other.page, shown)]
        assert pictures[0] == pictures[1]
        assert address_of(other.page) == address_of(shown)


def test_the_link_is_copied(shown: Page) -> None:
    follow(shown, "en/plan/sign_in/open_orders")
    shown.locator("#copy").click()
    shown.wait_for_function("() => document.querySelector('#copy').textContent === 'Link copied'")
    assert shown.evaluate("navigator.clipboard.readText()") == address_of(shown)


def test_the_arrow_of_a_step_is_the_one_that_leaves_its_state(shown: Page) -> None:
    in_support = "en/plan/sign_in/open_orders/report_order_missing/contact_support"
    follow(shown, in_support)
    shown.mouse.move(0, 0)  # an event under the pointer would be marked, too
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
    before = address_of(shown)
    shown.locator('[data-event="sign_in"] [data-variant="account: another"]').click()
    assert shown.locator(".refusal li").get_attribute("data-code") == "wrong_account"
    assert "This account did not buy the order" in shown.locator("#live").inner_text()
    assert (state_of(shown), address_of(shown), steps_of(shown)) == (State.SIGNED_OUT, before, [])
    shown.locator('[data-event="sign_in"] [data-variant="channel: website"]').click()
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
    assert address_of(shown).endswith("/require_verification")
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
    for state, link in ((State.SIGNED_IN, "zh/plan/sign_in"), (State.SIGNED_OUT, "zh/plan")):
        shown.go_back()
        shown.wait_for_function("state => document.querySelector('#now').dataset.state === state", arg=state.value)
        assert address_of(shown) == address(FILE, link)
        assert shown.locator("#state").inner_text() == state.words.zh
    shown.go_forward()
    shown.wait_for_function("() => document.querySelector('#now').dataset.state === 'signed_in'")
    shown.evaluate("location.hash = '#en/plan/sign_in'")  # a link, though, is followed in its own language
    shown.wait_for_function("() => document.documentElement.lang === 'en'")


def test_back_from_the_beginning_returns_to_the_choice_of_the_goal(shown: Page) -> None:
    shown.locator('[data-goal="plan"]').click()
    shown.locator("#back").click()
    assert shown.locator("#start").is_visible()


def test_whose_move_it_is_stands_first(shown: Page) -> None:
    follow(shown, f"en/plan/{TO_FACE}")
    first = shown.locator("#offered section").first
    assert first.get_attribute("data-actor") == Actor.SYSTEM
    assert "their turn" in first.inner_text()
    assert shown.locator("#offered").inner_text().count("their turn") == 1
    assert shown.locator("#turn").text_content() == "Waiting for the system to decide whether verification is required"
    follow(shown, "en/plan/sign_in/open_orders/report_order_missing/contact_support")
    assert shown.locator("#turn").text_content() == "Waiting for support to handle the case"
