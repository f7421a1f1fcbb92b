"""Whether a back end does what the model does: the model drives it through an adapter, and tells the first difference.

What an adapter has to do with what the kit sends
    * ``reset`` begins a case like the one it is given: goal, account, order, limits. Each case has an order of its own.
    * A quote's reference comes with ``quote_consequences``. A back end that mints its own keeps a dictionary in the
      adapter, from the kit's reference to its own, and hands on references that are not in it as they are: they are meant
      to be unknown. So are those, of accounts and orders too, that differ from a known one by a space or a letter's case
      only: the adapter must not tidy them up.
    * Attempts are numbered from 1 in each case, as they are started, and a number is never used twice. A back end that
      has identifiers of its own keeps a dictionary likewise.
    * ``time_out`` by the clock means that the deadline has passed: the adapter moves its clock, or calls the job that
      looks.
    * Where a back end has no way to do what is asked (no button, no address), that is a refusal.

It tests what the back end shows. That it has no fault elsewhere no test can show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from itertools import count
from typing import Any, NamedTuple, Protocol

from process.case import Case
from process.exploration.explorer import Exploration, explore, row_taken
from process.model import Actor, Event, Goal, Limits, State, Words
from process.payload import short_repr
from process.records import Step
from process.testing.comparison import Difference, first_difference
from process.testing.ground import Successor
from process.testing.scenarios import Exchange, Scenario
from process.testing.shrinking import shrink
from process.testing.touring import Tour


class Backend(Protocol):
    """What a tester writes around the system under test.

    Two more methods may be there, and are compared if they are:

    * ``blockers() -> Collection[str]``: the code of every reason why the last event was refused (``"wrong_state"``, …);
    * ``facts() -> Mapping[str, object]``: any of the facts of ``process.Facts`` that the system shows, by name
      (``{"face_attempts": 1, "fee": 1200}``).
    """

    def reset(self, case: Case) -> None:
        """Begin a case with the goal, account, order and limits of *case*, which has not begun. Do not move *case*."""

    def apply(self, event: Event, by: Actor, data: Mapping[str, Any]) -> bool:
        """Raise the event in the case; True if the system accepted it, False if it refused."""

    def state(self) -> State | str:
        """Where the case stands now: a State, or its value (``"order_list"``)."""


class Mismatch(AssertionError):
    """The back end does something else than the model.

    Attributes:
        trip: the shortest trip found that shows it; its last delivery is the one that differs.
        model: what the model does there, in both languages.
        backend: what the back end does.
        reproduced: whether it happened again when the trip was taken anew.
    """

    def __init__(self, trip: Scenario, model: Words, backend: Words, reproduced: bool, lang: str) -> None:
        super().__init__(trip, model, backend, reproduced, lang)
        self.trip, self.model, self.backend, self.reproduced, self.lang = trip, model, backend, reproduced, lang

    def text(self, lang: str = "en") -> str:
        """The report in *lang*, ``"zh"`` or ``"en"``."""
        zh = lang == "zh"
        count = len(self.trip.deliveries)
        parts = [
            f"后端与流程不一致（第 {count} 个事件）" if zh else f"The back end differs from the process, at event {count}.",
            self.trip.words(lang),
            (f"流程：{self.model.zh}" if zh else f"By the process: {self.model.en}"),
            (f"后端：{self.backend.zh}" if zh else f"The back end:   {self.backend.en}"),
        ]
        if not self.reproduced:
            parts.append(
                "再走一遍时没有重现：后端在办理之间保留了什么，或结果不确定。"
                if zh
                else "It did not happen again when the trip was repeated: the back end keeps something from one case to "
                "the next, or does not always do the same."
            )
        replay = "可重放（python -m process run）：" if zh else "To replay with `python -m process run`:"
        return "\n".join([*parts, replay, *self.trip.jsonl()])

    def __str__(self) -> str:
        return self.text(self.lang)


class InsufficientCoverage(AssertionError):
    """The back end did not differ, but the run was too short to say so.

    Attributes:
        transitions: those not taken.
        ends: those not reached.
    """

    def __init__(self, transitions: tuple[Successor, ...], ends: tuple[State, ...], events: int, lang: str = "en") -> None:
        super().__init__(transitions, ends, events, lang)
        self.transitions, self.ends, self.events, self.lang = transitions, ends, events, lang

    def text(self, lang: str = "en") -> str:
        """The report in *lang*, ``"zh"`` or ``"en"``."""
        table = explore().machine.definition.table
        rows = [(state, table[row].event, table[row].target) for state, row in self.transitions]
        names = [tuple(each.words.of(lang) for each in row) for row in rows]
        left = "; ".join(f"{state}: {event} → {target}" for state, event, target in names)
        ends = ", ".join(end.words.of(lang) for end in self.ends)
        if lang == "zh":
            return (
                f"{self.events} 个事件中未发现不一致，但有 {len(names)} 个转移没有走到（{left or '无'}），"
                f"{len(self.ends)} 种结局没有到达（{ends or '无'}）。请增加事件数（events=…）。"
            )
        return (
            f"No difference in {self.events} events, but they left out {len(names)} transitions ({left or 'none'}) and "
            f"{len(self.ends)} ends ({ends or 'none'}). Deliver more events (events=…)."
        )

    def __str__(self) -> str:
        return self.text(self.lang)


class Report(NamedTuple):
    """What a run without a difference was made of. A truthy value that prints as a sentence."""

    events: int
    """How many were delivered."""
    accepted: int
    trips: int
    transitions: Mapping[Successor, int]
    """How often each was taken."""
    ends: Mapping[State, int]
    """How often each was reached."""
    possible: int
    """How many transitions could be taken at all, by the goals and events asked for."""

    def words(self, lang: str = "en") -> str:
        refused = self.events - self.accepted
        if lang == "zh":
            return (
                f"未发现不一致：{self.trips} 次办理、{self.events} 个事件（应接受 {self.accepted}，应拒绝 {refused}），"
                f"走过 {len(self.transitions)}/{self.possible} 个转移，到达 {len(self.ends)} 种结局。"
            )
        return (
            f"No difference in {self.trips} cases and {self.events} events ({self.accepted} to accept, {refused} to refuse)"
            f": {len(self.transitions)} of {self.possible} transitions taken, {len(self.ends)} ends reached."
        )

    def __str__(self) -> str:
        return self.words()


def conformance(
    backend: Backend,
    *,
    events: int = 14_000,
    goals: Collection[Goal] = tuple(Goal),
    without: Collection[Event] = (),
    limits: Limits = Limits(),  # noqa: B008  # immutable
    transitions: float = 1.0,
    ends: float = 1.0,
    hostile: bool = True,
    repeats_accepted: bool = False,
    seed: int = 0,
    lang: str = "en",
) -> Report:
    """Drive *backend* along trips that the model chooses, and compare after every event.

    Args:
        backend: the adapter; where it has ``blockers`` or ``facts`` these are compared too.
        events: about how many to deliver, the refused ones among them. The default takes all opening trips: each
            transition with what it leaves behind, all limits, every event several times. About 7,000 take every
            transition once; fewer than that end in InsufficientCoverage.
        goals: the goals of the cases.
        without: events that the back end does not know. They are never sent, and what needs them is not asked for.
        limits: the limits of the cases; for a back end with fixed limits, its own.
        transitions: the share, 0 to 1, of the possible transitions that the run must take.
        ends: the share of the possible ends that it must reach.
        hostile: whether to send payloads of wrong types and sizes too.
        repeats_accepted: the back end may answer a repeated delivery as accepted, if it changes nothing.
        seed: another number gives other trips; the same one the same.
        lang: the language of the report, ``"zh"`` or ``"en"``.

    Raises:
        Mismatch: the back end does something else; with the shrunk trip, in words and to replay.
        InsufficientCoverage: fewer transitions or ends than asked for.
    """
    if lang not in ("zh", "en"):
        raise ValueError(f'lang must be "zh" or "en", not {short_repr(lang)}')
    plan = _plan(frozenset(without), limits, tuple(goal for goal in Goal if goal in goals), hostile, seed)
    machine = plan.exploration.machine
    taken: Counter[Successor] = Counter()
    reached: Counter[State] = Counter()
    delivered = trips = 0

    def note(leg: Exchange) -> None:
        nonlocal delivered
        delivered += 1
        if isinstance(leg.answer, Step):
            row = row_taken(machine, leg.before, leg.delivery.event, leg.delivery.by, leg.data)
            taken[leg.before.state, row] += 1
            if machine.definition.states[leg.state].end:
                reached[leg.state] += 1

    for trip in plan.trips():
        trips += 1
        found = first_difference(backend, trip, trips, repeats_accepted, note)
        if found is not None:
            raise _shrunk(backend, plan.exploration, trip, found, repeats_accepted, lang) from found.error
        if delivered >= events:
            break
    possible, possible_ends = plan.ground.possible
    if len(taken) < transitions * len(possible) or len(reached) < ends * len(possible_ends):
        missed = tuple(sorted(possible - set(taken))), tuple(sorted(possible_ends - set(reached)))
        raise InsufficientCoverage(*missed, delivered, lang)
    return Report(delivered, taken.total(), trips, taken, reached, len(possible))


@cache
def _plan(without: frozenset[Event], limits: Limits, goals: tuple[Goal, ...], hostile: bool, seed: int) -> Tour:
    return Tour(explore(limits=limits), goals=goals, without=without, hostile=hostile, seed=seed)


def _shrunk(
    backend: Backend, exploration: Exploration, trip: Scenario, found: Difference, repeats_accepted: bool, lang: str
) -> Mismatch:
    numbers = count(1_000_000)  # every try is a case of its own
    last = found

    def fails(tried: Scenario) -> int | None:
        nonlocal last
        again = first_difference(backend, tried, next(numbers), repeats_accepted)
        if again is None:
            return None
        last = again
        return again.at

    cut = trip._replace(deliveries=trip.deliveries[: found.at])
    shortest = shrink(cut, fails, exploration)
    if shortest is None:
        return Mismatch(cut, found.model, found.backend, False, lang)
    return Mismatch(shortest, last.model, last.backend, True, lang)
