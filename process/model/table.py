"""The process by which a customer cancels an installment plan and the face verification in it.

This file decides, and no other. It reads from top to bottom: the theory, STATES, EVENTS, TABLE.

What a case is
    A case is one customer's request about one order. It has a *goal* (cancel the plan, have the face verification removed, or
    both), it stands in one *state*, and it has *facts*: whose order it is, which quote of the consequences is current, how
    often a verification was attempted, how it was settled. State and facts together are the case's *configuration*, and
    nothing else decides what may happen next. Time does not: a clock outside raises ``time_out`` as any actor raises events.

How a case moves
    An *event* is raised by an *actor* and carries a *payload*. The rows of TABLE that start in the case's state, belong to
    the event and name the actor are tried from top to bottom; the first row whose guards are all true is taken: its effects
    change the facts, and the case stands in the row's target. If no row can be taken, the event is refused, nothing changes,
    and the guards that are false say why. At most one row of an event can be taken in one configuration, except where a row
    says ELSE: it takes what the rows above it left over.

The rule that comes first
    On entering CANCELLING the lender is asked to cancel, once. From then until it answers, the quote is *submitted* and the
    answer is *outstanding*: the case may stand with customer service in the meantime, but it may neither end without that
    answer nor ask a second time, and the answer is taken wherever it finds the case. A lender that rejected may still correct
    itself while the case is open: that completion is taken in every open state.

Who the customer is
    Nothing is waived, removed or cancelled for someone who is not *identified*: signed in with the purchasing account, or
    identified by an agent of customer service, which can be reached before signing in, too.

How verification is settled
    The system skips it, the verifier passes it (by face or another method), or support waives it. The customer can do none of
    these. A settlement serves one attempt at cancelling: a rejection by the lender uses it up. Removal is something else: once
    support has removed the face verification, no verification is asked for again in this case, whatever the lender answers.

What an end tells
    What really happened. Once support has removed the face verification for someone who wanted both, no later decline,
    departure, refusal, time-out or end of the plan can hide it: those rows have a first variant to FACE_VERIFICATION_REMOVED.

Attempts and quotes
    An attempt is counted when it starts, before the verifier is asked, and numbered; a number is never used again, so an answer
    that comes late or twice names an attempt that is over. An attempt is open exactly while the case stands in FACE_VERIFICATION
    or OTHER_VERIFICATION, and it is the last one counted. A quote is its content: a reference stands for one fee and currency
    while it is open. Of void quotes nothing is remembered, and of rejected ones the last alone, so that the facts stay few.

What is not modelled
    Refunds, returns of goods, how a fee is computed, the identity of whoever raises an event (the host authenticates people and
    names the actor), and the verifier's images or scores, which never enter a case. That the plan ended otherwise is reported.

The requirements R1 to R22 that rows cite stand in ``process/requirements``. Legal sources, named so that a reader can look
them up, not as advice: 人脸识别技术应用安全管理办法 (in force 2025-06-01), art. 10, for another method beside the face; PIPL
art. 15, 16 and 29 for separate consent and its withdrawal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# fmt: off
# isort: off
from process.model.part_types import ELSE, Model, Responsibility as Owner, Row, StateInfo, end_state, open_state, row
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
    GLOBAL_INVARIANTS, OPEN_INVARIANTS, a_face_attempt_is_counted, an_other_attempt_is_counted, not_signed_in_yet, nothing_is_submitted,
    nothing_tried_yet, signed_in_without_quote, the_lender_cancelled, the_offer_may_be_quoted, the_quote_is_accepted,
)
from process.model.vocabulary import (
    Actor, Channel, EndKind, Event, Field, Kind, Option, OtherMethod, Phase, RequestKind, State, SupportChannel,
)
# isort: on

MODEL_VERSION = 2
"""Grows with every change after which an older program could misread a case. Snapshots carry it."""

CUSTOMER, SYSTEM, VERIFIER, LENDER, SUPPORT, CLOCK = Actor
S, E, K, HOUR, DAY = State, Event, RequestKind, timedelta(hours=1), timedelta(days=1)
OFFER = ("quote", "fee", "currency")
ATTEMPTS = ("face_attempts", "face_limit", "other_attempts", "other_limit")

STATES: Mapping[State, StateInfo] = {
    #                          step           deadline  whose move it is, what is requested, with which data      what holds there
    S.SIGNED_OUT:              open_state(Phase.SIGN_IN, DAY,     Owner(CUSTOMER, K.SIGN_IN),                     holds=[not_signed_in_yet]),
    S.SIGNED_IN:               open_state(Phase.SIGN_IN, DAY,     Owner(CUSTOMER, K.OPEN_ORDERS),                 holds=[nothing_tried_yet]),
    S.ORDER_LIST:              open_state(Phase.ORDERS,  DAY,     Owner(CUSTOMER, K.OPEN_ORDER),                  holds=[signed_in_without_quote]),
    S.ORDER_DETAILS:           open_state(Phase.ORDER,   DAY,     Owner(CUSTOMER, K.FIND_OPTION),                 holds=[signed_in_without_quote]),
    S.INSTALLMENT_OPTIONS:     open_state(Phase.OPTION,  DAY,     Owner(CUSTOMER, K.CHOOSE_OPTION),               holds=[signed_in_without_quote]),
    S.CONSEQUENCES:            open_state(Phase.CONFIRM, DAY,     Owner(CUSTOMER, K.CONFIRM_OR_DECLINE, OFFER, when=a_quote_is_open),
                                                                  Owner(LENDER, K.QUOTE_CONSEQUENCES),            holds=[goal_has_plan, the_offer_may_be_quoted]),
    S.VERIFICATION_DECISION:   open_state(Phase.CONFIRM, HOUR,    Owner(SYSTEM, K.DECIDE_VERIFICATION, OFFER),    holds=[the_quote_is_accepted]),
    S.VERIFICATION_CHOICE:     open_state(Phase.CONFIRM, DAY,     Owner(CUSTOMER, K.CHOOSE_VERIFICATION, ATTEMPTS), holds=[the_quote_is_accepted]),
    S.FACE_VERIFICATION:       open_state(Phase.CONFIRM, HOUR,    Owner(VERIFIER, K.VERIFY_FACE, ("attempt", "consent")),
                                                                  holds=[the_quote_is_accepted, a_face_attempt_is_counted]),
    S.OTHER_VERIFICATION:      open_state(Phase.CONFIRM, HOUR,    Owner(VERIFIER, K.VERIFY_OTHER_WAY, ("attempt", "method")),
                                                                  holds=[the_quote_is_accepted, an_other_attempt_is_counted]),
    S.CANCELLING:              open_state(Phase.CONFIRM, 3 * DAY, Owner(LENDER, K.CANCEL_PLAN, OFFER),            holds=[an_answer_is_outstanding]),
    S.SUPPORT_NEEDED:          open_state(Phase.SUPPORT, 7 * DAY, Owner(CUSTOMER, K.CONTACT_SUPPORT)),
    S.IN_SUPPORT:              open_state(Phase.SUPPORT, 7 * DAY, Owner(SUPPORT, K.HANDLE_CASE)),
    #                                    kind             what holds there
    S.PLAN_CANCELLED:            end_state(EndKind.GOOD,    holds=[the_lender_cancelled, face_verification_stands], cancels_plan=True),
    S.FACE_VERIFICATION_REMOVED: end_state(EndKind.GOOD,    holds=[face_verification_is_removed, nothing_is_unanswered]),
    S.BOTH_CANCELLED:            end_state(EndKind.GOOD,    holds=[the_lender_cancelled, face_verification_is_removed], cancels_plan=True),
    S.PLAN_KEPT:                 end_state(EndKind.NEUTRAL, holds=[a_quote_is_open, face_verification_stands]),
    S.PLAN_ENDED_OTHERWISE:      end_state(EndKind.NEUTRAL, holds=[nothing_is_unanswered, face_verification_stands]),
    S.REFUSED:                   end_state(EndKind.BAD,     holds=[nothing_is_submitted, face_verification_stands]),
    S.ABANDONED:                 end_state(EndKind.NEUTRAL, holds=[nothing_is_submitted, face_verification_stands]),
    S.EXPIRED:                   end_state(EndKind.BAD,     holds=[nothing_is_submitted, face_verification_stands]),
}
INITIAL = S.SIGNED_OUT

EVENTS: Mapping[Event, Mapping[str, Field]] = {
    # event                               what it carries
    E.SIGN_IN:                            {"account": Kind.REFERENCE, "channel": Channel},
    E.OPEN_ORDERS:                        {},
    E.OPEN_ORDER:                         {"order": Kind.REFERENCE},
    E.REPORT_ORDER_MISSING:               {},
    E.FIND_OPTION:                        {"option": Option},
    E.REPORT_OPTION_MISSING:              {},
    E.CHOOSE_CANCELLATION:                {},
    E.REQUEST_FACE_VERIFICATION_REMOVAL:  {},
    E.QUOTE_CONSEQUENCES:                 {"quote": Kind.REFERENCE, "fee": Kind.MONEY, "currency": Kind.CURRENCY},
    E.CONFIRM_CANCELLATION:               {"quote": Kind.REFERENCE},
    E.DECLINE_CANCELLATION:               {},
    E.SKIP_FACE_VERIFICATION:             {"reason": Kind.TEXT},
    E.REQUIRE_VERIFICATION:               {},
    E.START_FACE_VERIFICATION:            {"consent": Kind.CONSENT},
    E.START_OTHER_VERIFICATION:           {"method": OtherMethod},
    E.PASS_VERIFICATION:                  {"attempt": Kind.ATTEMPT},
    E.FAIL_VERIFICATION:                  {"attempt": Kind.ATTEMPT},
    E.VERIFICATION_UNAVAILABLE:           {"attempt": Kind.ATTEMPT},
    E.WITHDRAW_FACE_CONSENT:              {},
    E.CHOOSE_ANOTHER_WAY:                 {},
    E.COMPLETE_CANCELLATION:              {"quote": Kind.REFERENCE},
    E.REJECT_CANCELLATION:                {"quote": Kind.REFERENCE, "reason": Kind.TEXT},
    E.CONTACT_SUPPORT:                    {"channel": SupportChannel},
    E.REPORT_PROBLEM:                     {"problem": Kind.TEXT},
    E.IDENTIFY_CUSTOMER:                  {"agent": Kind.REFERENCE, "ticket": Kind.REFERENCE},
    E.GUIDE_BACK:                         {},
    E.WAIVE_VERIFICATION:                 {"agent": Kind.REFERENCE, "ticket": Kind.REFERENCE},
    E.REMOVE_FACE_VERIFICATION:           {"agent": Kind.REFERENCE, "ticket": Kind.REFERENCE},
    E.REPORT_PLAN_ENDED:                  {"reason": Kind.TEXT},
    E.REFUSE:                             {"reason": Kind.TEXT},
    E.ABANDON:                            {},
    E.TIME_OUT:                           {},
}

# Groups of states, so that "from any open state" is one row.
ANY_OPEN = tuple(state for state, info in STATES.items() if info.end is None)
ANY_OPEN_BUT_CANCELLING = tuple(state for state in ANY_OPEN if state is not S.CANCELLING)
OUTSIDE_SUPPORT = tuple(state for state in ANY_OPEN if state is not S.IN_SUPPORT)
SELF_SERVICE = tuple(state for state in ANY_OPEN_BUT_CANCELLING if STATES[state].phase is not Phase.SUPPORT)
MAY_EXPIRE = (*SELF_SERVICE, S.SUPPORT_NEEDED)
AFTER_A_REMOVAL = tuple(state for state in ANY_OPEN if the_quote_is_accepted not in STATES[state].invariants)  # none verifies
REMOVED_OUTSIDE_SUPPORT, REMOVED_BUT_CANCELLING, REMOVED_MAY_EXPIRE = (
    tuple(state for state in group if state in AFTER_A_REMOVAL)
    for group in (OUTSIDE_SUPPORT, ANY_OPEN_BUT_CANCELLING, MAY_EXPIRE)
)
LOOKING_FOR_THE_OPTION = (S.ORDER_DETAILS, S.INSTALLMENT_OPTIONS)
OFFERING_REMOVAL = (S.INSTALLMENT_OPTIONS, S.VERIFICATION_CHOICE)
VERIFYING = (S.FACE_VERIFICATION, S.OTHER_VERIFICATION)
ASKED_OF_THE_LENDER = (S.CANCELLING, S.SUPPORT_NEEDED)

TABLE: tuple[Row, ...] = (
    #   from                      event                                 by                   to

    # 1 登录: only the purchasing account gets on (R8)
    row(S.SIGNED_OUT,             E.SIGN_IN,                            CUSTOMER,            S.SIGNED_IN,
        only_if=[account_is_the_buyers], then=[identify_by_sign_in]),

    # 2 我的订单
    row(S.SIGNED_IN,              E.OPEN_ORDERS,                        CUSTOMER,            S.ORDER_LIST),
    row(S.ORDER_LIST,             E.OPEN_ORDER,                         CUSTOMER,            S.ORDER_DETAILS, only_if=[order_is_the_cases]),
    row(S.ORDER_LIST,             E.REPORT_ORDER_MISSING,               CUSTOMER,            S.SUPPORT_NEEDED),

    # 3 订单详情, 4 分期管理: where the option stands differs by version; without it only customer service can help
    row(S.ORDER_DETAILS,          E.FIND_OPTION,                        CUSTOMER,            S.INSTALLMENT_OPTIONS),
    row(LOOKING_FOR_THE_OPTION,   E.REPORT_OPTION_MISSING,              CUSTOMER,            S.SUPPORT_NEEDED),
    row(S.INSTALLMENT_OPTIONS,    E.CHOOSE_CANCELLATION,                CUSTOMER,            S.CONSEQUENCES, only_if=[goal_has_plan], then=[void_the_quote]),

    # The face verification itself is removed by customer service alone (R7)
    row(OFFERING_REMOVAL,         E.REQUEST_FACE_VERIFICATION_REMOVAL,  CUSTOMER,            S.SUPPORT_NEEDED,
        only_if=[goal_has_face_verification, face_verification_stands]),

    # 5 确认: quoted first, and that very quote confirmed (R4); an agent may answer for the customer on the line
    row(S.CONSEQUENCES,           E.QUOTE_CONSEQUENCES,                 LENDER,              S.CONSEQUENCES,
        only_if=[the_offer_is_unchanged_or_new, the_quote_was_not_rejected], then=[open_the_quote]),
    row(S.CONSEQUENCES,           E.CONFIRM_CANCELLATION,               (CUSTOMER, SUPPORT), S.CANCELLING,  # R5, R21
        only_if=[a_quote_is_open, quote_is_the_open_one, no_verification_is_due], then=[accept_the_quote, submit]),
    row(S.CONSEQUENCES,           E.CONFIRM_CANCELLATION,               (CUSTOMER, SUPPORT), S.VERIFICATION_DECISION,
        only_if=[ELSE, a_quote_is_open, quote_is_the_open_one], then=[accept_the_quote]),
    row(S.CONSEQUENCES,           E.DECLINE_CANCELLATION,               (CUSTOMER, SUPPORT), S.FACE_VERIFICATION_REMOVED,  # R19
        only_if=[a_quote_is_open, face_verification_is_removed]),
    row(S.CONSEQUENCES,           E.DECLINE_CANCELLATION,               (CUSTOMER, SUPPORT), S.PLAN_KEPT, only_if=[ELSE, a_quote_is_open]),

    # 5 核验: the system alone skips it (R6). Another method stands beside the face until its attempts are used up, and customer
    # service always does (R10); the face needs consent of its own, and whoever is in the middle can choose another way (R11).
    row(S.VERIFICATION_DECISION,  E.SKIP_FACE_VERIFICATION,             SYSTEM,              S.CANCELLING, then=[settle_as_skipped, submit]),
    row(S.VERIFICATION_DECISION,  E.REQUIRE_VERIFICATION,               SYSTEM,              S.VERIFICATION_CHOICE),
    row(S.VERIFICATION_CHOICE,    E.START_FACE_VERIFICATION,            CUSTOMER,            S.FACE_VERIFICATION,
        only_if=[separate_consent_is_given, face_attempts_are_left], then=[count_a_face_attempt]),
    row(S.VERIFICATION_CHOICE,    E.START_OTHER_VERIFICATION,           CUSTOMER,            S.OTHER_VERIFICATION,
        only_if=[other_attempts_are_left], then=[count_an_other_attempt]),
    row(S.FACE_VERIFICATION,      E.PASS_VERIFICATION,                  VERIFIER,            S.CANCELLING,
        only_if=[it_answers_the_open_attempt], then=[settle_by_face, submit]),
    row(S.OTHER_VERIFICATION,     E.PASS_VERIFICATION,                  VERIFIER,            S.CANCELLING,
        only_if=[it_answers_the_open_attempt], then=[settle_another_way, submit]),
    row(VERIFYING,                E.FAIL_VERIFICATION,                  VERIFIER,            S.VERIFICATION_CHOICE,
        only_if=[it_answers_the_open_attempt, a_method_has_attempts_left]),
    row(VERIFYING,                E.FAIL_VERIFICATION,                  VERIFIER,            S.SUPPORT_NEEDED, only_if=[ELSE, it_answers_the_open_attempt]),
    row(S.FACE_VERIFICATION,      E.VERIFICATION_UNAVAILABLE,           VERIFIER,            S.VERIFICATION_CHOICE,  # R9
        only_if=[it_answers_the_open_attempt], then=[give_back_the_face_attempt]),
    row(S.OTHER_VERIFICATION,     E.VERIFICATION_UNAVAILABLE,           VERIFIER,            S.VERIFICATION_CHOICE,  # R9
        only_if=[it_answers_the_open_attempt], then=[give_back_the_other_attempt]),
    row(S.FACE_VERIFICATION,      E.WITHDRAW_FACE_CONSENT,              CUSTOMER,            S.VERIFICATION_CHOICE, only_if=[a_method_has_attempts_left]),
    row(S.FACE_VERIFICATION,      E.WITHDRAW_FACE_CONSENT,              CUSTOMER,            S.SUPPORT_NEEDED, only_if=[ELSE]),
    row(VERIFYING,                E.CHOOSE_ANOTHER_WAY,                 CUSTOMER,            S.VERIFICATION_CHOICE, only_if=[a_method_has_attempts_left]),
    row(VERIFYING,                E.CHOOSE_ANOTHER_WAY,                 CUSTOMER,            S.SUPPORT_NEEDED, only_if=[ELSE]),

    # 5 取消: the lender's answer counts wherever it finds the case, and so does its correction of a rejection (R13); what was
    # settled serves one attempt (R17)
    row(REMOVED_OUTSIDE_SUPPORT,  E.COMPLETE_CANCELLATION,              LENDER,              S.BOTH_CANCELLED,
        only_if=[it_names_the_rejected_quote, face_verification_is_removed], then=[void_the_quote, spend_the_verification]),
    row(OUTSIDE_SUPPORT,          E.COMPLETE_CANCELLATION,              LENDER,              S.PLAN_CANCELLED,
        only_if=[ELSE, it_names_the_rejected_quote], then=[void_the_quote, spend_the_verification]),
    row(S.IN_SUPPORT,             E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.BOTH_CANCELLED,
        only_if=[it_names_the_rejected_quote, face_verification_is_removed], then=[void_the_quote, spend_the_verification]),
    row(S.IN_SUPPORT,             E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.PLAN_CANCELLED,
        only_if=[ELSE, it_names_the_rejected_quote], then=[void_the_quote, spend_the_verification]),
    row(ASKED_OF_THE_LENDER,      E.COMPLETE_CANCELLATION,              LENDER,              S.BOTH_CANCELLED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote, face_verification_is_removed], then=[take_the_answer]),
    row(ASKED_OF_THE_LENDER,      E.COMPLETE_CANCELLATION,              LENDER,              S.PLAN_CANCELLED,
        only_if=[ELSE, an_answer_is_outstanding, it_names_the_submitted_quote], then=[take_the_answer]),
    row(S.IN_SUPPORT,             E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.BOTH_CANCELLED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote, face_verification_is_removed], then=[take_the_answer]),
    row(S.IN_SUPPORT,             E.COMPLETE_CANCELLATION,              (LENDER, SUPPORT),   S.PLAN_CANCELLED,
        only_if=[ELSE, an_answer_is_outstanding, it_names_the_submitted_quote], then=[take_the_answer]),
    row(ASKED_OF_THE_LENDER,      E.REJECT_CANCELLATION,                LENDER,              S.SUPPORT_NEEDED,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote],
        then=[take_the_answer, spend_the_verification, void_the_quote, remember_the_rejected_quote]),
    row(S.IN_SUPPORT,             E.REJECT_CANCELLATION,                (LENDER, SUPPORT),   S.IN_SUPPORT,
        only_if=[an_answer_is_outstanding, it_names_the_submitted_quote],
        then=[take_the_answer, spend_the_verification, void_the_quote, remember_the_rejected_quote]),

    # 6 客服: reached before signing in, too (R12). What an agent does starts a new quote, for an identified customer (R8) and not
    # while the lender's answer is outstanding (R13).
    row(S.SUPPORT_NEEDED,         E.CONTACT_SUPPORT,                    CUSTOMER,            S.IN_SUPPORT),
    row(SELF_SERVICE,             E.REPORT_PROBLEM,                     (CUSTOMER, SYSTEM),  S.SUPPORT_NEEDED),
    row(S.IN_SUPPORT,             E.IDENTIFY_CUSTOMER,                  SUPPORT,             S.IN_SUPPORT,
        only_if=[the_customer_is_not_identified], then=[identify_by_support]),
    row(S.IN_SUPPORT,             E.GUIDE_BACK,                         SUPPORT,             S.ORDER_LIST,
        only_if=[the_customer_signed_in, nothing_is_unanswered], then=[void_the_quote]),
    row(S.IN_SUPPORT,             E.GUIDE_BACK,                         SUPPORT,             S.SIGNED_OUT, only_if=[ELSE, nothing_is_unanswered], then=[void_the_quote]),
    row(S.IN_SUPPORT,             E.WAIVE_VERIFICATION,                 SUPPORT,             S.CONSEQUENCES,
        only_if=[the_customer_is_identified, goal_has_plan, nothing_is_unanswered], then=[settle_as_waived, void_the_quote]),
    row(S.IN_SUPPORT,             E.REMOVE_FACE_VERIFICATION,           SUPPORT,             S.FACE_VERIFICATION_REMOVED,
        only_if=[the_customer_is_identified, goal_is_face_verification_alone], then=[remove_the_face_verification]),
    row(S.IN_SUPPORT,             E.REMOVE_FACE_VERIFICATION,           SUPPORT,             S.CONSEQUENCES,
        only_if=[the_customer_is_identified, goal_is_both, face_verification_stands, nothing_is_unanswered],
        then=[remove_the_face_verification, void_the_quote]),

    # The other ends: never past an outstanding answer (R13), never hiding a removal (R19)
    row(AFTER_A_REMOVAL,          E.REPORT_PLAN_ENDED,                  LENDER,              S.FACE_VERIFICATION_REMOVED,
        only_if=[face_verification_is_removed], then=[close_an_outstanding_answer]),
    row(ANY_OPEN,                 E.REPORT_PLAN_ENDED,                  LENDER,              S.PLAN_ENDED_OTHERWISE, only_if=[ELSE], then=[close_an_outstanding_answer]),
    row(REMOVED_BUT_CANCELLING,   E.REPORT_PLAN_ENDED,                  SYSTEM,              S.FACE_VERIFICATION_REMOVED,
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(ANY_OPEN_BUT_CANCELLING,  E.REPORT_PLAN_ENDED,                  SYSTEM,              S.PLAN_ENDED_OTHERWISE, only_if=[ELSE, nothing_is_unanswered]),
    row(S.IN_SUPPORT,             E.REFUSE,                             SUPPORT,             S.FACE_VERIFICATION_REMOVED,  # R19
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(S.IN_SUPPORT,             E.REFUSE,                             SUPPORT,             S.REFUSED, only_if=[ELSE, nothing_is_unanswered]),
    row(REMOVED_BUT_CANCELLING,   E.ABANDON,                            CUSTOMER,            S.FACE_VERIFICATION_REMOVED,
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(ANY_OPEN_BUT_CANCELLING,  E.ABANDON,                            CUSTOMER,            S.ABANDONED, only_if=[ELSE, nothing_is_unanswered]),
    row((S.CANCELLING, S.IN_SUPPORT), E.TIME_OUT,                       CLOCK,               S.SUPPORT_NEEDED),
    row(S.SUPPORT_NEEDED,         E.TIME_OUT,                           CLOCK,               S.SUPPORT_NEEDED, only_if=[an_answer_is_outstanding]),
    row(REMOVED_MAY_EXPIRE,       E.TIME_OUT,                           CLOCK,               S.FACE_VERIFICATION_REMOVED,
        only_if=[nothing_is_unanswered, face_verification_is_removed]),
    row(MAY_EXPIRE,               E.TIME_OUT,                           CLOCK,               S.EXPIRED, only_if=[ELSE]),
)
# fmt: on

MODEL = Model(STATES, EVENTS, TABLE, INITIAL, GLOBAL_INVARIANTS, OPEN_INVARIANTS)
"""The model that the package runs."""
