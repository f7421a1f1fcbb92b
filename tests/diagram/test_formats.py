"""What the pictures show of a model and of a case, and what happens where they can't be drawn."""

import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from typer.testing import CliRunner

from process import Actor, Case, Goal, State, diagram
from process.cli import app
from process.diagram import render
from process.diagram.formats import LANGUAGES
from process.diagram.layout.placement import place
from process.diagram.mermaid import escaped
from process.diagram.palette import END, INK, MOVE, PAGE, QUIET
from process.diagram.view_layouts import VIEW_LAYOUTS, View
from process.diagram.views import ANYWHERE, main_path, picture
from process.eventfile import dump
from process.model import MODEL, EndKind, Event, Phase

QUICK = ("self-service", "zh")
HOSTILE = '<b>"x"</b>&amp;\\n\\";javascript:alert(1) --> %% #quot; [a](b)'


def a_case(case_id: str = "case-1") -> Case:
    case = Case(goal=Goal.PLAN, account="acct", order="order", case_id=case_id)
    case.trigger(
        Event.SIGN_IN, {"account": "acct", "channel": "app"}, by=Actor.CUSTOMER, at=datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    )
    return case


def the_texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


# --------------------------------------------------------------------------------------------------------- what is shown


def test_the_overview_shows_every_transition_exactly_once() -> None:
    shown = Counter(move for arrow in picture(View.OVERVIEW, MODEL).arrows for move in arrow.moves)
    assert shown == Counter(MODEL.transitions)


def test_what_can_happen_in_any_open_state_is_drawn_from_one_box() -> None:
    arrows = picture(View.OVERVIEW, MODEL).arrows
    for event in (Event.ABANDON, Event.REPORT_PROBLEM):
        assert {arrow.source for arrow in arrows if event in arrow.events} == {ANYWHERE}


def test_the_main_path_is_the_shortest_trip_to_a_good_end() -> None:
    assert len(main_path(MODEL)) == 9
    ends = {MODEL.table[row].target for _, row in main_path(MODEL) if MODEL.states[MODEL.table[row].target].end}
    assert ends == {State.PLAN_CANCELLED}


def test_self_service_shows_nothing_of_customer_service() -> None:
    shown = picture(View.SELF_SERVICE, MODEL)
    phases = {MODEL.states[box.state].phase for box in shown.boxes if box.state}
    assert phases == {None, *Phase} - {Phase.SUPPORT}


def test_the_ends_view_shows_every_way_to_an_end_and_no_other() -> None:
    shown = {move for arrow in picture(View.ENDS, MODEL).arrows for move in arrow.moves}
    assert shown == {move for move in MODEL.transitions if MODEL.states[move.target].end}


def test_the_face_view_tells_conditions_counts_and_what_follows() -> None:
    text = " ".join(the_texts(diagram.svg("face-verification", "en")))
    for told in (
        "separate consent given",
        "(of 3)",
        "given back",
        "skip face verification",
        "withdraw face consent",
        "[else]",
    ):
        assert told in text


def test_the_support_view_shows_every_way_in_and_every_way_out() -> None:
    shown = {move for arrow in picture(View.SUPPORT, MODEL).arrows for move in arrow.moves}
    support = {state for state, info in MODEL.states.items() if info.phase is Phase.SUPPORT}
    assert {move for move in MODEL.transitions if move.target in support} <= shown
    out = {move.event for move in MODEL.transitions if move.source in support}
    assert out - {move.event for move in shown} == {Event.ABANDON}


def test_every_state_has_its_place_on_the_overview_and_no_hint_names_a_stranger() -> None:
    known = {*State, ANYWHERE, "legend", "."}
    for view, hint in VIEW_LAYOUTS.items():
        posts = {f"{arrow.source}>{arrow.target}" for arrow in picture(view, MODEL).arrows}
        assert {name for row in hint.cells for name in row} <= known | posts
        assert {*hint.sides} <= {arrow.key.removeprefix("arrow-") for arrow in picture(view, MODEL).arrows}
        titled = {*hint.titles_left, *hint.titles_right, *hint.titles_between, *hint.titles_low}
        assert titled | {name.partition(".")[0] for name in hint.room} <= {*Phase, *EndKind}
        assert {name.partition(".")[2] for name in hint.room} <= {"", *LANGUAGES}
    assert {*State} <= {name for row in VIEW_LAYOUTS[View.OVERVIEW].cells for name in row}


