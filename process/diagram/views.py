"""What each picture shows: which states and transitions, which of them share an arrow, and in what words.

Everything here is taken from a model. What the model can't say is in hints.py: where a state stands on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from process.diagram.view_layouts import VIEW_LAYOUTS, View
from process.exploration.explorer import explore
from process.machine import build
from process.model import ELSE, Actor, EndKind, Event, Guard, Kind, Model, Phase, Row, State, Transition, Words

ANYWHERE = "anywhere"
"""The key of the box that stands for many open states at once."""

MANY = 5
"""From so many states on, an event's arrows are drawn once, from the box for many."""


@dataclass(frozen=True)
class Box:
    """A state, the box for many, or a signpost that names the state at which an arrow goes on.

    Attributes:
        owners: whose move it is; two where that changes while the case stays.
        leads_to: the state that a signpost names.
    """

    key: str
    words: tuple[Words, ...]
    state: State | None = None
    owners: tuple[Actor, ...] = ()
    end: EndKind | None = None
    is_initial: bool = False
    leads_to: State | None = None


@dataclass(frozen=True)
class Note:
    """A part of an arrow's text: events, what they demand, and what follows.

    Attributes:
        marks: signs for what the picture says once, in its footnotes.
    """

    events: tuple[Words, ...]
    demands: tuple[Words, ...] = ()
    follows: tuple[Words, ...] = ()
    marks: str = ""


@dataclass(frozen=True)
class Arrow:
    """All transitions between two boxes that share a line.

    Attributes:
        signpost: the key of the signpost at which the line ends, where it does not go all the way to its target.
    """

    source: str
    target: str
    moves: tuple[Transition, ...]
    notes: tuple[Note, ...]
    is_main: bool = False
    signpost: str = ""
    key: str = field(default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"arrow-{self.source}-{self.target}")

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(sorted({move.row for move in self.moves}))

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(dict.fromkeys(move.event for move in self.moves))


@dataclass(frozen=True)
class Frame:
    """A border around boxes: a phase, ends of one kind, or states that share arrows."""

    key: str
    words: Words
    members: tuple[str, ...]
    end: EndKind | None = None
    phase: Phase | None = None


@dataclass(frozen=True)
class Picture:
    """All that a view shows, without any place."""

    view: View
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]
    footnotes: tuple[Words, ...]


def picture(view: View, model: Model) -> Picture:
    """What *view* shows of *model*."""
    moves = _shown(view, model)
    arrows, footnotes = _arrows(view, model, moves)
    keys = {arrow.source for arrow in arrows} | {arrow.target for arrow in arrows if not arrow.signpost}
    states = [state for state in model.states if state.value in keys or _is_framed(view, state) or view is View.OVERVIEW]
    boxes = [_box(state, model) for state in states]
    if ANYWHERE in keys:
        boxes.append(Box(ANYWHERE, (Words("任一未结束的状态", "Any open state"),)))
    boxes += [_signpost(arrow) for arrow in arrows if arrow.signpost]
    return Picture(
        view, tuple(boxes), tuple(_frames(view, model, states)), tuple(arrows), (*footnotes, *_places(arrows, model))
    )


def _is_framed(view: View, state: State) -> bool:
    return any(state.value in group for group in VIEW_LAYOUTS[view].frames)


def _box(state: State, model: Model) -> Box:
    info = model.states[state]
    owners = tuple(dict.fromkeys(turn.owner for turn in reversed(info.responsibilities)))
    return Box(state.value, (state.words,), state, owners, info.end, state is model.initial)


def _signpost(arrow: Arrow) -> Box:
    target = State(arrow.target)
    return Box(arrow.signpost, (target.words,), leads_to=target)


# --------------------------------------------------------------------------------------------------- which transitions


def _shown(view: View, model: Model) -> list[Transition]:
    hint = VIEW_LAYOUTS[view]
    many = {index for index, row in enumerate(model.table) if len(row.sources) >= MANY}
    order = list(model.states)
    shown = []
    for move in model.transitions:
        if view is View.SELF_SERVICE:
            forward = order.index(move.target) >= order.index(move.source)
            wanted = (move.source, move.row) in _without_support(model) and move.row not in many and forward
        elif view is View.SUPPORT:
            touches = Phase.SUPPORT in {model.states[state].phase for state in (move.source, move.target)}
            wanted = touches and (move.row not in many or not model.states[move.target].end)
        elif view is View.ENDS:
            wanted = model.states[move.target].end is not None
        else:
            wanted = not hint.events or move.event in hint.events
        if wanted:
            shown.append(move)
    return shown


