"""Rows of a log from a database, by the store's own engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from process.audit.sources.raw_table import SourceUnusable
from process.model import Words


def database_rows(address: str, query: str | None, *, own: bool) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, or of the store's own history."""
    from process.store.addresses import shown_address
    from process.store.log_rows import rows_of_history, rows_of_query

    shown = shown_address(address)
    file = Path(address.removeprefix("sqlite:///").partition("?")[0])
    if address.startswith("sqlite:///") and not file.exists():  # SQLite would make an empty one
        raise SourceUnusable(shown, Words("没有这样的文件", "no such file"))
    if query is None and not own:
        raise SourceUnusable(shown, Words("请用 --query 写明查询", "write the query with --query"))
    try:
        yield from rows_of_history(address) if query is None else rows_of_query(address, query)
    except ValueError as error:
        raise SourceUnusable(shown, Words("不是可用的数据库地址", str(error))) from None
    except Exception as error:  # the driver's own, whose text may hold the address if it can't connect
        if type(error).__module__.partition(".")[0] != "sqlalchemy":
            raise
        kind = type(error).__name__
        if getattr(error, "statement", None):
            kind += f": {str(getattr(error, 'orig', '')).strip().partition(chr(10))[0]}"
        raise SourceUnusable(
            shown, Words(f"数据库拒绝了查询（{kind}）", f"the database refused the query ({kind})")
        ) from None
