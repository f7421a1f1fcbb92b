"""Pictures of a case: its state, its path and the times of its steps, without moving anything of the picture."""

import re
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from process import Actor, Case, Channel, Event, Goal, Option, OtherMethod, State, SupportChannel, diagram
from process.cli import app
from process.diagram.case_marks import TAG, marks_of
from process.diagram.layout.geometry import Rect, segment
from process.diagram.layout.labels import TEXT
from process.diagram.layout.legend import SIZE, LegendEntry
from process.diagram.layout.placed_picture import PlacedPicture, place
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL

MORNING = datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=8)))
LANGUAGES = ("zh", "en")
VIEW = View.SELF_SERVICE


def a_long_case() -> Case:
    """Twice round: faces fail, an outage, another way passes, the lender rejects, support guides back, and on again."""
    case = Case(goal=Goal.BOTH, account="a", order="o", case_id="case-1", at=MORNING)

    def take(event: Event, by: Actor | None = None, **data: object) -> None:
        case.trigger(event, data, by=by, at=MORNING + timedelta(minutes=7 * (case.version + 1)))

    def to_the_quote(quote: str) -> None:
        take(Event.OPEN_ORDER, order="o")
        take(Event.FIND_OPTION, option=Option.CANCEL)
        take(Event.CHOOSE_CANCELLATION)
        take(Event.QUOTE_CONSEQUENCES, quote=quote, fee=100, currency="CNY")
        take(Event.CONFIRM_CANCELLATION, Actor.CUSTOMER, quote=quote)

    take(Event.SIGN_IN, account="a", channel=Channel.APP)
    take(Event.OPEN_ORDERS)
    to_the_quote("q1")
    take(Event.REQUIRE_VERIFICATION)
    for attempt in (1, 2):
        take(Event.START_FACE_VERIFICATION, consent="c")
        take(Event.FAIL_VERIFICATION, attempt=attempt)
    take(Event.START_OTHER_VERIFICATION, method=OtherMethod.SMS_CODE)
    take(Event.VERIFICATION_UNAVAILABLE, attempt=3)
    take(Event.START_OTHER_VERIFICATION, method=OtherMethod.SMS_CODE)
    take(Event.PASS_VERIFICATION, attempt=4)
    take(Event.REJECT_CANCELLATION, Actor.LENDER, quote="q1", reason="no")
    take(Event.CONTACT_SUPPORT, channel=SupportChannel.HOTLINE)
    take(Event.GUIDE_BACK)
    to_the_quote("q2")
    take(Event.SKIP_FACE_VERIFICATION, reason="low risk")
    return case


@cache
def bare(lang: str) -> PlacedPicture:
    """The view that is laid out soonest; marks are placed in the same way in all."""
    return place(build_picture(VIEW, MODEL), lang)


@cache
def marked(lang: str) -> PlacedPicture:
    """The same view with the long case in it."""
    return place(build_picture(VIEW, MODEL), lang, marks_of(a_long_case()))


def strip_of(shown: PlacedPicture, lang: str) -> tuple[LegendEntry, ...]:
    return shown.legend[len(bare(lang).legend) :]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mark_moves_nothing_and_makes_the_picture_no_wider(lang: str) -> None:
    before, after = bare(lang), marked(lang)
    assert (after.boxes, after.routes, after.size[0]) == (before.boxes, before.routes, before.size[0])
    assert min(TEXT, TAG, SIZE) * 842 / after.size[0] >= 9, "points, on A4 across"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_in_the_view_tells_its_time_beside_its_arrow_or_below(lang: str) -> None:
    picture_of_it, marks = marked(lang), marks_of(a_long_case())
    assert marks is not None
    texts = [line for tag in picture_of_it.tags.values() for line in tag.lines]
    texts += [chip.text for chip in strip_of(picture_of_it, lang)]
    shown = {visit for arrow in picture_of_it.picture.arrows for visit in marks.on(arrow)}
    assert len(shown) > 8
    for visit in shown:
        clock = visit.when.split()[1]
        assert any(re.fullmatch(rf"{visit.number}\. (11-22 )?{clock}", text) for text in texts), visit
    assert not [text for text in texts if text.startswith("19.")], "the way back from support is no part of this view"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_tag_lies_on_no_box_line_text_or_other_tag(lang: str) -> None:
    shown = marked(lang)
    tags = [tag.at for tag in shown.tags.values()]
    assert len(tags) >= 3
    texts = [line.text for line in shown.routes.values() if line.text] + [chip.text_at for chip in shown.legend]
    corners = [line.corners for line in shown.routes.values()]
    runs = [segment(a, b) for line in corners for a, b in pairwise(line)]
    page = Rect(0, 0, *shown.size)
    for number, tag in enumerate(tags):
        others = [*shown.boxes.values(), *texts, *runs, *tags[:number]]
        assert not any(tag.overlaps(other) for other in others)
        assert page.left < tag.left < tag.right < page.right
        assert page.top < tag.top < tag.bottom < page.bottom


@pytest.mark.parametrize(
    ("lang", "here", "elsewhere", "path"),
    [
        ("zh", "现在：取消处理中", "现在：待联系客服，不在此图中", "走过的路径"),
        ("en", "now: Cancelling", "now: Support needed, not in this view", "the path it took"),
    ],
)
def test_a_picture_says_where_the_case_stands_even_where_it_lacks_that_state(
    lang: str, here: str, elsewhere: str, path: str
) -> None:
    case, told = a_long_case(), []
    for state in (State.CANCELLING, State.SUPPORT_NEEDED):
        assert case.state is state
        root = ElementTree.fromstring(diagram.svg(VIEW, lang, case=case))  # noqa: S314  # our own
        told.append([text.text for text in root.iter("{http://www.w3.org/2000/svg}text")])
        case.time_out(at=MORNING)
    assert here in told[0]
    assert elsewhere in told[1]
    assert all(path in texts for texts in told)


