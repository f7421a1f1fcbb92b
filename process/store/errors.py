"""The errors of a database, beside those of any case that is kept (``process.persistence_errors``).

::

    StoreError
    ├── DatabaseUnusable    the address leads to no usable database, or its tables are missing or of an earlier release
    ├── NoTransaction       the connection is in no transaction of the host's
    ├── NestedDelivery      deliver or transact was called inside another one on the same database
    └── ReadOnly            the transaction may not write, as on a read replica
"""

from __future__ import annotations

from process.model import Words
from process.persistence_errors import StoreError


class DatabaseUnusable(StoreError):
    """There is no such database, it is of an unsupported kind, it does not answer, or its tables can't be used."""

    words = Words("数据库 {url} 无法使用：{problem}", "The database {url} can't be used: {problem}")

    def __init__(self, url: str, problem: str, zh: str = "") -> None:
        super().__init__(url, problem, zh)
        self.url, self.problem, self.zh = url, problem, zh or "数据库报错"

    def text(self, lang: str = "en") -> str:
        return self.words.of(lang).format(url=self.url, problem=self.zh if lang == "zh" else self.problem)


class NoTransaction(StoreError):
    """The store never begins a transaction, so that the case commits with the host's rows. It read and wrote nothing."""

    words = Words(
        "连接不在事务中，请先开始事务（如 with engine.begin()，且不是 AUTOCOMMIT）。",
        "The connection is in no transaction; begin one first, as with engine.begin(), and not in AUTOCOMMIT.",
    )


class NestedDelivery(StoreError):
    """``deliver`` or ``transact`` inside another one would wait for a lock that its own caller holds."""

    words = Words(
        "deliver 或 transact 不能嵌套使用；在 then 或 work 中请用 handle(conn, …)。",
        "deliver and transact can't be nested; inside then or work call handle(conn, …) on the connection given.",
    )


class ReadOnly(StoreError):
    """The event was not written, and on PostgreSQL the transaction can only be rolled back. Reading works there."""

    words = Words(
        "此事务只能读取（如在只读副本上），请连接可写入的数据库。",
        "The transaction is read-only, as on a replica; connect to the database that takes writes.",
    )
