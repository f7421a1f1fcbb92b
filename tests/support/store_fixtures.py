"""The databases that the tests of the store ask for. Apart from ``storing``, so that pytest can load it as a plugin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.mariadb import MariaDB
from tests.support.postgres import Postgres
from tests.support.storing import ENGINES, ISOLATIONS, Database, emptied, made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that the tests of one process share; each test takes a database of its own."""
    server = Postgres(fsync="off")  # what is committed need not outlast a power cut here
    yield server
    server.remove()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDB]:
    server = MariaDB("--innodb-flush-log-at-trx-commit=0")
    yield server
    server.remove()


@pytest.fixture(scope="session")
def shared_mariadb(mariadb_server: MariaDB) -> str:
    return mariadb_server.new_database()


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres) -> str:
    """One database for all tests of one process, as making one takes longer than most of them."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def new_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "new.sqlite"
    made(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite(new_sqlite: Path) -> Database:
    """A new file under the name that all tests give it, so that their statements are compiled once."""
    file = new_sqlite.with_name("cases.sqlite")
    for left in file.parent.glob("cases.sqlite*"):
        left.unlink()
    shutil.copy(new_sqlite, file)
    return Database(f"sqlite:///{file}")


@pytest.fixture
def postgresql(shared_database: str) -> Database:
    return emptied(shared_database)


@pytest.fixture
def mariadb(shared_mariadb: str) -> Database:
    return emptied(shared_mariadb)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


def _levels() -> Iterator[Any]:
    yield pytest.param(("sqlite", None), id="sqlite")
    for name in ("postgresql", "mariadb"):
        for level in ISOLATIONS:
            seldom = level == "REPEATABLE READ" or (name, level) == ("mariadb", "SERIALIZABLE")  # which locks what is read
            yield pytest.param((name, level), id=f"{name} {level}", marks=[pytest.mark.thorough] if seldom else [])


@pytest.fixture(params=_levels())
def any_isolation(request: pytest.FixtureRequest) -> Database:
    """SQLite, and PostgreSQL and MariaDB at each isolation level."""
    name, isolation = request.param
    base: Database = request.getfixturevalue(name)
    return base._replace(isolation=isolation)


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
