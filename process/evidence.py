"""What requirements are held against: every event that a case can take, and how a counterexample is told.

Nothing here trusts a fact of a case. ``read`` says what the facts claim; ``after`` says what is true after an event, told
from the event alone: who raised it, what it carried, where the case stood and where it then stands. Both agree where a
case begins; if they agree after every event that can be taken, the facts are true wherever a case can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from process.case import Case
from process.explore import RIGHT, Configuration, Edge, Exploration
from process.machine import LeanMachine
from process.model import ACCEPTED, ANSWERED, SUBMITTED, Actor, Event, Facts, Goal, Model, Settlement, State, Words

S, E = State, Event


class Seen(NamedTuple):
    """One event that a case took."""

    edge: Edge
    source: State
    before: Facts
    event: Event
    by: Actor
    label: str
    data: Mapping[str, Any]
    target: State
    after: Facts

    @property
    def enters(self) -> State | None:
        """The state that the event brought the case into; None where it stays."""
        return None if self.source is self.target else self.target


# ---------------------------------------------------------------------------------------------------- what is true


class Ledger(NamedTuple):
    """What has happened to a case, as the world outside sees it."""

    goal: Goal
    quoted: tuple[object, ...] | None  # reference, fee and currency that the lender quoted last; None: void since then
    confirmed: bool  # that very quote was
    outstanding: bool  # the lender was asked to cancel and has not answered
    cancelled: bool  # the lender did cancel
    settled: Settlement | None  # how, since the last rejection
    removed: bool  # support removed the face verification
    face_tries: int  # started, less those that an outage took back
    other_tries: int
    attempt: int  # the number of the one started last


def read(facts: Facts) -> Ledger:
    """What the facts claim."""
    return Ledger(
        facts.goal,
        None if facts.quote is None else (facts.quote, facts.fee, facts.currency),
        facts.quote_status in (ACCEPTED, SUBMITTED, ANSWERED),
        facts.quote_status is SUBMITTED,
        facts.quote_status is ANSWERED,
        facts.settled,
        facts.face_removed,
        facts.face_attempts,
        facts.other_attempts,
        facts.attempt,
    )


_ONE_TRY = {S.FACE_VERIFICATION: "face_tries", S.OTHER_VERIFICATION: "other_tries"}
_PASSED = {S.FACE_VERIFICATION: Settlement.FACE, S.OTHER_VERIFICATION: Settlement.OTHER}
_VOID: dict[str, Any] = {"quoted": None, "confirmed": False}


def after(seen: Seen) -> Ledger:
    """What is true after the event, if what the facts claimed before it was."""
    before = read(seen.before)
    new = _told_by(seen, before)
    if seen.enters is S.CANCELLING:
        new["outstanding"] = True  # entering it is asking
    return before._replace(**new) if new else before


def _told_by(seen: Seen, before: Ledger) -> dict[str, Any]:
    data = seen.data
    match seen.event:
        case E.QUOTE_CONSEQUENCES:
            return {"quoted": (data["quote"], data["fee"], data["currency"]), "confirmed": False}
        case E.CONFIRM_CANCELLATION:
            return {"confirmed": before.quoted is not None and data["quote"] == before.quoted[0]}
        case E.CHOOSE_CANCELLATION | E.GUIDE_BACK:
            return dict(_VOID)
        case E.SKIP_FACE_VERIFICATION:
            return {"settled": Settlement.SKIPPED}
        case E.PASS_VERIFICATION:
            return {"settled": _PASSED.get(seen.source)}
        case E.START_FACE_VERIFICATION:
            return {"face_tries": before.face_tries + 1, "attempt": before.attempt + 1}
        case E.START_OTHER_VERIFICATION:
            return {"other_tries": before.other_tries + 1, "attempt": before.attempt + 1}
        case E.VERIFICATION_UNAVAILABLE if seen.source in _ONE_TRY:
            tries = _ONE_TRY[seen.source]
            return {tries: getattr(before, tries) - 1}
        case E.WAIVE_VERIFICATION:
            return {**_VOID, "settled": Settlement.WAIVED}
        case E.REMOVE_FACE_VERIFICATION:
            both = before.goal is Goal.BOTH
            return {"removed": True, **({**_VOID, "settled": Settlement.REMOVED} if both else {})}
        case E.COMPLETE_CANCELLATION:
            return {"cancelled": True, "outstanding": False}
        case E.REJECT_CANCELLATION:
            return {**_VOID, "outstanding": False, "settled": None}
    return {}


# -------------------------------------------------------------------------------------------- what was looked at


class Evidence:
    """A machine, everything that its cases can take, and what a requirement asks of it often."""

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        self.machine: LeanMachine = exploration.machine
        self.model: Model = exploration.machine.definition
        self.places = exploration.configurations

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """Every event that can be taken, nearest to a beginning first."""
        places = self.places
        return tuple(
            Seen(edge, *places[edge.source], edge.event, edge.by, edge.label, taken.data, taken.state, taken.facts)
            for edge, taken in zip(self.exploration.edges, self.exploration.taken, strict=True)
        )

    @cached_property
    def untrue(self) -> list[tuple[Seen, str]]:
        """What the facts claim wrongly after an event, nearest to a beginning first."""
        untrue: list[tuple[Seen, str]] = []
        for seen in self.seen:
            true, claimed = after(seen), read(seen.after)
            if true != claimed:
                untrue += [
                    (seen, name) for name, *both in zip(Ledger._fields, true, claimed, strict=True) if both[0] != both[1]
                ]
        return untrue

    @cached_property
    def outgoing(self) -> tuple[tuple[Seen, ...], ...]:
        """For each configuration the events that it takes."""
        outgoing: tuple[list[Seen], ...] = tuple([] for _ in self.places)
        for seen in self.seen:
            outgoing[seen.edge.source].append(seen)
        return tuple(map(tuple, outgoing))

    def trip_with(self, seen: Seen) -> tuple[Edge, ...]:
        """A shortest trip that ends with the event."""
        return (*self.exploration.trip_to(seen.edge.source), seen.edge)

    @cached_property
    def _answers(self) -> tuple[dict[tuple[Event, Actor, str], int], ...]:
        answers: tuple[dict[tuple[Event, Actor, str], int], ...] = tuple({} for _ in self.places)
        for edge in self.exploration.edges:
            answers[edge.source][edge.event, edge.by, edge.label] = edge.target
        return answers

    def takes(self, place: int, event: Event, by: Actor, label: str = RIGHT) -> Configuration | None:
        """Where the event leads from there; None where it is refused."""
        target = self._answers[place].get((event, by, label))
        return None if target is None else self.places[target]

    def where(self, wanted: Callable[[Configuration], bool]) -> Iterator[tuple[int, Configuration]]:
        """The configurations that are *wanted*, with their places, nearest to a beginning first."""
        return ((place, found) for place, found in enumerate(self.places) if wanted(found))

    def phase_of(self, state: State) -> int:
        """The number of the state's step; 0 for an end."""
        phase = self.model.states[state].phase
        return 0 if phase is None else phase.number

    def is_end(self, state: State) -> bool:
        return self.model.states[state].end is not None

    def new_case(self, goal: Goal, case_id: str = "case-1", **options: Any) -> Case:
        """A real case that runs on this machine."""
        return self.case_class(goal=goal, account="account-1", order="order-1", case_id=case_id, **options)

    @cached_property
    def case_class(self) -> type[Case]:
        return type("CheckedCase", (Case,), {"machine": self.machine, "__slots__": ()})


