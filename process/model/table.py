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

from collections.abc import Iterable, Mapping
from datetime import timedelta

from process.model.definition import ELSE, Guard, Model, Responsibility, Row, StateInfo, row
from process.model.effects import (
    accept_the_quote,
    count_a_face_attempt,
    count_an_other_attempt,
    give_back_the_face_attempt,
    give_back_the_other_attempt,
    open_the_quote,
    remove_the_face_verification,
    settle_another_way,
    settle_as_skipped,
    settle_as_waived,
    settle_by_face,
    settle_by_removal,
    spend_the_verification,
    submit,
    take_the_answer,
    void_the_quote,
)
from process.model.guards import (
    a_method_has_attempts_left,
    a_quote_is_open,
    account_is_the_buyers,
    an_answer_is_outstanding,
    face_attempts_are_left,
    face_verification_is_removed,
    face_verification_stands,
    goal_has_face_verification,
    goal_has_plan,
    goal_is_both,
    goal_is_face_verification_alone,
    it_answers_the_open_attempt,
    it_names_the_submitted_quote,
    nothing_is_unanswered,
    order_is_the_cases,
    other_attempts_are_left,
    quote_is_the_open_one,
    separate_consent_is_given,
    verification_is_settled,
)
from process.model.invariants import (
    GLOBAL_INVARIANTS,
    a_face_attempt_is_counted,
    an_other_attempt_is_counted,
    no_quote_is_accepted,
    nothing_has_begun,
    nothing_is_submitted,
    the_goal_is_not_met,
    the_quote_is_accepted,
    the_quote_is_answered,
    there_is_no_quote,
)
from process.model.vocabulary import (
    Actor,
    Channel,
    EndKind,
    Event,
    Field,
    Kind,
    Option,
    OtherMethod,
    Phase,
    RequestKind,
    State,
    SupportChannel,
)

MODEL_VERSION = 1
"""Grows with every change after which an older program could misread a case. Snapshots carry it."""


def _open(phase: Phase, deadline: timedelta, *responsibilities: Responsibility, holding: Iterable[Guard] = ()) -> StateInfo:
    return StateInfo(phase, responsibilities, deadline, (the_goal_is_not_met, *holding))


def _end(kind: EndKind, holding: Iterable[Guard]) -> StateInfo:
    return StateInfo(None, (), None, tuple(holding), kind)


CUSTOMER, SYSTEM, VERIFIER, LENDER, SUPPORT, CLOCK = Actor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFER = ("quote", "fee", "currency")
ATTEMPTS = ("face_attempts", "face_limit", "other_attempts", "other_limit")

# fmt: off
STATES: Mapping[State, StateInfo] = {
    #                                 step           deadline  whose move, what is asked, and what they need to know; what holds
    State.SIGNED_OUT:           _open(Phase.SIGN_IN, DAY,      Responsibility(CUSTOMER, RequestKind.SIGN_IN),
                                      holding=[nothing_has_begun]),
    State.SIGNED_IN:            _open(Phase.SIGN_IN, DAY,      Responsibility(CUSTOMER, RequestKind.OPEN_ORDERS),
                                      holding=[nothing_has_begun]),
    State.ORDER_LIST:           _open(Phase.ORDERS,  DAY,      Responsibility(CUSTOMER, RequestKind.OPEN_ORDER),
                                      holding=[there_is_no_quote]),
    State.ORDER_DETAILS:        _open(Phase.ORDER,   DAY,      Responsibility(CUSTOMER, RequestKind.FIND_OPTION),
                                      holding=[there_is_no_quote]),
    State.INSTALLMENT_OPTIONS:  _open(Phase.OPTION,  DAY,      Responsibility(CUSTOMER, RequestKind.CHOOSE_OPTION),
                                      holding=[there_is_no_quote]),
    State.CONSEQUENCES:         _open(Phase.CONFIRM, DAY,      Responsibility(CUSTOMER, RequestKind.CONFIRM_OR_DECLINE, OFFER, when=a_quote_is_open),
                                                               Responsibility(LENDER, RequestKind.QUOTE_CONSEQUENCES),
                                      holding=[goal_has_plan, no_quote_is_accepted]),
    State.VERIFICATION_DECISION: _open(Phase.CONFIRM, HOUR,    Responsibility(SYSTEM, RequestKind.DECIDE_VERIFICATION, OFFER),
                                      holding=[the_quote_is_accepted]),
    State.VERIFICATION_CHOICE:  _open(Phase.CONFIRM, DAY,      Responsibility(CUSTOMER, RequestKind.CHOOSE_VERIFICATION, ATTEMPTS),
                                      holding=[the_quote_is_accepted]),
    State.FACE_VERIFICATION:    _open(Phase.CONFIRM, HOUR,     Responsibility(VERIFIER, RequestKind.VERIFY_FACE, ("attempt", "consent")),
                                      holding=[the_quote_is_accepted, a_face_attempt_is_counted]),
    State.OTHER_VERIFICATION:   _open(Phase.CONFIRM, HOUR,     Responsibility(VERIFIER, RequestKind.VERIFY_OTHER_WAY, ("attempt", "method")),
                                      holding=[the_quote_is_accepted, an_other_attempt_is_counted]),
    State.CANCELLING:           _open(Phase.CONFIRM, 3 * DAY,  Responsibility(LENDER, RequestKind.CANCEL_PLAN, OFFER),
                                      holding=[an_answer_is_outstanding]),
    State.SUPPORT_NEEDED:       _open(Phase.SUPPORT, 7 * DAY,  Responsibility(CUSTOMER, RequestKind.CONTACT_SUPPORT)),
    State.IN_SUPPORT:           _open(Phase.SUPPORT, 7 * DAY,  Responsibility(SUPPORT, RequestKind.HANDLE_CASE)),
    #                                          meant as
    State.PLAN_CANCELLED:            _end(EndKind.GOOD,    holding=[the_quote_is_answered, face_verification_stands]),
    State.FACE_VERIFICATION_REMOVED: _end(EndKind.GOOD,    holding=[face_verification_is_removed, nothing_is_submitted]),
    State.BOTH_CANCELLED:            _end(EndKind.GOOD,    holding=[the_quote_is_answered, face_verification_is_removed]),
    State.PLAN_KEPT:                 _end(EndKind.NEUTRAL, holding=[a_quote_is_open, face_verification_stands]),
    State.REFUSED:                   _end(EndKind.BAD,     holding=[nothing_is_submitted, face_verification_stands]),
    State.ABANDONED:                 _end(EndKind.NEUTRAL, holding=[nothing_is_submitted, face_verification_stands]),
    State.EXPIRED:                   _end(EndKind.BAD,     holding=[nothing_is_submitted, face_verification_stands]),
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


MODEL = Model(STATES, EVENTS, TABLE, INITIAL, GLOBAL_INVARIANTS)
"""The model that the package runs."""
