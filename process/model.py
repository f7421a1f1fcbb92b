"""The process by which a customer cancels an installment plan and the face verification in it.

This file decides; every other file only asks it. It is meant to be read from top to bottom by someone who knows the shop
and not Python: first what a case is, then the words, then the facts, then what may be demanded of them and what may change
in them, and last the table of transitions, one sentence a row.

What a case is
    A case is one customer's wish about one order. It has a *goal* (cancel the plan, have the face verification removed, or
    both), it stands in one *state*, and it carries *facts*: whose order it is, which quote of the consequences is on the
    table, how often a verification was tried, how the verification was settled. State and facts together are the case's
    *configuration*, and nothing else decides what may happen next. The time does not: a clock outside raises ``time_out``
    like any other actor raises its events.

How a case moves
    An *event* is raised by an *actor* and carries a *payload*. The rows of TABLE that start in the case's state, belong to
    the event and name the actor are tried from top to bottom; the first row whose guards all hold is taken: its effects
    change the facts, and the case stands in the row's target. If no row can be taken, the event is refused, nothing
    changes, and the guards that did not hold say why. Among rows of one event in one state at most one can be taken,
    except where a row says ELSE: it stands last and takes what the rows above it left over.

The rule that comes first
    On entering CANCELLING the lender is asked to cancel, once. From then until it answers, the quote is *submitted* and the
    answer is *outstanding*: the case may stand with customer service in the meantime, but it may neither end without that
    answer nor ask a second time, and the answer is taken wherever it finds the case.

How verification is settled
    The system skips it, the verifier passes it (by face or another way), or support waives or removes it. The customer can
    do none of these. What is settled serves one try at cancelling: a rejection by the lender spends it, even where support
    had removed the face verification; the removal itself stays.

What an end tells
    What really happened. Once support has removed the face verification for someone who wanted both, no later decline,
    departure, refusal or time-out can hide it: those rows have a first variant that ends in FACE_VERIFICATION_REMOVED.

Attempts and quotes
    Attempts are counted when they start, before the verifier is asked, and numbered one after the other; a number is never
    used again, so an answer that comes late or twice names an attempt that is over. An attempt is open exactly while the
    case stands in FACE_VERIFICATION or OTHER_VERIFICATION, and it is always the last one counted. A quote's reference is
    the lender's; the lender must not use one twice for an order.

What is not modelled
    Refunds, returns of goods, how a fee is computed, the identity of whoever raises an event (the host authenticates
    people and names the actor), and the verifier's images or scores, which never enter a case.

The requirements R1 to R20 that rows cite stand in ``process/requirements.py``. Legal sources: 人脸识别技术应用安全管理办法 (in
force 2025-06-01), art. 10, for another way beside the face; PIPL art. 15, 16 and 29 for separate consent and its
withdrawal. They are named so that a reader can look them up; this is not legal advice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

MODEL_VERSION = 1
"""Grows with every change after which an older program could misread a case. Snapshots carry it."""


# ---------------------------------------------------------------------------------------------------------------- words


class Words(NamedTuple):
    """A text in both languages of the project."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The text in *lang*, ``"zh"`` or ``"en"``."""
        return self.zh if lang == "zh" else self.en


class Term(StrEnum):
    """A name of the process: what files and programs write, and the words that people read."""

    _value_: str
    words: Words

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = Words(zh, en)
        return member


class Goal(Term):
    """What the customer wants. Fixed for the life of a case."""

    PLAN = "plan", "取消分期", "cancel the installment plan"
    FACE_VERIFICATION = "face_verification", "取消人脸识别验证", "have the face verification removed"
    BOTH = "both", "取消分期和人脸识别验证", "cancel the plan and have the face verification removed"


class Actor(Term):
    """Who may raise an event, and whose move a state can be."""

    CUSTOMER = "customer", "客户", "customer"  # the one who bought
    SYSTEM = "system", "系统", "system"  # the shop's own rules, risk control among them
    VERIFIER = "verifier", "核验服务", "verifier"  # whoever checks a face, a password, a code
    LENDER = "lender", "资方", "lender"  # who gave the installment plan, and alone can end it
    SUPPORT = "support", "客服", "support"  # an agent of the shop's customer service
    CLOCK = "clock", "时钟", "clock"  # the host's timer, which watches the deadlines


class Phase(Term):
    """The six steps of the description, in their order; ``number`` counts them from 1."""

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
    """How an end is meant."""

    GOOD = "good", "已达成", "achieved"  # something that was wished has happened
    NEUTRAL = "neutral", "客户选择不办理", "the customer chose not to"
    BAD = "bad", "未达成", "not achieved"


class State(Term):
    """Where a case stands. STATES says of each whose move it is, until when, and what holds there."""

    SIGNED_OUT = "signed_out", "未登录", "Signed out"  # every case begins here
    SIGNED_IN = "signed_in", "已登录", "Signed in"  # with the account that bought
    ORDER_LIST = "order_list", "我的订单", "My orders"  # the customer looks for the order
    ORDER_DETAILS = "order_details", "订单详情", "Order details"  # the customer looks for the installment option
    INSTALLMENT_OPTIONS = "installment_options", "分期管理", "Installment options"  # the customer says what is wanted
    CONSEQUENCES = "consequences", "确认后果", "Consequences"  # the lender quotes, then the customer confirms or declines
    VERIFICATION_DECISION = "verification_decision", "核验判定", "Verification decision"  # skipped, or required?
    VERIFICATION_CHOICE = "verification_choice", "选择核验方式", "Choice of verification"  # by face or another way
    FACE_VERIFICATION = "face_verification", "人脸识别核验中", "Face verification"  # an attempt by face is open
    OTHER_VERIFICATION = "other_verification", "其他方式核验中", "Other verification"  # an attempt another way is open
    CANCELLING = "cancelling", "取消处理中", "Cancelling"  # the lender was asked to cancel and has not answered
    SUPPORT_NEEDED = "support_needed", "待联系客服", "Support needed"  # only customer service can help on
    IN_SUPPORT = "in_support", "客服处理中", "In support"  # an agent guides the customer
    PLAN_CANCELLED = "plan_cancelled", "分期已取消", "Plan cancelled"
    FACE_VERIFICATION_REMOVED = "face_verification_removed", "人脸验证已取消", "Face verification removed"
    BOTH_CANCELLED = "both_cancelled", "分期与人脸验证均已取消", "Both cancelled"
    PLAN_KEPT = "plan_kept", "保留分期", "Plan kept"  # the customer saw the consequences and declined
    REFUSED = "refused", "申请未通过", "Refused"  # by customer service
    ABANDONED = "abandoned", "已放弃", "Abandoned"  # the customer left
    EXPIRED = "expired", "已超时", "Expired"  # nobody moved in time


