"""Makes calls within the tests' process cheap: Typer reads a command's signature once, not at every call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from typer.utils import get_params_from_function


@pytest.fixture(scope="package", autouse=True)
def signatures_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_params_from_function", cache(get_params_from_function))
        yield
