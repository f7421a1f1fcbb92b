"""Every name of the process, as files and programs write it, with its words in Chinese and English."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class Words(NamedTuple):
    """A text in both languages of the project."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The text in *lang*, ``"zh"`` or ``"en"``."""
        return self.zh if lang == "zh" else self.en


class Term(StrEnum):
    """A name of the process: the value that files and programs write, and the words that people read."""

    _value_: str
    words: Words

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = Words(zh, en)
        return member


class Goal(Term):
    """The goal of the customer's request. Fixed for the life of a case."""

    PLAN = "plan", "取消分期", "cancel the installment plan"
    FACE_VERIFICATION = "face_verification", "取消人脸识别验证", "have the face verification removed"
    BOTH = "both", "取消分期和人脸识别验证", "cancel the plan and have the face verification removed"


class Actor(Term):
    """The parties that raise events and whose move it can be."""

    CUSTOMER = "customer", "客户", "customer"  # the one who bought
    SYSTEM = "system", "系统", "system"  # the shop's own rules, risk control among them
    VERIFIER = "verifier", "核验服务", "verifier"  # whoever checks a face, a password, a code
    LENDER = "lender", "资方", "lender"  # who gave the installment plan, and alone can end it
    SUPPORT = "support", "客服", "support"  # an agent of the shop's customer service
    CLOCK = "clock", "时钟", "clock"  # the host's timer, which watches the deadlines


class Phase(Term):
    """The six steps of the description, in order; ``number`` counts from 1."""

    SIGN_IN = "sign_in", "登录", "Sign in"
    ORDERS = "orders", "我的订单", "My orders"
    ORDER = "order", "订单详情", "Order details"
    OPTION = "option", "分期管理", "Installment options"
    CONFIRM = "confirm", "确认与核验", "Confirm and verify"
    SUPPORT = "support", "客服", "Customer service"

    @property
    def number(self) -> int:
        return list(Phase).index(self) + 1


class EndKind(Term):
    """The meaning of an end state for the goal."""

    GOOD = "good", "已达成", "achieved"  # at least a part of the goal
    NEUTRAL = "neutral", "未办而结", "closed without a result"
    BAD = "bad", "未达成", "not achieved"


class State(Term):
    """The states of a case. STATES gives for each whose move it is, the deadline, and what holds there."""

    SIGNED_OUT = "signed_out", "未登录", "Signed out"  # every case begins here
    SIGNED_IN = "signed_in", "已登录", "Signed in"  # with the account that bought
    ORDER_LIST = "order_list", "我的订单", "My orders"  # the customer looks for the order
    ORDER_DETAILS = "order_details", "订单详情", "Order details"  # the customer looks for the installment option
    INSTALLMENT_OPTIONS = "installment_options", "分期管理", "Installment options"  # the customer says what is wanted
    CONSEQUENCES = "consequences", "确认后果", "Consequences"  # the lender quotes, then the customer confirms or declines
    VERIFICATION_DECISION = "verification_decision", "核验判定", "Verification decision"  # skipped, or required?
    VERIFICATION_CHOICE = "verification_choice", "选择核验方式", "Verification choice"  # by face or another way
    FACE_VERIFICATION = "face_verification", "人脸识别核验中", "Face verification"  # an attempt by face is open
    OTHER_VERIFICATION = "other_verification", "其他方式核验中", "Other verification"  # an attempt another way is open
    CANCELLING = "cancelling", "取消处理中", "Cancelling"  # the lender was asked to cancel and has not answered
    SUPPORT_NEEDED = "support_needed", "待联系客服", "Support needed"  # only customer service can help on
    IN_SUPPORT = "in_support", "客服处理中", "In support"  # an agent guides the customer
    PLAN_CANCELLED = "plan_cancelled", "分期已取消", "Plan cancelled"
    FACE_VERIFICATION_REMOVED = "face_verification_removed", "人脸验证已取消", "Face verification removed"
    BOTH_CANCELLED = "both_cancelled", "分期与人脸验证均已取消", "Both cancelled"
    PLAN_KEPT = "plan_kept", "保留分期", "Plan kept"  # the customer saw the consequences and declined
    PLAN_ENDED_OTHERWISE = "plan_ended_otherwise", "分期已另行终止", "Plan ended otherwise"  # refunded, returned, paid off
    REFUSED = "refused", "申请未通过", "Refused"  # by customer service
    ABANDONED = "abandoned", "已放弃", "Abandoned"  # the customer left
    EXPIRED = "expired", "已超时", "Expired"  # nobody moved in time


