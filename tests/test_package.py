"""The built wheel: what is in it, and that it works in an empty environment, alone and with each extra."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).parents[1]
IMPORTS = {
    "": "process.case",
    "cli": "process.cli",
    "diagrams": "process.diagram",
    "testing": "process.testing.strategies",
    "store": "process.store",
    "postgres": "process.store",
    "mysql": "process.store",
    "django": "process.store",
    "temporal": "process.temporal",
    "audit": "process.audit",
}
"""By extra, a module that it makes importable."""


def run(*command: str | Path, **settings: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_licence_the_types_and_the_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"process/py.typed", "process/diagram/known.json", "process/gallery/assets/page.html"} <= set(names)
    assert any(name.endswith("licenses/process/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "diagrams/"))]


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


@pytest.mark.parametrize("room", ["store", "temporal", "audit", "testing.strategies", "cli"])
def test_a_room_without_its_extra_says_in_one_sentence_what_to_install(room: str, wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path)
    python = tmp_path / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", wheel)
    code = f"import process.{room}"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 1
    assert f'pip install "installment-cancellation[{room.partition(".")[0]}]"' in done.stderr
