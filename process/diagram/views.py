"""The content of each picture: the states of a model, their transitions, and the frames around them.

Everything here is taken from a model. The places of states on the page are no part of a model: see ``view_grids``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from process.diagram.arrows import ANYWHERE, Arrow, ShownConditions, build_arrows, where_possible
from process.diagram.main_path import paths_of
from process.diagram.view_grids import VIEW_LAYOUTS
from process.diagram.view_options import View
from process.model import Actor, EndKind, Model, Phase, State, Transition, Words


@dataclass(frozen=True)
class Box:
    """A state, the box for many, or a signpost that names the state at which an arrow continues.

    Attributes:
        owners: whose move it is; two where that changes while the case stays.
        leads_to: the state that a signpost names.
        count: how many cases stand there, where the picture shows traffic.
    """

    key: str
    words: Words
    state: State | None = None
    owners: tuple[Actor, ...] = ()
    end: EndKind | None = None
    is_initial: bool = False
    leads_to: State | None = None
    count: str = ""


@dataclass(frozen=True)
class Frame:
    """A border around boxes: a phase, ends of one kind, or states that share arrows."""

    key: str
    words: Words
    members: tuple[str, ...]
    end: EndKind | None = None
    phase: Phase | None = None

    @property
    def is_group(self) -> bool:
        """True for states that share arrows."""
        return self.end is None and self.phase is None


@dataclass(frozen=True)
class Picture:
    """All that a view shows, without any place."""

    view: View
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]
    footnotes: tuple[Words, ...]


def build_picture(view: View, model: Model) -> Picture:
    """Choose and word what *view* shows of *model*."""
    conditions = ShownConditions(model)
    arrows, footnotes = build_arrows(view, conditions, _shown_transitions(view, conditions))
    keys = {arrow.source for arrow in arrows} | {arrow.target for arrow in arrows if not arrow.signpost}
    grouped = {member for group in VIEW_LAYOUTS[view].groups for member in group}
    states = [state for state in model.states if state.value in keys | grouped or view is View.OVERVIEW]
    boxes = [_state_box(state, model) for state in states]
    if ANYWHERE in keys:
        boxes.append(Box(ANYWHERE, Words("任一未结束的状态", "Any open state")))
    boxes += [_signpost(arrow) for arrow in arrows if arrow.signpost]
    return Picture(
        view, tuple(boxes), tuple(_frames(view, model, states)), tuple(arrows), (*footnotes, *where_possible(arrows, model))
    )


def _state_box(state: State, model: Model) -> Box:
    info = model.states[state]
    owners = tuple(dict.fromkeys(duty.owner for duty in reversed(info.responsibilities)))
    return Box(state.value, state.words, state, owners, info.end, state is model.initial)


def _signpost(arrow: Arrow) -> Box:
    target = State(arrow.target)
    return Box(arrow.signpost, target.words, leads_to=target)


# --------------------------------------------------------------------------------------------------- which transitions


def _shown_transitions(view: View, conditions: ShownConditions) -> list[Transition]:
    model, many, layout = conditions.model, conditions.many, VIEW_LAYOUTS[view]
    order = list(model.states)
    self_service = paths_of(model).self_service
    shown = []
    for transition in model.transitions:
        source, target = model.states[transition.source], model.states[transition.target]
        if view is View.SELF_SERVICE:
            forward = order.index(transition.target) >= order.index(transition.source)
            key = (transition.source, transition.row)
            wanted = key in self_service and key not in many and forward
        elif view is View.SUPPORT:
            touches = Phase.SUPPORT in (source.phase, target.phase)
            wanted = touches and ((transition.source, transition.row) not in many or not target.end)
        elif view is View.ENDS:
            wanted = target.end is not None
        else:
            wanted = not layout.events or transition.event in layout.events
        if wanted:
            shown.append(transition)
    return shown


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
    frames += [Frame("+".join(group), Words("", ""), group) for group in VIEW_LAYOUTS[view].groups]
    return frames
