"""A user's mistakes: both type checkers must point at every line that says so, and at no other."""

from __future__ import annotations

from process import Actor, Case, Channel, Event, Goal, State, SupportChannel

case = Case(goal=Goal.PLAN, account="acct-1", order="order-9")

Case(goal="plan", account="acct-1", order="order-9")  # wrong: a name in place of the goal
Case(Goal.PLAN, "acct-1", "order-9")  # wrong: what a case is opened with has names
case.sign_in(account="acct-1")  # wrong: the channel is missing
case.sign_in(account="acct-1", channel=SupportChannel.WEBSITE)  # wrong: another enum
case.sign_in(account="acct-1", channel="app")  # wrong: a name in place of the member
case.sing_in(account="acct-1", channel=Channel.APP)  # wrong: misspelled
case.open_order("order-9")  # wrong: a payload has names
case.open_orders(order="order-9")  # wrong: it carries nothing
case.quote_consequences(quote="quote-1", fee=12.5, currency="CNY")  # wrong: money is whole minor units
case.pass_verification(attempt=1, by=Actor.CUSTOMER)  # wrong: a customer can't pass a verification
case.skip_face_verification(reason="none", by=Actor.SUPPORT)  # wrong: only the system skips
case.waive_verification(agent="agent-1", ticket="ticket-1", by=Actor.CUSTOMER)  # wrong: only support waives
case.confirm_cancellation(quote="quote-1")  # wrong: two may, so one must be named
case.complete_cancellation(quote="quote-1", by=Actor.CUSTOMER)  # wrong: neither lender nor support
case.contact_support(channel=Channel.APP)  # wrong: the channel to sign in by
case.open_orders(at="2026-11-22")  # wrong: text in place of a time
case.trigger(State.SIGNED_IN)  # wrong: no event
case.may_trigger(Event.SIGN_IN, by="customer")  # wrong: a name in place of the actor
case.state = State.REFUSED  # wrong: a case is moved by events alone
case.history.append(None)  # wrong: a history can't be written
fee: int = case.facts.fee  # wrong: there may be no quote
