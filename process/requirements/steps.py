"""Requirements on the steps: none is skipped, support is at hand, and each event has one outcome."""

from __future__ import annotations

from collections.abc import Mapping

from process.exploration.explorer import Configuration
from process.exploration.inputs import RIGHT, payload_variants
from process.model import ELSE, Actor, Channel, Event, Option, Phase, State, SupportChannel, Term, Words
from process.requirements.cancellation import outstanding
from process.requirements.counterexample import CONFIGURATIONS, Counterexample, Finding, all_of
from process.requirements.evidence import (
    Evidence,
    beginnings,
    each_event,
    each_place,
    facts_are_true,
    never_before,
    the_same_under_other_names,
)
from process.requirements.near_misses import none_is_taken, references
from process.requirements.observation import Observation

A, E, S = Actor, Event, State
SUPPORT_STEP = Phase.SUPPORT.number


def r8_account_and_order(evidence: Evidence) -> Finding:
    """Only the right account gets past step 1 and, on one's own, only the right order past step 3; steps come in order."""

    def signed_in(seen: Observation) -> bool:
        return seen.event is E.SIGN_IN and seen.data["account"] == seen.before.account

    def opened(seen: Observation) -> bool:
        own = seen.event is E.OPEN_ORDER and seen.data["order"] == seen.before.order
        return own or evidence.phase_of(seen.source) == SUPPORT_STEP  # an agent finds the order without the customer

    def past(step: int, zh: str, en: str) -> Words:
        return Words(f"{zh}就过了第 {step} 步", f"step {step} is passed {en}")

    def past_1(seen: Observation) -> Words | None:
        in_step_1 = seen.target in (S.SIGNED_OUT, S.ABANDONED, S.EXPIRED)
        return None if in_step_1 else past(1, "没有用购买的账号登录", "without signing in with the account that bought")

    def past_3(seen: Observation) -> Words | None:
        on_own = evidence.phase_of(seen.target) in range(Phase.ORDER.number, SUPPORT_STEP)
        return past(3, "没有打开本次办理的订单", "without opening the case's order") if on_own else None

    def wrong(seen: Observation) -> Words | None:
        here, there = evidence.phase_of(seen.source), evidence.phase_of(seen.target)
        if any(seen.data.get(name, right) != right for name, right in _own(seen).items()):
            return Words("别的账号或订单被接受", "another account or order is accepted")
        step = STEP_OF.get(seen.event)
        if step is not None and there not in (0, step.number):
            return Words(
                f"「{seen.event.words.zh}」属第 {step.number} 步，却到了第 {there} 步",
                f'"{seen.event.words.en}" belongs to step {step.number} and leads to step {there}',
            )
        alone = {0, SUPPORT_STEP}.isdisjoint((here, there))
        if alone and here != there and (there != here + 1 or seen.by is not A.CUSTOMER):
            return Words(f"从第 {here} 步直接到了第 {there} 步", f"from step {here} straight to step {there}")
        return None

    def barred(place: int, found: Configuration) -> Words | None:
        event, name, choices = _ANY[found.state]
        for label in (RIGHT, *(f"{name}: {choice}" for choice in tuple(choices)[1:])):
            if evidence.takes(place, event, A.CUSTOMER, label) is None:
                return Words(f"「{event.words.zh}」不能用 {label}", f'one can\'t "{event.words.en}" with {label}')
        return None

    def late(_place: int, found: Configuration) -> Words | None:
        step = evidence.phase_of(found.state)
        return Words(f"一开始就在第 {step} 步", f"a case begins at step {step}") if step != 1 else None

    return all_of(
        each_place(evidence, lambda found: found.state is evidence.model.initial, late),
        never_before(evidence, beginnings(evidence), signed_in, past_1),
        never_before(evidence, beginnings(evidence), opened, past_3),
        each_event(evidence, wrong),
        facts_are_true(evidence, "account", "order"),
        the_same_under_other_names(evidence, "account", "order"),
        each_place(evidence, lambda found: found.state in (S.SIGNED_OUT, S.ORDER_DETAILS), barred),
        none_is_taken(evidence, E.SIGN_IN, "account", references),
        none_is_taken(evidence, E.OPEN_ORDER, "order", references),
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
    **dict.fromkeys((E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION, E.WITHDRAW_FACE_CONSENT), P.CONFIRM),
    **dict.fromkeys((E.WAIVE_VERIFICATION, E.REMOVE_FACE_VERIFICATION), P.CONFIRM),  # a new quote is due
    E.GUIDE_BACK: P.ORDERS,  # the customer starts again from there
    **dict.fromkeys((E.REPORT_ORDER_MISSING, E.REPORT_OPTION_MISSING, E.REPORT_PROBLEM), P.SUPPORT),
    **dict.fromkeys((E.REQUEST_FACE_VERIFICATION_REMOVAL, E.CONTACT_SUPPORT), P.SUPPORT),
}
"""The step of the description of which an event is part: there it leads, if it ends nothing."""

