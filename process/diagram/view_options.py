"""The pictures that there are, and all that can be set for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from process.model import Event, Term


class View(Term):
    """The pictures that there are."""

    OVERVIEW = "overview", "全流程", "The whole flow"
    SELF_SERVICE = "self-service", "自助办理", "Self-service"
    FACE_VERIFICATION = "face-verification", "人脸识别核验", "Face verification"
    SUPPORT = "support", "客服", "Customer service"
    ENDS = "ends", "结局", "Ends"


@dataclass(frozen=True)
class ViewLayout:
    """The layout of a view: the places, and then what is shown there. Lengths are in points, by language.

    Attributes:
        grid: the cells, by name.
        columns: the room between columns, and before the first and after the last.
        rows: the same for rows.
        names: the greatest width of a state's name.
        text: the usual width of an arrow's text.
        titles: where the title of a phase or of a kind of ends stands: ``left`` of its boxes, at the ``right`` above them,
            ``between`` the first two, or ``low`` at the left below them; where none is named, at the left above them.
        room: what a phase or a kind of ends needs in its frame at the left of its boxes, below them, and at their right;
            for one language: ``name.language``.
        legend_shift: the distance from the legend's cells to the left, where it begins.
        sides: by which sides an arrow may leave and enter, as in ``"RB L"``: right or bottom, then left; arrows are routed
            in this order, those of the main path first. An arrow is named after its ends, as ``from-to``.
        runs_across: the main path runs from left to right, and meets boxes in the middle of their sides.

        events: the events that the view is about; all, where there are none.
        groups: states that are boxed together, whose shared transitions are drawn once, from that box.
        merges: transitions of one of these states are drawn from that box, too.
        draws_once: from so many sources on an event's arrows to one end are drawn once, from the first; 0: never.
        refers_back: conditions that stand in full in a note above are written "as above".
        signs_from: conditions in so many texts, or more, get a sign and stand in the legend; 0: none does.
        shows_effects: the effects of events and the numbers of attempts are written, too.
        brief: the languages in which effects are left out, because they fit no page.
    """

    grid: str
    columns: Mapping[str, tuple[int, ...]]
    rows: Mapping[str, tuple[int, ...]]
    names: Mapping[str, int]
    text: Mapping[str, int]
    titles: Mapping[str, str] = field(default_factory=dict)
    room: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    legend_shift: Mapping[str, int] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    runs_across: bool = False
    # what is shown
    events: tuple[Event, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    merges: bool = False
    draws_once: int = 0
    refers_back: bool = False
    signs_from: int = 0
    shows_effects: bool = False
    brief: tuple[str, ...] = ()

    def sides_of(self, arrow: str) -> tuple[str, str]:
        """The sides by which the arrow of a key may leave and enter."""
        leaves, enters = self.sides.get(arrow.removeprefix("arrow-"), " ").split(" ")
        return leaves, enters

    @property
    def cells(self) -> list[list[str]]:
        """The grid's rows."""
        return [line.split() for line in self.grid.strip().splitlines()]

    @property
    def signposts(self) -> frozenset[str]:
        """The signposts that the grid places."""
        return frozenset(name for row in self.cells for name in row if ">" in name)
