"""The same test with two counts: a small one by default, the full one under ``--thorough``."""

from __future__ import annotations

import pytest


def counts(name: str, default: int, full: int) -> pytest.MarkDecorator:
    """Parametrize *name* with *default*, and with *full* under ``--thorough``."""
    return pytest.mark.parametrize(name, [default, pytest.param(full, marks=pytest.mark.thorough)])


def counts_by_database(name: str, default: int, full: int, *, mariadb: int) -> pytest.MarkDecorator:
    """Parametrize ``database`` and *name*, as ``counts`` does; with *mariadb* for *full* on MariaDB, the slowest."""
    found = []
    for kind, most in (("sqlite", full), ("postgresql", full), ("mariadb", mariadb)):
        found.append(pytest.param(kind, default, id=f"{kind}-{default}"))
        found.append(pytest.param(kind, most, id=f"{kind}-{most}", marks=pytest.mark.thorough))
    return pytest.mark.parametrize(("database", name), found, indirect=["database"])
