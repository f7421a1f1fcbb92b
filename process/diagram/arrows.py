"""The arrows of a picture: the transitions that share one, and the words on it.

An arrow's text says events, conditions and effects. What holds wherever the arrow starts, or is asked of every payload,
is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from process.diagram.main_path import paths_of
from process.diagram.view_grids import VIEW_LAYOUTS
from process.diagram.view_options import View
from process.model import ELSE, Event, Guard, Kind, Model, Phase, State, Transition, Words

ANYWHERE = "anywhere"
"""The key of the box that stands for many open states at once."""

MANY = 5
"""From so many states on, an event's arrows are drawn once, from the box for many."""


@dataclass(frozen=True)
class Note:
    """A part of an arrow's text: events, their conditions and their effects.

    Attributes:
        signs: refer to the picture's footnotes.
    """

    events: tuple[Words, ...]
    conditions: tuple[Words, ...] = ()
    effects: tuple[Words, ...] = ()
    signs: str = ""


@dataclass(frozen=True)
class Arrow:
    """All transitions between two boxes that share a line.

    Attributes:
        signpost: the key of the signpost at which the line ends, where it does not go all the way to its target.
        traffic: how often it was taken, and the wait before it, where the picture shows that.
        width: of its line in points, likewise.
    """

    source: str
    target: str
    transitions: tuple[Transition, ...]
    notes: tuple[Note, ...]
    is_main: bool = False
    signpost: str = ""
    traffic: tuple[str, ...] = ()
    width: float | None = None
    key: str = field(default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"arrow-{self.source}-{self.target}")

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(sorted({transition.row for transition in self.transitions}))

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(dict.fromkeys(transition.event for transition in self.transitions))


# -------------------------------------------------------------------------------------------------- conditions shown