class Event(Term):
    """What may happen to a case. EVENTS says what each carries, TABLE who may raise it where."""

    SIGN_IN = "sign_in", "登录", "sign in"
    OPEN_ORDERS = "open_orders", "打开我的订单", "open my orders"
    OPEN_ORDER = "open_order", "查看订单详情", "open the order"
    REPORT_ORDER_MISSING = "report_order_missing", "找不到订单", "report the order missing"
    FIND_OPTION = "find_option", "找到分期入口", "find the option"
    REPORT_OPTION_MISSING = "report_option_missing", "找不到分期入口", "report the option missing"
    CHOOSE_CANCELLATION = "choose_cancellation", "选择取消分期", "choose to cancel"
    REQUEST_FACE_VERIFICATION_REMOVAL = "request_face_verification_removal", "要求取消人脸验证", "ask for removal of face"
    QUOTE_CONSEQUENCES = "quote_consequences", "告知后果与费用", "quote the consequences"
    CONFIRM_CANCELLATION = "confirm_cancellation", "确认取消", "confirm"
    DECLINE_CANCELLATION = "decline_cancellation", "放弃取消", "decline"
    SKIP_FACE_VERIFICATION = "skip_face_verification", "系统跳过人脸验证", "skip face verification"
    REQUIRE_VERIFICATION = "require_verification", "要求核验", "require verification"
    START_FACE_VERIFICATION = "start_face_verification", "开始人脸识别", "start by face"
    START_OTHER_VERIFICATION = "start_other_verification", "开始其他方式核验", "start another way"
    PASS_VERIFICATION = "pass_verification", "核验通过", "pass"
    FAIL_VERIFICATION = "fail_verification", "核验未通过", "fail"
    VERIFICATION_UNAVAILABLE = "verification_unavailable", "核验服务不可用", "verifier unavailable"
    WITHDRAW_FACE_CONSENT = "withdraw_face_consent", "撤回人脸同意", "withdraw face consent"
    COMPLETE_CANCELLATION = "complete_cancellation", "取消完成", "complete the cancellation"
    REJECT_CANCELLATION = "reject_cancellation", "取消被拒", "reject the cancellation"
    CONTACT_SUPPORT = "contact_support", "联系客服", "contact support"
    REPORT_PROBLEM = "report_problem", "报告问题", "report a problem"
    GUIDE_BACK = "guide_back", "指引返回自助办理", "guide back to self-service"
    WAIVE_VERIFICATION = "waive_verification", "豁免核验", "waive the verification"
    REMOVE_FACE_VERIFICATION = "remove_face_verification", "取消人脸验证", "remove the face verification"
    REFUSE = "refuse", "拒绝申请", "refuse"
    ABANDON = "abandon", "放弃办理", "leave"
    TIME_OUT = "time_out", "超时", "time out"


class Channel(Term):
    """Where the customer signs in."""

    APP = "app", "手机应用", "app"
    WEBSITE = "website", "网站", "website"


class Option(Term):
    """The entry that the customer found; where it stands and what it is called differs by version."""

    DETAILS = "details", "分期详情", "installment details"
    MANAGEMENT = "management", "分期管理", "manage installments"
    CANCEL = "cancel", "取消分期", "cancel installments"


class SupportChannel(Term):
    """How customer service is reached."""

    IN_APP_CHAT = "in_app_chat", "应用内在线客服", "in-app chat"
    HOTLINE = "hotline", "客服热线", "hotline"
    WEBSITE = "website", "网站客服", "website"


class OtherMethod(Term):
    """The ways to verify that need no face."""

    PAYMENT_PASSWORD = "payment_password", "支付密码", "payment password"
    SMS_CODE = "sms_code", "短信验证码", "SMS code"
    BANK_CARD = "bank_card", "银行卡验证", "bank card"


class RequestKind(Term):
    """What a waiting case asks of the one whose move it is."""

    SIGN_IN = "sign_in", "登录购买时的账号", "sign in with the account that bought"
    OPEN_ORDERS = "open_orders", "打开「我的订单」", "open my orders"
    OPEN_ORDER = "open_order", "打开该订单的详情", "open the order's details"
    FIND_OPTION = "find_option", "找到分期入口", "find the installment option"
    CHOOSE_OPTION = "choose_option", "选择要办理的事项", "choose what to do"
    QUOTE_CONSEQUENCES = "quote_consequences", "告知取消的后果与费用", "quote the consequences and the fee"
    CONFIRM_OR_DECLINE = "confirm_or_decline", "确认或放弃取消", "confirm or decline"
    DECIDE_VERIFICATION = "decide_verification", "判定是否需要核验", "decide whether verification is needed"
    CHOOSE_VERIFICATION = "choose_verification", "选择核验方式", "choose a way to verify"
    VERIFY_FACE = "verify_face", "人脸识别核验", "verify by face"
    VERIFY_OTHER_WAY = "verify_other_way", "以其他方式核验", "verify in the other way"
    CANCEL_PLAN = "cancel_plan", "取消该分期", "cancel the plan"
    CONTACT_SUPPORT = "contact_support", "选择渠道联系客服", "choose a channel and contact customer service"
    HANDLE_CASE = "handle_case", "处理该申请", "handle the case"


class QuoteStatus(Term):
    """How far the quote on the table has come. A void quote is simply gone from the facts."""

    OPEN = "open", "待确认", "open"
    ACCEPTED = "accepted", "已接受", "accepted"
    SUBMITTED = "submitted", "已提交，未答复", "submitted, unanswered"
    ANSWERED = "answered", "已答复", "answered"


class Settlement(Term):
    """How the verification was settled for one try at cancelling."""

    SKIPPED = "skipped", "系统跳过", "skipped by the system"
    FACE = "face", "人脸识别通过", "passed by face"
    OTHER = "other", "其他方式通过", "passed another way"
    WAIVED = "waived", "客服豁免", "waived by support"
    REMOVED = "removed", "客服取消人脸验证", "removed by support"