@cache
def _trips(model_id: int) -> tuple[frozenset[tuple[State, int]], frozenset[tuple[State, int]]]:
    """What cases take that never need support, as states and rows; and the main path likewise."""
    model = _models[model_id]
    found = explore(build(model))
    support = {place for place, here in enumerate(found.configurations) if model.states[here.state].phase is Phase.SUPPORT}
    begun = [place for place, edge in enumerate(found.predecessor) if edge is None]
    reached, waiting, rows = set(begun), list(begun), set()
    while waiting:
        for edge in found.outgoing[waiting.pop()]:
            if edge.target in support:
                continue
            rows.add((found.configurations[edge.source].state, edge.row))
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    ends = sorted(reached & found.ends)
    good = [place for place in ends if model.states[found.configurations[place].state].end is EndKind.GOOD]
    trip = found.path_to(min(good, key=lambda place: found.depths[place])) if good else ()
    return frozenset(rows), frozenset((found.configurations[edge.source].state, edge.row) for edge in trip)


_models: dict[int, Model] = {}


def _without_support(model: Model) -> frozenset[tuple[State, int]]:
    _models[id(model)] = model
    return _trips(id(model))[0]


def main_path(model: Model) -> frozenset[tuple[State, int]]:
    """The shortest trip to a good end without support: each state on it with the row that it is left by."""
    _models[id(model)] = model
    return _trips(id(model))[1]


# ------------------------------------------------------------------------------------------------------- which arrows


Piece = tuple[Transition, str]
"""A transition of an arrow, and the marks on its text."""

UNANSWERED, ALSO = "*", "†"
AS_ABOVE = Words("条件同上", "as above")


def _arrows(view: View, model: Model, moves: Sequence[Transition]) -> tuple[list[Arrow], list[Words]]:
    """The arrows, and the footnotes to their marks."""
    hint, main = VIEW_LAYOUTS[view], main_path(model)
    ends: dict[tuple[str, str], list[Piece]] = {}
    by_way: dict[tuple[Event, State], list[Transition]] = {}
    footnotes: list[Words] = []
    for move in moves:
        by_way.setdefault((move.event, move.target), []).append(move)
    for (_, target), group in by_way.items():
        sources = [source for source in dict.fromkeys(move.source for move in group) if source is not target]
        framed = next((frame for frame in hint.frames if {*frame} <= {source.value for source in sources}), ())
        for move in group:
            key, marks = move.source.value, ""
            if len(sources) >= MANY:
                key = ANYWHERE
            elif move.source.value in framed:
                key = "+".join(framed)
            elif 0 < hint.draws_once <= len(sources) and move.source is not target and model.states[target].end:
                key, marks = sources[0].value, ALSO
                footnotes.append(_also(sources[1:]))
            if often_demanded(model) in model.table[move.row].guards:
                marks += UNANSWERED
            ends.setdefault((key, target.value), []).append((move, marks))
    arrows: list[Arrow] = []
    told_rows: set[int] = set()
    for (source, target_key), pieces in ends.items():
        used = tuple(move for move, _ in pieces)
        is_main = any((move.source, move.row) in main for move in used)
        signpost = f"{source}>{target_key}"
        notes = tuple(_notes(view, model, pieces, told_rows))
        told_rows |= {move.row for move in used if _told(model, move)}
        arrows.append(Arrow(source, target_key, used, notes, is_main, signpost if signpost in hint.signposts else ""))
    if any(UNANSWERED in marks for pieces in ends.values() for _, marks in pieces):
        condition = often_demanded(model).condition
        footnotes.append(Words(f"{UNANSWERED} 须{condition.zh}", f"{UNANSWERED} only if {condition.en}"))
    return arrows, list(dict.fromkeys(footnotes))


def _also(sources: Sequence[State]) -> Words:
    names = [source.words for source in sources]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Words(f"{ALSO} {zh}亦可", f"{ALSO} also from {en}")