def test_a_state_that_no_hint_places_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
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
    source = diagram.source(*QUICK)
    assert re.search(r"start -> signed_out", source)
    assert len(re.findall(r"peripheries=2", source)) == 2 + 1  # two ends and the legend's sample


def test_both_languages_stand_in_one_picture() -> None:
    text = the_texts(diagram.svg("self-service", "both"))
    assert State.ORDER_LIST.words.zh in text
    assert State.ORDER_LIST.words.en in text


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
    owners = {turn.owner for info in MODEL.states.values() for turn in info.responsibilities}
    greys = sorted(lightness(MOVE[owner]) for owner in owners)
    assert min(b / a for a, b in itertools.pairwise(greys)) >= 1.15


# ------------------------------------------------------------------------------------------------------------- the case


def test_a_case_is_marked_where_it_stands_and_where_it_went() -> None:
    svg = diagram.svg("self-service", "en", case=a_case())
    assert "case-1" in " ".join(the_texts(svg))
    assert "1. 11-22 09:05" in the_texts(svg)
    stands = re.search(r'id="state-signed_in".*?</g>', svg, re.DOTALL)
    assert stands
    assert 'stroke-width="4"' in stands[0]
    assert 'stroke-width="4"' not in svg.replace(stands[0], "")


def test_a_notebook_gets_the_case_as_svg_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagram, "picture", lambda _view, model: picture(View.SELF_SERVICE, model))
    svg = a_case()._repr_svg_()
    assert svg is not None
    assert svg.lstrip().startswith("<?xml")
    monkeypatch.setattr(render, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    assert a_case()._repr_svg_() is None


def test_hostile_labels_come_out_as_text() -> None:
    case = a_case(HOSTILE[:64])
    svg = diagram.svg(*QUICK, case=case)
    assert any(case.case_id in text for text in the_texts(svg))
    assert "<b>" not in svg
    flow = escaped(HOSTILE)
    assert not {*'<>"&\\;%[]`'} & {*re.sub(r"#\d+;", "", flow)}
    decoded = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), flow)
    assert decoded == HOSTILE


def test_no_label_is_taken_for_a_list_by_mermaid() -> None:
    flow = diagram.mermaid("self-service", "en", case=a_case())
    assert '|"1#46; 11-22 09#58;05<br/>' in flow
    assert not re.search(r'(?:"|<br/>)(?:[-+*]|\d+[.)]) ', diagram.mermaid("ends", "en"))


def test_mermaid_tells_what_its_colours_and_its_marks_mean() -> None:
    for view in View:
        flow, shown = diagram.mermaid(view, "zh"), picture(view, MODEL)
        arrows, key = flow.split("  subgraph key[")
        for owner in {box.owners[0] for box in shown.boxes if box.owners}:
            assert f'  key_{owner}("{owner.words.zh}")' in key
            assert re.search(rf"^  class .*,key_{owner} {owner}_moves$", key, re.MULTILINE)
        for mark in ("†", "#42;"):
            assert (f"{mark} " in arrows or f'{mark}"' in arrows) == bool(re.search(f'(?:"|<br/>){mark} ', key))


def test_a_bracket_in_a_label_dims_no_other_text() -> None:
    (svg,) = render.to_svg([f'digraph {{ node [fontcolor="{INK}"] a [label="[state-x_l_1"] b [label="b"] }}'])
    colour = {text: fill for fill, text in re.findall(r'<text [^>]*fill="([^"]*)"[^>]*>([^<]*)</text>', svg)}
    assert colour == {"[state-x_l_1": QUIET, "b": INK.lower()}


def test_control_characters_never_reach_a_label() -> None:
    assert escaped("a\nb\r\x00") == "a b  "


@pytest.mark.parametrize("kind", ["snapshot", "events"])
def test_draw_takes_a_case_as_a_snapshot_or_as_a_file_for_run(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "case"
    file.write_text(a_case().to_json() if kind == "snapshot" else "\n".join(dump(a_case())), encoding="utf-8")
    asked = [
        "draw",
        "--out",
        str(tmp_path),
        "--view",
        "self-service",
        "--lang",
        "en",
        "--format",
        "dot,mermaid",
        "--case",
        str(file),
    ]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "1. 11-22 09:05" in (tmp_path / "self-service.en.dot").read_text(encoding="utf-8")
    assert "style signed_in stroke" in (tmp_path / "self-service.en.mmd").read_text(encoding="utf-8")


# ----------------------------------------------------------------------------------------------------- what can go wrong


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--lang", "fr"], "zh, en, both"),
        (["--format", "gif", "--lang", "en"], "svg, png, dot, mermaid"),
        (["--case", "nowhere.json", "--lang", "en"], "nowhere.json"),
        (["--lang", "zh,fr"], "--lang 不能是 'fr'，可用：zh, en, both"),
        (["--format", "gif", "--lang", "zh"], "--format 不能是 'gif'，可用：svg, png, dot, mermaid"),
        (["--view", "ends,begin", "--lang", "zh"], "--view 不能是 'begin'，可用：overview, "),
        (["--view", "begin", "--lang", "en"], "--view can't be 'begin'; there are overview, "),
    ],
)
def test_a_wrong_wish_is_refused_with_what_would_be_right(asked: list[str], told: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["draw", "--out", str(tmp_path), *asked])
    assert done.exit_code == 2
    assert told in done.output
    assert not any(tmp_path.iterdir())


