"""What the commands that keep cases in a database share: the address, and what to say where it can't be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from process.cli.common import cannot_open, unusable
from process.exceptions import InvalidPayload, SnapshotInvalid
from process.model import Words

if TYPE_CHECKING:
    from process.store.statements import Engine

DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="sqlite:///文件 或 postgresql://…\n\nsqlite:///FILE or postgresql://…; by default a file of yours.",
        show_default=False,
    ),
]


@contextmanager
def opened(
    url: str | None, lang: str, *, create: bool = False, where: Callable[[], str] = lambda: ""
) -> Iterator[tuple[Any, Engine]]:
    """The store and an engine; what goes wrong with the database, or with what is asked of it, ends the command.

    Args:
        url: the address; None for the file in the user's data directory, which is made where it is not there.
        lang: of what is said.
        create: whether a file and tables that are not there are made. Else an address that leads to none is a mistake.
        where: gives the place in a file that was being loaded, to be named first.
    """
    try:
        from process import store
    except ModuleNotFoundError as error:
        package = error.name or ""
        if package.partition(".")[0] != "sqlalchemy":
            raise
        unusable(
            Words("保存办理需要另装：{}", "Keeping cases needs one more package: {}")
            .of(lang)
            .format('pip install "installment-cancellation[store]"')
        )
    try:
        address = _default(lang) if url is None else _given(url, lang)
        with store.database(address, create=create or url is None) as engine:
            if engine.url.database == ":memory:":
                unusable(_IN_MEMORY.of(lang))
            yield store, engine
    except (store.StoreError, InvalidPayload, SnapshotInvalid) as error:
        unusable(where() + error.text(lang))


def _given(url: str, lang: str) -> str:
    if not url.strip():
        unusable(Words("--db 之后没有地址。", "There is no address after --db.").of(lang))
    return url


_IN_MEMORY = Words(
    "内存中的数据库随程序结束而消失；请指明文件：sqlite:///文件。",
    "A database in memory is gone when the program ends; name a file: sqlite:///FILE.",
)


def _default(lang: str) -> str:
    try:
        from platformdirs import user_data_path
    except ModuleNotFoundError:
        unusable(Words("请用 --db 指明数据库。", "Say with --db which database.").of(lang))
    folder: Path = user_data_path("installment-cancellation", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cannot_open(folder, error, lang)
    return f"sqlite:///{folder / 'cases.sqlite'}"