# ---------------------------------------------------------------------------------------------------------------- facts


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts a case has by face and by another way. The host can change them for each case.

    Raises:
        ValueError: a limit is not an integer up to 99, ``face`` is below 0, or ``other`` is below 1: another way than the
            face is always offered (R10), so it can't be switched off.
    """

    face: int = 3
    other: int = 3

    def __post_init__(self) -> None:
        for name, value, least in (("face", self.face, 0), ("other", self.other, 1)):
            if type(value) is not int or not least <= value <= 99:
                raise ValueError(f"Limits.{name} must be an integer from {least} to 99, not {value!r}")


class Facts(NamedTuple):
    """What a case knows beside its state. Immutable; what changes makes a new one."""

    goal: Goal
    account: str
    order: str
    face_limit: int
    other_limit: int
    quote: str | None = None  # the lender's reference of the quote on the table; None: there is none, or it is void
    fee: int | None = None  # what cancelling costs by that quote, in minor units (分) of the currency
    currency: str | None = None  # ISO 4217
    quote_status: QuoteStatus | None = None
    settled: Settlement | None = None  # how verification was settled for this try; None: it is not
    face_removed: bool = False  # support has removed the face verification
    face_attempts: int = 0  # those that count against the limit
    other_attempts: int = 0
    attempt: int = 0  # the number of the attempt started last; it only grows


# Bound once: until Python 3.12 reading a member from its enum costs more than the rest of a guard.
FOR_PLAN, FOR_FACE_VERIFICATION, FOR_BOTH = Goal
OPEN, ACCEPTED, SUBMITTED, ANSWERED = QuoteStatus

Payload = Mapping[str, object]
"""What an event carries, by field name."""


class Kind(Term):
    """The type of a payload field that is not one of the enums above."""

    REFERENCE = "reference", "1 至 64 个可打印字符", "text of 1 to 64 printable characters"
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


# ------------------------------------------------------------------------------------- guards: what decides also explains


class Blocker(NamedTuple):
    """One reason why an event is refused."""

    code: str
    parameters: Mapping[str, object]
    zh: str
    en: str

    def __reduce__(self) -> tuple[object, ...]:
        return Blocker, (self.code, dict(self.parameters), self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Guard:
    """A demand on facts and payload. Pure: it may be asked any number of times.

    Attributes:
        name: the function's name, as ``show`` and machine readers print it.
        code: names the reason when the guard does not hold.
        holds: decides; called with the facts and a payload of the right shape.
        reads: the payload fields that decide. A guard that reads none can be asked before a payload is known.
        condition: the demand in words, short enough for an arrow.
        reason: what to tell the person when it does not hold; may name facts and the fields in ``tells``.
        tells: facts and payload fields that go into the reason's parameters.
    """

    name: str
    code: str
    holds: Callable[[Facts, Payload], bool]
    reads: tuple[str, ...]
    condition: Words
    reason: Words
    tells: tuple[str, ...]

    def blocker(self, facts: Facts, data: Payload) -> Blocker:
        """The reason, for facts and payload for which the guard does not hold."""
        known = facts._asdict()
        parameters = {name: data[name] if name in self.reads else known[name] for name in self.tells}
        return Blocker(self.code, parameters, self.reason.zh.format(**parameters), self.reason.en.format(**parameters))


def guard(
    code: str,
    condition: tuple[str, str],
    reason: tuple[str, str],
    reads: tuple[str, ...] = (),
    tells: tuple[str, ...] = (),
) -> Callable[[Callable[[Facts, Payload], bool]], Guard]:
    """Make a Guard of a function of facts and payload; texts are zh first, then en."""

    def make(holds: Callable[[Facts, Payload], bool]) -> Guard:
        return Guard(holds.__name__, code, holds, reads, Words(*condition), Words(*reason), tells)

    return make


@guard(
    "wrong_account",
    ("购买该订单的账号", "the account that bought"),
    (
        "该账号不是购买此订单的账号，请换用购买时的账号登录。",
        "This account did not buy the order; sign in with the one that did.",
    ),
    reads=("account",),
)
def account_is_the_buyers(facts: Facts, data: Payload) -> bool:
    return data["account"] == facts.account


@guard(
    "wrong_order",
    ("本次办理的订单", "the case's order"),
    ("这不是本次办理的订单。", "This is not the order that the case is about."),
    reads=("order",),
)
def order_is_the_cases(facts: Facts, data: Payload) -> bool:
    return data["order"] == facts.order


@guard(
    "goal_without_plan",
    ("目标含取消分期", "the goal has the plan"),
    ("本次办理的目标不包含取消分期。", "The goal of this case does not include cancelling the plan."),
    tells=("goal",),
)
def goal_has_plan(facts: Facts, data: Payload) -> bool:
    return facts.goal is not FOR_FACE_VERIFICATION


@guard(
    "goal_without_face_verification",
    ("目标含取消人脸验证", "the goal has the face verification"),
    ("本次办理的目标不包含取消人脸验证。", "The goal of this case does not include removing the face verification."),
    tells=("goal",),
)
def goal_has_face_verification(facts: Facts, data: Payload) -> bool:
    return facts.goal is not FOR_PLAN


@guard(
    "goal_not_face_verification_alone",
    ("目标仅为取消人脸验证", "the goal is the face verification alone"),
    ("本次办理的目标不只是取消人脸验证。", "The goal of this case is not the face verification alone."),
    tells=("goal",),
)
def goal_is_face_verification_alone(facts: Facts, data: Payload) -> bool:
    return facts.goal is FOR_FACE_VERIFICATION


@guard(
    "goal_not_both",
    ("目标为两者", "the goal is both"),
    ("本次办理的目标不是同时取消分期和人脸验证。", "The goal of this case is not to cancel both."),
    tells=("goal",),
)
def goal_is_both(facts: Facts, data: Payload) -> bool:
    return facts.goal is FOR_BOTH


@guard(
    "face_verification_already_removed",
    ("人脸验证尚未取消", "the face verification stands"),
    ("人脸验证已经取消。", "The face verification has already been removed."),
)
def face_verification_stands(facts: Facts, data: Payload) -> bool:
    return not facts.face_removed


@guard(
    "face_verification_not_removed",
    ("人脸验证已取消", "the face verification is removed"),
    ("人脸验证尚未取消。", "The face verification has not been removed."),
)
def face_verification_is_removed(facts: Facts, data: Payload) -> bool:
    return facts.face_removed


@guard(
    "no_open_quote",
    ("有待确认的报价", "a quote is open"),
    (
        "没有待确认的报价，请等待资方告知后果与费用。",
        "No quote is open; wait until the lender has quoted the consequences.",
    ),
)
def a_quote_is_open(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is OPEN


@guard(
    "quote_not_current",
    ("确认的是当前报价", "it is the open quote"),
    ("报价 {quote} 不是当前报价，请按最新告知的后果确认。", "Quote {quote} is not the open one; confirm the latest quote."),
    reads=("quote",),
    tells=("quote",),
)
def quote_is_the_open_one(facts: Facts, data: Payload) -> bool:
    return data["quote"] == facts.quote


@guard(
    "verification_not_settled",
    ("核验已有结论", "verification is settled"),
    ("核验尚无结论。", "Verification is not settled."),
)
def verification_is_settled(facts: Facts, data: Payload) -> bool:
    return facts.settled is not None


@guard(
    "no_separate_consent",
    ("已单独同意", "separate consent given"),
    (
        "未取得处理人脸信息的单独同意，可改用其他方式核验。",
        "There is no separate consent to process the face; another way is open.",
    ),
    reads=("consent",),
)
def separate_consent_is_given(facts: Facts, data: Payload) -> bool:
    return data["consent"] is not None


@guard(
    "no_face_attempts_left",
    ("人脸次数未用尽", "face attempts left"),
    (
        "人脸识别次数已用尽（{face_attempts}/{face_limit}）。",
        "No face attempts are left ({face_attempts} of {face_limit} used).",
    ),
    tells=("face_attempts", "face_limit"),
)
def face_attempts_are_left(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts < facts.face_limit


@guard(
    "no_other_attempts_left",
    ("其他方式次数未用尽", "other attempts left"),
    (
        "其他方式核验次数已用尽（{other_attempts}/{other_limit}）。",
        "No other attempts are left ({other_attempts} of {other_limit} used).",
    ),
    tells=("other_attempts", "other_limit"),
)
def other_attempts_are_left(facts: Facts, data: Payload) -> bool:
    return facts.other_attempts < facts.other_limit


@guard(
    "no_attempts_left",
    ("任一方式次数未用尽", "a way has attempts left"),
    ("所有核验方式的次数均已用尽。", "No attempts are left by any way."),
    tells=("face_attempts", "face_limit", "other_attempts", "other_limit"),
)
def a_method_has_attempts_left(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts < facts.face_limit or facts.other_attempts < facts.other_limit


@guard(
    "attempt_not_open",
    ("答复的是当前核验", "it answers the open attempt"),
    (
        "第 {attempt} 次不是正在进行的核验，该答复无效。",
        "Attempt {attempt} is not the open one; its answer does not count.",
    ),
    reads=("attempt",),
    tells=("attempt",),
)
def it_answers_the_open_attempt(facts: Facts, data: Payload) -> bool:
    return data["attempt"] == facts.attempt


@guard(
    "nothing_outstanding",
    ("资方尚未答复", "an answer is outstanding"),
    ("没有等待资方答复的取消请求。", "No answer of the lender is outstanding."),
)
def an_answer_is_outstanding(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is SUBMITTED


@guard(
    "answer_outstanding",
    ("无未答复的请求", "nothing unanswered"),
    ("取消请求已提交给资方，须先等其答复。", "The cancellation was submitted to the lender; its answer must come first."),
    tells=("quote",),
)
def nothing_is_unanswered(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is not SUBMITTED


@guard(
    "quote_not_submitted",
    ("答复的是已提交的报价", "it names the submitted quote"),
    ("报价 {quote} 不是已提交的报价。", "Quote {quote} is not the one that was submitted."),
    reads=("quote",),
    tells=("quote",),
)
def it_names_the_submitted_quote(facts: Facts, data: Payload) -> bool:
    return data["quote"] == facts.quote


def _whatever_is_left(facts: Facts, data: Payload) -> bool:
    return True


ELSE = Guard("else", "else", _whatever_is_left, (), Words("否则", "else"), Words("否则", "else"), ())
"""Stands first among the guards of a row that takes what the rows above it, of the same event and state, left over."""


# ----------------------------------------------------------------------------------- what holds wherever a case stands


def invariant(zh: str, en: str) -> Callable[[Callable[[Facts, Payload], bool]], Guard]:
    """A guard that no row uses: it must hold by itself, and a snapshot in which it does not hold is refused."""
    return guard("inconsistent", (zh, en), (f"须成立：{zh}。", f"This must hold: {en}."))


@invariant("金额以报价为准，有则俱全", "quote, fee, currency and status are there together or not at all")
def the_quote_is_whole(facts: Facts, data: Payload) -> bool:
    parts = (facts.quote, facts.fee, facts.currency, facts.quote_status)
    return all(part is None for part in parts) or all(part is not None for part in parts)


@invariant("次数不超过上限，序号不少于次数", "attempts stay within the limit and none is unnumbered")
def attempts_are_within_limits(facts: Facts, data: Payload) -> bool:
    counted = facts.face_attempts + facts.other_attempts
    return (
        facts.face_attempts <= facts.face_limit and facts.other_attempts <= facts.other_limit and counted <= facts.attempt
    )


@invariant("只办理目标之内的事项", "only what the goal has was touched")
def the_goal_is_kept_to(facts: Facts, data: Payload) -> bool:
    plan_untouched = facts.quote is None and facts.settled is None and facts.attempt == 0
    return plan_untouched if facts.goal is FOR_FACE_VERIFICATION else not (facts.face_removed and facts.goal is FOR_PLAN)


@invariant("提交须先有核验结论，待核验则尚无", "what was submitted was settled first, and what awaits verification is not")
def settled_before_submitted(facts: Facts, data: Payload) -> bool:
    if facts.quote_status is ACCEPTED:
        return facts.settled is None
    return facts.settled is not None or facts.quote_status not in (SUBMITTED, ANSWERED)


@invariant("系统跳过或核验通过后即已提交", "what was skipped or passed was submitted with it")
def submitted_when_skipped_or_passed(facts: Facts, data: Payload) -> bool:
    by_support = (None, Settlement.WAIVED, Settlement.REMOVED)
    return facts.settled in by_support or facts.quote_status in (SUBMITTED, ANSWERED)


@invariant("核验通过的方式确已计次", "what was passed was tried that way")
def passed_means_tried(facts: Facts, data: Payload) -> bool:
    if facts.settled is Settlement.FACE:
        return facts.face_attempts > 0
    return facts.settled is not Settlement.OTHER or facts.other_attempts > 0


@invariant("以取消结论者，人脸验证确已取消", "what is settled by removal was removed")
def removal_is_real(facts: Facts, data: Payload) -> bool:
    return facts.settled is not Settlement.REMOVED or facts.face_removed


@invariant("尚未办理任何事项", "nothing was done yet")
def nothing_has_begun(facts: Facts, data: Payload) -> bool:
    return facts.quote is None and facts.settled is None and not facts.face_removed and facts.attempt == 0


@invariant("目标尚未达成", "the goal is not met yet")
def the_goal_is_not_met(facts: Facts, data: Payload) -> bool:
    removed = facts.face_removed and facts.goal is FOR_FACE_VERIFICATION
    return not removed and facts.quote_status is not ANSWERED


@invariant("没有报价", "there is no quote")
def there_is_no_quote(facts: Facts, data: Payload) -> bool:
    return facts.quote is None


@invariant("没有已接受的报价", "no quote is accepted")
def no_quote_is_accepted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status in (None, OPEN)


@invariant("报价已接受", "the quote is accepted")
def the_quote_is_accepted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is ACCEPTED


@invariant("报价已答复", "the quote is answered")
def the_quote_is_answered(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is ANSWERED


@invariant("没有未了结的提交", "nothing was submitted")
def nothing_is_submitted(facts: Facts, data: Payload) -> bool:
    return facts.quote_status not in (SUBMITTED, ANSWERED)


@invariant("人脸核验已计次", "a face attempt is counted")
def a_face_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts > 0


@invariant("其他方式核验已计次", "another attempt is counted")
def an_other_attempt_is_counted(facts: Facts, data: Payload) -> bool:
    return facts.other_attempts > 0


ALWAYS = (
    the_quote_is_whole,
    attempts_are_within_limits,
    the_goal_is_kept_to,
    settled_before_submitted,
    submitted_when_skipped_or_passed,
    passed_means_tried,
    removal_is_real,
)
"""What holds in every state."""


# -------------------------------------------------------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Effect:
    """What a transition changes in the facts. Pure: it tells the new values, and the machine puts them in.

    The effects of one row all see the facts as they were before it; where two tell the same fact, the later one counts.

    Attributes:
        name: the function's name.
        changes: new values by fact; called with facts and payload, but without arguments if ``is_fixed``.
        is_fixed: it always tells the same.
        reads: the payload fields that go into the facts.
        words: what happens, in words.
    """

    name: str
    changes: Callable[..., Mapping[str, object]]
    is_fixed: bool
    reads: tuple[str, ...]
    words: Words


def effect(
    zh: str, en: str, reads: tuple[str, ...] = ()
) -> Callable[[Callable[[Facts, Payload], Mapping[str, object]]], Effect]:
    """Make an Effect of a function of facts and payload."""

    def make(changes: Callable[[Facts, Payload], Mapping[str, object]]) -> Effect:
        return Effect(changes.__name__, changes, False, reads, Words(zh, en))

    return make


def fixed_effect(zh: str, en: str) -> Callable[[Callable[[], Mapping[str, object]]], Effect]:
    """Make an Effect of a function of nothing."""

    def make(changes: Callable[[], Mapping[str, object]]) -> Effect:
        return Effect(changes.__name__, changes, True, (), Words(zh, en))

    return make


@fixed_effect("报价作废", "the quote is void")
def void_the_quote() -> Mapping[str, object]:
    return {"quote": None, "fee": None, "currency": None, "quote_status": None}


@effect("报价待确认，旧报价作废", "this quote is open, an older one is void", reads=("quote", "fee", "currency"))
def open_the_quote(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"quote": data["quote"], "fee": data["fee"], "currency": data["currency"], "quote_status": OPEN}


@fixed_effect("接受报价", "the quote is accepted")
def accept_the_quote() -> Mapping[str, object]:
    return {"quote_status": ACCEPTED}


@fixed_effect("提交资方", "it is submitted to the lender")
def submit() -> Mapping[str, object]:
    return {"quote_status": SUBMITTED}


@fixed_effect("资方已答复", "it is answered")
def take_the_answer() -> Mapping[str, object]:
    return {"quote_status": ANSWERED}


@fixed_effect("核验结论：系统跳过", "settled: skipped")
def settle_as_skipped() -> Mapping[str, object]:
    return {"settled": Settlement.SKIPPED}


@fixed_effect("核验结论：人脸通过", "settled: by face")
def settle_by_face() -> Mapping[str, object]:
    return {"settled": Settlement.FACE}


@fixed_effect("核验结论：其他方式通过", "settled: another way")
def settle_another_way() -> Mapping[str, object]:
    return {"settled": Settlement.OTHER}


@fixed_effect("核验结论：客服豁免", "settled: waived")
def settle_as_waived() -> Mapping[str, object]:
    return {"settled": Settlement.WAIVED}


@fixed_effect("核验结论：人脸验证已取消", "settled: removed")
def settle_by_removal() -> Mapping[str, object]:
    return {"settled": Settlement.REMOVED}


@fixed_effect("核验结论用去", "verification is spent")
def spend_the_verification() -> Mapping[str, object]:
    return {"settled": None}


@fixed_effect("人脸验证取消", "the face verification is removed")
def remove_the_face_verification() -> Mapping[str, object]:
    return {"face_removed": True}


@effect("人脸次数加一", "a face attempt is counted")
def count_a_face_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"face_attempts": facts.face_attempts + 1, "attempt": facts.attempt + 1}


@effect("其他方式次数加一", "another attempt is counted")
def count_an_other_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"other_attempts": facts.other_attempts + 1, "attempt": facts.attempt + 1}


@effect("退还一次人脸次数", "the face attempt is given back")
def give_back_the_face_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"face_attempts": facts.face_attempts - 1}


@effect("退还一次其他方式次数", "the other attempt is given back")
def give_back_the_other_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"other_attempts": facts.other_attempts - 1}


# --------------------------------------------------------------------------------------------------------------- states


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose move it is, and what is asked of them.

    Attributes:
        owner: the one whose move it is.
        asks: what is asked.
        tells: what the request names: facts, or fields that the last step carried.
        when: the turn is theirs only if this holds; None: always.
    """

    owner: Actor
    asks: RequestKind
    tells: tuple[str, ...] = ()
    when: Guard | None = None


