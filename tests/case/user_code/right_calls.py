"""A user's code that both type checkers must take without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from process import (
    Actor,
    Blocker,
    Case,
    Channel,
    Event,
    Goal,
    GuardNotMet,
    InvalidPayload,
    Limits,
    Option,
    OtherMethod,
    ProcessError,
    Request,
    State,
    Step,
    SupportChannel,
)


def cancel(account: str, order: str) -> State:
    case = Case(
        goal=Goal.PLAN, account=account, order=order, limits=Limits(face=2), deadlines={State.SIGNED_IN: timedelta(1)}
    )
    step: Step = case.sign_in(account=account, channel=Channel.APP, at=datetime.now(UTC))
    case.open_orders()
    case.open_order(order=order)
    case.find_option(option=Option.CANCEL)
    case.choose_cancellation(by=Actor.CUSTOMER)
    case.quote_consequences(quote="quote-1", fee=1_250, currency="CNY")
    case.confirm_cancellation(quote="quote-1", by=Actor.SUPPORT)
    case.require_verification()
    case.start_face_verification(consent=None)
    case.withdraw_face_consent()
    case.start_other_verification(method=OtherMethod.SMS_CODE)
    case.pass_verification(attempt=case.facts.attempt, by=Actor.VERIFIER)
    case.time_out()
    case.contact_support(channel=SupportChannel.HOTLINE)
    case.complete_cancellation(quote="quote-1", by=Actor.SUPPORT)
    words: list[str] = [step.event.words.zh, step.source.words.of("en")]
    return case.state if words else step.target


def ask(case: Case, event: Event) -> list[str]:
    blockers: tuple[Blocker, ...] = case.blockers(event, {"order": "order-9"}, by=Actor.CUSTOMER)
    request: Request | None = case.request
    if request is not None and case.due_at is not None and case.due_at < datetime.now(UTC):
        case.trigger(Event.TIME_OUT, by=Actor.CLOCK)
    if case.may_trigger(event) and not case.is_done:
        return [f"{case.awaits} {case.version + 1} {case.facts.fee}", *case.allowed_events(by=Actor.SUPPORT)]
    return [blocker.zh for blocker in blockers]


def answer(case: Case, data: dict[str, str]) -> dict[str, object]:
    try:
        steps: tuple[Step, ...] = case.history
        case.report_problem(problem=data["problem"], by=Actor.CUSTOMER)
    except InvalidPayload as wrong:
        return {"fields": wrong.fields}
    except GuardNotMet as refused:
        return {"state": refused.state, "zh": refused.text("zh"), "codes": [blocker.code for blocker in refused.blockers]}
    except ProcessError as error:
        return {"error": str(error)}
    return {"steps": len(steps), "case": Case.from_json(case.to_json()).copy().to_dict(steps=5)}
