"""The process itself. ``table`` is read first: its rows decide, and every other part only reads it.

``vocabulary`` has every name with its words, ``facts`` the data of a case, ``guards``, ``effects`` and ``invariants`` the small
functions that the rows use, ``part_types`` the types of these parts, ``validation`` what a model must not contain.
"""

# fmt: off
# isort: off
from process.model.part_types import (
    ELSE, Blocker, Effect, Guard, Model, Payload, Predicate, Responsibility, Row, StateInfo, Transition,
    constant_effect, effect, end_state, guard, invariant, open_state, row,
)
from process.model.effects import (
    accept_the_quote, close_an_outstanding_answer, count_a_face_attempt, count_an_other_attempt,
    give_back_the_face_attempt, give_back_the_other_attempt, identify_by_sign_in, identify_by_support, open_the_quote,
    remember_the_rejected_quote, remove_the_face_verification, settle_another_way, settle_as_skipped, settle_as_waived,
    settle_by_face, spend_the_verification, submit, take_the_answer, void_the_quote,
)
from process.model.guards import (
    a_method_has_attempts_left, a_quote_is_open, account_is_the_buyers, an_answer_is_outstanding,
    face_attempts_are_left, face_verification_is_removed, face_verification_stands, goal_has_face_verification,
    goal_has_plan, goal_is_both, goal_is_face_verification_alone, it_answers_the_open_attempt,
    it_names_the_rejected_quote, it_names_the_submitted_quote, no_verification_is_due, nothing_is_unanswered,
    order_is_the_cases, other_attempts_are_left, quote_is_the_open_one, separate_consent_is_given,
    the_customer_is_identified, the_customer_is_not_identified, the_customer_signed_in, the_offer_is_unchanged_or_new,
    the_quote_was_not_rejected,
)
from process.model.invariants import (
    GLOBAL_INVARIANTS, OPEN_INVARIANTS, a_face_attempt_is_counted, an_other_attempt_is_counted,
    attempts_are_within_limits, identified_before_anything, not_signed_in_yet, nothing_is_submitted, nothing_tried_yet,
    passed_means_tried, settled_before_submitted, signed_in_without_quote, submitted_when_skipped_or_passed,
    the_goal_is_kept_to, the_goal_is_not_met, the_lender_cancelled, the_offer_may_be_quoted, the_quote_is_accepted,
    the_quote_is_not_the_rejected_one, the_quote_is_whole,
)
from process.model.vocabulary import (
    Actor, Channel, EndKind, Event, Field, Goal, Identity, Kind, Option, OtherMethod, Phase, QuoteStatus, RequestKind,
    Settlement, State, SupportChannel, Term, Words,
)
from process.model.facts import (
    Facts, Limits,
)
from process.model.table import (
    ATTEMPTS, EVENTS, INITIAL, MODEL, MODEL_VERSION, OFFER, STATES, TABLE,
)
# isort: on

__all__ = [
    "ATTEMPTS", "ELSE", "EVENTS", "GLOBAL_INVARIANTS", "INITIAL", "MODEL", "MODEL_VERSION", "OFFER", "OPEN_INVARIANTS",
    "STATES", "TABLE", "Actor", "Blocker", "Channel", "Effect", "EndKind", "Event", "Facts", "Field", "Goal", "Guard",
    "Identity", "Kind", "Limits", "Model", "Option", "OtherMethod", "Payload", "Phase", "Predicate", "QuoteStatus",
    "RequestKind", "Responsibility", "Row", "Settlement", "State", "StateInfo", "SupportChannel", "Term", "Transition",
    "Words", "a_face_attempt_is_counted", "a_method_has_attempts_left", "a_quote_is_open", "accept_the_quote",
    "account_is_the_buyers", "an_answer_is_outstanding", "an_other_attempt_is_counted", "attempts_are_within_limits",
    "close_an_outstanding_answer", "constant_effect", "count_a_face_attempt", "count_an_other_attempt", "effect",
    "end_state", "face_attempts_are_left", "face_verification_is_removed", "face_verification_stands",
    "give_back_the_face_attempt", "give_back_the_other_attempt", "goal_has_face_verification", "goal_has_plan",
    "goal_is_both", "goal_is_face_verification_alone", "guard", "identified_before_anything", "identify_by_sign_in",
    "identify_by_support", "invariant", "it_answers_the_open_attempt", "it_names_the_rejected_quote",
    "it_names_the_submitted_quote", "no_verification_is_due", "not_signed_in_yet", "nothing_is_submitted",
    "nothing_is_unanswered", "nothing_tried_yet", "open_state", "open_the_quote", "order_is_the_cases",
    "other_attempts_are_left", "passed_means_tried", "quote_is_the_open_one", "remember_the_rejected_quote",
    "remove_the_face_verification", "row", "separate_consent_is_given", "settle_another_way", "settle_as_skipped",
    "settle_as_waived", "settle_by_face", "settled_before_submitted", "signed_in_without_quote",
    "spend_the_verification", "submit", "submitted_when_skipped_or_passed", "take_the_answer",
    "the_customer_is_identified", "the_customer_is_not_identified", "the_customer_signed_in", "the_goal_is_kept_to",
    "the_goal_is_not_met", "the_lender_cancelled", "the_offer_is_unchanged_or_new", "the_offer_may_be_quoted",
    "the_quote_is_accepted", "the_quote_is_not_the_rejected_one", "the_quote_is_whole", "the_quote_was_not_rejected",
    "void_the_quote",
]
# fmt: on