class Event(Term):
    """The events that a case can take. EVENTS lists what each carries, TABLE who may raise it in which state."""

    SIGN_IN = "sign_in", "登录", "sign in"
    OPEN_ORDERS = "open_orders", "打开我的订单", "open my orders"
    OPEN_ORDER = "open_order", "查看订单详情", "open the order"
    REPORT_ORDER_MISSING = "report_order_missing", "找不到订单", "report the order missing"
    FIND_OPTION = "find_option", "找到分期入口", "find the option"
    REPORT_OPTION_MISSING = "report_option_missing", "找不到分期入口", "report the option missing"
    CHOOSE_CANCELLATION = "choose_cancellation", "选择取消分期", "choose cancellation"
    REQUEST_FACE_VERIFICATION_REMOVAL = (
        "request_face_verification_removal",
        "要求取消人脸验证",
        "request removal of face verification",
    )
    QUOTE_CONSEQUENCES = "quote_consequences", "告知后果与费用", "quote the consequences"
    CONFIRM_CANCELLATION = "confirm_cancellation", "确认取消", "confirm the cancellation"
    DECLINE_CANCELLATION = "decline_cancellation", "放弃取消", "decline the cancellation"
    SKIP_FACE_VERIFICATION = "skip_face_verification", "系统跳过人脸验证", "skip face verification"
    REQUIRE_VERIFICATION = "require_verification", "要求核验", "require verification"
    START_FACE_VERIFICATION = "start_face_verification", "开始人脸识别", "start face verification"
    START_OTHER_VERIFICATION = "start_other_verification", "开始其他方式核验", "start other verification"
    PASS_VERIFICATION = "pass_verification", "核验通过", "verification passed"
    FAIL_VERIFICATION = "fail_verification", "核验未通过", "verification failed"
    VERIFICATION_UNAVAILABLE = "verification_unavailable", "核验服务不可用", "verification unavailable"
    WITHDRAW_FACE_CONSENT = "withdraw_face_consent", "撤回人脸同意", "withdraw consent to face verification"
    CHOOSE_ANOTHER_WAY = "choose_another_way", "换一种核验方式", "choose another method"
    COMPLETE_CANCELLATION = "complete_cancellation", "取消完成", "cancellation completed"
    REJECT_CANCELLATION = "reject_cancellation", "取消被拒", "cancellation rejected"
    CONTACT_SUPPORT = "contact_support", "联系客服", "contact customer service"
    REPORT_PROBLEM = "report_problem", "报告问题", "report a problem"
    IDENTIFY_CUSTOMER = "identify_customer", "核实客户身份", "identify the customer"
    GUIDE_BACK = "guide_back", "指引返回自助办理", "guide back to self-service"
    WAIVE_VERIFICATION = "waive_verification", "豁免核验", "waive verification"
    REMOVE_FACE_VERIFICATION = "remove_face_verification", "取消人脸验证", "remove the face verification"
    REPORT_PLAN_ENDED = "report_plan_ended", "告知分期已另行终止", "report that the plan has ended"
    REFUSE = "refuse", "拒绝申请", "refuse the request"
    ABANDON = "abandon", "放弃办理", "abandon"
    TIME_OUT = "time_out", "超时", "time out"


class Channel(Term):
    """The channel by which the customer signs in."""

    APP = "app", "手机应用", "app"
    WEBSITE = "website", "网站", "website"


class Option(Term):
    """The entry that the customer found; where it stands and what it is called differs by version."""

    DETAILS = "details", "分期详情", "installment details"
    MANAGEMENT = "management", "分期管理", "manage installments"
    CANCEL = "cancel", "取消分期", "cancel installments"


