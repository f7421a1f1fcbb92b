"""Where things stand in the pictures: the one thing that the model can't say. A test holds every name here to the model.

A grid is read like the page: a name stands in its cell, and one that is repeated fills all of its cells. A state that no
grid names is drawn all the same, in a row of its own below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from process.model import Event, State, Term


class View(Term):
    """The pictures that there are."""

    OVERVIEW = "overview", "全流程", "The whole flow"
    SELF_SERVICE = "self-service", "自助办理", "Self-service"
    FACE_VERIFICATION = "face-verification", "人脸识别核验", "Face verification"
    SUPPORT = "support", "客服", "Customer service"
    ENDS = "ends", "结局", "Ends"


@dataclass(frozen=True)
class Hint:
    """How a view is laid out.

    Attributes:
        grid: the cells, by name.
        columns: the room between columns, in points, and before the first and after the last; by language or for all.
        rows: the same for rows.
        events: the events that the view is about; all, where there are none.
        frames: states that are boxed together, whose shared transitions are drawn once, from that box.
        draws_once: from so many sources on an event's arrows to one target are drawn once, from the first; 0: never.
        tells_effects: what follows from an event is told, and how many attempts there are.
        name: how wide a state's name may get, in points.
        text: how wide an arrow's text may get, in points, by language.
    """

    grid: str
    columns: Mapping[str, tuple[int, ...]]
    rows: Mapping[str, tuple[int, ...]]
    text: Mapping[str, int]
    events: tuple[Event, ...] = ()
    frames: tuple[tuple[str, ...], ...] = ()
    draws_once: int = 0
    tells_effects: bool = False
    titles_left: tuple[str, ...] = ()
    title_room: int = 70
    hides_phases: bool = False
    refers_back: bool = False
    titles_right: tuple[str, ...] = ()
    runs_across: bool = False
    name: int = 84

    @property
    def cells(self) -> list[list[str]]:
        """The grid's rows."""
        return [line.split() for line in self.grid.strip().splitlines()]


S, E = State, Event

HINTS: Mapping[View, Hint] = {
    View.OVERVIEW: Hint(
        grid="""
            signed_out  signed_in             legend               legend                     legend          legend
            .           order_list            .                    .                          .               .
            .           order_details         .                    .                          support_needed  in_support
            .           installment_options   .                    .                          support_needed  in_support
            .           consequences          verification_choice  verification_choice        support_needed  in_support
            .           verification_decision .                    .                          support_needed  in_support
            .           cancelling            face_verification    other_verification         support_needed  in_support
            plan_kept   .                     .                    anywhere                          .               .
            abandoned   plan_cancelled        both_cancelled       face_verification_removed  expired         refused
        """,
        columns={
            "zh": (50, 100, 100, 60, 100, 60, 20),
            "en": (50, 80, 100, 80, 90, 60, 10),
            "both": (50, 160, 180, 130, 150, 110, 20),
        },
        rows={
            "zh": (40, 30, 30, 30, 30, 30, 60, 50, 60, 10),
            "en": (50, 30, 30, 30, 30, 30, 70, 50, 60, 10),
            "both": (70, 50, 50, 50, 50, 50, 80, 70, 80, 20),
        },
        name=70,
        frames=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        draws_once=3,
        refers_back=True,
        text={"zh": 110, "en": 110, "both": 160},
        titles_left=("orders", "order", "option", "confirm"),
    ),
    View.SELF_SERVICE: Hint(
        grid="""
            signed_out    signed_in              order_list         order_details  installment_options
            consequences  verification_decision  .                  cancelling     plan_cancelled
            .             verification_choice    face_verification  .              .
            .             .                      other_verification .              plan_kept
        """,
        columns={"zh": (60, 110, 90, 110, 90, 30), "en": (60, 90, 80, 90, 80, 30), "both": (60, 130, 110, 130, 110, 30)},
        rows={"zh": (80, 90, 60, 50, 40), "en": (80, 90, 60, 60, 40), "both": (100, 110, 80, 80, 40)},
        runs_across=True,
        titles_right=("confirm",),
        text={"zh": 110, "en": 100, "both": 130},
    ),
    View.FACE_VERIFICATION: Hint(
        grid="""
            installment_options        consequences  verification_decision  .                   cancelling
            .                          .             verification_choice    face_verification   cancelling
            .                          .             verification_choice    other_verification  cancelling
            .                          .             verification_choice    .                   cancelling
            face_verification_removed  in_support    support_needed         support_needed      support_needed
        """,
        columns={
            "zh": (30, 130, 120, 200, 110, 20),
            "en": (30, 110, 100, 150, 100, 20),
            "both": (40, 160, 160, 330, 160, 30),
        },
        rows={"zh": (80, 100, 100, 70, 60, 30), "en": (80, 110, 110, 80, 80, 30), "both": (90, 170, 170, 120, 110, 30)},
        name=70,
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
        tells_effects=True,
        text={"zh": 130, "en": 130, "both": 140},
    ),
    View.SUPPORT: Hint(
        grid="""
            order_list           order_list           support_needed  in_support  face_verification_removed
            order_details        order_details        support_needed  in_support  face_verification_removed
            installment_options  installment_options  support_needed  in_support  plan_cancelled
            consequences         verification_choice  support_needed  in_support  plan_cancelled
            face_verification    other_verification   support_needed  in_support  both_cancelled
            cancelling           cancelling           support_needed  in_support  refused
            anywhere             anywhere             .               .           .
        """,
        columns={"zh": (60, 30, 160, 110, 170, 20), "en": (50, 30, 170, 110, 170, 20), "both": (60, 40, 300, 170, 290, 30)},
        rows={"zh": (80, 50, 50, 50, 50, 50, 40, 30), "both": (110, 70, 70, 70, 60, 60, 50, 30)},
        name=70,
        frames=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        text={"zh": 150, "en": 150, "both": 250},
    ),
    View.ENDS: Hint(
        grid="""
            consequences  plan_kept                  .
            consequences  abandoned                  .
            consequences  face_verification_removed  in_support
            cancelling    both_cancelled             in_support
            cancelling    plan_cancelled             support_needed
            anywhere      refused                    .
            anywhere      expired                    .
        """,
        columns={"zh": (60, 250, 280, 60), "en": (50, 240, 260, 40), "both": (50, 370, 390, 40)},
        rows={
            "zh": (70, 40, 60, 40, 40, 60, 40, 30),
            "en": (70, 40, 60, 40, 40, 60, 40, 30),
            "both": (90, 40, 70, 50, 50, 70, 40, 30),
        },
        text={"zh": 160, "en": 160, "both": 250},
    ),
}