def test_with_no_renderer_dot_and_mermaid_come_out_and_the_error_names_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(render, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(diagram.CannotDraw, match=re.escape('pip install "installment-cancellation[diagrams]"')):
        diagram.draw(tmp_path, views=["self-service"], langs=["zh"])
    assert {path.name for path in tmp_path.iterdir()} == {"self-service.zh.dot", "self-service.zh.mmd"}


def test_a_dot_on_path_draws_where_the_package_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\n/bin/cat > /dev/null\necho "<svg>$1</svg>"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(render, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert diagram.svg(*QUICK).endswith("<svg>-Tsvg</svg>\n")


def test_what_takes_too_long_is_given_up() -> None:
    dot = diagram.source(*QUICK)
    with pytest.raises(diagram.CannotDraw, match=r"given up after 0\.001 seconds"):
        render.to_svg([dot], time_limit=0.001)
    with pytest.raises(diagram.CannotDraw, match="given up after 0 seconds"):
        diagram.source(*QUICK, time_limit=0)


def test_dot_that_graphviz_refuses_is_told() -> None:
    with pytest.raises(diagram.CannotDraw, match="Graphviz failed"):
        render.to_svg(["digraph {"])


def test_png_of_chinese_needs_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    svg = diagram.svg(*QUICK)
    monkeypatch.setattr(render, "_draws", lambda character: character == "a")
    with pytest.raises(diagram.CannotDraw, match="Noto Sans CJK"):
        render.to_png(svg)
    assert render.to_png(diagram.svg("self-service", "en"), width=600).startswith(b"\x89PNG")


def test_png_without_any_font_is_refused_and_not_left_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **asked: draw(**asked, skip_system_fonts=True))
    render._draws.cache_clear()
    try:
        with pytest.raises(diagram.CannotDraw, match="needs a font"):
            render.to_png(render.to_svg(["digraph { a }"])[0])
    finally:
        render._draws.cache_clear()


def test_png_asks_for_a_chinese_font_first_where_a_line_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(render, "_draws", lambda _character: True)
    monkeypatch.setattr("resvg_py.svg_to_bytes", lambda svg_string, **_: given.append(svg_string) or b"")
    render.to_png(render.to_svg(['digraph { node [fontname="Verdana"] a [label="(超时"] b [label="time out"] }'])[0])
    first = {text: font for font, text in re.findall(r'<text [^>]*font-family="([^",]*)[^>]*>([^<]*)</text>', given[0])}
    assert first == {"(超时": "'PingFang SC'", "time out": "'Helvetica Neue'"}


def test_pictures_are_the_same_whatever_the_hash_seed() -> None:
    pictures = "d.source('self-service', 'both'), d.mermaid('overview', 'both'), d.source('ends', 'en')"
    command = [sys.executable, "-c", f"from process import diagram as d; print({pictures})"]
    made = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "7")
    }
    assert len(made) == 1
    assert b"digraph" in next(iter(made))


def test_a_picture_too_full_for_its_page_still_has_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    view = View.ENDS
    tight = replace(VIEW_LAYOUTS[view], columns={"zh": (50, 20, 20, 40)}, rows={"zh": (70, 20, 30, 20, 20, 30, 20, 30)})
    monkeypatch.setitem(VIEW_LAYOUTS, view, tight)  # type: ignore[misc]  # a dict, for all that its type says
    shown = picture(view, MODEL)
    assert place(shown, "zh").lines.keys() == {arrow.key for arrow in shown.arrows}


def test_every_end_kind_has_a_group_of_its_own() -> None:
    frames = {frame.end: frame.members for frame in picture(View.OVERVIEW, MODEL).frames if frame.end}
    assert frames == {kind: tuple(state for state in State if MODEL.states[state].end is kind) for kind in EndKind}
