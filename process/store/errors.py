"""What the store raises beside the refusals of a case.

::

    ProcessError
    └── StoreError
        ├── DatabaseUnusable    what an address leads to is no database that can be used, or it has no tables
        ├── NoTransaction       the connection is in no transaction of the host's
        ├── ReadOnly            the transaction may not write, as on a copy of the database that is for reading
        ├── CaseNotFound        no case has this id
        ├── CaseIdReused        the id belongs to a case that was opened otherwise
        ├── HistoryDiffers      a case is stored already, but not with all the steps that it is to be stored with
        ├── OrderHasOpenCase    another case about the order has not ended
        ├── EventIdReused       the id belongs to another event of the case
        └── Conflict            someone else has moved the case, or is just doing so: run the transaction again

Fields come first and the text, in both languages, is made of them; all survive pickling.
"""

from __future__ import annotations

from typing import ClassVar

from process.exceptions import ProcessError
from process.model import Words
from process.payload import short_repr


class StoreError(ProcessError):
    """Base of the family. ``args`` are the fields, in the order of the constructor's parameters."""

    words: ClassVar[Words]

    def text(self, lang: str = "en") -> str:
        """What is wrong and what would be right, in *lang*, ``"zh"`` or ``"en"``."""
        shown = {name: value if isinstance(value, int) else short_repr(value) for name, value in vars(self).items()}
        return self.words.of(lang).format(**shown)

    def __str__(self) -> str:
        return self.text()


class DatabaseUnusable(StoreError):
    """There is no such database, it is of another kind, nobody answers, it refuses, or the tables are not there."""

    words = Words("数据库 {url} 无法使用：{problem}", "The database {url} can't be used: {problem}")

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(url, problem)
        self.url, self.problem = url, problem

    def text(self, lang: str = "en") -> str:
        return self.words.of(lang).format(url=self.url, problem=self.problem)


class NoTransaction(StoreError):
    """Nothing was read or written: the store never begins a transaction, so that the host's rows and the case's are one."""

    words = Words(
        "连接不在事务中，请先开始事务（如 with engine.begin()，且不是 AUTOCOMMIT）。",
        "The connection is in no transaction; begin one first, as with engine.begin(), and not in AUTOCOMMIT.",
    )


class ReadOnly(StoreError):
    """Nothing was written, and on PostgreSQL the transaction can only be rolled back. Reading alone works there."""

    words = Words(
        "此事务只能读取（如在只读副本上），请连接可写入的数据库。",
        "The transaction is read-only, as on a replica; connect to the database that takes writes.",
    )


class CaseNotFound(StoreError):
    """No case has the id."""

    words = Words("没有编号为 {case_id} 的办理。", "There is no case {case_id}.")

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class CaseIdReused(StoreError):
    """The id was given to a case before that was opened with another goal, account, order, limit or deadline."""

    words = Words(
        "编号 {case_id} 已用于另一个办理，请换一个编号。",
        "The id {case_id} belongs to a case that was opened otherwise; take another id.",
    )

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class HistoryDiffers(StoreError):
    """The case is stored already, at the version ``stored``, and without some of the steps up to ``version``."""

    words = Words(
        "办理 {case_id} 已保存至版本 {stored}，其步骤与版本 {version} 的不同；请用 handle 逐个推进。",
        "Case {case_id} is stored already, at version {stored} and not with the steps up to version {version}; "
        "raise further events on it with handle.",
    )

    def __init__(self, case_id: str, version: int, stored: int) -> None:
        super().__init__(case_id, version, stored)
        self.case_id, self.version, self.stored = case_id, version, stored


class OrderHasOpenCase(StoreError):
    """An order has one open case at most; ``case_id`` is the one that it has."""

    words = Words(
        "订单 {order} 已有未结束的办理 {case_id}，请继续该办理。",
        "The order {order} has an open case already, {case_id}; go on with that one.",
    )

    def __init__(self, order: str, case_id: str) -> None:
        super().__init__(order, case_id)
        self.order, self.case_id = order, case_id


class EventIdReused(StoreError):
    """The id was given to another event of the case, or to the same with another actor or payload."""

    words = Words(
        "办理 {case_id} 中，事件编号 {event_id} 已用于内容不同的 {event}，请为新事件换一个编号。",
        "In case {case_id} the event id {event_id} belongs to a {event} of other content; a new event takes a new id.",
    )

    def __init__(self, case_id: str, event_id: str, event: str) -> None:
        super().__init__(case_id, event_id, event)
        self.case_id, self.event_id, self.event = case_id, event_id, event


class Conflict(StoreError):
    """The case is not, or may not be, as it was when it was read. Nothing of this event was written.

    What the transaction has read is old: roll it back and run it again from its beginning, as ``transact`` does.

    Attributes:
        case_id: the case; None where the database did not say which one.
        version: the version that the event was judged at, or was meant for.
        aborted: the database has given up the whole transaction (a deadlock, or a failure to serialize outside the writing
            statement), so that it can only be rolled back. Otherwise it is sound, and what the host wrote can be committed.
    """

    words = Words(
        "办理 {case_id} 在版本 {version} 之后已被他人推进，请回滚事务后从头重试。",
        "Case {case_id} was moved by someone else after version {version}; roll back and run the transaction again.",
    )
    of_a_case = Words(
        "办理 {case_id} 正被他人推进，请回滚事务后从头重试。",
        "Case {case_id} is just being moved by someone else; roll back and run the transaction again.",
    )
    of_no_case = Words(
        "与另一事务冲突，请回滚后从头重试。",
        "Another transaction was in the way; roll back and run the transaction again.",
    )

    def __init__(self, case_id: str | None, version: int | None, aborted: bool = False) -> None:
        super().__init__(case_id, version, aborted)
        self.case_id, self.version, self.aborted = case_id, version, aborted

    def text(self, lang: str = "en") -> str:
        known = self.words if self.version is not None else self.of_a_case
        words = known if self.case_id is not None else self.of_no_case
        return words.of(lang).format(case_id=short_repr(self.case_id), version=self.version)
