"""The guards of the table's rows: each is a condition, with the reason that is given where it is false."""

from __future__ import annotations

from process.model.facts import Facts
from process.model.part_types import Payload, guard
from process.model.vocabulary import Goal, Identity, QuoteStatus

# Bound once: until Python 3.12 reading a member from its enum costs more than the rest of a guard.
FOR_PLAN, FOR_FACE_VERIFICATION, FOR_BOTH = Goal
OPEN, ACCEPTED, SUBMITTED, ANSWERED = QuoteStatus
SIGNED_IN, BY_SUPPORT = Identity


@guard(
    "wrong_account",
    ("购买该订单的账号", "it is the purchasing account"),
    (
        "该账号不是购买此订单的账号，请换用购买时的账号登录。",
        "This account did not buy the order; sign in with the purchasing account.",
    ),
    payload_fields=("account",),
)
def account_is_the_buyers(facts: Facts, data: Payload) -> bool:
    return data["account"] == facts.account


@guard(
    "wrong_order",
    ("本次办理的订单", "it is the case's order"),
    ("这不是本次办理的订单。", "This is not the order of this case."),
    payload_fields=("order",),
)
def order_is_the_cases(facts: Facts, data: Payload) -> bool:
    return data["order"] == facts.order


@guard(
    "goal_without_plan",
    ("目标含取消分期", "the goal includes the plan"),
    ("本次办理的目标不包含取消分期。", "The goal of this case does not include cancelling the plan."),
    message_fields=("goal",),
)
def goal_has_plan(facts: Facts, data: Payload) -> bool:
    return facts.goal is not FOR_FACE_VERIFICATION


@guard(
    "goal_without_face_verification",
    ("目标含取消人脸验证", "the goal includes the face verification"),
    ("本次办理的目标不包含取消人脸验证。", "The goal of this case does not include removing the face verification."),
    message_fields=("goal",),
)
def goal_has_face_verification(facts: Facts, data: Payload) -> bool:
    return facts.goal is not FOR_PLAN


@guard(
    "goal_not_face_verification_alone",
    ("目标仅为取消人脸验证", "the goal is the face verification alone"),
    ("本次办理的目标不只是取消人脸验证。", "The goal of this case is not the face verification alone."),
    message_fields=("goal",),
)
def goal_is_face_verification_alone(facts: Facts, data: Payload) -> bool:
    return facts.goal is FOR_FACE_VERIFICATION


@guard(
    "goal_not_both",
    ("目标为两者", "the goal is both"),
    ("本次办理的目标不是同时取消分期和人脸验证。", "The goal of this case is not to cancel both."),
    message_fields=("goal",),
)
def goal_is_both(facts: Facts, data: Payload) -> bool:
    return facts.goal is FOR_BOTH


@guard(
    "face_verification_already_removed",
    ("人脸验证尚未取消", "the face verification is not removed"),
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
    "not_signed_in",
    ("已登录", "signed in"),
    ("客户未用购买账号登录。", "The customer has not signed in with the purchasing account."),
)
def the_customer_signed_in(facts: Facts, data: Payload) -> bool:
    return facts.identity is SIGNED_IN


@guard(
    "customer_not_identified",
    ("已核实身份", "identified"),
    (
        "尚未确认来电者就是购买人，请先核实客户身份。",
        "The customer has not been identified as the buyer; identify the customer first.",
    ),
)
def the_customer_is_identified(facts: Facts, data: Payload) -> bool:
    return facts.identity is not None


@guard(
    "customer_already_identified",
    ("尚未核实身份", "not identified yet"),
    ("客户身份已经核实。", "The customer has already been identified."),
    message_fields=("identity",),
)
def the_customer_is_not_identified(facts: Facts, data: Payload) -> bool:
    return facts.identity is None


@guard(
    "quote_changed",
    ("同一编号的报价内容不变", "the quote is new or repeats the same offer"),
    (
        "报价 {quote} 已以其他金额或货币告知，内容不同的报价须用新编号。",
        "Quote {quote} is already open with another fee or currency; a different offer needs a new reference.",
    ),
    payload_fields=("quote", "fee", "currency"),
    message_fields=("quote",),
)
def the_offer_is_unchanged_or_new(facts: Facts, data: Payload) -> bool:
    return data["quote"] != facts.quote or (data["fee"] == facts.fee and data["currency"] == facts.currency)


