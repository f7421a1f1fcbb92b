"""Typed methods of a case, one for each event. Written from the model by write_event_methods.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from process.model import Actor, Channel, Event, Option, OtherMethod, SupportChannel
from process.records import Step

# Bound once: until Python 3.12 reading a member from its enum costs as much as a guard.
SIGN_IN = Event.SIGN_IN
OPEN_ORDERS = Event.OPEN_ORDERS
OPEN_ORDER = Event.OPEN_ORDER
REPORT_ORDER_MISSING = Event.REPORT_ORDER_MISSING
FIND_OPTION = Event.FIND_OPTION
REPORT_OPTION_MISSING = Event.REPORT_OPTION_MISSING
CHOOSE_CANCELLATION = Event.CHOOSE_CANCELLATION
REQUEST_FACE_VERIFICATION_REMOVAL = Event.REQUEST_FACE_VERIFICATION_REMOVAL
QUOTE_CONSEQUENCES = Event.QUOTE_CONSEQUENCES
CONFIRM_CANCELLATION = Event.CONFIRM_CANCELLATION
DECLINE_CANCELLATION = Event.DECLINE_CANCELLATION
SKIP_FACE_VERIFICATION = Event.SKIP_FACE_VERIFICATION
REQUIRE_VERIFICATION = Event.REQUIRE_VERIFICATION
START_FACE_VERIFICATION = Event.START_FACE_VERIFICATION
START_OTHER_VERIFICATION = Event.START_OTHER_VERIFICATION
PASS_VERIFICATION = Event.PASS_VERIFICATION
FAIL_VERIFICATION = Event.FAIL_VERIFICATION
VERIFICATION_UNAVAILABLE = Event.VERIFICATION_UNAVAILABLE
WITHDRAW_FACE_CONSENT = Event.WITHDRAW_FACE_CONSENT
CHOOSE_ANOTHER_WAY = Event.CHOOSE_ANOTHER_WAY
COMPLETE_CANCELLATION = Event.COMPLETE_CANCELLATION
REJECT_CANCELLATION = Event.REJECT_CANCELLATION
CONTACT_SUPPORT = Event.CONTACT_SUPPORT
REPORT_PROBLEM = Event.REPORT_PROBLEM
IDENTIFY_CUSTOMER = Event.IDENTIFY_CUSTOMER
GUIDE_BACK = Event.GUIDE_BACK
WAIVE_VERIFICATION = Event.WAIVE_VERIFICATION
REMOVE_FACE_VERIFICATION = Event.REMOVE_FACE_VERIFICATION
REPORT_PLAN_ENDED = Event.REPORT_PLAN_ENDED
REFUSE = Event.REFUSE
ABANDON = Event.ABANDON
TIME_OUT = Event.TIME_OUT


class EventMethods:
    """The base of Case: each method raises its event and returns the step, or refuses as ``Case.trigger`` does."""

    __slots__ = ()

    def trigger(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        raise NotImplementedError

    def sign_in(
        self,
        *,
        account: str,
        channel: Channel,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """登录: sign in.

        Args:
            account: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(SIGN_IN, {"account": account, "channel": channel}, by=by, who=who, at=at)

    def open_orders(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """打开我的订单: open my orders."""
        return self.trigger(OPEN_ORDERS, None, by=by, who=who, at=at)

    def open_order(
        self,
        *,
        order: str,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """查看订单详情: open the order.

        Args:
            order: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(OPEN_ORDER, {"order": order}, by=by, who=who, at=at)

    def report_order_missing(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """找不到订单: report the order missing."""
        return self.trigger(REPORT_ORDER_MISSING, None, by=by, who=who, at=at)

    def find_option(
        self,
        *,
        option: Option,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """找到分期入口: find the option."""
        return self.trigger(FIND_OPTION, {"option": option}, by=by, who=who, at=at)

    def report_option_missing(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """找不到分期入口: report the option missing."""
        return self.trigger(REPORT_OPTION_MISSING, None, by=by, who=who, at=at)

    def choose_cancellation(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """选择取消分期: choose cancellation."""
        return self.trigger(CHOOSE_CANCELLATION, None, by=by, who=who, at=at)

    def request_face_verification_removal(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """要求取消人脸验证: request removal of face verification."""
        return self.trigger(REQUEST_FACE_VERIFICATION_REMOVAL, None, by=by, who=who, at=at)

    def quote_consequences(
        self,
        *,
        quote: str,
        fee: int,
        currency: str,
        by: Literal[Actor.LENDER] = Actor.LENDER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """告知后果与费用: quote the consequences.

        Args:
            quote: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
            fee: an integer of 0 or more, in minor units, below 2**53.
            currency: an ISO 4217 currency code.
        """
        return self.trigger(QUOTE_CONSEQUENCES, {"quote": quote, "fee": fee, "currency": currency}, by=by, who=who, at=at)

    def confirm_cancellation(
        self,
        *,
        quote: str,
        by: Literal[Actor.CUSTOMER, Actor.SUPPORT],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """确认取消: confirm the cancellation.

        Args:
            quote: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(CONFIRM_CANCELLATION, {"quote": quote}, by=by, who=who, at=at)

    def decline_cancellation(
        self,
        *,
        by: Literal[Actor.CUSTOMER, Actor.SUPPORT],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """放弃取消: decline the cancellation."""
        return self.trigger(DECLINE_CANCELLATION, None, by=by, who=who, at=at)

    def skip_face_verification(
        self,
        *,
        reason: str,
        by: Literal[Actor.SYSTEM] = Actor.SYSTEM,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """系统跳过人脸验证: skip face verification.

        Args:
            reason: text of 1 to 256 characters, without NUL or lone surrogates.
        """
        return self.trigger(SKIP_FACE_VERIFICATION, {"reason": reason}, by=by, who=who, at=at)

    def require_verification(
        self,
        *,
        by: Literal[Actor.SYSTEM] = Actor.SYSTEM,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """要求核验: require verification."""
        return self.trigger(REQUIRE_VERIFICATION, None, by=by, who=who, at=at)

    def start_face_verification(
        self,
        *,
        consent: str | None,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """开始人脸识别: start face verification.

        Args:
            consent: a reference to the record of consent, or null where there is none.
        """
        return self.trigger(START_FACE_VERIFICATION, {"consent": consent}, by=by, who=who, at=at)

    def start_other_verification(
        self,
        *,
        method: OtherMethod,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """开始其他方式核验: start other verification."""
        return self.trigger(START_OTHER_VERIFICATION, {"method": method}, by=by, who=who, at=at)

    def pass_verification(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """核验通过: verification passed.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self.trigger(PASS_VERIFICATION, {"attempt": attempt}, by=by, who=who, at=at)

    def fail_verification(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """核验未通过: verification failed.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self.trigger(FAIL_VERIFICATION, {"attempt": attempt}, by=by, who=who, at=at)

    def verification_unavailable(
        self,
        *,
        attempt: int,
        by: Literal[Actor.VERIFIER] = Actor.VERIFIER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """核验服务不可用: verification unavailable.

        Args:
            attempt: the number of an attempt, an integer of 1 or more.
        """
        return self.trigger(VERIFICATION_UNAVAILABLE, {"attempt": attempt}, by=by, who=who, at=at)

    def withdraw_face_consent(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """撤回人脸同意: withdraw consent to face verification."""
        return self.trigger(WITHDRAW_FACE_CONSENT, None, by=by, who=who, at=at)

    def choose_another_way(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """换一种核验方式: choose another method."""
        return self.trigger(CHOOSE_ANOTHER_WAY, None, by=by, who=who, at=at)

    def complete_cancellation(
        self,
        *,
        quote: str,
        by: Literal[Actor.LENDER, Actor.SUPPORT],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """取消完成: cancellation completed.

        Args:
            quote: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(COMPLETE_CANCELLATION, {"quote": quote}, by=by, who=who, at=at)

    def reject_cancellation(
        self,
        *,
        quote: str,
        reason: str,
        by: Literal[Actor.LENDER, Actor.SUPPORT],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """取消被拒: cancellation rejected.

        Args:
            quote: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
            reason: text of 1 to 256 characters, without NUL or lone surrogates.
        """
        return self.trigger(REJECT_CANCELLATION, {"quote": quote, "reason": reason}, by=by, who=who, at=at)

    def contact_support(
        self,
        *,
        channel: SupportChannel,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """联系客服: contact customer service."""
        return self.trigger(CONTACT_SUPPORT, {"channel": channel}, by=by, who=who, at=at)

    def report_problem(
        self,
        *,
        problem: str,
        by: Literal[Actor.CUSTOMER, Actor.SYSTEM],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """报告问题: report a problem.

        Args:
            problem: text of 1 to 256 characters, without NUL or lone surrogates.
        """
        return self.trigger(REPORT_PROBLEM, {"problem": problem}, by=by, who=who, at=at)

    def identify_customer(
        self,
        *,
        agent: str,
        ticket: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """核实客户身份: identify the customer.

        Args:
            agent: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
            ticket: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(IDENTIFY_CUSTOMER, {"agent": agent, "ticket": ticket}, by=by, who=who, at=at)

    def guide_back(
        self,
        *,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """指引返回自助办理: guide back to self-service."""
        return self.trigger(GUIDE_BACK, None, by=by, who=who, at=at)

    def waive_verification(
        self,
        *,
        agent: str,
        ticket: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """豁免核验: waive verification.

        Args:
            agent: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
            ticket: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(WAIVE_VERIFICATION, {"agent": agent, "ticket": ticket}, by=by, who=who, at=at)

    def remove_face_verification(
        self,
        *,
        agent: str,
        ticket: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """取消人脸验证: remove the face verification.

        Args:
            agent: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
            ticket: text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised.
        """
        return self.trigger(REMOVE_FACE_VERIFICATION, {"agent": agent, "ticket": ticket}, by=by, who=who, at=at)

    def report_plan_ended(
        self,
        *,
        reason: str,
        by: Literal[Actor.SYSTEM, Actor.LENDER],
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """告知分期已另行终止: report that the plan has ended.

        Args:
            reason: text of 1 to 256 characters, without NUL or lone surrogates.
        """
        return self.trigger(REPORT_PLAN_ENDED, {"reason": reason}, by=by, who=who, at=at)

    def refuse(
        self,
        *,
        reason: str,
        by: Literal[Actor.SUPPORT] = Actor.SUPPORT,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """拒绝申请: refuse the request.

        Args:
            reason: text of 1 to 256 characters, without NUL or lone surrogates.
        """
        return self.trigger(REFUSE, {"reason": reason}, by=by, who=who, at=at)

    def abandon(
        self,
        *,
        by: Literal[Actor.CUSTOMER] = Actor.CUSTOMER,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """放弃办理: abandon."""
        return self.trigger(ABANDON, None, by=by, who=who, at=at)

    def time_out(
        self,
        *,
        by: Literal[Actor.CLOCK] = Actor.CLOCK,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """超时: time out."""
        return self.trigger(TIME_OUT, None, by=by, who=who, at=at)
