"""A room whose packages are not installed: one sentence with the pip line."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from process.extras import ExtraMissing, needed_by

ROOMS = {"store": "sqlalchemy", "temporal": "temporalio", "cli": "typer"}
PARTS = {"django": ("django", "django"), "aio": ("greenlet", "asyncio")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_without_its_package_names_the_pip_line(room: str) -> None:
    program = f"import sys; sys.modules[{ROOMS[room]!r}] = None; from process import {room}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert f'needs {ROOMS[room]}; run pip install "installment-cancellation[{room}]"' in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_store_without_its_package_names_the_pip_line(part: str) -> None:
    package, extra = PARTS[part]
    program = f"import sys; sys.modules[{package!r}] = None; import process.store.{part}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert f'needs {package}; run pip install "installment-cancellation[{extra}]"' in done.stderr.splitlines()[-1]


def test_another_missing_package_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere"), needed_by("process.store", "sqlalchemy", extra="store"):
        raise ModuleNotFoundError("no module nowhere", name="nowhere")


def test_the_error_survives_pickling_and_is_in_both_languages() -> None:
    error = pickle.loads(pickle.dumps(ExtraMissing("process.store", "sqlalchemy", "store")))  # noqa: S301  # our own
    assert error.text("zh").startswith("process.store 需要 sqlalchemy，请运行 pip install")
    assert error.name == "sqlalchemy"