@guard(
    "quote_was_rejected",
    ("不是被拒的报价", "not the rejected quote"),
    (
        "报价 {quote} 的取消已被资方拒绝，须用新编号重新报价。",
        "Quote {quote} was rejected; a new offer needs a new reference.",
    ),
    payload_fields=("quote",),
    message_fields=("quote",),
)
def the_quote_was_not_rejected(facts: Facts, data: Payload) -> bool:
    return data["quote"] != facts.rejected_quote


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
    ("确认的是当前报价", "it names the open quote"),
    (
        "报价 {quote} 不是当前报价，请按最新告知的后果确认。",
        "Quote {quote} is not the current quote; confirm the latest one.",
    ),
    payload_fields=("quote",),
    message_fields=("quote",),
)
def quote_is_the_open_one(facts: Facts, data: Payload) -> bool:
    return data["quote"] == facts.quote


@guard(
    "verification_not_settled",
    ("核验已有结论或人脸验证已取消", "no verification is due"),
    ("核验尚无结论。", "Verification is not settled."),
)
def no_verification_is_due(facts: Facts, data: Payload) -> bool:
    return facts.settled is not None or facts.face_removed


@guard(
    "no_separate_consent",
    ("已单独同意", "separate consent is given"),
    (
        "未取得处理人脸信息的单独同意，可改用其他方式核验。",
        "Separate consent to face verification is missing; another method can be used.",
    ),
    payload_fields=("consent",),
)
def separate_consent_is_given(facts: Facts, data: Payload) -> bool:
    return data["consent"] is not None


@guard(
    "no_face_attempts_left",
    ("人脸次数未用尽", "face attempts are left"),
    (
        "人脸识别次数已用尽（{face_attempts}/{face_limit}）。",
        "No attempts at face verification are left ({face_attempts} of {face_limit} used).",
    ),
    message_fields=("face_attempts", "face_limit"),
)
def face_attempts_are_left(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts < facts.face_limit


@guard(
    "no_other_attempts_left",
    ("其他方式次数未用尽", "other attempts are left"),
    (
        "其他方式核验次数已用尽（{other_attempts}/{other_limit}）。",
        "No attempts by another method are left ({other_attempts} of {other_limit} used).",
    ),
    message_fields=("other_attempts", "other_limit"),
)
def other_attempts_are_left(facts: Facts, data: Payload) -> bool:
    return facts.other_attempts < facts.other_limit


@guard(
    "no_attempts_left",
    ("任一方式次数未用尽", "a method has attempts left"),
    ("所有核验方式的次数均已用尽。", "No attempts are left with any method."),
    message_fields=("face_attempts", "face_limit", "other_attempts", "other_limit"),
)
def a_method_has_attempts_left(facts: Facts, data: Payload) -> bool:
    return facts.face_attempts < facts.face_limit or facts.other_attempts < facts.other_limit


@guard(
    "attempt_not_open",
    ("答复的是当前核验", "it answers the open attempt"),
    (
        "第 {attempt} 次不是正在进行的核验，该答复无效。",
        "Attempt {attempt} is not the current attempt; the answer is void.",
    ),
    payload_fields=("attempt",),
    message_fields=("attempt",),
)
def it_answers_the_open_attempt(facts: Facts, data: Payload) -> bool:
    return data["attempt"] == facts.attempt


@guard(
    "nothing_outstanding",
    ("资方尚未答复", "an answer is outstanding"),
    ("没有等待资方答复的取消请求。", "No lender answer is outstanding."),
)
def an_answer_is_outstanding(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is SUBMITTED


@guard(
    "answer_outstanding",
    ("无未答复的请求", "no answer is outstanding"),
    ("取消请求已提交给资方，须先等其答复。", "The cancellation was submitted to the lender; its answer must come first."),
    message_fields=("quote",),
)
def nothing_is_unanswered(facts: Facts, data: Payload) -> bool:
    return facts.quote_status is not SUBMITTED


@guard(
    "quote_not_rejected",
    ("更正的是被拒的报价", "it names the rejected quote"),
    (
        "所指报价在本次办理中没有被拒绝过，无可更正。",
        "The quote named here was not rejected in this case, so there is nothing to correct.",
    ),
    payload_fields=("quote",),
    message_fields=("quote",),
)
def it_names_the_rejected_quote(facts: Facts, data: Payload) -> bool:
    return data["quote"] == facts.rejected_quote


@guard(
    "quote_not_submitted",
    ("答复的是已提交的报价", "it names the submitted quote"),
    ("报价 {quote} 不是已提交的报价。", "Quote {quote} is not the one that was submitted."),
    payload_fields=("quote",),
    message_fields=("quote",),
)
def it_names_the_submitted_quote(facts: Facts, data: Payload) -> bool:
    return data["quote"] == facts.quote