# ------------------------------------------------------------------------------------------------- what was found


class Counterexample(NamedTuple):
    """How a requirement breaks."""

    goal: Goal
    trip: tuple[Edge, ...]
    """A shortest trip to where it breaks; its last event is the one that breaks it, if ``attempt`` is None."""
    what: Words
    attempt: tuple[Event, Actor, Mapping[str, Any]] | None = None
    """What is raised after the trip, and is refused although it should not be, or the other way round."""


class Finding(NamedTuple):
    """What became of a check."""

    looked_at: tuple[tuple[int, Words], ...]
    """On how much it was checked: how many of what."""
    broken: Counterexample | None = None


EVENTS_TAKEN = Words("次被接受的事件", "events taken")
CONFIGURATIONS = Words("个情形", "configurations")
WAYS = Words("条路径", "ways")
ATTEMPTS = Words("次尝试", "events raised")


def each_event(evidence: Evidence, wrong: Callable[[Seen], Words | None]) -> Finding:
    """Whether *wrong* finds nothing in any event that can be taken."""
    for seen in evidence.seen:
        what = wrong(seen)
        if what is not None:
            broken = Counterexample(seen.before.goal, evidence.trip_with(seen), what)
            return Finding(((len(evidence.seen), EVENTS_TAKEN),), broken)
    return Finding(((len(evidence.seen), EVENTS_TAKEN),))


