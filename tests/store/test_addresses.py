"""Addresses of databases: which are taken, and that none is shown with its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from process import store


@pytest.mark.parametrize("url", ["oracle://x", "no address", "sqlite+nothing:///x", "postgresql+nothing://x"])
def test_an_address_of_no_known_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///|address"):
        store.create_engine(url)


@pytest.mark.parametrize(
    "url",
    [
        "oracle://me:s3cret@host/x",
        "postgresql://me:pw@s3cret@127.0.0.1:1/x",
        "postgresql://me:pw@h/s3cret@127.0.0.1:1/x",
        "postgresql://me:pw?s3cret@127.0.0.1:1/x",
        "postgresql://:s3cret@127.0.0.1:1/x",
        "postgresql://s3cret:@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?user=me&password=s3cret",
        "postgresql://127.0.0.1:1/x?sslpassword=s3cret",
        "postgresql://me:s3%40cret@127.0.0.1:1/x?passwordd=s3cret",
        "mysql+pymysql://me:s3cret@127.0.0.1:1/x",
        "mysql+pymysql://me@127.0.0.1:1/x?password=s3cret",
        "s3cret",
        "://s3cret",
        "postgresql://me:s3cret@127.0.0.1:1/x",
        "postgresql://me:s3cr/s3cret@host/x",
        "postgresql://me:s3cret",
        "postgresql://me@127.0.0.1:1/x?password=s3cret",
        "postgresql+nothing://me:s3cret@host/x",
        "postgresql://me:s3cret@host/\ud800",
    ],
)
def test_no_error_tells_a_password(url: str) -> None:
    with pytest.raises(store.DatabaseUnusable) as refused, store.database(url) as engine, engine.begin():
        raise AssertionError("it can be used")
    said = str(refused.value) + refused.value.text("zh") + repr(refused.value)
    assert "s3" not in said
    assert "cret" not in said


def test_no_repr_of_an_engine_shows_a_password() -> None:
    for url in (
        "postgresql://me:s3cret@h/x",
        "postgresql://me@h/x?password=s3cret&sslpassword=s3cret",
        "mysql+pymysql://me@h/x?passwd=s3cret&ssl_key_password=s3cret",
    ):
        engine = store.create_engine(url)
        assert "s3cret" not in repr(engine) + str(engine.url) + repr(engine.url)


def test_a_path_may_hold_what_an_address_takes_for_its_own(tmp_path: Path) -> None:
    engine = store.sqlite_engine(tmp_path / "what?x=%41.sqlite")
    store.metadata.create_all(engine)
    engine.dispose()
    assert (tmp_path / "what?x=%41.sqlite").exists()
