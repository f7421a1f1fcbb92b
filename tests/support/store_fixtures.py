"""The databases that the tests of the store ask for. Apart from ``storing``, so that pytest can load it as a plugin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.support.postgres import Postgres
from tests.support.storing import ENGINES, ISOLATIONS, Database, emptied, made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that the tests of one process share; each test takes a database of its own."""
    server = Postgres(fsync="off")  # what is committed need not outlast a power cut here
    yield server
    server.remove()


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres) -> str:
    """One database for all tests of one process, as making one takes longer than most of them."""
    return postgres.new_database()


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    return made(f"sqlite:///{tmp_path / 'cases.sqlite'}")


@pytest.fixture
def postgresql(shared_database: str) -> Database:
    return emptied(shared_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["sqlite", *ISOLATIONS])
def any_isolation(request: pytest.FixtureRequest) -> Database:
    """SQLite, and PostgreSQL at each isolation level."""
    if request.param == "sqlite":
        found: Database = request.getfixturevalue("sqlite")
        return found
    base: Database = request.getfixturevalue("postgresql")
    return base._replace(isolation=request.param)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = database.engine()
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _closed(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    while ENGINES:
        ENGINES.pop().dispose()
