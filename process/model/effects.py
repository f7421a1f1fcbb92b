"""What the table's rows change in the facts."""

from __future__ import annotations

from collections.abc import Mapping

from process.model.definition import Payload, constant_effect, effect
from process.model.facts import Facts
from process.model.vocabulary import QuoteStatus, Settlement


@constant_effect("报价作废", "the quote is void")
def void_the_quote() -> Mapping[str, object]:
    return {"quote": None, "fee": None, "currency": None, "quote_status": None}


@effect("报价待确认，旧报价作废", "this quote is open, an older one is void", payload_fields=("quote", "fee", "currency"))
def open_the_quote(facts: Facts, data: Payload) -> Mapping[str, object]:
    return {"quote": data["quote"], "fee": data["fee"], "currency": data["currency"], "quote_status": QuoteStatus.OPEN}


@constant_effect("接受报价", "the quote is accepted")
def accept_the_quote() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.ACCEPTED}


@constant_effect("提交资方", "it is submitted to the lender")
def submit() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.SUBMITTED}


@constant_effect("资方已答复", "it is answered")
def take_the_answer() -> Mapping[str, object]:
    return {"quote_status": QuoteStatus.ANSWERED}


@constant_effect("核验结论：系统跳过", "settled: skipped")
def settle_as_skipped() -> Mapping[str, object]:
    return {"settled": Settlement.SKIPPED}


@constant_effect("核验结论：人脸通过", "settled: by face")
def settle_by_face() -> Mapping[str, object]:
    return {"settled": Settlement.FACE}


@constant_effect("核验结论：其他方式通过", "settled: another way")
def settle_another_way() -> Mapping[str, object]:
    return {"settled": Settlement.OTHER}


@constant_effect("核验结论：客服豁免", "settled: waived")
def settle_as_waived() -> Mapping[str, object]:
    return {"settled": Settlement.WAIVED}


@constant_effect("核验结论：人脸验证已取消", "settled: removed")
def settle_by_removal() -> Mapping[str, object]:
    return {"settled": Settlement.REMOVED}


@constant_effect("核验结论用去", "verification is spent")
def spend_the_verification() -> Mapping[str, object]:
    return {"settled": None}


@constant_effect("人脸验证取消", "the face verification is removed")
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
