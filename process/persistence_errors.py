"""Errors of cases that are kept, in a database or on Temporal, beside the refusals of a case.

::

    ProcessError
    └── StoreError
        ├── CaseNotFound        no case has this id
        ├── CaseIdReused        the id belongs to a case that was opened with other arguments
        ├── HistoryDiffers      the case is already stored, but without all the steps of the case that is imported
        ├── OrderHasOpenCase    another case about the order has not ended
        ├── AlreadyDone         another case about the order has already cancelled the plan or removed the verification
        ├── EventIdReused       the sender has used the id for another event of the case
        └── Conflict            somebody else moved the case, or is moving it

Fields come first and the text, in both languages, is made from them; all survive pickling.
"""

from __future__ import annotations

from typing import ClassVar

from process.exceptions import ProcessError
from process.model import Goal, Words
from process.value_checks import short_repr


class StoreError(ProcessError):
    """Base of the family. ``args`` are the fields, in the order of the constructor's parameters."""

    words: ClassVar[Words]

    def text(self, lang: str = "en") -> str:
        """The message in *lang*, ``"zh"`` or ``"en"``."""
        shown = {name: value if isinstance(value, int) else short_repr(value) for name, value in vars(self).items()}
        return self.words.of(lang).format(**shown)

    def __str__(self) -> str:
        return self.text()


class CaseNotFound(StoreError):
    """No case has the id."""

    words = Words("没有编号为 {case_id} 的办理。", "There is no case {case_id}.")

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class CaseIdReused(StoreError):
    """The id belongs to a case that was opened with another goal, account, order, limit or deadline."""

    words = Words(
        "编号 {case_id} 已用于另一个办理，请换一个编号。",
        "The id {case_id} belongs to a case that was opened with different details; choose another id.",
    )

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class HistoryDiffers(StoreError):
    """The case is already stored at the version ``stored``, without all the steps up to ``version``."""

    words = Words(
        "办理 {case_id} 已保存至版本 {stored}，其步骤与版本 {version} 的不同；请用 handle 逐个推进。",
        "Case {case_id} is already stored at version {stored} without all the steps up to version {version}; "
        "raise further events on it with handle.",
    )

    def __init__(self, case_id: str, version: int, stored: int) -> None:
        super().__init__(case_id, version, stored)
        self.case_id, self.version, self.stored = case_id, version, stored


class OrderHasOpenCase(StoreError):
    """An order has at most one open case; ``case_id`` is that of the order."""

    words = Words(
        "订单 {order} 已有未结束的办理 {case_id}，请继续该办理。",
        "The order {order} already has an open case, {case_id}; continue that one.",
    )

    def __init__(self, order: str, case_id: str) -> None:
        super().__init__(order, case_id)
        self.order, self.case_id = order, case_id


class AlreadyDone(StoreError):
    """The case ``case_id`` has done for this order what the new one asks for; ``done`` is that part of the goal."""

    words = Words(
        "订单 {order} 的目标（{done}）已由办理 {case_id} 完成。",
        "Case {case_id} has already achieved this goal for the order {order}: {done}.",
    )

    def __init__(self, order: str, case_id: str, done: Goal) -> None:
        super().__init__(order, case_id, done)
        self.order, self.case_id, self.done = order, case_id, done

    def text(self, lang: str = "en") -> str:
        order, case_id = short_repr(self.order), short_repr(self.case_id)
        return self.words.of(lang).format(order=order, case_id=case_id, done=Goal(self.done).words.of(lang))


class EventIdReused(StoreError):
    """The sender has used the id for another event of the case, or for the same one with a different payload."""

    words = Words(
        "办理 {case_id} 中，事件编号 {event_id} 已用于内容不同的 {event}，请为新事件换一个编号。",
        "In case {case_id} the event id {event_id} was already used for a {event} with a different payload; "
        "a new event needs a new id.",
    )

    def __init__(self, case_id: str, event_id: str, event: str) -> None:
        super().__init__(case_id, event_id, event)
        self.case_id, self.event_id, self.event = case_id, event_id, event


class Conflict(StoreError):
    """The case is not, or may not be, as it was when it was read. Nothing of this event was written.

    What the transaction has read is out of date: roll it back and run it again from its beginning, as ``transact`` does.

    Attributes:
        case_id: the case; None where the database did not say which one.
        version: the version that the event was decided on, or was meant for.
        aborted: the database has given up the whole transaction (a deadlock, or a failure to serialize outside the writing
            statement): it can only be rolled back, and a commit is refused. Otherwise it is sound, and can be committed.
        found: the version that the case was found at, where that is known.
        timed_out: the lock or the file was not free within the database's time-out. ``transact`` does not retry these:
            they have waited for as long as they may.
    """

    words = Words(
        "办理 {case_id} 在版本 {version} 之后已被他人推进，请回滚事务后从头重试。",
        "Case {case_id} was moved by another transaction after version {version}; roll back and run the transaction again.",
    )
    with_version_found = Words(
        "办理 {case_id} 处于版本 {found}，而非 {version}；请重新读取后再作决定。",
        "Case {case_id} is at version {found}, not {version}; load it again and decide again.",
    )
    without_version = Words(
        "办理 {case_id} 正被他人推进，请回滚事务后从头重试。",
        "Case {case_id} is being moved by another transaction; roll back and run the transaction again.",
    )
    without_case = Words(
        "与另一事务冲突，请回滚后从头重试。",
        "Another transaction was in the way; roll back and run the transaction again.",
    )
    after_waiting = Words(
        "另一事务占用数据库，等待超时；请稍后重试。",
        "Another transaction kept the database locked until the time-out; try again later.",
    )

    def __init__(
        self,
        case_id: str | None,
        version: int | None,
        aborted: bool = False,
        found: int | None = None,
        timed_out: bool = False,
    ) -> None:
        super().__init__(case_id, version, aborted, found, timed_out)
        self.case_id, self.version, self.aborted, self.found, self.timed_out = case_id, version, aborted, found, timed_out

    def text(self, lang: str = "en") -> str:
        if self.timed_out:
            words = self.after_waiting
        elif self.case_id is None:
            words = self.without_case
        elif self.version is None:
            words = self.without_version
        else:
            words = self.words if self.found is None else self.with_version_found
        return words.of(lang).format(case_id=short_repr(self.case_id), version=self.version, found=self.found)