@dataclass(frozen=True, slots=True)
class StateInfo:
    """What the model says of a state.

    Attributes:
        phase: the step of the description; None for an end.
        turns: whose move it is; where it depends on the facts, the first turn that fits. Empty for an end.
        deadline: how long the case may wait there for the next step, by default; None for an end.
        holds: what holds of the facts in the state, beside ALWAYS.
        end: how the end is meant; None for a state that is not an end.
    """

    phase: Phase | None
    turns: tuple[Turn, ...]
    deadline: timedelta | None
    holds: tuple[Guard, ...]
    end: EndKind | None = None


def _open(phase: Phase, deadline: timedelta, *turns: Turn, holds: Iterable[Guard] = ()) -> StateInfo:
    return StateInfo(phase, turns, deadline, (the_goal_is_not_met, *holds))


def _end(kind: EndKind, holds: Iterable[Guard]) -> StateInfo:
    return StateInfo(None, (), None, tuple(holds), kind)


CUSTOMER, SYSTEM, VERIFIER, LENDER, SUPPORT, CLOCK = Actor
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFER = ("quote", "fee", "currency")
ATTEMPTS = ("face_attempts", "face_limit", "other_attempts", "other_limit")

# fmt: off
STATES: Mapping[State, StateInfo] = {
    #                                 step           deadline  whose move, what is asked, and what they need to know; what holds
    State.SIGNED_OUT:           _open(Phase.SIGN_IN, DAY,      Turn(CUSTOMER, RequestKind.SIGN_IN),
                                      holds=[nothing_has_begun]),
    State.SIGNED_IN:            _open(Phase.SIGN_IN, DAY,      Turn(CUSTOMER, RequestKind.OPEN_ORDERS),
                                      holds=[nothing_has_begun]),
    State.ORDER_LIST:           _open(Phase.ORDERS,  DAY,      Turn(CUSTOMER, RequestKind.OPEN_ORDER),
                                      holds=[there_is_no_quote]),
    State.ORDER_DETAILS:        _open(Phase.ORDER,   DAY,      Turn(CUSTOMER, RequestKind.FIND_OPTION),
                                      holds=[there_is_no_quote]),
    State.INSTALLMENT_OPTIONS:  _open(Phase.OPTION,  DAY,      Turn(CUSTOMER, RequestKind.CHOOSE_OPTION),
                                      holds=[there_is_no_quote]),
    State.CONSEQUENCES:         _open(Phase.CONFIRM, DAY,      Turn(CUSTOMER, RequestKind.CONFIRM_OR_DECLINE, OFFER, when=a_quote_is_open),
                                                               Turn(LENDER, RequestKind.QUOTE_CONSEQUENCES),
                                      holds=[goal_has_plan, no_quote_is_accepted]),
    State.VERIFICATION_DECISION: _open(Phase.CONFIRM, HOUR,    Turn(SYSTEM, RequestKind.DECIDE_VERIFICATION, OFFER),
                                      holds=[the_quote_is_accepted]),
    State.VERIFICATION_CHOICE:  _open(Phase.CONFIRM, DAY,      Turn(CUSTOMER, RequestKind.CHOOSE_VERIFICATION, ATTEMPTS),
                                      holds=[the_quote_is_accepted]),
    State.FACE_VERIFICATION:    _open(Phase.CONFIRM, HOUR,     Turn(VERIFIER, RequestKind.VERIFY_FACE, ("attempt", "consent")),
                                      holds=[the_quote_is_accepted, a_face_attempt_is_counted]),
    State.OTHER_VERIFICATION:   _open(Phase.CONFIRM, HOUR,     Turn(VERIFIER, RequestKind.VERIFY_OTHER_WAY, ("attempt", "method")),
                                      holds=[the_quote_is_accepted, an_other_attempt_is_counted]),
    State.CANCELLING:           _open(Phase.CONFIRM, 3 * DAY,  Turn(LENDER, RequestKind.CANCEL_PLAN, OFFER),
                                      holds=[an_answer_is_outstanding]),
    State.SUPPORT_NEEDED:       _open(Phase.SUPPORT, 7 * DAY,  Turn(CUSTOMER, RequestKind.CONTACT_SUPPORT)),
    State.IN_SUPPORT:           _open(Phase.SUPPORT, 7 * DAY,  Turn(SUPPORT, RequestKind.HANDLE_CASE)),
    #                                          meant as
    State.PLAN_CANCELLED:            _end(EndKind.GOOD,    holds=[the_quote_is_answered, face_verification_stands]),
    State.FACE_VERIFICATION_REMOVED: _end(EndKind.GOOD,    holds=[face_verification_is_removed, nothing_is_submitted]),
    State.BOTH_CANCELLED:            _end(EndKind.GOOD,    holds=[the_quote_is_answered, face_verification_is_removed]),
    State.PLAN_KEPT:                 _end(EndKind.NEUTRAL, holds=[a_quote_is_open, face_verification_stands]),
    State.REFUSED:                   _end(EndKind.BAD,     holds=[nothing_is_submitted, face_verification_stands]),
    State.ABANDONED:                 _end(EndKind.NEUTRAL, holds=[nothing_is_submitted, face_verification_stands]),
    State.EXPIRED:                   _end(EndKind.BAD,     holds=[nothing_is_submitted, face_verification_stands]),
}
# fmt: on