_ANY: Mapping[State, tuple[Event, str, type[Term]]] = {
    S.SIGNED_OUT: (E.SIGN_IN, "channel", Channel),
    S.ORDER_DETAILS: (E.FIND_OPTION, "option", Option),
}
"""On the website or in the app, and wherever the option stands: one is as good as another."""

TROUBLES: Mapping[Event, tuple[State, ...]] = {
    E.REPORT_ORDER_MISSING: (S.ORDER_LIST,),
    E.REPORT_OPTION_MISSING: (S.ORDER_DETAILS, S.INSTALLMENT_OPTIONS),
}
"""What the description says can go wrong by the way, beside a technical problem, and where."""


def r12_support_at_hand(evidence: Evidence) -> Finding:
    """Every trouble of the description leads to support at once; there the customer picks a channel, and the agent acts."""

    def in_steps(found: Configuration) -> bool:
        step = evidence.phase_of(found.state)
        return (0 < step < SUPPORT_STEP) and found.state not in (S.SIGNED_OUT, S.CANCELLING)

    def unhelped(place: int, found: Configuration) -> Words | None:
        raised = [(E.REPORT_PROBLEM, A.CUSTOMER), (E.REPORT_PROBLEM, A.SYSTEM)]
        raised += [(event, A.CUSTOMER) for event, states in TROUBLES.items() if found.state in states]
        for event, by in raised:
            there = evidence.takes(place, event, by)
            if there is None or there.state is not S.SUPPORT_NEEDED:
                return Words(
                    f"{by.words.zh}「{event.words.zh}」后没有转到客服",
                    f'"{event.words.en}" by the {by.words.en} does not lead to support',
                )
        return None

    def silent(place: int, _found: Configuration) -> Words | None:
        for label in (RIGHT, *[f"channel: {channel}" for channel in SupportChannel][1:]):
            there = evidence.takes(place, E.CONTACT_SUPPORT, A.CUSTOMER, label)
            if there is None or there.state is not S.IN_SUPPORT:
                return Words("联系不上客服", "support can't be reached")
        return None

    def stuck(place: int, found: Configuration) -> Words | None:
        if outstanding(found) == (evidence.takes(place, E.GUIDE_BACK, A.SUPPORT) is not None):
            return Words(
                "客服能否指引返回与是否尚待答复不符",
                "whether support can guide back is not what the outstanding answer says",
            )
        return None

    def wrong(seen: Observation) -> Words | None:
        if seen.event is E.REPORT_PROBLEM and "problem" not in seen.data:
            return Words("报告问题却没有说明问题", "a problem is reported, and not which")
        if seen.enters is S.IN_SUPPORT and (seen.event is not E.CONTACT_SUPPORT or seen.by is not A.CUSTOMER):
            return Words(
                "客户没有联系客服，却已在客服处理中", "support handles the case though the customer did not contact it"
            )
        return None

    return all_of(
        each_place(evidence, in_steps, unhelped),
        each_place(evidence, lambda found: found.state is S.SUPPORT_NEEDED, silent),
        each_place(evidence, lambda found: found.state is S.IN_SUPPORT, stuck),
        each_event(evidence, wrong),
    )


def r15_one_outcome(evidence: Evidence) -> Finding:
    """Where two rows fit, the lower one is an explicit else; and what happens does not hang on names, sums or numbers."""
    exploration, model = evidence.exploration, evidence.model
    several = {
        (state, event): rows.transitions_from[state]
        for event, rows in evidence.machine.compiled_events.items()
        for state in rows.transitions_from
        if len(rows.transitions_from[state]) > 1
    }
    count = 0
    for place, found in enumerate(exploration.configurations):
        for (state, event), rows in several.items():
            if state is not found.state:
                continue
            count += 1
            for _label, data in payload_variants(model, event, found.facts):
                fitting = [
                    row for row in rows if all(guard is ELSE or guard.predicate(found.facts, data) for guard in row.guards)
                ]
                for index, row in enumerate(fitting):
                    if any(set(row.by) & set(above.by) for above in fitting[:index]) and ELSE not in row.guards:
                        zh, en = f"「{event.words.zh}」同时符合两行", f'two rows of "{event.words.en}" fit'
                        broken = Counterexample(found.facts.goal, exploration.path_to(place), Words(zh, en))
                        return Finding(((count, CONFIGURATIONS),), broken)
    one = Finding(((len(exploration.configurations), CONFIGURATIONS),))
    return all_of(one, the_same_under_other_names(evidence, None))