def each_place(
    evidence: Evidence, wanted: Callable[[Configuration], bool], wrong: Callable[[int, Configuration], Words | None]
) -> Finding:
    """Whether *wrong* finds nothing in any configuration that is *wanted*."""
    count = 0
    for place, found in evidence.where(wanted):
        count += 1
        what = wrong(place, found)
        if what is not None:
            return Finding(((count, CONFIGURATIONS),), at(evidence, place, what))
    return Finding(((count, CONFIGURATIONS),))


def at(evidence: Evidence, place: int, what: Words) -> Counterexample:
    """A counterexample in a configuration."""
    return Counterexample(evidence.places[place].facts.goal, evidence.exploration.trip_to(place), what)


def never_before(
    evidence: Evidence,
    starts: Iterable[int],
    needed: Callable[[Seen], bool],
    forbidden: Callable[[Seen], Words | None],
) -> Finding:
    """Whether on every trip from *starts* what is *forbidden* comes only after something *needed*.

    It walks without the needed events, so it believes no fact of the case: only what has happened counts.
    """
    came_by: dict[int, Edge | None] = dict.fromkeys(starts)
    waiting = list(came_by)
    for place in waiting:
        for seen in evidence.outgoing[place]:
            if needed(seen):
                continue
            what = forbidden(seen)
            if what is not None:
                trip: list[Edge] = [seen.edge]
                while (edge := came_by[trip[-1].source]) is not None:
                    trip.append(edge)
                begin = evidence.exploration.trip_to(trip[-1].source)
                broken = Counterexample(seen.before.goal, (*begin, *reversed(trip)), what)
                return Finding(((len(came_by), CONFIGURATIONS),), broken)
            if seen.edge.target not in came_by:
                came_by[seen.edge.target] = seen.edge
                waiting.append(seen.edge.target)
    return Finding(((len(came_by), CONFIGURATIONS),))


def beginnings(evidence: Evidence) -> list[int]:
    """Where cases begin, one for each goal."""
    return [place for place, edge in enumerate(evidence.exploration.came_by) if edge is None]


def all_of(*findings: Finding) -> Finding:
    """One finding of several: the largest number of each kind, and the shortest counterexample."""
    looked_at: dict[Words, int] = {}
    for finding in findings:
        for count, what in finding.looked_at:
            looked_at[what] = max(looked_at.get(what, 0), count)
    broken = [finding.broken for finding in findings if finding.broken is not None]
    shortest = min(broken, key=lambda found: len(found.trip), default=None)
    return Finding(tuple((count, what) for what, count in looked_at.items()), shortest)


def told_truly(evidence: Evidence, *claims: str, but: Event | None = None, only: Event | None = None) -> Finding:
    """Whether the facts claim of these entries of the ledger what is true, after every event that can be taken."""
    asked = ((len(evidence.seen), EVENTS_TAKEN),)
    for seen, claim in evidence.untrue:
        if claim in claims and seen.event is not but and only in (None, seen.event):
            true, claimed = getattr(after(seen), claim), getattr(read(seen.after), claim)
            zh, en = CLAIMS[claim]
            what = Words(
                f"{zh}：实为 {_plain(true)}，事实却记为 {_plain(claimed)}",
                f"{en}: is {_plain(true)}, the facts say {_plain(claimed)}",
            )
            return Finding(asked, Counterexample(seen.before.goal, evidence.trip_with(seen), what))
    return Finding(asked)


CLAIMS: Mapping[str, Words] = {
    "goal": Words("目标", "the goal"),
    "quoted": Words("有效的报价", "the quote that stands"),
    "confirmed": Words("报价是否已确认", "whether the quote is confirmed"),
    "outstanding": Words("资方是否尚未答复", "whether the lender's answer is outstanding"),
    "cancelled": Words("资方是否已取消分期", "whether the lender has cancelled the plan"),
    "settled": Words("核验结论", "how verification was settled"),
    "removed": Words("人脸验证是否已取消", "whether the face verification was removed"),
    "face_tries": Words("人脸次数", "how many face attempts count"),
    "other_tries": Words("其他方式次数", "how many other attempts count"),
    "attempt": Words("最近一次核验的序号", "the number of the latest attempt"),
}


def _plain(value: object) -> str:
    return "None" if value is None else str(value)