INITIAL = State.SIGNED_OUT


# --------------------------------------------------------------------------------------------------------------- events

# fmt: off
EVENTS: Mapping[Event, Mapping[str, Field]] = {
    # event                                    what it carries
    Event.SIGN_IN:                             {"account": Kind.REFERENCE, "channel": Channel},
    Event.OPEN_ORDERS:                         {},
    Event.OPEN_ORDER:                          {"order": Kind.REFERENCE},
    Event.REPORT_ORDER_MISSING:                {},
    Event.FIND_OPTION:                         {"option": Option},
    Event.REPORT_OPTION_MISSING:               {},
    Event.CHOOSE_CANCELLATION:                 {},
    Event.REQUEST_FACE_VERIFICATION_REMOVAL:   {},
    Event.QUOTE_CONSEQUENCES:                  {"quote": Kind.REFERENCE, "fee": Kind.MONEY, "currency": Kind.CURRENCY},
    Event.CONFIRM_CANCELLATION:                {"quote": Kind.REFERENCE},
    Event.DECLINE_CANCELLATION:                {},
    Event.SKIP_FACE_VERIFICATION:              {"reason": Kind.TEXT},
    Event.REQUIRE_VERIFICATION:                {},
    Event.START_FACE_VERIFICATION:             {"consent": Kind.CONSENT},
    Event.START_OTHER_VERIFICATION:            {"method": OtherMethod},
    Event.PASS_VERIFICATION:                   {"attempt": Kind.ATTEMPT},
    Event.FAIL_VERIFICATION:                   {"attempt": Kind.ATTEMPT},
    Event.VERIFICATION_UNAVAILABLE:            {"attempt": Kind.ATTEMPT},
    Event.WITHDRAW_FACE_CONSENT:               {},
    Event.COMPLETE_CANCELLATION:               {"quote": Kind.REFERENCE},
    Event.REJECT_CANCELLATION:                 {"quote": Kind.REFERENCE, "reason": Kind.TEXT},
    Event.CONTACT_SUPPORT:                     {"channel": SupportChannel},
    Event.REPORT_PROBLEM:                      {"problem": Kind.TEXT},
    Event.GUIDE_BACK:                          {},
    Event.WAIVE_VERIFICATION:                  {"agent": Kind.REFERENCE, "ticket": Kind.REFERENCE},
    Event.REMOVE_FACE_VERIFICATION:            {"agent": Kind.REFERENCE, "ticket": Kind.REFERENCE},
    Event.REFUSE:                              {"reason": Kind.TEXT},
    Event.ABANDON:                             {},
    Event.TIME_OUT:                            {},
}
# fmt: on


