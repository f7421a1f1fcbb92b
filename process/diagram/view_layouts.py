"""Where things stand in the pictures: the one thing that the model can't say. A test holds every name here to the model.

A grid is read like the page: a name stands in its cell, and one that is repeated fills all of its cells. ``a>b`` is a
signpost: the arrow from a to b ends at it, and it says where it goes on. A state that no grid names is drawn all the same,
in a row of its own below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from process.model import Event, State, Term


class View(Term):
    """The pictures that there are."""

    OVERVIEW = "overview", "全流程", "The whole flow"
    SELF_SERVICE = "self-service", "自助办理", "Self-service"
    FACE_VERIFICATION = "face-verification", "人脸识别核验", "Face verification"
    SUPPORT = "support", "客服", "Customer service"
    ENDS = "ends", "结局", "Ends"


@dataclass(frozen=True)
class ViewLayout:
    """How a view is routed out.

    Attributes:
        grid: the cells, by name.
        columns: the room between columns, in points, and before the first and after the last; by language or for all.
        rows: the same for rows.
        events: the events that the view is about; all, where there are none.
        groups: states that are boxed together, whose shared transitions are drawn once, from that box.
        draws_once: from so many sources on an event's arrows to one end are drawn once, from the first; 0: never.
        titles_left, titles_right, titles_between, titles_low: phases and kinds of ends whose title stands left of their
            boxes, at the right above them, between the first two, or at the lower left; else at the left above them.
        title_room: how wide a title at the left may get, in points.
        refers_back: conditions that a note above tells in full are told as "as above".
        runs_across: the main path runs from left to right, and meets boxes in the middle of their sides.
        shows_effects: what follows from an event is told, and how many attempts there are.
        signs_from: conditions that so many texts tell, or more, get a sign, and stand in the legend; 0: none does.
        brief: the languages in which what follows from an event is left out, because it fits no page.
        room: points that a phase or a kind of ends needs in its frame at the left of its boxes, and below them; for one
            language: ``name.language``.
        legend_shift: how far to the left of its cells the legend begins, in points, by language.
        sides: by which sides an arrow may leave and enter, as in ``"RB L"``: right or bottom, then left; arrows are routed
            in this order, those of the main path first. An arrow is named after its ends, as ``from-to``.
        name: how wide a state's name may get, in points; ``names``: by language.
        text: how wide an arrow's text may get, in points, by language.
    """

    grid: str
    columns: Mapping[str, tuple[int, ...]]
    rows: Mapping[str, tuple[int, ...]]
    text: Mapping[str, int]
    events: tuple[Event, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    draws_once: int = 0
    shows_effects: bool = False
    titles_left: tuple[str, ...] = ()
    title_room: int = 70
    refers_back: bool = False
    signs_from: int = 0
    titles_right: tuple[str, ...] = ()
    titles_between: tuple[str, ...] = ()
    titles_low: tuple[str, ...] = ()
    runs_across: bool = False
    name: int = 84
    names: Mapping[str, int] = field(default_factory=dict)
    brief: tuple[str, ...] = ()
    room: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    legend_shift: Mapping[str, int] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)

    def sides_of(self, arrow: str) -> tuple[str, str]:
        """By which sides the arrow of a key leaves and enters."""
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

    def name_room(self, lang: str) -> int:
        """How wide a state's name may get, in points."""
        return self.names.get(lang, self.name)


S, E = State, Event

