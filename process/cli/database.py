"""Opens the database of the commands that store cases; one that can't be used ends the command."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from process.cli.output.streams import cannot_open, say, unusable
from process.exceptions import InvalidPayload, SnapshotInvalid
from process.extras import ExtraMissing
from process.model import Words

if TYPE_CHECKING:
    from process.store.statements import Engine

SCHEMES: Final = ("sqlite", "postgresql", "mysql+pymysql", "mariadb+pymysql")


@contextmanager
def opened_store(
    url: str | None, lang: str, *, create: bool = False, place: Callable[[], str] = lambda: ""
) -> Iterator[tuple[Any, Engine]]:
    """The store and an engine; an error of the database or of the store ends the command.

    Args:
        url: the address; None for the file in the user's data directory, which is created where it is missing.
        lang: the language of messages.
        create: whether a missing file and missing tables are created. Else an address without them is a mistake.
        place: the place in a file that is being loaded, put before the message.
    """
    store = the_store(lang)
    try:
        address = address_of(url, lang, create=True)
        notice = partial(say, _WAITING.of(lang), err=True) if sys.stderr is not None and sys.stderr.isatty() else None
        with store.database(address, create=create or url is None, on_wait=notice) as engine:
            if engine.url.database == ":memory:":
                unusable(_IN_MEMORY.of(lang))
            yield store, engine
    except (store.StoreError, InvalidPayload, SnapshotInvalid) as error:
        unusable(place() + error.text(lang))


def the_store(lang: str) -> Any:
    """The package ``process.store``; without its dependencies the command ends."""
    try:
        from process import store
    except ExtraMissing as missing:
        unusable(missing.text(lang))
    return store


def address_of(url: str | None, lang: str, *, create: bool = False) -> str:
    """The address given, if it begins as one, else that of the user's own file, whose folder is created on request."""
    return _default(lang, create=create) if url is None else _checked(url, lang)


_WAITING = Words("数据库正被占用，等待中…", "The database is locked by another writer; waiting …")
_IN_MEMORY = Words(
    "内存中的数据库随程序结束而消失；请指明文件：sqlite:///文件。",
    "A database in memory is gone when the program ends; name a file: sqlite:///FILE.",
)


def _checked(url: str, lang: str) -> str:
    """The address, if it begins as one; a mistake is answered without any part of a password."""
    if not url.strip():
        unusable(Words("--db 之后没有地址。", "--db is empty.").of(lang))
    scheme, separator, _ = url.partition("://")
    if not separator:
        wrong = Words(
            "--db 应为数据库的地址，如 sqlite:///文件", "--db must be a database's address, such as sqlite:///FILE"
        )
        hint = ""
        if not set(url) & set(":@?") and url.isprintable():
            hint = Words("。您是想写 sqlite:///{} 吗？", "; did you mean sqlite:///{}?").of(lang).format(url)
        unusable(wrong.of(lang) + hint)
    if scheme not in SCHEMES and re.fullmatch(r"[a-z0-9+]{1,30}", scheme):
        near = get_close_matches(scheme, SCHEMES, n=1, cutoff=0.5)
        if near and not scheme.startswith(tuple(f"{known}+" for known in SCHEMES)):
            wrong = Words("不能使用 {}://，您是想写 {}:// 吗？", "{}:// can't be used; did you mean {}://?")
            unusable(wrong.of(lang).format(scheme, near[0]))
    return url


def _default(lang: str, *, create: bool) -> str:
    """The address of the file in the user's data directory."""
    try:
        from platformdirs import user_data_path
    except ModuleNotFoundError:
        unusable(Words("请用 --db 指明数据库。", "Name the database with --db.").of(lang))
    folder: Path = user_data_path("installment-cancellation", appauthor=False)
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cannot_open(folder, error, lang)
    return f"sqlite:///{folder / 'cases.sqlite'}"
