"""One trip, taken by the model's own case and by a back end side by side, up to the first difference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from process.exceptions import InvalidPayload, Refused
from process.model import State, Term, Words
from process.payload import short_repr
from process.records import Step
from process.testing.scenarios import Exchange, Scenario, plain

if TYPE_CHECKING:
    from process.testing.conformance import Backend


class Difference(NamedTuple):
    """What the model does and what the back end does instead.

    Attributes:
        at: how many deliveries of the trip were made, the one that differs among them; 0 if the case began differently.
        model: what the model does.
        backend: what the back end does.
        error: what the adapter raised, if it did.
    """

    at: int
    model: Words
    backend: Words
    error: Exception | None = None


def first_difference(
    backend: Backend, trip: Scenario, number: int, repeats_accepted: bool, note: Callable[[Exchange], None] | None = None
) -> Difference | None:
    """Take the trip with the back end and with a real case; None if they do the same all the way.

    Args:
        number: tells the case of this trip from the others in the back end.
        repeats_accepted: a repeated delivery that the model refuses may be answered as accepted.
        note: called with each leg before the back end takes it.
    """
    case = trip.open(number)
    try:
        backend.reset(trip.open(number))
        began = _observed(backend)
    except Exception as error:  # whatever the adapter raises is the back end's answer
        return Difference(0, _stands(case.state), _broke(error), error)
    if began != case.state:
        return Difference(0, _stands(case.state), _stands(began))
    taken: list[tuple[object, ...]] = []
    for at, leg in enumerate(trip.legs(case), 1):
        if note is not None:
            note(leg)
        expected = _told(isinstance(leg.answer, Step), leg.state)
        try:
            accepted = backend.apply(leg.delivery.event, leg.delivery.by, dict(leg.data))
            if type(accepted) is not bool:
                told = f"apply() {{}} {short_repr(accepted)}"
                zh, en = told.format("应返回 True 或 False，却返回"), told.format("must return True or False, not")
                return Difference(at, expected, Words(zh, en))
            state = _observed(backend)
            sent = (leg.delivery.event, leg.delivery.by, leg.data)
            may_be_accepted = repeats_accepted and accepted and sent in taken
            if state != leg.state or (accepted != isinstance(leg.answer, Step) and not may_be_accepted):
                return Difference(at, _because(expected, leg.answer), _told(accepted, state))
            found = _other_reasons(backend, leg, accepted) or _other_facts(backend, case.facts._asdict())
        except Exception as error:
            return Difference(at, _because(expected, leg.answer), _broke(error), error)
        if found:
            return Difference(at, *found)
        if isinstance(leg.answer, Step):
            taken.append(sent)
    return None


def _observed(backend: Backend) -> State | str:
    state = backend.state()
    try:
        return State(state)
    except ValueError:
        return str(state)


def _other_reasons(backend: Backend, leg: Exchange, accepted: bool) -> tuple[Words, Words] | None:
    blockers: Callable[[], Collection[str]] | None = getattr(backend, "blockers", None)
    if blockers is None or accepted or isinstance(leg.answer, Step):
        return None
    model, theirs = sorted({blocker.code for blocker in leg.answer.blockers}), sorted(set(blockers()))
    if model == theirs:
        return None
    return _reasons(model), _reasons(theirs)


def _other_facts(backend: Backend, known: Mapping[str, Any]) -> tuple[Words, Words] | None:
    facts: Callable[[], Mapping[str, Any]] | None = getattr(backend, "facts", None)
    if facts is None:
        return None
    theirs = facts()
    unknown = [name for name in theirs if name not in known]
    if unknown:
        raise ValueError(f"facts() tells of {short_repr(unknown[0])}; the process knows {', '.join(known)}")
    other = [name for name, value in theirs.items() if value != known[name]]
    if not other:
        return None
    return _kept({name: known[name] for name in other}), _kept({name: theirs[name] for name in other})


def _stands(state: State | str) -> Words:
    if isinstance(state, State):
        return Words(f"办理处于「{state.words.zh}」", f'the case stands in "{state.words.en}"')
    return Words(
        f"办理处于未知状态 {short_repr(state)}", f"the case stands in {short_repr(state)}, which is no state of the process"
    )


def _told(accepted: bool, state: State | str) -> Words:
    where = _stands(state)
    return Words(f"{'接受' if accepted else '拒绝'}，{where.zh}", f"{'accepted' if accepted else 'refused'}, {where.en}")


def _because(told: Words, answer: Step | Refused | InvalidPayload) -> Words:
    if isinstance(answer, Step):
        return told
    return Words(f"{told.zh}。{answer.text('zh')}", f"{told.en}. {answer.text('en')}")


def _reasons(codes: Collection[str]) -> Words:
    listed = ", ".join(codes) or "-"
    return Words(f"拒绝，原因：{listed}", f"refused, for these reasons: {listed}")


def _kept(facts: Mapping[str, Any]) -> Words:
    listed = ", ".join(
        f"{name}={plain(value) if isinstance(value, Term) else short_repr(value)}" for name, value in facts.items()
    )
    return Words(f"记录为 {listed}", f"keeps {listed}")


def _broke(error: Exception) -> Words:
    told = f"{type(error).__name__}: {str(error)[:300]}"
    return Words(f"出错：{told}", f"broke: {told}")