VIEW_LAYOUTS: Mapping[View, ViewLayout] = {
    View.OVERVIEW: ViewLayout(
        grid="""
            signed_out  signed_in             legend               legend              legend          legend
            .           order_list            .                    .                   .               .
            .           order_details         .                    .                   support_needed  .
            .           installment_options   .                .                  support_needed  in_support>consequences
            consequences>face_verification_removed  consequences  verification_choice  verification_choice support_needed  .
            .           verification_decision .                    .                   support_needed  .
            .           cancelling            face_verification    other_verification  support_needed  in_support
            plan_kept   .                     anywhere>abandoned   anywhere            expired         refused
            abandoned   plan_cancelled        both_cancelled       face_verification_removed  .        .
        """,
        columns={
            "zh": (50, 110, 80, 80, 90, 80, 30),
            "en": (40, 100, 100, 70, 90, 70, 30),
            "both": (50, 190, 160, 120, 120, 120, 40),
        },
        rows={
            "zh": (40, 30, 30, 30, 30, 30, 60, 50, 30, 10),
            "en": (40, 30, 30, 30, 30, 30, 70, 50, 30, 10),
            "both": (60, 50, 60, 60, 80, 60, 120, 60, 50, 10),
        },
        name=70,
        groups=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        draws_once=3,
        refers_back=True,
        signs_from=3,
        text={"zh": 110, "en": 110, "both": 156},
        names={"en": 72, "both": 84},
        titles_left=("orders", "order", "option"),
        titles_between=("good", "bad", "support"),
        titles_low=("confirm",),
        room={"confirm": (70, 0), "confirm.both": (110, 0), "support": (0, 10)},
        legend_shift={"en": 50, "both": 50},
        sides={
            "signed_out-signed_in": "R L",
            "signed_in-order_list": "B T",
            "order_list-order_details": "B T",
            "order_details-installment_options": "B T",
            "installment_options-consequences": "B T",
            "consequences-consequences": "R R",
            "consequences-verification_decision": "B T",
            "consequences-face_verification_removed": "L R",
            "consequences-plan_kept": "B TR",
            "consequences-cancelling": "B L",
            "verification_decision-cancelling": "B T",
            "cancelling-plan_cancelled": "B T",
            "cancelling-both_cancelled": "B T",
            "verification_decision-verification_choice": "R B",
            "face_verification-verification_choice": "T B",
            "verification_choice-face_verification": "B T",
            "face_verification+other_verification-verification_choice": "T B",
            "verification_choice-other_verification": "B T",
            "face_verification+other_verification-cancelling": "L R",
            "face_verification+other_verification-support_needed": "R L",
            "verification_choice-support_needed": "R L",
            "installment_options-support_needed": "R L",
            "order_details-support_needed": "R L",
            "in_support-order_list": "R R",
            "order_list-support_needed": "R LT",
            "cancelling-support_needed": "B L",
            "support_needed-in_support": "R L",
            "in_support-support_needed": "L R",
            "support_needed-support_needed": "L L",
            "in_support-refused": "B T",
            "in_support-consequences": "T B",
            "in_support-in_support": "T T",
            "in_support-face_verification_removed": "R R",
            "anywhere-abandoned": "L R",
            "anywhere-expired": "R L",
            "anywhere-face_verification_removed": "B T",
            "anywhere-support_needed": "R B",
        },
    ),
    View.SELF_SERVICE: ViewLayout(
        grid="""
            signed_out    signed_in              order_list         order_details  installment_options
            consequences  verification_decision  .                  cancelling     plan_cancelled
            .             verification_choice    face_verification  .              .
            .             .                      other_verification .              plan_kept
        """,
        columns={"zh": (60, 110, 90, 110, 90, 30), "en": (60, 90, 80, 90, 80, 30), "both": (50, 140, 90, 90, 90, 30)},
        rows={"zh": (80, 110, 60, 50, 40), "en": (80, 110, 60, 60, 40), "both": (80, 120, 60, 50, 40)},
        runs_across=True,
        titles_right=("confirm",),
        text={"zh": 110, "en": 100, "both": 100},
        sides={
            "signed_out-signed_in": "R L",
            "signed_in-order_list": "R L",
            "order_list-order_details": "R L",
            "order_details-installment_options": "R L",
            "installment_options-consequences": "B T",
            "consequences-verification_decision": "R L",
            "verification_decision-cancelling": "R L",
            "cancelling-plan_cancelled": "R L",
            "consequences-consequences": "B B",
            "verification_choice-face_verification": "R L",
            "verification_choice-other_verification": "B L",
            "consequences-plan_kept": "R B",
        },
    ),
    View.FACE_VERIFICATION: ViewLayout(
        grid="""
            installment_options  consequences  verification_decision  .                   cancelling
            installment_options>support_needed consequences>cancelling verification_choice face_verification  cancelling
            in_support>consequences  .         verification_choice  face_verification>support_needed  cancelling
            .                          .       verification_choice    other_verification  cancelling
            face_verification_removed  in_support    support_needed         support_needed      support_needed
        """,
        columns={
            "zh": (40, 110, 120, 200, 110, 20),
            "en": (40, 110, 120, 170, 110, 20),
            "both": (20, 120, 90, 180, 90, 10),
        },
        rows={
            "zh": (70, 70, 50, 60, 130, 20),
            "en": (70, 80, 50, 60, 140, 10),
            "both": (80, 110, 70, 80, 130, 10),
        },
        titles_right=("support",),
        room={"confirm": (0, 60)},
        sides={
            "consequences-verification_decision": "R L",
            "verification_decision-cancelling": "R L",
            "consequences-cancelling": "B T",
            "installment_options-support_needed": "B T",
            "verification_decision-verification_choice": "B T",
            "verification_choice-face_verification": "R L",
            "face_verification-verification_choice": "L R",
            "verification_choice-other_verification": "R L",
            "other_verification-verification_choice": "L R",
            "face_verification-cancelling": "R L",
            "other_verification-cancelling": "R L",
            "face_verification-support_needed": "B T",
            "other_verification-support_needed": "B T",
            "verification_choice-support_needed": "B T",
            "support_needed-in_support": "L R",
            "in_support-consequences": "T B",
            "in_support-face_verification_removed": "L R",
        },
        name=70,
        names={"both": 90},
        brief=("both",),
        events=(
            E.CONFIRM_CANCELLATION,
            E.SKIP_FACE_VERIFICATION,
            E.REQUIRE_VERIFICATION,
            E.START_FACE_VERIFICATION,
            E.START_OTHER_VERIFICATION,
            E.PASS_VERIFICATION,
            E.FAIL_VERIFICATION,
            E.VERIFICATION_UNAVAILABLE,
            E.WITHDRAW_FACE_CONSENT,
            E.REQUEST_FACE_VERIFICATION_REMOVAL,
            E.CONTACT_SUPPORT,
            E.WAIVE_VERIFICATION,
            E.REMOVE_FACE_VERIFICATION,
        ),
        shows_effects=True,
        text={"zh": 130, "en": 130, "both": 140},
    ),
    View.SUPPORT: ViewLayout(
        grid="""
            order_list           order_list           support_needed  in_support  in_support>order_list
            order_details        order_details        support_needed  in_support  in_support>consequences
            installment_options  installment_options  support_needed  in_support  refused
            verification_choice  verification_choice  support_needed  in_support  face_verification_removed
            face_verification    other_verification   support_needed  .           plan_cancelled
            cancelling           cancelling           support_needed  .           both_cancelled
            anywhere             anywhere             .               .           .
        """,
        columns={
            "zh": (40, 40, 170, 130, 180, 40),
            "en": (40, 40, 180, 120, 180, 30),
            "both": (40, 20, 170, 110, 170, 30),
        },
        rows={
            "zh": (70, 50, 50, 50, 40, 30, 20, 10),
            "en": (70, 50, 50, 50, 40, 30, 20, 10),
            "both": (70, 40, 70, 70, 50, 30, 20, 10),
        },
        name=70,
        names={"both": 90},
        draws_once=2,
        groups=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        text={"zh": 150, "en": 150, "both": 150},
        sides={
            "order_list-support_needed": "R L",
            "order_details-support_needed": "R L",
            "installment_options-support_needed": "R L",
            "verification_choice-support_needed": "R L",
            "face_verification+other_verification-support_needed": "R L",
            "cancelling-support_needed": "R L",
            "anywhere-support_needed": "R LB",
            "support_needed-in_support": "R L",
            "in_support-support_needed": "L R",
            "support_needed-plan_cancelled": "R L",
            "support_needed-both_cancelled": "R L",
            "in_support-order_list": "R L",
            "in_support-consequences": "R L",
            "in_support-refused": "R L",
            "in_support-face_verification_removed": "R L",
            "in_support-in_support": "LB LB",
            "support_needed-support_needed": "R R",
        },
    ),
    View.ENDS: ViewLayout(
        grid="""
            consequences  plan_kept                  .
            consequences  abandoned                  anywhere
            consequences  expired                    anywhere
            consequences  refused                    in_support
            consequences  face_verification_removed  in_support
            cancelling    both_cancelled             .
            cancelling    plan_cancelled             .
        """,
        columns={"zh": (50, 240, 260, 40), "en": (50, 240, 260, 40), "both": (50, 250, 280, 40)},
        rows={
            "zh": (70, 40, 60, 40, 60, 40, 40, 20),
            "en": (70, 40, 60, 40, 60, 40, 40, 20),
            "both": (80, 20, 50, 60, 40, 30, 20, 20),
        },
        names={"both": 130},
        draws_once=3,
        text={"zh": 160, "en": 160, "both": 160},
        sides={
            "consequences-plan_kept": "R L",
            "consequences-face_verification_removed": "R L",
            "cancelling-both_cancelled": "R L",
            "cancelling-plan_cancelled": "R L",
            "anywhere-abandoned": "L R",
            "anywhere-expired": "L R",
            "in_support-refused": "L R",
            "in_support-face_verification_removed": "L R",
            "anywhere-face_verification_removed": "L R",
        },
    ),
}
