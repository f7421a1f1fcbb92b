"""Requirements on the steps: none is skipped, support is at hand, it is somebody's move, and each event has one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from process.explore import RIGHT, Configuration, payloads
from process.model import ELSE, Actor, Event, Phase, RequestKind, State, SupportChannel, Words
from process.proof.cancelling import outstanding
from process.proof.evidence import Evidence, at, beginnings, each_event, each_place, never_before
from process.proof.finding import CONFIGURATIONS, Counterexample, Finding, all_of
from process.proof.ledger import Seen

A, E, S, K = Actor, Event, State, RequestKind
SUPPORT_STEP = Phase.SUPPORT.number


def r8_account_and_order(evidence: Evidence) -> Finding:
    """Only the right account gets past step 1 and, on one's own, only the right order past step 3; no step is skipped."""

    def signed_in(seen: Seen) -> bool:
        return seen.event is E.SIGN_IN and seen.data["account"] == seen.before.account

    def opened(seen: Seen) -> bool:
        own = seen.event is E.OPEN_ORDER and seen.data["order"] == seen.before.order
        return own or evidence.phase_of(seen.source) == SUPPORT_STEP  # an agent finds the order without the customer

    def past(step: int, zh: str, en: str) -> Words:
        return Words(f"{zh}就过了第 {step} 步", f"step {step} is passed {en}")

    def past_1(seen: Seen) -> Words | None:
        in_step_1 = seen.target in (S.SIGNED_OUT, S.ABANDONED, S.EXPIRED)
        return None if in_step_1 else past(1, "没有用购买的账号登录", "without signing in with the account that bought")

    def past_3(seen: Seen) -> Words | None:
        on_own = evidence.phase_of(seen.target) in range(Phase.ORDER.number, SUPPORT_STEP)
        return past(3, "没有打开本次办理的订单", "without opening the case's order") if on_own else None

    def wrong(seen: Seen) -> Words | None:
        here, there = evidence.phase_of(seen.source), evidence.phase_of(seen.target)
        if seen.label in ("account: another", "order: another"):
            return Words("别的账号或订单被接受", "another account or order is accepted")
        if seen.event is E.GUIDE_BACK and seen.target is not S.ORDER_LIST:
            return Words("指引返回后不在我的订单", "who is guided back does not start again from the orders")
        alone = {0, SUPPORT_STEP}.isdisjoint((here, there))
        if alone and here != there and (there != here + 1 or seen.by is not A.CUSTOMER):
            return Words(f"从第 {here} 步直接到了第 {there} 步", f"from step {here} straight to step {there}")
        return None

    return all_of(
        never_before(evidence, beginnings(evidence), signed_in, past_1),
        never_before(evidence, beginnings(evidence), opened, past_3),
        each_event(evidence, wrong),
    )


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

    def wrong(seen: Seen) -> Words | None:
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
    """Where two rows fit, the lower one is an explicit else; and every row is taken somewhere."""
    exploration, model = evidence.exploration, evidence.model
    several = {
        (state, event): rows.declared[state]
        for event, rows in evidence.machine.lean_events.items()
        for state in rows.declared
        if len(rows.declared[state]) > 1
    }
    count = 0
    for place, found in enumerate(exploration.configurations):
        for (state, event), rows in several.items():
            if state is not found.state:
                continue
            count += 1
            for _label, data in payloads(model, event, found.facts):
                fitting = [
                    row for row in rows if all(guard is ELSE or guard.holds(found.facts, data) for guard in row.guards)
                ]
                for index, row in enumerate(fitting):
                    if any(set(row.by) & set(above.by) for above in fitting[:index]) and ELSE not in row.guards:
                        zh, en = f"「{event.words.zh}」同时符合两行", f'two rows of "{event.words.en}" fit'
                        broken = Counterexample(found.facts.goal, exploration.trip_to(place), Words(zh, en))
                        return Finding(((count, CONFIGURATIONS),), broken)
    taken = {(exploration.configurations[edge.source].state, edge.row) for edge in exploration.edges}
    for transition in model.transitions:
        if (transition.source, transition.row) not in taken:
            zh, en = (
                f"第 {transition.row + 1} 行从「{transition.source.words.zh}」从未发生",
                f"never happens from {transition.source}",
            )
            what = Words(zh, f"row {transition.row + 1} of the table ({transition.event}) {en}")
            return Finding(((len(taken), CONFIGURATIONS),), at(evidence, 0, what))
    return Finding(((len(exploration.configurations), CONFIGURATIONS),))


