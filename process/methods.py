"""The typed methods of a case, one for each event. Written by write_methods.py from the model; not by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from process.model import Actor, Channel, Event, Option, OtherMethod, SupportChannel
from process.step import Step


class EventMethods:
    """What Case inherits: each method raises its event and returns the step, or refuses as ``Case.trigger`` does."""

    __slots__ = ()

    def _raise(self, event: Event, by: Actor | None, at: datetime | None, data: dict[str, Any]) -> Step:
        raise NotImplementedError

    def sign_in(
        self,
        *,
        account: str,
        channel: Channel,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """登录: sign in.

        Args:
            account: text of 1 to 64 printable characters.
        """
        return self._raise(Event.SIGN_IN, by, at, {"account": account, "channel": channel})

    def open_orders(self, *, by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER, at: datetime | None = None) -> Step:
        """打开我的订单: open my orders."""
        return self._raise(Event.OPEN_ORDERS, by, at, {})

    def open_order(
        self,
        *,
        order: str,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """查看订单详情: open the order.

        Args:
            order: text of 1 to 64 printable characters.
        """
        return self._raise(Event.OPEN_ORDER, by, at, {"order": order})

    def report_order_missing(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """找不到订单: report the order missing."""
        return self._raise(Event.REPORT_ORDER_MISSING, by, at, {})

    def find_option(
        self,
        *,
        option: Option,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """找到分期入口: find the option."""
        return self._raise(Event.FIND_OPTION, by, at, {"option": option})

    def report_option_missing(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """找不到分期入口: report the option missing."""
        return self._raise(Event.REPORT_OPTION_MISSING, by, at, {})

    def choose_cancellation(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """选择取消分期: choose to cancel."""
        return self._raise(Event.CHOOSE_CANCELLATION, by, at, {})

    def request_face_verification_removal(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """要求取消人脸验证: ask for removal of face."""
        return self._raise(Event.REQUEST_FACE_VERIFICATION_REMOVAL, by, at, {})

    def quote_consequences(
        self,
        *,
        quote: str,
        fee: int,
        currency: str,
        by: Literal[Actor.LENDER] = Actor.LENDER,
        at: datetime | None = None,
    ) -> Step:
        """告知后果与费用: quote the consequences.

        Args:
            quote: text of 1 to 64 printable characters.
            fee: an integer of 0 or more, in minor units.
            currency: an ISO 4217 currency code.
        """
        return self._raise(Event.QUOTE_CONSEQUENCES, by, at, {"quote": quote, "fee": fee, "currency": currency})

    def confirm_cancellation(
        self,
        *,
        quote: str,
        by: Literal[Actor.CUSTOMER, Actor.SUPPORT],
        at: datetime | None = None,
    ) -> Step:
        """确认取消: confirm.

        Args:
            quote: text of 1 to 64 printable characters.
        """
        return self._raise(Event.CONFIRM_CANCELLATION, by, at, {"quote": quote})

    def decline_cancellation(
        self,
        *,
        by: Literal[Actor.CUSTOMER, Actor.SUPPORT],
        at: datetime | None = None,
    ) -> Step:
        """放弃取消: decline."""
        return self._raise(Event.DECLINE_CANCELLATION, by, at, {})

    def skip_face_verification(
        self,
        *,
        reason: str,
        by: Literal[Actor.SYSTEM] = Actor.SYSTEM,
        at: datetime | None = None,
    ) -> Step:
        """系统跳过人脸验证: skip face verification.

        Args:
            reason: text of 1 to 256 characters.
        """
        return self._raise(Event.SKIP_FACE_VERIFICATION, by, at, {"reason": reason})

    def require_verification(
        self,
        *,
        by: Literal[Actor.SYSTEM] = Actor.SYSTEM,
        at: datetime | None = None,
    ) -> Step:
        """要求核验: require verification."""
        return self._raise(Event.REQUIRE_VERIFICATION, by, at, {})

    def start_face_verification(
        self,
        *,
        consent: str | None,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """开始人脸识别: start by face.

        Args:
            consent: a reference to the record of consent, or null where there is none.
        """
        return self._raise(Event.START_FACE_VERIFICATION, by, at, {"consent": consent})

    def start_other_verification(
        self,
        *,
        method: OtherMethod,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """开始其他方式核验: start another way."""
        return self._raise(Event.START_OTHER_VERIFICATION, by, at, {"method": method})

    def pass_verification(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        at: datetime | None = None,
    ) -> Step:
        """核验通过: pass.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self._raise(Event.PASS_VERIFICATION, by, at, {"attempt": attempt})

    def fail_verification(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        at: datetime | None = None,
    ) -> Step:
        """核验未通过: fail.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self._raise(Event.FAIL_VERIFICATION, by, at, {"attempt": attempt})

    def verification_unavailable(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        at: datetime | None = None,
    ) -> Step:
        """核验服务不可用: verifier unavailable.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self._raise(Event.VERIFICATION_UNAVAILABLE, by, at, {"attempt": attempt})

    def withdraw_face_consent(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """撤回人脸同意: withdraw face consent."""
        return self._raise(Event.WITHDRAW_FACE_CONSENT, by, at, {})

    def complete_cancellation(
        self,
        *,
        quote: str,
        by: Literal[Actor.LENDER, Actor.SUPPORT],
        at: datetime | None = None,
    ) -> Step:
        """取消完成: complete the cancellation.

        Args:
            quote: text of 1 to 64 printable characters.
        """
        return self._raise(Event.COMPLETE_CANCELLATION, by, at, {"quote": quote})

    def reject_cancellation(
        self,
        *,
        quote: str,
        reason: str,
        by: Literal[Actor.LENDER, Actor.SUPPORT],
        at: datetime | None = None,
    ) -> Step:
        """取消被拒: reject the cancellation.

        Args:
            quote: text of 1 to 64 printable characters.
            reason: text of 1 to 256 characters.
        """
        return self._raise(Event.REJECT_CANCELLATION, by, at, {"quote": quote, "reason": reason})

    def contact_support(
        self,
        *,
        channel: SupportChannel,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        at: datetime | None = None,
    ) -> Step:
        """联系客服: contact support."""
        return self._raise(Event.CONTACT_SUPPORT, by, at, {"channel": channel})

    def report_problem(
        self,
        *,
        problem: str,
        by: Literal[Actor.CUSTOMER, Actor.SYSTEM],
        at: datetime | None = None,
    ) -> Step:
        """报告问题: report a problem.

        Args:
            problem: text of 1 to 256 characters.
        """
        return self._raise(Event.REPORT_PROBLEM, by, at, {"problem": problem})

    def guide_back(self, *, by: Literal[Actor.SUPPORT] = Actor.SUPPORT, at: datetime | None = None) -> Step:
        """指引返回自助办理: guide back to self-service."""
        return self._raise(Event.GUIDE_BACK, by, at, {})

    def waive_verification(
        self,
        *,
        agent: str,
        ticket: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        at: datetime | None = None,
    ) -> Step:
        """豁免核验: waive the verification.

        Args:
            agent: text of 1 to 64 printable characters.
            ticket: text of 1 to 64 printable characters.
        """
        return self._raise(Event.WAIVE_VERIFICATION, by, at, {"agent": agent, "ticket": ticket})

    def remove_face_verification(
        self,
        *,
        agent: str,
        ticket: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        at: datetime | None = None,
    ) -> Step:
        """取消人脸验证: remove the face verification.

        Args:
            agent: text of 1 to 64 printable characters.
            ticket: text of 1 to 64 printable characters.
        """
        return self._raise(Event.REMOVE_FACE_VERIFICATION, by, at, {"agent": agent, "ticket": ticket})

    def refuse(
        self,
        *,
        reason: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        at: datetime | None = None,
    ) -> Step:
        """拒绝申请: refuse.

        Args:
            reason: text of 1 to 256 characters.
        """
        return self._raise(Event.REFUSE, by, at, {"reason": reason})

    def abandon(self, *, by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER, at: datetime | None = None) -> Step:
        """放弃办理: leave."""
        return self._raise(Event.ABANDON, by, at, {})

    def time_out(self, *, by: Literal[Actor.CLOCK] = Actor.CLOCK, at: datetime | None = None) -> Step:
        """超时: time out."""
        return self._raise(Event.TIME_OUT, by, at, {})
