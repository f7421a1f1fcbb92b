"""Claims on an order: they decide that it has one open case, and that its plan is cancelled once over all of its cases.

A case claims its order in columns with unique indexes, from its opening on. At its end it releases the claims on what it
has not achieved, and keeps the others until it is purged: no later case can achieve the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from process.case import Case
from process.model import Goal, RequestKind
from process.persistence_errors import AlreadyDone, Conflict, OrderHasOpenCase
from process.store import statements
from process.store.statements import Connection

CLAIMS: Final = ("open_order", "plan_claim", "face_claim")
"""Unique columns that hold the order while the case claims it, and are null else."""
CLAIMED_PARTS: Final = {"plan_claim": Goal.PLAN, "face_claim": Goal.FACE_VERIFICATION}
"""The part of a goal that one case alone may achieve, by its column of CLAIMS."""


def held_claims(case: Case) -> dict[str, str | None]:
    """The order, in each column of CLAIMS for which the case holds it.

    An open case claims each part of its goal; one that has ended claims the parts that it has achieved.
    """
    goal = case.machine.definition.achieved(case.state, case.facts) if case.is_done else case.facts.goal
    holds = (not case.is_done, goal in (Goal.PLAN, Goal.BOTH), goal in (Goal.FACE_VERIFICATION, Goal.BOTH))
    return {name: case.facts.order if held else None for name, held in zip(CLAIMS, holds, strict=True)}


def released_claims(case: Case) -> dict[str, None]:
    """The claims that a case gives up when it ends; an open one gives up none."""
    return {name: None for name, order in held_claims(case).items() if order is None} if case.is_done else {}


def needed_claims(before: Case, after: Case) -> dict[str, str]:
    """The order, in each column of CLAIMS that a step rests on: of what it has achieved, or asks the lender to cancel.

    A case of today's holds them since it was opened; an open one of an earlier release may have found them taken.
    """
    was, now = (case.machine.definition.achieved(case.state, case.facts) for case in (before, after))
    asks = _asks_to_cancel(after) and not _asks_to_cancel(before)
    new = {name: now in (part, Goal.BOTH) and was not in (part, Goal.BOTH) for name, part in CLAIMED_PARTS.items()}
    return {name: after.facts.order for name in new if new[name] or (asks and CLAIMED_PARTS[name] is Goal.PLAN)}


def _asks_to_cancel(case: Case) -> bool:
    asked = case.machine.definition.responsibility(case.state, case.facts)
    return asked is not None and asked.request is RequestKind.CANCEL_PLAN


def demand_free(conn: Connection, case_id: str, needed: Mapping[str, str]) -> None:
    """Raise AlreadyDone for a claim that another case holds; one that no case holds any more was purged with its case."""
    for name, order in needed.items():
        other = statements.claiming_case(conn, name, order)
        if other not in (None, case_id):
            raise AlreadyDone(order, other, CLAIMED_PARTS[name])


def claim_error(conn: Connection, case: Case) -> OrderHasOpenCase | AlreadyDone | Conflict:
    """The error for a case that can't be opened, because another one holds what it would claim."""
    for name, order in held_claims(case).items():
        other = order and statements.claiming_case(conn, name, order)
        if order and other:
            done = CLAIMED_PARTS.get(name)
            return OrderHasOpenCase(order, other) if done is None else AlreadyDone(order, other, done)
    return Conflict(case.case_id, None)  # the other case ended, or came, since the insert
