"""What the commands that keep cases in a database share: the address, and what to say where it can't be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from process.commands.common import cannot_open, unusable
from process.model import Words

if TYPE_CHECKING:
    from process.store.sql import Engine

DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="sqlite:///文件 或 postgresql://…；缺省为用户数据目录中的文件\n\n"
        "sqlite:///FILE or postgresql://…; a file in your data directory by default.",
        show_default=False,
    ),
]


@contextmanager
def opened(url: str | None, lang: str, *, create: bool = False) -> Iterator[tuple[Any, Engine]]:
    """The store and an engine; what goes wrong with the database ends the command."""
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
        with store.database(url or _default(lang), create=create) as engine:
            yield store, engine
    except store.StoreError as error:
        unusable(error.text(lang))


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