ANSWERED_BY: Mapping[RequestKind, tuple[Event, ...]] = {
    K.SIGN_IN: (E.SIGN_IN,),
    K.OPEN_ORDERS: (E.OPEN_ORDERS,),
    K.OPEN_ORDER: (E.OPEN_ORDER,),
    K.FIND_OPTION: (E.FIND_OPTION,),
    K.CHOOSE_OPTION: (E.CHOOSE_CANCELLATION, E.REQUEST_FACE_VERIFICATION_REMOVAL),
    K.QUOTE_CONSEQUENCES: (E.QUOTE_CONSEQUENCES,),
    K.CONFIRM_OR_DECLINE: (E.CONFIRM_CANCELLATION, E.DECLINE_CANCELLATION),
    K.DECIDE_VERIFICATION: (E.SKIP_FACE_VERIFICATION, E.REQUIRE_VERIFICATION),
    K.CHOOSE_VERIFICATION: (E.START_FACE_VERIFICATION, E.START_OTHER_VERIFICATION),
    K.VERIFY_FACE: (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE),
    K.VERIFY_OTHER_WAY: (E.PASS_VERIFICATION, E.FAIL_VERIFICATION, E.VERIFICATION_UNAVAILABLE),
    K.CANCEL_PLAN: (E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION),
    K.CONTACT_SUPPORT: (E.CONTACT_SUPPORT,),
    K.HANDLE_CASE: (E.GUIDE_BACK, E.REFUSE, E.COMPLETE_CANCELLATION, E.REJECT_CANCELLATION),
}
"""What whoever is asked can do about it."""


def r18_owner_and_deadline(evidence: Evidence) -> Finding:
    """Whoever's move it is can do what is asked of them; a passed deadline ends the case or brings it to support."""
    model = evidence.model

    def is_open(found: Configuration) -> bool:
        return not evidence.is_end(found.state)

    def wrong(place: int, found: Configuration) -> Words | None:
        info, facts, turn = model.states[found.state], found.facts, model.turn(*found)
        if turn is None or not isinstance(turn.owner, Actor):
            return Words("没有说明轮到谁", "nobody's move it is")
        if not info.deadline or info.deadline <= timedelta(0):
            return Words("没有期限", "there is no deadline")
        used_up = facts.face_attempts >= facts.face_limit and facts.other_attempts >= facts.other_limit
        if turn.owner is A.SUPPORT and found.state is not S.IN_SUPPORT:
            return Words("轮到客服，客户却没有联系客服", "it is support's move though the customer did not contact it")
        answers = ANSWERED_BY[turn.asks]
        if turn.asks is K.CHOOSE_VERIFICATION and used_up:
            answers = (E.REPORT_PROBLEM,)  # after a withdrawal from the last attempt only support is left
        if not any(evidence.takes(place, event, turn.owner) for event in answers):
            zh, en = turn.asks.words
            return Words(
                f"轮到{turn.owner.words.zh}「{zh}」，却做不到", f'the {turn.owner.words.en} is asked to "{en}" and can\'t'
            )
        if turn.asks is K.QUOTE_CONSEQUENCES and facts.quote is not None:
            return Words("已有报价，轮到的却仍是资方", "a quote stands, and the lender is asked for it")
        there = evidence.takes(place, E.TIME_OUT, A.CLOCK)
        if there is None and found.state is not S.CANCELLING:
            return Words("期限已过也没有下文", "a passed deadline has no consequence")
        return None

    def late(seen: Seen) -> Words | None:
        if seen.event is not E.TIME_OUT or evidence.is_end(seen.target):
            return None
        if seen.target is S.SUPPORT_NEEDED and seen.source in (S.CANCELLING, S.IN_SUPPORT, S.SUPPORT_NEEDED):
            return None
        return Words("期限一过，办理却自行继续", "after the deadline the case goes on by itself")

    return all_of(each_place(evidence, is_open, wrong), each_event(evidence, late))