class SupportChannel(Term):
    """The channel by which customer service is reached."""

    IN_APP_CHAT = "in_app_chat", "应用内在线客服", "in-app chat"
    HOTLINE = "hotline", "客服热线", "hotline"
    WEBSITE = "website", "网站客服", "website"


class OtherMethod(Term):
    """The verification methods that need no face."""

    PAYMENT_PASSWORD = "payment_password", "支付密码", "payment password"
    SMS_CODE = "sms_code", "短信验证码", "SMS code"
    BANK_CARD = "bank_card", "银行卡验证", "bank card"


class RequestKind(Term):
    """The requests to the actor whose move it is."""

    SIGN_IN = "sign_in", "登录购买时的账号", "sign in with the purchasing account"
    OPEN_ORDERS = "open_orders", "打开「我的订单」", "open my orders"
    OPEN_ORDER = "open_order", "打开该订单的详情", "open the order's details"
    FIND_OPTION = "find_option", "找到分期入口", "find the installment option"
    CHOOSE_OPTION = "choose_option", "选择要办理的事项", "choose what to do"
    QUOTE_CONSEQUENCES = "quote_consequences", "告知取消的后果与费用", "quote the consequences and the fee"
    CONFIRM_OR_DECLINE = "confirm_or_decline", "确认或放弃取消", "confirm or decline"
    DECIDE_VERIFICATION = "decide_verification", "判定是否需要核验", "decide whether verification is required"
    CHOOSE_VERIFICATION = "choose_verification", "选择核验方式", "choose a verification method"
    VERIFY_FACE = "verify_face", "人脸识别核验", "verify by face"
    VERIFY_OTHER_WAY = "verify_other_way", "以其他方式核验", "verify by the chosen method"
    CANCEL_PLAN = "cancel_plan", "取消该分期", "cancel the plan"
    CONTACT_SUPPORT = "contact_support", "选择渠道联系客服", "choose a channel and contact customer service"
    HANDLE_CASE = "handle_case", "处理该申请", "handle the case"


class QuoteStatus(Term):
    """The progress of the current quote. A void quote is gone from the facts."""

    OPEN = "open", "待确认", "open"
    ACCEPTED = "accepted", "已接受", "accepted"
    SUBMITTED = "submitted", "已提交，未答复", "submitted, not yet answered"
    ANSWERED = "answered", "已答复", "answered"


class Identity(Term):
    """The way in which the customer was identified as the buyer. A sign-in takes precedence over identification by an agent."""

    SIGNED_IN = "signed_in", "已用购买账号登录", "signed in with the purchasing account"
    BY_SUPPORT = "by_support", "客服已核实", "identified by customer service"


class Settlement(Term):
    """The settlement of the verification for one attempt at cancelling."""

    SKIPPED = "skipped", "系统跳过", "skipped by the system"
    FACE = "face", "人脸识别通过", "passed by face"
    OTHER = "other", "其他方式通过", "passed by another method"
    WAIVED = "waived", "客服豁免", "waived by support"


class Kind(Term):
    """The type of a payload field that is not one of the enums above."""

    REFERENCE = (
        "reference",
        "1 至 64 个可打印字符，空格仅可单个居中，无不可见或全角等变体字符（NFKC 形式）",
        "text of 1 to 64 printable characters, single spaces inside only, NFKC-normalised",
    )
    CONSENT = (
        "consent",
        "同意记录的编号，没有则为 null",
        "a reference to the record of consent, or null where there is none",
    )
    MONEY = "money", "以分计的非负整数，小于 2 的 53 次方", "an integer of 0 or more, in minor units, below 2**53"
    CURRENCY = "currency", "ISO 4217 货币代码", "an ISO 4217 currency code"
    ATTEMPT = "attempt", "核验次序号，正整数", "the number of an attempt, an integer of 1 or more"
    TEXT = (
        "text",
        "1 至 256 个字符的文字，不含 NUL 与无效字符",
        "text of 1 to 256 characters, without NUL or lone surrogates",
    )


Field = Kind | type[Term]
"""The type of one payload field: a kind, or an enum of which it is a member."""
