"""The steps of the description: none is skipped (R8), and customer service is one event away (R12)."""

from __future__ import annotations

from collections.abc import Mapping

from process.exploration.expansion import Configuration
from process.exploration.inputs import RIGHT
from process.model import Actor, Channel, Event, Identity, Option, Phase, State, SupportChannel, Term, Words
from process.requirements.counterexample import CheckResult, all_of
from process.requirements.data_independence import near_misses_are_refused, references, same_under_other_names
from process.requirements.evidence import Evidence, each_configuration, each_event, facts_are_true, never_before
from process.requirements.observation import Observation, is_outstanding

A, E, S = Actor, Event, State
SUPPORT_STEP = Phase.SUPPORT.number
FOR_THE_IDENTIFIED = (
    S.CONSEQUENCES,
    S.CANCELLING,
    S.PLAN_CANCELLED,
    S.BOTH_CANCELLED,
    S.FACE_VERIFICATION_REMOVED,
)
"""States for a customer whom an agent has identified, also without signing in."""


def r8_account_and_order(evidence: Evidence) -> CheckResult:
    """Only the right account passes step 1, only the right order step 3 in self-service; steps come in order.

    Nothing is waived, removed or cancelled for someone who neither signed in nor was identified by an agent.
    """

    def signed_in(seen: Observation) -> bool:
        return seen.event is E.SIGN_IN and seen.data["account"] == seen.before.account

    def identified(seen: Observation) -> bool:
        by_agent = seen.event is E.IDENTIFY_CUSTOMER and seen.by is A.SUPPORT and seen.source is S.IN_SUPPORT
        return by_agent or signed_in(seen)

    def opened(seen: Observation) -> bool:
        own = seen.event is E.OPEN_ORDER and seen.data["order"] == seen.before.order
        return own or evidence.step_of(seen.source) == SUPPORT_STEP  # an agent finds the order without the customer

    def past(step: int, zh: str, en: str) -> Words:
        return Words(f"{zh}就过了第 {step} 步", f"step {step} is passed {en}")

    def past_1(seen: Observation) -> Words | None:
        without = seen.target in (S.SIGNED_OUT, *FOR_THE_IDENTIFIED) or evidence.is_end(seen.target)
        if without or evidence.step_of(seen.target) == SUPPORT_STEP:
            return None
        return past(1, "没有用购买的账号登录", "without signing in with the account that bought")

    def for_a_stranger(seen: Observation) -> Words | None:
        if seen.event in (E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION) or seen.target in FOR_THE_IDENTIFIED:
            return Words("为未核实身份者办理", "it is done for someone who is not identified")
        return None

    def past_3(seen: Observation) -> Words | None:
        on_own = evidence.step_of(seen.target) in range(Phase.ORDER.number, SUPPORT_STEP)
        return past(3, "没有打开本次办理的订单", "without opening the case's order") if on_own else None

    def violation(seen: Observation) -> Words | None:
        here, there = evidence.step_of(seen.source), evidence.step_of(seen.target)
        if any(seen.data.get(name, right) != right for name, right in _own(seen).items()):
            return Words("别的账号或订单被接受", "another account or order is accepted")
        step = STEP_OF.get(seen.event)
        if seen.event is E.GUIDE_BACK and seen.before.identity is not Identity.SIGNED_IN:
            step = P.SIGN_IN  # where the customer starts
        if step is not None and there not in (0, step.number):
            return Words(
                f"「{seen.event.words.zh}」属第 {step.number} 步，却到了第 {there} 步",
                f'"{seen.event.words.en}" belongs to step {step.number} and leads to step {there}',
            )
        alone = {0, SUPPORT_STEP}.isdisjoint((here, there))
        if alone and here != there and (there != here + 1 or seen.by is not A.CUSTOMER):
            return Words(f"从第 {here} 步直接到了第 {there} 步", f"from step {here} straight to step {there}")
        return None

    def barred(index: int, found: Configuration) -> Words | None:
        event, name, choices = _ANY[found.state]
        for label in (RIGHT, *(f"{name}: {choice}" for choice in tuple(choices)[1:])):
            if evidence.takes(index, event, A.CUSTOMER, label) is None:
                return Words(f"「{event.words.zh}」不能用 {label}", f'one can\'t "{event.words.en}" with {label}')
        return None

    def late(_place: int, found: Configuration) -> Words | None:
        step = evidence.step_of(found.state)
        return Words(f"一开始就在第 {step} 步", f"a case begins at step {step}") if step != 1 else None

    return all_of(
        each_configuration(evidence, lambda found: found.state is evidence.model.initial, late),
        never_before(evidence, evidence.exploration.starts, signed_in, past_1),
        never_before(evidence, evidence.exploration.starts, identified, for_a_stranger),
        never_before(evidence, evidence.exploration.starts, opened, past_3),
        each_event(evidence, violation),
        facts_are_true(evidence, "account", "order", "identity"),
        same_under_other_names(evidence, "account", "order"),
        each_configuration(evidence, lambda found: found.state in (S.SIGNED_OUT, S.ORDER_DETAILS), barred),
        near_misses_are_refused(evidence, E.SIGN_IN, "account", references),
        near_misses_are_refused(evidence, E.OPEN_ORDER, "order", references),
    )


