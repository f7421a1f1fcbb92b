"""The pictures in each format, of the model and of a case, and what happens where they can't be made."""

import itertools
import os
import re
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from typer.testing import CliRunner

from process import Actor, Case, Goal, diagram
from process.cli import app
from process.diagram import png_renderer, precomputed_results
from process.diagram.mermaid_writer import escaped
from process.diagram.palette import QUIET
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.eventfile import dump
from process.model import MODEL, Event
from tests.support.drawn import SVG, texts_of
from tests.support.graphviz_svg import graphviz_svgs, in_one_ink

QUICK = ("self-service", "zh")
HOSTILE = '<b>"x"</b>&amp;\\n\\";javascript:alert(1) --> %% #quot; [a](b)'


def a_case(case_id: str = "case-1") -> Case:
    case = Case(goal=Goal.PLAN, account="acct", order="order", case_id=case_id)
    case.trigger(
        Event.SIGN_IN, {"account": "acct", "channel": "app"}, by=Actor.CUSTOMER, at=datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    )
    return case


def test_graphviz_makes_the_same_bytes_of_the_dot() -> None:
    case = a_case(f"{HOSTILE[:50]}'-")
    kinds = ((None, False), (case, False), (case, True))
    asked = list(itertools.product(View, diagram.LANGUAGES, kinds))
    drawn = graphviz_svgs([diagram.dot(view, lang, case=shown, slide=slide) for view, lang, (shown, slide) in asked])
    for svg, (view, lang, (shown, slide)) in zip(drawn, asked, strict=True):
        assert in_one_ink(svg) == in_one_ink(diagram.svg(view, lang, case=shown, slide=slide)), (view, lang, shown, slide)


@pytest.mark.parametrize("view", View)
def test_a_slide_is_16_to_9_and_holds_the_same_picture_in_its_middle(view: View) -> None:
    page, slide = (ElementTree.fromstring(diagram.svg(view, "en", slide=each)) for each in (False, True))  # noqa: S314
    width, height = (float(number) for number in slide.attrib["viewBox"].split()[2:])
    assert width / height == pytest.approx(16 / 9, abs=0.003)
    assert height == float(page.attrib["viewBox"].split()[3])
    left = (width - float(page.attrib["viewBox"].split()[2])) // 2
    places = [
        [(text.text, float(text.attrib["x"]), text.attrib["y"]) for text in each.iter(f"{SVG}text")]
        for each in (page, slide)
    ]
    assert [(text, pytest.approx(x + left, abs=0.011), y) for text, x, y in places[0]] == places[1]


def test_slides_are_files_of_their_own(tmp_path: Path) -> None:
    written = diagram.draw(tmp_path, views=["ends"], langs=["en"], slide=True)
    assert {path.name for path in written} == {"ends.en.slide.svg", "ends.en.slide.dot", "ends.en.mmd"}


def test_conditions_are_quieter_than_events_and_nothing_else_is() -> None:
    svg = re.sub(r'(?s)<g [^>]*class="cluster".*?</g>', "", diagram.svg("face-verification", "en"))
    quiet = re.findall(f'<text [^>]*fill="{QUIET.lower()}"[^>]*>([^<]*)</text>', svg)
    loud = {*texts_of(svg)} - {*quiet}
    assert {"[only if]", "[else]"} <= {*quiet}
    assert not [text for text in loud if text.startswith("[") or text.endswith("]")]
    assert not {event.words.en for event in Event} & {*quiet}


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN.UTF-8", "全流程"), ("en_US.UTF-8", "The whole flow"), ("C", "The whole flow")]
)
def test_a_notebook_shows_the_case_in_the_readers_language_and_no_wider_than_its_page(
    locale: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    svg = a_case()._repr_svg_()
    assert svg is not None
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    width = float(root.attrib["viewBox"].split()[2])
    assert root.attrib["width"] == "100%"
    assert root.attrib["style"] == f"max-width: {width:g}pt"
    assert "height" not in root.attrib
    assert {words, "case-1"} <= {*texts_of(svg)}


def test_every_format_takes_the_same_arguments() -> None:
    asked = {"view": "self-service", "lang": "en", "model": MODEL, "case": a_case(), "time_limit": 9.0}
    made = [write(**asked) for write in (diagram.svg, diagram.dot, diagram.mermaid, diagram.png)]  # type: ignore[operator]
    assert [type(each) for each in made] == [str, str, str, bytes]
    assert all("case-1" in text or "09#58;05" in text for text in made[:3])


def test_png_is_as_wide_as_a_page() -> None:
    content = diagram.png("self-service", "en")
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">I", content[16:20]) == (1684,)
    assert struct.unpack(">II", diagram.png("ends", "en", slide=True)[16:24]) == (1920, 1080)


