"""The package: its description, what is in the built wheel, and that it works in an empty environment with each extra."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMPORTS = {
    "": "process.case",
    "cli": "process.cli",
    "diagrams": "process.diagram",
    "testing": "process.testing.strategies",
    "store": "process.store",
    "postgres": "process.store",
    "mysql": "process.store",
    "asyncio": "process.store.aio",
    "django": "process.store.django",
    "temporal": "process.temporal",
    "audit": "process.audit",
}
"""By extra, a module that it makes importable."""


def run(*command: str | Path, **settings: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def relative_targets(markdown: str) -> list[str]:
    """The targets of links and pictures that a package index has not."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", markdown) if ":" not in target]


def test_the_description_for_a_package_index_links_to_nothing_that_the_index_has_not() -> None:
    hooks = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["metadata"]["hooks"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = relative_targets(text)
    assert "diagrams/overview.both.svg" in targets
    for one in hooks["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    assert relative_targets(text) == []
    assert all(f"`{target}`" in text for target in targets if not target.endswith(".svg"))
    assert "[Temporal](https://temporal.io)" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.thorough
def test_the_description_of_the_wheel_is_that_and_renders(wheel: Path, tmp_path: Path) -> None:
    content = zipfile.ZipFile(wheel)
    (name,) = (name for name in content.namelist() if name.endswith("/METADATA"))
    metadata = email.message_from_string(content.read(name).decode())
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    text = str(metadata.get_payload())
    assert relative_targets(text) == []
    run(sys.executable, "-m", "venv", tmp_path)
    run(tmp_path / "bin" / "python", "-m", "pip", "install", "-q", "readme_renderer[md]")
    (tmp_path / "description.md").write_text(text, encoding="utf-8")
    page = run(tmp_path / "bin" / "python", "-m", "readme_renderer", tmp_path / "description.md")
    assert "<h1 id=" in page
    assert "<img" not in page
    assert set(re.findall('href="([^#"]+)"', page)) == {"https://temporal.io"}


@pytest.mark.thorough
def test_the_wheel_holds_the_licence_the_types_and_the_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"process/py.typed", "process/diagram/precomputed.json", "process/gallery/assets/page.html"} <= set(names)
    assert any(name.endswith("licenses/process/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "diagrams/"))]


@pytest.mark.thorough
@pytest.mark.parametrize("extra", IMPORTS)
def test_the_wheel_works_with_one_extra_alone(extra: str, wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path)
    python = tmp_path / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", f"{wheel}[{extra}]" if extra else wheel)
    assert (
        run(python, "-c", f"import {IMPORTS[extra]}; from process import Case, State; print(State.REFUSED)") == "refused\n"
    )
    if extra == "cli":
        assert "installment-cancellation" in run(tmp_path / "bin" / "installment-cancellation", "--version")
        assert "R22" in run(tmp_path / "bin" / "installment-cancellation", "check", "--lang", "en")


@pytest.mark.thorough
@pytest.mark.parametrize("room", ["store", "temporal", "audit", "testing.strategies", "cli"])
def test_a_room_without_its_extra_says_in_one_sentence_what_to_install(room: str, wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path)
    python = tmp_path / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", wheel)
    code = f"import process.{room}"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 1
    assert f'pip install "installment-cancellation[{room.partition(".")[0]}]"' in done.stderr
