"""Links to real cases, and snapshots that are opened on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from process import Case, Goal, Limits, OtherMethod, SupportChannel
from process.gallery import NotOnPage, link
from tests.support.browser import FILE, address_of, follow

PRIVATE = "private"


@pytest.fixture
def case() -> Case:
    """A case whose payloads matter: two methods, an attempt given back, a rejected quote that the lender corrects."""
    case = Case(goal=Goal.BOTH, account=f"{PRIVATE}-account", order=f"{PRIVATE}-order", case_id=f"{PRIVATE}-case")
    case.sign_in(account=f"{PRIVATE}-account", channel="website")
    case.open_orders()
    case.open_order(order=f"{PRIVATE}-order")
    case.find_option(option="cancel")
    case.choose_cancellation()
    case.quote_consequences(quote=f"{PRIVATE}-1", fee=100, currency="CNY")
    case.confirm_cancellation(quote=f"{PRIVATE}-1", by="customer")
    case.require_verification()
    case.start_face_verification(consent=f"{PRIVATE}-consent")
    case.verification_unavailable(attempt=1)
    case.start_other_verification(method=OtherMethod.SMS_CODE)
    case.pass_verification(attempt=2)
    case.reject_cancellation(quote=f"{PRIVATE}-1", reason=f"a {PRIVATE}", by="lender")
    case.contact_support(channel=SupportChannel.HOTLINE)
    case.guide_back()
    case.open_order(order=f"{PRIVATE}-order")
    case.find_option(option="details")
    case.choose_cancellation()
    for _ in range(2):  # delivered twice
        case.quote_consequences(quote=f"{PRIVATE}-2", fee=200, currency="CNY")
    return case


def shown_case(shown: Page) -> tuple[str | None, list[str], str]:
    steps = shown.locator("#steps li").evaluate_all("all => all.map(one => one.textContent)")
    return shown.locator("#now").get_attribute("data-state"), steps, shown.locator("#fact-list").inner_text()


def drop(shown: Page, text: str) -> None:
    """Drop a file of this text on the page."""
    shown.evaluate(
        """async text => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "case.json", { type: "application/json" }));
          const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
          document.body.dispatchEvent(drop);
          for (let number = 0; number < 2; number += 1) await transfer.files[0].text(); // after the page
          await new Promise((done) => setTimeout(done));
        }""",
        text,
    )


def test_the_link_shows_the_path_of_the_case_and_no_personal_data(shown: Page, case: Case) -> None:
    fragment = link(case, lang="en")
    assert fragment.startswith("#en/both/sign_in~channel=website/open_orders/")
    assert PRIVATE not in fragment
    follow(shown, fragment[1:])
    state, steps, facts = shown_case(shown)
    assert (state, len(steps)) == (case.state, case.version)
    assert "SMS code" in steps[10]
    assert "1 of 3 used" in facts  # one by another method; the face attempt was given back
    assert fragment.endswith("/quote_consequences/quote_consequences~quote=again")
    assert link(case, FILE) == f"{FILE.as_uri()}{link(case)}"
    assert link(case, "https://shop.example/flow") == f"https://shop.example/flow{link(case, lang='zh')}"


def test_a_corrected_rejection_is_linked_by_the_quote_that_it_names(shown: Page, case: Case) -> None:
    case.complete_cancellation(quote=f"{PRIVATE}-1", by="lender")
    assert link(case).endswith("/complete_cancellation@lender~quote=rejected")
    follow(shown, link(case, lang="en")[1:])
    assert shown_case(shown)[0] == case.state


def test_a_case_with_other_limits_has_no_link(small_cases: tuple[Case, ...]) -> None:
    for case in small_cases[::50]:
        with pytest.raises(NotOnPage, match="3/3") as refused:
            link(case)
        assert "3/3" in refused.value.text("zh")


def test_the_link_of_a_history_that_was_cut_short_shows_where_the_case_is(shown: Page, case: Case) -> None:
    cut = Case.from_dict(case.to_dict(steps=3))
    follow(shown, link(cut, lang="en")[1:])
    state, steps, facts = shown_case(shown)
    assert (state, steps) == (case.state, [])
    shown.locator('[data-event="abandon"] button').click()
    shown.locator("#back").click()
    assert shown_case(shown) == (state, steps, facts)
    follow(shown, link(case, lang="en")[1:])
    assert shown_case(shown)[2] == facts


def test_a_link_to_another_version_of_the_model_says_so(shown: Page) -> None:
    for start in ("plan@1:5", "plan@2:999999", "plan@2:x", "both@2:0"):
        follow(shown, f"en/{start}")
        assert "another version of the model" in shown.locator("#notice").inner_text()
        assert shown.locator("#start").is_visible()


def test_a_snapshot_that_is_dropped_on_the_page_is_shown(shown: Page, case: Case) -> None:
    drop(shown, case.to_json())
    assert address_of(shown).endswith(link(case, lang="en"))
    assert shown_case(shown)[0] == case.state
    assert shown.locator("#notice").is_hidden()
    case.complete_cancellation(quote=f"{PRIVATE}-1", by="lender")
    drop(shown, case.to_json())
    assert address_of(shown).endswith(link(case, lang="en"))


def test_every_path_with_every_choice_is_linked_and_opened_alike(shown: Page, cases: tuple[Case, ...]) -> None:
    for case in cases[:: len(cases) // 40]:
        drop(shown, case.to_json())
        address, state = shown.evaluate("[location.href, document.querySelector('#now').dataset.state]")
        assert address.endswith(link(case, lang="en"))
        assert state == case.state


def test_a_snapshot_is_chosen_with_the_keyboard(shown: Page, case: Case, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(case.to_json(), encoding="utf-8")
    with shown.expect_file_chooser() as chooser:
        shown.locator("#choose-file").press("Enter")
    chooser.value.set_files(file)
    shown.wait_for_function("() => document.querySelectorAll('#steps li').length > 0")
    assert address_of(shown).endswith(link(case, lang="en"))


def test_a_snapshot_that_was_cut_short_shows_where_the_case_is_and_says_why(shown: Page, case: Case) -> None:
    drop(shown, case.to_json(steps=2))
    assert address_of(shown).endswith(link(Case.from_json(case.to_json(steps=2)), lang="en"))
    assert "last 2 of 20 steps" in shown.locator("#notice").inner_text()
    assert shown_case(shown)[:2] == (case.state, [])


def test_a_file_that_is_no_snapshot_changes_nothing_and_says_so(shown: Page, case: Case) -> None:
    follow(shown, "en/plan/sign_in")
    before = (address_of(shown), shown_case(shown))
    other = Case(goal=Goal.PLAN, account="a", order="o", limits=Limits(1, 1))
    newer = json.dumps({**case.to_dict(), "model_version": 99})
    wrong = json.dumps({"format": "installment-cancellation/1", "history": []})
    for text, told in (
        ("", "not a snapshot"),
        ("[1]", "not a snapshot"),
        ('{"format": 1}', "not a snapshot"),
        (newer, "version 99"),
        (other.to_json(), "can't be shown"),
        (wrong, "can't be shown"),
    ):
        drop(shown, text)
        assert told in shown.locator("#notice").inner_text(), text
        assert (address_of(shown), shown_case(shown)) == before
