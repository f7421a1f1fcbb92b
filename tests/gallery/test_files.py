"""Writing the gallery: files of other origin are kept, and progress is reported."""

import pickle
from pathlib import Path

import pytest

from process import diagram
from process.diagram import WouldOverwrite
from process.diagram.overwrite_guard import MARK
from process.gallery import files, write_page

ONE = {"views": ["self-service"], "langs": ["zh"]}


@pytest.mark.parametrize("name", ["README.md", "index.html", "overview.zh.svg", "ends.both.mmd"])
def test_a_file_that_somebody_else_wrote_is_kept_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    own = tmp_path / name
    own.write_text("my own", encoding="utf-8")
    with pytest.raises(WouldOverwrite) as refused:
        files.write(tmp_path)
    assert refused.value.path == str(own)
    assert str(own) in refused.value.text("zh")
    assert str(own) in str(pickle.loads(pickle.dumps(refused.value)))  # noqa: S301  # our own
    assert [(path, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(own, "my own")]


@pytest.mark.parametrize("name", list(diagram.FORMATS))
def test_a_picture_is_drawn_again_but_not_over_somebody_elses(tmp_path: Path, name: str) -> None:
    (first,) = diagram.draw(tmp_path, formats=[name], **ONE)
    drawn = first.read_bytes()
    assert diagram.draw(tmp_path, formats=[name], **ONE) == [first]
    first.write_bytes(b"my own")
    with pytest.raises(WouldOverwrite):
        diagram.draw(tmp_path, formats=[name], **ONE)
    assert first.read_bytes() == b"my own"
    assert diagram.draw(tmp_path, formats=[name], force=True, **ONE) == [first]
    assert first.read_bytes() == drawn


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    (tmp_path / "self-service.zh.mmd").touch()
    (written,) = diagram.draw(tmp_path, formats=["mermaid"], **ONE)
    assert written.read_bytes()


def test_progress_counts_the_pictures(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    diagram.draw(
        tmp_path,
        views=["self-service"],
        langs=["zh", "en"],
        formats=["dot"],
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(1, 2), (2, 2)]


def test_the_page_alone_is_written_where_nothing_else_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("process.gallery.page.page_html", lambda: f"<!-- {MARK} -->")
    path = tmp_path / "new" / "case.html"
    assert write_page(path) == path
    assert write_page(str(path)) == path
    path.write_text("my own", encoding="utf-8")
    with pytest.raises(WouldOverwrite):
        write_page(path)
    assert write_page(path, force=True).read_text(encoding="utf-8") == f"<!-- {MARK} -->"
