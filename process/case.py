"""A case: one customer's request about one order, moved by events, refusing what the model does not allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Self

from process.case_arguments import MOMENT, actor_of, checked, own_deadlines, read_once, wrong_arguments, wrong_setting
from process.compiled_rows import REFUSED, Decide, Decided
from process.event_methods import EventMethods
from process.exceptions import InvalidPayload, Refused, UnknownEvent
from process.machine import MACHINE, CompiledEvent, CompiledMachine
from process.model import Actor, Blocker, Event, Facts, Field, Goal, Kind, Limits, State
from process.mutable_facts import MutableFacts, immutable
from process.records import Parts, Request, Step
from process.refusal_reasons import Circumstances, can_be_taken, refusal, state_blockers
from process.value_checks import (
    INVALID,
    FieldCheck,
    Shown,
    aware_datetime,
    check_of,
    field_errors,
    member_of,
    model_1_check_of,
    reference,
)

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_goal = member_of(Goal)
_IDENTITY: Mapping[str, Field] = {
    "goal": Goal,
    "account": Kind.REFERENCE,
    "order": Kind.REFERENCE,
    "case_id": Kind.REFERENCE,
}


class Case(EventMethods):
    """One case. It does no I/O, keeps no global state and never reads a clock; no case depends on another.

    A case is not locked: while one thread raises an event on it, no other may use it.

    Args:
        goal: what the customer wants.
        account: the purchasing account: a reference of the host's, of 1 to 64 printable characters, single spaces
            inside only (all of the rule: ``process.value_checks.reference``).
        order: the order whose plan it is; a reference likewise.
        case_id: a reference likewise; a new UUID where it is left out.
        limits: how many attempts by face and by another way; the model's where it is left out.
        deadlines: for the states named in it, another deadline than the model's.
        at: when the case is opened, with a time zone.

    Raises:
        InvalidPayload: something of this is wrong; ``fields`` names what.
    """

    __slots__ = (
        "__weakref__",
        "_case_id",
        "_deadlines",
        "_decisions",
        "_facts",
        "_facts_read",
        "_history",
        "_opened_at",
        "_state",
        "_trusted_until",
        "_version",
    )

    machine: ClassVar[CompiledMachine] = MACHINE
    """The machine that decides for the cases of the class."""

    notebook_svg: ClassVar[Callable[[Case], str | None] | None] = None
    """Draws a case for a notebook; the package sets it, since the diagrams import this module."""

    def __init__(
        self,
        *,
        goal: Goal,
        account: str,
        order: str,
        case_id: str | None = None,
        limits: Limits | None = None,
        deadlines: Mapping[State, timedelta] | None = None,
        at: datetime | None = None,
    ) -> None:
        if case_id is None:
            from uuid import uuid4  # which takes as long to import as the rest of this file

            case_id = str(uuid4())
        try:
            goal = _goal(goal)
            for text in (account, order, case_id):
                reference(text)
        except INVALID:
            given = {"goal": goal, "account": account, "order": order, "case_id": case_id}
            raise InvalidPayload(None, None, None, field_errors(_IDENTITY, given)) from None
        machine = self.machine
        limits = machine.definition.limits if limits is None else limits
        if type(limits) is not Limits:
            raise wrong_setting("limits", limits, "Limits 对象", "a Limits object")
        self._deadlines: Mapping[State, timedelta] | None = None
        if deadlines is not None:
            self._deadlines = own_deadlines(deadlines, machine.definition) or None
        if at is not None:
            at = checked("at", at, aware_datetime, MOMENT)
        self._decisions = machine.decisions  # at hand: to read it through the class costs as much as to look it up
        self._case_id: str = case_id
        self._state: State = machine.definition.initial
        self._facts = MutableFacts(goal, account, order, limits.face, limits.other)
        self._facts_read: tuple[int, Facts] | None = None
        self._version = 0
        self._history: list[Step] = []
        self._opened_at = at
        self._trusted_until: int | None = None

    # ----------------------------------------------------------------------------------------------------- reading it

    @property
    def case_id(self) -> str:
        return self._case_id

    @property
    def state(self) -> State:
        return self._state

    @property
    def facts(self) -> Facts:
        """The facts as they are now, as a copy: it stays as it is when the case moves on."""
        return self._immutable_facts()

    @property
    def version(self) -> int:
        """The number of events that the case has taken; one that differs shows that someone else has moved it."""
        return self._version

    @property
    def history(self) -> tuple[Step, ...]:
        """The steps, oldest first. After loading a snapshot that was cut short, only the newest of them."""
        return tuple(self._history)

    @property
    def is_done(self) -> bool:
        """True if the case has ended."""
        return self.machine.definition.states[self._state].end is not None

    @property
    def awaits(self) -> Actor | None:
        """Whose move it is; None at an end."""
        responsibility = self.machine.definition.responsibility(self._state, self._immutable_facts())
        return None if responsibility is None else responsibility.owner

    @property
    def achieved(self) -> Goal | None:
        """The part of the goal that has happened; None if nothing has."""
        return self.machine.definition.achieved(self._state, self._immutable_facts())

    @property
    def unmet(self) -> Goal | None:
        """The part of the goal that has not happened; None if all of it has. At an end, the goal of the next case."""
        return self.machine.definition.unmet(self._state, self._immutable_facts())

    @property
    def due_at(self) -> datetime | None:
        """When the case has waited long enough for ``time_out``: the last step's time and the state's deadline.

        None at an end, and where the host did not say when the last step was.
        """
        since = self._history[-1].at if self._history else self._opened_at
        deadline = (self._deadlines or {}).get(self._state, self.machine.definition.states[self._state].deadline)
        if since is None or deadline is None or self.is_done:
            return None
        try:
            return since + deadline
        except OverflowError:
            return datetime.max.replace(tzinfo=since.tzinfo)

    @property
    def request(self) -> Request | None:
        """The request that is open now; None at an end. The same request has the same key, however often it is read."""
        responsibility = self.machine.definition.responsibility(self._state, self._immutable_facts())
        if responsibility is None:
            return None
        facts = self._immutable_facts()._asdict()
        carried = self._history[-1].data if self._history else _NOTHING
        about = {name: facts[name] for name in ("account", "order", "goal")}
        needed = {name: facts[name] if name in facts else carried[name] for name in responsibility.payload_fields}
        payload = MappingProxyType({"case_id": self._case_id, **about, **needed})
        return Request(responsibility.request, responsibility.owner, f"{self._case_id}:{self._version}", payload)

    # ------------------------------------------------------------------------------------------------------ moving it

    def trigger(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> Step:
        """Raise *event*, for handlers and queues; ``Event("sign_in")`` is the event of a name that comes in a message.

        The payload is one argument, so what a client sends as JSON can be passed on: none of it can name the actor.

        Args:
            event: what happens.
            data: the payload, with the fields that EVENTS lists; left as it is. In place of an enum's member its name in
                files (``"app"``) will do.
            by: who raises it; may be left out where one actor alone may.
            who: the host's reference to the person or system behind *by*, kept with the step; it decides nothing.
            at: when, with a time zone; deadlines count from it. It is not compared with earlier times: clocks differ.

        Returns:
            The step that was taken.

        Raises:
            UnknownEvent: there is no such event.
            InvalidPayload: a field is missing, unknown or wrong.
            EndReached, WrongState, WrongActor, GuardNotMet: refused; the case is as it was.
        """
        source = self._state
        try:
            event, actor, decide = self._decisions[event][source][by]
            own: Any = data
            if type(data) is not dict:
                own = _NOTHING if data is None else read_once(data)
            if who is not None:
                reference(who)
            if at is not None:
                at = aware_datetime(at)
        except Exception:  # whatever objects of the caller's raise
            raise self._refusal(event, data, by, who, at) from None
        row, carried = decide(self._facts, own)
        if row is None:
            row, carried = self._decide_again(decide, own)
            if row is None:
                raise self._refusal(event, own, by, who, at)
        target, version = row.target, self._version + 1
        step = _new(Step, (event, actor, carried, source, target, at, version, who))  # made before anything changes
        if row.in_place is not None:
            row.in_place(self._facts, carried)
        self._state, self._version = target, version
        self._history.append(step)
        return step

    def may_trigger(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Return True if ``trigger`` would take this now. Raises for an unknown event only."""
        try:
            _, _, decide = self._decisions[event][self._state][by]
            own: Any = data
            if type(data) is not dict:
                own = _NOTHING if data is None else read_once(data)
            if who is not None:
                reference(who)
            if at is not None:
                aware_datetime(at)
        except Exception:  # whatever objects of the caller's raise
            self._event(event)
            return False
        row, _ = decide(self._facts, own)
        return row is not None or self._decide_again(decide, own)[0] is not None

    def blockers(
        self,
        event: Event,
        data: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        who: str | None = None,
        at: datetime | None = None,
    ) -> tuple[Blocker, ...]:
        """Return every reason why ``trigger`` would refuse this now; () if it would take it."""
        own: Any = read_once(data)
        if self.may_trigger(event, own, by=by, who=who, at=at):
            return ()
        return self._refusal(event, own, by, who, at).blockers

    def allowed_events(self, *, by: Actor | None = None) -> tuple[Event, ...]:
        """Return the events that *by* (anyone, if left out) can raise now, given the right payload."""
        machine, here = self.machine, (self._state, self._immutable_facts())
        return tuple(
            event for event in machine.definition.events if can_be_taken(machine.compiled_events[event], *here, by)
        )

    def blocked_events(self, *, by: Actor | None = None) -> dict[Event, tuple[Blocker, ...]]:
        """Return the other events, each with the reasons that no payload can meet."""
        reasons = {event: self._state_blockers(event, by) for event in self.machine.definition.events}
        return {event: blockers for event, blockers in reasons.items() if blockers}

    # ----------------------------------------------------------------------------------------------------- keeping it

    def to_dict(self, *, steps: int | None = None) -> dict[str, Any]:
        """Return a snapshot that JSON can hold.

        Args:
            steps: how many of the newest steps to keep in it; all, where it is left out, that fit into 64 KiB. The last
                one always stays: the request and the deadline need it.
        """
        from process.snapshot import codec  # imported when a case is saved: not all are

        return codec.encode(self._parts(), steps)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Make the case of a snapshot.

        Raises:
            SnapshotInvalid: it is not one of this format, or it describes what no case can be.
            NewerModel: a newer model wrote it.
        """
        from process.snapshot import codec

        return cls._of(codec.decode(data, cls.machine))

    def to_json(self, *, steps: int | None = None) -> str:
        """``to_dict`` as JSON text."""
        from process.snapshot import codec

        return codec.dumps(self.to_dict(steps=steps))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """``from_dict`` of JSON text of at most 64 KiB. Raises as that does."""
        from process.snapshot import codec

        return cls._of(codec.decode(codec.loads(text), cls.machine, parsed=True))

    def copy(self) -> Self:
        """Return an equal case that moves independently of this one; attributes that a subclass adds are copied along."""
        return self._of(self._parts(), self._added())

    def __copy__(self) -> Self:
        return self.copy()  # also one that a subclass defines

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = self._of(self._parts())
        memo[id(self)] = twin
        twin._add(deepcopy(self._added(), memo))
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        return self._of, (self._parts(),), self._added()

    def __setstate__(self, added: Mapping[str, Any]) -> None:
        self._add(added)

    def __eq__(self, other: object) -> bool:
        return self._parts() == other._parts() if type(other) is type(self) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # a case changes; its case_id is what can be a key

    def __repr__(self) -> str:
        return f"<Case {self._case_id} {self._facts.goal} {self._state} version {self._version}>"

    def _repr_svg_(self) -> str | None:
        """Return the picture by which notebooks show a case; None where it can't be drawn."""
        draw = type(self).notebook_svg
        return None if draw is None else draw(self)

    # --------------------------------------------------------------------------------------------------------- inside

    def _immutable_facts(self) -> Facts:
        """Return ``facts``, also where a subclass shows others; a copy is kept with the version at which it was begun."""
        read = self._facts_read
        if read is None or read[0] != self._version:
            version = self._version
            read = self._facts_read = version, immutable(self._facts)
        return read[1]

    @property
    def _check_of(self) -> FieldCheck:
        return check_of if self._trusted_until is None else model_1_check_of

    def _refusal(self, event: Event, data: object, by: object, who: object, at: object) -> InvalidPayload | Refused:
        compiled, own = self._event(event), read_once(data)
        wrong, payload = wrong_arguments(own, who, at), own if type(own) is dict else {}
        actor = actor_of(compiled, by)
        named = Shown(by) if actor is None and by is not None else actor
        return refusal(
            Circumstances(
                self.machine, compiled, self._state, self._immutable_facts(), named, payload, wrong, self._check_of
            )
        )

    def _decide_again(self, decide: Decide, data: Mapping[str, Any]) -> Decided:
        """Decide on a refused payload whose names were of another class than str, and may have failed to be compared."""
        own = read_once(data) if type(data) is dict and {*map(type, data)} - {str} else None
        return REFUSED if own is None else decide(self._facts, own)  # type: ignore[arg-type]  # a dict gives a dict

    def _event(self, event: Event) -> CompiledEvent:
        try:
            return self.machine.compiled_events[event]
        except Exception:  # whatever an object of the caller's raises
            raise UnknownEvent(event) from None

    def _state_blockers(self, event: Event, by: Actor | None) -> tuple[Blocker, ...]:
        compiled = self.machine.compiled_events[event]
        actors = (by,) if by is not None else self.machine.definition.actors[event]
        reasons: tuple[Blocker, ...] = ()
        for actor in actors:
            found = state_blockers(self.machine.definition, compiled, self._state, self._immutable_facts(), actor, _NOTHING)
            if not found:
                return ()
            if not reasons or any(blocker.code == "wrong_actor" for blocker in reasons):
                reasons = found  # of one who may, rather than that another may not
        return reasons

    def _parts(self) -> Parts:
        return Parts(
            self._case_id,
            self._version,
            self._state,
            self._immutable_facts(),
            self._opened_at,
            self._deadlines,
            tuple(self._history),
            self._trusted_until,
        )

    @classmethod
    def _of(cls, parts: Parts, added: Mapping[str, Any] | None = None) -> Self:
        case = cls.__new__(cls)
        case._case_id, case._version, case._state, facts, case._opened_at, case._deadlines, history, trusted_until = parts
        case._facts, case._facts_read = MutableFacts(*facts), (case._version, facts)
        case._trusted_until = trusted_until
        case._history = list(history)
        case._decisions = cls.machine.decisions if trusted_until is None else cls.machine.model_1_decisions
        case._add(added or {})
        return case

    def _added(self) -> dict[str, Any]:
        """Return the attributes that are not Case's own: those of a subclass, with slots or without."""
        slots = (slot for kind in type(self).__mro__ for slot in _slots_of(kind) if hasattr(self, slot))
        return {**getattr(self, "__dict__", {}), **{slot: getattr(self, slot) for slot in slots}}

    def _add(self, added: Mapping[str, Any]) -> None:
        for name, value in added.items():
            object.__setattr__(self, name, value)


_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


def _slots_of(kind: type) -> tuple[str, ...]:
    """Return the slots that a subclass of Case adds, by the names under which they are read."""
    slots = () if kind in Case.__mro__ else vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    private = f"_{kind.__name__.lstrip('_')}"
    return tuple(
        private + name if name.startswith("__") and not name.endswith("__") else name
        for name in names
        if name not in ("__dict__", "__weakref__")
    )