def _notes(view: View, model: Model, pieces: Iterable[Piece], told_rows: set[int]) -> list[Note]:
    """The text of an arrow; events that demand the same and are followed by the same share a note."""
    notes: dict[tuple[tuple[Words, ...], str, Event | None], dict[Event, None]] = {}
    follows: dict[tuple[Event, tuple[Words, ...]], tuple[Words, ...]] = {}
    for move, marks in pieces:
        row = model.table[move.row]
        told = [guard for guard in _told(model, move) if not (UNANSWERED in marks and guard is often_demanded(model))]
        demands = tuple(_demand(view, guard, model) for guard in told)
        if VIEW_LAYOUTS[view].refers_back and move.row in told_rows and demands and ELSE not in told:
            demands = (AS_ABOVE,)
        effects = tuple(effect.words for effect in row.effects) if VIEW_LAYOUTS[view].tells_effects else ()
        if follows.setdefault((move.event, demands), effects) != effects:
            follows[move.event, demands] = ()
        notes.setdefault((demands, marks, move.event if effects else None), {})[move.event] = None
    found = []
    for (demands, marks, _), events in notes.items():
        first = next(iter(events))
        found.append(Note(tuple(event.words for event in events), demands, follows[first, demands], marks))
    return found


@cache
def _often_demanded(table: tuple[Row, ...]) -> Guard:
    demanded = [guard for row in table for guard in row.guards if guard is not ELSE and not guard.payload_fields]
    return max(demanded, key=lambda guard: sum(other is guard for other in demanded))


def often_demanded(model: Model) -> Guard:
    """The demand that most rows make of the facts: a brief picture says it once, and marks where it applies."""
    return _often_demanded(model.table)


def _told(model: Model, move: Transition) -> list[Guard]:
    """The guards that an arrow tells, as the row states them.

    Left out, for the tables beside the pictures to tell, are those that ask only which attempt or quote is meant, those
    that always hold in the source, and those that every way of the event from there demands.
    """
    guards = list(model.table[move.row].guards)
    ways = [other for other in model.transitions if other.event is move.event and other.source is move.source]
    shared = set.intersection(*({guard.name for guard in way.guards} for way in ways)) if len(ways) > 1 else set()
    held = {guard.name for guard in model.states[move.source].invariants}
    kinds = {name for name, kind in model.events[move.event].items() if kind is Kind.ATTEMPT or name == "quote"}
    return [guard for guard in guards if not (guard.name in shared | held or kinds & set(guard.payload_fields))]


def _demand(view: View, guard: Guard, model: Model) -> Words:
    counts = [name for name in guard.message_fields if name.endswith("_limit")]
    zh, en = guard.condition
    if counts and VIEW_LAYOUTS[view].tells_effects:
        limits = {"face_limit": model.limits.face, "other_limit": model.limits.other}
        told = "+".join(str(limits[name]) for name in counts)
        return Words(f"{zh}（共 {told} 次）", f"{en} (of {told})")
    return Words(zh, en)


def _places(arrows: Sequence[Arrow], model: Model) -> list[Words]:
    """For each event that is drawn from the box for many: where it happens."""
    places: dict[Event, set[State]] = {}
    for arrow in arrows:
        for move in arrow.moves if arrow.source == ANYWHERE else ():
            places.setdefault(move.event, set()).add(move.source)
    lines = []
    for event, states in places.items():
        where = described(states, model)
        lines.append(Words(f"{event.words.zh}：{where.zh}", f"{event.words.en}: {where.en}"))
    return lines


def described(states: Iterable[State], model: Model) -> Words:
    """A set of open states in few words: the steps that it spans, and those left out."""
    given = set(states)
    phases = [phase for phase in Phase if any(model.states[state].phase is phase for state in given)]
    lo, hi = phases[0].number, phases[-1].number
    span = [state for state, info in model.states.items() if info.phase is not None and lo <= info.phase.number <= hi]
    out = [state.words for state in span if state not in given]
    whole = (lo, hi) == (1, len(Phase))
    zh = "任一步" if whole else f"第 {lo}–{hi} 步" if lo < hi else f"第 {lo} 步"
    en = "any step" if whole else f"steps {lo}–{hi}" if lo < hi else f"step {lo}"
    if out:
        zh += "，" + "、".join(words.zh for words in out) + "除外"
        en += " but " + ", ".join(words.en for words in out)
    return Words(zh, en)


# ------------------------------------------------------------------------------------------------------- which frames


def _frames(view: View, model: Model, states: Sequence[State]) -> list[Frame]:
    frames = []
    for phase in Phase:
        members = tuple(state.value for state in states if model.states[state].phase is phase)
        if members:
            words = Words(f"{phase.number} {phase.words.zh}", f"{phase.number} {phase.words.en}")
            frames.append(Frame(f"phase-{phase.value}", words, members, phase=phase))
    for kind in EndKind:
        members = tuple(state.value for state in states if model.states[state].end is kind)
        if members:
            frames.append(Frame(f"ends-{kind.value}", kind.words, members, end=kind))
    frames += [Frame("+".join(group), Words("", ""), group) for group in VIEW_LAYOUTS[view].frames]
    return frames