def test_hostile_labels_come_out_as_text() -> None:
    case = a_case(HOSTILE[:64])
    svg = diagram.svg(*QUICK, case=case)
    assert case.case_id in texts_of(svg)
    assert "<b>" not in svg
    flow = escaped(HOSTILE)
    assert not {*'<>"&\\;%[]`'} & {*re.sub(r"#\d+;", "", flow)}
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), flow) == HOSTILE


def test_a_case_is_marked_where_it_stands_and_where_it_went() -> None:
    svg = diagram.svg("self-service", "en", case=a_case())
    assert "case-1" in " ".join(texts_of(svg))
    assert "1. 11-22 09:05" in texts_of(svg)
    stands = re.search(r'id="state-signed_in".*?</g>', svg, re.DOTALL)
    assert stands
    assert 'stroke-width="4"' in stands[0]
    assert 'stroke-width="4"' not in svg.replace(stands[0], "")


def test_no_label_is_taken_for_a_list_by_mermaid() -> None:
    flow = diagram.mermaid("self-service", "en", case=a_case())
    assert '|"1#46; 11-22 09#58;05<br/>' in flow
    assert not re.search(r'(?:"|<br/>)(?:[-+*]|\d+[.)]) ', diagram.mermaid("ends", "en"))


def test_mermaid_tells_what_its_colours_and_its_marks_mean() -> None:
    for view in View:
        flow, shown = diagram.mermaid(view, "zh"), build_picture(view, MODEL)
        arrows, key = flow.split("  subgraph key[")
        for owner in {box.owners[0] for box in shown.boxes if box.owners}:
            assert f'  key_{owner}("{owner.words.zh}")' in key
            assert re.search(rf"^  class .*,key_{owner} {owner}_moves$", key, re.MULTILINE)
        for mark in ("†", "#42;"):
            assert (f"{mark} " in arrows or f'{mark}"' in arrows) == bool(re.search(f'(?:"|<br/>){mark} ', key))


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
        (["--view", "begin", "--lang", "en"], "--view can't be 'begin'; use overview, "),
    ],
)
def test_a_wrong_wish_is_refused_with_what_would_be_right(asked: list[str], told: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["draw", "--out", str(tmp_path), *asked])
    assert done.exit_code == 2
    assert told in done.output
    assert not any(tmp_path.iterdir())


def test_svg_dot_and_mermaid_need_no_other_program_and_png_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(png_renderer, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(diagram.CannotDraw, match=re.escape('pip install "installment-cancellation[diagrams]"')):
        diagram.draw(tmp_path, views=["self-service"], langs=["zh"], formats=diagram.FORMATS)
    assert {path.name for path in tmp_path.iterdir()} == {f"self-service.zh.{end}" for end in ("dot", "mmd", "svg")}


def test_a_layout_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precomputed_results, "look_up", lambda _key: None)
    monkeypatch.setattr("process.diagram.layout.precomputed_routes.look_up", lambda _key: None)
    with pytest.raises(diagram.CannotDraw, match="given up after 0 seconds"):
        diagram.dot(*QUICK, time_limit=0)


def test_png_of_chinese_needs_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_renderer, "_draws", lambda character: character == "a")
    with pytest.raises(diagram.CannotDraw, match="Noto Sans CJK"):
        diagram.png(*QUICK)
    assert diagram.png("self-service", "en").startswith(b"\x89PNG")


def test_png_without_any_font_is_refused_and_not_left_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **asked: draw(**asked, skip_system_fonts=True))
    png_renderer._draws.cache_clear()
    try:
        with pytest.raises(diagram.CannotDraw, match="needs a font"):
            diagram.png("self-service", "en")
    finally:
        png_renderer._draws.cache_clear()


def test_png_asks_for_a_chinese_font_first_where_a_line_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(png_renderer, "_draws", lambda _character: True)
    monkeypatch.setattr("resvg_py.svg_to_bytes", lambda svg_string, **_: given.append(svg_string) or bytes(40))
    diagram.png("self-service", "both")
    first = {text: font for font, text in re.findall(r'<text [^>]*font-family="([^",]*)[^>]*>([^<]*)</text>', given[0])}
    assert first["已登录"] == "'PingFang SC'"
    assert first["Signed in"] == "'Helvetica Neue'"


def test_pictures_are_the_same_whatever_the_hash_seed() -> None:
    search = "place(build_picture(View.SELF_SERVICE, MODEL), 'both', search=True).routes"
    pictures = f"d.dot('self-service', 'both'), d.mermaid('overview', 'both'), d.svg('ends', 'en'), {search}"
    names = ["layout.placed_picture.place", "view_options.View", "views.build_picture"]
    imports = "; ".join(
        f"from process.diagram.{name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in names
    )
    command = [sys.executable, "-c", f"from process import MODEL, diagram as d; {imports}; print({pictures})"]
    made = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "7")
    }
    assert len(made) == 1
    assert b"digraph" in next(iter(made))
