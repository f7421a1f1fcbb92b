"""The results that come with the package: complete, fresh, the same as found anew, and used for nothing else."""

import gc
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from process import Case, Goal, Limits, State, diagram
from process.diagram import main_path, precomputed_results, refresh_precomputed
from process.diagram.case_marks import marks_of
from process.diagram.drawing import draw_shapes
from process.diagram.layout import placed_picture
from process.diagram.layout.placed_picture import place
from process.diagram.main_path import find_paths, paths_of
from process.diagram.svg_writer import write_svg
from process.diagram.view_options import View
from process.diagram.views import build_picture
from process.model import MODEL

PICTURES = [(view, lang) for view in View for lang in diagram.LANGUAGES]
SLOW = [pytest.param(*each, marks=pytest.mark.thorough) if each[0] is View.OVERVIEW else each for each in PICTURES]
STALE = "precomputed.json is stale: run `python -m process draw`"


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placed_picture, "route_all", lambda *_, **__: pytest.fail(STALE))


@pytest.fixture
def own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A copy of the file that is shipped, which a test may spoil."""
    file = tmp_path / "precomputed.json"
    file.write_bytes(precomputed_results.FILE.read_bytes())
    monkeypatch.setattr(precomputed_results, "FILE", file)
    precomputed_results.results.cache_clear()
    yield file
    precomputed_results.results.cache_clear()


@pytest.mark.parametrize(("view", "lang"), PICTURES)
@pytest.mark.usefixtures("no_search")
def test_no_picture_of_the_released_model_is_searched_for(view: View, lang: str) -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o")
    case.sign_in(account="a", channel="app")  # type: ignore[arg-type]
    assert diagram.svg(view, lang) != diagram.svg(view, lang, case=case)


def test_the_precomputed_paths_are_those_that_the_model_has() -> None:
    assert paths_of(MODEL) == find_paths(MODEL), STALE


@pytest.mark.parametrize(("view", "lang"), SLOW)
def test_a_search_gives_the_same_bytes(view: View, lang: str) -> None:
    case = Case(goal=Goal.PLAN, account="a", order="o")
    case.sign_in(account="a", channel="app")  # type: ignore[arg-type]
    for shown in (None, case):
        found = place(build_picture(view, MODEL), lang, marks_of(shown), search=True)
        assert write_svg(draw_shapes(found)) == diagram.svg(view, lang, case=shown)


def test_a_changed_model_is_explored_and_laid_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[object] = []
    route_all = placed_picture.route_all

    def counted(*given: Any, **asked: Any) -> Any:
        searches.append(given)
        return route_all(*given, **asked)

    monkeypatch.setattr(placed_picture, "route_all", counted)
    changed = replace(MODEL, table=tuple(row for row in MODEL.table if row.target is not State.PLAN_KEPT))
    before, after = (diagram.svg("self-service", "en", model=model) for model in (MODEL, changed))
    assert len(searches) == 1
    assert "decline_cancellation" in before
    assert "decline_cancellation" not in after


def test_the_paths_of_a_model_are_forgotten_with_it() -> None:
    gc.freeze()  # so that what other tests have left is not looked at
    changed = replace(MODEL, limits=Limits(1, 1))
    key = id(changed)
    assert paths_of(changed)
    assert key in main_path._found
    del changed
    gc.collect()  # a model and the machine that was built of it may hold each other
    assert key not in main_path._found


def test_a_result_that_is_missing_is_found_and_written_and_one_of_another_question_goes(
    own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_precomputed, "find_paths", paths_of)  # as the test above has found them
    whole = json.loads(own_file.read_text())
    quick = place(build_picture(View.SELF_SERVICE, MODEL), "zh").routing_key
    own_file.write_text(json.dumps({key: result for key, result in whole.items() if key != quick} | {"0" * 32: {}}))
    precomputed_results.results.cache_clear()
    assert refresh_precomputed.refresh_results()
    assert json.loads(own_file.read_text()) == whole
    assert not refresh_precomputed.refresh_results()


def test_without_the_file_pictures_are_the_same(own_file: Path) -> None:
    shown = diagram.svg("self-service", "zh")
    own_file.unlink()
    precomputed_results.results.cache_clear()
    assert diagram.svg("self-service", "zh") == shown