class ShownConditions:
    """A model's transitions by their conditions.

    Attributes:
        many: the transitions that are drawn from the box for many, as states and rows.
        usual: the condition on the facts that most rows have: a picture writes it once, with a sign wherever it applies.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.usual = most_common_condition(model)
        self.many = frozenset((each.source, each.row) for alike in _alike(model) if _is_many(alike) for each in alike)
        alternatives: dict[tuple[Event, State, bool], list[set[str]]] = {}
        for each in model.transitions:
            names = {guard.name for guard in each.guards}
            alternatives.setdefault((each.event, each.source, self.is_many(each)), []).append(names)
        self._shared = {key: set.intersection(*names) if len(names) > 1 else set() for key, names in alternatives.items()}

    def is_many(self, transition: Transition) -> bool:
        return (transition.source, transition.row) in self.many

    def shown(self, transition: Transition) -> list[Guard]:
        """The guards that an arrow shows, in the order of the row.

        Left out, for the tables beside the pictures, are those that always hold in the source, those that all transitions
        of the event from there have in common, and, but in the box for many, those that ask only which attempt or quote is
        meant.
        """
        guards, is_many = self.model.table[transition.row].guards, self.is_many(transition)
        shared = self._shared[transition.event, transition.source, is_many]
        if is_many:
            return [guard for guard in guards if guard.name not in shared or guard.payload_fields]
        held = {guard.name for guard in self.model.states[transition.source].invariants}
        fields = self.model.events[transition.event]
        references = {name for name, kind in fields.items() if kind is Kind.ATTEMPT or name == "quote"}
        return [guard for guard in guards if not (guard.name in shared | held or references & set(guard.payload_fields))]


def most_common_condition(model: Model) -> Guard:
    """The condition on the facts that most rows have."""
    guards = [guard for row in model.table for guard in row.guards if guard is not ELSE and not guard.payload_fields]
    counts = Counter(guard.name for guard in guards)
    return max(guards, key=lambda guard: counts[guard.name])


def _alike(model: Model) -> Iterable[list[Transition]]:
    """Transitions of one event to one target under the same conditions, in whichever rows they stand."""
    found: dict[tuple[Event, State, frozenset[str]], list[Transition]] = {}
    for transition in model.transitions:
        guards = frozenset(guard.name for guard in model.table[transition.row].guards)
        found.setdefault((transition.event, transition.target, guards), []).append(transition)
    return found.values()


def _is_many(alike: Sequence[Transition]) -> bool:
    return len({each.source for each in alike} - {alike[0].target}) >= MANY


# ------------------------------------------------------------------------------------------------------- which arrows


Piece = tuple[Transition, str]
"""A transition of an arrow, and the signs on its text."""

UNANSWERED, ALSO = "*", "†"
AS_ABOVE = Words("条件同上", "as above")


def build_arrows(
    view: View, conditions: ShownConditions, transitions: Sequence[Transition]
) -> tuple[list[Arrow], list[Words]]:
    """Return the arrows, and the footnotes to their signs."""
    model, usual, layout = conditions.model, conditions.usual, VIEW_LAYOUTS[view]
    main = paths_of(model).main
    pieces_by_ends: dict[tuple[str, str], list[Piece]] = {}
    by_event_and_target: dict[tuple[Event, State, bool], list[Transition]] = {}
    footnotes: list[Words] = []
    for transition in transitions:
        is_many = conditions.is_many(transition)
        by_event_and_target.setdefault((transition.event, transition.target, is_many), []).append(transition)
    for (_, target, is_many), alike in by_event_and_target.items():
        sources = [source for source in dict.fromkeys(each.source for each in alike) if source is not target]
        values = {source.value for source in sources}
        group = next((group for group in layout.groups if {*group} <= values or (layout.merges and values <= {*group})), ())
        for transition in alike:
            key, signs = transition.source.value, ""
            if is_many:
                key = ANYWHERE
            elif transition.source.value in group:
                key = "+".join(group)
            elif 0 < layout.draws_once <= len(sources) and transition.source is not target and model.states[target].end:
                key, signs = sources[0].value, ALSO
                footnotes.append(_also_from(sources[1:]))
            if usual in model.table[transition.row].guards:
                signs += UNANSWERED
            pieces_by_ends.setdefault((key, target.value), []).append((transition, signs))
    arrows: list[Arrow] = []
    rows_seen: set[int] = set()
    for (source_key, target_key), pieces in pieces_by_ends.items():
        used = tuple(transition for transition, _ in pieces)
        is_main = any((transition.source, transition.row) in main for transition in used)
        signpost = f"{source_key}>{target_key}"
        notes = tuple(_notes(view, conditions, pieces, rows_seen))
        rows_seen |= {transition.row for transition in used if conditions.shown(transition)}
        arrows.append(Arrow(source_key, target_key, used, notes, is_main, signpost if signpost in layout.signposts else ""))
    if any(UNANSWERED in signs for pieces in pieces_by_ends.values() for _, signs in pieces):
        footnotes.append(Words(f"{UNANSWERED} 须{usual.condition.zh}", f"{UNANSWERED} only if {usual.condition.en}"))
    return arrows, list(dict.fromkeys(footnotes))


def _also_from(sources: Sequence[State]) -> Words:
    names = [source.words for source in sources]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Words(f"{ALSO} {zh}亦可", f"{ALSO} also from {en}")


def _notes(view: View, given: ShownConditions, pieces: Iterable[Piece], rows_seen: set[int]) -> list[Note]:
    """The text of an arrow; events with the same conditions and effects share a note."""
    model, layout = given.model, VIEW_LAYOUTS[view]
    notes: dict[tuple[tuple[Words, ...], str, Event | None], dict[Event, None]] = {}
    effects_of: dict[tuple[Event, tuple[Words, ...]], tuple[Words, ...]] = {}
    guards_of = {piece: _piece_guards(given, piece) for piece in pieces}
    for transition, signs in _weakest(guards_of):
        row = model.table[transition.row]
        guards = guards_of[transition, signs]
        conditions = tuple(_condition_words(view, guard, model) for guard in guards)
        if layout.refers_back and transition.row in rows_seen and conditions and ELSE not in guards:
            conditions = (AS_ABOVE,)
        effects = tuple(effect.words for effect in row.effects) if layout.shows_effects else ()
        if effects_of.setdefault((transition.event, conditions), effects) != effects:
            effects_of[transition.event, conditions] = ()
        notes.setdefault((conditions, signs, transition.event if effects else None), {})[transition.event] = None
    found = []
    for (conditions, signs, _), events in notes.items():
        first = next(iter(events))
        found.append(Note(tuple(event.words for event in events), conditions, effects_of[first, conditions], signs))
    return found


def _piece_guards(given: ShownConditions, piece: Piece) -> list[Guard]:
    transition, signs = piece
    return [guard for guard in given.shown(transition) if not (UNANSWERED in signs and guard is given.usual)]


def _weakest(guards_of: Mapping[Piece, Sequence[Guard]]) -> Iterator[Piece]:
    """The pieces without those of an event that another one takes under fewer conditions, for another actor."""
    for piece, guards in guards_of.items():
        transition, signs = piece
        for (other, fewer), less in guards_of.items():
            weaker = (len(less), len(fewer)) != (len(guards), len(signs))
            if other.event is transition.event and weaker and {*less} <= {*guards} and {*fewer} <= {*signs}:
                break
        else:
            yield piece


def _condition_words(view: View, guard: Guard, model: Model) -> Words:
    counts = [name for name in guard.message_fields if name.endswith("_limit")]
    zh, en = guard.condition
    if counts and VIEW_LAYOUTS[view].shows_effects:
        limits = {"face_limit": model.limits.face, "other_limit": model.limits.other}
        numbers = "+".join(str(limits[name]) for name in counts)
        return Words(f"{zh}（共 {numbers} 次）", f"{en} (of {numbers})")
    return Words(zh, en)


def where_possible(arrows: Sequence[Arrow], model: Model) -> list[Words]:
    """For each event that is drawn from the box for many, but not possible in every open state: where it is."""
    sources: dict[Event, set[State]] = {}
    for arrow in arrows:
        for transition in arrow.transitions if arrow.source == ANYWHERE else ():
            sources.setdefault(transition.event, set()).add(transition.source)
    lines = []
    for event, states in sources.items():
        if len(states) == len(model.states) - len(model.ends):
            continue  # as the box says
        where = describe(states, model)
        lines.append(Words(f"{event.words.zh}：{where.zh}", f"{event.words.en}: {where.en}"))
    return lines


def describe(states: Iterable[State], model: Model) -> Words:
    """Describe a set of open states in few words: the steps that it spans, and those left out."""
    given = set(states)
    phases = [phase for phase in Phase if any(model.states[state].phase is phase for state in given)]
    low, high = phases[0].number, phases[-1].number
    span = [state for state, info in model.states.items() if info.phase is not None and low <= info.phase.number <= high]
    out = [state.words for state in span if state not in given]
    whole = (low, high) == (1, len(Phase))
    zh = "任一步" if whole else f"第 {low}–{high} 步" if low < high else f"第 {low} 步"
    en = "any step" if whole else f"steps {low}–{high}" if low < high else f"step {low}"
    if out:
        zh += "，" + "、".join(words.zh for words in out) + "除外"
        en += " but " + ", ".join(words.en for words in out)
    return Words(zh, en)
