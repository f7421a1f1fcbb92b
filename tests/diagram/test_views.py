"""What each picture shows of the model, and in which colours."""

import itertools
import re
from collections import Counter
from dataclasses import replace

import pytest

from process import State, diagram
from process.diagram.arrows import ANYWHERE
from process.diagram.layout import placed_picture
from process.diagram.layout.placed_picture import place
from process.diagram.main_path import paths_of
from process.diagram.palette import END, INK, MOVE, PAGE, QUIET
from process.diagram.render import LANGUAGES
from process.diagram.view_grids import VIEW_LAYOUTS
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL, EndKind, Event, Phase
from tests.support.drawn import texts_of


def test_the_overview_shows_every_transition_exactly_once() -> None:
    shown = Counter(move for arrow in build_picture(View.OVERVIEW, MODEL).arrows for move in arrow.transitions)
    assert shown == Counter(MODEL.transitions)


def test_what_can_happen_in_any_open_state_is_drawn_from_one_box() -> None:
    arrows = build_picture(View.OVERVIEW, MODEL).arrows
    for event in (Event.ABANDON, Event.REPORT_PROBLEM):
        assert {arrow.source for arrow in arrows if event in arrow.events} == {ANYWHERE}


def test_the_main_path_is_the_shortest_path_to_a_good_end() -> None:
    assert len(paths_of(MODEL).main) == 9
    ends = {MODEL.table[row].target for _, row in paths_of(MODEL).main if MODEL.states[MODEL.table[row].target].end}
    assert ends == {State.PLAN_CANCELLED}


def test_self_service_shows_nothing_of_customer_service() -> None:
    shown = build_picture(View.SELF_SERVICE, MODEL)
    phases = {MODEL.states[box.state].phase for box in shown.boxes if box.state}
    assert phases == {None, *Phase} - {Phase.SUPPORT}


def test_the_ends_view_shows_every_transition_to_an_end_and_no_other() -> None:
    shown = {move for arrow in build_picture(View.ENDS, MODEL).arrows for move in arrow.transitions}
    assert shown == {move for move in MODEL.transitions if MODEL.states[move.target].end}


def test_the_face_view_shows_conditions_counts_and_effects() -> None:
    text = " ".join(texts_of(diagram.svg("face-verification", "en")))
    for part in (
        "separate consent",
        "(of 3)",
        "given back",
        "skip face verification",
        "withdraw consent",
        "[else]",
    ):
        assert part in text


def test_the_support_view_shows_every_way_in_and_every_way_out() -> None:
    shown = {move for arrow in build_picture(View.SUPPORT, MODEL).arrows for move in arrow.transitions}
    support = {state for state, info in MODEL.states.items() if info.phase is Phase.SUPPORT}
    assert {move for move in MODEL.transitions if move.target in support} <= shown
    out = {move.event for move in MODEL.transitions if move.source in support}
    assert out - {move.event for move in shown} == {Event.ABANDON, Event.REPORT_PLAN_ENDED}


def test_every_state_has_its_place_on_the_overview_and_no_layout_names_a_stranger() -> None:
    known = {*State, ANYWHERE, "legend", "."}
    for view, layout in VIEW_LAYOUTS.items():
        posts = {f"{arrow.source}>{arrow.target}" for arrow in build_picture(view, MODEL).arrows}
        assert {name for row in layout.cells for name in row} <= known | posts
        assert {*layout.sides} <= {arrow.key.removeprefix("arrow-") for arrow in build_picture(view, MODEL).arrows}
        titled = {*layout.titles}
        assert titled | {name.partition(".")[0] for name in layout.room} <= {*Phase, *EndKind}
        assert {name.partition(".")[2] for name in layout.room} <= {"", *LANGUAGES}
    assert {*State} <= {name for row in VIEW_LAYOUTS[View.OVERVIEW].cells for name in row}


def test_a_state_that_no_layout_places_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    view = View.SELF_SERVICE
    unaware = replace(
        VIEW_LAYOUTS[view], grid=VIEW_LAYOUTS[view].grid.replace("other_verification", ".").replace("plan_kept", ".")
    )
    monkeypatch.setitem(VIEW_LAYOUTS, view, unaware)  # type: ignore[misc]  # a dict, for all that its type says
    svg = diagram.svg(view, "en")
    assert 'id="state-other_verification"' in svg
    assert 'id="state-plan_kept"' in svg
    assert 'class="edge start_other_verification row-16"' in svg


def test_the_start_is_marked_and_ends_have_a_double_border() -> None:
    source = diagram.dot("self-service", "zh")
    assert re.search(r"start -> signed_out", source)
    assert len(re.findall(r"peripheries=2", source)) == 2 + 1  # two ends and the legend's sample


def test_both_languages_stand_in_one_picture() -> None:
    text = texts_of(diagram.svg("self-service", "both"))
    assert State.ORDER_LIST.words.zh in text
    assert State.ORDER_LIST.words.en in text


def test_a_correction_by_the_lender_is_drawn_from_the_box_for_many_and_its_answer_from_where_it_is_due() -> None:
    arrows = [arrow for arrow in build_picture(View.ENDS, MODEL).arrows if Event.COMPLETE_CANCELLATION in arrow.events]
    assert {arrow.source for arrow in arrows} == {ANYWHERE, State.CANCELLING}
    for arrow in arrows:
        names = {guard.name for each in arrow.transitions for guard in MODEL.table[each.row].guards}
        assert ("it_names_the_rejected_quote" in names) == (arrow.source == ANYWHERE)
        assert ("it_names_the_submitted_quote" in names) == (arrow.source != ANYWHERE)


def test_an_event_that_one_actor_takes_under_fewer_conditions_is_written_once() -> None:
    (arrow,) = (arrow for arrow in build_picture(View.ENDS, MODEL).arrows if arrow.target == State.PLAN_ENDED_OTHERWISE)
    assert len(arrow.rows) == 2, "by the lender, and by the system"
    assert [(note.events, note.signs) for note in arrow.notes] == [((Event.REPORT_PLAN_ENDED.words,), "")]


def test_every_end_kind_has_a_group_of_its_own() -> None:
    frames = {frame.end: frame.members for frame in build_picture(View.OVERVIEW, MODEL).frames if frame.end}
    assert frames == {kind: tuple(state for state in State if MODEL.states[state].end is kind) for kind in EndKind}


def test_a_picture_too_full_for_its_page_still_has_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    view = View.SELF_SERVICE
    tight = replace(VIEW_LAYOUTS[view], columns={"zh": (40, 20, 20, 20, 20, 40)}, rows={"zh": (70, 20, 20, 20, 20)})
    monkeypatch.setitem(VIEW_LAYOUTS, view, tight)  # type: ignore[misc]  # a dict, for all that its type says
    monkeypatch.setattr(placed_picture, "ROOMS", placed_picture.ROOMS[:1])
    shown = build_picture(view, MODEL)
    assert place(shown, "zh").routes.keys() == {arrow.key for arrow in shown.arrows}


# ------------------------------------------------------------------------------------------------------------- colours


def lightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((lightness(one), lightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_read_on_every_colour() -> None:
    grounds = [*MOVE.values(), *(ground for ground, _ in END.values()), PAGE]
    assert min(contrast(INK, ground) for ground in grounds) >= 4.5
    assert contrast(QUIET, PAGE) >= 4.5


def test_colours_of_those_who_move_differ_in_grey() -> None:
    owners = {duty.owner for info in MODEL.states.values() for duty in info.responsibilities}
    greys = sorted(lightness(MOVE[owner]) for owner in owners)
    assert min(b / a for a, b in itertools.pairwise(greys)) >= 1.15
