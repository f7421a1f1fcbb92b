"""The effects of the table's rows: each returns the facts that it changes, with their new values."""

from __future__ import annotations

from collections.abc import Mapping

from process.model.facts import Facts
from process.model.part_types import Payload, constant_effect, effect
from process.model.vocabulary import Identity, QuoteStatus, Settlement

# Bound once: until Python 3.12 reading a member from its enum costs more than the rest of an effect.
OPEN, _, SUBMITTED, ANSWERED = QuoteStatus


@constant_effect("报价作废", "the quote is void")
def void_the_quote() -> Mapping[str, object]:
    return {"quote": None, "fee": None, "currency": None, "quote_status": None}


@effect("报价待确认，旧报价作废", "this quote is open, an older one is void", payload_fields=("quote", "fee", "currency"))
def open_the_quote(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"quote": data["quote"], "fee": data["fee"], "currency": data["currency"], "quote_status": OPEN}


@constant_effect("客户已登录", "the customer is identified by sign-in")
def identify_by_sign_in() -> Mapping[str, object]:
    return {"identity": Identity.SIGNED_IN}


@constant_effect("客服核实客户身份", "the customer is identified by customer service")
def identify_by_support() -> Mapping[str, object]:
    return {"identity": Identity.BY_SUPPORT}


@constant_effect("接受报价", "the quote is accepted")
def accept_the_quote() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.ACCEPTED}


@constant_effect("提交资方", "the cancellation is submitted to the lender")
def submit() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.SUBMITTED}


@constant_effect("资方已答复", "the lender has answered")
def take_the_answer() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.ANSWERED}


@effect("未答复的请求就此了结", "an outstanding answer is settled by it")
def close_an_outstanding_answer(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"quote_status": ANSWERED} if facts.quote_status is SUBMITTED else {}


@effect("记下被拒的报价", "the quote is remembered as rejected")
def remember_the_rejected_quote(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"rejected_quote": facts.quote}


@constant_effect("核验结论：系统跳过", "settled: skipped")
def settle_as_skipped() -> Mapping[str, object]:
    return {"settled": Settlement.SKIPPED}


@constant_effect("核验结论：人脸通过", "settled: passed by face")
def settle_by_face() -> Mapping[str, object]:
    return {"settled": Settlement.FACE}


@constant_effect("核验结论：其他方式通过", "settled: passed by another method")
def settle_another_way() -> Mapping[str, object]:
    return {"settled": Settlement.OTHER}


@constant_effect("核验结论：客服豁免", "settled: waived")
def settle_as_waived() -> Mapping[str, object]:
    return {"settled": Settlement.WAIVED}


@constant_effect("核验结论用去", "the verification is used up")
def spend_the_verification() -> Mapping[str, object]:
    return {"settled": None}


@constant_effect("人脸验证取消", "the face verification is removed")
def remove_the_face_verification() -> Mapping[str, object]:
    return {"face_removed": True}


@effect("人脸次数加一", "a face attempt is counted")
def count_a_face_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"face_attempts": facts.face_attempts + 1, "attempt": facts.attempt + 1}


@effect("其他方式次数加一", "an attempt by another method is counted")
def count_an_other_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"other_attempts": facts.other_attempts + 1, "attempt": facts.attempt + 1}


@effect("退还一次人脸次数", "the face attempt is given back")
def give_back_the_face_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"face_attempts": facts.face_attempts - 1}


@effect("退还一次其他方式次数", "the attempt by another method is given back")
def give_back_the_other_attempt(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"other_attempts": facts.other_attempts - 1}
