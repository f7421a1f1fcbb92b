"""The mutants that no requirement can kill, since every case does the same with them; each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from process.model import Words

EQUIVALENTS: Mapping[Words, tuple[str, ...]] = {
    Words(
        "那里从来没有报价，无可作废",
        "no quote ever stands there, so there is none to void",
    ): (
        "row 1, sign_in from signed_out: void_the_quote added",
        "row 2, open_orders from signed_in: void_the_quote added",
        "row 3, open_order from order_list: void_the_quote added",
        "row 4, report_order_missing from order_list: void_the_quote added",
        "row 5, find_option from order_details: void_the_quote added",
        "row 6, report_option_missing from order_details and 1 more: void_the_quote added",
        "row 7, choose_cancellation from installment_options: void_the_quote dropped",
        "row 35, remove_face_verification from in_support: void_the_quote added",
    ),
    Words(
        "那里从来没有报价，也就没有金额可改",
        "no quote ever stands there, so there is no sum to forge",
    ): (
        "row 1, sign_in: fee forged",
        "row 1, sign_in: currency forged",
        "row 2, open_orders: fee forged",
        "row 2, open_orders: currency forged",
        "row 3, open_order: fee forged",
        "row 3, open_order: currency forged",
        "row 4, report_order_missing: fee forged",
        "row 4, report_order_missing: currency forged",
        "row 5, find_option: fee forged",
        "row 5, find_option: currency forged",
        "row 6, report_option_missing: fee forged",
        "row 6, report_option_missing: currency forged",
        "row 7, choose_cancellation: fee forged",
        "row 7, choose_cancellation: currency forged",
        "row 35, remove_face_verification: fee forged",
        "row 35, remove_face_verification: currency forged",
    ),
    Words(
        "前一个效果写的是同一个序号",
        "the effect before it tells the same number",
    ): (
        "row 16, start_face_verification: attempt forged",
        "row 17, start_other_verification: attempt forged",
    ),
    Words(
        "各效果写的是不同的事实，先后无关",
        "the effects tell different facts, so their order does not matter",
    ): (
        "row 14, skip_face_verification from verification_decision: effects in reverse order",
        "row 18, pass_verification from face_verification: effects in reverse order",
        "row 19, pass_verification from other_verification: effects in reverse order",
        "row 34, waive_verification from in_support: effects in reverse order",
        "row 36, remove_face_verification from in_support: effects in reverse order",
    ),
    Words(
        "那里核验从来没有结论，无可用去",
        "nothing is ever settled there, so nothing can be spent",
    ): (
        "row 1, sign_in from signed_out: spend_the_verification added",
        "row 2, open_orders from signed_in: spend_the_verification added",
        "row 11, confirm_cancellation from consequences: spend_the_verification added",
        "row 15, require_verification from verification_decision: spend_the_verification added",
        "row 16, start_face_verification from verification_choice: spend_the_verification added",
        "row 17, start_other_verification from verification_choice: spend_the_verification added",
        "row 20, fail_verification from face_verification and 1 more: spend_the_verification added",
        "row 21, fail_verification from face_verification and 1 more: spend_the_verification added",
        "row 22, verification_unavailable from face_verification: spend_the_verification added",
        "row 23, verification_unavailable from other_verification: spend_the_verification added",
        "row 24, withdraw_face_consent from face_verification: spend_the_verification added",
        "row 35, remove_face_verification from in_support: spend_the_verification added",
    ),
    Words(
        "那里的报价本来就已接受",
        "the quote is accepted there already",
    ): (
        "row 15, require_verification from verification_decision: accept_the_quote added",
        "row 16, start_face_verification from verification_choice: accept_the_quote added",
        "row 17, start_other_verification from verification_choice: accept_the_quote added",
        "row 20, fail_verification from face_verification and 1 more: accept_the_quote added",
        "row 21, fail_verification from face_verification and 1 more: accept_the_quote added",
        "row 22, verification_unavailable from face_verification: accept_the_quote added",
        "row 23, verification_unavailable from other_verification: accept_the_quote added",
        "row 24, withdraw_face_consent from face_verification: accept_the_quote added",
    ),
    Words(
        "那里的报价本来就已提交",
        "the quote is submitted there already",
    ): ("row 42, time_out from support_needed: submit added",),
    Words(
        "那里的人脸验证本来就已取消",
        "the face verification is removed there already",
    ): (
        "row 12, decline_cancellation from consequences: remove_the_face_verification added",
        "row 25, complete_cancellation from cancelling and 1 more: remove_the_face_verification added",
        "row 27, complete_cancellation from in_support: remove_the_face_verification added",
        "row 37, refuse from in_support: remove_the_face_verification added",
        "row 39, abandon from order_list and 9 more: remove_the_face_verification added",
        "row 43, time_out from order_list and 8 more: remove_the_face_verification added",
    ),
    Words(
        "同一行中在后的「提交资方」写的是同一项事实",
        "the effect that submits stands behind it and tells the same fact",
    ): (
        "row 10, confirm_cancellation from consequences: accept_the_quote dropped",
        "row 10, confirm_cancellation from consequences: accept_the_quote replaced by take_the_answer",
    ),
    Words(
        "同一行中在后的两个效果写的是同样的事实",
        "the two effects behind it tell the same facts",
    ): (
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer dropped",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by accept_the_quote",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by settle_another_way",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by settle_as_skipped",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by settle_as_waived",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by settle_by_face",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by settle_by_removal",
        "row 29, reject_cancellation from cancelling and 1 more: take_the_answer replaced by submit",
        "row 30, reject_cancellation from in_support: take_the_answer dropped",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by accept_the_quote",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by settle_another_way",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by settle_as_skipped",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by settle_as_waived",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by settle_by_face",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by settle_by_removal",
        "row 30, reject_cancellation from in_support: take_the_answer replaced by submit",
    ),
    Words(
        "指明的既是现有报价，在此状态它必是待确认的；拒绝的原因由下一行说明",
        "who names the quote that stands names an open one there; the row below tells why it is refused",
    ): (
        "row 10, confirm_cancellation from consequences: a_quote_is_open dropped",
        "row 10, confirm_cancellation from consequences: a_quote_is_open replaced by goal_has_plan",
        "row 10, confirm_cancellation from consequences: a_quote_is_open replaced by it_names_the_submitted_quote",
        "row 10, confirm_cancellation from consequences: a_quote_is_open replaced by nothing_is_unanswered",
    ),
    Words(
        "两个条件比较的是同样的两个值；拒绝的原因由下一行说明",
        "both guards compare the same two values; the row below tells why it is refused",
    ): (
        "row 10, confirm_cancellation from consequences: quote_is_the_open_one replaced by it_names_the_submitted_quote",
        "row 25, complete_cancellation from cancelling and 1 more: it_names_the_submitted_quote replaced by quote_is_the_open_one",  # noqa: E501  # a name
        "row 27, complete_cancellation from in_support: it_names_the_submitted_quote replaced by quote_is_the_open_one",
    ),
    Words(
        "两行从不同时可用，先后无关",
        "the two rows can never be taken at the same time, so their order does not matter",
    ): (
        "rows 18 and 19 (pass_verification) swapped",
        "rows 22 and 23 (verification_unavailable) swapped",
        "rows 26 and 27 (complete_cancellation) swapped",
        "rows 29 and 30 (reject_cancellation) swapped",
        "rows 41 and 42 (time_out) swapped",
        "rows 41 and 43 (time_out) swapped",
        "rows 42 and 43 (time_out) swapped",
    ),
}
"""By the reason; a test holds that these are all."""