def a_case_that(*steps: tuple[Event, Actor, dict[str, object]]) -> Case:
    """A case for both goals that took the steps, at times that the host did not give."""
    case = Case(goal=Goal.BOTH, account="a", order="o", case_id="case-2")
    for event, by, data in steps:
        case.trigger(event, data, by=by)
    return case


TO_CANCELLING: tuple[tuple[Event, Actor, dict[str, object]], ...] = (
    (Event.SIGN_IN, Actor.CUSTOMER, {"account": "a", "channel": Channel.APP}),
    (Event.OPEN_ORDERS, Actor.CUSTOMER, {}),
    (Event.OPEN_ORDER, Actor.CUSTOMER, {"order": "o"}),
    (Event.FIND_OPTION, Actor.CUSTOMER, {"option": Option.CANCEL}),
    (Event.CHOOSE_CANCELLATION, Actor.CUSTOMER, {}),
    (Event.QUOTE_CONSEQUENCES, Actor.LENDER, {"quote": "q", "fee": 0, "currency": "CNY"}),
    (Event.CONFIRM_CANCELLATION, Actor.CUSTOMER, {"quote": "q"}),
    (Event.SKIP_FACE_VERIFICATION, Actor.SYSTEM, {"reason": "low risk"}),
)
COMPLETE: tuple[Event, Actor, dict[str, object]] = (Event.COMPLETE_CANCELLATION, Actor.LENDER, {"quote": "q"})
REJECT: tuple[Event, Actor, dict[str, object]] = (Event.REJECT_CANCELLATION, Actor.LENDER, {"quote": "q", "reason": "no"})
SUPPORTED: tuple[tuple[Event, Actor, dict[str, object]], ...] = (
    (Event.REPORT_PROBLEM, Actor.CUSTOMER, {"problem": "no code"}),
    (Event.CONTACT_SUPPORT, Actor.CUSTOMER, {"channel": SupportChannel.HOTLINE}),
    (Event.IDENTIFY_CUSTOMER, Actor.SUPPORT, {"agent": "g", "ticket": "t"}),
    (Event.GUIDE_BACK, Actor.SUPPORT, {}),
    *TO_CANCELLING,
    (Event.TIME_OUT, Actor.CLOCK, {}),
    (Event.TIME_OUT, Actor.CLOCK, {}),
    REJECT,
    (Event.REPORT_PLAN_ENDED, Actor.LENDER, {"reason": "refunded"}),
)


@pytest.mark.parametrize("lang", diagram.LANGUAGES)
@pytest.mark.parametrize("steps", [SUPPORTED, (*TO_CANCELLING, REJECT, COMPLETE)], ids=["support", "correction"])
def test_every_step_is_numbered_at_its_arrow_also_through_any_open_state(
    lang: str, steps: tuple[tuple[Event, Actor, dict[str, object]], ...]
) -> None:
    case = a_case_that(*steps)
    shown = place(build_picture(View.OVERVIEW, MODEL), lang, marks_of(case))
    numbers = [int(number) for tag in shown.tags.values() for line in tag.lines for number in re.findall(r"\d+", line)]
    missing = {*range(1, len(steps) + 1)} - {*numbers}
    strip = " ".join(entry.text for entry in shown.legend)
    assert all(f"{number}. " in strip for number in missing)
    assert len(missing) <= 2
    assert len(numbers) == len({*numbers}), "no step at two arrows"
    assert any(key.startswith("arrow-anywhere") for key in shown.tags)


def test_an_answer_and_a_correction_by_the_lender_are_marked_at_their_own_arrows() -> None:
    ways = {"arrow-cancelling-plan_cancelled": (COMPLETE,), "arrow-anywhere-plan_cancelled": (REJECT, COMPLETE)}
    for key, steps in ways.items():
        shown = place(build_picture(View.ENDS, MODEL), "en", marks_of(a_case_that(*TO_CANCELLING, *steps)))
        assert shown.visited == {key}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_strip_stands_below_the_legend_and_on_the_page(lang: str) -> None:
    shown = marked(lang)
    strip = strip_of(shown, lang)
    lowest = max(chip.text_at.bottom for chip in bare(lang).legend)
    assert all(lowest < chip.text_at.top < chip.text_at.bottom < shown.size[1] for chip in strip)
    assert not any(one.text_at.overlaps(other.text_at) for one, other in combinations(strip, 2))


def test_a_case_that_went_nowhere_has_no_path_in_its_legend() -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o", case_id="case-1")
    shown = place(build_picture(View.SELF_SERVICE, MODEL), "en", marks_of(case))
    assert [chip.text for chip in strip_of(shown, "en")] == ["case-1", "now: Signed out"]


def test_mermaid_says_so_too() -> None:
    case = a_long_case()
    assert "style cancelling stroke" in diagram.mermaid("self-service", "en", case=case)
    case.time_out()
    flow = diagram.mermaid("self-service", "zh", case=case)
    assert '  now["现在：待联系客服，不在此图中"]' in flow
    assert "style now stroke" in flow


@pytest.mark.parametrize("asked", [["--view", "self-service,support"], ["--view", "self-service", "--view", "support"]])
def test_several_views_are_asked_for_with_commas_or_one_by_one(asked: list[str], tmp_path: Path) -> None:
    arguments = ["draw", "--out", str(tmp_path), *asked, "--lang", "zh", "--format", "mermaid"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"self-service.zh.mmd", "support.zh.mmd"}
