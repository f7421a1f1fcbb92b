"""Pictures with the traffic of a log: counts, median waits, widths of lines, and not one text over another."""

import itertools
import re
import subprocess
import sys

import pytest

from process import State, diagram
from process.diagram import Traffic, View, transitions_of
from process.diagram.quantities import count_words, duration_words
from process.diagram.traffic import THICK, THIN, with_traffic
from process.diagram.views import build_picture
from process.model import MODEL, Event
from tests.support.drawn import SVG, Drawn, texts_of
from tests.support.graphviz_svg import graphviz_svgs, in_one_ink

WAITS = (45.0, 700.0, 3 * 3600.0, 2.5 * 3600, 3.5 * 86400, 12 * 86400.0)  # seconds
COUNTS = (1, 1_000, 10_000_000)
QUICK = {(View.SUPPORT, "both", 10_000_000), (View.ENDS, "both", 1_000), (View.SELF_SERVICE, "zh", 1)}
QUICK |= {(View.ENDS, "en", 10_000_000), (View.SUPPORT, "zh", 1_000), (View.OVERVIEW, "zh", 1_000)}
PICTURES = [
    each if each in QUICK else pytest.param(*each, marks=pytest.mark.thorough)
    for each in itertools.product(View, diagram.LANGUAGES, COUNTS)
]


def traffic_of(count: int) -> Traffic:
    """Every transition taken so many times, with waits of every length, and as many cases in each state."""
    groups = sorted({keys for view in View for keys in transitions_of(view).values()}, key=sorted)
    counts = {key: count for keys in groups for key in keys}
    return Traffic(counts, dict(zip(groups, itertools.cycle(WAITS), strict=False)), {state.value: count for state in State})


def sign_in(times: int, others: int = 0, **more: object) -> str:
    counts = {("signed_out", "sign_in", "signed_in"): times, ("signed_in", "open_orders", "order_list"): others}
    return diagram.svg("self-service", "en", traffic=Traffic(counts, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("view", "lang", "count"), PICTURES)
def test_no_text_lies_on_another_nor_on_a_box_a_line_or_a_border(view: View, lang: str, count: int) -> None:
    svg = diagram.svg(view, lang, traffic=traffic_of(count), time_limit=600)
    seen = Drawn(svg)
    assert not [*seen.covered_texts()]
    assert not [*seen.unfit_boxes()]
    assert not [*seen.on_borders()]
    assert not [*seen.on_heads()]
    assert len([*seen.crossings()]) <= (1 if (view, lang) == (View.OVERVIEW, "en") else 0)
    legend = [text for key, texts in seen.texts.items() if key.startswith("legend") for text in texts]
    assert not [*seen.off_page()]
    assert not [(a, b) for a, b in itertools.combinations(legend, 2) if a.overlaps(b, 0.5)]
    arrows = len(build_picture(view, MODEL).arrows)
    told = [text for text in texts_of(svg) if re.match(r"[\d.,]+[万亿kMB]?(次| ×)", text)]
    assert len(told) == arrows


def test_an_arrow_shows_how_often_it_was_taken_and_the_median_wait() -> None:
    keys = transitions_of("self-service")["arrow-signed_out-signed_in"]
    texts = texts_of(sign_in(12_345, medians={keys: 3 * 3600.0}))
    assert "12.3k × median 3 h" in " ".join(texts).replace(" · ", " ")
    assert texts.count("0 ×") == len(build_picture(View.SELF_SERVICE, MODEL).arrows) - 1


def test_a_line_is_the_wider_the_more_often_it_was_taken_on_a_scale_of_logarithms() -> None:
    key, most = ("signed_in", "open_orders", "order_list"), {("signed_out", "sign_in", "signed_in"): 9_999}
    widths = []
    for count in (0, 9, 999, 9_999):
        shown = with_traffic(build_picture(View.SELF_SERVICE, MODEL), Traffic({**most, key: count}), "en")
        widths += [arrow.width for arrow in shown.arrows if arrow.key == "arrow-signed_in-order_list"]
    assert widths == pytest.approx([THIN + (THICK - THIN) * quarters / 4 for quarters in (0, 1, 3, 4)], abs=0.011)
    drawn = Drawn(sign_in(9_999, 999)).groups["edge"]["arrow-signed_in-order_list"]
    assert float(next(drawn.iter(f"{SVG}path")).attrib["stroke-width"]) == widths[2]


def test_what_the_log_does_not_record_is_not_shown_as_never_taken() -> None:
    svg = sign_in(5, unrecorded=frozenset({Event.OPEN_ORDERS}))
    assert texts_of(svg).count("—") == 1
    assert "— not in the log" in texts_of(svg)


def test_a_state_shows_the_cases_that_stand_there() -> None:
    texts = texts_of(sign_in(5, states={"consequences": 1234}))
    assert texts[texts.index("Consequences") + 1] == "1,234"


def test_each_transition_is_counted_at_one_arrow_of_a_view() -> None:
    for view in View:
        groups = transitions_of(view).values()
        assert sum(map(len, groups)) == len(frozenset().union(*groups))
    shown = transitions_of("overview")
    answer = ("cancelling", "complete_cancellation", "plan_cancelled")
    assert answer in shown["arrow-cancelling-plan_cancelled"]
    assert frozenset().union(*shown.values()) == {
        (each.source.value, each.event.value, each.target.value) for each in MODEL.transitions
    }


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "1.2万", "12.3k"),
        (99_999, "10万", "100k"),
        (999_960, "100万", "1M"),
        (12_345_678, "1,235万", "12.3M"),
        (99_999_999, "1亿", "100M"),
        (2_500_000_000, "25亿", "2.5B"),
    ],
)
def test_counts_are_compact(count: int, zh: str, en: str) -> None:
    assert count_words(count) == (zh, en)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (0.2, "不到 1 秒", "under 1 s"),
        (89, "89 秒", "89 s"),
        (150, "2.5 分钟", "2.5 min"),
        (3 * 3600, "3 小时", "3 h"),
        (12.4 * 86400, "12 天", "12 d"),
    ],
)
def test_durations_are_short(seconds: float, zh: str, en: str) -> None:
    assert duration_words(seconds) == (zh, en)


def test_a_picture_with_traffic_is_the_same_under_another_hash_seed() -> None:
    code = "import sys; from tests.diagram.test_traffic import sign_in; sys.stdout.buffer.write(sign_in(5, 7).encode())"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "1"}, capture_output=True, check=True)
    assert done.stdout.decode() == sign_in(5, 7)


@pytest.mark.thorough
def test_graphviz_makes_the_same_bytes_of_the_dot_of_a_picture_with_traffic() -> None:
    traffic = traffic_of(1_000)
    (drawn,) = graphviz_svgs([diagram.dot("support", "zh", traffic=traffic)])
    assert in_one_ink(drawn) == in_one_ink(diagram.svg("support", "zh", traffic=traffic))


def test_mermaid_shows_the_traffic_too_and_no_picture_shows_a_case_as_well() -> None:
    from process import Case, Goal

    text = diagram.mermaid("support", "en", traffic=traffic_of(1_000))
    assert "1,000 #215; \u00b7 median 45 s" in text
    case = Case(goal=Goal.PLAN, account="a", order="o")
    with pytest.raises(ValueError, match="a case or traffic, not both"):
        diagram.svg("support", "en", case=case, traffic=traffic_of(1))