# ---------------------------------------------------------------------------------------------------------------- table


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the table: from these states, this event, by these actors, only if, and then, to this state."""

    sources: tuple[State, ...]
    event: Event
    by: tuple[Actor, ...]
    target: State
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]

    def __str__(self) -> str:
        return f"{self.event} from {', '.join(map(str, self.sources))} to {self.target}"


class Transition(NamedTuple):
    """A row for one of its sources."""

    source: State
    event: Event
    by: tuple[Actor, ...]
    target: State
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]
    row: int
    """The row's place in the table, from 0."""


def row(
    sources: State | tuple[State, ...],
    event: Event,
    by: Actor | tuple[Actor, ...],
    target: State,
    only_if: Guard | Iterable[Guard] = (),
    then: Effect | Iterable[Effect] = (),
) -> Row:
    """A row of the table; one source, actor, guard or effect may stand without brackets."""
    sources = sources if isinstance(sources, tuple) else (sources,)
    guards = (only_if,) if isinstance(only_if, Guard) else tuple(only_if)
    effects = (then,) if isinstance(then, Effect) else tuple(then)
    return Row(sources, event, by if isinstance(by, tuple) else (by,), target, guards, effects)


def _in(*phases: Phase) -> tuple[State, ...]:
    return tuple(state for state, info in STATES.items() if info.phase in phases)