def _own(seen: Observation) -> dict[str, str]:
    return {"account": seen.before.account, "order": seen.before.order}


P = Phase
STEP_OF: Mapping[Event, Phase] = {
    E.SIGN_IN: P.SIGN_IN,
    E.OPEN_ORDERS: P.ORDERS,
    E.OPEN_ORDER: P.ORDER,
    E.FIND_OPTION: P.OPTION,
    **dict.fromkeys((E.CHOOSE_CANCELLATION, E.QUOTE_CONSEQUENCES, E.CONFIRM_CANCELLATION), P.CONFIRM),
    **dict.fromkeys((E.SKIP_FACE_VERIFICATION, E.REQUIRE_VERIFICATION, E.PASS_VERIFICATION), P.CONFIRM),
    **dict.fromkeys((E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION), P.CONFIRM),
    **dict.fromkeys((E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION), P.CONFIRM),  # a new quote is due
    E.GUIDE_BACK: P.ORDERS,  # the customer starts again from there
    **dict.fromkeys((E.REPORT_ORDER_MISSING, E.REPORT_OPTION_MISSING, E.REPORT_PROBLEM), P.SUPPORT),
    **dict.fromkeys((E.REQUEST_FACE_VERIFICATION_REMOVAL, E.CONTACT_SUPPORT, E.IDENTIFY_CUSTOMER), P.SUPPORT),
}
"""The step of the description that an event belongs to, and so leads to, unless it ends the case."""

_ANY: Mapping[State, tuple[Event, str, type[Term]]] = {
    S.SIGNED_OUT: (E.SIGN_IN, "channel", Channel),
    S.ORDER_DETAILS: (E.FIND_OPTION, "option", Option),
}
"""Events that must be possible with every member of an enum: on the website or in the app, wherever the option stands."""

TROUBLES: Mapping[Event, tuple[State, ...]] = {
    E.REPORT_ORDER_MISSING: (S.ORDER_LIST,),
    E.REPORT_OPTION_MISSING: (S.ORDER_DETAILS, S.INSTALLMENT_OPTIONS),
}
"""The troubles on the way, beside a technical problem, each with the states in which it occurs."""


def r12_support_at_hand(evidence: Evidence) -> CheckResult:
    """Every trouble leads to support at once; there the customer picks a channel, and the agent can guide back."""

    def in_steps(found: Configuration) -> bool:
        step = evidence.step_of(found.state)
        return (0 < step < SUPPORT_STEP) and found.state is not S.CANCELLING

    def unhelped(index: int, found: Configuration) -> Words | None:
        raised = [(E.REPORT_PROBLEM, A.CUSTOMER), (E.REPORT_PROBLEM, A.SYSTEM)]
        raised += [(event, A.CUSTOMER) for event, states in TROUBLES.items() if found.state in states]
        for event, by in raised:
            there = evidence.takes(index, event, by)
            if there is None or there.state is not S.SUPPORT_NEEDED:
                return Words(
                    f"{by.words.zh}「{event.words.zh}」后没有转到客服",
                    f'"{event.words.en}" by the {by.words.en} does not lead to support',
                )
        return None

    def silent(index: int, _found: Configuration) -> Words | None:
        for label in (RIGHT, *[f"channel: {channel}" for channel in SupportChannel][1:]):
            there = evidence.takes(index, E.CONTACT_SUPPORT, A.CUSTOMER, label)
            if there is None or there.state is not S.IN_SUPPORT:
                return Words("联系不上客服", "support can't be reached")
        return None

    def stuck(index: int, found: Configuration) -> Words | None:
        if is_outstanding(found) == (evidence.takes(index, E.GUIDE_BACK, A.SUPPORT) is not None):
            return Words(
                "客服能否指引返回与是否尚待答复不符",
                "whether support can guide back is not what the outstanding answer says",
            )
        return None

    def violation(seen: Observation) -> Words | None:
        if seen.event is E.REPORT_PROBLEM and "problem" not in seen.data:
            return Words("报告问题却没有说明问题", "a problem is reported without saying which")
        if seen.by is A.SUPPORT and seen.source is S.IN_SUPPORT and seen.target is S.SUPPORT_NEEDED:
            return Words(
                "客服处理之后，客户又须重新联系客服", "after the agent's act the customer must contact support again"
            )
        if seen.enters is S.IN_SUPPORT and (seen.event is not E.CONTACT_SUPPORT or seen.by is not A.CUSTOMER):
            return Words(
                "客户没有联系客服，却已在客服处理中", "support handles the case though the customer did not contact it"
            )
        return None

    return all_of(
        each_configuration(evidence, in_steps, unhelped),
        each_configuration(evidence, lambda found: found.state is S.SUPPORT_NEEDED, silent),
        each_configuration(evidence, lambda found: found.state is S.IN_SUPPORT, stuck),
        each_event(evidence, violation),
    )
