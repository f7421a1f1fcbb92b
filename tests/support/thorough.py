"""The same test with two counts: a small one by default, the full one under ``--thorough``."""

from __future__ import annotations

import pytest


def counts(name: str, default: int, full: int) -> pytest.MarkDecorator:
    """Parametrize *name* with *default*, and with *full* under ``--thorough``."""
    return pytest.mark.parametrize(name, [default, pytest.param(full, marks=pytest.mark.thorough)])