def _but(states: tuple[State, ...], *left_out: State) -> tuple[State, ...]:
    return tuple(state for state in states if state not in left_out)


S, E = State, Event  # so that a row fits a screen
ANY_OPEN_BUT_CANCELLING = _but(_in(*Phase), S.CANCELLING)
SINCE_ORDERS = _but(ANY_OPEN_BUT_CANCELLING, *_in(Phase.SIGN_IN))  # where support may have removed the face verification
SELF_SERVICE = _but(ANY_OPEN_BUT_CANCELLING, S.SIGNED_OUT, *_in(Phase.SUPPORT))
LOOKING_FOR_THE_OPTION = (S.ORDER_DETAILS, S.INSTALLMENT_OPTIONS)
OFFERING_REMOVAL = (S.INSTALLMENT_OPTIONS, S.VERIFICATION_CHOICE)
VERIFYING = (S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
ASKED_OF_THE_LENDER = (S.CANCELLING, S.SUPPORT_NEEDED)

# fmt: off
TABLE: tuple[Row, ...] = (
    #   from                                            event                                 by                   to

    # 1 登录: only the account that bought gets on (R8)
    row(S.SIGNED_OUT,                                   E.SIGN_IN,                            CUSTOMER,            S.SIGNED_IN,
        only_if=[account_is_the_buyers]),

    # 2 我的订单
    row(S.SIGNED_IN,                                    E.OPEN_ORDERS,                        CUSTOMER,            S.ORDER_LIST),
    row(S.ORDER_LIST,                                   E.OPEN_ORDER,                         CUSTOMER,            S.ORDER_DETAILS,
        only_if=[order_is_the_cases]),
    row(S.ORDER_LIST,                                   E.REPORT_ORDER_MISSING,               CUSTOMER,            S.SUPPORT_NEEDED),

    # 3 订单详情, 4 分期管理: where the option stands differs by version; without it only customer service can help
    row(S.ORDER_DETAILS,                                E.FIND_OPTION,                        CUSTOMER,            S.INSTALLMENT_OPTIONS),
    row(LOOKING_FOR_THE_OPTION,                         E.REPORT_OPTION_MISSING,              CUSTOMER,            S.SUPPORT_NEEDED),
    row(S.INSTALLMENT_OPTIONS,                          E.CHOOSE_CANCELLATION,                CUSTOMER,            S.CONSEQUENCES,
        only_if=[goal_has_plan], then=[void_the_quote]),

    # The face verification itself is removed by customer service alone (R7)
    row(OFFERING_REMOVAL,                               E.REQUEST_FACE_VERIFICATION_REMOVAL,  CUSTOMER,            S.SUPPORT_NEEDED,
        only_if=[goal_has_face_verification, face_verification_stands]),

    # 5 确认: quoted first, and that very quote confirmed (R4); an agent may answer for the customer on the line
    row(S.CONSEQUENCES,                                 E.QUOTE_CONSEQUENCES,                 LENDER,              S.CONSEQUENCES,
        then=[open_the_quote]),
    row(S.CONSEQUENCES,                                 E.CONFIRM_CANCELLATION,               (CUSTOMER, SUPPORT), S.CANCELLING,
        only_if=[a_quote_is_open, quote_is_the_open_one, verification_is_settled], then=[accept_the_quote, submit]),
    row(S.CONSEQUENCES,                                 E.CONFIRM_CANCELLATION,               (CUSTOMER, SUPPORT), S.VERIFICATION_DECISION,
        only_if=[ELSE, a_quote_is_open, quote_is_the_open_one], then=[accept_the_quote]),
    row(S.CONSEQUENCES,                                 E.DECLINE_CANCELLATION,               (CUSTOMER, SUPPORT), S.FACE_VERIFICATION_REMOVED,  # R19
        only_if=[a_quote_is_open, face_verification_is_removed]),
    row(S.CONSEQUENCES,                                 E.DECLINE_CANCELLATION,               (CUSTOMER, SUPPORT), S.PLAN_KEPT,
        only_if=[ELSE, a_quote_is_open]),

    # 5 核验: the system alone skips it (R6). Another way stands beside the face until the customer has used its attempts up,
    # and customer service always does (R10); the face needs consent of its own (R11).
    row(S.VERIFICATION_DECISION,                        E.SKIP_FACE_VERIFICATION,             SYSTEM,              S.CANCELLING,
        then=[settle_as_skipped, submit]),
    row(S.VERIFICATION_DECISION,                        E.REQUIRE_VERIFICATION,               SYSTEM,              S.VERIFICATION_CHOICE),
    row(S.VERIFICATION_CHOICE,                          E.START_FACE_VERIFICATION,            CUSTOMER,            S.FACE_VERIFICATION,
        only_if=[separate_consent_is_given, face_attempts_are_left], then=[count_a_face_attempt]),
    row(S.VERIFICATION_CHOICE,                          E.START_OTHER_VERIFICATION,           CUSTOMER,            S.OTHER_VERIFICATION,
        only_if=[other_attempts_are_left], then=[count_an_other_attempt]),
    row(S.FACE_VERIFICATION,                            E.PASS_VERIFICATION,                  VERIFIER,            S.CANCELLING,
        only_if=[it_answers_the_open_attempt], then=[settle_by_face, submit]),
    row(S.OTHER_VERIFICATION,                           E.PASS_VERIFICATION,                  VERIFIER,            S.CANCELLING,
        only_if=[it_answers_the_open_attempt], then=[settle_another_way, submit]),
    row(VERIFYING,                                      E.FAIL_VERIFICATION,                  VERIFIER,            S.VERIFICATION_CHOICE,
        only_if=[it_answers_the_open_attempt, a_method_has_attempts_left]),
    row(VERIFYING,                                      E.FAIL_VERIFICATION,                  VERIFIER,            S.SUPPORT_NEEDED,
        only_if=[ELSE, it_answers_the_open_attempt]),
    row(S.FACE_VERIFICATION,                            E.VERIFICATION_UNAVAILABLE,           VERIFIER,            S.VERIFICATION_CHOICE,  # R9
        only_if=[it_answers_the_open_attempt], then=[give_back_the_face_attempt]),
    row(S.OTHER_VERIFICATION,                           E.VERIFICATION_UNAVAILABLE,           VERIFIER,            S.VERIFICATION_CHOICE,  # R9
        only_if=[it_answers_the_open_attempt], then=[give_back_the_other_attempt]),
    row(S.FACE_VERIFICATION,                            E.WITHDRAW_FACE_CONSENT,              CUSTOMER,            S.VERIFICATION_CHOICE),  # R11

    # 5 取消: the lender's answer counts wherever it finds the case (R13); what was settled serves one try (R17)
    row(ASKED_OF_THE_LENDER,                            E.COMPLETE_CANCELLATION,              LENDER,              S.BOTH_CANCELLED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote, face_verification_is_removed],
        then=[take_the_answer]),
    row(ASKED_OF_THE_LENDER,                            E.COMPLETE_CANCELLATION,              LENDER,              S.PLAN_CANCELLED,
        only_if=[ELSE, an_answer_is_outstanding, it_names_the_submitted_quote], then=[take_the_answer]),
    row(S.IN_SUPPORT,                                   E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.BOTH_CANCELLED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote, face_verification_is_removed],
        then=[take_the_answer]),
    row(S.IN_SUPPORT,                                   E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.PLAN_CANCELLED,
        only_if=[ELSE, an_answer_is_outstanding, it_names_the_submitted_quote], then=[take_the_answer]),
    row(ASKED_OF_THE_LENDER,                            E.REJECT_CANCELLATION,                LENDER,              S.SUPPORT_NEEDED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote],
        then=[take_the_answer, spend_the_verification, void_the_quote]),
    row(S.IN_SUPPORT,                                   E.REJECT_CANCELLATION,                (LENDER, SUPPORT),   S.IN_SUPPORT,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote],
        then=[take_the_answer, spend_the_verification, void_the_quote]),

    # 6 客服: what an agent does starts a new quote; nothing of it while the lender's answer is outstanding (R13)
    row(S.SUPPORT_NEEDED,                               E.CONTACT_SUPPORT,                    CUSTOMER,            S.IN_SUPPORT),
    row(SELF_SERVICE,                                   E.REPORT_PROBLEM,                     (CUSTOMER, SYSTEM),  S.SUPPORT_NEEDED),  # R12
    row(S.IN_SUPPORT,                                   E.GUIDE_BACK,                         SUPPORT,             S.ORDER_LIST,
        only_if=[nothing_is_unanswered], then=[void_the_quote]),
    row(S.IN_SUPPORT,                                   E.WAIVE_VERIFICATION,                 SUPPORT,             S.CONSEQUENCES,
        only_if=[goal_has_plan, nothing_is_unanswered], then=[settle_as_waived, void_the_quote]),
    row(S.IN_SUPPORT,                                   E.REMOVE_FACE_VERIFICATION,           SUPPORT,             S.FACE_VERIFICATION_REMOVED,
        only_if=[goal_is_face_verification_alone], then=[remove_the_face_verification]),
    row(S.IN_SUPPORT,                                   E.REMOVE_FACE_VERIFICATION,           SUPPORT,             S.CONSEQUENCES,
        only_if=[goal_is_both, face_verification_stands, nothing_is_unanswered],
        then=[remove_the_face_verification, settle_by_removal, void_the_quote]),
    row(S.IN_SUPPORT,                                   E.REFUSE,                             SUPPORT,             S.FACE_VERIFICATION_REMOVED,  # R19
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(S.IN_SUPPORT,                                   E.REFUSE,                             SUPPORT,             S.REFUSED,
        only_if=[ELSE, nothing_is_unanswered]),

    # Leaving and deadlines: never past an outstanding answer (R13), never hiding a removal (R19)
    row(SINCE_ORDERS,                                   E.ABANDON,                            CUSTOMER,            S.FACE_VERIFICATION_REMOVED,
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(ANY_OPEN_BUT_CANCELLING,                        E.ABANDON,                            CUSTOMER,            S.ABANDONED,
        only_if=[ELSE, nothing_is_unanswered]),
    row((S.CANCELLING, S.IN_SUPPORT),                   E.TIME_OUT,                           CLOCK,               S.SUPPORT_NEEDED),
    row(S.SUPPORT_NEEDED,                               E.TIME_OUT,                           CLOCK,               S.SUPPORT_NEEDED,
        only_if=[an_answer_is_outstanding]),
    row(_but(SINCE_ORDERS, S.IN_SUPPORT),               E.TIME_OUT,                           CLOCK,               S.FACE_VERIFICATION_REMOVED,
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(_but(ANY_OPEN_BUT_CANCELLING, S.IN_SUPPORT),    E.TIME_OUT,                           CLOCK,               S.EXPIRED,
        only_if=[ELSE]),
)
# fmt: on


# ---------------------------------------------------------------------------------------------------------------- model


@dataclass(frozen=True)
class Model:
    """A whole model. MODEL is the one that the package runs; others, made of changed parts, test the tests."""

    states: Mapping[State, StateInfo]
    events: Mapping[Event, Mapping[str, Field]]
    table: tuple[Row, ...]
    initial: State = INITIAL
    limits: Limits = Limits()

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        """Every row for every of its sources, in the order of the table; ELSE is gone where no row stands above it."""
        transitions: list[Transition] = []
        begun: set[tuple[State, Event]] = set()
        for index, row in enumerate(self.table):
            for source in row.sources:
                alone = row.guards[:1] == (ELSE,) and (source, row.event) not in begun
                guards = row.guards[1:] if alone else row.guards
                transitions.append(Transition(source, row.event, row.by, row.target, guards, row.effects, index))
                begun.add((source, row.event))
        return tuple(transitions)

    @cached_property
    def actors(self) -> Mapping[Event, tuple[Actor, ...]]:
        """Who may raise each event in some state."""
        raised_by: dict[Event, set[Actor]] = {event: set() for event in self.events}
        for row in self.table:
            raised_by.setdefault(row.event, set()).update(row.by)
        return {event: tuple(actor for actor in Actor if actor in raised_by[event]) for event in self.events}

    @property
    def ends(self) -> tuple[State, ...]:
        return tuple(state for state, info in self.states.items() if info.end)

    def turn(self, state: State, facts: Facts) -> Turn | None:
        """Whose move it is, and what is asked of them; None at an end."""
        for turn in self.states[state].turns:
            if turn.when is None or turn.when.holds(facts, {}):
                return turn
        return None

    def broken(self, state: State, facts: Facts) -> Guard | None:
        """What should hold of the facts in the state and does not; None for what a case can be."""
        for demand in (*ALWAYS, *self.states[state].holds):
            if not demand.holds(facts, {}):
                return demand
        return None


MODEL = Model(STATES, EVENTS, TABLE)
"""The model that the package runs."""
